"""What lies where on the ground: carriageway, raised paving, ramps at crossings; and how high."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.world import polylines
from cityloop.world.elevation import Elevation
from cityloop.world.netfile import Lane
from cityloop.world.strips import BED_LENGTH_M, NO_PARKING_M, Strip, lay_out

if TYPE_CHECKING:
    from cityloop.world.network import RoadNetwork

Array = NDArray[np.float64]
# Shapely ships no types: polygons, multipolygons and lines are `Any` here.
Shape = Any

KERB_HEIGHT_M = 0.12
KERB_WIDTH_M = 0.15
RAMP_M = 0.6  # how far behind the road's edge a dropped kerb has risen to full height
UNEVEN_M = 0.004  # that a mesh may differ from the land that it stands for
BEYOND_FRINGE_M = 80.0  # how far roads are drawn on where they leave the map

# Vertices of the road and of the raised paving lie on a grid, so that none nearly coincide: unions
# of lanes leave some micrometres apart, and slivers between them.
_GRID_M = 0.01
# A lowered kerb stays level over this share of a ramp or wing before it rises: where the ground is
# cut, a centimetre or two beside the ramp, faces a fraction of a millimetre high would come out.
_LEVEL_SHARE = 0.03
# Sideways from a crossing the kerb rises again over this length.
_WING_M = 0.5
_PAINT_M = 0.004  # thickness of paint
_ROAD_KINDS = ("driving", "parking", "bicycle", "border")


@dataclass(frozen=True)
class _Ramp:
    """The lowered kerb at one end of a crossing.

    Attributes:
        zone: where the kerb is lowest, reaching past the raised paving on both sides.
        road: the carriageway that it leads to.
        area: the raised paving that is lower than the kerb.
        pieces: `area`, cut where the slope changes.
    """

    zone: Shape
    road: Shape
    area: Shape
    pieces: tuple[Shape, ...]


def ribbon(line: Array, width_m: float) -> Shape:
    """Return the polygon of a lane: `line` (N, 2 or 3) widened to `width_m`, with square ends."""
    left = polylines.offset(line[:, :2], width_m / 2)
    right = polylines.offset(line[:, :2], -width_m / 2)
    outline = shapely.Polygon(np.concatenate([left, right[::-1]]))
    if outline.is_valid:
        return outline
    return shapely.LineString(line[:, :2]).buffer(width_m / 2, cap_style="flat", join_style="mitre")


def polygons(shape: Shape) -> list[Shape]:
    """Return the polygons of any shape that have area."""
    parts = shapely.get_parts(shape) if shape.geom_type.startswith(("Multi", "Geom")) else [shape]
    return [p for part in parts for p in _flat(part) if p.area > 1e-6]


def _flat(part: Shape) -> list[Shape]:
    if part.geom_type == "Polygon":
        return [part]
    return polygons(part) if part.geom_type in ("MultiPolygon", "GeometryCollection") else []


class Ground:
    """The surfaces of a road network, as shapely areas in the world's plane, metres.

    Attributes:
        road: carriageways, the inside of junctions and the ways across them, at the network's
            elevation.
        raised: sidewalks and the corners where people wait, without `road`; a kerb higher.
        kerb_m: how much higher they are: 0 on a map without any, which has no kerbs.
        beds: planted squares in the parking strips, part of `road` and level with it.
        crossings: crossing polygons by lane id, part of `road`.
        ramps: where the kerb is lowered for the crossings, part of `raised`.
    """

    def __init__(self, network: "RoadNetwork") -> None:
        self._network = network
        lanes = network.lanes.values()
        vehicle = [self.lane_area(lane) for lane in lanes if self._carries_vehicles(lane)]
        dead_ends = {
            j.id for j in network.junctions.values() if len(self._edges_at.get(j.id, set())) < 2
        }
        walk = [self.lane_area(lane) for lane in lanes if lane.kind == "sidewalk"]
        walk += [
            shapely.make_valid(shapely.Polygon(lane.shape[:, :2]))
            for lane in lanes
            if lane.kind == "walkingarea"
            and len(lane.shape) > 3
            and lane.edge_id[1:].rpartition("_")[0] not in dead_ends
        ]
        inside = [
            shapely.make_valid(shapely.Polygon(j.shape[:, :2]))
            for j in network.junctions.values()
            if len(j.shape) > 2 and j.id not in dead_ends
        ]
        vehicle += [
            shapely.Point(j.position[:2]).buffer(j.end_radius_m)
            for j in network.junctions.values()
            if j.end_radius_m > 0
        ]
        # The network rounds corners by their edges alone: ways across a junction may cut them.
        vehicle += [ribbon(lane.shape, lane.width_m) for lane in lanes if lane.kind == "internal"]
        lane_area = shapely.union_all(vehicle)
        self.beds = [i for lane in lanes if lane.kind == "parking" for i in self._beds(lane)]
        raised = _opened(_closed(shapely.union_all(walk)).difference(lane_area))
        paved = _closed(shapely.union_all([lane_area, *inside])).difference(raised)
        self.road = _snapped(_opened(paved))
        self.raised = _snapped(raised).difference(self.road)
        self.kerb_m = 0.0 if self.raised.is_empty else KERB_HEIGHT_M
        shapely.prepare(self.road)
        self.crossings = {
            lane.id: self._crossing(lane) for lane in lanes if lane.kind == "crossing"
        }
        self._ramps = self._lower_kerbs()
        self._ramp_tree = shapely.STRtree([ramp.area for ramp in self._ramps])
        self.ramps = shapely.union_all([ramp.area for ramp in self._ramps])

    @cached_property
    def _edges_at(self) -> dict[str, set[str]]:
        neighbours: dict[str, set[str]] = {}
        for edge in self._network.edges.values():
            neighbours.setdefault(edge.from_junction, set()).add(edge.to_junction)
            neighbours.setdefault(edge.to_junction, set()).add(edge.from_junction)
        return neighbours

    def _leaves_map(self, junction: str) -> bool:
        """Return whether roads go on where the map ends at a junction."""
        ends = math.isfinite(self._network.junctions[junction].end_radius_m)
        return len(self._edges_at[junction]) < 2 and not ends

    @staticmethod
    def _carries_vehicles(lane: Lane) -> bool:
        if lane.kind == "border":
            return lane.paved and not lane.id.startswith(":")
        return lane.kind in _ROAD_KINDS

    def drawn_line(self, lane: Lane) -> Array:
        """Return (N, 3) a lane's centre line, drawn on by 80 m where it leaves the map, metres."""
        return self.drawn_line_and_start(lane)[0]

    def drawn_line_and_start(self, lane: Lane) -> tuple[Array, float]:
        """Return the drawn centre line and the length along it at which the lane itself starts."""
        edge = self._network.edges.get(lane.edge_id)
        line, start = lane.shape, 0.0
        if edge is None:
            return line, start
        if self._leaves_map(edge.from_junction):
            line = np.concatenate([_beyond(line[::-1])[::-1], line])
            start = BEYOND_FRINGE_M
        if self._leaves_map(edge.to_junction):
            line = np.concatenate([line, _beyond(line)])
        return line, start

    def strip(self, lane: Lane) -> Strip:
        """Return how a parking lane is divided, along its drawn line."""
        edge = self._network.edges[lane.edge_id]
        first, last = (
            1.0 if self._leaves_map(junction) else NO_PARKING_M
            for junction in (edge.from_junction, edge.to_junction)
        )
        return lay_out(first, float(polylines.lengths(self.drawn_line(lane))[-1]) - last)

    def _beds(self, lane: Lane) -> list[Shape]:
        line = self.drawn_line(lane)
        return [
            ribbon(polylines.between(line, s, s + BED_LENGTH_M), lane.width_m)
            for s in self.strip(lane).beds
        ]

    def lane_area(self, lane: Lane) -> Shape:
        """Return the polygon that a lane covers as drawn."""
        return ribbon(self.drawn_line(lane), lane.width_m)

    def _crossing(self, lane: Lane) -> Shape:
        outline = (
            shapely.make_valid(shapely.Polygon(lane.outline[:, :2]))
            if len(lane.outline) > 2
            else ribbon(lane.shape, lane.width_m)
        )
        return outline.intersection(self.road)

    def _lower_kerbs(self) -> list[_Ramp]:
        ramps = []
        for lane in self._network.lanes.values():
            if lane.kind != "crossing":
                continue
            for end, way in ((lane.shape[0], lane.shape[1]), (lane.shape[-1], lane.shape[-2])):
                outward = (end - way)[:2] / max(float(np.linalg.norm((end - way)[:2])), 1e-9)
                axis = np.stack([end[:2] - 0.8 * outward, end[:2] + 2.0 * outward])
                zone = ribbon(axis, max(1.0, lane.width_m - 2 * _WING_M))
                # Not all of the road: beside it the kerb of a parking strip stays high.
                road = self.road.intersection(zone)
                near = self.raised.intersection(road.buffer(RAMP_M))
                level = near.intersection(zone)
                wings = near.intersection(zone.buffer(_WING_M)).difference(zone)
                pieces = (*polygons(level), *polygons(wings))
                if pieces:
                    ramps.append(_Ramp(zone, road, shapely.union_all(pieces), pieces))
        return ramps

    @property
    def ramp_pieces(self) -> list[Shape]:
        """The ramps' areas, cut where the slope changes, so that each is nearly flat."""
        return [piece for ramp in self._ramps for piece in ramp.pieces]

    def elevation(self, xy: Array) -> Array:
        """Return (N,) the height of the land, without kerbs, at the points (N, 2), metres."""
        return self.land(xy)

    def paint_height(self, xy: Array) -> Array:
        """Return (N,) the height of the upper side of paint at the points (N, 2), metres.

        Where land is not flat it lies over what the meshes of the road and its own are off.
        """
        return self.elevation(xy) + _PAINT_M + (0.0 if self.land.is_flat else 2 * UNEVEN_M)

    @cached_property
    def land(self) -> Elevation:
        """The height of the land that the lanes lie on."""
        return Elevation(
            [
                self.drawn_line(lane)
                for lane in self._network.lanes.values()
                if lane.kind in ("driving", "sidewalk", "internal")
            ]
        )

    @cached_property
    def _ramp_roads_and_zones(self) -> tuple[Shape, Shape]:
        return np.array([r.road for r in self._ramps]), np.array([r.zone for r in self._ramps])

    def is_raised(self, point: Array) -> bool:
        """Return whether the point (2,) is on a sidewalk or a corner where people wait."""
        return bool(shapely.contains_xy(self.raised, point[0], point[1]))

    def raised_height(self, xy: Array) -> Array:
        """Return (N,) heights of the paving beside the road at the points (N, 2), metres."""
        rise = np.ones(len(xy))
        if self._ramps and len(xy):
            points = shapely.points(xy)
            # Between road and ramp lie slivers of the grid's size, as low as both.
            which, ramp_of = self._ramp_tree.query(points, predicate="dwithin", distance=_GRID_M)
            roads, zones = self._ramp_roads_and_zones
            behind = shapely.distance(roads[ramp_of], points[which]) / RAMP_M
            beside = shapely.distance(zones[ramp_of], points[which]) / _WING_M
            np.minimum.at(rise, which, np.maximum(behind, beside))
        rise = np.clip((rise - _LEVEL_SHARE) / (1 - _LEVEL_SHARE), 0.0, 1.0)
        return np.asarray(self.elevation(xy) + self.kerb_m * rise)

    def height(self, xy: Array) -> Array:
        """Return (N,) heights of the ground at the points (N, 2), metres."""
        out = self.elevation(xy)
        beside = ~shapely.contains_xy(self.road, xy[:, 0], xy[:, 1])
        out[beside] = self.raised_height(xy[beside])
        return out


def _beyond(line: Array) -> Array:
    """Return (N, 3) points on which a line goes on beyond its end, 80 m straight ahead.

    Its slope there fades out: how the road really goes on, the map does not say.
    """
    before, end = polylines.at(line, polylines.lengths(line)[-1] + np.array([-2.0, 0.0]))
    slope = float(end[2] - before[2]) / 2.0
    steps = 1 if abs(slope) < 1e-6 else 16
    s = BEYOND_FRINGE_M * np.arange(1, steps + 1) / steps
    xy = polylines.at(line[:, :2], polylines.lengths(line)[-1] + s)
    return np.column_stack([xy, end[2] + slope * (s - s**2 / (2 * BEYOND_FRINGE_M))])


def _closed(shape: Shape) -> Shape:
    """Return the shape with cracks narrower than 10 cm filled."""
    return shape.buffer(0.05, join_style="mitre").buffer(-0.05, join_style="mitre")


def _opened(shape: Shape) -> Shape:
    """Return the shape without slivers narrower than 10 cm."""
    return shape.buffer(-0.05, join_style="mitre").buffer(0.05, join_style="mitre")


def _snapped(shape: Shape) -> Shape:
    """Return the shape with its vertices on the grid."""
    return shapely.set_precision(shape, _GRID_M)
