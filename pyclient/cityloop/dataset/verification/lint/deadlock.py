"""Who stands for longer than three minutes, and whether a light or somebody ahead explains it."""

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ACTIVITIES
from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.requests import STANDING
from cityloop.dataset.verification.lint.rule import ByActor
from cityloop.dataset.verification.lint.spells import Spells
from cityloop.dataset.verification.lint.stop_lines import StopLines

Array = NDArray[np.float64]

STANDING_S = 180.0
_EVERY_S = 1.0
_MOVED_M = 0.5
_AHEAD_M = 8.0  # gaps in a queue are smaller
_AT_LINE_M = 6.0
_GREEN_S = 10.0  # who gets so much green with nobody ahead could have gone
_CHAIN = 200
_STANDING_MPS = 0.1
_WAITING = ACTIVITIES.index("waiting")
# People who mean to stand: at a stop, in a group.
_MEANT = [ACTIVITIES.index(a) for a in ("standing", "sitting", "fallen")]


class Deadlock:
    """A chain of those who stand, each behind the next, must end at a red light or a collision."""

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: deadlocks", "s", STANDING_S)
        self._every = max(1, round(_EVERY_S / cast.dt_s))
        self._spells = Spells(self._every)
        self._anchor = tuple(ByActor(np.nan) for _ in range(3))  # x, y, tick since when
        sequence = cast.sequence
        self._roads = self._crossings = None
        if sequence.has_map:
            self._roads = StopLines.of_roads(sequence.network, sequence.signals)
            self._crossings = StopLines.of_crossings(sequence.network, sequence.signals)
        self._collided: dict[str, int] = {}
        for name, tick in cast.hits():
            self._collided[name] = min(tick, self._collided.get(name, tick))

    def look(self, view: View) -> None:
        """Look once a second."""
        block = view.block
        movers = (view.is_vehicle | view.is_person) & ~view.is_static
        movers &= ~(view.is_person & np.isin(block.activity, _MEANT))
        self._ledger.looked_at(int(movers.sum()))
        for tick in np.unique(block.tick[block.tick % self._every == 0]):
            here = np.flatnonzero(block.tick == tick)
            rows = here[movers[here]]
            since = self._standing_since(view, rows, int(tick))
            long = (tick - since) * self._cast.dt_s > STANDING_S
            for row, start in zip(rows[long], since[long], strict=True):
                if not self._is_explained(view, int(row), here, int(start), int(tick)):
                    lasted = np.array([(tick - start) * self._cast.dt_s])
                    where = block.position[[row]]
                    self._spells.add(view.ids[[row]], block.tick[[row]], lasted, where)

    def finish(self) -> None:
        """Enter everybody who stood without a reason."""
        for spell in self._spells.all():
            name = self._cast.name(spell.key)
            excuse = self._cast.requests.excuse(STANDING, name)
            self._ledger.findings.append(
                self._cast.finding(self._ledger, spell, spell.worst, (name,), excuse)
            )

    def _standing_since(self, view: View, rows: NDArray[np.intp], tick: int) -> Array:
        """Return (N,) the ticks since when the actors in `rows` have been where they are."""
        ids, at = view.ids[rows], view.block.position[rows, :2]
        x, y, since = (column.get(ids) for column in self._anchor)
        near = np.hypot(at[:, 0] - x, at[:, 1] - y) < _MOVED_M
        since = np.where(near, since, float(tick))
        self._anchor[0].set(ids, np.where(near, x, at[:, 0]))
        self._anchor[1].set(ids, np.where(near, y, at[:, 1]))
        self._anchor[2].set(ids, since)
        return np.asarray(since)

    def _is_explained(
        self, view: View, row: int, here: NDArray[np.intp], start: int, tick: int
    ) -> bool:
        """Follow the chain of those ahead; True if it ends in a reason to stand."""
        seen = {row}
        for _ in range(_CHAIN):
            name = self._cast.name(int(view.block.id[row]))
            if self._collided.get(name, tick + 1) <= tick or view.is_fallen[row]:
                return True
            if name in self._cast.requests.scripted or view.is_static[row]:
                return True  # somebody put them there
            if self._waits_for_red(view, row, start, tick):
                return True
            ahead = self._ahead(view, row, here)
            if ahead is None or ahead in seen:
                return False
            seen.add(ahead)
            row = ahead
        return False

    def _waits_for_red(self, view: View, row: int, start: int, tick: int) -> bool:
        """Return whether the light where it stands gave it too little green to go."""
        vehicle = bool(view.is_vehicle[row])
        lines = self._roads if vehicle else self._crossings
        if lines is None or not len(lines):
            return False
        here = view.front[row, :2] if vehicle else view.center[row, :2]
        near = np.linalg.norm(lines.end - here, axis=1) < _AT_LINE_M
        if vehicle:
            yaw = view.yaw[row]
            near &= lines.along @ np.array([np.cos(yaw), np.sin(yaw)]) > 0.5
        green = [lines.longest_green(int(i), start, tick) for i in np.flatnonzero(near)]
        return any(ticks * self._cast.dt_s < _GREEN_S for ticks in green)

    def _ahead(self, view: View, row: int, here: NDArray[np.intp]) -> int | None:
        """Return the row of the nearest actor in the way, None if the way is free.

        Who waits to cross may look anywhere: a vehicle that stands near is in their way.
        """
        block = view.block
        if block.activity[row] == _WAITING:
            cars = here[view.is_vehicle[here] & ~view.is_static[here]]
            gap = np.linalg.norm(view.center[cars, :2] - view.center[row, :2], axis=1)
            gap[view.speed[cars] > _STANDING_MPS] = np.inf
            nearest = int(np.argmin(gap)) if len(cars) else -1
            return int(cars[nearest]) if len(cars) and gap[nearest] < _AHEAD_M else None
        others = here[(here != row) & (view.is_vehicle[here] | view.is_person[here])]
        yaw = view.yaw[row]
        forward, left = np.array([np.cos(yaw), np.sin(yaw)]), np.array([-np.sin(yaw), np.cos(yaw)])
        offset = view.corners[others] - view.front[row, :2]
        along, aside = offset @ forward, offset @ left
        half = block.dimension[row, 1] / 2
        in_way = (
            (along.max(axis=1) > 0.0)
            & (along.min(axis=1) < _AHEAD_M)
            & (aside.min(axis=1) < half)
            & (aside.max(axis=1) > -half)
            # Beside its nose, not ahead of it, is who reaches back past its middle.
            & (along.min(axis=1) > -block.dimension[row, 0] / 2)
        )
        found = others[in_way]
        if not len(found):
            return None
        return int(found[np.argmin(along[in_way].min(axis=1))])
