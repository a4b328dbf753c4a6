"""Walls of town houses: bays with windows, doors and shops set back, or flat sheets from afar.

Body frame as in `cityloop.world.facades`.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cityloop.world.facade_textures import (
    BAY_M,
    DOOR,
    FRENCH_CELLS,
    GROUND_CELLS,
    SHOP,
    STOREY_CELLS,
    Opening,
)
from cityloop.world.house_kinds import DEPTH_M, GROUND_STOREY_M, STOREY_M, HouseKind
from cityloop.world.materials import SHOP_LIGHT, WINDOW_LIGHTS, lit
from cityloop.world.meshing import MeshBuilder, translation, turn_z
from cityloop.world.streams import stream

Array = NDArray[np.float64]
Cell = tuple[int, int]

BRICK_M, PLASTER_M = 2.4, 4.0  # one repeat of each texture
WHOLE = Opening(0.0, 1.0, 0.0, 1.0)

_FOUNDATION_M = 1.0  # below the ground, for sloping streets
_RECESS_M = 0.16
_SHOP_RECESS_M = 0.3
_DARK_SHARE = 0.4  # of windows that are never lit


def cell_uv(cell: Cell, part: Opening) -> Array:
    """Return (4, 2) coordinates of a part of a cell, from its lower left counter-clockwise."""
    u0, u1 = (cell[0] + part.left) / 2, (cell[0] + part.right) / 2
    v0, v1 = 1.0 - (cell[1] + part.bottom) / 2, 1.0 - (cell[1] + part.top) / 2
    return np.array([[u0, v0], [u1, v0], [u1, v1], [u0, v1]])


def upright(x: float, y0: float, y1: float, z0: float, z1: float) -> Array:
    """Return (4, 3) a rectangle that faces +x."""
    return np.array([[x, y0, z0], [x, y1, z0], [x, y1, z1], [x, y0, z1]])


class Quads:
    """Textured rectangles of one material, added in one go."""

    def __init__(self) -> None:
        self.corners: list[Array] = []
        self.uvs: list[Array] = []

    def add(self, corners: Array, uvs: Array) -> None:
        """Add a rectangle: (4, 3) corners, metres, and (4, 2) texture coordinates."""
        self.corners.append(corners)
        self.uvs.append(uvs)

    def into(self, builder: MeshBuilder, material: str) -> None:
        """Add all rectangles to a mesh."""
        if self.corners:
            builder.quads(np.stack(self.corners), material, uvs=np.stack(self.uvs))


class Sheets:
    """Rectangles by their material."""

    def __init__(self) -> None:
        self._quads: dict[str, Quads] = {}

    def __getitem__(self, material: str) -> Quads:
        """Return the rectangles of a material."""
        return self._quads.setdefault(material, Quads())

    def into(self, builder: MeshBuilder) -> None:
        """Add all rectangles to a mesh."""
        for material, quads in self._quads.items():
            quads.into(builder, material)


class WindowLights:
    """Which light, if any, shines out of each window of a house: the same near and from afar."""

    def __init__(self, name: str) -> None:
        rng = stream(0, f"city/window_lights/{name}")
        kinds = len(WINDOW_LIGHTS)
        shares = [_DARK_SHARE, *[(1 - _DARK_SHARE) / kinds] * kinds]
        self._lights = rng.choice(kinds + 1, (64, 64), p=shares)

    def material(self, sheet: str, bay: int, storey: int) -> str:
        """Return the material of a window: `sheet`, or as it is with a light behind it."""
        light = int(self._lights[storey % 64, bay % 64])
        return lit(sheet, WINDOW_LIGHTS[light - 1]) if light else sheet


def storey_cells(kind: HouseKind) -> dict[Cell, Opening]:
    """Return the cells of the sheet of a kind's storeys."""
    return FRENCH_CELLS if kind.sheet == "french_plaster" else STOREY_CELLS


def ground_cell(kind: HouseKind, bay: int) -> Cell:
    """Return the cell of the ground floor's sheet in a bay."""
    if bay in kind.doors:
        return (0, 1)
    return (bay % 2, 0) if kind.shops else (1, 1)


def _ground_inset(kind: HouseKind, lights: WindowLights, bay: int) -> str:
    sheet = f"inset_ground_{kind.wall}"
    opening = GROUND_CELLS[ground_cell(kind, bay)]
    if opening is SHOP:
        return lit(sheet, SHOP_LIGHT)
    return sheet if opening is DOOR else lights.material(sheet, bay, 63)


def near_front(builder: MeshBuilder, kind: HouseKind, lights: WindowLights) -> None:
    """Add the front with its openings set back."""
    half = kind.width_m / 2
    sheets, wall = Sheets(), Quads()
    for storey in range(kind.storeys):
        z = GROUND_STOREY_M + storey * STOREY_M
        for bay in range(kind.bays):
            cell = (bay % 2, storey % 2)
            place = (bay * BAY_M - half, z, STOREY_M)
            inset = sheets[lights.material(f"inset_{kind.sheet}", bay, storey)]
            add_bay(wall, inset, cell, storey_cells(kind)[cell], place, _RECESS_M)
    wall.into(builder, f"facade_{kind.sheet}")
    wall = Quads()
    for bay in range(kind.bays):
        cell = ground_cell(kind, bay)
        place = (bay * BAY_M - half, 0.0, GROUND_STOREY_M)
        recess = _SHOP_RECESS_M if GROUND_CELLS[cell] in (SHOP, DOOR) else _RECESS_M
        inset = sheets[_ground_inset(kind, lights, bay)]
        add_bay(wall, inset, cell, GROUND_CELLS[cell], place, recess)
    wall.into(builder, f"facade_ground_{kind.wall}")
    sheets.into(builder)
    plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, 0.0)])


def flat_front(builder: MeshBuilder, kind: HouseKind, lights: WindowLights | None) -> None:
    """Add a front of flat sheets; without `lights` a dark back, its ground floor a plain wall."""
    half = kind.width_m / 2
    if lights is None:
        wall = np.stack([upright(0.0, -half, half, GROUND_STOREY_M, kind.eaves_m)])
        u, v = kind.bays / 2, -kind.storeys / 2
        uvs = np.array([[[0.0, 0.0], [u, 0.0], [u, v], [0.0, v]]])
        builder.quads(wall, f"facade_{kind.sheet}", uvs=uvs)
        plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, GROUND_STOREY_M)])
        return
    sheets = Sheets()
    for bay in range(kind.bays):
        y = bay * BAY_M - half
        for storey in range(kind.storeys):
            z = GROUND_STOREY_M + storey * STOREY_M
            sheet = sheets[lights.material(f"facade_{kind.sheet}", bay, storey)]
            corners = upright(0.0, y, y + BAY_M, z, z + STOREY_M)
            sheet.add(corners, cell_uv((bay % 2, storey % 2), WHOLE))
        corners = upright(0.0, y, y + BAY_M, 0.0, GROUND_STOREY_M)
        ground = _ground_inset(kind, lights, bay).replace("inset_", "facade_", 1)
        sheets[ground].add(corners, cell_uv(ground_cell(kind, bay), WHOLE))
    sheets.into(builder)
    plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, 0.0)])


def plain(builder: MeshBuilder, kind: HouseKind, corners: list[Array]) -> None:
    """Add rectangles of plain wall."""
    repeat = BRICK_M if kind.wall == "brick" else PLASTER_M
    builder.quads(np.stack(corners), f"wall_{kind.wall}", texture_m=repeat)


def add_bay(
    wall: Quads,
    inset: Quads,
    cell: Cell,
    hole: Opening,
    place: tuple[float, float, float],
    recess: float,
    wide_m: float = BAY_M,
) -> None:
    """Add a cell of wall around a hole, the reveals of the hole and what fills it, set back.

    `place` is (y, z) of the cell's lower left corner and its height, metres.
    """
    y, z, height = place

    def at(part: Opening, x: float) -> Array:
        return upright(
            x,
            y + part.left * wide_m,
            y + part.right * wide_m,
            z + part.bottom * height,
            z + part.top * height,
        )

    for part in (
        Opening(0.0, hole.left, 0.0, 1.0),
        Opening(hole.right, 1.0, 0.0, 1.0),
        Opening(hole.left, hole.right, 0.0, hole.bottom),
        Opening(hole.left, hole.right, hole.top, 1.0),
    ):
        if part.top > part.bottom:
            wall.add(at(part, 0.0), cell_uv(cell, part))
    inset.add(at(hole, -recess), cell_uv(cell, hole))
    front, back = at(hole, 0.0), at(hole, -recess)
    # Each reveal repeats the strip of wall beside the hole.
    beside = cell_uv(cell, Opening(hole.left - 0.06, hole.left - 0.01, hole.bottom, hole.top))
    wall.add(np.stack([front[0], back[0], back[3], front[3]]), beside)
    wall.add(np.stack([back[1], front[1], front[2], back[2]]), beside)
    wall.add(np.stack([front[0], front[1], back[1], back[0]]), beside)
    wall.add(np.stack([back[3], back[2], front[2], front[3]]), beside)


def side_walls(builder: MeshBuilder, kind: HouseKind, lights: WindowLights) -> None:
    """Add the sides: plain walls between neighbours, fronts of their own at a corner."""
    half, top, low, d = kind.width_m / 2, kind.eaves_m, -_FOUNDATION_M, -DEPTH_M
    if not kind.corner:
        right = np.array([[0, half, low], [d, half, low], [d, half, top], [0, half, top]])
        left = np.array([[d, -half, low], [0, -half, low], [0, -half, top], [d, -half, top]])
        plain(builder, kind, [right, left])
        return
    # As many bays wide as fit, with plain wall on both flanks.
    bays = int(DEPTH_M / BAY_M)
    flank = (DEPTH_M - bays * BAY_M) / 2
    side = MeshBuilder()
    flat_front(side, replace(kind, bays=bays, shops=False, doors=()), lights)
    inner, outer = DEPTH_M / 2 - flank, DEPTH_M / 2
    flanks = [upright(0.0, -outer, -inner, low, top), upright(0.0, inner, outer, low, top)]
    plain(side, kind, flanks)
    for sign in (1.0, -1.0):
        move = translation(-DEPTH_M / 2, sign * half, 0.0) @ turn_z(sign * np.pi / 2)
        builder.add(side, move)
