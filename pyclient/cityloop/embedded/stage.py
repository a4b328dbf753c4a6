"""The stage: bodies, ticks and history; what the protocol's calls do, without the protocol.

All calls come from one thread. A request is checked whole before anything changes, so that a
refused request leaves the stage as it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded import decode
from cityloop.embedded.contacts import Touch
from cityloop.embedded.history import BodyInfo, Columns, Motions, Snapshot, empty_snapshot
from cityloop.embedded.impacts import ImpactWatch
from cityloop.embedded.instance_builder import InstanceBuilder, ThreeInstants
from cityloop.embedded.instances import Instances
from cityloop.embedded.limbs import Limbs
from cityloop.embedded.nearby import pairs_within_reach, reach_in_tick
from cityloop.embedded.newcomers import Newcomer, check, joined, without
from cityloop.embedded.orders import kind_of, take_orders
from cityloop.embedded.physics import Motion, Physics, SavedPhysics
from cityloop.embedded.ragdoll import Fall, Posture, fall_between, fall_of_rigid
from cityloop.embedded.readings import read_physics
from cityloop.embedded.refusal import invalid, not_found, not_now
from cityloop.embedded.scene_store import SceneRenderer, SceneStore
from cityloop.embedded.settling import settle
from cityloop.embedded.walker import WalkGoal
from cityloop.protocol import engine_pb2, state_pb2
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

_MAX_SUBSTEPS = 1000
_STATIC = state_pb2.BODY_KIND_STATIC
_KINEMATIC = state_pb2.BODY_KIND_KINEMATIC
_DRIVEN = state_pb2.BODY_KIND_DRIVEN
_WALKER = state_pb2.BODY_KIND_WALKER
_RAGDOLL = state_pb2.BODY_KIND_RAGDOLL


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


class Stage:
    """The world of one session."""

    def __init__(self, renderer: StageRenderer) -> None:
        self._renderer = renderer
        self._builder = InstanceBuilder()
        self._wetness = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget the scene and all bodies."""
        self._renderer.reset()
        self._scene = SceneStore(self._renderer)
        self._physics = Physics()
        self._physics.set_wetness(self._wetness)
        # Oldest first: at most the newest tick and the two before it.
        self._snapshots: tuple[Snapshot, ...] = (empty_snapshot(),)
        self._used_ids: set[int] = set()
        self._saved: list[_Saved] = []
        self._watch = ImpactWatch()

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

    def set_wetness(self, wetness: float) -> None:
        """Say how wet the ground is, 0 to 1, in this scene and those that follow."""
        self._wetness = decode.share(wetness, 0.0, 1.0, "The wetness of the ground")
        self._physics.set_wetness(wetness)

    # Spawning and despawning -----------------------------------------------------------------

    def spawn(self, bodies: Sequence[state_pb2.Body]) -> NDArray[np.int64]:
        """Place bodies at the newest tick; return the rows of those that can move, rising."""
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
        movers = [n.info.id for n in newcomers if n.kind != _STATIC]
        return np.sort(cast.find(np.array(movers, dtype=np.uint32)))

    def _enter(self, newcomer: Newcomer) -> None:
        info = newcomer.info
        if newcomer.kind == _STATIC:
            self._physics.add_static(info.id, info.prototype, newcomer.motion)
        else:
            self._add(info, newcomer.kind, newcomer.motion, newcomer.acceleration)

    def _add(self, info: BodyInfo, kind: int, motion: Motion, acceleration: Array) -> None:
        if kind == _KINEMATIC:
            self._physics.add_kinematic(info.id, info.prototype, motion)
        elif kind == _DRIVEN:
            self._physics.add_driven(info.id, info.prototype, motion, acceleration)
        else:
            self._physics.add_walker(info.id, info.prototype, motion)

    def despawn(self, ids: Sequence[int]) -> None:
        """Remove bodies from the newest tick on."""
        s = self.newest
        for body_id in ids:
            kind_of(body_id, s)
        gone = np.array(sorted(set(ids)), dtype=np.uint32)
        for body_id in gone.tolist():
            self._physics.remove(body_id)
        self._snapshots = (*self._snapshots[:-1], without(s, gone))

    # Advancing ---------------------------------------------------------------------------------

    def advance(
        self, request: engine_pb2.AdvanceRequest
    ) -> tuple[list[Touch], Snapshot, NDArray[np.int64]]:
        """Lead to the next tick.

        Returns:
            What touched on the way; the tick before, and which of its rows were put right.
        """
        s = self.newest
        dt_s = decode.positive(request.dt_s, "The length of the tick, dt_s,")
        if not 1 <= request.substeps <= _MAX_SUBSTEPS:
            raise invalid(
                f"The number of substeps is {request.substeps}: it must be 1 to {_MAX_SUBSTEPS}."
            )
        columns = Columns.after(s)
        orders = take_orders(request, s, columns)

        self._change_kinds(orders.changed, columns)
        self._physics.vehicles.set_pedals(orders.driven, orders.pedals)
        self._take_over(orders.changed[columns.kinds[orders.changed] == _DRIVEN])
        for body_id, walker in self._physics.walkers.items():
            walker.goal = orders.goals.get(body_id, WalkGoal())
        step_s = dt_s / request.substeps
        upright = (columns.kinds == _KINEMATIC) | (columns.kinds == _WALKER)
        suspects = self._watch.suspects(s.cast, upright, s.motions, columns.position, dt_s)
        self._steer_kinematic(columns, suspects, dt_s)
        touches = self._physics.step(
            dt_s,
            request.substeps,
            suspects,
            lambda person, share: self._fall(person, share, columns, dt_s),
        )
        read_physics(self._physics, s, columns, dt_s, step_s)
        now = replace(
            s,
            tick=s.tick + 1,
            time_s=s.time_s + dt_s,
            dt_s=dt_s,
            motions=columns.motions(),
            kinds=columns.kinds,
            lamps=orders.lamps,
            jumped=columns.jumped,
            static_lamps=orders.static_lamps,
        )
        settled, rows = s, np.zeros(0, dtype=np.int64)
        if len(self._snapshots) > 1:
            settled, rows = settle(self._snapshots[-2], s, now)
        self._snapshots = (*self._snapshots[-2:-1], settled, now)
        return touches, settled, rows

    def _change_kinds(self, rows: NDArray[np.int64], columns: Columns) -> None:
        s = self.newest
        m = s.motions
        for row in rows.tolist():
            info = s.cast.infos[row]
            motion = Motion(
                m.position[row],
                m.quaternion[row],
                m.velocity[row],
                m.angular_velocity[row],
            )
            enclosed = columns.kinds[row] == _RAGDOLL and self._physics.is_enclosed(info.id)
            self._physics.remove(info.id)
            if columns.kinds[row] == _RAGDOLL:
                fall = fall_of_rigid(
                    _limbs(info), self._posture(row, m), motion.velocity, motion.angular_velocity
                )
                self._physics.add_ragdoll(info.id, info.prototype, fall, enclosed=enclosed)
            else:
                self._add(info, int(columns.kinds[row]), motion, m.acceleration[row])

    def _fall(self, body_id: int, share: float, columns: Columns, dt_s: float) -> Fall:
        """Return how a kinematic body or a walker falls that is hit in the course of a tick."""
        row = self.newest.cast.row_of(body_id)
        start, end = self._posture(row, self.newest.motions), self._posture(row, columns)
        walker = self._physics.walkers.get(body_id)
        if walker is not None:
            turned = rotation.from_yaw(walker.motion.yaw_rad)
            end = Posture(walker.motion.position, turned, end.bones)
        if columns.jumped[row]:
            start = end
        return fall_between(_limbs(self.newest.cast.infos[row]), start, end, share, dt_s)

    def _posture(self, row: int, columns: Motions | Columns) -> Posture:
        bones = columns.bones[self.newest.cast.bones.one(row)]
        return Posture(columns.position[row], columns.quaternion[row], bones)

    def _steer_kinematic(
        self, columns: Columns, suspects: Sequence[tuple[int, int]], dt_s: float
    ) -> None:
        """Send kinematic bodies on their way, those in substeps that could meet one in motion."""
        s = self.newest
        rows = columns.rows_of_kind(_KINEMATIC)
        moved = (columns.kinds == _DRIVEN) | (columns.kinds == _RAGDOLL)
        _, near = pairs_within_reach(
            s.motions.position,
            reach_in_tick(s.cast, s.motions, columns.position, dt_s),
            np.flatnonzero(moved),
            rows,
        )
        involved = np.zeros(len(s.cast), dtype=np.bool_)
        involved[near] = True
        involved[s.cast.find(np.array(suspects, dtype=np.uint32).ravel())] = True
        self._physics.steer_kinematic(
            s.cast.ids[rows],
            (s.motions.position[rows], s.motions.quaternion[rows]),
            (columns.position[rows], columns.quaternion[rows]),
            columns.jumped[rows],
            involved[rows],
            dt_s,
        )

    def _take_over(self, rows: NDArray[np.int64]) -> None:
        """Let vehicles that were just moved otherwise go on with their steering and no build-up."""
        cast = self.newest.cast
        angles = np.zeros(len(rows))
        for i, row in enumerate(rows.tolist()):
            own = cast.wheels.one(row)
            steering = self.newest.motions.wheels[own, 0][cast.wheel_geometry.steered[own]]
            angles[i] = steering.mean() if len(steering) else 0.0
        self._physics.vehicles.take_over(cast.ids[rows].tolist(), angles)

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
        self._physics.restore(saved.physics)

    def build_instances(self, instants: ThreeInstants) -> Instances:
        """Return what the renderer draws at `instants`."""
        return self._builder.build(instants)


def _limbs(info: BodyInfo) -> Limbs:
    if info.prototype.limbs is None:
        raise ValueError(f"{info.prototype.name} has no limbs")
    return info.prototype.limbs
