"""A vehicle moved by throttle, brake and steering, on ray-cast wheels.

Each wheel is a ray with a spring and a damper that Rapier turns into forces on the chassis
(DynamicRayCastVehicleController, after the ray-cast vehicle of Bullet). Pedals and steering act
through actuators of limited rate, as in a real car: this also keeps the acceleration continuous,
so that the velocity at a tick is the one that the positions before and after it show.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import rapier3d

from cityloop.embedded.scene_store import LoadedPrototype
from cityloop.protocol import geometry_pb2, scene_pb2
from cityloop.spatial.rotation import Array

GRAVITY_MPS2 = 9.81
# Static compression of every spring; the heave frequency is sqrt(g / sag) / (2 pi) = 1.6 Hz.
_SAG_M = 0.1
_SPRING_LENGTH_M = 0.3
_TRAVEL_M = 0.15
# Share of the critical damping of each wheel's quarter of the car.
_DAMPING_RATIO = 0.35
# Coefficient of friction of the tyres on the ground.
_GRIP = 1.0
# Share of the weight that rolling resists with (passenger car tyres on asphalt: 0.010 to 0.015).
_ROLLING_RESISTANCE = 0.012
# Time from nothing to full force (a hydraulic brake builds up in 0.15 to 0.3 s).
_BRAKE_BUILD_UP_S = 0.2
_DRIVE_BUILD_UP_S = 0.4
# Rate of the road wheels about z: a quick driver turns the hand wheel at 700 deg/s, ratio 15.
_STEERING_RATE_RADPS = 0.8
# Brakes ease off below this speed, as a driver does it, so that a stop ends without a jerk.
_SOFT_STOP_MPS = 1.0
_SOFT_STOP_DECELERATION_MPS2 = 2.5
# Drive force fades over this last share of the top speed.
_TOP_SPEED_FADE = 0.05


@dataclass
class Pedals:
    """What is wanted (shares of the maximum), held until the next command."""

    throttle: float = 0.0
    brake: float = 0.0
    steering: float = 0.0


@dataclass
class _Actuators:
    """What acts now: shares of the maximum, and the steering angle in rad."""

    throttle: float = 0.0
    brake: float = 0.0
    steering_rad: float = 0.0


class _Inputs(NamedTuple):
    """What acts in a substep: force of each driven wheel, sum of brake forces, its length."""

    drive_n: float = 0.0
    brake_n: float = 0.0
    steering_rad: float = 0.0
    step_s: float = 0.0


class DrivenVehicle:
    """One driven body.

    Attributes:
        handle: of the chassis in the physics world.
        pedals: the command in force.
    """

    def __init__(self, handle: rapier3d.RigidBodyHandle, prototype: LoadedPrototype) -> None:
        if prototype.dynamics is None:
            raise ValueError(f"{prototype.name} has no dynamics")
        self.handle = handle
        self.pedals = Pedals()
        self._dynamics = prototype.dynamics
        self._actuators = _Actuators()
        self._loads: list[float] = static_wheel_loads(prototype.dynamics).tolist()
        self._steered = [w.steered for w in prototype.dynamics.wheels]
        self._driven = {i for i, w in enumerate(prototype.dynamics.wheels) if w.driven}
        self._applied = _Inputs()
        self._controller = self._build_controller()
        self._filter = rapier3d.QueryFilter.only_fixed().exclude_rigid_body(handle)

    def _build_controller(self) -> rapier3d.DynamicRayCastVehicleController:
        controller = rapier3d.DynamicRayCastVehicleController(self.handle)
        controller.index_up_axis = 2
        controller.index_forward_axis = 0
        for wheel, load in zip(self._dynamics.wheels, self._loads, strict=True):
            # Rapier's stiffness and damping are per chassis mass.
            stiffness = load * GRAVITY_MPS2 / _SAG_M
            damping = 2 * _DAMPING_RATIO * math.sqrt(stiffness * load)
            tuning = rapier3d.WheelTuning(
                suspension_stiffness=stiffness,
                suspension_compression=damping,
                suspension_damping=damping,
                max_suspension_travel=_TRAVEL_M,
                side_friction_stiffness=1.0,
                friction_slip=_GRIP,
                max_suspension_force=10 * self._dynamics.mass_kg * GRAVITY_MPS2,
            )
            x, y, z = _xyz(wheel.center)
            top = (x, y, z + _SPRING_LENGTH_M - _SAG_M)
            # Rapier drives along up x axle, hence the axle to the right.
            controller.add_wheel(
                top, (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), _SPRING_LENGTH_M, wheel.radius_m, tuning
            )
        return controller

    def push(self, world: rapier3d.PhysicsWorld, step_s: float) -> None:
        """Apply the forces of one substep of `step_s` to the chassis."""
        speed = self._controller.current_vehicle_speed
        self._move_actuators(step_s)
        inputs = self._inputs(speed, step_s)
        if inputs != self._applied:
            self._apply(inputs)
        self._controller.update_vehicle(
            step_s, world.rigid_bodies, world.colliders, world.query_pipeline, self._filter
        )

    def _apply(self, inputs: _Inputs) -> None:
        for i, load in enumerate(self._loads):
            # Rapier lets a wheel either drive or brake, so it is given the difference.
            drive = inputs.drive_n if i in self._driven else 0.0
            surplus = abs(drive) - inputs.brake_n * load
            self._controller.apply_engine_force(i, math.copysign(max(surplus, 0.0), drive))
            self._controller.set_brake(i, max(-surplus, 0.0) * inputs.step_s)
            self._controller.set_steering(i, inputs.steering_rad if self._steered[i] else 0.0)
        self._applied = inputs

    def _move_actuators(self, step_s: float) -> None:
        a, p, d = self._actuators, self.pedals, self._dynamics
        # The brake pedal cuts the drive force, as in a car with brake override.
        throttle = 0.0 if p.brake > 0.0 else p.throttle
        a.throttle = _approach(a.throttle, throttle, step_s / _DRIVE_BUILD_UP_S)
        a.brake = _approach(a.brake, p.brake, step_s / _BRAKE_BUILD_UP_S)
        a.steering_rad = _approach(
            a.steering_rad, p.steering * d.max_steering_angle_rad, step_s * _STEERING_RATE_RADPS
        )

    def _inputs(self, speed: float, step_s: float) -> _Inputs:
        a, d = self._actuators, self._dynamics
        drive = a.throttle * d.max_drive_force_n
        if a.brake > 0.0 and speed * a.throttle < 0.0:
            drive = 0.0
        if speed * a.throttle > 0.0:
            room = (d.max_speed_mps - abs(speed)) / (_TOP_SPEED_FADE * d.max_speed_mps)
            drive *= min(max(room, 0.0), 1.0)
        brake = a.brake * d.max_brake_force_n
        if abs(speed) < _SOFT_STOP_MPS:
            full = d.max_brake_force_n / d.mass_kg
            low = min(_SOFT_STOP_DECELERATION_MPS2, full)
            brake = min(brake, d.mass_kg * (low + (full - low) * abs(speed) / _SOFT_STOP_MPS))
        brake += _ROLLING_RESISTANCE * d.mass_kg * GRAVITY_MPS2
        return _Inputs(drive / max(len(self._driven), 1), brake, a.steering_rad, step_s)

    def read_suspension(self) -> list[tuple[float, float]]:
        """Return (travel_m, grounded) of each wheel after the last substep."""
        rest = _SPRING_LENGTH_M - _SAG_M
        rays = [wheel.raycast_info for wheel in self._controller.wheels()]
        return [(rest - ray.suspension_length, float(ray.is_in_contact)) for ray in rays]

    @property
    def steering_rad(self) -> float:
        """Angle of the steered wheels now."""
        return self._actuators.steering_rad

    def save(self) -> "SavedVehicle":
        """Return everything that changes."""
        return SavedVehicle(
            self._controller.to_bytes(),
            Pedals(**vars(self.pedals)),
            _Actuators(**vars(self._actuators)),
            self._applied,
        )

    def restore(self, saved: "SavedVehicle") -> None:
        """Go back to what `save` returned."""
        self._controller = rapier3d.DynamicRayCastVehicleController.from_bytes(saved.controller)
        self.pedals = Pedals(**vars(saved.pedals))
        self._actuators = _Actuators(**vars(saved.actuators))
        self._applied = saved.applied


@dataclass(frozen=True)
class SavedVehicle:
    """What `DrivenVehicle.save` keeps."""

    controller: bytes
    pedals: Pedals
    actuators: _Actuators
    applied: _Inputs


def static_wheel_loads(dynamics: scene_pb2.VehicleDynamics) -> Array:
    """Return (W,) the share of the weight that each wheel carries on flat ground; they sum to 1.

    Balance of forces and of moments about x and y; the smallest solution where several are.

    Raises:
        ValueError: if the wheels cannot carry the centre of mass (fewer than three, all in one
            line, or the centre of mass outside of them).
    """
    centers = np.array([_xyz(w.center)[:2] for w in dynamics.wheels]).reshape(-1, 2)
    com = np.array(_xyz(dynamics.center_of_mass)[:2])
    balance = np.vstack([np.ones(len(centers)), (centers - com).T])
    loads, _, rank, _ = np.linalg.lstsq(balance, np.array([1.0, 0.0, 0.0]), rcond=None)
    if rank < 3 or loads.min() < 0.01:
        raise ValueError("its wheels do not span its centre of mass")
    shares: Array = loads
    return shares


def _approach(value: float, target: float, step: float) -> float:
    return min(value + step, target) if value < target else max(value - step, target)


def _xyz(v: geometry_pb2.Vector3) -> tuple[float, float, float]:
    return (v.x, v.y, v.z)
