"""Find what can never be seen: the inside of the mouth, the scalp under the hair."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from people_baking.pieces import Piece, compact

Array = NDArray[np.float64]

DIRECTIONS = 40
PIXEL_M = 0.006
SLACK_M = 0.008  # how far behind the front-most surface still counts as seen


def _samples(piece: Piece) -> Array:
    """Return points spread over the triangles, no farther apart than half a pixel."""
    a, b, c = (piece.positions[piece.triangles[:, k]] for k in range(3))
    longest = np.sqrt(
        np.maximum.reduce([((p - q) ** 2).sum(axis=1) for p, q in ((a, b), (b, c), (c, a))])
    )
    points = []
    steps = np.ceil(longest / (0.5 * PIXEL_M)).astype(int)
    for count in np.unique(steps):
        mine = steps == count
        i, j = np.meshgrid(np.arange(count + 1), np.arange(count + 1), indexing="ij")
        inside = i + j <= count
        u, v = (i[inside] / count)[None, :, None], (j[inside] / count)[None, :, None]
        points.append(
            (a[mine][:, None] * (1 - u - v) + b[mine][:, None] * u + c[mine][:, None] * v).reshape(
                -1, 3
            )
        )
    return np.concatenate(points)


def _directions() -> Array:
    """Return unit vectors spread evenly over the sphere (a Fibonacci lattice)."""
    k = np.arange(DIRECTIONS) + 0.5
    z = 1 - 2 * k / DIRECTIONS
    turn = np.pi * (1 + np.sqrt(5)) * k
    flat = np.sqrt(1 - z**2)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)


def drop_hidden(piece: Piece, others: list[Piece]) -> Piece:
    """Return the piece without the triangles that no direction sees, and `others` may hide it.

    Two rings of triangles around the visible ones stay, for what a motion or a coarser level of
    detail uncovers.
    """
    points = np.concatenate([_samples(p) for p in (piece, *others)])
    seen = np.zeros(len(piece.positions), dtype=bool)
    for direction in _directions():
        side = np.cross(direction, [0.0, 0.0, 1.0] if abs(direction[2]) < 0.9 else [1.0, 0.0, 0.0])
        side /= np.linalg.norm(side)
        up = np.cross(side, direction)
        axes = np.stack([side, up], axis=1)
        low = (points @ axes).min(axis=0)
        cell = np.floor((points @ axes - low) / PIXEL_M).astype(np.int64)
        width = int(cell[:, 0].max()) + 2
        nearest = np.full((int(cell[:, 1].max()) + 2) * width, -np.inf)
        np.maximum.at(nearest, cell[:, 1] * width + cell[:, 0], points @ direction)
        mine = np.floor((piece.positions @ axes - low) / PIXEL_M).astype(np.int64)
        front = nearest[mine[:, 1] * width + mine[:, 0]]
        seen |= piece.positions @ direction >= front - SLACK_M
    for _ in range(2):
        touched = seen[piece.triangles].any(axis=1)
        seen[piece.triangles[touched]] = True
    kept = piece.triangles[seen[piece.triangles].all(axis=1)]
    return compact(replace(piece, triangles=kept))
