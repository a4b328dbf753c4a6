"""What the points of vehicles may move with: the body, its wheels, and what a two-wheeler turns.

Where geometry cannot tell to which of them a point belongs, it may move with each that its place
allows: a mudguard next to a tyre, a crank next to the frame, a fork next to its wheel.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.kinds import KindGeometry, WheelGeometry
from cityloop.dataset.verification.picture import Instant, Picture, transform
from cityloop.spatial import Pose, rotation
from cityloop.world.riding import CRANK_BONES

Array = NDArray[np.float64]
Points = NDArray[np.bool_]
_Instants = tuple[Array | None, Array, Array | None]  # the tick before, now, the tick after

# A tyre may stand out of the wheel's cylinder by this much, and the arch of the bodywork may come
# as near to its tread; points in this margin may belong to either.
WHEEL_MARGIN_M = 0.03
# Far bodies have no wheel arches: their coarse wheels reach out to the body's side, this far at
# most, and when steered partly into it.
WHEEL_SIDE_MARGIN_M = 0.05

# Cranks and pedals lie within these of the bottom bracket: beyond the pedals' axles, and beside.
# A pedal lies as near to its own axle.
CRANK_MARGIN_M, CRANK_SIDE_M = 0.06, 0.22
# Handlebars and forks lie within this of the axis about which they steer.
STEERED_REACH_M = 0.5
_STEERING = np.array([1.0, 0.0, 0.0, 0.0, 0.0])  # of the columns of a wheel's state


@dataclass(frozen=True)
class Motion:
    """World positions of the same n surface points at three instants, and their velocity.

    Attributes:
        before, after: (n, 3) m, NaN where the actor was not recorded then.
        velocity: (n, 3) m/s at the picture's instant.
    """

    before: Array
    after: Array
    velocity: Array


def _wheel_pose(wheel: WheelGeometry, state: Array) -> Pose:
    """Return body-from-wheel: sprung along z, steered about z, then spun about the axle, y."""
    steering, spin, _, travel, _ = state
    turned = rotation.multiply(
        rotation.from_yaw(steering), rotation.from_axis_angle([0.0, 1.0, 0.0], spin)
    )
    return Pose(np.asarray(wheel.center) + [0.0, 0.0, travel], turned)


def _cross_matrix(vector: Array) -> Array:
    """Return (3, 3) m so that m @ r is the cross product of `vector` and r."""
    x, y, z = vector
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def _nothing(count: int) -> Array:
    return np.full((count, 3), np.nan)


@dataclass(frozen=True)
class Rule:
    """Points of a vehicle that move alike.

    Attributes:
        points: (m,) indices.
        motions: what they may do, each of m points.
        turns: whether that is more than to stay on the body.
    """

    points: NDArray[np.intp]
    motions: tuple[Motion, ...]
    turns: bool


@dataclass(frozen=True)
class _Body:
    """A rigid actor now and in the two neighbouring ticks."""

    now: Pose
    before: Pose | None
    after: Pose | None
    velocity: Array
    angular_velocity: Array

    def motion(self, world: Array) -> Motion:
        """Return the motion of world points (n, 3) fixed to the body."""
        local = transform(self.now.inverse(), world)
        return Motion(
            transform(self.before, local) if self.before else _nothing(len(world)),
            transform(self.after, local) if self.after else _nothing(len(world)),
            self.velocity + (world - self.now.position) @ _cross_matrix(self.angular_velocity).T,
        )

    def wheel_motion(
        self,
        world: Array,
        wheel: WheelGeometry,
        states: _Instants,
        dt_s: float,
    ) -> Motion:
        """Return the motion of world points (n, 3) fixed to a wheel in `states` (5,) each."""
        before, now, after = states
        axis = _wheel_pose(wheel, now)
        in_wheel = transform((self.now @ axis).inverse(), world)

        def moved(body: Pose | None, state: Array | None) -> Array:
            if body is None or state is None:
                return _nothing(len(world))
            return transform(body @ _wheel_pose(wheel, state), in_wheel)

        return Motion(
            moved(self.before, before),
            moved(self.after, after),
            self.motion(world).velocity + self._wheel_velocity(world, axis, states, dt_s),
        )

    def bone_motion(self, world: Array, bones: _Instants, dt_s: float) -> Motion:
        """Return the motion of world points (n, 3) fixed to a bone that `bones` (3, 4) pose.

        Velocity is the central difference, as that of all that follows bones.
        """
        before, now, after = bones
        posed = transform(self.now.inverse(), world)
        at_rest = (posed - now[:, 3]) @ np.linalg.inv(now[:, :3]).T

        def moved(body: Pose | None, bone: Array | None) -> Array:
            if body is None or bone is None:
                return _nothing(len(world))
            return transform(body, at_rest @ bone[:, :3].T + bone[:, 3])

        there, then = moved(self.before, before), moved(self.after, after)
        return Motion(there, then, (then - there) / (2 * dt_s))

    def _wheel_velocity(
        self,
        world: Array,
        axis: Pose,
        states: _Instants,
        dt_s: float,
    ) -> Array:
        """Return (n, 3) velocity on the wheel at body-from-wheel `axis` relative to the body.

        The spin rate is recorded; the rates of steering and spring are central differences.
        """
        before, now, after = states
        if before is None or after is None:
            return _nothing(len(world))
        steering_rate, _, _, travel_rate, _ = (after - before) / (2 * dt_s)
        up = self.now.rotate([0.0, 0.0, 1.0])
        axle = self.now.rotate(axis.rotate([0.0, 1.0, 0.0]))
        turning = axle * now[2] + up * steering_rate
        lever = world - self.now.apply(axis.position)
        velocity: Array = lever @ _cross_matrix(turning).T + up * travel_rate
        return velocity


def _in_cylinder(
    points: Array, wheel: WheelGeometry, state: Array, margin: float, beside_m: float
) -> Points:
    """Return (n,) whether body-frame points lie in a wheel's cylinder, so much larger."""
    local = transform(_wheel_pose(wheel, state).inverse(), points)
    beside = np.abs(local[:, 1]) <= wheel.width_m / 2 + beside_m
    around = np.hypot(local[:, 0], local[:, 2]) <= wheel.radius_m + margin
    inside: Points = beside & around
    return inside


@dataclass(frozen=True)
class _Part:
    """What turns on a body: (n,) which points may belong to it, and how world points then move."""

    near: Points
    motion: Callable[[Array], Motion]


@dataclass(frozen=True)
class _Vehicle:
    """A vehicle's body and the visible points (n, 3) of its surface, body frame."""

    picture: Picture
    actor: int
    geometry: KindGeometry
    body: _Body
    local: Array

    def wheels(self) -> tuple[list[_Part], Points]:
        """Return the wheels, and (n,) which points belong to one and to nothing else."""
        parts: list[_Part] = []
        cores: list[Points] = []
        for i, wheel in enumerate(self.geometry.wheels):
            states = self._over_time(partial(_wheel_state, actor=self.actor, wheel=i))
            if states is not None:
                place = self.local, wheel, states[1]
                near = _in_cylinder(*place, WHEEL_MARGIN_M, WHEEL_SIDE_MARGIN_M)
                parts.append(_Part(near, self._with_wheel(wheel, states)))
                cores.append(near & _in_cylinder(*place, -WHEEL_MARGIN_M, 0.0))
        inside = np.any(cores, axis=0) if cores else np.zeros(len(self.local), dtype=np.bool_)
        own = zip(parts, cores, strict=True)
        return [replace(part, near=part.near & (core | ~inside)) for part, core in own], inside

    def steered(self, elsewhere: Points) -> list[_Part]:
        """Return fork and handlebar: each turns with its wheel, and neither spins nor springs.

        `elsewhere` (n,) are points that belong to something else.
        """
        parts = []
        for part in self.geometry.steered_parts:
            turned = partial(_steering_alone, actor=self.actor, wheel=part.wheel)
            states = self._over_time(turned)
            if states is not None:
                away = np.hypot(self.local[:, 0] - part.x, self.local[:, 1] - part.y)
                near = (away < STEERED_REACH_M) & ~elsewhere
                parts.append(_Part(near, self._with_wheel(part.as_wheel, states)))
        return parts

    def cranks(self, elsewhere: Points) -> list[_Part]:
        """Return cranks and pedals, bones of who rides; `elsewhere` as in `steered`."""
        rider = self.geometry.rider
        crank, pedal = (None if rider is None else rider.bone(b) for b in CRANK_BONES[:2])
        if rider is None or crank is None or pedal is None:
            return []
        (x, _, z), (end_x, _, end_z) = rider.joints[[crank, pedal]]
        length = np.hypot(end_x - x, end_z - z)
        beside = (np.abs(self.local[:, 1]) < CRANK_SIDE_M) & ~elsewhere
        parts = []
        for name in CRANK_BONES:
            bone = rider.names.index(name)
            posed = self._over_time(partial(_bone, actor=self.actor, bone=bone))
            if posed is not None:
                x, y, z = posed[1][:, :3] @ rider.joints[bone] + posed[1][:, 3]
                reach = CRANK_MARGIN_M + (length if bone == crank else 0.0)
                near = beside & (np.hypot(self.local[:, 0] - x, self.local[:, 2] - z) < reach)
                if bone != crank:
                    near &= self.local[:, 1] * y > 0.0
                moved = partial(self.body.bone_motion, bones=posed, dt_s=self.picture.sequence.dt_s)
                parts.append(_Part(near, moved))
        return parts

    def _with_wheel(self, wheel: WheelGeometry, states: _Instants) -> Callable[[Array], Motion]:
        dt_s = self.picture.sequence.dt_s
        return partial(self.body.wheel_motion, wheel=wheel, states=states, dt_s=dt_s)

    def _over_time(self, told: Callable[[Instant], Array | None]) -> _Instants | None:
        """Return what is told of the tick before, of now and of the tick after, None if not now."""
        before, now, after = (
            None if instant is None else told(instant)
            for instant in (self.picture.before, self.picture.now, self.picture.after)
        )
        return None if now is None else (before, now, after)


def _wheel_state(instant: Instant, actor: int, wheel: int) -> Array | None:
    wheels = instant.state.wheels.get(actor)
    return None if wheels is None else wheels[wheel]


def _steering_alone(instant: Instant, actor: int, wheel: int) -> Array | None:
    """Return a wheel's state (5,) without spin and travel."""
    state = _wheel_state(instant, actor, wheel)
    return None if state is None else state * _STEERING


def _bone(instant: Instant, actor: int, bone: int) -> Array | None:
    bones = instant.state.bones.get(actor)
    return None if bones is None else bones[bone].astype(np.float64)


def rules(picture: Picture, actor: int, world: Array) -> list[Rule]:
    """Return how the visible surface (n, 3), world, of a vehicle moves: each point by one rule.

    A rider's pixels are not among them. The actor is there in `picture.now`.
    """
    now, before, after = picture.now, picture.before, picture.after
    row = None if now is None else now.state.row(actor)
    assert now is not None
    assert row is not None
    actors = now.state.actors
    body = _Body(
        now.state.pose(actor) or Pose(),
        before.state.pose(actor) if before else None,
        after.state.pose(actor) if after else None,
        actors.velocity[row],
        actors.angular_velocity[row],
    )
    geometry = picture.sequence.kinds.get(actors.kind[row])
    parts: list[_Part] = []
    # One bit for the body and for each part that a point may belong to.
    may = np.ones(len(world), dtype=np.int64)
    if geometry is not None:
        vehicle = _Vehicle(picture, actor, geometry, body, transform(body.now.inverse(), world))
        wheels, inside = vehicle.wheels()
        parts = [*wheels, *vehicle.cranks(inside), *vehicle.steered(inside)]
        may[inside] = 0
    for bit, part in enumerate(parts, start=1):
        may |= part.near.astype(np.int64) << bit
    motions = [body.motion, *(part.motion for part in parts)]
    found = []
    for choice in np.unique(may).tolist():
        points = np.flatnonzero(may == choice)
        moving = [move(world[points]) for bit, move in enumerate(motions) if choice >> bit & 1]
        found.append(Rule(points, tuple(moving), turns=choice != 1))
    return found
