import math
from types import SimpleNamespace

import numpy as np
import pytest

from cityloop.annotation.actors import ActorTable
from cityloop.simulation.ahead import RoadAhead
from cityloop.spatial import rotation

# 100 m east, then 100 m north.
PATH = np.array([[x, 0.0, 0.0] for x in range(101)] + [[100.0, y, 0.0] for y in range(1, 101)])


def network(aspect_link: int = 2) -> SimpleNamespace:
    lanes = {
        "a_0": SimpleNamespace(edge_id="a", kind="driving", shape=PATH[:81]),
        "a_1": SimpleNamespace(edge_id="a", kind="driving", shape=PATH[:81] + [0, 3.2, 0]),
        "b_0": SimpleNamespace(edge_id="b", kind="driving", shape=PATH[110:]),
    }
    link = {"tls_id": "J", "to_lane": "b_0"}
    signals = [
        SimpleNamespace(from_lane="a_0", link_index=aspect_link, **link),
        SimpleNamespace(from_lane="a_1", link_index=0, **link),  # the other lane's stop line
    ]
    return SimpleNamespace(lanes=lanes, signals=signals)


def actors(*rows: tuple[float, float, float, float]) -> ActorTable:
    """Cars of 4 m x 2 m with their origin in the middle: x, y, yaw, speed."""
    table = np.array(rows, dtype=float).reshape(-1, 4)
    n = len(table)
    heading = np.stack([np.cos(table[:, 2]), np.sin(table[:, 2]), np.zeros(n)], axis=1)
    return ActorTable(
        id=np.arange(1, n + 1, dtype=np.uint32),
        name=tuple(f"car{i}" for i in range(n)),
        kind=("sedan",) * n,
        semantic=np.full(n, 13, dtype=np.uint8),
        position=np.column_stack([table[:, :2], np.zeros(n)]),
        quaternion=rotation.from_yaw(table[:, 2]),
        velocity=heading * table[:, 3:],
        acceleration=np.zeros((n, 3)),
        angular_velocity=np.zeros((n, 3)),
        dimension=np.tile([4.0, 2.0, 1.5], (n, 1)),
        box_center=np.tile([0.0, 0.0, 0.75], (n, 1)),
    )


@pytest.fixture
def ahead() -> RoadAhead:
    return RoadAhead(network(), ("a", "b"), PATH)


def test_projection_round_the_corner(ahead: RoadAhead) -> None:
    s, lateral = ahead.project(np.array([[30.0, 2.0], [98.0, 50.0], [105.0, 50.0]]))
    assert s == pytest.approx([30, 150, 150])
    assert lateral == pytest.approx([2, 2, -5])
    point, yaw = ahead.place(150.0)
    assert point == pytest.approx([100, 50, 0])
    assert yaw == pytest.approx(math.pi / 2)


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
