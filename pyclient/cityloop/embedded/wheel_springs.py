"""The wheels of a driven vehicle: rays with a spring and a damper each, in Rapier.

DynamicRayCastVehicleController, after the ray-cast vehicle of Bullet, turns what the springs and
the tyres do into impulses on the chassis.
"""

import math
from dataclasses import dataclass

import rapier3d

from cityloop.embedded.gravity import GRAVITY_MPS2
from cityloop.embedded.tyres import WheelLoads
from cityloop.protocol import scene_pb2

# Static compression of every spring; the heave frequency is sqrt(g / sag) / (2 pi) = 1.6 Hz.
_SAG_M = 0.1
_SPRING_LENGTH_M = 0.3
_TRAVEL_M = 0.15
# Two-wheelers, high and short, would nod on such springs: 3.5 Hz.
_BALANCED_SAG_M = 0.02
# Share of the critical damping of each wheel's quarter of the car.
_DAMPING_RATIO = 0.35
_BALANCED_DAMPING_RATIO = 1.0


@dataclass(frozen=True)
class Machine:
    """What never changes about a driven vehicle."""

    dynamics: scene_pb2.VehicleDynamics
    loads: WheelLoads


def build_wheels(
    chassis: rapier3d.RigidBodyHandle, machine: Machine, grip: float
) -> rapier3d.DynamicRayCastVehicleController:
    """Return the wheels under a chassis, on ground with this coefficient of friction."""
    dynamics, loads = machine.dynamics, machine.loads
    damping_ratio = _BALANCED_DAMPING_RATIO if dynamics.balanced else _DAMPING_RATIO
    sag_m = _sag_m(dynamics)
    controller = rapier3d.DynamicRayCastVehicleController(chassis)
    controller.index_up_axis = 2
    controller.index_forward_axis = 0
    for wheel, load in zip(dynamics.wheels, loads.at_rest.tolist(), strict=True):
        # Rapier's stiffness and damping are per chassis mass.
        stiffness = load * GRAVITY_MPS2 / sag_m
        damping = 2 * damping_ratio * math.sqrt(stiffness * load)
        tuning = rapier3d.WheelTuning(
            suspension_stiffness=stiffness,
            suspension_compression=damping,
            suspension_damping=damping,
            max_suspension_travel=_TRAVEL_M,
            side_friction_stiffness=1.0,
            friction_slip=grip,
            max_suspension_force=10 * dynamics.mass_kg * GRAVITY_MPS2,
        )
        top = (wheel.center.x, wheel.center.y, wheel.center.z + _SPRING_LENGTH_M - sag_m)
        # Rapier drives along up x axle, hence the axle to the right.
        controller.add_wheel(
            top, (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), _SPRING_LENGTH_M, wheel.radius_m, tuning
        )
    return controller


def read_springs(
    controller: rapier3d.DynamicRayCastVehicleController, machine: Machine
) -> list[tuple[float, float]]:
    """Return (travel m, 1.0 on the ground or 0.0) of each wheel after the last substep."""
    rest = _SPRING_LENGTH_M - _sag_m(machine.dynamics)
    rays = [wheel.raycast_info for wheel in controller.wheels()]
    return [(rest - ray.suspension_length, float(ray.is_in_contact)) for ray in rays]


def _sag_m(dynamics: scene_pb2.VehicleDynamics) -> float:
    return _BALANCED_SAG_M if dynamics.balanced else _SAG_M
