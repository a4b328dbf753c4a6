"""The table of world states, streamed to disk while a sequence is recorded."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cityloop.dataset.layout import writing
from cityloop.dataset.tables import PARQUET_OPTIONS, STATES_SCHEMA

# Ticks per row group: bounds the memory of writer and reader to about 10 MB with sixty walkers.
TICKS_PER_GROUP = 32


class StateRecorder:
    """Writes states.parquet, group by group; it takes its name only when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._digests: dict[int, str] = {}
        self._actors: dict[int, dict[str, Any]] = {}
        self._last: int | None = None

    def add(self, tick: int, rows: pa.Table) -> str:
        """Add a tick's rows, return their SHA-256.

        Raises:
            DatasetError: if the disk is full or read-only.
            ValueError: if `tick` does not follow the one before.
        """
        if self._last is not None and tick != self._last + 1:
            raise ValueError(f"tick {self._last + 1} is due, not {tick}")
        self._last = tick
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
        self._digests[tick] = hashlib.sha256(sink.getvalue()).hexdigest()
        columns = [rows.column(c).to_pylist() for c in ("id", "name", "kind", "class", "class_id")]
        for actor, name, kind, label, number in zip(*columns, strict=True):
            if actor not in self._actors:
                said = {"name": name, "kind": kind, "class": label, "class_id": number}
                self._actors[actor] = said
        self._waiting.append(rows)
        if len(self._waiting) == TICKS_PER_GROUP:
            self._flush()
        return self._digests[tick]

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

    def _flush(self) -> None:
        if not self._waiting:
            return
        with writing(self._path):
            if self._writer is None:
                self._partial.parent.mkdir(parents=True, exist_ok=True)
                self._writer = pq.ParquetWriter(self._partial, STATES_SCHEMA, **PARQUET_OPTIONS)
            group = pa.concat_tables(self._waiting)
            self._writer.write_table(group, row_group_size=max(1, len(group)))
        self._waiting.clear()
