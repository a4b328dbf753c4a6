import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.spatial.spline import centripetal_catmull_rom, curvature

place = st.tuples(st.floats(-100, 100), st.floats(-100, 100))


def apart(points: list[tuple[float, float]]) -> bool:
    steps = np.linalg.norm(np.diff(np.array(points), axis=0), axis=1)
    return bool((steps > 0.5).all())


@given(st.lists(place, min_size=2, max_size=8).filter(apart))
def test_the_curve_goes_through_its_points_in_their_order(
    points: list[tuple[float, float]],
) -> None:
    line = centripetal_catmull_rom(points, 0.5)
    at = 0
    for point in points:
        found = np.flatnonzero((line[at:] == point).all(axis=1))
        assert len(found) > 0
        at += int(found[0])
    assert at == len(line) - 1


def test_points_in_a_row_give_the_straight_line() -> None:
    line = centripetal_catmull_rom([(0, 0), (10, 0), (14, 0), (30, 0)], 0.5)
    assert line[:, 1] == pytest.approx(np.zeros(len(line)), abs=1e-12)
    steps = np.diff(line[:, 0])
    assert steps.min() > 0
    assert steps.max() < 0.8


def test_uneven_points_make_no_loop() -> None:
    # With equal knots the curve loops at two points as close together as these.
    line = centripetal_catmull_rom([(0, 0), (20, 0), (20.5, 1), (20, 25)], 0.1)
    heading = np.unwrap(np.arctan2(*np.diff(line, axis=0).T[::-1]))
    assert heading.max() - heading.min() < np.radians(180)


def test_points_of_a_circle_bend_like_it() -> None:
    angle = np.radians(np.arange(0, 181, 15))
    circle = np.column_stack([np.cos(angle), np.sin(angle)]) * 20
    bend = curvature(centripetal_catmull_rom(circle, 0.5), 1.5)
    middle = bend[20:-20]
    assert middle == pytest.approx(np.full(len(middle), 1 / 20), rel=0.12)
    # The other way round it bends to the right.
    back = curvature(centripetal_catmull_rom(circle[::-1], 0.5), 1.5)
    assert back[20:-20].max() < 0
    # Too near to an end for a circle.
    assert bend[0] == bend[-1] == 0
