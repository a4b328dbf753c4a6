"""States that cannot be, whatever anybody does."""

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ACTIVITIES
from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.footing import ground_below
from cityloop.dataset.verification.lint.rule import ByActor
from cityloop.dataset.verification.lint.spells import Spells

Mask = NDArray[np.bool_]

UNIT_TOLERANCE = 1e-6
PARKED_MPS = 0.5
FALLEN_ABOVE_M = 3.0  # somebody who is hit may fly, but not as high as a house
_PARKED = ACTIVITIES.index("parked")


class Possible:
    """Rows of states.parquet that no world can have, each kind of them under its own name."""

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: states that cannot be", "rows", 0.0)
        self._spells: dict[str, Spells] = {}
        self._wheels = ByActor(np.nan)

    def look(self, view: View) -> None:
        """Look at every row of a block."""
        block = view.block
        self._ledger.looked_at(len(block))
        length = np.linalg.norm(block.quaternion, axis=1)
        solid = view.is_vehicle | view.is_person
        broken = {
            "a quaternion that is not of unit length": np.abs(length - 1) > UNIT_TOLERANCE,
            "an activity that is none": block.activity < 0,
            "two rows at a tick": _repeated(view),
            "a box without a size": solid & (block.dimension <= 0).any(axis=1),
            "parked and moving": (block.activity == _PARKED) & (view.speed > PARKED_MPS),
            "another number of wheels than before": self._other_wheels(view),
            "fallen and high above the ground": self._aloft(view),
        }
        for what, mask in broken.items():
            rows = np.flatnonzero(mask)
            at = np.nan_to_num(block.position[rows], nan=0.0, posinf=0.0, neginf=0.0)
            spells = self._spells.setdefault(what, Spells(1))
            spells.add(view.ids[rows], block.tick[rows], np.ones(len(rows)), at)

    def finish(self) -> None:
        """Enter every stretch of ticks with such rows."""
        for what, spells in self._spells.items():
            for spell in spells.all():
                who = (self._cast.name(spell.key), what)
                self._ledger.findings.append(
                    self._cast.finding(self._ledger, spell, spell.worst, who, "")
                )

    def _other_wheels(self, view: View) -> Mask:
        """Return (R,) who has another number of wheels than in the first row."""
        count = np.bincount(view.block.wheel_row, minlength=len(view.block)).astype(float)
        _, first, actor = np.unique(view.ids, return_index=True, return_inverse=True)
        ids = view.ids[first]
        before = self._wheels.get(ids)
        begun = np.where(np.isnan(before), count[first], before)
        self._wheels.set(ids, begun)
        return np.asarray(count != begun[actor])

    def _aloft(self, view: View) -> Mask:
        """Return (R,) who has fallen, but is high above the ground."""
        aloft = np.zeros(len(view.block), np.bool_)
        if self._cast.areas is not None:
            rows = np.flatnonzero(view.is_fallen)
            center = view.center[rows]
            height = center[:, 2] - ground_below(self._cast.sequence.network, center)
            aloft[rows] = height > FALLEN_ABOVE_M
        return aloft


def _repeated(view: View) -> Mask:
    """Return (R,) whose actor has a row at this tick already."""
    tick, ids = view.block.tick, view.ids
    order = np.lexsort((ids, tick))
    again = (np.diff(tick[order]) == 0) & (np.diff(ids[order]) == 0)
    repeated = np.zeros(len(tick), np.bool_)
    repeated[order[1:][again]] = True
    return repeated
