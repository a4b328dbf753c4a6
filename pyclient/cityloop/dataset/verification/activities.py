"""Whether people stand, walk or run, against how fast they move."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ACTIVITIES
from cityloop.dataset.reader import Sequence
from cityloop.dataset.recorded_states import StateBlock
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.semantics import SemanticClass

# The least and greatest horizontal speeds of each word, m/s. Standing people shift their feet by up
# to 0.12. People change from walking to running at a Froude number near 0.5 (R. McN. Alexander,
# "Optimization and gaits in the locomotion of vertebrates", Physiol. Rev. 69, 1989), children
# therefore at 1.7 m/s and tall adults at 2.3; who changes speed may still be in the gait before.
_SPEEDS_MPS = {
    "standing": (0.0, 0.2),
    "waiting": (0.0, 0.2),
    "sitting": (0.0, 0.2),
    "walking": (0.0, 2.6),
    "running": (1.5, np.inf),
}
_FALLEN = ACTIVITIES.index("fallen")


class ActivityCheck:
    """Every person's word against the recorded velocity, at every tick."""

    def __init__(self) -> None:
        self._tally = Tally("activity against motion", "people", 0.0)

    def look(self, sequence: Sequence) -> None:
        """Compare every tick but the last: the velocity of who falls next may be the fall's."""
        before: StateBlock | None = None
        for block in sequence.states.blocks():
            block = block if before is None else before.followed_by(block)
            before = block.select(block.tick == block.tick.max())
            rows = np.flatnonzero((block.semantic == SemanticClass.PERSON) & ~_hit_next(block))
            speed = np.hypot(block.velocity[rows, 0], block.velocity[rows, 1])
            doing = block.activity[rows]
            for word, (least, most) in _SPEEDS_MPS.items():
                those = np.flatnonzero(doing == ACTIVITIES.index(word))
                wrong = ~((speed[those] >= least) & (speed[those] <= most))
                self._tally.add(wrong, partial(_place, sequence, block, rows[those]))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]


def _hit_next(block: StateBlock) -> NDArray[np.bool_]:
    """Return (R,) who lies a tick later, or it is not known who does."""
    step = int(block.id.max()) + 1
    key = block.tick * step + block.id
    fallen = key[block.activity == _FALLEN]
    return np.isin(key + step, fallen) | (block.tick == block.tick.max())


def _place(sequence: Sequence, block: StateBlock, rows: NDArray[np.intp], i: int) -> str:
    name = sequence.actors.get(int(block.id[rows[i]]), {}).get("name", "?")
    return f"{sequence.name}, tick {block.tick[rows[i]]}, {name}"
