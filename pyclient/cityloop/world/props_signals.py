"""Traffic lights and street lamps.

A signal's lamps face +x. Heads and their masts are separate: a traffic light is the head, which
has a label, and its mast is a pole like any other. Both have their origin on the ground, in the
mast's axis. The lamp arm of a street lamp reaches out to +x.
"""

import math
from itertools import pairwise

import numpy as np

from cityloop.world.meshing import MeshBuilder, translation
from cityloop.world.props_materials import (
    AMBER_LENS,
    GREEN_LENS,
    LAMP_HEAD,
    LAMP_LENS,
    POLE,
    RED_LENS,
    SIGNAL_BORDER,
    SIGNAL_HOUSING,
    SIGNAL_VISOR,
)
from cityloop.world.scene import Light

LOWEST_LAMP_M = 2.4  # height of the green lamp of a mast at the roadside
LANTERN: tuple[float, float, float] = (1.45, 0.0, 7.895)  # lower side of a street lamp's lens, m
# 1000 cd of a warm white LED, straight down. Beside the sun, lamps are some 350 times as strong as
# they are, at night: so one exposure shows what they light without burning out lenses and windows.
STREET_LIGHT = Light(
    LANTERN, (0.0, 0.0, -1.0), (9.5, 8.1, 5.8), math.radians(48.0), math.radians(84.0), lamp=1
)
_LAMP_STEP_M = 0.32
_SEGMENTS = (16, 10, 6)


def _disc(center: tuple[float, float, float], radius: float, segments: int) -> np.ndarray:
    """Return the (segments, 3) rim of a disc that faces +x."""
    angle = 2 * np.pi * np.arange(segments) / segments
    x, y, z = center
    return np.stack(
        [np.full(segments, x), y + radius * np.cos(angle), z + radius * np.sin(angle)], axis=1
    )


def _fan(builder: MeshBuilder, rim: np.ndarray, bulge: float, material: str) -> None:
    """Add a lens: a shallow cone over a rim that runs counter-clockwise seen from +x."""
    count = len(rim)
    tip = rim.mean(axis=0) + np.array([bulge, 0.0, 0.0])
    ring = np.arange(count)
    faces = np.stack([np.full(count, count), ring, (ring + 1) % count], axis=1)
    builder.triangles(np.vstack([rim, tip]), faces, material, smooth_deg=60)


def _visor(builder: MeshBuilder, x: float, z: float, radius: float, segments: int) -> None:
    """Add the hood over a lamp: the upper two thirds of a tube, cut off slanted."""
    angle = np.radians(np.linspace(-35.0, 215.0, segments))
    y, up = radius * np.cos(angle), radius * np.sin(angle)
    reach = 0.10 + 0.10 * (1 + np.sin(angle)) / 2
    near = np.stack([np.full(segments, x), y, z + up], axis=1)
    far = np.stack([x + reach, y, z + up], axis=1)
    builder.loft(np.stack([near, far]), SIGNAL_VISOR, closed=False, smooth_deg=60)


def signal_head(level: int) -> MeshBuilder:
    """Return a vehicle signal head; origin at the green lamp's centre, on the housing's front."""
    head = MeshBuilder()
    middle = _LAMP_STEP_M
    height = 3 * _LAMP_STEP_M
    head.box((-0.10, 0, middle), (0.20, 0.30, height), SIGNAL_HOUSING)
    if level < 2:
        head.box((-0.03, 0, middle), (0.02, 0.58, height + 0.26), SIGNAL_BORDER)
        head.box((-0.018, 0, middle), (0.012, 0.54, height + 0.22), SIGNAL_HOUSING, faces=("+x",))
    segments = _SEGMENTS[level]
    for i, lens in enumerate((GREEN_LENS, AMBER_LENS, RED_LENS)):
        z = i * _LAMP_STEP_M
        _fan(head, _disc((0.006, 0, z), 0.105, segments), 0.02, lens)
        if level < 2:
            _visor(head, 0.0, z, 0.122, segments)
    return head


def vehicle_signal(level: int) -> MeshBuilder:
    """Return the head of a traffic light at its height, without its mast."""
    builder = MeshBuilder()
    builder.add(signal_head(level), translation(0.27, 0, LOWEST_LAMP_M))
    return builder


def vehicle_mast(level: int) -> MeshBuilder:
    """Return the mast of a traffic light, with the brackets that hold the head."""
    builder = MeshBuilder()
    segments = _SEGMENTS[level]
    builder.cylinder((0, 0, 0), (0, 0, 3.35), 0.055, POLE, segments=segments)
    if level == 0:
        builder.cylinder((0, 0, 0), (0, 0, 0.9), 0.075, POLE, segments=segments)
    for z in (LOWEST_LAMP_M - 0.05, LOWEST_LAMP_M + 0.70):
        if level < 2:
            builder.box((0.06, 0, z), (0.12, 0.05, 0.05), POLE, faces=("+y", "-y", "+z", "-z"))
    return builder


# Outlines of the two figures, (y, z) m from the lamp's centre, seen from +x; y to the right.
_STANDING = [
    (-0.035, 0.035),
    (-0.035, -0.01),
    (-0.018, -0.015),
    (-0.018, -0.075),
    (0.018, -0.075),
    (0.018, -0.015),
    (0.035, -0.01),
    (0.035, 0.035),
]
_WALKING = [
    (-0.014, 0.036), (-0.050, -0.005), (-0.040, -0.013), (-0.014, 0.010), (-0.016, -0.020),
    (-0.048, -0.070), (-0.030, -0.075), (0.000, -0.032), (0.024, -0.075), (0.042, -0.070),
    (0.016, -0.015), (0.016, 0.010), (0.042, -0.010), (0.050, 0.000), (0.016, 0.036),
]  # fmt: skip


def _figure(builder: MeshBuilder, outline: list[tuple[float, float]], x: float, z: float) -> None:
    """Add a figure's body and head in the plane `x`, facing +x, lit by the lamp it stands for."""
    lens = RED_LENS if outline is _STANDING else GREEN_LENS
    flat = MeshBuilder()
    flat.polygon(outline, 0.0, lens)
    # The polygon's (x, y) become the world's (y, z) at distance x.
    to_front = np.array([[0, 0, 1.0, x], [1.0, 0, 0, 0], [0, 1.0, 0, z], [0, 0, 0, 1.0]])
    builder.add(flat, to_front)
    _fan(builder, _disc((x, 0.0, z + 0.058), 0.018, 8), 0.001, lens)


def pedestrian_signal(level: int) -> MeshBuilder:
    """Return the head of a pedestrian light: a standing red figure over a walking green one."""
    builder = MeshBuilder()
    segments = _SEGMENTS[level]
    green, red = 2.20, 2.50
    builder.box((0.16, 0, (green + red) / 2), (0.20, 0.27, 0.60), SIGNAL_HOUSING)
    front = 0.262
    if level == 2:
        for z, lens in ((green, GREEN_LENS), (red, RED_LENS)):
            _fan(builder, _disc((front, 0, z), 0.06, 6), 0.005, lens)
        return builder
    _figure(builder, _WALKING, front, green)
    _figure(builder, _STANDING, front, red)
    for z in (green, red):
        _visor(builder, front - 0.002, z, 0.12, segments)
    return builder


def pedestrian_mast(level: int) -> MeshBuilder:
    """Return the mast of a pedestrian light, with the request button."""
    builder = MeshBuilder()
    builder.cylinder((0, 0, 0), (0, 0, 2.75), 0.05, POLE, segments=_SEGMENTS[level])
    if level < 2:
        builder.box((0.075, 0, 1.1), (0.06, 0.11, 0.18), POLE)
    return builder


def street_lamp(level: int) -> MeshBuilder:
    """Return a street lamp, 8 m high, whose arm reaches 1.6 m over the road."""
    builder = MeshBuilder()
    segments = _SEGMENTS[level]
    if level == 0:
        builder.cylinder((0, 0, 0), (0, 0, 1.1), 0.095, POLE, segments=segments)
    builder.cylinder(
        (0, 0, 0), (0, 0, 7.3), 0.075, POLE, end_radius_m=0.05, segments=segments, caps=False
    )
    # The arm bends over in a quarter circle of 0.6 m and then rises a little.
    bend = np.radians(np.linspace(0.0, 84.0, (7, 4, 2)[level]))
    x, z = 0.6 * (1 - np.cos(bend)), 7.3 + 0.6 * np.sin(bend)
    points = [*zip(x, np.zeros_like(x), z, strict=True), (1.25, 0.0, 7.955)]
    for a, b in pairwise(points):
        builder.cylinder(a, b, 0.045, POLE, segments=max(5, segments // 2), caps=False)
    outline = np.array([(1.05, 0.06), (1.25, 0.13), (1.65, 0.12), (1.75, 0.05)])
    outline = np.vstack([outline, outline[::-1] * (1, -1)])
    builder.extrude(outline, 7.92, 8.0, LAMP_HEAD, top_material=LAMP_HEAD)
    builder.polygon(outline, 7.92, LAMP_HEAD, facing=-1)
    lens = np.array(LANTERN) + (0.0, 0.0, 0.015)
    builder.box(lens, (0.42, 0.19, 0.03), LAMP_LENS)
    return builder
