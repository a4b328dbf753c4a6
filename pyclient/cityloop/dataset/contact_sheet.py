"""All passes of a frame side by side, with a legend of their colours."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.pictures import (
    DEPTH_CHANGE_M,
    FARTHEST_M,
    FASTEST_MPS,
    NEAREST_M,
    Rgb,
    depth_colors,
    flow_wheel,
    picture_of,
    signed_colors,
    velocity_wheel,
)
from cityloop.engine.frames import PASSES
from cityloop.world.semantics import CLASSES

# Little of these has a colour of its own: they are shown on the grey scene.
_ON_GREY = ("velocity", "depth_change_backward", "depth_change_forward")
_DARKEST = 0.35  # share of the colour that the darkest grey leaves
_TITLE_HEIGHT = 22  # pixels
_INK, _PAPER = (30, 30, 30), 255
_LEGEND_SIZE = (320, 180)  # width and height for which the legends are laid out, pixels
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def contact_sheet(
    passes: Mapping[str, NDArray[Any]],
    columns: int = 4,
    width: int = 320,
    *,
    picture: Rgb | None = None,
) -> Rgb:
    """Return all passes with their names and two legends, side by side.

    Args:
        passes: every pass of a frame by name, (H, W) or (H, W, C).
        columns: how many stand in a row.
        width: of each, pixels.
        picture: shown instead of rgb, such as one with labels, (H, W, 3).
    """
    rgb = passes["rgb"]
    height = round(rgb.shape[0] * width / rgb.shape[1])
    grey = _DARKEST + (1 - _DARKEST) / 255 * cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None]
    tiles = []
    for name in PASSES:
        shown = picture_of(name, passes[name])
        if name == "rgb" and picture is not None:
            shown = picture
        if name in _ON_GREY:
            shown = np.round(shown * grey).astype(np.uint8)
        # Ids must not be blended on the way down.
        how = cv2.INTER_NEAREST if name in ("instance", "semantic") else cv2.INTER_AREA
        tiles.append(_tile(name, cv2.resize(shown, (width, height), interpolation=how)))
    for name, legend in (("classes", _classes()), ("colours", _scales())):
        fitted = cv2.resize(legend, (width, height), interpolation=cv2.INTER_AREA)
        tiles.append(_tile(name, fitted))
    while len(tiles) % columns:
        tiles.append(np.full_like(tiles[0], _PAPER))
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


def _tile(name: str, picture: NDArray[Any]) -> Rgb:
    height, width = picture.shape[:2]
    tile = np.full((height + _TITLE_HEIGHT, width, 3), _PAPER, dtype=np.uint8)
    tile[_TITLE_HEIGHT:] = picture
    _write(tile, name, (4, 15), 0.5)
    return tile


def _write(picture: Rgb, text: str, foot: tuple[int, int], scale: float = 0.33) -> None:
    cv2.putText(picture, text, foot, _FONT, scale, _INK, 1, cv2.LINE_AA)


def _paper() -> Rgb:
    width, height = _LEGEND_SIZE
    return np.full((height, width, 3), _PAPER, dtype=np.uint8)


def _classes() -> Rgb:
    """Return the palette of the semantic pass, which the boxes' colours are derived from."""
    paper = _paper()
    rows = -(-len(CLASSES) // 2)
    for place, info in enumerate(CLASSES.values()):
        x, y = 6 + 158 * (place // rows), 4 + 14 * (place % rows)
        cv2.rectangle(paper, (x, y), (x + 14, y + 9), info.color, cv2.FILLED)
        cv2.rectangle(paper, (x, y), (x + 14, y + 9), _INK, 1)
        _write(paper, info.name, (x + 20, y + 9))
    return paper


def _scales() -> Rgb:
    """Return the colour scales of depth and its change, flow, velocity and normals."""
    paper = _paper()
    left, right = 106, 304
    steps = np.linspace(0, 1, right - left)
    distance = NEAREST_M * (FARTHEST_M / NEAREST_M) ** steps
    _write(paper, "depth, m", (6, 16))
    paper[6:18, left:right] = depth_colors(distance[None])
    for metres in (2, 5, 10, 20, 50, 150):
        share = np.log(metres / NEAREST_M) / np.log(FARTHEST_M / NEAREST_M)
        _write(paper, f"{metres}", (round(left + share * (right - left)) - 6, 29))
    _write(paper, "depth_change, m", (6, 46))
    paper[36:48, left:right] = signed_colors((2 * steps - 1).astype(np.float32))
    for sign, x in ((-1, left - 2), (0, (left + right) // 2 - 3), (1, right - 14)):
        _write(paper, f"{sign * DEPTH_CHANGE_M:+.0f}" if sign else "0", (x, 59))
    size = 64
    for x, (wheel, inside), lines in (
        (6, flow_wheel(size), ("flow: where to", "full colour:", "fastest 1 %")),
        (166, velocity_wheel(size), ("velocity: north up", "full colour:", f"{FASTEST_MPS:g} m/s")),
    ):
        paper[68 : 68 + size, x : x + size][inside] = wheel[inside]
        cv2.circle(paper, (x + size // 2, 68 + size // 2), size // 2, _INK, 1, cv2.LINE_AA)
        for row, line in enumerate(lines):
            _write(paper, line, (x + size + 4, 84 + 15 * row), 0.3)
    _write(paper, "normal", (6, 158))
    for place, (color, text) in enumerate(
        (((128, 128, 0), "towards us"), ((255, 128, 128), "right"), ((128, 0, 128), "up"))
    ):
        x = 60 + 90 * place
        cv2.rectangle(paper, (x, 149), (x + 14, 158), color, cv2.FILLED)
        _write(paper, text, (x + 19, 158))
    _write(paper, "instance: a colour for each object, black where there is none", (6, 174), 0.3)
    return paper
