import numpy as np
import pytest

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


def test_only_tight_ways_across_junctions_are_slower_than_their_limit():
    lanes = [
        lane("tight", "internal", bend(6.0), 9.0),
        lane("wide", "internal", bend(60.0), 9.0),
        lane("road", "driving", bend(6.0), 9.0),
    ]
    (speed,) = turning_speeds(lanes).items()
    assert speed == ("tight", pytest.approx(np.sqrt(LATERAL_ACCEL_MPS2 * 6.0), rel=0.05))
