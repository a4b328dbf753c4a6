"""What actors do and show, against their lamps, the roads and the states of the tick."""

import numpy as np

from cityloop.annotation.actors import INDICATIONS
from cityloop.annotation.objects import FIRST_PANOPTIC_OBJECT
from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.props import SignalLamp
from cityloop.world.road_areas import RoadAreas
from cityloop.world.semantics import SemanticClass
from cityloop.world.vehicles import VehicleLamp

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
        lit_s: dict[tuple[int, int], float] = {}
        first_s = 0.0
        for number, tick in enumerate(sequence.states.ticks):
            state = sequence.states.at(tick)
            assert state is not None
            first_s = state.time_s if number == 0 else first_s
            actors = state.actors
            place = [f"{sequence.name}, tick {tick}, {name}" for name in actors.name]
            for i, actor in enumerate(actors.id.tolist()):
                if actors.activity[i] not in ("driving", "parked"):
                    if actors.indicating[i]:
                        self._indicating.add(1.0, place[i])
                    continue
                wrong = False
                for bit, lamp in ((1, VehicleLamp.LEFT), (2, VehicleLamp.RIGHT)):
                    said, lit = bool(actors.indicating[i] & bit), bool(actors.lamps[i] & lamp)
                    if lit:
                        lit_s[actor, bit] = state.time_s
                    # What was lit before the recording began is not known.
                    last = lit_s.get((actor, bit), first_s)
                    wrong |= lit and not said
                    wrong |= said and state.time_s - last > _DARK_AT_MOST_S
                self._indicating.add(float(wrong), place[i])
            if areas is not None:
                person = np.flatnonzero(actors.semantic == SemanticClass.PERSON)
                on = areas.on_carriageway(actors.position[person])
                wrong_ones = on != actors.crossing[person]
                of_people = [place[i] for i in person.tolist()]
                self._crossing.add(wrong_ones.astype(np.float64), of_people.__getitem__)
                other = np.delete(actors.crossing, person)
                if other.any():
                    self._crossing.add(1.0, f"{sequence.name}, tick {tick}, no person")

    def rows(self) -> list[Row]:
        """Return a row each for indicators and crossing."""
        return [self._indicating.row(), self._crossing.row()]
