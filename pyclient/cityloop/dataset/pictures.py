"""Passes as pictures for people."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.world.semantics import CLASSES

Rgb = NDArray[np.uint8]

_SKY_GREY = 200
NEAREST_M, FARTHEST_M = 2.0, 150.0  # ends of the depth colour scale
FASTEST_MPS = 15.0  # that has the full colour of a direction
DEPTH_CHANGE_M = 1.0  # in a tick, that has the full colour


def picture_of(name: str, values: NDArray[Any]) -> Rgb:
    """Return a pass as an (H, W, 3) uint8 sRGB picture.

    Depth is a logarithmic colour scale from 2 m (red) to 150 m (blue), sky grey; flow is a colour
    wheel (hue = direction, saturation = length relative to the 99th percentile, after S. Baker et
    al., "A Database and Evaluation Methodology for Optical Flow", 2011), and so is velocity (east
    to the right, north up, full colour from 15 m/s on, saturation = square root of its share, so
    that walkers show); normals are (n + 1) / 2; a change of depth is red where the point is nearer
    then, blue where it is farther, full colour from 1 m on; instances get arbitrary colours,
    background black; classes get their palette.
    """
    if name == "rgb":
        return np.asarray(values, dtype=np.uint8)
    if name == "depth":
        return depth_colors(values)
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
        return signed_colors(values.astype(np.float32) / DEPTH_CHANGE_M)
    if name == "velocity":
        return velocity_colors(values[..., 0], values[..., 1])
    longest = max(float(np.percentile(np.hypot(values[..., 0], values[..., 1]), 99)), 1e-6)
    return _wheel(values[..., 0], values[..., 1], longest)


def depth_colors(depth: NDArray[Any]) -> Rgb:
    """Return the colours of distances (H, W) in metres, (H, W, 3); grey where they are infinite."""
    sky = ~np.isfinite(depth)
    near = np.clip(np.where(sky, FARTHEST_M, depth), NEAREST_M, FARTHEST_M)
    share = np.log(near / NEAREST_M) / np.log(FARTHEST_M / NEAREST_M)
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


def signed_colors(share: NDArray[np.float32]) -> Rgb:
    """Return red for -1, white for 0, blue for 1, (..., 3)."""
    share = np.clip(share, -1, 1)
    fade = 1 - np.abs(share)
    channels = [np.where(share < 0, 1, fade), fade, np.where(share > 0, 1, fade)]
    return np.asarray(np.round(np.stack(channels, axis=-1) * 255), dtype=np.uint8)


def velocity_colors(east_mps: NDArray[Any], north_mps: NDArray[Any]) -> Rgb:
    """Return the colours of velocities over the ground, (..., 3); white where nothing moves."""
    speed = np.hypot(east_mps, north_mps)
    # A walker has a tenth of the fastest vehicle's speed: the square root keeps both apart.
    grown = np.sqrt(FASTEST_MPS / np.maximum(speed, 1e-6))
    return _wheel(east_mps * grown, -north_mps * grown, FASTEST_MPS)


def _wheel(right: NDArray[Any], down: NDArray[Any], longest: float) -> Rgb:
    hsv = np.empty((*right.shape, 3), dtype=np.float32)
    hsv[..., 0] = np.degrees(np.arctan2(down, right)) % 360
    hsv[..., 1] = np.clip(np.hypot(right, down) / longest, 0, 1)
    hsv[..., 2] = 1.0
    rgb = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return np.asarray(np.round(rgb * 255), dtype=np.uint8)


def flow_wheel(size: int) -> tuple[Rgb, NDArray[np.bool_]]:
    """Return the legend of flow, (size, size, 3), and which pixels are inside it.

    The colour at a place is that of a vector that points there from the middle.
    """
    at = (np.arange(size) + 0.5) / size * 2.0 - 1.0
    right, down = np.meshgrid(at, at)
    inside = np.hypot(right, down) <= 1.0
    return _wheel(right * inside, down * inside, 1.0), inside


def velocity_wheel(size: int) -> tuple[Rgb, NDArray[np.bool_]]:
    """Return the legend of velocity alike, for speeds up to `FASTEST_MPS`."""
    at = ((np.arange(size) + 0.5) / size * 2.0 - 1.0) * FASTEST_MPS
    east, south = np.meshgrid(at, at)
    inside = np.hypot(east, south) <= FASTEST_MPS
    return velocity_colors(east * inside, -south * inside), inside
