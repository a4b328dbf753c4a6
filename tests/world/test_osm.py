"""OpenStreetMap: projection, heights, footprints, ends of roads, provenance."""

import math
from pathlib import Path

import numpy as np
import pytest
import shapely

from cityloop.scenario import maps
from cityloop.world.city import City
from cityloop.world.netconvert import convert_osm
from cityloop.world.network import RoadNetwork
from cityloop.world.osm import OsmMap, TransverseMercator, read_osm
from cityloop.world.roofs import roof_parts

# Degrees of 1 m at 48 degrees north.
LAT, LON = 1 / 111_197.0, 1 / 74_629.0


def node(number: int, x: float, y: float, *tags: str) -> str:
    place = f'id="{number}" lat="{48 + y * LAT:.9f}" lon="{10 + x * LON:.9f}"'
    return f'<node {place} version="1">{tagged(*tags)}</node>'


def tagged(*tags: str) -> str:
    return "".join('<tag k="{}" v="{}"/>'.format(*tag.split("=")) for tag in tags)


def way(number: int, refs: list[int], *tags: str) -> str:
    nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{number}" version="1">{nodes}{tagged(*tags)}</way>'


def rectangle(first: int, x: float, y: float, w: float, h: float, *tags: str) -> str:
    corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    nodes = "".join(node(first + i, *corner) for i, corner in enumerate(corners))
    return nodes + way(first, [*range(first, first + 4), first], *tags)


VILLAGE = "".join(
    [
        '<bounds minlat="47.998" minlon="9.998" maxlat="48.002" maxlon="10.002"/>',
        node(1, -140, 0),
        node(2, 0, 0),
        node(3, 140, 0),
        node(4, 0, 60, "highway=turning_circle"),
        node(5, 60, 0),
        node(6, 60, 14),
        node(7, -60, 14, "natural=tree"),
        way(11, [1, 2, 5, 3], "highway=residential", "maxspeed=30", "name=A"),
        way(12, [2, 4], "highway=residential", "maxspeed=50"),
        way(13, [5, 6], "highway=service", "service=driveway"),
        rectangle(100, 20, 20, 12, 9, "building=house", "building:levels=2"),
        rectangle(200, 70, 20, 6, 6, "building=garage"),
        rectangle(300, -60, -40, 30, 25, "building=yes"),
        rectangle(400, -100, 20, 10, 10, "building=yes", "height=11.5 m", "roof:shape=flat"),
        rectangle(500, 90, 20, 5, 5, "building=yes"),
        rectangle(600, 5000, 20, 9, 9, "building=yes"),
        rectangle(700, 100, 40, 9, 9, "building=no"),
    ]
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("osm") / "small.osm"
    path.write_text(f'<osm version="0.6">{VILLAGE}</osm>')
    return path


@pytest.fixture(scope="module")
def said(file: Path) -> OsmMap:
    return read_osm(file, file.with_name("roads.osm"))


@pytest.fixture(scope="module")
def small(file: Path) -> City:
    return City.from_osm(file, seed=2)


def test_a_degree_is_as_long_as_on_the_ellipsoid() -> None:
    # Lengths of one degree at 45 degrees: tables of the WGS 84 ellipsoid give 111 131.8 m and
    # 78 846.8 m (Wikipedia, "Geographic coordinate system").
    project = TransverseMercator(45.0, 9.0)
    points = project([[44.5, 9.0], [45.5, 9.0], [45.0, 8.99], [45.0, 9.01]])
    assert points[1, 1] - points[0, 1] == pytest.approx(111_131.8, abs=0.5)
    assert (points[3, 0] - points[2, 0]) * 50 == pytest.approx(78_846.8, abs=0.5)
    assert project([[45.0, 9.0]])[0] == pytest.approx([0.0, 0.0], abs=1e-6)


def test_netconvert_projects_to_the_same_place(file: Path, said: OsmMap, tmp_path: Path) -> None:
    net = tmp_path / "a.net.xml"
    convert_osm(file.with_name("roads.osm"), said.projection, net, file)
    network = RoadNetwork(net)
    project = TransverseMercator(*said.origin_deg)
    for number, (x, y) in {"1": (-140, 0), "3": (140, 0), "4": (0, 60)}.items():
        want = project([[48 + y * LAT, 10 + x * LON]])[0]
        assert network.junctions[number].position[:2] == pytest.approx(want, abs=0.02)


def test_the_origin_is_in_the_middle_of_the_roads(said: OsmMap) -> None:
    assert said.origin_deg == pytest.approx((48 + 30 * LAT, 10.0), abs=1e-6)


def test_heights_follow_tags_then_area(said: OsmMap) -> None:
    found = {round(o.polygon.area): (o.height_m, o.pitched, o.shed) for o in said.outlines}
    assert found == {
        108: (6.0, True, False),  # two levels
        36: (2.7, False, True),  # a garage
        750: (9.0, False, False),  # large: three levels
        100: (11.5, False, False),  # as tagged
        25: (2.7, False, True),  # small
    }


def test_houses_stand_on_exactly_their_outline(small: City, said: OsmMap) -> None:
    for n, outline in enumerate(said.outlines):
        place = next(p for p in small.scene.placements if p.name == f"outline/{n}")
        mesh = next(m for m in small.scene.meshes if m.name == f"outline/{n}/far")
        walls = [
            k
            for k, name in enumerate(mesh.material_names)
            if "plaster" in name and not name.startswith("panes_")
        ]
        points = (mesh.positions + place.pose.position)[np.isin(mesh.materials, walls)]
        low = points[points[:, 2] < place.pose.position[2] + outline.height_m - 0.01, :2]
        hull = shapely.convex_hull(shapely.multipoints(low))
        assert hull.symmetric_difference(outline.polygon).area < 0.01 * outline.polygon.area
        top = mesh.positions[:, 2].max()
        assert top > outline.height_m + 1.0 if outline.pitched else top < outline.height_m + 0.3
        assert outline.polygon in small.footprints


def test_driveways_are_paved_and_not_for_traffic(small: City, said: OsmMap) -> None:
    assert len(said.driveways) == 1
    assert not any("13" in edge for edge in small.network.edges)
    assert len(small.network.edges) == 6
    for name in ("furniture/", "parked/"):
        for p in small.scene.placements:
            if p.name.startswith(name):
                assert not said.driveways[0].contains(shapely.Point(p.pose.position[:2]))


def test_a_cul_de_sac_ends_in_a_turning_circle(small: City, said: OsmMap) -> None:
    assert said.closed_ends == {"4": 7.0}
    network = small.network
    assert network.junctions["4"].end_radius_m == 7.0
    assert math.isnan(network.junctions["1"].end_radius_m)
    x, y = network.junctions["4"].position[:2]
    road = network.ground.road
    assert road.contains(shapely.Point(x, y + 6.5))
    assert not road.intersects(shapely.Point(x, y + 20).buffer(10))
    # The others go on beyond the map.
    west = network.junctions["1"].position
    assert road.contains(shapely.Point(west[0] - 70, west[1] - 1.6))


def test_quiet_roads_have_no_lines_and_limits_are_the_tags(small: City) -> None:
    limits = {
        round(lane.speed_mps * 3.6)
        for lane in small.network.lanes.values()
        if lane.kind == "driving"
    }
    assert limits == {30, 50}
    paint = np.concatenate(
        [
            m.positions + p.pose.position
            for p in small.scene.placements
            for m in small.scene.meshes
            if m.name == p.prototype.replace("ground/", "marking/") and m.name != p.prototype
        ]
    )
    # None along the 30 km/h road but near the junction; dashes along the other.
    assert not ((np.abs(paint[:, 0]) > 20) & (paint[:, 1] < -20)).any()
    assert (paint[:, 1] > -15).any()


def test_rights_are_recorded(small: City) -> None:
    described = small.describe()
    assert described["kind"] == "osm"
    assert described["licence"] == "ODbL-1.0"
    assert described["rights"] == "(c) OpenStreetMap contributors"
    (record,) = small.assets()
    assert record["licence"] == "ODbL-1.0"
    assert record["authors"] == ["OpenStreetMap contributors"]
    assert record["sha256"] == described["sha256"]


@pytest.mark.parametrize("name", ["small.osm", "small.osm.xml"])
def test_scenarios_name_osm_maps(file: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / name
    copy.write_bytes(file.read_bytes())
    model = maps.from_file(copy)
    assert model.osm is not None
    city = maps.build(model, Path())
    assert maps.describe(city) == model


def test_same_file_same_city(file: Path, small: City) -> None:
    again = City.from_osm(file, seed=2)
    assert [p.name for p in again.scene.placements] == [p.name for p in small.scene.placements]
    for a, b in zip(again.scene.placements, small.scene.placements, strict=True):
        assert (a.pose.position == b.pose.position).all()
    for m, n in zip(again.scene.meshes, small.scene.meshes, strict=True):
        assert (m.positions == n.positions).all()


def test_roofs_of_rectangles_and_ells() -> None:
    box = shapely.Polygon([(0, 0), (12, 0), (12, 8), (0, 8)])
    turned = shapely.transform(box, lambda xy: xy @ np.array([[0.8, 0.6], [-0.6, 0.8]]))
    (part,) = roof_parts(turned)
    assert (part.length_m, part.width_m) == pytest.approx((12.0, 8.0))
    assert part.gables == (True, True)
    ell = shapely.Polygon([(0, 0), (14, 0), (14, 8), (6, 8), (6, 14), (0, 14)])
    main, wing = roof_parts(ell)
    assert (main.length_m, main.width_m) == pytest.approx((14.0, 8.0))
    # Across the main roof: 6 m wide, and 3 m on under it to where the ridge meets the slope.
    assert (wing.length_m, wing.width_m) == pytest.approx((9.0, 6.0))
    assert wing.gables.count(True) == 1
    triangle = shapely.Polygon([(0, 0), (10, 0), (0, 10)])
    assert roof_parts(triangle) == []


def test_the_real_village_has_its_houses_and_nothing_taller(village: City) -> None:
    names = [p.name for p in village.scene.placements]
    assert sum(n.startswith("outline/") for n in names) == 31
    assert not any(n.startswith("house/") for n in names)
    streets = village.network.ground.road
    for footprint in village.footprints:
        assert footprint.intersection(streets).area < 0.05
    assert np.abs(village.network.bounds).max() < 120


def test_a_city_of_a_map_tells_where_its_houses_are_solid(village: City) -> None:
    standing = {p.name: p.pose.position[2] for p in village.scene.placements}
    houses = village.map_houses
    assert len(houses) > 20
    assert all(h.ground_m == standing[h.name] for h in houses)
    assert all(h.bottom_m < h.ground_m < h.top_m for h in houses)
