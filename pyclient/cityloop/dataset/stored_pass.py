"""Dense passes on disk, written and read frame by frame, in any thread and in any process.

The chunk of a frame is a file that holds one Blosc buffer, so no library for Zarr is needed. Those
that write it take twice as long or more, or end a process that was forked after they were used, as
the workers of torch's DataLoader are.
"""

from pathlib import Path

import cv2
import numpy as np
from numcodecs import Blosc, blosc
from numpy.typing import NDArray

from cityloop.dataset import fields
from cityloop.dataset.layout import read_json, to_json, write_whole
from cityloop.dataset.passes import COMPRESSOR, LEVEL, PASS_FORMATS, array_description
from cityloop.errors import DatasetError
from cityloop.spatial import Intrinsics

# Blosc's own threads would put the blocks of a buffer in the order in which they happen to be done.
blosc.use_threads = False

_WAY_OUT = "record the sequence again"
# Of a Blosc buffer: 4 bytes of versions and flags, then the sizes of the content, of a block and of
# the buffer itself, each 4 bytes, little-endian (c-blosc, README_CHUNK_FORMAT.rst).
_BLOSC_HEADER_BYTES = 16


class StoredPass:
    """One array of a camera's Zarr group.

    Attributes:
        name: of the pass.
        folder: where it lies.
        frame_count: frames that it has room for.
    """

    def __init__(self, group: Path, name: str) -> None:
        """Open the array of the pass `name` in `group`.

        Raises:
            DatasetError: if it is missing, damaged or stored in another way than ours.
        """
        self.name = name
        self.folder = group / name
        form = PASS_FORMATS[name]
        path = self.folder / "zarr.json"
        said = read_json(path, _WAY_OUT)
        try:
            sizes = [fields.whole({"shape": s}, "shape", 1) for s in fields.items(said, "shape")]
            height, width = sizes[1:3]
            expected = array_description(form, sizes[0], height, width)
            if sizes != expected["shape"]:
                raise ValueError(f"shape is {sizes}, not {expected['shape']}")
            for key in ("data_type", "chunk_grid"):
                if said[key] != expected[key]:
                    raise ValueError(f"{key} is {said[key]!r}, not {expected[key]!r}")
            codecs = [fields.text(c, "name") for c in fields.objects(said, "codecs")]
            if codecs != ["bytes", "blosc"]:
                raise ValueError(f"codecs are {codecs}, not bytes and blosc")
        except (KeyError, ValueError) as error:
            raise DatasetError(
                f"{self.folder} holds no readable pass ({type(error).__name__}: {error}); "
                f"{_WAY_OUT}"
            ) from error
        self.frame_count = sizes[0]
        self._shape = tuple(sizes[1:])
        self._dtype = np.dtype(form.dtype).newbyteorder("<")

    @staticmethod
    def create(group: Path, name: str, frame_count: int, intrinsics: Intrinsics) -> "StoredPass":
        """Write the description of an array (anew, if it is there) and open it.

        Raises:
            DatasetError: if the disk is full or read-only.
        """
        write_whole(
            group / "zarr.json",
            to_json({"zarr_format": 3, "node_type": "group", "attributes": {}}),
        )
        said = array_description(
            PASS_FORMATS[name], frame_count, intrinsics.height, intrinsics.width
        )
        write_whole(group / name / "zarr.json", to_json(said))
        return StoredPass(group, name)

    def chunk(self, frame: int) -> Path:
        """Return the file of a frame."""
        return self.folder / "c" / str(frame) / "/".join("0" * len(self._shape))

    def write(self, frame: int, picture: NDArray[np.generic]) -> str:
        """Write a frame, whole or not at all; return the SHA-256 of its file.

        The file depends on the picture alone.

        Raises:
            DatasetError: if the picture has the wrong shape, or the disk is full or read-only.
        """
        if picture.shape != self._shape:
            raise DatasetError(
                f"pass {self.name} of frame {frame} has the shape {picture.shape}, not "
                f"{self._shape}; give the camera the size of its pictures"
            )
        stored = _as_type(_gathered(picture), self._dtype)
        shuffled = Blosc(COMPRESSOR, LEVEL, Blosc.SHUFFLE)
        return write_whole(self.chunk(frame), shuffled.encode(stored))

    def read(self, frame: int) -> NDArray[np.generic]:
        """Return a frame as stored, (H, W) or (H, W, C), a copy of its own.

        Raises:
            DatasetError: if its file is missing or damaged.
        """
        path = self.chunk(frame)
        try:
            stored = path.read_bytes()
        except FileNotFoundError:
            raise DatasetError(f"{path} is missing; {_WAY_OUT}") from None
        except OSError as error:
            raise DatasetError(f"{path} cannot be read ({error.strerror}); {_WAY_OUT}") from error
        picture = np.empty(self._shape, self._dtype)
        try:
            _check_sizes(stored, picture.nbytes)
            Blosc().decode(stored, out=picture)
        except (ValueError, RuntimeError) as error:
            raise DatasetError(f"{path} is damaged ({error}); {_WAY_OUT}") from error
        return picture


def _gathered(picture: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return a picture (H, W) or (H, W, C) without gaps between its numbers."""
    if picture.ndim == 2 or picture.flags.c_contiguous or picture.strides[-1] != picture.itemsize:
        return np.ascontiguousarray(picture)
    # An engine's pixels hold several passes. numpy copies pixels whole several times faster than
    # their numbers one by one.
    pixel = np.dtype((np.void, picture.shape[-1] * picture.itemsize))
    whole = np.ascontiguousarray(picture.view(pixel)[..., 0])
    return whole.view(picture.dtype).reshape(picture.shape)


def _as_type(picture: NDArray[np.generic], dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
    if dtype == np.float16 and picture.dtype == np.float32:
        # The same rounding as numpy's, which is ten times slower on numbers close to zero.
        single = np.asarray(picture, dtype=np.float32)
        return np.asarray(cv2.convertFp16(single)).view(np.float16)
    return picture.astype(dtype, copy=False)


def _check_sizes(stored: bytes, content_bytes: int) -> None:
    """Raise ValueError if a Blosc buffer is cut short or holds another amount: Blosc trusts it."""
    if len(stored) < _BLOSC_HEADER_BYTES:
        raise ValueError(f"only {len(stored)} bytes")
    content, _block, buffer = np.frombuffer(stored, "<u4", 3, offset=4).tolist()
    if (content, buffer) != (content_bytes, len(stored)):
        raise ValueError(f"{content} bytes in {buffer} bytes, not {content_bytes} in {len(stored)}")
