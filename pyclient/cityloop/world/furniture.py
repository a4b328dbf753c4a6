"""Street lamps, trees and small furniture, where they leave people and cars their way."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cityloop.world import polylines
from cityloop.world.ground import Shape
from cityloop.world.network import Lane
from cityloop.world.props import PROPS, STREET_LAMP
from cityloop.world.road_class import built_up_edges
from cityloop.world.scene import Placement
from cityloop.world.standing_room import StandingRoom
from cityloop.world.streams import stream
from cityloop.world.strips import BED_LENGTH_M

Array = NDArray[np.float64]

LAMP_SPACING_M = 28.0
TREE_SPACING_M = 16.0
JUNCTION_VIEW_M = 12.0  # kept free of trees on either side of a junction

_KERB_TO_POLE_M = 0.2
# Narrower sidewalks are left to the people: poles then stand behind them.
_ROOMY_SIDEWALK_M = 2.5
_BEHIND_SIDEWALK_M = 0.5
_TREE_BEHIND_M = 1.3
# Beside roads through open country: how far behind the outermost lane, and apart.
_FIELD_TREE_M = (5.0, 28.0)
_FIELD_SPACING_M = (8.0, 60.0)
_GARDEN_M = (3.5, 11.0)  # from a house to the trees in its garden
_GARDEN_TREES = 4  # tries a house
_TREES = tuple(name for name in PROPS if name.startswith("tree_"))


def build_lamps(room: StandingRoom, seed: int) -> list[Placement]:
    """Stand street lamps along the roads of the town and return them."""
    first = len(room.placements)
    for edge_id in sorted(built_up_edges(room.network)):
        _lamps(room, room.network.lanes_of(edge_id), seed)
    return room.placements[first:]


def build_furniture(room: StandingRoom, seed: int, trees: Array, gardens: Sequence[Shape]) -> None:
    """Stand trees and small furniture wherever there is room left.

    `trees` (T, 2) are the map's own, metres; `gardens` the houses that get some around them.
    """
    network = room.network
    streets = built_up_edges(network)
    for edge_id in sorted(network.edges):
        lanes = network.lanes_of(edge_id)
        if not any(lane.kind == "driving" for lane in lanes):
            continue
        if edge_id not in streets:
            _field_trees(room, lanes, seed)
            continue
        strips = [lane for lane in lanes if lane.kind == "parking"]
        for lane in strips:
            _beds(room, lane, seed)
        if not strips:
            _verge_trees(room, lanes, seed)
    _garden_trees(room, gardens, seed)
    rng = stream(seed, "city/trees")
    for xy in trees:
        if room.is_free(xy, 0.3):
            room.add(_TREES[int(rng.integers(0, len(_TREES)))], xy, rng.uniform(-math.pi, math.pi))


def _lamps(room: StandingRoom, lanes: list[Lane], seed: int) -> None:
    outer = lanes[0]
    line = room.network.ground.drawn_line(outer)
    if outer.kind == "sidewalk" and outer.width_m >= _ROOMY_SIDEWALK_M:
        shift = outer.width_m / 2 - _KERB_TO_POLE_M
    else:
        shift = -outer.width_m / 2 - _BEHIND_SIDEWALK_M
    total = float(polylines.lengths(line)[-1])
    rng = stream(seed, f"city/lamps/{outer.edge_id}")
    s = rng.uniform(4.0, 10.0)
    while s < total - 2.0:
        way = polylines.directions(line, s)[0]
        left = np.array([-way[1], way[0]])
        xy = polylines.at(line[:, :2], s)[0] + shift * left
        if room.is_free(xy, 0.12):
            room.add(STREET_LAMP, xy, math.atan2(left[1], left[0]))
        s += LAMP_SPACING_M


def _beds(room: StandingRoom, lane: Lane, seed: int) -> None:
    """Plant a tree on each planted bed, with something small beside it on some."""
    line = room.network.ground.drawn_line(lane)
    total = float(polylines.lengths(line)[-1])
    rng = stream(seed, f"city/beds/{lane.edge_id}")
    species = _TREES[int(rng.integers(0, len(_TREES)))]
    for start in room.network.ground.strip(lane).beds:
        s = float(start) + BED_LENGTH_M / 2
        way = polylines.directions(line, s)[0]
        left = np.array([-way[1], way[0]])
        xy = polylines.at(line[:, :2], s)[0]
        towards_road, towards_houses = (math.atan2(v[1], v[0]) for v in (left, -left))
        if min(s, total - s) > JUNCTION_VIEW_M:
            room.add(species, xy, rng.uniform(-math.pi, math.pi))
        extra = rng.choice(["", "bollard", "bin", "bench", "parking_meter"])
        if extra == "bollard":
            for along in (-0.7, 0.7):
                room.add("bollard", xy + along * way + 0.7 * left, towards_road)
        elif extra == "bench":
            room.add("bench", xy - 0.65 * left, towards_houses)
        elif extra:
            room.add(str(extra), xy + 0.65 * way - 0.65 * left, towards_houses)


def _verge_trees(room: StandingRoom, lanes: list[Lane], seed: int) -> None:
    outer = lanes[0]
    line = room.network.ground.drawn_line(outer)
    total = float(polylines.lengths(line)[-1])
    rng = stream(seed, f"city/verge/{outer.edge_id}")
    s = JUNCTION_VIEW_M + rng.uniform(0.0, 6.0)
    while s < total - JUNCTION_VIEW_M:
        way = polylines.directions(line, s)[0]
        right = np.array([way[1], -way[0]])
        xy = polylines.at(line[:, :2], s)[0] + right * (outer.width_m / 2 + _TREE_BEHIND_M)
        if room.is_free(xy, 0.5):
            room.add(_TREES[int(rng.integers(0, len(_TREES)))], xy, rng.uniform(-math.pi, math.pi))
        s += TREE_SPACING_M + rng.uniform(-3.0, 3.0)


def _field_trees(room: StandingRoom, lanes: list[Lane], seed: int) -> None:
    """Scatter trees over the land beside a road through open country."""
    outer = lanes[0]
    line = room.network.ground.drawn_line(outer)
    total = float(polylines.lengths(line)[-1])
    rng = stream(seed, f"city/field/{outer.edge_id}")
    s = rng.uniform(*_FIELD_SPACING_M)
    while s < total:
        way = polylines.directions(line, s)[0]
        right = np.array([way[1], -way[0]])
        away = outer.width_m / 2 + rng.uniform(*_FIELD_TREE_M)
        xy = polylines.at(line[:, :2], s)[0] + right * away
        if room.is_free(xy, 2.0):
            room.add(_TREES[int(rng.integers(0, len(_TREES)))], xy, rng.uniform(-math.pi, math.pi))
        s += rng.uniform(*_FIELD_SPACING_M)


def _garden_trees(room: StandingRoom, houses: Sequence[Shape], seed: int) -> None:
    """Plant trees around houses, each where there is room for its crown."""
    rng = stream(seed, "city/gardens")
    for house in houses:
        planted: list[Shape] = []
        for _ in range(_GARDEN_TREES):
            ring = house.buffer(rng.uniform(*_GARDEN_M)).exterior
            spot = ring.interpolate(rng.random(), normalized=True)
            kind = _TREES[int(rng.integers(0, len(_TREES)))]
            xy, yaw = np.array([spot.x, spot.y]), rng.uniform(-math.pi, math.pi)
            if room.is_free(xy, 3.0) and not any(spot.dwithin(p, 5.0) for p in planted):
                planted.append(spot)
                room.add(kind, xy, yaw)
