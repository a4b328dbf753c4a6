"""Rays that find what was drawn: corners are snapped, so a pixel's ray may pass by a rim."""

import numpy as np
import pytest

from cityloop.dataset.verification.coverage import SNAP_PX
from cityloop.dataset.verification.people import trace, trace_drawn
from cityloop.spatial import Intrinsics

LENS = Intrinsics.from_fov(64, 64, 90.0)
DEPTH_M = 5.0


@pytest.mark.parametrize(
    ("aside_px", "first", "drawn"),
    [(-0.5 * SNAP_PX, True, True), (0.5 * SNAP_PX, False, True), (3.0 * SNAP_PX, False, False)],
)
def test_a_ray_beside_a_rim_meets_what_is_drawn_there_and_nothing_farther(aside_px, first, drawn):
    pixel = np.array([[40.5, 20.5]])
    rim = pixel[0, 0] + aside_px  # the triangle lies to its right
    outline = np.array([[rim, 0.0], [rim, 60.0], [64.0, 20.0]])
    corners = LENS.unproject(outline, np.full(3, DEPTH_M))[None]
    depth = np.array([DEPTH_M])
    for look, found in ((trace, first), (trace_drawn, drawn)):
        triangle, weights, there = look(corners, pixel, depth, LENS)
        assert (triangle[0] == 0) == found
        assert np.isfinite(there[0]) == found
        if found:
            assert there[0] == pytest.approx(DEPTH_M, abs=1e-6)
            assert weights[0].sum() == pytest.approx(1.0)
            met = weights[0] @ outline
            assert np.abs(met - pixel[0]).max() <= SNAP_PX + 1e-9


def test_a_surface_behind_does_not_stand_for_one_whose_rim_was_missed():
    pixel, rim = np.array([[40.5, 20.5]]), 40.5 + 0.5 * SNAP_PX
    near = LENS.unproject(np.array([[rim, 0.0], [rim, 60.0], [64.0, 20.0]]), np.full(3, DEPTH_M))
    far = LENS.unproject(np.array([[0.0, 0.0], [0.0, 60.0], [64.0, 20.0]]), np.full(3, 9.0))
    triangle, _, there = trace_drawn(np.stack([near, far]), pixel, np.array([DEPTH_M]), LENS)
    assert (triangle[0], there[0]) == (0, pytest.approx(DEPTH_M, abs=1e-6))
