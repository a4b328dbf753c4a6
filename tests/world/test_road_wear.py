import numpy as np
import pytest
import shapely

from cityloop.world import polylines
from cityloop.world.city import City
from cityloop.world.road_textures import LANE_COLUMNS, LANE_REPEAT_M, road_textures
from cityloop.world.road_wear import wear_roads


@pytest.mark.parametrize("name", ["town", "gothenburg"])
def test_worn_pieces_are_road_and_lie_side_by_side(
    name: str, request: pytest.FixtureRequest
) -> None:
    city: City = request.getfixturevalue(name)
    pieces = wear_roads(city.network, 5)
    areas = [piece.area for piece in pieces]
    assert shapely.union_all(areas).area == pytest.approx(sum(a.area for a in areas), rel=1e-6)
    assert shapely.union_all(areas).difference(city.network.ground.road).area < 1e-6
    assert {piece.material for piece in pieces} == {"lane", "lane_worn", "road_details"}


def test_most_of_each_lane_shows_its_tracks(town: City) -> None:
    worn = shapely.union_all([piece.area for piece in wear_roads(town.network, 5)])
    for lane in town.network.lanes.values():
        if lane.kind == "driving":
            area = town.network.ground.lane_area(lane)
            assert area.intersection(worn).area > 0.85 * area.area


def test_the_texture_of_a_lane_runs_along_it(gothenburg: City) -> None:
    network = gothenburg.network
    lane = network.driving_lane("2")  # a curved road
    line = network.ground.drawn_line(lane)
    pieces = [p for p in wear_roads(network, 5) if p.material != "road_details"]
    checked = 0
    for s in np.arange(5.0, 200.0, 9.3):
        way = polylines.directions(line, s)[0]
        middle = polylines.at(line[:, :2], s)[0]
        left = np.array([-way[1], way[0]])
        probe = np.stack([middle, middle + 0.4 * left, middle + 0.5 * way])
        for piece in pieces:
            if shapely.contains_xy(piece.area, *probe.T).all():
                u, v = piece.uv(probe).T
                assert u[0] * LANE_COLUMNS % 1 == pytest.approx(0.5, abs=0.01)
                across = (u[1] - u[0]) * LANE_COLUMNS * lane.width_m
                assert across == pytest.approx(0.4, abs=0.01)
                assert (v[0] - v[2]) * LANE_REPEAT_M == pytest.approx(0.5, abs=0.02)
                checked += 1
    assert checked > 10


def test_looks_of_a_lane_follow_one_another_without_a_seam() -> None:
    """All columns agree where a repeat begins and ends, and have the plain grey at their sides."""
    plain, worn, _ = (texture.rgba.astype(int) for texture in road_textures(3))
    half = plain.shape[1] // LANE_COLUMNS
    columns = [picture[:, k * half : (k + 1) * half] for picture in (plain, worn) for k in (0, 1)]
    for column in columns[1:]:
        assert (column[[0, 1, -2, -1]] == columns[0][[0, 1, -2, -1]]).all()
        assert (column != columns[0]).any()


def test_wear_is_the_seeds(town: City) -> None:
    def shapes(seed: int) -> list[bytes]:
        return [shapely.to_wkb(piece.area) for piece in wear_roads(town.network, seed)]

    assert shapes(5) == shapes(5)
    assert shapes(5) != shapes(6)
