"""Reading an OpenDRIVE file (ASAM OpenDRIVE 1.4 to 1.7) with the standard library."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cityloop.errors import MapError
from cityloop.world.map_xml import parse_map
from cityloop.world.opendrive.checks import check_roads
from cityloop.world.opendrive.plan_view import SHAPE_ATTRIBUTES, Geometry
from cityloop.world.opendrive.road import (
    Cubics,
    LaneSection,
    LaneStrip,
    MarkLine,
    Repeat,
    Road,
    RoadMark,
    RoadObject,
    RoadSignal,
)

# Where a file gives a kind of paint without its lines: metres.
_WIDTH_M, _BOLD_WIDTH_M = 0.12, 0.25
_DASH_M, _GAP_M = 3.0, 6.0
_SPEED_UNITS = {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704}
_NO_MARKS = frozenset({"none", "curb", "edge", "grass", "botts dots", "custom"})
# Coordinates beyond this many metres are moved towards the origin, for 32-bit floats.
_FAR_M = 10_000.0
_SHIFT_STEP_M = 1000.0


@dataclass(frozen=True)
class OpenDriveMap:
    """The roads of a file; `shift_m` was added to its x and y."""

    roads: Sequence[Road]
    shift_m: tuple[float, float] = (0.0, 0.0)

    @property
    def has_marks(self) -> bool:
        """Whether the file says anywhere what is painted on its roads."""
        return any(
            mark.lines
            for road in self.roads
            for section in road.sections
            for lane in section.lanes.values()
            for mark in lane.marks
        )


def read_opendrive(path: Path) -> OpenDriveMap:
    """Read a file. A map far from its origin is moved by whole kilometres.

    Raises:
        MapError: if the file cannot be read, is no whole OpenDRIVE map with roads, or says what
            cannot be meant (see `checks`).
    """
    root = parse_map(path, "an OpenDRIVE map", "OpenDRIVE")
    shift = _shift(root)
    roads = []
    for element in root.iter("road"):
        try:
            roads.append(_road(element, shift))
        except (KeyError, ValueError) as error:
            why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise MapError(f"{path}: road {element.get('id', '?')!r} is broken: {why}") from error
    if not roads:
        raise MapError(f"{path}: this OpenDRIVE map has no roads")
    check_roads(path, roads)
    return OpenDriveMap(roads, shift)


def _shift(root: ET.Element) -> tuple[float, float]:
    starts = [
        (float(g.get("x", "0")), float(g.get("y", "0")))
        for g in root.iter("geometry")
        if _is_number(g.get("x")) and _is_number(g.get("y"))
    ]
    if not starts or np.abs(starts).max() < _FAR_M:
        return 0.0, 0.0
    middle = (np.min(starts, axis=0) + np.max(starts, axis=0)) / 2
    x, y = -np.round(middle / _SHIFT_STEP_M) * _SHIFT_STEP_M
    return float(x), float(y)


def _is_number(text: str | None) -> bool:
    try:
        return text is not None and math.isfinite(float(text))
    except ValueError:
        return False


def _number(element: ET.Element, name: str, default: float | None = None) -> float:
    text = element.get(name)
    if text is None or not text.strip():
        if default is None:
            raise KeyError(f"{name} of <{element.tag}>")
        return default
    if not _is_number(text):
        raise ValueError(f"{name}={text!r} of <{element.tag}> is no number")
    return float(text)


def _road(element: ET.Element, shift: tuple[float, float]) -> Road:
    length = _number(element, "length")
    link = element.find("link")
    linked = [link is not None and link.find(w) is not None for w in ("predecessor", "successor")]
    lanes = element.find("lanes")
    sections = [] if lanes is None else lanes.findall("laneSection")
    starts = [_number(s, "s") for s in sections]
    junction = element.get("junction", "-1")
    kind = element.find("type")
    speeds = [e for e in element.iter("speed") if _is_number(e.get("max"))]
    return Road(
        id=element.attrib["id"],
        length_m=length,
        junction="" if junction == "-1" else junction,
        linked=(linked[0], linked[1]),
        plan_view=_plan_view(element, shift),
        elevation=_cubics(element.findall("elevationProfile/elevation"), "s"),
        lane_offset=_cubics(element.findall("lanes/laneOffset"), "s"),
        sections=[
            _section(section, start, end)
            for section, start, end in zip(sections, starts, [*starts[1:], length], strict=True)
        ],
        objects=[_object(e) for e in element.findall("objects/object")],
        signals=[_signal(e) for e in element.findall("signals/signal")],
        road_type="" if kind is None else kind.get("type", ""),
        speeds_mps=tuple(
            _number(e, "max") * _SPEED_UNITS.get(e.get("unit", "m/s"), 1.0) for e in speeds
        ),
    )


def _plan_view(element: ET.Element, shift: tuple[float, float]) -> list[Geometry]:
    pieces = []
    for piece in element.findall("planView/geometry"):
        shape = next((e for e in piece if e.tag in SHAPE_ATTRIBUTES), None)
        if shape is None:
            raise ValueError("a <geometry> is neither line, arc, spiral, poly3 nor paramPoly3")
        length = _number(piece, "length")
        if length < 0:
            raise ValueError(f"a <geometry> has length {length:g}")
        if length == 0:
            continue
        pieces.append(
            Geometry(
                s=_number(piece, "s"),
                x=_number(piece, "x") + shift[0],
                y=_number(piece, "y") + shift[1],
                heading_rad=_number(piece, "hdg"),
                length_m=length,
                shape=shape.tag,
                values={name: _number(shape, name) for name in SHAPE_ATTRIBUTES[shape.tag]},
                normalized=shape.get("pRange", "normalized") != "arcLength",
            )
        )
    if not pieces:
        raise ValueError("it has no reference line (planView)")
    return sorted(pieces, key=lambda g: g.s)


def _cubics(elements: Sequence[ET.Element], start: str) -> Cubics:
    parts = [(_number(e, start), *(_number(e, k, 0.0) for k in "abcd")) for e in elements]
    return Cubics(tuple(sorted((p[0], p[1], p[2], p[3], p[4]) for p in parts)))


def _section(element: ET.Element, start: float, end: float) -> LaneSection:
    lanes = {}
    for lane in element.iter("lane"):
        number = int(_number(lane, "id"))
        marks = sorted((_mark(e, start) for e in lane.findall("roadMark")), key=lambda m: m.s)
        width = _cubics(lane.findall("width"), "sOffset")
        lanes[number] = LaneStrip(number, lane.get("type", "none"), width, tuple(marks))
    return LaneSection(start, end, lanes)


def _mark(element: ET.Element, section_s: float) -> RoadMark:
    """Read a mark (section "Road markings"): its lines, or what its type stands for."""
    kind = element.get("type", "none")
    bold = element.get("weight", "standard") == "bold"
    width = _number(element, "width", _BOLD_WIDTH_M if bold else _WIDTH_M)
    width = width if width > 0 else _WIDTH_M
    lines = [
        MarkLine(
            _number(e, "length", 0.0),
            _number(e, "space", 0.0),
            _number(e, "tOffset", 0.0),
            _number(e, "sOffset", 0.0),
            _number(e, "width", width) or width,
        )
        for e in element.findall("type/line")
    ]
    if kind in _NO_MARKS:
        lines = []
    elif not lines:
        words = kind.split()
        for n, word in enumerate(words):
            dashed = word == "broken"
            # Two lines lie as far apart as they are wide, the first named on the left.
            offset = (len(words) - 1 - 2 * n) * width
            lines.append(MarkLine(_DASH_M * dashed, _GAP_M * dashed, offset, 0.0, width))
    start = section_s + _number(element, "sOffset", 0.0)
    return RoadMark(start, element.get("color", "standard"), tuple(lines))


def _object(element: ET.Element) -> RoadObject:
    corners, on_road = _outline(element)
    kind = element.get("type", "")
    if kind in ("", "none", "obstacle"):
        kind = element.get("name", "")
    height = _number(element, "height", 0.0)
    t, z = _number(element, "t"), _number(element, "zOffset", 0.0)
    return RoadObject(
        id=element.get("id", ""),
        kind=kind,
        s=_number(element, "s"),
        t=t,
        z_offset_m=z,
        heading_rad=_number(element, "hdg", 0.0),
        length_m=_number(element, "length", 0.0),
        width_m=_number(element, "width", 0.0),
        height_m=height,
        radius_m=_number(element, "radius", 0.0),
        outline=corners,
        outline_on_road=on_road,
        repeats=tuple(
            Repeat(
                s=_number(e, "s"),
                length_m=_number(e, "length"),
                distance_m=_number(e, "distance"),
                t_m=(_number(e, "tStart", t), _number(e, "tEnd", t)),
                height_m=(_number(e, "heightStart", height), _number(e, "heightEnd", height)),
                z_offset_m=(_number(e, "zOffsetStart", z), _number(e, "zOffsetEnd", z)),
            )
            for e in element.findall("repeat")
        ),
    )


def _outline(element: ET.Element) -> tuple[np.ndarray, bool]:
    """Return the corners of an object's first outline, and whether they are (s, t)."""
    outlines = [*element.findall("outlines/outline"), *element.findall("outline")]
    for outline in outlines[:1]:
        local = [(_number(e, "u"), _number(e, "v")) for e in outline.findall("cornerLocal")]
        road = [(_number(e, "s"), _number(e, "t")) for e in outline.findall("cornerRoad")]
        if local or road:
            return np.array(local or road), not local
    return np.zeros((0, 2)), False


def _signal(element: ET.Element) -> RoadSignal:
    orientation = element.get("orientation", "none")
    return RoadSignal(
        id=element.get("id", ""),
        kind=element.get("type", ""),
        s=_number(element, "s"),
        t=_number(element, "t"),
        dynamic=element.get("dynamic", "no") == "yes",
        forward={"+": True, "-": False}.get(orientation),
        heading_rad=_number(element, "hOffset", 0.0),
        subtype=element.get("subtype", ""),
        value=float(element.get("value", "0")) if _is_number(element.get("value")) else 0.0,
        unit=element.get("unit", ""),
    )
