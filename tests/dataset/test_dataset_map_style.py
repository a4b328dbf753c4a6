"""A dataset as torch.utils.data takes it: a length, pictures by number, workers of any kind."""

import json
import multiprocessing
import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from cityloop.dataset import Dataset, Frame
from cityloop.errors import DatasetError


def depth_sums(dataset: Dataset, indices: list[int]) -> list[float]:
    """What a DataLoader's worker does: fetch samples by number."""
    assert "torch" not in sys.modules
    return [float(dataset[i].read("depth")[40:].sum()) for i in indices]


def test_pictures_have_numbers_through_all_sequences(copied: Path) -> None:
    shutil.copytree(copied / "sequences/boxes", copied / "sequences/again")
    dataset = Dataset(copied)
    assert len(dataset) == 8
    where = [(f.sequence.folder.name, f.number, f.camera.name) for f in dataset]
    assert where == [(s, n, "front") for s in ("again", "boxes") for n in range(4)]
    last = dataset[np.int64(-1)]
    assert isinstance(last, Frame)
    assert (last.sequence.folder.name, last.number) == ("boxes", 3)
    for beyond in (8, -9):
        with pytest.raises(IndexError):
            _ = dataset[beyond]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_read_what_the_parent_reads(recorded: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {method}")
    dataset = Dataset(recorded)
    expected = depth_sums(dataset, [0, 1, 2, 3])
    assert len(set(expected)) == 4
    # This process has recorded: no library that it used may end a forked worker.
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply_async(depth_sums, (dataset, [0, 1, 2, 3])).get(60) == expected


def test_a_frame_goes_to_another_process_as_its_place(recorded: Path) -> None:
    frame = Dataset(recorded)[2]
    frame.objects  # noqa: B018 - fills what is cached
    sent = pickle.dumps(frame)
    assert len(sent) < 3000
    back = pickle.loads(sent)
    np.testing.assert_array_equal(back.read("rgb"), frame.read("rgb"))
    assert back.objects.name == frame.objects.name


def test_an_unfinished_sequence_has_no_length(copied: Path) -> None:
    half = Path(shutil.copytree(copied / "sequences/boxes", copied / "sequences/half"))
    (half / "sequence.json").rename(half / "recording.json")
    with pytest.raises(DatasetError, match=r"half is not complete; run the same recording again"):
        len(Dataset(copied))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data[:40], r"depth/c/1/0/0 is damaged \(24576 bytes in \d+ bytes, not"),
        (lambda data: data[:7], r"depth/c/1/0/0 is damaged \(only 7 bytes\)"),
        (lambda data: data[:16] + bytes(len(data) - 16), r"depth/c/1/0/0 is damaged \("),
    ],
)
def test_a_damaged_chunk_is_a_sentence(copied: Path, damage: object, sentence: str) -> None:
    path = copied / "sequences/boxes/cameras/front/passes.zarr/depth/c/1/0/0"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(DatasetError, match=sentence):
        Dataset(copied)[1].read("depth")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"codecs": [{"name": "bytes"}]}, "codecs are"),
        ({"shape": [4, 64]}, "holds no readable pass"),
        ({"data_type": "float64"}, "data_type is 'float64', not 'float32'"),
    ],
)
def test_a_pass_stored_in_another_way_is_refused(
    copied: Path, change: dict[str, object], sentence: str
) -> None:
    path = copied / "sequences/boxes/cameras/front/passes.zarr/depth/zarr.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DatasetError, match=sentence):
        Dataset(copied)[0].read("depth")
