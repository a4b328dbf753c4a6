"""Which way one can walk through the network that SUMO has open: sidewalks and crossings.

Walks are planned here and handed to SUMO edge by edge, crossings and walking areas included: left
to itself, SUMO lets a person who waits at a red light change to another crossing of the junction
and puts them there at once, across the road.
"""

import heapq
from dataclasses import dataclass

import libsumo
import numpy as np
import shapely

from cityloop.world import polylines
from cityloop.world.network import RoadNetwork

WALK_MARGIN_M = 0.2  # SUMO takes no position right at the end of an edge
CROSSING_DETOUR_M = 15.0  # what people walk farther to save a crossing
SAMPLE_M = 0.5  # between the places that are looked at for where a sidewalk begins


@dataclass(frozen=True)
class WalkEnd:
    """A place where pedestrians enter or leave: a position (m) along an edge."""

    edge: str
    position_m: float


@dataclass(frozen=True)
class _Segment:
    """A sidewalk or crossing between the walking areas at its start and end ("" for none)."""

    length_m: float
    cost_m: float
    start: str
    end: str


class WalkGraph:
    """Sidewalks and crossings as edges between walking areas, walked in both directions.

    Attributes:
        sidewalks: edge id -> length (m) of every sidewalk that a walking area adjoins.
        free: edge id -> from where to where (m) the sidewalk is not under a road's turning circle.
        ends: ends of sidewalks where the network ends; all ends where it ends nowhere.
    """

    def __init__(self, network: RoadNetwork) -> None:
        """Read the network of the open simulation, which is `network`."""
        before, after = _links()
        self._segments: dict[str, _Segment] = {}
        self.sidewalks: dict[str, float] = {}
        self.free: dict[str, tuple[float, float]] = {}
        for edge in sorted({*before, *after}):
            lane = _sidewalk_of(edge)
            if lane is None:
                continue
            length = libsumo.lane.getLength(lane)
            crossing = edge.startswith(":")
            cost = length + (CROSSING_DETOUR_M if crossing else 0.0)
            self._segments[edge] = _Segment(length, cost, before.get(edge, ""), after.get(edge, ""))
            if not crossing:
                self.sidewalks[edge] = length
                self.free[edge] = _free(network, lane, length)
        self._adjoining: dict[str, list[str]] = {}
        for edge, segment in self._segments.items():
            for area in {segment.start, segment.end} - {""}:
                self._adjoining.setdefault(area, []).append(edge)
        self._closed: set[str] = set()  # walking areas across the road at the network's edge
        self.ends = self._find_ends()

    def path(self, start: WalkEnd, end: str) -> tuple[str, ...]:
        """Return the edges, walking areas included, from `start` to edge `end`; () if none lead.

        Raises:
            KeyError: if an edge is no sidewalk.
        """
        first = self._segments[start.edge]
        queue: list[tuple[float, tuple[str, ...]]] = []
        for area, length in (
            (first.start, start.position_m),
            (first.end, first.length_m - start.position_m),
        ):
            if area and area not in self._closed:
                heapq.heappush(queue, (length, (start.edge, area)))
        done: set[str] = set()
        while queue:
            cost, way = heapq.heappop(queue)
            if way[-1] == end:
                return way
            if way[-1] in done:
                continue
            done.add(way[-1])
            for edge in self._adjoining[way[-1]]:
                segment = self._segments[edge]
                if edge == end and edge != start.edge:
                    heapq.heappush(queue, (cost, (*way, edge)))
                    continue
                area = segment.end if way[-1] == segment.start else segment.start
                if area and area not in self._closed and area not in done and edge not in way:
                    heapq.heappush(queue, (cost + segment.cost_m, (*way, edge, area)))
        return ()

    def _find_ends(self) -> list[WalkEnd]:
        neighbours: dict[str, set[str]] = {}
        junctions = {
            edge: (libsumo.edge.getFromJunction(edge), libsumo.edge.getToJunction(edge))
            for edge in libsumo.edge.getIDList()
            if not edge.startswith(":")
        }
        for a, b in junctions.values():
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
        every, fringe = [], []
        for edge, length in self.sidewalks.items():
            segment = self._segments[edge]
            margin = min(WALK_MARGIN_M, length / 2)
            first, last = self.free[edge]
            sides = (
                (junctions[edge][0], segment.start, max(margin, first)),
                (junctions[edge][1], segment.end, min(length - margin, last)),
            )
            for junction, area, position in sides:
                every.append(WalkEnd(edge, position))
                if len(neighbours[junction]) == 1:
                    fringe.append(every[-1])
                    self._closed.add(area)
        return fringe or every


def _links() -> tuple[dict[str, str], dict[str, str]]:
    """Return the walking area before and after each sidewalk and crossing that has one."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for edge in libsumo.edge.getIDList():
        lane = _sidewalk_of(edge)
        if lane is None:
            continue
        for link in libsumo.lane.getLinks(lane):
            target = libsumo.lane.getEdgeID(link[0])
            if _is_walking_area(target):
                after[edge] = target
            elif _is_walking_area(edge):
                before[target] = edge
    return before, after


def _free(network: RoadNetwork, lane: str, length_m: float) -> tuple[float, float]:
    """Return from where to where (m) a sidewalk is paved for walking; all of it if nowhere.

    Where a road ends without a junction, its turning circle lies over the ends of its sidewalks.
    """
    line, raised = network.lanes[lane].shape[:, :2], network.ground.raised
    total = float(polylines.lengths(line)[-1])
    there = np.linspace(0.0, total, max(2, int(total / SAMPLE_M)))
    points = polylines.at(line, there)
    on = there[shapely.contains_xy(raised, points[:, 0], points[:, 1])]
    if not len(on):
        return 0.0, length_m
    # The very ends lie on the border.
    first = 0.0 if on[0] <= there[1] else float(on[0]) + SAMPLE_M
    last = total if on[-1] >= there[-2] else float(on[-1]) - SAMPLE_M
    return first * length_m / total, last * length_m / total


def _is_walking_area(edge: str) -> bool:
    """Tell SUMO's walking areas (":junction_w0") from crossings (":junction_c0")."""
    return edge.startswith(":") and edge.rpartition("_")[2].startswith("w")


def _sidewalk_of(edge: str) -> str | None:
    """Return the lane of an edge that is for people only, or None."""
    for i in range(libsumo.edge.getLaneNumber(edge)):
        lane = f"{edge}_{i}"
        allowed = libsumo.lane.getAllowed(lane)
        if "pedestrian" in allowed and "passenger" not in allowed:
            return lane
    return None
