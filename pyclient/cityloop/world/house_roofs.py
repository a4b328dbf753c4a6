"""Roofs of town houses: gabled, flat behind a parapet, or a mansard with dormers; chimneys.

Body frame as in `cityloop.world.facades`: the front is at x = 0, the house behind it.
"""

import numpy as np
from numpy.typing import NDArray

from cityloop.world.facade_textures import BAY_M, STOREY_CELLS
from cityloop.world.house_kinds import DEPTH_M, PARAPET_M, RIDGE_M, HouseKind
from cityloop.world.house_walls import BRICK_M, PLASTER_M, cell_uv
from cityloop.world.meshing import MeshBuilder

Array = NDArray[np.float64]

_EAVE_M = 0.35
_TILES_M, _GRAVEL_M = 2.4, 3.0  # one repeat of each texture
_SIDES_AND_TOP = ("+x", "-x", "+y", "-y", "+z")
_MANSARD_M = (0.85, 2.5)  # how far the steep slope leans back, and its height
_DORMER_M = (1.15, 1.45)  # width and height


def add_roof(builder: MeshBuilder, kind: HouseKind, *, near: bool) -> None:
    """Add the roof of a kind of house."""
    if kind.roof == "gable":
        _gable(builder, kind)
    elif kind.roof == "mansard":
        _mansard(builder, kind, near=near)
    else:
        _flat(builder, kind)


def _wall(kind: HouseKind) -> tuple[str, float]:
    return f"wall_{kind.wall}", BRICK_M if kind.wall == "brick" else PLASTER_M


def _chimney(builder: MeshBuilder, x: float, y: float, low: float, high: float) -> None:
    size = (0.62, 0.95, high - low)
    middle = (x, y, (low + high) / 2)
    builder.box(middle, size, "wall_chimney", faces=_SIDES_AND_TOP, texture_m=BRICK_M)
    for dy in (-0.24, 0.24):
        pot = (x, y + dy, high + 0.14)
        builder.box(pot, (0.26, 0.26, 0.28), "clay", faces=_SIDES_AND_TOP)


def _flat(builder: MeshBuilder, kind: HouseKind) -> None:
    half, z, top = kind.width_m / 2, kind.eaves_m, kind.eaves_m + PARAPET_M
    roof = np.array([[[-DEPTH_M, -half, z], [0, -half, z], [0, half, z], [-DEPTH_M, half, z]]])
    builder.quads(roof, "gravel", texture_m=_GRAVEL_M)
    thick = 0.25
    wall, repeat = _wall(kind)
    middle = (z + top) / 2
    for x in (-thick / 2, thick / 2 - DEPTH_M):
        size = (thick, kind.width_m, top - z)
        builder.box((x, 0.0, middle), size, wall, faces=_SIDES_AND_TOP, texture_m=repeat)
    for y in (half - thick / 2, thick / 2 - half):
        size = (DEPTH_M - 2 * thick, thick, top - z)
        builder.box((-DEPTH_M / 2, y, middle), size, wall, faces=_SIDES_AND_TOP, texture_m=repeat)
    vent = (-0.65 * DEPTH_M, 0.2 * half, z + 0.8)
    builder.box(vent, (1.6, 2.2, 1.6), "trim", faces=_SIDES_AND_TOP)
    _chimney(builder, -0.3 * DEPTH_M, -0.6 * half, z, top + 0.9)


def _gable(builder: MeshBuilder, kind: HouseKind) -> None:
    half, z, top = kind.width_m / 2, kind.eaves_m, kind.eaves_m + RIDGE_M
    middle = -DEPTH_M / 2
    drop = _EAVE_M * RIDGE_M / (DEPTH_M / 2)  # the slope goes on over the eaves
    front, back = _EAVE_M, -DEPTH_M - _EAVE_M
    slopes = np.array(
        [
            [
                [front, -half, z - drop],
                [front, half, z - drop],
                [middle, half, top],
                [middle, -half, top],
            ],
            [
                [back, half, z - drop],
                [back, -half, z - drop],
                [middle, -half, top],
                [middle, half, top],
            ],
        ]
    )
    run = np.hypot(DEPTH_M / 2 + _EAVE_M, RIDGE_M + drop)
    uv = np.array([[0.0, run], [kind.width_m, run], [kind.width_m, 0.0], [0.0, 0.0]]) / _TILES_M
    builder.quads(slopes, kind.tiles, uvs=np.stack([uv, uv]))
    builder.quads(slopes[:, ::-1] - [0.0, 0.0, 0.06], "trim")  # underside, seen from the street
    gutter = (front + 0.05, 0.0, z - drop + 0.02)
    builder.box(gutter, (0.12, kind.width_m, 0.10), "metal_trim", faces=("+x", "-z"))
    wall, repeat = _wall(kind)
    gables = np.array(
        [
            [[0, half, z], [-DEPTH_M, half, z], [middle, half, top]],
            [[-DEPTH_M, -half, z], [0, -half, z], [middle, -half, top]],
        ]
    )
    index = [[0, 1, 2], [3, 4, 5]]
    builder.triangles(gables.reshape(-1, 3), index, wall, texture_m=repeat)
    _chimney(builder, middle - 1.2, 0.55 * half, top - 1.3, top + 0.9)
    if kind.bays > 3:
        _chimney(builder, middle + 0.9, -0.6 * half, top - 1.3, top + 0.7)


def _mansard(builder: MeshBuilder, kind: HouseKind, *, near: bool) -> None:
    """Add steep slopes in front and behind, a flat top, and a dormer over every other bay."""
    half, z = kind.width_m / 2, kind.eaves_m
    lean, rise = _MANSARD_M
    top = z + rise
    slopes = np.array(
        [
            [[0, -half, z], [0, half, z], [-lean, half, top], [-lean, -half, top]],
            [
                [-DEPTH_M, half, z],
                [-DEPTH_M, -half, z],
                [lean - DEPTH_M, -half, top],
                [lean - DEPTH_M, half, top],
            ],
        ]
    )
    run = np.hypot(lean, rise)
    uv = np.array([[0.0, run], [kind.width_m, run], [kind.width_m, 0.0], [0.0, 0.0]]) / _TILES_M
    builder.quads(slopes, kind.tiles, uvs=np.stack([uv, uv]))
    flat = np.array(
        [[-lean, -half, top], [-lean, half, top], [lean - DEPTH_M, half, top],
         [lean - DEPTH_M, -half, top]]
    )  # fmt: skip
    builder.quads(flat[None], "metal_trim")
    wall, repeat = _wall(kind)
    sides = np.array(
        [
            [[0, half, z], [-DEPTH_M, half, z], [lean - DEPTH_M, half, top], [-lean, half, top]],
            [
                [-DEPTH_M, -half, z],
                [0, -half, z],
                [-lean, -half, top],
                [lean - DEPTH_M, -half, top],
            ],
        ]
    )
    builder.quads(sides, wall, texture_m=repeat)
    for bay in range(kind.bays % 2, kind.bays, 2) if kind.bays > 2 else range(kind.bays):
        _dormer(builder, kind, (bay + 0.5) * BAY_M - half, near=near)
    _chimney(builder, -0.4 * DEPTH_M, 0.7 * half, top - 0.1, top + 1.2)


def _dormer(builder: MeshBuilder, kind: HouseKind, y: float, *, near: bool) -> None:
    lean, rise = _MANSARD_M
    wide, high = _DORMER_M
    low = kind.eaves_m + 0.42
    x = -0.06
    window = np.array([[x, y - wide / 2, low], [x, y + wide / 2, low],
                       [x, y + wide / 2, low + high], [x, y - wide / 2, low + high]])  # fmt: skip
    hole = STOREY_CELLS[(0, 0)]
    builder.quads(window[None], "inset_storey_plaster", uvs=cell_uv((0, 0), hole)[None])
    deep = lean * (low + high - kind.eaves_m) / rise
    box = (0.5 * (x - deep) - 0.02, y, low + high + 0.07)
    builder.box(box, (deep + 0.25, wide + 0.3, 0.14), "metal_trim", faces=("+x", "+y", "-y", "+z"))
    if near:
        # The cheeks run back to the slope.
        foot = -lean * (low - kind.eaves_m) / rise
        for sign in (1.0, -1.0):
            edge = y + sign * wide / 2
            cheek = [[x, edge, low], [foot, edge, low], [-deep, edge, low + high],
                     [x, edge, low + high]]  # fmt: skip
            builder.quads(np.array([cheek if sign > 0 else cheek[::-1]]), "metal_trim")
