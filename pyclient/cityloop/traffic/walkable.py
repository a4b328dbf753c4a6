"""Where people can walk: sidewalks and crossings without what stands on them.

The area is the configuration space of a person's middle (T. Lozano-Perez, "Spatial planning: a
configuration space approach", 1983): the kerbs are drawn in and every obstacle is grown by what a
person keeps from it, so that a person is a point. Its boundary is kept as samples with normals in
cells, which answer for hundreds of people at once.
"""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import rotation
from cityloop.spatial.compiled import compiled
from cityloop.spatial.nearest import GridCells, grid_cells, nearest_row
from cityloop.world.ground import Shape, polygons
from cityloop.world.network import RoadNetwork
from cityloop.world.scene import BoxCollider, CapsuleCollider, Placement, Prototype

Array = NDArray[np.float64]

KERB_CLEARANCE_M = 0.2  # a person's middle to the edge of what is paved for walking
OBSTACLE_CLEARANCE_M = 0.36  # a person's middle to the surface of what stands there
HEAD_HEIGHT_M = 2.0  # what begins above is no obstacle
# Pockets between obstacles and kerbs that are narrower than twice this are closed, so that the
# boundary has no corner that somebody who slides along it could be caught in.
POCKET_M = 0.4
CROSSING_GAP_M = 0.8  # of carriageway that may be left between a crossing and the kerb
# A plan this far beyond the boundary is not meant to stay inside. SUMO cuts the corners of bent
# walking areas, across half a road at most.
RELEASE_M = 4.0
_SAMPLE_M = 0.4  # between samples of the boundary
_NEAR_M = 0.3  # nearer than this the boundary's normal is better than the way to the sample
_SIMPLER_M = 0.01


class Boundary:
    """The boundary of an area, for many points at once."""

    def __init__(self, area: Shape) -> None:
        """Sample the boundary of `area`, a polygon or several."""
        points, normals = [np.zeros((0, 2))], [np.zeros((0, 2))]
        for polygon in polygons(area):
            oriented = shapely.orient_polygons(polygon)  # the inside lies to the left
            for ring in (oriented.exterior, *oriented.interiors):
                start = np.asarray(ring.coords)[:, :2]
                way = np.diff(start, axis=0)
                length = np.hypot(way[:, 0], way[:, 1])
                count = np.maximum(1, np.ceil(length / _SAMPLE_M)).astype(np.intp)
                index = np.repeat(np.arange(len(way)), count)
                ends = np.cumsum(count)
                share = (np.arange(ends[-1]) - np.repeat(ends - count, count) + 0.5) / count[index]
                points.append(start[index] + share[:, None] * way[index])
                along = way[index] / np.maximum(length[index], 1e-12)[:, None]
                normals.append(np.column_stack([-along[:, 1], along[:, 0]]))
        samples = np.concatenate(points)
        cells = grid_cells(samples) if len(samples) else grid_cells(np.zeros((1, 2)))
        self.table = BoundaryTable(cells, np.concatenate(normals))

    def clearance(self, xy: Array) -> tuple[Array, Array]:
        """Return (N,) distances to the boundary, m, negative outside, and (N, 2) ways inwards.

        Distances are exact to a few millimetres near the boundary. An area without any boundary
        has none: all are infinitely far inside.
        """
        return _clearances(self.table, np.ascontiguousarray(xy))


class BoundaryTable(NamedTuple):
    """A boundary as compiled loops take it: S samples and their normals (S, 2), none for no end."""

    cells: GridCells
    normals: Array


NO_BOUNDARY = BoundaryTable(grid_cells(np.zeros((1, 2))), np.zeros((0, 2)))


@compiled
def clearance_at(boundary: BoundaryTable, at_x: float, at_y: float) -> tuple[float, float, float]:
    """Return the distance of a place to the boundary, m, and the way inwards; see `Boundary`."""
    if len(boundary.normals) == 0:
        return np.inf, 0.0, 0.0
    row = nearest_row(boundary.cells, at_x, at_y)
    nx, ny = boundary.normals[row, 0], boundary.normals[row, 1]
    x, y = at_x - boundary.cells.points[row, 0], at_y - boundary.cells.points[row, 1]
    height, length = x * nx + y * ny, math.hypot(x, y)
    if length < _NEAR_M:
        return height, nx, ny
    sign = -1.0 if height < 0 else 1.0
    share = sign / max(length, 1e-9)
    return sign * length, share * x, share * y


@compiled
def _clearances(boundary: BoundaryTable, xy: Array) -> tuple[Array, Array]:
    """Return distances (N,), m, and ways inwards (N, 2) of points (N, 2), m."""
    distance, inwards = np.empty(len(xy)), np.empty((len(xy), 2))
    for k in range(len(xy)):
        distance[k], inwards[k, 0], inwards[k, 1] = clearance_at(boundary, xy[k, 0], xy[k, 1])
    return distance, inwards


class Walkable:
    """What is free for people's middles in a city.

    Attributes:
        open: the boundary of sidewalks and crossings together.
        closed: that of the sidewalks alone, for who waits before a crossing.
    """

    def __init__(self, network: RoadNetwork, obstacles: Iterable[Shape] = ()) -> None:
        """Take the sidewalks and crossings of `network` less `obstacles`, footprints in m."""
        ground = network.ground
        grown = [shape.buffer(OBSTACLE_CLEARANCE_M, quad_segs=4) for shape in obstacles]
        taken = shapely.union_all(grown)
        self._road = ground.road
        shapely.prepare(self._road)
        self.closed = Boundary(_free(ground.raised, taken))
        self.open = Boundary(_free(_joined(ground.raised, ground.crossings.values()), taken))

    def is_road(self, xy: Array) -> NDArray[np.bool_]:
        """Return (N,) whether the points (N, 2) are on the carriageway."""
        return np.asarray(shapely.contains_xy(self._road, xy[:, 0], xy[:, 1]))


def _joined(raised: Shape, crossings: Iterable[Shape]) -> Shape:
    """Return sidewalks and crossings as one: a crossing may end a little before a bent kerb."""
    crossings = list(crossings)
    paved = shapely.union_all([raised, *crossings])
    closed = paved.buffer(CROSSING_GAP_M / 2).buffer(-CROSSING_GAP_M / 2)
    near = shapely.union_all([area.buffer(CROSSING_GAP_M) for area in crossings])
    return shapely.union_all([paved, closed.intersection(near)])


def _free(paved: Shape, taken: Shape) -> Shape:
    # Corners that stick out are rounded, so that the boundary's normal turns step by step there.
    room = paved.buffer(-KERB_CLEARANCE_M, quad_segs=6).difference(taken)
    return room.buffer(-POCKET_M, quad_segs=6).buffer(POCKET_M, quad_segs=6).simplify(_SIMPLER_M)


def footprints(
    placements: Iterable[Placement], prototypes: Mapping[str, Prototype]
) -> dict[str, Shape]:
    """Return what stands on the ground as areas in the world's plane, m, by placement name.

    The colliders count, up to a person's height: of a tree the trunk, of a lamp the pole. What is
    made of a mesh, such as the ground itself, has no footprint.
    """
    found: dict[str, Shape] = {}
    for placement in placements:
        parts = []
        for collider in prototypes[placement.prototype].colliders:
            if isinstance(collider, BoxCollider) and (
                collider.center[2] - collider.half_extents[2] < HEAD_HEIGHT_M
            ):
                half = np.array([*collider.half_extents[:2], 0.0])
                corners = np.array([[1, 1, 0], [-1, 1, 0], [-1, -1, 0], [1, -1, 0]]) * half
                turned = rotation.rotate(
                    placement.pose.quaternion, corners + np.array(collider.center)
                )
                parts.append(shapely.Polygon((placement.pose.position + turned)[:, :2]))
            elif isinstance(collider, CapsuleCollider):
                bottom = collider.center[2] - collider.half_height_m - collider.radius_m
                if bottom < HEAD_HEIGHT_M:
                    middle = placement.pose.apply(np.array(collider.center))
                    parts.append(shapely.Point(middle[:2]).buffer(collider.radius_m, quad_segs=4))
        if parts:
            found[placement.name] = shapely.union_all(parts)
    return found
