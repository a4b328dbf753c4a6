"""Where each visible surface point was a tick ago and will be in a tick, from depth and states.

Nothing here reads the flow or velocity passes: points come from depth and the camera's pose, and
move as states.parquet says their object moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.kinds import SteeredPart, WheelGeometry
from cityloop.dataset.verification.people import SkinnedSurfaces
from cityloop.dataset.verification.picture import Instant, Picture, transform
from cityloop.spatial import Figure, Pose, rotation
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]

# A tyre may stand out of the wheel's cylinder by this much, and the arch of the bodywork may come
# as near to its tread; points in this margin may belong to either.
WHEEL_MARGIN_M = 0.03
# Far bodies have no wheel arches: their coarse wheels reach out to the body's side, this far at
# most, and when steered partly into it.
WHEEL_SIDE_MARGIN_M = 0.05


# Cranks and pedals lie within these of the bottom bracket: beyond the pedals' axles, and beside.
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


@dataclass(frozen=True)
class Group:
    """Pixels whose surface moves by the same rule.

    Attributes:
        label: "background", "sky", "rigid", "wheels" or "people".
        pixels: (n,) flat indices.
        motions: what the points may do; more than one where geometry cannot tell to which part of
            an object a point belongs. For "sky" the positions are directions.
        depth_error_m: (n,) for "people" recorded depth against the skinned mesh, else None.
    """

    label: str
    pixels: NDArray[np.intp]
    motions: tuple[Motion, ...]
    depth_error_m: Array | None = None


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
        states: tuple[Array | None, Array, Array | None],
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

    def _wheel_velocity(
        self,
        world: Array,
        axis: Pose,
        states: tuple[Array | None, Array, Array | None],
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
) -> NDArray[np.bool_]:
    """Return (n,) whether body-frame points lie in a wheel's cylinder, so much larger."""
    local = transform(_wheel_pose(wheel, state).inverse(), points)
    beside = np.abs(local[:, 1]) <= wheel.width_m / 2 + beside_m
    around = np.hypot(local[:, 0], local[:, 2]) <= wheel.radius_m + margin
    inside: NDArray[np.bool_] = beside & around
    return inside


class SurfaceMotion:
    """Groups the pixels of pictures by how their surfaces move."""

    def __init__(self) -> None:
        self._people = SkinnedSurfaces()

    def groups(self, picture: Picture) -> list[Group]:
        """Return all groups of a picture, silhouettes left out; people are sampled."""
        now = picture.now
        if now is None:
            return []
        clear = ~picture.silhouette
        depth = picture.flat("depth")
        background = clear & (picture.flat("instance") == 0)
        sky = np.flatnonzero(background & np.isinf(depth))
        ground = np.flatnonzero(background & np.isfinite(depth))
        pose = now.world_from_camera
        directions = pose.rotate(picture.rays[sky])
        points = transform(pose, picture.surface[ground])
        groups = [
            Group("sky", sky, (Motion(directions, directions, np.zeros_like(directions)),)),
            Group("background", ground, (Motion(points, points, np.zeros_like(points)),)),
        ]
        for actor, pixels in picture.pixels_of_actor.items():
            seen = pixels[clear[pixels] & np.isfinite(depth[pixels])]
            row = now.state.row(actor)
            if row is not None and len(seen):
                groups += self._of_actor(picture, actor, row, seen)
        return groups

    def _of_actor(
        self, picture: Picture, actor: int, row: int, pixels: NDArray[np.intp]
    ) -> list[Group]:
        now, before, after = picture.now, picture.before, picture.after
        assert now is not None
        kind = now.state.actors.kind[row]
        geometry = picture.sequence.kinds.get(kind)
        rider = None if geometry is None else geometry.rider
        groups: list[Group] = []
        if rider is not None and actor in now.state.bones:
            rides = picture.flat("semantic")[pixels] == SemanticClass.RIDER
            if rides.any():
                groups += self._skinned(picture, actor, kind, pixels[rides])
            pixels = pixels[~rides]
        elif actor in now.state.bones or (geometry is not None and geometry.skinned):
            return self._skinned(picture, actor, kind, pixels)

        body = _Body(
            now.state.pose(actor) or Pose(),
            before.state.pose(actor) if before else None,
            after.state.pose(actor) if after else None,
            now.state.actors.velocity[row],
            now.state.actors.angular_velocity[row],
        )
        world = transform(now.world_from_camera, picture.surface[pixels])
        wheels = geometry.wheels if geometry is not None and actor in now.state.wheels else ()
        rest = np.ones(len(pixels), dtype=np.bool_)
        local = transform(body.now.inverse(), world)
        for i, wheel in enumerate(wheels):
            state = now.state.wheels[actor][i]
            near = rest & _in_cylinder(local, wheel, state, WHEEL_MARGIN_M, WHEEL_SIDE_MARGIN_M)
            rest &= ~near
            states = (_wheel_state(before, actor, i), state, _wheel_state(after, actor, i))
            core = near & _in_cylinder(local, wheel, state, -WHEEL_MARGIN_M, 0.0)
            for part, either in ((core, False), (near & ~core, True)):
                if part.any():
                    motion = body.wheel_motion(world[part], wheel, states, picture.sequence.dt_s)
                    motions = (motion, body.motion(world[part])) if either else (motion,)
                    groups.append(Group("wheels", pixels[part], motions))
        cranks = rest & _near_cranks(local, rider)
        rest &= ~cranks
        if cranks.any():
            for group in self._skinned(picture, actor, kind, pixels[cranks]):
                # Cranks, or the frame beside them.
                fixed = body.motion(world[np.searchsorted(pixels, group.pixels)])
                groups.append(Group("wheels", group.pixels, (*group.motions, fixed)))
        steered = geometry.steered_parts if geometry is not None and len(wheels) else ()
        beside = rest & _near_an_axis(local, steered)
        rest &= ~beside
        if beside.any():
            # A handlebar, or what it turns beside: it may move with either.
            may = [body.motion(world[beside])]
            may += [
                body.wheel_motion(
                    world[beside],
                    axis.as_wheel,
                    (
                        _steering_alone(before, actor, axis.wheel),
                        now.state.wheels[actor][axis.wheel] * _STEERING,
                        _steering_alone(after, actor, axis.wheel),
                    ),
                    picture.sequence.dt_s,
                )
                for axis in steered
            ]
            groups.append(Group("wheels", pixels[beside], tuple(may)))
        if rest.any():
            groups.append(Group("rigid", pixels[rest], (body.motion(world[rest]),)))
        return groups

    def _skinned(
        self, picture: Picture, actor: int, kind: str, pixels: NDArray[np.intp]
    ) -> list[Group]:
        """Return the group of some of the pixels, which show skin and clothes, or none."""
        found = self._people.sample(picture, actor, kind, pixels)
        if found is None:
            return []
        positions = found.before, found.after
        motion = Motion(*positions, (found.after - found.before) / (2 * picture.sequence.dt_s))
        return [Group("people", found.pixels, (motion,), found.depth_error_m)]


def _near_an_axis(local: Array, parts: Sequence[SteeredPart]) -> NDArray[np.bool_]:
    """Return (n,) whether body-frame points may belong to a part that steers."""
    near = np.zeros(len(local), dtype=np.bool_)
    for part in parts:
        near |= np.hypot(local[:, 0] - part.x, local[:, 1] - part.y) < STEERED_REACH_M
    return near


def _near_cranks(local: Array, rider: Figure | None) -> NDArray[np.bool_]:
    """Return (n,) whether body-frame points may belong to cranks or pedals."""
    crank, pedal = (None if rider is None else rider.bone(b) for b in ("crank", "pedal_l"))
    if rider is None or crank is None or pedal is None:
        return np.zeros(len(local), dtype=np.bool_)
    axle, end = rider.joints[[crank, pedal]]
    reach = np.hypot(end[0] - axle[0], end[2] - axle[2]) + CRANK_MARGIN_M
    around = np.hypot(local[:, 0] - axle[0], local[:, 2] - axle[2]) < reach
    found: NDArray[np.bool_] = around & (np.abs(local[:, 1]) < CRANK_SIDE_M)
    return found


def _steering_alone(instant: Instant | None, actor: int, wheel: int) -> Array | None:
    """Return a wheel's state (5,) without spin and travel."""
    state = _wheel_state(instant, actor, wheel)
    return None if state is None else state * _STEERING


def _wheel_state(instant: Instant | None, actor: int, wheel: int) -> Array | None:
    if instant is None or actor not in instant.state.wheels:
        return None
    return instant.state.wheels[actor][wheel]
