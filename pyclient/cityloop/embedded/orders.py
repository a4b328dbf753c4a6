"""What a client asks of a tick: checked whole, before anything changes."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded import decode
from cityloop.embedded.history import Columns, Snapshot
from cityloop.embedded.refusal import invalid, not_found
from cityloop.embedded.requirements import check_kind
from cityloop.embedded.walker import WalkGoal
from cityloop.protocol import engine_pb2, state_pb2
from cityloop.spatial.rotation import Array

_STATIC = state_pb2.BODY_KIND_STATIC
_KINEMATIC = state_pb2.BODY_KIND_KINEMATIC
_DRIVEN = state_pb2.BODY_KIND_DRIVEN
_WALKER = state_pb2.BODY_KIND_WALKER
_RAGDOLL = state_pb2.BODY_KIND_RAGDOLL
_KIND_NAMES: dict[int, str] = {
    _STATIC: "static",
    _KINEMATIC: "kinematic",
    _DRIVEN: "driven",
    _WALKER: "a walker",
    _RAGDOLL: "a ragdoll",
}
# Of a DriveCommand, with what each may be.
_PEDALS = (("throttle", -1.0, 1.0), ("brake", 0.0, 1.0), ("steering", -1.0, 1.0))


@dataclass(frozen=True, eq=False)
class Orders:
    """Commands of a tick, accepted.

    Attributes:
        changed: (C,) int64 rising rows of the bodies that change their kind.
        driven, pedals: N ids, and (N, 3) throttle, brake, steering.
        goals: of walkers, by id.
        lamps, static_lamps: (M,) and (S,) uint32 after the tick.
    """

    changed: NDArray[np.int64]
    driven: list[int]
    pedals: Array
    goals: dict[int, WalkGoal]
    lamps: NDArray[np.uint32]
    static_lamps: NDArray[np.uint32]


def take_orders(request: engine_pb2.AdvanceRequest, s: Snapshot, columns: Columns) -> Orders:
    """Return the commands of a request at `s`; write kinds, targets and bones into `columns`."""
    changed = _change_kinds(request.kinds, s, columns)
    _place_kinematic(decode.targets(request.kinematic), s, columns)
    driven, pedals = _drive(request.drive, s, columns)
    goals = _walk(request.walk, s, columns)
    lamps, static_lamps = _light(request.lamps, s)
    return Orders(changed, driven, pedals, goals, lamps, static_lamps)


def kind_of(body_id: int, s: Snapshot) -> int:
    """Return the kind of a body that must be there."""
    row = s.cast.row_of(body_id)
    if row >= 0:
        return int(s.kinds[row])
    if s.statics.row_of(body_id) >= 0:
        return int(_STATIC)
    raise not_found(f"There is no body {body_id} at tick {s.tick}.")


def _row(body_id: int, kind: int, s: Snapshot, columns: Columns) -> int:
    """Return the row of a body that must be of `kind` during the tick."""
    row = s.cast.row_of(body_id)
    actual = kind_of(body_id, s) if row < 0 else int(columns.kinds[row])
    if actual != kind:
        raise invalid(
            f"Body {body_id} is {_KIND_NAMES[actual]}, not {_KIND_NAMES[kind]}: it takes other "
            "commands."
        )
    return row


def _rows(ids: NDArray[np.uint32], kind: int, s: Snapshot, columns: Columns) -> NDArray[np.int64]:
    """Return the rows of bodies that must all be of `kind` during the tick."""
    rows = s.cast.find(ids)
    wrong = (rows < 0) | (columns.kinds[rows] != kind) if len(s.cast) else rows < 0
    if wrong.any():
        _row(int(ids[int(wrong.argmax())]), kind, s, columns)
    return rows


def _change_kinds(
    commands: Sequence[state_pb2.BodyKindCommand], s: Snapshot, columns: Columns
) -> NDArray[np.int64]:
    """Write the new kinds into `columns`; return the rows of the bodies that change."""
    cast = s.cast
    named: set[int] = set()
    rows = []
    for command in commands:
        old, what = kind_of(command.id, s), f"Body {command.id}"
        if command.id in named:
            raise invalid(f"{what} is to change its kind twice in a tick: say it once.")
        named.add(command.id)
        if _STATIC in (old, command.kind):
            raise invalid(
                f"{what} cannot become or cease to be static: despawn it and spawn another."
            )
        row = cast.row_of(command.id)
        check_kind(command.kind, cast.infos[row].prototype, what)
        if old == _RAGDOLL and command.kind not in (_RAGDOLL, _KINEMATIC):
            raise invalid(
                f"{what} is a ragdoll, which can only become kinematic: a limp body has no "
                "upright pose to go on from."
            )
        if old != command.kind:
            columns.kinds[row] = command.kind
            rows.append(row)
    return np.array(sorted(rows), dtype=np.int64)


def _place_kinematic(targets: decode.Targets, s: Snapshot, columns: Columns) -> None:
    cast = s.cast
    still = columns.rows_of_kind(_KINEMATIC)
    columns.velocity[still] = 0.0
    columns.angular_velocity[still] = 0.0
    columns.acceleration[still] = 0.0
    columns.wheels[cast.wheels.of(still), 2] = 0.0
    rows = _rows(targets.ids, _KINEMATIC, s, columns)
    motion = targets.motion
    columns.position[rows] = motion[:, 0:3]
    columns.quaternion[rows] = motion[:, 3:7]
    columns.velocity[rows] = motion[:, 7:10]
    columns.angular_velocity[rows] = motion[:, 10:13]
    columns.acceleration[rows] = motion[:, 13:16]
    columns.jumped[rows] = targets.jumps
    for spans, column, counts, given, what in (
        (cast.wheels, columns.wheels, targets.wheel_counts, targets.wheels, "wheel states"),
        (cast.bones, columns.bones, targets.bone_counts, targets.bones, "bones"),
    ):
        expected = spans.counts[rows]
        for i in np.flatnonzero((counts > 0) & (counts != expected))[:1].tolist():
            raise invalid(
                f"The target of body {targets.ids[i]} has {counts[i]} {what}: its prototype "
                f"has {expected[i]}."
            )
        column[spans.of(rows[counts > 0])] = given


def _drive(
    commands: Sequence[state_pb2.DriveCommand], s: Snapshot, columns: Columns
) -> tuple[list[int], Array]:
    """Return N body ids and (N, 3) throttle, brake, steering; write riders' bones."""
    ids = [command.id for command in commands]
    rows = _rows(np.array(ids, dtype=np.uint32), _DRIVEN, s, columns)
    pedals = np.array([(c.throttle, c.brake, c.steering) for c in commands]).reshape(-1, 3)
    for column, (name, low, high) in zip(pedals.T, _PEDALS, strict=True):
        inside = (column >= low) & (column <= high)
        if not inside.all():
            i = int(inside.argmin())
            decode.share(float(column[i]), low, high, f"The {name} of body {ids[i]}")
    for command, row in zip(commands, rows.tolist(), strict=True):
        if command.bones:
            _pose(command.bones, row, f"The drive of body {command.id}", s, columns)
    return ids, pedals


def _walk(
    commands: Iterable[state_pb2.WalkCommand], s: Snapshot, columns: Columns
) -> dict[int, WalkGoal]:
    goals = {}
    for command in commands:
        row = _row(command.id, _WALKER, s, columns)
        what = f"The walk of body {command.id}"
        vx, vy, _ = decode.vector(command.velocity, what)
        if not math.isfinite(command.heading_rad):
            raise invalid(f"{what} has the heading {command.heading_rad}: give a finite angle.")
        if command.bones:
            _pose(command.bones, row, what, s, columns)
        goals[command.id] = WalkGoal((vx, vy), command.heading_rad)
    return goals


def _pose(bones: bytes, row: int, what: str, s: Snapshot, columns: Columns) -> None:
    spans = s.cast.bones
    columns.bones[spans.one(row)] = decode.bones(bones, int(spans.counts[row]), what)


def _light(
    commands: Sequence[state_pb2.LampCommand], s: Snapshot
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    lamps, static_lamps = s.lamps, s.static_lamps
    if commands:
        lamps, static_lamps = lamps.copy(), static_lamps.copy()
    for command in commands:
        if kind_of(command.id, s) == _STATIC:
            static_lamps[s.statics.row_of(command.id)] = command.lamps
        else:
            lamps[s.cast.row_of(command.id)] = command.lamps
    return lamps, static_lamps
