"""Which pixels' flow leads to a place where their surface point is not seen."""

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled

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
    result = np.empty(depth.shape, np.uint8)
    # Compiled loops know no half precision.
    _fill(flow, depth, depth_change.astype(np.float32), other_depth, near_m, result)
    return result


@compiled
def _fill(
    flow: NDArray[np.float32],
    depth: NDArray[np.float32],
    depth_change: NDArray[np.float32],
    other_depth: NDArray[np.float32],
    near_m: float,
    result: NDArray[np.uint8],
) -> None:
    height, width = depth.shape
    for line in range(height):
        for column in range(width):
            u = column + 0.5 + np.float64(flow[line, column, 0])
            v = line + 0.5 + np.float64(flow[line, column, 1])
            z = np.float64(depth[line, column]) + np.float64(depth_change[line, column])
            inside = u >= 0 and u < width and v >= 0 and v < height
            if not inside or z <= near_m:
                result[line, column] = OUT_OF_VIEW
                continue
            left, top = int(np.floor(u - 0.5)), int(np.floor(v - 0.5))
            farthest = -np.inf
            for j in range(top, top + 2):
                for i in range(left, left + 2):
                    there = other_depth[min(max(j, 0), height - 1), min(max(i, 0), width - 1)]
                    if there > farthest or np.isnan(there):
                        farthest = np.float64(there)
            beyond = _LENGTH_M + (_SHARE * z if np.isfinite(z) else 0.0)
            result[line, column] = HIDDEN if z - farthest > beyond else SEEN
