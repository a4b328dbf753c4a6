"""Where the noses of vehicles go whose guide points follow a way (see `vehicle_motion`).

In tight turns the nose swings out of the lane: what is in the way of a driver is not beside the
lane but beside the nose.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled
from cityloop.traffic.chassis import Chassis

Array = NDArray[np.float64]


def noses(guides: Array, yaw_rad: Array, guide_m: Array, bumper_m: Array) -> Array:
    """Return (n, Q, 2) where the middles of front bumpers go, world, m.

    Args:
        guides: (n, Q, 2) where the guide points go, m.
        yaw_rad: (n,) headings at the first of these points.
        guide_m: (n,) how far the guide points are ahead of the rear axles.
        bumper_m: (n,) how far the bumpers are.
    """
    return _noses(guides, yaw_rad, guide_m, bumper_m)


@compiled
def _noses(guides: Array, yaw_rad: Array, guide_m: Array, bumper_m: Array) -> Array:
    """Return `noses`."""
    n, points = guides.shape[0], guides.shape[1]
    result = np.empty((n, points, 2))
    for i in range(n):
        yaw, beyond = yaw_rad[i], bumper_m[i] - guide_m[i]
        for q in range(points):
            cos, sin = math.cos(yaw), math.sin(yaw)
            result[i, q, 0] = guides[i, q, 0] + beyond * cos
            result[i, q, 1] = guides[i, q, 1] + beyond * sin
            if q < points - 1:
                x = guides[i, q + 1, 0] - guides[i, q, 0]
                y = guides[i, q + 1, 1] - guides[i, q, 1]
                yaw += (y * cos - x * sin) / guide_m[i]
    return result


def arms(chassis: list[Chassis]) -> tuple[Array, Array]:
    """Return (n,) distances of guide points and of bumpers from the rear axles, m."""
    return np.array([c.guide_m for c in chassis]), np.array([c.bumper_m for c in chassis])
