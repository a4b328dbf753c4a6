"""Words on vehicles: block letters of straight strokes, laid on a surface."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cityloop.world.meshing import MeshBuilder

Array = NDArray[np.float64]

# Strokes of each letter in a cell 4 wide and 6 high: (x0, y0, x1, y1) of axis-parallel bars.
_STROKES: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "P": ((0, 0, 1, 6), (1, 5, 4, 6), (1, 2.5, 4, 3.5), (3, 3.5, 4, 5)),
    "O": ((0, 0, 1, 6), (3, 0, 4, 6), (1, 0, 3, 1), (1, 5, 3, 6)),
    "L": ((0, 0, 1, 6), (1, 0, 4, 1)),
    "I": ((1.5, 0, 2.5, 6),),
    "C": ((0, 0, 1, 6), (1, 0, 4, 1), (1, 5, 4, 6)),
    "E": ((0, 0, 1, 6), (1, 0, 4, 1), (1, 5, 4, 6), (1, 2.5, 3.5, 3.5)),
}
_CELL_WIDTH, _CELL_HEIGHT, _ADVANCE = 4.0, 6.0, 5.0


def strokes(word: str, height_m: float) -> Array:
    """Return the (N, 4, 2) corners of a word's bars about its middle: right, up; m.

    Counter-clockwise for a reader.
    """
    scale = height_m / _CELL_HEIGHT
    width = _ADVANCE * (len(word) - 1) + _CELL_WIDTH
    quads = []
    for place, letter in enumerate(word):
        for x0, y0, x1, y1 in _STROKES[letter]:
            bar = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
            quads.append((bar + [_ADVANCE * place - width / 2, -_CELL_HEIGHT / 2]) * scale)
    return np.array(quads)


def lettering(
    builder: MeshBuilder,
    word: str,
    height_m: float,
    surface: Callable[[float, float], tuple[float, float, float]],
    material: str,
) -> None:
    """Write a word on a surface, which says where a point right of and above the middle is, m."""
    bars = strokes(word, height_m).reshape(-1, 2)
    points = np.array([surface(float(right), float(up)) for right, up in bars])
    builder.quads(points.reshape(-1, 4, 3), material)
