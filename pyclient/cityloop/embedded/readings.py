"""What physics did in a tick, written into the columns of the tick that follows."""

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.gravity import GRAVITY_MPS2
from cityloop.embedded.history import Columns, Snapshot
from cityloop.embedded.physics import Physics
from cityloop.protocol import state_pb2
from cityloop.spatial import rotation

# A wheel has met a step in the ground where its spring gives way faster than to braking and bends,
# or where the velocity changes faster than tyres and weight could change it.
_BUMP_MPS = 0.3
_JOLT_MPS2 = 1.1 * GRAVITY_MPS2


def bumped(s: Snapshot, columns: Columns, dt_s: float) -> NDArray[np.bool_]:
    """Return (M,) which driven bodies had a wheel jolted by the ground between `s` and `columns`.

    A wheel that meets a kerb, leaves the ground or lands changes the velocity like a collision.
    """
    out = np.zeros(len(columns.kinds), dtype=np.bool_)
    rows = columns.rows_of_kind(state_pb2.BODY_KIND_DRIVEN)
    rows = rows[s.kinds[rows] == state_pb2.BODY_KIND_DRIVEN]
    own = s.cast.wheels.of(rows)
    before, now = s.motions.wheels[own], columns.wheels[own]
    jolted = np.abs(now[:, 3] - before[:, 3]) > _BUMP_MPS * dt_s
    jolted |= now[:, 4] != before[:, 4]
    out[np.repeat(rows, s.cast.wheels.counts[rows])[jolted]] = True
    change = np.linalg.norm(columns.velocity[rows] - s.motions.velocity[rows], axis=1)
    out[rows[change > _JOLT_MPS2 * dt_s]] = True
    return out


def read_physics(
    physics: Physics, s: Snapshot, columns: Columns, dt_s: float, step_s: float
) -> None:
    """Write the bodies that physics moved from `s` on for `dt_s` in substeps of `step_s`."""
    _read_driven(physics, s, columns, dt_s, step_s)
    _read_walkers(physics, s, columns, dt_s)
    _read_ragdolls(physics, s, columns, dt_s, step_s)


def _read_driven(
    physics: Physics, s: Snapshot, columns: Columns, dt_s: float, step_s: float
) -> None:
    cast, before = s.cast, s.motions
    rows = columns.rows_of_kind(state_pb2.BODY_KIND_DRIVEN)
    if not len(rows):
        return
    ids = cast.ids[rows].tolist()
    now = physics.read_vehicles(ids, before.velocity[rows], dt_s, step_s)
    columns.position[rows] = now.position
    columns.quaternion[rows] = now.quaternion
    columns.velocity[rows] = now.velocity
    columns.angular_velocity[rows] = now.angular_velocity
    columns.acceleration[rows] = (now.velocity - before.velocity[rows]) / dt_s
    own = cast.wheels.of(rows)
    geometry = cast.wheel_geometry.rows(own)
    steering, suspension = physics.read_wheels(ids)
    wheels, spins = columns.wheels, before.wheels[own]
    angles = np.repeat(steering, cast.wheels.counts[rows])
    wheels[own, 0] = np.where(geometry.steered, angles, 0.0)
    rates = geometry.rolling(
        columns.quaternion, columns.velocity, columns.angular_velocity, wheels[own, 0]
    )
    # The angle is the integral of the rate, by trapezoids.
    wheels[own, 1] = spins[:, 1] + (spins[:, 2] + rates) * (dt_s / 2)
    wheels[own, 2] = rates
    wheels[own, 3:] = suspension


def _read_walkers(physics: Physics, s: Snapshot, columns: Columns, dt_s: float) -> None:
    cast, before = s.cast, s.motions
    for row in columns.rows_of_kind(state_pb2.BODY_KIND_WALKER):
        walker = physics.walkers.get(int(cast.ids[row]))
        if walker is None:
            continue  # it fell during the tick
        motion = walker.motion
        columns.position[row] = motion.position
        columns.quaternion[row] = rotation.from_yaw(motion.yaw_rad)
        columns.velocity[row] = motion.velocity
        columns.angular_velocity[row] = (0.0, 0.0, motion.yaw_rate_radps)
        columns.acceleration[row] = (motion.velocity - before.velocity[row]) / dt_s


def _read_ragdolls(
    physics: Physics, s: Snapshot, columns: Columns, dt_s: float, step_s: float
) -> None:
    cast, before = s.cast, s.motions
    for body_id in physics.ragdolls:
        row = cast.row_of(body_id)
        posture, motion = physics.read_ragdoll(body_id, before.velocity[row], dt_s, step_s)
        columns.kinds[row] = state_pb2.BODY_KIND_RAGDOLL
        columns.position[row] = motion.position
        columns.quaternion[row] = motion.quaternion
        columns.velocity[row] = motion.velocity
        columns.angular_velocity[row] = motion.angular_velocity
        columns.acceleration[row] = (motion.velocity - before.velocity[row]) / dt_s
        columns.bones[cast.bones.one(row)] = posture.bones
