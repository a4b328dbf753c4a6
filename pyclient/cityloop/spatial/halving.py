"""Places in sorted columns, found by halves, for compiled loops.

numpy's `searchsorted` takes a third of a second to compile wherever it is called.
"""

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]
Rows = NDArray[np.intp]


@compiled
def first_above(values: Array, limit: float) -> int:
    """Return the place of the first of rising `values` (N,) that is above a limit; N for none."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] > limit:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def first_from(points: Array, by_x: Rows, limit: float) -> int:
    """Return the place in `by_x` of the first row of `points` whose x is not below a limit.

    Args:
        points: (N, 2 or more).
        by_x: (M,) rows by rising x.
        limit: of x.
    """
    low, high = 0, len(by_x)
    while low < high:
        middle = (low + high) // 2
        if points[by_x[middle], 0] < limit:
            low = middle + 1
        else:
            high = middle
    return low
