"""Who is in the world: ids, kinds and boxes of everything labelled, joined with engine states."""

from dataclasses import dataclass, field

import numpy as np

from cityloop.annotation.actors import ActorTable
from cityloop.engine import BodyStates
from cityloop.errors import EngineError
from cityloop.spatial import Pose
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


@dataclass
class Roster:
    """All labelled objects that exist now. Ids are handed out once and never again."""

    entries: dict[str, Entry] = field(default_factory=dict)
    _next_id: int = 1
    _next_unlabelled: int = FIRST_UNLABELLED_ID

    def add(
        self, name: str, prototype: Prototype, semantic: SemanticClass, rest: Pose | None = None
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
        return entry

    def unlabelled_id(self) -> int:
        """Return a new id for a body of the background."""
        self._next_unlabelled += 1
        return self._next_unlabelled - 1

    def remove(self, name: str) -> int:
        """Forget an object and return the id that it had."""
        return self.entries.pop(name).id

    def table(self, states: BodyStates) -> ActorTable:
        """Return all labelled objects with their states of one tick.

        Raises:
            EngineError: if the engine does not say where one of them is.
        """
        entries = sorted(self.entries.values(), key=lambda e: e.id)
        n = len(entries)
        position, quaternion = np.zeros((n, 3)), np.zeros((n, 4))
        velocity, acceleration = np.zeros((n, 3)), np.zeros((n, 3))
        angular_velocity = np.zeros((n, 3))
        ids = np.array([e.id for e in entries], dtype=np.uint32)
        resting = [i for i, e in enumerate(entries) if e.rest is not None]
        moving = np.array([i for i, e in enumerate(entries) if e.rest is None], dtype=np.intp)
        for i in resting:
            rest = entries[i].rest
            assert rest is not None
            position[i], quaternion[i] = rest.position, rest.quaternion
        for i in moving[~np.isin(ids[moving], states.ids)]:
            raise EngineError(
                f"The engine did not say where '{entries[i].name}' (body {entries[i].id}) is."
            )
        rows = np.searchsorted(states.ids, ids[moving])
        position[moving] = states.position[rows]
        quaternion[moving] = states.quaternion[rows]
        velocity[moving] = states.velocity[rows]
        acceleration[moving] = states.acceleration[rows]
        angular_velocity[moving] = states.angular_velocity[rows]
        return ActorTable(
            id=ids,
            name=tuple(e.name for e in entries),
            kind=tuple(e.kind for e in entries),
            semantic=np.array([e.semantic for e in entries], dtype=np.uint8),
            position=position,
            quaternion=quaternion,
            velocity=velocity,
            acceleration=acceleration,
            angular_velocity=angular_velocity,
            dimension=np.array([e.dimension for e in entries]).reshape(n, 3),
            box_center=np.array([e.box_center for e in entries]).reshape(n, 3),
        )
