"""Events against the states of their ticks."""

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.events import BACKGROUND, Event, EventKind
from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.spells import Spell
from cityloop.spatial import rotation

Array = NDArray[np.float64]

NEAR_M = 1.0
_TICKS_BEFORE_FRAME_0 = 3  # what happened in them is told at frame 0


class Happenings:
    """An event is of a known kind, at a recorded tick, and happens where its actors are."""

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: events against states", "events", 0.0)
        self._waiting: dict[int, list[Event]] = {}
        for event in cast.sequence.events:
            self._waiting.setdefault(event.tick, []).append(event)
        self._ids = {str(said["name"]): i for i, said in cast.sequence.actors.items()}
        self._ledger.looked_at(len(cast.sequence.events))

    def look(self, view: View) -> None:
        """Look at the events of a block's ticks."""
        for tick in np.unique(view.block.tick).tolist():
            for event in self._waiting.pop(tick, ()):
                wrong = self._wrong(event, view)
                if wrong:
                    self._enter(event, wrong)

    def finish(self) -> None:
        """Enter the events of ticks that were not recorded."""
        for tick in sorted(self._waiting):
            for event in self._waiting[tick]:
                self._enter(event, "at a tick that was not recorded")

    def _wrong(self, event: Event, view: View) -> str:
        """Return what is wrong with an event, "" if nothing is."""
        place = np.array(event.position)
        if event.kind not in get_args(EventKind):
            return "of no known kind"
        if not np.isfinite([event.time_s, event.impulse_ns, *place]).all():
            return "with a number that is none"
        if len(event.actors) != (2 if event.kind == "collision" else 1):
            return f"with {len(event.actors)} actors"
        for name in event.actors:
            if name == BACKGROUND and event.kind == "collision":
                continue
            here = (view.block.tick == event.tick) & (view.ids == self._ids.get(name, -1))
            if not here.any():
                return f"of {name}, who was not there"
            ticks = 1 if event.tick else _TICKS_BEFORE_FRAME_0
            moved_s = ticks * self._cast.dt_s
            if not _beyond(view, int(np.argmax(here)), place, moved_s) <= NEAR_M:
                return f"away from {name}"
        return ""

    def _enter(self, event: Event, wrong: str) -> None:
        position = np.nan_to_num(np.array(event.position), nan=0.0, posinf=0.0, neginf=0.0)
        spell = Spell(0, event.tick, event.tick, 1.0, position)
        who = (*event.actors, f"{event.kind} {wrong}")
        self._ledger.findings.append(self._cast.finding(self._ledger, spell, 1.0, who, ""))


def _beyond(view: View, row: int, place: Array, moved_s: float) -> float:
    """Return how far a place is outside an actor's box, less its way since the event, m."""
    off = rotation.rotate(rotation.inverse(view.block.quaternion[row]), place - view.center[row])
    gap = np.maximum(np.abs(off) - view.block.dimension[row] / 2, 0.0)
    return float(np.linalg.norm(gap) - view.speed[row] * moved_s)
