import numpy as np
import pytest
import rapier3d
import tiny_world
from recording_renderer import RecordingRenderer

from cityloop.embedded.ragdoll import Posture, Ragdoll, fall_between, fall_of_rigid
from cityloop.embedded.stage import Stage
from cityloop.engine import encode
from cityloop.spatial import rotation
from cityloop.world.people import people_scene, skeleton

GROUPS = rapier3d.InteractionGroups(rapier3d.Group.GROUP_1, ~rapier3d.Group.GROUP_1)
TYPES = rapier3d.ActiveCollisionTypes.default_types()


@pytest.fixture(scope="module")
def limbs():
    scene = tiny_world.scene()
    scene.extend(people_scene(["man"]))
    stage = Stage(RecordingRenderer())
    stage.load(encode.scene_items(scene))
    return stage._scene.prototypes["man"].limbs


def bent(angle_rad=0.7):
    """Skinning matrices of somebody who bows and lifts the left knee."""
    bones = skeleton("man")
    matrices = np.tile(np.eye(3, 4), (len(bones.names), 1, 1))
    for name, turn in (("spine_02", angle_rad), ("thigh_l", -angle_rad)):
        root = bones.index(name)
        below = [root]
        for i, parent in enumerate(bones.parents.tolist()):
            if parent in below:
                below.append(i)
        r = rotation.to_matrix(rotation.from_axis_angle([0.0, 1.0, 0.0], turn))
        matrices[below, :, :3] = r
        matrices[below, :, 3] = bones.heads[root] - r @ bones.heads[root]
    return matrices


def world():
    scene = rapier3d.PhysicsWorld(gravity=(0.0, 0.0, -9.81))
    scene.integration_parameters.dt = 0.01
    scene.set_num_threads(1)
    return scene


def posture(x=40.0, z=0.0, yaw=0.6, bones=None):
    return Posture(
        np.array([x, -20.0, z]), rotation.from_yaw(yaw), bent() if bones is None else bones
    )


def test_what_is_read_back_at_once_is_what_was_given(limbs):
    scene, start = world(), posture()
    fall = fall_of_rigid(limbs, start, np.array([3.0, 1.0, 0.5]), np.array([0.0, 0.0, 2.0]))
    ragdoll = Ragdoll(scene, limbs, fall, GROUPS, TYPES)
    now, velocity, rate = ragdoll.read(scene)
    assert now.position == pytest.approx(start.position, abs=1e-5)
    assert abs(now.quaternion @ start.quaternion) == pytest.approx(1.0, abs=1e-6)
    assert now.bones == pytest.approx(start.bones, abs=1e-5)
    assert velocity == pytest.approx([3.0, 1.0, 0.5], abs=1e-4)
    assert rate == pytest.approx([0.0, 0.0, 2.0], abs=1e-5)


def test_a_fall_goes_on_with_the_motion_of_the_gait(limbs):
    """Between two postures: half-way in place, and with the difference as velocity."""
    start = posture(40.0)
    end = posture(40.1, yaw=0.65, bones=bent(0.75))
    fall = fall_between(limbs, start, end, 0.5, 0.05)
    assert fall.posture.position == pytest.approx([40.05, -20.0, 0.0])
    assert rotation.yaw_of(fall.posture.quaternion) == pytest.approx(0.625, abs=1e-4)
    centers = [
        np.einsum("lrc,lc->lr", p.world_bones[limbs.bone][:, :, :3], limbs.center)
        + p.world_bones[limbs.bone][:, :, 3]
        for p in (start, end)
    ]
    assert fall.velocity == pytest.approx((centers[1] - centers[0]) / 0.05)
    head = limbs.names.index("head")
    # It turns about z with the body, and about the body's y with the bow, by 0.05 rad each.
    assert np.linalg.norm(fall.angular_velocity[head]) == pytest.approx(np.sqrt(2.0), rel=0.02)
    assert fall.angular_velocity[limbs.names.index("pelvis")] == pytest.approx([0, 0, 1.0])


def test_a_free_fall_keeps_momentum(limbs):
    scene = world()
    start = posture(z=50.0)
    velocity = np.array([4.0, -2.0, 1.0])
    ragdoll = Ragdoll(
        scene,
        limbs,
        fall_of_rigid(limbs, start, velocity, np.array([0.5, 2.0, 0.0])),
        GROUPS,
        TYPES,
    )

    def momentum():
        bodies = [scene.rigid_bodies[handle] for handle in ragdoll.handles]
        return sum(
            mass * np.array([b.linvel.x, b.linvel.y, b.linvel.z])
            for mass, b in zip(limbs.mass, bodies, strict=True)
        )

    before = momentum()
    for _ in range(100):
        scene.step()
    fallen = limbs.mass.sum() * 9.81 * 1.0
    assert momentum() == pytest.approx(before - [0.0, 0.0, fallen], rel=0.01, abs=2.0)


@pytest.mark.parametrize("seed", range(4))
def test_joints_hold_and_stay_within_their_bounds(limbs, seed):
    """Thrown to the ground head over heels, nobody comes apart or bends a knee forwards."""
    scene = world()
    floor = scene.add_body(rapier3d.RigidBody.fixed())
    scene.add_collider(
        rapier3d.Collider.cuboid(200.0, 200.0, 0.5).translation((0.0, 0.0, -0.5)), floor
    )
    rng = np.random.default_rng(seed)
    start = Posture(np.array([0.0, 0.0, 1.5]), rotation.normalize(rng.normal(size=4)), bent())
    fall = fall_of_rigid(limbs, start, rng.normal(0.0, 4.0, 3), rng.normal(0.0, 4.0, 3))
    ragdoll = Ragdoll(scene, limbs, fall, GROUPS, TYPES)
    for tick in range(140):
        ragdoll.settle(scene, 0.05)
        for _ in range(5):
            scene.step()
        places = ragdoll.read(scene)[0].world_bones[limbs.bone]
        for child, parent in enumerate(limbs.parent.tolist()):
            if parent < 0:
                continue
            ends = [
                places[i, :, :3] @ limbs.joint[child] + places[i, :, 3] for i in (parent, child)
            ]
            assert np.linalg.norm(ends[0] - ends[1]) < 0.06
            if tick > 100:
                turn = rotation.from_matrix(places[parent, :, :3].T @ places[child, :, :3])
                angles = 2 * np.arcsin(np.clip(turn[:3], -1, 1))
                slack = 0.15
                assert (angles > limbs.lower[child] - slack).all(), limbs.names[child]
                assert (angles < limbs.upper[child] + slack).all(), limbs.names[child]
    bodies = [scene.rigid_bodies[handle] for handle in ragdoll.handles]
    assert all(b.is_sleeping for b in bodies)
    assert min(b.translation.z for b in bodies) > 0.0


def test_removed_limbs_are_gone(limbs):
    scene = world()
    fall = fall_of_rigid(limbs, posture(), np.zeros(3), np.zeros(3))
    ragdoll = Ragdoll(scene, limbs, fall, GROUPS, TYPES)
    assert len(scene.rigid_bodies) == len(limbs.names) == 13
    ragdoll.remove(scene)
    assert len(scene.rigid_bodies) == len(scene.colliders) == len(scene.impulse_joints) == 0
