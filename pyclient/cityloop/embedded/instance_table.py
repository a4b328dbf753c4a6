"""Per-instance numbers that the shaders fetch from a texture, filled for all instances at once.

World matrices arrive in float64. The camera's place is taken off before they become float32, so
precision does not fall with the distance from the world's origin.
"""

from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.instances import CameraView, Instances

F64 = NDArray[np.float64]

# Instances per row of their texture: the same number is in the shaders' fetches.
INSTANCES_PER_ROW = 16
# RGBA32F texels of an instance seen by the camera: 3 x 3 rows camera-from-part at t, t-dt, t+dt,
# 3 rows of its velocity field, 1 white, 8 tints.
CAMERA_TEXELS = 21
# RGBA32F texels of an instance that casts a shadow: 3 rows light-from-part.
CASTER_TEXELS = 3


@dataclass
class TexelStore:
    """A texture of records, `per_row` in a row, that grows with what is written to it."""

    context: moderngl.Context
    texels: int
    per_row: int
    dtype: str = "f4"
    texture: moderngl.Texture | None = None

    def write(self, records: NDArray[np.float32] | NDArray[np.uint32]) -> None:
        """Replace the first records by `records` (K, texels, 4)."""
        rows = max(1, -(-len(records) // self.per_row))
        width = self.texels * self.per_row
        if self.texture is None or self.texture.height < rows:
            if self.texture is not None:
                self.texture.release()
            height = 1 << (rows - 1).bit_length()
            self.texture = self.context.texture((width, height), 4, dtype=self.dtype)
            self.texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        padded = np.zeros((rows * self.per_row, self.texels, 4), dtype=records.dtype)
        padded[: len(records)] = records
        self.texture.write(padded.tobytes(), viewport=(0, 0, width, rows))

    def use(self, unit: int) -> None:
        """Bind it to a texture unit."""
        if self.texture is None:
            self.write(np.zeros((1, self.texels, 4), dtype=self.dtype))
        assert self.texture is not None
        self.texture.use(unit)


def seen_from(camera: F64, matrices: F64) -> F64:
    """Return (K, 3, 4) camera-from-part of world-from-part (K, 3, 4)."""
    relative = matrices.copy()
    relative[:, :, 3] -= camera[:, 3]
    return camera[:, :3].T @ relative


def camera_records(
    view: CameraView, instances: Instances, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
    """Return the float (K, 21, 4) and the integer records (K, 1, 4) of the instances `rows` (K,).

    The velocity of a point p of a rigid part is v + w x (R p), an affine function of p: its rows
    are [w]x R | v. Integer records hold instance id, class and lamps.
    """
    out = np.empty((len(rows), CAMERA_TEXELS, 4), dtype=np.float32)
    current = instances.current[rows]
    out[:, 0:3] = seen_from(view.current, current)
    out[:, 3:6] = seen_from(view.previous, instances.previous[rows])
    out[:, 6:9] = seen_from(view.next, instances.next[rows])
    rate = instances.angular_velocity[rows]
    out[:, 9:12, :3] = np.cross(rate[:, :, None], current[:, :, :3], axis=1)
    out[:, 9:12, 3] = instances.velocity[rows]
    out[:, 12] = 1.0
    out[:, 13:21, :3] = instances.tints[rows]
    out[:, 13:21, 3] = 1.0
    ids = np.zeros((len(rows), 1, 4), dtype=np.uint32)
    ids[:, 0, 0] = instances.instance_id[rows]
    ids[:, 0, 1] = instances.semantic[rows]
    ids[:, 0, 2] = instances.lamps[rows]
    return out, ids


def caster_records(
    light_from_world: F64, instances: Instances, rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return (K, 3, 4): light-from-part of the instances `rows` (K,)."""
    light_from_part = light_from_world[:, :3] @ instances.current[rows]
    light_from_part[:, :, 3] += light_from_world[:, 3]
    return light_from_part.astype(np.float32)
