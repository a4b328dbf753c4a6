"""Who travels where: trips of vehicles and walks of people, each drawn from a stream of its own.

The trip of car n depends on the seed and on n alone, so that more people, other cars or a busier
road change nothing about where it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cityloop.errors import ScenarioError
from cityloop.traffic.road_graph import SHORTEST_ROAD_M, RoadGraph
from cityloop.traffic.walk_graph import WalkEnd, WalkGraph
from cityloop.world.streams import stream

# Share of a kind in city traffic; kinds that the world has but that are not named here stay away.
VEHICLE_SHARES: Mapping[str, float] = {
    "sedan": 0.24,
    "hatchback": 0.26,
    "suv": 0.18,
    "estate": 0.12,
    "taxi": 0.06,
    "van": 0.09,
    "truck": 0.03,
    "bus": 0.02,
}
CHILD_SHARE = 0.15  # of all people
LONG_KINDS = frozenset({"bus", "truck"})  # go straight on where the map lets them
ATTEMPTS = 50


@dataclass(frozen=True)
class VehicleTrip:
    """A drive through the network.

    Attributes:
        kind: a key of VEHICLE_KINDS.
        edges: from the first to the last edge.
        depart_position_m: of the front bumper on the first edge; None: as far back as it can be.
        speed_factor: wanted speed over the speed limit.
    """

    kind: str
    edges: tuple[str, ...]
    depart_position_m: float | None
    speed_factor: float


@dataclass(frozen=True)
class Walk:
    """A walk through the network.

    Attributes:
        kind: a key of PERSON_KINDS.
        start: where it begins.
        edges: from the first to the last edge, crossings and walking areas included.
        arrival_position_m: where it ends on the last edge.
        speed_factor: wanted speed over the kind's.
    """

    kind: str
    start: WalkEnd
    edges: tuple[str, ...]
    arrival_position_m: float
    speed_factor: float


class Demand:
    """Draws trips and walks for the network that SUMO has open."""

    def __init__(
        self,
        roads: RoadGraph,
        walks: WalkGraph,
        seed: int,
        vehicle_kinds: Sequence[str],
        adults: Sequence[str],
        children: Sequence[str],
    ) -> None:
        """Draw from `vehicle_kinds` (those in VEHICLE_SHARES), `adults` and `children`."""
        self._roads = roads
        self._walks = walks
        self._seed = seed
        self._kinds = [k for k in vehicle_kinds if k in VEHICLE_SHARES]
        self._kind_shares = _normalised([VEHICLE_SHARES[k] for k in self._kinds])
        self._people = [*adults, *children]
        child_share = CHILD_SHARE if children else 0.0
        self._people_shares = _normalised(
            [(1 - child_share) / len(adults)] * len(adults)
            + [child_share / max(1, len(children))] * len(children)
        )
        self._edges = list(roads.edges)
        self._edge_shares = _normalised([roads.edges[e].length_m for e in self._edges])
        self._sidewalks = list(walks.sidewalks)
        self._sidewalk_shares = _normalised(list(walks.sidewalks.values()))

    def trip(self, number: int, *, on_the_way: bool) -> VehicleTrip:
        """Return the trip of car `number`; `on_the_way` starts it anywhere along its route.

        Raises:
            ScenarioError: if the network has no way through from one edge to another and no road
                that is a way through by itself.
        """
        rng = stream(self._seed, f"traffic/car/{number}")
        kind = self._kinds[rng.choice(len(self._kinds), p=self._kind_shares)]
        speed_factor = float(np.clip(rng.normal(0.97, 0.07), 0.8, 1.12))
        for _ in range(ATTEMPTS):
            edges = self._through_town(rng) if kind not in LONG_KINDS else self._straight_on(rng)
            share, offset = rng.random(2)
            if self._leads_through(edges):
                break
            if kind in LONG_KINDS:  # no street leads straight through this map
                kind = next(k for k in self._kinds if k not in LONG_KINDS)
        else:
            edges = self._any_way(rng)
        if not on_the_way:
            return VehicleTrip(kind, tuple(edges), None, speed_factor)
        # Uniform over the length of the route but its last edge.
        lengths = np.cumsum([self._roads.edges[e].length_m for e in edges[:-1] or edges])
        skipped = int(np.searchsorted(lengths, share * lengths[-1]))
        length = self._roads.edges[edges[skipped]].length_m
        return VehicleTrip(kind, tuple(edges[skipped:]), float(offset) * length, speed_factor)

    def _leads_through(self, edges: Sequence[str]) -> bool:
        """Tell whether a way has several edges or is a road that leads through by itself."""
        return len(edges) > 1 or (len(edges) == 1 and edges[0] in self._roads.roads)

    def _any_way(self, rng: np.random.Generator) -> list[str]:
        """Return a way from an entry to an exit, for a trip that had no luck with its draws.

        Raises:
            ScenarioError: if there is none.
        """
        for start in rng.permutation(self._roads.entries).tolist():
            for end in rng.permutation(self._roads.exits).tolist():
                way = self._roads.path(start, end)
                if self._leads_through(way):
                    return way
        raise ScenarioError(
            "no vehicle finds a way through the road network: set vehicles to 0 or use a map with "
            f"connected roads or a road of {SHORTEST_ROAD_M:g} m or more."
        )

    def _through_town(self, rng: np.random.Generator) -> list[str]:
        """Return a way from an entry by any road, by its length, to an exit; [] if none."""
        if not self._roads.entries:
            return []
        start = self._roads.entries[rng.integers(len(self._roads.entries))]
        via = self._edges[rng.choice(len(self._edges), p=self._edge_shares)]
        end = self._roads.exits[rng.integers(len(self._roads.exits))]
        first, second = self._roads.path(start, via), self._roads.path(via, end)
        return first + second[1:] if first and second else []

    def _straight_on(self, rng: np.random.Generator) -> list[str]:
        """Return a way from an entry to an exit without turns; [] if there is none."""
        ways = [
            way
            for start in self._roads.entries
            for end in self._roads.exits
            if self._leads_through(way := self._roads.path(start, end, straight=True))
        ]
        return ways[rng.integers(len(ways))] if ways else []

    def walk(self, number: int, *, on_the_way: bool) -> Walk:
        """Return the walk of person `number`; `on_the_way` starts it on any sidewalk.

        Raises:
            ScenarioError: if the network has no sidewalks that lead anywhere.
        """
        ends = self._walks.ends
        if not ends:
            raise ScenarioError(
                "the map has no sidewalks for background pedestrians: set pedestrians to 0 or use "
                "a map with sidewalks."
            )
        rng = stream(self._seed, f"traffic/person/{number}")
        kind = self._people[rng.choice(len(self._people), p=self._people_shares)]
        speed_factor = float(np.clip(rng.normal(1.0, 0.1), 0.75, 1.25))
        for _ in range(ATTEMPTS):
            start = ends[rng.integers(len(ends))]
            sidewalk = self._sidewalks[rng.choice(len(self._sidewalks), p=self._sidewalk_shares)]
            share = float(rng.uniform(0.05, 0.95))
            end = ends[rng.integers(len(ends))]
            if on_the_way:
                start = WalkEnd(sidewalk, share * self._walks.sidewalks[sidewalk])
            if start.edge == end.edge:
                continue
            edges = self._walks.path(start, end.edge)
            if edges:
                return Walk(kind, start, edges, end.position_m, speed_factor)
        start, edges, end = self._any_walk(rng)
        return Walk(kind, start, edges, end.position_m, speed_factor)

    def _any_walk(self, rng: np.random.Generator) -> tuple[WalkEnd, tuple[str, ...], WalkEnd]:
        """Return a walk from end to end, for somebody who had no luck with the draws.

        Raises:
            ScenarioError: if there is none.
        """
        ends = self._walks.ends
        for start in (ends[i] for i in rng.permutation(len(ends))):
            for end in (ends[i] for i in rng.permutation(len(ends))):
                if start.edge != end.edge and (edges := self._walks.path(start, end.edge)):
                    return start, edges, end
        raise ScenarioError(
            "no pedestrian finds a way along the sidewalks of the map: set pedestrians to 0 or use "
            "a map with connected sidewalks."
        )


def _normalised(weights: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    total = np.array(weights, dtype=np.float64)
    return total / total.sum() if len(total) else total
