import numpy as np

from cityloop.dataset.road_lines import in_picture
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose

# Looks along world x from 2 m up: the ground at distance x lies 200 / x below the middle.
POSE = Pose.from_matrix(np.c_[BODY_FROM_CAMERA_AXES, [0.0, 0.0, 2.0]])
K = Intrinsics(200, 100, 100.0, 100.0, 100.0, 50.0)


def test_a_line_ahead_is_cut_at_the_lower_side_of_the_image() -> None:
    (piece,) = in_picture(np.array([[-5.0, 0, 0], [50.0, 0, 0]]), K, POSE, 0.1)
    ends = sorted(piece.tolist(), key=lambda p: p[1])
    np.testing.assert_allclose(ends, [[100, 54], [100, 100]], atol=1e-9)


def test_a_line_that_leaves_and_comes_back_is_two_pieces() -> None:
    there = np.array([[10.0, 0, 0], [10.0, 30.0, 0], [20.0, 30.0, 0], [20.0, 0, 0]])
    pieces = in_picture(there, K, POSE, 0.1)
    assert len(pieces) == 2
    assert all(p[:, 0].min() >= -1e-9 for p in pieces)


def test_what_is_behind_the_camera_is_not_in_the_picture() -> None:
    assert in_picture(np.array([[-5.0, 0, 0], [-50.0, 0, 0]]), K, POSE, 0.1) == []
