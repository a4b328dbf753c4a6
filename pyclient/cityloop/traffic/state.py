"""What background traffic is told and what it tells, at one tick."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Pose

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
class TrafficActor:
    """A vehicle or a person of the background traffic at one tick.

    Attributes:
        name: "traffic/car.<n>" or "traffic/person.<n>", never reused within a simulation.
        kind: a key of VEHICLE_KINDS or of PERSON_KINDS.
        is_person: which of the two.
        pose: world-from-body; the origin is on the ground, under the rear axle or between the feet.
        velocity: (3,) of the origin, world, m/s.
        angular_velocity: (3,) world, rad/s.
        acceleration: (3,) of the origin, world, m/s^2.
        wheels: (W, 5) in prototype order: steering_rad, spin_rad, spin_rate_radps, travel_m,
            grounded (1); None for a person.
        lamps: bit set of VehicleLamp; 0 for a person.
        gait_phase_rad: where in the gait cycle, grows without bound; 0 for a vehicle.
        gait_speed_mps: speed that the gait is drawn for, 0 = standing; 0 for a vehicle.
    """

    name: str
    kind: str
    is_person: bool
    pose: Pose
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    wheels: Array | None
    lamps: int
    gait_phase_rad: float
    gait_speed_mps: float


@dataclass(frozen=True)
class TrafficState:
    """All background traffic at one tick.

    Attributes:
        tick: counted from 0.
        actors: vehicles by rising number, then people by rising number.
        signals: SUMO traffic light id -> state string, a character per link (SUMO's
            "red-yellow-green state": r, y, g, G, u, o, O, s), at the instant of the positions.
    """

    tick: int
    actors: list[TrafficActor]
    signals: dict[str, str]
