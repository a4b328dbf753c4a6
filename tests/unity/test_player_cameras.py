"""Unity's own cameras, in the real player, are where they should be."""

import pytest

# Unity's matrices are of 32-bit floats: at 1280 pixels and 60 m this is their rounding.
WITHIN_PX = 1e-2


def test_unity_shows_points_where_the_pinhole_formula_says(look):
    (worst_px,) = look("cameras")
    assert worst_px < WITHIN_PX


def test_the_follow_camera_is_behind_the_body_and_the_label_over_it(look):
    x, y, z, left, right, width = look("view")
    assert (x, y, z) == pytest.approx((100.0, 41.0, 4.0), abs=0.05)
    assert (left + right) / 2 == pytest.approx(width / 2, abs=1.0)
    assert right - left > width / 20
