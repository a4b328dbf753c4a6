"""What traffic signs show: shapes and pictures in the manner of the Vienna Convention of 1968.

A sign's picture fills a square cell of a texture; coordinates in a picture run from -0.5 to 0.5 of
the sign's width, x to the right and y up.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.world.lettering import Color, Picture, write
from cityloop.world.scene import TEXTURE_SIZE, Texture

Outline = NDArray[np.float64]

SPEEDS_KMH = (30, 50, 10, 20, 40, 60, 70, 80, 90, 100, 110, 120, 130, 5)
SIGN_CELLS = 4  # along a side of a texture
_CELL = TEXTURE_SIZE // SIGN_CELLS
_DRAWN = 2 * _CELL  # a picture is drawn this large and shrunk
_SHIFT = 6  # bits of a fraction of a texel in OpenCV's drawings

_RED: Color = (188, 22, 28)
_BLUE: Color = (16, 78, 158)
_WHITE: Color = (236, 236, 232)
_BLACK: Color = (22, 22, 22)
_YELLOW: Color = (244, 196, 20)
_GREEN: Color = (16, 112, 62)

_WALKER = np.array(
    [(-0.05, 0.16), (-0.15, -0.01), (-0.11, -0.04), (-0.04, 0.05), (-0.05, -0.07), (-0.16, -0.24),
     (-0.09, -0.26), (0.0, -0.10), (0.09, -0.26), (0.16, -0.23), (0.05, -0.05), (0.04, 0.05),
     (0.12, -0.02), (0.15, 0.02), (0.06, 0.16)]
)  # fmt: skip


class _Picture:
    """A cell in the making."""

    def __init__(self, ground: Color) -> None:
        self.texels: Picture = np.empty((_DRAWN, _DRAWN, 3), dtype=np.uint8)
        self.texels[...] = ground

    def polygon(self, outline: Sequence[tuple[float, float]] | Outline, color: Color) -> None:
        points = (np.asarray(outline) * (1, -1) + 0.5) * _DRAWN * 2**_SHIFT
        cv2.fillPoly(self.texels, [np.rint(points).astype(np.int32)], color, cv2.LINE_AA, _SHIFT)

    def disc(self, radius: float, color: Color, center: tuple[float, float] = (0.0, 0.0)) -> None:
        angle = np.linspace(0, 2 * math.pi, 48, endpoint=False)
        ring = radius * np.column_stack([np.cos(angle), np.sin(angle)])
        self.polygon(ring + center, color)

    def bar(self, a: tuple[float, float], b: tuple[float, float], wide: float, c: Color) -> None:
        start, end = np.array(a), np.array(b)
        way = (end - start) / np.linalg.norm(end - start)
        aside = 0.5 * wide * np.array([-way[1], way[0]])
        self.polygon(np.array([start + aside, start - aside, end - aside, end + aside]), c)

    def arrow(self, a: tuple[float, float], b: tuple[float, float], wide: float, c: Color) -> None:
        start, end = np.array(a), np.array(b)
        way = (end - start) / np.linalg.norm(end - start)
        aside = np.array([-way[1], way[0]])
        neck = end - 1.7 * wide * way
        self.bar(a, (float(neck[0]), float(neck[1])), wide, c)
        self.polygon(np.array([neck + 1.5 * wide * aside, neck - 1.5 * wide * aside, end]), c)

    def words(self, text: str, high: float, wide: float, color: Color, y: float = 0.0) -> None:
        tall, across = round(high * _DRAWN), round(wide * _DRAWN)
        box = ((_DRAWN - across) // 2, round((0.5 - y) * _DRAWN - 0.5 * tall), across, tall)
        write(self.texels, text, box, color, capitals=True)

    def walker(self, scale: float, y: float, color: Color) -> None:
        self.polygon(_WALKER * scale + (0.0, y), color)
        self.disc(0.055 * scale, color, (0.0, y + 0.24 * scale))


def _regular(count: int, radius: float, turn: float) -> Outline:
    angle = 2 * math.pi * np.arange(count) / count + turn
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])


def rounded(corners: Outline, radius: float, steps: int) -> Outline:
    """Return a convex outline with its corners rounded by arcs of `steps` steps; 0 keeps them."""
    if steps < 1:
        return corners
    points = []
    for n, corner in enumerate(corners):
        before = corners[n - 1] - corner
        after = corners[(n + 1) % len(corners)] - corner
        a, b = before / np.linalg.norm(before), after / np.linalg.norm(after)
        half = 0.5 * math.acos(float(np.clip(a @ b, -1.0, 1.0)))
        middle = corner + radius / math.sin(half) * (a + b) / np.linalg.norm(a + b)
        first, last = corner + radius / math.tan(half) * a, corner + radius / math.tan(half) * b
        start = math.atan2(*(first - middle)[::-1])
        turn = math.remainder(math.atan2(*(last - middle)[::-1]) - start, math.tau)
        for k in range(steps + 1):
            angle = start + turn * k / steps
            points.append(middle + radius * np.array([math.cos(angle), math.sin(angle)]))
    return np.array(points)


def _square(half: float) -> Outline:
    return half * np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])


_UP = np.array([(-0.5, -0.43), (0.5, -0.43), (0.0, 0.44)])
_SHAPES: dict[str, Outline] = {
    "octagon": _regular(8, 0.5 / math.cos(math.pi / 8), math.pi / 8),
    "yield": -_UP,
    "warning": _UP,
    "diamond": _regular(4, 0.5, math.pi / 2),
    "square": _square(0.5),
}


def outline(shape: str, level: int) -> Outline:
    """Return the counter-clockwise outline (N, 2) of a shape at a level of detail, 0 finest."""
    if shape == "circle":
        return _regular((24, 14, 8)[level], 0.5, math.pi / 2)
    return rounded(_SHAPES[shape], 0.045, (2, 1, 0)[level])


@dataclass(frozen=True)
class SignFace:
    """A kind of sign: its shape (see `outline`), its width, m, and what draws it."""

    shape: str
    width_m: float
    draw: Callable[[], _Picture]


def _stop() -> _Picture:
    p = _Picture(_WHITE)
    p.polygon(_SHAPES["octagon"] * 0.93, _RED)
    p.words("STOP", 0.27, 0.80, _WHITE)
    return p


def _triangle(up: bool) -> _Picture:
    p = _Picture(_RED)
    inner = _UP * 0.70 - (0.0, 0.035)
    p.polygon(inner if up else -inner, _WHITE)
    return p


def _exclamation() -> _Picture:
    p = _triangle(up=True)
    p.polygon([(-0.05, 0.14), (0.05, 0.14), (0.025, -0.14), (-0.025, -0.14)], _BLACK)
    p.disc(0.045, _BLACK, (0.0, -0.22))
    return p


def _signals_ahead() -> _Picture:
    p = _triangle(up=True)
    for y, color in ((0.06, _RED), (-0.09, _YELLOW), (-0.24, _GREEN)):
        p.disc(0.065, color, (0.0, y))
    return p


def _children() -> _Picture:
    p = _triangle(up=True)
    p.walker(0.72, -0.12, _BLACK)
    return p


def _crossroads() -> _Picture:
    p = _triangle(up=True)
    p.arrow((0.0, -0.27), (0.0, 0.17), 0.085, _BLACK)
    p.bar((-0.15, -0.11), (0.15, -0.11), 0.045, _BLACK)
    return p


def _priority() -> _Picture:
    p = _Picture(_WHITE)
    p.polygon(_SHAPES["diamond"] * 0.72, _YELLOW)
    return p


def _end_of_priority() -> _Picture:
    p = _priority()
    for shift in (-0.10, -0.035, 0.035, 0.10):
        p.bar((-0.30 + shift, -0.30 - shift), (0.30 + shift, 0.30 - shift), 0.03, _BLACK)
    return p


def _ring() -> _Picture:
    p = _Picture(_RED)
    p.disc(0.375, _WHITE)
    return p


def _speed(kmh: int) -> _Picture:
    p = _ring()
    p.words(str(kmh), 0.36 if kmh < 100 else 0.30, 0.62, _BLACK)
    return p


def _no_entry() -> _Picture:
    p = _Picture(_WHITE)
    p.disc(0.475, _RED)
    p.bar((-0.36, 0.0), (0.36, 0.0), 0.17, _WHITE)
    return p


def _no_overtaking() -> _Picture:
    p = _ring()
    for x, color in ((-0.13, _RED), (0.13, _BLACK)):
        p.polygon([(x - 0.1, -0.1), (x + 0.1, -0.1), (x + 0.1, 0.02), (x - 0.1, 0.02)], color)
        p.polygon([(x - 0.07, 0.0), (x + 0.07, 0.0), (x + 0.05, 0.1), (x - 0.05, 0.1)], color)
    return p


def _no_stopping(bars: int) -> _Picture:
    p = _Picture(_RED)
    p.disc(0.40, _BLUE)
    for sign in (1.0, -1.0)[:bars]:
        p.bar((-0.30, 0.30 * sign), (0.30, -0.30 * sign), 0.10, _RED)
    return p


def _blue() -> _Picture:
    return _Picture(_BLUE)


def _one_way() -> _Picture:
    p = _blue()
    p.arrow((0.0, -0.36), (0.0, 0.38), 0.15, _WHITE)
    return p


def _keep_right() -> _Picture:
    p = _blue()
    p.arrow((-0.22, 0.22), (0.27, -0.27), 0.13, _WHITE)
    return p


def _roundabout() -> _Picture:
    p = _blue()
    for k in range(3):
        turn = math.radians(120.0 * k)
        for a in range(4):
            ends = [turn + math.radians(22.0 * b) for b in (a, a + 1)]
            q, r = ((0.26 * math.cos(e), 0.26 * math.sin(e)) for e in ends)
            (p.arrow if a == 3 else p.bar)(q, r, 0.085 if a < 3 else 0.06, _WHITE)
    return p


def _crossing() -> _Picture:
    p = _blue()
    p.polygon(_UP * 0.86 - (0.0, 0.02), _WHITE)
    p.walker(0.82, -0.13, _BLACK)
    for x in (-0.24, -0.12, 0.0, 0.12, 0.24):
        p.polygon([(x - 0.03, -0.36), (x + 0.02, -0.36), (x + 0.03, -0.32), (x - 0.02, -0.32)],
                  _BLACK)  # fmt: skip
    return p


def _foot_or_cycle(cycle: bool) -> _Picture:
    p = _blue()
    if not cycle:
        p.walker(1.15, -0.02, _WHITE)
        return p
    for x in (-0.19, 0.19):
        p.disc(0.15, _WHITE, (x, -0.10))
        p.disc(0.11, _BLUE, (x, -0.10))
    frame = [(-0.19, -0.10), (-0.09, 0.12), (0.11, 0.12), (0.0, -0.10), (-0.19, -0.10)]
    for a, b in pairwise(frame):
        p.bar(a, b, 0.035, _WHITE)
    p.bar((0.19, -0.10), (0.10, 0.20), 0.035, _WHITE)
    p.bar((-0.16, 0.17), (-0.05, 0.17), 0.04, _WHITE)
    return p


def _bus_stop() -> _Picture:
    p = _Picture(_GREEN)
    p.disc(0.42, _YELLOW)
    p.words("H", 0.50, 0.5, _GREEN)
    return p


def _parking() -> _Picture:
    p = _blue()
    p.words("P", 0.66, 0.7, _WHITE)
    return p


def _dead_end() -> _Picture:
    p = _blue()
    p.bar((0.0, -0.40), (0.0, 0.12), 0.15, _WHITE)
    p.bar((-0.27, 0.21), (0.27, 0.21), 0.19, _RED)
    return p


def _speed_face(kmh: int) -> SignFace:
    return SignFace("circle", 0.6, lambda: _speed(kmh))


SIGN_FACES: dict[str, SignFace] = {
    "stop": SignFace("octagon", 0.75, _stop),
    "yield": SignFace("yield", 0.9, lambda: _triangle(up=False)),
    "priority": SignFace("diamond", 0.84, _priority),
    "no_entry": SignFace("circle", 0.6, _no_entry),
    "one_way": SignFace("square", 0.6, _one_way),
    "crossing": SignFace("square", 0.6, _crossing),
    "bus_stop": SignFace("circle", 0.5, _bus_stop),
    "parking": SignFace("square", 0.6, _parking),
    **{f"speed_{kmh}": _speed_face(kmh) for kmh in SPEEDS_KMH[:2]},
    "keep_right": SignFace("circle", 0.6, _keep_right),
    "roundabout": SignFace("circle", 0.6, _roundabout),
    "warning": SignFace("warning", 0.9, _exclamation),
    "children": SignFace("warning", 0.9, _children),
    "dead_end": SignFace("square", 0.6, _dead_end),
    "no_stopping": SignFace("circle", 0.6, lambda: _no_stopping(2)),
    **{f"speed_{kmh}": _speed_face(kmh) for kmh in SPEEDS_KMH[2:]},
    "signals_ahead": SignFace("warning", 0.9, _signals_ahead),
    "priority_here": SignFace("warning", 0.9, _crossroads),
    "end_of_priority": SignFace("diamond", 0.84, _end_of_priority),
    "no_parking": SignFace("circle", 0.6, lambda: _no_stopping(1)),
    "no_vehicles": SignFace("circle", 0.6, _ring),
    "no_overtaking": SignFace("circle", 0.6, _no_overtaking),
    "cycle_way": SignFace("circle", 0.6, lambda: _foot_or_cycle(True)),
    "foot_way": SignFace("circle", 0.6, lambda: _foot_or_cycle(False)),
}
_PLACE = {name: n for n, name in enumerate(SIGN_FACES)}
_PER_TEXTURE = SIGN_CELLS**2
SIGN_TEXTURES = tuple(f"signs/{k}" for k in range(-(-len(SIGN_FACES) // _PER_TEXTURE)))


def sign_texture_of(name: str) -> str:
    """Return the name of the texture that holds a sign's picture."""
    return SIGN_TEXTURES[_PLACE[name] // _PER_TEXTURE]


def sign_uv(name: str, points: Outline) -> Outline:
    """Return (N, 2) texture coordinates of points (N, 2) of a sign's picture."""
    row, column = divmod(_PLACE[name] % _PER_TEXTURE, SIGN_CELLS)
    # A hair inside the cell, so that the neighbour's picture does not bleed in.
    inside = 0.5 + points * [0.97, -0.97]
    return (inside + [column, row]) / SIGN_CELLS


def sign_texture(texture: str) -> Texture:
    """Return a texture of sixteen signs' pictures, one of `SIGN_TEXTURES`."""
    rgba = np.full((TEXTURE_SIZE, TEXTURE_SIZE, 4), 255, dtype=np.uint8)
    first = SIGN_TEXTURES.index(texture) * _PER_TEXTURE
    for n, face in enumerate(list(SIGN_FACES.values())[first : first + _PER_TEXTURE]):
        row, column = (_CELL * k for k in divmod(n, SIGN_CELLS))
        small = cv2.resize(face.draw().texels, (_CELL, _CELL), interpolation=cv2.INTER_AREA)
        rgba[row : row + _CELL, column : column + _CELL, :3] = small
    return Texture(texture, rgba)
