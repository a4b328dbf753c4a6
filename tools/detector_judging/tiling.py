"""A detector on tiles: small people are too small for most detectors in the whole picture."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from detector_judging.detector import Array, Detections

# Tiles overlap by half, so that whatever is smaller than half a tile is whole in one of them.
_STEP = 0.5
# A box this near to a tile's inner edge is taken for one that the edge cuts, pixels.
_CUT = 2.0
_SAME_IOU = 0.5


def tiles(width: int, height: int, sides: tuple[int, ...]) -> Iterator[tuple[int, int, int, int]]:
    """Yield x, y, width, height of the whole picture, and of tiles of each side that cover it."""
    yield 0, 0, width, height
    for side in sides:
        for y in _starts(height, side):
            for x in _starts(width, side):
                yield x, y, min(side, width), min(side, height)


def _starts(length: int, side: int) -> list[int]:
    if side >= length:
        return [0]
    count = int(np.ceil((length - side) / (side * _STEP))) + 1
    return [round(i * (length - side) / (count - 1)) for i in range(count)]


def detect_tiled(
    detect: Callable[[NDArray[np.uint8]], Detections],
    rgb: NDArray[np.uint8],
    sides: tuple[int, ...],
    threshold: float,
) -> Detections:
    """Return what is found in the tiles of an (H, W, 3) picture, doubles suppressed by class.

    A box that touches an edge of its tile inside the picture is left to the neighbouring tile.
    """
    height, width = rgb.shape[:2]
    found = []
    for x, y, w, h in tiles(width, height, sides):
        got = detect(np.ascontiguousarray(rgb[y : y + h, x : x + w]))
        got = got[got.scores >= threshold]
        left, top, right, bottom = got.boxes.T
        cut = ((x > 0) & (left < _CUT)) | ((y > 0) & (top < _CUT))
        cut |= ((x + w < width) & (right > w - _CUT)) | ((y + h < height) & (bottom > h - _CUT))
        boxes = got.boxes + [x, y, x, y]
        found.append(Detections(boxes, got.scores, got.classes)[~cut])
    return _without_doubles(found)


def _without_doubles(found: list[Detections]) -> Detections:
    boxes: Array = np.concatenate([f.boxes for f in found])
    scores: Array = np.concatenate([f.scores for f in found])
    classes = np.concatenate([f.classes for f in found])
    sizes = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    keep = cv2.dnn.NMSBoxesBatched(
        sizes.tolist(), scores.tolist(), classes.tolist(), 0.0, _SAME_IOU
    )
    return Detections(boxes, scores, classes)[np.sort(np.asarray(keep, dtype=np.int64))]
