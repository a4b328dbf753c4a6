"""Which instances cannot be seen because what is nearer hides them whole.

What is large in the picture is drawn first. Of the rest only what the depths drawn so far do not
hide altogether is drawn after it. The test errs to one side: boxes are larger and nearer than what
is in them, and depths are the farthest of whole tiles of the picture. So it saves work, and never
changes a pixel.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.gpu_scene import SceneTables
from cityloop.embedded.instance_table import seen_from
from cityloop.embedded.instances import CameraView, Instances
from cityloop.embedded.visibility import DrawList, InView

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]

_TILE_PX = 8
# Radius over depth from which on something may hide others: a car at 20 m, a house at 100 m.
_LARGE = 0.12
# Boxes come nearer by these, and reach farther by a pixel: what the graphics card rounds is less.
_NEARER_M, _NEARER_SHARE = 0.01, 1e-3
_REACH_PX = 1.0


def split(seen: InView, tables: SceneTables) -> tuple[DrawList, DrawList, DrawList]:
    """Return what may hide others, to be drawn first; what is skinned; and the rest.

    What is skinned is drawn without a test, by one call, while the large are on their way.
    """
    rows = seen.todo.rows
    skinned = tables.bone_counts[seen.meshes[rows]] > 0
    large = seen.radii[rows] > _LARGE * seen.depth[rows]
    of = seen.todo.only
    return of(large & ~skinned), of(skinned), of(~large & ~skinned)


@dataclass(frozen=True, eq=False)
class Outlines:
    """Where boxes are in the picture.

    Attributes:
        low, high: (K, 2) first and last column and row of the tiles that could show each.
        nearest: (K,) depth of its nearest point, 0 at the near to 1 at the far plane; -1: nearer.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    nearest: F64


def outlines(view: CameraView, corners: F64) -> Outlines:
    """Return where boxes are in a picture; `corners` (K, 8, 3), camera frame, m."""
    nearest = corners[..., 2].min(axis=1)
    nearest = nearest * (1.0 - _NEARER_SHARE) - _NEARER_M
    ahead = nearest > view.near_m
    depth = np.maximum(corners[..., 2], view.near_m)
    low, high = np.empty((len(corners), 2), np.int64), np.empty((len(corners), 2), np.int64)
    for axis, (focal, middle, size) in enumerate(
        ((view.fx, view.cx, view.width), (view.fy, view.cy, view.height))
    ):
        pixel = focal * corners[..., axis] / depth + middle
        first, last = pixel.min(axis=1) - _REACH_PX, pixel.max(axis=1) + _REACH_PX
        low[:, axis] = np.clip(first, 0, size - 1) // _TILE_PX
        high[:, axis] = np.clip(last, 0, size - 1) // _TILE_PX
    # Farther than the nearest point of the box is the whole box; see `set_camera`.
    share = view.far_m / (view.far_m - view.near_m)
    nearest_depth = share - share * view.near_m / np.maximum(nearest, view.near_m)
    return Outlines(low, high, np.where(ahead, nearest_depth, -1.0))


def hidden(boxes: Outlines, depths: F32) -> NDArray[np.bool_]:
    """Return which boxes lie behind what has been drawn, wherever a pixel could show them.

    Args:
        boxes: K of them.
        depths: (H, W) depths drawn so far, 0 at the near to 1 at the far plane.
    """
    return boxes.nearest > _farthest(_tiles(depths), boxes.low, boxes.high)


def camera_boxes(
    view: CameraView,
    instances: Instances,
    seen: InView,
    rows: NDArray[np.int64],
    tables: SceneTables,
) -> F64:
    """Return the corners (K, 8, 3) of boxes around rigid instances `rows` (K,), camera frame, m."""
    camera_from_part = seen_from(view.current, instances.current[rows])
    corners = tables.corners[seen.meshes[rows]] @ camera_from_part[:, :, :3].swapaxes(1, 2)
    corners += camera_from_part[:, None, :, 3]
    return corners


def _tiles(depths: F32) -> F32:
    """Return the greatest depth of each tile of the picture."""
    for axis in (0, 1):
        starts = np.arange(0, depths.shape[axis], _TILE_PX)
        depths = np.maximum.reduceat(depths, starts, axis=axis)
    return depths


def _farthest(tiles: F32, low: NDArray[np.int64], high: NDArray[np.int64]) -> F32:
    """Return (K,) the greatest of the tiles from `low` to `high` (K, 2), column and row, inclusive.

    A rectangle is covered by four that overlap and whose sides are powers of two; the greatest
    tiles of all of these are found once (a sparse table).
    """
    size = np.log2(high - low + 1).astype(np.int64)  # exact: the numbers are small
    end = high + 1 - (1 << size)
    out = np.empty(len(low), dtype=np.float32)
    wide = tiles
    for column_level in range(int(size[:, 0].max(initial=0)) + 1):
        tall = wide
        mine = size[:, 0] == column_level
        for row_level in range(int(size[mine, 1].max(initial=-1)) + 1):
            which = np.flatnonzero(mine & (size[:, 1] == row_level))
            left, top = low[which].T
            right, bottom = end[which].T
            upper = np.maximum(tall[top, left], tall[top, right])
            lower = np.maximum(tall[bottom, left], tall[bottom, right])
            out[which] = np.maximum(upper, lower)
            step = 1 << row_level
            tall = np.maximum(tall[:-step], tall[step:])
        step = 1 << column_level
        wide = np.maximum(wide[:, :-step], wide[:, step:])
    return out
