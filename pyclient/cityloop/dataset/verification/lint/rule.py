"""What every rule of the scene lint has in common."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.lint.cast import View


class Rule(Protocol):
    """Looks at one sequence, block by block, and enters breaches into its ledgers."""

    def look(self, view: View) -> None:
        """Look at the next block of states."""

    def finish(self) -> None:
        """Enter what could be told only when the last block was seen."""


class ByActor:
    """A number per actor id that is kept from block to block."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._values = np.full(64, start)

    def get(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (N,) the numbers of ids (N,)."""
        self._reach(ids)
        return self._values[ids]

    def set(self, ids: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Keep (N,) numbers; of repeated ids the last."""
        self._reach(ids)
        self._values[ids] = values

    def _reach(self, ids: NDArray[np.int64]) -> None:
        needed = int(ids.max(initial=0)) + 1
        if needed > len(self._values):
            more = np.full(max(needed, 2 * len(self._values)) - len(self._values), self._start)
            self._values = np.concatenate([self._values, more])
