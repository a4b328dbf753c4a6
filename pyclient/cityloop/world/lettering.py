"""Words in pictures: what signs, shop fronts and roads say.

Letters are A. V. Hershey's single strokes (NBS Special Publication 424, 1976) as OpenCV draws them;
the marks of Latin alphabets and the letters that the set lacks are put together from them.
"""

import unicodedata
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Color = tuple[int, int, int]  # sRGB, 0 to 255

_FONT = cv2.FONT_HERSHEY_DUPLEX
_SCALE = 4.0  # letters are drawn this large and shrunk: strokes keep their shape
_THICKNESS = 9
# Texels of a drawing: room for marks above, for descenders below, height of capitals and of x.
_ABOVE, _BELOW, _CAPITAL, _SMALL = 40, 40, 85, 62
_SUBSTITUTES = {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L"}
_SUBSTITUTES |= {"’": "'", "–": "-", "—": "-", "đ": "d", "Đ": "D", "ð": "d", "þ": "th"}
_MARKS = "\u0308\u0301\u0300\u0302\u030a\u0303\u030c\u0304\u0307\u030b\u0306\u0327\u0328\u0326"


def is_drawable(text: str) -> bool:
    """Return whether every letter of a text can be drawn, with its marks."""
    return bool(text.strip()) and all(
        letter == "ß" or ((letter.isascii() and letter.isprintable()) and set(marks) <= set(_MARKS))
        for letter, marks in _letters(text)
    )


def _letters(text: str) -> Iterator[tuple[str, str]]:
    """Yield the letters of a text, each with its marks."""
    plain = "".join(_SUBSTITUTES.get(c, c) for c in text)
    letter, marks = "", ""
    for c in unicodedata.normalize("NFD", plain):
        if letter and unicodedata.combining(c):
            marks += c
            continue
        if letter:
            yield letter, marks
        letter, marks = c, ""
    if letter:
        yield letter, marks


def stencil(text: str) -> NDArray[np.float64]:
    """Return (H, W) how much of each texel a line of text covers, 0 to 1, cut close at the sides.

    The line's height holds marks and descenders; letters that cannot be drawn are left out.
    """
    above, below = _ABOVE + _CAPITAL, _BELOW
    pieces = []
    for letter, marks in _letters(text):
        if letter != "ß" and not (letter.isascii() and letter.isprintable()):
            continue
        width = cv2.getTextSize("n" if letter == "ß" else letter, _FONT, _SCALE, 1)[0][0] + 6
        cell = np.zeros((above + below, width + 20), dtype=np.uint8)
        if letter == "ß":
            _sharp_s(cell, above)
        else:
            cv2.putText(cell, letter, (3, above), _FONT, _SCALE, 255, _THICKNESS, cv2.LINE_AA)
        top = above - (_CAPITAL if letter.isupper() or letter in "bdfhkl" else _SMALL)
        for mark in marks:
            _mark(cell, mark, width // 2, top - 14, above)
        pieces.append(cell[:, :width])
    if not pieces:
        return np.zeros((above + below, 1))
    line = np.concatenate(pieces, axis=1)
    inked = np.flatnonzero(line.any(axis=0))
    if len(inked):
        line = line[:, inked[0] : inked[-1] + 1]
    return line / 255.0


def _sharp_s(cell: Picture, base: int) -> None:
    """Draw the letter sharp s: a stem with two bowls, open below."""
    x, top = 14, base - _CAPITAL
    bowls = [(x, base), (x, top + 22), (x + 8, top + 5), (x + 24, top), (x + 40, top + 8)]
    bowls += [(x + 42, top + 24), (x + 34, top + 36), (x + 26, top + 40), (x + 40, top + 47)]
    bowls += [(x + 48, top + 62), (x + 42, top + 78), (x + 28, base), (x + 18, base - 2)]
    cv2.polylines(cell, [np.array(bowls)], False, 255, _THICKNESS, cv2.LINE_AA)


def _mark(cell: Picture, mark: str, x: int, y: int, base: int) -> None:
    """Draw a mark over the middle `x` of a letter, `y` its height; cedillas hang from `base`."""
    lines = {
        "\u0301": [(x - 6, y + 6), (x + 8, y - 10)],
        "\u0300": [(x + 6, y + 6), (x - 8, y - 10)],
        "\u0302": [(x - 12, y + 5), (x, y - 8), (x + 12, y + 5)],
        "\u030c": [(x - 12, y - 8), (x, y + 5), (x + 12, y - 8)],
        "\u0303": [(x - 14, y + 3), (x - 6, y - 5), (x + 6, y + 3), (x + 14, y - 5)],
        "\u0304": [(x - 13, y), (x + 13, y)],
        "\u0306": [(x - 12, y - 7), (x - 5, y + 3), (x + 5, y + 3), (x + 12, y - 7)],
        "\u030b": [(x - 12, y + 6), (x - 3, y - 10)],
        "\u0327": [(x, base + 4), (x + 8, base + 14), (x - 4, base + 20)],
        "\u0328": [(x + 8, base + 2), (x + 2, base + 14), (x + 12, base + 20)],
        "\u0326": [(x + 2, base + 10), (x - 4, base + 24)],
    }
    if mark == "\u0308":
        for dx in (-13, 13):
            cv2.circle(cell, (x + dx, y - 2), 6, 255, -1, cv2.LINE_AA)
    elif mark == "\u0307":
        cv2.circle(cell, (x, y - 2), 6, 255, -1, cv2.LINE_AA)
    elif mark == "\u030a":
        cv2.circle(cell, (x, y - 4), 9, 255, 5, cv2.LINE_AA)
    elif mark in lines:
        cv2.polylines(cell, [np.array(lines[mark])], False, 255, 7, cv2.LINE_AA)


def write(
    picture: Picture,
    text: str,
    box: tuple[int, int, int, int],
    color: Color,
    *,
    capitals: bool = False,
) -> None:
    """Write a line of text into the middle of a box of a picture (H, W, 3 or more).

    Args:
        picture: changed in place; channels beyond the third are kept.
        text: one line.
        box: x, y, width, height, texels; long lines are condensed to fit.
        color: of the letters.
        capitals: the box is as high as the capitals; else marks and descenders fit in as well.
    """
    x, y, width, height = box
    ink = stencil(text)
    if capitals:
        ink = ink[_ABOVE - 6 : _ABOVE + _CAPITAL + 6]
    tall = height
    wide = min(width, max(1, round(ink.shape[1] * tall / ink.shape[0])))
    small = cv2.resize(ink, (wide, tall), interpolation=cv2.INTER_AREA)
    left = x + (width - wide) // 2
    where = (slice(y, y + tall), slice(left, left + wide), slice(0, 3))
    cover = np.clip(1.25 * small, 0.0, 1.0)[..., None]
    mixed = picture[where] * (1.0 - cover) + np.array(color) * cover
    picture[where] = np.rint(mixed).astype(np.uint8)
