import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from cityloop.errors import MapError
from cityloop.traffic.walkable import footprints
from cityloop.world import polylines
from cityloop.world.city import City
from cityloop.world.house_kinds import DEPTH_M
from cityloop.world.parking import footprint
from cityloop.world.props import SignalLamp
from cityloop.world.props_signals import LANTERN
from cityloop.world.scene import Placement, Scene
from cityloop.world.semantics import SemanticClass
from cityloop.world.vehicles import VEHICLE_KINDS


def scene_hash(scene: Scene) -> str:
    digest = hashlib.sha256()
    for texture in scene.textures:
        digest.update(texture.name.encode() + texture.rgba.tobytes())
    for mesh in scene.meshes:
        for part in (mesh.positions, mesh.normals, mesh.uvs, mesh.materials, mesh.indices):
            digest.update(np.ascontiguousarray(part).tobytes())
        digest.update(repr((mesh.name, mesh.material_names)).encode())
    digest.update(repr((scene.materials, scene.prototypes)).encode())
    for p in scene.placements:
        digest.update(p.pose.position.tobytes() + p.pose.quaternion.tobytes())
        digest.update(repr((p.name, p.prototype, p.tints, p.lamps, int(p.semantic))).encode())
    return digest.hexdigest()


def house_footprint(city: City, placement: Placement) -> shapely.Polygon:
    prototype = next(p for p in city.scene.prototypes if p.name == placement.prototype)
    half = prototype.dimension[1] / 2
    corners = [(0, -half, 0), (0, half, 0), (-DEPTH_M, half, 0), (-DEPTH_M, -half, 0)]
    return shapely.Polygon(placement.pose.apply(np.array(corners, dtype=float))[:, :2])


def named(city: City, prefix: str) -> list[Placement]:
    return [p for p in city.scene.placements if p.name.startswith(prefix)]


@pytest.fixture(params=["town", "gothenburg"])
def city(request: pytest.FixtureRequest) -> City:
    built = request.getfixturevalue(request.param)
    assert isinstance(built, City)
    return built


def test_same_seed_same_bytes_in_another_process(town: City) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from test_city import scene_hash; "
        "from cityloop.world.city import City; "
        "print(scene_hash(City.grid(blocks=(2, 2), seed=3).scene))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "99", "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout.strip() == scene_hash(town.scene)


def test_another_seed_is_another_town(town: City) -> None:
    other = City.grid(blocks=(2, 2), seed=4)
    assert scene_hash(other.scene) != scene_hash(town.scene)
    assert other.describe()["network_sha256"] == town.describe()["network_sha256"]
    assert other.describe()["seed"] == 4
    assert other.describe()["kind"] == "grid"


def test_names_are_unique_and_prototypes_known(city: City) -> None:
    names = [p.name for p in city.scene.placements]
    assert len(set(names)) == len(names)
    assert {p.prototype for p in city.scene.placements} <= {p.name for p in city.scene.prototypes}


def test_houses_keep_off_lanes_walkways_and_each_other(city: City) -> None:
    houses = [house_footprint(city, p) for p in named(city, "house/")]
    assert len(houses) > 30
    for lane in city.network.lanes.values():
        if lane.kind == "walkingarea":
            area = shapely.make_valid(shapely.Polygon(lane.shape[:, :2]))
        else:
            area = shapely.LineString(lane.shape[:, :2]).buffer(lane.width_m / 2, cap_style="flat")
        assert not any(house.intersects(area) for house in houses), lane.id
    tree = shapely.STRtree(houses)
    for n, house in enumerate(houses):
        # On the inside of a bend neighbours may touch; nobody stands in another's rooms.
        for other in tree.query(house.buffer(-0.1), predicate="intersects"):
            assert other == n


def test_houses_face_their_street(city: City) -> None:
    road = city.network.ground.road
    for placement in named(city, "house/"):
        ahead = placement.pose.apply(np.array([[6.5, 0.0, 0.0], [-6.5, 0.0, 0.0]]))
        front, back = (road.distance(shapely.Point(p[:2])) for p in ahead)
        assert front < back


def test_parked_cars_stand_in_their_strip_and_clear_of_crossings(town: City) -> None:
    network = town.network
    strips = shapely.union_all(
        [network.ground.lane_area(x) for x in network.lanes.values() if x.kind == "parking"]
    )
    driving = shapely.union_all(
        [network.ground.lane_area(x) for x in network.lanes.values() if x.kind == "driving"]
    )
    crossings = shapely.union_all(list(network.ground.crossings.values()))
    cars = named(town, "parked/")
    assert len(cars) > 60
    for car in cars:
        covered = footprint(car.prototype, car.pose)
        assert car.labelled
        assert strips.buffer(0.1).contains(covered)
        assert driving.intersection(covered).area < 0.3
        assert crossings.distance(covered) > 8.0
    areas = [footprint(c.prototype, c.pose) for c in cars]
    assert len(shapely.STRtree(areas).query(areas, predicate="intersects")[0]) == len(areas)


def test_parked_cars_on_a_real_map_leave_road_and_sidewalk_free(gothenburg: City) -> None:
    ground = gothenburg.network.ground
    cars = named(gothenburg, "parked/")
    assert cars
    for car in cars:
        covered = footprint(car.prototype, car.pose)
        assert not ground.road.intersects(covered)
        assert not ground.raised.intersects(covered)


def test_furniture_leaves_the_lanes_free(city: City) -> None:
    network = city.network
    lanes = [x for x in network.lanes.values() if x.kind in ("driving", "crossing", "internal")]
    for lane in lanes:
        area = shapely.LineString(lane.shape[:, :2]).buffer(lane.width_m / 2, cap_style="flat")
        for placement in [*named(city, "furniture/"), *named(city, "signal/")]:
            point = shapely.Point(placement.pose.position[:2])
            # Internal lanes overlap the corners of small junctions.
            limit = 0.1 if lane.kind != "internal" else -1.0
            assert area.distance(point) > limit or lane.kind == "internal"
    kinds = {p.prototype for p in named(city, "furniture/")}
    assert "street_lamp" in kinds
    assert any(kind.startswith("tree_") for kind in kinds)


def test_lamps_and_trees_stand_where_nobody_walks(city: City) -> None:
    # Half a person's width (0.24 m) stays free of SUMO's outermost stripe on a sidewalk. The crowd
    # walks round what is small.
    poles = [p for p in named(city, "furniture/") if p.prototype.startswith(("street_l", "tree_"))]
    known = footprints(city.scene.placements, {p.name: p for p in city.scene.prototypes})
    assert {p.name for p in named(city, "furniture/")} <= set(known)
    for lane in city.network.lanes.values():
        if lane.kind != "sidewalk" or lane.id.startswith(":"):
            continue
        stripes = max(1, math.floor(lane.width_m / 0.65))
        walked = shapely.LineString(lane.shape[:, :2]).buffer(
            (stripes - 1) * 0.65 / 2 + 0.24, cap_style="flat"
        )
        for placement in poles:
            assert not walked.contains(shapely.Point(placement.pose.position[:2]))


def test_signals_face_the_lane_that_they_rule(city: City) -> None:
    rules = {m.placement.prototype for m in city.masts}
    assert rules == {"traffic_light_vehicle", "traffic_light_pedestrian"}
    seen = set()
    for mast in city.masts:
        lane = city.network.lanes[mast.lane]
        if mast.placement.prototype != "traffic_light_vehicle":
            continue
        end = lane.shape[-1]
        way = polylines.directions(lane.shape, lane.length_m - 0.2)[0]
        # Approaching drivers see the lamps: the mast looks back along the lane, from the right.
        # Across the junction it looks back along the lane that leads on.
        yaw = mast.placement.pose.yaw_rad
        assert np.dot([math.cos(yaw), math.sin(yaw)], way) < -0.95
        offset = mast.placement.pose.position[:2] - end[:2]
        assert 1.5 < -(way[0] * offset[1] - way[1] * offset[0]) < 6.0
        if np.linalg.norm(offset) < 6.0:
            seen.add(lane.id)
    signalled = {s.from_lane for s in city.network.signals}
    assert seen == {x for x in signalled if city.network.lanes[x].kind == "driving"}


def test_signals_stand_beside_the_carriageway(city: City) -> None:
    road = city.network.ground.road
    for mast in city.masts:
        point = shapely.Point(mast.placement.pose.position[:2])
        assert not road.contains(point), mast
        assert mast.placement.labelled
        assert not mast.pole.labelled
        assert mast.pole.semantic is SemanticClass.POLE
        assert mast.placement.semantic is SemanticClass.TRAFFIC_LIGHT


@pytest.mark.parametrize(
    ("state", "lamps"),
    [
        ("r", SignalLamp.RED),
        ("y", SignalLamp.AMBER),
        ("g", SignalLamp.GREEN),
        ("G", SignalLamp.GREEN),
        ("u", SignalLamp.RED | SignalLamp.AMBER),
        ("O", 0),
    ],
)
def test_lamps_show_sumos_state(town: City, state: str, lamps: int) -> None:
    (tls,) = town.network.programs
    links = len(town.network.programs[tls][0])
    shown = town.signal_lamps({tls: state * links})
    assert set(shown) == {p.name for p in named(town, "signal/")}
    assert set(shown.values()) == {int(lamps)}


def test_each_lane_is_shown_its_own_link(town: City) -> None:
    ((tls, phases),) = town.network.programs.items()
    state = phases[0]
    shown = town.signal_lamps({tls: state})
    for mast in town.masts:
        links = [
            s for s in town.network.signals if s.from_lane == mast.lane or s.to_lane == mast.lane
        ]
        assert mast.link_index in {s.link_index for s in links}
        want = SignalLamp.RED if state[mast.link_index] == "r" else SignalLamp.GREEN
        assert shown[mast.placement.name] == int(want)
    assert town.signal_lamps({}) == {}


def test_a_state_that_fits_no_signal_is_refused(town: City) -> None:
    (tls,) = town.network.programs
    with pytest.raises(MapError, match="state 'GG' of traffic light 'x0y0'"):
        town.signal_lamps({tls: "GG"})


def test_roadside_lies_between_two_cars_and_off_the_lane(city: City) -> None:
    edge = "east_in" if "east0-x0y0" in city.network.edges else "west_in"
    s = 60.0
    place = city.roadside(edge, s, hidden_by="parked")
    lane = city.network.driving_lane(edge)
    along, left = polylines.project(lane.shape, place.position)
    assert along == pytest.approx(s, abs=0.3)
    assert left < -lane.width_m / 2
    way = polylines.directions(lane.shape, s)[0]
    facing = np.array([math.cos(place.heading_rad), math.sin(place.heading_rad)])
    assert facing @ np.array([-way[1], way[0]]) > 0.99  # towards the road, on the left of here
    assert place.position[2] == pytest.approx(
        city.network.ground_height(place.position[None, :2])[0]
    )
    before, behind = (footprint(p.prototype, p.pose) for p in place.placements)
    point = shapely.Point(place.position[:2])
    assert not before.intersects(behind)
    assert 0.3 < before.distance(point) < 1.0
    assert 0.3 < behind.distance(point) < 1.0
    ahead = [(np.array(f.centroid.coords[0]) - place.position[:2]) @ way for f in (before, behind)]
    assert ahead[0] < -2 < 2 < ahead[1]
    assert VEHICLE_KINDS[place.placements[0].prototype].height_m > 1.6
    assert all(p.name.startswith("parked/roadside_") for p in place.placements)
    area = city.network.ground.lane_area(lane)
    assert not area.intersects(before)
    assert not area.intersects(behind)


def test_roadside_is_hidden_until_late(city: City) -> None:
    edge = "east_in" if "east0-x0y0" in city.network.edges else "west_in"
    place = city.roadside(edge, 60.0, hidden_by="parked")
    lane = city.network.driving_lane(edge)
    cover = [footprint(p.prototype, p.pose) for p in place.placements]
    # 0.2 m to either side, as wide as a child, from the middle of the lane.
    for distance in (40.0, 25.0, 12.0, 8.0):
        eye = polylines.at(lane.shape[:, :2], 60.0 - distance)[0]
        sight = shapely.LineString([eye, place.position[:2]])
        assert any(sight.intersects(c) for c in cover), distance


def test_roadside_clears_what_stands_in_the_way(town: City) -> None:
    place = town.roadside("east_in", 60.0, hidden_by="parked")
    rest = [
        p
        for p in [*named(town, "parked/"), *named(town, "furniture/")]
        if p.name not in place.replaced
    ]
    cover = [footprint(p.prototype, p.pose) for p in place.placements]
    for p in rest:
        body = (
            footprint(p.prototype, p.pose)
            if p.prototype in VEHICLE_KINDS
            else shapely.Point(p.pose.position[:2])
        )
        assert not any(body.intersects(c) for c in cover), p.name
    assert place.replaced
    again = town.roadside("east_in", 60.0, hidden_by="parked")
    poses = [p.pose.position.tolist() for p in again.placements]
    assert poses == [p.pose.position.tolist() for p in place.placements]
    assert [p.tints for p in again.placements] == [p.tints for p in place.placements]


def test_left_roadside_is_across_the_street(town: City) -> None:
    right = town.roadside("east_in", 60.0)
    left = town.roadside("east_in", 60.0, side="left")
    assert right.placements == ()
    assert left.edge_id == town.network.aliases["east_out"]
    assert left.position[0] == pytest.approx(right.position[0], abs=0.1)
    assert left.position[1] == pytest.approx(-right.position[1], abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"edge": "nowhere", "s_m": 60.0}, "no road named 'nowhere'"),
        ({"edge": "east_in", "s_m": 900.0}, r"s_m=900 lies off road 'east_in': .* from 0 to 12"),
        ({"edge": "east_in", "s_m": 3.0, "hidden_by": "parked"}, "from 14 to"),
        ({"edge": "east_in", "s_m": 60.0, "hidden_by": "fog"}, "hidden_by='fog'"),
        ({"edge": "east_in", "s_m": 60.0, "side": "top"}, "side='top'"),
    ],
)
def test_impossible_roadsides_are_refused(
    town: City, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(MapError, match=message):
        town.roadside(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "blocks",
    [(1, 4), (0, 0), (2, 99), (2,), (2, 2, 2), (), (2, 2.5), (True, 2), "22", None, 4],
)
def test_impossible_grids_are_refused(blocks: object) -> None:
    with pytest.raises(MapError, match="two numbers from 2 to 12"):
        City.grid(blocks=blocks)  # type: ignore[arg-type]


def test_numpys_whole_numbers_are_as_good_as_pythons(town: City) -> None:
    built = City.grid(blocks=np.array([2, 2]), seed=np.int64(3))  # type: ignore[arg-type]
    assert scene_hash(built.scene) == scene_hash(town.scene)
    assert json.dumps(built.describe()) == json.dumps(town.describe())


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None, True])
def test_impossible_seeds_are_refused(town: City, tmp_path: Path, seed: object) -> None:
    with pytest.raises(MapError, match="give a whole number of 0 or more"):
        City.grid(blocks=(2, 2), seed=seed)  # type: ignore[arg-type]
    with pytest.raises(MapError, match="give a whole number of 0 or more"):
        City.from_opendrive(tmp_path / "map.xodr", seed=seed)  # type: ignore[arg-type]
    with pytest.raises(MapError, match="give a whole number of 0 or more"):
        City.from_network(town.network.net_file, seed=seed)  # type: ignore[arg-type]


def test_paths_that_are_no_files_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for build, what in ((City.from_opendrive, "OpenDRIVE map"), (City.from_network, "network")):
        with pytest.raises(MapError, match=what):
            build(tmp_path)
        with pytest.raises(MapError, match=what) as caught:
            build("x" * 5000)
        assert len(str(caught.value)) < 250
        with pytest.raises(MapError, match=what):
            build(None)  # type: ignore[arg-type]
        with pytest.raises(MapError, match="empty: "):
            build(empty)


def test_a_map_that_cannot_be_converted_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.xodr"
    bad.write_text("no map at all")
    with pytest.raises(MapError, match=r"bad\.xodr: netconvert cannot convert") as caught:
        City.from_opendrive(bad)
    assert "\n" not in str(caught.value)
    with pytest.raises(MapError, match="no such OpenDRIVE map"):
        City.from_opendrive(tmp_path / "none.xodr")


def test_any_sumo_network_makes_a_city(town: City) -> None:
    again = City.from_network(town.network.net_file, seed=3)
    assert again.describe()["kind"] == "sumo_network"
    assert len(again.scene.placements) == len(town.scene.placements)


def test_the_arm_of_a_street_lamp_reaches_over_the_road_or_towards_it(town: City) -> None:
    road = town.network.ground.road
    for lamp in (p for p in town.scene.placements if p.prototype == "street_lamp"):
        lantern = shapely.Point(lamp.pose.apply(np.array(LANTERN))[:2])
        assert lantern.distance(road) < shapely.Point(lamp.pose.position[:2]).distance(road)
