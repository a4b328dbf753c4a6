"""Who is in the world: ids, kinds and boxes of everything labelled, joined with engine states."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable
from cityloop.engine import BodyStates
from cityloop.errors import EngineError
from cityloop.spatial import Pose
from cityloop.world.people_extent import posed_box
from cityloop.world.scene import Prototype
from cityloop.world.semantics import SemanticClass

# Bodies without a label (roads, buildings) count from here, far above any labelled one.
FIRST_UNLABELLED_ID = 1 << 24


@dataclass(frozen=True)
class Entry:
    """One labelled object; `rest` is its pose if it never moves."""

    id: int
    name: str
    kind: str
    semantic: SemanticClass
    dimension: tuple[float, float, float]
    box_center: tuple[float, float, float]
    rest: Pose | None = None


class _Columns:
    """What is the same at every tick until somebody comes or goes; all entries by rising id."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        n = len(entries)
        self.id = np.array([e.id for e in entries], dtype=np.uint32)
        self.name = tuple(e.name for e in entries)
        self.kind = tuple(e.kind for e in entries)
        self.semantic = np.array([e.semantic for e in entries], dtype=np.uint8)
        self.dimension = np.array([e.dimension for e in entries]).reshape(n, 3)
        self.box_center = np.array([e.box_center for e in entries]).reshape(n, 3)
        self.moves = np.array([e.rest is None for e in entries], dtype=bool)
        self.position, self.quaternion = np.zeros((n, 3)), np.zeros((n, 4))
        for i, entry in enumerate(entries):
            if entry.rest is not None:
                self.position[i] = entry.rest.position
                self.quaternion[i] = entry.rest.quaternion
        self._complete()

    def _complete(self) -> None:
        self.ids = self.id.tolist()
        self.moving = np.flatnonzero(self.moves)
        self.moving_id = self.id[self.moving]
        self.still = np.zeros((len(self.ids), 3))

    def changed(self, gone: Collection[int], come: Sequence[Entry]) -> "_Columns":
        """Return the columns without some ids and with entries whose ids are greater than all."""
        stay = np.flatnonzero(~np.isin(self.id, np.array(list(gone), dtype=np.uint32)))
        rows = stay.tolist()
        new, result = _Columns(come), copy(self)
        result.name = (*[self.name[i] for i in rows], *new.name)
        result.kind = (*[self.kind[i] for i in rows], *new.kind)
        for column in (
            *("id", "semantic", "dimension", "box_center"),
            *("moves", "position", "quaternion"),
        ):
            here, there = getattr(self, column), getattr(new, column)
            setattr(result, column, np.concatenate([here[stay], there]))
        result._complete()
        return result


@dataclass
class Roster:
    """All labelled objects that exist now. Ids are handed out once and never again.

    Whoever moves an actor says here what it does and which lamps are lit.

    Attributes:
        entries: by name.
        lamps: id -> bit set of lit lamps, as in `ActorTable.lamps`; `light` changes them.
        activity: id -> one of `annotation.actors.ACTIVITIES`; of what never moves it stays.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    lamps: dict[int, int] = field(default_factory=dict)
    activity: dict[int, str] = field(default_factory=dict)
    _next_id: int = 1
    _next_unlabelled: int = FIRST_UNLABELLED_ID
    _columns: _Columns = field(default_factory=lambda: _Columns([]))
    _come: list[Entry] = field(default_factory=list)  # since the columns were made
    _gone: set[int] = field(default_factory=set)
    # Of the columns' rows, as the newest table has them.
    _doing: list[str] = field(default_factory=list)
    _lit: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, dtype=np.uint32))
    _changed: dict[int, int] = field(default_factory=dict)  # lamps since that table

    def add(
        self,
        name: str,
        prototype: Prototype,
        semantic: SemanticClass,
        rest: Pose | None = None,
        *,
        activity: str = "",
        lamps: int = 0,
    ) -> Entry:
        """Enter a labelled object under a new id and return its entry."""
        entry = Entry(
            id=self._next_id,
            name=name,
            kind=prototype.name,
            semantic=semantic,
            dimension=prototype.dimension,
            box_center=prototype.box_center,
            rest=rest,
        )
        self._next_id += 1
        self.entries[name] = entry
        self.activity[entry.id] = activity
        self.lamps[entry.id] = lamps
        self._come.append(entry)
        return entry

    def light(self, lamps: Mapping[int, int]) -> None:
        """Change the lamps of some bodies, given by id; those without a label do not count."""
        known = {i: lit for i, lit in lamps.items() if i in self.lamps}
        self.lamps.update(known)
        self._changed.update(known)

    def unlabelled_id(self) -> int:
        """Return a new id for a body of the background."""
        self._next_unlabelled += 1
        return self._next_unlabelled - 1

    def remove(self, name: str) -> int:
        """Forget an object and return the id that it had."""
        gone = self.entries.pop(name).id
        self.activity.pop(gone, None)
        self.lamps.pop(gone, None)
        self._gone.add(gone)
        return gone

    def table(self, states: BodyStates) -> ActorTable:
        """Return all labelled objects with their states of one tick.

        The box of somebody who is limp is that of the limbs as they lie. Who indicates and who is
        on the carriageway is not known here: nobody.

        Raises:
            EngineError: if the engine does not say where one of them is.
        """
        if self._come or self._gone:
            come = [entry for entry in self._come if entry.id not in self._gone]
            self._columns = self._columns.changed(self._gone, come)
            self._come, self._gone = [], set()
            self._doing = list(map(self.activity.__getitem__, self._columns.ids))
            self._lit = np.array([self.lamps[i] for i in self._columns.ids], dtype=np.uint32)
        elif self._changed:
            self._lit = self._lit.copy()
            changed = np.array(list(self._changed), dtype=np.uint32)
            self._lit[np.searchsorted(self._columns.id, changed)] = list(self._changed.values())
        self._changed = {}
        fixed, ids = self._columns, self._columns.ids
        moving = fixed.moving
        for row, mover in zip(moving.tolist(), fixed.moving_id.tolist(), strict=True):
            self._doing[row] = self.activity[mover]
        rows = np.searchsorted(states.ids, fixed.moving_id)
        known = rows < len(states.ids)
        known[known] = states.ids[rows[known]] == fixed.moving_id[known]
        for i in moving[~known]:
            raise EngineError(f"The engine did not say where '{fixed.name[i]}' (body {ids[i]}) is.")

        def moved(
            at_rest: NDArray[np.float64], of_bodies: NDArray[np.float64]
        ) -> NDArray[np.float64]:
            column = at_rest.copy()
            column[moving] = of_bodies[rows]
            return column

        dimension, box_center = fixed.dimension, fixed.box_center
        limp = np.flatnonzero(np.isin(fixed.id, list(states.bones))) if states.bones else ()
        if len(limp):
            dimension, box_center = dimension.copy(), box_center.copy()
            for i in limp:
                bones = states.bones[ids[i]]
                dimension[i], box_center[i] = posed_box(fixed.kind[i], bones)

        return ActorTable(
            id=fixed.id,
            name=fixed.name,
            kind=fixed.kind,
            semantic=fixed.semantic,
            position=moved(fixed.position, states.position),
            quaternion=moved(fixed.quaternion, states.quaternion),
            velocity=moved(fixed.still, states.velocity),
            acceleration=moved(fixed.still, states.acceleration),
            angular_velocity=moved(fixed.still, states.angular_velocity),
            dimension=dimension,
            box_center=box_center,
            activity=tuple(self._doing),
            lamps=self._lit,
            indicating=np.zeros(len(ids), dtype=np.uint8),
            crossing=np.zeros(len(ids), dtype=np.bool_),
        )
