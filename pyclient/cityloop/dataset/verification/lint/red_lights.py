"""Vehicles that pass a stop line while its light is red."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cityloop.dataset.signals import SignalLog
from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.requests import RED_LIGHT
from cityloop.dataset.verification.lint.rule import ByActor
from cityloop.dataset.verification.lint.spells import Spell
from cityloop.world.network import RoadNetwork

Array = NDArray[np.float64]

RED_S = 0.3
RED = "ru"
_BESIDE_M = 0.3  # beside its lane a bumper's middle still passes the lane's line
_ALONG_COS = 0.5  # who passes it at a flatter angle crosses the road
_NEAREST = 4  # stop lines that may lie side by side
_NEVER = -(1 << 40)  # a tick before all
_STEP_M = 6.0  # nobody goes farther in a tick, nor is a lane's middle farther from its border


class StopLines:
    """Where a light makes one wait, and since when all links there are red.

    Attributes:
        end: (L, 2) where one waits, m.
        along: (L, 2) unit vectors of the way that is ruled.
        reach: (L,) how far to either side of `end` the line is, m.
    """

    def __init__(
        self,
        network: RoadNetwork,
        log: SignalLog,
        ways: Mapping[tuple[str, str], set[int]],
        *,
        both_ends: bool,
    ) -> None:
        """Take the ends of lanes.

        Args:
            network: the roads.
            log: the lights' states.
            ways: (light, lane id) -> the light's links that rule who leaves the lane.
            both_ends: the lane's start counts as well, seen against its direction.
        """
        self._names: list[str] = []
        self._red: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        ends, lasts, reaches = [], [], []
        for (light, name), links in sorted(ways.items()):
            if not log.changes(light):
                continue
            red = self._since(log, light, links)
            lane = network.lanes[name]
            shape = lane.shape[:, :2]
            for line in (shape, shape[::-1]) if both_ends else (shape,):
                ends.append(line[-1])
                lasts.append(line[-1] - line[-2])
                reaches.append(lane.width_m / 2 + _BESIDE_M)
                self._names.append(name)
                self._red.append(red)
        self.end = np.array(ends).reshape(-1, 2)
        last = np.array(lasts).reshape(-1, 2)
        self.along = last / np.maximum(np.linalg.norm(last, axis=1, keepdims=True), 1e-9)
        self.reach = np.array(reaches)

    @staticmethod
    def of_roads(network: RoadNetwork, log: SignalLog) -> "StopLines":
        """Return the ends of all lanes for cars that a light rules."""
        ways: dict[tuple[str, str], set[int]] = {}
        for head in network.signals:
            lane = network.lanes.get(head.from_lane)
            if lane is not None and lane.kind == "driving":
                ways.setdefault((head.tls_id, lane.id), set()).add(head.link_index)
        return StopLines(network, log, ways, both_ends=False)

    @staticmethod
    def of_crossings(network: RoadNetwork, log: SignalLog) -> "StopLines":
        """Return both ends of all crossings that a light rules."""
        ways: dict[tuple[str, str], set[int]] = {}
        for head in network.signals:
            lane = network.lanes.get(head.to_lane)
            if lane is not None and lane.kind == "crossing":
                ways.setdefault((head.tls_id, lane.id), set()).add(head.link_index)
        return StopLines(network, log, ways, both_ends=True)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, line: int) -> str:
        """Return the lane's id."""
        return self._names[line]

    def red_ticks(self, line: int, tick: int) -> int:
        """Return for how many ticks all links of a line have been red, -1 if they are not."""
        ticks, since = self._red[line]
        i = int(np.searchsorted(ticks, tick, side="right")) - 1
        return -1 if i < 0 or since[i] == _NEVER else tick - int(since[i])

    def longest_green(self, line: int, first: int, last: int) -> int:
        """Return the most ticks without a break in which a line was not red, within two ticks."""
        ticks, since = self._red[line]
        edges = np.concatenate([ticks, [last + 1]])
        longest = run = 0
        for start, end, red in zip(edges[:-1], edges[1:], since != _NEVER, strict=True):
            inside = max(0, min(int(end), last + 1) - max(int(start), first))
            run = 0 if red else run + inside
            longest = max(longest, run)
        return longest

    @staticmethod
    def _since(
        log: SignalLog, light: str, links: set[int]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return ticks of change, and since when all links are red then, or _NEVER."""
        ticks, since = [], []
        before = _NEVER
        for tick, state in log.changes(light):
            red = all(state[i : i + 1] in RED and i < len(state) for i in links)
            before = (tick if before == _NEVER else before) if red else _NEVER
            ticks.append(tick)
            since.append(before)
        return np.array(ticks, dtype=np.int64), np.array(since, dtype=np.int64)


class RedLights:
    """The front bumper passes a stop line that has been red for more than 0.3 s."""

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: red lights run", "s", RED_S)
        sequence = cast.sequence
        self._lines = (
            StopLines.of_roads(sequence.network, sequence.signals) if sequence.has_map else None
        )
        self._tree = cKDTree(self._lines.end) if self._lines else None
        self._before = tuple(ByActor(np.nan) for _ in range(3))  # x, y, tick

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
            red_s = lines.red_ticks(int(line[k]), tick) * self._cast.dt_s
            self._ledger.looked_at(1, red_s if red_s <= RED_S else 0.0)
            if red_s <= RED_S:
                continue
            name = self._cast.name(int(view.block.id[rows[k]]))
            spell = Spell(0, tick, tick, red_s, view.front[rows[k]])
            who = (name, f"stop line of lane {lines.name(int(line[k]))}")
            self._ledger.findings.append(
                self._cast.finding(
                    self._ledger, spell, red_s, who, self._cast.requests.excuse(RED_LIGHT, name)
                )
            )
