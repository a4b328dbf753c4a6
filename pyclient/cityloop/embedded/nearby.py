"""Which bodies could meet within a tick, over columns."""

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.history import Cast, Motions
from cityloop.spatial.rotation import Array

# A body may gain this speed within a tick beside what its start and its end show.
_GAIN_MPS = 1.0
_SLACK_M = 0.2


def speed_in_tick(start: Motions, end: Array, dt_s: float) -> Array:
    """Return (M,) the greater of the speed at the start and the mean speed, m/s.

    `end` is (M, 3), positions at the end of the tick where they are known, else those at its start.
    """
    mean = np.linalg.norm(end - start.position, axis=1) / dt_s
    speed: Array = np.maximum(np.linalg.norm(start.velocity, axis=1), mean)
    return speed


def reach_in_tick(cast: Cast, start: Motions, end: Array, dt_s: float) -> Array:
    """Return (M,) radii, m: in a tick no part of a body gets further from its origin at the start.

    Seen from above; arguments as in `speed_in_tick`.
    """
    reach: Array = cast.reach + (speed_in_tick(start, end, dt_s) + _GAIN_MPS) * dt_s + _SLACK_M
    return reach


def pairs_within_reach(
    position: Array, reach: Array, ones: NDArray[np.int64], others: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of two sets of bodies whose reaches meet, as two columns of rows.

    Args:
        position: (M, 3) of all bodies, m.
        reach: (M,) radii of what they reach seen from above, m.
        ones: (A,) rows of one set.
        others: (B,) rows of the other; a body is no pair with itself.
    """
    if not len(ones) or not len(others):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    others = others[np.argsort(position[others, 0], kind="stable")]
    # The others within the greatest reach along x are a slice, since they are sorted by x.
    x, other_x = position[ones, 0], position[others, 0]
    span = reach[ones] + reach[others].max()
    first, last = np.searchsorted(other_x, x - span), np.searchsorted(other_x, x + span)
    counts = last - first
    one = np.repeat(ones, counts)
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    other = others[np.repeat(first, counts) + offset]
    apart = np.hypot(*(position[one, :2] - position[other, :2]).T)
    near = (apart < reach[one] + reach[other]) & (one != other)
    return one[near], other[near]
