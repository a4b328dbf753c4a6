"""The stage at one tick, as an immutable snapshot of columns.

Membership (which bodies there are, and which parts they consist of) changes rarely and is kept
apart from the poses, which change every tick.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.scene_store import LoadedPrototype
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

NO_BONES: NDArray[np.float32] = np.zeros((0, 3, 4), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class BodyInfo:
    """What never changes about a body; `tints` is (8, 3) float32, 1 where none is given."""

    id: int
    prototype: LoadedPrototype
    instance_id: int
    semantic: int
    tints: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WheelGeometry:
    """W wheels: row of their bodies, hub (W, 3) in the body frame m, radius m.

    The rows are those of the cast, or of the part of it that is looked at.
    """

    row: NDArray[np.int64]
    center: Array
    radius: Array
    steered: NDArray[np.bool_]

    def rows(self, wheels: NDArray[np.int64]) -> "WheelGeometry":
        """Return some of the wheels."""
        return WheelGeometry(
            self.row[wheels], self.center[wheels], self.radius[wheels], self.steered[wheels]
        )

    def rolling(
        self, quaternion: Array, velocity: Array, angular_velocity: Array, steering: Array
    ) -> Array:
        """Return (W,) rad/s at which wheels roll without slip in their own direction.

        The bodies' states are those that `row` counts in, (M, 4) and (M, 3), world frame;
        `steering` is (W,) rad.
        """
        to_body = rotation.to_matrix(rotation.inverse(quaternion))
        v = (to_body @ velocity[:, :, None])[:, :, 0][self.row]
        w = (to_body @ angular_velocity[:, :, None])[:, :, 0][self.row]
        forward = v[:, 0] + w[:, 1] * self.center[:, 2] - w[:, 2] * self.center[:, 1]
        left = v[:, 1] + w[:, 2] * self.center[:, 0] - w[:, 0] * self.center[:, 2]
        rates: Array = (forward * np.cos(steering) + left * np.sin(steering)) / self.radius
        return rates


class Spans:
    """Rows of a column that holds a varying number of items for each of M bodies.

    Attributes:
        counts: (M,) int64 items of each body.
        start: (M + 1,) int64 first row of each body.
    """

    def __init__(self, counts: Sequence[int]) -> None:
        self.counts = np.array(counts, dtype=np.int64)
        self.start = np.concatenate([[0], np.cumsum(self.counts)])

    def of(self, bodies: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of `bodies`, body by body."""
        counts = self.counts[bodies]
        ends = np.cumsum(counts)
        inside = np.arange(ends[-1] if len(ends) else 0)
        return inside + np.repeat(self.start[bodies] - (ends - counts), counts)

    def one(self, body: int) -> slice:
        """Return the rows of one body."""
        return slice(int(self.start[body]), int(self.start[body + 1]))


class Cast:
    """Bodies by rising id, and the columns of their parts; M bodies, K parts, W wheels, B bones.

    Attributes:
        infos: M bodies.
        ids: (M,) uint32.
        wheels: rows of each body in columns of W wheels.
        bones: rows of each body in columns of B bones.
        row: (K,) the body of each part.
        part, rotation, position, steers_only, skinned: (K, ...) as in `LoadedPrototype`.
        wheel: (K,) wheel row that the part follows, -1 for none.
    """

    def __init__(self, infos: Sequence[BodyInfo]) -> None:
        self.infos = tuple(sorted(infos, key=lambda info: info.id))
        kinds = [info.prototype for info in self.infos]
        counts = [len(kind.part) for kind in kinds]
        self.ids = np.array([info.id for info in self.infos], dtype=np.uint32)
        self.wheels = Spans([kind.wheel_count for kind in kinds])
        self.bones = Spans([kind.bone_count for kind in kinds])
        self.row = np.repeat(np.arange(len(kinds)), counts)
        self.part = _join([k.part for k in kinds], (0,), np.int32)
        self.rotation = _join([k.rotation for k in kinds], (0, 3, 3), np.float64)
        self.position = _join([k.position for k in kinds], (0, 3), np.float64)
        self.steers_only = _join([k.steers_only for k in kinds], (0,), np.bool_)
        self.skinned = _join([k.skinned for k in kinds], (0,), np.bool_)
        wheel = _join([k.wheel for k in kinds], (0,), np.int32).astype(np.int64)
        self.wheel = np.where(wheel >= 0, wheel + self.wheels.start[:-1][self.row], -1)

    def __len__(self) -> int:
        return len(self.infos)

    @cached_property
    def tints(self) -> NDArray[np.float32]:
        """(K, 8, 3) float32."""
        return _join([info.tints[None] for info in self.infos], (0, 8, 3), np.float32)[self.row]

    @cached_property
    def instance_id(self) -> NDArray[np.uint32]:
        """(K,) uint32."""
        return np.array([info.instance_id for info in self.infos], dtype=np.uint32)[self.row]

    @cached_property
    def semantic(self) -> NDArray[np.uint8]:
        """(K,) uint8."""
        return np.array([info.semantic for info in self.infos], dtype=np.uint8)[self.row]

    def find(self, ids: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return the rows of `ids`, -1 for those that are not here."""
        if not len(self.ids):
            return np.full(len(ids), -1)
        rows = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[rows] == ids, rows, -1)

    def row_of(self, body_id: int) -> int:
        """Return the row of a body, -1 if it is not here."""
        return self._rows.get(body_id, -1)

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {info.id: row for row, info in enumerate(self.infos)}

    @cached_property
    def reach(self) -> Array:
        """(M,) radius around the body's origin that holds its colliders seen from above, m."""
        return np.array([info.prototype.reach_m for info in self.infos], dtype=np.float64)

    @cached_property
    def wheel_geometry(self) -> WheelGeometry:
        """Geometry of all wheels, in the order of the wheel rows."""
        rows, wheels = [], []
        for row, info in enumerate(self.infos):
            if info.prototype.dynamics is not None:
                wheels += list(info.prototype.dynamics.wheels)
                rows += [row] * info.prototype.wheel_count
        centers = [(w.center.x, w.center.y, w.center.z) for w in wheels]
        return WheelGeometry(
            np.array(rows, dtype=np.int64),
            np.array(centers, dtype=np.float64).reshape(-1, 3),
            np.array([w.radius_m for w in wheels], dtype=np.float64),
            np.array([w.steered for w in wheels], dtype=np.bool_),
        )


def _join(arrays: Sequence[NDArray[np.generic]], empty: tuple[int, ...], dtype: type) -> NDArray:  # type: ignore[type-arg]
    return np.concatenate(arrays).astype(dtype) if arrays else np.zeros(empty, dtype=dtype)


@dataclass(frozen=True, eq=False)
class Motions:
    """M bodies at an instant; world frame, SI units.

    Attributes:
        position, velocity, angular_velocity, acceleration: (M, 3).
        quaternion: (M, 4) world-from-body.
        wheels: (W, 5) rows as in `WheelState`.
        bones: (B, 3, 4) float32 body-from-bone skinning matrices.
    """

    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    wheels: Array
    bones: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The stage at a tick.

    Attributes:
        dt_s: length of the tick that led here, 0 at tick 0.
        cast, motions: the bodies that can move.
        kinds: (M,) uint8, the `BodyKind` that moved each body here.
        lamps: (M,) uint32.
        jumped: (M,) bool, the body did not move here from where it was a tick ago: it jumped.
        statics: the bodies that never move.
        static_pose: (S, 3) and (S, 4) where they stand.
        static_lamps: (S,) uint32.
    """

    tick: int
    time_s: float
    dt_s: float
    cast: Cast
    motions: Motions
    kinds: NDArray[np.uint8]
    lamps: NDArray[np.uint32]
    jumped: NDArray[np.bool_]
    statics: Cast
    static_pose: tuple[Array, Array]
    static_lamps: NDArray[np.uint32]


def empty_snapshot() -> Snapshot:
    """Return tick 0 of a new scene."""
    none = Cast([])
    motions = Motions(
        np.zeros((0, 3)),
        np.zeros((0, 4)),
        np.zeros((0, 3)),
        np.zeros((0, 3)),
        np.zeros((0, 3)),
        np.zeros((0, 5)),
        NO_BONES,
    )
    nobody = np.zeros(0, dtype=np.uint32)
    return Snapshot(
        tick=0,
        time_s=0.0,
        dt_s=0.0,
        cast=none,
        motions=motions,
        kinds=np.zeros(0, dtype=np.uint8),
        lamps=nobody,
        jumped=np.zeros(0, dtype=np.bool_),
        statics=none,
        static_pose=(np.zeros((0, 3)), np.zeros((0, 4))),
        static_lamps=nobody,
    )


def neighbour(here: Snapshot, there: Snapshot | None, dt_s: float) -> Motions:
    """Return the bodies of `here` as they are a tick later (`dt_s` > 0) or earlier (`dt_s` < 0).

    A body that is not in `there`, or that jumped between the two, is extrapolated at its constant
    velocity, angular velocity and spin rates; its bones and steering stay.
    """
    m = here.motions
    guess = Motions(
        m.position + m.velocity * dt_s,
        rotation.advance(m.quaternion, m.angular_velocity, dt_s),
        m.velocity,
        m.angular_velocity,
        m.acceleration,
        m.wheels + m.wheels[:, [2]] * dt_s * np.array([0.0, 1.0, 0.0, 0.0, 0.0]),
        m.bones,
    )
    if there is None:
        return guess
    rows = there.cast.find(here.cast.ids)
    later = dt_s > 0
    jumped = there.jumped[rows] if later and len(there.jumped) else here.jumped
    known = (rows >= 0) & ~jumped
    if known.all() and there.cast is here.cast:
        return there.motions
    return _patch(here.cast, guess, there.cast, there.motions, rows, known)


def _patch(
    cast: Cast,
    guess: Motions,
    other_cast: Cast,
    other: Motions,
    rows: NDArray[np.int64],
    known: NDArray[np.bool_],
) -> Motions:
    """Return `guess` with the bodies that are `known` taken from their `rows` of `other`."""
    source = np.where(known, rows, 0)
    wheels, bones = guess.wheels.copy(), guess.bones.copy()
    here = np.flatnonzero(known)
    there = rows[here]
    wheels[cast.wheels.of(here)] = other.wheels[other_cast.wheels.of(there)]
    bones[cast.bones.of(here)] = other.bones[other_cast.bones.of(there)]

    def pick(ours: Array, theirs: Array) -> Array:
        return np.where(known[:, None], theirs[source], ours) if len(theirs) else ours

    return Motions(
        pick(guess.position, other.position),
        pick(guess.quaternion, other.quaternion),
        pick(guess.velocity, other.velocity),
        pick(guess.angular_velocity, other.angular_velocity),
        pick(guess.acceleration, other.acceleration),
        wheels,
        bones,
    )


@dataclass
class Columns:
    """The next tick's columns of the bodies that can move, while they are being filled."""

    kinds: NDArray[np.uint8]
    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    wheels: Array
    bones: NDArray[np.float32]
    jumped: NDArray[np.bool_]

    @staticmethod
    def after(s: Snapshot) -> "Columns":
        """Return copies of the columns of a tick."""
        motions = s.motions
        return Columns(
            s.kinds.copy(),
            motions.position.copy(),
            motions.quaternion.copy(),
            motions.velocity.copy(),
            motions.angular_velocity.copy(),
            motions.acceleration.copy(),
            motions.wheels.copy(),
            motions.bones.copy(),
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
            self.bones,
        )

    def rows_of_kind(self, kind: int) -> NDArray[np.int64]:
        """Return the rows of the bodies of one kind."""
        return np.flatnonzero(self.kinds == kind)
