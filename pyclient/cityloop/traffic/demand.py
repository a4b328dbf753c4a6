"""Who drives where: trips of vehicles, each drawn from a stream of its own.

The trip of car n depends on the seed and on n alone, so that more people, other cars or a busier
road change nothing about where it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cityloop.errors import ScenarioError
from cityloop.traffic.road_graph import DRIVER_CLASS, SHORTEST_ROAD_M, RoadGraph
from cityloop.world.streams import stream

# Share of a kind in city traffic; kinds that the world has but that are not named here stay away.
VEHICLE_SHARES: Mapping[str, float] = {
    "sedan": 0.23,
    "hatchback": 0.235,
    "suv": 0.125,
    "pickup": 0.03,
    "estate": 0.11,
    "taxi": 0.055,
    "police": 0.01,
    "van": 0.08,
    "ambulance": 0.005,
    "truck": 0.03,
    "bus": 0.02,
    "motorcycle": 0.025,
    "bicycle": 0.045,
}
LONG_KINDS = frozenset({"bus", "truck"})  # go straight on where the map lets them
# Roads with a higher limit are none for a class, whatever the map says: nobody cycles on motorways.
FASTEST_ROAD_MPS: Mapping[str, float] = {"bicycle": 23.0}
ATTEMPTS = 50
# Whoever keeps to the right enters in the middle of a lane all the same, and rides that far while
# moving over; who must stop before would creep sideways there and stand askew.
RUN_UP_M: Mapping[str, float] = {"bicycle": 25.0}


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


class Demand:
    """Draws trips for the network that SUMO has open."""

    def __init__(
        self,
        roads: RoadGraph,
        seed: int,
        vehicle_classes: Mapping[str, str],
    ) -> None:
        """Draw from the kinds in `vehicle_classes` (kind -> SUMO's class) and VEHICLE_SHARES."""
        self._roads = roads
        self._seed = seed
        self._classes = vehicle_classes
        self._kinds = [k for k in sorted(vehicle_classes) if k in VEHICLE_SHARES]
        self._cars = [k for k in self._kinds if vehicle_classes[k] == DRIVER_CLASS]
        self._kind_shares = _normalised([VEHICLE_SHARES[k] for k in self._kinds])
        self._edges = list(roads.edges)
        self._edge_shares = _normalised([roads.edges[e].length_m for e in self._edges])

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
        if not self._is_for(kind, edges):
            # The way is for cars, but not for this kind: a car takes its place.
            kind = self._cars[rng.integers(len(self._cars))]
        if not on_the_way:
            return VehicleTrip(kind, tuple(edges), None, speed_factor)
        # Uniform over the length of the route but its last edge.
        lengths = np.cumsum([self._roads.edges[e].length_m for e in edges[:-1] or edges])
        skipped = int(np.searchsorted(lengths, share * lengths[-1]))
        length = self._roads.edges[edges[skipped]].length_m
        nearest = max(0.0, length - RUN_UP_M.get(kind, 0.0))  # to the junction ahead
        position = min(float(offset) * length, nearest)
        return VehicleTrip(kind, tuple(edges[skipped:]), position, speed_factor)

    def _is_for(self, kind: str, edges: Sequence[str]) -> bool:
        """Tell whether a way is open to a kind, and no road on it too fast for it."""
        vehicle_class = self._classes[kind]
        fastest = max(self._roads.edges[e].length_m / self._roads.edges[e].travel_s for e in edges)
        if fastest > FASTEST_ROAD_MPS.get(vehicle_class, np.inf):
            return False
        return self._roads.admits(edges, vehicle_class)

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


def _normalised(weights: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    total = np.array(weights, dtype=np.float64)
    return total / total.sum() if len(total) else total
