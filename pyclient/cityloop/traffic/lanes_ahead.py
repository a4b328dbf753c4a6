"""The lanes that SUMO's vehicles are going to drive along, as lines on the ground."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import libsumo
import numpy as np
from numpy.typing import NDArray

from cityloop.world.network import Lane

Array = NDArray[np.float64]

LONGEST_M = 300.0
OFFSET_FADE_M = 8.0  # over which a vehicle's offset from the middle of its lane fades ahead


@dataclass(frozen=True, eq=False)
class _Line:
    """The way along a sequence of lanes.

    Attributes:
        s: (M,) distance from its start, rising, m.
        points: (M, 2) world, m.
        end: (2,) direction at its end.
    """

    s: Array
    points: Array
    end: Array


class LanesAhead:
    """Looks up lanes by vehicle; a line is made once for each sequence of lanes."""

    def __init__(self, lanes: Mapping[str, Lane]) -> None:
        """`lanes` are those of the network by id."""
        self._lanes = lanes
        self._lines: dict[tuple[str, ...], _Line] = {}
        self._followed: dict[str, tuple[str, _Line]] = {}  # the lane at its start, and the line
        self._now: dict[str, tuple[_Line, float]] = {}  # since SUMO's step: and how far along it, m
        self._joined = _Joined([])

    def simulated(self) -> None:
        """Take note that SUMO has made a step: its vehicles are elsewhere."""
        self._now.clear()

    def ahead(
        self, vehicles: Sequence[str | None], position: Array, heading: Array, distance_m: Array
    ) -> Array:
        """Return (n, Q, 2) points ahead of vehicles, world, m.

        Args:
            vehicles: n of SUMO's names; None for one that SUMO no longer has, which goes straight.
            position: (n, 2) of their front bumpers, as SUMO has them, m.
            heading: (n,) rad.
            distance_m: (n, Q) how far ahead, 0 or more.
        """
        known = np.array([name is not None for name in vehicles], dtype=bool)
        names = [name for name in vehicles if name is not None]
        places = [self._now.get(name) or self._place(name) for name in names]
        lines = [line for line, _ in places]
        if lines != self._joined.lines:
            self._joined = _Joined(lines)
        start = np.array([along for _, along in places])
        there = np.zeros((len(names), distance_m.shape[1] + 1))
        there[:, 1:] = distance_m[known]
        line = self._joined.at(there + start[:, None])
        here = position[known, None]
        fade = np.exp(-distance_m[known] / OFFSET_FADE_M)[..., None]
        forward = np.column_stack([np.cos(heading), np.sin(heading)])
        result: Array = position[:, None] + distance_m[..., None] * forward[:, None]
        result[known] = line[:, 1:] + fade * (here - line[:, :1])
        return result

    def _place(self, name: str) -> tuple[_Line, float]:
        """Return the way from the start of the lane that a vehicle is on, and how far it is, m."""
        lane = libsumo.vehicle.getLaneID(name)
        followed = self._followed.get(name)
        if followed is None or followed[0] != lane:
            followed = self._followed[name] = lane, self._line_along((lane, *self._following(name)))
        place = self._now[name] = followed[1], libsumo.vehicle.getLanePosition(name)
        return place

    def _line_along(self, lanes: tuple[str, ...]) -> _Line:
        if lanes not in self._lines:
            shapes = [self._lanes[i].shape[:, :2] for i in lanes if i in self._lanes]
            points = np.concatenate(shapes) if shapes else np.zeros((0, 2))
            if len(points) < 2:
                points = np.array([[0.0, 0.0], [1.0, 0.0]])
            steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
            points = points[np.concatenate([[True], steps > 1e-3])]
            way = np.diff(points, axis=0)
            steps = np.linalg.norm(way, axis=1)
            self._lines[lanes] = _Line(
                s=np.concatenate([[0.0], np.cumsum(steps)]),
                points=points,
                end=way[-1] / steps[-1],
            )
        return self._lines[lanes]

    def _following(self, name: str) -> list[str]:
        lanes: list[str] = []
        length = 0.0
        for lane, _, _, _, via, *_ in libsumo.vehicle.getNextLinks(name):
            lanes += [i for i in (via, lane) if i]
            length += self._lanes[lane].length_m if lane in self._lanes else 0.0
            if length > LONGEST_M:
                break
        return lanes


class _Joined:
    """Lines one after the other, so that all are looked up at once."""

    def __init__(self, lines: list[_Line]) -> None:
        self.lines = lines
        self._length = np.array([line.s[-1] for line in lines])
        # A metre apart: nothing is looked up between two lines.
        self._start = np.concatenate([[0.0], np.cumsum(self._length[:-1] + 1.0)])[: len(lines)]
        self._end = np.array([line.end for line in lines]).reshape(-1, 2)
        empty = np.zeros((0, 2))
        self._s = np.concatenate(
            [empty[:, 0], *(line.s + s for line, s in zip(lines, self._start, strict=True))]
        )
        self._points = np.concatenate([empty, *(line.points for line in lines)])

    def at(self, s_m: Array) -> Array:
        """Return (n, Q, 2) points at distances (n, Q) along the n lines, straight on beyond."""
        if not self.lines:
            return np.zeros((*s_m.shape, 2))
        inside = np.clip(s_m, 0.0, self._length[:, None])
        there = inside + self._start[:, None]
        line = np.stack([np.interp(there, self._s, column) for column in self._points.T], axis=-1)
        return np.asarray(line + (s_m - inside)[..., None] * self._end[:, None])
