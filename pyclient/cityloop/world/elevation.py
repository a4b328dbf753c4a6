"""The height of the land as one smooth surface through the lanes of a road network.

Roads know their height along their lanes only. On and beside the road every point takes the
height of the lanes around it, carried on along their slopes; between roads and beyond them the
land is what a pyramid of ever coarser averages fills in (pull-push: S. Gortler et al., The
Lumigraph, SIGGRAPH 1996), relaxed towards a surface without kinks. One height for each place: a
bridge and the road below it become one surface.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from cityloop.world import polylines

Array = NDArray[np.float64]

_SPACING_M = 0.5  # between the samples along a lane
# Standard deviation of what rounds crests and dips along a lane off: profiles are pieces whose
# curvature jumps where they meet, which at 30 m/s is a jolt.
_ROUNDING_M = 3.0
_CELL_M = 1.0
_MOST_CELLS = 4_000_000  # a larger map gets larger cells
_ROADSIDE_M = 9.0  # how far a lane's height counts to either side
_EXACT_M = 4.0  # how far it is kept as it is; from there on the land is softened
_SOFTNESS_M = 4.0  # standard deviation of the softening
_BLEND_M = 1.0  # over which neighbouring lanes that disagree share
_MARGIN_M = 150.0  # of land around the lanes; beyond, the height stays that of its edge
_NEIGHBOURS = 12
_RELAXATIONS = 30
_FLAT_M = 1e-6


class Elevation:
    """Heights of the land, metres, for any point of the plane."""

    def __init__(self, lines: Sequence[Array]) -> None:
        """Lay the surface through `lines`, each (N, 3), metres."""
        points = np.concatenate(lines) if len(lines) else np.zeros((1, 3))
        self._level_m = float(points[0, 2])
        self._heights: Array | None = None
        if np.ptp(points[:, 2]) > _FLAT_M:
            self._heights = self._fit(lines, points)

    @property
    def is_flat(self) -> bool:
        """Whether the land is level everywhere."""
        return self._heights is None

    def __call__(self, xy: Array) -> Array:
        """Return (N,) heights at the points (N, 2), metres: bilinear between the cells."""
        if self._heights is None:
            return np.full(len(xy), self._level_m)
        rows, columns = self._heights.shape
        place = (np.asarray(xy, dtype=np.float64) - self._origin) / self._cell_m
        place = np.clip(place, 0.0, np.array([columns, rows]) - 1.000001)
        cell = place.astype(np.int64)
        (u, v), (i, j) = (place - cell).T, cell.T
        h = self._heights
        low = h[j, i] * (1 - u) + h[j, i + 1] * u
        high = h[j + 1, i] * (1 - u) + h[j + 1, i + 1] * u
        return np.asarray(low * (1 - v) + high * v)

    def _fit(self, lines: Sequence[Array], points: Array) -> Array:
        low = points[:, :2].min(axis=0) - _MARGIN_M
        size = points[:, :2].max(axis=0) + _MARGIN_M - low
        self._cell_m = max(_CELL_M, float(np.sqrt(size.prod() / _MOST_CELLS)))
        self._origin = np.floor(low / self._cell_m) * self._cell_m
        columns, rows = (np.ceil((low + size - self._origin) / self._cell_m) + 1).astype(int)
        samples = _Samples(lines)
        # Only cells near a lane are worth asking for: those in blocks around the samples.
        known = np.zeros((rows, columns), dtype=np.bool_)
        at = np.round((samples.xy - self._origin) / self._cell_m).astype(int)
        reach = int(np.ceil(_ROADSIDE_M / self._cell_m))
        known[at[:, 1], at[:, 0]] = True
        known = _grown(known, reach)
        j, i = np.nonzero(known)
        xy = self._origin + np.column_stack([i, j]) * self._cell_m
        z, distance = samples.heights(xy)
        near = distance <= _ROADSIDE_M
        known[:] = False
        known[j[near], i[near]] = True
        heights = np.zeros((rows, columns))
        heights[j[near], i[near]] = z[near]
        share = np.ones((rows, columns))
        share[j, i] = np.clip((distance - _EXACT_M) / (_ROADSIDE_M - _EXACT_M), 0.0, 1.0)
        share = share * share * (3.0 - 2.0 * share)
        land = _relaxed(_filled(heights, known.astype(np.float64)), known)
        soft = gaussian_filter(land, _SOFTNESS_M / self._cell_m, mode="nearest", truncate=3.0)
        return land * (1.0 - share) + soft * share


class _Samples:
    """Points along the lanes with their height and slope."""

    def __init__(self, lines: Sequence[Array]) -> None:
        xy, z, gradient = [], [], []
        for line in lines:
            fine = polylines.spaced(line, _SPACING_M)
            fine[:, 2:] = polylines.smooth(fine, _ROUNDING_M / _SPACING_M)[:, 2:]
            along = polylines.lengths(fine)
            slope = np.gradient(fine[:, 2], np.maximum(along, 1e-9 * np.arange(len(along))))
            way = polylines.directions(fine, along)
            xy.append(fine[:, :2])
            z.append(fine[:, 2])
            gradient.append(slope[:, None] * way)
        self.xy, self._z = np.concatenate(xy), np.concatenate(z)
        self._gradient = np.concatenate(gradient)
        self._tree = cKDTree(self.xy)

    def heights(self, xy: Array) -> tuple[Array, Array]:
        """Return (N,) heights that the nearest samples give and (N,) distances to them, metres."""
        k = min(_NEIGHBOURS, len(self.xy))
        found = self._tree.query(xy, k=list(range(1, k + 1)))
        distance, index = np.asarray(found[0]), np.asarray(found[1])
        gap = xy[:, None] - self.xy[index]
        z = self._z[index] + (self._gradient[index] * gap).sum(axis=2)
        weight = np.exp(-(distance**2 - distance[:, :1] ** 2) / (2 * _BLEND_M**2))
        return (z * weight).sum(axis=1) / weight.sum(axis=1), distance[:, 0]


def _grown(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return the mask with every true cell spread over a square of `reach` cells."""
    out = mask.copy()
    for axis in (0, 1):
        spread = out.copy()
        for step in range(1, reach + 1):
            there, here = [slice(None)] * 2, [slice(None)] * 2
            there[axis], here[axis] = slice(step, None), slice(None, -step)
            spread[tuple(there)] |= out[tuple(here)]
            spread[tuple(here)] |= out[tuple(there)]
        out = spread
    return out


def _filled(heights: Array, weight: Array) -> Array:
    """Return the heights with cells of weight 0 filled in from coarser averages."""
    if weight.min() > 0:
        return heights
    rows, columns = heights.shape
    pad = ((0, rows % 2), (0, columns % 2))
    w = np.pad(weight, pad)
    wz = np.pad(weight * heights, pad)
    shape = (w.shape[0] // 2, 2, w.shape[1] // 2, 2)
    w2, wz2 = w.reshape(shape).sum(axis=(1, 3)), wz.reshape(shape).sum(axis=(1, 3))
    coarse = np.divide(wz2, w2, out=np.zeros_like(wz2), where=w2 > 0)
    coarse = _filled(coarse, np.minimum(w2, 1.0))
    fine = _doubled(_doubled(coarse, 0), 1)[:rows, :columns]
    return np.where(weight > 0, heights, fine)


def _doubled(z: Array, axis: int) -> Array:
    """Return the cells twice as many along an axis, a quarter cell from the old centres."""
    z = np.moveaxis(z, axis, 0)
    before, after = np.concatenate([z[:1], z[:-1]]), np.concatenate([z[1:], z[-1:]])
    both = np.stack([0.75 * z + 0.25 * before, 0.75 * z + 0.25 * after], axis=1)
    return np.moveaxis(both.reshape(-1, *z.shape[1:]), 0, axis)


def _relaxed(heights: Array, known: NDArray[np.bool_]) -> Array:
    """Return the heights with the unknown cells drawn towards the mean of their neighbours."""
    free = ~known
    for _ in range(_RELAXATIONS):
        wide = np.pad(heights, 1, mode="edge")
        mean = 0.25 * (wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:])
        heights = np.where(free, mean, heights)
    return heights
