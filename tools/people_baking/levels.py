"""Levels of detail: thin out each piece, then take normals and weights from the original."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, cKDTree

from people_baking.charts import Chart
from people_baking.pieces import Piece, compact, vertex_normals

Array = NDArray[np.float64]

# Triangles of a whole person by material, nearest level first.
# A patterned material ("top_stripes") counts as what it is of ("top").
BUDGETS: tuple[dict[str, int], ...] = (
    {"skin": 2250, "hair": 480, "hat": 260, "top": 820, "bottom": 720, "bag": 170}
    | {"shoes": 300, "sole": 150},
    {"skin": 470, "hair": 124, "hat": 70, "top": 226, "bottom": 186, "bag": 50}
    | {"shoes": 80, "sole": 60},
    {"skin": 100, "hair": 40, "hat": 26, "top": 66, "bottom": 56, "bag": 16}
    | {"shoes": 22, "sole": 14},
)
FEATURES = {"eye": 40, "iris": 24, "hair": 36, "lips": 50}  # triangles of each small feature
NORMAL_SCALE_M = 0.05  # two points whose normals are opposite count as this much apart, doubled
NEIGHBOURS = 3
AGGRESSIVENESS = 5.0, 6.0, 8.0  # how fast the simplifier's error threshold grows, by level
BLOCK_SHARE = 0.25  # weight from which on a vertex belongs to a bone's block
_SIMPLIFIER_UNITS_PER_M = 20.0  # its thresholds are absolute and made for a mesh of unit size


@dataclass(frozen=True)
class Level:
    """One level of detail of a person.

    Attributes:
        positions, normals: (V, 3) body frame, m.
        uvs: (V, 2) place on the material's texture, 0 to 1.
        materials: (V,) index into the person's materials.
        triangles: (T, 3).
        joints: (V, 4) the strongest bones, by falling weight.
        weights: (V, 4) sum to 1.
    """

    positions: Array
    normals: Array
    uvs: Array
    materials: NDArray[np.int64]
    triangles: NDArray[np.int64]
    joints: NDArray[np.int64]
    weights: Array


def _four_bones(weights: Array) -> tuple[NDArray[np.int64], Array]:
    order = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    strongest = np.take_along_axis(weights, order, axis=1)
    return order, strongest / strongest.sum(axis=1, keepdims=True)


def _thin(piece: Piece, triangles: int, level: int) -> tuple[Piece, Array]:
    """Return the piece with about `triangles` triangles, and its (V, 3) normals.

    M. Garland and P. S. Heckbert, "Surface simplification using quadric error metrics", 1997.
    """
    normals = vertex_normals(piece.positions, piece.triangles)
    if len(piece.triangles) <= triangles:
        return piece, normals
    points, faces = fast_simplification.simplify(
        (piece.positions * _SIMPLIFIER_UNITS_PER_M).astype(np.float32),
        piece.triangles.astype(np.int32),
        target_count=triangles,
        agg=AGGRESSIVENESS[level],
    )
    points = np.asarray(points, dtype=np.float64) / _SIMPLIFIER_UNITS_PER_M
    faces = np.asarray(faces, dtype=np.int64)
    faces = faces[
        (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    ]
    # Interpolate where the surface was nearest and faced the same way: fingers and legs that
    # nearly touch must not lend each other weights.
    piece_points = np.hstack([piece.positions, NORMAL_SCALE_M * normals])
    own = vertex_normals(points, faces)
    distance, near = map(
        np.asarray,
        cKDTree(piece_points).query(np.hstack([points, NORMAL_SCALE_M * own]), k=NEIGHBOURS),
    )
    share = 1 / (distance + 1e-5) ** 2
    share /= share.sum(axis=1, keepdims=True)
    weights = np.einsum("vk,vkb->vb", share, piece.weights[near])
    smooth = np.einsum("vk,vkr->vr", share, normals[near])
    # Normals that cancel out (a flap folded on itself) are replaced by the nearest one.
    length = np.linalg.norm(smooth, axis=1, keepdims=True)
    smooth = np.where(length > 0.1, smooth, normals[near[:, 0]])
    smooth /= np.linalg.norm(smooth, axis=1, keepdims=True)
    used = np.unique(faces)
    return compact(replace(piece, positions=points, triangles=faces, weights=weights)), smooth[used]


def _as_blocks(piece: Piece) -> Piece:
    """Return convex hulls around the vertices of each bone: a head or a shin from afar."""
    positions: list[Array] = []
    triangles: list[NDArray[np.int64]] = []
    weights: list[Array] = []
    count = 0
    for bone in np.flatnonzero((piece.weights > 0.5).any(axis=0)):
        mine = np.flatnonzero(piece.weights[:, bone] > BLOCK_SHARE)
        if len(mine) < 12:
            continue
        hull = ConvexHull(piece.positions[mine])
        corners = hull.simplices.astype(np.int64)
        a, b, c = (piece.positions[mine][corners[:, k]] for k in range(3))
        inward = np.einsum("ti,ti->t", np.cross(b - a, c - a), hull.equations[:, :3]) < 0
        corners[inward] = corners[inward][:, ::-1]
        positions.append(piece.positions[mine])
        weights.append(piece.weights[mine])
        triangles.append(corners + count)
        count += len(mine)
    return compact(
        Piece(
            piece.material,
            np.concatenate(positions),
            np.concatenate(triangles),
            np.concatenate(weights),
        )
    )


def _placed(piece: Piece, charts: Mapping[str, Chart]) -> Array:
    chart = charts.get(piece.material)
    return chart.uvs(piece.positions) if chart else np.zeros((len(piece.positions), 2))


def build_levels(
    pieces: list[Piece], materials: tuple[str, ...], charts: Mapping[str, Chart]
) -> list[Level]:
    """Thin the pieces to each budget, shared among the pieces of a material by their size."""
    levels = []
    for number, budget in enumerate(BUDGETS):
        size: dict[str, float] = {}
        for piece in pieces:
            mine = piece.detail * len(piece.triangles)
            size[piece.material] = size.get(piece.material, 0.0) + mine
        thinned = []
        for piece in pieces:
            if piece.detail > 0:
                share = piece.detail * len(piece.triangles) / size[piece.material]
                allowed = int(budget[piece.material.split("_")[0]] * share)
            else:
                allowed = FEATURES[piece.material] if number == 0 else 0
            if allowed > 0:
                coarse = piece.blocks and number == len(BUDGETS) - 1
                thinned.append(_thin(_as_blocks(piece) if coarse else piece, allowed, number))
        offsets = np.cumsum([0, *(len(p.positions) for p, _ in thinned[:-1])])
        joints, weights = _four_bones(np.concatenate([p.weights for p, _ in thinned]))
        levels.append(
            Level(
                np.concatenate([p.positions for p, _ in thinned]),
                np.concatenate([normals for _, normals in thinned]),
                np.concatenate([_placed(p, charts) for p, _ in thinned]),
                np.concatenate(
                    [np.full(len(p.positions), materials.index(p.material)) for p, _ in thinned]
                ),
                np.concatenate(
                    [p.triangles + o for (p, _), o in zip(thinned, offsets, strict=True)]
                ),
                joints,
                weights,
            )
        )
    return levels
