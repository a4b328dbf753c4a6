"""How long something goes on: unbroken stretches of ticks, gathered block by block."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Keys = NDArray[np.int64]


@dataclass(frozen=True)
class Spell:
    """A stretch of ticks in which something held for one key.

    Attributes:
        key: the actor's id, or that of a pair.
        first, last: ticks.
        worst: the largest amount in it.
        position: (3,) where that was.
    """

    key: int
    first: int
    last: int
    worst: float
    position: Array


class Spells:
    """Joins ticks at which something holds to stretches; memory grows with their number only."""

    def __init__(self, step_ticks: int) -> None:
        """Ticks are `step_ticks` apart."""
        self._step = step_ticks
        self._parts: list[tuple[Keys, Keys, Keys, Array, Array]] = []

    def add(self, key: Keys, tick: Keys, amount: Array, position: Array) -> None:
        """Add the rows (N,) of a block at which it holds; `position` (N, 3)."""
        if not len(key):
            return
        order = np.lexsort((tick, key))
        key, tick = key[order].astype(np.int64), tick[order]
        begins = np.r_[True, (key[1:] != key[:-1]) | (tick[1:] != tick[:-1] + self._step)]
        number = np.cumsum(begins) - 1
        first = np.flatnonzero(begins)
        last = np.r_[first[1:] - 1, len(key) - 1]
        # Sorted by amount within each stretch, the worst comes last.
        worst = order[np.lexsort((amount[order], number))[last]]
        self._parts.append((key[first], tick[first], tick[last], amount[worst], position[worst]))

    def all(self) -> list[Spell]:
        """Return every stretch, joined across blocks, by first tick and key."""
        if not self._parts:
            return []
        key, first, last, amount, position = (
            np.concatenate(column) for column in zip(*self._parts, strict=True)
        )
        spells: list[Spell] = []
        for i in np.lexsort((first, key)):
            if spells and spells[-1].key == key[i] and spells[-1].last + self._step == first[i]:
                before = spells.pop()
                if before.worst > amount[i]:
                    worst, place = before.worst, before.position
                else:
                    worst, place = float(amount[i]), position[i]
                spells.append(Spell(before.key, before.first, int(last[i]), worst, place))
            else:
                spells.append(
                    Spell(int(key[i]), int(first[i]), int(last[i]), float(amount[i]), position[i])
                )
        return sorted(spells, key=lambda s: (s.first, s.key))
