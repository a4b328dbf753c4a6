import numpy as np
import pytest
import rapier3d
import tiny_world
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_renderer import RecordingRenderer

from cityloop.embedded.impacts import ImpactWatch, could_run_into, outline, runs_into
from cityloop.embedded.stage import Stage
from cityloop.engine import BodySpec, Commands, encode
from cityloop.spatial import Pose, rotation
from cityloop.world.people import people_scene

STEP_S = 0.01


@pytest.fixture(scope="module")
def prototypes():
    scene = tiny_world.scene()
    scene.extend(people_scene(["man"]))
    stage = Stage(RecordingRenderer())
    stage.load(encode.scene_items(scene))
    return stage._scene.prototypes


def body(x, y, yaw=0.0, velocity=(0.0, 0.0, 0.0)):
    world = rapier3d.PhysicsWorld()
    builder = rapier3d.RigidBody.kinematic_velocity_based().position(
        rapier3d.Isometry3((x, y, 0.0), rotation.from_yaw(yaw))
    )
    handle = world.add_body(builder.linvel(velocity))
    return world.rigid_bodies[handle]


@pytest.mark.parametrize(
    ("where", "car", "person", "hit"),
    [
        # The car's front is at 3.55, its half width 0.9, the man's radius 0.233.
        ((3.85, 0.0), (10.0, 0.0), (0.0, 0.0), True),
        ((3.95, 0.0), (10.0, 0.0), (0.0, 0.0), False),  # not within this step
        ((3.7, 0.0), (1.4, 0.0), (0.0, 0.0), False),  # too slow
        ((3.7, 0.0), (1.6, 0.0), (0.0, 0.0), True),
        ((3.7, 0.0), (10.0, 0.0), (9.0, 0.0), False),  # gives way
        ((3.7, 0.0), (0.0, 0.0), (-5.0, 0.0), False),  # runs into a standing car
        ((1.0, 1.1), (10.0, 0.0), (0.0, -3.0), False),  # runs into the side of a passing car
        ((1.0, 1.0), (10.0, 0.0), (0.0, -1.0), True),  # has got into the side of a passing car
        ((1.0, 0.3), (2.0, 0.0), (0.0, -0.8), True),  # also of one that rolls out
        ((1.0, 0.3), (1.4, 0.0), (0.0, -0.8), False),  # of one that hardly moves
        ((1.0, 0.3), (2.0, 0.0), (1.5, 0.0), False),  # goes along with it
        ((1.0, 0.3), (0.0, 0.0), (0.0, -4.0), False),  # runs into a standing car
        ((1.0, 1.1), (0.0, 2.0), (0.0, 0.0), True),  # a skidding car
        ((3.75, 1.05), (10.0, 0.0), (0.0, 0.0), True),  # the corner
        ((3.75, 1.15), (10.0, 0.0), (0.0, 0.0), False),  # past the corner
    ],
)
def test_who_is_run_into(prototypes, where, car, person, hit):
    boxes = tuple(map(outline, prototypes["car"].shapes))
    capsule = tuple(map(outline, prototypes["man"].shapes))
    for yaw in (0.0, 2.1, -1.0):
        turned = rotation.from_yaw(yaw)
        place = rotation.rotate(turned, [*where, 0.0])
        vehicle = body(0.0, 0.0, yaw, rotation.rotate(turned, [*car, 0.0]))
        walker = body(*place[:2], 0.0, rotation.rotate(turned, [*person, 0.0]))
        assert runs_into(vehicle, boxes, walker, capsule, STEP_S) is hit


@settings(max_examples=200)
@given(
    st.floats(-8.0, 8.0),
    st.floats(-8.0, 8.0),
    st.floats(-3.0, 3.0),
    st.floats(0.0, 30.0),
    st.floats(-3.0, 3.0),
    st.floats(-1.5, 1.5),
)
def test_who_is_run_into_within_a_tick_was_looked_at(x, y, yaw, speed, walk, turn):
    prototypes = WORLD.stage()._scene.prototypes
    boxes = tuple(map(outline, prototypes["car"].shapes))
    capsule = tuple(map(outline, prototypes["man"].shapes))
    ahead = rotation.rotate(rotation.from_yaw(yaw), [speed, 0.0, 0.0])
    parties = (body(0.0, 0.0, yaw, ahead), boxes, body(x, y, 0.0, (walk, 0.0, 0.0)), capsule)
    vehicle, person = parties[0], parties[2]
    vehicle.angvel = rapier3d.Vec3(0.0, 0.0, turn)
    looked_at = could_run_into(*parties, 0.05)
    for k in range(5):
        turned = rotation.from_yaw(yaw + turn * k * STEP_S)
        vehicle.position = rapier3d.Isometry3(ahead * (k * STEP_S), turned)
        person.translation = rapier3d.Vec3(x + walk * k * STEP_S, y, 0.0)
        assert looked_at or not runs_into(*parties, STEP_S)


def test_who_walks_beside_a_car_needs_no_second_look(prototypes):
    boxes = tuple(map(outline, prototypes["car"].shapes))
    capsule = tuple(map(outline, prototypes["man"].shapes))
    car = body(0.0, 0.0, 0.0, (10.0, 0.0, 0.0))
    assert could_run_into(car, boxes, body(4.3, 0.0), capsule, 0.05)
    assert not could_run_into(car, boxes, body(1.0, 2.1), capsule, 0.05)


def test_a_bridge_above_is_no_impact(prototypes):
    boxes = tuple(map(outline, prototypes["car"].shapes))
    capsule = tuple(map(outline, prototypes["man"].shapes))
    vehicle = body(0.0, 0.0, 0.0, (10.0, 0.0, 0.0))
    vehicle.translation = rapier3d.Vec3(0.0, 0.0, 4.0)
    assert not runs_into(vehicle, boxes, body(3.7, 0.0), capsule, STEP_S)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_every_pair_that_could_meet_is_suspected(seed):
    """Against all pairs, tried one by one."""
    rng = np.random.default_rng(seed)
    specs = []
    for i in range(40):
        kind = "car" if i % 2 else "man"
        speed = rng.uniform(0.0, 30.0 if kind == "car" else 3.0) * (rng.random() < 0.8)
        yaw = rng.uniform(-np.pi, np.pi)
        place = rng.uniform(-40.0, 40.0, 2)
        specs.append(
            BodySpec(
                10 + i,
                kind,
                "kinematic",
                Pose.from_xyz_yaw(*place, 0.0, yaw),
                velocity=rotation.rotate(rotation.from_yaw(yaw), [speed, 0.0, 0.0]),
            )
        )
    stage = WORLD.stage()
    stage.spawn(encode.bodies(specs).bodies)
    s = stage.newest
    upright = np.ones(len(s.cast), dtype=bool)
    end = s.motions.position + s.motions.velocity * 0.05
    found = set(ImpactWatch().suspects(s.cast, upright, s.motions, end, 0.05))
    for car in specs[1::2]:
        for man in specs[0::2]:
            fast = np.linalg.norm(car.velocity) > 1.5
            # Do a circle around the car and one around the man meet on the way?
            path = np.linspace(0.0, 0.05, 6)[:, None]
            apart = (car.pose.position + path * car.velocity) - (
                man.pose.position + path * man.velocity
            )
            near = np.linalg.norm(apart, axis=1).min() < 3.6 + 0.23
            if fast and near:
                assert (car.id, man.id) in found


class _World:
    """One loaded scene, emptied between examples."""

    def __init__(self):
        self._stage = None

    def stage(self):
        if self._stage is None:
            scene = tiny_world.scene()
            scene.extend(people_scene(["man"]))
            self._stage = Stage(RecordingRenderer())
            self._stage.load(encode.scene_items(scene))
            self._empty = self._stage.save()
        self._stage.restore(self._empty)
        return self._stage


WORLD = _World()


def test_nobody_is_suspected_without_vehicles_or_without_limbs(prototypes):
    stage = WORLD.stage()
    stage.spawn(
        encode.bodies(
            [
                BodySpec(2, "car", "kinematic", velocity=np.array([9.0, 0.0, 0.0])),
                BodySpec(3, "person", "kinematic", Pose.from_xyz_yaw(4.0, 0.0)),
            ]
        ).bodies
    )
    s = stage.newest
    watch = ImpactWatch()
    upright = np.ones(2, dtype=bool)
    assert watch.suspects(s.cast, upright, s.motions, s.motions.position, 0.05) == []


@pytest.mark.parametrize(("place_m", "blow"), [(1.0, False), (3.7, True)])
def test_who_falls_inside_a_standing_car_gets_no_blow_from_it(place_m, blow):
    """The car's front is at 3.55 m: who falls against it does meet it."""
    stage = WORLD.stage()
    man = BodySpec(5, "man", "kinematic", Pose.from_xyz_yaw(place_m, 0.0))
    specs = [BodySpec(1, "ground"), BodySpec(2, "car", "static"), man]
    stage.spawn(encode.bodies(specs).bodies)
    commands, worst = Commands(kinds={5: "ragdoll"}), 0.0
    for _ in range(30):
        touches, _, _ = stage.advance(encode.advance(0.05, 5, commands))
        pushes = [t.impulse_ns for t in touches if (t.body_a, t.body_b) == (2, 5)]
        worst, commands = max([worst, *pushes]), Commands()
    assert (worst > 0.0) is blow
    assert worst < 500.0, "N s: a body of 75 kg, and a fall's 6 m/s at most"
