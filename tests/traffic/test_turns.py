import numpy as np
import pytest

from cityloop.traffic.junction_ways import Way
from cityloop.traffic.turns import LATERAL_ACCEL_MPS2, tightest_radius_m, turning_speeds
from cityloop.world.netfile import Lane


def bend(radius_m, degrees=90.0):
    angle = np.radians(np.linspace(0.0, degrees, 40))
    return radius_m * np.column_stack([np.sin(angle), 1 - np.cos(angle), 0 * angle])


def lane(name, kind, shape, speed_mps):
    length = float(np.linalg.norm(np.diff(shape, axis=0), axis=1).sum())
    return Lane(name, "e", 0, kind, shape, 3.2, speed_mps, length, np.zeros((0, 3)))


@pytest.mark.parametrize("radius_m", [5.0, 9.0, 40.0])
def test_the_radius_of_a_bend_is_found(radius_m):
    straight = np.array([[-20.0, 0.0, 0.0]])
    way = np.concatenate([straight, bend(radius_m)])
    assert tightest_radius_m(way) == pytest.approx(radius_m, rel=0.08)


def test_a_straight_way_has_none():
    assert tightest_radius_m(np.array([[0.0, 0, 0], [30.0, 0, 0]])) == np.inf


def road_with_a_bend(bent):
    """Lanes before, through and after a junction, and the way across it; 20 m each way."""
    start, end = bent[0], bent[-1]
    first, last = bent[1] - bent[0], bent[-1] - bent[-2]
    before = start + np.array([[-20.0], [0.0]]) * first / np.linalg.norm(first)
    after = end + np.array([[0.0], [20.0]]) * last / np.linalg.norm(last)
    shapes = {"in": before, ":c_0_0": bent, "out": after}
    lanes = {n: lane(n, "internal" if n[0] == ":" else "driving", shapes[n], 9.0) for n in shapes}
    return lanes, Way("in", "out", "a", "b", (":c_0_0",), bent[:, :2], frozenset())


@pytest.mark.parametrize("radius_m", [6.0, 60.0])
def test_only_tight_ways_across_junctions_are_slower_than_their_limit(radius_m):
    lanes, way = road_with_a_bend(bend(radius_m))
    speeds = turning_speeds([way], lanes)
    slow = {":c_0_0": pytest.approx(np.sqrt(LATERAL_ACCEL_MPS2 * radius_m), rel=0.05)}
    assert speeds == (slow if radius_m < 10 else {})


def test_a_way_that_is_bent_only_where_it_meets_the_roads_is_slow_too():
    lanes, way = road_with_a_bend(np.array([[0.0, 0, 0], [1.0, 1.0, 0], [2.0, 2.0, 0]]))
    lanes["in"] = lane("in", "driving", np.array([[-20.0, 0, 0], [0, 0, 0]]), 9.0)
    lanes["out"] = lane("out", "driving", np.array([[2.0, 2.0, 0], [2.0, 22.0, 0]]), 9.0)
    assert turning_speeds([way], lanes)[":c_0_0"] < 4.0
