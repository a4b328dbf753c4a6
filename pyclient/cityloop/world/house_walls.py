"""Walls of town houses: bays with windows, doors and shops set back, or flat sheets from afar.

Body frame as in `cityloop.world.facades`.
"""

from dataclasses import dataclass, replace

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
    glass_of,
    panes,
)
from cityloop.world.house_kinds import DEPTH_M, GROUND_STOREY_M, STOREY_M, HouseKind
from cityloop.world.lit_rooms import ROOMS, ROOMS_A_SIDE
from cityloop.world.materials import SHOP_LIGHT, WINDOW_LIGHTS, lit
from cityloop.world.meshing import MeshBuilder
from cityloop.world.shop_windows import SHOPS, window_of
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


@dataclass(frozen=True)
class Scenery:
    """What one sees through a window: a picture in a sheet of such, `across` wide and high.

    Attributes:
        quads: of the sheet's material.
        column, row: of the picture, row 0 at the bottom.
        across: pictures in a row or column of the sheet.
    """

    quads: Quads
    column: int
    row: int
    across: int

    def add(self, corners: Array, hole: Opening, part: Opening) -> None:
        """Add (4, 3) corners of a part of the glass in `hole`; they show that part of it."""
        glass = glass_of(hole)
        wide, high = glass.right - glass.left, glass.top - glass.bottom
        u0, u1 = (
            (self.column + (x - glass.left) / wide) / self.across for x in (part.left, part.right)
        )
        v0, v1 = (
            1.0 - (self.row + (z - glass.bottom) / high) / self.across
            for z in (part.bottom, part.top)
        )
        self.quads.add(corners, np.array([[u0, v0], [u1, v0], [u1, v1], [u0, v1]]))


class WindowLights:
    """Which light, if any, shines out of each window of a house, and on what room: the same near
    and from afar.
    """

    def __init__(self, name: str) -> None:
        rng = stream(0, f"city/window_lights/{name}")
        kinds = len(WINDOW_LIGHTS)
        shares = [_DARK_SHARE, *[(1 - _DARK_SHARE) / kinds] * kinds]
        self._lights = rng.choice(kinds + 1, (64, 64), p=shares)
        self._rooms = rng.integers(ROOMS_A_SIDE, size=(64, 64, 2))

    def panes(self, sheets: Sheets, bay: int, storey: int) -> Scenery | None:
        """Return where the panes of a window go that is lit at night; None for one that is not."""
        window = storey % 64, bay % 64
        light = int(self._lights[window])
        if not light:
            return None
        column, row = self._rooms[window].tolist()
        return Scenery(sheets[lit(ROOMS, WINDOW_LIGHTS[light - 1])], column, row, ROOMS_A_SIDE)


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


@dataclass(frozen=True)
class Shop:
    """A shop of a house: its first bay, how many it has, and its place in `SHOPS`."""

    bay: int
    bays: int
    trade: int


def shops_of(kind: HouseKind) -> list[Shop]:
    """Return the shops of a house; each has at most three bays."""
    rng = stream(0, f"city/shop_signs/{kind.name.removesuffix('/corner')}")
    trades = rng.permutation(len(SHOPS)).tolist()
    shops: list[Shop] = []
    for bay in range(kind.bays):
        if GROUND_CELLS[ground_cell(kind, bay)] is not SHOP:
            continue
        last = shops[-1] if shops else None
        if last is not None and last.bay + last.bays == bay and last.bays < 3:
            shops[-1] = replace(last, bays=last.bays + 1)
        else:
            shops.append(Shop(bay, 1, trades[len(shops)]))
    return shops


def _ground_panes(
    kind: HouseKind, lights: WindowLights, sheets: Sheets, bay: int
) -> Scenery | None:
    opening = GROUND_CELLS[ground_cell(kind, bay)]
    if opening is SHOP:
        (trade,) = (s.trade for s in shops_of(kind) if s.bay <= bay < s.bay + s.bays)
        sheet, (column, row) = window_of(trade)
        return Scenery(sheets[lit(sheet, SHOP_LIGHT)], column, row, 2)
    return None if opening is DOOR else lights.panes(sheets, bay, _GROUND)


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
                lights.panes(sheets, bay, storey),
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
            glow = lights.panes(sheets, bay, storey)
            add_flat_panes(glow, storey_cells(kind)[cell], place)
        cell = ground_cell(kind, bay)
        corners = upright(0.0, y, y + BAY_M, 0.0, GROUND_STOREY_M)
        sheets[f"facade_ground_{kind.wall}"].add(corners, cell_uv(cell, WHOLE))
        glow = _ground_panes(kind, lights, sheets, bay)
        add_flat_panes(glow, GROUND_CELLS[cell], (y, 0.0, GROUND_STOREY_M))
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
    glow: Scenery | None,
    hole: Opening,
    place: tuple[float, float, float],
    wide_m: float = BAY_M,
) -> None:
    """Lay the panes of a window, as one, before a flat sheet, if they can be lit."""
    if glow is not None:
        glass = glass_of(hole)
        glow.add(_placed(glass, _BEFORE_FLAT_M, place, wide_m), hole, glass)


def plain(builder: MeshBuilder, kind: HouseKind, corners: list[Array]) -> None:
    """Add rectangles of plain wall."""
    repeat = BRICK_M if kind.wall == "brick" else PLASTER_M
    builder.quads(np.stack(corners), f"wall_{kind.wall}", texture_m=repeat)


def add_bay(
    wall: Quads,
    inset: Quads,
    glow: Scenery | None,
    cell: Cell,
    hole: Opening,
    place: tuple[float, float, float],
    recess: float,
    wide_m: float = BAY_M,
) -> None:
    """Add a cell of wall around a hole, the reveals of the hole and what fills it, set back.

    `place` is (y, z) of the cell's lower left corner and its height, metres. Panes that can be lit
    go into `glow`, a hair before what fills the hole.
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
            glow.add(at(pane, _BEFORE_INSET_M - recess), hole, pane)
    front, back = at(hole, 0.0), at(hole, -recess)
    # Each reveal repeats the strip of wall beside the hole.
    beside = cell_uv(cell, Opening(hole.left - 0.06, hole.left - 0.01, hole.bottom, hole.top))
    wall.add(np.stack([front[0], back[0], back[3], front[3]]), beside)
    wall.add(np.stack([back[1], front[1], front[2], back[2]]), beside)
    wall.add(np.stack([front[0], front[1], back[1], back[0]]), beside)
    wall.add(np.stack([back[3], back[2], front[2], front[3]]), beside)


def party_walls(builder: MeshBuilder, kind: HouseKind) -> None:
    """Add plain walls to neighbours."""
    half, top, low, d = kind.width_m / 2, kind.eaves_m, -_FOUNDATION_M, -DEPTH_M
    right = np.array([[0, half, low], [d, half, low], [d, half, top], [0, half, top]])
    left = np.array([[d, -half, low], [0, -half, low], [0, -half, top], [d, -half, top]])
    plain(builder, kind, [right, left])


def side_kind(kind: HouseKind) -> HouseKind:
    """Return what a side of a corner house is like as a front of its own: shops, but no door."""
    bays = int(DEPTH_M / BAY_M)  # as many as fit
    return replace(kind, bays=bays, doors=(), awnings=(), balconies=())


def flanks(builder: MeshBuilder, kind: HouseKind) -> None:
    """Add the plain wall on both flanks of the bays of a side."""
    inner, outer, low = side_kind(kind).width_m / 2, DEPTH_M / 2, -_FOUNDATION_M
    for start, end in ((-outer, -inner), (inner, outer)):
        plain(builder, kind, [upright(0.0, start, end, low, kind.eaves_m)])
