"""Bus stops: where the map has them, else along the main streets of a town, behind junctions."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.world import polylines
from cityloop.world.ground import Shape, ribbon
from cityloop.world.network import RoadNetwork
from cityloop.world.props import PROPS, SIGN, SIGN_POST
from cityloop.world.road_class import built_up_edges, is_quiet
from cityloop.world.scene import Placement
from cityloop.world.semantics import SemanticClass
from cityloop.world.standing_room import StandingRoom
from cityloop.world.streams import stream

Array = NDArray[np.float64]

BAY_M = (14.0, 5.0)  # before and behind its sign a stop is kept free of parked cars

_FARTHEST_M = 25.0  # from a mapped stop to its road
_BEHIND_JUNCTION_M = 26.0  # so that a bus that stops is clear of it
_SHORTEST_M = 60.0  # of roads that get a stop
_EVERY = 3  # of the roads along a street
_SHELTER_SIDEWALK_M = 2.9  # that a shelter leaves people room on
_SHELTER_BEHIND_M = 3.4  # shelter to the sign, against the way of traffic


@dataclass(frozen=True)
class BusStop:
    """A stop: its sign stands right of a road, `s_m` from the road's start."""

    edge_id: str
    s_m: float


def find_bus_stops(network: RoadNetwork, seed: int, mapped: Array) -> list[BusStop]:
    """Return the stops of a map, `mapped` (B, 2) metres; where there are none, made-up ones."""
    town = sorted(built_up_edges(network))
    if len(mapped):
        return [stop for xy in mapped for stop in _beside(network, town, xy)]
    stops = []
    first = int(stream(seed, "city/bus_stops").integers(0, _EVERY))
    for n, edge in enumerate(e for e in town if _is_main(network, e)):
        if n % _EVERY == first:
            stops.append(BusStop(edge, _BEHIND_JUNCTION_M))
    return stops


def _is_main(network: RoadNetwork, edge: str) -> bool:
    """Return whether buses might stop: a street with a sidewalk that comes from a junction."""
    lanes = network.lanes_of(edge)
    leaves = any(c.to_edge == edge for c in network.connections)
    long = network.driving_lane(edge).length_m >= _SHORTEST_M
    return lanes[0].kind == "sidewalk" and leaves and long and not is_quiet(network, edge)


def _beside(network: RoadNetwork, edges: list[str], xy: Array) -> list[BusStop]:
    """Return the stop on the road whose right side is nearest to a mapped place."""
    best: tuple[float, BusStop] | None = None
    for edge in edges:
        lane = network.driving_lane(edge)
        s, aside = polylines.project(lane.shape, xy)
        # A place on the left belongs to the other direction, if there is one.
        away = abs(aside) + (8.0 if aside > 0 else 0.0)
        if away < _FARTHEST_M and (best is None or away < best[0]):
            best = (away, BusStop(edge, float(np.clip(s, 2.0, max(2.0, lane.length_m - 2.0)))))
    return [] if best is None else [best[1]]


def bus_bays(network: RoadNetwork, stops: list[BusStop]) -> list[Shape]:
    """Return the strips beside the lanes, polygons in metres, that parked cars leave to buses."""
    bays = []
    for stop in stops:
        lane = network.lanes_of(stop.edge_id)[0]
        line, start = network.ground.drawn_line_and_start(lane)
        total = float(polylines.lengths(line)[-1])
        a, b = max(0.0, start + stop.s_m - BAY_M[0]), min(total, start + stop.s_m + BAY_M[1])
        bays.append(ribbon(polylines.between(line, a, b), lane.width_m + 5.0))
    return bays


def build_bus_stops(room: StandingRoom, stops: list[BusStop]) -> list[Placement]:
    """Stand a shelter, where there is room for one, and a post for each stop; return the signs."""
    signs = []
    for n, stop in enumerate(stops):
        outer = room.network.lanes_of(stop.edge_id)[0]
        for shift in (0.0, 1.5, -1.5, 3.0):
            aside = room.pole_offset_m(stop.edge_id)
            spot = room.spot(stop.edge_id, max(0.5, stop.s_m + shift), aside)
            if room.is_free(spot.xy, 0.1):
                break
        else:
            continue
        post = room.add(SIGN_POST, spot.xy, spot.yaw + math.pi, f"bus_stop_post/{n}")
        signs.append(
            Placement(
                f"bus_stop/{n}",
                f"{SIGN}/bus_stop",
                post.pose,
                SemanticClass.TRAFFIC_SIGN,
                labelled=True,
            )
        )
        deep = PROPS["bus_shelter"].dimension[0] / 2
        within = outer.kind == "sidewalk" and outer.width_m >= _SHELTER_SIDEWALK_M
        right = outer.width_m / 2 + (-deep - 0.05 if within else deep + 0.15)
        place = room.spot(stop.edge_id, max(2.5, stop.s_m - _SHELTER_BEHIND_M), right)
        if _has_room(room, place.xy, place.way, place.left):
            room.add("bus_shelter", place.xy, math.atan2(place.left[1], place.left[0]))
    return signs


def _has_room(room: StandingRoom, xy: Array, way: Array, left: Array) -> bool:
    length, width, _ = PROPS["bus_shelter"].dimension
    corners = [xy + a * way * width / 2 + b * left * length / 2 for a, b in
               ((-1, -1), (1, -1), (1, 1), (-1, 1))]  # fmt: skip
    free = not room.keep_out.intersects(shapely.Polygon(corners))
    return free and all(room.is_free(xy + d * way, 0.05) for d in (-1.6, 0.0, 1.6))
