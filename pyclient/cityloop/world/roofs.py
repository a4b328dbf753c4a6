"""Which rectangles a house's outline is made of, each of which gets a gabled roof."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.world.ground import Shape

Array = NDArray[np.float64]

_SAME_M = 0.8  # walls nearer than this to one line are taken to lie on it
_COVERED = 0.9  # of the outline, by the rectangles
_MOST_PARTS = 3
_NARROWEST_M = 2.0


@dataclass(frozen=True)
class RoofPart:
    """A rectangle with its ridge along x: from (0, -width/2) to (length, width/2).

    Attributes:
        place: (4, 4) from the rectangle's frame.
        gables: whether the roof ends in a gable at x = 0 and at x = length; elsewhere it runs
            into another part's roof.
    """

    place: Array
    length_m: float
    width_m: float
    gables: tuple[bool, bool]


def roof_parts(polygon: Shape) -> list[RoofPart]:
    """Return the rectangles of an outline, the largest first; none if it has no such shape."""
    angle = _direction(polygon)
    turned = shapely.transform(polygon, lambda xy: xy @ _turn(angle))
    boxes = _boxes(turned)
    if not boxes:
        return []
    main = boxes[0]
    parts = [_part(main, angle, along_x=_width(main) >= _height(main), inner=None)]
    for box in boxes[1:]:
        side = _touching_side(main, box)
        parts.append(_part(box, angle, along_x=side in ("west", "east"), inner=side))
    return parts


Box = tuple[float, float, float, float]


def _turn(angle: float) -> Array:
    """Return the matrix that, from the right, turns rows by -angle."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s], [s, c]])


def _direction(polygon: Shape) -> float:
    """Return the direction that most of the walls run along or square to, rad."""
    ring = np.asarray(polygon.exterior.coords)
    step = np.diff(ring, axis=0)
    length, way = np.hypot(*step.T), np.arctan2(step[:, 1], step[:, 0])
    # Angles of a quarter turn apart count as one.
    return float(np.angle((length * np.exp(4j * way)).sum())) / 4


def _width(box: Box) -> float:
    return box[2] - box[0]


def _height(box: Box) -> float:
    return box[3] - box[1]


def _boxes(polygon: Shape) -> list[Box]:
    """Return at most three rectangles that cover a polygon with axis-parallel walls, or none."""
    ring = np.asarray(polygon.exterior.coords)[:-1]
    xs, ys = _levels(ring[:, 0]), _levels(ring[:, 1])
    rest, boxes, covered = polygon, [], 0.0
    for _ in range(_MOST_PARTS):
        best: Box | None = None
        area = 0.0
        for i, x0 in enumerate(xs):
            for x1 in xs[i + 1 :]:
                for j, y0 in enumerate(ys):
                    for y1 in ys[j + 1 :]:
                        size = (x1 - x0) * (y1 - y0)
                        if size <= area or min(x1 - x0, y1 - y0) < _NARROWEST_M:
                            continue
                        if shapely.box(x0, y0, x1, y1).intersection(rest).area > 0.95 * size:
                            best, area = (x0, y0, x1, y1), size
        if best is None:
            break
        boxes.append(best)
        covered += shapely.box(*best).intersection(rest).area
        rest = rest.difference(shapely.box(*best))
        if covered > 0.97 * polygon.area:
            break
    return boxes if covered > _COVERED * polygon.area else []


def _levels(values: Array) -> list[float]:
    """Return the values with those that nearly agree taken together."""
    ordered = np.sort(values)
    groups = np.split(ordered, np.flatnonzero(np.diff(ordered) > _SAME_M) + 1)
    return [float(g.mean()) for g in groups]


def _touching_side(main: Box, box: Box) -> str:
    """Return the side of `box` that lies against `main`."""
    gaps = {
        "east": abs(box[2] - main[0]),
        "west": abs(box[0] - main[2]),
        "north": abs(box[3] - main[1]),
        "south": abs(box[1] - main[3]),
    }
    return min(gaps, key=lambda side: gaps[side])


def _part(box: Box, angle: float, *, along_x: bool, inner: str | None) -> RoofPart:
    """Return a rectangle with its ridge; one that runs into the main roof reaches on under it.

    With the same pitch, a ridge meets the main roof's slope half its roof's width behind the eaves.
    """
    x0, y0, x1, y1 = box
    width = (y1 - y0) if along_x else (x1 - x0)
    reach = width / 2
    if inner == "west":
        x0 -= reach
    elif inner == "east":
        x1 += reach
    elif inner == "south":
        y0 -= reach
    elif inner == "north":
        y1 += reach
    length = (x1 - x0) if along_x else (y1 - y0)
    matrix = np.eye(4)
    turn = _turn(angle)
    start = np.array([x0, (y0 + y1) / 2] if along_x else [(x0 + x1) / 2, y0])
    axis = np.array([1.0, 0.0] if along_x else [0.0, 1.0]) @ turn.T
    matrix[:2, 0], matrix[:2, 1] = axis, [-axis[1], axis[0]]
    matrix[:2, 3] = start @ turn.T
    low_inner = inner in ("west", "south")
    high_inner = inner in ("east", "north")
    return RoofPart(matrix, length, width, (not low_inner, not high_inner))
