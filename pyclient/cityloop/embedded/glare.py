"""Glare of the lamps that shine into the lens, drawn over the picture."""

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.instances import CameraView
from cityloop.embedded.lights import LitLights
from cityloop.embedded.shaders import build_program
from cityloop.protocol import capture_pb2

_FARTHEST_M = 250.0
_HALO_RAD = 0.045  # half the width of the halo of a lamp of _BRIGHT
_BRIGHT = 60.0  # intensity of a head lamp, unit of `Light.intensity`
_FAINTEST = 0.02  # of what is shown, 0 to 1
_NIGHT_EXPOSURE = 8.0
_WET_AIR = 0.6  # how much rain and fog widen it


class Glare:
    """What draws it."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = build_program(context, ("glare.vert",), ("glare.frag",))

    def draw(
        self, view: CameraView, lights: LitLights, environment: capture_pb2.Environment
    ) -> None:
        """Draw into the picture in use; the depths must be bound."""
        records = glare_records(view, lights, environment)
        if not len(records):
            return
        c = self._context
        buffer = c.buffer(records.tobytes())
        names = ("in_position", "in_color", "in_size")
        array = c.vertex_array(self._program, [(buffer, "3f4 3f4 1f4 /i", *names)])
        c.enable_only(moderngl.BLEND)
        c.blend_func = (moderngl.ONE, moderngl.ONE_MINUS_SRC_COLOR)
        array.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(records))
        c.disable(moderngl.BLEND)
        array.release()
        buffer.release()


def glare_records(
    view: CameraView, lights: LitLights, environment: capture_pb2.Environment
) -> NDArray[np.float32]:
    """Return (K, 7) place (camera frame, m), colour and half size (pixels) of each lamp's glare."""
    relative = lights.position - view.current[:, 3]
    place = relative @ view.current[:, :3]
    distance = np.linalg.norm(relative, axis=1)
    toward = -np.einsum("ij,ij->i", relative, lights.direction) / np.maximum(distance, 1e-6)
    # A lens is seen glowing from far outside of its beam.
    beam = np.clip((toward - lights.cosines[:, 1] + 0.6) / 1.2, 0.0, 1.0) ** 2
    beam[toward < 0.0] = 0.0
    clear = np.exp(-environment.fog_density_per_m * distance)
    strength = np.minimum(lights.intensity.max(axis=1) / _BRIGHT, 1.5)
    # Beside daylight, which the exposure is for, a lamp is a point without a halo.
    dark = min(1.0, environment.exposure / _NIGHT_EXPOSURE)
    shown = beam * clear * dark * np.minimum(1.0, 3.0 * np.sqrt(strength))
    haze = min(1.0, 60.0 * environment.fog_density_per_m + 0.03 * environment.rain_mm_per_h)
    near = 1.0 / (1.0 + distance / 60.0)
    size = view.fy * _HALO_RAD * strength**0.4 * (0.35 + 0.65 * near) * (1.0 + _WET_AIR * haze)
    hue = lights.intensity / np.maximum(lights.intensity.max(axis=1, keepdims=True), 1e-9)
    aside = np.abs(place[:, :2]) < 1.5 * np.maximum(place[:, 2:], 0.0) * (
        np.array([view.width / view.fx, view.height / view.fy])
    )
    drawn = (place[:, 2] > 0.5) & aside.all(axis=1) & (shown > _FAINTEST)
    drawn &= (distance < _FARTHEST_M) & (size > 1.0)
    if view.hidden_body:
        drawn &= lights.body != view.hidden_body
    out = np.column_stack([place, (0.4 + 0.6 * hue) * shown[:, None], size])
    return out[drawn].astype(np.float32)
