"""Tables that are sorted by frame, read a few row groups at a time however long they are."""

from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cityloop.dataset.reading import check_columns, check_filled, reading
from cityloop.errors import DatasetError

_GROUPS_KEPT = 2  # a frame and the one before it may lie in two groups


class FrameRows:
    """The rows of any frame of frames.parquet or objects.parquet; safe to ask from threads."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Open the table at `path`, which has at least the columns of `schema`.

        Raises:
            DatasetError: if it is missing, damaged, another table or not sorted by frame.
        """
        self._path = path
        with reading(path):
            self._file = pq.ParquetFile(path)
        self._empty = self._file.schema_arrow.empty_table()
        check_columns(path, self._empty.schema, schema)
        first, last = [], []
        for group in range(self._file.num_row_groups):
            frames = self._frames_of(group)
            if len(frames):
                first.append(frames.min())
                last.append(frames.max())
            else:
                first.append(last[-1] if last else 0)
                last.append(first[-1] - 1)
        self._first, self._last = np.array(first, np.int64), np.array(last, np.int64)
        self._lock = Lock()
        self._group = lru_cache(maxsize=_GROUPS_KEPT)(self._read_group)

    def of(self, number: int) -> pa.Table:
        """Return the rows of a frame, in the order of the table.

        Raises:
            DatasetError: if the table is damaged.
        """
        groups = np.flatnonzero((self._first <= number) & (number <= self._last))
        parts = [self._slice(int(group), number) for group in groups]
        if len(parts) == 1:
            return parts[0]
        return pa.concat_tables(parts) if parts else self._empty

    def _slice(self, group: int, number: int) -> pa.Table:
        with self._lock:
            rows, frames = self._group(group)
        first, last = np.searchsorted(frames, [number, number + 1])
        return rows.slice(first, last - first)

    def _frames_of(self, group: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        with reading(self._path):
            frames = self._file.read_row_group(group, columns=["frame"]).column("frame").to_numpy()
        if np.any(np.diff(frames) < 0):
            raise DatasetError(
                f"{self._path} is not in the order of its frames; record the sequence again"
            )
        return frames

    def _read_group(
        self, group: int
    ) -> tuple[pa.Table, np.ndarray[tuple[int], np.dtype[np.int64]]]:
        with reading(self._path):
            rows = self._file.read_row_group(group).combine_chunks()
        check_filled(self._path, rows)
        return rows, rows.column("frame").to_numpy()
