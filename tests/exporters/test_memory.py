"""A long sequence takes no more memory than a short one."""

import tracemalloc
from pathlib import Path

import pytest
from bench_export import repeat

from cityloop.dataset import Dataset
from cityloop.exporters import export, json_array

FRAMES = 30
ALLOWED_KB = 200.0  # in 20 frames of two cameras: a picture of the front one is 173 kB


@pytest.fixture(scope="module")
def long_dataset(street_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long") / "dataset"
    repeat(Dataset(street_dataset).sequences[0], folder, FRAMES)
    return folder


@pytest.mark.parametrize("form", ["coco", "kitti", "mot"])
def test_an_export_keeps_nothing_of_what_is_written(
    form: str, long_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tables wait for this many entries before they are written on: more than are made here.
    monkeypatch.setattr(json_array, "_ENTRIES_AT_ONCE", 10)
    held: list[int] = []
    tracemalloc.start()
    try:
        export(
            long_dataset,
            form,
            tmp_path / "out",
            progress=lambda _: held.append(tracemalloc.get_traced_memory()[0]),
        )
    finally:
        tracemalloc.stop()
    assert len(held) == 2 * FRAMES
    # The least of many: how much is in the works at a moment differs from run to run.
    third = len(held) // 3
    early, late = min(held[:third]), min(held[-third:])
    assert (late - early) / 1000 < ALLOWED_KB
