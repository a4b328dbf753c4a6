"""Bounds that every OpenDRIVE map of real roads keeps; what breaks them is refused, not built.

Netconvert takes all of it without a word, or hangs.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cityloop.world.map_xml import UnsafeMapError
from cityloop.world.opendrive.road import Cubics, LaneSection, Road, RoadObject
from cityloop.world.osm import MAX_HEIGHT_M, MAX_MAP_M, MAX_WALL_M2

Array = NDArray[np.float64]

MAX_SLOPE = 0.5
MAX_ELEVATION_M = 10_000.0
MAX_CURVATURE_PER_M = 1.0
MAX_LANE_WIDTH_M = 50.0
MAX_LANE_NUMBER = 100
MAX_REPEATS = 20_000  # of all objects of a map together
_MAX_REACH_M = 1000.0  # of objects, signals and sections from their road
_NEGATIVE_WIDTH_M = 0.1  # that cubics of real maps undershoot 0 by
_SHORTEST_DASH_M = 0.05  # with its gap
_DRIVABLE = frozenset(
    {"driving", "entry", "exit", "onRamp", "offRamp", "connectingRamp", "bidirectional", "bus"}
    | {"taxi", "HOV", "mwyEntry", "mwyExit"}
)


def check_roads(path: Path, roads: Sequence[Road]) -> None:
    """Refuse a map whose roads or objects cannot be meant.

    Raises:
        UnsafeMapError: with the first road and value at fault.
    """
    seen: set[str] = set()
    repeats = 0.0
    for road in roads:
        with np.errstate(all="ignore"):
            faults = [] if road.id not in seen else ["its id is that of another road, too"]
            fault = next(iter([*faults, *_faults(road)]), None)
        if fault is not None:
            raise UnsafeMapError(f"{path}: road {road.id!r} cannot be built: {fault}; correct it")
        seen.add(road.id)
        repeats += sum(_repeats(thing) for thing in road.objects)
    if repeats > MAX_REPEATS:
        raise UnsafeMapError(
            f"{path}: its objects are repeated {repeats:.3g} times in all, more than "
            f"{MAX_REPEATS}; give their <repeat> a larger distance"
        )
    _check_extent(path, roads)


def _check_extent(path: Path, roads: Sequence[Road]) -> None:
    points = np.array([[piece.x, piece.y] for road in roads for piece in road.plan_view])
    size = float(np.ptp(points, axis=0).max(initial=0.0))
    if not size <= MAX_MAP_M:
        raise UnsafeMapError(
            f"{path}: the map is {size / 1000:.0f} km wide, more than {MAX_MAP_M / 1000:.0f} km; "
            "cut out the part that is needed"
        )


def _faults(road: Road) -> Iterator[str]:
    """Say, for each fault of a road, what is wrong and what would be right."""
    for what, length in [
        ("it", road.length_m),
        *(("a <geometry> of it", piece.length_m) for piece in road.plan_view),
    ]:
        if not 0 <= length <= MAX_MAP_M:
            yield f"{what} is {length:g} m long, not between 0 and {MAX_MAP_M:g}"
            return
    for piece in road.plan_view:
        for name in ("curvature", "curvStart", "curvEnd"):
            value = piece.values.get(name, 0.0)
            if not abs(value) <= MAX_CURVATURE_PER_M:
                yield f"{name}={value:g} at s={piece.s:g} exceeds {MAX_CURVATURE_PER_M:g} per metre"
        ends = piece.at(np.linspace(0.0, piece.length_m, 3))[0]
        if not np.abs(ends - [piece.x, piece.y]).max() <= MAX_MAP_M:
            yield f"its <{piece.shape}> at s={piece.s:g} leads out of the map"
    yield from _elevation_faults(road)
    for section in road.sections:
        yield from _section_faults(road, section)
    for thing in road.objects:
        yield from (f"object {thing.id!r} {fault}" for fault in _object_faults(road, thing))
    for signal in road.signals:
        if not _is_near(road, signal.s, signal.t):
            yield f"signal {signal.id!r} (s={signal.s:g}, t={signal.t:g}) is far off the road"


def _elevation_faults(road: Road) -> Iterator[str]:
    for cubic, start, end in _pieces(road.elevation, 0.0, road.length_m):
        height = max(_range(cubic, start, end), key=abs)
        if not abs(height) <= MAX_ELEVATION_M:
            yield f"its elevation of {height:g} m is beyond {MAX_ELEVATION_M:g} m"
        slope = max(_range(_derived(cubic), start, end), key=abs)
        if not abs(slope) <= MAX_SLOPE:
            yield f"its slope of {100 * slope:.0f} % is beyond {100 * MAX_SLOPE:.0f} %"


def _section_faults(road: Road, section: LaneSection) -> Iterator[str]:
    if not _is_near(road, section.s):
        yield f"a <laneSection> starts at s={section.s:g}, off the road"
        return
    for number, lane in section.lanes.items():
        if abs(number) > MAX_LANE_NUMBER:
            yield f"it has a lane {number}, beyond {MAX_LANE_NUMBER}"
        if number and lane.kind in _DRIVABLE and not lane.width.parts:
            yield f"lane {number} of type {lane.kind!r} has no <width>"
        for cubic, start, end in _pieces(lane.width, 0.0, section.end - section.s):
            low, high = _range(cubic, start, end)
            if number and not low >= -_NEGATIVE_WIDTH_M:
                yield f"lane {number} has a width of {low:g} m, below 0"
            if number and not high <= MAX_LANE_WIDTH_M:
                yield f"lane {number} has a width of {high:g} m, above {MAX_LANE_WIDTH_M:g} m"
        for mark in lane.marks:
            if not _is_near(road, mark.s):
                yield f"a <roadMark> of lane {number} starts at s={mark.s:g}, off the road"
            for line in mark.lines:
                if line.space_m > 0 < line.length_m and not (
                    line.space_m + line.length_m >= _SHORTEST_DASH_M
                ):
                    yield f"dashes of a <roadMark> of lane {number} are below {_SHORTEST_DASH_M} m"


def _object_faults(road: Road, thing: RoadObject) -> Iterator[str]:
    spots = [(thing.s, thing.t), *(thing.outline if thing.outline_on_road else ())]
    spots += [
        (s, t) for row in thing.repeats for s in (row.s, row.s + row.length_m) for t in row.t_m
    ]
    for s, t in spots:
        if not _is_near(road, s, t):
            yield f"(s={s:g}, t={t:g}) is far off the road"
    sizes = [thing.width_m, thing.radius_m, thing.z_offset_m, thing.height_m]
    sizes += [size for row in thing.repeats for size in (*row.height_m, *row.z_offset_m)]
    if not thing.outline_on_road:
        sizes += np.ravel(thing.outline).tolist()
    for size in sizes:
        if not abs(size) <= MAX_HEIGHT_M:
            yield f"has a size of {size:g} m, above {MAX_HEIGHT_M:g} m"
    if not 0 <= thing.length_m <= max(MAX_HEIGHT_M, road.length_m):
        yield f"is {thing.length_m:g} m long, more than its road"
    ring = thing.outline if len(thing.outline) else np.array([[0.0, 0.0]])
    around = sum(math.dist(a, b) for a, b in pairwise([*ring, ring[0]]))
    around = max(around, 2 * (thing.length_m + thing.width_m))
    if thing.kind.lower() in ("building", "house") and not (around * thing.height_m <= MAX_WALL_M2):
        yield f"has {around * thing.height_m:g} m2 of walls, more than {MAX_WALL_M2:g}"
    for row in thing.repeats:
        if row.distance_m < 0 or row.length_m < 0:
            yield "has a <repeat> of negative length or distance"


def _repeats(thing: RoadObject) -> float:
    """Return how often an object stands, roughly; rows without gaps count as one."""
    rows = [row for row in thing.repeats if row.distance_m > 0]
    return sum(row.length_m / row.distance_m for row in rows)


def _is_near(road: Road, s: float, t: float = 0.0) -> bool:
    return -_MAX_REACH_M <= s <= road.length_m + _MAX_REACH_M and abs(t) <= _MAX_REACH_M


def _pieces(function: Cubics, start: float, end: float) -> Iterator[tuple[Array, float, float]]:
    """Yield the coefficients (a, b, c, d) of each cubic and where it holds, from its own start."""
    starts = [part[0] for part in function.parts]
    for n, (own, *cubic) in enumerate(function.parts):
        first = start if n == 0 else max(own, start)
        last = min(starts[n + 1], end) if n + 1 < len(starts) else end
        if first <= last:
            yield np.array(cubic), first - own, last - own


def _derived(polynomial: Array) -> Array:
    return polynomial[1:] * np.arange(1, len(polynomial))


def _range(polynomial: Array, start: float, end: float) -> tuple[float, float]:
    """Return a polynomial's least and greatest value from `start` to `end`."""
    turns = np.polynomial.polynomial.polyroots(_derived(polynomial))
    turns = turns.real[np.abs(turns.imag) < 1e-9]
    at = np.array([start, end, *turns[(turns > start) & (turns < end)]])
    values = np.polynomial.polynomial.polyval(at, polynomial)
    return float(values.min()), float(values.max())
