"""What lies where on the ground: carriageway, raised paving, ramps at crossings; and how high."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cityloop.world import polylines
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
BEYOND_FRINGE_M = 80.0  # how far roads are drawn on where they leave the map

# Vertices of the road and of the raised paving lie on a grid, so that none nearly coincide: unions
# of lanes leave some micrometres apart, and slivers between them.
_GRID_M = 0.01
# A lowered kerb stays level over this share of a ramp or wing before it rises: where the ground is
# cut, a centimetre or two beside the ramp, faces a fraction of a millimetre high would come out.
_LEVEL_SHARE = 0.03
# Sideways from a crossing the kerb rises again over this length.
_WING_M = 0.5
# A closed lane that is wider is a verge of grass, not a gutter or hard shoulder.
_WIDEST_GUTTER_M = 2.6
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
        road: carriageways and the inside of junctions, at the network's elevation.
        raised: sidewalks and the corners where people wait, a kerb higher.
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
        lane_area = shapely.union_all(vehicle)
        self.beds = [i for lane in lanes if lane.kind == "parking" for i in self._beds(lane)]
        raised = _opened(_closed(shapely.union_all(walk)).difference(lane_area))
        paved = _closed(shapely.union_all([lane_area, *inside])).difference(raised)
        self.road = _snapped(_opened(paved))
        self.raised = _snapped(raised).difference(self.road)
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

    @staticmethod
    def _carries_vehicles(lane: Lane) -> bool:
        if lane.kind == "border":
            return lane.width_m <= _WIDEST_GUTTER_M and not lane.id.startswith(":")
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
        # Stay level: the elevation's slope at the end of a map says nothing about what follows.
        if len(self._edges_at[edge.from_junction]) < 2:
            ahead = polylines.at(line[:, :2], [-BEYOND_FRINGE_M])
            line = np.concatenate([np.column_stack([ahead, line[:1, 2:]]), line])
            start = BEYOND_FRINGE_M
        if len(self._edges_at[edge.to_junction]) < 2:
            beyond = polylines.at(line[:, :2], [polylines.lengths(line)[-1] + BEYOND_FRINGE_M])
            line = np.concatenate([line, np.column_stack([beyond, line[-1:, 2:]])])
        return line, start

    def strip(self, lane: Lane) -> Strip:
        """Return how a parking lane is divided, along its drawn line."""
        edge = self._network.edges[lane.edge_id]
        first, last = (
            1.0 if len(self._edges_at[junction]) < 2 else NO_PARKING_M
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
        """Return (N,) the network's elevation near the points (N, 2), metres."""
        if self._elevation_tree is None:
            return np.zeros(len(xy))
        tree, heights = self._elevation_tree
        distance, index = tree.query(xy, k=3)
        weight = 1.0 / np.maximum(distance, 0.05) ** 2
        return np.asarray((heights[index] * weight).sum(axis=1) / weight.sum(axis=1))

    @cached_property
    def _elevation_tree(self) -> tuple[Any, Array] | None:
        lines = [
            polylines.spaced(self.drawn_line(lane), 2.0)
            for lane in self._network.lanes.values()
            if lane.kind in ("driving", "sidewalk")
        ]
        points = np.concatenate(lines)
        if np.ptp(points[:, 2]) < 1e-6 and abs(points[0, 2]) < 1e-6:
            return None
        return cKDTree(points[:, :2]), points[:, 2]

    def is_raised(self, point: Array) -> bool:
        """Return whether the point (2,) is on a sidewalk or a corner where people wait."""
        return bool(shapely.contains_xy(self.raised, point[0], point[1]))

    def raised_height(self, xy: Array) -> Array:
        """Return (N,) heights of the paving beside the road at the points (N, 2), metres."""
        rise = np.ones(len(xy))
        if self._ramps and len(xy):
            points = shapely.points(xy)
            which, ramp_of = self._ramp_tree.query(points, predicate="dwithin", distance=1e-6)
            for i, r in zip(which, ramp_of, strict=True):
                ramp, point = self._ramps[r], points[i]
                behind = shapely.distance(ramp.road, point) / RAMP_M
                beside = shapely.distance(ramp.zone, point) / _WING_M
                rise[i] = min(rise[i], max(behind, beside))
        rise = np.clip((rise - _LEVEL_SHARE) / (1 - _LEVEL_SHARE), 0.0, 1.0)
        return np.asarray(self.elevation(xy) + KERB_HEIGHT_M * rise)

    def height(self, xy: Array) -> Array:
        """Return (N,) heights of the ground at the points (N, 2), metres."""
        out = self.raised_height(xy)
        on_road = shapely.contains_xy(self.road, xy[:, 0], xy[:, 1])
        out[on_road] = self.elevation(xy[on_road])
        return out


def _closed(shape: Shape) -> Shape:
    """Return the shape with cracks narrower than 10 cm filled."""
    return shape.buffer(0.05, join_style="mitre").buffer(-0.05, join_style="mitre")


def _opened(shape: Shape) -> Shape:
    """Return the shape without slivers narrower than 10 cm."""
    return shape.buffer(-0.05, join_style="mitre").buffer(0.05, join_style="mitre")


def _snapped(shape: Shape) -> Shape:
    """Return the shape with its vertices on the grid."""
    return shapely.set_precision(shape, _GRID_M)
