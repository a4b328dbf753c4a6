"""What physics did in a tick, written into the columns of the tick that follows."""

from dataclasses import replace

import numpy as np

from cityloop.embedded.history import Columns, Snapshot
from cityloop.embedded.physics import Physics
from cityloop.protocol import state_pb2
from cityloop.spatial import rotation


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
    counts = cast.wheels.counts[rows]
    # Their bodies are rows of the driven ones, not of the cast: the others need not be turned.
    geometry = replace(cast.wheel_geometry.rows(own), row=np.repeat(np.arange(len(rows)), counts))
    steering, suspension = physics.read_wheels(ids)
    wheels, spins = columns.wheels, before.wheels[own]
    angles = np.repeat(steering, counts)
    wheels[own, 0] = np.where(geometry.steered, angles, 0.0)
    rates = geometry.rolling(
        columns.quaternion[rows],
        columns.velocity[rows],
        columns.angular_velocity[rows],
        wheels[own, 0],
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
