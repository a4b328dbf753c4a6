"""Which pixels' flow leads to a place where their surface point is not seen."""

import numpy as np
from numpy.typing import NDArray

SEEN, HIDDEN, OUT_OF_VIEW = 0, 1, 2

# A point is hidden where all four surfaces around its place are nearer by more than this: a share
# of its depth, and a length.
_SHARE, _LENGTH_M = 0.01, 0.02


def flow_occlusion(
    flow: NDArray[np.float32],
    depth: NDArray[np.float32],
    depth_change: NDArray[np.float32],
    other_depth: NDArray[np.float32],
    near_m: float,
) -> NDArray[np.uint8]:
    """Return (H, W) whether the point at each pixel is seen at the other instant.

    `OUT_OF_VIEW` if it is outside the image or nearer than the near plane there; `HIDDEN` if the
    surfaces at the four pixel centres around its place are all nearer, by more than 1 % of its
    depth and 2 cm; else `SEEN`. The sky is hidden where all four show no sky.

    Args:
        flow: (H, W, 2) to the other instant, pixels.
        depth: (H, W) at this instant, m, +inf for sky.
        depth_change: (H, W) depth of the same point at the other instant less that at this one, m.
        other_depth: (H, W) depth pass of the other instant, m.
        near_m: near plane of the camera.
    """
    height, width = depth.shape
    v, u = np.mgrid[:height, :width] + 0.5
    there_u, there_v = u + flow[..., 0], v + flow[..., 1]
    z = depth.astype(np.float64) + depth_change
    with np.errstate(invalid="ignore"):
        inside = (there_u >= 0) & (there_u < width) & (there_v >= 0) & (there_v < height)
        inside &= ~(z <= near_m)
    left = np.floor(np.where(inside, there_u, 0.0) - 0.5).astype(np.intp)
    top = np.floor(np.where(inside, there_v, 0.0) - 0.5).astype(np.intp)
    columns = np.clip(np.stack([left, left + 1]), 0, width - 1)
    lines = np.clip(np.stack([top, top + 1]), 0, height - 1)
    farthest = np.maximum.reduce([other_depth[j, i] for i in columns for j in lines])
    with np.errstate(invalid="ignore"):
        hidden = z - farthest > _SHARE * np.where(np.isfinite(z), z, 0.0) + _LENGTH_M
    result = np.where(hidden, HIDDEN, SEEN).astype(np.uint8)
    result[~inside] = OUT_OF_VIEW
    return result
