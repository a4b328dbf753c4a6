"""Road networks: any SUMO network file, read into lanes, junctions, links and signals.

World frame: the network's own coordinates, metres, x east, y north, z up. Traffic keeps right.
"""

import heapq
import math
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.errors import MapError, shown
from cityloop.world.ground import Ground
from cityloop.world.netfile import Connection, Edge, Junction, Lane, SignalHead, read_net
from cityloop.world.polylines import cut, smooth, spaced

__all__ = ["Connection", "Edge", "Junction", "Lane", "RoadNetwork", "SignalHead"]

Array = NDArray[np.float64]

_PATH_SPACING_M = 0.5
_LANE_CHANGE_M = 30.0
_SIDES = ("east", "north", "west", "south")


class RoadNetwork:
    """Lanes, junctions, connections and signals of a SUMO network.

    Attributes:
        net_file: where it was read from.
        lanes: every lane by id, those inside junctions included.
        edges: every road between two junctions by id.
        junctions: by id.
        connections: from lane to lane across a junction, in the file's order.
        signals: each signal-controlled connection, by rising (tls id, link index).
        programs: states of the phases ("GGrr") of each signal's first program, by tls id.
        aliases: compass names of the fringe edges ("east_in", "north_out_0") to edge ids.
    """

    def __init__(self, net_file: Path, source: Path | None = None) -> None:
        """Read `net_file`; `source` is the map that it was made from, which messages name.

        Raises:
            MapError: if the file is missing, is no SUMO network or has no road for cars.
        """
        content = read_net(Path(net_file), source)
        self.net_file = Path(net_file)
        self.lanes = content.lanes
        self.edges = content.edges
        self.junctions = content.junctions
        self.connections = content.connections
        self.signals = content.signals
        self.programs = content.programs
        self._outgoing: dict[str, list[Connection]] = {}
        for connection in self.connections:
            self._outgoing.setdefault(connection.from_edge, []).append(connection)
        if not any(lane.kind == "driving" for lane in self.lanes.values()):
            raise MapError(
                f"{source or net_file}: the network has no lane for cars; give a map with roads"
            )
        self.aliases = self._name_fringe()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the ground out of pickles: its shapes would come back without their grid."""
        return {name: value for name, value in vars(self).items() if name != "ground"}

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """(x_min, y_min, x_max, y_max) of all lane centres, metres."""
        points = np.concatenate([lane.shape[:, :2] for lane in self.lanes.values()])
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)

    @cached_property
    def ground(self) -> Ground:
        """Which surface lies where, and how high."""
        return Ground(self)

    def ground_height(self, xy: ArrayLike) -> Array:
        """Return (N,) heights in metres of what one stands on at the points (N, 2).

        Roads and crossings lie at the network's elevation, sidewalks and everything beyond them
        a kerb higher; at crossings the kerb is lowered by a ramp.
        """
        return self.ground.height(np.asarray(xy, dtype=np.float64).reshape(-1, 2))

    def edge_id(self, name: str) -> str:
        """Return the edge id of `name`, an edge id or a compass alias such as "east_in".

        Raises:
            MapError: if neither an edge nor an alias has this name.
        """
        if not isinstance(name, str):
            raise MapError(
                f"a road is named by a text, not by {shown(name)}: give the id of an edge or a "
                'compass name such as "east_in"'
            )
        if name in self.edges:
            return name
        if name in self.aliases:
            return self.aliases[name]
        known = ", ".join([*sorted(self.aliases), *sorted(self.edges)][:24])
        raise MapError(f"there is no road named {shown(name)}; this map's are {known}, ...")

    def lanes_of(self, edge: str, *kinds: str) -> list[Lane]:
        """Return the lanes of an edge from right to left, only those of `kinds` if given."""
        lanes = [self.lanes[i] for i in self.edges[self.edge_id(edge)].lane_ids]
        return [lane for lane in lanes if not kinds or lane.kind in kinds]

    def driving_lane(self, edge: str) -> Lane:
        """Return the rightmost lane for cars of an edge.

        Raises:
            MapError: if the edge is unknown or has no lane for cars.
        """
        lanes = self.lanes_of(edge, "driving")
        if not lanes:
            raise MapError(f"road {edge!r} has no lane for cars")
        return lanes[0]

    def reverse_edge(self, edge: str) -> str | None:
        """Return the edge that runs back along the same road, or None.

        Raises:
            MapError: if the edge is unknown.
        """
        here = self.edges[self.edge_id(edge)]
        for other in self.edges.values():
            if (other.from_junction, other.to_junction) == (here.to_junction, here.from_junction):
                return other.id
        return None

    def successors(self, edge: str) -> list[str]:
        """Return the edges that a car can enter from `edge`, in the file's order."""
        found = [c.to_edge for c in self._outgoing.get(edge, []) if self._drivable(c)]
        return list(dict.fromkeys(found))

    def route(self, start: str, end: str) -> tuple[str, ...]:
        """Return the edges of the shortest way for a car from `start` to `end`, both included.

        Raises:
            MapError: if a name is unknown or no way leads there.
        """
        first, last = self.edge_id(start), self.edge_id(end)
        self.driving_lane(first)
        self.driving_lane(last)
        queue: list[tuple[float, tuple[str, ...]]] = [(0.0, (first,))]
        done: set[str] = set()
        while queue:
            length, way = heapq.heappop(queue)
            if way[-1] == last:
                return way
            if way[-1] in done:
                continue
            done.add(way[-1])
            for edge in self.successors(way[-1]):
                if edge not in done:
                    step = self.driving_lane(edge).length_m
                    heapq.heappush(queue, (length + step, (*way, edge)))
        raise MapError(f"no way for a car leads from {start!r} to {end!r}; choose another pair")

    def path(self, edge_ids: Sequence[str]) -> Array:
        """Return (N, 3) the way of a car along `edge_ids`, every 0.5 m, metres.

        It follows the lane centres and the junctions' internal lanes; where the lane that leads on
        is another one than the lane reached, it changes over 30 m. Corners of the map's polylines
        are rounded (Gaussian, 1 m).

        Raises:
            MapError: if no connection for cars joins two successive edges.
        """
        edges = [self.edge_id(e) for e in edge_ids]
        if not edges:
            raise MapError("a path needs at least one road; none was given")
        links = [self._links(a, b) for a, b in pairwise(edges)]
        chosen = self._choose_links(links)
        pieces: list[Array] = []
        for i, edge in enumerate(edges):
            default = self.driving_lane(edge).index
            leave = chosen[i].from_lane if i < len(chosen) else None
            enter = chosen[i - 1].to_lane if i > 0 else None
            enter = enter if enter is not None else leave if leave is not None else default
            leave = leave if leave is not None else enter
            pieces.append(self._along(edge, enter, leave))
            if i < len(chosen):
                pieces.extend(self._inside(chosen[i]))
        line = np.concatenate(pieces)
        keep = np.r_[True, np.linalg.norm(np.diff(line, axis=0), axis=1) > 1e-3]
        return smooth(spaced(line[keep], _PATH_SPACING_M), 1.0 / _PATH_SPACING_M)

    def _drivable(self, connection: Connection) -> bool:
        lane = self.lanes.get(f"{connection.from_edge}_{connection.from_lane}")
        to = self.lanes.get(f"{connection.to_edge}_{connection.to_lane}")
        if lane is None or to is None:
            return False
        return lane.kind == "driving" and to.kind == "driving"

    def _links(self, a: str, b: str) -> list[Connection]:
        found = [c for c in self._outgoing.get(a, []) if c.to_edge == b and self._drivable(c)]
        if not found:
            ways = ", ".join(self.successors(a)) or "none"
            raise MapError(
                f"no car can go from road {a!r} to {b!r}; from there it can enter: {ways}"
            )
        return sorted(found, key=lambda c: (c.from_lane, c.to_lane))

    @staticmethod
    def _choose_links(links: list[list[Connection]]) -> list[Connection]:
        """Return one connection of each list with the fewest lane changes (dynamic programming)."""
        if not links:
            return []
        best: list[tuple[int, list[Connection]]] = [(0, [c]) for c in links[0]]
        for options in links[1:]:
            best = [
                min(
                    ((cost + abs(way[-1].to_lane - c.from_lane), [*way, c]) for cost, way in best),
                    key=lambda item: item[0],
                )
                for c in options
            ]
        return min(best, key=lambda item: item[0])[1]

    def _along(self, edge: str, enter: int, leave: int) -> Array:
        start = self.lanes[f"{edge}_{enter}"].shape
        if enter == leave:
            return start
        end = self.lanes[f"{edge}_{leave}"].shape
        n = max(2, math.ceil(self.lanes[f"{edge}_{enter}"].length_m))
        share = np.linspace(0.0, 1.0, n)
        a, b = cut(start, share), cut(end, share)
        t = np.clip((share - 0.5) * n / _LANE_CHANGE_M + 0.5, 0.0, 1.0)
        weight = (t * t * (3.0 - 2.0 * t))[:, None]
        return a * (1.0 - weight) + b * weight

    def _inside(self, link: Connection) -> list[Array]:
        """Return the shapes of the internal lanes that a connection runs through."""
        shapes: list[Array] = []
        via = link.via
        while via:
            shapes.append(self.lanes[via].shape)
            edge, _, index = via.rpartition("_")
            onward = [
                c.via
                for c in self._outgoing.get(edge, [])
                if c.from_lane == int(index) and c.to_edge == link.to_edge
            ]
            via = onward[0] if onward else ""
        return shapes

    def _name_fringe(self) -> dict[str, str]:
        """Name the edges that enter or leave the map by the side on which they do."""
        neighbours: dict[str, set[str]] = {}
        for edge in self.edges.values():
            neighbours.setdefault(edge.from_junction, set()).add(edge.to_junction)
            neighbours.setdefault(edge.to_junction, set()).add(edge.from_junction)
        groups: dict[str, list[tuple[float, str]]] = {}
        for edge in self.edges.values():
            lanes = self.lanes_of(edge.id, "driving")
            if not lanes:
                continue
            shape = lanes[0].shape
            for junction, end, inner, way in (
                (edge.from_junction, shape[0], shape[1], "in"),
                (edge.to_junction, shape[-1], shape[-2], "out"),
            ):
                if len(neighbours[junction]) > 1:
                    continue
                dx, dy = (end - inner)[:2]
                side = _SIDES[round(math.atan2(dy, dx) / (math.pi / 2)) % 4]
                order = float(end[1] if side in ("east", "west") else end[0])
                groups.setdefault(f"{side}_{way}", []).append((order, edge.id))
        aliases: dict[str, str] = {}
        for name in sorted(groups):
            ids = [edge for _, edge in sorted(groups[name])]
            aliases[name] = ids[len(ids) // 2]
            aliases.update({f"{name}_{i}": edge for i, edge in enumerate(ids)})
        return aliases
