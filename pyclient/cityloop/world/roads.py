"""The roads of a network as a table for people: what a scenario can name, and how long each is."""

from dataclasses import dataclass

from cityloop.world.network import RoadNetwork


@dataclass(frozen=True)
class Road:
    """A road for cars between two junctions, in one direction.

    Attributes:
        id: the edge's, which every map has.
        aliases: compass names of a road that enters or leaves the map, as "east_in".
        street: the street's name, "" for none.
        length_m: of its rightmost lane for cars: places along it (`s_m`, `start_m`) count up to
            here, metres.
        lanes: how many for cars.
        speed_limit_mps: of its rightmost lane for cars, m/s.
        leads_to: ids of the roads that a car can enter from it.
    """

    id: str
    aliases: tuple[str, ...]
    street: str
    length_m: float
    lanes: int
    speed_limit_mps: float
    leads_to: tuple[str, ...]


def roads_of(network: RoadNetwork) -> tuple[Road, ...]:
    """Return the roads for cars; those with compass names first, then by id."""
    roads = []
    for edge in network.edges.values():
        lanes = network.lanes_of(edge.id, "driving")
        if lanes:
            road = Road(
                id=edge.id,
                aliases=tuple(sorted(a for a, e in network.aliases.items() if e == edge.id)),
                street=edge.name,
                length_m=lanes[0].length_m,
                lanes=len(lanes),
                speed_limit_mps=lanes[0].speed_mps,
                leads_to=tuple(network.successors(edge.id)),
            )
            roads.append(road)
    return tuple(sorted(roads, key=lambda road: (not road.aliases, road.aliases, road.id)))
