"""A piece of a person (skin, a garment, hair): a mesh with bone weights, and its tailoring."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Triangles = NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """A mesh of one material.

    Attributes:
        material: name of its material, without prefix.
        positions: (V, 3) body frame, m.
        triangles: (T, 3) counter-clockwise seen from outside.
        weights: (V, B) bone weights, rows sum to 1.
        detail: share in its material's triangles, relative to its size; 0 for a small feature
            that only the finest level has.
        blocks: the coarsest level shows it as convex blocks, one for each bone that moves it.
    """

    material: str
    positions: Array
    triangles: Triangles
    weights: Array
    detail: float = 1.0
    blocks: bool = False


def triangulate(quads: NDArray[np.int64]) -> Triangles:
    """Split (F, 4) quads into (2F, 3) triangles."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def compact(piece: Piece) -> Piece:
    """Drop the vertices that no triangle uses."""
    used, inverse = np.unique(piece.triangles, return_inverse=True)
    return replace(
        piece,
        positions=piece.positions[used],
        triangles=inverse.reshape(-1, 3),
        weights=piece.weights[used],
    )


def cut(piece: Piece, keep: Array) -> Piece:
    """Keep where the (V,) field is positive; triangles are cut along its zero line."""
    inside = keep > 0
    count = inside[piece.triangles].sum(axis=1)
    whole = piece.triangles[count == 3]
    positions, weights = [piece.positions], [piece.weights]
    new: dict[tuple[int, int], int] = {}
    size = len(piece.positions)

    def crossing(a: int, b: int) -> int:
        key = (a, b) if a < b else (b, a)
        if key not in new:
            low, high = key
            share = keep[low] / (keep[low] - keep[high])
            positions.append(piece.positions[[low]] * (1 - share) + piece.positions[[high]] * share)
            weights.append(piece.weights[[low]] * (1 - share) + piece.weights[[high]] * share)
            new[key] = size + len(new)
        return new[key]

    split: list[tuple[int, int, int]] = []
    for triangle in piece.triangles[(count == 1) | (count == 2)]:
        # Turn the triangle so that its odd corner comes first.
        flags = inside[triangle]
        odd = int(np.flatnonzero(flags == (flags.sum() == 1))[0])
        a, b, c = (int(triangle[(odd + k) % 3]) for k in range(3))
        ab, ac = crossing(a, b), crossing(a, c)
        if inside[a]:
            split.append((a, ab, ac))
        else:
            split += [(ab, b, c), (ab, c, ac)]
    triangles = np.concatenate([whole, np.array(split, dtype=np.int64).reshape(-1, 3)])
    return compact(
        replace(
            piece,
            positions=np.concatenate(positions),
            weights=np.concatenate(weights),
            triangles=triangles,
        )
    )


def vertex_normals(positions: Array, triangles: Triangles) -> Array:
    """Return (V, 3) unit normals, each the mean of the triangles around it weighted by area."""
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    normals = np.zeros_like(positions)
    for k in range(3):
        np.add.at(normals, triangles[:, k], face)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.divide(normals, length, out=np.zeros_like(normals), where=length > 1e-12)


def _neighbour_mean(triangles: Triangles, size: int) -> tuple[sparse.csr_matrix, NDArray[np.bool_]]:
    """Return the averaging matrix over edges, and which vertices lie on an open border.

    A border vertex averages over its border neighbours alone, so that hems stay where they are.
    """
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges.sort(axis=1)
    unique, count = np.unique(edges, axis=0, return_counts=True)
    rim = unique[count == 1]
    border = np.zeros(size, dtype=bool)
    border[rim] = True
    inner = unique[~(border[unique[:, 0]] & border[unique[:, 1]]) | (count == 1)]
    i = np.concatenate([inner[:, 0], inner[:, 1]])
    j = np.concatenate([inner[:, 1], inner[:, 0]])
    keep = ~border[i] | border[j]
    i, j = i[keep], j[keep]
    matrix = sparse.csr_matrix((np.ones(len(i)), (i, j)), shape=(size, size))
    degree = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    return sparse.csr_matrix(sparse.diags(1 / degree) @ matrix), border


def drape(piece: Piece, ease: Array | float, rounds: int) -> Piece:
    """Lay cloth over a skin-tight piece: `ease` m away from it, bridging its hollows.

    The cloth is smoothed `rounds` times, and after each pushed out again where it came nearer to
    the body than `ease` (a number or (V,)): bulges show, hollows are spanned, as in real cloth.
    """
    normals = vertex_normals(piece.positions, piece.triangles)
    mean, border = _neighbour_mean(piece.triangles, len(piece.positions))
    for _ in range(3):  # even normals, or the offset surface crumples
        normals = normals + mean @ normals
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    least = np.broadcast_to(np.asarray(ease, float), len(piece.positions))
    cloth = piece.positions + normals * least[:, None]
    strength = np.where(border, 0.15, 0.5)[:, None]
    for _ in range(rounds):
        cloth = cloth + strength * (mean @ cloth - cloth)
        lack = least - np.einsum("vi,vi->v", cloth - piece.positions, normals)
        cloth = cloth + np.maximum(lack, 0)[:, None] * normals
    return replace(piece, positions=cloth)


def move_weights(piece: Piece, names: tuple[str, ...], change: dict[str, str]) -> Piece:
    """Hand the weight of bones to others (bone -> bone), for cloth that follows fewer bones."""
    weights = piece.weights.copy()
    for source, goal in change.items():
        i, j = names.index(source), names.index(goal)
        weights[:, j] += weights[:, i]
        weights[:, i] = 0
    return replace(piece, weights=weights)
