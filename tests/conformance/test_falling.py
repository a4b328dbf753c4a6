"""People whom a vehicle hits: who falls, when, and what it costs the vehicle."""

from itertools import pairwise

import numpy as np
import pytest
import tiny_world

from cityloop.engine import (
    BodySpec,
    Commands,
    DriveCommand,
    KinematicTarget,
    KinematicTargets,
    WalkCommand,
)
from cityloop.errors import RequestError
from cityloop.spatial import Pose, rotation
from cityloop.world.people import PERSON_KINDS, people_scene

pytestmark = pytest.mark.needs("driven", "ragdoll")

DT = 0.05
G = 9.81
CAR, PERSON = 2, 5
NOSE_M = 3.55  # the car's front, ahead of its origin
SPEED = 10.0


@pytest.fixture
def street(engine):
    """The ground, with prototypes of a man and a child."""
    scene = tiny_world.scene()
    scene.extend(people_scene(["man", "child"]))
    engine.load_scene(scene)
    engine.spawn([BodySpec(1, "ground")])
    return engine


def spawn(engine, person="man", speed=SPEED, kind="driven", at=6.0, walker=False, **more):
    """A car that reaches the person about 0.2 s later, and the person, who faces north."""
    engine.spawn(
        [
            BodySpec(CAR, "car", kind, velocity=np.array([speed, 0.0, 0.0])),
            BodySpec(
                PERSON,
                person,
                "walker" if walker else "kinematic",
                Pose.from_xyz_yaw(at, 0.0, 0.0, np.pi / 2),
                **more,
            ),
        ]
    )


def drive(engine, ticks, **pedals):
    commands = Commands(drive=[DriveCommand(CAR, **pedals)])
    return [engine.advance(DT, 5, commands) for _ in range(ticks)]


def push(engine, ticks, speed, first_x=0.0):
    """Move the kinematic car along x."""
    states = []
    for tick in range(1, ticks + 1):
        pose = Pose.from_xyz_yaw(first_x + speed * tick * DT, 0.0)
        target = KinematicTarget(CAR, pose, np.array([speed, 0.0, 0.0]))
        commands = Commands(kinematic=KinematicTargets.of([target]))
        states.append(engine.advance(DT, 5, commands))
    return states


def column(states, name, body):
    return np.array([getattr(s.bodies, name)[s.bodies.row(body)] for s in states])


def kinds(states, body=PERSON):
    return [s.bodies.kind[s.bodies.row(body)] for s in states]


def onset(states):
    """The first state in which the person is limp."""
    return kinds(states).index("ragdoll")


def skeleton_points(state, kind="man"):
    """(B, 3) where the joints of the skeleton are."""
    from cityloop.world.people import skeleton

    bones, row = state.bodies.bones[PERSON].astype(float), state.bodies.row(PERSON)
    heads = np.einsum("brc,bc->br", bones[:, :, :3], skeleton(kind).heads) + bones[:, :, 3]
    return state.bodies.position[row] + rotation.rotate(state.bodies.quaternion[row], heads)


@pytest.mark.parametrize("person", ["man", "child"])
def test_a_car_shares_its_momentum_with_whom_it_hits(street, person):
    spawn(street, person)
    states = drive(street, 14)
    first = onset(states)
    before = column(states, "velocity", CAR)[first - 1, 0]
    after = column(states, "velocity", CAR)[first + 4, 0]
    mass = PERSON_KINDS[person].mass_kg
    # Plastic impact: both go on at the speed of their common centre of mass.
    expected = mass / (mass + tiny_world.CAR_MASS)
    assert 1 - after / before == pytest.approx(expected, abs=0.017)
    assert states[first].bodies.kind[states[first].bodies.row(CAR)] == "driven"


def test_the_contact_is_reported_with_its_impulse(street):
    spawn(street)
    states = drive(street, 14)
    contacts = [(k, c) for k, s in enumerate(states) for c in s.contacts]
    assert {(c.body_a, c.body_b) for _, c in contacts} == {(CAR, PERSON)}
    first = onset(states)
    assert contacts[0][0] in (first, first + 1)
    hardest = max((c for _, c in contacts), key=lambda c: c.impulse_ns)
    lost = tiny_world.CAR_MASS * (
        column(states, "velocity", CAR)[first - 1, 0] - column(states, "velocity", CAR)[-1, 0]
    )
    # The tyres and the air take a little as well.
    assert sum(c.impulse_ns for _, c in contacts) == pytest.approx(lost, rel=0.1)
    assert hardest.normal[0] > 0.7
    front = column(states, "position", CAR)[contacts[0][0], 0] + NOSE_M
    assert abs(contacts[0][1].point[0] - front) < 0.5


def test_who_is_hit_flies_forward_and_comes_to_rest_on_the_ground(street):
    spawn(street)
    hit = drive(street, 8)
    states = hit + drive(street, 140, brake=0.9)
    first = onset(states)
    assert all(kind == "ragdoll" for kind in kinds(states)[first:])
    pelvis = np.array([skeleton_points(s)[1] for s in states[first:]])
    speeds = np.linalg.norm(np.diff(pelvis, axis=0), axis=1) / DT
    assert speeds.max() < 1.5 * SPEED
    thrown = pelvis[-1, 0] - 6.0
    # Sliding alone, from the car's speed: v^2 / (2 mu g) with mu = 0.66.
    assert thrown == pytest.approx(SPEED**2 / (2 * 0.66 * G), rel=0.4)
    # The root bone is a point on the ground that follows the pelvis, not a part of the body.
    points = np.concatenate([skeleton_points(s)[1:] for s in states[first:]])
    assert points[:, 2].min() > -0.05
    assert points[:, 2].max() < 4.0
    last = skeleton_points(states[-1])[1:]
    assert last[:, 2].max() < 0.75  # nobody is left standing
    assert np.abs(column(states[-5:], "velocity", PERSON)).max() < 1e-6
    assert np.abs(column(states[-5:], "angular_velocity", PERSON)).max() < 1e-6
    assert last == pytest.approx(skeleton_points(states[-5])[1:], abs=1e-6)


def test_the_fall_begins_where_the_person_was(street):
    """No jump: the first limp posture is within one tick's motion of the last upright one."""
    from cityloop.world.people import skeleton

    spawn(street)
    states = drive(street, 8)
    first = onset(states)
    upright = skeleton("man").heads @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1.0]])
    upright = upright + [6.0, 0.0, 0.0]
    moved = np.linalg.norm(skeleton_points(states[first]) - upright, axis=1)
    assert moved.max() < 1.9 * SPEED * DT
    # A tick before, nothing had touched.
    front = column(states, "position", CAR)[first - 1, 0] + NOSE_M
    assert front < 6.0 - 0.13 * PERSON_KINDS["man"].height_m


@pytest.mark.parametrize("speed", [3.0, 15.0])
def test_a_vehicle_on_rails_knocks_people_down_too(street, speed):
    spawn(street, kind="kinematic", speed=speed)
    states = push(street, int(6.0 / speed / DT), speed)
    first = onset(states)
    assert column(states, "velocity", CAR)[-1, 0] == speed
    front = column(states, "position", CAR)[first, 0] + NOSE_M
    assert front == pytest.approx(6.0 - 0.13 * PERSON_KINDS["man"].height_m, abs=speed * DT)
    assert {(c.body_a, c.body_b) for s in states for c in s.contacts} == {(CAR, PERSON)}


@pytest.mark.needs("walker")
def test_a_walker_falls_as_well(street):
    spawn(street, walker=True)
    walk = Commands(
        drive=[DriveCommand(CAR)], walk=[WalkCommand(PERSON, np.array([0.0, 1.0, 0.0]), np.pi / 2)]
    )
    states = [street.advance(DT, 5, walk)]
    while kinds(states)[-1] == "walker":
        states.append(street.advance(DT, 5, walk))
        assert len(states) < 20
    assert kinds(states)[-1] == "ragdoll"
    with pytest.raises(RequestError, match="not a walker"):
        street.advance(DT, 5, walk)


def test_a_slow_touch_does_not_knock_down(street):
    spawn(street, kind="kinematic", speed=1.2, at=NOSE_M + 0.6)
    states = push(street, 15, 1.2)
    assert set(kinds(states)) == {"kinematic"}
    assert any(s.contacts for s in states)


def test_who_runs_into_a_standing_car_does_not_fall(street):
    spawn(street, kind="kinematic", speed=0.0, at=NOSE_M + 1.5)
    states = []
    for tick in range(1, 11):
        x = NOSE_M + 1.5 - 4.0 * DT * tick
        target = KinematicTarget(
            PERSON, Pose.from_xyz_yaw(x, 0.0, 0.0, np.pi), np.array([-4.0, 0.0, 0.0])
        )
        states.append(street.advance(DT, 5, Commands(kinematic=KinematicTargets.of([target]))))
    assert set(kinds(states)) == {"kinematic"}
    assert any(s.contacts for s in states)


def test_who_runs_away_as_fast_as_the_car_does_not_fall(street):
    spawn(street, kind="kinematic", speed=5.0, at=NOSE_M + 0.4)
    states = []
    for tick in range(1, 15):
        targets = [
            KinematicTarget(
                CAR, Pose.from_xyz_yaw(5.0 * DT * tick, 0.0), np.array([5.0, 0.0, 0.0])
            ),
            KinematicTarget(
                PERSON,
                Pose.from_xyz_yaw(NOSE_M + 0.4 + 4.5 * DT * tick, 0.0),
                np.array([4.5, 0.0, 0.0]),
            ),
        ]
        states.append(street.advance(DT, 5, Commands(kinematic=KinematicTargets.of(targets))))
    assert any(s.contacts for s in states)
    assert set(kinds(states)) == {"kinematic"}


def test_a_car_that_passes_by_touches_nobody(street):
    spawn(street)
    street.advance(
        DT,
        5,
        Commands(
            kinematic=KinematicTargets.of(
                [KinematicTarget(PERSON, Pose.from_xyz_yaw(6.0, 1.4), teleport=True)]
            )
        ),
    )
    states = drive(street, 20)
    assert set(kinds(states)) == {"kinematic"}
    assert not any(s.contacts for s in states)


def test_a_command_makes_somebody_limp_and_another_raises_them(street):
    pose = Pose.from_xyz_yaw(20.0, 0.0, 3.0, 0.0)
    street.spawn([BodySpec(PERSON, "man", "kinematic", pose, velocity=np.array([2.0, 0.0, 0.0]))])
    start = street.state.bodies.position[0].copy()
    states = [street.advance(DT, 5, Commands(kinds={PERSON: "ragdoll"}))]
    states += [street.advance(DT, 5) for _ in range(12)]
    assert set(kinds(states)) == {"ragdoll"}
    # Free fall: what the head of the fall follows, apart from the limbs' own motion.
    t = DT * len(states)
    center = np.array([skeleton_points(s)[1] for s in states])
    assert center[-1, 0] - start[0] == pytest.approx(2.0 * t, abs=0.1)
    assert center[-1, 2] == pytest.approx(3.0 + 0.96 - G * t * t / 2, abs=0.1)
    position, velocity = column(states, "position", PERSON), column(states, "velocity", PERSON)
    difference = (position[2:] - position[:-2]) / (2 * DT) - velocity[1:-1]
    assert np.linalg.norm(difference, axis=1).max() < 0.05
    up = KinematicTarget(PERSON, Pose.from_xyz_yaw(20.0, 0.0), teleport=True)
    state = street.advance(
        DT, 5, Commands(kinds={PERSON: "kinematic"}, kinematic=KinematicTargets.of([up]))
    )
    assert kinds([state]) == ["kinematic"]
    assert state.bodies.position[0] == pytest.approx([20.0, 0.0, 0.0])
    assert PERSON not in state.bodies.bones


def test_somebody_without_limbs_cannot_be_limp(ground):
    ground.spawn([BodySpec(PERSON, "person", "kinematic")])
    with pytest.raises(RequestError, match="no ragdoll"):
        ground.advance(DT, 5, Commands(kinds={PERSON: "ragdoll"}))


@pytest.mark.needs("save_restore")
def test_a_fall_is_the_same_every_time_and_after_a_restore(street):
    spawn(street)
    drive(street, 6)
    kept = street.save()
    first = drive(street, 60, brake=0.5)
    street.restore(kept)
    second = drive(street, 60, brake=0.5)
    for one, other in zip(first, second, strict=True):
        assert one.bodies.position.tobytes() == other.bodies.position.tobytes()
        assert one.bodies.bones[PERSON].tobytes() == other.bodies.bones[PERSON].tobytes()


def test_two_people_fall_at_once_and_despawn(street):
    spawn(street)
    other = BodySpec(6, "child", "kinematic", Pose.from_xyz_yaw(6.3, 0.6))
    street.spawn([other])
    states = drive(street, 12)
    assert kinds(states, 6)[-1] == kinds(states, PERSON)[-1] == "ragdoll"
    assert set(states[-1].bodies.bones) == {PERSON, 6}
    street.despawn([PERSON, 6])
    assert street.advance(DT, 5).bodies.ids.tolist() == [CAR]
    assert not street.state.bodies.bones


def test_rates_of_what_physics_moves_are_put_right_at_the_next_tick(street):
    """Labels of a collision and a fall are what the positions around the tick show."""
    spawn(street)
    states = drive(street, 8) + drive(street, 60, brake=0.9)
    first = onset(states)
    for k, (before, here, after) in enumerate(zip(states, states[1:], states[2:], strict=False)):
        # The person is led until the tick in which they are hit.
        moved = [CAR] if k + 2 < first else [CAR, PERSON]
        assert after.settled.ids.tolist() == moved
        for body in moved:
            row = after.settled.row(body)
            p0, p1, p2 = (s.bodies.position[s.bodies.row(body)] for s in (before, here, after))
            np.testing.assert_allclose(after.settled.position[row], p1, atol=1e-12)
            np.testing.assert_allclose(after.settled.velocity[row], (p2 - p0) / (2 * DT), atol=1e-9)
            np.testing.assert_allclose(
                after.settled.acceleration[row], (p2 - 2 * p1 + p0) / DT**2, atol=1e-6
            )
            q0, q2 = (s.bodies.quaternion[s.bodies.row(body)] for s in (before, after))
            turned = rotation.advance(q0, after.settled.angular_velocity[row], 2 * DT)
            assert abs(turned @ q2) == pytest.approx(1.0, abs=1e-9)


def test_without_a_push_they_are_the_solvers_own(street):
    spawn(street, at=80.0)
    states = drive(street, 10, throttle=0.5, steering=0.1) + drive(street, 20, brake=0.5)
    for here, after in pairwise(states[1:]):
        row = here.bodies.row(CAR)
        assert np.linalg.norm(after.settled.velocity[0] - here.bodies.velocity[row]) < 0.05
        assert (
            np.linalg.norm(after.settled.angular_velocity[0] - here.bodies.angular_velocity[row])
            < 0.05
        )


def lie_down(engine, at, ticks=60, person="man"):
    """Let the person, at `at`, fall and come to lie."""
    engine.spawn([BodySpec(PERSON, person, "kinematic", at)])
    engine.advance(DT, 5, Commands(kinds={PERSON: "ragdoll"}))
    for _ in range(ticks):
        engine.advance(DT, 5)
    return skeleton_points(engine.state, person)[1:]


def comes_down(tick):
    """Poses of a car whose floor ends 5 cm above the ground, less than any limb is thick."""
    return Pose.from_xyz_yaw(19.0, 0.0, 1.0 - min(0.05 * tick, 1.25))


def drives_over_again_and_again(tick):
    """Poses of a car 15 cm above the ground at 8 m/s, 20 m on and back in one tick."""
    return Pose.from_xyz_yaw(10.0 + 0.4 * tick % 20.0, 0.0, -0.15)


@pytest.mark.parametrize("person", ["man", "child"])
@pytest.mark.parametrize("pose", [comes_down, drives_over_again_and_again])
def test_no_car_presses_who_lies_through_the_ground(street, person, pose):
    lie_down(street, Pose.from_xyz_yaw(20.0, 0.0), person=person)
    street.spawn([BodySpec(CAR, "car", "kinematic", pose(0))])
    lowest = 1.0
    for tick in range(1, 401):
        target = KinematicTarget(CAR, pose(tick))
        state = street.advance(DT, 5, Commands(kinematic=KinematicTargets.of([target])))
        lowest = min(lowest, skeleton_points(state, person)[1:, 2].min())
    assert lowest > -0.05
    assert skeleton_points(state, person)[1:, 2].max() < 0.75


def test_who_lies_is_stepped_over_not_pushed(street):
    lying = lie_down(street, Pose.from_xyz_yaw(20.0, 0.0), ticks=140)
    feet = [lying[k, :2] for k in (0, 12, 25)]
    walkers = range(10, 13)
    street.spawn([BodySpec(i, "man", "kinematic", Pose.from_xyz_yaw(17.0, 0.0)) for i in walkers])
    touched = 0
    for tick in range(1, 401):
        targets = [
            KinematicTarget(i, Pose.from_xyz_yaw(*(at + [np.sin(0.1 * tick + i), 0.0])))
            for i, at in zip(walkers, feet, strict=True)
        ]
        state = street.advance(DT, 5, Commands(kinematic=KinematicTargets.of(targets)))
        touched += sum(PERSON in (c.body_a, c.body_b) for c in state.contacts)
        assert skeleton_points(state)[1:, 2].min() > -0.05
    assert touched == 0
    assert skeleton_points(state)[1:] == pytest.approx(lying, abs=0.02)


def test_beyond_the_edge_of_the_ground_it_goes_on_at_the_same_height(street):
    """The ground ends at 400 m; who is thrown over the edge slides to a stop.

    Only the centres of limbs are held there: an end may reach half a shin lower.
    """
    pose = Pose.from_xyz_yaw(399.0, 0.0)
    street.spawn([BodySpec(PERSON, "man", "kinematic", pose, velocity=np.array([8.0, 0.0, 1.0]))])
    states = [street.advance(DT, 5, Commands(kinds={PERSON: "ragdoll"}))]
    states += [street.advance(DT, 5) for _ in range(260)]
    points = [skeleton_points(state)[1:] for state in states]
    assert min(p[:, 2].min() for p in points) > -0.25
    assert points[-1][:, 0].min() > 400.0
    assert points[-1] == pytest.approx(points[-2], abs=0.01)
