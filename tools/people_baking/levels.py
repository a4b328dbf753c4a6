"""Levels of detail: thin out each piece, then take normals and weights from the original surface."""

from dataclasses import dataclass

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from people_baking.pieces import Piece, compact, vertex_normals

Array = NDArray[np.float64]

# Triangles of a whole person by material, nearest level first.
BUDGETS: tuple[dict[str, int], ...] = (
    {"skin": 2300, "hair": 560, "top": 900, "bottom": 800, "shoes": 320, "sole": 160},
    {"skin": 500, "hair": 150, "top": 230, "bottom": 200, "shoes": 90, "sole": 50},
    {"skin": 96, "hair": 40, "top": 72, "bottom": 64, "shoes": 28, "sole": 0},
)
NORMAL_SCALE_M = 0.05  # two points whose normals are opposite count as this much apart, doubled
NEIGHBOURS = 3
_SIMPLIFIER_UNITS_PER_M = 20.0  # its thresholds are absolute and made for a mesh of unit size


@dataclass(frozen=True)
class Level:
    """One level of detail of a person.

    Attributes:
        positions, normals: (V, 3) body frame, m.
        materials: (V,) index into the person's materials.
        triangles: (T, 3).
        joints: (V, 4) the strongest bones, by falling weight.
        weights: (V, 4) sum to 1.
    """

    positions: Array
    normals: Array
    materials: NDArray[np.int64]
    triangles: NDArray[np.int64]
    joints: NDArray[np.int64]
    weights: Array


def _four_bones(weights: Array) -> tuple[NDArray[np.int64], Array]:
    order = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    strongest = np.take_along_axis(weights, order, axis=1)
    return order, strongest / strongest.sum(axis=1, keepdims=True)


def _thin(piece: Piece, triangles: int) -> Piece:
    """Return the piece with about `triangles` triangles (Garland and Heckbert's quadrics, 1997)."""
    if len(piece.triangles) <= triangles:
        return piece
    points, faces = fast_simplification.simplify(
        (piece.positions * _SIMPLIFIER_UNITS_PER_M).astype(np.float32),
        piece.triangles.astype(np.int32),
        target_count=triangles,
        agg=5.0,
    )
    points = np.asarray(points, dtype=np.float64) / _SIMPLIFIER_UNITS_PER_M
    faces = np.asarray(faces, dtype=np.int64)
    faces = faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])]
    # Interpolate where the surface was nearest and faced the same way: fingers and legs that
    # nearly touch must not lend each other weights.
    tree = cKDTree(
        np.hstack(
            [piece.positions, NORMAL_SCALE_M * vertex_normals(piece.positions, piece.triangles)]
        )
    )
    distance, near = tree.query(
        np.hstack([points, NORMAL_SCALE_M * vertex_normals(points, faces)]), k=NEIGHBOURS
    )
    share = 1 / (distance + 1e-5) ** 2
    share /= share.sum(axis=1, keepdims=True)
    weights = np.einsum("vk,vkb->vb", share, piece.weights[near])
    return compact(Piece(piece.material, points, faces, weights))


def build_levels(pieces: list[Piece], materials: tuple[str, ...]) -> list[Level]:
    """Thin the pieces to each budget, shared among the pieces of a material by their size."""
    levels = []
    for budget in BUDGETS:
        size: dict[str, int] = {}
        for piece in pieces:
            size[piece.material] = size.get(piece.material, 0) + len(piece.triangles)
        thinned = []
        for piece in pieces:
            allowed = budget.get(piece.material, 0) * len(piece.triangles) // size[piece.material]
            if allowed > 0:
                thinned.append(_thin(piece, allowed))
        offsets = np.cumsum([0, *(len(p.positions) for p in thinned[:-1])])
        joints, weights = _four_bones(np.concatenate([p.weights for p in thinned]))
        levels.append(
            Level(
                np.concatenate([p.positions for p in thinned]),
                np.concatenate([vertex_normals(p.positions, p.triangles) for p in thinned]),
                np.concatenate(
                    [np.full(len(p.positions), materials.index(p.material)) for p in thinned]
                ),
                np.concatenate([p.triangles + o for p, o in zip(thinned, offsets, strict=True)]),
                joints,
                weights,
            )
        )
    return levels
