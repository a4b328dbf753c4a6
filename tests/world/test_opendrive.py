"""OpenDRIVE: geometry with known answers, paint, objects and signals, and real files."""

import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from opendrive_files import lane, real, road, street_lanes, write
from scipy.integrate import cumulative_trapezoid

from cityloop.scenario import maps
from cityloop.world.city import City
from cityloop.world.markings import Markings
from cityloop.world.netconvert import convert_opendrive
from cityloop.world.network import RoadNetwork
from cityloop.world.opendrive import default_speed_mps, read_opendrive
from cityloop.world.opendrive.objects import build_objects
from cityloop.world.opendrive.plan_view import Geometry
from cityloop.world.opendrive.road import Cubics
from cityloop.world.opendrive.road_marks import draw_marks
from cityloop.world.props import SignalLamp
from cityloop.world.semantics import SemanticClass

LINE = '<geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry>'


def piece(shape: str, length: float = 40.0, heading: float = 0.0, **values: float) -> Geometry:
    return Geometry(0.0, 2.0, 3.0, heading, length, shape, values)


def test_a_line_runs_along_its_heading_and_on_beyond_its_ends() -> None:
    points, heading = piece("line", heading=math.pi / 2).at([0.0, 10.0, 50.0, -5.0])
    assert points == pytest.approx(np.array([[2, 3], [2, 13], [2, 53], [2, -2]]))
    assert heading == pytest.approx(math.pi / 2)


def test_a_quarter_circle_ends_a_radius_ahead_and_aside() -> None:
    arc = piece("arc", length=20 * math.pi / 2, curvature=-1 / 20)
    points, heading = arc.at([arc.length_m])
    assert points[0] == pytest.approx([22.0, -17.0])
    assert heading[0] == pytest.approx(-math.pi / 2)


@pytest.mark.parametrize(
    ("start", "end"), [(0.0, 0.02), (0.02, 0.0), (-0.01, 0.03), (0.03, -0.01), (0.02, 0.02)]
)
def test_a_spirals_heading_is_the_integral_of_its_curvature(start: float, end: float) -> None:
    spiral = piece("spiral", length=60.0, heading=0.7, curvStart=start, curvEnd=end)
    s = np.linspace(0.0, 60.0, 60_001)
    curvature = start + (end - start) * s / 60.0
    heading = 0.7 + cumulative_trapezoid(curvature, s, initial=0.0)
    x = 2.0 + cumulative_trapezoid(np.cos(heading), s, initial=0.0)
    y = 3.0 + cumulative_trapezoid(np.sin(heading), s, initial=0.0)
    points, found = spiral.at(s[::1000])
    assert points == pytest.approx(np.column_stack([x, y])[::1000], abs=1e-6)
    assert found == pytest.approx(heading[::1000], abs=1e-6)


def test_cubics_in_the_plane() -> None:
    cubic = {
        "aU": 0.0,
        "bU": 1.0,
        "cU": 0.0,
        "dU": 0.0,
        "aV": 1.0,
        "bV": 0.0,
        "cV": 0.01,
        "dV": 0.0,
    }
    points, heading = piece("paramPoly3", **cubic).at([10.0])
    assert points[0] == pytest.approx([12.0, 5.0])
    assert heading[0] == pytest.approx(math.atan(0.2))
    scaled = {**cubic, "bU": 40.0, "cV": 16.0}
    points, _ = Geometry(0.0, 2.0, 3.0, 0.0, 40.0, "paramPoly3", scaled, normalized=True).at([10.0])
    assert points[0] == pytest.approx([12.0, 5.0])
    # v = 0.5 u: 10 m along it are 10 / sqrt(1.25) in u.
    points, heading = piece("poly3", a=0.0, b=0.5, c=0.0, d=0.0).at([10.0])
    assert points[0] == pytest.approx([2 + 10 / math.sqrt(1.25), 3 + 5 / math.sqrt(1.25)], abs=1e-5)
    assert heading[0] == pytest.approx(math.atan(0.5))


def test_cubic_functions_start_anew_at_each_part() -> None:
    function = Cubics(((0.0, 1.0, 2.0, 0.0, 0.0), (10.0, 5.0, 0.0, 0.0, 1.0)))
    assert function([0.0, 5.0, 10.0, 12.0]) == pytest.approx([1.0, 11.0, 5.0, 13.0])
    assert Cubics()([3.0]) == pytest.approx([0.0])


def test_lane_borders_add_up_from_the_offset(tmp_path: Path) -> None:
    lanes = f'<laneOffset s="0" a="0.5" b="0" c="0" d="0"/>{street_lanes()}'
    (found,) = read_opendrive(write(tmp_path / "a.xodr", road(1, LINE, 100.0, lanes=lanes))).roads
    section = found.sections[0]
    borders = [float(found.border(section, n, 50.0)[0]) for n in (3, 2, 1, 0, -1, -2, -3)]
    assert borders == pytest.approx([6.3, 4.3, 4.0, 0.5, -3.0, -3.3, -5.3])
    assert found.middle(section, -1, 50.0) == pytest.approx([-1.25])


def marked(tmp_path: Path, *marks: str) -> list[tuple[shapely.Polygon, str, str]]:
    center = f'<center><lane id="0" type="none" level="false">{"".join(marks)}</lane></center>'
    section = f'<laneSection s="0">{center}<right>{lane(-1, "driving", 3.5)}</right></laneSection>'
    link = '<link><predecessor elementType="road" elementId="2"/>'
    link += '<successor elementType="road" elementId="3"/></link>'
    text = road(1, LINE, 100.0, lanes=section).replace("<planView>", f"{link}<planView>")
    markings = Markings()
    draw_marks(read_opendrive(write(tmp_path / "a.xodr", text)), markings)
    return [(shapely.Polygon(m.outline), m.kind, m.color) for m in markings.pieces]


def mark(kind: str, start: float = 0.0, inner: str = "", **more: object) -> str:
    words = {"weight": "standard", "color": "standard", "width": 0.2, **more}
    values = " ".join(f'{k}="{v}"' for k, v in words.items())
    return f'<roadMark sOffset="{start}" type="{kind}" {values}>{inner}</roadMark>'


def test_a_solid_mark_is_one_line_of_its_width(tmp_path: Path) -> None:
    ((paint, *said),) = marked(tmp_path, mark("solid", color="yellow"))
    assert paint.bounds == pytest.approx((0.0, -0.1, 100.0, 0.1))
    assert said == ["solid", "yellow"]


def test_dashes_are_as_long_and_far_apart_as_the_file_says(tmp_path: Path) -> None:
    line = '<line length="4" space="8" tOffset="0" sOffset="2" width="0.15"/>'
    inner = f'<type name="broken" width="0.15">{line}</type>'
    pieces = sorted(p.bounds for p, *_ in marked(tmp_path, mark("broken", inner=inner)))
    assert [b[0] for b in pieces] == pytest.approx(np.arange(2.0, 100.0, 12.0))
    assert all(b[2] - b[0] == pytest.approx(min(4.0, 100.0 - b[0])) for b in pieces)
    assert all((b[1], b[3]) == pytest.approx((-0.075, 0.075)) for b in pieces)


def test_double_marks_and_changes_along_the_road(tmp_path: Path) -> None:
    pieces = [p.bounds for p, *_ in marked(tmp_path, mark("solid solid"), mark("none", 60.0))]
    assert len(pieces) == 2
    assert sorted(b[1] for b in pieces) == pytest.approx([-0.3, 0.1])
    assert all(b[2] == pytest.approx(60.0) for b in pieces)


OBJECTS = """
<object type="building" id="b" s="50" t="20" zOffset="0" hdg="0" length="12" width="8" height="7"/>
<object type="tree" id="t" s="30" t="-9" zOffset="0" height="6" radius="1"/>
<object type="pole" id="p" s="20" t="-6" zOffset="0" height="4" radius="0.05"/>
<object type="barrier" id="r" s="0" t="-8" zOffset="0" height="1" width="0.2">
  <repeat s="10" length="80" distance="0" tStart="-8" tEnd="-8" heightStart="1" heightEnd="1"
    zOffsetStart="0" zOffsetEnd="0"/></object>
<object type="parkingSpace" id="s" s="70" t="-12" zOffset="0" length="5" width="2.5"/>
<object type="crosswalk" id="c" s="80" t="0" zOffset="0" length="3" width="7"/>
<object type="building" id="o" s="0" t="0" zOffset="0" height="9"><outlines><outline id="0">
  <cornerRoad s="60" t="30" dz="0" height="9"/><cornerRoad s="70" t="30" dz="0" height="9"/>
  <cornerRoad s="70" t="40" dz="0" height="9"/></outline></outlines></object>
"""


def test_objects_stand_where_the_file_says(tmp_path: Path) -> None:
    file = write(tmp_path / "a.xodr", road(1, LINE, 100.0, objects=OBJECTS))
    markings = Markings()
    done = build_objects(read_opendrive(file), lambda xy: np.full(len(xy), 2.0), markings)
    box, corner = done.outlines
    assert box.polygon.bounds == pytest.approx((44, 16, 56, 24))
    assert (box.height_m, corner.height_m) == (7.0, 9.0)
    assert corner.polygon.equals(shapely.Polygon([(60, 30), (70, 30), (70, 40)]))
    assert done.trees == [(30.0, -9.0)]
    by_class: dict[SemanticClass, list[np.ndarray]] = {}
    for placement in done.scene.placements:
        mesh = next(m for m in done.scene.meshes if m.name == placement.prototype)
        by_class.setdefault(placement.semantic, []).append(mesh.positions + placement.pose.position)
    pole = np.concatenate(by_class[SemanticClass.POLE])
    assert pole.mean(axis=0)[:2] == pytest.approx([20, -6], abs=0.02)
    assert pole[:, 2].max() == pytest.approx(6.0)
    rail = np.concatenate(by_class[SemanticClass.FENCE])
    assert rail.min(axis=0)[:2] == pytest.approx([10, -8.1], abs=1e-3)
    assert rail.max(axis=0) == pytest.approx([90, -7.9, 3.0], abs=1e-3)
    assert shapely.union_all(done.walls).bounds == pytest.approx((10, -8.1, 90, -7.9))
    ((crosswalk, _),) = done.crosswalks
    assert crosswalk.bounds == pytest.approx((78.5, -3.5, 81.5, 3.5))
    paint = shapely.union_all([shapely.Polygon(mark.outline) for mark in markings.pieces])
    assert paint.bounds == pytest.approx((67.5, -13.25, 72.5, -10.75))


def test_objects_are_in_the_city_and_kept_free(tmp_path: Path) -> None:
    city = City.from_opendrive(write(tmp_path / "a.xodr", road(1, LINE, 100.0, objects=OBJECTS)))
    names = [p.name for p in city.scene.placements]
    assert {"outline/0", "outline/1"} <= set(names)
    assert any(n.startswith("barrier/") for n in names)
    assert any(f.bounds == pytest.approx((44, 16, 56, 24)) for f in city.footprints)
    barrier = shapely.box(10, -8.1, 90, -7.9)
    assert sum(barrier.intersection(f).area for f in city.footprints) > 0.9 * barrier.area
    for p in city.scene.placements:
        if p.name.startswith("furniture/"):
            assert barrier.distance(shapely.Point(p.pose.position[:2])) > 0.05


@pytest.mark.parametrize("name", ["fabriksgatan", "e6mini", "straight_500m"])
def test_the_network_lies_on_the_files_lanes(name: str, tmp_path: Path) -> None:
    path, net_file = real(name), tmp_path / "map.net.xml"
    convert_opendrive(path, net_file)
    network = RoadNetwork(net_file)
    centers = []
    for way in read_opendrive(path).roads:
        for section in () if way.junction else way.sections:
            s = np.linspace(section.s, section.end, int(section.end - section.s) + 2)
            centers += [
                shapely.LineString(way.place(s, way.middle(section, n, s))[0])
                for n in section.lanes
                if n
            ]
    lanes = [x for x in network.lanes.values() if not x.id.startswith(":")]
    assert len(lanes) == len(centers)
    for line in lanes:
        points = shapely.points(line.shape[:, :2])
        assert min(shapely.distance(points, c).max() for c in centers) < 0.05


def test_a_map_far_away_is_moved_by_whole_kilometres(tmp_path: Path) -> None:
    far = LINE.replace('x="0" y="0"', 'x="400123" y="5300077"')
    city = City.from_opendrive(write(tmp_path / "far.xodr", road(1, far, 100.0)))
    assert city.describe()["shift_m"] == [-400_000.0, -5_300_000.0]
    center = city.network.driving_lane("west_in").shape
    assert center[[0, -1]] == pytest.approx(np.array([[123, 75.25, 0], [223, 75.25, 0]]), abs=0.01)


def test_limits_where_the_file_has_none(tmp_path: Path) -> None:
    def limit(lanes: str, kind: str = "") -> float:
        section = f'<laneSection s="0"><center>{lane(0, "none", 0)}</center><right>{lanes}</right>'
        text = road(1, LINE, 100.0, lanes=f"{section}</laneSection>", kind=kind)
        return default_speed_mps(read_opendrive(write(tmp_path / "a.xodr", text))) * 3.6

    one = lane(-1, "driving", 3.5)
    assert limit(one) == pytest.approx(80)
    assert limit(one + lane(-2, "driving", 3.5)) == pytest.approx(110)
    assert limit(one + lane(-2, "sidewalk", 2.0)) == pytest.approx(50)
    assert limit(one, '<type s="0" type="town"/>') == pytest.approx(50)


def test_open_country_has_no_kerb_house_lamp_or_parked_car(motorway: City) -> None:
    names = [p.prototype for p in motorway.scene.placements]
    assert not any(n.startswith("house/") or n == "street_lamp" for n in names)
    assert not any(p.name.startswith("parked/") for p in motorway.scene.placements)
    materials = {
        m.material_names[k]
        for m in motorway.scene.meshes
        if m.name.startswith("ground/")
        for k in np.unique(m.materials)
    }
    assert not materials & {"kerb", "paving"}
    assert any(n.startswith("tree_") for n in names)
    # Railings on both sides of the median, in pieces of at most 60 m, and guide posts.
    rails = [p for p in motorway.scene.placements if p.semantic is SemanticClass.FENCE]
    assert len(rails) == 2 * math.ceil((1464.434 - 2.0) / 60)
    assert {lane.speed_mps for lane in motorway.network.lanes_of("-0", "driving")} == {30.56}


def test_paint_on_the_motorway_is_the_files(motorway: City) -> None:
    # Up to y = 5 the road is straight; its lines lie at t = 2.6, 6.25, 9.75, 13.65 on both sides,
    # 30 cm wide the solid ones beside the shoulders and the median, 15 cm the broken ones.
    scene = motorway.scene
    mesh_of = {m.name: m for m in scene.meshes}
    paint = [
        mesh_of[name].positions + p.pose.position
        for p in scene.placements
        for name in [p.prototype.replace("ground/", "marking/")]
        if p.prototype.startswith("ground/") and name in mesh_of
    ]
    points = np.concatenate(paint)
    points = points[points[:, 1] < 5.0]
    heading = 1.56744021846
    t = -math.sin(heading) * points[:, 0] + math.cos(heading) * points[:, 1]
    borders, half = np.array([2.6, 6.25, 9.75, 13.65]), np.array([0.15, 0.075, 0.075, 0.15])
    off = np.abs(t)[:, None] - borders
    line = np.abs(off).argmin(axis=1)
    for side in (t > 0, t < 0):
        for n in range(4):
            mine = off[side & (line == n), n]
            assert mine.min() == pytest.approx(-half[n], abs=0.005)
            assert mine.max() == pytest.approx(half[n], abs=0.005)


def test_lights_stand_where_the_file_says_and_show_sumos_signal() -> None:
    city = City.from_opendrive(real("fabriksgatan_traffic_lights"))
    source = read_opendrive(real("fabriksgatan_traffic_lights"))
    (way,) = [r for r in source.roads if r.signals]
    vehicle, *people = way.signals
    first, *others = city.masts[:3]
    # 5 cm more than the file leaves: riders who lean into the bend need room.
    stands = first.placement.pose.position[:2]
    assert stands == pytest.approx(way.place(vehicle.s, vehicle.t)[0][0], abs=0.1)
    assert city.network.ground.road.distance(shapely.Point(stands)) == pytest.approx(0.25)
    assert first.placement.prototype == "traffic_light_vehicle"
    assert first.tls_id == "4"
    head = city.network.lanes[first.lane]
    stop = head.shape[-1, :2]
    assert np.linalg.norm(stop - first.placement.pose.position[:2]) < 20.0
    # It looks back at who comes.
    back = head.shape[-2, :2] - stop
    facing = first.placement.pose.yaw_rad
    assert back @ [math.cos(facing), math.sin(facing)] > 0.9 * np.linalg.norm(back)
    assert [m.placement.prototype for m in others] == ["traffic_light_pedestrian"] * 2
    # No guessed mast beside the mapped one.
    same = [m for m in city.masts if m.lane == first.lane]
    assert same == [first]
    shown = city.signal_lamps({"4": "r" * 40})
    assert shown[first.placement.name] == int(SignalLamp.RED)
    assert len(people) == 2


def test_a_light_without_a_signal_shows_what_priority_means(tmp_path: Path) -> None:
    signals = (
        '<signal s="50" t="-6" id="1" dynamic="yes" orientation="+" type="1000001" country="x"/>'
        '<signal s="52" t="-6" id="2" dynamic="yes" orientation="+" type="1000002" country="x"/>'
        '<signal s="60" t="-6" id="3" dynamic="no" orientation="+" type="274" country="DE"/>'
    )
    city = City.from_opendrive(write(tmp_path / "a.xodr", road(1, LINE, 100.0, signals=signals)))
    assert [m.placement.lamps for m in city.masts] == [SignalLamp.GREEN, SignalLamp.RED]
    assert city.signal_lamps({"1": "r"}) == {}
    assert city.masts[0].placement.pose.position[:2] == pytest.approx([50, -6])
    assert abs(city.masts[0].placement.pose.yaw_rad) == pytest.approx(math.pi)


def test_scenarios_name_opendrive_maps(tmp_path: Path) -> None:
    file = write(tmp_path / "a.xodr", road(1, LINE, 100.0))
    city = maps.build(maps.from_file(file), Path())
    assert maps.describe(city).opendrive is not None
