"""Which points of a picture are not seen in the next one, or the one before."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# A point counts as hidden if what is drawn in its place is nearer by more than this: far less than
# anything that stands before something else, more than depth_change loses as float16.
_NEARER_SHARE, _NEARER_M = np.float32(0.01), np.float32(0.05)
_SQUARE = np.ones((2, 2), np.uint8)


def hidden_there(
    flow: NDArray[Any], depth: NDArray[Any], depth_change: NDArray[Any], depth_there: NDArray[Any]
) -> NDArray[np.bool_]:
    """Return (H, W), True where the surface point at a pixel is not seen at the other instant.

    It is then outside the image, behind the camera, or farther than all four pixels around its
    place there. At the very edge of what hides it the answer is to a pixel.

    Args:
        flow: (H, W, 2) (u, v there) - (u, v here), pixels.
        depth: (H, W) z here, m, +inf for sky.
        depth_change: (H, W) (z there) - (z here) of the same point, m.
        depth_there: (H, W) the depth pass of the other instant.
    """
    height, width = depth.shape
    # Of pixel centres, counted from the first one's.
    u, v = cv2.split(np.asarray(flow, dtype=np.float32))
    u = u + np.arange(width, dtype=np.float32)
    v = v + np.arange(height, dtype=np.float32)[:, None]
    z = depth + depth_change
    inside = (u >= -0.5) & (u < width - 0.5) & (v >= -0.5) & (v < height - 0.5) & (z > 0)
    column = np.clip(u, 0, width - 1).astype(np.int32)
    row = np.clip(v, 0, height - 1).astype(np.int32)
    # Of the pixel and its neighbours to the right and below.
    farthest = np.asarray(cv2.dilate(depth_there, _SQUARE, anchor=(0, 0)))
    limit = farthest.ravel()[row * width + column] * (1 + _NEARER_SHARE) + _NEARER_M
    return ~inside | (z > limit)
