"""How dense passes are stored: a Zarr v3 group per camera, an array per pass, a chunk per frame.

Chunks are compressed with LZ4 after a byte shuffle (Blosc).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

# Half of a recording's numbers are mantissas that no level makes smaller: higher ones take twice as
# long for flow and save 2 % of it.
COMPRESSOR, LEVEL = "lz4", 1


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
        "cname": COMPRESSOR,
        "clevel": LEVEL,
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
