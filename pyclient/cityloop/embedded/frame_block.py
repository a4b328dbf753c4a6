"""The uniform block that all programs share: one definition for Python and for GLSL."""

import moderngl
import numpy as np
from numpy.typing import ArrayLike, NDArray

# Name -> number of vec4 rows. Directions are unit vectors in the drawn camera's frame unless the
# name says otherwise.
_FIELDS = {
    "intrinsics": 1,  # fx, fy, cx, cy; pixels
    "image": 1,  # width, height, 1 / width, 1 / height; pixels
    "range": 1,  # clip z = x * depth + y; 1 / (2 dt), 1/s; unused
    "previous_from_current": 3,  # camera frames, for the flow of what stands still
    "next_from_current": 3,
    "world_from_previous": 3,  # camera frame to world axes, origin at the current camera centre
    "world_from_next": 3,
    "world_from_current": 3,  # rotation alone
    "up": 1,
    "sun_direction": 1,  # w: 1 if the sun casts shadows
    "sun_irradiance": 1,  # w: exposure
    "zenith_radiance": 1,  # w: cloud cover
    "horizon_radiance": 1,  # w: fog density, 1/m
    "ground_radiance": 1,  # light that the ground throws back up; w: wetness
    # Camera frame to coordinates 0 to 1 in a square of the shadow atlas, and depth 0 to 1.
    "near_shadow": 3,
    "above_shadow": 3,
    "far_shadow": 3,
    "shadow_offset": 1,  # along the normal, m: near, far; height of a texel of the atlas
    "shadow_atlas": 1,  # where the squares lie, see shadows.py
    # A point of the camera frame turned into world axes, times x plus y, z: coordinates in the map
    # of the lamps; w: height of the camera above that map's, m.
    "lamp_map": 1,
    "place": 1,  # x, y, z of the camera in the world, m; w: falling snow, 0 to 1
    "weather": 1,  # falling rain and lying snow, 0 to 1; time, s; factor on what shines by itself
    "dusk": 1,  # glow of the horizon towards a low sun; w: share of the lamps' light
}
_BINDING = 0


class FrameBlock:
    """The block's memory, here and on the card."""

    def __init__(self, context: moderngl.Context) -> None:
        self._rows = {}
        row = 0
        for name, count in _FIELDS.items():
            self._rows[name] = slice(row, row + count)
            row += count
        self._values = np.zeros((row, 4), dtype=np.float32)
        self._buffer = context.buffer(reserve=self._values.nbytes)
        self._buffer.bind_to_uniform_block(_BINDING)

    def set(self, name: str, value: ArrayLike) -> None:
        """Set a field: a vector of up to 4 numbers, or the (3, 3) or (3, 4) rows of a matrix."""
        rows: NDArray[np.float64] = np.atleast_2d(np.asarray(value, dtype=np.float64))
        self._values[self._rows[name], : rows.shape[1]] = rows

    def upload(self) -> None:
        """Bring the values to the card."""
        self._buffer.write(self._values.tobytes())
        self._buffer.bind_to_uniform_block(_BINDING)


def glsl_declaration() -> str:
    """Return the block as GLSL."""
    members = "\n".join(
        f"    vec4 {name}{f'[{count}]' if count > 1 else ''};" for name, count in _FIELDS.items()
    )
    return f"layout(std140) uniform Frame {{\n{members}\n}} frame;\n"


def bind_block(program: moderngl.Program) -> None:
    """Connect a program to the block, if it uses it."""
    block = program.get("Frame", None)
    if isinstance(block, moderngl.UniformBlock):
        block.binding = _BINDING
