"""Snapshots of three instants into the `Instances` that the renderer draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.history import Cast, Motions, Snapshot, neighbour
from cityloop.embedded.instances import Instances
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array


@dataclass(frozen=True, eq=False)
class ThreeInstants:
    """Tick n with the bodies of n one tick before and after.

    Attributes:
        drawn: tick n.
        before, after: the bodies of n at n-1 and n+1.
        before_dt_s, after_dt_s: lengths of the ticks around n.
    """

    drawn: Snapshot
    before: Motions
    after: Motions
    before_dt_s: float
    after_dt_s: float

    @staticmethod
    def around(previous: Snapshot | None, drawn: Snapshot, newest: Snapshot) -> "ThreeInstants":
        """Return the instants around `drawn`; before tick 0 time went by as it does after it."""
        after_dt = newest.dt_s
        before_dt = drawn.dt_s if previous is not None else after_dt
        return ThreeInstants(
            drawn,
            neighbour(drawn, previous, -before_dt),
            neighbour(drawn, newest, after_dt),
            before_dt,
            after_dt,
        )


class InstanceBuilder:
    """Builds `Instances`; keeps the part that does not change while the static bodies stay."""

    def __init__(self) -> None:
        self._statics: Cast | None = None
        self._static_matrices: Array = np.zeros((0, 3, 4))
        self._static_origin: Array = np.zeros((0, 3))

    def build(self, instants: ThreeInstants) -> Instances:
        """Return all parts of all bodies of the drawn tick, moving ones first."""
        drawn = instants.drawn
        cast, statics = drawn.cast, drawn.statics
        self._keep_statics(drawn)
        standing = self._static_matrices
        still = np.zeros((len(statics.row), 3))
        velocity, angular_velocity = _part_rates(instants)
        bone_rows, bone_arrays = _bones(instants)

        def both(moving: NDArray[np.generic], fixed: NDArray[np.generic]) -> NDArray:  # type: ignore[type-arg]
            return np.concatenate([moving, fixed])

        return Instances(
            part=both(cast.part, statics.part),
            body=both(cast.ids[cast.row], statics.ids[statics.row]),
            origin=both(drawn.motions.position[cast.row], self._static_origin),
            previous=both(part_matrices(cast, instants.before), standing),
            current=both(part_matrices(cast, drawn.motions), standing),
            next=both(part_matrices(cast, instants.after), standing),
            velocity=both(velocity, still),
            angular_velocity=both(angular_velocity, still),
            instance_id=both(cast.instance_id, statics.instance_id),
            semantic=both(cast.semantic, statics.semantic),
            lamps=both(drawn.lamps[cast.row], drawn.static_lamps[statics.row]),
            tints=both(cast.tints, statics.tints),
            static=np.arange(len(cast.row) + len(statics.row)) >= len(cast.row),
            bones=both(bone_rows, np.full(len(statics.row), -1, dtype=np.int32)),
            bones_previous=bone_arrays[0],
            bones_current=bone_arrays[1],
            bones_next=bone_arrays[2],
            time_s=drawn.time_s,
        )

    def _keep_statics(self, drawn: Snapshot) -> None:
        if drawn.statics is self._statics:
            return
        cast, (position, quaternion) = drawn.statics, drawn.static_pose
        self._static_matrices = _compose(
            rotation.to_matrix(quaternion)[cast.row],
            position[cast.row],
            cast.rotation,
            cast.position,
        )
        self._static_origin = position[cast.row]
        self._statics = cast


def part_matrices(cast: Cast, motions: Motions) -> Array:
    """Return (K, 3, 4) world-from-part matrices of all parts, m."""
    local_rotation, local_position = _local_parts(cast, motions.wheels)
    return _compose(
        rotation.to_matrix(motions.quaternion)[cast.row],
        motions.position[cast.row],
        local_rotation,
        local_position,
    )


def _local_parts(cast: Cast, wheels: Array) -> tuple[Array, Array]:
    """Return body-from-part (K, 3, 3) and (K, 3): at rest, or as the wheel stands."""
    turning = np.flatnonzero(cast.wheel >= 0)
    if not len(turning):
        return cast.rotation, cast.position
    # Columns of `WheelState`: steering, spin, spin rate, travel.
    state = wheels[cast.wheel[turning]]
    rolls = ~cast.steers_only[turning]
    matrices, positions = cast.rotation.copy(), cast.position.copy()
    steer = rotation.to_matrix(rotation.from_yaw(state[:, 0]))
    spin = rotation.to_matrix(rotation.from_axis_angle([0.0, 1.0, 0.0], state[:, 1] * rolls))
    matrices[turning] = steer @ matrices[turning] @ spin
    positions[turning, 2] += state[:, 3] * rolls
    return matrices, positions


def _compose(
    outer_rotation: Array, outer_position: Array, inner_rotation: Array, inner_position: Array
) -> Array:
    """Return (K, 3, 4) products of rigid transforms."""
    out = np.empty((len(outer_rotation), 3, 4))
    out[:, :, :3] = outer_rotation @ inner_rotation
    out[:, :, 3] = (outer_rotation @ inner_position[:, :, None])[:, :, 0] + outer_position
    return out


def _part_rates(instants: ThreeInstants) -> tuple[Array, Array]:
    """Return (K, 3) velocity of the part's origin and angular velocity of the part, world.

    A wheel adds the rates of its spring, its steering and its spin to those of the body; the first
    two are central differences, since the protocol carries them as positions only.
    """
    cast, m = instants.drawn.cast, instants.drawn.motions
    turning = np.flatnonzero(cast.wheel >= 0)
    local_rotation, local_position = _local_parts(cast, m.wheels)
    world = rotation.to_matrix(m.quaternion)[cast.row]
    angular = m.angular_velocity[cast.row]
    lever = (world @ local_position[:, :, None])[:, :, 0]
    velocity = m.velocity[cast.row] + np.cross(angular, lever)
    if not len(turning):
        return velocity, angular
    span = instants.before_dt_s + instants.after_dt_s
    change = (instants.after.wheels - instants.before.wheels)[cast.wheel[turning]] / span
    rolls = ~cast.steers_only[turning]
    spin_rate = m.wheels[cast.wheel[turning], 2] * rolls
    up = world[turning, :, 2]
    axle = (world[turning] @ local_rotation[turning])[:, :, 1]
    velocity[turning] += up * (change[:, 3] * rolls)[:, None]
    angular = angular.copy()
    angular[turning] += up * change[:, [0]] + axle * spin_rate[:, None]
    return velocity, angular


def _bones(
    instants: ThreeInstants,
) -> tuple[NDArray[np.int32], tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]]:
    """Return the first bone row of each part, and the bones of all bodies at the three instants."""
    cast = instants.drawn.cast
    rows = np.where(cast.skinned, cast.bones.start[cast.row], -1).astype(np.int32)
    return rows, (instants.before.bones, instants.drawn.motions.bones, instants.after.bones)
