"""What a map says beside its roads, whatever its format."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cityloop.world.ground import Shape
from cityloop.world.markings import Markings
from cityloop.world.opendrive.lights import MappedLight
from cityloop.world.opendrive.signs import MappedSign
from cityloop.world.osm import Outline
from cityloop.world.scene import Scene


@dataclass(frozen=True)
class MapContent:
    """Buildings, trees, paint and the like; what it has none of is filled in.

    Attributes:
        outlines: buildings.
        driveways: paved ways to houses, polygons, world's plane, metres.
        trees: (T, 2) metres.
        lines: paint along the lanes, None where it is to be guessed.
        lights: traffic lights.
        signs: traffic signs.
        bus_stops: (B, 2) metres.
        scene: poles, barriers and the like, as they stand.
        walls: the ground that barriers and walls cover, polygons, world's plane, metres.
    """

    outlines: Sequence[Outline] = ()
    driveways: Sequence[Shape] = ()
    trees: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    lines: Markings | None = None
    lights: Sequence[MappedLight] = ()
    signs: Sequence[MappedSign] = ()
    bus_stops: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    scene: Scene = field(default_factory=Scene)
    walls: Sequence[Shape] = ()
