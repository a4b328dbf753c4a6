"""People on the carriageway who have no business there."""

import numpy as np
import shapely

from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.requests import CARRIAGEWAY
from cityloop.dataset.verification.lint.spells import Spells

ON_ROAD_S = 1.0
_KERB_M = 0.15  # one may stand with half a foot on the road
_BESIDE_CROSSING_M = 0.3


class Jaywalking:
    """A person's middle is on the road, off the crossings, for longer than a second."""

    def __init__(self, cast: Cast, book: Book, step_ticks: int) -> None:
        self._cast, self._step_s = cast, step_ticks * cast.dt_s
        self._ledger = book.open("lint: people on the carriageway", "s", ON_ROAD_S)
        self._spells = Spells(step_ticks)
        if cast.areas is not None:
            crossings = cast.areas.crossings.buffer(_BESIDE_CROSSING_M)
            self._forbidden = cast.areas.carriageway.buffer(-_KERB_M).difference(crossings)
            shapely.prepare(self._forbidden)

    def look(self, view: View) -> None:
        """Look at the people on their feet."""
        if self._cast.areas is None:
            return
        rows = np.flatnonzero(view.is_person & ~view.is_fallen)
        self._ledger.looked_at(len(rows))
        at = view.block.position[rows]
        wrong = rows[shapely.contains_xy(self._forbidden, at[:, 0], at[:, 1])]
        self._spells.add(
            view.ids[wrong], view.block.tick[wrong], view.speed[wrong], view.block.position[wrong]
        )

    def finish(self) -> None:
        """Enter whoever was there for longer than a second."""
        for spell in self._spells.all():
            lasted = (spell.last - spell.first) * self._cast.dt_s + self._step_s
            if lasted <= ON_ROAD_S + 1e-9:
                self._ledger.looked_at(0, lasted)
                continue
            name = self._cast.name(spell.key)
            excuse = self._cast.requests.excuse(CARRIAGEWAY, name)
            if not excuse and self._cast.was_hit(name, spell.first, spell.last):
                excuse = f"{name} was hit"
            self._ledger.findings.append(
                self._cast.finding(self._ledger, spell, lasted, (name,), excuse)
            )
