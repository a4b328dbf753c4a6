"""Bicycles and motorcycles that a rider keeps upright."""

from dataclasses import replace

import numpy as np
import pytest
import tiny_world

from cityloop.engine import BodySpec, CameraSpec, Commands, DriveCommand
from cityloop.errors import RequestError
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, rotation
from cityloop.world.scene import BoxCollider, Part, Prototype, VehicleDynamics, Wheel

pytestmark = pytest.mark.needs("driven")

DT = 0.05
G = 9.81


def two_wheeler(name, mass, wheelbase, height, drive, brake, steering):
    wheels = (
        Wheel((wheelbase, 0.0, 0.33), 0.33, 0.05, steered=True, driven=False),
        Wheel((0.0, 0.0, 0.33), 0.33, 0.05, steered=False, driven=True),
    )
    return Prototype(
        name,
        (),
        (BoxCollider((wheelbase / 2, 0.0, 1.0), (0.85, 0.25, 0.7)),),
        VehicleDynamics(
            mass,
            (0.45 * wheelbase, 0.0, height),
            wheels,
            drive,
            brake,
            steering,
            45.0,
            balanced=True,
        ),
        dimension=(1.8, 0.6, 1.75),
        box_center=(wheelbase / 2, 0.0, 0.875),
    )


BICYCLE = two_wheeler("bicycle", 90.0, 1.05, 1.0, 200.0, 900.0, 0.6)
MOTORCYCLE = two_wheeler("motorcycle", 250.0, 1.45, 0.7, 2500.0, 2500.0, 0.5)
BOTH = pytest.mark.parametrize("kind", [BICYCLE, MOTORCYCLE], ids=lambda kind: kind.name)


@pytest.fixture
def road(engine):
    scene = tiny_world.scene()
    scene.prototypes += [BICYCLE, MOTORCYCLE]
    engine.load_scene(scene)
    engine.spawn([BodySpec(1, "ground")])
    return engine


def ride(engine, ticks, **pedals):
    commands = Commands(drive=[DriveCommand(2, **pedals)])
    return [engine.advance(DT, 5, commands).bodies for _ in range(ticks)]


def spawn(engine, kind, speed):
    engine.spawn([BodySpec(2, kind.name, "driven", velocity=np.array([speed, 0.0, 0.0]))])


def lean(bodies):
    """To the left, rad."""
    matrix = rotation.to_matrix(bodies.quaternion[0])
    return -np.arctan2(matrix[2, 1], matrix[2, 2])


def pitch(bodies):
    return np.arcsin(-rotation.to_matrix(bodies.quaternion[0])[2, 0])


@BOTH
def test_it_stands_upright(road, kind):
    spawn(road, kind, 0.0)
    end = ride(road, 100)[-1]
    assert abs(lean(end)) < 1e-3
    assert np.abs(end.position[0]).max() < 0.01
    assert np.abs(end.velocity[0]).max() < 0.01


@pytest.mark.parametrize(
    ("kind", "speed", "steering"),
    [(BICYCLE, 5.0, 0.15), (BICYCLE, 3.0, -0.3), (MOTORCYCLE, 14.0, 0.04)],
    ids=["bicycle left", "bicycle right", "motorcycle"],
)
def test_it_leans_into_a_turn_of_the_steered_radius(road, kind, speed, steering):
    spawn(road, kind, speed)
    states = ride(road, 100, throttle=0.06, steering=steering)[40:]
    track = np.array([s.position[0, :2] for s in states])
    # The circle through three points of the track of the rear wheel.
    a, b, c = track[0], track[25], track[50]
    sides = [np.linalg.norm(p - q) for p, q in ((a, b), (b, c), (c, a))]
    twice_area = np.cross(np.append(b - a, 0.0), np.append(c - a, 0.0))[2]
    radius = np.prod(sides) / (2 * twice_area)
    d = kind.dynamics
    wheelbase = d.wheels[0].center[0]
    assert radius == pytest.approx(
        wheelbase / np.tan(steering * d.max_steering_angle_rad), rel=0.08
    )
    for s in (states[0], states[-1]):
        v, rate = np.linalg.norm(s.velocity[0]), s.angular_velocity[0, 2]
        assert lean(s) == pytest.approx(np.arctan(v * rate / G), abs=0.02)
        assert np.sign(lean(s)) == np.sign(steering)


@BOTH
def test_full_brake_in_a_turn_ends_upright_without_lifting_a_wheel(road, kind):
    speed, steering = (5.0, 0.15) if kind is BICYCLE else (14.0, 0.04)
    spawn(road, kind, speed)
    before = np.linalg.norm(ride(road, 60, throttle=0.06, steering=steering)[-1].velocity[0])
    states = ride(road, 120, brake=1.0, steering=-steering)
    assert max(abs(pitch(s)) for s in states) < 0.06
    assert all(s.wheels[2][:, 4].all() for s in states)
    assert max(np.linalg.norm(s.velocity[0]) for s in states) < before + 0.05
    assert np.linalg.norm(states[-1].velocity[0]) < 0.02
    assert abs(lean(states[-1])) < 0.02


@BOTH
def test_full_throttle_does_not_lift_the_front_wheel(road, kind):
    spawn(road, kind, 1.0)
    states = ride(road, 60, throttle=1.0)
    assert all(s.wheels[2][:, 4].all() for s in states)
    assert states[-1].velocity[0, 0] > 1.0 + 3.0 * min(
        kind.dynamics.max_drive_force_n / kind.dynamics.mass_kg - 0.2, 3.0
    ) * (1 - 0.15)


@BOTH
def test_its_velocity_is_the_derivative_of_its_positions(road, kind):
    speed, turn = (5.0, 0.2) if kind is BICYCLE else (14.0, 0.05)
    spawn(road, kind, speed)
    states = []
    for k in range(120):
        states += ride(road, 1, throttle=0.1, steering=turn * np.sin(k / 9))
    states += ride(road, 80, brake=1.0)
    position = np.array([s.position[0] for s in states])
    velocity = np.array([s.velocity[0] for s in states])
    difference = (position[2:] - position[:-2]) / (2 * DT) - velocity[1:-1]
    assert np.linalg.norm(difference, axis=1).max() < 0.05


def test_a_car_that_runs_into_it_does_not_tip_it_over(road):
    spawn(road, BICYCLE, 3.0)
    behind = BodySpec(
        3,
        "car",
        "driven",
        velocity=np.array([9.0, 0.0, 0.0]),
        pose=tiny_world.Pose.from_xyz_yaw(-8.0, 0.4),
    )
    road.spawn([behind])
    states = ride(road, 80)
    assert max(s.velocity[0, 0] for s in states) > 4.0
    assert max(abs(lean(s)) for s in states) < 0.9
    assert abs(lean(states[-1])) < 0.3


@pytest.mark.needs("save_restore")
def test_it_goes_on_bit_by_bit_after_a_restore(road):
    spawn(road, MOTORCYCLE, 14.0)
    ride(road, 30, throttle=0.1, steering=0.05)
    kept = road.save()
    first = ride(road, 40, throttle=0.1, steering=-0.05)
    road.restore(kept)
    second = ride(road, 40, throttle=0.1, steering=-0.05)
    assert [s.position.tobytes() for s in first] == [s.position.tobytes() for s in second]


def test_a_two_wheeler_without_a_rider_cannot_be_driven(engine):
    scene = tiny_world.scene()
    loose = two_wheeler("loose", 90.0, 1.05, 1.0, 200.0, 900.0, 0.6)
    dynamics = VehicleDynamics(**{**vars(loose.dynamics), "balanced": False})
    scene.prototypes.append(Prototype(**{**vars(loose), "dynamics": dynamics}))
    engine.load_scene(scene)
    with pytest.raises(Exception, match="cannot stand"):
        engine.spawn([BodySpec(2, "loose", "driven")])


@BOTH
@pytest.mark.parametrize(("angle_deg", "speed"), [(0, 5), (20, 5), (20, 2)])
def test_over_a_kerb_its_velocity_is_the_one_that_its_positions_show(road, kind, angle_deg, speed):
    """No other body is touched, yet a wheel that meets 12 cm of kerb is jolted like a collision."""
    yaw = rotation.from_yaw(np.radians(angle_deg))
    road.spawn([BodySpec(3, "kerb", pose=Pose(np.array([2.5, 0.0, 0.0])))])
    velocity = rotation.rotate(yaw, [speed, 0.0, 0.0])
    road.spawn([BodySpec(2, kind.name, "driven", Pose(np.zeros(3), yaw), velocity=velocity)])
    commands = Commands(drive=[DriveCommand(2, throttle=0.1)])
    position, rates, jolted = [np.zeros(3)], [velocity], 0
    for _ in range(30):
        state = road.advance(DT, 10, commands)
        row = state.bodies.ids.tolist().index(2)
        if 2 in state.settled.ids:
            rates[-1] = state.settled.velocity[state.settled.ids.tolist().index(2)]
            jolted += 1
        position.append(state.bodies.position[row])
        rates.append(state.bodies.velocity[row])
    p, v = np.array(position), np.array(rates)
    assert jolted
    error = v[1:-1] - (p[2:] - p[:-2]) / (2 * DT)
    assert np.linalg.norm(error, axis=1).max() < 0.05


@pytest.fixture
def ridden(engine):
    """A bicycle with a person on it, two bones, who stands."""
    scene = tiny_world.scene()
    person = next(p for p in scene.prototypes if p.name == "person")
    rider = tuple(Part(f"rider {part.name}", part.lods) for part in person.parts)
    scene.prototypes.append(replace(BICYCLE, parts=rider, joint_names=person.joint_names))
    engine.load_scene(scene)
    engine.spawn([BodySpec(1, "ground"), BodySpec(2, "bicycle", "driven", instance_id=9)])
    return engine


def raised(height):
    bones = tiny_world.rest_bones().copy()
    bones[:, 2, 3] += height
    return bones


@pytest.mark.needs("pixels")
def test_a_rider_is_drawn_with_the_bones_of_the_command(ridden):
    mount = Pose(np.array([-4.0, 0.0, 1.0]), rotation.from_matrix(BODY_FROM_CAMERA_AXES))
    camera = CameraSpec("behind", Intrinsics.from_fov(64, 64, 90.0), mount)
    top, flow, speed = [], [], []
    for height in (0.0, 0.4, 0.8, None, 0.8):
        bones = None if height is None else raised(height)
        ridden.advance(DT, 5, Commands(drive=[DriveCommand(2, bones=bones)]))
        # Shows the tick before.
        (images,) = ridden.capture([camera], ("instance", "flow_backward", "velocity"))
        shown = images.passes["instance"] == 9
        top.append(int(np.flatnonzero(shown.any(axis=1))[0]))
        flow.append(float(np.median(images.passes["flow_backward"][shown, 1])))
        speed.append(float(np.median(images.passes["velocity"][shown, 2])))
    assert top[0] == top[1] > top[2] > top[3] == top[4]
    assert speed == pytest.approx([0.0, 4.0, 8.0, 4.0, 0.0], abs=0.01)
    # 32 px focal length; the back is 3.85 m away.
    assert flow == pytest.approx([0.0, 0.0, 32 * 0.4 / 3.85, 32 * 0.4 / 3.85, 0.0], abs=0.05)


def test_bones_of_a_command_are_as_many_as_the_prototype_has(ridden):
    bones = np.zeros((3, 3, 4), np.float32)
    with pytest.raises(RequestError, match="The drive of body 2 has 144 bytes of bones"):
        ridden.advance(DT, 5, Commands(drive=[DriveCommand(2, bones=bones)]))
