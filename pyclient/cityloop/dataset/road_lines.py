"""Lanes and road marks as polylines, in the world and in a picture."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import Intrinsics, Pose
from cityloop.world import polylines
from cityloop.world.network import RoadNetwork

Array = NDArray[np.float64]
LineKind = Literal["lane", "left_border", "right_border", "lane_end", "crossing"]

_KINDS = ("driving", "bicycle")  # of lanes that have lines
_STEP_M = 2.0  # between vertices: a straight line is bent by what it lies on


@dataclass(frozen=True)
class RoadLine:
    """A line on the road.

    Attributes:
        lane: id in the recorded road network of the lane or crossing that it belongs to.
        kind: "lane" is the centre line in the direction of travel, "left_border" and "right_border"
            run where lane lines are painted, "lane_end" across its end, where stop lines are;
            "crossing" is the outline of a pedestrian crossing, closed.
        points: (N, 3) world, m, on the ground.
    """

    lane: str
    kind: LineKind
    points: Array


def road_lines(network: RoadNetwork) -> tuple[RoadLine, ...]:
    """Return the lines of all lanes for vehicles and of all crossings, in the network's order."""
    ground = network.ground
    lines: list[RoadLine] = []

    def add(lane: str, kind: LineKind, line: Array) -> None:
        flat = polylines.spaced(line[:, :2], _STEP_M)
        lines.append(RoadLine(lane, kind, np.column_stack([flat, ground.height(flat)])))

    for lane in network.lanes.values():
        if lane.kind in _KINDS:
            center = ground.drawn_line(lane)
            left = polylines.offset(center, lane.width_m / 2)
            right = polylines.offset(center, -lane.width_m / 2)
            add(lane.id, "lane", center)
            add(lane.id, "left_border", left)
            add(lane.id, "right_border", right)
            add(lane.id, "lane_end", np.stack([right[-1], left[-1]]))
    for crossing, area in ground.crossings.items():
        for part in shapely.get_parts(area):
            if part.geom_type == "Polygon":
                add(crossing, "crossing", np.asarray(part.exterior.coords))
    return tuple(lines)


def in_picture(
    points: Array, intrinsics: Intrinsics, world_from_camera: Pose, near_m: float
) -> list[Array]:
    """Return the pieces (M, 2) of a world polyline (N, 3) inside the image, continuous pixels.

    What is nearer than the near plane or outside the image is cut off; what is hidden is not.
    """
    seen = world_from_camera.inverse().apply(points)
    frame = shapely.box(0.0, 0.0, intrinsics.width, intrinsics.height)
    pieces: list[Array] = []
    for run in _ahead(seen, near_m):
        line = shapely.LineString(intrinsics.project(run))
        inside = shapely.get_parts(shapely.line_merge(line.intersection(frame)))
        pieces += [np.asarray(p.coords) for p in inside if p.geom_type == "LineString"]
    return pieces


def _ahead(seen: Array, near_m: float) -> list[Array]:
    """Return the runs of a camera-frame polyline beyond the near plane, cut at the plane."""
    runs: list[list[Array]] = []
    going = False
    for here, there in pairwise(seen):
        inside = here[2] >= near_m, there[2] >= near_m
        if inside[0] and not going:
            runs.append([here])
        if inside[0] != inside[1]:
            cut = here + (near_m - here[2]) / (there[2] - here[2]) * (there - here)
            if inside[1]:
                runs.append([cut])
            else:
                runs[-1].append(cut)
        if inside[1]:
            runs[-1].append(there)
        going = inside[1]
    return [np.array(run) for run in runs if len(run) > 1]
