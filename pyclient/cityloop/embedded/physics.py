"""The physics world: Rapier bodies for the stage's bodies, fixed substeps, contacts, rays.

Rapier computes in float32. A kinematic body is therefore only mirrored here (its exact pose stays
in the stage), moving at the constant velocity that brings it to its target at the end of the tick.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import rapier3d
from numpy.typing import NDArray

from cityloop.embedded.contacts import Contacts, Owner, Touch
from cityloop.embedded.driven import DrivenVehicles, SavedVehicles
from cityloop.embedded.gravity import GRAVITY_MPS2
from cityloop.embedded.impacts import Outline, can_fall, could_run_into, outline, runs_into
from cityloop.embedded.ragdoll import MORE_SOLVER_STEPS, Fall, Posture, Ragdoll
from cityloop.embedded.scene_store import CollisionShape, LoadedPrototype
from cityloop.embedded.tyres import GRIP_DRY, grip
from cityloop.embedded.walker import Walker, WalkerMotion, WalkGoal
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

_GROUND = rapier3d.Group.GROUP_0
_SOLID = rapier3d.Group.GROUP_1
_LIMB = rapier3d.Group.GROUP_2
_DRIVEN = rapier3d.Group.GROUP_3
_EVERYTHING = rapier3d.Group.ALL
# Kinematic bodies meet each other and driven ones, but not the ground. Of limp bodies they meet
# vehicles only: who walks steps over them, and would else tread them into the ground.
_MOVERS = _SOLID | _LIMB
_UPRIGHT = _SOLID
# Somebody who goes limp when hit does not stop a driven car like a post before.
_FORCES = rapier3d.InteractionGroups(_EVERYTHING, _EVERYTHING)
_FORCES_OF_DRIVEN = rapier3d.InteractionGroups(_DRIVEN, _EVERYTHING)
_FORCES_OF_FRAIL = rapier3d.InteractionGroups(_SOLID, ~_DRIVEN)
_LIMB_GROUPS = rapier3d.InteractionGroups(_LIMB, ~_LIMB)
# Limbs that begin to fall inside something solid only land on the ground: what a solver did to part
# them, squeezed as they are between two bodies that do not yield, would be no blow of this world.
_ENCLOSED_LIMB_GROUPS = rapier3d.InteractionGroups(_LIMB, ~(_LIMB | _SOLID))
# Who is deeper in something than that, about half a body, is inside it.
_ENCLOSED_M = 0.12
# What rays and nearest points look for where only the ground counts.
_ON_GROUND = rapier3d.QueryFilter.only_fixed().groups(
    rapier3d.InteractionGroups(_EVERYTHING, _GROUND)
)
_TOUCHES = (
    rapier3d.ActiveCollisionTypes.default_types()
    | rapier3d.ActiveCollisionTypes.KINEMATIC_KINEMATIC
    | rapier3d.ActiveCollisionTypes.KINEMATIC_FIXED
)


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
    owners: dict[rapier3d.ColliderHandle, Owner]
    vehicles: SavedVehicles
    walkers: dict[int, tuple[WalkGoal, WalkerMotion]]
    ragdolls: dict[int, tuple[Ragdoll, float]]
    prototypes: dict[int, LoadedPrototype]
    touched: frozenset[int]
    fresh: dict[int, Array]
    gliding: frozenset[int]
    stale: bool


class Physics:
    """All bodies that can touch or be touched, by body id."""

    def __init__(self) -> None:
        self.vehicles = DrivenVehicles(GRIP_DRY)
        self.walkers: dict[int, Walker] = {}
        self.ragdolls: dict[int, Ragdoll] = {}
        self._outlines: dict[str, tuple[Outline, ...]] = {}
        self._prototypes: dict[int, LoadedPrototype] = {}
        self._handles: dict[int, rapier3d.RigidBodyHandle] = {}
        # Rapier's views of these bodies: each look-up makes one, and costs as much as a setter.
        # They take lists and tuples where Rapier's stubs say Vec3, four times faster.
        self._views: dict[int, Any] = {}
        self._owners: dict[rapier3d.ColliderHandle, Owner] = {}
        # Acceleration (3,), m/s^2, of vehicles whose first step is still to come.
        self._fresh: dict[int, Array] = {}
        # Kinematic bodies that have a velocity.
        self._gliding: set[int] = set()
        self._touched: frozenset[int] = frozenset()
        self._stale = False
        self._world = rapier3d.PhysicsWorld(gravity=(0.0, 0.0, -GRAVITY_MPS2))
        # One thread: the order of the additions in the solver, and so the result, stays the same.
        self._world.set_num_threads(1)

    def add_static(self, body_id: int, prototype: LoadedPrototype, motion: Motion) -> None:
        """Add a body that never moves."""
        if prototype.shapes:
            self._add(body_id, rapier3d.RigidBody.fixed(), prototype, motion)
            self.vehicles.rouse()

    def add_kinematic(self, body_id: int, prototype: LoadedPrototype, motion: Motion) -> None:
        """Add a body whose poses are given from outside."""
        if prototype.shapes:
            builder = rapier3d.RigidBody.kinematic_velocity_based().can_sleep(False)
            if can_fall(prototype):
                self._add(body_id, builder, prototype, motion, _UPRIGHT, _FORCES_OF_FRAIL)
            else:
                self._add(body_id, builder, prototype, motion, _MOVERS)

    def add_driven(
        self, body_id: int, prototype: LoadedPrototype, motion: Motion, acceleration: Array
    ) -> None:
        """Add a vehicle; `check_driven` must have accepted its prototype.

        The first step turns velocity and `acceleration` (3,), m/s^2, which are true now, into what
        Rapier calls a velocity (see `read_vehicles`).
        """
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
            # Its weight comes with the wheel forces, see DrivenVehicles.push.
            .gravity_scale(0.0)
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
        handle = self._add(body_id, builder, prototype, motion, forces=_FORCES_OF_DRIVEN)
        self.vehicles.add(body_id, handle, prototype)
        self._fresh[body_id] = acceleration

    def add_walker(self, body_id: int, prototype: LoadedPrototype, motion: Motion) -> None:
        """Add a walker; `check_walker` must have accepted its prototype."""
        yaw = float(rotation.yaw_of(motion.quaternion))
        state = WalkerMotion(motion.position, yaw, motion.velocity, 0.0)
        builder = rapier3d.RigidBody.kinematic_velocity_based().can_sleep(False)
        forces = _FORCES_OF_FRAIL if can_fall(prototype) else _FORCES
        handle = self._add(body_id, builder, prototype, motion, _UPRIGHT, forces)
        self.walkers[body_id] = Walker(handle, prototype.shapes[0], state)

    def is_enclosed(self, body_id: int) -> bool:
        """Tell whether a body, upright so far, is inside another that does not yield to it."""
        body = self._views.get(body_id)
        if body is None:
            return False
        self.refresh_queries()
        pairs = [p for c in body.colliders for p in self._world.narrow_phase.contact_pairs_with(c)]
        return any(
            point.dist < -_ENCLOSED_M
            for pair in pairs
            if not any(self._owners[c][1] for c in (pair.collider1, pair.collider2))
            for manifold in pair.manifolds
            for point in manifold.points
        )

    def add_ragdoll(
        self, body_id: int, prototype: LoadedPrototype, fall: Fall, *, enclosed: bool = False
    ) -> None:
        """Add a limp body; `check_ragdoll` must have accepted its prototype.

        One that is `enclosed` by another body meets nothing but the ground.
        """
        if prototype.limbs is None:
            raise ValueError(f"{prototype.name} has no limbs")
        groups = _ENCLOSED_LIMB_GROUPS if enclosed else _LIMB_GROUPS
        ragdoll = Ragdoll(self._world, prototype.limbs, fall, groups, _TOUCHES)
        for collider in ragdoll.colliders:
            self._owners[collider] = (body_id, False)
        self.ragdolls[body_id] = ragdoll
        self._stale = True

    def _add(
        self,
        body_id: int,
        builder: rapier3d.RigidBodyBuilder,
        prototype: LoadedPrototype,
        motion: Motion,
        partners: rapier3d.Group = _EVERYTHING,
        forces: rapier3d.InteractionGroups = _FORCES,
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
                .solver_groups(forces)
            )
            owned = self._world.add_collider(collider, handle)
            self._owners[owned] = (body_id, shape.is_mesh)
        self._handles[body_id] = handle
        self._views[body_id] = self._world.rigid_bodies[handle]
        self._prototypes[body_id] = prototype
        self._stale = True
        return handle

    def remove(self, body_id: int) -> None:
        """Remove a body, if it was ever added."""
        ragdoll = self.ragdolls.pop(body_id, None)
        if ragdoll is not None:
            for collider in ragdoll.colliders:
                del self._owners[collider]
            ragdoll.remove(self._world)
            self._stale = True
        handle = self._handles.pop(body_id, None)
        if handle is None:
            return
        del self._prototypes[body_id]
        body = self._views.pop(body_id)
        for collider in body.colliders:
            del self._owners[collider]
        if body.is_fixed:
            self.vehicles.rouse()
        self._world.remove_body(handle)
        self.vehicles.remove(body_id)
        self._fresh.pop(body_id, None)
        self._gliding.discard(body_id)
        self.walkers.pop(body_id, None)
        self._stale = True

    def set_wetness(self, wetness: float) -> None:
        """Say how wet the ground is, 0 to 1: wet tyres hold less."""
        self.vehicles.set_grip(grip(wetness))

    def steer_kinematic(
        self,
        ids: NDArray[np.uint32],
        start: tuple[Array, Array],
        end: tuple[Array, Array],
        jumped: NDArray[np.bool_],
        involved: NDArray[np.bool_],
        dt_s: float,
    ) -> None:
        """Set N kinematic bodies on their way.

        Args:
            ids: (N,) body ids.
            start: (N, 3) positions and (N, 4) quaternions now, m.
            end: the same at the end of the tick.
            jumped: (N,) True for a body that is put at its end at once, at rest.
            involved: (N,) True for a body that could meet one that physics moves: it goes there in
                substeps. Others, which nothing can push, are put at their end at once as well.
            dt_s: length of the tick.
        """
        moves = (end[0] != start[0]).any(axis=1) | (end[1] != start[1]).any(axis=1)
        glides = moves & involved & ~jumped
        changes = moves | jumped
        if self._gliding:
            changes |= np.isin(ids, np.array(list(self._gliding), dtype=ids.dtype))
        rows, sent = np.flatnonzero(changes), np.flatnonzero(glides)
        places, turns = end[0][rows], end[1][rows]
        rates: list[tuple[list[float], list[float]] | None] = [None] * len(rows)
        if len(sent):
            among = np.searchsorted(rows, sent)
            places[among], turns[among] = start[0][sent], start[1][sent]
            velocity = (end[0][sent] - start[0][sent]) / dt_s
            turn = rotation.multiply(end[1][sent], rotation.inverse(start[1][sent]))
            rate = rotation.rotation_vector(turn) / dt_s
            for i, v, w in zip(among.tolist(), velocity.tolist(), rate.tolist(), strict=True):
                rates[i] = v, w
        self._gliding = set(ids[sent].tolist())
        views = map(self._views.get, ids[rows].tolist())
        for body, place, turned, rate_of in zip(
            views, places.tolist(), turns.tolist(), rates, strict=True
        ):
            if body is None:
                continue
            body.translation = place
            body.rotation = turned
            if rate_of is None:
                # At rest, and not looked at in every substep.
                body.sleep()
            else:
                body.linvel, body.angvel = rate_of

    def step(
        self,
        dt_s: float,
        substeps: int,
        suspects: Sequence[tuple[int, int]] = (),
        fall: Callable[[int, float], Fall] | None = None,
    ) -> list[Touch]:
        """Advance by one tick and return what touched, by rising ids.

        Args:
            dt_s: length of the tick.
            substeps: equal steps that it is taken in.
            suspects: (vehicle, person) that could meet; a person who is hit goes limp.
            fall: for a person and the share of the tick that has gone by, how its fall begins.
        """
        world = self._world
        step_s = dt_s / substeps
        world.integration_parameters.dt = step_s
        self.refresh_queries()
        for walker in self.walkers.values():
            self._start_walking(walker, dt_s)
        self._start_driving(step_s)
        contacts = Contacts(world, self._owners)
        self.vehicles.begin_tick(world)
        for ragdoll in self.ragdolls.values():
            ragdoll.settle(world, dt_s)
        suspects = [pair for pair in suspects if could_run_into(*self._parties(*pair), dt_s)]
        for i in range(substeps):
            if fall is not None:
                self._knock_down(suspects, fall, i / substeps, step_s)
            self.vehicles.push(world, step_s)
            world.step()
            contacts.collect()
            for ragdoll in self.ragdolls.values():
                ragdoll.keep_above(world, _ON_GROUND)
        touches = contacts.sorted()
        self._touched = frozenset(i for touch in touches for i in (touch.body_a, touch.body_b))
        return touches

    def _knock_down(
        self,
        suspects: Sequence[tuple[int, int]],
        fall: Callable[[int, float], Fall],
        share: float,
        step_s: float,
    ) -> None:
        for vehicle, person in suspects:
            if person in self.ragdolls:
                continue
            if runs_into(*self._parties(vehicle, person), step_s):
                prototype = self._prototypes[person]
                start = fall(person, share)
                self.remove(person)
                self.add_ragdoll(person, prototype, start)

    def _parties(
        self, vehicle: int, person: int
    ) -> tuple[rapier3d.RigidBody, tuple[Outline, ...], rapier3d.RigidBody, tuple[Outline, ...]]:
        views = self._views
        return views[vehicle], self._outline(vehicle), views[person], self._outline(person)

    def _outline(self, body_id: int) -> tuple[Outline, ...]:
        prototype = self._prototypes[body_id]
        if prototype.name not in self._outlines:
            self._outlines[prototype.name] = tuple(map(outline, prototype.shapes))
        return self._outlines[prototype.name]

    def _start_walking(self, walker: Walker, dt_s: float) -> None:
        before, after = walker.motion, walker.move(self._world, dt_s)
        body = self._world.rigid_bodies[walker.handle]
        body.position = rapier3d.Isometry3(before.position, rotation.from_yaw(before.yaw_rad))
        body.linvel = rapier3d.Vec3(*((after.position - before.position) / dt_s).tolist())
        body.angvel = rapier3d.Vec3(0.0, 0.0, after.yaw_rate_radps)
        walker.motion = after

    def _start_driving(self, step_s: float) -> None:
        """Give new vehicles the velocity that is Rapier's for the one that they have."""
        for body_id, acceleration in self._fresh.items():
            body = self._views[body_id]
            v = body.linvel
            lag = acceleration * (step_s / 2)
            body.linvel = rapier3d.Vec3(v.x - lag[0], v.y - lag[1], v.z - lag[2])
        self._fresh.clear()

    def read_vehicles(
        self, ids: Sequence[int], velocity_before: Array, dt_s: float, step_s: float
    ) -> Motion:
        """Return the states of N driven bodies' origins at the end of a tick, as (N, ...) columns.

        Rapier's velocity at the end of a step of length h is not the derivative of the positions
        there: forces enter before the positions move, so that it is the velocity of the middle of
        the step, h/2 earlier. This is put right here with the acceleration of the tick.

        `velocity_before` is (N, 3), their velocities a tick of `dt_s` ago; `step_s` is the length
        of a substep.
        """
        table = np.empty((len(ids), 16))
        for i, body_id in enumerate(ids):
            body = self._views[body_id]
            t, r, c = body.translation, body.rotation, body.center_of_mass
            v, w = body.linvel, body.angvel
            table[i] = (
                *(t.x, t.y, t.z, r.i, r.j, r.k, r.w, v.x, v.y, v.z),
                *(w.x, w.y, w.z, c.x, c.y, c.z),
            )
        position, rate = table[:, 0:3], table[:, 10:13]
        velocity = table[:, 7:10] + np.cross(rate, position - table[:, 13:])
        free = np.array([i not in self._touched for i in ids], dtype=np.float64)
        velocity += (velocity - velocity_before) * (free * (step_s / 2 / dt_s))[:, None]
        return Motion(position, rotation.normalize(table[:, 3:7]), velocity, rate)

    def read_wheels(self, ids: Sequence[int]) -> tuple[Array, Array]:
        """Return the steering angles (N,), rad, of N driven bodies and their wheels' suspension.

        The latter is (W, 2): travel, m, and 1 for a wheel on the ground, body by body.
        """
        return self.vehicles.steering_rad(ids), self.vehicles.springs(ids)

    def read_ragdoll(
        self, body_id: int, velocity_before: Array, dt_s: float, step_s: float
    ) -> tuple[Posture, Motion]:
        """Return bones and state of a limp body's origin at the end of a tick.

        Within a step Rapier moves bodies in S small steps, each with the velocity at its end. As
        the derivative of the positions, its velocity lags by half a small step, which the
        acceleration of the tick makes up for. `velocity_before` is that of the origin a tick ago.
        """
        ragdoll = self.ragdolls[body_id]
        posture, velocity, rate = ragdoll.read(self._world)
        if body_id not in self._touched:
            small_steps = (
                self._world.integration_parameters.num_solver_iterations + MORE_SOLVER_STEPS
            )
            velocity = velocity + (velocity - velocity_before) * (step_s / (2 * small_steps) / dt_s)
        return posture, Motion(posture.position, posture.quaternion, velocity, rate)

    def refresh_queries(self) -> None:
        """Let rays see the bodies that were added, moved or removed since the last step."""
        if self._stale:
            self._world.detect_collisions()
            self._world.update_query_pipeline()
            self._stale = False

    def cast_ray(
        self, origin: Array, direction: Array, max_distance_m: float
    ) -> tuple[int, float, tuple[float, float, float]]:
        """Return (body id or 0, distance m, unit normal) of the first hit of a unit direction.

        Shapes that the ray starts in are not there for it.
        """
        queries, ray = self._world.query_pipeline, rapier3d.Ray(origin, direction)
        around: set[object] = set()
        hit = queries.cast_ray_and_get_normal(ray, max_distance_m, True)
        while hit is not None and hit[1].toi <= 0.0:
            around.add(hit[0])
            outside = rapier3d.QueryFilter.new().predicate(lambda handle, _: handle not in around)
            hit = queries.cast_ray_and_get_normal(ray, max_distance_m, True, outside)
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
            self.vehicles.save(),
            {i: (walker.goal, walker.motion) for i, walker in self.walkers.items()},
            {i: (ragdoll, ragdoll.calm_s) for i, ragdoll in self.ragdolls.items()},
            dict(self._prototypes),
            self._touched,
            dict(self._fresh),
            frozenset(self._gliding),
            self._stale,
        )

    def restore(self, saved: SavedPhysics) -> None:
        """Go back to what `save` returned."""
        self._world = rapier3d.PhysicsWorld.restore(saved.world)
        self._world.set_num_threads(1)
        self._handles = dict(saved.handles)
        bodies = self._world.rigid_bodies
        self._views = {body_id: bodies[handle] for body_id, handle in self._handles.items()}
        self._owners = dict(saved.owners)
        self._touched = saved.touched
        self._fresh = dict(saved.fresh)
        self._gliding = set(saved.gliding)
        self._prototypes = prototypes = dict(saved.prototypes)
        self.ragdolls = {}
        for i, (ragdoll, calm_s) in saved.ragdolls.items():
            ragdoll.resume(calm_s)
            self.ragdolls[i] = ragdoll
        self.vehicles.restore(saved.vehicles)
        self.walkers = {}
        for i, (goal, motion) in saved.walkers.items():
            self.walkers[i] = Walker(self._handles[i], prototypes[i].shapes[0], motion)
            self.walkers[i].goal = goal
        # Another detection of collisions would freshen contacts that the first run goes on with.
        self._world.update_query_pipeline()
        self._stale = saved.stale


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
