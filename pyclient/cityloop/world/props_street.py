"""Bicycle racks, fences, cabinets, post boxes and poster columns; the front is +x."""

from itertools import pairwise

import numpy as np

from cityloop.world.meshing import SIDES_AND_TOP, MeshBuilder
from cityloop.world.props_materials import (
    BARS_TEXTURE,
    CABINET,
    CAST_IRON,
    CONCRETE,
    FENCE,
    FENCE_POST,
    POST_BOX,
    POSTER,
    SCREEN,
    STEEL,
)
from cityloop.world.props_posters import add_poster
from cityloop.world.scene import TEXTURE_SIZE, Texture

FENCE_M = (2.0, 1.0)  # length and height of a panel
RAILING_V = (0.5, 1.0)  # rows of the texture of bars that hold a balcony's railing

_SEGMENTS = (20, 12, 8)


def bicycle_rack(level: int) -> MeshBuilder:
    """Return three hoops in a row along y, 2 m long."""
    builder = MeshBuilder()
    segments = (8, 6, 4)[level]
    steps = (7, 4, 2)[level]
    angle = np.linspace(0.0, np.pi, steps + 1)
    for y in (-0.8, 0.0, 0.8):
        ring = [(0.35 * np.cos(a), y, 0.45 + 0.35 * np.sin(a)) for a in angle]
        points = [(0.35, y, 0.0), *ring, (-0.35, y, 0.0)]
        for a, b in pairwise(points):
            builder.cylinder(a, b, 0.025, STEEL, segments=segments, caps=False)
    return builder


def fence(level: int) -> MeshBuilder:
    """Return a panel of a wooden fence along y: bars cut out of a texture between two posts."""
    builder = MeshBuilder()
    long, high = FENCE_M
    y = long / 2
    panel = np.array([[0, -y, 0.08], [0, y, 0.08], [0, y, high], [0, -y, high]])
    # The lower half of the texture repeats every metre; bars reach over its whole height.
    uv = np.array([[0.0, 0.499], [2.0, 0.499], [2.0, 0.001], [0.0, 0.001]])
    builder.quads(panel[None], FENCE, uvs=uv[None])
    for end in (-y + 0.04, y - 0.04):
        size = (0.07, 0.08, high - 0.02)
        faces = SIDES_AND_TOP if level == 0 else SIDES_AND_TOP[:4]
        builder.box((0, end, size[2] / 2), size, FENCE_POST, faces=faces)
    return builder


def cabinet(level: int) -> MeshBuilder:
    """Return a cabinet of the power or telephone company, 1 m wide along y."""
    builder = MeshBuilder()
    builder.box((0, 0, 0.06), (0.34, 1.0, 0.12), CONCRETE, faces=SIDES_AND_TOP)
    builder.box((0, 0, 0.62), (0.32, 0.98, 1.0), CABINET, faces=SIDES_AND_TOP[:4])
    builder.box((0, 0, 1.14), (0.38, 1.04, 0.05), CABINET, faces=SIDES_AND_TOP)
    if level < 2:
        builder.box((0.162, 0, 0.62), (0.006, 0.012, 0.94), CAST_IRON, faces=("+x",))
        builder.box((0.165, 0.12, 0.68), (0.03, 0.03, 0.12), CAST_IRON)
    return builder


def post_box(level: int) -> MeshBuilder:
    """Return a letter box on a pedestal."""
    builder = MeshBuilder()
    builder.box((0, 0, 0.3), (0.14, 0.30, 0.6), CAST_IRON, faces=SIDES_AND_TOP[:4])
    builder.box((0, 0, 0.9), (0.36, 0.50, 0.62), POST_BOX)
    builder.box((0, 0, 1.23), (0.40, 0.54, 0.05), POST_BOX)
    if level < 2:
        builder.box((0.182, 0, 1.08), (0.006, 0.34, 0.04), SCREEN, faces=("+x",))
        builder.box((0.182, 0, 0.82), (0.006, 0.20, 0.14), CONCRETE, faces=("+x",))
    return builder


def poster_column(level: int) -> MeshBuilder:
    """Return a column for posters, 2.9 m high."""
    builder = MeshBuilder()
    segments = _SEGMENTS[level]
    profile = [(0.64, 0.0), (0.64, 0.35), (0.60, 0.37), (0.60, 2.55), (0.68, 2.60), (0.68, 2.68),
               (0.30, 2.85), (0.0, 2.90)]  # fmt: skip
    sides = [CONCRETE, CONCRETE, POSTER, CAST_IRON, CAST_IRON, CAST_IRON, CAST_IRON]
    builder.lathe(profile, sides, segments=segments, smooth_deg=62)
    if level < 2:
        for number, (start, low, high) in enumerate(
            ((0.2, 0.6, 1.5), (1.6, 0.9, 2.3), (3.1, 0.5, 1.3), (4.4, 1.0, 2.4))
        ):
            angle = np.linspace(start, start + 1.1, 4)
            ring = 0.607 * np.column_stack([np.cos(angle), np.sin(angle)])
            below, above = (np.column_stack([ring, np.full(4, z)]) for z in (low, high))
            strips = np.stack([below[:-1], below[1:], above[1:], above[:-1]], axis=1)
            add_poster(builder, strips, number)
    return builder


def bars_texture() -> Texture:
    """Return pickets in the upper half and a balcony's iron railing in the lower, cut by alpha."""
    rgba = np.zeros((TEXTURE_SIZE, TEXTURE_SIZE, 4), dtype=np.uint8)
    half = TEXTURE_SIZE // 2
    column = np.arange(TEXTURE_SIZE)
    rgba[:half, :, :3] = 200
    rgba[half:, :, :3] = 30
    picket = column % 64 < 40
    rgba[14:half, picket, 3] = 255
    rgba[4:14, column % 64 < 40, 3] = 255
    for k in range(10):  # pointed tops
        rgba[4 + k, (column % 64 < 20 - 2 * k) | ((column % 64 > 19 + 2 * k) & picket), 3] = 0
    for top in (60, 190):
        rgba[top : top + 22, :, 3] = 255
        rgba[top : top + 22, ~picket, :3] = 150
    rail = rgba[half:]
    rail[:14, :, 3] = 255
    rail[-16:, :, 3] = 255
    rail[:, column % 32 < 7, 3] = 255
    rail[44:54, :, 3] = 255
    return Texture(BARS_TEXTURE, rgba)
