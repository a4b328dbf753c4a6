"""Scripted people: who stands until a moment, then walks or runs along a path and stands again.

A walk is a pure function of the time since it was set off, so that a replay or a second run gives
the same motion, and its velocity is the exact derivative of its position.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.errors import ScenarioError
from cityloop.spatial import Pose, rotation
from cityloop.traffic.gaits import PASSING_RAD, gait_phase_rate
from cityloop.traffic.smoothing import cubic_b_spline

Array = NDArray[np.float64]

SHORTEST_START_S = 0.4  # from standing to the wanted speed
PEAK_ACCEL_MPS2 = 9.0  # a child who darts off; a sprinter's first steps
# To turn from the standing heading towards the path, at least, and how fast on the average.
TURN_S, TURN_RADPS = 0.4, 3.5
_SPACING_M = 0.1  # of the resampled path
_STRETCH = 6  # samples; the kernel that rounds corners and kerbs reaches 1.2 m either way
_PHASE_STEP_S = 0.01


@dataclass(frozen=True)
class WalkerState:
    """A scripted person at one moment.

    Attributes:
        pose: world-from-body, the origin on the ground between the feet.
        velocity: (3,) world, m/s.
        angular_velocity: (3,) world, rad/s.
        acceleration: (3,) world, m/s^2.
        gait_phase_rad: where in the gait cycle.
        gait_speed_mps: speed that the gait is drawn for, 0 = standing.
        gait_stride: length of the strides in those that people usually take at that speed.
    """

    pose: Pose
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    gait_phase_rad: float
    gait_speed_mps: float
    gait_stride: float


class ScriptedWalk:
    """A person who stands at the start of a path, goes along it and stands at its end."""

    def __init__(
        self,
        kind: str,
        path: ArrayLike,
        heading_rad: float,
        speed_mps: float,
        ground_height: Callable[[Array], Array],
    ) -> None:
        """Plan the walk.

        Args:
            kind: a key of PERSON_KINDS.
            path: (N, 2 or 3) from where the person stands, world, m; corners are rounded, and the
                height is the ground's.
            heading_rad: where the person looks before setting off, from east.
            speed_mps: wanted speed.
            ground_height: maps (N, 2) m to (N,) m.

        Raises:
            ScenarioError: if the path is shorter than 0.1 m or the speed is not above 0.
        """
        points = np.asarray(path, dtype=np.float64)[:, :2]
        lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
        self._length_m = float(lengths.sum())
        if self._length_m < 0.1:
            raise ScenarioError("a person's path is shorter than 0.1 m: give a longer one.")
        if not speed_mps > 0:
            raise ScenarioError(
                f"a person's speed of {speed_mps:g} m/s is impossible: give one above 0."
            )
        self._kind = kind
        # The peak of the speed ramp's slope is 15/8 of its mean.
        self._ramp_s = max(SHORTEST_START_S, 15 / 8 * speed_mps / PEAK_ACCEL_MPS2)
        self._speed_mps = min(speed_mps, self._length_m / self._ramp_s)
        self.duration_s = self._length_m / self._speed_mps + self._ramp_s
        self._samples = self._sample_path(points, lengths, ground_height)
        self._heading_rad = heading_rad
        _, tangent, _ = self._curve(0.0)
        first = math.atan2(tangent[1], tangent[0])
        self._turn_rad = (heading_rad - first + math.pi) % (2 * math.pi) - math.pi
        self._turn_s = max(TURN_S, abs(self._turn_rad) / TURN_RADPS)
        self._phase_times = np.arange(0.0, self.duration_s + _PHASE_STEP_S, _PHASE_STEP_S)
        speeds = [self._progress(float(t))[1] for t in self._phase_times]
        rates = np.array([gait_phase_rate(kind, v) * v if v > 0 else 0.0 for v in speeds])
        steps = (rates[1:] + rates[:-1]) / 2 * _PHASE_STEP_S
        usual = np.concatenate([[0.0], np.cumsum(steps)])
        # Whole steps, from feet side by side to feet side by side.
        whole = max(1, round(usual[-1] / np.pi)) * np.pi
        self._stride = float(usual[-1] / whole)
        self._phases = PASSING_RAD + usual / self._stride

    def at(self, time_s: float) -> WalkerState:
        """Return the state `time_s` after the person was set off; standing before 0."""
        progress, speed, accel = self._progress(time_s)
        point, tangent, bend = self._curve(progress)
        turn, turn_rate = _ramp(time_s / self._turn_s)
        direction = math.atan2(tangent[1], tangent[0])
        curvature = (tangent[0] * bend[1] - tangent[1] * bend[0]) / (
            tangent[0] ** 2 + tangent[1] ** 2
        )
        yaw = direction + (1 - turn) * self._turn_rad
        yaw_rate = curvature * speed - turn_rate / self._turn_s * self._turn_rad
        return WalkerState(
            pose=Pose(point, rotation.from_yaw(yaw)),
            velocity=tangent * speed,
            angular_velocity=np.array([0.0, 0.0, yaw_rate]),
            acceleration=tangent * accel + bend * speed**2,
            gait_phase_rad=float(np.interp(time_s, self._phase_times, self._phases)),
            gait_speed_mps=speed,
            gait_stride=self._stride,
        )

    def _progress(self, time_s: float) -> tuple[float, float, float]:
        """Return how far (m), how fast (m/s) and the acceleration (m/s^2) along the path."""
        if time_s <= 0:
            return 0.0, 0.0, 0.0
        if time_s >= self.duration_s:
            return self._length_m, 0.0, 0.0
        if time_s > self.duration_s / 2:  # the stop mirrors the start
            distance, speed, accel = self._progress(self.duration_s - time_s)
            return self._length_m - distance, speed, -accel
        x = min(1.0, time_s / self._ramp_s)
        share, slope = _ramp(x)
        distance = self._speed_mps * self._ramp_s * (2.5 * x**4 - 3 * x**5 + x**6)
        distance += self._speed_mps * max(0.0, time_s - self._ramp_s)
        return distance, self._speed_mps * share, self._speed_mps * slope / self._ramp_s

    def _sample_path(
        self, points: Array, lengths: Array, ground_height: Callable[[Array], Array]
    ) -> Array:
        """Return (K, 3) points at equal distances, with the kernel's reach beyond each end.

        There the path is mirrored through its end points, so that the curve starts and ends
        exactly in them.
        """
        distance = np.concatenate([[0.0], np.cumsum(lengths)])
        count = max(2, math.ceil(self._length_m / _SPACING_M) + 1)
        s = np.linspace(0.0, self._length_m, count)
        self._step_m = float(s[1])
        xy = np.column_stack([np.interp(s, distance, points[:, k]) for k in (0, 1)])
        xyz = np.column_stack([xy, ground_height(xy)])
        pad, last = 2 * _STRETCH, count - 1
        turns, index = np.divmod(np.arange(-pad, count + pad), 2 * last)
        mirrored = index > last
        folded = xyz[np.where(mirrored, 2 * last - index, index)]
        folded[mirrored] = 2 * xyz[last] - folded[mirrored]
        result: Array = folded + turns[:, None] * 2 * (xyz[last] - xyz[0])
        return result

    def _curve(self, progress_m: float) -> tuple[Array, Array, Array]:
        """Return the point (m), its derivative and second derivative along the path, (3,) each."""
        at = progress_m / self._step_m
        first = min(math.ceil(at), len(self._samples) - 4 * _STRETCH)
        index = np.arange(first, first + 4 * _STRETCH)
        u = (at + 2 * _STRETCH - index) / _STRETCH
        width = _STRETCH * self._step_m
        point, tangent, bend = (
            cubic_b_spline(u, k) @ self._samples[index] / (_STRETCH * width**k) for k in (0, 1, 2)
        )
        return point, tangent, bend


def _ramp(x: float) -> tuple[float, float]:
    """Return a rise from 0 to 1 over x in [0, 1] and its slope; both ends flat to second order.

    The polynomial is K. Perlin's, "Improving noise", 2002.
    """
    x = min(1.0, max(0.0, x))
    return x**3 * (10 - 15 * x + 6 * x**2), 30 * x**2 * (1 - x) ** 2
