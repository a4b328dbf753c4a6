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
    steps = np.diff(guides, axis=1)
    yaw = np.empty(guides.shape[:2])
    yaw[:, 0] = now = yaw_rad
    for k in range(steps.shape[1]):
        across = steps[:, k, 1] * np.cos(now) - steps[:, k, 0] * np.sin(now)
        now = now + across / guide_m
        yaw[:, k + 1] = now
    ahead = (bumper_m - guide_m)[:, None, None]
    result: Array = guides + ahead * np.stack([np.cos(yaw), np.sin(yaw)], axis=2)
    return result


def arms(chassis: list[Chassis]) -> tuple[Array, Array]:
    """Return (n,) distances of guide points and of bumpers from the rear axles, m."""
    return np.array([c.guide_m for c in chassis]), np.array([c.bumper_m for c in chassis])
