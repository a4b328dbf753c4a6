"""How deep convex outlines reach into each other; many pairs at once, in the plane, metres."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def box_corners(center: Array, yaw: Array, length: Array, width: Array) -> Array:
    """Return (N, 4, 2) corners, counter-clockwise, of boxes with centres (N, 2) and (N,) each."""
    forward = np.stack([np.cos(yaw), np.sin(yaw)], axis=-1) * (length / 2)[:, None]
    left = np.stack([-np.sin(yaw), np.cos(yaw)], axis=-1) * (width / 2)[:, None]
    return np.stack(
        [
            center - forward - left,
            center + forward - left,
            center + forward + left,
            center - forward + left,
        ],
        axis=1,
    )


def _outward(corners: Array) -> Array:
    """Return (N, C, 2) unit normals of the edges, out of the outline; 0 for edges of no length."""
    edge = np.roll(corners, -1, axis=1) - corners
    size = np.linalg.norm(edge, axis=-1, keepdims=True)
    return np.stack([edge[..., 1], -edge[..., 0]], axis=-1) / np.maximum(size, 1e-12)


def overlap_depth(a: Array, b: Array) -> Array:
    """Return (N,) how far the outlines (N, A, 2) and (N, B, 2) reach into each other, m.

    It is the least shift that parts them, 0 if they are apart: the separating axis theorem
    (S. Gottschalk, M. C. Lin and D. Manocha, "OBBTree", SIGGRAPH 1996), in the plane.
    """
    axes = np.concatenate([_outward(a), _outward(b)], axis=1)
    on_a = np.einsum("nkd,ncd->nkc", axes, a)
    on_b = np.einsum("nkd,ncd->nkc", axes, b)
    over = np.minimum(on_a.max(axis=-1) - on_b.min(axis=-1), on_b.max(axis=-1) - on_a.min(axis=-1))
    # An edge of no length (a repeated corner) gives no axis.
    over[np.linalg.norm(axes, axis=-1) < 0.5] = np.inf
    return np.maximum(over.min(axis=-1), 0.0)


def signed_distance(point: Array, corners: Array) -> Array:
    """Return (N,) distances of points (N, 2) to outlines (N, C, 2), negative inside."""
    to_corner = point[:, None] - corners
    outside = np.einsum("ncd,ncd->nc", to_corner, _outward(corners))
    edge = np.roll(corners, -1, axis=1) - corners
    size = np.einsum("ncd,ncd->nc", edge, edge)
    along = np.einsum("ncd,ncd->nc", to_corner, edge) / np.maximum(size, 1e-12)
    nearest = to_corner - np.clip(along, 0.0, 1.0)[..., None] * edge
    distance = np.linalg.norm(nearest, axis=-1).min(axis=-1)
    # An edge of no length has no side.
    inside = np.where(size > 1e-12, outside, -np.inf).max(axis=-1) < 0.0
    return np.where(inside, -distance, distance)
