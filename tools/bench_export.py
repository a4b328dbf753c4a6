"""Time and memory of exports: a recording of a few frames is repeated to a long one.

    cityloop demo --frames 10 --out out/demo
    python tools/bench_export.py out/demo --frames 1000

Prints for each format the seconds, the seconds of CPU time in all threads, and the peak memory.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cityloop.dataset import Dataset, Sequence
from cityloop.dataset.completion import FRAMES_PER_GROUP
from cityloop.exporters import FORMATS


def repeat_table(source: Path, target: Path, column: str, first: int, period: int, count: int):
    """Write the rows of `period` frames or ticks from `first` on again and again, numbered on."""
    rows = pq.read_table(source)
    numbers = rows.column(column).to_numpy()
    rows = rows.filter(pa.array((numbers >= first) & (numbers < first + period)))
    with pq.ParquetWriter(target, rows.schema) as writer:
        waiting: list[pa.Table] = []
        for start in range(0, count, period):
            place = rows.schema.get_field_index(column)
            moved = rows.set_column(
                place, rows.schema.field(place), pc.add(rows.column(column), start)
            )
            if "tick" in rows.column_names and column != "tick":
                place = rows.schema.get_field_index("tick")
                field = rows.schema.field(place)
                moved = moved.set_column(place, field, pc.add(rows.column("tick"), start))
            here = np.minimum(period, count - start)
            waiting.append(moved.filter(pc.less(moved.column(column), first + start + int(here))))
            if len(waiting) * period >= FRAMES_PER_GROUP:
                writer.write_table(pa.concat_tables(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(pa.concat_tables(waiting))


def repeat(sequence: Sequence, dataset: Path, frames: int) -> None:
    """Write into `dataset` the sequence with its frames again and again, `frames` in all."""
    source, target = sequence.folder, dataset / "sequences" / "long"
    target.mkdir(parents=True)
    shutil.copy(source.parents[1] / "dataset.json", dataset)
    said = json.loads((source / "sequence.json").read_text())
    (target / "sequence.json").write_text(json.dumps(said | {"frame_count": frames}))
    period = sequence.frame_count
    for table in ("frames", "objects", "pieces"):
        name = f"{table}.parquet"
        repeat_table(source / name, target / name, "frame", 0, period, frames)
    tick = int(sequence.frames.column("tick")[0].as_py())
    name = "states.parquet"
    repeat_table(source / name, target / name, "tick", tick, period, frames)
    for path in source.rglob("zarr.json"):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        about = json.loads(path.read_text())
        if "shape" in about:
            about["shape"][0] = frames
        place.write_text(json.dumps(about))
    for camera in sequence.cameras:
        pictures = target / "cameras" / camera / "rgb"
        pictures.mkdir(parents=True)
        for frame in range(frames):
            shown = frame % period
            os.link(sequence.layout.rgb(camera, shown), pictures / f"{frame:06d}.png")
            for name in sequence.passes:
                if name != "rgb":
                    chunk = sequence.store(camera, name).chunk(shown)
                    place = target / chunk.relative_to(source)
                    parts = list(place.parts)
                    parts[
                        -len(chunk.relative_to(sequence.store(camera, name).folder).parts) + 1
                    ] = str(frame)
                    place = Path(*parts)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    os.link(chunk, place)


# Prints the CPU time, and the peak memory that the system counts for the program alone.
_EXPORT = """
import sys, time
from cityloop.exporters import export
export(*sys.argv[1:])
status = open("/proc/self/status").read()
print(time.process_time(), status.split("VmHWM:")[1].split()[0])
"""


def measure(dataset: Path, form: str, out: Path) -> tuple[float, float, float]:
    """Export in a process of its own; return seconds, CPU seconds and peak memory, MB (Linux)."""
    began = time.perf_counter()
    command = [sys.executable, "-c", _EXPORT, str(dataset), form, str(out)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return time.perf_counter() - began, float(said[0]), float(said[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path, help="a short recording")
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--format", action="append", choices=FORMATS, help="left out: all")
    options = parser.parse_args()
    sequence = Dataset(options.dataset).sequences[0]
    # Beside the recording, whose pictures are linked and not copied.
    with tempfile.TemporaryDirectory(dir=options.dataset.absolute().parent) as work:
        long = Path(work) / "long"
        repeat(sequence, long, options.frames)
        for form in options.format or FORMATS:
            seconds, cpu, memory = measure(long, form, Path(work) / form)
            print(f"{form:9} {seconds:6.1f} s  {cpu:6.1f} s CPU  {memory:5.0f} MB", flush=True)
            shutil.rmtree(Path(work) / form)


if __name__ == "__main__":
    main()
