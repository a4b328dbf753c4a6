"""Numbers that are none."""

import numpy as np

from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.spells import Spells

_COLUMNS = (
    *("position", "quaternion", "velocity", "acceleration", "angular_velocity"),
    *("dimension", "box_center"),
)


class Finite:
    """Every number of states.parquet is finite."""

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: numbers that are none", "values", 0.0)
        self._spells = Spells(1)

    def look(self, view: View) -> None:
        """Look at all numbers of a block."""
        block = view.block
        broken = np.zeros(len(block))
        for name in _COLUMNS:
            values = getattr(block, name)
            self._ledger.looked_at(values.size)
            broken += (~np.isfinite(values)).sum(axis=1)
        self._ledger.looked_at(block.wheels.size)
        in_wheels = (~np.isfinite(block.wheels)).sum(axis=1)
        broken += np.bincount(block.wheel_row, in_wheels, minlength=len(block))
        rows = np.flatnonzero(broken)
        at = np.nan_to_num(block.position[rows], nan=0.0, posinf=0.0, neginf=0.0)
        self._spells.add(view.ids[rows], block.tick[rows], broken[rows], at)

    def finish(self) -> None:
        """Enter every stretch of ticks with such numbers."""
        for spell in self._spells.all():
            name = self._cast.name(spell.key)
            self._ledger.findings.append(
                self._cast.finding(self._ledger, spell, spell.worst, (name,), "")
            )
