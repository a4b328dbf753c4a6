import math
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from cityloop.spatial import rotation
from cityloop.traffic.gaits import PASSING_RAD, gait_phase_rate
from cityloop.traffic.person_motion import SHIFTING_RADPS, PersonTracks
from cityloop.traffic.person_plans import Obstacles, PlanSamples
from cityloop.traffic.smoothing import SplineKernel
from cityloop.traffic.walkable import Boundary

DT_S = 0.05
NOBODY = np.zeros((0, 2))


def plan(places, pace=1.3, kinds=None, facing=math.nan, stance=0, numbers=None, heading=0.0):
    """Return the plan of people at `places` (N, 2), numbers 3, 4, ... unless given."""
    count = len(places)
    numbers = np.arange(3, 3 + count) if numbers is None else np.array(numbers)
    return PlanSamples(
        number=numbers,
        kind=tuple(kinds or ["woman"] * count),
        party=numbers,
        place=np.array(places, dtype=float).reshape(-1, 2),
        heading_rad=np.broadcast_to(heading, count).astype(float),
        pace_mps=np.full(count, pace),
        held=np.zeros(count, dtype=bool),
        roaming=np.zeros(count, dtype=bool),
        stance=np.full(count, stance),
        facing_rad=np.full(count, facing),
    )


def go_on(tracks, plans, tick, others=None):
    """Hand over a plan where one is due: the newest of those that the tick can be shown with."""
    if tick % SplineKernel(DT_S).sample_ticks:
        tracks.go_on()
    else:
        newest = tick + SplineKernel(DT_S).sample_ticks - 1
        tracks.record(plans[newest] if newest < len(plans) else plan([]), others)


def show(plans, ground=lambda xy: np.zeros(len(xy))):
    """Return what is shown of one person, whose plan ends after `plans`."""
    kernel = SplineKernel(DT_S)
    tracks = PersonTracks(kernel, ground)
    shown = []
    for tick in range(len(plans) + kernel.delay_ticks):
        go_on(tracks, plans, tick)
        people = tracks.shown()
        if len(people):
            shown.append(people)
    return shown


def walk(points, **options):
    return [plan([point], **options) for point in points]


def along_x(ticks, speed=1.3):
    return [(speed * DT_S * k, 0.0) for k in range(ticks)]


def column(shown, name):
    return np.array([getattr(people, name)[0] for people in shown])


def test_even_walk_is_exact_and_the_gait_goes_with_it():
    shown = show(walk(along_x(80)))
    assert len(shown) == 80
    expected = np.column_stack([0.065 * np.arange(80), np.zeros(80), np.zeros(80)])
    np.testing.assert_allclose(column(shown, "position"), expected, atol=1e-9)
    np.testing.assert_allclose(column(shown, "velocity"), [[1.3, 0, 0]] * 80, atol=1e-9)
    np.testing.assert_allclose(column(shown, "gait_speed_mps"), 1.3)
    phase = column(shown, "gait_phase_rad")
    assert phase[-1] - phase[0] == pytest.approx(
        gait_phase_rate("woman", 1.3) * 0.065 * 79, rel=1e-3
    )
    assert shown[-1].names == ("traffic/person.3",)
    assert shown[-1].activity == ("walking",)


def test_standing_keeps_the_heading_and_shifts_from_leg_to_leg():
    points = [(0.0, 0.065 * k) for k in range(60)]
    shown = show(walk(points, heading=math.pi / 2) + walk([points[-1]] * 80, stance=1))
    end = shown[-1]
    assert end.gait_speed_mps[0] == 0.0
    assert end.activity == ("standing",)
    assert rotation.yaw_of(end.quaternion)[0] == pytest.approx(math.pi / 2, abs=0.03)
    assert end.gait_phase_rad[0] % np.pi == pytest.approx(PASSING_RAD)
    sways = [s.sway_rad[0] for s in shown[-10:]]
    assert np.diff(sways) == pytest.approx(SHIFTING_RADPS * DT_S)
    np.testing.assert_allclose(end.angular_velocity, 0.0, atol=1e-3)


def test_who_stands_turns_to_where_there_is_something_to_see():
    points = along_x(40)
    shown = show(walk(points) + walk([points[-1]] * 160, facing=-math.pi / 2))
    assert rotation.yaw_of(shown[-1].quaternion)[0] == pytest.approx(-math.pi / 2, abs=0.05)


def test_a_jump_of_the_plan_becomes_a_quicker_walk():
    jump = walk([(x, y + (0.9 if k >= 60 else 0.0)) for k, (x, y) in enumerate(along_x(300))])
    shown = show(jump)
    position, velocity = column(shown, "position"), column(shown, "velocity")
    assert np.linalg.norm(velocity, axis=1).max() < 1.8
    central = (position[2:] - position[:-2]) / (2 * DT_S)
    assert np.abs(central - velocity[1:-1]).max() < 0.02
    np.testing.assert_allclose(position[-1], [299 * 0.065, 0.9, 0.0], atol=0.03)


def test_accelerations_lie_between_the_mean_ones_of_both_ticks():
    corner = along_x(60) + [(59 * 0.065, 0.065 * k) for k in range(1, 60)]
    shown = show(walk(corner))
    velocity, said = column(shown, "velocity"), column(shown, "acceleration")[1:-1]
    ahead, behind = (
        (velocity[2:] - velocity[1:-1]) / DT_S,
        (velocity[1:-1] - velocity[:-2]) / DT_S,
    )
    low, high = np.minimum(ahead, behind), np.maximum(ahead, behind)
    assert np.maximum(low - said, said - high).max() < 0.1


def test_turns_are_smooth_and_limited():
    corner = along_x(60) + [(59 * 0.065, 0.065 * k) for k in range(1, 90)]
    shown = show(walk(corner))
    yaw = np.unwrap([rotation.yaw_of(p.quaternion)[0] for p in shown])
    rate = column(shown, "angular_velocity")[:, 2]
    assert yaw[-1] == pytest.approx(math.pi / 2, abs=0.03)
    assert rate.max() < 4.0
    assert yaw.max() < math.pi / 2 + 0.15
    assert np.abs((yaw[2:] - yaw[:-2]) / (2 * DT_S) - rate[1:-1]).max() < 0.08


def test_a_pram_turns_with_the_walk_and_not_on_the_spot():
    """Nobody behind or beside it is swept away: it would turn towards what there is to see."""
    corner = along_x(60) + [(59 * 0.065, 0.065 * k) for k in range(1, 90)]
    stand = walk([corner[-1]] * 100, kinds=["man_with_pram"], facing=-math.pi / 2)
    shown = show(walk(corner, kinds=["man_with_pram"]) + stand)
    yaw = np.unwrap([rotation.yaw_of(p.quaternion)[0] for p in shown])
    rate = column(shown, "angular_velocity")[:, 2]
    assert np.abs(rate).max() < 1.3
    assert np.abs((yaw[2:] - yaw[:-2]) / (2 * DT_S) - rate[1:-1]).max() < 0.02
    assert yaw[140] == pytest.approx(math.pi / 2, abs=0.1)
    np.testing.assert_allclose(yaw[-60:], yaw[-1], atol=1e-9)


def test_feet_follow_the_ground():
    shown = show(walk(along_x(200)), ground=lambda xy: 0.12 * (xy[:, 0] > 6.0))
    position = column(shown, "position")
    away = np.abs(position[:, 0] - 6.0) > 0.5
    expected = 0.12 * (position[:, 0] > 6.0)
    np.testing.assert_allclose(position[away, 2], expected[away], atol=0.02)
    assert np.abs(column(shown, "velocity")[:, 2]).max() < 0.4


def test_the_gait_covers_the_ground_that_is_really_walked():
    """A person who makes way for another walks a longer way than the plan, and steps for it."""
    tracks = PersonTracks(SplineKernel(DT_S), lambda xy: np.zeros(len(xy)))
    ways = [[(0.065 * k, 0.0), (13.0 - 0.065 * k, 0.0)] for k in range(200)]
    plans = [plan(way, heading=[0.0, math.pi]) for way in ways]
    shown = []
    for tick in range(len(plans)):
        go_on(tracks, plans, tick)
        shown.append(tracks.shown())
    shown = [people for people in shown if len(people)]
    for i in (0, 1):
        places = np.array([people.position[i] for people in shown])
        phase = np.array([people.gait_phase_rad[i] for people in shown])
        speed = np.array([people.gait_speed_mps[i] for people in shown])
        walked = np.linalg.norm(np.diff(places, axis=0), axis=1)
        mean = (speed[1:] + speed[:-1]) / 2
        rates = np.array([gait_phase_rate("woman", v) for v in mean])
        assert np.abs(np.diff(phase) / rates - walked).max() < 0.001
        assert walked.sum() > 0.065 * (len(shown) - 1) + 0.01
    apart = [np.linalg.norm(p.position[0] - p.position[1]) for p in shown]
    assert 0.4 < min(apart) < 1.0


def test_who_falls_behind_follows_the_way_of_the_plan():
    """A plan that runs off around a corner is not followed across it."""
    corner = [(3.0 * DT_S * k, 0.0) for k in range(60)]
    corner += [(corner[-1][0], 3.0 * DT_S * k) for k in range(1, 60)]
    shown = show(walk(corner, pace=1.3) + walk([corner[-1]] * 160))
    position = column(shown, "position")
    from_way = np.minimum(np.abs(position[:, 1]), np.abs(position[:, 0] - corner[-1][0]))
    assert from_way.max() < 0.45
    np.testing.assert_allclose(position[-1, :2], corner[-1], atol=0.4)


def test_who_is_forgotten_is_shown_no_longer_and_others_are():
    tracks = PersonTracks(SplineKernel(DT_S), lambda xy: np.zeros(len(xy)))
    plans = [plan([(0.065 * k, 0.0), (0.065 * k, 3.0)]) for k in range(30)]
    for tick in range(len(plans)):
        go_on(tracks, plans, tick)
        tracks.shown()
    tracks.forget(np.array([3]))
    tracks.record(plan([(0.065 * 30, 3.0)], numbers=[4]))
    assert tracks.shown().names == ("traffic/person.4",)


def test_people_keep_clear_of_strangers_whom_the_plan_does_not_know():
    tracks = PersonTracks(SplineKernel(DT_S), lambda xy: np.zeros(len(xy)))
    there = np.array([[5.0, 0.0]])
    stranger = Obstacles(there, np.zeros((1, 2)), np.array([0.3]))
    gaps = []
    plans = [plan([(0.065 * k, 0.0)]) for k in range(160)]
    for tick in range(len(plans)):
        go_on(tracks, plans, tick, stranger)
        people = tracks.shown()
        if len(people):
            gaps.append(np.linalg.norm(people.position[0, :2] - there[0]))
    assert min(gaps) > 0.45
    assert people.position[0, 0] > 9.0


def test_running_is_told_from_walking():
    shown = show(walk(along_x(60, speed=2.9), pace=2.9))
    assert shown[30].activity == ("running",)


def test_nobody_is_behind_whose_plan_cuts_a_corner():
    area = shapely.box(-5, 0, 60, 3)
    walkable = SimpleNamespace(open=Boundary(area), closed=Boundary(area))
    kernel = SplineKernel(DT_S)
    tracks = PersonTracks(kernel, lambda xy: np.zeros(len(xy)), walkable)
    for k in range(100):
        x = 1.3 * kernel.sample_s * k
        tracks.record(plan([(x, 1.0 - 2.0 * (3 < x < 9))]))
        if 5 < x < 8:  # the plan is a metre outside, and they walk along the edge beside it
            assert tracks.behind_m(np.array([3]))[0] < 0.5
