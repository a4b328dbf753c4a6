"""A person who walks: slides along what is in the way, climbs kerbs, keeps on the ground.

Rapier's character controller moves the part of the capsule above the height of a step, so that
kerbs do not stop it. The feet follow the ground below by a ray, with a limited acceleration: the
walker then has a velocity at every tick, on a kerb as well.
"""

import math
from dataclasses import dataclass

import numpy as np
import rapier3d

from cityloop.embedded.gravity import GRAVITY_MPS2
from cityloop.embedded.scene_store import CollisionShape
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

# Air that the controller keeps between the capsule and what it touches.
_SKIN_M = 0.02
_STEP_HEIGHT_M = 0.25
# Greatest change of the horizontal velocity; a sprinter's start is about 4 m/s^2.
_ACCELERATION_MPS2 = 3.5
# Greatest change of the vertical velocity on kerbs, where it reverses half-way up.
_CLIMB_ACCELERATION_MPS2 = 1.75
_TURN_RATE_RADPS = 6.0
# A move that ends this far from where it should is blocked.
_BLOCKED_M = 1e-3
# How far below the feet ground is looked for.
_DEEPEST_M = 100.0


@dataclass(frozen=True)
class WalkGoal:
    """Wanted horizontal velocity (vx, vy), m/s, world, and heading, rad; None keeps the heading."""

    velocity: tuple[float, float] = (0.0, 0.0)
    heading_rad: float | None = None


@dataclass
class WalkerMotion:
    """State of a walker at a tick: the body's origin, between the feet; world frame."""

    position: Array
    yaw_rad: float
    velocity: Array
    yaw_rate_radps: float


_GROUND = rapier3d.QueryFilter.only_fixed()


class Walker:
    """One walker; its capsule is a kinematic body of the physics world."""

    def __init__(
        self, handle: rapier3d.RigidBodyHandle, capsule: CollisionShape, motion: WalkerMotion
    ) -> None:
        self.handle = handle
        self.goal = WalkGoal()
        self.motion = motion
        geometry = capsule.shape.as_capsule()
        if geometry is None:
            raise ValueError("a walker needs a capsule")
        self._shape, self._height_m = _above_step(capsule, geometry)
        self._offset = np.array([capsule.center[0], capsule.center[1], self._height_m])
        self._controller = rapier3d.KinematicCharacterController(
            up=(0.0, 0.0, 1.0),
            offset=rapier3d.CharacterLength.absolute(_SKIN_M),
            autostep=None,
            snap_to_ground=None,
        )
        self._others = rapier3d.QueryFilter().exclude_rigid_body(handle)

    def move(self, world: rapier3d.PhysicsWorld, dt_s: float) -> WalkerMotion:
        """Return the state after a tick; the velocity is its derivative at the end of the tick.

        Displacements are trapezoids of the velocities at both ends, so that a walker whom nothing
        blocks has the velocity that central differences of its positions show.
        """
        m = self.motion
        start = m.velocity[:2]
        change = np.array(self.goal.velocity) - start
        length = float(np.linalg.norm(change))
        end = start + change * min(1.0, _ACCELERATION_MPS2 * dt_s / max(length, 1e-9))
        step = (start + end) * (dt_s / 2)
        moved = self._slide(world, step, dt_s)
        if np.linalg.norm(moved - step) > _BLOCKED_M:
            end = moved / dt_s
        x, y = m.position[:2] + moved
        z, rise = self._follow_ground(world, (x, y), dt_s)
        rate = self._turn(dt_s)
        return WalkerMotion(
            position=np.array([x, y, z]),
            yaw_rad=m.yaw_rad + rate * dt_s,
            velocity=np.array([*end, rise]),
            yaw_rate_radps=rate,
        )

    def _slide(self, world: rapier3d.PhysicsWorld, step: Array, dt_s: float) -> Array:
        """Return the horizontal displacement (2,) that obstacles leave of `step`, m."""
        turned = rotation.from_yaw(self.motion.yaw_rad)
        moved = self._controller.move_shape(
            dt_s,
            world.rigid_bodies,
            world.colliders,
            world.query_pipeline,
            self._shape,
            rapier3d.Isometry3(
                self.motion.position + rotation.rotate(turned, self._offset), turned
            ),
            (float(step[0]), float(step[1]), 0.0),
            self._others,
        )
        return np.array([moved.translation.x, moved.translation.y])

    def _follow_ground(
        self, world: rapier3d.PhysicsWorld, xy: tuple[float, float], dt_s: float
    ) -> tuple[float, float]:
        """Return height and vertical velocity of the feet after the tick."""
        z, rise = float(self.motion.position[2]), float(self.motion.velocity[2])
        ray = rapier3d.Ray((*xy, z + _STEP_HEIGHT_M), (0.0, 0.0, -1.0))
        hit = world.query_pipeline.cast_ray(ray, _DEEPEST_M, False, _GROUND)
        gap = (hit[1] if hit else _DEEPEST_M) - _STEP_HEIGHT_M
        if gap > _STEP_HEIGHT_M:
            end = rise - GRAVITY_MPS2 * dt_s
            return max(z + (rise + end) * (dt_s / 2), z - gap), end
        if rise < -math.sqrt(2 * _CLIMB_ACCELERATION_MPS2 * _STEP_HEIGHT_M) - GRAVITY_MPS2 * dt_s:
            return z - gap, 0.0  # landed from a fall
        # The speed from which the rest of the way is just enough to stop, but never beyond it.
        wanted = -math.copysign(
            min(math.sqrt(2 * _CLIMB_ACCELERATION_MPS2 * abs(gap)), abs(gap) / dt_s), gap
        )
        most = _CLIMB_ACCELERATION_MPS2 * dt_s
        end = rise + min(max(wanted - rise, -most), most)
        return z + (rise + end) * (dt_s / 2), end

    def _turn(self, dt_s: float) -> float:
        """Return the yaw rate over the tick: towards the wanted heading, the shorter way."""
        if self.goal.heading_rad is None:
            return 0.0
        left = math.remainder(self.goal.heading_rad - self.motion.yaw_rad, math.tau)
        return max(-_TURN_RATE_RADPS, min(_TURN_RATE_RADPS, left / dt_s))


def _above_step(
    capsule: CollisionShape, geometry: rapier3d.Capsule
) -> tuple[rapier3d.SharedShape, float]:
    """Return the part of a capsule above the height of a step, and the height of its centre, m."""
    top = capsule.center[2] + geometry.half_height + geometry.radius
    half = max((top - _STEP_HEIGHT_M) / 2 - geometry.radius, 0.01)
    shape = rapier3d.SharedShape.capsule((0.0, 0.0, -half), (0.0, 0.0, half), geometry.radius)
    return shape, top - half - geometry.radius
