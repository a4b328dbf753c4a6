"""Which road area a point is on, on a network small enough to know every answer."""

import math
from pathlib import Path

import numpy as np
import pytest

from cityloop.world.city import City
from cityloop.world.network import RoadNetwork
from cityloop.world.road_areas import RoadAreas

EAST, WEST = 0.0, math.pi


@pytest.fixture(scope="module")
def areas(town: City) -> RoadAreas:
    return RoadAreas(town.network)


def test_areas_across_a_street(areas: RoadAreas) -> None:
    # Across the eastern road at x = 60: out lane, in lane, parking strip, sidewalk, grass.
    xy = np.column_stack([np.full(5, 60.0), [-1.6, 1.6, 4.2, 6.8, 30.0]])
    assert areas.on_carriageway(xy).tolist() == [True, True, True, False, False]
    assert areas.on_sidewalk(xy).tolist() == [False, False, False, True, False]
    assert areas.in_junction(xy).tolist() == [False] * 5
    assert (areas.lane_at(xy, 0.0) >= 0).tolist() == [True, True, False, False, False]
    # 3.25 m driving and 2.1 m parking on this side of the centre line.
    assert areas.off_road_m(xy) == pytest.approx([0, 0, 0, 6.8 - 5.35, 30 - 5.35], abs=0.011)


def test_direction_of_lanes_and_who_faces_them(areas: RoadAreas) -> None:
    xy = [[60.0, -1.6], [60.0, 1.6]]
    lane_ids = [areas.lanes[n].id for n in areas.lane_at(xy, EAST)]
    assert lane_ids == ["x0y0-east0_2", "east0-x0y0_2"]
    direction = areas.lane_yaw(xy, EAST)
    assert np.cos(direction) == pytest.approx([1.0, -1.0])
    assert areas.against_traffic(xy, EAST).tolist() == [False, True]
    assert areas.against_traffic(xy, [WEST, WEST]).tolist() == [True, False]
    # On the centre line both lanes cover the point: the aligned one counts.
    assert not areas.against_traffic([[60.0, 0.0]], EAST).any()
    assert not areas.against_traffic([[60.0, 0.0]], WEST).any()


def test_nobody_is_against_traffic_in_a_junction_or_off_the_road(areas: RoadAreas) -> None:
    xy = np.array([[0.0, 0.0, 0.0], [60.0, 7.0, 0.1]])
    for yaw in np.linspace(-math.pi, math.pi, 8):
        assert not areas.against_traffic(xy, yaw).any()
    assert areas.in_junction(xy).tolist() == [True, False]
    assert np.isnan(areas.lane_yaw(xy[1:], 0.0)).all()


def test_crossings_are_on_the_carriageway(town: City, areas: RoadAreas) -> None:
    for lane in (lane for lane in town.network.lanes.values() if lane.kind == "crossing"):
        middle = lane.shape.mean(axis=0)[None]
        assert areas.on_crossing(middle).all()
        assert areas.on_carriageway(middle).all()


def test_no_points_give_no_answers(areas: RoadAreas) -> None:
    none = np.zeros((0, 2))
    assert areas.lane_at(none, np.zeros(0)).shape == (0,)
    assert areas.off_road_m(none).shape == (0,)
    assert areas.against_traffic(none, 0.0).shape == (0,)


def test_the_direction_follows_a_bend(tmp_path: Path) -> None:
    angle = np.linspace(0.0, math.pi / 2, 46)
    line = 20.0 * np.column_stack([np.sin(angle), 1.0 - np.cos(angle)])
    shape = " ".join(f"{x:.4f},{y:.4f}" for x, y in line)
    file = tmp_path / "bend.net.xml"
    file.write_text(
        f'<net><edge id="a" from="i" to="j"><lane id="a_0" index="0" speed="10" length="31" '
        f'shape="{shape}"/></edge><junction id="i" type="dead_end" x="0" y="0" shape="0,0"/>'
        f'<junction id="j" type="dead_end" x="20" y="20" shape="20,20"/></net>'
    )
    areas = RoadAreas(RoadNetwork(file))
    inner, outer = (
        np.array([0.0, 20.0]) + 18.6 * _circle(angle),
        [0.0, 20.0] + 21.4 * _circle(angle),
    )
    for arc in (inner[2:-2], outer[2:-2]):
        assert areas.lane_yaw(arc, angle[2:-2]) == pytest.approx(angle[2:-2], abs=math.radians(3))
        assert areas.against_traffic(arc, angle[2:-2] + math.pi).all()


def _circle(angle: np.ndarray) -> np.ndarray:
    return np.column_stack([np.sin(angle), -np.cos(angle)])
