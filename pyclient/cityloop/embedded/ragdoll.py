"""A limp body: capsules on ball joints, built where the bones are, read back as bones.

Limbs are ordinary Rapier bodies that neither collide with their neighbours nor with other limbs.
Joints have the prototype's bounds (widened to the angles at the start, so that nothing snaps) and
the damping of flesh, which together with the ground's friction brings the body to rest.
"""

import math
from dataclasses import dataclass

import numpy as np
import rapier3d
from numpy.typing import NDArray

from cityloop.embedded.limbs import Limbs
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

# Limbs on asphalt: sliding and tumbling pedestrians are slowed by 0.66 g (J. A. Searle and
# A. Searle, "The trajectories of pedestrians, motorcycles, motorcyclists, etc. following a road
# accident", SAE 831622, 1983).
_FRICTION = 0.66
# How fast the joints of a limp body lose their motion.
_JOINT_DAMPING_PER_S = 20.0
_ANGULAR_DAMPING_PER_S = 2.0
# Joints that give a little: rigid ones, at their bounds, kick. Hz, share of critical damping.
_JOINT_SPRING = rapier3d.SpringCoefficients(40.0, 2.0)
# Long chains of light limbs need more solver steps than single bodies.
MORE_SOLVER_STEPS = 4
# A thin limb is given this share of its greatest moment of inertia about its own axis too: with its
# true one, a tenth of that, joints and contacts would make it tremble.
_LEAST_TWIST_INERTIA = 0.5
# A body that moves no faster than this (root of the mean square over its mass) settles: its limbs,
# which the bounds of their joints might keep trembling, are damped as if they lay in sand, and lie
# still after a while.
_SETTLING_MPS = 0.15
_SETTLING_DAMPING_PER_S = 15.0
_SETTLING_S = 1.5
# A body all of whose limbs were slower than this for so long lies still from then on.
_REST_MPS = 0.15
_REST_RADPS = 1.0
_REST_S = 0.7
# How far up and down ground is looked for.
_FAR_M = 1000.0
_DOWN, _UP = (0.0, 0.0, -1.0), (0.0, 0.0, 1.0)
_ANGLES = (rapier3d.JointAxis.ANG_X, rapier3d.JointAxis.ANG_Y, rapier3d.JointAxis.ANG_Z)


@dataclass(frozen=True)
class Posture:
    """A body with bones: position (3,) m, quaternion (4,), bones (B, 3, 4) skinning matrices."""

    position: Array
    quaternion: Array
    bones: NDArray[np.floating]

    @property
    def matrix(self) -> Array:
        """(3, 4) world-from-body."""
        turn = rotation.to_matrix(self.quaternion)
        return np.concatenate([turn, self.position[:, None]], axis=1)

    @property
    def world_bones(self) -> Array:
        """(B, 3, 4) world-from-rest matrices of the bones, made rigid."""
        return _compose(self.matrix, _rigid(np.asarray(self.bones, dtype=np.float64)))


@dataclass(frozen=True)
class Fall:
    """How a body begins to fall: its posture, and (L, 3) rates of its limbs' centres, world."""

    posture: Posture
    velocity: Array
    angular_velocity: Array


def fall_between(limbs: Limbs, start: Posture, end: Posture, share: float, dt_s: float) -> Fall:
    """Return the fall of a body that is `share` of the way from `start` to `end`, `dt_s` apart."""
    first, last = (posture.world_bones[limbs.bone] for posture in (start, end))
    velocity = (_transform(last, limbs.center) - _transform(first, limbs.center)) / dt_s
    turn = last[:, :, :3] @ first[:, :, :3].transpose(0, 2, 1)
    bones = (1 - share) * start.bones + share * end.bones
    nearer = end.quaternion * (1.0 if start.quaternion @ end.quaternion >= 0 else -1.0)
    posture = Posture(
        (1 - share) * start.position + share * end.position,
        rotation.normalize((1 - share) * start.quaternion + share * nearer),
        bones,
    )
    return Fall(posture, velocity, _rotation_vectors(turn) / dt_s)


def fall_of_rigid(limbs: Limbs, posture: Posture, velocity: Array, angular_velocity: Array) -> Fall:
    """Return the fall of a body whose limbs move with its origin's velocity and turning (3,)."""
    centers = _transform(posture.world_bones[limbs.bone], limbs.center)
    rates = velocity + np.cross(angular_velocity, centers - posture.position)
    return Fall(posture, rates, np.tile(angular_velocity, (len(centers), 1)))


class Ragdoll:
    """A limp body in the physics world.

    Attributes:
        calm_s: for how long it has hardly moved; its only state beside that of its limbs.
        handles: of the limbs' bodies.
        colliders: of the limbs, in the same order.
    """

    def __init__(
        self,
        world: rapier3d.PhysicsWorld,
        limbs: Limbs,
        fall: Fall,
        groups: rapier3d.InteractionGroups,
        types: rapier3d.ActiveCollisionTypes,
    ) -> None:
        bones = fall.posture.world_bones
        places = bones[limbs.bone]
        self.calm_s = 0.0
        # What was read when all limbs slept.
        self._still: tuple[Posture, Array, Array] | None = None
        self._center = limbs.center
        self._carrier = limbs.carrier
        self._mass: list[float] = limbs.mass.tolist()
        self._radius: list[float] = limbs.radius.tolist()
        # The body stays where it is as seen from its first limb, a bone as seen from its limb.
        self._root_from_body = _compose(_inverse(places[0]), fall.posture.matrix)
        self._limb_from_bone = _compose(_inverse(places[limbs.carrier]), bones)
        self.handles: list[rapier3d.RigidBodyHandle] = []
        self.colliders: list[rapier3d.ColliderHandle] = []
        centers = _transform(places, limbs.center)
        for i, turn in enumerate(places[:, :, :3]):
            builder = (
                rapier3d.RigidBody.dynamic()
                .position(rapier3d.Isometry3(centers[i], rotation.from_matrix(turn)))
                .linvel(fall.velocity[i])
                .angvel(fall.angular_velocity[i])
                .angular_damping(_ANGULAR_DAMPING_PER_S)
                .additional_solver_iterations(MORE_SOLVER_STEPS)
                # The ground is a surface without thickness: fast limbs must not be through it
                # between two steps.
                .ccd_enabled(True)
            )
            axis = (limbs.end[i] - limbs.start[i]) / 2
            builder = builder.additional_mass_properties(_mass(limbs, i))
            collider = (
                rapier3d.Collider.capsule_from_endpoints(-axis, axis, float(limbs.radius[i]))
                .density(0.0)
                .friction(_FRICTION)
                .friction_combine_rule(rapier3d.CoefficientCombineRule.MIN)
                .active_collision_types(types)
                .collision_groups(groups)
            )
            handle = world.add_body(builder)
            _let_rest(world.rigid_bodies[handle], at_once=False)
            self.handles.append(handle)
            self.colliders.append(world.add_collider(collider, handle))
        for child, parent in enumerate(limbs.parent.tolist()):
            if parent >= 0:
                self._join(world, limbs, places, parent, child)

    def _join(
        self, world: rapier3d.PhysicsWorld, limbs: Limbs, places: Array, parent: int, child: int
    ) -> None:
        joint = _transform(places[child], limbs.joint[child])
        from_parent = _inverse(places[parent])
        turned = rotation.from_matrix(from_parent[:, :3] @ places[child, :, :3])
        now = 2 * np.arcsin(np.clip(turned[:3], -1.0, 1.0))
        lower = np.minimum(limbs.lower[child], now)
        upper = np.maximum(limbs.upper[child], now)
        builder = (
            rapier3d.SphericalJointBuilder()
            .local_anchor1(_transform(from_parent, joint) - self._center[parent])
            .local_anchor2(limbs.joint[child] - self._center[child])
            .contacts_enabled(False)
            .softness(_JOINT_SPRING)
        )
        for axis, low, high in zip(_ANGLES, lower.tolist(), upper.tolist(), strict=True):
            builder = builder.limits(axis, low, high)
            builder = builder.motor_velocity(axis, 0.0, _JOINT_DAMPING_PER_S)
        world.impulse_joints.insert(
            self.handles[parent], self.handles[child], builder.build(), True
        )

    def settle(self, world: rapier3d.PhysicsWorld, dt_s: float) -> None:
        """Choose the damping for the tick of `dt_s` to come by how fast the body moves."""
        bodies = [world.rigid_bodies[handle] for handle in self.handles]
        if bodies[0].is_sleeping:
            return
        energy = 0.0
        for mass, body in zip(self._mass, bodies, strict=True):
            v = body.linvel
            energy += mass * (v.x * v.x + v.y * v.y + v.z * v.z)
        slow = energy < sum(self._mass) * _SETTLING_MPS**2
        damping = _SETTLING_DAMPING_PER_S if slow else _ANGULAR_DAMPING_PER_S
        self.calm_s = self.calm_s + dt_s if slow else 0.0
        for body in bodies:
            body.angular_damping = damping
            _let_rest(body, at_once=self.calm_s > _SETTLING_S)

    def keep_above(self, world: rapier3d.PhysicsWorld, ground: rapier3d.QueryFilter) -> None:
        """Put limbs that are below the ground back on it, as a fall on asphalt would.

        Between a heavy body and the ground no contact can hold a limb; one that has been pressed
        through would fall for ever and drag the others along. Beyond the ground's edge the land
        goes on level, at the height of the nearest point of the edge.
        """
        for handle, radius in zip(self.handles, self._radius, strict=True):
            body = world.rigid_bodies[handle]
            if body.is_sleeping:
                continue
            at = body.translation
            floor = _floor(at, radius, world.query_pipeline, ground)
            if floor is None:
                continue
            self.calm_s = 0.0
            body.translation = rapier3d.Vec3(at.x, at.y, floor + radius)
            v = body.linvel
            sliding = math.hypot(v.x, v.y)
            left = max(0.0, 1.0 - _FRICTION * max(-v.z, 0.0) / max(sliding, 1e-9))
            body.linvel = rapier3d.Vec3(v.x * left, v.y * left, max(v.z, 0.0))

    def read(self, world: rapier3d.PhysicsWorld) -> tuple[Posture, Array, Array]:
        """Return posture, velocity (3,) and angular velocity (3,) of the body's origin, world.

        The velocities are those of Rapier after its last step.
        """
        bodies = [world.rigid_bodies[handle] for handle in self.handles]
        asleep = all(body.is_sleeping for body in bodies)
        if asleep and self._still is not None:
            return self._still
        table = np.empty((len(bodies), 7))
        for i, body in enumerate(bodies):
            t, r = body.translation, body.rotation
            table[i] = (t.x, t.y, t.z, r.i, r.j, r.k, r.w)
        places = np.empty((len(table), 3, 4))
        places[:, :, :3] = rotation.to_matrix(rotation.normalize(table[:, 3:]))
        places[:, :, 3] = table[:, :3] - _turn(places, self._center)
        body_matrix = _compose(places[0], self._root_from_body)
        bones = _compose(places[self._carrier], self._limb_from_bone)
        posture = Posture(
            body_matrix[:, 3],
            rotation.from_matrix(body_matrix[:, :3]),
            _compose(_inverse(body_matrix), bones),
        )
        root = bodies[0]
        v, w = root.velocity_at_point(body_matrix[:, 3].copy()), root.angvel
        found = posture, np.array([v.x, v.y, v.z]), np.array([w.x, w.y, w.z])
        self._still = found if asleep else None
        return found

    def resume(self, calm_s: float) -> None:
        """Go on in a world that was restored."""
        self.calm_s = calm_s
        self._still = None

    def remove(self, world: rapier3d.PhysicsWorld) -> None:
        """Take the limbs out of the world."""
        for handle in self.handles:
            world.remove_body(handle)


def _let_rest(body: rapier3d.RigidBody, at_once: bool) -> None:
    """Say how calm a limb must be for Rapier to let the whole body sleep.

    Limbs are not put to sleep by hand: when something wakes some of them, Rapier would move the
    others on without their contacts.
    """
    rest = body.activation
    rest.linear_threshold = math.inf if at_once else _REST_MPS
    rest.angular_threshold = math.inf if at_once else _REST_RADPS
    rest.time_until_sleep = 0.0 if at_once else _REST_S
    body.activation = rest


def _floor(
    at: rapier3d.Vec3,
    radius_m: float,
    queries: rapier3d.QueryPipeline,
    ground: rapier3d.QueryFilter,
) -> float | None:
    """Return the height of the ground, m, for a limb whose centre is below it, else None.

    What has ground below is above ground, whatever is over it: nothing is below the land. Where
    there is no ground at all, contacts do not carry a limb either.
    """
    point = (at.x, at.y, at.z)
    if queries.cast_ray(rapier3d.Ray(point, _DOWN), _FAR_M, True, ground) is not None:
        return None
    over = queries.cast_ray(rapier3d.Ray(point, _UP), _FAR_M, True, ground)
    if over is not None:
        return at.z + over[1]
    nearest = queries.project_point(rapier3d.Point3(*point), False, ground)
    if nearest is None:
        return None
    edge = nearest[1].point.z
    return edge if at.z < edge + radius_m else None


def _mass(limbs: Limbs, i: int) -> rapier3d.MassProperties:
    """Return the mass of a limb about its centre: that of a cylinder as long as the capsule."""
    axis = limbs.end[i] - limbs.start[i]
    length, radius, mass = float(np.linalg.norm(axis)), float(limbs.radius[i]), limbs.mass[i]
    across = mass * (3 * radius**2 + (length + 2 * radius) ** 2) / 12
    along = max(mass * radius**2 / 2, _LEAST_TWIST_INERTIA * across)
    # The z axis is turned into the limb's.
    half_way = axis / max(length, 1e-9) + np.array([0.0, 0.0, 1.0])
    turned = rotation.from_axis_angle(half_way / np.linalg.norm(half_way), np.pi)
    if length < 1e-6 or np.linalg.norm(half_way) < 1e-6:
        turned = rotation.IDENTITY
    return rapier3d.MassProperties(
        local_com=(0.0, 0.0, 0.0),
        mass=float(mass),
        principal_inertia=(float(across), float(across), float(along)),
        principal_inertia_local_frame=turned,
    )


def _compose(outer: Array, inner: Array) -> Array:
    """Return (..., 3, 4) products of rigid transforms that broadcast."""
    turn = outer[..., :3] @ inner[..., :3]
    shift = outer[..., :3] @ inner[..., 3:] + outer[..., 3:]
    return np.concatenate([turn, shift], axis=-1)


def _inverse(matrix: Array) -> Array:
    """Return (..., 3, 4) inverses of rigid transforms."""
    back = np.swapaxes(matrix[..., :3], -1, -2)
    return np.concatenate([back, -back @ matrix[..., 3:]], axis=-1)


def _turn(matrix: Array, vectors: Array) -> Array:
    """Return (..., 3) vectors turned by the rotations of (..., 3, 4)."""
    turned: Array = (matrix[..., :3] @ vectors[..., None])[..., 0]
    return turned


def _transform(matrix: Array, points: Array) -> Array:
    """Return (..., 3) points moved by (..., 3, 4)."""
    return _turn(matrix, points) + matrix[..., 3]


def _rigid(matrices: Array) -> Array:
    """Return (..., 3, 4) with the nearest rotations (polar decomposition)."""
    u, _, vt = np.linalg.svd(matrices[..., :3])
    return np.concatenate([u @ vt, matrices[..., 3:]], axis=-1)


def _rotation_vectors(turns: Array) -> Array:
    """Return (L, 3) axis times angle, rad, of rotation matrices (L, 3, 3) of less than pi."""
    skew = (turns - turns.transpose(0, 2, 1)) / 2
    sines = np.stack([skew[:, 2, 1], skew[:, 0, 2], skew[:, 1, 0]], axis=1)
    sine = np.linalg.norm(sines, axis=1)
    angle = np.arctan2(sine, (np.trace(turns, axis1=1, axis2=2) - 1) / 2)
    scaled: Array = sines * (angle / np.maximum(sine, 1e-12))[:, None]
    return scaled
