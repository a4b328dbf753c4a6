import numpy as np
import pytest

import cityloop as cl
from cityloop.simulation.crossing import in_the_way, way_across
from cityloop.spatial import Pose
from cityloop.world.scene import Placement, Prototype
from cityloop.world.semantics import SemanticClass

CAR = Prototype("car", (), dimension=(4.0, 2.0, 1.5), box_center=(1.5, 0.0, 0.75))


def placed(name: str, x: float, y: float) -> Placement:
    return Placement(name, "car", Pose.from_xyz_yaw(x, y), SemanticClass.CAR, labelled=True)


def test_only_cars_on_the_way_are_named() -> None:
    way = np.array([[0.0, 0.0, 0.0], [0.0, 10.0, 0.0]])
    across = placed("parked/1", -1.0, 5.0)  # from x = -1.5 to 2.5
    beside = placed("parked/2", 1.0, 5.0)  # from x = 0.5 on
    beyond = placed("parked/3", -1.0, 12.0)
    signal = placed("signal/1", -1.0, 5.0)
    found = in_the_way(way, [across, beside, beyond, signal], {"car": CAR})
    assert found == {"parked/1"}


def test_the_way_ends_on_the_other_sidewalk(small_city: cl.City) -> None:
    spot = small_city.roadside("south_in", s_m=40)
    way = way_across(small_city.network, spot)
    direction = (way[1] - way[0])[:2]
    # Two lanes of 3.25 m and two parking strips of 2.1 m lie between the kerbs.
    assert 8.0 < np.linalg.norm(direction) < 15.0
    assert np.arctan2(direction[1], direction[0]) == pytest.approx(spot.heading_rad)
    middle = small_city.network.ground_height(way.mean(axis=0)[None, :2])[0]
    assert way[1, 2] - middle == pytest.approx(0.12, abs=0.01)
