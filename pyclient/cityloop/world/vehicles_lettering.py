"""Words and numbers on vehicles: block letters of straight strokes, laid on a surface."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cityloop.world.meshing import MeshBuilder

Array = NDArray[np.float64]

# Each letter as 5 x 7 squares, row by row from the top, as on signs of lamps and old screens.
_SQUARES: dict[str, str] = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "B": "11110 10001 10001 11110 10001 10001 11110",
    "C": "01111 10000 10000 10000 10000 10000 01111",
    "D": "11110 10001 10001 10001 10001 10001 11110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "F": "11111 10000 10000 11110 10000 10000 10000",
    "G": "01111 10000 10000 10011 10001 10001 01111",
    "H": "10001 10001 10001 11111 10001 10001 10001",
    "I": "01110 00100 00100 00100 00100 00100 01110",
    "J": "00111 00010 00010 00010 00010 10010 01100",
    "K": "10001 10010 10100 11000 10100 10010 10001",
    "L": "10000 10000 10000 10000 10000 10000 11111",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "N": "10001 11001 10101 10011 10001 10001 10001",
    "O": "01110 10001 10001 10001 10001 10001 01110",
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "Q": "01110 10001 10001 10001 10101 10010 01101",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "U": "10001 10001 10001 10001 10001 10001 01110",
    "V": "10001 10001 10001 10001 01010 01010 00100",
    "W": "10001 10001 10001 10101 10101 11011 10001",
    "X": "10001 10001 01010 00100 01010 10001 10001",
    "Y": "10001 10001 01010 00100 00100 00100 00100",
    "Z": "11111 00001 00010 00100 01000 10000 11111",
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11110 00001 00001 01110 00001 00001 11110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "01110 10000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 00100 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00001 01110",
    "-": "00000 00000 00000 11111 00000 00000 00000",
    "+": "00000 00100 00100 11111 00100 00100 00000",
    " ": "00000 00000 00000 00000 00000 00000 00000",
}
_CELL_WIDTH, _CELL_HEIGHT, _ADVANCE = 5.0, 7.0, 6.0


@cache
def _bars(letter: str) -> tuple[tuple[float, float, float, float], ...]:
    """Return (x0, y0, x1, y1) of few bars that cover a letter's squares, y up from its foot.

    Runs of squares along rows or along columns, whichever need fewer; a bar is never a square that
    a longer one across it covers.
    """
    rows = np.array([[c == "1" for c in row] for row in _SQUARES[letter].split()])[::-1]

    def runs(grid: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
        found = []
        for line, cells in enumerate(grid):
            edges = np.flatnonzero(np.diff(np.concatenate([[False], cells, [False]]).astype(int)))
            found += [(line, int(a), int(b)) for a, b in edges.reshape(-1, 2)]
        return found

    upright = [(float(x), float(a), x + 1.0, float(b)) for x, a, b in runs(rows.T) if b - a > 1]
    covered = np.zeros_like(rows)
    for x0, y0, _, y1 in upright:
        covered[int(y0) : int(y1), int(x0)] = True
    level = [(float(a), float(y), float(b), y + 1.0) for y, a, b in runs(rows & ~covered)]
    return (*upright, *level)


def strokes(word: str, height_m: float) -> Array:
    """Return the (N, 4, 2) corners of a word's bars about its middle: right, up; m.

    Counter-clockwise for a reader.
    """
    scale = height_m / _CELL_HEIGHT
    width = _ADVANCE * (len(word) - 1) + _CELL_WIDTH
    quads = []
    for place, letter in enumerate(word):
        for x0, y0, x1, y1 in _bars(letter):
            bar = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
            quads.append((bar + [_ADVANCE * place - width / 2, -_CELL_HEIGHT / 2]) * scale)
    return np.array(quads)


def lettering(
    builder: MeshBuilder,
    word: str,
    height_m: float,
    surface: Callable[[float, float], tuple[float, float, float]],
    material: str,
    *,
    narrow: float = 1.0,
    mirrored: bool = False,
) -> None:
    """Write a word on a surface, which says where a point right of and above the middle is, m.

    Letters are `narrow` times as wide as usual; `mirrored` ones are to be read in a mirror.
    """
    bars = strokes(word, height_m)
    if mirrored:
        bars = bars[:, ::-1] * [-1.0, 1.0]
    points = [surface(narrow * float(right), float(up)) for right, up in bars.reshape(-1, 2)]
    builder.quads(np.array(points).reshape(-1, 4, 3), material)
