"""Rooms behind windows that can be lit: 16 pictures with lamps, curtains and furniture.

They are bright, for the light of a room shines through them; by day a dark base colour leaves
of them what one sees in a room from outside. Alpha is smoothness, as in `textures`.
"""

import cv2
import numpy as np

from cityloop.world.lettering import Color, Picture
from cityloop.world.scene import TEXTURE_SIZE, Texture
from cityloop.world.streams import stream

ROOMS = "rooms"
ROOMS_A_SIDE = 4

_SIZE = 256  # of a picture while it is drawn
_ROOM, _CLOTH = 12, 60  # alpha
_WALLS: tuple[Color, ...] = (
    (232, 224, 206), (226, 210, 178), (206, 214, 206), (214, 206, 214), (198, 210, 222),
    (236, 230, 222), (220, 190, 160),
)  # fmt: skip
_CLOTHS: tuple[Color, ...] = (
    (236, 228, 212), (204, 178, 142), (172, 118, 100), (150, 160, 132), (132, 150, 176),
    (222, 206, 184),
)  # fmt: skip
_WOOD, _DARK = (124, 86, 56), (70, 62, 58)

_Rng = np.random.Generator


def rooms_texture(seed: int) -> Texture:
    """Return the texture `ROOMS`, `ROOMS_A_SIDE` pictures wide and high, for `seed`."""
    cell = TEXTURE_SIZE // ROOMS_A_SIDE
    rgba = np.empty((TEXTURE_SIZE, TEXTURE_SIZE, 4), dtype=np.uint8)
    for n in range(ROOMS_A_SIDE**2):
        row, column = divmod(n, ROOMS_A_SIDE)
        picture = _room(stream(seed, f"texture/room/{n}"), n)
        rgba[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell] = cv2.resize(
            picture, (cell, cell), interpolation=cv2.INTER_AREA
        )
    return Texture(ROOMS, rgba)


def _room(rng: _Rng, number: int) -> Picture:
    wall = np.array(_WALLS[int(rng.integers(len(_WALLS)))], dtype=np.float64)
    y, x = np.mgrid[0:_SIZE, 0:_SIZE] / _SIZE
    lamp = rng.uniform(0.3, 0.7), rng.uniform(0.05, 0.3)
    light = 0.62 + 0.5 * np.exp(-3.2 * ((x - lamp[0]) ** 2 + (y - lamp[1]) ** 2) / 0.35)
    light *= 1.0 - 0.25 * y
    light[y < 0.10] *= 1.08  # the ceiling
    picture = np.empty((_SIZE, _SIZE, 4), dtype=np.uint8)
    picture[..., :3] = np.clip(light[..., None] * wall, 0, 255).astype(np.uint8)
    picture[..., 3] = _ROOM
    _furniture(rng, picture)
    at = (round(lamp[0] * _SIZE), round(lamp[1] * _SIZE))
    if rng.random() < 0.6:
        cv2.line(picture, (at[0], 0), at, (*_DARK, _ROOM), 3)
        cv2.ellipse(picture, at, (26, 15), 0.0, 0.0, 360.0, (255, 248, 226, 0), -1)
    (_drapes, _sheer, _blind, _slats, _plants)[number % 5](rng, picture)
    return picture


def _box(
    picture: Picture, x: float, y: float, w: float, h: float, color: Color, alpha: int
) -> None:
    a, b = (round(x), round(y)), (round(x + w) - 1, round(y + h) - 1)
    cv2.rectangle(picture, a, b, (*color, alpha), -1)


def _dim(color: Color, share: float) -> Color:
    r, g, b = (min(255, round(c * share)) for c in color)
    return r, g, b


def _furniture(rng: _Rng, picture: Picture) -> None:
    """Put a cupboard, pictures on the wall or a row of books into a room."""
    kind = int(rng.integers(3))
    left = float(rng.uniform(20, 120))
    if kind == 0:
        _box(picture, left, 110, 84, 146, _dim(_WOOD, rng.uniform(0.7, 1.2)), _ROOM)
        _box(picture, left + 40, 118, 4, 130, _dim(_WOOD, 0.6), _ROOM)
    elif kind == 1:
        for i in range(2):
            color = _CLOTHS[int(rng.integers(len(_CLOTHS)))]
            _box(picture, left + 62 * i, 84, 48, 62, _DARK, _ROOM)
            _box(picture, left + 62 * i + 5, 89, 38, 52, color, _ROOM)
    else:
        for y in (120, 168):
            _box(picture, left, y, 110, 5, _WOOD, _ROOM)
            x = left
            while x < left + 100:
                wide = float(rng.uniform(5, 11))
                color = _dim(_CLOTHS[int(rng.integers(len(_CLOTHS)))], rng.uniform(0.4, 0.9))
                _box(picture, x, y - 34, wide, 34, color, _ROOM)
                x += wide + 1
    _box(picture, 0, 216, _SIZE, 40, _dim(_DARK, rng.uniform(0.9, 1.6)), _ROOM)


def _folds(picture: Picture, x: float, w: float, color: Color, share: float, waves: float) -> None:
    """Hang cloth from top to bottom that hides a share of what is behind it."""
    columns = slice(round(x), round(x + w))
    along = np.linspace(0, waves * 2 * np.pi, columns.stop - columns.start)
    cloth = (0.9 + 0.12 * np.sin(along))[None, :, None] * np.array(color)
    mixed = (1 - share) * picture[:, columns, :3] + share * cloth
    picture[:, columns, :3] = np.clip(mixed, 0, 255).astype(np.uint8)
    picture[:, columns, 3] = _CLOTH


def _drapes(rng: _Rng, picture: Picture) -> None:
    color = _CLOTHS[int(rng.integers(len(_CLOTHS)))]
    for side in range(2):
        wide = float(rng.uniform(36, 76))
        _folds(picture, (_SIZE - wide) * side, wide, color, 0.9, 3.5)


def _sheer(rng: _Rng, picture: Picture) -> None:
    _folds(picture, 0, _SIZE, (246, 240, 228), float(rng.uniform(0.55, 0.75)), 12.0)


def _blind(rng: _Rng, picture: Picture) -> None:
    low = float(rng.uniform(60, 170))
    _box(picture, 0, 0, _SIZE, low, _CLOTHS[int(rng.integers(len(_CLOTHS)))], _CLOTH)
    _box(picture, 0, low, _SIZE, 6, _DARK, _CLOTH)


def _slats(rng: _Rng, picture: Picture) -> None:
    for y in range(0, round(float(rng.uniform(150, _SIZE))), 12):
        _box(picture, 0, y, _SIZE, 6, (214, 208, 196), _CLOTH)


def _plants(rng: _Rng, picture: Picture) -> None:
    for x in rng.uniform(30, 226, 3):
        _box(picture, x - 13, 224, 26, 32, (150, 84, 58), _CLOTH)
        for _ in range(14):
            tip = (round(x + rng.uniform(-30, 30)), round(222 - rng.uniform(10, 74)))
            cv2.line(picture, (round(x), 224), tip, (58, 92, 50, _CLOTH), 5)
