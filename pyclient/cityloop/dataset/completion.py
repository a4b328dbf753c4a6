"""The last steps of a recording: tables from the journal, then sequence.json over everything."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cityloop.dataset import journal
from cityloop.dataset.description import RecordingPlan
from cityloop.dataset.layout import (
    SequenceLayout,
    digest_of,
    replacing,
    sha256_of,
    to_json,
    write_whole,
    writing,
)
from cityloop.dataset.reading import reading
from cityloop.dataset.schema import OBJECTS_SCHEMA, PIECES_SCHEMA, frames_schema
from cityloop.dataset.tables import PARQUET_OPTIONS
from cityloop.errors import DatasetError

FRAMES_PER_GROUP = 64


def _entry(layout: SequenceLayout, frame: int) -> journal.JournalEntry:
    entry = journal.read(layout, frame)
    if entry is None:
        raise DatasetError(
            f"{layout.journal} lost the rows of frame {frame} while recording; run the same again"
        )
    return entry


def write_tables(layout: SequenceLayout, frame_count: int, passes: Sequence[str]) -> None:
    """Make the tables of frames, objects and pieces from the journal, some frames at a time.

    Raises:
        DatasetError: if the disk is full or read-only.
    """
    with (
        replacing(layout.frames) as frames_path,
        replacing(layout.objects) as objects_path,
        replacing(layout.pieces) as pieces_path,
        pq.ParquetWriter(frames_path, frames_schema(passes), **PARQUET_OPTIONS) as frames,
        pq.ParquetWriter(objects_path, OBJECTS_SCHEMA, **PARQUET_OPTIONS) as objects,
        pq.ParquetWriter(pieces_path, PIECES_SCHEMA, **PARQUET_OPTIONS) as pieces,
    ):
        for start in range(0, frame_count, FRAMES_PER_GROUP):
            group = range(start, min(start + FRAMES_PER_GROUP, frame_count))
            entries = [_entry(layout, frame) for frame in group]
            frames.write_table(pa.concat_tables(e.frames for e in entries))
            objects.write_table(pa.concat_tables(e.objects for e in entries))
            pieces.write_table(pa.concat_tables(e.pieces for e in entries))


def part_hashes(
    layout: SequenceLayout, cameras: Sequence[str], passes: Sequence[str]
) -> dict[str, str]:
    """Return path in the sequence -> SHA-256 of every part.

    A folder of frames counts as one part: its hash is that of the list of its files' hashes in the
    order of the frames (a line each), which frames.parquet holds one by one. Missing files are left
    out.

    Raises:
        DatasetError: if frames.parquet is missing or damaged.
    """
    parts: dict[str, str] = {}

    def add(path: Path) -> None:
        if path.is_file():
            parts[path.relative_to(layout.folder).as_posix()] = sha256_of(path)

    for table in (layout.frames, layout.objects, layout.pieces, layout.states, layout.events):
        add(table)
    for part in (
        layout.signals,
        layout.network,
        layout.surroundings,
        layout.road_marks,
        layout.static_geometry,
    ):
        add(part)
    with reading(layout.frames):
        rows = pq.read_table(layout.frames)
    for camera in cameras:
        group = layout.passes(camera)
        add(layout.video(camera))
        add(group / "zarr.json")
        mine = rows.filter(pc.equal(rows.column("camera"), camera))
        for name in passes:
            folder = layout.camera(camera) / "rgb" if name == "rgb" else group / name / "c"
            if name != "rgb":
                add(group / name / "zarr.json")
            hashes = mine.column(f"{name}_sha256").to_pylist()
            parts[folder.relative_to(layout.folder).as_posix() + "/"] = digest_of(hashes)
    return parts


def write_sequence_json(
    layout: SequenceLayout,
    plan: RecordingPlan,
    frame_count: int,
    actors: Mapping[int, Mapping[str, Any]],
) -> None:
    """Write the file that makes the sequence complete.

    Raises:
        DatasetError: if the disk is full or read-only.
    """
    with writing(layout.folder):
        parts = part_hashes(layout, [c.name for c in plan.cameras], plan.passes)
    content = plan.to_json()
    seen = {said["kind"] for said in actors.values()}
    content["kinds"] = {kind: said for kind, said in content["kinds"].items() if kind in seen}
    content["frame_count"] = frame_count
    content["actors"] = {str(actor): dict(said) for actor, said in actors.items()}
    content["parts"] = parts
    write_whole(layout.description, to_json(content))
