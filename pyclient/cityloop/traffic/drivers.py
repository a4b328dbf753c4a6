"""A driver who follows a path with pedals and a steering wheel: the ego of a scenario.

Steering is pure pursuit (R. C. Coulter, "Implementation of the pure pursuit path tracking
algorithm", CMU-RI-TR-92-01, 1992). Speed is a profile along the path, limited by the lateral
acceleration in curves and by braking distances (as in time-optimal path parameterisation: a
backward pass over the path), followed by a PI controller with feed-forward. Behind an obstacle the
Intelligent Driver Model takes over (M. Treiber et al., "Congested traffic states in empirical
observations and microscopic simulations", 2000).
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.errors import ScenarioError
from cityloop.world.scene import VehicleDynamics

Array = NDArray[np.float64]

LATERAL_ACCEL_MPS2 = 2.5
ACCEL_MPS2 = 2.0
DECEL_MPS2 = 2.0  # planned, before curves and the end of the path
HARDEST_DECEL_MPS2 = 8.0  # behind an obstacle
COMFORTABLE_JERK_MPS3 = 4.0  # pedals move no faster, unless an obstacle asks for hard braking
EMERGENCY_DECEL_MPS2 = 3.0  # from here on a driver brakes as fast as the pedal goes
LOOK_AHEAD_S = 0.5
LOOK_AHEAD_M = (2.5, 18.0)
STEERING_RATE_RADPS = 0.9
SPEED_GAIN = 1.5  # m/s^2 per m/s
SPEED_INTEGRAL_GAIN = 0.4  # m/s^2 per m
MOST_INTEGRAL_MPS2 = 1.0
IDM_TIME_GAP_S = 1.2
IDM_GAP_M = 2.5
IDM_DECEL_MPS2 = 2.5
HOLDING_MPS = 0.15
HOLDING_BRAKE = 0.3
MOVING_OFF_MPS2 = 0.8  # who stands behind something goes on once the IDM wants this much

_SPACING_M = 0.5  # of the resampled path
_CURVE_M = 3.0  # length over which curvature is measured


class Pedals(NamedTuple):
    """What the driver does, as shares: throttle 0 to 1, brake 0 to 1, steering -1 to 1 (left)."""

    throttle: float
    brake: float
    steering: float


class RouteDriver:
    """Drives along a path and stops at its end; one object per drive, called once a tick."""

    def __init__(
        self,
        path: ArrayLike,
        speed_mps: float,
        dynamics: VehicleDynamics,
        wheelbase_m: float,
        dt_s: float,
        limits_mps: ArrayLike | None = None,
    ) -> None:
        """Plan the drive.

        Args:
            path: (N, 2 or 3) where the rear axle is to go, world, m.
            speed_mps: wanted speed.
            dynamics: what the vehicle can do.
            wheelbase_m: rear to front axle.
            dt_s: time between calls of `drive`.
            limits_mps: (N,) speed limit at each point of the path; none if left out.

        Raises:
            ScenarioError: if the path is shorter than a metre or the speed is not above 0.
        """
        points = np.asarray(path, dtype=np.float64)[:, :2]
        lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
        if len(points) < 2 or lengths.sum() < 1.0:
            raise ScenarioError("a vehicle's route is shorter than 1 m: give it a longer one.")
        self._dynamics = dynamics
        self._wheelbase_m = wheelbase_m
        self._dt_s = dt_s
        distance = np.concatenate([[0.0], np.cumsum(lengths)])
        self._end_m = float(distance[-1])
        self._s = np.linspace(0.0, self._end_m, max(2, math.ceil(self._end_m / _SPACING_M) + 1))
        self._xy = np.column_stack([np.interp(self._s, distance, points[:, k]) for k in (0, 1)])
        limits = np.full(len(points), np.inf) if limits_mps is None else np.asarray(limits_mps)
        # The limit of a road holds from its first point to the first of the next.
        after = np.searchsorted(distance, self._s, side="right") - 1
        self._curve_mps = np.minimum(limits[np.minimum(after, len(limits) - 1)], self._in_curves())
        self.set_speed(speed_mps)
        self._progress_m = 0.0
        self._started = False
        self._integral_mps2 = 0.0
        self._angle_rad = 0.0
        self._accel_mps2 = 0.0

    @property
    def progress_m(self) -> float:
        """How far along the path the vehicle was when `drive` was last called."""
        return self._progress_m

    @property
    def remaining_m(self) -> float:
        """What is left of the path."""
        return self._end_m - self._progress_m

    def set_speed(self, speed_mps: float) -> None:
        """Keep to another speed from now on.

        Raises:
            ScenarioError: if it is not above 0.
        """
        if not speed_mps > 0:
            raise ScenarioError(
                f"a vehicle's speed of {speed_mps:g} m/s is impossible: give one above 0."
            )
        self._wanted_mps = speed_mps
        self._speed = self._speed_profile(speed_mps)

    def planned_mps(self, s_m: float) -> float:
        """Return the speed that is wanted at a distance along the path."""
        return float(np.interp(s_m, self._s, self._speed))

    def drive(
        self,
        position: ArrayLike,
        yaw_rad: float,
        velocity: ArrayLike,
        obstacles: Iterable[tuple[float, float]] = (),
    ) -> Pedals:
        """Return what to do in the next tick.

        Args:
            position: (2 or 3,) the rear axle, world, m.
            yaw_rad: heading.
            velocity: (2 or 3,) of the rear axle, world, m/s.
            obstacles: of each thing to stay behind the distance from the front bumper, m, and its
                speed along the path, m/s: vehicles ahead, or a stop line with speed 0.
        """
        here = np.asarray(position, dtype=np.float64)[:2]
        forward = np.array([math.cos(yaw_rad), math.sin(yaw_rad)])
        speed = float(np.asarray(velocity, dtype=np.float64)[:2] @ forward)
        self._progress_m = self.progress_at(here)
        self._started = True
        steering = self._steer(here, forward, speed)
        accel = self._accelerate(speed)
        urgent = False
        stopping = self.remaining_m < 0.5
        for gap_m, other_mps in obstacles:
            wanted = self._follow(speed, gap_m, other_mps)
            accel = min(accel, wanted)
            urgent |= wanted < -EMERGENCY_DECEL_MPS2
            stopping |= gap_m < IDM_GAP_M or wanted < MOVING_OFF_MPS2
        if stopping and abs(speed) < HOLDING_MPS:
            self._integral_mps2, self._accel_mps2 = 0.0, 0.0
            return Pedals(0.0, HOLDING_BRAKE, steering)
        if not urgent:
            change = COMFORTABLE_JERK_MPS3 * self._dt_s
            accel = float(np.clip(accel, self._accel_mps2 - change, self._accel_mps2 + change))
        self._accel_mps2 = accel
        force = self._dynamics.mass_kg * accel
        if force >= 0:
            return Pedals(min(1.0, force / self._dynamics.max_drive_force_n), 0.0, steering)
        return Pedals(0.0, min(1.0, -force / self._dynamics.max_brake_force_n), steering)

    def _in_curves(self) -> Array:
        """Return the speed at each point that keeps the lateral acceleration bearable, m/s."""
        step = max(1, round(_CURVE_M / 2 / _SPACING_M))
        heading = np.unwrap(np.arctan2(*np.gradient(self._xy, axis=0).T[::-1]))
        ahead = np.minimum(np.arange(len(heading)) + step, len(heading) - 1)
        behind = np.maximum(np.arange(len(heading)) - step, 0)
        turned = np.abs(heading[ahead] - heading[behind])
        curvature = turned / np.maximum(self._s[ahead] - self._s[behind], _SPACING_M)
        limit: Array = np.sqrt(LATERAL_ACCEL_MPS2 / np.maximum(curvature, 1e-6))
        return limit

    def _speed_profile(self, speed_mps: float) -> Array:
        """Return the speed wanted at each point of the path, m/s."""
        speed: Array = np.minimum(speed_mps, self._curve_mps)
        speed[-1] = 0.0
        for i in range(len(speed) - 2, -1, -1):
            reachable = math.sqrt(
                speed[i + 1] ** 2 + 2 * DECEL_MPS2 * (self._s[i + 1] - self._s[i])
            )
            speed[i] = min(speed[i], reachable)
        return speed

    def progress_at(self, position: ArrayLike) -> float:
        """Return how far along the path a rear axle at (2 or 3,) m is, near where it was, m."""
        here = np.asarray(position, dtype=np.float64)[:2]
        spacing = self._s[1] - self._s[0]
        first, last = 0, len(self._s)
        if self._started:  # so that a path that crosses itself is not cut short
            at = int(self._progress_m / spacing)
            first, last = max(0, at - 10), min(len(self._s), at + 40)
        nearest = first + int(np.argmin(np.linalg.norm(self._xy[first:last] - here, axis=1)))
        i = min(max(nearest, 0), len(self._s) - 2)
        if nearest > 0:
            back = self._xy[nearest] - self._xy[nearest - 1]
            if (here - self._xy[nearest]) @ back < 0:
                i = nearest - 1
        along = self._xy[i + 1] - self._xy[i]
        share = float((here - self._xy[i]) @ along / (along @ along))
        return float(np.clip(self._s[i] + share * spacing, 0.0, self._end_m))

    def _steer(self, here: Array, forward: Array, speed: float) -> float:
        reach = float(np.clip(LOOK_AHEAD_S * speed, *LOOK_AHEAD_M))
        target_m = self._progress_m + reach
        goal = np.array([np.interp(target_m, self._s, self._xy[:, k]) for k in (0, 1)])
        if target_m > self._end_m:  # straight on beyond the end
            last = self._xy[-1] - self._xy[-2]
            goal = goal + last / np.linalg.norm(last) * (target_m - self._end_m)
        way = goal - here
        left = float(-way[0] * forward[1] + way[1] * forward[0])
        curvature = 2 * left / max(float(way @ way), 1.0)
        most = self._dynamics.max_steering_angle_rad
        wanted = float(np.clip(math.atan(self._wheelbase_m * curvature), -most, most))
        change = STEERING_RATE_RADPS * self._dt_s
        self._angle_rad += float(np.clip(wanted - self._angle_rad, -change, change))
        return self._angle_rad / most

    def _accelerate(self, speed: float) -> float:
        """Return the acceleration along the profile, m/s^2."""
        here, soon = self._progress_m, self._progress_m + max(speed, 0.5) * self._dt_s
        wanted, next_wanted = np.interp([here, soon], self._s, self._speed)
        planned = float(np.clip((next_wanted - wanted) / self._dt_s, -DECEL_MPS2, ACCEL_MPS2))
        error = float(next_wanted) - speed
        if abs(error) < 1.5:  # not while speeding up from far below
            self._integral_mps2 += SPEED_INTEGRAL_GAIN * error * self._dt_s
            self._integral_mps2 = float(
                np.clip(self._integral_mps2, -MOST_INTEGRAL_MPS2, MOST_INTEGRAL_MPS2)
            )
        accel = planned + SPEED_GAIN * error + self._integral_mps2
        return float(np.clip(accel, -2 * DECEL_MPS2, ACCEL_MPS2))

    def _follow(self, speed: float, gap_m: float, other_mps: float) -> float:
        """Return the IDM's acceleration behind an obstacle, m/s^2."""
        closing = speed * (speed - other_mps) / (2 * math.sqrt(ACCEL_MPS2 * IDM_DECEL_MPS2))
        wanted_gap = IDM_GAP_M + max(0.0, speed * IDM_TIME_GAP_S + closing)
        free = (max(speed, 0.0) / self._wanted_mps) ** 4
        accel = ACCEL_MPS2 * (1 - free - (wanted_gap / max(gap_m, 0.1)) ** 2)
        return max(accel, -HARDEST_DECEL_MPS2)
