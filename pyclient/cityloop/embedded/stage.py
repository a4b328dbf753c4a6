"""The stage: bodies, ticks and history; what the protocol's calls do, without the protocol.

All calls come from one thread. A request is checked whole before anything changes, so that a
refused request leaves the stage as it was.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded import decode
from cityloop.embedded.history import BodyInfo, Motions, Snapshot, empty_snapshot
from cityloop.embedded.instance_builder import InstanceBuilder, ThreeInstants
from cityloop.embedded.instances import Instances
from cityloop.embedded.newcomers import Newcomer, check, joined, without
from cityloop.embedded.physics import Physics, SavedPhysics, Touch
from cityloop.embedded.refusal import invalid, not_found, not_now
from cityloop.embedded.scene_store import SceneRenderer, SceneStore
from cityloop.embedded.walker import WalkGoal
from cityloop.protocol import engine_pb2, state_pb2
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

_MAX_SUBSTEPS = 1000
_STATIC = state_pb2.BODY_KIND_STATIC
_KINEMATIC = state_pb2.BODY_KIND_KINEMATIC
_DRIVEN = state_pb2.BODY_KIND_DRIVEN
_WALKER = state_pb2.BODY_KIND_WALKER
_KIND_NAMES = {_STATIC: "static", _KINEMATIC: "kinematic", _DRIVEN: "driven", _WALKER: "a walker"}


class StageRenderer(SceneRenderer, Protocol):
    """The part of the renderer that the stage needs."""

    def reset(self) -> None:
        """Forget the scene."""


@dataclass(frozen=True, eq=False)
class _Saved:
    """A kept state of the stage."""

    snapshots: tuple[Snapshot, ...]
    used_ids: frozenset[int]
    physics: SavedPhysics


@dataclass
class _Columns:
    """The next tick's columns of the bodies that can move, while they are being filled."""

    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    wheels: Array
    bones: list[NDArray[np.float32]]
    jumped: NDArray[np.bool_]

    @staticmethod
    def after(motions: Motions) -> "_Columns":
        """Return copies of the columns of a tick."""
        return _Columns(
            motions.position.copy(),
            motions.quaternion.copy(),
            motions.velocity.copy(),
            motions.angular_velocity.copy(),
            motions.acceleration.copy(),
            motions.wheels.copy(),
            list(motions.bones),
            np.zeros(len(motions.position), dtype=np.bool_),
        )

    def motions(self) -> Motions:
        """Return the filled columns."""
        return Motions(
            self.position,
            self.quaternion,
            self.velocity,
            self.angular_velocity,
            self.acceleration,
            self.wheels,
            tuple(self.bones),
        )


class Stage:
    """The world of one session."""

    def __init__(self, renderer: StageRenderer) -> None:
        self._renderer = renderer
        self._builder = InstanceBuilder()
        self.reset()

    def reset(self) -> None:
        """Forget the scene and all bodies."""
        self._renderer.reset()
        self._scene = SceneStore(self._renderer)
        self._physics = Physics()
        # Oldest first: at most the newest tick and the two before it.
        self._snapshots: tuple[Snapshot, ...] = (empty_snapshot(),)
        self._used_ids: set[int] = set()
        self._saved: list[_Saved] = []

    @property
    def newest(self) -> Snapshot:
        """The newest tick."""
        return self._snapshots[-1]

    def load(self, items: Iterable[engine_pb2.LoadSceneRequest]) -> int:
        """Replace the scene; return the number of triangles of its meshes.

        A refused item leaves an empty scene: what is on the graphics card is gone by then.
        """
        self.reset()
        try:
            for item in items:
                self._scene.add(item)
        except Exception:
            self.reset()
            raise
        return self._scene.triangles

    # Spawning and despawning -----------------------------------------------------------------

    def spawn(self, bodies: Sequence[state_pb2.Body]) -> list[int]:
        """Place bodies at the newest tick; return the rows of those that can move, in order."""
        newcomers: list[Newcomer] = []
        seen: set[int] = set()
        for body in bodies:
            if body.id in seen or body.id in self._used_ids:
                raise invalid(
                    f"The body id {body.id} is already used: ids are never reused within a session."
                )
            seen.add(body.id)
            newcomers.append(check(body, self._scene.prototypes))
        for newcomer in newcomers:
            self._enter(newcomer)
        self._used_ids |= seen
        self._snapshots = (*self._snapshots[:-1], joined(self.newest, newcomers))
        cast = self.newest.cast
        return [cast.row_of(n.info.id) for n in newcomers if n.info.kind != _STATIC]

    def _enter(self, newcomer: Newcomer) -> None:
        info, motion = newcomer.info, newcomer.motion
        add = {
            _STATIC: self._physics.add_static,
            _KINEMATIC: self._physics.add_kinematic,
            _DRIVEN: self._physics.add_driven,
            _WALKER: self._physics.add_walker,
        }[info.kind]
        add(info.id, info.prototype, motion)

    def despawn(self, ids: Sequence[int]) -> None:
        """Remove bodies from the newest tick on."""
        s = self.newest
        for body_id in ids:
            self._require(body_id)
        gone = np.array(sorted(set(ids)), dtype=np.uint32)
        for body_id in gone.tolist():
            self._physics.remove(body_id)
        self._snapshots = (*self._snapshots[:-1], without(s, gone))

    def _require(self, body_id: int) -> BodyInfo:
        s = self.newest
        for cast in (s.cast, s.statics):
            row = cast.row_of(body_id)
            if row >= 0:
                return cast.infos[row]
        raise not_found(f"There is no body {body_id} at tick {s.tick}.")

    # Advancing ---------------------------------------------------------------------------------

    def advance(self, request: engine_pb2.AdvanceRequest) -> list[Touch]:
        """Lead to the next tick; return what touched on the way."""
        s = self.newest
        dt_s = decode.positive(request.dt_s, "The length of the tick, dt_s,")
        if not 1 <= request.substeps <= _MAX_SUBSTEPS:
            raise invalid(
                f"The number of substeps is {request.substeps}: it must be 1 to {_MAX_SUBSTEPS}."
            )
        columns = _Columns.after(s.motions)
        self._place_kinematic(request.kinematic, columns)
        pedals = self._check_drive(request.drive)
        goals = self._check_walk(request.walk, columns)
        lamps, static_lamps = self._light(request.lamps)

        kinematic = self.newest.cast.rows_of_kind(_KINEMATIC)
        self._physics.steer_kinematic(
            s.cast.ids[kinematic].tolist(),
            (s.motions.position[kinematic], s.motions.quaternion[kinematic]),
            (columns.position[kinematic], columns.quaternion[kinematic]),
            columns.jumped[kinematic],
            dt_s,
        )
        for body_id, (throttle, brake, steering) in pedals.items():
            pedal = self._physics.vehicles[body_id].pedals
            pedal.throttle, pedal.brake, pedal.steering = throttle, brake, steering
        for body_id, walker in self._physics.walkers.items():
            walker.goal = goals.get(body_id, WalkGoal())
        touches = self._physics.step(dt_s, request.substeps)
        self._read_driven(columns, dt_s, dt_s / request.substeps)
        self._read_walkers(columns, dt_s)
        now = replace(
            s,
            tick=s.tick + 1,
            time_s=s.time_s + dt_s,
            dt_s=dt_s,
            motions=columns.motions(),
            lamps=lamps,
            jumped=columns.jumped,
            static_lamps=static_lamps,
        )
        self._snapshots = (*self._snapshots[-2:], now)
        return touches

    def _row(self, body_id: int, kind: state_pb2.BodyKind) -> int:
        """Return the row of a body that must be of `kind`."""
        info = self._require(body_id)
        if info.kind != kind:
            raise invalid(
                f"Body {body_id} is {_KIND_NAMES[info.kind]}, not {_KIND_NAMES[kind]}: it takes "
                "other commands."
            )
        return self.newest.cast.row_of(body_id)

    def _place_kinematic(
        self, targets: Iterable[state_pb2.KinematicTarget], columns: _Columns
    ) -> None:
        cast = self.newest.cast
        rows = cast.rows_of_kind(_KINEMATIC)
        columns.velocity[rows] = 0.0
        columns.angular_velocity[rows] = 0.0
        columns.acceleration[rows] = 0.0
        columns.wheels[np.isin(cast.wheel_geometry.row, rows), 2] = 0.0
        for target in targets:
            row = self._row(target.id, _KINEMATIC)
            what = f"The target of body {target.id}"
            prototype = cast.infos[row].prototype
            columns.position[row] = decode.vector(target.pose.position, what)
            columns.quaternion[row] = decode.quaternion(target.pose.rotation, what)
            columns.velocity[row] = decode.vector(target.velocity, what)
            columns.angular_velocity[row] = decode.vector(target.angular_velocity, what)
            columns.acceleration[row] = decode.vector(target.acceleration, what)
            columns.jumped[row] = target.teleport
            if target.bones:
                columns.bones[row] = decode.bones(target.bones, prototype.bone_count, what)
            if len(target.wheels):
                columns.wheels[cast.wheel_rows(row)] = decode.wheels(
                    list(target.wheels), prototype.wheel_count, what
                )

    def _check_drive(
        self, commands: Iterable[state_pb2.DriveCommand]
    ) -> dict[int, tuple[float, float, float]]:
        pedals = {}
        for command in commands:
            self._row(command.id, _DRIVEN)
            what = f"of body {command.id}"
            pedals[command.id] = (
                decode.share(command.throttle, -1.0, 1.0, f"The throttle {what}"),
                decode.share(command.brake, 0.0, 1.0, f"The brake {what}"),
                decode.share(command.steering, -1.0, 1.0, f"The steering {what}"),
            )
        return pedals

    def _check_walk(
        self, commands: Iterable[state_pb2.WalkCommand], columns: _Columns
    ) -> dict[int, WalkGoal]:
        goals = {}
        for command in commands:
            row = self._row(command.id, _WALKER)
            what = f"The walk of body {command.id}"
            vx, vy, _ = decode.vector(command.velocity, what)
            if not math.isfinite(command.heading_rad):
                raise invalid(f"{what} has the heading {command.heading_rad}: give a finite angle.")
            if command.bones:
                count = self.newest.cast.infos[row].prototype.bone_count
                columns.bones[row] = decode.bones(command.bones, count, what)
            goals[command.id] = WalkGoal((vx, vy), command.heading_rad)
        return goals

    def _light(
        self, commands: Sequence[state_pb2.LampCommand]
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        s = self.newest
        lamps, static_lamps = s.lamps, s.static_lamps
        if commands:
            lamps, static_lamps = lamps.copy(), static_lamps.copy()
        for command in commands:
            if self._require(command.id).kind == _STATIC:
                static_lamps[s.statics.row_of(command.id)] = command.lamps
            else:
                lamps[s.cast.row_of(command.id)] = command.lamps
        return lamps, static_lamps

    def _read_driven(self, columns: _Columns, dt_s: float, step_s: float) -> None:
        cast, before = self.newest.cast, self.newest.motions
        rows = cast.rows_of_kind(_DRIVEN)
        if not len(rows):
            return
        ids = cast.ids[rows].tolist()
        now = self._physics.read_vehicles(ids, before.velocity[rows], dt_s, step_s)
        columns.position[rows] = now.position
        columns.quaternion[rows] = now.quaternion
        columns.velocity[rows] = now.velocity
        columns.angular_velocity[rows] = now.angular_velocity
        columns.acceleration[rows] = (now.velocity - before.velocity[rows]) / dt_s
        geometry = cast.wheel_geometry
        wheels = columns.wheels
        for row, body_id in zip(rows, ids, strict=True):
            vehicle = self._physics.vehicles[body_id]
            own = cast.wheel_rows(row)
            wheels[own, 0] = np.where(geometry.steered[own], vehicle.steering_rad, 0.0)
            wheels[own, 3:] = vehicle.read_suspension()
        driven = np.isin(geometry.row, rows)
        rates = geometry.rolling(
            columns.quaternion, columns.velocity, columns.angular_velocity, wheels[:, 0]
        )
        # The angle is the integral of the rate, by trapezoids.
        turned = (before.wheels[:, 2] + rates) * (dt_s / 2)
        wheels[:, 1] = np.where(driven, before.wheels[:, 1] + turned, wheels[:, 1])
        wheels[:, 2] = np.where(driven, rates, wheels[:, 2])

    def _read_walkers(self, columns: _Columns, dt_s: float) -> None:
        cast, before = self.newest.cast, self.newest.motions
        for row in cast.rows_of_kind(_WALKER):
            motion = self._physics.walkers[int(cast.ids[row])].motion
            columns.position[row] = motion.position
            columns.quaternion[row] = rotation.from_yaw(motion.yaw_rad)
            columns.velocity[row] = motion.velocity
            columns.angular_velocity[row] = (0.0, 0.0, motion.yaw_rate_radps)
            columns.acceleration[row] = (motion.velocity - before.velocity[row]) / dt_s

    # Looking -----------------------------------------------------------------------------------

    def instants(self) -> ThreeInstants:
        """Return the tick before the newest with its neighbours."""
        if len(self._snapshots) < 2:
            raise not_now(
                "Nothing can be drawn at tick 0: a frame is drawn once the tick after it is known, "
                "so advance first."
            )
        previous = self._snapshots[-3] if len(self._snapshots) > 2 else None
        return ThreeInstants.around(previous, self._snapshots[-2], self.newest)

    def cast_rays(
        self, origins: Array, directions: Array, max_distance_m: float
    ) -> list[tuple[int, float, tuple[float, float, float]]]:
        """Return (body id or 0, distance m, normal) for each of N rays (N, 3), (N, 3)."""
        lengths = np.linalg.norm(directions, axis=1, keepdims=True)
        if not (np.isfinite(origins).all() and np.isfinite(lengths).all() and (lengths > 0).all()):
            raise invalid("A ray has no direction, or is not finite: give finite, nonzero vectors.")
        self._physics.refresh_queries()
        return [
            self._physics.cast_ray(origin, direction, max_distance_m)
            for origin, direction in zip(origins, directions / lengths, strict=True)
        ]

    # Keeping -----------------------------------------------------------------------------------

    def save(self) -> int:
        """Keep the whole state; return its handle."""
        self._saved.append(_Saved(self._snapshots, frozenset(self._used_ids), self._physics.save()))
        return len(self._saved)

    def restore(self, save_id: int) -> None:
        """Go back to a kept state."""
        if not 1 <= save_id <= len(self._saved):
            raise not_found(f"There is no kept state {save_id}: {len(self._saved)} were saved.")
        saved = self._saved[save_id - 1]
        self._snapshots = saved.snapshots
        self._used_ids = set(saved.used_ids)
        infos = self.newest.cast.infos
        self._physics.restore(saved.physics, {info.id: info.prototype for info in infos})

    def build_instances(self, instants: ThreeInstants) -> Instances:
        """Return what the renderer draws at `instants`."""
        return self._builder.build(instants)
