"""Dense passes on disk: exact, whatever the layout of the engine's memory, in equal bytes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import zarr

from cityloop.dataset.passes import PASS_FORMATS
from cityloop.dataset.stored_pass import StoredPass
from cityloop.errors import DatasetError
from cityloop.spatial import Intrinsics

# Large enough for several blocks of a Blosc buffer, of an odd size.
SIZE = Intrinsics.from_fov(331, 207, 60)


def drawn(name: str) -> np.ndarray:
    """Return numbers of a pass as an engine's memory holds them: four to a pixel, not all its."""
    form = PASS_FORMATS[name]
    shape = (SIZE.height, SIZE.width, 4)
    if form.dtype.startswith("uint"):
        # The same noise, coarser, so that there is something to compress.
        numbers = np.random.default_rng(3).integers(0, 200, shape)
        return numbers[..., 0].astype(form.dtype)
    numbers = np.random.default_rng(3).normal(scale=30.0, size=shape).astype(np.float32)
    numbers[:20] = 0.0
    numbers[20, :5], numbers[20, 5:9] = np.inf, 1e-7
    first = 1 if form.channels == 3 else 2
    return numbers[..., first : first + form.channels] if form.channels else numbers[..., 3]


@pytest.mark.parametrize("name", PASS_FORMATS)
def test_a_pass_comes_back_as_it_was_drawn(tmp_path: Path, name: str) -> None:
    picture = drawn(name)
    store = StoredPass.create(tmp_path, name, 3, SIZE)
    digest = store.write(1, picture)
    with np.errstate(over="ignore"):
        expected = picture.astype(PASS_FORMATS[name].dtype)
    np.testing.assert_array_equal(store.read(1), expected)
    np.testing.assert_array_equal(zarr.open_group(tmp_path, mode="r")[name][1], expected)
    assert store.read(1).dtype == expected.dtype
    # A copy without gaps, from another thread, has the same bytes.
    with ThreadPoolExecutor(1) as other:
        assert other.submit(store.write, 2, np.ascontiguousarray(picture)).result() == digest
    assert store.chunk(1).read_bytes() == store.chunk(2).read_bytes()
    assert not list(tmp_path.rglob("*.partial"))


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    store = StoredPass.create(tmp_path, "depth", 1, SIZE)
    with pytest.raises(DatasetError, match=r"frame 0 has the shape \(3, 4\), not \(207, 331\)"):
        store.write(0, np.zeros((3, 4), np.float32))
    assert not store.chunk(0).exists()
