"""Bodies that change who moves them: no jump, no break in the history, the same every time."""

import numpy as np
import pytest
import tiny_world

from cityloop.engine import BodySpec, Commands, DriveCommand, KinematicTarget, KinematicTargets
from cityloop.errors import RequestError
from cityloop.spatial import Pose

pytestmark = pytest.mark.needs("driven")

DT = 0.05
SUBSTEPS = 5
ROLLING = 0.012 * 9.81  # deceleration of a car that coasts, m/s^2


def follow(engine, x, speed, kinds=None, accel=0.0, steering=0.0, yaw_rate=0.0):
    """One tick of body 2 as a kinematic one, driving along x; return the states."""
    wheels = np.zeros((4, 5))
    wheels[:2, 0] = steering
    wheels[:, 1] = x / tiny_world.WHEEL_RADIUS
    wheels[:, 2] = speed / tiny_world.WHEEL_RADIUS
    wheels[:, 4] = 1.0
    target = KinematicTarget(
        2,
        Pose.from_xyz_yaw(x, 0.0),
        np.array([speed, 0.0, 0.0]),
        np.array([0.0, 0.0, yaw_rate]),
        np.array([accel, 0.0, 0.0]),
        wheels=wheels,
    )
    commands = Commands(kinematic=KinematicTargets.of([target]), kinds=kinds or {})
    return engine.advance(DT, SUBSTEPS, commands).bodies


def drive(engine, kinds=None, **pedals):
    """One tick of body 2 as a driven one; return the states."""
    commands = Commands(drive=[DriveCommand(2, **pedals)], kinds=kinds or {})
    return engine.advance(DT, SUBSTEPS, commands).bodies


def spawn(engine, speed):
    engine.spawn([BodySpec(2, "car", "kinematic", velocity=np.array([speed, 0.0, 0.0]))])


# Speed m/s, acceleration m/s^2, the pedals that go on with it, and what the nod of the body (which
# a kinematic one does not have) may do within 0.2 s: m and m/s.
MOTIONS = {
    "standing": (0.0, 0.0, {}, 1e-3, 0.01),
    "coasting": (12.0, -ROLLING, {}, 1e-3, 0.01),
    "braking": (12.0, -2.0, {"brake": (2.0 - ROLLING) / 8.0}, 1e-2, 0.06),
    "accelerating": (8.0, 2.0, {"throttle": (2.0 + ROLLING) / 4.0}, 1e-2, 0.06),
}


@pytest.mark.parametrize("name", MOTIONS)
def test_from_kinematic_to_driven_without_a_jump(ground, name):
    speed, accel, pedals, most_m, most_mps = MOTIONS[name]
    spawn(ground, speed)
    for k in range(1, 15):
        t = k * DT
        x, v = speed * t + accel * t * t / 2, speed + accel * t
        if k <= 10:
            bodies = follow(ground, x, v, accel=accel)
            continue
        bodies = drive(ground, {2: "driven"} if k == 11 else None, **pedals)
        assert bodies.kind == ("driven",)
        off = bodies.position[0] - [x, 0.0, 0.0]
        off_mps = bodies.velocity[0] - [v, 0.0, 0.0]
        assert np.abs(off[:2]).max() < (1e-3 if k == 11 else 3e-3)
        assert np.abs(off_mps[:2]).max() < 0.05
        assert np.linalg.norm(off) < (2e-3 if k == 11 else most_m)
        assert np.linalg.norm(off_mps) < most_mps
        rolled = bodies.wheels[2][:, 1] * tiny_world.WHEEL_RADIUS
        assert rolled == pytest.approx(x, abs=0.02)
        assert bodies.acceleration[0, 0] == pytest.approx(accel, abs=0.3)


def test_steering_goes_on_from_the_angle_of_the_wheels(ground):
    """A driven car that has to turn its wheels first takes 0.15 s for 0.12 rad."""
    spawn(ground, 5.0)
    for k in range(1, 6):
        follow(ground, 5.0 * DT * k, 5.0, steering=0.12)
    bodies = drive(ground, {2: "driven"}, steering=0.12 / 0.6)
    assert bodies.wheels[2][:2, 0] == pytest.approx(0.12)
    assert bodies.wheels[2][2:, 0] == pytest.approx(0.0)


def test_from_driven_to_kinematic_exactly(ground):
    spawn(ground, 10.0)
    drive(ground, {2: "driven"})
    for _ in range(20):
        before = drive(ground, throttle=0.3)
    x = float(before.position[0, 0]) + 0.5
    after = follow(ground, x, 10.0, {2: "kinematic"})
    assert after.kind == ("kinematic",)
    assert after.position[0].tolist() == [x, 0.0, 0.0]
    assert after.velocity[0].tolist() == [10.0, 0.0, 0.0]
    # Pedals are for driven bodies only.
    with pytest.raises(RequestError, match="2 is kinematic, not driven"):
        drive(ground)


def test_the_same_kind_again_changes_nothing(ground):
    spawn(ground, 10.0)
    drive(ground, {2: "driven"}, throttle=0.5)
    kept = ground.save()
    first = [drive(ground, throttle=0.5) for _ in range(10)]
    ground.restore(kept)
    second = [drive(ground, {2: "driven"}, throttle=0.5) for _ in range(10)]
    for one, other in zip(first, second, strict=True):
        assert one.position.tobytes() == other.position.tobytes()


@pytest.mark.needs("walker")
def test_a_walker_becomes_kinematic_and_walks_again(ground):
    ground.spawn([BodySpec(5, "person", "walker", Pose.from_xyz_yaw(1.0, 2.0, 0.0, 0.4))])
    bodies = ground.advance(DT, SUBSTEPS, Commands(kinds={5: "kinematic"})).bodies
    assert bodies.kind == ("kinematic",)
    assert bodies.position[0] == pytest.approx([1.0, 2.0, 0.0], abs=1e-3)
    bodies = ground.advance(DT, SUBSTEPS, Commands(kinds={5: "walker"})).bodies
    assert bodies.kind == ("walker",)
    assert Pose(bodies.position[0], bodies.quaternion[0]).yaw_rad == pytest.approx(0.4)


def test_a_kinematic_body_pushes_from_the_tick_on_in_which_it_is_one(ground):
    """A car that has become kinematic is not stopped by what it drives into."""
    spawn(ground, 10.0)
    ground.spawn([BodySpec(3, "car", "driven", Pose.from_xyz_yaw(8.0, 0.0))])
    drive(ground, {2: "driven"})
    for k in range(2, 30):
        follow(ground, 10.0 * DT * k, 10.0, {2: "kinematic"} if k == 2 else None)
    bodies = ground.state.bodies
    assert bodies.position[bodies.row(2), 0] == pytest.approx(10.0 * DT * 29)
    assert bodies.position[bodies.row(3), 0] > 10.0 * DT * 29 + 4.0


def test_a_kinematic_body_that_has_come_to_rest_is_an_obstacle(ground):
    """Far from all others it goes to its place, and is met there later."""
    spawn(ground, 0.0)
    ground.spawn(
        [BodySpec(3, "car", "driven", Pose.from_xyz_yaw(-60.0, 0.0), np.array([12.0, 0.0, 0.0]))]
    )
    states = [follow(ground, 10.0 * DT * k, 10.0) for k in range(1, 21)]
    contacts = []
    for _ in range(160):
        state = ground.advance(DT, SUBSTEPS, Commands(drive=[DriveCommand(3, throttle=0.2)]))
        contacts += state.contacts
    bodies = state.bodies
    assert bodies.position[bodies.row(2)].tolist() == states[-1].position[0].tolist()
    assert {(c.body_a, c.body_b) for c in contacts} == {(2, 3)}
    # The front of a car is 3.55 m ahead of its origin, the back 0.85 m behind.
    assert bodies.position[bodies.row(3), 0] == pytest.approx(10.0 - 0.85 - 3.55, abs=0.15)
    assert max(c.impulse_ns for c in contacts) > 5000.0


WRONG_KINDS = {
    "no body 77": {77: "kinematic"},
    "1 cannot become or cease to be static": {1: "kinematic"},
    "2 cannot become or cease to be static": {2: "static"},
    "4 is driven, but its prototype 'crate' has no dynamics": {4: "driven"},
    "4 walks, but the first collider": {4: "walker"},
    "2 is limp, but its prototype 'car' has no ragdoll": {2: "ragdoll"},
}


@pytest.mark.parametrize("why", WRONG_KINDS)
def test_wrong_kinds_are_refused_and_time_stands_still(ground, why):
    spawn(ground, 0.0)
    ground.spawn([BodySpec(4, "crate", "kinematic", Pose.from_xyz_yaw(0.0, 9.0))])
    with pytest.raises(RequestError, match=why):
        ground.advance(DT, SUBSTEPS, Commands(kinds={2: "driven", **WRONG_KINDS[why]}))
    state = ground.advance(DT, SUBSTEPS)
    assert state.tick == 1
    assert state.bodies.kind == ("kinematic", "kinematic")


def test_a_ragdoll_cannot_be_spawned(ground):
    with pytest.raises(RequestError, match="5 cannot enter as a ragdoll"):
        ground.spawn([BodySpec(5, "person", "ragdoll")])


@pytest.mark.needs("save_restore")
def test_restored_bodies_are_of_the_kind_that_they_were(ground):
    spawn(ground, 6.0)
    for k in range(1, 4):
        follow(ground, 6.0 * DT * k, 6.0)
    kinematic = ground.save()
    drive(ground, {2: "driven"}, throttle=0.4)
    driven = ground.save()
    first = [drive(ground, throttle=0.4, steering=0.1) for _ in range(20)]
    assert ground.restore(kinematic).bodies.kind == ("kinematic",)
    follow(ground, 6.0 * DT * 4, 6.0)
    assert ground.restore(driven).bodies.kind == ("driven",)
    second = [drive(ground, throttle=0.4, steering=0.1) for _ in range(20)]
    for one, other in zip(first, second, strict=True):
        assert one.position.tobytes() == other.position.tobytes()
        assert one.velocity.tobytes() == other.velocity.tobytes()


def test_a_thousand_ticks_of_changing_kinds_are_the_same_every_time(engine):
    """Cars that change their kind every 7 to 11 ticks, brake, steer and touch each other."""

    def play():
        engine.load_scene(tiny_world.scene())
        engine.spawn([BodySpec(1, "ground")])
        engine.spawn(
            [
                BodySpec(10 + i, "car", "kinematic", Pose.from_xyz_yaw(7.0 * i, 0.0))
                for i in range(5)
            ]
        )
        out = []
        for tick in range(1000):
            bodies = engine.state.bodies
            kinds = {
                10 + i: "driven" if kind == "kinematic" else "kinematic"
                for i, kind in enumerate(bodies.kind)
                if tick % (7 + i) == 0
            }
            now = [kinds.get(10 + i, kind) for i, kind in enumerate(bodies.kind)]
            targets = [
                KinematicTarget(
                    10 + i,
                    Pose(bodies.position[i] + bodies.velocity[i] * DT, bodies.quaternion[i]),
                    bodies.velocity[i],
                )
                for i in range(5)
                if now[i] == "kinematic"
            ]
            pedals = [
                DriveCommand(10 + i, throttle=0.5 - 0.1 * i, steering=0.3 * np.sin(tick / 15 + i))
                for i in range(5)
                if now[i] == "driven"
            ]
            commands = Commands(KinematicTargets.of(targets), pedals, kinds=kinds)
            state = engine.advance(DT, SUBSTEPS, commands)
            out.append(state.bodies.position.tobytes() + state.bodies.velocity.tobytes())
        return out

    first = play()
    assert len(set(first)) > 990
    assert play() == first
