"""Reading dense passes, a file per frame, in any thread and in any process.

tensorstore writes them and would read them too, but ends a process that was forked after it was
used, as the workers of torch's DataLoader are. The chunk of a frame is one Blosc buffer, so nothing
of it is needed here.
"""

from pathlib import Path

import numpy as np
from numcodecs import Blosc
from numpy.typing import NDArray

from cityloop.dataset import fields
from cityloop.dataset.layout import read_json
from cityloop.dataset.passes import PASS_FORMATS, array_description
from cityloop.errors import DatasetError

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

    def chunk(self, frame: int) -> Path:
        """Return the file of a frame."""
        return self.folder / "c" / str(frame) / "/".join("0" * len(self._shape))

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


def _check_sizes(stored: bytes, content_bytes: int) -> None:
    """Raise ValueError if a Blosc buffer is cut short or holds another amount: Blosc trusts it."""
    if len(stored) < _BLOSC_HEADER_BYTES:
        raise ValueError(f"only {len(stored)} bytes")
    content, _block, buffer = np.frombuffer(stored, "<u4", 3, offset=4).tolist()
    if (content, buffer) != (content_bytes, len(stored)):
        raise ValueError(f"{content} bytes in {buffer} bytes, not {content_bytes} in {len(stored)}")
