"""Colours of one vehicle: its paint, how dirty it is, and who sits in it or on it."""

import numpy as np

from cityloop.world.people_clothes import pick_colors
from cityloop.world.scene import Rgb
from cityloop.world.semantics import SemanticClass
from cityloop.world.vehicles_kinds import find_kind
from cityloop.world.vehicles_palettes import Palette

_JACKET: Rgb = (0.020, 0.020, 0.022)  # leather and textile are mostly black
_BOOTS: Rgb = (0.015, 0.014, 0.013)
_DUST: Rgb = (0.13, 0.115, 0.095)  # of roads, dry
# How much of the paint the dust hides, of the body and of what the wheels splash: Beta(a, b) shares
# of these. Most cars are fairly clean, a few are dirty.
_DIRT_ABOVE, _DIRT_BELOW = 0.22, 0.75
_DIRT_BETA = (0.9, 2.4)


def _draw(palette: Palette, rng: np.random.Generator) -> Rgb:
    weights = np.array([weight for weight, _ in palette])
    return palette[int(rng.choice(len(palette), p=weights / weights.sum()))][1]


def _dusty(paint: Rgb, share: float) -> Rgb:
    r, g, b = ((1 - share) * p + share * d for p, d in zip(paint, _DUST, strict=True))
    return (r, g, b)


def pick_paint(kind: str, rng: np.random.Generator) -> tuple[Rgb, ...]:
    """Return a body's tints, linear: a paint of the kind's palette, as often as traffic shows it.

    Slot 1 is the paint under a film of dust, slots 2 to 6 the colours of the driver's or rider's
    skin, hair, top, bottom and shoes. Slot 7 is the helmet of who has one; on other vehicles the
    paint low on the body, where wheels splash it.

    Raises:
        ScenarioError: for an unknown kind.
    """
    vehicle = find_kind(kind)
    paint = _draw(vehicle.paint, rng)
    clothes = list(pick_colors(False, rng))
    if vehicle.semantic == SemanticClass.MOTORCYCLE:
        clothes[2], clothes[4] = _JACKET, _BOOTS
    dirt = float(rng.beta(*_DIRT_BETA))
    above = _dusty(paint, _DIRT_ABOVE * dirt)
    if vehicle.helmet:
        return (above, *clothes, _draw(vehicle.helmet, rng))
    return (above, *clothes, _dusty(paint, _DIRT_BELOW * dirt))
