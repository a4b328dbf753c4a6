"""Where things can stand beside a road: off the carriageway, houses, cars and one another."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world import polylines
from cityloop.world.ground import Shape
from cityloop.world.network import RoadNetwork
from cityloop.world.props import PROPS, STREET_LAMP, STREET_LAMP_LIT
from cityloop.world.scene import CapsuleCollider, Placement, Rgb

Array = NDArray[np.float64]

# Narrower sidewalks are left to the people: poles then stand behind them.
POLE_SIDEWALK_M = 2.2
_KERB_TO_POLE_M = 0.3
_BEHIND_SIDEWALK_M = 0.35
_CELL_M = 8.0
# Beginnings of the names of what a scenario may leave out where it is in somebody's way.
LOOSE = ("parked/", "furniture/", "sign_post/", "name_post/", "bus_stop_post/")


@dataclass(frozen=True)
class Spot:
    """A place beside a road: `xy` (2,), metres; `way` (2,) unit, the direction of traffic."""

    xy: Array
    way: Array

    @property
    def yaw(self) -> float:
        """Of the direction of traffic, rad."""
        return float(np.arctan2(self.way[1], self.way[0]))

    @property
    def left(self) -> Array:
        """(2,) unit, from the right side of the road across it."""
        return np.array([-self.way[1], self.way[0]])


@dataclass
class StandingRoom:
    """The ground of a city on which furniture, lamps and signs find their place, one after another.

    Attributes:
        network: the roads.
        keep_out: what nothing may stand on, world's plane, metres.
        placements: all that stands so far.
    """

    network: RoadNetwork
    keep_out: Shape
    placements: list[Placement] = field(default_factory=list)
    _taken: dict[tuple[int, int], list[tuple[float, float, float]]] = field(default_factory=dict)

    @staticmethod
    def of(network: RoadNetwork, covered: Sequence[Shape]) -> "StandingRoom":
        """Return the room beside the roads and their ramps, off the ground that is `covered`."""
        ground = network.ground
        room = StandingRoom(network, shapely.union_all([ground.road, ground.ramps, *covered]))
        shapely.prepare(room.keep_out)
        return room

    def take(self, xy: Array, radius_m: float) -> None:
        """Note that something stands at `xy` (2,)."""
        cell = (int(xy[0] // _CELL_M), int(xy[1] // _CELL_M))
        self._taken.setdefault(cell, []).append((float(xy[0]), float(xy[1]), radius_m))

    def is_free(self, xy: Array, radius_m: float) -> bool:
        """Return whether a disc is free; what stands is at most 4 m wide."""
        i, j = int(xy[0] // _CELL_M), int(xy[1] // _CELL_M)
        for cell in ((i + a, j + b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
            for x, y, r in self._taken.get(cell, ()):
                if (x - xy[0]) ** 2 + (y - xy[1]) ** 2 < (r + radius_m) ** 2:
                    return False
        return not self.keep_out.intersects(shapely.Point(xy).buffer(radius_m))

    def add(
        self, kind: str, xy: Array, yaw: float, name: str = "", tints: tuple[Rgb, ...] = ()
    ) -> Placement:
        """Stand a prop at `xy` (2,), named "furniture/<n>" if not said otherwise."""
        z = float(self.network.ground_height(xy)[0])
        prop = PROPS[kind]
        placement = Placement(
            name=name or f"furniture/{len(self.placements)}",
            prototype=kind,
            pose=Pose.from_xyz_yaw(float(xy[0]), float(xy[1]), z, yaw),
            semantic=prop.semantic,
            tints=tints,
            night_lamps=STREET_LAMP_LIT if kind == STREET_LAMP else 0,
        )
        self.placements.append(placement)
        slim = isinstance(prop.collider, CapsuleCollider)
        self.take(xy, prop.collider.radius_m if slim else max(prop.dimension[:2]) / 2)  # type: ignore[union-attr]
        return placement

    def spot(self, edge_id: str, s_m: float, right_m: float) -> Spot:
        """Return the place `right_m` right of the middle of a road's rightmost lane.

        `s_m` counts from the road's own start, negative from its end.
        """
        lane = self.network.lanes_of(edge_id)[0]
        line, start = self.network.ground.drawn_line_and_start(lane)
        end = start + float(polylines.lengths(lane.shape)[-1])
        along = start + s_m if s_m >= 0 else end + s_m
        way = polylines.directions(line, along)[0]
        xy = polylines.at(line[:, :2], along)[0] + right_m * np.array([way[1], -way[0]])
        return Spot(xy, way)

    def pole_offset_m(self, edge_id: str) -> float:
        """Return how far right of its rightmost lane's middle the poles of a road stand."""
        outer = self.network.lanes_of(edge_id)[0]
        if outer.kind == "sidewalk" and outer.width_m >= POLE_SIDEWALK_M:
            return -outer.width_m / 2 + _KERB_TO_POLE_M
        return outer.width_m / 2 + _BEHIND_SIDEWALK_M
