"""Protocol messages into numbers, refusing what no world can hold."""

import math

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.refusal import invalid
from cityloop.protocol import geometry_pb2, state_pb2
from cityloop.spatial.rotation import Array

# A quaternion this far from length 1 is a mistake rather than rounding.
_UNIT_TOLERANCE = 1e-3


def vector(message: geometry_pb2.Vector3, what: str) -> tuple[float, float, float]:
    """Return the finite components of a vector; `what` names it in the refusal."""
    v = (message.x, message.y, message.z)
    if not all(map(math.isfinite, v)):
        raise invalid(f"{what} is {v}: give finite numbers.")
    return v


def quaternion(message: geometry_pb2.Quaternion, what: str) -> tuple[float, float, float, float]:
    """Return a unit quaternion (x, y, z, w), normalised; one that is far from unit is refused."""
    x, y, z, w = message.x, message.y, message.z, message.w
    length = math.sqrt(x * x + y * y + z * z + w * w)
    if not abs(length - 1.0) < _UNIT_TOLERANCE:
        raise invalid(f"{what} has a rotation of length {length:.6g}: give a unit quaternion.")
    return (x / length, y / length, z / length, w / length)


def bones(data: bytes, bone_count: int, what: str) -> NDArray[np.float32]:
    """Return (bone_count, 3, 4) float32 skinning matrices, a read-only view of `data`."""
    if len(data) != bone_count * 48:
        raise invalid(
            f"{what} has {len(data)} bytes of bones: its prototype has {bone_count} bones, which "
            f"makes {bone_count * 48} bytes."
        )
    matrices = np.frombuffer(data, dtype="<f4").reshape(bone_count, 3, 4)
    if not np.isfinite(matrices).all():
        raise invalid(f"{what} has bones that are not finite: send finite matrices.")
    return matrices


def wheels(messages: "list[state_pb2.WheelState]", wheel_count: int, what: str) -> Array:
    """Return (wheel_count, 5) steering, spin, spin rate, travel, grounded, as in `WheelState`."""
    if len(messages) != wheel_count:
        raise invalid(
            f"{what} has {len(messages)} wheel states: its prototype has {wheel_count} wheels."
        )
    table = np.array(
        [(w.steering_rad, w.spin_rad, w.spin_rate_radps, w.travel_m, w.grounded) for w in messages],
        dtype=np.float64,
    ).reshape(wheel_count, 5)
    if not np.isfinite(table).all():
        raise invalid(f"{what} has wheel states that are not finite: send finite numbers.")
    return table


def share(value: float, low: float, high: float, what: str) -> float:
    """Return `value` if it is within [low, high]."""
    if not low <= value <= high:
        raise invalid(f"{what} is {value:g}: it must be between {low:g} and {high:g}.")
    return value


def positive(value: float, what: str) -> float:
    """Return `value` if it is finite and above zero."""
    if not (math.isfinite(value) and value > 0.0):
        raise invalid(f"{what} is {value:g}: it must be a finite number above 0.")
    return value
