"""Vehicles that their brakes hold: they stay exactly where they are until something moves them."""

import numpy as np
import pytest

from cityloop.engine import BodySpec, Commands, DriveCommand, KinematicTarget, KinematicTargets
from cityloop.spatial import Pose, rotation

pytestmark = pytest.mark.needs("driven")

DT = 0.05
SUBSTEPS = 5


def drive(engine, ticks, pedals):
    """Hold pedals, by body, for some ticks; return the states."""
    commands = Commands(drive=[DriveCommand(i, **p) for i, p in pedals.items()])
    return [engine.advance(DT, SUBSTEPS, commands) for _ in range(ticks)]


def test_a_braked_car_stands_exactly_still(ground):
    ground.spawn([BodySpec(2, "car", "driven", velocity=np.array([3.0, 0.0, 0.0]))])
    drive(ground, 60, {2: {"brake": 0.6}})
    one, other = (s.bodies for s in drive(ground, 40, {2: {"brake": 0.6}})[::39])
    assert one.position.tobytes() == other.position.tobytes()
    assert one.quaternion.tobytes() == other.quaternion.tobytes()
    assert np.abs(other.velocity).max() < 1e-9
    assert other.wheels[2][:, 4].all()


@pytest.mark.parametrize(("slope", "eased"), [(-0.15, 0.0), (0.1, 0.0), (0.1, 0.01)])
def test_a_braked_car_holds_on_a_slope_and_rolls_without_its_brake(engine, slope, eased):
    tilt = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), slope)
    engine.spawn([BodySpec(1, "ground", pose=Pose(np.zeros(3), tilt), semantic=0)])
    engine.spawn([BodySpec(2, "car", "driven", Pose(np.zeros(3), tilt))])
    drive(engine, 60, {2: {"brake": 1.0}})
    held = [s.bodies.position[0] for s in drive(engine, 60, {2: {"brake": 1.0}})]
    np.testing.assert_array_equal(held[-1], held[0])
    # tan(0.1) is far more than the resistance to rolling.
    rolling = drive(engine, 20, {2: {"brake": eased}})[-1].bodies
    assert np.sign(slope) * rolling.velocity[0, 0] > 0.3


def test_a_car_that_is_hit_while_it_stands_is_pushed_and_stands_again(ground):
    ground.spawn(
        [
            BodySpec(2, "car", "driven"),
            BodySpec(3, "car", "driven", Pose.from_xyz_yaw(-14.0, 0.3), np.array([8.0, 0.0, 0.0])),
        ]
    )
    pedals = {2: {"brake": 1.0}, 3: {"throttle": 0.05}}
    states = drive(ground, 80, pedals)
    position = np.array([s.bodies.position[0] for s in states])
    hit = next(k for k, s in enumerate(states) if s.contacts)
    assert hit > 10
    assert np.ptp(position[8:hit], axis=0).max() == 0.0
    assert position[-1, 0] > position[hit - 1, 0] + 0.3
    # What it does is told as it is: velocities are what positions show.
    for before, here, after in zip(states, states[1:], states[2:], strict=False):
        row = after.settled.row(2)
        shown = (after.bodies.position[0] - before.bodies.position[0]) / (2 * DT)
        np.testing.assert_allclose(after.settled.velocity[row], shown, atol=1e-9)
        if not before.contacts and not here.contacts and not after.contacts:
            assert np.linalg.norm(here.bodies.velocity[0] - shown) < 0.05
    rest = drive(ground, 60, {2: {"brake": 1.0}, 3: {"brake": 1.0}})[-1].bodies
    assert np.abs(rest.velocity).max() < 1e-9


def test_a_standing_car_is_pushed_by_a_kinematic_one(ground):
    ground.spawn(
        [
            BodySpec(2, "car", "driven"),
            BodySpec(3, "car", "kinematic", Pose.from_xyz_yaw(-8.0, 0.0)),
        ]
    )
    drive(ground, 40, {2: {"brake": 1.0}})
    touched = []
    for tick in range(60):
        target = KinematicTarget(
            3, Pose.from_xyz_yaw(-8.0 + 0.1 * tick, 0.0), np.array([2.0, 0.0, 0.0])
        )
        commands = Commands(KinematicTargets.of([target]), [DriveCommand(2, brake=1.0)])
        state = ground.advance(DT, SUBSTEPS, commands)
        touched += [tick] if state.contacts else []
    # A car is 4.4 m long: the gap of 3.6 m is closed after 1.8 s.
    assert touched[0] == pytest.approx(36, abs=1)
    row = state.bodies.row(2)
    assert state.bodies.position[row, 0] == pytest.approx(-8.0 + 5.9 + 4.4, abs=0.1)


def test_a_standing_car_starts_as_one_that_never_stood(ground):
    """To 2 cm after 2 s: only the springs' last creeping differs."""
    ends = []
    for waiting in (4, 60):
        ground.spawn([BodySpec(2 + waiting, "car", "driven")])
        start = drive(ground, waiting, {2 + waiting: {"brake": 1.0}})[-1].bodies.position[0]
        end = drive(ground, 40, {2 + waiting: {"throttle": 0.5}})[-1].bodies.position[0]
        ends.append(end - start)
        ground.despawn([2 + waiting])
    np.testing.assert_allclose(ends[0], ends[1], atol=0.02)


def test_wheels_turn_while_the_car_stands(ground):
    ground.spawn([BodySpec(2, "car", "driven")])
    before = drive(ground, 20, {2: {"brake": 1.0}})[-1]
    state = drive(ground, 20, {2: {"brake": 1.0, "steering": 1.0}})[-1]
    assert state.bodies.position.tobytes() == before.bodies.position.tobytes()
    assert state.bodies.wheels[2][:2, 0] == pytest.approx(0.6)


def test_a_standing_car_falls_when_what_carries_it_is_taken_away(ground):
    ground.spawn([BodySpec(3, "kerb", pose=Pose.from_xyz_yaw(-5.0, 0.0))])
    on_kerb = Pose(np.array([0.0, 0.0, 0.12]))
    ground.spawn([BodySpec(2, "car", "driven", on_kerb)])
    high = drive(ground, 40, {2: {"brake": 1.0}})[-1].bodies.position[0, 2]
    assert high == pytest.approx(0.12, abs=0.02)
    ground.despawn([3])
    low = drive(ground, 40, {2: {"brake": 1.0}})[-1].bodies.position[0, 2]
    assert low == pytest.approx(0.0, abs=0.02)


def test_a_car_that_leans_on_something_falls_when_that_goes(ground):
    """Its rear is held up by a kinematic crate, which no wheel rolls on."""
    crate = BodySpec(3, "crate", "kinematic", Pose(np.array([-0.5, 0.0, -0.4])))
    ground.spawn([crate])
    pitched = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), 0.12)
    ground.spawn([BodySpec(2, "car", "driven", Pose(np.array([0.0, 0.0, 0.35]), pitched))])
    leaning = drive(ground, 80, {2: {"brake": 1.0}})[-1].bodies
    row = leaning.row(2)
    assert leaning.position[row, 2] > 0.15
    assert not leaning.wheels[2][:, 4].all()
    ground.despawn([3])
    end = drive(ground, 60, {2: {"brake": 1.0}})[-1].bodies
    assert end.position[0, 2] == pytest.approx(0.0, abs=0.02)
    assert end.wheels[2][:, 4].all()


@pytest.mark.needs("save_restore")
def test_a_standing_car_goes_on_bit_by_bit_when_it_is_restored(ground):
    ground.spawn([BodySpec(2, "car", "driven", velocity=np.array([2.0, 0.0, 0.0]))])

    def play():
        states = drive(ground, 30, {2: {"brake": 1.0}}) + drive(ground, 20, {2: {"throttle": 0.4}})
        return b"".join(s.bodies.position.tobytes() for s in states)

    drive(ground, 20, {2: {"brake": 1.0}})  # about to be taken for standing
    kept = ground.save()
    first = play()
    ground.restore(kept)
    assert play() == first
