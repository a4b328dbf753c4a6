import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from cars import actors

from cityloop.annotation.actors import ActorTable
from cityloop.simulation.ahead import RoadAhead

# 100 m east, then 100 m north.
PATH = np.array([[x, 0.0, 0.0] for x in range(101)] + [[100.0, y, 0.0] for y in range(1, 101)])


# The road bends at (100, 0), inside a junction from x = 80 m to y = 10 m.
STATE = "M"


def network(aspect_link: int = 2, state: str = STATE) -> SimpleNamespace:
    def lane(edge: str, shape: np.ndarray) -> SimpleNamespace:
        return SimpleNamespace(edge_id=edge, kind="driving", shape=shape, width_m=3.2)

    lanes = {
        "a_0": lane("a", PATH[:81]),
        "a_1": lane("a", PATH[:81] + [0, 3.2, 0]),
        "b_0": lane("b", PATH[110:]),
    }
    link = {"tls_id": "J", "to_lane": "b_0"}
    signals = [
        SimpleNamespace(from_lane="a_0", link_index=aspect_link, **link),
        SimpleNamespace(from_lane="a_1", link_index=0, **link),  # the other lane's stop line
    ]
    connection = SimpleNamespace(
        from_edge="a", to_edge="b", from_lane=0, to_lane=0, state=state, tls_id="", link_index=-1
    )
    return SimpleNamespace(lanes=lanes, signals=signals, connections=[connection])


class Areas:
    """30 km/h before the junction, 50 km/h after it; people walk 6 m and more beside the path."""

    lanes = (SimpleNamespace(speed_mps=30 / 3.6), SimpleNamespace(speed_mps=50 / 3.6))

    def lane_at(self, xy: np.ndarray, yaw: np.ndarray) -> np.ndarray:
        return np.where(xy[:, 0] < 80, 0, np.where(xy[:, 1] > 10, 1, -1))

    def in_junction(self, xy: np.ndarray) -> np.ndarray:
        return (xy[:, 0] > 80) & (xy[:, 1] < 10)

    def on_carriageway(self, xy: np.ndarray) -> np.ndarray:
        return (np.abs(xy[:, 1]) < 6) | (np.abs(xy[:, 0] - 100) < 6)


def road(state: str = STATE, route: tuple[str, ...] = ("a", "b")) -> RoadAhead:
    return RoadAhead(network(state=state), Areas(), route, PATH, 1.8)  # type: ignore[arg-type]


@pytest.fixture
def ahead() -> RoadAhead:
    return road()


def test_projection_round_the_corner(ahead: RoadAhead) -> None:
    s, lateral = ahead.project(np.array([[30.0, 2.0], [98.0, 50.0], [105.0, 50.0]]))
    assert s == pytest.approx([30, 150, 150])
    assert lateral == pytest.approx([2, 2, -5])
    point, yaw = ahead.place(150.0)
    assert point == pytest.approx([100, 50, 0])
    assert yaw == pytest.approx(math.pi / 2)


def test_places_on_the_path_are_those_between_its_points() -> None:
    ahead = road()
    end = float(ahead.s_m[-1])
    for s_m in (-2.0, 0.0, 0.3, 99.75, 100.0, 100.25, end - 0.1, end, end + 5.0):
        point, yaw = ahead.place(s_m)
        expected = [np.interp(s_m, ahead.s_m, ahead.path[:, k]) for k in range(3)]
        np.testing.assert_array_equal(point, expected)
        corner = math.atan2(*(ahead.place(s_m + 0.5)[0] - ahead.place(s_m - 0.5)[0])[1::-1])
        assert yaw == pytest.approx(corner)


def test_leader_is_seen_with_its_rear_gap_and_speed(ahead: RoadAhead) -> None:
    (leader,) = ahead.obstacles(10.0, actors((40, 0.2, 0.0, 7.0)), frozenset())
    assert leader.gap_m == pytest.approx(28.0)
    assert leader.speed_mps == pytest.approx(7.0)


def test_only_what_is_in_the_way_counts(ahead: RoadAhead) -> None:
    beside = (40, 3.3, 0.0, 7.0)
    behind = (2, 0.0, 0.0, 7.0)
    far = (90, 0.0, 0.0, 7.0)
    assert ahead.obstacles(10.0, actors(beside, behind, far), frozenset()) == []
    assert ahead.obstacles(10.0, actors((40, 0, 0, 7)), frozenset({"car0"})) == []


def test_parked_cars_may_be_passed_more_closely_than_moving_ones(ahead: RoadAhead) -> None:
    # The own side is at 0.9 m, that of the other at 1.3 m.
    assert len(ahead.obstacles(10.0, actors((40, 2.3, 0.0, 5.0)), frozenset())) == 1
    assert ahead.obstacles(10.0, actors((40, 2.3, 0.0, 0.0)), frozenset()) == []
    assert len(ahead.obstacles(10.0, actors((40, 2.1, 0.0, 0.0)), frozenset())) == 1


def test_a_car_that_crosses_is_in_the_way(ahead: RoadAhead) -> None:
    (crossing,) = ahead.obstacles(10.0, actors((40, 0.5, math.pi / 2, 5.0)), frozenset())
    assert crossing.gap_m == pytest.approx(29.0)
    assert crossing.speed_mps == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("aspect", "speed", "stops"),
    [
        ("r", 10, True),
        ("G", 10, False),
        ("g", 10, False),
        ("u", 10, True),
        ("y", 5, True),
        ("y", 14, False),
    ],
)
def test_red_stops_and_amber_only_who_still_can(
    ahead: RoadAhead, aspect: str, speed: float, stops: bool
) -> None:
    found = ahead.red_lights(60.0, speed, {"J": "GG" + aspect})
    assert bool(found) == stops
    if stops:
        assert found[0].gap_m == pytest.approx(19.0)


def test_behind_the_line_the_light_is_past(ahead: RoadAhead) -> None:
    assert ahead.red_lights(81.5, 3.0, {"J": "GGr"}) == []


def test_without_a_route_the_stop_lines_are_those_that_the_path_passes() -> None:
    (line,) = road(route=()).stop_lines
    assert (line.s_m, line.lane_id, line.link) == (pytest.approx(80), "a_0", 2)


def test_speed_limits_hold_from_lane_to_lane(ahead: RoadAhead) -> None:
    limits = ahead.limits_mps * 3.6
    assert limits[[0, 79, 95, 105]] == pytest.approx([30, 30, 30, 30])
    assert limits[[112, 200]] == pytest.approx([50, 50])


def people(*rows: tuple[float, float, float, float]) -> ActorTable:
    """Persons of 0.5 m x 0.5 m."""
    table = actors(*rows)
    n = len(table.name)
    return replace(
        table,
        semantic=np.full(n, 11, dtype=np.uint8),
        dimension=np.tile([0.5, 0.5, 1.7], (n, 1)),
        box_center=np.tile([0.0, 0.0, 0.85], (n, 1)),
    )


NORTH, SOUTH = math.pi / 2, -math.pi / 2


def conflicts(ahead: RoadAhead, front_s_m: float, speed: float, table: ActorTable) -> list[float]:
    found = ahead.crossing(front_s_m, speed, 4.5, table, frozenset(), {})
    assert all(o.speed_mps == 0 for o in found)
    return [o.gap_m for o in found]


def test_who_is_about_to_walk_into_the_way_is_let_pass(ahead: RoadAhead) -> None:
    # At 1.5 m/s and 4 m beside the path: in the way in 1.6 s, 20 m ahead, at 10 m/s.
    walking = people((40, -4, NORTH, 1.5))
    (gap,) = conflicts(ahead, 20.0, 10.0, walking)
    assert gap == pytest.approx(20 - 0.25 - 1.0, abs=0.01)
    # Not if they stand, walk along the road, away from it, or on the sidewalk still.
    assert conflicts(ahead, 20.0, 10.0, people((40, -4, NORTH, 0.0))) == []
    assert conflicts(ahead, 20.0, 10.0, people((40, -4, 0.0, 1.5))) == []
    assert conflicts(ahead, 20.0, 10.0, people((40, -4, SOUTH, 1.5))) == []
    assert conflicts(ahead, 20.0, 10.0, people((40, -7, NORTH, 2.5))) == []
    # Nor if the car is long past, or they are, before the other comes.
    assert conflicts(ahead, 38.0, 14.0, people((40, -5.5, NORTH, 1.0))) == []
    assert conflicts(ahead, 5.0, 4.0, walking) == []
    # Who is in the way already is an obstacle, not a conflict.
    assert conflicts(ahead, 20.0, 10.0, people((40, 0, NORTH, 1.5))) == []


def test_on_the_minor_way_others_go_first() -> None:
    # A car from the right reaches the conflict 3 s from now, we 2 s from now.
    other = actors((100, -30, NORTH, 8.0))
    assert conflicts(road("M"), 78.0, 9.0, other) == []
    assert len(conflicts(road("m"), 78.0, 9.0, other)) == 1
    assert len(conflicts(road("="), 78.0, 9.0, other)) == 1


def test_the_light_says_who_gives_way() -> None:
    ahead = road("o")
    passage = replace(ahead.passages[0], signal="J", link=2)
    ahead.passages = [passage]
    other = actors((100, -30, NORTH, 8.0))
    for aspect, count in (("G", 0), ("g", 1)):
        found = ahead.crossing(78.0, 9.0, 4.5, other, frozenset(), {"J": "rr" + aspect})
        assert len(found) == count, aspect


def test_with_the_right_of_way_only_who_is_in_the_junction_first_is_let_out() -> None:
    ahead = road("M")
    inside = actors((90, -6, math.pi / 4, 4.0))  # in the junction, there within 2 s
    assert len(conflicts(ahead, 66.0, 8.0, inside)) == 1
    assert conflicts(ahead, 88.0, 8.0, actors((90, -9, math.pi / 4, 2.0))) == []


def test_who_brakes_to_a_stop_is_not_waited_for() -> None:
    ahead = road("m")
    other = actors((100, -30, NORTH, 8.0))
    stopping = replace(other, acceleration=np.array([[0.0, -3.0, 0.0]]))
    assert len(conflicts(ahead, 78.0, 9.0, other)) == 1
    assert conflicts(ahead, 78.0, 9.0, stopping) == []


def test_who_comes_from_behind_is_no_conflict_and_who_cuts_in_is_followed() -> None:
    ahead = road()
    behind = actors((10, 3.0, -0.05, 14.0))
    assert ahead.crossing(30.0, 5.0, 4.5, behind, frozenset(), {}) == []
    (leader,) = ahead.crossing(30.0, 12.0, 4.5, actors((45, 3.2, -0.2, 9.0)), frozenset(), {})
    assert leader.gap_m == pytest.approx(45 - 2 - 30, abs=0.3)
    assert leader.speed_mps == pytest.approx(9 * math.cos(0.2), abs=0.05)
