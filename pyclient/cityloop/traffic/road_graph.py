"""Which way one can drive through the network that SUMO has open."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import libsumo

DRIVER_CLASS = "passenger"  # SUMO's class of cars, whose ways all others share
SHORTEST_ROAD_M = 50.0  # a shorter one that leads nowhere else is not worth a trip
SHORTEST_ENTRY_M = 10.0  # a shorter edge has no room for a vehicle to enter


@dataclass(frozen=True)
class Edge:
    """A road from junction to junction, one direction of it.

    Attributes:
        length_m: of its lanes.
        travel_s: time at the speed limit.
        successors: drivable edges that follow it, turning back left out, in SUMO's order.
        straight: those of them that lie straight ahead.
    """

    id: str
    length_m: float
    travel_s: float
    successors: tuple[str, ...]
    straight: tuple[str, ...]


class RoadGraph:
    """Drivable edges, what follows what, and the fringe of the network.

    Attributes:
        edges: drivable edges by id, in SUMO's order.
        entries, exits: ids of drivable edges that nothing leads into, or that lead nowhere; all
            edges where the network has no such fringe.
        roads: ids of edges that are an entry and an exit at once, each a way through of its own.
        room_m: length (m) of all lanes that one can drive on, junctions left out.
    """

    def __init__(self) -> None:
        """Read the network of the open simulation."""
        self.edges: dict[str, Edge] = {}
        self.room_m = 0.0
        for edge in libsumo.edge.getIDList():
            if edge.startswith(":"):
                continue
            lanes = [f"{edge}_{i}" for i in range(libsumo.edge.getLaneNumber(edge))]
            length = libsumo.lane.getLength(lanes[0])
            driving = [lane for lane in lanes if _allows(lane, DRIVER_CLASS)]
            if driving:
                self.room_m += length * len(driving)
                speed = max(libsumo.lane.getMaxSpeed(lane) for lane in driving)
                self.edges[edge] = Edge(edge, length, length / speed, *_successors(driving))
        reached = {s for edge in self.edges.values() for s in edge.successors}
        roomy = [e.id for e in self.edges.values() if e.length_m >= SHORTEST_ENTRY_M]
        self.entries = [e for e in roomy if e not in reached] or roomy
        self.exits = [e.id for e in self.edges.values() if not e.successors] or list(self.edges)
        self.roads = frozenset(
            e.id
            for e in self.edges.values()
            if e.length_m >= SHORTEST_ROAD_M and e.id not in reached and not e.successors
        )
        self._trees: dict[tuple[str, bool], dict[str, str]] = {}
        self._links: dict[tuple[str, str], frozenset[str]] = {}

    def path(self, start: str, end: str, *, straight: bool = False) -> list[str]:
        """Return the quickest edges from `start` to `end`, both included; [] if there is no way.

        `straight` leaves out all turns, in which long vehicles would not keep to their lane.
        """
        came_from = self._tree(start, straight)
        if start == end:
            return [start]
        if end not in came_from:
            return []
        path = [end]
        while path[-1] != start:
            path.append(came_from[path[-1]])
        return path[::-1]

    def admits(self, edges: Sequence[str], vehicle_class: str) -> bool:
        """Tell whether every edge of a way, and every link between them, is open to a class."""
        after = [*edges[1:], ""]
        return all(
            following in self._open_links(edge, vehicle_class)
            for edge, following in zip(edges, after, strict=True)
        )

    def _open_links(self, edge: str, vehicle_class: str) -> frozenset[str]:
        """Return the edges that a class can go on to, and "" if it may be on the edge at all."""
        key = edge, vehicle_class
        if key not in self._links:
            lanes = [f"{edge}_{i}" for i in range(libsumo.edge.getLaneNumber(edge))]
            lanes = [lane for lane in lanes if _allows(lane, vehicle_class)]
            found = {""} if lanes else set()
            for lane in lanes:
                for link in libsumo.lane.getLinks(lane):
                    if _allows(link[0], vehicle_class):
                        found.add(libsumo.lane.getEdgeID(link[0]))
            self._links[key] = frozenset(found)
        return self._links[key]

    def _tree(self, start: str, straight: bool) -> dict[str, str]:
        """Return the predecessor of each edge on its quickest path from `start` (Dijkstra 1959)."""
        if (start, straight) in self._trees:
            return self._trees[start, straight]
        came_from: dict[str, str] = {}
        done: set[str] = set()
        queue = [(0.0, start, "")]
        while queue:
            cost, edge, before = heapq.heappop(queue)
            if edge in done:
                continue
            done.add(edge)
            if before:
                came_from[edge] = before
            here = self.edges[edge]
            for successor in here.straight if straight else here.successors:
                if successor in self.edges and successor not in done:
                    heapq.heappush(queue, (cost + self.edges[successor].travel_s, successor, edge))
        self._trees[start, straight] = came_from
        return came_from


def _allows(lane: str, vehicle_class: str) -> bool:
    allowed = libsumo.lane.getAllowed(lane)
    if allowed:
        return vehicle_class in allowed
    return vehicle_class not in libsumo.lane.getDisallowed(lane)


def _successors(lanes: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the edges that links lead to from `lanes`, each once; then those straight ahead.

    Links that turn back are left out.
    """
    found: dict[str, None] = {}
    straight: dict[str, None] = {}
    for lane in lanes:
        for link in libsumo.lane.getLinks(lane):
            target, direction = link[0], link[6]
            if direction == "t" or not _allows(target, DRIVER_CLASS):
                continue
            edge = libsumo.lane.getEdgeID(target)
            found[edge] = None
            if direction == "s":
                straight[edge] = None
    return tuple(found), tuple(straight)
