"""Boxes in the picture against the triangles that they should hold."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Corners are drawn at whole 1/256 pixels: what is that near to an edge may be covered or not.
SNAP_PX = 1 / 256


def box_error_px(
    box: Array, triangles: Array, is_drawn: NDArray[np.bool_], size: tuple[int, int]
) -> float:
    """Return how far a box is from the pixels that triangles cover, px.

    A box that reaches beyond the triangles is wrong by how far; rounding to whole pixels is up to
    half a pixel. One that leaves out a pixel whose centre a triangle covers is wrong by how far the
    pixel reaches out. What is thinner than a pixel covers no centre, so that a box may fall short
    of it.

    Args:
        box: xmin, ymin, xmax, ymax, px.
        triangles: (T, 3, 2) px.
        is_drawn: (T,) which of them are; the box may hold the others as well.
        size: (width, height) of the image, beyond which no pixel is looked at.
    """
    corners = triangles.reshape(-1, 2)
    low, high = corners.min(axis=0), corners.max(axis=0)
    beyond = np.concatenate([low - box[:2], box[2:] - high]).max()
    left_out = _centers_around(box, np.maximum(low, 0.0), np.minimum(high, size))
    if len(left_out):
        drawn = triangles[is_drawn & _reach_out(box, triangles)]
        left_out = left_out[_covered(left_out, drawn)]
    short = np.concatenate([box[:2] - (left_out - 0.5), (left_out + 0.5) - box[2:]], axis=1)
    return float(max(beyond, short.max(initial=0.0)))


def _centers_around(box: Array, low: Array, high: Array) -> Array:
    """Return (n, 2) pixel centres from `low` to `high` that lie outside a box."""
    first, last = np.ceil(low - 0.5).astype(int), np.floor(high - 0.5).astype(int)
    u, v = np.arange(first[0], last[0] + 1) + 0.5, np.arange(first[1], last[1] + 1) + 0.5
    beside = (u < box[0]) | (u > box[2])
    above = (v < box[1]) | (v > box[3])
    row, column = np.nonzero(above[:, None] | beside)
    return np.stack([u[column], v[row]], axis=1)


def _reach_out(box: Array, triangles: Array) -> NDArray[np.bool_]:
    """Return (T,) which triangles reach out of a box."""
    out = (triangles < box[:2]) | (triangles > box[2:])
    return np.asarray(out.any(axis=(1, 2)), np.bool_)


def _covered(points: Array, triangles: Array) -> NDArray[np.bool_]:
    """Return (n,) which points are inside one of the triangles, farther than `SNAP_PX` inside."""
    inside = np.zeros(len(points), np.bool_)
    for triangle in triangles:
        edge = np.roll(triangle, -1, axis=0) - triangle
        length = np.hypot(edge[:, 0], edge[:, 1])
        if not length.all():
            continue
        offset = points[:, None] - triangle
        aside = (edge[:, 0] * offset[..., 1] - edge[:, 1] * offset[..., 0]) / length
        inside |= (aside > SNAP_PX).all(axis=1) | (aside < -SNAP_PX).all(axis=1)
    return inside
