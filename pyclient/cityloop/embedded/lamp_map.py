"""What lamps light: maps around the camera of the light that reaches the ground.

Each texel sums over all lamps: how much light there is, from where on average, and from how high a
lamp above how high a ground. A surface above the texel is lit from that mean place. So the price
of a pixel does not depend on the number of lamps, and that of a lamp is a few thousand texels.
Lamps of bodies that stand still have a map of their own, which is kept until they or its square
change; so high street lamps and low head lamps do not get into one mean.
"""

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.frame_block import FrameBlock
from cityloop.embedded.instances import CameraView
from cityloop.embedded.lights import LitLights
from cityloop.embedded.shaders import UNITS, build_program

F64 = NDArray[np.float64]

_TEXELS = 192
_TEXEL_M = 1.0
_HALF_M = 0.5 * _TEXELS * _TEXEL_M
_STEP_M = 16.0  # the map moves with the camera in such steps
_FAINTEST = 0.004  # light below which a lamp is left out, unit of Environment.sun_irradiance
_FARTHEST_M = 60.0
# Numbers of a lamp in the buffer, in the order of the names.
_RECORD = ("2f4 1f4 3f4 3f4 2f4 1f4 2f4 3f4 1f4 /i", 18)
_NAMES = (
    "in_position",
    "in_height",
    "in_direction",
    "in_intensity",
    "in_cosines",
    "in_reach",
    "in_along",
    "in_quad",
    "in_ground",
)


class LampMap:
    """The maps and what draws them."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = build_program(context, ("lamp.vert",), ("lamp.frag",))
        self._standing = _Layers(context)
        self._moving = _Layers(context)
        self._center = np.zeros(3)
        self._kept: LitLights | None = None
        self._moving_is_dark = True

    def draw(self, view: CameraView, lights: LitLights, frame: FrameBlock) -> bool:
        """Bring the maps up to date and fill the block's field; return whether anything shines."""
        camera = view.current[:, 3]
        center = np.round(camera / _STEP_M) * _STEP_M
        reach = _reach(lights)
        away = np.abs(lights.position[:, :2] - center[:2]).max(axis=1, initial=0.0)
        shining = lights.chosen(away < _HALF_M + reach)
        at = (camera - center) / (2 * _HALF_M)
        frame.set("lamp_map", (1 / (2 * _HALF_M), at[0] + 0.5, at[1] + 0.5, camera[2] - center[2]))
        if not len(shining):
            return False
        standing, moving = shining.chosen(shining.static), shining.chosen(~shining.static)
        stays = self._kept is not None and standing.same(self._kept)
        if not (stays and np.array_equal(center, self._center)):
            self._center, self._kept = center, standing
            self._standing.frame.use()
            self._standing.frame.clear()
            self._add(standing, center)
        self._moving.frame.use()
        if not (self._moving_is_dark and not len(moving)):
            self._moving.frame.clear()
            self._add(moving, center)
        self._moving_is_dark = not len(moving)
        return True

    def use(self) -> None:
        """Bind the maps."""
        for layers, name in ((self._standing, "standing"), (self._moving, "moving")):
            layers.light.use(UNITS[f"{name}_lamps"])
            layers.direction.use(UNITS[f"{name}_lamps_from"])

    def _add(self, lights: LitLights, center: F64) -> None:
        """Add lights to the layers in use."""
        if not len(lights):
            return
        c = self._context
        buffer = c.buffer(_records(lights, center).tobytes())
        array = c.vertex_array(self._program, [(buffer, _RECORD[0], *_NAMES)])
        c.enable_only(moderngl.BLEND)
        c.blend_func = (moderngl.ONE, moderngl.ONE)
        array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(lights))
        c.disable(moderngl.BLEND)
        array.release()
        buffer.release()


class _Layers:
    """Two textures that are drawn into together: light and direction."""

    def __init__(self, context: moderngl.Context) -> None:
        size = (_TEXELS, _TEXELS)
        self.light = context.texture(size, 4, dtype="f2")
        self.direction = context.texture(size, 4, dtype="f2")
        for texture in (self.light, self.direction):
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            texture.repeat_x = texture.repeat_y = False
        self.frame = context.framebuffer([self.light, self.direction])
        # Beyond the map is darkness: its outermost texels stay black and are repeated.
        self.frame.clear()
        self.frame.scissor = (1, 1, _TEXELS - 2, _TEXELS - 2)


def _reach(lights: LitLights) -> F64:
    """Return (K,) how far each light is seen, m."""
    return np.minimum(np.sqrt(lights.intensity.max(axis=1) / _FAINTEST), _FARTHEST_M)


def _records(lights: LitLights, center: F64) -> NDArray[np.float32]:
    """Return (K, 18) what lamp.vert reads; places from the middle of the map, m."""
    out = np.zeros((len(lights), _RECORD[1]), dtype=np.float32)
    reach = _reach(lights)
    level = np.linalg.norm(lights.direction[:, :2], axis=1)
    sine = np.sqrt(1.0 - lights.cosines[:, 1] ** 2)
    # A beam along the ground fills a strip; any other lamp a square around it.
    beam = (lights.cosines[:, 1] > 0.2) & (level > 0.7)
    along = np.where(beam[:, None], lights.direction[:, :2] / np.maximum(level, 1e-9)[:, None], 0.0)
    along[~beam, 0] = 1.0
    out[:, 0:2] = lights.position[:, :2] - center[:2]
    out[:, 2] = np.maximum(lights.position[:, 2] - lights.ground_m, 0.1)
    out[:, 3:6] = lights.direction
    out[:, 6:9] = lights.intensity
    out[:, 9:11] = lights.cosines
    out[:, 11] = reach
    out[:, 12:14] = along
    out[:, 14] = np.where(beam, -1.0, -reach)
    out[:, 15] = reach
    out[:, 16] = np.where(beam, reach * sine + 1.0, reach)
    out[:, 17] = lights.ground_m - center[2]
    return out
