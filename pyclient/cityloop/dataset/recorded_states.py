"""Reading states.parquet: the world at any recorded tick, a few row groups in memory."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cityloop.annotation import ActorTable
from cityloop.dataset.tables import STATES_SCHEMA, WHEEL_COLUMNS, check_columns, vectors_of
from cityloop.errors import DatasetError
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


class RecordedStates:
    """All recorded ticks of a sequence."""

    def __init__(self, path: Path) -> None:
        """Open the table.

        Raises:
            DatasetError: if it is missing or damaged.
        """
        self._path = path
        try:
            self._file = pq.ParquetFile(path)
            check_columns(path, self._file.schema_arrow, STATES_SCHEMA)
            self._group_of_tick: dict[int, int] = {}
            for group in range(self._file.num_row_groups):
                ticks = self._file.read_row_group(group, columns=["tick"]).column("tick")
                self._group_of_tick.update((t, group) for t in pc.unique(ticks).to_pylist())
        except (OSError, pa.ArrowException) as error:
            raise DatasetError(f"{path} cannot be read ({error}); record it again") from error
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

    def identities(self) -> dict[int, dict[str, Any]]:
        """Return actor id -> its name, kind, class and class_id, of every actor of every tick.

        Raises:
            DatasetError: if the table is damaged.
        """
        names = ["id", "name", "kind", "class", "class_id"]
        try:
            rows = self._file.read(columns=names).group_by(names).aggregate([]).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise DatasetError(f"{self._path} is damaged ({error}); record it again") from error
        return {row.pop("id"): row for row in rows}

    def _read_group(self, group: int) -> pa.Table:
        try:
            return self._file.read_row_group(group)
        except (OSError, pa.ArrowException) as error:
            raise DatasetError(f"{self._path} is damaged ({error}); record it again") from error

    def _read_state(self, tick: int) -> RecordedState:
        group = self._group(self._group_of_tick[tick])
        rows = group.filter(pc.equal(group.column("tick"), tick))
        ids = rows.column("id").to_numpy()
        actors = ActorTable(
            id=ids,
            name=tuple(rows.column("name").to_pylist()),
            kind=tuple(rows.column("kind").to_pylist()),
            semantic=rows.column("class_id").to_numpy(),
            **{
                name: vectors_of(rows, name)
                for name in (
                    "position",
                    "quaternion",
                    "velocity",
                    "acceleration",
                    "angular_velocity",
                    "dimension",
                    "box_center",
                )
            },
        )
        wheels = _lists_of(rows, "wheels")
        bones = _lists_of(rows, "bones")
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


def _lists_of(rows: pa.Table, column: str) -> list[NDArray[np.floating]]:
    """Return each row's list as an array."""
    lists = rows.column(column).combine_chunks()
    values = lists.flatten().to_numpy(zero_copy_only=False)
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    return np.split(values, np.cumsum(lengths)[:-1]) if len(lengths) else []
