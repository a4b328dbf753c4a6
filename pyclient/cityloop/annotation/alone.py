"""What objects drawn alone tell: how much of each is seen, and what hides the rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.errors import EngineError
from cityloop.spatial import Silhouettes

Array = NDArray[np.float64]

# KITTI's levels of occlusion (A. Geiger et al., "Are we ready for autonomous driving?", 2012) are
# words: fully visible, partly occluded, largely occluded, unknown. These are the shares of an
# object's pixels, drawn alone, that may be hidden in each but the last.
HIDDEN_AT_MOST = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Occlusion:
    """How M objects are hidden and cut off.

    Attributes:
        amodal_pixels: (M,) int64 pixels of the object drawn alone, inside the image.
        visible_fraction: (M,) visible pixels / those.
        truncation: (M,) share of the amodal box outside the image.
        clipped_box: (M, 4) the smallest box around those pixels, xmin, ymin, xmax, ymax.
        level: (M,) uint8 KITTI's level of occlusion, 0 to 3.
        occluder_ids: M arrays (K,) uint32 of who hides it, those who hide most first; 0 is the
            background.
        occluder_pixels: M arrays (K,) int64 of how many pixels they hide.
    """

    amodal_pixels: NDArray[np.int64]
    visible_fraction: Array
    truncation: Array
    clipped_box: Array
    level: NDArray[np.uint8]
    occluder_ids: tuple[NDArray[np.uint32], ...]
    occluder_pixels: tuple[NDArray[np.int64], ...]


def occlusion(
    silhouettes: Silhouettes,
    ids: NDArray[np.uint32],
    visible_pixels: NDArray[np.int64],
    instance: NDArray[np.uint32],
) -> Occlusion:
    """Return how the objects `ids` (M,) by rising id, of which so many pixels are seen, are hidden.

    Raises:
        EngineError: if the engine did not draw just these objects alone.
    """
    if not np.array_equal(silhouettes.id, ids):
        other = np.setxor1d(silhouettes.id, ids)
        raise EngineError(
            f"the engine drew {len(silhouettes)} objects alone, but {len(ids)} are seen (id "
            f"{other[0]} is one of only one kind); ask the capture for silhouettes"
        )
    height, width = instance.shape
    amodal = np.array([np.count_nonzero(m) for m in silhouettes.masks], dtype=np.int64)
    fraction = visible_pixels / np.maximum(amodal, 1)
    limits = np.array([width, height, width, height], dtype=np.float64)
    inside = np.clip(silhouettes.box, 0.0, limits)
    share_inside = _area(inside) / np.maximum(_area(silhouettes.box), 1e-12)
    hiders = _hiders(silhouettes, ids, amodal, instance)
    return Occlusion(
        amodal_pixels=amodal,
        visible_fraction=fraction,
        truncation=np.clip(1.0 - share_inside, 0.0, 1.0),
        clipped_box=_bounds(silhouettes),
        level=np.searchsorted(HIDDEN_AT_MOST, 1.0 - fraction).astype(np.uint8),
        occluder_ids=tuple(who for who, _ in hiders),
        occluder_pixels=tuple(count for _, count in hiders),
    )


def _bounds(silhouettes: Silhouettes) -> Array:
    """Return (M, 4) the smallest box around the pixels of each mask."""
    boxes = np.zeros((len(silhouettes), 4))
    for box, (left, top), mask in zip(boxes, silhouettes.corner, silhouettes.masks, strict=True):
        height, width = mask.shape
        columns, rows = mask.any(axis=0), mask.any(axis=1)
        box[:2] = left + columns.argmax(), top + rows.argmax()
        box[2:] = left + width - np.flip(columns).argmax(), top + height - np.flip(rows).argmax()
    return boxes


def _area(boxes: Array) -> Array:
    area: Array = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return area


def _hiders(
    silhouettes: Silhouettes,
    ids: NDArray[np.uint32],
    amodal: NDArray[np.int64],
    instance: NDArray[np.uint32],
) -> list[tuple[NDArray[np.uint32], NDArray[np.int64]]]:
    """Return for each object who is seen in its place, and on how many pixels."""
    if not len(ids):
        return []
    seen = [
        instance[top : top + mask.shape[0], left : left + mask.shape[1]][mask]
        for (left, top), mask in zip(silhouettes.corner.tolist(), silhouettes.masks, strict=True)
    ]
    everyone = np.append(np.uint32(0), ids)
    count = len(everyone)
    who = np.searchsorted(everyone, np.concatenate(seen))
    owner = np.repeat(np.arange(len(ids)), amodal)
    pairs = np.bincount(owner * count + who, minlength=len(ids) * count).reshape(-1, count)
    pairs[np.arange(len(ids)), np.arange(1, count)] = 0  # nobody hides themselves
    hidden, hider = np.nonzero(pairs)
    pixels = pairs[hidden, hider]
    order = np.lexsort((hider, -pixels, hidden))
    ends = np.cumsum(np.bincount(hidden, minlength=len(ids)))[:-1]
    who_each = np.split(everyone[hider[order]], ends)
    return list(zip(who_each, np.split(pixels[order].astype(np.int64), ends), strict=True))
