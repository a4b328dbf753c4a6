"""Fills the uniform block: the camera at three instants, and light and air as it sees them."""

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.frame_block import FrameBlock
from cityloop.embedded.instances import CameraView
from cityloop.protocol import capture_pb2, geometry_pb2

F64 = NDArray[np.float64]

# Of streets and pavements: what of the light that falls on them goes back up.
_GROUND_ALBEDO = np.array([0.20, 0.19, 0.18])
_SNOW_ALBEDO = np.array([0.55, 0.56, 0.58])  # with what is trodden and driven on
_HEAVY_RAIN_MM_PER_H, _HEAVY_SNOW_MM_PER_H = 25.0, 4.0
# Above this exposure lenses, signals and windows are shown as bright as at it: so they keep their
# colours at night.
_LENS_EXPOSURE = 1.6
# Lamps light in full at this exposure and above, and in proportion less beside daylight.
_LAMPS_EXPOSURE = 8.0
# Less of their light is left out, as in sunshine: a signal would make white paper three metres away
# brighter by 1 %.
_LEAST_SHARE = 0.1
_REPEATS_AFTER_S = 1024.0  # rain and snow; keeps float32 exact to a millimetre
_DUSK = np.array([2.1, 0.85, 0.30])


def set_camera(frame: FrameBlock, view: CameraView, dt_s: float) -> None:
    """Set projection and motion of the camera."""
    near, far = view.near_m, view.far_m
    frame.set("intrinsics", (view.fx, view.fy, view.cx, view.cy))
    frame.set("image", (view.width, view.height, 1 / view.width, 1 / view.height))
    # z / w runs from -1 at the near to 1 at the far plane, w being the depth.
    frame.set("range", ((far + near) / (far - near), -2 * far * near / (far - near), 0.5 / dt_s))
    turned = view.current[:, :3]
    for name, other in (("previous", view.previous), ("next", view.next)):
        frame.set(f"{name}_from_current", _from_current(other, view.current))
        moved = other.copy()
        moved[:, 3] -= view.current[:, 3]
        frame.set(f"world_from_{name}", moved)
    frame.set("world_from_current", turned)


def _from_current(other: F64, current: F64) -> F64:
    """Return (3, 4) other-from-current; it turns nothing, exactly, if the camera did not turn."""
    same = np.array_equal(other[:, :3], current[:, :3])
    turn = np.eye(3) if same else other[:, :3].T @ current[:, :3]
    shift = other[:, :3].T @ (current[:, 3] - other[:, 3])
    return np.concatenate([turn, shift[:, None]], axis=1)


def set_light(
    frame: FrameBlock, view: CameraView, environment: capture_pb2.Environment, time_s: float
) -> None:
    """Set sun, sky, air and what falls at a time."""
    camera_from_world = view.current[:, :3].T
    sun = vector(environment.sun_direction)
    irradiance = color(environment.sun_irradiance)
    zenith, horizon = color(environment.zenith_radiance), color(environment.horizon_radiance)
    cover, exposure = environment.cloud_cover, environment.exposure
    frame.set("up", camera_from_world[:, 2])
    frame.set("sun_direction", (*(camera_from_world @ sun), float(shines(environment))))
    frame.set("sun_irradiance", (*irradiance, exposure))
    frame.set("zenith_radiance", (*zenith, cover))
    frame.set("horizon_radiance", (*horizon, environment.fog_density_per_m))
    falling = irradiance * max(0.0, sun[2]) + 0.5 * (zenith + horizon)
    albedo = _GROUND_ALBEDO + environment.snow_cover * (_SNOW_ALBEDO - _GROUND_ALBEDO)
    frame.set("ground_radiance", (*(albedo * falling), environment.wetness))
    rain = min(1.0, environment.rain_mm_per_h / _HEAVY_RAIN_MM_PER_H)
    snowfall = min(1.0, environment.snowfall_mm_per_h / _HEAVY_SNOW_MM_PER_H)
    shown = 1.0 / max(1.0, exposure / _LENS_EXPOSURE)
    moment = time_s % _REPEATS_AFTER_S
    frame.set("weather", (np.sqrt(rain), environment.snow_cover, moment, shown))
    frame.set("place", (*view.current[:, 3], np.sqrt(snowfall)))
    # The sky around a sun that is just above or below the horizon: red below, yellow above.
    low = np.exp(-(((sun[2] + 0.02) / 0.13) ** 2)) * (1.0 - 0.9 * cover**2) if sun.any() else 0.0
    frame.set("dusk", (*(low * horizon.mean() * _DUSK), _lamps_share(environment)))


def _lamps_share(environment: capture_pb2.Environment) -> float:
    """Return how much of their light lamps give beside daylight, 0 to 1."""
    return min(1.0, environment.exposure / _LAMPS_EXPOSURE)


def lamps_count(environment: capture_pb2.Environment) -> bool:
    """Tell whether what lamps light can be told from what lies beside it."""
    return _lamps_share(environment) > _LEAST_SHARE


def shines(environment: capture_pb2.Environment) -> bool:
    """Tell whether the sun is up and not behind clouds."""
    sun = color(environment.sun_irradiance)
    return environment.sun_direction.z > 0 and bool(sun.any())


def color(message: geometry_pb2.Color) -> F64:
    """Return (3,) linear red, green, blue."""
    return np.array([message.r, message.g, message.b], dtype=np.float64)


def vector(message: geometry_pb2.Vector3) -> F64:
    """Return (3,) x, y, z."""
    return np.array([message.x, message.y, message.z])
