"""What the pixels of a picture say about each object: its box, how many pixels, how far.

The instance pass is cut into horizontal runs of equal ids; boxes, counts and nearest points are
reductions over runs and then over the few runs of an object, so that the cost is that of two or
three sweeps over the picture, however many objects there are.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Intrinsics

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Visible:
    """What the pixels say: M ids by rising id, their boxes, counts and nearest distances.

    Attributes:
        id: (M,) uint32.
        box: (M, 4) int64 left, top, right, bottom of the visible pixels, right and bottom
            exclusive.
        pixels: (M,) int64 count.
        distance_m: (M,) from the camera centre to the nearest pixel centre's surface point.
    """

    id: NDArray[np.uint32]
    box: NDArray[np.int64]
    pixels: NDArray[np.int64]
    distance_m: Array


@lru_cache(maxsize=8)
def _ray_lengths(intrinsics: Intrinsics) -> NDArray[np.float32]:
    """Return (H * W,) distance from the camera centre per metre of depth, pixel by pixel."""
    lengths: Array = np.linalg.norm(intrinsics.rays(), axis=-1)
    return lengths.astype(np.float32).ravel()


def measure(
    instance: NDArray[np.uint32], depth: NDArray[np.float32], intrinsics: Intrinsics
) -> Visible:
    """Return what the pixels (H, W) of the objects say about each of them."""
    width = instance.shape[1]
    ids = np.ascontiguousarray(instance).ravel()
    begins_run = np.empty(ids.size, dtype=np.bool_)
    np.not_equal(ids[1:], ids[:-1], out=begins_run[1:])
    begins_run[::width] = True
    starts = np.flatnonzero(begins_run)
    lengths = np.diff(starts, append=ids.size)
    distances = np.ascontiguousarray(depth).ravel() * _ray_lengths(intrinsics)
    nearest = np.minimum.reduceat(distances, starts)

    of_object = ids[starts] != 0
    starts, lengths, nearest = starts[of_object], lengths[of_object], nearest[of_object]
    run_ids = ids[starts]
    order = np.argsort(run_ids, kind="stable")
    starts, lengths, nearest, run_ids = (
        starts[order],
        lengths[order],
        nearest[order],
        run_ids[order],
    )
    if not len(run_ids):
        return Visible(
            run_ids, np.zeros((0, 4), np.int64), np.zeros(0, np.int64), np.zeros(0, np.float64)
        )
    first = np.flatnonzero(np.concatenate([[True], run_ids[1:] != run_ids[:-1]]))
    row, left = starts // width, starts % width
    box = np.stack(
        [
            np.minimum.reduceat(left, first),
            np.minimum.reduceat(row, first),
            np.maximum.reduceat(left + lengths, first),
            np.maximum.reduceat(row, first) + 1,
        ],
        axis=-1,
    )
    return Visible(
        id=run_ids[first],
        box=box.astype(np.int64),
        pixels=np.add.reduceat(lengths, first).astype(np.int64),
        distance_m=np.minimum.reduceat(nearest, first).astype(np.float64),
    )


def cut_out(
    image: NDArray[np.generic], boxes: NDArray[np.int64], values: NDArray[np.generic]
) -> tuple[NDArray[np.bool_], ...]:
    """Return for each box (M, 4) of an image (H, W) where it has the box's value (M,)."""
    return tuple(
        image[top:bottom, left:right] == value
        for (left, top, right, bottom), value in zip(boxes.tolist(), values, strict=True)
    )
