"""Where the noses of vehicles go whose guide points follow a way (see `vehicle_motion`).

In tight turns the nose swings out of the lane: what is in the way of a driver is not beside the
lane but beside the nose.
"""

import numpy as np
from numpy.typing import NDArray

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
    # A point of all ways after the other: the loop reads and writes rows.
    steps = np.diff(guides.transpose(1, 2, 0), axis=0)
    forward = np.empty((len(steps) + 1, 2, len(yaw_rad)))
    yaw = yaw_rad
    for (x, y), (cos, sin) in zip(steps, forward[:-1], strict=True):
        np.cos(yaw, out=cos)
        np.sin(yaw, out=sin)
        yaw = yaw + (y * cos - x * sin) / guide_m
    forward[-1] = np.cos(yaw), np.sin(yaw)
    result: Array = guides + ((bumper_m - guide_m) * forward).transpose(2, 0, 1)
    return result


def arms(chassis: list[Chassis]) -> tuple[Array, Array]:
    """Return (n,) distances of guide points and of bumpers from the rear axles, m."""
    return np.array([c.guide_m for c in chassis]), np.array([c.bumper_m for c in chassis])
