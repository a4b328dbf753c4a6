"""Vehicles that pass a stop line while its light is red."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.requests import RED_LIGHT
from cityloop.dataset.verification.lint.rule import ByActor
from cityloop.dataset.verification.lint.spells import Spell
from cityloop.dataset.verification.lint.stop_lines import StopLines

Array = NDArray[np.float64]

RED_S = 0.3
_ALONG_COS = 0.5  # who passes it at a flatter angle crosses the road
_NEAREST = 4  # stop lines that may lie side by side
_STEP_M = 6.0  # nobody goes farther in a tick, nor is a lane's middle farther from its border


@dataclass(frozen=True)
class _Undecided:
    """Somebody passed a line where some links are red: where to, the next lanes will show."""

    line: int
    tick: int
    place: Array  # (3,) of the bumper, m
    red_ticks: dict[str, int]  # edge -> for how long all links to it have been red, or -1


class RedLights:
    """The front bumper passes a stop line that has been red for more than 0.3 s.

    Where only some of a line's links are red, it is those that lead to the road on which the
    vehicle leaves the junction.
    """

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: red lights run", "s", RED_S)
        sequence = cast.sequence
        self._lines = (
            StopLines.of_roads(sequence.network, sequence.signals) if sequence.has_map else None
        )
        self._tree = cKDTree(self._lines.end) if self._lines else None
        self._before = tuple(ByActor(np.nan) for _ in range(3))  # x, y, tick
        self._undecided: dict[int, _Undecided] = {}

    def look(self, view: View) -> None:
        """Look at every vehicle at every tick."""
        if self._lines is None or self._tree is None:
            return
        rows = np.flatnonzero(view.is_vehicle & ~view.is_static)
        rows = rows[np.isfinite(view.front[rows]).all(axis=1)]
        if not len(rows):
            return
        ids, ticks, now = view.ids[rows], view.block.tick[rows], view.front[rows, :2]
        before = self._bumpers(ids, ticks, now)
        moved = np.linalg.norm(now - before, axis=1)
        # NaN, for newcomers, is no movement.
        fast = np.flatnonzero((moved > 1e-6) & (moved < _STEP_M))
        nearest = range(1, min(_NEAREST, len(self._lines)) + 1)
        _, lines = self._tree.query(now[fast], k=list(nearest))
        for column in np.atleast_2d(lines).T:
            self._judge(view, rows[fast], before[fast], now[fast], column)
        self._decide(view, rows)

    def finish(self) -> None:
        """Nothing is left."""

    def _bumpers(self, ids: NDArray[np.int64], ticks: NDArray[np.int64], now: Array) -> Array:
        """Return (N, 2) where the bumpers were at the tick before, NaN if nowhere."""
        order = np.lexsort((ticks, ids))
        i, t, xy = ids[order], ticks[order], now[order]
        before = np.full_like(xy, np.nan)
        follows = np.r_[False, (i[1:] == i[:-1]) & (t[1:] == t[:-1] + 1)]
        before[follows] = xy[:-1][follows[1:]]
        begins = np.flatnonzero(np.r_[True, i[1:] != i[:-1]])
        x, y, tick = (column.get(i[begins]) for column in self._before)
        carried = tick == t[begins] - 1
        before[begins[carried]] = np.stack([x, y], axis=1)[carried]
        ends = np.r_[begins[1:] - 1, len(i) - 1]
        for column, values in zip(
            self._before, (xy[ends, 0], xy[ends, 1], t[ends].astype(float)), strict=True
        ):
            column.set(i[ends], values)
        out = np.empty_like(before)
        out[order] = before
        return out

    def _judge(
        self, view: View, rows: NDArray[np.intp], before: Array, now: Array, line: NDArray[np.intp]
    ) -> None:
        """Enter those of `rows` that passed a red one of the stop lines `line`, one for each."""
        lines = self._lines
        assert lines is not None
        end, along = lines.end[line], lines.along[line]
        s0, s1 = (((p - end) * along).sum(axis=1) for p in (before, now))
        aside = np.abs(along[:, 0] * (now - end)[:, 1] - along[:, 1] * (now - end)[:, 0])
        yaw = view.yaw[rows]
        heading = along[:, 0] * np.cos(yaw) + along[:, 1] * np.sin(yaw)
        passed = (s0 < 0) & (s1 >= 0) & (aside < lines.reach[line]) & (heading > _ALONG_COS)
        for k in np.flatnonzero(passed):
            tick = int(view.block.tick[rows[k]])
            actor, place = int(view.block.id[rows[k]]), view.front[rows[k]]
            towards = lines.red_ticks_towards(int(line[k]), tick)
            self._ledger.looked_at(1)
            all_red = lines.red_ticks(int(line[k]), tick)
            if all_red >= 0:
                self._enter(actor, int(line[k]), tick, place, all_red)
            elif max(towards.values()) >= 0:
                self._undecided[actor] = _Undecided(int(line[k]), tick, place, towards)

    def _decide(self, view: View, rows: NDArray[np.intp]) -> None:
        """Enter those who have left the junction on a road whose links were red."""
        areas = self._cast.areas
        rows = rows[np.isin(view.ids[rows], list(self._undecided))]
        if areas is None or not len(rows):
            return
        center = view.center[rows, :2]
        lanes = areas.lane_at(center, view.yaw[rows])
        lanes[areas.in_junction(center)] = -1
        order = np.argsort(view.block.tick[rows], kind="stable")
        for k in order[lanes[order] >= 0].tolist():
            actor, tick = int(view.ids[rows[k]]), int(view.block.tick[rows[k]])
            passed = self._undecided.get(actor)
            edge = areas.lanes[lanes[k]].edge_id
            # The lane before the line leads nowhere yet.
            if passed is None or tick <= passed.tick or edge not in passed.red_ticks:
                continue
            del self._undecided[actor]
            self._enter(actor, passed.line, passed.tick, passed.place, passed.red_ticks[edge])

    def _enter(self, actor: int, line: int, tick: int, place: Array, red_ticks: int) -> None:
        """Enter who passed a line when it had been red for a number of ticks, if too many."""
        assert self._lines is not None
        red_s = red_ticks * self._cast.dt_s
        if red_s <= RED_S:
            self._ledger.looked_at(0, red_s)
            return
        name = self._cast.name(actor)
        who = (name, f"stop line of lane {self._lines.name(line)}")
        excuse = self._cast.requests.excuse(RED_LIGHT, name)
        spell = Spell(0, tick, tick, red_s, place)
        self._ledger.findings.append(self._cast.finding(self._ledger, spell, red_s, who, excuse))
