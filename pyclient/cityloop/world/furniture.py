"""Street lamps, trees and small furniture, where they leave people and cars their way."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.world import polylines
from cityloop.world.ground import Shape
from cityloop.world.network import Lane
from cityloop.world.props import PROPS, STREET_LAMP
from cityloop.world.props_plants import TREES
from cityloop.world.road_class import built_up_edges
from cityloop.world.scene import Rgb
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
_ROUND_TREES = tuple(name for name in _TREES if TREES[name].taper < 0.8)  # for streets
# Colours that leaves are multiplied with: fresh, dusty, yellowish, dark and bluish green.
_LEAF_TINTS: tuple[Rgb, ...] = (
    (1.0, 1.0, 1.0), (0.92, 0.90, 0.80), (1.20, 1.04, 0.72), (0.74, 0.84, 0.72), (0.80, 0.94, 0.98),
    (1.08, 1.10, 0.86),
)  # fmt: skip
# On wide sidewalks, at the kerb or at the houses: what stands there, and how often.
_AT_KERB = ("bin", "bicycle_rack", "bench", "post_box", "hydrant", "planter", "poster_column")
_AT_KERB_SHARES = (0.27, 0.24, 0.15, 0.08, 0.08, 0.12, 0.06)
_AT_HOUSES = ("cabinet", "planter", "bench")
_WIDE_SIDEWALK_M = 2.8
_SPACING_M = (11.0, 30.0)
_FROM_ENDS_M = 9.0  # kept free before and behind junctions
_HOUSE_SIDE_SHARE = 0.3
_PLOT_M = (10.0, 22.0)  # of a fence or a hedge in front of a garden
_GATE_M = 3.5
_GARDEN_FROM_ROAD_M = 22.0  # at most, house to sidewalk, for a garden to be fenced
_PIECE_M = 2.0


def build_lamps(room: StandingRoom, seed: int) -> None:
    """Stand street lamps along the roads of the town."""
    for edge_id in sorted(built_up_edges(room.network)):
        _lamps(room, room.network.lanes_of(edge_id), seed)


def build_furniture(room: StandingRoom, seed: int, trees: Array, gardens: Sequence[Shape]) -> None:
    """Stand trees and small furniture wherever there is room left.

    `trees` (T, 2) are the map's own, metres; `gardens` the houses that get some around them.
    """
    network = room.network
    streets = built_up_edges(network)
    houses = shapely.union_all(list(gardens))
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
        _sidewalk_things(room, lanes, seed)
        if gardens:
            _garden_fronts(room, lanes, houses, seed)
        if not strips:
            _verge_trees(room, lanes, seed)
    _garden_trees(room, gardens, seed)
    rng = stream(seed, "city/trees")
    for xy in trees:
        if room.is_free(xy, 0.3):
            _plant(room, xy, rng)


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
    species = _ROUND_TREES[int(rng.integers(0, len(_ROUND_TREES)))]
    for start in room.network.ground.strip(lane).beds:
        s = float(start) + BED_LENGTH_M / 2
        way = polylines.directions(line, s)[0]
        left = np.array([-way[1], way[0]])
        xy = polylines.at(line[:, :2], s)[0]
        towards_road, towards_houses = (math.atan2(v[1], v[0]) for v in (left, -left))
        if min(s, total - s) > JUNCTION_VIEW_M:
            _plant(room, xy, rng, species)
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
            _plant(room, xy, rng)
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
            _plant(room, xy, rng)
        s += rng.uniform(*_FIELD_SPACING_M)


def _garden_trees(room: StandingRoom, houses: Sequence[Shape], seed: int) -> None:
    """Plant trees around houses, each where there is room for its crown."""
    rng = stream(seed, "city/gardens")
    for house in houses:
        planted: list[Shape] = []
        for _ in range(_GARDEN_TREES):
            ring = house.buffer(rng.uniform(*_GARDEN_M)).exterior
            spot = ring.interpolate(rng.random(), normalized=True)
            xy = np.array([spot.x, spot.y])
            if room.is_free(xy, 3.0) and not any(spot.dwithin(p, 5.0) for p in planted):
                planted.append(spot)
                _plant(room, xy, rng)


def _plant(room: StandingRoom, xy: Array, rng: np.random.Generator, species: str = "") -> None:
    """Plant a tree with a colour of its own."""
    kind = species or _TREES[int(rng.integers(0, len(_TREES)))]
    base = np.array(_LEAF_TINTS[int(rng.integers(0, len(_LEAF_TINTS)))])
    r, g, b = (base * rng.uniform(0.9, 1.1, 3)).tolist()
    room.add(kind, xy, rng.uniform(-math.pi, math.pi), tints=((r, g, b),))


def _sidewalk_things(room: StandingRoom, lanes: list[Lane], seed: int) -> None:
    """Stand bins, benches, racks and the like on a wide sidewalk, off the way along it."""
    outer = lanes[0]
    if outer.kind != "sidewalk" or outer.width_m < _WIDE_SIDEWALK_M:
        return
    rng = stream(seed, f"city/sidewalk/{outer.edge_id}")
    total = float(polylines.lengths(outer.shape)[-1])
    s = _FROM_ENDS_M + rng.uniform(0.0, _SPACING_M[1])
    while s < total - _FROM_ENDS_M:
        at_houses = rng.random() < _HOUSE_SIDE_SHARE
        kind = str(rng.choice(_AT_HOUSES if at_houses else _AT_KERB,
                              p=None if at_houses else _AT_KERB_SHARES))  # fmt: skip
        length, width, _ = PROPS[kind].dimension
        sign = 1.0 if at_houses else -1.0
        spot = room.spot(outer.edge_id, s, sign * (outer.width_m / 2 - length / 2 - 0.12))
        facing = math.atan2(*(sign * spot.left)[::-1])
        reach = 0.45 * min(length, width)
        ends = [spot.xy + d * spot.way for d in np.linspace(-0.5, 0.5, 5) * (width - 2 * reach)]
        if all(room.is_free(xy, reach) for xy in ends):
            room.add(kind, spot.xy, facing)
        s += rng.uniform(*_SPACING_M)


def _garden_fronts(room: StandingRoom, lanes: list[Lane], houses: Shape, seed: int) -> None:
    """Line the gardens beside a road with hedges and fences, open at gates and driveways."""
    outer = lanes[0]
    rng = stream(seed, f"city/fronts/{outer.edge_id}")
    total = float(polylines.lengths(outer.shape)[-1])
    # Placed at the end: pieces of one row touch.
    pieces: list[tuple[str, Array, float, tuple[Rgb, ...]]] = []
    s = rng.uniform(2.0, 5.0)
    while s < total - 3.0:
        end = min(s + rng.uniform(*_PLOT_M), total - 2.0)
        kind = str(rng.choice(["hedge", "fence", "fence", ""]))
        base = np.array(_LEAF_TINTS[int(rng.integers(0, len(_LEAF_TINTS)))])
        r, g, b = (base * rng.uniform(0.9, 1.1)).tolist()
        while kind and s + _PIECE_M <= end:
            spot = room.spot(outer.edge_id, s + _PIECE_M / 2, outer.width_m / 2 + 0.75)
            near = houses.distance(shapely.Point(spot.xy)) < _GARDEN_FROM_ROAD_M
            ends = [spot.xy + d * spot.way for d in (-0.7, 0.0, 0.7)]
            if near and all(room.is_free(xy, 0.47) for xy in ends):
                facing = math.atan2(spot.left[1], spot.left[0])
                pieces.append((kind, spot.xy, facing, ((r, g, b),) if kind == "hedge" else ()))
            s += _PIECE_M
        s = max(s, end) + _GATE_M
    for kind, xy, facing, tints in pieces:
        room.add(kind, xy, facing, tints=tints)
