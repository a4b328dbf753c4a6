"""Reading a SUMO network file (https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html)."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cityloop.errors import MapError
from cityloop.world.map_xml import parse_map

# The key of a junction's parameter that holds `Junction.end_radius_m`.
END_KEY = "cityloop.end_radius_m"

_CARS = frozenset({"passenger", "taxi", "bus", "delivery", "truck", "private"})
_DEFAULT_WIDTH_M = 3.2  # SUMO's default lane width
# A lane closed to all traffic and this wide is taken for a parking strip, unless a type says what
# it is: narrower ones are gutters, wider ones verges.
_PARKING_WIDTH_M = (1.8, 3.2)
# A closed lane that is wider is a verge of grass, not a gutter, unless it is a hard shoulder;
# and so is what lies outside a hard shoulder.
_WIDEST_GUTTER_M = 2.6
_HARD_SHOULDERS = frozenset({"stop", "shoulder"})


@dataclass(frozen=True)
class Lane:
    """A lane.

    Attributes:
        id, edge_id, index: as in SUMO; index 0 is the rightmost lane.
        kind: "driving", "parking", "bicycle", "sidewalk", "border" (gutter, shoulder, median),
            "crossing", "walkingarea" or "internal" (a car's way across a junction).
        shape: (N, 3) centre line, metres, world frame; of a walkingarea its outline.
        width_m, length_m: metres; speed_mps: speed limit, m/s.
        outline: (N, 3) outline of a crossing where the network gives one, else empty.
        paved: False for verges and medians of grass.
        crosses: of a crossing, the ids of the edges that it leads across.
    """

    id: str
    edge_id: str
    index: int
    kind: str
    shape: NDArray[np.float64]
    width_m: float
    speed_mps: float
    length_m: float
    outline: NDArray[np.float64]
    paved: bool = True
    crosses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """A road in one direction; `lane_ids` from right to left, `name` the street's, "" for none."""

    id: str
    from_junction: str
    to_junction: str
    lane_ids: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class Junction:
    """A junction.

    Attributes:
        position: (3,) metres.
        shape: (N, 3) its outline (may have fewer than 3 points), metres.
        end_radius_m: where a road ends for good the radius of the turning circle there, 0 without
            one; nan where roads go on, be it beyond the map.
    """

    id: str
    kind: str
    position: NDArray[np.float64]
    shape: NDArray[np.float64]
    end_radius_m: float = math.nan


@dataclass(frozen=True)
class Connection:
    """A way from lane `from_lane` of an edge to `to_lane` of another, through lane `via`.

    `direction` is SUMO's: s straight, l left, r right, t turnaround, L and R partly.
    """

    from_edge: str
    to_edge: str
    from_lane: int
    to_lane: int
    via: str
    tls_id: str
    link_index: int
    direction: str
    state: str


@dataclass(frozen=True)
class SignalHead:
    """A connection under a traffic light: the state's character `link_index` rules it.

    `from_lane` ends at the stop line that the signal faces; for people it is a walkingarea and
    `to_lane` the crossing.
    """

    tls_id: str
    link_index: int
    from_lane: str
    to_lane: str
    direction: str


@dataclass
class NetContent:
    """All that is read from a file."""

    lanes: dict[str, Lane] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    junctions: dict[str, Junction] = field(default_factory=dict)
    connections: list[Connection] = field(default_factory=list)
    signals: list[SignalHead] = field(default_factory=list)
    programs: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_net(path: Path, source: Path | None = None) -> NetContent:
    """Read a network, plain or gzipped; `source` is the map that it was made from, for messages.

    Raises:
        MapError: if the file cannot be read or is no SUMO network.
    """
    root = parse_map(path, "a SUMO network", "net")
    path = source or path
    content = NetContent()
    for element in root:
        try:
            _READERS.get(element.tag, _skip)(element, content)
        except (KeyError, ValueError) as error:
            wrong = f"no attribute {error}" if isinstance(error, KeyError) else str(error)
            raise MapError(
                f"{path}: not a whole SUMO network: <{element.tag}> {element.get('id', '')!r} has "
                f"{wrong}; make it anew with netconvert"
            ) from error
    content.signals.sort(key=lambda s: (s.tls_id, s.link_index, s.from_lane))
    return content


def _skip(element: ET.Element, content: NetContent) -> None:
    """Pass over elements that say nothing about roads (location, requests, parameters)."""


def _number(text: str | float) -> float:
    """Return a number of the file; ValueError if it is none, or not finite."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text!r} where a number belongs")
    return value


def _whole(text: str) -> int:
    """Return a whole number of the file; ValueError if it is none."""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} where a whole number belongs") from None


def _points(text: str) -> NDArray[np.float64]:
    rows = [[_number(v) for v in point.split(",")] for point in text.split()]
    if any(len(row) < 2 for row in rows):
        raise ValueError(f"a point without y in {text[:40]!r}")
    return np.array([(r + [0.0])[:3] for r in rows], dtype=np.float64).reshape(-1, 3)


def _allows(lane: Mapping[str, str], wanted: frozenset[str]) -> bool:
    if "allow" in lane:
        allowed = set(lane["allow"].split())
        return "all" in allowed or bool(allowed & wanted)
    closed = set(lane.get("disallow", "").split())
    return "all" not in closed and not wanted <= closed


def _lane_kind(function: str, lane: Mapping[str, str], lane_type: str, width: float) -> str:
    if function in ("crossing", "walkingarea"):
        return function
    if function == "internal":
        return "internal" if _allows(lane, _CARS) else "border"
    if _allows(lane, _CARS):
        return "driving"
    if _allows(lane, frozenset({"pedestrian"})):
        return "sidewalk"
    if _allows(lane, frozenset({"bicycle"})):
        return "bicycle"
    if lane_type and lane_type != "parking":
        return "border"
    low, high = _PARKING_WIDTH_M
    return "parking" if lane_type == "parking" or low <= width <= high else "border"


def _is_paved(width: float, lane_type: str, inner: str) -> bool:
    """Return whether a closed lane is paved; `inner` is the type of its neighbour to the left."""
    if lane_type in _HARD_SHOULDERS:
        return True
    return width <= _WIDEST_GUTTER_M and inner not in _HARD_SHOULDERS


def _read_edge(element: ET.Element, content: NetContent) -> None:
    function = element.get("function", "normal")
    if function == "connector":
        return
    edge_id = element.attrib["id"]
    lanes = [e.attrib for e in element if e.tag == "lane"]
    types = element.get("type", "").split("|")
    ids = []
    for lane in lanes:
        width = _number(lane.get("width", _DEFAULT_WIDTH_M))
        index = _whole(lane["index"])
        if not 0 <= index < len(lanes):
            raise ValueError(f"lane {index} of {len(lanes)}")
        named = types[index] if len(types) == len(lanes) > 1 else ""
        lane_type = lane.get("type", named)
        inner = types[index + 1] if index + 1 < len(types) == len(lanes) else ""
        kind = _lane_kind(function, lane, lane_type, width)
        shape = _points(lane["shape"])
        if len(shape) < 2:
            raise ValueError(f"a lane {lane['id']!r} with fewer than two points")
        content.lanes[lane["id"]] = Lane(
            id=lane["id"],
            edge_id=edge_id,
            index=index,
            kind=kind,
            shape=shape,
            width_m=width,
            speed_mps=_number(lane["speed"]),
            length_m=_number(lane["length"]),
            outline=_points(lane.get("outlineShape", "")),
            crosses=tuple(element.get("crossingEdges", "").split()),
            paved=kind != "border" or _is_paved(width, lane_type, inner),
        )
        ids.append(lane["id"])
    if function == "normal":
        content.edges[edge_id] = Edge(
            edge_id,
            element.attrib["from"],
            element.attrib["to"],
            tuple(ids),
            element.get("name", "").strip(),
        )


def _read_junction(element: ET.Element, content: NetContent) -> None:
    if element.get("type") == "internal":
        return
    position = np.array([_number(element.get(axis, 0.0)) for axis in "xyz"])
    content.junctions[element.attrib["id"]] = Junction(
        element.attrib["id"],
        element.attrib["type"],
        position,
        _points(element.get("shape", "")),
        next(
            (float(e.get("value", "0")) for e in element.iter("param") if e.get("key") == END_KEY),
            math.nan,
        ),
    )


def _read_connection(element: ET.Element, content: NetContent) -> None:
    a = element.attrib
    link = Connection(
        from_edge=a["from"],
        to_edge=a["to"],
        from_lane=_whole(a["fromLane"]),
        to_lane=_whole(a["toLane"]),
        via=a.get("via", ""),
        tls_id=a.get("tl", ""),
        link_index=_whole(a.get("linkIndex", "-1")),
        direction=a.get("dir", ""),
        state=a.get("state", ""),
    )
    content.connections.append(link)
    if link.tls_id:
        start, end = f"{link.from_edge}_{link.from_lane}", f"{link.to_edge}_{link.to_lane}"
        head = SignalHead(link.tls_id, link.link_index, start, end, link.direction)
        content.signals.append(head)


def _read_program(element: ET.Element, content: NetContent) -> None:
    phases = tuple(e.attrib["state"] for e in element if e.tag == "phase")
    content.programs.setdefault(element.attrib["id"], phases)


_READERS = {
    "edge": _read_edge,
    "junction": _read_junction,
    "connection": _read_connection,
    "tlLogic": _read_program,
}
