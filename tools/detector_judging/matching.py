"""Detections against labels: who is found, who is missed, and what is no object at all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector_judging.detector import Array, Detections

# A detection that lies this far inside an object that does not count is of that object.
_INSIDE = 0.5


@dataclass(frozen=True)
class Match:
    """What became of a picture's objects and detections.

    Attributes:
        found: (M,) whether each object has a detection of its own.
        overlap: (M,) the largest intersection over union of each object with a detection.
        right: (N,) whether each detection is one of the objects.
        ignored: (N,) whether it shows an object that does not count (too small, hidden).
    """

    found: NDArray[np.bool_]
    overlap: Array
    right: NDArray[np.bool_]
    ignored: NDArray[np.bool_]


def intersection_over_union(a: Array, b: Array) -> Array:
    """Return (N, M) for boxes (N, 4) and (M, 4), corners in pixels."""
    shared = _shared(a, b)
    return shared / np.maximum(_areas(a)[:, None] + _areas(b)[None, :] - shared, 1e-9)


def match(found: Detections, boxes: Array, counts: NDArray[np.bool_], least_iou: float) -> Match:
    """Match by falling score, each detection with the object it overlaps most, as COCO does.

    Args:
        found: detections of one class.
        boxes: (M, 4) the labels' boxes of that class, all of them.
        counts: (M,) whether an object has to be found; the others may be, without a word.
        least_iou: intersection over union from which a detection is of an object.
    """
    overlap = intersection_over_union(found.boxes, boxes)
    # A box of somebody small, or around a part of somebody hidden, is not out of nothing.
    inside = _share_inside(found.boxes, boxes[~counts]).max(axis=1, initial=0.0)
    let_be = (inside >= _INSIDE) | (overlap[:, ~counts].max(axis=1, initial=0.0) >= least_iou)
    taken = np.zeros(len(boxes), dtype=np.bool_)
    right = np.zeros(len(found), dtype=np.bool_)
    for i in np.argsort(-found.scores, kind="stable"):
        open_to = np.where(taken | ~counts, 0.0, overlap[i])
        if open_to.max(initial=0.0) >= least_iou:
            taken[open_to.argmax()] = right[i] = True
    return Match(taken, overlap.max(axis=0, initial=0.0), right, let_be & ~right)


def _shared(a: Array, b: Array) -> Array:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.clip(high - low, 0.0, None).prod(axis=2)


def _areas(boxes: Array) -> Array:
    return (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)


def _share_inside(a: Array, b: Array) -> Array:
    """Return (N, M): how much of each a is inside each b."""
    return _shared(a, b) / np.maximum(_areas(a), 1e-9)[:, None]
