"""The physics world: Rapier bodies for the stage's bodies, fixed substeps, contacts, rays.

Rapier computes in float32. A kinematic body is therefore only mirrored here (its exact pose stays
in the stage), moving at the constant velocity that brings it to its target at the end of the tick.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import rapier3d
from numpy.typing import NDArray

from cityloop.embedded.driven import GRAVITY_MPS2, DrivenVehicle, SavedVehicle, static_wheel_loads
from cityloop.embedded.refusal import invalid
from cityloop.embedded.scene_store import CollisionShape, LoadedPrototype
from cityloop.embedded.walker import Walker, WalkerMotion, WalkGoal
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

# Ground under wheels and feet is no contact worth a word: a mesh touched from above.
_GROUND_NORMAL_Z = 0.7
_GROUND = rapier3d.Group.GROUP_0
_SOLID = rapier3d.Group.GROUP_1
_EVERYTHING = rapier3d.Group.ALL
_TOUCHES = (
    rapier3d.ActiveCollisionTypes.default_types()
    | rapier3d.ActiveCollisionTypes.KINEMATIC_KINEMATIC
    | rapier3d.ActiveCollisionTypes.KINEMATIC_FIXED
)


@dataclass(frozen=True)
class Touch:
    """A contact during a tick; see `Contact` in state.proto for units and frames."""

    body_a: int
    body_b: int
    point: tuple[float, float, float]
    normal: tuple[float, float, float]
    impulse_ns: float


@dataclass(frozen=True)
class Motion:
    """Pose and rates of one body's origin, or of many in rows; world frame, SI units."""

    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array


@dataclass(frozen=True)
class SavedPhysics:
    """What `Physics.save` keeps."""

    world: bytes
    handles: dict[int, rapier3d.RigidBodyHandle]
    owners: dict[rapier3d.ColliderHandle, tuple[int, bool]]
    vehicles: dict[int, SavedVehicle]
    walkers: dict[int, tuple[WalkGoal, WalkerMotion]]
    touched: frozenset[int]


class Physics:
    """All bodies that can touch or be touched, by body id."""

    def __init__(self) -> None:
        self.vehicles: dict[int, DrivenVehicle] = {}
        self.walkers: dict[int, Walker] = {}
        self._handles: dict[int, rapier3d.RigidBodyHandle] = {}
        # Collider -> (body id, whether it is a mesh).
        self._owners: dict[rapier3d.ColliderHandle, tuple[int, bool]] = {}
        self._touched: frozenset[int] = frozenset()
        self._stale = False
        self._world = rapier3d.PhysicsWorld(gravity=(0.0, 0.0, -GRAVITY_MPS2))
        # One thread: the order of the additions in the solver, and so the result, stays the same.
        self._world.set_num_threads(1)

    def add_static(self, body_id: int, prototype: LoadedPrototype, motion: Motion) -> None:
        """Add a body that never moves."""
        if prototype.shapes:
            self._add(body_id, rapier3d.RigidBody.fixed(), prototype, motion)

    def add_kinematic(self, body_id: int, prototype: LoadedPrototype, motion: Motion) -> None:
        """Add a body whose poses are given from outside."""
        if prototype.shapes:
            builder = rapier3d.RigidBody.kinematic_velocity_based()
            self._add(body_id, builder.can_sleep(False), prototype, motion, _SOLID)

    def add_driven(self, body_id: int, prototype: LoadedPrototype, motion: Motion) -> None:
        """Add a vehicle; `check_driven` must have accepted its prototype."""
        dynamics = prototype.dynamics
        if dynamics is None:
            raise ValueError(f"{prototype.name} has no dynamics")
        com = np.array(
            [dynamics.center_of_mass.x, dynamics.center_of_mass.y, dynamics.center_of_mass.z]
        )
        lever = rotation.rotate(motion.quaternion, com)
        velocity = motion.velocity + np.cross(motion.angular_velocity, lever)
        length, width, height = _extents(prototype.shapes)
        inertia = np.array([width**2 + height**2, length**2 + height**2, length**2 + width**2])
        builder = (
            rapier3d.RigidBody.dynamic()
            .can_sleep(False)
            .linvel(velocity)
            .angvel(motion.angular_velocity)
            .additional_mass_properties(
                rapier3d.MassProperties(
                    local_com=com,
                    mass=dynamics.mass_kg,
                    # A solid cuboid as large as the collision shapes.
                    principal_inertia=inertia * (dynamics.mass_kg / 12),
                )
            )
        )
        handle = self._add(body_id, builder, prototype, motion)
        self.vehicles[body_id] = DrivenVehicle(handle, prototype)

    def add_walker(self, body_id: int, prototype: LoadedPrototype, motion: Motion) -> None:
        """Add a walker; `check_walker` must have accepted its prototype."""
        yaw = float(rotation.yaw_of(motion.quaternion))
        state = WalkerMotion(motion.position, yaw, motion.velocity, 0.0)
        builder = rapier3d.RigidBody.kinematic_velocity_based()
        handle = self._add(body_id, builder.can_sleep(False), prototype, motion, _SOLID)
        self.walkers[body_id] = Walker(handle, prototype.shapes[0], state)

    def _add(
        self,
        body_id: int,
        builder: rapier3d.RigidBodyBuilder,
        prototype: LoadedPrototype,
        motion: Motion,
        partners: rapier3d.Group = _EVERYTHING,
    ) -> rapier3d.RigidBodyHandle:
        handle = self._world.add_body(
            builder.position(rapier3d.Isometry3(motion.position, motion.quaternion))
        )
        for shape in prototype.shapes:
            member = _GROUND if shape.is_mesh else _SOLID
            collider = (
                rapier3d.Collider.new(shape.shape)
                .translation(shape.center)
                .density(0.0)
                .friction(shape.friction)
                .active_collision_types(_TOUCHES)
                .collision_groups(rapier3d.InteractionGroups(member, partners))
            )
            owned = self._world.add_collider(collider, handle)
            self._owners[owned] = (body_id, shape.is_mesh)
        self._handles[body_id] = handle
        self._stale = True
        return handle

    def remove(self, body_id: int) -> None:
        """Remove a body, if it was ever added."""
        handle = self._handles.pop(body_id, None)
        if handle is None:
            return
        for collider in self._world.rigid_bodies[handle].colliders:
            del self._owners[collider]
        self._world.remove_body(handle)
        self.vehicles.pop(body_id, None)
        self.walkers.pop(body_id, None)
        self._stale = True

    def steer_kinematic(
        self,
        ids: Iterable[int],
        start: tuple[Array, Array],
        end: tuple[Array, Array],
        jumped: NDArray[np.bool_],
        dt_s: float,
    ) -> None:
        """Set N kinematic bodies on their way.

        Args:
            ids: N body ids.
            start: (N, 3) positions and (N, 4) quaternions now, m.
            end: the same at the end of the tick.
            jumped: (N,) True for a body that is put at its end at once, at rest.
            dt_s: length of the tick.
        """
        velocity = (end[0] - start[0]) / dt_s
        turn = rotation.multiply(end[1], rotation.inverse(start[1]))
        turn = np.where(turn[:, 3:] < 0, -turn, turn)
        sine = np.linalg.norm(turn[:, :3], axis=1)
        angle = 2 * np.arctan2(sine, turn[:, 3])
        rate = turn[:, :3] * (angle / np.maximum(sine, 1e-12) / dt_s)[:, None]
        velocity[jumped] = 0.0
        rate[jumped] = 0.0
        position = np.where(jumped[:, None], end[0], start[0])
        quaternion = np.where(jumped[:, None], end[1], start[1])
        bodies = self._world.rigid_bodies
        for i, body_id in enumerate(ids):
            handle = self._handles.get(body_id)
            if handle is None:
                continue
            body = bodies[handle]
            body.position = rapier3d.Isometry3(position[i], quaternion[i])
            body.linvel = rapier3d.Vec3(*velocity[i].tolist())
            body.angvel = rapier3d.Vec3(*rate[i].tolist())

    def step(self, dt_s: float, substeps: int) -> list[Touch]:
        """Advance by one tick and return what touched, by rising ids."""
        world = self._world
        step_s = dt_s / substeps
        world.integration_parameters.dt = step_s
        self.refresh_queries()
        for walker in self.walkers.values():
            self._start_walking(walker, dt_s)
        touches: dict[tuple[int, int], Touch] = {}
        for _ in range(substeps):
            for vehicle in self.vehicles.values():
                vehicle.push(world, step_s)
            world.step()
            self._collect(touches)
        self._touched = frozenset(i for pair in touches for i in pair)
        return [touches[pair] for pair in sorted(touches)]

    def _start_walking(self, walker: Walker, dt_s: float) -> None:
        before, after = walker.motion, walker.move(self._world, dt_s)
        body = self._world.rigid_bodies[walker.handle]
        body.position = rapier3d.Isometry3(before.position, rotation.from_yaw(before.yaw_rad))
        body.linvel = rapier3d.Vec3(*((after.position - before.position) / dt_s).tolist())
        body.angvel = rapier3d.Vec3(0.0, 0.0, after.yaw_rate_radps)
        walker.motion = after

    def _collect(self, touches: dict[tuple[int, int], Touch]) -> None:
        for pair in self._world.narrow_phase.contact_pairs():
            if not pair.has_any_active_contact:
                continue
            first, first_mesh = self._owners[pair.collider1]
            second, second_mesh = self._owners[pair.collider2]
            found = [(p.dist, i, p, m) for i, m in enumerate(pair.manifolds) for p in m.points]
            if not found or first == second:
                continue
            _, _, deepest, manifold = min(found, key=lambda item: item[:2])
            normal = manifold.data.normal
            n = (normal.x, normal.y, normal.z)
            if (first_mesh or second_mesh) and abs(n[2]) > _GROUND_NORMAL_Z:
                continue
            key = (min(first, second), max(first, second))
            impulse = pair.total_impulse_magnitude()
            if key in touches and touches[key].impulse_ns >= impulse:
                continue
            world_from_collider = self._world.colliders[pair.collider1].position
            p = world_from_collider.transform_point(deepest.local_p1)
            if first > second:
                n = (-n[0], -n[1], -n[2])
            touches[key] = Touch(*key, (p.x, p.y, p.z), n, impulse)

    def read_vehicles(
        self, ids: Sequence[int], velocity_before: Array, dt_s: float, step_s: float
    ) -> Motion:
        """Return the states of N driven bodies' origins at the end of a tick, as (N, ...) columns.

        Rapier's velocity at the end of a step of length h is not the derivative of the positions
        there. Gravity enters it in S small steps (positions lag by (S-1)/(2S) g h), and wheel
        forces enter before the positions move, so that it is the velocity of the middle of the
        step, h/2 earlier. Both are put right here, the second with the acceleration of the tick.

        `velocity_before` is (N, 3), their velocities a tick of `dt_s` ago; `step_s` is the length
        of a substep.
        """
        table = np.empty((len(ids), 13))
        for i, body_id in enumerate(ids):
            body = self._world.rigid_bodies[self._handles[body_id]]
            t, r, w = body.translation, body.rotation, body.angvel
            v = body.velocity_at_point(t)
            table[i] = (t.x, t.y, t.z, r.i, r.j, r.k, r.w, v.x, v.y, v.z, w.x, w.y, w.z)
        velocity = table[:, 7:10]
        small_steps = self._world.integration_parameters.num_solver_iterations
        velocity[:, 2] += GRAVITY_MPS2 * step_s * (small_steps - 1) / (2 * small_steps)
        free = np.array([i not in self._touched for i in ids], dtype=np.float64)
        velocity += (velocity - velocity_before) * (free * (step_s / 2 / dt_s))[:, None]
        return Motion(table[:, :3], rotation.normalize(table[:, 3:7]), velocity, table[:, 10:])

    def refresh_queries(self) -> None:
        """Let rays see the bodies that were added, moved or removed since the last step."""
        if self._stale:
            self._world.detect_collisions()
            self._world.update_query_pipeline()
            self._stale = False

    def cast_ray(
        self, origin: Array, direction: Array, max_distance_m: float
    ) -> tuple[int, float, tuple[float, float, float]]:
        """Return (body id or 0, distance m, unit normal) of the first hit of a unit direction."""
        hit = self._world.query_pipeline.cast_ray_and_get_normal(
            rapier3d.Ray(origin, direction), max_distance_m, True
        )
        if hit is None:
            return 0, 0.0, (0.0, 0.0, 0.0)
        collider, where = hit
        n = where.normal
        return self._owners[collider][0], where.toi, (n.x, n.y, n.z)

    def save(self) -> SavedPhysics:
        """Return everything that changes."""
        return SavedPhysics(
            self._world.snapshot(),
            dict(self._handles),
            dict(self._owners),
            {i: vehicle.save() for i, vehicle in self.vehicles.items()},
            {i: (walker.goal, walker.motion) for i, walker in self.walkers.items()},
            self._touched,
        )

    def restore(self, saved: SavedPhysics, prototypes: dict[int, LoadedPrototype]) -> None:
        """Go back to what `save` returned; `prototypes` holds those of its vehicles and walkers."""
        self._world = rapier3d.PhysicsWorld.restore(saved.world)
        self._world.set_num_threads(1)
        self._handles = dict(saved.handles)
        self._owners = dict(saved.owners)
        self._touched = saved.touched
        self.vehicles = {}
        for i, state in saved.vehicles.items():
            self.vehicles[i] = DrivenVehicle(self._handles[i], prototypes[i])
            self.vehicles[i].restore(state)
        self.walkers = {}
        for i, (goal, motion) in saved.walkers.items():
            self.walkers[i] = Walker(self._handles[i], prototypes[i].shapes[0], motion)
            self.walkers[i].goal = goal
        self._stale = True


def check_driven(prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot be driven."""
    if prototype.dynamics is None:
        raise invalid(
            f"{what} is driven, but its prototype {prototype.name!r} has no dynamics: give it "
            "wheels and a mass, or make the body kinematic."
        )
    _refuse_mesh(prototype, what)
    try:
        static_wheel_loads(prototype.dynamics)
    except ValueError as error:
        raise invalid(
            f"{what} is driven, but its prototype {prototype.name!r} cannot stand: {error}."
        ) from None


def check_walker(prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot walk."""
    if not prototype.shapes or prototype.shapes[0].shape.as_capsule() is None:
        raise invalid(
            f"{what} walks, but the first collider of its prototype {prototype.name!r} is not a "
            "capsule: a character controller moves an upright capsule."
        )
    _refuse_mesh(prototype, what)


def check_kinematic(prototype: LoadedPrototype, what: str) -> None:
    """Refuse a prototype that cannot move."""
    _refuse_mesh(prototype, what)


def _refuse_mesh(prototype: LoadedPrototype, what: str) -> None:
    if any(shape.is_mesh for shape in prototype.shapes):
        raise invalid(
            f"{what} moves, but its prototype {prototype.name!r} collides with a mesh: meshes are "
            "for static bodies; give it boxes or a capsule."
        )


def _extents(shapes: tuple[CollisionShape, ...]) -> tuple[float, float, float]:
    """Return length, width and height of the box around all shapes, a car's where there is none."""
    if not shapes:
        return (4.5, 1.8, 1.5)
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for shape in shapes:
        box = shape.shape.compute_aabb(rapier3d.Isometry3.identity())
        center = np.array(shape.center)
        low = np.minimum(low, center + [box.mins.x, box.mins.y, box.mins.z])
        high = np.maximum(high, center + [box.maxs.x, box.maxs.y, box.maxs.z])
    length, width, height = (high - low).tolist()
    return length, width, height
