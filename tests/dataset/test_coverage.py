"""Boxes against the triangles that they should hold."""

import numpy as np
import pytest

from cityloop.dataset.verification.coverage import box_error_px

SIZE = (40, 30)
# Centres of pixels 10 to 19 along u and 5 to 8 along v lie inside.
TRIANGLES = np.array(
    [
        [[9.8, 4.7], [20.3, 4.7], [20.3, 9.4]],
        [[9.8, 4.7], [20.3, 9.4], [9.8, 9.4]],
    ]
)
BOX = np.array([10.0, 5.0, 20.0, 9.0])


def drawn(triangles):
    return np.ones(len(triangles), np.bool_)


def test_a_box_of_whole_pixels_is_right() -> None:
    assert box_error_px(BOX, TRIANGLES, drawn(TRIANGLES), SIZE) == 0


@pytest.mark.parametrize("side", range(4))
def test_a_box_too_small_or_large_by_a_pixel_is_told(side: int) -> None:
    outwards = np.array([-1.0, -1.0, 1.0, 1.0]) * (np.arange(4) == side)
    assert box_error_px(BOX - outwards, TRIANGLES, drawn(TRIANGLES), SIZE) == pytest.approx(1)
    assert box_error_px(BOX + outwards, TRIANGLES, drawn(TRIANGLES), SIZE) > 0.5


def test_what_is_thinner_than_a_pixel_may_be_missed() -> None:
    bar = np.array([[[19.0, 6.6], [28.0, 6.6], [28.0, 6.9]]])
    with_bar = np.concatenate([TRIANGLES, bar])
    assert box_error_px(BOX, with_bar, drawn(with_bar), SIZE) == 0
    on_centers = bar - [0.0, 0.25]
    with_it = np.concatenate([TRIANGLES, on_centers])
    assert box_error_px(BOX, with_it, drawn(with_it), SIZE) > 2
    # Backs are not drawn.
    fronts = np.arange(len(with_it)) < len(TRIANGLES)
    assert box_error_px(BOX, with_it, fronts, SIZE) == 0


def test_pixels_beyond_the_image_are_not_looked_at() -> None:
    assert box_error_px(BOX - [0, 0, 2, 0], TRIANGLES, drawn(TRIANGLES), (18, 30)) == 0
