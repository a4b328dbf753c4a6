import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_scene import LENS, camera_pose, view

from cityloop.embedded.gpu_scene import SceneTables
from cityloop.embedded.visibility import draw_list, in_view, may_shade, select_meshes
from cityloop.spatial import rotation

NEVER = np.inf
TABLES = SceneTables(
    centers=np.zeros((3, 3)),
    radii=np.ones(3),
    corners=np.zeros((3, 8, 3)),
    bone_counts=np.zeros(3, dtype=np.int64),
    glazed=np.zeros(3, dtype=np.bool_),
    bone_corners=np.zeros((0, 8, 3)),
    boxed_bones=np.zeros(0, dtype=np.int64),
    first_box=np.zeros(4, dtype=np.int64),
    lod_limits=np.array([[20.0, 40.0], [60.0, NEVER]]),
    lod_meshes=np.array([[0, 1, -1], [2, -1, -1]], dtype=np.int32),
)


@pytest.mark.parametrize(
    ("part", "distance", "coarseness", "expected"),
    [
        (0, 10.0, 1.0, 0),
        (0, 20.0, 1.0, 1),
        (0, 40.0, 1.0, -1),
        (0, 10.0, 2.0, 1),
        (0, 39.0, 2.0, 1),  # coarser, but not gone
        (0, 41.0, 2.0, -1),
        (1, 59.0, 1.0, 2),
        (1, 59.0, 4.0, 2),
        (1, 61.0, 1.0, -1),
    ],
)
def test_the_level_goes_by_the_distance(part, distance, coarseness, expected):
    chosen = select_meshes(np.array([part]), np.array([distance]), TABLES, coarseness)
    assert chosen.tolist() == [expected]


@given(
    u=st.floats(0, LENS.width),
    v=st.floats(0, LENS.height),
    depth=st.floats(0.1, 900),
    radius=st.floats(0.01, 50),
    direction=st.tuples(*[st.floats(-1, 1)] * 3),
    yaw=st.floats(-3, 3),
)
def test_a_sphere_that_holds_a_visible_point_is_never_culled(u, v, depth, radius, direction, yaw):
    camera = view(current=camera_pose((5.0, -3.0, 1.4), yaw))
    local = LENS.unproject([u, v], depth)
    point = camera.current[:, :3] @ local + camera.current[:, 3]
    length = max(1.0, float(np.linalg.norm(direction)))
    center = point + np.asarray(direction) / length * radius * 0.999
    inside, seen = in_view(camera, center[None], np.array([radius]))
    assert inside[0]
    assert seen[0] == pytest.approx(
        float((center - camera.current[:, 3]) @ camera.current[:, 2]), abs=1e-9
    )


def test_a_small_sphere_far_outside_is_culled():
    camera = view(current=camera_pose((0.0, 0.0, 0.0), 0.5))
    turned = rotation.rotate(
        rotation.from_yaw(0.5), [[-5, 0, 0], [5, 9, 0], [5, 0, 9], [1e4, 0, 0]]
    )
    inside, _ = in_view(camera, turned, np.ones(4))
    assert not inside.any()


def test_batches_hold_one_mesh_each_and_near_ones_come_first():
    meshes = np.array([2, 0, 2, -1, 0, 1], dtype=np.int32)
    depth = np.array([9.0, 50.0, 3.0, 1.0, 20.0, 6.0])
    todo = draw_list(np.array([True, True, True, True, True, False]), meshes, depth)
    batches = todo.batches.tolist()
    assert [(mesh, todo.rows[row : row + count].tolist()) for mesh, row, count, _ in batches] == [
        (2, [2, 0]),
        (0, [4, 1]),
    ]


def test_batches_hold_what_stands_or_what_may_move():
    meshes = np.array([1, 0, 1, 1], dtype=np.int32)
    static = np.array([True, False, False, True])
    todo = draw_list(np.ones(4, dtype=bool), meshes, static=static)
    batches = todo.batches.tolist()
    assert [
        (mesh, todo.rows[row : row + count].tolist(), s) for mesh, row, count, s in batches
    ] == [
        (0, [1], 0),
        (1, [2], 0),
        (1, [0, 3], 1),
    ]


def test_nothing_chosen_is_nothing_to_draw():
    todo = draw_list(np.zeros(2, dtype=bool), np.zeros(2, dtype=np.int32))
    assert len(todo.batches) == 0
    assert len(todo.rows) == 0


def unit(direction):
    """Return the direction with length 1, and some direction where it has none."""
    vector = np.asarray(direction, dtype=np.float64) + [0.0, 0.0, 1e-9]
    return vector / np.linalg.norm(vector)


@given(
    u=st.floats(0, LENS.width),
    v=st.floats(0, LENS.height),
    depth=st.floats(0.1, 900),
    radius=st.floats(0.01, 50),
    direction=st.tuples(*[st.floats(-1, 1)] * 3),
    light=st.tuples(*[st.floats(-1, 1)] * 3),
    length=st.floats(0.0, 300.0),
)
def test_what_shades_a_visible_point_is_never_left_out(
    u, v, depth, radius, direction, light, length
):
    camera = view(current=camera_pose((5.0, -3.0, 1.4), 0.7))
    point = camera.current[:, :3] @ LENS.unproject([u, v], depth) + camera.current[:, 3]
    center = point - length * unit(light) + radius * 0.999 * unit(direction)
    assert may_shade(camera, center[None], np.array([radius]), unit(light))[0]


@pytest.mark.parametrize(
    ("center", "light", "expected"),
    [
        ((-5.0, 0.0, 5.0), (1.0, 0.0, -1.0), True),  # from behind the camera, forwards
        ((-5.0, 0.0, 5.0), (-1.0, 0.0, -1.0), False),  # and backwards
        ((10.0, 30.0, 2.0), (0.0, -1.0, -1.0), True),  # from the left, to the right
        ((10.0, 30.0, 2.0), (0.0, 1.0, -1.0), False),
        ((10.0, 0.0, 30.0), (0.0, 0.0, -1.0), True),  # from above
        ((-5.0, 0.0, 30.0), (0.0, 0.0, -1.0), False),
    ],
)
def test_shadows_that_fall_beside_the_picture_are_left_out(center, light, expected):
    found = may_shade(view(), np.array([center]), np.array([1.0]), unit(light))
    assert found.tolist() == [expected]
