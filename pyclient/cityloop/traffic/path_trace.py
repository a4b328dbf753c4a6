"""The ways that actors have gone so far, by the distance gone: to look back along a path."""

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled
from cityloop.traffic.smoothing import Rows

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class PathTraces:
    """Polylines of N actors with C channels at each point, looked up by arc length.

    A point is kept for about every `spacing_m` of way; the oldest of `points` are forgotten. Each
    is kept twice, `points` apart, so that who looks back from the later copy of the newest never
    comes to the beginning of the table.
    """

    def __init__(self, spacing_m: float, points: int, channels: int) -> None:
        self._spacing_m, self._points = spacing_m, points
        self._arc = np.zeros((0, 2 * points))
        self._values = np.zeros((0, 2 * points, channels))
        self._head = np.zeros(0, dtype=np.intp)  # where the newest point is in axis 1
        # The newest points and where those before them are, side by side: the tables are large.
        self._newest = np.zeros((0, channels))
        self._newest_arc, self._before_arc = np.zeros(0), np.zeros(0)

    @property
    def newest_arc(self) -> Array:
        """(N,) how far each has come, m, from an origin of its own."""
        return self._newest_arc.copy()

    def newest(self) -> Array:
        """Return (N, C) the newest point of each."""
        return self._newest.copy()

    def append(self, values: Array, rates: Array) -> None:
        """Add K actors at `values` (K, C) whose way so far was straight: `rates` (K, C) per m."""
        points = self._points
        back = np.tile(-np.arange(points)[::-1] * self._spacing_m, 2)
        arc = np.broadcast_to(back, (len(values), 2 * points))
        past = values[:, None] + back[:, None] * rates[:, None]
        self._arc = np.concatenate([self._arc, arc])
        self._values = np.concatenate([self._values, past])
        self._head = np.concatenate([self._head, np.full(len(values), points - 1)])
        self._newest = np.concatenate([self._newest, values])
        self._newest_arc = np.concatenate([self._newest_arc, np.zeros(len(values))])
        before = np.full(len(values), -self._spacing_m)
        self._before_arc = np.concatenate([self._before_arc, before])

    def keep(self, rows: Rows) -> None:
        """Keep the actors that `rows` says: (N,) bool, or their numbers in a new order."""
        self._arc, self._values = self._arc[rows], self._values[rows]
        self._head, self._newest = self._head[rows], self._newest[rows]
        self._newest_arc, self._before_arc = self._newest_arc[rows], self._before_arc[rows]

    def push(self, values: Array, steps_m: Array) -> None:
        """Let everybody go on by `steps_m` (N,), 0 or more, to `values` (N, C)."""
        self._newest = np.ascontiguousarray(values)
        _go_on(
            (self._arc, self._values, self._head),
            (self._newest, self._newest_arc, self._before_arc),
            steps_m,
            self._spacing_m,
        )

    def at(self, arc_m: Array, rows: Indices | None = None) -> Array:
        """Return the points, (n, C) or (n, Q, C), at `arc_m` (n,) or (n, Q), of all or of `rows`.

        Before the oldest point it is the oldest, beyond the newest the newest.
        """
        which = np.arange(len(self._head)) if rows is None else rows
        flat = arc_m[:, None] if arc_m.ndim == 1 else arc_m
        result = _looked_up(flat, self._arc, self._values, which, self._head[which] + self._points)
        return result[:, 0] if arc_m.ndim == 1 else result


@compiled
def _go_on(
    tables: tuple[Array, Array, Indices],
    newest: tuple[Array, Array, Array],
    steps_m: Array,
    spacing_m: float,
) -> None:
    """Write the next points of N actors in: beside the newest, or over it if it is not far yet.

    Args:
        tables: arcs, values and heads, as in `PathTraces`.
        newest: (N, C) the next points, (N,) arcs of those so far, and of those before them, m.
        steps_m: (N,) ways to the next points.
        spacing_m: from where on a point is kept.
    """
    arcs, values, heads = tables
    point, arc, before = newest
    points = arcs.shape[1] // 2
    for n in range(len(heads)):
        head = heads[n]
        if arc[n] - before[n] >= spacing_m:
            head = heads[n] = (head + 1) % points
            before[n] = arc[n]
        arc[n] += steps_m[n]
        for copy in (head, head + points):
            arcs[n, copy] = arc[n]
            for c in range(point.shape[1]):
                values[n, copy, c] = point[n, c]


@compiled
def _looked_up(arc_m: Array, arcs: Array, values: Array, which: Indices, newest: Indices) -> Array:
    """Return (n, Q, C) the points at `arc_m` (n, Q) of some actors.

    Args:
        arc_m: (n, Q) m.
        arcs: (N, 2 P) of all points, falling with age from `newest` backwards over P points, m.
        values: (N, 2 P, C).
        which: (n,) rows of the actors.
        newest: (n,) where the newest of their points is in axis 1, its later copy.
    """
    points = arcs.shape[1] // 2
    result = np.empty((*arc_m.shape, values.shape[2]))
    for n in range(len(which)):
        for q in range(arc_m.shape[1]):
            arc, row, last = arc_m[n, q], which[n], newest[n]
            # How many points are beyond is found by halves.
            newer, most = 0, points
            while newer < most:
                middle = (newer + most) // 2
                if arcs[row, last - middle] > arc:
                    newer = middle + 1
                else:
                    most = middle
            old, new = last - min(newer, points - 1), last - min(max(newer - 1, 0), points - 1)
            length = max(arcs[row, new] - arcs[row, old], 1e-9)
            share = min(max((arc - arcs[row, old]) / length, 0.0), 1.0)
            for c in range(values.shape[2]):
                a, b = values[row, old, c], values[row, new, c]
                result[n, q, c] = a + share * (b - a)
    return result
