"""Rotations for compiled loops: one quaternion (x, y, z, w) at a time, as in `rotation`."""

import math

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]


@compiled
def turned(q: Array, vx: float, vy: float, vz: float) -> tuple[float, float, float]:
    """Return a vector turned by the unit quaternion `q` (4,)."""
    x, y, z, w = q[0], q[1], q[2], q[3]
    tx, ty, tz = 2 * (y * vz - z * vy), 2 * (z * vx - x * vz), 2 * (x * vy - y * vx)
    return (
        vx + w * tx + (y * tz - z * ty),
        vy + w * ty + (z * tx - x * tz),
        vz + w * tz + (x * ty - y * tx),
    )


@compiled
def heading_of(q: Array) -> float:
    """Return the yaw, rad, of the unit quaternion `q` (4,): where body x points from above."""
    x, y, z, w = q[0], q[1], q[2], q[3]
    return math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
