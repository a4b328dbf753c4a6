"""A vehicle moved by throttle, brake and steering, on ray-cast wheels.

Each wheel is a ray with a spring and a damper that Rapier turns into forces on the chassis
(DynamicRayCastVehicleController, after the ray-cast vehicle of Bullet). Pedals and steering act
through actuators of limited rate, as in a real car: this also keeps the acceleration continuous,
so that the velocity at a tick is the one that the positions before and after it show.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import rapier3d

from cityloop.embedded.gravity import GRAVITY_MPS2
from cityloop.embedded.rider import Rider
from cityloop.embedded.scene_store import LoadedPrototype
from cityloop.embedded.tyres import wheel_loads
from cityloop.protocol import geometry_pb2

# Static compression of every spring; the heave frequency is sqrt(g / sag) / (2 pi) = 1.6 Hz.
_SAG_M = 0.1
_SPRING_LENGTH_M = 0.3
_TRAVEL_M = 0.15
# Two-wheelers, high and short, would nod on such springs: 3.5 Hz.
_BALANCED_SAG_M = 0.02
# Share of the critical damping of each wheel's quarter of the car.
_DAMPING_RATIO = 0.35
_BALANCED_DAMPING_RATIO = 1.0
_AIR_DENSITY_KGPM3 = 1.2  # as scene.proto says of drag_area_m2
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
    """What acts in a substep: force of each driven wheel, sum of brake forces, its length.

    The brake force is positive while the vehicle rolls forward, negative while it rolls back.
    """

    drive_n: float = 0.0
    brake_n: float = 0.0
    steering_rad: float = 0.0
    step_s: float = 0.0


class _MostForces(NamedTuple):
    """Greatest sums of the forces of all wheels: braking, driving forward and back."""

    brake_n: float
    forward_n: float
    back_n: float


class DrivenVehicle:
    """One driven body.

    Attributes:
        handle: of the chassis in the physics world.
        pedals: the command in force.
    """

    def __init__(
        self, handle: rapier3d.RigidBodyHandle, prototype: LoadedPrototype, grip: float
    ) -> None:
        if prototype.dynamics is None:
            raise ValueError(f"{prototype.name} has no dynamics")
        self.handle = handle
        self.pedals = Pedals()
        self._dynamics = prototype.dynamics
        self._actuators = _Actuators()
        self._loads = wheel_loads(prototype.dynamics)
        self._sag_m = _BALANCED_SAG_M if prototype.dynamics.balanced else _SAG_M
        self._rider: Rider | None = None
        if prototype.dynamics.balanced:
            at = [w.center.x for w in prototype.dynamics.wheels]
            self._rider = Rider(prototype.dynamics.center_of_mass.z, max(at) - min(at))
        self._grip = grip
        # Weight and drag, N, world frame.
        self._pull_n = (0.0, 0.0, 0.0)
        self._steered = [i for i, w in enumerate(prototype.dynamics.wheels) if w.steered]
        self._driven = [i for i, w in enumerate(prototype.dynamics.wheels) if w.driven]
        self._applied = _Inputs()
        # Length of the substeps while nothing changes, else 0.
        self._steady_step_s = 0.0
        # Shares of the wheels in the brake force, and the force that they were found for.
        self._shares, self._shares_at_n = self._loads.braking(0.0), 0.0
        self._most = self._most_forces()
        self._controller = self._build_controller()
        self._filter = rapier3d.QueryFilter.only_fixed().exclude_rigid_body(handle)

    def set_pedals(self, throttle: float, brake: float, steering: float) -> None:
        """Hold these shares of the maximum until the next command."""
        pedals = Pedals(throttle, brake, steering)
        if pedals != self.pedals:
            self.pedals = pedals
            self._steady_step_s = 0.0

    def take_over(self, steering_rad: float) -> None:
        """Go on from another kind of motion: pedals act at once, the wheels are turned already."""
        p = self.pedals
        throttle = 0.0 if p.brake > 0.0 else p.throttle
        self._actuators = _Actuators(throttle, p.brake, steering_rad)
        self._steady_step_s = 0.0

    def set_grip(self, grip: float) -> None:
        """Set the coefficient of friction of the tyres."""
        if grip != self._grip:
            self._grip = grip
            self._most = self._most_forces()
            self._controller = self._build_controller()
            self._applied = _Inputs()
            self._steady_step_s = 0.0

    def _most_forces(self) -> _MostForces:
        """Return what brakes and drive can do on this ground.

        Rapier scales the forces of a wheel down to its grip only while it also slips sideways.
        """
        d, loads = self._dynamics, self._loads
        forward, back = loads.traction_g(self._driven, self._grip)
        brake = self._grip
        if self._rider is not None:
            stop, start = loads.tipping_g
            brake, forward, back = min(brake, stop), min(forward, start), min(back, stop)
        weight = d.mass_kg * GRAVITY_MPS2
        return _MostForces(
            min(d.max_brake_force_n, brake * weight),
            min(d.max_drive_force_n, forward * weight),
            min(d.max_drive_force_n, back * weight),
        )

    def begin_tick(self, world: rapier3d.PhysicsWorld) -> None:
        """Take the drag of the air from the speed at the start of a tick."""
        v, d = world.rigid_bodies[self.handle].linvel, self._dynamics
        speed = math.sqrt(v.x * v.x + v.y * v.y + v.z * v.z)
        drag = -0.5 * _AIR_DENSITY_KGPM3 * d.drag_area_m2 * speed
        weight = d.mass_kg * GRAVITY_MPS2
        self._pull_n = (drag * v.x, drag * v.y, drag * v.z - weight)

    def _build_controller(self) -> rapier3d.DynamicRayCastVehicleController:
        damping_ratio = _BALANCED_DAMPING_RATIO if self._dynamics.balanced else _DAMPING_RATIO
        controller = rapier3d.DynamicRayCastVehicleController(self.handle)
        controller.index_up_axis = 2
        controller.index_forward_axis = 0
        for wheel, load in zip(self._dynamics.wheels, self._loads.at_rest.tolist(), strict=True):
            # Rapier's stiffness and damping are per chassis mass.
            stiffness = load * GRAVITY_MPS2 / self._sag_m
            damping = 2 * damping_ratio * math.sqrt(stiffness * load)
            tuning = rapier3d.WheelTuning(
                suspension_stiffness=stiffness,
                suspension_compression=damping,
                suspension_damping=damping,
                max_suspension_travel=_TRAVEL_M,
                side_friction_stiffness=1.0,
                friction_slip=self._grip,
                max_suspension_force=10 * self._dynamics.mass_kg * GRAVITY_MPS2,
            )
            x, y, z = _xyz(wheel.center)
            top = (x, y, z + _SPRING_LENGTH_M - self._sag_m)
            # Rapier drives along up x axle, hence the axle to the right.
            controller.add_wheel(
                top, (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), _SPRING_LENGTH_M, wheel.radius_m, tuning
            )
        return controller

    def push(self, world: rapier3d.PhysicsWorld, step_s: float) -> None:
        """Apply the forces of one substep of `step_s` to the chassis.

        Weight and wheel forces enter together, before the positions move. Rapier's own gravity
        would enter in the solver's small steps, after them: a standing car would then have a
        velocity that the dampers answer to.
        """
        speed = self._controller.current_vehicle_speed
        if step_s != self._steady_step_s or not self._is_cruising(speed):
            there = self._move_actuators(speed, step_s)
            inputs = self._inputs(speed, step_s)
            if inputs != self._applied:
                self._apply(inputs)
            self._steady_step_s = step_s if there and self._is_cruising(speed) else 0.0
        self._controller.update_vehicle(
            step_s, world.rigid_bodies, world.colliders, world.query_pipeline, self._filter
        )
        body = world.rigid_bodies[self.handle]
        x, y, z = self._pull_n
        body.apply_impulse((x * step_s, y * step_s, z * step_s))
        if self._rider is not None:
            self._rider.steady(body, speed, step_s)

    def _is_cruising(self, speed: float) -> bool:
        """Return whether what acts at `speed` does not depend on it."""
        fading = self._dynamics.max_speed_mps * (1.0 - _TOP_SPEED_FADE)
        return self._rider is None and _SOFT_STOP_MPS < speed < fading

    def _apply(self, inputs: _Inputs) -> None:
        old = self._applied
        if inputs.steering_rad != old.steering_rad:
            for i in self._steered:
                self._controller.set_steering(i, inputs.steering_rad)
        if inputs.brake_n != self._shares_at_n:
            weight = self._dynamics.mass_kg * GRAVITY_MPS2
            self._shares = self._loads.braking(inputs.brake_n / weight)
            self._shares_at_n = inputs.brake_n
        for i, share in enumerate(self._shares):
            # Each wheel brakes by the weight that it carries then (brake force distribution).
            # Rapier lets a wheel either drive or brake, so it is given the difference.
            drive = inputs.drive_n if i in self._driven else 0.0
            surplus = abs(drive) - abs(inputs.brake_n) * share
            self._controller.apply_engine_force(i, math.copysign(max(surplus, 0.0), drive))
            self._controller.set_brake(i, max(-surplus, 0.0) * inputs.step_s)
        self._applied = inputs

    def _move_actuators(self, speed: float, step_s: float) -> bool:
        """Let actuators follow the pedals; return whether they are there."""
        a, p, d = self._actuators, self.pedals, self._dynamics
        rate = _STEERING_RATE_RADPS
        if self._rider is not None:
            rate = min(rate, self._rider.steering_rate_radps(speed))
        # The brake pedal cuts the drive force, as in a car with brake override.
        throttle = 0.0 if p.brake > 0.0 else p.throttle
        # What the ground cannot take is not built up either.
        full = self._most.brake_n / d.max_brake_force_n if d.max_brake_force_n else 0.0
        brake, steering = min(p.brake, full), p.steering * d.max_steering_angle_rad
        a.throttle = _approach(a.throttle, throttle, step_s / _DRIVE_BUILD_UP_S)
        a.brake = _approach(a.brake, brake, full * step_s / _BRAKE_BUILD_UP_S)
        a.steering_rad = _approach(a.steering_rad, steering, step_s * rate)
        return (a.throttle, a.brake, a.steering_rad) == (throttle, brake, steering)

    def _inputs(self, speed: float, step_s: float) -> _Inputs:
        a, d, most = self._actuators, self._dynamics, self._most
        weight = d.mass_kg * GRAVITY_MPS2
        room = self._rider.straight_share(self._grip) if self._rider is not None else 1.0
        drive = a.throttle * d.max_drive_force_n
        drive = max(-most.back_n * room, min(most.forward_n * room, drive))
        if a.brake > 0.0 and speed * a.throttle < 0.0:
            drive = 0.0
        if speed * a.throttle > 0.0:
            left = (d.max_speed_mps - abs(speed)) / (_TOP_SPEED_FADE * d.max_speed_mps)
            drive *= min(max(left, 0.0), 1.0)
        brake = min(a.brake * d.max_brake_force_n, most.brake_n * room)
        if abs(speed) < _SOFT_STOP_MPS:
            full = most.brake_n / d.mass_kg
            low = min(_SOFT_STOP_DECELERATION_MPS2, full)
            brake = min(brake, d.mass_kg * (low + (full - low) * abs(speed) / _SOFT_STOP_MPS))
        brake = min(brake + _ROLLING_RESISTANCE * weight, self._grip * weight)
        brake = math.copysign(brake, speed)
        steering = a.steering_rad
        if self._rider is not None:
            # On a leaning two-wheeler a turn of the bars turns the wheel's track more.
            steering = math.atan(math.tan(steering) * math.cos(self._rider.lean_rad))
        return _Inputs(drive / max(len(self._driven), 1), brake, steering, step_s)

    def read_suspension(self) -> list[tuple[float, float]]:
        """Return (travel_m, grounded) of each wheel after the last substep."""
        rest = _SPRING_LENGTH_M - self._sag_m
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
            self._grip,
            (self._rider.lean_rad, self._rider.roll_rate_radps) if self._rider else None,
        )

    def restore(self, saved: "SavedVehicle") -> None:
        """Go back to what `save` returned."""
        self._controller = rapier3d.DynamicRayCastVehicleController.from_bytes(saved.controller)
        self.pedals = Pedals(**vars(saved.pedals))
        self._actuators = _Actuators(**vars(saved.actuators))
        self._applied = saved.applied
        self._steady_step_s = 0.0
        if self._rider is not None and saved.rider is not None:
            self._rider.lean_rad, self._rider.roll_rate_radps = saved.rider
        # The ground may have become wet or dry since then.
        grip, self._grip = self._grip, saved.grip
        self.set_grip(grip)


@dataclass(frozen=True)
class SavedVehicle:
    """What `DrivenVehicle.save` keeps."""

    controller: bytes
    pedals: Pedals
    actuators: _Actuators
    applied: _Inputs
    grip: float
    rider: tuple[float, float] | None


def _approach(value: float, target: float, step: float) -> float:
    return min(value + step, target) if value < target else max(value - step, target)


def _xyz(v: geometry_pb2.Vector3) -> tuple[float, float, float]:
    return (v.x, v.y, v.z)
