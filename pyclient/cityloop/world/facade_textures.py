"""Facade sheets: bays of wall with windows, shops and doors, four cells a texture.

A sheet is 2 x 2 cells of 256 texels. A cell is a bay of a storey, `BAY_M` wide, with an opening
whose place in the cell `Opening` gives, so that a near building can cut it out of the wall and set
it back, and a far one shows the same picture flat.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cityloop.world.scene import TEXTURE_SIZE, Texture
from cityloop.world.streams import stream
from cityloop.world.textures import brick_albedo, encode, noise, plaster_albedo

Array = NDArray[np.float64]
Cell = tuple[int, int]  # column and row of a sheet, row 0 at the bottom
Color = tuple[float, float, float]  # linear albedo

BAY_M = 3.0
_CELL = TEXTURE_SIZE // 2


@dataclass(frozen=True)
class Opening:
    """A hole in the wall of a cell, in shares of its width and height from the lower left."""

    left: float
    right: float
    bottom: float
    top: float


WINDOW = Opening(0.28, 0.72, 0.26, 0.82)
TALL_WINDOW = Opening(0.26, 0.74, 0.08, 0.84)
SHOP = Opening(0.07, 0.93, 0.12, 0.78)
DOOR = Opening(0.32, 0.70, 0.0, 0.74)

_FRAME, _MULLION = (0.022, 0.022), 0.012  # of a window; half the width of what divides it
_SHOP_FRAME, _SHOP_BAR = (0.018, 0.02), 0.005

# The four cells of each sheet, (column, row) with row 0 at the bottom.
STOREY_CELLS = {(0, 0): WINDOW, (1, 0): WINDOW, (0, 1): WINDOW, (1, 1): WINDOW}
FRENCH_CELLS = dict.fromkeys(STOREY_CELLS, TALL_WINDOW)
GROUND_CELLS = {(0, 0): SHOP, (1, 0): SHOP, (0, 1): DOOR, (1, 1): WINDOW}

_GLASS_ALPHA, _FRAME_ALPHA = 12.0, 215.0


@dataclass
class _Canvas:
    """A sheet in the making: linear albedo and smoothness; `mirrored` is what glass shows."""

    albedo: Array
    alpha: Array
    mirrored: Array

    def box(self, cell: Cell, part: Opening) -> tuple[slice, slice]:
        """Return the texels of a part of a cell (row 0 of a texture is its upper edge)."""
        x0 = cell[0] * _CELL
        y1 = TEXTURE_SIZE - cell[1] * _CELL
        rows = slice(round(y1 - part.top * _CELL), round(y1 - part.bottom * _CELL))
        columns = slice(round(x0 + part.left * _CELL), round(x0 + part.right * _CELL))
        return rows, columns

    def fill(
        self,
        where: tuple[slice, slice],
        color: tuple[float, float, float],
        alpha: float = 255.0,
        strength: float = 1.0,
    ) -> None:
        self.albedo[where] = (1 - strength) * self.albedo[where] + strength * np.array(color)
        self.alpha[where] = alpha


def facade_textures(seed: int) -> list[Texture]:
    """Return the sheets "storey_<wall>" and "ground_<wall>" for each wall, "french_plaster" too."""
    sheets = []
    for wall in ("plaster", "brick"):
        rng = stream(seed, f"texture/storey_{wall}")
        sheets.append(_sheet(rng, f"storey_{wall}", wall, STOREY_CELLS))
        rng = stream(seed, f"texture/ground_{wall}")
        sheets.append(_sheet(rng, f"ground_{wall}", wall, GROUND_CELLS))
    rng = stream(seed, "texture/french_plaster")
    sheets.append(_sheet(rng, "french_plaster", "plaster", FRENCH_CELLS))
    return sheets


def _sheet(rng: np.random.Generator, name: str, wall: str, cells: dict[Cell, Opening]) -> Texture:
    albedo = plaster_albedo(rng) if wall == "plaster" else brick_albedo(rng, 25, 76)
    shape = (TEXTURE_SIZE, TEXTURE_SIZE)
    canvas = _Canvas(albedo, np.full(shape, 255.0), 1.0 + 0.15 * noise(rng, 1.8, 1.0))
    for cell, opening in cells.items():
        if opening is SHOP:
            _shop(rng, canvas, cell)
        elif opening is DOOR:
            _door(rng, canvas, cell)
        else:
            _window(rng, canvas, cell, opening)
    return encode(name, canvas.albedo, canvas.alpha)


def _inset(part: Opening, x: float, y: float) -> Opening:
    return Opening(part.left + x, part.right - x, part.bottom + y, part.top - y)


def panes(opening: Opening) -> tuple[Opening, Opening]:
    """Return the panes of a window or a shop window, left and right of the bar between them."""
    frame, bar = (_SHOP_FRAME, _SHOP_BAR) if opening is SHOP else (_FRAME, _MULLION)
    glass = _inset(opening, *frame)
    middle = (opening.left + opening.right) / 2
    return replace(glass, right=middle - bar), replace(glass, left=middle + bar)


def _glass(canvas: _Canvas, where: tuple[slice, slice]) -> None:
    """Fill with panes: a dark room, lighter towards the top where the sky would mirror."""
    rows = where[0].stop - where[0].start
    fade = np.linspace(1.35, 0.65, rows)[:, None, None]
    cloud = canvas.mirrored[where][..., None]
    canvas.albedo[where] = np.array([0.062, 0.070, 0.080]) * fade * cloud
    canvas.alpha[where] = _GLASS_ALPHA


def _window(rng: np.random.Generator, canvas: _Canvas, cell: Cell, opening: Opening) -> None:
    frame = float(rng.choice([0.62, 0.70, 0.32]))
    color = (frame, frame, 0.97 * frame)
    canvas.fill(canvas.box(cell, opening), color, _FRAME_ALPHA)
    pane = _inset(opening, *_FRAME)
    _glass(canvas, canvas.box(cell, pane))
    _curtain(rng, canvas, cell, pane)
    middle = (opening.left + opening.right) / 2
    mullion = Opening(middle - _MULLION, middle + _MULLION, opening.bottom, opening.top)
    canvas.fill(canvas.box(cell, mullion), color, _FRAME_ALPHA)
    if rng.random() < 0.6:
        y = opening.bottom + 0.68 * (opening.top - opening.bottom)
        transom = Opening(opening.left, opening.right, y - 0.01, y + 0.01)
        canvas.fill(canvas.box(cell, transom), color, _FRAME_ALPHA)


def _curtain(rng: np.random.Generator, canvas: _Canvas, cell: Cell, p: Opening) -> None:
    """Hang curtains at the sides or a half-drawn blind behind the panes."""
    kind = rng.integers(0, 3)
    light = (0.34, 0.32, 0.29)
    if kind == 0:
        width = (p.right - p.left) * rng.uniform(0.16, 0.3)
        for side in (
            Opening(p.left, p.left + width, p.bottom, p.top),
            Opening(p.right - width, p.right, p.bottom, p.top),
        ):
            canvas.fill(canvas.box(cell, side), light, 40.0, 0.7)
    elif kind == 1:
        drop = p.top - (p.top - p.bottom) * rng.uniform(0.25, 0.6)
        canvas.fill(canvas.box(cell, Opening(p.left, p.right, drop, p.top)), light, 60.0, 0.8)


def _shop(rng: np.random.Generator, canvas: _Canvas, cell: Cell) -> None:
    """Paint a shop window: a lit room with shelves or a curtain behind it, goods before, bills.

    The rougher a part is, the less of the light behind the panes it lets out at night.
    """
    canvas.fill(canvas.box(cell, Opening(0.0, 1.0, 0.0, SHOP.bottom)), (0.10, 0.10, 0.105))
    dark = (0.05, 0.05, 0.055)
    canvas.fill(canvas.box(cell, SHOP), dark, _FRAME_ALPHA)
    pane = _inset(SHOP, *_SHOP_FRAME)
    if cell[0] == 0:
        _shelves(rng, canvas, cell, pane)
    else:
        _lounge(rng, canvas, cell, pane)
    canvas.albedo[canvas.box(cell, pane)] *= canvas.mirrored[canvas.box(cell, pane)][..., None]
    bar = Opening(0.5 - _SHOP_BAR, 0.5 + _SHOP_BAR, SHOP.bottom, SHOP.top)
    canvas.fill(canvas.box(cell, bar), dark, _FRAME_ALPHA)


def _goods(rng: np.random.Generator, least: float, most: float) -> Color:
    """Return the colour of a thing for sale: no channel beyond two bounds."""
    share = 0.5 * rng.dirichlet((0.9, 0.9, 0.9)) + 0.5 * rng.random()
    color = least + (most - least) * share
    return float(color[0]), float(color[1]), float(color[2])


def _shelves(rng: np.random.Generator, canvas: _Canvas, cell: Cell, pane: Opening) -> None:
    """Show a room with three shelves on its back wall, lamps, and a table with goods before it."""
    canvas.fill(canvas.box(cell, pane), (0.15, 0.135, 0.115), 90.0)
    ceiling = replace(pane, bottom=pane.top - 0.09)
    canvas.fill(canvas.box(cell, ceiling), (0.24, 0.235, 0.22), 14.0)
    for x in np.linspace(pane.left + 0.10, pane.right - 0.10, 5):
        lamp = Opening(x - 0.018, x + 0.018, pane.top - 0.055, pane.top - 0.035)
        canvas.fill(canvas.box(cell, lamp), (0.95, 0.9, 0.78), 0.0)
    for z in (0.34, 0.46, 0.58):
        board = Opening(pane.left + 0.05, pane.right - 0.05, z - 0.012, z)
        canvas.fill(canvas.box(cell, board), (0.22, 0.16, 0.10), 170.0)
        x = board.left + 0.01
        while x < board.right - 0.05:
            wide, high = rng.uniform(0.016, 0.045), rng.uniform(0.03, 0.075)
            thing = Opening(x, x + wide, z, z + high)
            canvas.fill(canvas.box(cell, thing), _goods(rng, 0.05, 0.55), 150.0)
            x += wide + rng.uniform(0.004, 0.02)
    table = replace(pane, top=pane.bottom + 0.07)
    canvas.fill(canvas.box(cell, table), (0.30, 0.27, 0.23), 110.0)
    x = pane.left + 0.03
    while x < pane.right - 0.12:
        wide, high = rng.uniform(0.05, 0.10), rng.uniform(0.06, 0.16)
        thing = Opening(x, x + wide, table.top, table.top + high)
        color = _goods(rng, 0.08, 0.75)
        canvas.fill(canvas.box(cell, thing), color, 170.0)
        lid = replace(thing, bottom=thing.top - 0.025)
        canvas.fill(canvas.box(cell, lid), (0.5 * color[0], 0.5 * color[1], 0.5 * color[2]), 190.0)
        x += wide + rng.uniform(0.015, 0.05)
    _bill(rng, canvas, cell, (pane.right - 0.17, 0.50))


def _lounge(rng: np.random.Generator, canvas: _Canvas, cell: Cell, pane: Opening) -> None:
    """Show a light curtain with pictures and hanging lamps before it, and plants on a sill."""
    canvas.fill(canvas.box(cell, pane), (0.26, 0.25, 0.23), 70.0)
    rows, columns = canvas.box(cell, pane)
    fold = 1.0 + 0.10 * np.sin(np.arange(columns.stop - columns.start) * 0.55)
    canvas.albedo[rows, columns] *= fold[None, :, None]
    ceiling = replace(pane, bottom=pane.top - 0.07)
    canvas.fill(canvas.box(cell, ceiling), (0.12, 0.115, 0.11), 130.0)
    sill = replace(pane, top=pane.bottom + 0.05)
    canvas.fill(canvas.box(cell, sill), (0.20, 0.16, 0.12), 150.0)
    for x in (pane.left + 0.14, 0.5 + 0.17, pane.right - 0.12):
        cord = Opening(x - 0.003, x + 0.003, 0.62, ceiling.bottom)
        canvas.fill(canvas.box(cell, cord), (0.06, 0.06, 0.06), 190.0)
        shade = Opening(x - 0.035, x + 0.035, 0.585, 0.62)
        canvas.fill(canvas.box(cell, shade), (0.75, 0.52, 0.24), 10.0)
        frame = Opening(x - 0.05, x + 0.05, 0.38, 0.50)
        canvas.fill(canvas.box(cell, frame), (0.10, 0.08, 0.06), 190.0)
        canvas.fill(canvas.box(cell, _inset(frame, 0.008, 0.010)), _goods(rng, 0.06, 0.5), 140.0)
    for x in rng.uniform(pane.left + 0.04, pane.right - 0.08, 4):
        pot = Opening(x - 0.025, x + 0.025, sill.top, sill.top + 0.04)
        canvas.fill(canvas.box(cell, pot), (0.24, 0.13, 0.09), 170.0)
        leaves = Opening(x - 0.04, x + 0.04, pot.top, pot.top + float(rng.uniform(0.04, 0.10)))
        canvas.fill(canvas.box(cell, leaves), (0.06, 0.12, 0.05), 190.0)
    _bill(rng, canvas, cell, (0.52, 0.40))


def _bill(
    rng: np.random.Generator, canvas: _Canvas, cell: Cell, place: tuple[float, float]
) -> None:
    """Stick a bill on the inside of a pane: a coloured head over lines of print."""
    x, z = place
    sheet = Opening(x, x + 0.10, z, z + 0.14)
    canvas.fill(canvas.box(cell, sheet), (0.62, 0.61, 0.58), 120.0)
    head = replace(sheet, bottom=z + 0.095)
    canvas.fill(canvas.box(cell, head), _goods(rng, 0.04, 0.7), 120.0)
    for low in (0.02, 0.045, 0.07):
        line = Opening(x + 0.015, x + rng.uniform(0.06, 0.085), z + low, z + low + 0.009)
        canvas.fill(canvas.box(cell, line), (0.2, 0.2, 0.2), 120.0)


def _door(rng: np.random.Generator, canvas: _Canvas, cell: Cell) -> None:
    wood = ((0.09, 0.045, 0.022), (0.03, 0.06, 0.045), (0.05, 0.05, 0.055))[rng.integers(0, 3)]
    canvas.fill(canvas.box(cell, DOOR), tuple(0.6 * c for c in wood), 200.0)  # type: ignore[arg-type]
    leaf = Opening(DOOR.left + 0.02, DOOR.right - 0.02, 0.005, 0.60)
    canvas.fill(canvas.box(cell, leaf), wood, 190.0)
    light = Opening(DOOR.left + 0.02, DOOR.right - 0.02, 0.62, DOOR.top - 0.02)
    _glass(canvas, canvas.box(cell, light))
    for low, high in ((0.06, 0.26), (0.32, 0.54)):
        panel = Opening(DOOR.left + 0.06, DOOR.right - 0.06, low, high)
        canvas.fill(canvas.box(cell, panel), tuple(1.35 * c for c in wood), 190.0)  # type: ignore[arg-type]
    handle = Opening(DOOR.right - 0.055, DOOR.right - 0.04, 0.27, 0.33)
    canvas.fill(canvas.box(cell, handle), (0.4, 0.38, 0.33), 90.0)
