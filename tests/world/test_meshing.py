import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cityloop.world.meshing import (
    MIRROR_Y,
    MeshBuilder,
    face_normals,
    smooth_normals,
    translation,
    triangulate,
    turn_z,
)


def signed_volume(corners):
    """Volume inside a closed surface by the divergence theorem; positive if it faces out."""
    a, b, c = np.moveaxis(np.asarray(corners, dtype=np.float64), 1, 0)
    return float(np.einsum("ti,ti->", a, np.cross(b, c)) / 6)


def vector_area(corners):
    """Sum of the faces' area vectors: zero for a closed surface."""
    a, b, c = np.moveaxis(np.asarray(corners, dtype=np.float64), 1, 0)
    return np.cross(b - a, c - a).sum(axis=0) / 2


def mesh_corners(mesh):
    return mesh.positions[mesh.indices].astype(np.float64)


SQUARE = [(0, 0), (2, 0), (2, 3), (0, 3)]
PRISM_CASES = {"counter-clockwise": SQUARE, "clockwise": SQUARE[::-1]}


def test_a_box_is_closed_faces_out_and_has_the_asked_volume():
    builder = MeshBuilder()
    builder.box((1, -2, 3), (2, 3, 4), "m")
    assert signed_volume(builder.corners) == pytest.approx(24)
    assert vector_area(builder.corners) == pytest.approx(np.zeros(3), abs=1e-12)
    assert builder.corners.reshape(-1, 3).min(axis=0) == pytest.approx([0, -3.5, 1])


def test_a_box_has_only_the_faces_that_are_asked_for():
    builder = MeshBuilder()
    builder.box((0, 0, 0), (1, 1, 1), "m", faces=("+z",))
    assert face_normals(builder.corners) == pytest.approx(np.array([[0, 0, 1.0]] * 2))


@pytest.mark.parametrize("outline", PRISM_CASES.values(), ids=PRISM_CASES)
def test_an_extrusion_faces_out_whatever_the_winding(outline):
    builder = MeshBuilder()
    builder.extrude(outline, 1, 5, "wall", top_material="roof", bottom_material="floor")
    assert signed_volume(builder.corners) == pytest.approx(24)
    assert vector_area(builder.corners) == pytest.approx(np.zeros(3), abs=1e-12)


def test_walls_measure_their_texture_along_the_outline_and_down():
    builder = MeshBuilder()
    builder.extrude(SQUARE, 0, 4, "wall", texture_m=2.0)
    mesh = builder.build("m")
    end = mesh.uvs[np.all(np.isclose(mesh.positions, (0, 3, 4)), axis=1)]
    assert sorted(end[:, 0].tolist()) == pytest.approx([3.5, 3.5])  # 2 + 3 + 2 m over 2 m
    assert end[:, 1] == pytest.approx([-2.0, -2.0])


@pytest.mark.parametrize("outline", PRISM_CASES.values(), ids=PRISM_CASES)
@pytest.mark.parametrize("facing", [1, -1])
def test_a_polygon_has_the_area_and_side_asked_for(facing, outline):
    builder = MeshBuilder()
    builder.polygon(outline, 7.0, "m", facing=facing)
    assert vector_area(builder.corners) == pytest.approx([0, 0, facing * 6.0])
    assert builder.corners[..., 2] == pytest.approx(7.0)


def test_a_hole_stays_open_when_a_polygon_is_triangulated():
    hole = shapely.box(0.5, 1, 1.5, 2)
    vertices, triangles = triangulate(shapely.Polygon(SQUARE).difference(hole))
    corners = np.column_stack([vertices, np.zeros(len(vertices))])[triangles]
    assert vector_area(corners) == pytest.approx([0, 0, 5.0])
    assert (face_normals(corners)[:, 2] > 0).all()
    assert not any(hole.contains(shapely.Point(c[:2])) for c in corners.mean(axis=1))


def test_curves_are_triangulated_without_slivers():
    # Ear clipping would cut off the corners of the outer arc, as triangles 0.2 mm high.
    angle = np.linspace(0, np.pi / 2, 80)
    arc = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    vertices, triangles = triangulate(shapely.Polygon(np.concatenate([4 * arc, 3.85 * arc[::-1]])))
    corners = np.column_stack([vertices, np.zeros(len(vertices))])[triangles]
    double_area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    assert (double_area / sides.max(axis=1)).min() > 0.05


def test_a_lathe_makes_a_round_body():
    builder = MeshBuilder()
    builder.lathe([(0, 0), (1, 0), (1, 2), (0, 2)], "m", segments=64)
    assert signed_volume(builder.corners) == pytest.approx(2 * np.pi, rel=0.01)
    assert vector_area(builder.corners) == pytest.approx(np.zeros(3), abs=1e-12)


@pytest.mark.parametrize("end", [(0, 0, 3), (3, 0, 0), (0, -3, 0), (1, 2, -2)])
def test_a_cylinder_stands_in_any_direction(end):
    builder = MeshBuilder()
    builder.cylinder((0, 0, 0), end, 0.5, "m", segments=48)
    assert signed_volume(builder.corners) == pytest.approx(np.pi * 0.25 * 3, rel=0.01)


def test_a_reflection_keeps_the_outside_outside():
    half = MeshBuilder()
    half.box((0, 2, 0), (1, 1, 1), "m")
    builder = MeshBuilder()
    builder.add(half, MIRROR_Y)
    assert signed_volume(builder.corners) == pytest.approx(1)
    mesh = builder.build("m")
    assert np.einsum(
        "ti,ti->t", face_normals(mesh_corners(mesh)), mesh.normals[mesh.indices[:, 0]]
    ) == pytest.approx(np.ones(12))


def test_stretching_keeps_normals_square_to_the_surface():
    ball = MeshBuilder()
    angle = np.linspace(-np.pi / 2, np.pi / 2, 24)
    ball.lathe(np.stack([np.cos(angle), np.sin(angle)], axis=1), "m", segments=32)
    builder = MeshBuilder()
    builder.add(ball, np.diag([3.0, 1.0, 0.5, 1.0]))
    mesh = builder.build("m")
    expected = mesh.positions / np.array([9.0, 1.0, 0.25])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.einsum("vi,vi->v", mesh.normals, expected).min() > 0.98


def test_smoothing_rounds_flat_edges_and_leaves_sharp_ones():
    # A ridge of 20 degrees between two quads.
    rise = np.tan(np.radians(10))
    left = [(-1, 0, -rise), (0, 0, 0), (0, 1, 0), (-1, 1, -rise)]
    right = [(0, 0, 0), (1, 0, -rise), (1, 1, -rise), (0, 1, 0)]
    corners = np.array([[q[i] for i in t] for q in (left, right) for t in ((0, 1, 2), (0, 2, 3))])
    smooth = smooth_normals(corners.astype(float), 30)
    on_ridge = np.isclose(corners[..., 0], 0)
    assert smooth[on_ridge] == pytest.approx(np.array([[0, 0, 1.0]] * on_ridge.sum()))
    sharp = smooth_normals(corners.astype(float), 15)
    assert np.abs(sharp[on_ridge][:, 0]) == pytest.approx(np.sin(np.radians(10)))


def test_vertices_are_shared_within_a_material_and_split_between_two():
    builder = MeshBuilder()
    builder.quads([[(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]], "a")
    builder.quads([[(1, 0, 0), (2, 0, 0), (2, 1, 0), (1, 1, 0)]], "b")
    mesh = builder.build("m")
    assert len(mesh.positions) == 8
    assert mesh.material_names == ("a", "b")
    assert mesh.materials[mesh.indices].tolist() == [[0, 0, 0]] * 2 + [[1, 1, 1]] * 2
    same = MeshBuilder()
    same.quads([[(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]], "a")
    same.quads([[(1, 0, 0), (2, 0, 0), (2, 1, 0), (1, 1, 0)]], "a")
    assert len(same.build("m").positions) == 6


def test_triangles_without_area_are_left_out():
    builder = MeshBuilder()
    builder.triangles([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2), (0, 1, 1)], ["a", "b"])
    mesh = builder.build("m")
    assert len(mesh.indices) == 1
    assert mesh.material_names == ("a",)


def test_built_meshes_can_be_merged():
    builder = MeshBuilder()
    builder.box((0, 0, 0), (1, 1, 1), "a")
    mesh = builder.build("one")
    pair = MeshBuilder()
    pair.add_mesh(mesh)
    pair.add_mesh(mesh, translation(5, 0, 0) @ turn_z(np.pi / 4))
    both = pair.build("two")
    assert signed_volume(mesh_corners(both)) == pytest.approx(2, rel=1e-6)
    assert both.positions[:, 0].max() == pytest.approx(5 + np.sqrt(0.5))


def test_an_empty_builder_gives_an_empty_mesh():
    mesh = MeshBuilder().build("nothing")
    assert mesh.positions.shape == (0, 3)
    assert mesh.indices.shape == (0, 3)


@settings(max_examples=40)
@given(
    radii=st.lists(st.floats(0.05, 3.0), min_size=2, max_size=6),
    segments=st.integers(3, 20),
)
def test_any_turned_body_is_closed_and_faces_out(radii, segments):
    profile = [(0.0, 0.0), *((r, 0.3 * (i + 1)) for i, r in enumerate(radii))]
    profile.append((0.0, profile[-1][1] + 0.2))
    builder = MeshBuilder()
    builder.lathe(profile, "m", segments=segments)
    mesh = builder.build("m")
    assert signed_volume(mesh_corners(mesh)) > 0
    assert vector_area(mesh_corners(mesh)) == pytest.approx(np.zeros(3), abs=1e-4)
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1.0, abs=1e-5)
