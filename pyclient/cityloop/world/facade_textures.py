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
            _shop(canvas, cell)
        elif opening is DOOR:
            _door(rng, canvas, cell)
        else:
            _window(rng, canvas, cell, opening)
    return encode(name, canvas.albedo, canvas.alpha)


def _inset(part: Opening, x: float, y: float) -> Opening:
    return Opening(part.left + x, part.right - x, part.bottom + y, part.top - y)


def glass_of(opening: Opening) -> Opening:
    """Return the glass of a window or a shop window, with the bar in its middle."""
    return _inset(opening, *(_SHOP_FRAME if opening is SHOP else _FRAME))


def panes(opening: Opening) -> tuple[Opening, Opening]:
    """Return the panes of a window or a shop window, left and right of the bar between them."""
    glass, bar = glass_of(opening), _SHOP_BAR if opening is SHOP else _MULLION
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
    pane = glass_of(opening)
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


def _shop(canvas: _Canvas, cell: Cell) -> None:
    """Paint the plinth and the frame of a shop window; `shop_windows` has what is in it."""
    canvas.fill(canvas.box(cell, Opening(0.0, 1.0, 0.0, SHOP.bottom)), (0.10, 0.10, 0.105))
    canvas.fill(canvas.box(cell, SHOP), (0.05, 0.05, 0.055), _FRAME_ALPHA)


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
