"""Where a scripted person goes who crosses the road, and what must not stand there."""

from collections.abc import Iterable, Mapping

import numpy as np
import shapely

from cityloop.annotation.actors import Array
from cityloop.spatial import rotation
from cityloop.world.city import Roadside
from cityloop.world.network import RoadNetwork
from cityloop.world.scene import Placement, Prototype
from cityloop.world.standing_room import LOOSE

_STEP_M = 0.25
_WIDEST_ROAD_M = 40.0
_BEYOND_KERB_M = 1.5
_KERB_M = 0.03  # a rise of the ground that is a kerb
_HALF_PERSON_M = 0.4


def way_across(network: RoadNetwork, spot: Roadside) -> Array:
    """Return (2, 3) the ends in m of the way from a roadside spot straight over the road.

    The other side is where the ground rises from the road again or, where no sidewalk is, a quarter
    of the widest road away.
    """
    forward = np.array([np.cos(spot.heading_rad), np.sin(spot.heading_rad)])
    along = np.arange(0.0, _WIDEST_ROAD_M, _STEP_M)
    height = network.ground_height(spot.position[:2] + along[:, None] * forward)
    on_road = int(np.argmin(height[: int(12.0 / _STEP_M)]))
    rises = np.flatnonzero(np.diff(height) > _KERB_M)
    rises = rises[rises >= on_road]
    end = along[rises[0] + 1] + _BEYOND_KERB_M if len(rises) else _WIDEST_ROAD_M / 4
    ends = np.stack([spot.position[:2], spot.position[:2] + end * forward])
    return np.column_stack([ends, network.ground_height(ends)])


def in_the_way(
    way: Array, placements: Iterable[Placement], prototypes: Mapping[str, Prototype]
) -> set[str]:
    """Return the names of parked cars, furniture and posts that somebody on `way` would hit."""
    corridor = shapely.LineString(way[:, :2]).buffer(_HALF_PERSON_M)
    names = set()
    for placement in placements:
        prototype = prototypes[placement.prototype]
        if not placement.name.startswith(LOOSE):
            continue
        corners = np.zeros((4, 3))
        corners[:, :2] = (
            np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) / 2 * prototype.dimension[:2]
        )
        corners += prototype.box_center
        outline = placement.pose.position + rotation.rotate(placement.pose.quaternion, corners)
        if corridor.intersects(shapely.Polygon(outline[:, :2])):
            names.add(placement.name)
    return names
