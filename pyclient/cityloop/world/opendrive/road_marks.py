"""Paint exactly where the file says (ASAM OpenDRIVE 1.7, section "Road markings")."""

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.world.ground import BEYOND_FRINGE_M
from cityloop.world.markings import MarkColor, Markings
from cityloop.world.opendrive.reading import OpenDriveMap
from cityloop.world.opendrive.road import LaneSection, MarkLine, Road

Array = NDArray[np.float64]

_STEP_M = 1.0
_STRAIGHT_M = 0.002  # that a line may differ from the curve that it follows
_SHORTEST_M = 0.05
_COLORS: dict[str, MarkColor] = {"yellow": "yellow", "orange": "yellow"}  # the rest is white


def draw_marks(source: OpenDriveMap, markings: Markings) -> None:
    """Add every lane's road marks. Roads that leave the map are drawn on, with their lines."""
    for road in source.roads:
        for n, section in enumerate(road.sections):
            start, end = section.s, section.end
            if n == 0 and not road.linked[0]:
                start -= BEYOND_FRINGE_M
            if n == len(road.sections) - 1 and not road.linked[1]:
                end += BEYOND_FRINGE_M
            for number, lane in section.lanes.items():
                if not lane.marks:
                    continue
                ends = [*(mark.s for mark in lane.marks[1:]), end]
                for mark, last in zip(lane.marks, ends, strict=True):
                    first = start if mark.s <= section.s else mark.s
                    for line in mark.lines:
                        span = (first, mark.s, last)
                        _draw(road, section, number, line, span, mark.color, markings)


def _draw(
    road: Road,
    section: LaneSection,
    number: int,
    line: MarkLine,
    span: tuple[float, float, float],
    color: str,
    markings: Markings,
) -> None:
    """Draw a line from span[0] to span[2]; its dashes count from span[1]."""
    start, origin, end = span
    broken = line.space_m > 0 and line.length_m > 0
    if not broken:
        pieces = [(start, end)]
    else:
        period = line.length_m + line.space_m
        first = origin + line.start_m
        n0, n1 = np.floor((start - first) / period), np.ceil((end - first) / period)
        dashes = first + period * np.arange(n0, n1 + 1)
        pieces = [
            (max(start, s), min(end, s + line.length_m))
            for s in dashes.tolist()
            if s + line.length_m > start and s < end
        ]
    for a, b in pieces:
        if b - a < _SHORTEST_M:
            continue
        s = np.linspace(a, b, max(2, int(np.ceil((b - a) / _STEP_M)) + 1))
        points, _ = road.place(s, road.border(section, number, s) + line.offset_m)
        curve = shapely.LineString(points).simplify(_STRAIGHT_M)
        markings.line(
            np.asarray(curve.coords),
            line.width_m,
            "broken" if broken else "solid",
            _COLORS.get(color, "white"),
        )
