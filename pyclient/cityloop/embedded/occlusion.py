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
from cityloop.spatial.compiled import compiled

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

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

    low: I64
    high: I64
    nearest: F64


def outlines(view: CameraView, corners: F64) -> Outlines:
    """Return where boxes are in a picture; `corners` (K, 8, 3), camera frame, m."""
    low, high = np.empty((len(corners), 2), np.int64), np.empty((len(corners), 2), np.int64)
    nearest = np.empty(len(corners))
    lens = np.array([[view.fx, view.cx, view.width], [view.fy, view.cy, view.height]])
    _outline(corners, lens, view.near_m, view.far_m, low, high, nearest)
    return Outlines(low, high, nearest)


def hidden(boxes: Outlines, depths: F32) -> NDArray[np.bool_]:
    """Return which boxes lie behind what has been drawn, wherever a pixel could show them.

    Args:
        boxes: K of them.
        depths: (H, W) depths drawn so far, 0 at the near to 1 at the far plane.
    """
    height, width = depths.shape
    tiles = np.zeros((-(-height // _TILE_PX), -(-width // _TILE_PX)), dtype=np.float32)
    _fill_tiles(depths, tiles)
    out = np.empty(len(boxes.nearest), dtype=np.bool_)
    _compare(boxes.low, boxes.high, boxes.nearest, tiles, out)
    return out


def camera_boxes(
    view: CameraView,
    instances: Instances,
    seen: InView,
    rows: NDArray[np.int64],
    tables: SceneTables,
) -> F64:
    """Return the corners (K, 8, 3) of boxes around rigid instances `rows` (K,), camera frame, m."""
    camera_from_part = seen_from(view.current, instances.current[rows])
    corners = np.empty((len(rows), 8, 3))
    _move_boxes(tables.corners, seen.meshes[rows], camera_from_part, corners)
    return corners


@compiled
def _move_boxes(boxes: F64, mesh: NDArray[np.int32], moved: F64, corners: F64) -> None:
    """Fill the corners of the boxes of meshes, moved by matrices (K, 3, 4)."""
    for k in range(len(mesh)):
        for c in range(8):
            x, y, z = boxes[mesh[k], c]
            for axis in range(3):
                m = moved[k, axis]
                corners[k, c, axis] = m[0] * x + m[1] * y + m[2] * z + m[3]


@compiled
def _outline(
    corners: F64, lens: F64, near_m: float, far_m: float, low: I64, high: I64, nearest: F64
) -> None:
    """Fill the fields of `Outlines`; `lens` (2, 3): focal length, middle and size by axis."""
    # Farther than the nearest point of a box is the whole box; see `set_camera`.
    share = far_m / (far_m - near_m)
    for k in range(len(corners)):
        least = np.inf
        for c in range(8):
            least = min(least, corners[k, c, 2])
        least = least * (1.0 - _NEARER_SHARE) - _NEARER_M
        nearest[k] = share - share * near_m / least if least > near_m else -1.0
        for axis in range(2):
            focal, middle, size = lens[axis]
            first, last = np.inf, -np.inf
            for c in range(8):
                pixel = focal * corners[k, c, axis] / max(corners[k, c, 2], near_m) + middle
                first, last = min(first, pixel), max(last, pixel)
            end = size - 1.0
            low[k, axis] = int(min(max(first - _REACH_PX, 0.0), end)) // _TILE_PX
            high[k, axis] = int(min(max(last + _REACH_PX, 0.0), end)) // _TILE_PX


@compiled
def _fill_tiles(depths: F32, tiles: F32) -> None:
    """Fill the greatest depth of each tile of the picture."""
    height, width = depths.shape
    columns = np.empty(width, dtype=np.float32)
    for row in range(len(tiles)):
        columns[:] = depths[row * _TILE_PX]
        for y in range(row * _TILE_PX + 1, min((row + 1) * _TILE_PX, height)):
            for x in range(width):
                columns[x] = max(columns[x], depths[y, x])
        for x in range(width):
            tiles[row, x // _TILE_PX] = max(tiles[row, x // _TILE_PX], columns[x])


@compiled
def _compare(low: I64, high: I64, nearest: F64, tiles: F32, out: NDArray[np.bool_]) -> None:
    """Fill which boxes are farther than all tiles from `low` to `high`, inclusive."""
    for k in range(len(nearest)):
        out[k] = True
        for row in range(low[k, 1], high[k, 1] + 1):
            for column in range(low[k, 0], high[k, 0] + 1):
                if not nearest[k] > tiles[row, column]:
                    out[k] = False
                    break
            if not out[k]:
                break
