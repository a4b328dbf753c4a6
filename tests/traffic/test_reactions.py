import numpy as np
import pytest

from cityloop.traffic.reactions import POINTS, Boxes, Ways, most_acceleration, way_length

HALF_WIDTH_M = 0.9


def straight(speed_mps, *, own=0, count=1):
    """Cars whose bumpers are at the origin, along x."""
    spacing = way_length(np.full(count, float(speed_mps))) / (POINTS - 1)
    points = np.zeros((count, POINTS, 2))
    points[..., 0] = spacing[:, None] * np.arange(POINTS)
    return Ways(
        points,
        spacing,
        np.zeros(count),
        np.full(count, HALF_WIDTH_M),
        np.full(count, float(speed_mps)),
        np.full(count, own),
    )


def box(x, y, *, yaw=0.0, half=(2.2, 0.9), velocity=(0.0, 0.0), z=0.8, foreseen=False):
    me = [-2.2, 0.0, 0.8]
    return Boxes(
        np.array([me, [x, y, z]]),
        np.array([0.0, yaw]),
        np.array([[2.2, 0.9], half]),
        np.array([[0.0, 0.0], velocity]),
        np.array([False, foreseen]),
    )


def room(speed_mps, other):
    return float(most_acceleration(straight(speed_mps), other)[0])


def idm(speed, gap, other=0.0):
    """The interaction as in the paper, with the module's figures."""
    wanted = 1.3 + max(0.0, 0.7 * speed + speed * (speed - other) / (2 * np.sqrt(2.0 * 3.5)))
    return max(2.0 * (1 - (wanted / gap) ** 2), -8.0)


@pytest.mark.parametrize("gap", [2.0, 6.5, 17.25, 25.0])
def test_a_standing_car_ahead_leaves_what_the_idm_says_of_the_true_gap(gap):
    found = room(10.0, box(gap + 2.2, 0.3))
    assert found == pytest.approx(idm(10.0, gap), abs=0.02)


def test_a_leader_counts_with_its_speed_and_who_drives_away_leaves_room():
    assert room(10.0, box(17.2, 0.0, velocity=(10.0, 0.0))) == pytest.approx(
        idm(10.0, 15.0, 10.0), abs=0.02
    )
    assert room(10.0, box(17.2, 0.0, velocity=(14.0, 0.0))) > room(10.0, box(17.2, 0.0))


def test_who_is_beside_behind_above_or_beyond_is_not_in_the_way():
    free = np.inf
    assert room(10.0, box(10.0, 2.05)) == free  # 0.25 m of air
    assert room(10.0, box(10.0, 1.85)) < 0  # 0.05 m
    assert room(10.0, box(-7.0, 0.0)) == free
    assert room(10.0, box(10.0, 0.0, z=6.0)) == free
    assert room(2.0, box(60.0, 0.0)) == free
    # A long truck across the road whose middle is far from it.
    assert room(10.0, box(15.0, 6.0, yaw=np.pi / 2, half=(6.0, 1.2))) == pytest.approx(
        idm(10.0, 13.8), abs=0.02
    )
    assert room(10.0, box(15.0, 7.3, yaw=np.pi / 2, half=(6.0, 1.2))) == free


def test_less_air_is_left_beside_a_vehicle_that_stands_than_beside_others():
    """They would wait for each other for ever where one can get past."""
    beside = 10.0, 2 * HALF_WIDTH_M + 0.15
    assert room(2.0, box(*beside)) == np.inf
    assert room(2.0, box(*beside, velocity=(1.0, 0.0))) < 2.0
    assert room(2.0, box(*beside, foreseen=True)) < 2.0


def test_a_child_who_runs_towards_the_way_is_minded_one_who_runs_along_is_not():
    child = {"half": (0.2, 0.2), "foreseen": True}
    assert room(10.0, box(18.0, 4.0, velocity=(0.0, -2.5), **child)) < -1.0
    assert room(10.0, box(18.0, 4.0, velocity=(2.5, 0.0), **child)) == np.inf
    assert room(10.0, box(18.0, 4.0, velocity=(0.0, 2.5), **child)) == np.inf
    # Of people who walk one minds only the next second: they may stop at the kerb.
    assert room(10.0, box(18.0, 4.0, velocity=(0.0, -1.4), **child)) == np.inf
    assert room(10.0, box(18.0, 2.0, velocity=(0.0, -1.4), **child)) < -1.0


def test_cross_traffic_that_will_be_gone_is_left_to_the_plan():
    across = box(18.0, 1.0, yaw=np.pi / 2, velocity=(0.0, 9.0))
    assert room(10.0, across) == np.inf
    near = box(5.0, 1.0, yaw=np.pi / 2, velocity=(0.0, 9.0))
    assert room(10.0, near) < 0


def test_the_nearest_of_many_decides_for_each():
    ways = straight(10.0, count=3)
    ways = Ways(
        ways.points + np.array([[[0.0, 0.0]], [[0.0, 4.0]], [[0.0, 8.0]]]),
        ways.spacing,
        ways.height,
        ways.half_width,
        ways.speed,
        np.array([0, 1, 2]),
    )
    n = 6
    boxes = Boxes(
        np.array([[-2, 0, 0], [-2, 4, 0], [-2, 8, 0], [12, 0, 0], [22, 0, 0], [22, 4, 0]], float),
        np.zeros(n),
        np.tile([2.0, 0.9], (n, 1)),
        np.zeros((n, 2)),
        np.zeros(n, dtype=bool),
    )
    found = most_acceleration(ways, boxes)
    assert found[0] == pytest.approx(idm(10.0, 10.0), abs=0.02)
    assert found[1] == pytest.approx(idm(10.0, 20.0), abs=0.02)
    assert found[2] == np.inf
