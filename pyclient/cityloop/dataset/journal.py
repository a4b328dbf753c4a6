"""The journal of a recording: one small file per finished frame, whose appearance commits it.

A frame's file holds its rows of the frames, objects and pieces tables (Arrow IPC streams one after
the other) and is put in place after the frame's pictures, so that whatever has a file is on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from cityloop.dataset.layout import SequenceLayout, sha256_of, write_whole
from cityloop.dataset.stored_pass import StoredPass

_STATE_DIGEST = b"states_sha256"


@dataclass(frozen=True)
class JournalEntry:
    """The rows of one frame, and the SHA-256 of the world state that it shows."""

    frames: pa.Table
    objects: pa.Table
    pieces: pa.Table
    state_digest: str

    @property
    def tick(self) -> int:
        """Tick of the frame."""
        return int(self.frames.column("tick")[0].as_py())


def _path(layout: SequenceLayout, frame: int) -> Path:
    return layout.journal / f"{frame:06d}.arrow"


def commit(layout: SequenceLayout, frame: int, entry: JournalEntry) -> None:
    """Put a frame's rows in place.

    Raises:
        DatasetError: if the disk is full or read-only.
    """
    sink = pa.BufferOutputStream()
    frames = entry.frames.replace_schema_metadata({_STATE_DIGEST: entry.state_digest.encode()})
    for table in (frames, entry.objects, entry.pieces):
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    write_whole(_path(layout, frame), sink.getvalue().to_pybytes())


def read(layout: SequenceLayout, frame: int) -> JournalEntry | None:
    """Return a frame's rows, None if they are not there or not whole."""
    try:
        source = pa.BufferReader(_path(layout, frame).read_bytes())
        frames = pa.ipc.open_stream(source).read_all()
        objects = pa.ipc.open_stream(source).read_all()
        pieces = pa.ipc.open_stream(source).read_all()
        digest = (frames.schema.metadata or {})[_STATE_DIGEST].decode()
    except (OSError, pa.ArrowInvalid, KeyError):
        return None
    return JournalEntry(frames.replace_schema_metadata(None), objects, pieces, digest)


def is_whole(
    layout: SequenceLayout,
    frame: int,
    entry: JournalEntry,
    stores: dict[str, list[StoredPass]],
    passes: Sequence[str],
) -> bool:
    """Whether all pictures of a frame are on disk with the hashes that its rows name."""
    for row in entry.frames.to_pylist():
        files = {store.name: store.chunk(frame) for store in stores[row["camera"]]}
        if "rgb" in passes:
            files["rgb"] = layout.rgb(row["camera"], frame)
        for name, path in files.items():
            if not path.is_file() or sha256_of(path) != row[f"{name}_sha256"]:
                return False
    return True
