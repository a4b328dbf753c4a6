"""What streets are called: the map's names, or made-up ones where a map has none at all."""

from collections.abc import Iterable

import numpy as np

from cityloop.world.lettering import is_drawable
from cityloop.world.network import RoadNetwork
from cityloop.world.streams import stream

_FIRST = (
    "Alder", "Baker", "Bell", "Birch", "Bridge", "Brook", "Castle", "Cedar", "Chapel", "Cherry",
    "Church", "Clover", "Copper", "Elm", "Falcon", "Ferry", "Forge", "Garden", "Granary", "Harbour",
    "Hazel", "Heron", "Hill", "Juniper", "King", "Larch", "Linden", "Maple", "Market", "Meadow",
    "Mill", "Museum", "Orchard", "Park", "Poplar", "Quarry", "Rope", "Rowan", "Station", "Swan",
    "Tanner", "Thistle", "Tower", "Walnut", "Weaver", "Willow",
)  # fmt: skip
_SECOND = ("Street", "Road", "Lane", "Row", "Way")


def street_names(network: RoadNetwork, seed: int) -> dict[str, str]:
    """Return the name of the street that each edge for cars belongs to, where it has one.

    A map with any name of its own keeps just those, without what cannot be written on a sign.
    On others a street goes straight on through junctions and back the other way, and gets a name
    that no other street has.
    """
    said = {e.id: e.name for e in network.edges.values() if e.name}
    if said:
        return {edge: name for edge, name in said.items() if is_drawable(name)}
    names = [f"{first} {second}" for first in _FIRST for second in _SECOND]
    order = stream(seed, "city/street_names").permutation(len(names))
    streets = _streets(network)
    return {
        edge: names[int(order[n])]
        for n, street in enumerate(streets[: len(names)])
        for edge in street
    }


def _streets(network: RoadNetwork) -> list[list[str]]:
    """Return the edges for cars in groups that go straight on into each other."""
    edges = sorted(e for e in network.edges if network.lanes_of(e, "driving"))
    group = {edge: edge for edge in edges}

    def root(edge: str) -> str:
        while group[edge] != edge:
            edge = group[edge]
        return edge

    def join(pair: Iterable[str | None]) -> None:
        known = [root(edge) for edge in pair if edge in group]
        for edge in known[1:]:
            group[max(edge, known[0])] = min(edge, known[0])

    for edge in edges:
        join((edge, network.reverse_edge(edge)))
    for link in network.connections:
        if link.direction == "s":
            join((link.from_edge, link.to_edge))
    found: dict[str, list[str]] = {}
    for edge in edges:
        found.setdefault(root(edge), []).append(edge)
    return list(found.values())


def perpendicular_name(
    network: RoadNetwork, names: dict[str, str], edge: str
) -> tuple[str, float] | None:
    """Return name and direction (rad) of the street that meets `edge` most squarely at its end."""
    lane = network.driving_lane(edge)
    way = np.subtract(*lane.shape[[-1, -2], :2])
    best: tuple[float, str, float] | None = None
    junction = network.edges[edge].to_junction
    for other in sorted(names):
        there = network.edges[other]
        if names[other] == names.get(edge) or junction not in (
            there.from_junction,
            there.to_junction,
        ):
            continue
        shape = network.driving_lane(other).shape
        leaves = there.from_junction == junction
        d = np.subtract(*shape[[1, 0], :2]) if leaves else np.subtract(*shape[[-2, -1], :2])
        slant = abs(float(way @ d)) / float(np.linalg.norm(way) * np.linalg.norm(d))
        if best is None or slant < best[0] - 1e-9:
            best = (slant, names[other], float(np.arctan2(d[1], d[0])))
    return None if best is None or best[0] > 0.9 else (best[1], best[2])
