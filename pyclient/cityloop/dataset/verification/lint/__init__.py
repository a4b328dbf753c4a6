"""Scene lint: whether a recording obeys the rules of the road and the solidity of things."""

import numpy as np

from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.lint.carriageway import Jaywalking
from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.contact import InsideEachOther, InsideWalls
from cityloop.dataset.verification.lint.deadlock import Deadlock
from cityloop.dataset.verification.lint.driving import Speeding, WrongWay
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.finite import Finite
from cityloop.dataset.verification.lint.footing import Footing
from cityloop.dataset.verification.lint.happenings import Happenings
from cityloop.dataset.verification.lint.lights import Contradictions, KnownLights, Lamps
from cityloop.dataset.verification.lint.possible import Possible
from cityloop.dataset.verification.lint.red_lights import RedLights
from cityloop.dataset.verification.lint.rule import Rule
from cityloop.dataset.verification.report import Finding, Row

__all__ = ["Finding", "SceneLint"]

# Most rules look ten times a second; lights, stop lines and broken numbers at every tick.
_LOOK_EVERY_S = 0.1


class SceneLint:
    """Looks at sequences and keeps a book of all breaches."""

    def __init__(self) -> None:
        self._book = Book()

    def look(self, sequence: Sequence) -> None:
        """Look at every tick of a sequence.

        Raises:
            DatasetError, MapError: if a file is missing or damaged.
        """
        cast, book = Cast(sequence), self._book
        step = max(1, round(_LOOK_EVERY_S / sequence.dt_s))
        every_tick: list[Rule] = [
            Finite(cast, book),
            Possible(cast, book),
            Happenings(cast, book),
            KnownLights(cast, book),
            Contradictions(cast, book),
            Lamps(cast, book),
            RedLights(cast, book),
            Deadlock(cast, book),
        ]
        now_and_then: list[Rule] = [
            WrongWay(cast, book, step),
            Speeding(cast, book, step),
            Jaywalking(cast, book, step),
            InsideEachOther(cast, book, step),
            InsideWalls(cast, book, step),
            Footing(cast, book, step),
        ]
        for block in sequence.states.blocks():
            view = View(block, cast)
            for rule in every_tick:
                rule.look(view)
            some = block.select(np.asarray(block.tick % step == 0))
            if len(some):
                view = View(some, cast)
                for rule in now_and_then:
                    rule.look(view)
        for rule in (*every_tick, *now_and_then):
            rule.finish()

    def rows(self) -> list[Row]:
        """Return a row per rule."""
        return self._book.rows()

    def findings(self) -> list[Finding]:
        """Return all breaches, those that were asked for as well."""
        return self._book.findings()
