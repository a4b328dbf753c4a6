"""One tick of many towed vehicles: the compiled part of `vehicle_motion`, where the model is told.

A vehicle is a row. What its guide point does comes from a curve; the rest is integrated.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled
from cityloop.traffic.vehicle_lamps import SIGNAL_LEFT, SIGNAL_RIGHT, is_braking

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

STEERING_LENGTH_M = 0.3  # rolled distance over which the shown steering angle follows the path's
# Channels of the history: guide point x and y, ground height under the rear and the front axle,
# SUMO's signals (not smoothed), how far the front bumper has come.
GUIDE_X, GUIDE_Y, REAR_Z, FRONT_Z, SIGNALS, ARC = range(6)


class Kinds(NamedTuple):
    """What the motion of K kinds depends on; as in `ChassisTable`, W wheels."""

    guide: Array
    wheelbase: Array
    wheel_x: Array
    wheel_y: Array
    radii: Array
    steered: Flags


class Towed(NamedTuple):
    """What is integrated over the ticks, (N,) or (N, W) each; see `_VehicleColumns`."""

    yaw: Array
    steering: Array
    spin: Array
    spin_rate: Array
    braking: Flags
    left_s: Array
    right_s: Array


class Motion(NamedTuple):
    """N vehicles at a tick; world frame.

    Attributes:
        position, velocity, angular_velocity, acceleration: (N, 3) as in `VehicleColumns`.
        quaternion: (N, 4).
        wheels: (N, W, 5) as in `VehicleColumns`, padded.
        speed: (N,) along the vehicle, m/s.
        speed_rate: (N,) its derivative, m/s^2.
        plan: (N, 5) points of the plans, see `plans`.
    """

    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    wheels: Array
    speed: Array
    speed_rate: Array
    plan: Array


@compiled
def turn_rate(yaw: float, velocity_x: float, velocity_y: float, arm_m: float) -> float:
    """Return rad/s: how fast a vehicle of a heading turns that is towed `arm_m` ahead, m/s."""
    return (velocity_y * math.cos(yaw) - velocity_x * math.sin(yaw)) / arm_m


@compiled
def towed(
    curves: Array,
    signals: Array,
    moving: Flags,
    before: Towed,
    kind: Indices,
    kinds: Kinds,
    dt_s: float,
) -> tuple[Towed, Motion]:
    """Return N vehicles a tick later.

    Args:
        curves: (5, N, 6) the history's channels now; their rates a tick ago, half a tick ago and
            now; their second derivatives now.
        signals: (N,) of SUMO.
        moving: (N,) who was there a tick ago; the others begin now, with the yaw that they have.
        before: a tick ago.
        kind: (N,) rows of `kinds`.
        kinds: of all kinds.
        dt_s: length of the tick.
    """
    n, wheels = before.spin.shape
    after = Towed(
        np.empty(n),
        np.empty(n),
        np.empty((n, wheels)),
        np.empty((n, wheels)),
        np.empty(n, dtype=np.bool_),
        np.empty(n),
        np.empty(n),
    )
    motion = Motion(
        np.empty((n, 3)),
        np.empty((n, 4)),
        np.empty((n, 3)),
        np.empty((n, 3)),
        np.empty((n, 3)),
        np.empty((n, wheels, 5)),
        np.empty(n),
        np.empty(n),
        np.empty((n, 5)),
    )
    for i in range(n):
        arm, base = kinds.guide[kind[i]], kinds.wheelbase[kind[i]]
        guide, past, between = curves[0, i], curves[1, i], curves[2, i]
        now, second = curves[3, i], curves[4, i]
        yaw = before.yaw[i]
        if moving[i]:  # Runge-Kutta, order 4
            k1 = turn_rate(yaw, past[GUIDE_X], past[GUIDE_Y], arm)
            k2 = turn_rate(yaw + dt_s / 2 * k1, between[GUIDE_X], between[GUIDE_Y], arm)
            k3 = turn_rate(yaw + dt_s / 2 * k2, between[GUIDE_X], between[GUIDE_Y], arm)
            k4 = turn_rate(yaw + dt_s * k3, now[GUIDE_X], now[GUIDE_Y], arm)
            yaw += dt_s / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        forward_x, forward_y = math.cos(yaw), math.sin(yaw)
        speed = now[GUIDE_X] * forward_x + now[GUIDE_Y] * forward_y
        yaw_rate = turn_rate(yaw, now[GUIDE_X], now[GUIDE_Y], arm)
        along = second[GUIDE_X] * forward_x + second[GUIDE_Y] * forward_y
        speed_rate, across = along + arm * (yaw_rate * yaw_rate), speed * yaw_rate
        drop = guide[REAR_Z] - guide[FRONT_Z]  # positive pitch: nose down
        pitch_rate = base * (now[REAR_Z] - now[FRONT_Z]) / (base * base + drop * drop)

        motion.position[i, 0] = guide[GUIDE_X] - arm * forward_x
        motion.position[i, 1] = guide[GUIDE_Y] - arm * forward_y
        motion.position[i, 2] = guide[REAR_Z]
        motion.velocity[i, 0], motion.velocity[i, 1] = speed * forward_x, speed * forward_y
        motion.velocity[i, 2] = now[REAR_Z]
        motion.angular_velocity[i, 0] = -forward_y * pitch_rate
        motion.angular_velocity[i, 1] = forward_x * pitch_rate
        motion.angular_velocity[i, 2] = yaw_rate
        motion.acceleration[i, 0] = speed_rate * forward_x + across * -forward_y
        motion.acceleration[i, 1] = speed_rate * forward_y + across * forward_x
        motion.acceleration[i, 2] = second[REAR_Z]
        half_pitch = math.atan2(drop, base) / 2
        # Pitch, then yaw.
        yaw_sin, yaw_cos = math.sin(yaw / 2), math.cos(yaw / 2)
        pitch_sin, pitch_cos = math.sin(half_pitch), math.cos(half_pitch)
        motion.quaternion[i, 0] = 0.0 - yaw_sin * pitch_sin
        motion.quaternion[i, 1] = yaw_cos * pitch_sin + 0.0
        motion.quaternion[i, 2] = yaw_sin * pitch_cos
        motion.quaternion[i, 3] = yaw_cos * pitch_cos

        wanted = math.atan2(base * yaw_rate, max(speed, 1e-6))
        follow = 1.0
        if moving[i]:
            follow = 1 - math.exp(-(abs(speed) * dt_s) / STEERING_LENGTH_M)
        steering = before.steering[i] + follow * (wanted - before.steering[i])
        curvature = math.tan(steering) / base
        # Each wheel moves as the rigid body does there: none is dragged sideways (Ackermann).
        for w in range(wheels):
            ahead = 1 - curvature * kinds.wheel_y[kind[i], w]
            aside = curvature * kinds.wheel_x[kind[i], w]
            angle, pace = 0.0, ahead
            if kinds.steered[kind[i], w]:
                angle, pace = math.atan2(aside, ahead), math.hypot(ahead, aside)
            rate = speed * pace / kinds.radii[kind[i], w]
            spin = before.spin[i, w]
            if moving[i]:
                spin += (before.spin_rate[i, w] + rate) / 2 * dt_s
            after.spin[i, w], after.spin_rate[i, w] = spin, rate
            motion.wheels[i, w, 0], motion.wheels[i, w, 1] = angle, spin
            motion.wheels[i, w, 2], motion.wheels[i, w, 3] = rate, 0.0
            motion.wheels[i, w, 4] = 1.0

        after.yaw[i], after.steering[i] = yaw, steering
        after.braking[i] = is_braking(before.braking[i], speed, speed_rate)
        lit = int(signals[i])
        after.left_s[i] = 0.0 if lit & SIGNAL_LEFT else before.left_s[i] + dt_s
        after.right_s[i] = 0.0 if lit & SIGNAL_RIGHT else before.right_s[i] + dt_s
        motion.speed[i], motion.speed_rate[i] = speed, speed_rate
        motion.plan[i, 0], motion.plan[i, 1] = motion.position[i, 0], motion.position[i, 1]
        motion.plan[i, 2], motion.plan[i, 3], motion.plan[i, 4] = yaw, curvature, speed
    return after, motion


@compiled
def forecast(
    curves: Array, arm_m: Array, newest: Array, arc_m: Array, speed_rate: Array, dt_s: float
) -> tuple[Array, Array, Array]:
    """Return where n vehicles will be at each of the next J ticks, by their curves' forecast.

    Args:
        curves: (4 J + 1, n, 2) of each tick the guide point, its velocity half a tick earlier, its
            velocity and its acceleration; at last its velocity now.
        arm_m: (n,) of the guide points.
        newest: (n, 5) points of the plans now.
        arc_m: (n,) along the plans now.
        speed_rate: (n,) now, m/s^2.
        dt_s: length of a tick.

    Returns:
        (n, J + 1) along the plans, (n, J + 1, 5) points and (n, J + 1) rates of speed; see `Plans`.
    """
    n, ticks = len(arm_m), len(curves) // 4
    arc, rate = np.empty((n, ticks + 1)), np.empty((n, ticks + 1))
    points = np.empty((n, ticks + 1, newest.shape[1]))
    for i in range(n):
        arm, yaw, speed = arm_m[i], newest[i, 2], newest[i, 4]
        arc[i, 0], rate[i, 0] = arc_m[i], speed_rate[i]
        for c in range(newest.shape[1]):
            points[i, 0, c] = newest[i, c]
        start = curves[4 * ticks, i]
        for j in range(ticks):
            guide, between = curves[4 * j, i], curves[4 * j + 1, i]
            end, second = curves[4 * j + 2, i], curves[4 * j + 3, i]
            half = yaw + dt_s / 2 * turn_rate(yaw, start[0], start[1], arm)
            yaw += dt_s * turn_rate(half, between[0], between[1], arm)
            cos, sin = math.cos(yaw), math.sin(yaw)
            before, speed = speed, end[0] * cos + end[1] * sin
            turning = (end[1] * cos - end[0] * sin) / arm
            points[i, j + 1, 0], points[i, j + 1, 1] = guide[0] - arm * cos, guide[1] - arm * sin
            points[i, j + 1, 2], points[i, j + 1, 4] = yaw, speed
            points[i, j + 1, 3] = turning / max(speed, 0.5)
            arc[i, j + 1] = arc[i, j] + max(before + speed, 0.0) / 2 * dt_s
            along = second[0] * cos + second[1] * sin
            rate[i, j + 1] = along + arm * (turning * turning)
            start = end
    return arc, points, rate
