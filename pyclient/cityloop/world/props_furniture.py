"""Benches, bins, bollards, shelters and what else stands on a sidewalk; the front is +x."""

from itertools import pairwise

import numpy as np

from cityloop.world.meshing import SIDES_AND_TOP, MeshBuilder
from cityloop.world.props_materials import (
    BIN_GREEN,
    CAST_IRON,
    CONCRETE,
    HYDRANT_RED,
    REFLECTOR,
    SCREEN,
    SHELTER_GLASS,
    STEEL,
    WOOD,
)
from cityloop.world.props_posters import add_poster

_SEGMENTS = (14, 8, 5)


def bench(level: int) -> MeshBuilder:
    """Return a bench of wooden slats, 1.8 m wide along y."""
    builder = MeshBuilder()
    width = 1.8
    if level == 2:
        builder.box((0.05, 0, 0.44), (0.44, width, 0.05), WOOD)
        builder.box((-0.22, 0, 0.67), (0.05, width, 0.32), WOOD)
    else:
        for x in np.linspace(-0.11, 0.21, 4):
            builder.box((x, 0, 0.445), (0.09, width, 0.035), WOOD)
        for i, z in enumerate((0.58, 0.69, 0.80)):
            builder.box((-0.205 - 0.02 * i, 0, z), (0.03, width, 0.085), WOOD)
    for y in (-0.75, 0.75):
        builder.box((0.20, y, 0.213), (0.05, 0.06, 0.425), CAST_IRON, faces=SIDES_AND_TOP)
        builder.box((-0.19, y, 0.42), (0.05, 0.06, 0.84), CAST_IRON, faces=SIDES_AND_TOP)
        if level < 2:
            builder.box((0.0, y, 0.405), (0.42, 0.05, 0.045), CAST_IRON)
    return builder


def bin_(level: int) -> MeshBuilder:
    """Return a litter bin on a post."""
    builder = MeshBuilder()
    segments = _SEGMENTS[level]
    body = [(0.0, 0.30), (0.17, 0.30), (0.21, 0.92), (0.22, 0.95), (0.19, 0.97)]
    names = [BIN_GREEN, BIN_GREEN, BIN_GREEN, BIN_GREEN]
    if level < 2:
        body += [(0.17, 0.86), (0.0, 0.86)]  # the opening
        names += [CAST_IRON, CAST_IRON]
    else:
        body += [(0.0, 0.97)]
        names += [CAST_IRON]
    builder.lathe(body, names, segments=segments, smooth_deg=50)
    builder.cylinder((0, 0, 0), (0, 0, 0.31), 0.05, CAST_IRON, segments=segments, caps=False)
    if level == 0:
        builder.cylinder((0, 0, 0), (0, 0, 0.02), 0.15, CAST_IRON, segments=segments)
    return builder


def bollard(level: int) -> MeshBuilder:
    """Return a cast-iron bollard with a reflecting ring."""
    builder = MeshBuilder()
    profile = [
        (0.075, 0.0), (0.075, 0.06), (0.055, 0.09), (0.052, 0.74), (0.054, 0.74),
        (0.054, 0.80), (0.052, 0.80), (0.058, 0.86), (0.052, 0.90), (0.0, 0.92),
    ]  # fmt: skip
    names = [CAST_IRON] * 4 + [REFLECTOR] + [CAST_IRON] * 4
    if level > 0:
        profile = [(0.06, 0.0), (0.054, 0.74), (0.054, 0.80), (0.054, 0.89), (0.0, 0.92)]
        names = [CAST_IRON, REFLECTOR, CAST_IRON, CAST_IRON]
    builder.lathe(profile, names, segments=_SEGMENTS[level], smooth_deg=50)
    return builder


def hydrant(level: int) -> MeshBuilder:
    """Return a fire hydrant."""
    builder = MeshBuilder()
    segments = _SEGMENTS[level]
    profile = [
        (0.14, 0.0), (0.14, 0.05), (0.10, 0.06), (0.09, 0.50), (0.13, 0.52),
        (0.13, 0.57), (0.11, 0.64), (0.06, 0.70), (0.035, 0.72), (0.035, 0.77), (0.0, 0.77),
    ]  # fmt: skip
    builder.lathe(profile, HYDRANT_RED, segments=segments, smooth_deg=50)
    if level < 2:
        builder.cylinder((0, -0.17, 0.42), (0, 0.17, 0.42), 0.045, HYDRANT_RED, segments=segments)
        builder.cylinder((0, 0, 0.38), (0.17, 0, 0.38), 0.06, HYDRANT_RED, segments=segments)
        for y in (-0.17, 0.17):
            side = np.sign(y)
            builder.cylinder((0, y, 0.42), (0, y + 0.02 * side, 0.42), 0.03, STEEL, segments=6)
    return builder


def parking_meter(level: int) -> MeshBuilder:
    """Return a ticket machine."""
    builder = MeshBuilder()
    builder.box((0, 0, 0.75), (0.26, 0.34, 1.50), CAST_IRON, faces=SIDES_AND_TOP)
    builder.box((0, 0, 1.53), (0.30, 0.38, 0.06), STEEL)
    if level < 2:
        builder.box((0.131, 0, 1.30), (0.012, 0.20, 0.13), SCREEN)
        builder.box((0.131, 0, 1.05), (0.012, 0.24, 0.24), STEEL)
        builder.box((0.131, 0, 0.60), (0.012, 0.20, 0.10), REFLECTOR)
    return builder


def bus_shelter(level: int) -> MeshBuilder:
    """Return a shelter, 3.6 m wide along y and open to +x, with a bench and a poster."""
    builder = MeshBuilder()
    width, depth, height = 3.6, 1.4, 2.5
    back = -depth / 2
    builder.box((0, 0, height - 0.05), (depth, width, 0.10), STEEL)
    for x in (back + 0.05, depth / 2 - 0.15):
        for y in (-width / 2 + 0.06, width / 2 - 0.06):
            if x < 0 or y > 0:
                builder.box((x, y, 1.2), (0.08, 0.08, 2.4), STEEL, faces=SIDES_AND_TOP[:4])
    pane = 0.012
    bays = np.linspace(-width / 2 + 0.1, width / 2 - 0.1, 4)
    for y0, y1 in pairwise(bays):
        center = (back + 0.05, (y0 + y1) / 2, 1.25)
        builder.box(center, (pane, y1 - y0 - 0.04, 2.1), SHELTER_GLASS)
        if level == 0:
            builder.box((back + 0.05, y1, 1.2), (0.04, 0.04, 2.4), STEEL, faces=SIDES_AND_TOP[:4])
    builder.box((-0.05, width / 2 - 0.06, 1.30), (1.05, 0.09, 2.0), STEEL)
    for side in (-1, 1):
        y = width / 2 - 0.06 + side * 0.047
        left, right = (-0.05 + side * 0.475, -0.05 - side * 0.475)
        add_poster(
            builder,
            np.array([[[left, y, 0.475], [right, y, 0.475], [right, y, 2.225], [left, y, 2.225]]]),
            1 if side < 0 else 3,
        )
    builder.box((back + 0.28, -0.3, 0.46), (0.34, 2.2, 0.05), WOOD)
    if level < 2:
        for y in (-1.2, 0.6):
            builder.box((back + 0.28, y, 0.22), (0.06, 0.06, 0.44), STEEL, faces=SIDES_AND_TOP)
    return builder


def planter(level: int) -> MeshBuilder:
    """Return a concrete trough, 1.6 m long along y, without its plants."""
    builder = MeshBuilder()
    builder.box((0, 0, 0.25), (0.60, 1.60, 0.50), CONCRETE, faces=SIDES_AND_TOP)
    if level == 0:
        builder.box((0, 0, 0.50), (0.64, 1.64, 0.06), CONCRETE)
    return builder
