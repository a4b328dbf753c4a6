"""How SUMO's vehicles move on the ground: a point of theirs follows SUMO's path, the rest is towed.

SUMO knows the front bumper. A guide point on the vehicle's axis, GUIDE_M behind the bumper, is
taken to run along the bumper's trace that far behind it, so that in a turn the nose swings out a
little and the tail cuts in a little, rather than either of them much. Its path is smoothed in time
(see `smoothing`). The rear axle follows it as a tractrix, which is what the rear axle of a
kinematic bicycle does (R. Rajamani, "Vehicle Dynamics and Control", 2nd ed., 2.2): with the guide's
velocity w, heading psi, t = (cos psi, sin psi), n = (-sin psi, cos psi) and distance a of the guide

    psi' = (w . n) / a,   rear axle velocity = (w . t) t.

So the rear axle never moves sideways and the heading is continuous, standing or moving.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Pose, rotation
from cityloop.traffic.smoothing import Columns, SampleHistory, SplineKernel
from cityloop.traffic.state import TrafficActor
from cityloop.world.vehicles import VehicleLamp

Array = NDArray[np.float64]

GUIDE_M = 2.0
TRACE_SPACING_M = 0.25  # between kept points of the bumper's trace
STEERING_LENGTH_M = 0.3  # rolled distance over which the shown steering angle follows the path's
BRAKE_LAMP_ON_MPS2 = -0.7
BRAKE_LAMP_OFF_MPS2 = -0.25
HOLDING_MPS = 0.3  # below it, and unless moving off, a driver holds the brake
MOVING_OFF_MPS2 = 0.2
BLINK_PERIOD_S = 0.7  # 60 to 120 flashes a minute are allowed (UN R48)

# SUMO's vehicle signals, a bit set.
SIGNAL_RIGHT = 1
SIGNAL_LEFT = 2


@dataclass(frozen=True)
class Chassis:
    """What the motion of a vehicle kind depends on.

    Attributes:
        wheelbase_m: rear to front axle.
        front_overhang_m: front axle to front bumper.
        wheel_centers: (W, 2) x and y of the wheels in the body frame, prototype order, m.
        wheel_radii_m: (W,).
        steered: (W,) bool.
    """

    wheelbase_m: float
    front_overhang_m: float
    wheel_centers: Array
    wheel_radii_m: Array
    steered: NDArray[np.bool_]

    @property
    def guide_m(self) -> float:
        """Distance from the body's origin to the guide point."""
        return min(self.wheelbase_m, self.bumper_m - GUIDE_M)

    @property
    def bumper_m(self) -> float:
        """Distance from the body's origin to the front bumper."""
        return self.wheelbase_m + self.front_overhang_m


@dataclass(frozen=True)
class VehicleSample:
    """What SUMO says about a vehicle after a step: front bumper (m), heading (rad), speed (m/s)."""

    x: float
    y: float
    heading_rad: float
    speed_mps: float
    signals: int


class _Trace:
    """The path of a front bumper, back to where the rear axle is."""

    def __init__(self, number: int, kind: str, chassis: Chassis, sample: VehicleSample) -> None:
        self.number = number
        self.kind = kind
        self.chassis = chassis
        self.sample = sample
        self.samples = 1
        self.ended = 0  # ticks since SUMO dropped it
        length = chassis.bumper_m + TRACE_SPACING_M
        self.points = [
            (
                sample.x - length * math.cos(sample.heading_rad),
                sample.y - length * math.sin(sample.heading_rad),
            ),
            (sample.x, sample.y),
        ]

    def move(self, sample: VehicleSample) -> None:
        self.sample = sample
        self.samples += 1
        points = self.points
        if math.dist(points[-1], points[-2]) < TRACE_SPACING_M:
            points[-1] = (sample.x, sample.y)
            return
        points.append((sample.x, sample.y))
        # A point is dropped once the part of the trace after it is long enough.
        if len(points) > 2 * self.chassis.bumper_m / TRACE_SPACING_M:
            length = 0.0
            for i in range(len(points) - 1, 0, -1):
                length += math.dist(points[i], points[i - 1])
                if length > self.chassis.bumper_m + TRACE_SPACING_M:
                    del points[: i - 1]
                    break

    def roll_on(self, dt_s: float) -> None:
        """Go straight on at the last speed: what an arrived vehicle's curve needs to end with."""
        old = self.sample
        step = old.speed_mps * dt_s
        self.ended += 1
        self.move(
            VehicleSample(
                old.x + step * math.cos(old.heading_rad),
                old.y + step * math.sin(old.heading_rad),
                old.heading_rad,
                old.speed_mps,
                old.signals,
            )
        )

    def behind(self, distance_m: float) -> tuple[float, float]:
        """Return the point of the trace that lies `distance_m` of path behind the bumper."""
        left = distance_m
        points = self.points
        for i in range(len(points) - 1, 0, -1):
            (x1, y1), (x0, y0) = points[i], points[i - 1]
            length = math.hypot(x1 - x0, y1 - y0)
            if length >= left:
                share = left / length if length > 0 else 0.0
                return x1 + share * (x0 - x1), y1 + share * (y0 - y1)
            left -= length
        return points[0]


@dataclass
class _VehicleColumns(Columns):
    """What is integrated over the ticks, a row per vehicle."""

    yaw: Array
    steering: Array
    spin: Array  # (N, most wheels), rad
    spin_rate: Array
    braking: NDArray[np.bool_]


class VehicleTracks:
    """All SUMO vehicles from their first sample until they are no longer shown."""

    def __init__(
        self,
        kernel: SplineKernel,
        chassis: Mapping[str, Chassis],
        ground_height: Callable[[Array], Array],
        *,
        dark: bool,
    ) -> None:
        """Track the kinds in `chassis`; `ground_height` maps (N, 2) m to (N,) m."""
        self._kernel = kernel
        self._chassis = chassis
        self._ground_height = ground_height
        self._dark = dark
        self._most_wheels = max((len(c.wheel_radii_m) for c in chassis.values()), default=0)
        self._traces: list[_Trace] = []
        # Channels: guide point x and y, ground height under the rear and the front axle.
        self._history = SampleHistory(kernel, channels=4)
        self._signals = SampleHistory(kernel, channels=1)
        self._columns = self._new_columns(np.zeros(0))
        self._fixed = _Fixed.of([], self._most_wheels)

    def record(self, samples: Mapping[int, tuple[str, VehicleSample]]) -> None:
        """Take in SUMO's next step: vehicle number -> (kind, sample), by rising number."""
        dt_s = self._kernel.dt_s
        for trace in self._traces:
            seen = samples.get(trace.number)
            if seen is None:
                trace.roll_on(dt_s)
            else:
                trace.move(seen[1])
        rows = np.array([t.ended <= self._kernel.lookahead for t in self._traces], dtype=bool)
        changed = not rows.all()
        if changed:
            self._traces = [t for t in self._traces if t.ended <= self._kernel.lookahead]
            self._history.keep(rows)
            self._signals.keep(rows)
            self._columns.keep(rows)
        known = {t.number for t in self._traces}
        new = [
            _Trace(number, kind, self._chassis[kind], sample)
            for number, (kind, sample) in samples.items()
            if number not in known
        ]
        points = self._axles([*self._traces, *new])
        old = len(self._traces)
        self._history.push(points[:old])
        self._signals.push(
            np.array([[float(t.sample.signals)] for t in self._traces]).reshape(-1, 1)
        )
        for trace, point in zip(new, points[old:], strict=True):
            s = trace.sample
            rate = [math.cos(s.heading_rad) * s.speed_mps, math.sin(s.heading_rad) * s.speed_mps]
            self._history.append(point, np.array([*rate, 0.0, 0.0]))
            self._signals.append(np.array([float(s.signals)]), np.zeros(1))
        if new:
            self._columns.append(self._new_columns(np.array([t.sample.heading_rad for t in new])))
            self._traces.extend(new)
        if new or changed:
            self._fixed = _Fixed.of([t.chassis for t in self._traces], self._most_wheels)

    def shown(self, tick: int) -> list[TrafficActor]:
        """Integrate up to the shown tick, `lookahead` before the newest sample; once a tick."""
        if not self._traces:
            return []
        m, c = self._motion(), self._columns
        signals = self._signals.shown()[:, 0].astype(int)
        blink = (tick * self._kernel.dt_s / BLINK_PERIOD_S) % 1.0 < 0.5
        actors = []
        for i, trace in enumerate(self._traces):
            if trace.samples <= self._kernel.lookahead:
                continue
            count = len(trace.chassis.wheel_radii_m)
            wheels = np.zeros((count, 5))
            wheels[:, 0] = m.wheel_steering[i, :count]
            wheels[:, 1] = c.spin[i, :count]
            wheels[:, 2] = c.spin_rate[i, :count]
            wheels[:, 4] = 1.0
            actors.append(
                TrafficActor(
                    name=f"traffic/car.{trace.number}",
                    kind=trace.kind,
                    is_person=False,
                    pose=Pose(m.position[i], m.quaternion[i]),
                    velocity=m.velocity[i],
                    angular_velocity=m.angular_velocity[i],
                    acceleration=m.acceleration[i],
                    wheels=wheels,
                    lamps=self._lamps(bool(c.braking[i]), int(signals[i]), blink),
                    gait_phase_rad=0.0,
                    gait_speed_mps=0.0,
                )
            )
        return actors

    def _axles(self, traces: Sequence[_Trace]) -> Array:
        """Return (N, 4) raw samples of the history's channels."""
        guide = np.array([t.behind(t.chassis.bumper_m - t.chassis.guide_m) for t in traces])
        front = np.array([t.behind(t.chassis.front_overhang_m) for t in traces]).reshape(-1, 2)
        rear = np.array([t.behind(t.chassis.bumper_m) for t in traces]).reshape(-1, 2)
        heights = self._ground_height(np.concatenate([rear, front])).reshape(2, -1)
        return np.column_stack([guide.reshape(-1, 2), heights[0], heights[1]])

    def _new_columns(self, yaw: Array) -> _VehicleColumns:
        n = len(yaw)
        wheels = np.zeros((n, self._most_wheels))
        return _VehicleColumns(
            yaw, np.zeros(n), wheels, np.zeros_like(wheels), np.zeros(n, dtype=bool)
        )

    def _motion(self) -> "_Motion":
        dt_s, c, fixed = self._kernel.dt_s, self._columns, self._fixed
        arm = fixed.guide
        # A track's first shown tick has its initial yaw; the curve before it is made up.
        moving = np.array([t.samples > self._kernel.lookahead + 1 for t in self._traces])
        before, between, now = (self._history.curve(1, offset) for offset in (-1.0, -0.5, 0.0))

        def rate(yaw: Array, guide: Array) -> Array:
            return (guide[:, 1] * np.cos(yaw) - guide[:, 0] * np.sin(yaw)) / arm

        # Runge-Kutta, order 4.
        k1 = rate(c.yaw, before)
        k2 = rate(c.yaw + dt_s / 2 * k1, between)
        k3 = rate(c.yaw + dt_s / 2 * k2, between)
        k4 = rate(c.yaw + dt_s * k3, now)
        c.yaw = c.yaw + np.where(moving, dt_s / 6 * (k1 + 2 * k2 + 2 * k3 + k4), 0.0)

        forward = np.column_stack([np.cos(c.yaw), np.sin(c.yaw)])
        left = np.column_stack([-forward[:, 1], forward[:, 0]])
        guide, guide_acceleration = self._history.curve(), self._history.curve(2)
        speed = np.einsum("nk,nk->n", now[:, :2], forward)
        yaw_rate = np.einsum("nk,nk->n", now[:, :2], left) / arm
        speed_rate = np.einsum("nk,nk->n", guide_acceleration[:, :2], forward) + arm * yaw_rate**2
        position = np.column_stack([guide[:, :2] - arm[:, None] * forward, guide[:, 2]])
        velocity = np.column_stack([speed[:, None] * forward, now[:, 2]])
        across = (speed * yaw_rate)[:, None] * left
        acceleration = np.column_stack(
            [speed_rate[:, None] * forward + across, guide_acceleration[:, 2]]
        )
        base = fixed.wheelbase
        drop = guide[:, 2] - guide[:, 3]  # positive pitch: nose down
        pitch_rate = base * (now[:, 2] - now[:, 3]) / (base**2 + drop**2)
        angular = np.column_stack([left * pitch_rate[:, None], yaw_rate])

        rolled = np.abs(speed) * dt_s
        follow = np.where(moving, 1 - np.exp(-rolled / STEERING_LENGTH_M), 1.0)
        wanted = np.arctan2(base * yaw_rate, np.maximum(speed, 1e-6))
        c.steering = c.steering + follow * (wanted - c.steering)
        wheel_steering, wheel_speed = fixed.wheels(c.steering, speed)
        spin_rate = wheel_speed / fixed.radii
        c.spin = c.spin + np.where(moving[:, None], (c.spin_rate + spin_rate) / 2 * dt_s, 0.0)
        c.spin_rate = spin_rate
        holding = (speed < HOLDING_MPS) & (speed_rate < MOVING_OFF_MPS2)
        threshold = np.where(c.braking, BRAKE_LAMP_OFF_MPS2, BRAKE_LAMP_ON_MPS2)
        c.braking = holding | (speed_rate < threshold)
        quaternion = rotation.from_euler(c.yaw, np.arctan2(drop, base), np.zeros_like(drop))
        return _Motion(position, quaternion, velocity, angular, acceleration, wheel_steering)

    def _lamps(self, braking: bool, signals: int, blink: bool) -> int:
        lamps = VehicleLamp.HEAD | VehicleLamp.TAIL if self._dark else VehicleLamp(0)
        if braking:
            lamps |= VehicleLamp.BRAKE
        if blink and signals & SIGNAL_LEFT:
            lamps |= VehicleLamp.LEFT
        if blink and signals & SIGNAL_RIGHT:
            lamps |= VehicleLamp.RIGHT
        return int(lamps)


@dataclass(frozen=True)
class _Motion:
    """All vehicles at the shown tick, a row each; fields as in TrafficActor."""

    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    wheel_steering: Array


@dataclass(frozen=True)
class _Fixed:
    """The chassis of all vehicles as columns, padded to the same number of wheels."""

    wheelbase: Array
    guide: Array
    x: Array
    y: Array
    radii: Array
    steered: NDArray[np.bool_]

    @staticmethod
    def of(chassis: Sequence[Chassis], most_wheels: int) -> "_Fixed":
        n = len(chassis)
        x, y = np.zeros((n, most_wheels)), np.zeros((n, most_wheels))
        radii, steered = np.ones((n, most_wheels)), np.zeros((n, most_wheels), dtype=bool)
        for i, c in enumerate(chassis):
            count = len(c.wheel_radii_m)
            x[i, :count], y[i, :count] = c.wheel_centers.T
            radii[i, :count] = c.wheel_radii_m
            steered[i, :count] = c.steered
        wheelbase = np.array([c.wheelbase_m for c in chassis])
        guide = np.array([c.guide_m for c in chassis])
        return _Fixed(wheelbase, guide, x, y, radii, steered)

    def wheels(self, steering: Array, speed: Array) -> tuple[Array, Array]:
        """Return (N, W) steering angles (rad) and ground speeds (m/s) of the wheels.

        Each wheel moves as the rigid body does there, so that none is dragged sideways (Ackermann).
        """
        curvature = (np.tan(steering) / self.wheelbase)[:, None]
        along, across = 1 - curvature * self.y, curvature * self.x
        angle = np.where(self.steered, np.arctan2(across, along), 0.0)
        pace = np.where(self.steered, np.hypot(along, across), along)
        return angle, speed[:, None] * pace
