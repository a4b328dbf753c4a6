"""The nearest of many points that stay where they are, for hundreds of places at once."""

import math

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_POINTS_IN_CELL = 2.0  # on average, over the whole rectangle that holds the points
_SMALLEST_CELL_M = 1.0


class PointGrid:
    """N points in square cells, N > 0."""

    def __init__(self, points: Array) -> None:
        """Sort `points` (N, 2), m, finite, into cells."""
        self.points = np.ascontiguousarray(points, dtype=np.float64)
        self._low = self.points.min(axis=0)
        size = self.points.max(axis=0) - self._low
        area = _POINTS_IN_CELL * float(size[0] * size[1]) / len(points)
        cell_m = max(_SMALLEST_CELL_M, math.sqrt(area), float(size.max()) / len(points))
        self._cell_m = cell_m
        index = np.floor((self.points - self._low) / cell_m).astype(np.intp)
        self._shape = index.max(axis=0) + 1
        cell = index[:, 0] * self._shape[1] + index[:, 1]
        self._member = np.argsort(cell, kind="stable")
        counts = np.bincount(cell, minlength=int(self._shape.prod()))
        self._start = np.concatenate([[0], np.cumsum(counts)])

    def nearest(self, xy: Array) -> Rows:
        """Return (K,) the rows of the points nearest to `xy` (K, 2), m, finite."""
        return _nearest(
            np.ascontiguousarray(xy),
            self.points,
            (self._start, self._member, self._shape),
            self._low,
            self._cell_m,
        )


@compiled
def _nearest(
    xy: Array, points: Array, cells: tuple[Rows, Rows, Rows], low: Array, cell_m: float
) -> Rows:
    """Look through rings of cells around each place, until none farther out can hold a nearer one.

    Args:
        xy: (K, 2) places.
        points: (N, 2).
        cells: (C + 1,) where in the next the points of each cell begin, (N,) points cell by cell,
            (2,) numbers of cells along x and y.
        low: (2,) corner of the first cell.
        cell_m: side of a cell.
    """
    start, member, shape = cells
    result = np.zeros(len(xy), dtype=np.intp)
    for k in range(len(xy)):
        x, y = (xy[k, 0] - low[0]) / cell_m, (xy[k, 1] - low[1]) / cell_m
        column, row = math.floor(x), math.floor(y)
        # The first ring that has any cell.
        ring = max(0, -column, column - shape[0] + 1, -row, row - shape[1] + 1)
        best = np.inf
        while True:
            for i in range(max(column - ring, 0), min(column + ring, shape[0] - 1) + 1):
                whole = abs(i - column) == ring
                for j in range(max(row - ring, 0), min(row + ring, shape[1] - 1) + 1):
                    if not whole and abs(j - row) != ring:
                        continue
                    cell = i * shape[1] + j
                    for m in member[start[cell] : start[cell + 1]]:
                        dx, dy = xy[k, 0] - points[m, 0], xy[k, 1] - points[m, 1]
                        distance = dx * dx + dy * dy
                        if distance < best:
                            best, result[k] = distance, m
            inside = min(x - column, column + 1 - x, y - row, row + 1 - y) + ring
            if best <= (inside * cell_m) ** 2:
                break
            ring += 1
    return result
