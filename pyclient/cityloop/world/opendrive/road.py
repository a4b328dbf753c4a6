"""A road of an OpenDRIVE map: its reference line, elevation, lanes, and what stands along it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.world.opendrive.plan_view import Geometry

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cubics:
    """A function of s made of cubics: (start, a, b, c, d) each, by rising start.

    Value: a + b ds + c ds^2 + d ds^3 with ds from the last start before s (ASAM OpenDRIVE 1.7,
    sections "Road elevation", "Lane offset", "Lane width"). Without any it is 0.
    """

    parts: Sequence[tuple[float, float, float, float, float]] = ()

    def __call__(self, s_m: ArrayLike) -> Array:
        """Return the (N,) values at `s_m` (N,); the last cubic goes on beyond the end."""
        s = np.atleast_1d(np.asarray(s_m, dtype=np.float64))
        if not self.parts:
            return np.zeros_like(s)
        rows = np.asarray(self.parts)
        which = np.clip(np.searchsorted(rows[:, 0], s, side="right") - 1, 0, len(rows) - 1)
        start, a, b, c, d = rows[which].T
        ds = s - start
        return np.asarray(a + ds * (b + ds * (c + ds * d)))


@dataclass(frozen=True)
class MarkLine:
    """A line of a road mark, dashed where `space_m` is not 0; `offset_m` is to the left."""

    length_m: float
    space_m: float
    offset_m: float
    start_m: float
    width_m: float


@dataclass(frozen=True)
class RoadMark:
    """Paint along a lane's outer border from `s` on; `color` is the file's word."""

    s: float
    color: str
    lines: tuple[MarkLine, ...]


@dataclass(frozen=True)
class LaneStrip:
    """A lane of a section: `number` is positive to the left, 0 for the middle, which has no width.

    Attributes:
        kind: the file's type of lane.
        width: over s measured from the section's start.
        marks: by rising s, measured along the road.
    """

    number: int
    kind: str
    width: Cubics
    marks: tuple[RoadMark, ...] = ()


@dataclass(frozen=True)
class LaneSection:
    """Lanes from `s` to `end`, metres along the road."""

    s: float
    end: float
    lanes: dict[int, LaneStrip]


@dataclass(frozen=True)
class Repeat:
    """A row of an object: every `distance_m`, or without gaps if that is 0.

    `t_m`, `height_m`, `z_offset_m` are those at its start and end.
    """

    s: float
    length_m: float
    distance_m: float
    t_m: tuple[float, float]
    height_m: tuple[float, float]
    z_offset_m: tuple[float, float]


@dataclass(frozen=True)
class RoadObject:
    """Something along a road; lengths in metres, `heading_rad` relative to the road.

    Attributes:
        kind: the file's type, or its name where the type says nothing.
        outline: (N, 2) corners relative to its place and heading (cornerLocal), or (s, t) of the
            road (cornerRoad, `outline_on_road`); none for a box or cylinder.
    """

    id: str
    kind: str
    s: float
    t: float
    z_offset_m: float
    heading_rad: float
    length_m: float
    width_m: float
    height_m: float
    radius_m: float
    outline: Array = field(default_factory=lambda: np.zeros((0, 2)))
    outline_on_road: bool = False
    repeats: tuple[Repeat, ...] = ()


@dataclass(frozen=True)
class RoadSignal:
    """A signal or sign; `forward` says whether it is for traffic along s, None for both ways.

    `value`, 0 for none, is in `unit`.
    """

    id: str
    kind: str
    s: float
    t: float
    dynamic: bool
    forward: bool | None
    heading_rad: float
    subtype: str = ""
    value: float = 0.0
    unit: str = ""


@dataclass(frozen=True)
class Road:
    """A road.

    Attributes:
        linked: whether a road or junction is linked to its start and to its end.
        junction: id of the junction that it is part of, or "".
        speeds_mps: every speed limit that the file gives for it or its lanes.
    """

    id: str
    length_m: float
    junction: str
    linked: tuple[bool, bool]
    plan_view: Sequence[Geometry]
    elevation: Cubics
    lane_offset: Cubics
    sections: Sequence[LaneSection]
    objects: Sequence[RoadObject]
    signals: Sequence[RoadSignal]
    road_type: str = ""
    speeds_mps: tuple[float, ...] = ()

    def reference(self, s_m: ArrayLike) -> tuple[Array, Array]:
        """Return (N, 2) points of the reference line and (N,) headings at `s_m` (N,)."""
        s = np.atleast_1d(np.asarray(s_m, dtype=np.float64))
        starts = np.array([piece.s for piece in self.plan_view])
        which = np.clip(np.searchsorted(starts, s, side="right") - 1, 0, len(starts) - 1)
        points, headings = np.zeros((len(s), 2)), np.zeros(len(s))
        for n in np.unique(which):
            mine = which == n
            piece = self.plan_view[n]
            points[mine], headings[mine] = piece.at(s[mine] - piece.s)
        return points, headings

    def place(self, s_m: ArrayLike, t_m: ArrayLike) -> tuple[Array, Array]:
        """Return (N, 2) points `t_m` (N,) left of the reference line, and (N,) headings there."""
        points, heading = self.reference(s_m)
        left = np.column_stack([-np.sin(heading), np.cos(heading)])
        t = np.broadcast_to(np.asarray(t_m, dtype=np.float64), heading.shape)
        return points + t[:, None] * left, heading

    def border(self, section: LaneSection, number: int, s_m: ArrayLike) -> Array:
        """Return (N,) t of a lane's outer border at `s_m` (N,); of lane 0 the middle line."""
        s = np.atleast_1d(np.asarray(s_m, dtype=np.float64))
        inside = np.clip(s, section.s, section.end)
        t = self.lane_offset(inside)
        sign = 1 if number > 0 else -1
        for n in range(sign, number + sign, sign) if number else ():
            lane = section.lanes.get(n)
            if lane is not None:
                t = t + sign * lane.width(inside - section.s)
        return t

    def middle(self, section: LaneSection, number: int, s_m: ArrayLike) -> Array:
        """Return (N,) t of a lane's centre line at `s_m` (N,)."""
        inner = number - (1 if number > 0 else -1)
        return 0.5 * (self.border(section, inner, s_m) + self.border(section, number, s_m))
