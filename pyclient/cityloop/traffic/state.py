"""What background traffic is told and what it tells, at one tick."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outsider:
    """Somebody whom SUMO does not move but whom its traffic must see: the ego, a scripted person.

    Attributes:
        name: unique among the outsiders; the same name is the same actor at the next tick.
        kind: a key of VEHICLE_KINDS or of PERSON_KINDS.
        position: (3,) origin of the body frame, world, m (rear axle, or between the feet).
        yaw_rad: heading about z, rad from east.
        velocity: (3,) of the origin, world, m/s.
    """

    name: str
    kind: str
    position: Array
    yaw_rad: float
    velocity: Array


@dataclass(frozen=True)
class ActorColumns:
    """Background actors at one tick, N rows by rising number.

    Attributes:
        names: N, "traffic/car.<n>" or "traffic/person.<n>", never reused within a simulation.
        kinds: N keys of VEHICLE_KINDS or of PERSON_KINDS.
        position: (N, 3) origin of the body frame, world, m: on the ground, under the rear axle or
            between the feet.
        quaternion: (N, 4) world-from-body (x, y, z, w).
        velocity: (N, 3) of the origin, world, m/s.
        angular_velocity: (N, 3) world, rad/s.
        acceleration: (N, 3) of the origin, world, m/s^2.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array
    acceleration: Array

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class VehicleColumns(ActorColumns):
    """The vehicles of the background traffic at one tick.

    Attributes:
        number: (N,) their numbers, rising.
        wheels: N arrays (W, 5) in prototype order: steering_rad, spin_rad, spin_rate_radps,
            travel_m, grounded (1).
        lamps: (N,) uint32 bit sets of VehicleLamp.
    """

    number: NDArray[np.int64]
    wheels: Sequence[Array]
    lamps: NDArray[np.uint32]

    @staticmethod
    def none() -> "VehicleColumns":
        """Return no vehicles."""
        flat, number = np.zeros((0, 3)), np.zeros(0, dtype=np.int64)
        lamps = np.zeros(0, dtype=np.uint32)
        return VehicleColumns((), (), flat, np.zeros((0, 4)), flat, flat, flat, number, (), lamps)


@dataclass(frozen=True)
class PersonColumns(ActorColumns):
    """The people of the background traffic at one tick.

    Attributes:
        gait_phase_rad: (N,) where in the gait cycle, grows without bound.
        gait_speed_mps: (N,) speed that the gait is drawn for, 0 = standing.
        sway_rad: (N,) where those who stand are between one leg and the other.
        look_rad: (N, 2) where they look: yaw to the left and pitch downwards, body frame.
        activity: N of "standing", "walking", "running", "waiting".
    """

    gait_phase_rad: Array
    gait_speed_mps: Array
    sway_rad: Array
    look_rad: Array
    activity: tuple[str, ...]

    @staticmethod
    def none() -> "PersonColumns":
        """Return no people."""
        flat, zero = np.zeros((0, 3)), np.zeros(0)
        turn, look = np.zeros((0, 4)), np.zeros((0, 2))
        return PersonColumns((), (), flat, turn, flat, flat, flat, zero, zero, zero, look, ())


@dataclass(frozen=True)
class TrafficState:
    """All background traffic at one tick.

    Attributes:
        tick: counted from 0.
        vehicles: those on the road, by rising number.
        people: those under way, by rising number.
        signals: SUMO traffic light id -> state string, a character per link (SUMO's
            "red-yellow-green state": r, y, g, G, u, o, O, s), at the instant of the positions.
    """

    tick: int
    vehicles: VehicleColumns
    people: PersonColumns
    signals: dict[str, str]
