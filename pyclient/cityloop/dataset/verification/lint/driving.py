"""Lanes: who drives against their direction, and who drives too fast."""

import numpy as np

from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book, Ledger
from cityloop.dataset.verification.lint.requests import LANE, SPEED
from cityloop.dataset.verification.lint.rule import ByActor
from cityloop.dataset.verification.lint.spells import Spells

WRONG_WAY_S = 1.0
DRIVING_MPS = 0.5  # slower than this nobody drives
MOVING_MPS = 1.0  # faster than this the direction of motion counts
SPEEDING_S = 2.0
SPEEDING_SHARE, SPEEDING_MPS = 1.15, 1.0  # of the limit, and above that


def _enter_spells(cast: Cast, ledger: Ledger, spells: Spells, topic: str, step_s: float) -> None:
    """Enter the stretches that last longer than the ledger's tolerance, in seconds."""
    for spell in spells.all():
        lasted = (spell.last - spell.first) * cast.dt_s + step_s
        if lasted <= ledger.tolerance + 1e-9:
            ledger.looked_at(0, lasted)
            continue
        name = cast.name(spell.key)
        excuse = cast.requests.excuse(topic, name)
        ledger.findings.append(cast.finding(ledger, spell, lasted, (name,), excuse))


class WrongWay:
    """The middle of a vehicle that drives is on lanes that all run against its way.

    That is the direction in which it moves, forwards or backwards, if it is faster than a metre a
    second, else its heading.
    """

    def __init__(self, cast: Cast, book: Book, step_ticks: int) -> None:
        self._cast, self._step_s = cast, step_ticks * cast.dt_s
        self._ledger = book.open("lint: driving against the lane", "s", WRONG_WAY_S)
        self._spells = Spells(step_ticks)

    def look(self, view: View) -> None:
        """Look at the vehicles that drive."""
        areas = self._cast.areas
        if areas is None:
            return
        rows = np.flatnonzero(view.is_vehicle & ~view.is_static & (view.speed > DRIVING_MPS))
        self._ledger.looked_at(len(rows))
        east, north = view.block.velocity[rows, :2].T
        moves = view.speed[rows] > MOVING_MPS
        way = np.where(moves, np.arctan2(north, east), view.yaw[rows])
        against = rows[areas.against_traffic(view.center[rows, :2], way)]
        self._spells.add(
            view.ids[against], view.block.tick[against], view.speed[against], view.center[against]
        )

    def finish(self) -> None:
        """Enter whoever did so for longer than a second."""
        _enter_spells(self._cast, self._ledger, self._spells, LANE, self._step_s)


class Speeding:
    """Faster than the limit of the lane, or inside a junction of the lane that led there."""

    def __init__(self, cast: Cast, book: Book, step_ticks: int) -> None:
        self._cast, self._step_s = cast, step_ticks * cast.dt_s
        self._ledger = book.open("lint: speeding", "s", SPEEDING_S)
        self._spells = Spells(step_ticks)
        self._limit = ByActor(np.inf)
        lanes = cast.areas.lanes if cast.areas else ()
        self._limits = np.array([lane.speed_mps for lane in lanes])

    def look(self, view: View) -> None:
        """Look at the vehicles that drive."""
        areas = self._cast.areas
        if areas is None or not len(self._limits):
            return
        rows = np.flatnonzero(view.is_vehicle & ~view.is_static & (view.speed > DRIVING_MPS))
        self._ledger.looked_at(len(rows))
        if not len(rows):
            return
        lane = areas.lane_at(view.front[rows, :2], view.yaw[rows])
        limit = np.where(lane >= 0, self._limits[lane], np.nan)
        # Rows come by tick: where there is no lane, the actor's row before says the limit.
        ids, ticks = view.ids[rows], view.block.tick[rows]
        for tick in np.unique(ticks):
            now = np.flatnonzero(ticks == tick)
            unknown = np.isnan(limit[now])
            limit[now[unknown]] = self._limit.get(ids[now[unknown]])
            self._limit.set(ids[now], limit[now])
        fast = view.speed[rows] > SPEEDING_SHARE * limit + SPEEDING_MPS
        at = rows[fast]
        self._spells.add(view.ids[at], view.block.tick[at], view.speed[at], view.center[at])

    def finish(self) -> None:
        """Enter whoever did so for longer than two seconds."""
        _enter_spells(self._cast, self._ledger, self._spells, SPEED, self._step_s)
