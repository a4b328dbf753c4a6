"""Wheels: a tyre and a rim with spokes, so that one sees them spin.

Part frame: origin at the wheel's centre, y axis along the axle.
"""

import numpy as np

from cityloop.world.meshing import MIRROR_Y, SIDES_AND_TOP, MeshBuilder
from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_materials import BLACK, CHROME, RIM, STEEL, TYRE

# Sides of the tyre for each level of detail: enough that it is nowhere 3 cm flatter than the
# circle, for `cityloop verify` takes what lies deeper in that for the wheel.
_SEGMENTS = (20, 10, 8)
_HEAVY_SEGMENTS = (24, 10, 9)

# The lathe turns about z; this carries its z to y, the outside of a left wheel.
Z_TO_Y = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1.0]])


def _spokes(
    builder: MeshBuilder, count: int, inner: float, outer: float, z: float, *, solid: bool
) -> None:
    """Add tapered spokes, slightly dished, between two radii at `z`; flat ones if not `solid`."""
    for i in range(count):
        angle = 2 * np.pi * i / count
        along = np.array([np.cos(angle), np.sin(angle), 0.0])
        across = np.array([-along[1], along[0], 0.0])
        up, deep = np.array([0.0, 0.0, z]), np.array([0.0, 0.0, 0.03])
        a = inner * along - 0.16 * outer * across + up
        b = outer * along - 0.10 * outer * across + up - 0.3 * deep
        c = outer * along + 0.10 * outer * across + up - 0.3 * deep
        d = inner * along + 0.16 * outer * across + up
        quads = [[a, b, c, d], [a - deep, b - deep, b, a], [d, c, c - deep, d - deep]]
        builder.quads(np.array(quads if solid else quads[:1]), RIM)


def wheel(kind: VehicleKind, level: int, side: int = 1) -> MeshBuilder:
    """Return a wheel of a kind at a level of detail (0 finest); `side` 1 is left, -1 right."""
    radius, half = kind.wheel_radius_m, kind.wheel_width_m / 2
    heavy = radius > 0.4  # trucks and buses: steel disc wheels
    rim = radius * (0.62 if heavy else 0.70)
    segments = (_HEAVY_SEGMENTS if heavy else _SEGMENTS)[level]
    turned = MeshBuilder()
    if level == 2:
        # The far body has no wheel arches: the wheel reaches out to the body's side instead.
        outside = (kind.width_m - kind.track_m) / 2 + 0.004
        profile = [(radius, -half), (radius, outside), (rim, outside), (0.0, outside)]
        names = [TYRE, TYRE, RIM]
        if heavy:  # its dark disc looks like the tyre from there
            profile, names = [*profile[:2], profile[3]], [TYRE, TYRE]
        turned.lathe(profile, names, segments=segments, smooth_deg=50)
    else:
        dish = half - (0.10 if heavy else 0.055)
        tyre = [
            (rim, -half + 0.01),
            (radius - 0.02, -half),
            (radius, -half + 0.03),
            (radius, half - 0.03),
            (radius - 0.02, half),
            (rim + 0.015, half - 0.005),
        ]
        if level == 1:
            tyre = [(radius, -half), (radius, half - 0.02), (rim + 0.01, half)]
        lip = (rim - 0.012, half - 0.012)
        floor = (rim - 0.03, dish)
        profile = [(0.0, -half + 0.02), *tyre, lip, floor, (0.0, dish)]
        back = STEEL if heavy else BLACK
        names = [BLACK, *[TYRE] * (len(tyre) - 1), RIM, RIM, back]
        turned.lathe(profile, names, segments=segments, smooth_deg=50)
        if heavy:
            hub = [(0.55 * rim, dish), (0.45 * rim, half - 0.01), (0.0, half - 0.005)]
            turned.lathe(hub, STEEL, segments=max(6, segments // 2))
            if level == 0:
                _bolts(turned, 0.68 * rim, dish)
        else:
            _spokes(turned, 5, 0.10 * rim, rim - 0.02, half - 0.018, solid=level == 0)
        if not heavy and level == 0:
            cap = [(0.26 * rim, half - 0.03), (0.22 * rim, half - 0.01), (0.0, half - 0.008)]
            turned.lathe(cap, CHROME, segments=8)
    result = MeshBuilder()
    result.add(turned, Z_TO_Y)
    if side < 0:
        mirrored = MeshBuilder()
        mirrored.add(result, MIRROR_Y)
        return mirrored
    return result


def _bolts(builder: MeshBuilder, radius: float, z: float) -> None:
    for i in range(8):
        angle = 2 * np.pi * i / 8
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        builder.box((x, y, z + 0.02), (0.035, 0.035, 0.04), CHROME, faces=SIDES_AND_TOP)
