"""Eyes, eyebrows and lips: small patches that make a head a face."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from people_baking.makehuman import BaseMesh, MakeHumanData
from people_baking.pieces import Piece, compact, cut, triangulate, vertex_normals
from people_baking.standing import Standing

Array = NDArray[np.float64]

LIP_TARGETS = ("mouth/mouth-upperlip-volume-incr", "mouth/mouth-lowerlip-volume-incr")
PATCH_M = 0.0012  # how far patches lie over the skin, for a head of 0.23 m
BROW_M = 0.0026  # the same of eyebrows, which lie where the skin bends most
IRIS = 0.50  # radius of the iris in radii of the eyeball


def _lifted(patch: Piece, height: float) -> Piece:
    normals = vertex_normals(patch.positions, patch.triangles)
    return replace(patch, positions=patch.positions + height * normals)


def face(
    data: MakeHumanData,
    mesh: BaseMesh,
    standing: Standing,
    body: Piece,
    head_height_m: float,
    brow: float,
) -> list[Piece]:
    """Return eyes, irises, eyebrows and lips; `body` is all skin with the base mesh's vertices.

    `brow` is the thickness of the eyebrows, 1 a man's.
    """
    scale = head_height_m / 0.23
    positions = standing.positions
    lip = np.zeros(len(positions))
    for name in LIP_TARGETS:
        strength = np.linalg.norm(data.target(name, len(positions)), axis=1)
        lip = np.maximum(lip, strength / strength.max())
    pieces = [_lifted(cut(replace(body, material="lips"), lip - 0.22), PATCH_M * scale)]
    for side in ("l", "r"):
        ball = triangulate(mesh.groups[f"helper-{side}-eye"])
        used = np.unique(ball)
        center = 0.5 * (positions[used].min(axis=0) + positions[used].max(axis=0))
        radius = 0.5 * float(np.ptp(positions[used, 2]))
        from_axis = np.hypot(*(positions[:, 1:] - center[1:]).T)
        ahead = positions[:, 0] - center[0]
        globe = Piece("eye", positions, ball, standing.rig.weights)
        front = compact(cut(globe, ahead - 0.25 * radius))
        pieces.append(front)
        pupil = cut(
            replace(globe, material="iris"), np.where(ahead > 0, IRIS * radius - from_axis, -1)
        )
        pieces.append(replace(pupil, positions=pupil.positions + [0.0007 * scale, 0, 0]))
        # The eyebrow: an arc over the eye, thinner outwards.
        outward = (positions[:, 1] - center[1]) * (1 if side == "l" else -1) / radius
        height = (positions[:, 2] - center[2]) / radius
        arc = 1.80 - 0.13 * (outward - 0.25) ** 2
        thick = brow * (0.26 - 0.07 * outward)
        inside = np.minimum(thick - np.abs(height - arc), 1.75 - np.abs(outward - 0.15))
        inside = np.where((ahead > -0.5 * radius) & (np.abs(outward) < 3), inside, -1.0)
        eyebrow = cut(replace(body, material="hair"), inside)
        pieces.append(_lifted(eyebrow, BROW_M * scale))
    return [replace(p, detail=0.0) for p in pieces if len(p.triangles)]
