"""Reading states.parquet: the world at any recorded tick, a few row groups in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cityloop.annotation import ActorTable
from cityloop.annotation.actors import ACTIVITIES
from cityloop.dataset.reading import check_columns, check_filled, reading
from cityloop.dataset.schema import STATES_SCHEMA
from cityloop.dataset.tables import WHEEL_COLUMNS, lists_of, vectors_of
from cityloop.spatial import Pose


@dataclass(frozen=True)
class RecordedState:
    """The world at one tick.

    Attributes:
        tick, time_s: the instant.
        actors: every actor, in view or not.
        wheels: actor id -> (W, 5) as in `tables.WHEEL_COLUMNS`; actors without wheels are left out.
        bones: actor id -> (B, 3, 4) skinning matrices; rigid actors are left out.
    """

    tick: int
    time_s: float
    actors: ActorTable
    wheels: dict[int, NDArray[np.float64]]
    bones: dict[int, NDArray[np.float32]]

    def row(self, actor: int) -> int | None:
        """Return the row of an actor in `actors`, None if it is not there at this tick."""
        i = int(np.searchsorted(self.actors.id, actor))
        return i if i < len(self.actors.id) and self.actors.id[i] == actor else None

    def pose(self, actor: int) -> Pose | None:
        """Return world-from-body of an actor, None if it is not there at this tick."""
        i = self.row(actor)
        return None if i is None else Pose(self.actors.position[i], self.actors.quaternion[i])


@dataclass(frozen=True)
class StateBlock:
    """Some ticks that follow each other as columns: R rows, by tick and then by actor id.

    Attributes:
        tick: (R,) int64.
        time_s: (R,).
        id: (R,) uint32 actor.
        semantic: (R,) uint8 class id.
        activity: (R,) int8 index into `annotation.actors.ACTIVITIES`, -1 for any other word.
        lamps: (R,) uint32 bit sets.
        indicating: (R,) uint8, 1 left, 2 right.
        crossing: (R,) bool.
        position, velocity, acceleration, angular_velocity: (R, 3) as in `ActorTable`.
        quaternion: (R, 4).
        dimension, box_center: (R, 3).
        wheels: (K, 5) wheels of all rows one after the other, as in `tables.WHEEL_COLUMNS`.
        wheel_row: (K,) row of each wheel.
    """

    tick: NDArray[np.int64]
    time_s: NDArray[np.float64]
    id: NDArray[np.uint32]
    semantic: NDArray[np.uint8]
    activity: NDArray[np.int8]
    lamps: NDArray[np.uint32]
    indicating: NDArray[np.uint8]
    crossing: NDArray[np.bool_]
    position: NDArray[np.float64]
    quaternion: NDArray[np.float64]
    velocity: NDArray[np.float64]
    acceleration: NDArray[np.float64]
    angular_velocity: NDArray[np.float64]
    dimension: NDArray[np.float64]
    box_center: NDArray[np.float64]
    wheels: NDArray[np.float64]
    wheel_row: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.tick)

    def select(self, rows: NDArray[np.bool_]) -> "StateBlock":
        """Return the rows where `rows` (R,) is true."""
        number = np.cumsum(rows) - 1
        wheels = rows[self.wheel_row]
        columns = {
            f.name: getattr(self, f.name)[rows]
            for f in fields(self)
            if f.name not in ("wheels", "wheel_row")
        }
        return StateBlock(
            **columns, wheels=self.wheels[wheels], wheel_row=number[self.wheel_row[wheels]]
        )

    def followed_by(self, other: "StateBlock") -> "StateBlock":
        """Return the rows of this block, then those of a later one."""
        columns = {
            f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)])
            for f in fields(self)
            if f.name != "wheel_row"
        }
        rows = np.concatenate([self.wheel_row, other.wheel_row + len(self)])
        return StateBlock(**columns, wheel_row=rows)


class RecordedStates:
    """All recorded ticks of a sequence."""

    def __init__(self, path: Path) -> None:
        """Open the table.

        Raises:
            DatasetError: if it is missing or damaged.
        """
        self._path = path
        with reading(path):
            self._file = pq.ParquetFile(path)
            check_columns(path, self._file.schema_arrow, STATES_SCHEMA)
            self._group_of_tick: dict[int, int] = {}
            for group in range(self._file.num_row_groups):
                ticks = self._file.read_row_group(group, columns=["tick"]).column("tick")
                self._group_of_tick.update((t, group) for t in pc.unique(ticks).to_pylist())
        self._group = lru_cache(maxsize=2)(self._read_group)
        self._state = lru_cache(maxsize=4)(self._read_state)

    @property
    def ticks(self) -> list[int]:
        """All recorded ticks, rising."""
        return sorted(self._group_of_tick)

    def at(self, tick: int) -> RecordedState | None:
        """Return the world at a tick, None if it was not recorded.

        Raises:
            DatasetError: if the table is damaged.
        """
        return self._state(tick) if tick in self._group_of_tick else None

    def blocks(self) -> Iterator[StateBlock]:
        """Yield all ticks in their order, some at a time; quick for long sequences.

        Raises:
            DatasetError: if the table is damaged.
        """
        for group in range(self._file.num_row_groups):
            rows = self._read_group(group, list(_BLOCK_COLUMNS))
            if len(rows):
                yield _block(rows)

    def identities(self) -> dict[int, dict[str, Any]]:
        """Return actor id -> its name, kind, class and class_id, of every actor of every tick.

        Raises:
            DatasetError: if the table is damaged.
        """
        names = ["id", "name", "kind", "class", "class_id"]
        with reading(self._path):
            rows = self._file.read(columns=names).group_by(names).aggregate([]).to_pylist()
        return {row.pop("id"): row for row in rows}

    def _read_group(self, group: int, columns: list[str] | None = None) -> pa.Table:
        with reading(self._path):
            rows = self._file.read_row_group(group, columns=columns)
        check_filled(self._path, rows)
        return rows

    def _read_state(self, tick: int) -> RecordedState:
        group = self._group(self._group_of_tick[tick])
        rows = group.filter(pc.equal(group.column("tick"), tick))
        ids = rows.column("id").to_numpy()
        actors = ActorTable(
            id=ids,
            name=tuple(rows.column("name").to_pylist()),
            kind=tuple(rows.column("kind").to_pylist()),
            semantic=rows.column("class_id").to_numpy(),
            activity=tuple(rows.column("activity").to_pylist()),
            lamps=rows.column("lamps").to_numpy(),
            indicating=rows.column("indicating").to_numpy(),
            crossing=rows.column("crossing").to_numpy(zero_copy_only=False),
            **{name: vectors_of(rows, name) for name in _VECTORS},
        )
        wheels = lists_of(rows, "wheels")
        bones = lists_of(rows, "bones")
        return RecordedState(
            tick=tick,
            time_s=float(rows.column("time_s")[0].as_py()) if len(rows) else 0.0,
            actors=actors,
            wheels={
                int(i): w.astype(np.float64).reshape(-1, len(WHEEL_COLUMNS))
                for i, w in zip(ids, wheels, strict=True)
                if len(w)
            },
            bones={
                int(i): b.astype(np.float32).reshape(-1, 3, 4)
                for i, b in zip(ids, bones, strict=True)
                if len(b)
            },
        )


_VECTORS = (
    *("position", "quaternion", "velocity", "acceleration", "angular_velocity"),
    *("dimension", "box_center"),
)
_BLOCK_COLUMNS = (
    *("tick", "time_s", "id", "class_id", "activity", "lamps", "indicating", "crossing"),
    *_VECTORS,
    "wheels",
)


def _block(rows: pa.Table) -> StateBlock:
    activity = pc.index_in(rows.column("activity"), pa.array(ACTIVITIES)).fill_null(-1)
    wheels = rows.column("wheels").combine_chunks()
    flat = wheels.flatten().to_numpy(zero_copy_only=False).reshape(-1, len(WHEEL_COLUMNS))
    counts = pc.list_value_length(wheels).to_numpy(zero_copy_only=False) // len(WHEEL_COLUMNS)
    return StateBlock(
        tick=rows.column("tick").to_numpy(),
        time_s=rows.column("time_s").to_numpy(),
        id=rows.column("id").to_numpy(),
        semantic=rows.column("class_id").to_numpy(),
        activity=activity.to_numpy().astype(np.int8),
        lamps=rows.column("lamps").to_numpy(),
        indicating=rows.column("indicating").to_numpy(),
        crossing=rows.column("crossing").to_numpy(zero_copy_only=False),
        **{name: vectors_of(rows, name) for name in _VECTORS},
        wheels=flat,
        wheel_row=np.repeat(np.arange(len(rows)), counts),
    )
