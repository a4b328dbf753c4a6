"""Passes as pictures for people."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.engine.frames import PASSES
from cityloop.world.semantics import CLASSES

Rgb = NDArray[np.uint8]

_SKY_GREY = 200
_NEAREST_M, _FARTHEST_M = 2.0, 150.0  # ends of the depth colour scale
_TITLE_HEIGHT = 22  # pixels


def picture_of(name: str, values: NDArray[Any]) -> Rgb:
    """Return a pass as an (H, W, 3) uint8 sRGB picture.

    Depth is a logarithmic colour scale from 2 m (red) to 150 m (blue), sky grey; flow and velocity
    are colour wheels (hue = direction, saturation = length relative to the 99th percentile, after
    S. Baker et al., "A Database and Evaluation Methodology for Optical Flow", 2011); normals are
    (n + 1) / 2; a change of depth is red where the point is nearer then, blue where it is farther,
    relative to the 99th percentile; instances get arbitrary colours, background black; classes get
    their palette.
    """
    if name == "rgb":
        return np.asarray(values, dtype=np.uint8)
    if name == "depth":
        return _depth(values)
    if name == "instance":
        return instance_colors(values)
    if name == "semantic":
        palette = np.zeros((256, 3), dtype=np.uint8)
        for number, info in CLASSES.items():
            palette[number] = info.color
        return palette[values]
    if name == "normal":
        return np.asarray(np.round((values.astype(np.float32) + 1) * 127.5), dtype=np.uint8)
    if name.startswith("depth_change"):
        return _signed(values.astype(np.float32))
    if name == "velocity":
        return _wheel(values[..., 0], -values[..., 1])
    return _wheel(values[..., 0], values[..., 1])


def contact_sheet(passes: dict[str, NDArray[Any]], columns: int = 5, width: int = 320) -> Rgb:
    """Return all passes side by side with their names, each `width` pixels wide."""
    tiles = []
    for name in PASSES:
        picture = picture_of(name, passes[name])
        height = round(picture.shape[0] * width / picture.shape[1])
        tile = np.full((height + _TITLE_HEIGHT, width, 3), 255, dtype=np.uint8)
        # Ids must not be blended on the way down.
        how = cv2.INTER_NEAREST if name in ("instance", "semantic") else cv2.INTER_AREA
        tile[_TITLE_HEIGHT:] = cv2.resize(picture, (width, height), interpolation=how)
        cv2.putText(
            tile, name, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 30, 30), 1, cv2.LINE_AA
        )
        tiles.append(tile)
    while len(tiles) % columns:
        tiles.append(np.full_like(tiles[0], 255))
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


def _depth(depth: NDArray[Any]) -> Rgb:
    sky = ~np.isfinite(depth)
    near = np.clip(np.where(sky, _FARTHEST_M, depth), _NEAREST_M, _FARTHEST_M)
    share = np.log(near / _NEAREST_M) / np.log(_FARTHEST_M / _NEAREST_M)
    scale = np.asarray(np.round((1 - share) * 255), dtype=np.uint8)
    picture = cv2.cvtColor(cv2.applyColorMap(scale, cv2.COLORMAP_TURBO), cv2.COLOR_BGR2RGB)
    picture[sky] = _SKY_GREY
    return np.asarray(picture, dtype=np.uint8)


def instance_colors(ids: NDArray[Any]) -> Rgb:
    """Return a colour for each id, (H, W, 3) uint8; neighbouring ids differ, 0 is black."""
    # Knuth's multiplicative hash spreads neighbouring ids over the colours.
    mixed = ids.astype(np.uint64) * np.uint64(2654435761)
    channels = [
        (mixed >> np.uint64(shift)) % np.uint64(200) + np.uint64(55) for shift in (8, 16, 24)
    ]
    picture = np.stack(channels, axis=-1).astype(np.uint8)
    picture[ids == 0] = 0
    return picture


def _signed(values: NDArray[np.float32]) -> Rgb:
    share = np.clip(values / max(float(np.percentile(np.abs(values), 99)), 1e-6), -1, 1)
    fade = 1 - np.abs(share)
    channels = [np.where(share < 0, 1, fade), fade, np.where(share > 0, 1, fade)]
    return np.asarray(np.round(np.stack(channels, axis=-1) * 255), dtype=np.uint8)


def _wheel(right: NDArray[Any], down: NDArray[Any]) -> Rgb:
    length = np.hypot(right, down)
    longest = max(float(np.percentile(length, 99)), 1e-6)
    hsv = np.empty((*length.shape, 3), dtype=np.float32)
    hsv[..., 0] = np.degrees(np.arctan2(down, right)) % 360
    hsv[..., 1] = np.clip(length / longest, 0, 1)
    hsv[..., 2] = 1.0
    rgb = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return np.asarray(np.round(rgb * 255), dtype=np.uint8)


def flow_wheel(size: int) -> tuple[Rgb, NDArray[np.bool_]]:
    """Return the legend of flow and velocity, (size, size, 3), and which pixels are inside it.

    The colour at a place is that of a vector that points there from the middle.
    """
    at = (np.arange(size) + 0.5) / size * 2.0 - 1.0
    right, down = np.meshgrid(at, at)
    inside = np.hypot(right, down) <= 1.0
    return _wheel(right * inside, down * inside), inside
