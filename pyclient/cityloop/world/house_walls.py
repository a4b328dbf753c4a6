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
    panes,
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
_LIT_SHARE, _OPEN_SHARE = 0.6, 0.8  # of each kind of light in a house, of shops
_BEFORE_INSET_M, _BEFORE_FLAT_M = 0.006, 0.03  # panes to what is behind them
_GROUND = 63  # the number by which a ground floor's lights go


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

    def panes(self, sheets: Sheets, sheet: str, bay: int, storey: int) -> Quads | None:
        """Return where the panes of a window go that is lit at night; None for one that is not."""
        light = int(self._lights[storey % 64, bay % 64])
        return sheets[lit(sheet, WINDOW_LIGHTS[light - 1])] if light else None


def lights_on(name: str, seed: int) -> int:
    """Return the lamps (bit set) of a house that are lit while it is dark, by its placement."""
    rng = stream(seed, f"city/lights/{name}")
    shares = {**dict.fromkeys(WINDOW_LIGHTS, _LIT_SHARE), SHOP_LIGHT: _OPEN_SHARE}
    return sum(1 << (lamp - 1) for lamp, share in shares.items() if rng.random() < share)


def storey_cells(kind: HouseKind) -> dict[Cell, Opening]:
    """Return the cells of the sheet of a kind's storeys."""
    return FRENCH_CELLS if kind.sheet == "french_plaster" else STOREY_CELLS


def ground_cell(kind: HouseKind, bay: int) -> Cell:
    """Return the cell of the ground floor's sheet in a bay."""
    if bay in kind.doors:
        return (0, 1)
    return (bay % 2, 0) if kind.shops else (1, 1)


def _ground_panes(kind: HouseKind, lights: WindowLights, sheets: Sheets, bay: int) -> Quads | None:
    opening = GROUND_CELLS[ground_cell(kind, bay)]
    sheet = f"ground_{kind.wall}"
    if opening is SHOP:
        return sheets[lit(sheet, SHOP_LIGHT)]
    return None if opening is DOOR else lights.panes(sheets, sheet, bay, _GROUND)


def near_front(builder: MeshBuilder, kind: HouseKind, lights: WindowLights) -> None:
    """Add the front with its openings set back."""
    half = kind.width_m / 2
    sheets = Sheets()
    for bay in range(kind.bays):
        y = bay * BAY_M - half
        for storey in range(kind.storeys):
            cell = (bay % 2, storey % 2)
            add_bay(
                sheets[f"facade_{kind.sheet}"],
                sheets[f"inset_{kind.sheet}"],
                lights.panes(sheets, kind.sheet, bay, storey),
                cell,
                storey_cells(kind)[cell],
                (y, GROUND_STOREY_M + storey * STOREY_M, STOREY_M),
                _RECESS_M,
            )
        cell = ground_cell(kind, bay)
        add_bay(
            sheets[f"facade_ground_{kind.wall}"],
            sheets[f"inset_ground_{kind.wall}"],
            _ground_panes(kind, lights, sheets, bay),
            cell,
            GROUND_CELLS[cell],
            (y, 0.0, GROUND_STOREY_M),
            _SHOP_RECESS_M if GROUND_CELLS[cell] in (SHOP, DOOR) else _RECESS_M,
        )
    sheets.into(builder)
    plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, 0.0)])


def flat_front(builder: MeshBuilder, kind: HouseKind, lights: WindowLights | None) -> None:
    """Add a front of flat sheets; without `lights` a dark back, its ground floor a plain wall."""
    half = kind.width_m / 2
    wall = np.stack([upright(0.0, -half, half, GROUND_STOREY_M, kind.eaves_m)])
    u, v = kind.bays / 2, -kind.storeys / 2
    uvs = np.array([[[0.0, 0.0], [u, 0.0], [u, v], [0.0, v]]])
    builder.quads(wall, f"facade_{kind.sheet}", uvs=uvs)
    if lights is None:
        plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, GROUND_STOREY_M)])
        return
    sheets = Sheets()
    for bay in range(kind.bays):
        y = bay * BAY_M - half
        for storey in range(kind.storeys):
            cell = (bay % 2, storey % 2)
            place = (y, GROUND_STOREY_M + storey * STOREY_M, STOREY_M)
            glow = lights.panes(sheets, kind.sheet, bay, storey)
            add_flat_panes(glow, cell, storey_cells(kind)[cell], place)
        cell = ground_cell(kind, bay)
        corners = upright(0.0, y, y + BAY_M, 0.0, GROUND_STOREY_M)
        sheets[f"facade_ground_{kind.wall}"].add(corners, cell_uv(cell, WHOLE))
        glow = _ground_panes(kind, lights, sheets, bay)
        add_flat_panes(glow, cell, GROUND_CELLS[cell], (y, 0.0, GROUND_STOREY_M))
    sheets.into(builder)
    plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, 0.0)])


def _placed(part: Opening, x: float, place: tuple[float, float, float], wide_m: float) -> Array:
    """Return (4, 3) a part of a cell at `x`; `place` as in `add_bay`."""
    y, z, height = place
    return upright(
        x,
        y + part.left * wide_m,
        y + part.right * wide_m,
        z + part.bottom * height,
        z + part.top * height,
    )


def add_flat_panes(
    glow: Quads | None,
    cell: Cell,
    hole: Opening,
    place: tuple[float, float, float],
    wide_m: float = BAY_M,
) -> None:
    """Lay the panes of a window, as one, before a flat sheet, if they can be lit."""
    if glow is not None:
        left, right = panes(hole)
        glass = replace(left, right=right.right)
        glow.add(_placed(glass, _BEFORE_FLAT_M, place, wide_m), cell_uv(cell, glass))


def plain(builder: MeshBuilder, kind: HouseKind, corners: list[Array]) -> None:
    """Add rectangles of plain wall."""
    repeat = BRICK_M if kind.wall == "brick" else PLASTER_M
    builder.quads(np.stack(corners), f"wall_{kind.wall}", texture_m=repeat)


def add_bay(
    wall: Quads,
    inset: Quads,
    glow: Quads | None,
    cell: Cell,
    hole: Opening,
    place: tuple[float, float, float],
    recess: float,
    wide_m: float = BAY_M,
) -> None:
    """Add a cell of wall around a hole, the reveals of the hole and what fills it, set back.

    `place` is (y, z) of the cell's lower left corner and its height, metres. Panes that can be lit
    go into `glow`, a hair before what fills the hole, which shows the same.
    """

    def at(part: Opening, x: float) -> Array:
        return _placed(part, x, place, wide_m)

    for part in (
        Opening(0.0, hole.left, 0.0, 1.0),
        Opening(hole.right, 1.0, 0.0, 1.0),
        Opening(hole.left, hole.right, 0.0, hole.bottom),
        Opening(hole.left, hole.right, hole.top, 1.0),
    ):
        if part.top > part.bottom:
            wall.add(at(part, 0.0), cell_uv(cell, part))
    inset.add(at(hole, -recess), cell_uv(cell, hole))
    if glow is not None:
        for pane in panes(hole):
            glow.add(at(pane, _BEFORE_INSET_M - recess), cell_uv(cell, pane))
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
