"""What an engine says about its bodies at one tick, as columns."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cityloop.engine.commands import BodyKind

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Contact:
    """Two bodies that touched; see `Contact` in state.proto for units and frames."""

    body_a: int
    body_b: int
    point: Array
    normal: Array
    impulse_ns: float


@dataclass(frozen=True)
class BodyStates:
    """All bodies that are not static, by rising id; N bodies.

    Attributes:
        ids: (N,) uint32.
        position: (N, 3) origin of the body frame, world, m.
        quaternion: (N, 4) world-from-body (x, y, z, w).
        velocity: (N, 3) of the origin, world, m/s.
        angular_velocity: (N, 3) world, rad/s.
        acceleration: (N, 3) of the origin, world, m/s^2.
        kind: N kinds, who moves each body.
        wheels: body id -> (W, 5): steering_rad, spin_rad, spin_rate_radps, travel_m, grounded.
        bones: body id of each ragdoll -> (B, 3, 4) float32 body-from-bone skinning matrices.
    """

    ids: NDArray[np.uint32]
    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    kind: tuple[BodyKind, ...]
    wheels: dict[int, Array] = field(default_factory=dict)
    bones: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    def row(self, body_id: int) -> int:
        """Return the row of a body; KeyError if it is not there."""
        i = int(np.searchsorted(self.ids, body_id))
        if i == len(self.ids) or self.ids[i] != body_id:
            raise KeyError(body_id)
        return i


@dataclass(frozen=True)
class WorldState:
    """The newest tick of an engine.

    Attributes:
        tick, time_s: the instant.
        bodies: all that are not static.
        contacts: what touched since the tick before.
        settled: bodies of the tick before that physics moves, their rates put right now that this
            tick is known; see `AdvanceResponse.settled` in engine.proto. None before a tick was.
    """

    tick: int
    time_s: float
    bodies: BodyStates
    contacts: tuple[Contact, ...] = ()
    settled: BodyStates | None = None
