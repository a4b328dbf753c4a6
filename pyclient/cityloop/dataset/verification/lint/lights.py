"""Traffic lights: links that are green against each other, and lamps that tell something else."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.lint.cast import Cast, View
from cityloop.dataset.verification.lint.findings import Book
from cityloop.dataset.verification.lint.links import conflicts
from cityloop.dataset.verification.lint.spells import Spell, Spells
from cityloop.world.props import SignalLamp
from cityloop.world.semantics import SemanticClass
from cityloop.world.signals import LAMPS

_LIT = {
    0,
    int(SignalLamp.RED),
    int(SignalLamp.AMBER),
    int(SignalLamp.GREEN),
    int(SignalLamp.RED | SignalLamp.AMBER),
}
PROTECTED = "G"  # green without having to yield
GREEN = "gG"
_UNKNOWN = np.zeros(0, np.int64), np.zeros(0, np.uint32)  # when a head shows other lamps, and which
_STATES = set("ryuGgoOs")  # a link of a light can be in, as in SUMO


class Contradictions:
    """Two ways that cross are both green without either having to yield.

    Green that must yield ("g") may be shown against green; for people, any green against vehicles'
    protected green is a breach.
    """

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: signals against each other", "pairs", 0.0)

    def look(self, view: View) -> None:
        """Nothing: the lights' states are in a table of their own."""

    def finish(self) -> None:
        """Look at every state that any light had."""
        sequence = self._cast.sequence
        if not sequence.has_map:
            return
        pairs = conflicts(sequence.layout.network, sequence.network)
        for light in sequence.signals.lights:
            mine = [c for c in pairs if c.light == light]
            told: set[tuple[int, int]] = set()
            for tick, state in sequence.signals.changes(light):
                self._ledger.looked_at(len(mine))
                for c in mine:
                    if max(c.a, c.b) >= len(state) or (c.a, c.b) in told:
                        continue
                    of_a = GREEN if c.crossing == 1 else PROTECTED
                    of_b = GREEN if c.crossing == 2 else PROTECTED
                    if state[c.a] in of_a and state[c.b] in of_b:
                        told.add((c.a, c.b))
                        who = (f"light {light}", f"link {c.a}", f"link {c.b}", f"state {state}")
                        place = sequence.network.junctions[c.junction].position
                        spell = Spell(0, tick, tick, 1.0, place)
                        self._ledger.findings.append(
                            self._cast.finding(self._ledger, spell, 1.0, who, "")
                        )


class KnownLights:
    """signals.parquet speaks of lights of the roads, in states that a light can have."""

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: signals of known lights", "states", 0.0)

    def look(self, view: View) -> None:
        """Nothing: the lights' states are in a table of their own."""

    def finish(self) -> None:
        """Look at every state that any light had."""
        sequence = self._cast.sequence
        if not sequence.has_map:
            return
        programs = sequence.network.programs
        for light in sequence.signals.lights:
            changes = sequence.signals.changes(light)
            self._ledger.looked_at(len(changes))
            program = programs.get(light)
            if program is None:
                self._enter(light, changes[0][0], "which the roads do not have")
                continue
            for tick, state in changes:
                if len(state) != len(program[0]) or not set(state) <= _STATES:
                    self._enter(light, tick, f"state {state}")
                    break

    def _enter(self, light: str, tick: int, wrong: str) -> None:
        spell = Spell(0, tick, tick, 1.0, np.zeros(3))
        who = (f"light {light}", wrong)
        self._ledger.findings.append(self._cast.finding(self._ledger, spell, 1.0, who, ""))


class Lamps:
    """What a head shows is what its light's state says, and can be shown at once."""

    def __init__(self, cast: Cast, book: Book) -> None:
        self._cast = cast
        self._ledger = book.open("lint: lamps against light states", "heads", 0.0)
        self._spells = Spells(1)
        heads = cast.sequence.heads if cast.sequence.has_map else ()
        by_name = {head.name: head for head in heads}
        log = cast.sequence.signals if heads else None
        self._shown: dict[int, tuple[NDArray[np.int64], NDArray[np.uint32]]] = {}
        for actor, said in cast.sequence.actors.items():
            head = by_name.get(said["name"])
            if head is not None and log is not None:
                changes = log.changes(head.light)
                lamps = [LAMPS.get(s[head.link : head.link + 1], 255) for _, s in changes]
                ticks = np.array([t for t, _ in changes], np.int64)
                self._shown[actor] = ticks, np.array(lamps, np.uint32)

    def look(self, view: View) -> None:
        """Look at every head at every tick."""
        block = view.block
        rows = np.flatnonzero(block.semantic == SemanticClass.TRAFFIC_LIGHT)
        self._ledger.looked_at(len(rows))
        if not len(rows):
            return
        lamps = block.lamps[rows]
        wrong = ~np.isin(lamps, list(_LIT)) | (lamps != self._expected(view, rows))
        at = rows[wrong]
        self._spells.add(view.ids[at], block.tick[at], np.ones(len(at)), block.position[at])

    def finish(self) -> None:
        """Enter every head that showed something else."""
        for spell in self._spells.all():
            name = self._cast.name(spell.key)
            self._ledger.findings.append(self._cast.finding(self._ledger, spell, 1.0, (name,), ""))

    def _expected(self, view: View, rows: NDArray[np.intp]) -> NDArray[np.uint32]:
        """Return (N,) lamps as the lights' states say; as they are for heads that are unknown."""
        ids, ticks = view.ids[rows], view.block.tick[rows]
        expected = view.block.lamps[rows].copy()
        order = np.argsort(ids, kind="stable")
        for mine in np.split(order, np.flatnonzero(np.diff(ids[order])) + 1):
            starts, shown = self._shown.get(int(ids[mine[0]]), _UNKNOWN)
            number = np.searchsorted(starts, ticks[mine], side="right") - 1
            known = number >= 0
            expected[mine[known]] = shown[number[known]]
        return expected
