import numpy as np
import pytest
import tiny_world

from cityloop.engine import BodySpec, Commands, DriveCommand, KinematicTarget, KinematicTargets
from cityloop.spatial import Pose

pytestmark = pytest.mark.needs("driven")

DT = 0.05
SUBSTEPS = 10


def drive(engine, ticks, **pedals):
    """Hold the pedals for some ticks; return the states."""
    commands = Commands(drive=[DriveCommand(2, **pedals)])
    return [engine.advance(DT, SUBSTEPS, commands) for _ in range(ticks)]


def spawn_car(engine, speed=0.0, **more):
    return engine.spawn(
        [BodySpec(2, "car", "driven", velocity=np.array([speed, 0.0, 0.0]), **more)]
    )


def test_a_car_that_nobody_drives_stays_where_it_is(ground):
    spawn_car(ground)
    end = drive(ground, 100)[-1].bodies
    assert np.abs(end.position[0]).max() < 0.01
    assert np.abs(end.velocity[0]).max() < 0.005


def test_full_throttle_accelerates_by_force_over_mass(ground):
    spawn_car(ground)
    states = drive(ground, 60, throttle=1.0)
    # Rolling resistance takes some of it.
    gained = states[59].bodies.velocity[0, 0] - states[19].bodies.velocity[0, 0]
    assert gained / (40 * DT) == pytest.approx(tiny_world.MAX_DRIVE / tiny_world.CAR_MASS, rel=0.06)
    assert states[59].bodies.acceleration[0, 0] == pytest.approx(4.0, rel=0.06)


def test_no_drive_force_acts_beyond_the_top_speed(ground):
    spawn_car(ground, speed=39.5)
    states = drive(ground, 200, throttle=1.0)
    assert 39.0 < states[-1].bodies.velocity[0, 0] <= 40.1


def test_full_brake_decelerates_by_force_over_mass_and_holds(ground):
    spawn_car(ground, speed=20.0)
    states = drive(ground, 100, brake=1.0)
    lost = states[5].bodies.velocity[0, 0] - states[25].bodies.velocity[0, 0]
    assert lost / (20 * DT) == pytest.approx(tiny_world.MAX_BRAKE / tiny_world.CAR_MASS, rel=0.04)
    assert abs(states[-1].bodies.velocity[0, 0]) < 0.01
    # 20 m/s at 8 m/s^2 takes 25 m, and the build-up of the brake 2 m more.
    assert 25.0 < states[-1].bodies.position[0, 0] < 28.5


def test_throttle_below_zero_drives_backwards(ground):
    spawn_car(ground)
    assert drive(ground, 40, throttle=-0.5)[-1].bodies.velocity[0, 0] < -2.0


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_steering_turns_by_the_bicycle_model(ground, side):
    spawn_car(ground, speed=5.0)
    state = drive(ground, 40, throttle=0.02, steering=0.2 * side)[-1]
    v = np.linalg.norm(state.bodies.velocity[0])
    # R. Rajamani, "Vehicle Dynamics and Control", 2.2: yaw rate = v tan(angle) / wheelbase.
    expected = v * np.tan(0.2 * 0.6) / 2.7
    assert state.bodies.angular_velocity[0, 2] == pytest.approx(side * expected, rel=0.05)
    assert state.bodies.wheels[2][:2, 0] == pytest.approx(side * 0.12)
    assert state.bodies.wheels[2][2:, 0] == pytest.approx(0.0)


def test_wheels_roll_as_far_as_the_car_drives(ground):
    start = spawn_car(ground, speed=8.0)
    end = drive(ground, 60, throttle=0.3)[-1].bodies
    driven = end.position[0, 0] - start.position[0, 0]
    rolled = (end.wheels[2][:, 1] - start.wheels[2][:, 1]) * tiny_world.WHEEL_RADIUS
    assert rolled == pytest.approx(driven, rel=2e-3)
    assert end.wheels[2][:, 2] * tiny_world.WHEEL_RADIUS == pytest.approx(
        end.velocity[0, 0], rel=1e-3
    )
    assert end.wheels[2][:, 4].all()


def test_velocity_is_the_derivative_of_the_positions(ground):
    """In accelerating, swerving and braking, far from the origin, to 0.05 m/s."""
    spawn_car(ground, speed=10.0, pose=Pose.from_xyz_yaw(-300.0, 250.0))
    states = drive(ground, 40, throttle=1.0)
    for k in range(40):
        states += drive(ground, 1, steering=0.08 * np.sin(k / 8))
    states += drive(ground, 80, brake=1.0)
    position = np.array([s.bodies.position[0] for s in states])
    velocity = np.array([s.bodies.velocity[0] for s in states])
    difference = (position[2:] - position[:-2]) / (2 * DT) - velocity[1:-1]
    assert np.linalg.norm(difference, axis=1).max() < 0.05


def test_a_car_that_hits_a_wall_stops_and_says_so(ground):
    ground.spawn([BodySpec(3, "wall", pose=Pose.from_xyz_yaw(12.0, 0.0))])
    spawn_car(ground, speed=10.0)
    states = drive(ground, 40)
    contacts = [c for s in states for c in s.contacts]
    assert {(c.body_a, c.body_b) for c in contacts} == {(2, 3)}
    hardest = max(contacts, key=lambda c: c.impulse_ns)
    assert hardest.point[0] == pytest.approx(11.9, abs=0.2)
    assert hardest.normal == pytest.approx([1.0, 0.0, 0.0], abs=0.05)
    # It stands after the first ticks, or rolls back a little.
    speed = [10.0] + [float(s.bodies.velocity[s.bodies.row(2), 0]) for s in states]
    first = next(k for k, s in enumerate(states) if s.contacts)
    passed = sum(c.impulse_ns for s in states[first : first + 4] for c in s.contacts)
    lost = tiny_world.CAR_MASS * (speed[first] - speed[first + 4])
    assert passed == pytest.approx(lost, rel=0.1)
    # Its front is 3.55 m ahead of its origin.
    assert ground.state.bodies.position[0, 0] < 11.9 - 3.55 + 0.1


def test_a_kinematic_body_is_touched_without_being_moved(ground):
    person = BodySpec(
        5, "person", "kinematic", Pose.from_xyz_yaw(8.0, 0.0), bones=tiny_world.rest_bones()
    )
    ground.spawn([person])
    spawn_car(ground, speed=8.0)
    states = drive(ground, 30)
    pairs = {(c.body_a, c.body_b) for s in states for c in s.contacts}
    assert (2, 5) in pairs
    end = ground.state.bodies
    assert end.position[end.row(5)] == pytest.approx([8.0, 0.0, 0.0])


def test_two_kinematic_bodies_touch(ground):
    ground.spawn(
        [
            BodySpec(2, "car", "kinematic"),
            BodySpec(5, "person", "kinematic", Pose.from_xyz_yaw(6.0, 0.0)),
        ]
    )
    touched = []
    for tick in range(1, 21):
        x = 5.0 * tick * DT
        target = KinematicTarget(2, Pose.from_xyz_yaw(x, 0.0), np.array([5.0, 0.0, 0.0]))
        state = ground.advance(DT, SUBSTEPS, Commands(kinematic=KinematicTargets.of([target])))
        if state.contacts:
            touched.append((tick, x))
            assert [(c.body_a, c.body_b) for c in state.contacts] == [(2, 5)]
    # The car's front is at x + 3.55, the person's capsule begins at 5.75.
    assert touched[0][1] == pytest.approx(5.75 - 3.55, abs=5.0 * DT)


def test_driving_is_the_same_every_time(engine):
    """Same commands, same numbers to the last bit, over three hundred ticks."""

    def play():
        engine.load_scene(tiny_world.scene())
        engine.spawn([BodySpec(1, "ground"), BodySpec(9, "wall", pose=Pose.from_xyz_yaw(60, 0))])
        engine.spawn(
            [
                BodySpec(10 + i, "car", "driven", Pose.from_xyz_yaw(-8.0 * i, 0.3 * i))
                for i in range(4)
            ]
        )
        out = []
        for tick in range(300):
            commands = [
                DriveCommand(10 + i, throttle=0.9, steering=0.05 * np.sin(tick / 20 + i))
                for i in range(4)
            ]
            state = engine.advance(DT, 5, Commands(drive=commands))
            out.append(state.bodies.position.tobytes() + state.bodies.velocity.tobytes())
        return out

    assert play() == play()


@pytest.mark.needs("save_restore")
def test_restored_bodies_go_on_bit_by_bit(ground):
    ground.spawn([BodySpec(3, "wall", pose=Pose.from_xyz_yaw(25.0, 0.0))])
    spawn_car(ground, speed=5.0)
    drive(ground, 20, throttle=0.8, steering=0.02)
    kept = ground.save()
    at = ground.state
    first = drive(ground, 60, throttle=0.8, steering=-0.02)
    ground.spawn([BodySpec(7, "car", "driven", Pose.from_xyz_yaw(-20.0, 0.0))])
    back = ground.restore(kept)
    assert (back.tick, back.time_s) == (at.tick, at.time_s)
    assert back.bodies.position.tobytes() == at.bodies.position.tobytes()
    second = drive(ground, 60, throttle=0.8, steering=-0.02)
    assert [s.bodies.ids.tolist() for s in second] == [[2]] * 60
    for one, other in zip(first, second, strict=True):
        assert one.bodies.position.tobytes() == other.bodies.position.tobytes()
        assert one.bodies.velocity.tobytes() == other.bodies.velocity.tobytes()
