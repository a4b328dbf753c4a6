"""Writing dense passes: a Zarr v3 group per camera, an array per pass, a chunk per frame.

Chunks are compressed with LZ4 after a byte shuffle (Blosc), by tensorstore's own threads. A chunk
appears under its name only once it is whole, and its bytes depend on the picture alone.
"""

import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tensorstore as ts
from numpy.typing import NDArray

from cityloop.dataset.layout import sha256_of, to_json, write_whole, writing
from cityloop.errors import DatasetError
from cityloop.spatial import Intrinsics


@dataclass(frozen=True)
class PassFormat:
    """How a pass is stored.

    Attributes:
        dtype: numpy name of the stored type.
        channels: numbers per pixel, 0 for a plain (H, W) picture.
        unit, frame: of the numbers.
    """

    dtype: str
    channels: int
    unit: str
    frame: str


PASS_FORMATS = {
    "depth": PassFormat("float32", 0, "m, +inf for sky", "camera z"),
    "instance": PassFormat("uint32", 0, "id, 0 for background", "none"),
    "semantic": PassFormat("uint8", 0, "class id", "none"),
    "flow_backward": PassFormat("float32", 2, "pixels, (u, v at t-dt) - (u, v at t)", "image"),
    "flow_forward": PassFormat("float32", 2, "pixels, (u, v at t+dt) - (u, v at t)", "image"),
    # Half precision turns a unit vector by at most 0.03 degrees.
    "normal": PassFormat("float16", 3, "unit vector, 0 for sky", "camera"),
    "velocity": PassFormat("float32", 3, "m/s", "world"),
    # Half precision is good to 0.05 %.
    "depth_change_backward": PassFormat(
        "float16", 0, "m, (z at t-dt) - (z at t), 0 for sky", "camera z"
    ),
    "depth_change_forward": PassFormat(
        "float16", 0, "m, (z at t+dt) - (z at t), 0 for sky", "camera z"
    ),
}


def array_description(
    form: PassFormat, frame_count: int, height: int, width: int
) -> dict[str, Any]:
    """Return what zarr.json says about an array (Zarr core specification, version 3)."""
    shape = [height, width] + ([form.channels] if form.channels else [])
    blosc = {
        "cname": "lz4",
        "clevel": 5,
        "shuffle": "shuffle",
        "typesize": np.dtype(form.dtype).itemsize,
        "blocksize": 0,
    }
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [frame_count, *shape],
        "data_type": form.dtype,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1, *shape]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": 0,
        "codecs": [
            {"name": "bytes", "configuration": {"endian": "little"}}
            if np.dtype(form.dtype).itemsize > 1
            else {"name": "bytes"},
            {"name": "blosc", "configuration": blosc},
        ],
        "dimension_names": ["frame", "y", "x", "channel"][: len(shape) + 1],
        "attributes": {"unit": form.unit, "frame": form.frame},
    }


class PassStore:
    """One array of a camera's group, for writing frame by frame."""

    def __init__(self, group: Path, name: str) -> None:
        """Open an array that is there.

        Raises:
            DatasetError: if it is missing or its description is damaged.
        """
        self.name = name
        self.folder = group / name
        spec = {
            "driver": "zarr3",
            "kvstore": {"driver": "file", "path": f"{self.folder}/", "file_io_sync": False},
            # Otherwise a frame of zeros would leave no file, and could not be told from a lost one.
            "store_data_equal_to_fill_value": True,
        }
        try:
            self._array = ts.open(spec, open=True, read=True, write=True).result()
        except (ValueError, OSError, RuntimeError) as error:
            raise DatasetError(
                f"{self.folder} holds no readable pass ({str(error).split(' [')[0]}); "
                "record the sequence again"
            ) from error

    @staticmethod
    def create(group: Path, name: str, frame_count: int, intrinsics: Intrinsics) -> "PassStore":
        """Write the description of an array (anew, if it is there) and open it for writing."""
        write_whole(
            group / "zarr.json",
            to_json({"zarr_format": 3, "node_type": "group", "attributes": {}}),
        )
        said = array_description(
            PASS_FORMATS[name], frame_count, intrinsics.height, intrinsics.width
        )
        write_whole(group / name / "zarr.json", to_json(said))
        return PassStore(group, name)

    def chunk(self, frame: int) -> Path:
        """Return the file of a frame."""
        zeros = "/0" * (len(self._array.shape) - 1)
        return self.folder / f"c/{frame}{zeros}"

    def write(self, frame: int, picture: NDArray[np.generic]) -> str:
        """Write a frame, return the SHA-256 of its file.

        Raises:
            DatasetError: if the picture has the wrong shape, or the disk is full or read-only.
        """
        if picture.shape != tuple(self._array.shape[1:]):
            raise DatasetError(
                f"pass {self.name} of frame {frame} has the shape {picture.shape}, not "
                f"{tuple(self._array.shape[1:])}; give the camera the size of its pictures"
            )
        path = self.chunk(frame)
        with writing(path):
            try:
                self._array[frame].write(self._stored(picture)).result()
            except (ValueError, RuntimeError) as error:
                raise _os_error(str(error)) from error
            return sha256_of(path)

    def _stored(self, picture: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return a picture in the array's type."""
        dtype = self._array.dtype.numpy_dtype
        if dtype == np.float16 and picture.dtype == np.float32:
            # The same rounding as numpy's, which is ten times slower on numbers close to zero.
            return np.asarray(cv2.convertFp16(np.ascontiguousarray(picture))).view(np.float16)
        return picture.astype(dtype, copy=False)


def _os_error(said: str) -> OSError:
    """Return the system's error behind what tensorstore says about a failed write."""
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
        if os.strerror(number) in said:
            return OSError(number, os.strerror(number))
    return OSError(errno.EIO, said.split(" [")[0])
