"""Road markings: centre and lane lines, edge lines, stop lines, zebra crossings, parking bays.

Dimensions follow the German guideline RMS-1 for roads inside towns, rounded.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.world import polylines
from cityloop.world.ground import Ground, Shape, ribbon
from cityloop.world.meshing import triangulate
from cityloop.world.network import Lane, RoadNetwork
from cityloop.world.road_class import is_quiet
from cityloop.world.strips import BAY_LENGTH_M, BED_LENGTH_M

Array = NDArray[np.float64]
MarkKind = Literal["solid", "broken", "stop_line", "give_way", "zebra", "parking"]
MarkColor = Literal["white", "yellow"]
MARK_KINDS: tuple[MarkKind, ...] = get_args(MarkKind)
MARK_COLORS: tuple[MarkColor, ...] = get_args(MarkColor)

LINE_WIDTH_M = 0.12
DASH_M, GAP_M = 3.0, 6.0
SOLID_BEFORE_JUNCTION_M = 18.0
STOP_LINE_WIDTH_M = 0.5
STOP_LINE_SETBACK_M = 0.15  # from the end of the lane, where the crossing or junction starts
STRIPE_M = 0.5  # stripes of a zebra crossing and the gaps between them

_MATERIALS: dict[MarkColor, str] = {"white": "marking", "yellow": "marking_yellow"}
_STEP_M = 2.0  # between the corners of an outline on uneven land


@dataclass(frozen=True, eq=False)
class Mark:
    """A piece of paint in one stroke.

    Attributes:
        outline: (N, 2) corners of a simple polygon, world's plane, or (N, 3) world, m; the first
            is not repeated.
        kind: "solid" and "broken" are pieces of lines along lanes (of a broken one each dash is a
            piece), "stop_line" lies across a lane's end, "give_way" is a block of the row there,
            "zebra" a bar of a pedestrian crossing, "parking" a line of a parking space.
        color: of the paint.
    """

    outline: Array
    kind: MarkKind
    color: MarkColor = "white"


@dataclass
class Markings:
    """Flat pieces of paint: their outlines are (N, 2)."""

    pieces: list[Mark] = field(default_factory=list)

    def line(
        self, center: Array, width_m: float, kind: MarkKind, color: MarkColor = "white"
    ) -> None:
        """Add a line of paint along `center` (N, 2 or 3)."""
        self.area(ribbon(center, width_m), kind, color)

    def area(self, shape: Shape, kind: MarkKind, color: MarkColor = "white") -> None:
        """Add the polygons of a shape, which have no holes."""
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon" and part.area > 1e-4:
                self.pieces.append(Mark(np.asarray(part.exterior.coords)[:-1], kind, color))

    def triangles(self) -> tuple[Array, NDArray[np.int64], list[str]]:
        """Return vertices (V, 2), counter-clockwise triangles (T, 3) and T material names."""
        vertices, indices, names = [np.zeros((0, 2))], [np.zeros((0, 3), dtype=np.int64)], []
        count = 0
        for color in dict.fromkeys(piece.color for piece in self.pieces):
            shapes = [shapely.Polygon(p.outline) for p in self.pieces if p.color == color]
            points, index = triangulate(np.array(shapes))
            vertices.append(points)
            indices.append(index + count)
            names.extend([_MATERIALS[color]] * len(index))
            count += len(points)
        return np.concatenate(vertices), np.concatenate(indices), names

    def on(self, ground: Ground) -> tuple[Mark, ...]:
        """Return the pieces as they lie on the ground, with outlines (N, 3)."""
        marks = []
        for piece in self.pieces:
            shape = shapely.Polygon(piece.outline)
            if not ground.land.is_flat:
                shape = shapely.segmentize(shape, _STEP_M)
            xy = np.asarray(shape.exterior.coords)[:-1]
            outline = np.column_stack([xy, ground.paint_height(xy)])
            marks.append(Mark(outline, piece.kind, piece.color))
        return tuple(marks)


def build_markings(network: RoadNetwork, lines: Markings | None = None) -> Markings:
    """Return all markings of a network.

    `lines` are those along the lanes where the map says what is painted; else they are guessed.
    """
    markings = Markings(list(lines.pieces) if lines is not None else [])
    for edge in network.edges.values():
        lanes = network.lanes_of(edge.id)
        driving = [lane for lane in lanes if lane.kind == "driving"]
        if driving and (lines is not None or is_quiet(network, edge.id)):
            _stop_lines(network, driving, markings)
        elif driving:
            _lane_lines(network, driving, markings)
            _edge_lines(network, lanes, markings)
            _stop_lines(network, driving, markings)
        for lane in lanes:
            if lane.kind == "parking":
                _bays(network, lane, markings)
    for lane in network.lanes.values():
        if lane.kind == "crossing" and is_painted(network, lane):
            _zebra(network, lane, markings)
    return markings


def is_painted(network: RoadNetwork, crossing: Lane) -> bool:
    """Return whether a crossing has stripes: not across quiet roads without signals."""
    if any(head.to_lane == crossing.id for head in network.signals):
        return True
    crossed = [e for e in crossing.crosses if network.lanes_of(e, "driving")]
    return not crossed or not all(is_quiet(network, edge) for edge in crossed)


def _dashed(markings: Markings, line: Array, solid_before_m: float) -> None:
    """Add a dashed line along `line` that is solid over its last `solid_before_m`."""
    total = float(polylines.lengths(line)[-1])
    solid_from = max(0.0, total - solid_before_m)
    s = 0.5 * GAP_M
    while s + DASH_M <= solid_from:
        markings.line(polylines.between(line, s, s + DASH_M), LINE_WIDTH_M, "broken")
        s += DASH_M + GAP_M
    if total - solid_from > 0.5:
        markings.line(polylines.between(line, solid_from, total), LINE_WIDTH_M, "solid")


def _solid_length(network: RoadNetwork, lane: Lane) -> float:
    """Return how long the line at the end of a lane is solid: none where the map ends."""
    leads_on = any(c.from_edge == lane.edge_id for c in network.connections)
    return SOLID_BEFORE_JUNCTION_M if leads_on else 0.0


def _lane_lines(network: RoadNetwork, driving: list[Lane], markings: Markings) -> None:
    ground = network.ground
    for right in driving[:-1]:
        line = polylines.offset(ground.drawn_line(right), right.width_m / 2)
        _dashed(markings, line, _solid_length(network, right))
    left = driving[-1]
    border = polylines.offset(ground.drawn_line(left), left.width_m / 2)
    reverse = network.reverse_edge(left.edge_id)
    opposite = network.lanes_of(reverse, "driving") if reverse else []
    if not opposite:
        markings.line(polylines.offset(border, -LINE_WIDTH_M), LINE_WIDTH_M, "solid")
        return
    other = ground.drawn_line(opposite[-1])
    middle = polylines.cut(border, np.array([0.5]))[0]
    _, gap = polylines.project(other, middle)
    if abs(abs(gap) - opposite[-1].width_m / 2) > 0.3:
        # A median lies between.
        markings.line(polylines.offset(border, -LINE_WIDTH_M), LINE_WIDTH_M, "solid")
        return
    if left.edge_id > opposite[-1].edge_id:
        return  # the opposite direction draws the shared line
    half = polylines.lengths(border)[-1] / 2
    back = polylines.between(border, 0.0, half)[::-1]
    _dashed(markings, back, _solid_length(network, opposite[-1]))
    _dashed(markings, polylines.between(border, half, 2 * half), _solid_length(network, left))


def _edge_lines(network: RoadNetwork, lanes: list[Lane], markings: Markings) -> None:
    """Draw the line between the rightmost lane for cars and a gutter or shoulder beside it."""
    first = next(i for i, lane in enumerate(lanes) if lane.kind == "driving")
    if first > 0 and lanes[first - 1].kind == "border":
        lane = lanes[first]
        line = polylines.offset(network.ground.drawn_line(lane), -lane.width_m / 2)
        markings.line(polylines.offset(line, LINE_WIDTH_M), LINE_WIDTH_M, "solid")


def _stop_lines(network: RoadNetwork, driving: list[Lane], markings: Markings) -> None:
    links = {(c.from_edge, c.from_lane): c for c in network.connections if c.state not in ("", "M")}
    for lane in driving:
        link = links.get((lane.edge_id, lane.index))
        if link is None or lane.length_m < 5.0:
            continue
        total = polylines.lengths(lane.shape)[-1]
        near = total - STOP_LINE_SETBACK_M
        if link.tls_id:
            piece = polylines.between(lane.shape, near - STOP_LINE_WIDTH_M, near)
            markings.line(piece, lane.width_m - LINE_WIDTH_M, "stop_line")
        elif link.state == "m":  # give way: a row of blocks
            piece = polylines.between(lane.shape, near - 0.3, near)
            count = int(lane.width_m / 0.75)
            for k in range(count):
                shift = (k - (count - 1) / 2) * 0.75
                markings.line(polylines.offset(piece, shift), 0.5, "give_way")


def _bays(network: RoadNetwork, lane: Lane, markings: Markings) -> None:
    """Draw a mark across the strip at both ends of every bay, but not along a planted bed."""
    strip = network.ground.strip(lane)
    line = network.ground.drawn_line(lane)
    marks = {round(float(s), 3) for s in strip.bays}
    marks |= {round(float(s) + BAY_LENGTH_M, 3) for s in strip.bays}
    marks -= {round(float(s), 3) for s in strip.beds}
    marks -= {round(float(s) + BED_LENGTH_M, 3) for s in strip.beds}
    for s in sorted(marks):
        piece = polylines.between(line, s - LINE_WIDTH_M / 2, s + LINE_WIDTH_M / 2)
        markings.line(piece, lane.width_m, "parking")


def _zebra(network: RoadNetwork, lane: Lane, markings: Markings) -> None:
    """Draw stripes across the way of the people, as long as the crossing is wide."""
    area = network.ground.crossings[lane.id]
    line = lane.shape[:, :2]
    total = float(polylines.lengths(line)[-1])
    count = int((total + STRIPE_M) / (2 * STRIPE_M))
    first = (total - (2 * count - 1) * STRIPE_M) / 2
    for k in range(count):
        s = first + 2 * STRIPE_M * k
        stripe = ribbon(polylines.between(line, s, s + STRIPE_M), lane.width_m)
        markings.area(stripe.intersection(area.buffer(-0.05)), "zebra")
