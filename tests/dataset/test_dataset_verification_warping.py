"""A single picture of another instant, in a world of one textured wall that moves by."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from cityloop.dataset.verification.warping import WarpCheck

LEFT = "rgb warped by flow against rgb left in place"
HEIGHT, WIDTH, STEP_PX, PICTURES = 40, 60, 2, 6
_NOISE = np.random.default_rng(5).integers(0, 256, (HEIGHT, 120, 3), np.uint8)
WALL = cv2.GaussianBlur(_NOISE, (0, 0), 2.0)
SEQUENCE = SimpleNamespace(passes=("rgb", "flow_forward", "depth_change_forward"))
CAMERA = SimpleNamespace(name="front", near_m=0.1)


def picture(number: int, shown: int) -> SimpleNamespace:
    """Return a picture whose colours are those of frame `shown`."""
    flow = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    flow[..., 0] = -STEP_PX
    first = STEP_PX * shown
    passes = {
        "rgb": np.ascontiguousarray(WALL[:, first : first + WIDTH]),
        "flow_forward": flow,
        "depth": np.full((HEIGHT, WIDTH), 10.0, np.float32),
        "depth_change_forward": np.zeros((HEIGHT, WIDTH), np.float32),
    }
    return SimpleNamespace(
        sequence=SEQUENCE,
        frame=SimpleNamespace(camera=CAMERA, number=number),
        read=passes.__getitem__,
        flat=lambda name: passes[name].reshape(HEIGHT * WIDTH, *passes[name].shape[2:]),
        silhouette=np.zeros(HEIGHT * WIDTH, np.bool_),
        places=lambda _pixels: lambda _i: "here",
        here=f"frame {number}",
    )


@pytest.mark.parametrize("shown", [0, 2, 3, 4])
def test_a_picture_of_another_instant_is_named(shown: int) -> None:
    check = WarpCheck()
    for number in range(PICTURES):
        check.look(picture(number, shown if number == 3 else number), [])
    row = next(r for r in check.rows() if r.check == LEFT)
    assert row.count == PICTURES - 1
    assert row.passed == (shown == 3)
    assert shown == 3 or row.place in {"frame 2 and the next", "frame 3 and the next"}
