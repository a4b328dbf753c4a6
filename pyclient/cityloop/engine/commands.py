"""What a client tells an engine: bodies to place, and commands for the tick to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.spatial.rotation import Array

BodyKind = Literal["static", "kinematic", "driven", "walker"]
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


@dataclass(frozen=True)
class DriveCommand:
    """Pedals and steering wheel: throttle -1 to 1, brake 0 to 1, steering -1 to 1 (left)."""

    id: int
    throttle: float = 0.0
    brake: float = 0.0
    steering: float = 0.0


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
    """Everything for one tick; `lamps` is body id -> bit set, static bodies included."""

    kinematic: Sequence[KinematicTarget] = ()
    drive: Sequence[DriveCommand] = ()
    walk: Sequence[WalkCommand] = ()
    lamps: Mapping[int, int] = field(default_factory=dict)
