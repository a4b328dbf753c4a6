"""Fills the uniform block: the camera at three instants, and light and air as it sees them."""

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.frame_block import FrameBlock
from cityloop.embedded.instances import CameraView
from cityloop.protocol import capture_pb2, geometry_pb2

F64 = NDArray[np.float64]

# Of streets and pavements: what of the light that falls on them goes back up.
_GROUND_ALBEDO = np.array([0.20, 0.19, 0.18])


def set_camera(frame: FrameBlock, view: CameraView, dt_s: float) -> None:
    """Set projection and motion of the camera."""
    near, far = view.near_m, view.far_m
    frame.set("intrinsics", (view.fx, view.fy, view.cx, view.cy))
    frame.set("image", (view.width, view.height, 1 / view.width, 1 / view.height))
    # z / w runs from -1 at the near to 1 at the far plane, w being the depth.
    frame.set("range", ((far + near) / (far - near), -2 * far * near / (far - near), 0.5 / dt_s))
    turned = view.current[:, :3]
    for name, other in (("previous", view.previous), ("next", view.next)):
        frame.set(f"{name}_from_current", _turn(other[:, :3], turned))
        moved = other.copy()
        moved[:, 3] -= view.current[:, 3]
        frame.set(f"world_from_{name}", moved)
    frame.set("world_from_current", turned)


def _turn(other: F64, current: F64) -> F64:
    """Return (3, 3) other-from-current; exactly the identity for a camera that did not turn."""
    return np.eye(3) if np.array_equal(other, current) else other.T @ current


def set_light(frame: FrameBlock, view: CameraView, environment: capture_pb2.Environment) -> None:
    """Set sun, sky and air."""
    camera_from_world = view.current[:, :3].T
    sun = vector(environment.sun_direction)
    irradiance = color(environment.sun_irradiance)
    zenith, horizon = color(environment.zenith_radiance), color(environment.horizon_radiance)
    frame.set("up", camera_from_world[:, 2])
    frame.set("sun_direction", (*(camera_from_world @ sun), 1.0 if sun[2] > 0 else 0.0))
    frame.set("sun_irradiance", (*irradiance, environment.exposure))
    frame.set("zenith_radiance", (*zenith, environment.cloud_cover))
    frame.set("horizon_radiance", (*horizon, environment.fog_density_per_m))
    falling = irradiance * max(0.0, sun[2]) + 0.5 * (zenith + horizon)
    frame.set("ground_radiance", (*(_GROUND_ALBEDO * falling), environment.wetness))


def color(message: geometry_pb2.Color) -> F64:
    """Return (3,) linear red, green, blue."""
    return np.array([message.r, message.g, message.b], dtype=np.float64)


def vector(message: geometry_pb2.Vector3) -> F64:
    """Return (3,) x, y, z."""
    return np.array([message.x, message.y, message.z])
