"""From pedals to forces, for all driven vehicles at once, as columns.

Pedals and steering act through actuators of limited rate, as in a real car: this also keeps the
acceleration continuous, so that the velocity at a tick is the one that the positions before and
after it show. Pedals and actuators are (3, N): throttle and brake, shares of the maximum, and
steering, a share of the greatest angle for the pedals, rad for the actuators.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.gravity import GRAVITY_MPS2
from cityloop.embedded.rider import Rider
from cityloop.embedded.tyres import braking_shares
from cityloop.embedded.wheel_springs import Machine
from cityloop.spatial.rotation import Array

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


@dataclass(frozen=True)
class WheelForces:
    """What acts on each of W wheels in a substep.

    Attributes:
        drive_n: (W,) along the wheel.
        brake_n: (W,) against its rolling, where it does not drive.
        steering_rad: (W,)
    """

    drive_n: Array
    brake_n: Array
    steering_rad: Array


class Powertrains:
    """Engines, brakes and steering of N vehicles with W wheels, vehicle by vehicle.

    Args:
        machines: the vehicles.
        riders: of those that need one, with the rows of their vehicles.
        grip: coefficient of friction of the tyres.
    """

    def __init__(
        self, machines: Sequence[Machine], riders: Sequence[tuple[int, Rider]], grip: float
    ) -> None:
        kinds = [machine.dynamics for machine in machines]
        counts = [len(kind.wheels) for kind in kinds]
        wheels = [wheel for kind in kinds for wheel in kind.wheels]
        self._wheel_row = np.repeat(np.arange(len(kinds)), counts)
        self._grip = grip
        self._riders = riders
        self._mass_kg = _column([kind.mass_kg for kind in kinds])
        self._weight_n = self._mass_kg * GRAVITY_MPS2
        self._drag = (-0.5 * _AIR_DENSITY_KGPM3) * _column([kind.drag_area_m2 for kind in kinds])
        self._full_brake_n = _column([kind.max_brake_force_n for kind in kinds])
        self._full_drive_n = _column([kind.max_drive_force_n for kind in kinds])
        self._top_speed_mps = _column([kind.max_speed_mps for kind in kinds])
        self._fading_mps = self._top_speed_mps * (1.0 - _TOP_SPEED_FADE)
        for row, _ in self._riders:
            self._fading_mps[row] = 0.0  # a lean is never the same
        self._full_steering_rad = _column([kind.max_steering_angle_rad for kind in kinds])
        self._at_rest = np.concatenate([_NONE, *(machine.loads.at_rest for machine in machines)])
        self._per_g = np.concatenate([_NONE, *(machine.loads.per_g for machine in machines)])
        self._is_driven = np.array([wheel.driven for wheel in wheels], dtype=np.bool_)
        self._is_steered = np.array([wheel.steered for wheel in wheels], dtype=np.bool_)
        driven = np.bincount(self._wheel_row[self._is_driven], minlength=len(kinds))
        self._driven_count = np.maximum(driven, 1)
        most = [_most_g(machine, grip) for machine in machines]
        brake_g, forward_g, back_g = np.array(most, dtype=np.float64).reshape(-1, 3).T
        self._most_brake_n = np.minimum(self._full_brake_n, brake_g * self._weight_n)
        self._most_forward_n = np.minimum(self._full_drive_n, forward_g * self._weight_n)
        self._most_back_n = np.minimum(self._full_drive_n, back_g * self._weight_n)
        # What the ground cannot take is not built up either.
        self._useful_brake = np.divide(
            self._most_brake_n,
            self._full_brake_n,
            out=np.zeros(len(kinds)),
            where=self._full_brake_n > 0.0,
        )

    def pull_n(self, velocity: Array) -> Array:
        """Return (N, 3) weight and drag of the air, world frame, at velocities (N, 3)."""
        x, y, z = velocity.T
        drag = self._drag * np.sqrt(x * x + y * y + z * z)
        pull: Array = drag[:, None] * velocity
        pull[:, 2] -= self._weight_n
        return pull

    def follow(
        self, actuators: Array, pedals: Array, speed: Array, step_s: float
    ) -> tuple[Array, bool]:
        """Return (3, N) the actuators after a substep at speeds (N,), m/s; whether all are there.

        That is, where the pedals want them.
        """
        throttle, brake, steering = pedals
        rate = np.full(len(speed), _STEERING_RATE_RADPS)
        for row, rider in self._riders:
            rate[row] = min(_STEERING_RATE_RADPS, rider.steering_rate_radps(float(speed[row])))
        wanted = np.stack(
            [
                _uncut(throttle, brake),
                np.minimum(brake, self._useful_brake),
                steering * self._full_steering_rad,
            ]
        )
        most = np.stack(
            [
                np.full(len(speed), step_s / _DRIVE_BUILD_UP_S),
                self._useful_brake * step_s / _BRAKE_BUILD_UP_S,
                step_s * rate,
            ]
        )
        moved: Array = np.minimum(np.maximum(wanted, actuators - most), actuators + most)
        return moved, bool((moved == wanted).all())

    def cruise(self, speed: Array) -> NDArray[np.bool_]:
        """Return (N,) whose forces do not depend on their speeds (N,), m/s, around these."""
        cruising: NDArray[np.bool_] = (speed > _SOFT_STOP_MPS) & (speed < self._fading_mps)
        return cruising

    def forces(self, actuators: Array, speed: Array) -> WheelForces:
        """Return what acts on the wheels at speeds (N,), m/s."""
        room, steering = np.ones(len(speed)), actuators[2].copy()
        for row, rider in self._riders:
            room[row] = rider.straight_share(self._grip)
            steering[row] = rider.track_rad(float(steering[row]))
        drive = self._drive_n(actuators, speed, room)
        brake = self._brake_n(actuators[1], speed, room)
        # Each wheel brakes by the weight that it carries then (brake force distribution).
        own = self._wheel_row
        slowing_g = np.copysign(brake, speed) / self._weight_n
        share = braking_shares(self._at_rest, self._per_g, own, slowing_g)
        wheel_drive = np.where(self._is_driven, (drive / self._driven_count)[own], 0.0)
        # Rapier lets a wheel either drive or brake, so it is given the difference.
        surplus = np.abs(wheel_drive) - brake[own] * share
        return WheelForces(
            np.copysign(np.maximum(surplus, 0.0), wheel_drive),
            np.maximum(-surplus, 0.0),
            np.where(self._is_steered, steering[own], 0.0),
        )

    def _drive_n(self, actuators: Array, speed: Array, room: Array) -> Array:
        """Return (N,) sums of the drive forces; `room` is the share of the grip that is left."""
        throttle, braking = actuators[0], actuators[1] > 0.0
        drive = np.minimum(self._most_forward_n * room, throttle * self._full_drive_n)
        drive = np.maximum(-self._most_back_n * room, drive)
        along = speed * throttle
        left = (self._top_speed_mps - np.abs(speed)) / (_TOP_SPEED_FADE * self._top_speed_mps)
        share = np.where(along > 0.0, np.minimum(np.maximum(left, 0.0), 1.0), 1.0)
        sum_n: Array = np.where(braking & (along < 0.0), 0.0, drive * share)
        return sum_n

    def _brake_n(self, pressed: Array, speed: Array, room: Array) -> Array:
        """Return (N,) sums of the brake forces, rolling resistance included."""
        brake = np.minimum(pressed * self._full_brake_n, self._most_brake_n * room)
        full = self._most_brake_n / self._mass_kg
        low = np.minimum(_SOFT_STOP_DECELERATION_MPS2, full)
        slow = np.abs(speed)
        soft = self._mass_kg * (low + (full - low) * slow / _SOFT_STOP_MPS)
        brake = np.where(slow < _SOFT_STOP_MPS, np.minimum(brake, soft), brake)
        sum_n: Array = np.minimum(
            brake + _ROLLING_RESISTANCE * self._weight_n, self._grip * self._weight_n
        )
        return sum_n


_NONE: Array = np.zeros(0)


def at_once(pedals: Array, steering_rad: Array) -> Array:
    """Return (3, N) actuators that have followed the pedals, wheels turned by (N,) rad."""
    throttle, brake, _ = pedals
    return np.stack([_uncut(throttle, brake), brake, steering_rad])


def _uncut(throttle: Array, brake: Array) -> Array:
    """Return the throttle that acts: the brake pedal cuts it, as in a car with brake override."""
    return np.where(brake > 0.0, 0.0, throttle)


def _column(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def _most_g(machine: Machine, grip: float) -> tuple[float, float, float]:
    """Return what the ground takes of braking and of driving forward and back, in g.

    Rapier scales the forces of a wheel down to its grip only while it also slips sideways.
    """
    loads, wheels = machine.loads, machine.dynamics.wheels
    driven = [i for i, wheel in enumerate(wheels) if wheel.driven]
    forward, back = loads.traction_g(driven, grip)
    if not machine.dynamics.balanced:
        return grip, forward, back
    stop, start = loads.tipping_g
    return min(grip, stop), min(forward, start), min(back, stop)
