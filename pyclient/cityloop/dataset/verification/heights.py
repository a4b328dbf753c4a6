"""How tall people's 3D boxes are, against the meshes they were drawn from."""

from functools import lru_cache, partial

import numpy as np

from cityloop.annotation.actors import ACTIVITIES
from cityloop.dataset.reader import Sequence
from cityloop.dataset.recorded_states import StateBlock
from cityloop.dataset.verification.people import person_levels
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.people import PERSON_KINDS
from cityloop.world.semantics import SemanticClass

HEIGHT_TOLERANCE_M = 0.02
# Who sits or has fallen has a box around the posture of the tick.
_UPRIGHT = [ACTIVITIES.index(a) for a in ("standing", "waiting", "walking", "running")]


class HeightCheck:
    """Soles and crown of each upright person's box, at every tick, in view or not.

    An umbrella is held over the head by the arm's pose: such a box reaches higher than the mesh at
    rest, and only that it is not lower is judged.
    """

    def __init__(self) -> None:
        self._tally = Tally("people: heights against their mesh", "m", HEIGHT_TOLERANCE_M)

    def look(self, sequence: Sequence) -> None:
        """Compare every upright person of every tick."""
        for block in sequence.states.blocks():
            upright = np.isin(block.activity, _UPRIGHT) & (block.semantic == SemanticClass.PERSON)
            for actor in np.unique(block.id[upright]).tolist():
                kind = sequence.actors.get(actor, {}).get("kind", "")
                if kind not in sequence.kinds or sequence.kinds[kind].figure is None:
                    continue
                mine = np.flatnonzero(upright & (block.id == actor))
                low, high = _reach(kind)
                half, center = block.dimension[mine, 2] / 2, block.box_center[mine, 2]
                crown = high - (center + half)
                if kind not in PERSON_KINDS or PERSON_KINDS[kind].thing != "umbrella":
                    crown = np.abs(crown)
                error = np.maximum(np.abs(center - half - low), np.maximum(crown, 0.0))
                name = sequence.actors[actor]["name"]
                self._tally.add(error, partial(_place, sequence, block, mine.tolist(), name))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]


@lru_cache(maxsize=64)
def _reach(kind: str) -> tuple[float, float]:
    """Return the lowest and highest point of a kind's finest mesh at rest, body frame, m."""
    mesh = person_levels(kind)[0]
    bones = np.tile(np.eye(4, dtype=np.float32)[:3], (int(mesh.joints.max()) + 1, 1, 1))
    z = mesh.posed(bones, np.arange(len(mesh.positions)))[:, 2]
    return float(z.min()), float(z.max())


def _place(sequence: Sequence, block: StateBlock, rows: list[int], name: str, i: int) -> str:
    return f"{sequence.name}, tick {block.tick[rows[i]]}, {name}"
