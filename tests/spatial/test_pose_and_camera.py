import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, rotation

coordinate = st.floats(-1000, 1000)
pose = st.builds(
    lambda x, y, z, a, b, c: Pose(np.array([x, y, z]), rotation.from_euler(a, b, c)),
    coordinate,
    coordinate,
    coordinate,
    *[st.floats(-3, 3)] * 3,
)


def test_pose_moves_and_turns() -> None:
    p = Pose.from_xyz_yaw(10, 20, 1, math.pi / 2)
    assert p.apply([2, 0, 0]) == pytest.approx([10, 22, 1])
    assert p.rotate([2, 0, 0]) == pytest.approx([0, 2, 0])
    assert p.yaw_rad == pytest.approx(math.pi / 2)


@given(pose, pose)
def test_composition_is_the_matrix_product(a: Pose, b: Pose) -> None:
    assert (a @ b).matrix == pytest.approx(a.matrix @ b.matrix, abs=1e-8)


@given(pose)
def test_inverse(p: Pose) -> None:
    assert (p @ p.inverse()).matrix == pytest.approx(np.eye(4), abs=1e-9)
    assert Pose.from_matrix(p.matrix).matrix == pytest.approx(p.matrix, abs=1e-9)


def test_camera_axes_look_forward_with_right_to_the_right() -> None:
    right, down, forward = BODY_FROM_CAMERA_AXES.T
    assert forward == pytest.approx([1, 0, 0])
    assert right == pytest.approx([0, -1, 0])
    assert down == pytest.approx([0, 0, -1])
    assert np.linalg.det(BODY_FROM_CAMERA_AXES) == pytest.approx(1)


def test_fov_sets_the_focal_length() -> None:
    camera = Intrinsics.from_fov(640, 360, 90)
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx((320, 320, 320, 180))
    assert camera.project([10.0, 0.0, 10.0]) == pytest.approx([640, 180])
    assert camera.matrix @ [0, 0, 1] == pytest.approx([320, 180, 1])


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 500))
def test_unproject_undoes_project(x: float, y: float, z: float) -> None:
    camera = Intrinsics(640, 360, 300, 310, 333, 170)
    point = np.array([x, y, z])
    assert camera.unproject(camera.project(point), z) == pytest.approx(point, abs=1e-9)


def test_rays_go_through_pixel_centres() -> None:
    camera = Intrinsics.from_fov(8, 4, 90)
    rays = camera.rays()
    assert rays.shape == (4, 8, 3)
    assert camera.project(rays[1, 6]) == pytest.approx([6.5, 1.5])
