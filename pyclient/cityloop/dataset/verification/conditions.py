"""What actors do and show, against their lamps, the roads and the states of the tick."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ACTIVITIES, INDICATIONS
from cityloop.annotation.objects import FIRST_PANOPTIC_OBJECT
from cityloop.dataset.reader import Sequence
from cityloop.dataset.recorded_states import StateBlock
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial.compiled import compiled
from cityloop.world.props import SignalLamp
from cityloop.world.road_areas import RoadAreas
from cityloop.world.semantics import SemanticClass
from cityloop.world.vehicles import VehicleLamp

Array = NDArray[np.float64]

_WITH_INDICATORS = [ACTIVITIES.index(a) for a in ("driving", "parked")]
_INDICATORS = (VehicleLamp.LEFT, VehicleLamp.RIGHT)
# Indicators flash at least once a second (UN R48: 60 to 120 a minute), lit half of the time; who
# was seen flashing less than this ago may flash still.
_DARK_AT_MOST_S = 0.5
_ASPECTS = {
    0: "off",
    SignalLamp.RED: "red",
    SignalLamp.AMBER: "amber",
    SignalLamp.RED | SignalLamp.AMBER: "red_amber",
    SignalLamp.GREEN: "green",
}


class ConditionCheck:
    """Labels of what objects do, against the states of the tick."""

    def __init__(self) -> None:
        self._labels = Tally("conditions against states", "objects", 0.0)
        self._panoptic = Tally("panoptic ids", "objects", 0.0)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare every object's condition with its actor's."""
        objects, now = picture.objects, picture.now
        if now is None:
            return
        actors = now.state.actors
        for row, actor in enumerate(objects.id.tolist()):
            where = f"{picture.here}, {objects.name[row]}"
            said = int(objects.panoptic_id[row])
            wrong = said != actor + FIRST_PANOPTIC_OBJECT or said >= 1 << 24
            self._panoptic.add(float(wrong), where)
            i = now.state.row(actor)
            if i is None:
                continue  # LabelCheck reports it.
            lamps, activity = int(actors.lamps[i]), actors.activity[i]
            braking = activity in ("driving", "parked") and bool(lamps & VehicleLamp.BRAKE)
            expected = {
                "activity": activity,
                "lamps": lamps,
                "crossing": bool(actors.crossing[i]),
                "braking": braking,
                "indicating": INDICATIONS[actors.indicating[i]],
                "signal_aspect": _ASPECTS.get(lamps, "") if activity == "signal" else "",
            }
            wrong_ones = [n for n, value in expected.items() if getattr(objects, n)[row] != value]
            self._labels.add(len(wrong_ones), f"{where}, {', '.join(wrong_ones)}")

    def rows(self) -> list[Row]:
        """Return a row each for conditions and panoptic ids."""
        return [self._labels.row(), self._panoptic.row()]


class ActorConditionCheck:
    """Who indicates, against the lamps before; who crosses, against the recorded roads."""

    def __init__(self) -> None:
        self._indicating = Tally("indicating against lamps", "actors", 0.0)
        self._crossing = Tally("crossing against the roads", "people", 0.0)

    def look(self, sequence: Sequence) -> None:
        """Compare every actor of every tick."""
        areas = RoadAreas(sequence.network) if sequence.has_map else None
        lit_s = np.full((64, 2), np.nan)  # by id, left and right: when last
        first_s: float | None = None
        for block in sequence.states.blocks():
            first_s = float(block.time_s[0]) if first_s is None else first_s
            short = int(block.id.max()) + 1 - len(lit_s)
            if short > 0:
                lit_s = np.concatenate([lit_s, np.full((short + len(lit_s), 2), np.nan)])
            self._compare_indicators(sequence, block, lit_s, first_s)
            if areas is not None:
                self._compare_crossing(sequence, block, areas)

    def _compare_indicators(
        self, sequence: Sequence, block: StateBlock, lit_s: Array, first_s: float
    ) -> None:
        has_lamps = np.isin(block.activity, _WITH_INDICATORS)
        lit = (block.lamps[:, None] & np.array(_INDICATORS, np.uint32)) != 0
        said = (block.indicating[:, None] & np.array([1, 2], np.uint8)) != 0
        rows = np.flatnonzero(has_lamps)
        wrong = _misindicated(
            block.id[rows], block.time_s[rows], lit[rows], said[rows], lit_s, first_s
        )
        self._indicating.add(wrong, _places(sequence, block, rows))
        others = np.flatnonzero(~has_lamps & said.any(axis=1))
        self._indicating.add(np.ones(len(others)), _places(sequence, block, others))

    def _compare_crossing(self, sequence: Sequence, block: StateBlock, areas: RoadAreas) -> None:
        is_person = block.semantic == SemanticClass.PERSON
        person = np.flatnonzero(is_person)
        wrong = areas.on_carriageway(block.position[person]) != block.crossing[person]
        self._crossing.add(wrong, _places(sequence, block, person))
        others = np.flatnonzero(~is_person & block.crossing)
        self._crossing.add(np.ones(len(others)), _places(sequence, block, others))

    def rows(self) -> list[Row]:
        """Return a row each for indicators and crossing."""
        return [self._indicating.row(), self._crossing.row()]


@compiled
def _misindicated(
    ids: NDArray[np.uint32],
    time_s: Array,
    lit: NDArray[np.bool_],
    said: NDArray[np.bool_],
    lit_s: Array,
    first_s: float,
) -> Array:
    """Return (N,) 1 for who does not tell of a lit indicator, or tells of one that is dark.

    Args:
        ids: (N,) actors, tick by tick.
        time_s: (N,).
        lit: (N, 2) lamps to the left and right.
        said: (N, 2) whether the actor is said to indicate.
        lit_s: (A, 2) by id: when the lamps were lit last; kept up to date.
        first_s: what was lit before the recording began is not known.
    """
    wrong = np.zeros(len(ids))
    for i in range(len(ids)):
        for side in range(2):
            if lit[i, side]:
                lit_s[ids[i], side] = time_s[i]
                wrong[i] += not said[i, side]
            elif said[i, side]:
                last = lit_s[ids[i], side]
                last = first_s if np.isnan(last) else last
                wrong[i] += time_s[i] - last > _DARK_AT_MOST_S
    return np.minimum(wrong, 1.0)


def _places(sequence: Sequence, block: StateBlock, rows: NDArray[np.intp]) -> Callable[[int], str]:
    """Return what says where the i-th of `rows` is."""

    def place(i: int) -> str:
        name = sequence.actors.get(int(block.id[rows[i]]), {}).get("name", "?")
        return f"{sequence.name}, tick {block.tick[rows[i]]}, {name}"

    return place
