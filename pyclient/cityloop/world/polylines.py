"""Polylines: lengths, points along them, offsets, ribbons; all (N, 2) or (N, 3) float64, metres."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter1d

Array = NDArray[np.float64]


def lengths(line: Array) -> Array:
    """Return (N,) the length from the start to each vertex, measured in the plane."""
    steps = np.linalg.norm(np.diff(line[:, :2], axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def at(line: Array, s_m: ArrayLike) -> Array:
    """Return (M, D) points at the lengths `s_m` (M,); beyond the ends the line goes on straight."""
    along = lengths(line)
    s = np.atleast_1d(np.asarray(s_m, dtype=np.float64))
    i = np.clip(np.searchsorted(along, s, side="right") - 1, 0, len(line) - 2)
    t = (s - along[i]) / np.maximum(along[i + 1] - along[i], 1e-9)
    return np.asarray(line[i] + t[:, None] * (line[i + 1] - line[i]))


def cut(line: Array, share: Array) -> Array:
    """Return (M, D) points at the shares (M,) of the line's length, 0 its start and 1 its end."""
    return at(line, share * lengths(line)[-1])


def directions(line: Array, s_m: ArrayLike) -> Array:
    """Return (M, 2) unit directions of the line at the lengths `s_m` (M,)."""
    along = lengths(line)
    s = np.atleast_1d(np.asarray(s_m, dtype=np.float64))
    i = np.clip(np.searchsorted(along, s, side="right") - 1, 0, len(line) - 2)
    d = (line[i + 1] - line[i])[:, :2]
    return np.asarray(d / np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-9))


def spaced(line: Array, spacing_m: float) -> Array:
    """Return the line with vertices at equal lengths of at most `spacing_m`."""
    total = lengths(line)[-1]
    n = max(2, int(np.ceil(total / spacing_m)) + 1)
    return at(line, np.linspace(0.0, total, n))


def smooth(line: Array, sigma: float) -> Array:
    """Return the line with rounded corners: a Gaussian of `sigma` vertices, both ends kept."""
    pad = min(len(line) - 1, int(np.ceil(4 * sigma)))
    head = 2 * line[0] - line[pad:0:-1]
    tail = 2 * line[-1] - line[-2 : -pad - 2 : -1]
    wide = np.concatenate([head, line, tail])
    return np.asarray(gaussian_filter1d(wide, sigma, axis=0)[pad : pad + len(line)])


def left_normals(line: Array) -> Array:
    """Return (N, 2) mitred normals: a line moved by d times these is parallel at distance d."""
    d = np.diff(line[:, :2], axis=0)
    d /= np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-9)
    n = np.stack([-d[:, 1], d[:, 0]], axis=1)
    before, after = np.concatenate([n[:1], n]), np.concatenate([n, n[-1:]])
    middle = before + after
    # |middle|^2 / 2 = 1 + cos(turn); the mitre grows as 1 / cos(turn / 2), here at most to 2.
    return np.asarray(2.0 * middle / np.maximum((middle**2).sum(axis=1, keepdims=True), 1.0))


def offset(line: Array, left_m: float) -> Array:
    """Return the parallel line `left_m` metres to the left (negative: right) of `line`."""
    out = line.copy()
    out[:, :2] += left_m * left_normals(line)
    return out


def between(line: Array, start_m: float, end_m: float) -> Array:
    """Return the piece of the line from `start_m` to `end_m`, both along its length."""
    along = lengths(line)
    inner = line[(along > start_m + 1e-6) & (along < end_m - 1e-6)]
    ends = at(line, [start_m, end_m])
    return np.concatenate([ends[:1], inner, ends[1:]])


def project(line: Array, point: ArrayLike) -> tuple[float, float]:
    """Return (length along the line, signed distance to the left) of the point's nearest place."""
    p = np.asarray(point, dtype=np.float64)[:2]
    a, d = line[:-1, :2], np.diff(line[:, :2], axis=0)
    size = np.maximum((d**2).sum(axis=1), 1e-12)
    t = np.clip(((p - a) * d).sum(axis=1) / size, 0.0, 1.0)
    gap = p - (a + t[:, None] * d)
    i = int(np.argmin((gap**2).sum(axis=1)))
    side = d[i, 0] * gap[i, 1] - d[i, 1] * gap[i, 0]
    s = lengths(line)[i] + t[i] * np.sqrt(size[i])
    return float(s), float(np.copysign(np.linalg.norm(gap[i]), side))
