"""Which ways across a signalled junction cross each other: SUMO's matrix of requests.

https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html, "Requests": every link of a junction, in
the order of `intLanes`, names its foes by a string of bits whose last character is link 0.
"""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from cityloop.world.map_xml import parse_map
from cityloop.world.network import RoadNetwork


@dataclass(frozen=True)
class Conflict:
    """Two links of one light whose ways cross or merge.

    Attributes:
        light: id of the traffic light.
        a, b: links: characters of the light's state.
        crossing: which of the two is for people, 0 if neither, 1 for `a`, 2 for `b`.
        junction: where.
    """

    light: str
    a: int
    b: int
    crossing: int
    junction: str


def conflicts(net_file: Path, network: RoadNetwork) -> list[Conflict]:
    """Return all pairs of conflicting links that the same light rules, each once.

    Args:
        net_file: the network, gzipped.
        network: the same, read.

    Raises:
        MapError: if the file is missing or damaged.
    """
    of_lane: dict[str, set[tuple[str, int, bool]]] = {}
    for c in network.connections:
        if not c.tls_id:
            continue
        to_lane = f"{c.to_edge}_{c.to_lane}"
        crossing = network.lanes[to_lane].kind == "crossing"
        # The junction's request is that of the lane inside it: for people the crossing itself.
        inner = to_lane if crossing else c.via
        of_lane.setdefault(inner, set()).add((c.tls_id, c.link_index, crossing))
    found: dict[tuple[str, int, int], Conflict] = {}
    for junction in parse_map(net_file, "a SUMO network", "net").iter("junction"):
        inner_lanes = junction.get("intLanes", "").split()
        foes = {int(r.attrib["index"]): r.attrib["foes"][::-1] for r in junction.iter("request")}
        for i, j in combinations(range(len(inner_lanes)), 2):
            bits = foes.get(i, "")
            if j >= len(bits) or bits[j] != "1":
                continue
            for light, a, people_a in of_lane.get(inner_lanes[i], ()):
                for other, b, people_b in of_lane.get(inner_lanes[j], ()):
                    if light == other and a != b and not (people_a and people_b):
                        people = 1 if people_a else 2 if people_b else 0
                        conflict = Conflict(light, a, b, people, junction.attrib["id"])
                        found.setdefault((light, min(a, b), max(a, b)), conflict)
    return [found[key] for key in sorted(found)]
