"""Smooth curves through points in the plane."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def centripetal_catmull_rom(points: ArrayLike, spacing_m: float) -> Array:
    """Return (M, 2) a smooth curve through the points (N, 2), in their order, metres.

    Each piece is a Catmull-Rom segment, evaluated as P. J. Barry and R. N. Goldman do, "A recursive
    evaluation algorithm for a class of Catmull-Rom splines", 1988. Its knots are spaced by the
    square roots of the distances, for which the curve has neither loops nor cusps (C. Yuksel et
    al., "Parameterization and applications of Catmull-Rom curves", 2011). At both ends the next
    point is mirrored. Every point given is one of those returned; between them they are at most
    about `spacing_m` apart. Points in a row must differ.
    """
    given = np.asarray(points, dtype=np.float64)[:, :2]
    p = np.concatenate([2 * given[:1] - given[1:2], given, 2 * given[-1:] - given[-2:-1]])
    pieces = [given[:1]]
    for i in range(len(given) - 1):
        p0, p1, p2, p3 = p[i : i + 4]
        knots = np.concatenate(
            [[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(p[i : i + 4], axis=0), axis=1)))]
        )
        t0, t1, t2, t3 = knots
        count = max(1, int(np.ceil(np.linalg.norm(p2 - p1) / spacing_m)))
        t = (t1 + (t2 - t1) * np.arange(1, count + 1) / count)[:, None]
        a1 = ((t1 - t) * p0 + (t - t0) * p1) / (t1 - t0)
        a2 = ((t2 - t) * p1 + (t - t1) * p2) / (t2 - t1)
        a3 = ((t3 - t) * p2 + (t - t2) * p3) / (t3 - t2)
        b1 = ((t2 - t) * a1 + (t - t0) * a2) / (t2 - t0)
        b2 = ((t3 - t) * a2 + (t - t1) * a3) / (t3 - t1)
        piece = ((t2 - t) * b1 + (t - t1) * b2) / (t2 - t1)
        piece[-1] = p2
        pieces.append(piece)
    return np.concatenate(pieces)


def curvature(line: ArrayLike, reach_m: float) -> Array:
    """Return (N,) the curvature (1/m, positive to the left) of a line (N, 2) at its points.

    It is that of the circle through the point and those `reach_m` before and after it along the
    line (K. Menger's curvature); nearer than that to an end it is 0.
    """
    xy = np.asarray(line, dtype=np.float64)[:, :2]
    s = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(xy, axis=0), axis=1))])
    before, after = (
        np.column_stack([np.interp(s + d, s, xy[:, k]) for k in (0, 1)])
        for d in (-reach_m, reach_m)
    )
    a, b, c = xy - before, after - xy, after - before
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    sides = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1) * np.linalg.norm(c, axis=1)
    inside = (s >= reach_m) & (s <= s[-1] - reach_m)
    result: Array = np.where(inside, 2 * cross / np.maximum(sides, 1e-9), 0.0)
    return result
