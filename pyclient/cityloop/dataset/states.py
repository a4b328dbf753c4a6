"""The table of world states, streamed to disk while a sequence is recorded."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cityloop.annotation import ActorTable
from cityloop.dataset.layout import writing
from cityloop.dataset.schema import STATES_SCHEMA
from cityloop.dataset.tables import PARQUET_OPTIONS, class_name, repeated, table_of

# Ticks per row group: bounds the memory of writer and reader to about 10 MB with sixty walkers.
TICKS_PER_GROUP = 32

# Columns with few values; a dictionary of the others would be as long as they are.
_WITH_DICTIONARY = (
    *(
        "tick",
        "time_s",
        "id",
        "name",
        "kind",
        "class",
        "class_id",
        "activity",
        "lamps",
        "indicating",
    ),
    *("dimension.list.element", "box_center.list.element"),
)
_SAME_FOR_EACH_ID = ("name", "kind", "class", "class_id")
_OF_ACTORS = (
    "position",
    "quaternion",
    "velocity",
    "acceleration",
    "angular_velocity",
    "dimension",
    "box_center",
    "lamps",
    "indicating",
    "crossing",
)


@dataclass(frozen=True)
class _Lists:
    """A list of numbers per actor: `sizes` (N,) int32, and all of them one after the other."""

    sizes: NDArray[np.int32]
    values: NDArray[Any]

    @staticmethod
    def of(
        of_actors: Mapping[int, NDArray[Any]], ids: NDArray[np.uint32], dtype: type[np.floating]
    ) -> "_Lists":
        """Return the arrays of the actors `ids` (N,), flat; nothing for those who have none."""
        sizes = np.zeros(len(ids), dtype=np.int32)
        actors = np.array(sorted(of_actors), dtype=np.int64)
        present = np.isin(actors, ids)
        arrays = [of_actors[i] for i in actors[present].tolist()]
        sizes[np.searchsorted(ids, actors[present])] = [a.size for a in arrays]
        flat = [np.ravel(a) for a in arrays]
        return _Lists(sizes, np.concatenate(flat).astype(dtype) if flat else np.zeros(0, dtype))


@dataclass(frozen=True)
class _Tick:
    """A tick as it was handed over; its arrays are not changed any more."""

    tick: int
    time_s: float
    actors: ActorTable
    wheels: _Lists
    bones: _Lists

    def digest(self) -> str:
        """Return the SHA-256 of everything that the tick's rows say."""
        actors = self.actors
        text = "\n".join((*actors.name, *actors.kind, *actors.activity))
        head = f"{self.tick} {self.time_s.hex()}\n{text}"
        said = hashlib.sha256(head.encode())
        said.update(actors.id.tobytes())
        said.update(actors.semantic.tobytes())
        for name in _OF_ACTORS:
            said.update(np.ascontiguousarray(getattr(actors, name)).tobytes())
        for lists in (self.wheels, self.bones):
            said.update(lists.sizes.tobytes())
            said.update(lists.values.tobytes())
        return said.hexdigest()


class StateRecorder:
    """Writes states.parquet, group by group; it takes its name only when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[_Tick] = []
        self._digests: dict[int, str] = {}
        self._actors: dict[int, dict[str, Any]] = {}
        self._last: _Tick | None = None

    def add(
        self,
        tick: int,
        time_s: float,
        actors: ActorTable,
        wheels: Mapping[int, NDArray[np.float64]],
        bones: Mapping[int, NDArray[np.float32]],
    ) -> str:
        """Add a tick, return the SHA-256 of its rows.

        Args:
            tick: the instant.
            time_s: its time.
            actors: everybody.
            wheels: (W, 5) by actor id.
            bones: (B, 3, 4) by actor id.

        Raises:
            DatasetError: if the disk is full or read-only.
            ValueError: if `tick` does not follow the one before.
        """
        if self._last is not None and tick != self._last.tick + 1:
            raise ValueError(f"tick {self._last.tick + 1} is due, not {tick}")
        state = _Tick(
            tick,
            float(time_s),
            actors,
            _Lists.of(wheels, actors.id, np.float64),
            _Lists.of(bones, actors.id, np.float32),
        )
        self._note(actors)
        self._last = state
        self._digests[tick] = state.digest()
        self._waiting.append(state)
        if len(self._waiting) == TICKS_PER_GROUP:
            self._flush()
        return self._digests[tick]

    @property
    def count(self) -> int:
        """How many ticks were added."""
        return len(self._digests)

    def digest(self, tick: int) -> str:
        """Return the SHA-256 of a tick's rows.

        Raises:
            ValueError: if the tick's state was not added.
        """
        if tick not in self._digests:
            raise ValueError(f"the state of tick {tick} must be added before its frame")
        return self._digests[tick]

    def finish(self) -> dict[int, dict[str, Any]]:
        """Put the table in place; return id -> name, kind and class of every actor, by rising id.

        Raises:
            DatasetError: if the disk is full or read-only.
        """
        with writing(self._path):
            self._flush()
            if self._writer is not None:
                self._writer.close()
                self._partial.replace(self._path)
                self._writer = None
        return {actor: self._actors[actor] for actor in sorted(self._actors)}

    def close(self) -> None:
        """Stop; what is not finished is removed: a continued recording hands it over anew."""
        if self._writer is not None:
            # The disk may be full: then the footer cannot be written, and need not be.
            with suppress(OSError):
                self._writer.close()
            self._writer = None
        with suppress(OSError):
            self._partial.unlink(missing_ok=True)

    def _note(self, actors: ActorTable) -> None:
        """Keep the identities of actors that were not there before."""
        if self._last is not None and self._last.actors.name is actors.name:
            return  # the same actors as a tick ago
        rows = zip(actors.id.tolist(), actors.name, actors.kind, actors.semantic, strict=True)
        for actor, name, kind, semantic in rows:
            if actor not in self._actors:
                said = {"name": name, "kind": kind, "class": class_name(semantic)}
                self._actors[actor] = {**said, "class_id": int(semantic)}

    def _flush(self) -> None:
        if not self._waiting:
            return
        with writing(self._path):
            if self._writer is None:
                self._partial.parent.mkdir(parents=True, exist_ok=True)
                self._writer = pq.ParquetWriter(
                    self._partial,
                    STATES_SCHEMA,
                    use_dictionary=list(_WITH_DICTIONARY),
                    **PARQUET_OPTIONS,
                )
            group = _rows(self._waiting, self._actors)
            self._writer.write_table(group, row_group_size=max(1, len(group)))
        self._waiting.clear()


def _rows(states: Sequence[_Tick], known: Mapping[int, Mapping[str, Any]]) -> pa.Table:
    """Return the rows of several ticks."""
    counts = [len(s.actors.id) for s in states]
    ids = np.concatenate([s.actors.id for s in states])
    present, row = np.unique(ids, return_inverse=True)
    columns: dict[str, object] = {
        "tick": np.repeat([s.tick for s in states], counts),
        "time_s": np.repeat([s.time_s for s in states], counts),
        "id": ids,
        "activity": repeated([a for s in states for a in s.actors.activity]),
        "wheels": _list_array([s.wheels for s in states]),
        "bones": _list_array([s.bones for s in states]),
    }
    for name in _SAME_FOR_EACH_ID:
        values = [known[int(i)][name] for i in present]
        columns[name] = pa.array(values, STATES_SCHEMA.field(name).type).take(pa.array(row))
    for name in _OF_ACTORS:
        columns[name] = np.concatenate([getattr(s.actors, name) for s in states])
    return table_of(columns, STATES_SCHEMA)


def _list_array(ticks: Sequence[_Lists]) -> pa.ListArray:
    """Return the lists of several ticks, one after the other."""
    sizes = np.concatenate([lists.sizes for lists in ticks])
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    values = np.concatenate([lists.values for lists in ticks])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))
