"""Which roads run through a built-up area, and which through open country.

The rule: a road is built-up if it has a sidewalk or a parking strip beside its lanes for cars, or
if its limit is at most 60 km/h and it meets a road that has one. Open country has no kerbs, houses,
lamps or parked cars: shoulders, grass, and trees well away from the road.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cityloop.world.network import RoadNetwork

STREET_MPS = 60 / 3.6
QUIET_MPS = 31 / 3.6  # 30 km/h zones: no painted lines and crossings, small houses


def built_up_edges(network: "RoadNetwork") -> frozenset[str]:
    """Return the ids of the edges for cars that run through a built-up area."""
    roads = {e.id: network.lanes_of(e.id) for e in network.edges.values()}
    roads = {
        name: lanes for name, lanes in roads.items() if any(x.kind == "driving" for x in lanes)
    }
    streets = {
        name
        for name, lanes in roads.items()
        if any(lane.kind in ("sidewalk", "parking") for lane in lanes)
    }
    ends = {
        junction
        for name in streets
        for edge in [network.edges[name]]
        for junction in (edge.from_junction, edge.to_junction)
    }
    for name in roads:
        edge = network.edges[name]
        slow = network.driving_lane(name).speed_mps <= STREET_MPS
        if slow and (edge.from_junction in ends or edge.to_junction in ends):
            streets.add(name)
    return frozenset(streets)


def is_quiet(network: "RoadNetwork", edge: str) -> bool:
    """Return whether an edge is a quiet residential road: its limit is at most 30 km/h."""
    return network.driving_lane(edge).speed_mps <= QUIET_MPS
