"""What part of the road network a point is on, and which way traffic runs there; vectorised.

All points are (N, 2) or (N, 3), metres, world frame, of which x and y count; headings are yaw in
radians, counter-clockwise from east. A point on a border belongs to both sides.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from cityloop.world import polylines
from cityloop.world.ground import Shape
from cityloop.world.netfile import Lane

if TYPE_CHECKING:
    from cityloop.world.network import RoadNetwork

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class RoadAreas:
    """Areas of a road network and the directions of its lanes.

    Attributes:
        lanes: the driving lanes between junctions; `lane_at` returns indices into it. A lane that
            leaves the map goes on as far as it is drawn.
        carriageway: what is built for vehicles: lanes for cars and bicycles, parking strips,
            gutters, shoulders and the inside of junctions.
        sidewalks: raised paving for people, corners included.
        crossings: pedestrian crossings, part of the carriageway.
        junctions: the inside of junctions.
    """

    def __init__(self, network: "RoadNetwork") -> None:
        ground = network.ground
        self.lanes: tuple[Lane, ...] = tuple(
            lane for lane in network.lanes.values() if lane.kind == "driving"
        )
        self.carriageway: Shape = ground.road
        self.sidewalks: Shape = ground.raised
        self.crossings: Shape = shapely.union_all(list(ground.crossings.values()))
        self.junctions: Shape = shapely.union_all(
            [
                shapely.make_valid(shapely.Polygon(j.shape[:, :2]))
                for j in network.junctions.values()
                if len(j.shape) > 2 and j.kind != "dead_end"
            ]
        )
        for shape in (self.carriageway, self.sidewalks, self.crossings, self.junctions):
            shapely.prepare(shape)
        pieces: list[Shape] = []
        yaws: list[Array] = []
        owners: list[NDArray[np.int64]] = []
        for n, lane in enumerate(self.lanes):
            line = _distinct(ground.drawn_line(lane)[:, :2])
            step = np.diff(line, axis=0)
            yaws.append(np.arctan2(step[:, 1], step[:, 0]))
            owners.append(np.full(len(step), n, dtype=np.int64))
            pieces.extend(_pieces(line, lane.width_m))
        self._tree = shapely.STRtree(pieces)
        self._yaw = np.concatenate(yaws)
        self._owner = np.concatenate(owners)
        outline = shapely.get_parts(shapely.boundary(self.carriageway))
        self._edge_tree = shapely.STRtree(
            [shapely.LineString(pair) for line in outline for pair in pairwise(line.coords)]
        )

    def on_carriageway(self, xy: ArrayLike) -> Mask:
        """Return (N,) whether each point is on the carriageway."""
        return _inside(self.carriageway, xy)

    def on_sidewalk(self, xy: ArrayLike) -> Mask:
        """Return (N,) whether each point is on a sidewalk or a corner where people wait."""
        return _inside(self.sidewalks, xy)

    def on_crossing(self, xy: ArrayLike) -> Mask:
        """Return (N,) whether each point is on a pedestrian crossing."""
        return _inside(self.crossings, xy)

    def in_junction(self, xy: ArrayLike) -> Mask:
        """Return (N,) whether each point is inside a junction."""
        return _inside(self.junctions, xy)

    def lane_at(self, xy: ArrayLike, yaw: ArrayLike) -> NDArray[np.int64]:
        """Return (N,) index into `lanes` of the driving lane that covers each point, or -1.

        Where several do, it is the one whose direction is nearest to `yaw` (N,).
        """
        return self._best(xy, yaw)[0]

    def lane_yaw(self, xy: ArrayLike, yaw: ArrayLike) -> Array:
        """Return (N,) the direction of that lane at each point, rad; nan off all driving lanes."""
        return self._best(xy, yaw)[1]

    def against_traffic(self, xy: ArrayLike, yaw: ArrayLike) -> Mask:
        """Return (N,) whether who heads along `yaw` (N,) there faces oncoming traffic only.

        That is on driving lanes, outside junctions, all of which run more than 90 degrees
        another way.
        """
        lane, direction = self._best(xy, yaw)
        heading = np.broadcast_to(np.asarray(yaw, dtype=np.float64), direction.shape)
        against = np.zeros(len(lane), dtype=np.bool_)
        on = lane >= 0
        against[on] = np.cos(heading[on] - direction[on]) < 0.0
        return against & ~self.in_junction(xy)

    def off_road_m(self, xy: ArrayLike) -> Array:
        """Return (N,) distances to the carriageway, metres; 0 on it."""
        points = _flat(xy)
        out = np.zeros(len(points))
        off = np.flatnonzero(~self.on_carriageway(points))
        if len(off):
            (which, _), distance = self._edge_tree.query_nearest(
                shapely.points(points[off]), return_distance=True, all_matches=False
            )
            out[off[which]] = distance
        return out

    def _best(self, xy: ArrayLike, yaw: ArrayLike) -> tuple[NDArray[np.int64], Array]:
        """Return the best aligned lane of each point and its direction there."""
        points = _flat(xy)
        heading = np.broadcast_to(np.asarray(yaw, dtype=np.float64), (len(points),))
        lane = np.full(len(points), -1, dtype=np.int64)
        direction = np.full(len(points), np.nan)
        if not len(points):
            return lane, direction
        point, piece = self._tree.query(shapely.points(points), predicate="intersects")
        # The best of each point comes last and stays; equals are broken by the lane's order.
        aligned = np.cos(heading[point] - self._yaw[piece])
        order = np.lexsort((-self._owner[piece], aligned, point))
        lane[point[order]] = self._owner[piece[order]]
        direction[point[order]] = self._yaw[piece[order]]
        return lane, direction


def _flat(xy: ArrayLike) -> Array:
    points = np.asarray(xy, dtype=np.float64)
    return points.reshape(-1, points.shape[-1] if points.ndim > 1 else 2)[:, :2]


def _inside(shape: Shape, xy: ArrayLike) -> Mask:
    points = _flat(xy)
    return np.asarray(shapely.intersects_xy(shape, points[:, 0], points[:, 1]), dtype=np.bool_)


def _distinct(line: Array) -> Array:
    keep = np.r_[True, np.linalg.norm(np.diff(line, axis=0), axis=1) > 1e-6]
    return line[keep]


def _pieces(line: Array, width_m: float) -> list[Shape]:
    """Return the part of a lane's area along each step of its line; together they are the area."""
    left = polylines.offset(line, width_m / 2)
    right = polylines.offset(line, -width_m / 2)
    quads = shapely.polygons(np.stack([left[:-1], left[1:], right[1:], right[:-1]], axis=1))
    for i in np.flatnonzero(~shapely.is_valid(quads)):  # bends sharper than the lane is wide
        step = shapely.LineString(line[i : i + 2])
        quads[i] = step.buffer(width_m / 2, cap_style="flat")
    return list(quads)
