"""Drivers of the background's physical vehicles: pedals and steering that follow a plan.

Lateral: feedback of the rear axle's errors with the plan's curvature as feed-forward (C. Samson,
"Path following and time-varying feedback stabilization of a wheeled mobile robot", 1992, in the
form of B. Paden et al., "A survey of motion planning and control techniques for self-driving urban
vehicles", 2016, V-A.2): with the offset e to the left of the plan, the heading error theta, the
plan's curvature kappa and a length l over which errors fade,

    curvature = kappa cos(theta) / (1 - kappa e) - 2 theta / l - sinc(theta) e / l^2.

Who is far off the plan, after a jolt or a corner that was tighter than the vehicle can turn, would
be sent back too steeply to straighten in time: the last term is bounded, and the speed with it.

Longitudinal: the plan's acceleration as feed-forward, previewed by what the actuators take to build
up, and feedback of speed and distance along the plan (PD). Who lags behind closes up along the way
of the plan, not in time: no faster than the road allows, and than braking comfortably allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.plans import CURVATURE, SPEED, YAW, Plans
from cityloop.world.scene import VehicleDynamics

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

GRAVITY_MPS2 = 9.81
ROLLING_RESISTANCE = 0.012  # share of the weight, as the engine has it
# l is the greatest of a length, of speed times a time and of a share of the wheelbase: what is long
# turns more slowly.
FADE_LENGTH_M, FADE_TIME_S, FADE_WHEELBASES = 2.0, 0.35, 0.7
STEEPEST_RETURN_RAD = 0.25
OFF_PLAN_M, SLOWEST_RETURN_MPS = 0.4, 2.0  # from where on the return sets the speed, and the least
STEERING_PREVIEW_S = 0.25
PEDAL_PREVIEW_TICKS = 1
DISTANCE_GAIN_PER_S = 0.9
SPEED_GAIN_PER_S = 2.2
MOST_CLOSING_UP_MPS = 3.0
CLOSING_DECEL_MPS2 = 1.5
OVER_LIMIT = 1.05  # nobody closes up faster than this share of what is allowed
HIGHEST_ACCEL_MPS2, HIGHEST_DECEL_MPS2 = 2.5, 8.0
LATERAL_ACCEL_MPS2 = 3.0
HOLDING_MPS, HOLDING_BRAKE, HOLDING_LAG_M = 0.25, 0.3, 0.5
CRASH_BRAKE = 0.7


@dataclass(frozen=True)
class DrivenStates:
    """n physical vehicles at a tick.

    Attributes:
        position: (n, 2) rear axle, world, m.
        yaw: (n,) heading, rad.
        pitch: (n,) rad, positive with the nose down.
        speed: (n,) along the vehicle, m/s.
    """

    position: Array
    yaw: Array
    pitch: Array
    speed: Array


@dataclass(frozen=True)
class Machines:
    """What n vehicles can do, as columns of `VehicleDynamics`; wheelbase in m."""

    mass_kg: Array
    drive_n: Array
    brake_n: Array
    steering_rad: Array
    wheelbase_m: Array

    @staticmethod
    def of(dynamics: Sequence[VehicleDynamics], wheelbase_m: Array) -> "Machines":
        """Return the columns of n vehicles."""
        return Machines(
            np.array([d.mass_kg for d in dynamics]),
            np.array([d.max_drive_force_n for d in dynamics]),
            np.array([d.max_brake_force_n for d in dynamics]),
            np.array([d.max_steering_angle_rad for d in dynamics]),
            wheelbase_m,
        )

    def rows(self, rows: NDArray[np.intp]) -> "Machines":
        """Return the columns of some of them."""
        return Machines(*(column[rows] for column in vars(self).values()))


@dataclass(frozen=True)
class Tracking:
    """Where n bodies are against their plans.

    Attributes:
        arc_m: (n,) how far along the plan.
        lag_m: (n,) behind where the plan was at the same tick; negative: ahead of it.
        offset_m: (n,) to the left of the plan's way.
        turned_rad: (n,) heading to the left of the plan's.
        points: (n, 5) of the plans there.
    """

    arc_m: Array
    lag_m: Array
    offset_m: Array
    turned_rad: Array
    points: Array


@dataclass(frozen=True)
class PedalColumns:
    """What n drivers do, as shares: throttle 0 to 1, brake 0 to 1, steering -1 to 1 (left)."""

    throttle: Array
    brake: Array
    steering: Array


def track(plans: Plans, states: DrivenStates, guess_m: Array) -> Tracking:
    """Find n bodies on the ways of their plans.

    Args:
        plans: of the vehicles, a tick later than `states`.
        states: of their bodies.
        guess_m: (n,) about how far along it is, within a few metres.
    """
    arc = guess_m
    for _ in range(3):  # Newton's method: the ways are smooth
        points = plans.at(arc)
        off = states.position - points[:, :2]
        along = np.cos(points[:, YAW]) * off[:, 0] + np.sin(points[:, YAW]) * off[:, 1]
        arc = arc + along
    points = plans.at(arc)
    off = states.position - points[:, :2]
    offset = np.cos(points[:, YAW]) * off[:, 1] - np.sin(points[:, YAW]) * off[:, 0]
    turned = (states.yaw - points[:, YAW] + np.pi) % (2 * np.pi) - np.pi
    return Tracking(arc, plans.arc_before_m - arc, offset, turned, points)


def drive(
    plans: Plans,
    states: DrivenStates,
    tracking: Tracking,
    machines: Machines,
    *,
    allowed_mps: Array,
    most_accel: Array,
    crashed: Flags,
) -> PedalColumns:
    """Return what to do in the coming tick.

    Args:
        plans: of the vehicles, at the end of that tick.
        states: of their bodies now.
        tracking: where they are against the plans.
        machines: what they can do.
        allowed_mps: (n,) the speed that the road and the driver's habits allow.
        most_accel: (n,) what others on the way leave room for, m/s^2.
        crashed: (n,) who brakes and stays.
    """
    curvature = _curvature(plans, states, tracking, machines.wheelbase_m)
    wanted = _wanted_acceleration(plans, states, tracking, allowed_mps, curvature)
    wanted = np.minimum(wanted, most_accel)
    wanted = np.clip(wanted, -HIGHEST_DECEL_MPS2, HIGHEST_ACCEL_MPS2)
    slope = ROLLING_RESISTANCE - np.sin(states.pitch)
    force = machines.mass_kg * (wanted + GRAVITY_MPS2 * slope)
    throttle = np.clip(force / machines.drive_n, 0.0, 1.0)
    brake = np.clip(-force / machines.brake_n, 0.0, 1.0)
    resting = (plans.points[:, -1, SPEED] < HOLDING_MPS) & (tracking.lag_m < HOLDING_LAG_M)
    holding = (states.speed < HOLDING_MPS) & (resting | (most_accel < 0))
    throttle[holding | crashed] = 0.0
    brake[holding] = np.maximum(brake[holding], HOLDING_BRAKE)
    brake[crashed] = CRASH_BRAKE
    angle = np.arctan(machines.wheelbase_m * curvature)
    steering = np.clip(angle / machines.steering_rad, -1.0, 1.0)
    return PedalColumns(throttle, brake, np.where(crashed, 0.0, steering))


def _wanted_acceleration(
    plans: Plans,
    states: DrivenStates,
    tracking: Tracking,
    allowed_mps: Array,
    steered: Array,
) -> Array:
    lag = tracking.lag_m
    closing = np.minimum(DISTANCE_GAIN_PER_S * np.abs(lag), MOST_CLOSING_UP_MPS)
    closing = np.minimum(closing, np.sqrt(2 * CLOSING_DECEL_MPS2 * np.abs(lag)))
    speed = plans.speed_before_mps + np.copysign(closing, lag)
    curvature = np.maximum(np.abs(tracking.points[:, CURVATURE]), 1e-6)
    limit = np.minimum(OVER_LIMIT * allowed_mps, np.sqrt(LATERAL_ACCEL_MPS2 / curvature))
    speed = np.minimum(speed, np.maximum(limit, plans.speed_before_mps))
    # Who has to steer harder than the plan to come back to it takes the time for that.
    off = np.abs(tracking.offset_m) > OFF_PLAN_M
    bent = np.sqrt(LATERAL_ACCEL_MPS2 / np.maximum(np.abs(steered), 1e-6))
    speed = np.where(off, np.minimum(speed, np.maximum(bent, SLOWEST_RETURN_MPS)), speed)
    planned = plans.acceleration[:, min(PEDAL_PREVIEW_TICKS, plans.acceleration.shape[1] - 1)]
    return planned + SPEED_GAIN_PER_S * (speed - states.speed)


def _curvature(plans: Plans, states: DrivenStates, tracking: Tracking, wheelbase_m: Array) -> Array:
    """Return (n,) the curvature to steer, 1/m."""
    ahead = plans.at(tracking.arc_m + STEERING_PREVIEW_S * states.speed)[:, CURVATURE]
    length = np.maximum(FADE_LENGTH_M, FADE_TIME_S * np.abs(states.speed))
    length = np.maximum(length, FADE_WHEELBASES * wheelbase_m)
    e, theta = tracking.offset_m, tracking.turned_rad
    room = np.maximum(1 - ahead * e, 0.5)
    back = np.sinc(theta / np.pi) * e / length**2
    most = 2 * STEEPEST_RETURN_RAD / length
    feedback = 2 * theta / length + np.clip(back, -most, most)
    return ahead * np.cos(theta) / room - feedback
