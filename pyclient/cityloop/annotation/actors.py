"""Everything that has an instance id, at one tick, as columns: what labels are made from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# What an actor may be doing; "" is for static things that do nothing.
ACTIVITIES = (
    "parked",
    "driving",
    "standing",
    "walking",
    "running",
    "waiting",
    "fallen",
    "signal",
    "",
    "sitting",
)
INDICATIONS = ("", "left", "right", "hazard")


@dataclass(frozen=True)
class ActorTable:
    """All labelled objects of the world at one tick, in view or not, by rising id; N rows.

    Attributes:
        id: (N,) uint32, what the instance pass shows.
        name: N names ("ego", "child", "traffic/car.12", "parked/3").
        kind: N names of what it is ("sedan", "child_female", "traffic_light").
        semantic: (N,) uint8 class id.
        position: (N, 3) origin of the body frame, world, m.
        quaternion: (N, 4) world-from-body (x, y, z, w).
        velocity: (N, 3) of the origin, world, m/s.
        acceleration: (N, 3) of the origin, world, m/s^2.
        angular_velocity: (N, 3) world, rad/s.
        dimension: (N, 3) length, width, height of the 3D box, m.
        box_center: (N, 3) centre of the 3D box, body frame, m.
        activity: N of `ACTIVITIES`: what it is doing.
        lamps: (N,) uint32 bit sets of the lamps that are lit. Vehicles: 1 head, 2 tail, 4 brake,
            8 left and 16 right indicator, 32 reverse (`world.vehicles.VehicleLamp`). Traffic
            lights: 1 red, 2 amber, 4 green (`world.props.SignalLamp`). All others: 0.
        indicating: (N,) uint8 index into `INDICATIONS`: the indicators that flash, also while their
            lamps are dark between two flashes.
        crossing: (N,) bool, a person on the carriageway.
    """

    id: NDArray[np.uint32]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    semantic: NDArray[np.uint8]
    position: Array
    quaternion: Array
    velocity: Array
    acceleration: Array
    angular_velocity: Array
    dimension: Array
    box_center: Array
    activity: tuple[str, ...]
    lamps: NDArray[np.uint32]
    indicating: NDArray[np.uint8]
    crossing: NDArray[np.bool_]
