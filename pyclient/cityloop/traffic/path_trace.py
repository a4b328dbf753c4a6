"""The ways that actors have gone so far, by the distance gone: to look back along a path."""

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.smoothing import Rows

Array = NDArray[np.float64]


class PathTraces:
    """Polylines of N actors with C channels at each point, looked up by arc length.

    A point is kept for about every `spacing_m` of way; the oldest of `points` are forgotten.
    """

    def __init__(self, spacing_m: float, points: int, channels: int) -> None:
        self._spacing_m = spacing_m
        self._arc = np.zeros((0, points))
        self._values = np.zeros((0, points, channels))
        self._head = np.zeros(0, dtype=np.intp)  # where the newest point is in axis 1

    @property
    def newest_arc(self) -> Array:
        """(N,) how far each has come, m, from an origin of its own."""
        result: Array = self._arc[np.arange(len(self._head)), self._head]
        return result

    def newest(self) -> Array:
        """Return (N, C) the newest point of each."""
        result: Array = self._values[np.arange(len(self._head)), self._head]
        return result

    def append(self, values: Array, rates: Array) -> None:
        """Add K actors at `values` (K, C) whose way so far was straight: `rates` (K, C) per m."""
        points = self._arc.shape[1]
        back = -np.arange(points)[::-1] * self._spacing_m
        arc = np.broadcast_to(back, (len(values), points))
        past = values[:, None] + back[:, None] * rates[:, None]
        self._arc = np.concatenate([self._arc, arc])
        self._values = np.concatenate([self._values, past])
        self._head = np.concatenate([self._head, np.full(len(values), points - 1)])

    def keep(self, rows: Rows) -> None:
        """Keep the actors that `rows` says: (N,) bool, or their numbers in a new order."""
        self._arc, self._values = self._arc[rows], self._values[rows]
        self._head = self._head[rows]

    def push(self, values: Array, steps_m: Array) -> None:
        """Let everybody go on by `steps_m` (N,), 0 or more, to `values` (N, C)."""
        rows, points = np.arange(len(self._head)), self._arc.shape[1]
        arc = self.newest_arc + steps_m
        spaced = self.newest_arc - self._arc[rows, self._head - 1] >= self._spacing_m
        self._head = np.where(spaced, (self._head + 1) % points, self._head)
        self._arc[rows, self._head] = arc
        self._values[rows, self._head] = values

    def at(self, arc_m: Array, rows: NDArray[np.intp] | None = None) -> Array:
        """Return the points, (n, C) or (n, Q, C), at `arc_m` (n,) or (n, Q), of all or of `rows`.

        Before the oldest point it is the oldest, beyond the newest the newest.
        """
        which = np.arange(len(self._head)) if rows is None else rows
        flat = arc_m[:, None] if arc_m.ndim == 1 else arc_m
        points = self._arc.shape[1]
        head, index = self._head[which][:, None], which[:, None]
        # The arcs fall with age: how many are greater is found by halves. Indices below 0 count
        # from the end.
        newer = np.zeros(flat.shape, dtype=np.intp)
        step = 1 << (points - 1).bit_length() >> 1
        while step:
            probe = np.minimum(newer + (step - 1), points - 1)
            newer += step * (self._arc[index, head - probe] > flat)
            step >>= 1
        old = head - np.minimum(newer, points - 1)
        new = head - np.clip(newer - 1, 0, points - 1)
        start, end = self._arc[index, old], self._arc[index, new]
        share = np.clip((flat - start) / np.maximum(end - start, 1e-9), 0.0, 1.0)
        a, b = self._values[index, old], self._values[index, new]
        between: Array = a + share[..., None] * (b - a)
        return between[:, 0] if arc_m.ndim == 1 else between
