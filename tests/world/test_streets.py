import numpy as np
import pytest
import shapely

from cityloop.world import polylines
from cityloop.world.city import City
from cityloop.world.ground import KERB_HEIGHT_M, RAMP_M
from cityloop.world.markings import LINE_WIDTH_M, build_markings
from cityloop.world.scene import Mesh, Scene
from cityloop.world.semantics import SemanticClass


def ground_triangles(scene: Scene, prefix: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return corners (T, 3, 3) in the world, corner normals (T, 3, 3), material names (T,)."""
    corners, normals, names = [], [], []
    where = {p.prototype: p.pose.position for p in scene.placements}
    for mesh in scene.meshes:
        if mesh.name.startswith(prefix):
            origin = where[mesh.name.replace("marking/", "ground/")]
            corners.append(mesh.positions[mesh.indices] + origin)
            normals.append(mesh.normals[mesh.indices])
            names.append(np.array(mesh.material_names)[mesh.materials[mesh.indices[:, 0]]])
    return np.concatenate(corners), np.concatenate(normals), np.concatenate(names)


def test_heights_of_road_sidewalk_and_grass(town: City) -> None:
    # Across the eastern road at x = 60: driving lane, parking strip, sidewalk, beyond.
    y = np.array([1.6, -1.6, 4.2, 6.8, 30.0])
    heights = town.network.ground_height(np.column_stack([np.full(5, 60.0), y]))
    assert heights == pytest.approx([0, 0, 0, KERB_HEIGHT_M, KERB_HEIGHT_M])


def test_kerbs_are_lowered_at_crossings(town: City) -> None:
    network = town.network
    crossings = [lane for lane in network.lanes.values() if lane.kind == "crossing"]
    for lane in crossings:
        line = polylines.spaced(lane.shape[:, :2], 0.1)
        assert network.ground_height(line[5:-5]) == pytest.approx(0.0)
        way = polylines.directions(lane.shape, 0.1)[0]
        # A walk from 2 m before the crossing to 2 m behind it meets no step.
        walk = lane.shape[0, :2] + np.linspace(-2.0, lane.length_m + 2.0, 400)[:, None] * way
        heights = network.ground_height(walk)
        slope = np.abs(np.diff(heights)) / np.linalg.norm(np.diff(walk, axis=0), axis=1)
        assert heights[0] == pytest.approx(KERB_HEIGHT_M)
        assert heights[-1] == pytest.approx(KERB_HEIGHT_M)
        assert slope.max() < 1.3 * KERB_HEIGHT_M / RAMP_M


def test_a_lowered_kerb_is_low_up_to_the_very_edge_of_the_road(town: City) -> None:
    ground = town.network.ground
    low = shapely.union_all(
        [
            lane.buffer(-0.6)  # where the kerb rises again beside a crossing
            for lane in (
                shapely.LineString(lane.shape[:, :2]).buffer(lane.width_m / 2, cap_style="square")
                for lane in town.network.lanes.values()
                if lane.kind == "crossing"
            )
        ]
    )
    edge = ground.road.boundary.intersection(low)
    points = shapely.get_coordinates(shapely.segmentize(edge, 0.01))
    assert len(points) > 1000
    for aside in ([0.0, 0.0], [0.003, 0.003], [-0.003, 0.003]):
        assert ground.height(points + aside).max() < 0.01


def test_mesh_lies_at_the_height_that_feet_are_told(town: City) -> None:
    corners, normals, _ = ground_triangles(town.scene, "ground/")
    flat = normals[:, 0, 2] > 0.9
    middle = corners[flat].mean(axis=1)
    area = 0.5 * np.linalg.norm(
        np.cross(
            corners[flat][:, 1] - corners[flat][:, 0], corners[flat][:, 2] - corners[flat][:, 0]
        ),
        axis=1,
    )
    told = town.network.ground_height(middle[:, :2])
    wrong = np.abs(told - middle[:, 2])
    assert wrong[area > 0.02].max() < 0.035
    assert (area * wrong).sum() / area.sum() < 1e-4


def test_ground_has_no_hole_and_covers_nothing_twice(town: City) -> None:
    corners, normals, _ = ground_triangles(town.scene, "ground/")
    flat = corners[normals[:, 0, 2] > 0.9]
    ab, ac = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    doubled = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    assert (doubled > 0).all()  # counter-clockwise from above
    x = flat[..., :2].reshape(-1, 2)
    whole = np.prod(x.max(axis=0) - x.min(axis=0))
    assert doubled.sum() / 2 == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize("map_name", ["town", "gothenburg"])
def test_ground_and_paint_have_no_slivers(map_name: str, request: pytest.FixtureRequest) -> None:
    city: City = request.getfixturevalue(map_name)
    for prefix in ("ground/", "marking/"):
        corners, _, _ = ground_triangles(city.scene, prefix)
        sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
        double_area = np.linalg.norm(
            np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
        )
        assert (double_area / sides.max(axis=1)).min() > 0.0005


def test_kerb_faces_look_towards_the_road(town: City) -> None:
    corners, normals, names = ground_triangles(town.scene, "ground/")
    upright = np.abs(normals[:, 0, 2]) < 0.3
    assert set(names[upright]) == {"kerb"}
    middle = corners[upright].mean(axis=1)[:, :2]
    road = town.network.ground.road
    before = middle + 0.05 * normals[upright][:, 0, :2]
    assert shapely.contains_xy(road, before[:, 0], before[:, 1]).mean() > 0.999
    assert corners[upright][..., 2].max() == pytest.approx(KERB_HEIGHT_M, abs=1e-5)


def test_no_crack_opens_at_the_upper_and_lower_ends_of_kerb_faces(town: City) -> None:
    corners, normals, _ = ground_triangles(town.scene, "ground/")
    upright = np.abs(normals[:, 0, 2]) < 0.3
    faces = corners[upright]
    assert (faces[..., 2].min(axis=1) < -0.01).all()
    heads = np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)])
    heads = heads[(heads[..., 2] > KERB_HEIGHT_M - 1e-5).all(axis=1)][..., :2]
    level = corners[~upright].reshape(-1, 3)
    level = np.unique(level[level[:, 2] > KERB_HEIGHT_M - 1e-5][:, :2], axis=0)
    tree = shapely.STRtree(shapely.linestrings(heads))
    point, head = tree.query(shapely.points(level), predicate="dwithin", distance=2e-3)
    ends = np.linalg.norm(heads[head] - level[point][:, None], axis=2).min(axis=1)
    assert len(ends) > 100
    assert ends.max() < 0.03  # a ramp's end is 2 cm beyond that of its kerb


def test_lines_lie_on_lane_borders(town: City) -> None:
    markings = build_markings(town.network)
    shapes = [shapely.Polygon(mark.outline) for mark in markings.pieces]
    # The centre line of the eastern road is at y = 0, 12 cm wide: dashes of 3 m far out.
    center = [s for s in shapes if abs(s.centroid.y) < 1e-6 and 40 < s.centroid.x < 120]
    assert center
    for line in center:
        x0, y0, x1, y1 = line.bounds
        assert (y0, y1) == pytest.approx((-LINE_WIDTH_M / 2, LINE_WIDTH_M / 2))
        assert x1 - x0 == pytest.approx(3.0)
    # Bays are marked across the parking strip, from the driving lane to the kerb.
    bays = [s for s in shapes if s.bounds[1] == pytest.approx(3.25) and s.centroid.x > 40]
    assert bays
    assert all(s.bounds[3] == pytest.approx(3.25 + 2.1) for s in bays)


def test_stop_line_crosses_its_lane_just_before_the_crossing(town: City) -> None:
    lane = town.network.driving_lane("east_in")
    end = lane.shape[-1]
    shapes = [shapely.Polygon(mark.outline) for mark in build_markings(town.network).pieces]
    stop = [
        s
        for s in shapes
        if s.bounds[3] - s.bounds[1] == pytest.approx(3.25 - LINE_WIDTH_M)
        and s.centroid.distance(shapely.Point(end)) < 1.0
    ]
    assert len(stop) == 1
    assert stop[0].bounds[0] == pytest.approx(end[0] + 0.15)
    assert stop[0].bounds[2] == pytest.approx(end[0] + 0.65)


def test_zebra_stripes_lie_on_the_road_across_the_way(town: City) -> None:
    network = town.network
    shapes = [shapely.Polygon(mark.outline) for mark in build_markings(network).pieces]
    for lane in (x for x in network.lanes.values() if x.kind == "crossing"):
        area = network.ground.crossings[lane.id]
        stripes = [s for s in shapes if area.buffer(0.01).contains(s)]
        assert len(stripes) == 7  # 6.5 m of road, a stripe each metre
        assert sum(s.area for s in stripes) / area.area == pytest.approx(0.5, abs=0.06)


def test_marks_say_what_they_are(town: City) -> None:
    marks = town.road_marks
    assert {m.kind for m in marks} == {"solid", "broken", "stop_line", "zebra", "parking"}
    assert {m.color for m in marks} == {"white"}
    # Four arms: a stop line and a crossing each.
    assert sum(m.kind == "stop_line" for m in marks) == 4
    assert sum(m.kind == "zebra" for m in marks) == 4 * 7
    size = {m.kind: shapely.Polygon(m.outline).area for m in marks}
    assert size["broken"] == pytest.approx(3.0 * LINE_WIDTH_M)
    assert size["stop_line"] == pytest.approx(0.5 * (3.25 - LINE_WIDTH_M))


def test_marks_lie_on_the_land(town: City, hilly: City) -> None:
    assert {z for m in town.road_marks for z in m.outline[:, 2].tolist()} == {0.004}
    ground = hilly.network.ground
    outlines = [m.outline for m in hilly.road_marks]
    corners = np.concatenate(outlines)
    assert np.ptp(corners[:, 2]) > 1.0
    np.testing.assert_allclose(corners[:, 2] - ground.elevation(corners[:, :2]), 0.012)
    steps = [np.linalg.norm(np.diff(o[:, :2], axis=0), axis=1).max() for o in outlines]
    assert max(steps) <= 2.0 + 1e-9


def test_paint_is_four_millimetres_above_the_asphalt(town: City) -> None:
    corners, normals, names = ground_triangles(town.scene, "marking/")
    assert corners[..., 2] == pytest.approx(0.004, abs=1e-6)
    assert normals[..., 2].min() == 1.0
    assert set(names) == {"marking"}


def test_classes_of_the_ground(town: City) -> None:
    materials = {m.name: m for m in town.scene.materials}
    corners, _, names = ground_triangles(town.scene, "ground/")

    def class_at(x: float, y: float) -> SemanticClass | None:
        hits = shapely.contains_xy(
            shapely.polygons(corners[..., :2]), np.full(len(corners), x), np.full(len(corners), y)
        )
        return materials[names[np.flatnonzero(hits)[0]]].semantic

    assert class_at(60.03, 1.6) is SemanticClass.ROAD
    assert class_at(60.03, 6.8) is SemanticClass.SIDEWALK
    assert class_at(60.03, 5.41) is SemanticClass.KERB
    assert class_at(60.03, 70.0) is SemanticClass.TERRAIN


def test_meshes_are_whole(town: City, gothenburg: City) -> None:
    for city in (town, gothenburg):
        known = {m.name for m in city.scene.materials}
        textures = {t.name for t in city.scene.textures}
        assert {m.texture for m in city.scene.materials} <= textures | {""}
        for mesh in city.scene.meshes:
            check_mesh(mesh, known)


def check_mesh(mesh: Mesh, known: set[str]) -> None:
    assert np.isfinite(mesh.positions).all()
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1.0, abs=1e-4)
    assert mesh.indices.max() < len(mesh.positions)
    assert set(mesh.material_names) <= known


def test_real_map_has_its_kerbs_and_lines_where_the_lanes_are(gothenburg: City) -> None:
    network = gothenburg.network
    lane = network.driving_lane("2")  # a curved road
    shapes = [shapely.Polygon(mark.outline) for mark in build_markings(network).pieces]
    tree = shapely.STRtree(shapes)
    for s in (40.0, 120.0, 250.0):
        way = polylines.directions(lane.shape, s)[0]
        right = np.array([way[1], -way[0]])
        center = polylines.at(lane.shape[:, :2], s)[0]
        edge_line = center + right * (lane.width_m / 2 - LINE_WIDTH_M)
        assert len(tree.query(shapely.Point(edge_line), predicate="within")) == 1
        kerb = lane.width_m / 2 + 0.3
        probe = np.stack([center + right * (kerb + d) for d in (-0.05, 0.05, 1.0)])
        assert network.ground_height(probe) == pytest.approx([0.0, KERB_HEIGHT_M, KERB_HEIGHT_M])
