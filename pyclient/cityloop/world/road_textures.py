"""Textures of worn roads: lanes with the tracks of tyres, patches, manhole covers and drains.

A lane's texture runs along it: u across the lane, v along, one repeat every `LANE_REPEAT_M`. It has
two columns, each a lane wide, with the same stones and tracks; what is damaged ends before the
repeat does, so that any column can follow any other.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.world.scene import TEXTURE_SIZE, Texture
from cityloop.world.streams import stream
from cityloop.world.textures import ASPHALT, encode, noise, tinted

Array = NDArray[np.float64]
Box = tuple[int, int, int, int]  # x, y, width, height, texels

LANE_REPEAT_M = 6.5
LANE_COLUMNS = 2
LANE_TEXTURES = ("lane", "lane_worn")
DETAILS = "road_details"
PATCHES: tuple[Box, ...] = tuple((256 * i, 128 * j, 256, 128) for j in (0, 1) for i in (0, 1))
MANHOLES: tuple[Box, ...] = ((0, 256, 128, 128), (128, 256, 128, 128))
DRAIN: Box = (256, 256, 128, 80)

_N = TEXTURE_SIZE
_HALF = _N // 2
_TRACK = 0.24  # of the lane's width, from its middle to each wheel's track
_SEALED = (0.030, 0.030, 0.032)


def road_textures(seed: int) -> list[Texture]:
    """Return the textures of lanes and of what lies in them, for `seed`."""
    rng = stream(seed, "texture/road")
    grain = 0.13 * noise(rng, 0.35, 40.0)
    stones = 0.35 * np.clip(noise(rng, 0.6, 60.0) - 1.6, 0.0, 1.5)
    blotches = noise(rng, 1.6, 2.0)
    stones_and_sand = 1.0 + grain + stones
    lanes = _lane(stones_and_sand + 0.05 * blotches)
    plain, worn = lanes.copy(), lanes.copy()
    _cracks(rng, plain, column=1, count=5)
    _sealed(rng, worn, column=0)
    _crazing(rng, worn, column=1)
    smooth = 255.0 - 50.0 * _tracks()
    return [
        encode("lane", plain, smooth),
        encode("lane_worn", worn, smooth),
        _details(rng, stones_and_sand, blotches),
    ]


def _tracks() -> Array:
    """Return (512, 512) how far tyres have polished the lane, 0 to 1, the same in both columns."""
    across = (np.arange(_HALF) + 0.5) / _HALF - 0.5
    track = np.exp(-(((np.abs(across) - _TRACK) / 0.075) ** 2))
    return np.tile(np.tile(track, LANE_COLUMNS), (_N, 1))


def _lane(value: Array) -> Array:
    """Return (512, 512, 3) lanes: dark tracks, a trace of oil between them, dust at the sides."""
    half = value[:, :_HALF]
    across = (np.arange(_HALF) + 0.5) / _HALF - 0.5
    oil = np.exp(-((across / 0.07) ** 2))
    dust = np.clip((np.abs(across) - 0.36) / 0.14, 0.0, 1.0)
    shade = 1.0 - 0.17 * _tracks()[:, :_HALF] - 0.10 * oil + 0.07 * dust
    # The edges of a column are asphalt as everywhere else: nothing shows where a lane ends.
    return tinted(np.tile(half * shade, (1, LANE_COLUMNS)), ASPHALT)


def _draw(lanes: Array, column: int, lines: list[Array], color: tuple[float, float, float],
          width: float, strength: float) -> None:  # fmt: skip
    """Draw lines (N, 2), shares of the column's width and of the repeat, into a column."""
    scale = 4
    mask = np.zeros((_N * 2, _HALF * 2), dtype=np.uint8)
    for line in lines:
        points = np.rint(line * (_HALF * 2, _N * 2) * scale).astype(np.int32)
        cv2.polylines(mask, [points], False, 255, max(1, round(2 * width)), cv2.LINE_AA, 2)
    cover = strength * cv2.resize(mask, (_HALF, _N), interpolation=cv2.INTER_AREA) / 255.0
    part = lanes[:, column * _HALF : (column + 1) * _HALF]
    part[...] = part * (1.0 - cover[..., None]) + np.array(color) * cover[..., None]


def _wander(rng: np.random.Generator, start: tuple[float, float], heading: float, steps: int,
            step: float = 0.012) -> Array:  # fmt: skip
    """Return (N, 2) a crack, cut where it would leave the column; v counts double in metres."""
    turn = heading + np.cumsum(rng.normal(0, 0.30, steps))
    x = start[0] + step * np.cumsum(np.sin(turn))
    y = start[1] + 0.5 * step * np.cumsum(np.cos(turn))
    inside = (x > 0.06) & (x < 0.94) & (y > 0.03) & (y < 0.97)
    end = int(np.argmin(inside)) if not inside.all() else steps
    return np.column_stack([x, y])[:end]


def _cracks(rng: np.random.Generator, lanes: Array, column: int, count: int) -> None:
    lines = []
    for _ in range(count):
        start = (rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.6))
        lines.append(_wander(rng, start, rng.choice([0.0, 1.4, -1.4]), int(rng.integers(40, 110))))
    _draw(lanes, column, lines, (0.028, 0.028, 0.03), 1.2, 0.75)


def _sealed(rng: np.random.Generator, lanes: Array, column: int) -> None:
    """Pour bitumen into long cracks."""
    lines = [_wander(rng, (x, 0.04), rng.normal(0, 0.12), 150) for x in (0.3, 0.62)]
    lines += [_wander(rng, (0.08, y), 1.57, 65, 0.013) for y in (0.3, 0.72)]
    _draw(lanes, column, lines, _SEALED, 5.5, 0.85)


def _crazing(rng: np.random.Generator, lanes: Array, column: int) -> None:
    """Break the surface in a track into plates, as tired asphalt does."""
    lines = []
    middle = np.array([0.5 + _TRACK, 0.5])
    for _ in range(46):
        start = middle + rng.normal(0, 1, 2) * (0.07, 0.11)
        lines.append(_wander(rng, (start[0], start[1]), rng.uniform(0, 6.3), 14))
    _draw(lanes, column, lines, (0.03, 0.03, 0.032), 1.1, 0.7)


def _details(rng: np.random.Generator, value: Array, blotches: Array) -> Texture:
    """Return the texture of patches, covers and drains; each fills its box to the edge."""
    rgb = tinted(value, ASPHALT)
    alpha = np.full((_N, _N), 255.0)
    for n, (x, y, w, h) in enumerate(PATCHES):
        where = (slice(y, y + h), slice(x, x + w))
        rgb[where] *= (0.62, 1.22, 0.78, 0.70)[n] * (1.0 + 0.05 * blotches[where][..., None])
        seam = np.zeros((h, w))
        wave = np.cumsum(rng.normal(0, 0.25, w))
        edge = 4.0 + np.clip(wave - wave.mean(), -2.0, 2.0)
        row, column = np.mgrid[0:h, 0:w]
        seam[(row < edge[column]) | (row > h - 1 - edge[column])] = 0.75
        seam[(column < 5) | (column > w - 6)] = 0.75
        rgb[where] = rgb[where] * (1 - seam[..., None]) + np.array(_SEALED) * seam[..., None]
    for n, (x, y, w, h) in enumerate(MANHOLES):
        where = (slice(y, y + h), slice(x, x + w))
        rgb[where], alpha[where] = _cover(w, bars=n == 1, value=value[where])
    x, y, w, h = DRAIN
    where = (slice(y, y + h), slice(x, x + w))
    row, column = np.mgrid[0:h, 0:w]
    iron = 0.075 * value[where]
    slot = (column % 14 > 5) & (row > 9) & (row < h - 10) & (column > 8) & (column < w - 9)
    slot &= np.abs(row - h / 2) > 3
    rgb[where] = np.where(slot, 0.008, iron)[..., None]
    alpha[where] = np.where(slot, 255.0, 190.0)
    return encode(DETAILS, rgb, alpha)


def _cover(size: int, *, bars: bool, value: Array) -> tuple[Array, Array]:
    """Return colour and smoothness of a round cast-iron cover that fills its box."""
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size * 2 - 1
    r = np.hypot(x, y)
    iron = 0.085 * value
    if bars:
        relief = (np.floor((x + 1) * 8) % 2 == 0) & (r < 0.74)
    else:
        relief = ((np.floor((x + 1) * 9) + np.floor((y + 1) * 9)) % 2 == 0) & (r < 0.74)
    iron = np.where(relief, 1.35 * iron, iron)
    iron = np.where((r > 0.76) & (r < 0.80), 0.016, iron)  # the gap to the frame
    iron = np.where(r > 0.93, 0.5 * (iron + ASPHALT[0] * 0.6), iron)
    for hole in ((-0.5, 0.0), (0.5, 0.0)):
        iron = np.where(np.hypot(x - hole[0], y - hole[1]) < 0.06, 0.006, iron)
    return np.repeat(iron[..., None], 3, axis=2), np.where(relief, 150.0, 220.0)
