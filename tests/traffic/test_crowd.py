"""Tiny scenes: people who meet, a post, walls, kerbs, a queue, a group."""

import numpy as np
import pytest
import shapely

from cityloop.traffic import crowd
from cityloop.traffic.walkable import OBSTACLE_CLEARANCE_M, Boundary, Walkable

DT_S = 0.05


class Pavement:
    """Stands in for a `Walkable`: the same area, whether held or not."""

    def __init__(self, area, crossing=None):
        self.closed = Boundary(area)
        self.open = Boundary(area if crossing is None else area.union(crossing))


def walk(starts, velocities, seconds, walkable=None, party=None, held=True, stop_at=None):
    """Return (T, N, 2) where people go whose plans run straight ahead."""
    position = np.array(starts, dtype=float)
    velocity = np.array(velocities, dtype=float)
    count = len(position)
    plan, before = position.copy(), position - velocity * DT_S
    found = [position]
    for _ in range(round(seconds / DT_S)):
        plan_velocity = velocity.copy()
        if stop_at is not None:
            plan_velocity[plan[:, 0] + velocity[:, 0] * DT_S > stop_at] = 0.0
        plan = plan + plan_velocity * DT_S
        everybody = crowd.Crowd(
            position=position,
            velocity=(position - before) / DT_S,
            target=plan,
            target_velocity=plan_velocity,
            radius_m=np.full(count, 0.25),
            party=np.arange(count) if party is None else np.array(party),
            held=np.full(count, held),
            roaming=np.zeros(count, dtype=bool),
            sense=np.zeros(count),
            front=np.zeros((count, 2)),
            others=np.zeros((0, 2)),
            others_velocity=np.zeros((0, 2)),
            others_radius_m=np.zeros(0),
        )
        before, position = position, crowd.step(everybody, walkable, DT_S)
        found.append(position)
    return np.array(found)


def gaps(track):
    """(T,) the distance of the closest two at each tick."""
    away = np.linalg.norm(track[:, :, None] - track[:, None], axis=3)
    away[:, np.eye(track.shape[1], dtype=bool)] = np.inf
    return away.min(axis=(1, 2))


def test_a_lone_walker_goes_exactly_where_the_plan_goes():
    track = walk([[0, 0]], [[1.3, 0.0]], 10)
    np.testing.assert_allclose(track[-1], [[13.0, 0.0]], atol=1e-9)


def test_two_people_head_on_pass_each_other_on_the_right():
    track = walk([[0, 0], [12, 0]], [[1.3, 0], [-1.3, 0]], 10)
    assert gaps(track).min() > 0.45
    met = np.argmin(np.abs(track[:, 0, 0] - track[:, 1, 0]))
    assert track[met, 0, 1] < -0.15  # its right is -y
    assert track[met, 1, 1] > 0.15
    np.testing.assert_allclose(track[-1], [[13.0, 0.0], [-1.0, 0.0]], atol=0.3)


def test_nobody_sees_others_without_avoidance_meeting():
    """The scene above can fail: plans alone run through each other."""
    a, b = np.linspace(0, 13, 201), np.linspace(12, -1, 201)
    assert np.abs(a - b).min() < 0.1


def test_crossing_ways_do_not_collide():
    track = walk([[0, 0], [6, -6]], [[1.3, 0], [0, 1.3]], 10)
    assert gaps(track).min() > 0.45


@pytest.mark.parametrize("aside", [0.0, 0.1, -0.1, 0.3])
def test_a_person_walks_around_a_post(aside):
    post = shapely.Point(6, aside).buffer(0.1 + OBSTACLE_CLEARANCE_M, quad_segs=8)
    area = shapely.box(-5, -1.4, 30, 1.4).difference(post)
    track = walk([[0, 0]], [[1.3, 0.0]], 12, Pavement(area))[:, 0]
    distance = np.linalg.norm(track - [6, aside], axis=1) - 0.1
    assert distance.min() > OBSTACLE_CLEARANCE_M - 0.03
    assert np.abs(track[:, 1]).max() < 1.0
    np.testing.assert_allclose(track[-1], [15.6, 0.0], atol=0.3)


def test_a_plan_over_the_road_is_walked_along_the_kerb():
    area = shapely.box(-5, 0.2, 40, 3.0)
    track = walk([[0, 1]], [[1.3, -0.15]], 12, Pavement(area))[:, 0]
    assert track[:, 1].min() > 0.15
    assert track[-1, 0] > 14.5


def test_who_waits_is_not_pushed_onto_the_crossing():
    pavement = Pavement(shapely.box(-30, -2, 10, 2), shapely.box(9.9, -2, 20, 2))
    starts = [[-1.2 * k, 0.3 * (k % 3 - 1)] for k in range(9)]
    track = walk(starts, [[1.3, 0]] * 9, 20, pavement, stop_at=9.8)
    assert track[:, :, 0].max() < 10.1
    assert gaps(track).min() > 0.4
    free = walk(starts, [[1.3, 0]] * 9, 20, pavement, held=False)
    assert free[-1, :, 0].min() > 13.0  # and goes on when it may


def test_a_queue_comes_to_rest():
    starts = [[-0.9 * k, 0.05 * (-1) ** k] for k in range(8)]
    track = walk(starts, [[1.2, 0]] * 8, 25, stop_at=8.0)
    late = track[-60:]
    assert gaps(late).min() > 0.45
    assert np.linalg.norm(np.diff(late, axis=0), axis=2).max() / DT_S < 0.1


def test_a_party_stays_abreast_while_others_go_around_it():
    starts = [[0, 0.36], [0, -0.36], [14, 0]]
    velocities = [[1.2, 0], [1.2, 0], [-1.3, 0]]
    track = walk(starts, velocities, 10, party=[0, 0, 2])
    assert gaps(track).min() > 0.4
    assert np.linalg.norm(track[:, 0] - track[:, 1], axis=1).max() < 1.6
    np.testing.assert_allclose(track[-1, :2, 1], [0.36, -0.36], atol=0.15)


def test_two_in_one_place_part():
    track = walk([[0, 0], [0, 0]], [[0, 0], [0, 0]], 3)
    assert gaps(track)[-1] > 0.48


@pytest.mark.parametrize("ahead_m", [0.45, 0.8, 1.1])
def test_nobody_is_inside_a_pram_or_between_it_and_who_pushes_it(ahead_m):
    """The pram reaches from 0.43 to 1.25 m ahead and 0.28 m to either side."""
    start = np.array([[0.0, 0.0], [ahead_m, 0.05]])
    before = position = start
    for _ in range(40):
        everybody = crowd.Crowd(
            position=position,
            velocity=(position - before) / DT_S,
            target=start,
            target_velocity=np.zeros((2, 2)),
            radius_m=np.full(2, 0.25),
            party=np.arange(2),
            held=np.zeros(2, dtype=bool),
            roaming=np.zeros(2, dtype=bool),
            sense=np.zeros(2),
            front=np.array([[1.1, 0.0], [0.0, 0.0]]),
            others=np.zeros((0, 2)),
            others_velocity=np.zeros((0, 2)),
            others_radius_m=np.zeros(0),
        )
        before, position = position, crowd.step(everybody, None, DT_S)
    x, y = position[1] - position[0]
    pram = np.hypot(max(0.43 - x, x - 1.25, 0.0), max(abs(y) - 0.28, 0.0))
    assert pram > 0.2


def test_a_pram_stops_before_a_wall():
    pavement = Pavement(shapely.box(-5, -1.5, 3, 1.5))
    position = np.array([[0.0, 0.0]])
    before = position - [[1.2 * DT_S, 0.0]]
    for _ in range(60):
        everybody = crowd.Crowd(
            position=position,
            velocity=(position - before) / DT_S,
            target=np.array([[8.0, 0.0]]),
            target_velocity=np.array([[1.2, 0.0]]),
            radius_m=np.full(1, 0.25),
            party=np.zeros(1, dtype=np.int64),
            held=np.ones(1, dtype=bool),
            roaming=np.zeros(1, dtype=bool),
            sense=np.zeros(1),
            front=np.array([[1.1, 0.0]]),
            others=np.zeros((0, 2)),
            others_velocity=np.zeros((0, 2)),
            others_radius_m=np.zeros(0),
        )
        before, position = position, crowd.step(everybody, pavement, DT_S)
        assert position[0, 0] + 1.1 < 3.05


def test_others_are_gone_around_and_do_not_move():
    everybody = crowd.Crowd(
        position=np.array([[0.0, 0.0]]),
        velocity=np.zeros((1, 2)),
        target=np.array([[0.0, 0.0]]),
        target_velocity=np.zeros((1, 2)),
        radius_m=np.full(1, 0.25),
        party=np.zeros(1, dtype=np.int64),
        held=np.zeros(1, dtype=bool),
        roaming=np.zeros(1, dtype=bool),
        sense=np.zeros(1),
        front=np.zeros((1, 2)),
        others=np.array([[0.3, 0.0]]),
        others_velocity=np.zeros((1, 2)),
        others_radius_m=np.array([0.3]),
    )
    assert crowd.step(everybody, None, DT_S)[0, 0] < -0.02


def test_newcomers_start_clear_of_others():
    taken = np.array([[0.0, 0.0], [0.7, 0.0]])
    wanted = np.zeros((3, 2))
    kept = np.zeros(3, dtype=bool)
    places = crowd.free_places(wanted, np.zeros(3), np.zeros(3), taken, kept, None)
    everybody = np.concatenate([taken, places])[None]
    assert gaps(everybody)[0] > 0.55


def test_newcomers_start_clear_of_prams_and_prams_of_others():
    wanted, kept = np.zeros((2, 2)), np.zeros(2, dtype=bool)
    taken = np.array([[1.1, 0.0]])
    places = crowd.free_places(wanted, np.zeros(2), np.array([1.1, 0.0]), taken, kept, None)
    prams = crowd.pram_discs(places[:1], np.array([[1.1, 0.0]]))
    np.testing.assert_allclose(prams - places[0], [[0.55, 0.0], [1.1, 0.0]])
    for other in (taken[0], places[1]):
        assert np.linalg.norm(np.vstack([places[0], prams]) - other, axis=1).min() > 0.55


def test_distance_to_a_boundary_is_exact_near_it():
    square = Boundary(shapely.box(0, 0, 10, 10))
    points = np.array([[0.1, 5.03], [5.17, 9.8], [-0.2, 5.0], [5.0, 5.0]])
    distance, inwards = square.clearance(points)
    np.testing.assert_allclose(distance[:3], [0.1, 0.2, -0.2], atol=1e-9)
    assert distance[3] == pytest.approx(5.0, abs=0.01)
    np.testing.assert_allclose(inwards[:3], [[1, 0], [0, -1], [1, 0]], atol=1e-9)
    assert np.isinf(Boundary(shapely.Polygon()).clearance(points)[0]).all()


class Street:
    """A network of a straight pavement beside a road."""

    class ground:  # noqa: N801
        raised = shapely.box(0, 0, 40, 3)
        road = shapely.box(0, -8, 40, 0)
        crossings = {"c": shapely.box(18, -8, 22, 0)}  # noqa: RUF012


def test_walkable_leaves_out_kerbs_and_obstacles_and_opens_at_crossings():
    walkable = Walkable(Street, [shapely.Point(10, 1.5).buffer(0.1)])
    points = np.array([[5.0, 1.5], [5.0, 0.05], [10.0, 1.5], [20.0, -2.0]])
    open_, closed = walkable.open.clearance(points)[0], walkable.closed.clearance(points)[0]
    assert (open_ > 0).tolist() == [True, False, False, True]
    assert (closed > 0).tolist() == [True, False, False, False]
    assert walkable.is_road(points).tolist() == [False, False, False, True]


def test_who_comes_off_a_crossing_gets_around_a_mast_beside_it():
    """Along the kerb, not towards the crossing: who is held may not go back there."""
    walkable = Walkable(Street, [shapely.Point(22.4, 0.5).buffer(0.1)])
    target = np.array([[24.2, 0.8]])
    before = position = np.array([[21.7, 0.3]])
    for _ in range(120):
        way = target - position
        distance = np.linalg.norm(way)
        everybody = crowd.Crowd(
            position=position,
            velocity=(position - before) / DT_S,
            target=target,
            target_velocity=way / max(distance, 1.0),
            radius_m=np.full(1, 0.25),
            party=np.zeros(1, dtype=np.int64),
            held=np.ones(1, dtype=bool),
            roaming=np.zeros(1, dtype=bool),
            sense=np.zeros(1),
            front=np.zeros((1, 2)),
            others=np.zeros((0, 2)),
            others_velocity=np.zeros((0, 2)),
            others_radius_m=np.zeros(0),
        )
        before, position = position, crowd.step(everybody, walkable, DT_S)
    assert np.linalg.norm(target - position) < 0.5
