"""What a client tells an engine: bodies to place, and commands for the tick to come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.spatial.rotation import Array

BodyKind = Literal["static", "kinematic", "driven", "walker", "ragdoll"]
Rgb = tuple[float, float, float]


def _zeros() -> Array:
    return np.zeros(3)


@dataclass(frozen=True)
class BodySpec:
    """A body to place; `Body` in state.proto defines each field.

    Attributes:
        id: chosen by the caller, 1 or more, never reused within a session.
        prototype: name of a prototype of the loaded scene.
        kind: who moves it.
        pose: world-from-body.
        velocity: (3,) of the body's origin, world, m/s.
        angular_velocity: (3,) world, rad/s.
        instance_id: what the instance pass shows, 0 for background.
        semantic: what the semantic pass shows.
        tints: up to 8 linear colours.
        lamps: bit n-1 lights the materials with lamp n.
        bones: (bone_count, 3, 4) float32 body-from-bone skinning matrices, or None for the rest
            pose or a rigid body.
        acceleration: (3,) of the body's origin, world, m/s^2.
        wheels: (W, 5) steering_rad, spin_rad, spin_rate_radps, travel_m, grounded, or None for
            wheels at rest (rolling, for a driven body).
    """

    id: int
    prototype: str
    kind: BodyKind = "static"
    pose: Pose = field(default_factory=Pose)
    velocity: Array = field(default_factory=_zeros)
    angular_velocity: Array = field(default_factory=_zeros)
    instance_id: int = 0
    semantic: int = 0
    tints: Sequence[Rgb] = ()
    lamps: int = 0
    bones: NDArray[np.float32] | None = None
    acceleration: Array = field(default_factory=_zeros)
    wheels: Array | None = None


@dataclass(frozen=True)
class KinematicTarget:
    """Where a kinematic body is at the end of the tick; world frame, SI units.

    Attributes:
        id: the body.
        pose: world-from-body.
        velocity, angular_velocity, acceleration: (3,) of the body's origin at the end of the tick.
        bones: (bone_count, 3, 4) float32, or None to keep them.
        wheels: (W, 5) steering_rad, spin_rad, spin_rate_radps, travel_m, grounded, or None.
        teleport: a jump, not a motion: neither flow nor velocity spans it.
    """

    id: int
    pose: Pose
    velocity: Array = field(default_factory=_zeros)
    angular_velocity: Array = field(default_factory=_zeros)
    acceleration: Array = field(default_factory=_zeros)
    bones: NDArray[np.float32] | None = None
    wheels: Array | None = None
    teleport: bool = False


def _column(width: int) -> Callable[[], Array]:
    return lambda: np.zeros((0, width))


@dataclass(frozen=True)
class KinematicTargets:
    """Where N kinematic bodies are at the end of the tick, as columns; world frame, SI units.

    Attributes:
        ids: (N,) uint32, each once, in any order.
        position: (N, 3) of the body's origin.
        quaternion: (N, 4) world-from-body (x, y, z, w), unit.
        velocity, angular_velocity, acceleration: (N, 3) of the body's origin at the end of the
            tick.
        wheels: N arrays (W, 5) as in `KinematicTarget`, None for a body whose wheels stand still;
            or () for no wheels at all.
        bones: N arrays (B, 3, 4) float32, None for a body that keeps its bones; or () for all of
            them.
        teleport: (N,) bool, or None where nobody jumps; neither flow nor velocity spans a jump.
    """

    ids: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, dtype=np.uint32))
    position: Array = field(default_factory=_column(3))
    quaternion: Array = field(default_factory=_column(4))
    velocity: Array = field(default_factory=_column(3))
    angular_velocity: Array = field(default_factory=_column(3))
    acceleration: Array = field(default_factory=_column(3))
    wheels: Sequence[Array | None] = ()
    bones: Sequence[NDArray[np.float32] | None] = ()
    teleport: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def of(targets: Sequence[KinematicTarget]) -> "KinematicTargets":
        """Return the columns of single targets."""
        if not targets:
            return KinematicTargets()
        return KinematicTargets(
            ids=np.array([t.id for t in targets], dtype=np.uint32),
            position=np.array([t.pose.position for t in targets]),
            quaternion=np.array([t.pose.quaternion for t in targets]),
            velocity=np.array([t.velocity for t in targets]),
            angular_velocity=np.array([t.angular_velocity for t in targets]),
            acceleration=np.array([t.acceleration for t in targets]),
            wheels=tuple(t.wheels for t in targets),
            bones=tuple(t.bones for t in targets),
            teleport=np.array([t.teleport for t in targets]),
        )

    @staticmethod
    def joined(parts: Sequence["KinematicTargets"]) -> "KinematicTargets":
        """Return the targets of all `parts`, one after the other."""
        some = [part for part in parts if len(part)]
        if len(some) < 2:
            return some[0] if some else KinematicTargets()
        return KinematicTargets(
            ids=np.concatenate([p.ids for p in some]),
            position=np.concatenate([p.position for p in some]),
            quaternion=np.concatenate([p.quaternion for p in some]),
            velocity=np.concatenate([p.velocity for p in some]),
            angular_velocity=np.concatenate([p.angular_velocity for p in some]),
            acceleration=np.concatenate([p.acceleration for p in some]),
            wheels=[w for p in some for w in (p.wheels or [None] * len(p))],
            bones=[b for p in some for b in (p.bones or [None] * len(p))],
            teleport=np.concatenate(
                [np.zeros(len(p), np.bool_) if p.teleport is None else p.teleport for p in some]
            ),
        )


@dataclass(frozen=True)
class DriveCommand:
    """Pedals and steering wheel: throttle -1 to 1, brake 0 to 1, steering -1 to 1 (left).

    `bones` is (bone_count, 3, 4) float32 at the end of the tick, or None to keep them.
    """

    id: int
    throttle: float = 0.0
    brake: float = 0.0
    steering: float = 0.0
    bones: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class WalkCommand:
    """Wanted velocity (3,) world, m/s, and heading, rad from world x, of a walker.

    `bones` is (bone_count, 3, 4) float32, or None to keep them.
    """

    id: int
    velocity: Array = field(default_factory=_zeros)
    heading_rad: float = 0.0
    bones: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Commands:
    """Everything for one tick.

    Attributes:
        kinematic: where kinematic bodies go; one that is not named stays where it is.
        drive: pedals; a driven body that is not named keeps its last command.
        walk: walkers; one that is not named stands still.
        lamps: body id -> bit set, static bodies included.
        kinds: body id -> who moves it from now on, before the other commands act. Id, pose,
            velocity and history of the body go on. Not from or to "static", not to "walker", and
            from "ragdoll" only to "kinematic".
    """

    kinematic: KinematicTargets = field(default_factory=KinematicTargets)
    drive: Sequence[DriveCommand] = ()
    walk: Sequence[WalkCommand] = ()
    lamps: Mapping[int, int] = field(default_factory=dict)
    kinds: Mapping[int, BodyKind] = field(default_factory=dict)
