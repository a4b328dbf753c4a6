"""The world's kinds of vehicles and people as SUMO and the motion model want them."""

from dataclasses import dataclass, replace

import numpy as np

from cityloop.traffic.chassis import Chassis
from cityloop.traffic.road_graph import DRIVER_CLASS
from cityloop.traffic.sumo import VehicleType
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

SIDE_STEP_ACCEL_MPS2 = 0.8  # sideways, in a lane change


@dataclass(frozen=True)
class Driving:
    """How drivers of a kind drive, in SUMO's terms.

    Attributes:
        vehicle_class: SUMO's class, by which lanes are open or closed.
        accel_mps2, decel_mps2: what they use of what the vehicle can do.
        time_gap_s: to the vehicle before (T of the Intelligent Driver Model).
        standing_gap_m: kept in a queue.
        side_gap_m: kept to what is beside.
        alignment: where in a lane they drive.
        side_speed_mps: fastest sideways motion.
        desired_speed_mps: where the limit allows more; None: the limit.
        minor_gap_s: time gap wanted to enter a road with right of way.
        crossing_gap_m: how near a person who walks towards their path may be.
        sway_m: of road that they take up beyond the vehicle's width.
    """

    vehicle_class: str
    accel_mps2: float = 1.8
    decel_mps2: float = 2.2
    time_gap_s: float = 1.1
    standing_gap_m: float = 2.2
    side_gap_m: float = 0.4
    alignment: str = "center"
    side_speed_mps: float = 1.2
    desired_speed_mps: float | None = None
    minor_gap_s: float = 1.0
    crossing_gap_m: float = 10.0
    sway_m: float = 0.0


# A car beside the middle line needs room for its corners, which swing out as it moves aside.
_CAR = Driving(DRIVER_CLASS, sway_m=0.4)
# Lorries and buses are driven gently, for cargo's and passengers' sake, and need longer gaps.
# Cyclists ride at 15 to 20 km/h with 1 m/s^2 at most (S. Parkin and J. Rotheram, "Design speeds and
# acceleration characteristics of bicycle traffic", Transport Policy 17, 2010).
DRIVING: dict[str, Driving] = {
    "sedan": _CAR,
    "hatchback": _CAR,
    "suv": _CAR,
    "estate": _CAR,
    "pickup": _CAR,
    "police": _CAR,
    "taxi": replace(_CAR, vehicle_class="taxi"),
    "van": replace(_CAR, vehicle_class="delivery", accel_mps2=1.5, time_gap_s=1.2),
    "ambulance": replace(_CAR, accel_mps2=1.5, time_gap_s=1.2),
    "truck": Driving("truck", 0.9, 1.8, 1.5, 2.5, 0.5, minor_gap_s=2.0, crossing_gap_m=12.0),
    "bus": Driving("bus", 0.9, 1.6, 1.4, 2.5, 0.5, minor_gap_s=2.0, crossing_gap_m=12.0),
    "motorcycle": Driving("motorcycle", 2.4, 2.5, 1.0, 1.8, 0.5, sway_m=0.3),
    "bicycle": Driving(
        "bicycle",
        0.9,
        1.8,
        1.0,
        1.2,
        0.5,
        alignment="right",
        side_speed_mps=0.6,
        desired_speed_mps=5.0,
        crossing_gap_m=6.0,
        sway_m=0.2,
    ),
}

# What a person on the carriageway is to drivers.
OBSTACLE_TYPE = "person_on_the_road"
OBSTACLE_LENGTH_M = 0.6


def puppet_type(kind: str) -> str:
    """Return the SUMO type of a kind of vehicle that others move: it may be on any road."""
    return f"outsider.{kind}"


def vehicle_types() -> list[VehicleType]:
    """Return a SUMO vehicle type for each kind of vehicle and person, named like the kind.

    Each kind of vehicle has a second one for those that SUMO does not move (`puppet_type`).
    """
    types: list[VehicleType] = [
        {
            "id": OBSTACLE_TYPE,
            "vClass": DRIVER_CLASS,
            "length": str(OBSTACLE_LENGTH_M),
            "width": "0.6",
            "minGap": "0",
        }
    ]
    for kind in VEHICLE_KINDS.values():
        length, width, height = kind.dimension
        driving = DRIVING[kind.name]
        wanted = driving.desired_speed_mps or kind.max_speed_mps
        types.append(
            {
                "id": kind.name,
                "vClass": driving.vehicle_class,
                "length": f"{length:.3f}",
                "width": f"{width + driving.sway_m:.3f}",
                "height": f"{height:.3f}",
                "carFollowModel": "IDM",
                "accel": f"{driving.accel_mps2:.3f}",
                "decel": f"{driving.decel_mps2:.3f}",
                "emergencyDecel": f"{kind.max_decel_mps2:.3f}",
                "maxSpeed": f"{min(1.2 * wanted, kind.max_speed_mps):.3f}",
                "desiredMaxSpeed": f"{wanted:.3f}",
                "speedDev": "0",
                "tau": f"{driving.time_gap_s:.3f}",
                "minGap": f"{driving.standing_gap_m:.3f}",
                "minGapLat": f"{driving.side_gap_m:.3f}",
                "latAlignment": driving.alignment,
                "maxSpeedLat": f"{driving.side_speed_mps:.3f}",
                "jmTimegapMinor": f"{driving.minor_gap_s:.3f}",
                "jmCrossingGap": f"{driving.crossing_gap_m:.3f}",
                # No moving sideways while standing.
                "lcMaxSpeedLatStanding": "0",
                "lcMaxSpeedLatFactor": "0.15",
                "lcAccelLat": f"{SIDE_STEP_ACCEL_MPS2:.3f}",
            }
        )
    puppets: list[VehicleType] = [
        {**said, "id": puppet_type(said["id"]), "vClass": DRIVER_CLASS}
        for said in types
        if said["id"] in VEHICLE_KINDS
    ]
    types += puppets
    for person in PERSON_KINDS.values():
        length, width, height = person.dimension
        types.append(
            {
                "id": person.name,
                "vClass": "pedestrian",
                "length": f"{length if person.pram else 0.35:.3f}",
                "width": f"{min(max(width, 0.4), 0.6):.3f}",
                "height": f"{height:.3f}",
                # The pace is this times the speed factor; the upper limit is a sprint's.
                "desiredMaxSpeed": f"{person.walk_speed_mps:.3f}",
                "maxSpeed": "8",
                "speedDev": "0",
                "minGap": "0.4",
            }
        )
    return types


def vehicle_classes() -> dict[str, str]:
    """Return SUMO's class of each kind of vehicle."""
    return {name: DRIVING[name].vehicle_class for name in VEHICLE_KINDS}


def chassis_of(kind_name: str) -> Chassis:
    """Return what the motion of a vehicle kind depends on; wheels in the prototype's order."""
    kind = VEHICLE_KINDS[kind_name]
    centers = np.array(kind.wheel_centers)
    return Chassis(
        wheelbase_m=kind.wheelbase_m,
        front_overhang_m=kind.front_overhang_m,
        wheel_centers=centers[:, :2],
        wheel_radii_m=np.full(len(centers), kind.wheel_radius_m),
        steered=centers[:, 0] > 0.0,
    )
