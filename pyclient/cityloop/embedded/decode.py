"""Protocol messages into numbers, refusing what no world can hold."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.refusal import invalid
from cityloop.protocol import geometry_pb2, state_pb2
from cityloop.spatial.rotation import Array

# A quaternion this far from length 1 is a mistake rather than rounding.
_UNIT_TOLERANCE = 1e-3
# Of a row of MotionTable.motion: position 3, quaternion 4, velocity, spin and acceleration 3 each.
MOTION_COLUMNS = 16


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


@dataclass(frozen=True, eq=False)
class Targets:
    """Where N kinematic bodies are told to be, by rising id; world frame, SI units.

    Attributes:
        ids: (N,) uint32.
        motion: (N, 16) as `MotionTable.motion`, the quaternions normalised.
        wheel_counts, wheels: (N,) int64 rows of each body in (W, 5).
        bone_counts, bones: (N,) int64 matrices of each body in (B, 3, 4) float32.
        jumps: (N,) bool.
    """

    ids: NDArray[np.uint32]
    motion: Array
    wheel_counts: NDArray[np.int64]
    wheels: Array
    bone_counts: NDArray[np.int64]
    bones: NDArray[np.float32]
    jumps: NDArray[np.bool_]


def targets(table: state_pb2.MotionTable) -> Targets:
    """Return the columns of a table of targets; a refusal names the first body at fault."""
    if len(table.ids) % 4:
        raise invalid(f"The targets have {len(table.ids)} bytes of ids: an id has 4.")
    ids = np.frombuffer(table.ids, dtype="<u4")
    falling = np.flatnonzero(ids[1:] <= ids[:-1])
    if len(falling):
        raise invalid(
            f"The target of body {ids[falling[0] + 1]} comes after that of body {ids[falling[0]]}: "
            "give one target for each body, by rising id."
        )
    n = len(ids)
    motion = _items(table.motion, "<f8", MOTION_COLUMNS, n, "motion").copy()
    _refuse_rows(ids, ~np.isfinite(motion).all(axis=1), "a motion that is not finite")
    length = np.linalg.norm(motion[:, 3:7], axis=1)
    bent = np.flatnonzero(~(np.abs(length - 1.0) < _UNIT_TOLERANCE))
    if len(bent):
        raise invalid(
            f"The target of body {ids[bent[0]]} has a rotation of length {length[bent[0]]:.6g}: "
            "give a unit quaternion."
        )
    motion[:, 3:7] /= length[:, None]
    wheel_counts, wheel_rows = _counts(table.wheel_counts, n, "wheel_counts")
    bone_counts, bone_rows = _counts(table.bone_counts, n, "bone_counts")
    wheels = _items(table.wheels, "<f8", 5, int(wheel_counts.sum()), "wheels")
    bones = _items(table.bones, "<f4", 12, int(bone_counts.sum()), "bones")
    for items, rows, what in (
        (wheels, wheel_rows, "wheel states that are"),
        (bones, bone_rows, "bones that are"),
    ):
        wrong = np.zeros(n, dtype=np.bool_)
        if not np.isfinite(items).all():
            wrong[rows[~np.isfinite(items).all(axis=1)]] = True
        _refuse_rows(ids, wrong, f"{what} not finite")
    jumps = np.frombuffer(table.jumps, dtype="u1")
    if len(jumps) not in (0, n):
        raise invalid(f"There are {len(jumps)} jumps for {n} targets: give one for each, or none.")
    return Targets(
        ids,
        motion,
        wheel_counts,
        wheels,
        bone_counts,
        bones.reshape(-1, 3, 4),
        jumps != 0 if len(jumps) else np.zeros(n, dtype=np.bool_),
    )


def _items(data: bytes, dtype: str, width: int, count: int, name: str) -> NDArray:  # type: ignore[type-arg]
    """Return (count, width) numbers, a read-only view of `data`."""
    size = count * width * np.dtype(dtype).itemsize
    if len(data) != size:
        raise invalid(f"The targets have {len(data)} bytes of {name}: {size} were announced.")
    return np.frombuffer(data, dtype=dtype).reshape(count, width)


def _counts(data: bytes, n: int, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the counts, (n,), and the target that each counted item belongs to."""
    if len(data) not in (0, n):
        raise invalid(f"There are {len(data)} {name} for {n} targets: give one for each, or none.")
    if not data:
        return np.zeros(n, dtype=np.int64), np.zeros(0, dtype=np.int64)
    counts = np.frombuffer(data, dtype="u1").astype(np.int64)
    return counts, np.repeat(np.arange(n), counts)


def _refuse_rows(ids: NDArray[np.uint32], wrong: NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        raise invalid(
            f"The target of body {ids[int(wrong.argmax())]} has {what}: give finite numbers."
        )


def unit(v: tuple[float, float, float], what: str) -> None:
    """Refuse a direction that is far from length 1."""
    length = math.hypot(*v)
    if not abs(length - 1.0) < _UNIT_TOLERANCE:
        raise invalid(f"{what} has length {length:.6g}: give a unit vector.")


def radiance(message: geometry_pb2.Color, what: str) -> None:
    """Refuse a colour of light that is not finite or below zero."""
    c = (message.r, message.g, message.b)
    if not all(math.isfinite(x) and x >= 0.0 for x in c):
        r, g, b = c
        raise invalid(f"{what} is ({r:g}, {g:g}, {b:g}): give three finite numbers of 0 or more.")


def not_negative(value: float, what: str) -> float:
    """Return `value` if it is finite and not below zero."""
    if not (math.isfinite(value) and value >= 0.0):
        raise invalid(f"{what} is {value:g}: it must be a finite number of 0 or more.")
    return value


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
