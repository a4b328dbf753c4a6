"""Posters at bus shelters and on columns: a sheet of four, with words that one can read."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.world.lettering import Color, Picture, write
from cityloop.world.meshing import MeshBuilder
from cityloop.world.props_materials import POSTER_SHEET, POSTERS_TEXTURE
from cityloop.world.scene import TEXTURE_SIZE, Texture

POSTERS = 4  # two rows of two
_HALF = TEXTURE_SIZE // 2
_SMOOTH = 60  # alpha: printed paper behind a pane, which a lamp shines through at night
_INK, _PAPER = (34, 32, 36), (240, 234, 220)


def posters_texture() -> Texture:
    """Return the sheet of posters."""
    rgba = np.empty((TEXTURE_SIZE, TEXTURE_SIZE, 4), dtype=np.uint8)
    makers = (_concert, _lemonade, _museum, _holiday)
    for n, make in enumerate(makers):
        picture = np.full((_HALF, _HALF, 4), 255, dtype=np.uint8)
        make(picture)
        picture[..., 3] = _SMOOTH
        row, column = divmod(n, 2)
        rgba[row * _HALF : (row + 1) * _HALF, column * _HALF : (column + 1) * _HALF] = picture
    return Texture(POSTERS_TEXTURE, rgba)


def add_poster(builder: MeshBuilder, corners: NDArray[np.float64], number: int) -> None:
    """Add a poster over Q quads (Q, 4, 3) side by side, each from its lower left corner."""
    row, column = divmod(number % POSTERS, 2)
    edge = column / 2 + np.linspace(0.0, 0.5, len(corners) + 1)
    low, high = (row + 1) / 2, row / 2
    uvs = np.array([[[a, low], [b, low], [b, high], [a, high]] for a, b in pairwise(edge)])
    builder.quads(corners, POSTER_SHEET, uvs=uvs)


def _say(picture: Picture, text: str, y: int, high: int, ink: Color, margin: int = 24) -> None:
    write(picture, text, (margin, y, _HALF - 2 * margin, high), ink, capitals=True)


def _concert(picture: Picture) -> None:
    picture[..., :3] = (120, 28, 34)
    for radius in range(92, 20, -18):
        shade = (226, 168 - radius, 52) if radius // 18 % 2 else (74, 18, 34)
        cv2.circle(picture, (128, 112), radius, (*shade, 255), -1, cv2.LINE_AA)
    _say(picture, "JAZZ NIGHT", 196, 26, _PAPER)
    _say(picture, "CITY HALL 20:00", 232, 12, (226, 168, 52), 50)


def _lemonade(picture: Picture) -> None:
    picture[..., :3] = (246, 206, 60)
    cv2.rectangle(picture, (92, 74), (164, 190), (236, 244, 232, 255), -1)
    cv2.rectangle(picture, (98, 104), (158, 186), (250, 232, 120, 255), -1)
    for x, y in ((70, 180), (190, 172), (206, 128)):
        cv2.circle(picture, (x, y), 26, (232, 170, 30, 255), -1, cv2.LINE_AA)
        cv2.circle(picture, (x, y), 19, (252, 226, 96, 255), -1, cv2.LINE_AA)
    cv2.line(picture, (134, 120), (160, 44), (206, 52, 48, 255), 7, cv2.LINE_AA)
    _say(picture, "LEMONADE", 20, 28, (30, 96, 60))
    _say(picture, "COLD & FRESH", 218, 18, (30, 96, 60), 50)


def _museum(picture: Picture) -> None:
    picture[..., :3] = _PAPER
    for i, color in enumerate(((46, 88, 150), (206, 72, 54), (232, 178, 60), (44, 44, 48))):
        x, y = 30 + 52 * i, 60 + 22 * (i % 3)
        cv2.rectangle(picture, (x, y), (x + 44, y + 96), (*color, 255), -1)
    _say(picture, "MUSEUM", 20, 26, _INK, 60)
    _say(picture, "OPEN TUESDAY TO SUNDAY", 222, 13, _INK)


def _holiday(picture: Picture) -> None:
    down = np.linspace(0.0, 1.0, _HALF)[:, None, None]
    picture[..., :3] = ((1 - down) * [66, 142, 206] + down * [190, 224, 236]).astype(np.uint8)
    cv2.circle(picture, (196, 58), 26, (252, 236, 150, 255), -1, cv2.LINE_AA)
    for peak, wide, shade in ((92, 110, 96), (170, 90, 122)):
        corners = np.array([[peak - wide, 176], [peak, 78], [peak + wide, 176]])
        cv2.fillPoly(picture, [corners], (shade - 40, shade, shade - 20, 255), cv2.LINE_AA)
    cv2.rectangle(picture, (0, 176), (_HALF, _HALF), (38, 92, 120, 255), -1)
    _say(picture, "TO THE LAKES", 192, 24, _PAPER)
    _say(picture, "BY TRAIN FROM 19.-", 228, 13, _PAPER, 50)
