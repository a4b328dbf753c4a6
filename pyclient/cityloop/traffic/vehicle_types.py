"""The world's kinds of vehicles and people as SUMO and the motion model want them."""

import numpy as np

from cityloop.traffic.road_graph import DRIVER_CLASS
from cityloop.traffic.sumo import VehicleType
from cityloop.traffic.vehicle_motion import Chassis
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

# What drivers use of what the vehicle can do.
COMFORTABLE_ACCEL_MPS2 = 1.8
COMFORTABLE_DECEL_MPS2 = 2.2
SIDE_STEP_ACCEL_MPS2 = 0.8  # sideways, in a lane change
TIME_GAP_S = 1.1
STANDING_GAP_M = 2.2

# What a person on the carriageway is to drivers.
OBSTACLE_TYPE = "person_on_the_road"
OBSTACLE_LENGTH_M = 0.6


def vehicle_types() -> list[VehicleType]:
    """Return a SUMO vehicle type for each kind of vehicle and person, named like the kind."""
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
        types.append(
            {
                "id": kind.name,
                # One class for all, so that whatever the map's permissions every kind gets through.
                "vClass": DRIVER_CLASS,
                "length": f"{length:.3f}",
                "width": f"{width:.3f}",
                "height": f"{height:.3f}",
                "carFollowModel": "IDM",
                "accel": f"{min(COMFORTABLE_ACCEL_MPS2, kind.max_accel_mps2 * 0.6):.3f}",
                "decel": f"{COMFORTABLE_DECEL_MPS2:.3f}",
                "emergencyDecel": f"{kind.max_decel_mps2:.3f}",
                "maxSpeed": f"{kind.max_speed_mps:.3f}",
                "speedDev": "0",
                "tau": f"{TIME_GAP_S:.3f}",
                "minGap": f"{STANDING_GAP_M:.3f}",
                "minGapLat": "0.4",
                "latAlignment": "center",
                "maxSpeedLat": "1.2",
                # No moving sideways while standing.
                "lcMaxSpeedLatStanding": "0",
                "lcMaxSpeedLatFactor": "0.15",
                "lcAccelLat": f"{SIDE_STEP_ACCEL_MPS2:.3f}",
            }
        )
    for person in PERSON_KINDS.values():
        _length, width, height = person.dimension
        types.append(
            {
                "id": person.name,
                "vClass": "pedestrian",
                "length": "0.35",
                "width": f"{min(max(width, 0.4), 0.6):.3f}",
                "height": f"{height:.3f}",
                "maxSpeed": f"{person.walk_speed_mps:.3f}",
                "speedDev": "0",
                "minGap": "0.4",
            }
        )
    return types


def chassis_of(kind_name: str) -> Chassis:
    """Return what the motion of a vehicle kind depends on; wheels FL, FR, RL, RR."""
    kind = VEHICLE_KINDS[kind_name]
    x, y = kind.wheelbase_m, kind.track_m / 2
    return Chassis(
        wheelbase_m=x,
        front_overhang_m=kind.front_overhang_m,
        wheel_centers=np.array([[x, y], [x, -y], [0.0, y], [0.0, -y]]),
        wheel_radii_m=np.full(4, kind.wheel_radius_m),
        steered=np.array([True, True, False, False]),
    )
