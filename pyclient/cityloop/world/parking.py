"""Parked cars, and places at the roadside that they hide."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.errors import MapError
from cityloop.spatial import Pose
from cityloop.world import polylines
from cityloop.world.ground import Shape
from cityloop.world.network import Lane, RoadNetwork
from cityloop.world.road_class import built_up_edges
from cityloop.world.scene import Placement
from cityloop.world.streams import stream
from cityloop.world.strips import BAY_LENGTH_M, NO_PARKING_M
from cityloop.world.vehicles import VEHICLE_KINDS, pick_paint

Array = NDArray[np.float64]

OCCUPANCY = 0.7  # of the bays along through streets
QUIET_OCCUPANCY = 0.4  # along other streets
VERGE_OCCUPANCY = 0.25
PARKED_MARGIN_M = 14.0  # from a road's ends to a place between cars: a van and 8 m to the crossing

_KINDS = ("sedan", "hatchback", "suv", "estate", "pickup", "van")
_SHARES = (0.25, 0.33, 0.19, 0.14, 0.03, 0.06)
_GAP_M = 1.1  # between the two cars at a roadside place
_WALKING_ROOM_M = 1.8  # that a car on a sidewalk must leave
_VERGE_CAR_M = 0.25  # car to the sidewalk that it stands behind


@dataclass(frozen=True)
class Curbside:
    """Where cars stand along a road.

    Attributes:
        line: (N, 3) middle of the standing cars, in the direction of traffic, metres.
        start_m: length along `line` at which the road itself starts.
    """

    line: Array
    start_m: float


@dataclass(frozen=True)
class Roadside:
    """A place to stand beside a road.

    Attributes:
        position: (3,) on the ground, metres, world frame.
        heading_rad: towards the road, counter-clockwise from east.
        edge_id, s_m: the road, and the distance from its start.
        placements: cars that hide the place, to be added to the scene.
        replaced: names of the city's placements (parked cars, trees, small furniture) that stand
            in their way, to be left out.
    """

    position: Array
    heading_rad: float
    edge_id: str
    s_m: float
    placements: tuple[Placement, ...]
    replaced: tuple[str, ...] = ()


def curbside(network: RoadNetwork, edge_id: str) -> Curbside:
    """Return where cars stand on the right of a road.

    In its parking strip if it has one; else on the sidewalk's road side where at least 1.8 m stay
    free for people; else behind the sidewalk.
    """
    lanes = network.lanes_of(edge_id)
    ground = network.ground
    for lane in lanes:
        if lane.kind == "parking":
            line, start = ground.drawn_line_and_start(lane)
            return Curbside(line, start)
    car = max(VEHICLE_KINDS[kind].width_m for kind in _KINDS)
    outer = lanes[0]
    line, start = ground.drawn_line_and_start(outer)
    if outer.kind == "sidewalk" and outer.width_m >= car + _WALKING_ROOM_M:
        shift = outer.width_m / 2 - car / 2 - 0.05
    else:
        shift = -outer.width_m / 2 - _VERGE_CAR_M - car / 2
    return Curbside(polylines.offset(line, shift), start)


def build_parked(
    network: RoadNetwork, seed: int, footprints: list[Shape], kept_free: Sequence[Shape] = ()
) -> list[Placement]:
    """Return parked cars: in many bays of parking strips, a few behind other sidewalks.

    None stands where the ground is `kept_free`, as at bus stops. The streets that lead through the
    middle of the map are parked fuller than the others.
    """
    through = _through_streets(network)
    placements: list[Placement] = []
    houses = shapely.union_all(footprints)
    ground = network.ground
    keep_out = shapely.union_all([houses, ground.road, ground.raised])
    shapely.prepare(keep_out)
    reserved = shapely.STRtree(list(kept_free))
    for edge_id in sorted(built_up_edges(network)):
        lanes = network.lanes_of(edge_id)
        side = curbside(network, edge_id)
        strips = [lane for lane in lanes if lane.kind == "parking"]
        share = OCCUPANCY if edge_id in through else QUIET_OCCUPANCY
        share = share if strips else VERGE_OCCUPANCY
        rng = stream(seed, f"city/parked/{edge_id}")
        last = side.start_m + network.driving_lane(edge_id).length_m
        for s in _bays(network, side, strips):
            if not side.start_m <= s <= last - BAY_LENGTH_M:
                continue  # beyond the map's fringe, too far to matter
            taken = rng.random() < share
            kind = str(rng.choice(_KINDS, p=_SHARES))
            spare = max(0.0, BAY_LENGTH_M - VEHICLE_KINDS[kind].length_m - 0.5)
            along = s + BAY_LENGTH_M / 2 + rng.uniform(-0.5, 0.5) * spare
            turn, aside = rng.normal(0.0, 0.008), rng.normal(0.0, 0.04)
            if not taken:
                continue
            pose = _pose(network, side, kind, along, turn, float(np.clip(aside, -0.08, 0.08)))
            cover = footprint(kind, pose)
            if not strips and keep_out.intersects(cover):
                continue
            if len(reserved.query(cover, predicate="intersects")):
                continue
            placements.append(_car(f"parked/{len(placements)}", kind, pose, seed))
    return placements


def _through_streets(network: RoadNetwork) -> set[str]:
    """Return the edges of the ways straight through the map, in both directions."""
    edges: set[str] = set()
    for start, end in (("east", "west"), ("north", "south")):
        for a, b in ((start, end), (end, start)):
            names = (f"{a}_in", f"{b}_out")
            if all(name in network.aliases for name in names):
                try:
                    edges.update(network.route(*names))
                except MapError:
                    continue  # one-way streets may not lead across
    return edges


def _bays(network: RoadNetwork, side: Curbside, strips: list[Lane]) -> Array:
    if strips:
        return network.ground.strip(strips[0]).bays
    total = float(polylines.lengths(side.line)[-1])
    return np.arange(NO_PARKING_M + 4.0, total - NO_PARKING_M - BAY_LENGTH_M, BAY_LENGTH_M + 0.5)


def _pose(
    network: RoadNetwork, side: Curbside, kind: str, along: float, turn: float, aside: float
) -> Pose:
    """Return where a car stands whose middle is at `along`; its origin is under the rear axle."""
    way = polylines.directions(side.line, along)[0]
    middle = polylines.at(side.line[:, :2], along)[0] + aside * np.array([-way[1], way[0]])
    yaw = math.atan2(way[1], way[0]) + turn
    ahead = np.array([math.cos(yaw), math.sin(yaw)])
    xy = middle - VEHICLE_KINDS[kind].box_center[0] * ahead
    return standing(network, kind, xy, yaw)


def standing(network: RoadNetwork, kind: str, xy: Array, yaw: float) -> Pose:
    """Return the pose of a vehicle that stands at `xy` (2,) with its wheels on the ground."""
    ahead = np.array([math.cos(yaw), math.sin(yaw)])
    left = np.array([-ahead[1], ahead[0]])
    wheels = np.array(VEHICLE_KINDS[kind].wheel_centers)[:, :2]
    z = network.ground_height(xy + wheels[:, :1] * ahead + wheels[:, 1:] * left)
    # The plane through the wheels, by least squares.
    plane = np.linalg.lstsq(np.column_stack([wheels, np.ones(len(wheels))]), z, rcond=None)[0]
    if abs(plane[0]) < 1e-9 and abs(plane[1]) < 1e-9:
        return Pose.from_xyz_yaw(float(xy[0]), float(xy[1]), float(plane[2]), yaw)
    forward = np.array([*ahead, plane[0]]) / math.hypot(1.0, plane[0])
    side = np.array([*left, plane[1]])
    up = np.cross(forward, side)
    up /= np.linalg.norm(up)
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([forward, np.cross(up, forward), up])
    matrix[:3, 3] = [*xy, plane[2]]
    return Pose.from_matrix(matrix)


def _car(name: str, kind: str, pose: Pose, seed: int) -> Placement:
    paint = pick_paint(kind, stream(seed, f"{name}/paint"))
    return Placement(name, kind, pose, VEHICLE_KINDS[kind].semantic, labelled=True, tints=paint)


def footprint(kind: str, pose: Pose) -> Shape:
    """Return the rectangle that a car covers, world's plane, metres."""
    vehicle = VEHICLE_KINDS[kind]
    x, y = vehicle.box_center[0], vehicle.width_m / 2
    half = vehicle.length_m / 2
    corners = [(x - half, -y, 0.0), (x + half, -y, 0.0), (x + half, y, 0.0), (x - half, y, 0.0)]
    return shapely.Polygon(pose.apply(np.array(corners))[:, :2])


def _covered(placement: Placement) -> Shape:
    """Return the ground that a parked car or a piece of furniture covers; of a tree, its trunk."""
    if placement.prototype in VEHICLE_KINDS:
        return footprint(placement.prototype, placement.pose)
    return shapely.Point(placement.pose.position[:2]).buffer(0.3)


def roadside(
    network: RoadNetwork,
    standing: list[Placement],
    seed: int,
    edge_id: str,
    s_m: float,
    hidden_by: str | None,
) -> Roadside:
    """Return a place at the right of a road, for `City.roadside`."""
    side = curbside(network, edge_id)
    along = side.start_m + s_m
    way = polylines.directions(side.line, along)[0]
    left = np.array([-way[1], way[0]])
    # At the cars' road side, a shoulder's breadth inside, so that they hide who stands there.
    widest = max(VEHICLE_KINDS[kind].width_m for kind in _KINDS)
    inside = 0.0 if hidden_by is None else widest / 2 - 0.45
    xy = polylines.at(side.line[:, :2], along)[0] + inside * left
    z = float(network.ground_height(xy)[0])
    place = np.array([xy[0], xy[1], z])
    heading = math.atan2(left[1], left[0])
    if hidden_by is None:
        return Roadside(place, heading, edge_id, s_m, ())
    # Traffic comes from the start of the road: the tall car stands there.
    placements = []
    for end, kind, sign in (("before", "van", -1.0), ("behind", "hatchback", 1.0)):
        middle = along + sign * (_GAP_M / 2 + VEHICLE_KINDS[kind].length_m / 2)
        pose = _pose(network, side, kind, middle, 0.0, 0.0)
        name = f"parked/roadside_{edge_id}_{s_m:g}_{end}"
        placements.append(_car(name, kind, pose, seed))
    cover = shapely.union_all([footprint(p.prototype, p.pose) for p in placements])
    gap = shapely.Point(xy).buffer(_GAP_M)
    keep = cover.union(gap).convex_hull.buffer(0.3)
    replaced = tuple(p.name for p in standing if keep.intersects(_covered(p)))
    _check_room(network, cover, edge_id, s_m)
    return Roadside(place, heading, edge_id, s_m, tuple(placements), replaced)


def _check_room(network: RoadNetwork, cover: Shape, edge_id: str, s_m: float) -> None:
    lanes = [lane for lane in network.lanes.values() if lane.kind == "driving"]
    if any(cover.intersects(network.ground.lane_area(lane)) for lane in lanes):
        raise MapError(f"no cars can park at s_m={s_m:g} of road {edge_id!r}; choose another place")
