"""The nearest of many points that stay where they are, for hundreds of places at once."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_POINTS_IN_CELL = 2.0  # on average, over the whole rectangle that holds the points
_SMALLEST_CELL_M = 1.0


class GridCells(NamedTuple):
    """N points cell by cell, as compiled loops take them.

    Attributes:
        points: (N, 2) m.
        start: (C + 1,) where in `member` the points of each cell begin.
        member: (N,) rows of the points, cell by cell.
        shape: (2,) numbers of cells along x and y.
        low: (2,) corner of the first cell, m.
        cell_m: side of a cell.
    """

    points: Array
    start: Rows
    member: Rows
    shape: Rows
    low: Array
    cell_m: float


def grid_cells(points: Array) -> GridCells:
    """Sort `points` (N, 2), m, finite, into square cells; N > 0."""
    points = np.ascontiguousarray(points, dtype=np.float64)
    low = points.min(axis=0)
    size = points.max(axis=0) - low
    area = _POINTS_IN_CELL * float(size[0] * size[1]) / len(points)
    cell_m = max(_SMALLEST_CELL_M, math.sqrt(area), float(size.max()) / len(points))
    index = np.floor((points - low) / cell_m).astype(np.intp)
    shape = index.max(axis=0) + 1
    cell = index[:, 0] * shape[1] + index[:, 1]
    member = np.argsort(cell, kind="stable")
    counts = np.bincount(cell, minlength=int(shape.prod()))
    return GridCells(points, np.concatenate([[0], np.cumsum(counts)]), member, shape, low, cell_m)


@compiled
def nearest_row(cells: GridCells, at_x: float, at_y: float) -> int:
    """Return the row of the point nearest to a place, m, finite.

    Rings of cells around it are looked through, until none farther out can hold a nearer one.
    """
    shape, points = cells.shape, cells.points
    x, y = (at_x - cells.low[0]) / cells.cell_m, (at_y - cells.low[1]) / cells.cell_m
    column, row = math.floor(x), math.floor(y)
    # The first ring that has any cell.
    ring = max(0, -column, column - shape[0] + 1, -row, row - shape[1] + 1)
    best, found = np.inf, 0
    while True:
        for i in range(max(column - ring, 0), min(column + ring, shape[0] - 1) + 1):
            whole = abs(i - column) == ring
            for j in range(max(row - ring, 0), min(row + ring, shape[1] - 1) + 1):
                if not whole and abs(j - row) != ring:
                    continue
                cell = i * shape[1] + j
                for m in cells.member[cells.start[cell] : cells.start[cell + 1]]:
                    dx, dy = at_x - points[m, 0], at_y - points[m, 1]
                    distance = dx * dx + dy * dy
                    if distance < best:
                        best, found = distance, m
        inside = min(x - column, column + 1 - x, y - row, row + 1 - y) + ring
        if best <= (inside * cells.cell_m) ** 2:
            return found
        ring += 1
