"""Boundaries of tiny areas: known distances, and ways that hang together."""

import numpy as np
import pytest
import shapely

from cityloop.traffic.walkable import KERB_CLEARANCE_M, Boundary, Walkable
from cityloop.world.ground import Ground


class Network:
    """Stands in for a `RoadNetwork`: two sidewalks along a road 7 m wide, and a crossing."""

    def __init__(self, crossing):
        self.ground = Ground.__new__(Ground)
        sides = [shapely.box(-20, 3.5, 20, 6.5), shapely.box(-20, -6.5, 20, -3.5)]
        vars(self.ground).update(
            raised=shapely.union_all(sides),
            road=shapely.box(-20, -3.5, 20, 3.5),
            crossings={"c": crossing},
        )


def test_distances_to_a_square_are_known():
    square = Boundary(shapely.box(0, 0, 4, 4))
    distance, inwards = square.clearance(np.array([[2.0, 0.1], [2.0, -0.2], [5.0, 2.2]]))
    assert distance == pytest.approx([0.1, -0.2, -1.0], abs=0.03)
    np.testing.assert_allclose(inwards, [[0, 1], [0, 1], [-1, 0]], atol=0.25)


@pytest.mark.parametrize("gap_m", [0.0, 0.4, 0.7])
def test_who_is_on_a_crossing_reaches_the_kerb_though_the_crossing_ends_before_it(gap_m):
    end = 3.5 - gap_m
    walkable = Walkable(Network(shapely.box(-2, -end, 2, end)))
    across = np.column_stack([np.zeros(141), np.linspace(-5, 5, 141)])
    distance, _ = walkable.open.clearance(across)
    assert distance.min() > 1.0 - KERB_CLEARANCE_M
    # Beside the crossing the carriageway stays closed, and so does the crossing to who waits.
    assert walkable.open.clearance(np.array([[8.0, 2.5]]))[0][0] < -0.5
    assert walkable.closed.clearance(np.array([[0.0, 0.0]]))[0][0] < -3.0


def test_a_crossing_that_ends_in_the_road_is_not_led_to_the_kerb():
    walkable = Walkable(Network(shapely.box(-2, -3.5, 2, 1.5)))
    assert walkable.open.clearance(np.array([[0.0, 2.5]]))[0][0] < 0
