import math

import numpy as np
import pytest
import shapely
from opendrive_files import ROAD_DATA

from cityloop.world import polylines
from cityloop.world.city import City
from cityloop.world.lettering import is_drawable, stencil
from cityloop.world.network import RoadNetwork
from cityloop.world.opendrive.reading import read_opendrive
from cityloop.world.opendrive.signs import find_signs
from cityloop.world.props_signs import name_plates, sign
from cityloop.world.scene import Placement
from cityloop.world.semantics import SemanticClass
from cityloop.world.sign_faces import SIGN_FACES, SIGN_TEXTURES, sign_texture, sign_uv
from cityloop.world.signs import speed_face, with_plates
from cityloop.world.street_names import street_names


def signs(city: City) -> list[Placement]:
    return [p for p in city.scene.placements if p.name.startswith("sign/")]


def lane_beside(network: RoadNetwork, placement: Placement):
    """The lane whose traffic reads a sign: the nearest one that runs towards its face."""
    x, y, _ = placement.pose.position
    facing = placement.pose.yaw_rad
    best = None
    for edge in network.edges:
        for lane in network.lanes_of(edge, "driving")[:1]:
            s, aside = polylines.project(lane.shape, (x, y))
            way = polylines.directions(lane.shape, s)[0]
            against = math.cos(math.atan2(way[1], way[0]) - facing) < -0.9
            if against and aside < 0 and (best is None or -aside < best[0]):
                best = (-aside, lane)
    return best[1]


@pytest.mark.parametrize("name", ["town", "gothenburg", "village"])
def test_a_limit_sign_has_the_limit_of_the_lane_that_it_faces(
    name: str, request: pytest.FixtureRequest
) -> None:
    city: City = request.getfixturevalue(name)
    limits = [p for p in signs(city) if p.prototype.startswith("sign/speed_")]
    assert limits
    for placement in limits:
        lane = lane_beside(city.network, placement)
        assert int(placement.prototype.rpartition("_")[2]) == round(lane.speed_mps * 3.6)


def test_minor_roads_yield_and_priority_roads_say_so(village: City) -> None:
    network = village.network
    faces: dict[str, set[str]] = {}
    for placement in signs(village):
        face = placement.prototype.removeprefix("sign/")
        faces.setdefault(face, set()).add(lane_beside(network, placement).edge_id)
    assert faces["yield"]
    assert faces["priority"]
    states = {
        edge: {c.state for c in network.connections if c.from_edge == edge}
        for edge in network.edges
    }
    assert all("m" in states[edge] for edge in faces["yield"])
    assert all("M" in states[edge] for edge in faces["priority"])
    assert not faces["yield"] & faces["priority"]
    ends = {network.edges[e].to_junction for e in faces["yield"]}
    assert {network.edges[e].to_junction for e in faces["priority"]} <= ends


@pytest.mark.parametrize("name", ["town", "gothenburg", "village"])
def test_posts_stand_beside_the_road_and_hold_what_is_on_them(
    name: str, request: pytest.FixtureRequest
) -> None:
    city: City = request.getfixturevalue(name)
    ground = city.network.ground
    taken = shapely.union_all([ground.road, ground.ramps, *city.footprints])
    posts = {p.name: p for p in city.scene.placements if "_post/" in p.name}
    assert posts
    for post in posts.values():
        x, y, z = post.pose.position
        assert not taken.intersects(shapely.Point(x, y))
        assert z == pytest.approx(float(city.network.ground_height((x, y))[0]))
    plates = [p for p in city.scene.placements if p.semantic == SemanticClass.TRAFFIC_SIGN]
    for plate in plates:
        kind, number = plate.name.split("/")[:2]
        post = posts[f"{kind.removeprefix('street_')}_post/{number}"]
        assert plate.labelled
        assert not post.labelled
        assert np.linalg.norm((plate.pose.position - post.pose.position)[:2]) < 1e-9
    # Who leaves out the posts leaves out all plates, and nothing else.
    assert with_plates(posts, city.scene.placements) == {*posts, *(p.name for p in plates)}
    assert with_plates([], city.scene.placements) == set()


def test_streets_have_the_names_of_the_map(village: City) -> None:
    names = street_names(village.network, 1)
    assert {"Goethestraße", "Haydnstraße", "Richard-Wagner-Straße"} == set(names.values())
    for edge, name in names.items():
        assert village.network.edges[edge].name == name


def test_made_up_names_go_straight_on_and_are_all_different(town: City) -> None:
    network = town.network
    names = street_names(network, 3)
    assert len(set(names.values())) == 2
    for edge in network.route("east_in", "west_out"):
        assert names[edge] == names[network.edge_id("east_in")]
    assert names[network.edge_id("north_in")] != names[network.edge_id("east_in")]
    assert names == street_names(network, 3)
    assert names != street_names(network, 4)


def test_a_plate_at_a_corner_runs_along_the_street_that_it_names(town: City) -> None:
    network = town.network
    names = street_names(network, town.seed)
    order = list(dict.fromkeys(names[e] for e in sorted(names)))
    plates = [p for p in town.scene.placements if p.name.startswith("street_name/")]
    assert len(plates) == 4
    for plate in plates:
        name = order[int(plate.prototype.rpartition("/")[2])]
        along = plate.pose.yaw_rad + math.pi / 2
        edge = next(e for e in names if names[e] == name)
        way = np.subtract(*network.driving_lane(edge).shape[[-1, 0], :2])
        assert abs(math.cos(along - math.atan2(way[1], way[0]))) > 0.99


def test_signs_of_an_opendrive_map_stand_where_it_says(tmp_path) -> None:
    source = ROAD_DATA / "xodr" / "straight_500m.xodr"
    if not source.is_file():
        pytest.skip("shared/road-data is not beside the repository")
    said = (
        ("274", "50", "km/h", "-1", "+", 40.0, "speed_50"),
        ("274", "-1", "", "56", "+", 60.0, "speed_60"),
        ("274", "-1", "", "30", "-", 80.0, "speed_30"),
        ("206", "-1", "", "-1", "+", 100.0, "stop"),
        ("205", "-1", "", "-1", "-", 120.0, "yield"),
        ("999", "-1", "", "-1", "+", 140.0, ""),
    )
    words = "".join(
        f'<signal s="{s}" t="{-9.0 if way == "+" else 9.0}" id="{n}" name="" dynamic="no" '
        f'orientation="{way}" zOffset="1" country="DE" type="{kind}" subtype="{sub}" '
        f'value="{value}" unit="{unit}" height="1" width="1"/>'
        for n, (kind, value, unit, sub, way, s, _) in enumerate(said)
    )
    text = source.read_text()
    start = text.index("</lanes>") + len("</lanes>")
    end = text.index("</road>")
    path = tmp_path / "signs.xodr"
    path.write_text(f"{text[:start]}<signals>{words}</signals>{text[end:]}")
    (road,) = read_opendrive(path).roads
    known = [row for row in said if row[-1]]
    found = find_signs(read_opendrive(path))
    assert [x.face for x in found] == [row[-1] for row in known]
    city = City.from_opendrive(path, seed=1)
    placed = signs(city)
    assert [p.prototype for p in placed] == [f"sign/{row[-1]}" for row in known]
    for placement, (_, _, _, _, way, s, _) in zip(placed, known, strict=True):
        (xy,), (heading,) = road.place(s, -9.0 if way == "+" else 9.0)
        assert placement.pose.position[:2] == pytest.approx(xy)
        turned = placement.pose.yaw_rad - float(heading)
        assert math.cos(turned) == pytest.approx(-1.0 if way == "+" else 1.0)


def test_limits_without_a_sign_get_none() -> None:
    assert speed_face(50 / 3.6) == "speed_50"
    assert speed_face(13.89) == "speed_50"
    assert speed_face(45 / 3.6) is None
    assert speed_face(200 / 3.6) is None


def test_letters_that_no_sign_can_show_are_told() -> None:
    assert all(map(is_drawable, ("Goethestraße", "Åvägen", "Rue de l'Église", "Łódź")))
    assert not any(map(is_drawable, ("Улица", "東京", "", " ")))
    # Marks are drawn: the same letters without them cover less.
    assert stencil("Ä").sum() > stencil("A").sum() + 50
    assert stencil("Улица").shape[1] == 1


def test_each_face_has_a_picture_of_its_own() -> None:
    textures = {name: sign_texture(name).rgba for name in SIGN_TEXTURES}
    seen = set()
    for name in SIGN_FACES:
        mesh = sign(name, 0).build("sign")
        (texture,) = (m.removeprefix("prop/") for m in mesh.material_names if "signs/" in m)
        corners = sign_uv(name, np.array([[-0.5, 0.5], [0.5, -0.5]])) * 512
        (x0, y0), (x1, y1) = np.rint(corners).astype(int)
        picture = textures[texture][y0:y1, x0:x1]
        assert picture[..., :3].std() > 10
        seen.add(picture.tobytes())
    assert len(seen) == len(SIGN_FACES)


def test_name_plates_differ_and_overflow_into_more_textures() -> None:
    names = [f"Street {n}" for n in range(23)]
    scene = name_plates(names)
    assert [p.name for p in scene.prototypes] == [f"street_name/{n}" for n in range(23)]
    assert len(scene.textures) == len(scene.materials) == 2
    where = [(m.material_names[0], m.uvs.tobytes()) for m in scene.meshes]
    assert len(set(where)) == 23
