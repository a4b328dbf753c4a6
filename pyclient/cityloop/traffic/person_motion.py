"""How SUMO's pedestrians move: smoothed position, heading that turns with the walk, gait phase."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Pose, rotation
from cityloop.traffic.gaits import gait_phase_rate
from cityloop.traffic.smoothing import Columns, SampleHistory, SplineKernel
from cityloop.traffic.state import TrafficActor

Array = NDArray[np.float64]

MAX_TURN_RATE_RADPS = 4.0
TURN_FREQUENCY_RADPS = 6.0  # of the critically damped turn towards the direction of walking
FULL_TURN_MPS = 0.5  # slower people turn more slowly, standing ones not at all
STANDING_MPS = 0.05
GAIT_SPEEDS_MPS = np.linspace(0.0, 4.0, 81)
# What SUMO moves a person in a tick beyond this many times the speed it says is a jump.
LONGEST_STRIDE = 1.3
SLOWEST_STRIDE_MPS = 0.8
FADE_MPS, FADE_S = 0.45, 0.8  # how fast the offset that a jump leaves fades, at first and at last


@dataclass(frozen=True)
class PersonSample:
    """What SUMO says about a person after a step: position (m), heading (rad), speed (m/s)."""

    x: float
    y: float
    heading_rad: float
    speed_mps: float


@dataclass
class _PersonColumns(Columns):
    """Who they are and what is integrated over the ticks, a row per person."""

    number: NDArray[np.int64]
    kind: NDArray[np.str_]
    samples: NDArray[np.int64]
    ended: NDArray[np.int64]  # ticks since SUMO dropped the person
    place: Array  # (N, 2) where SUMO said last, m
    offset: Array  # (N, 2) from there to where they are, m
    yaw: Array
    yaw_rate: Array
    phase: Array


class PersonTracks:
    """All SUMO pedestrians from their first sample until they are no longer shown."""

    def __init__(self, kernel: SplineKernel, ground_height: Callable[[Array], Array]) -> None:
        """Track people; `ground_height` maps (N, 2) m to (N,) m."""
        self._kernel = kernel
        self._ground_height = ground_height
        self._history = SampleHistory(kernel, channels=3)
        self._gaits: dict[str, Array] = {}  # kind -> rate at GAIT_SPEEDS_MPS
        none = np.zeros(0, dtype=np.int64)
        flat, pairs = np.zeros(0), np.zeros((0, 2))
        self._columns = _PersonColumns(
            none, np.zeros(0, dtype="U32"), none, none, pairs, pairs, flat, flat, flat
        )

    def record(self, samples: Mapping[int, tuple[str, PersonSample]]) -> None:
        """Take in SUMO's next step: person number -> (kind, sample), by rising number."""
        c = self._columns
        seen = np.array([n in samples for n in c.number.tolist()], dtype=bool)
        c.ended = np.where(seen, 0, c.ended + 1)
        rows = c.ended <= self._kernel.lookahead
        if not rows.all():
            c.keep(rows)
            self._history.keep(rows)
        # Where SUMO has nothing more to say, the person walks on as before.
        xy = 2 * self._history.newest()[:, :2] - self._history.newest(1)[:, :2]
        numbers = c.number.tolist()
        for i, number in enumerate(numbers):
            if number in samples:
                xy[i] = self._absorb(i, samples[number][1])
        known = set(numbers)
        new = [(n, kind, s) for n, (kind, s) in samples.items() if n not in known]
        new_xy = np.array([(s.x, s.y) for _, _, s in new]).reshape(-1, 2)
        heights = self._ground_height(np.concatenate([xy, new_xy]))
        self._history.push(np.column_stack([xy, heights[: len(xy)]]))
        c.samples = c.samples + 1
        if not new:
            return
        yaw = np.array([s.heading_rad for _, _, s in new])
        speed = np.array([s.speed_mps for _, _, s in new])
        rate = np.column_stack([speed * np.cos(yaw), speed * np.sin(yaw), np.zeros(len(new))])
        for row, point in enumerate(np.column_stack([new_xy, heights[len(xy) :]])):
            self._history.append(point, rate[row])
        ones = np.ones(len(new), dtype=np.int64)
        c.append(
            _PersonColumns(
                np.array([n for n, _, _ in new], dtype=np.int64),
                np.array([kind for _, kind, _ in new], dtype="U32"),
                ones,
                0 * ones,
                new_xy,
                np.zeros_like(new_xy),
                yaw,
                np.zeros(len(new)),
                # People who set out together do not march in step.
                np.array([(n * 2.399963) % (2 * np.pi) for n, _, _ in new]),
            )
        )

    def shown(self) -> list[TrafficActor]:
        """Integrate up to the shown tick, `lookahead` before the newest sample; once a tick."""
        c, lookahead = self._columns, self._kernel.lookahead
        if not len(c.number):
            return []
        position, velocity = self._history.curve(), self._history.curve(1)
        acceleration = self._history.curve(2)
        speed = np.hypot(velocity[:, 0], velocity[:, 1])
        walking = c.samples > lookahead + 1
        self._turn(velocity, speed, walking)
        kinds = c.kind.tolist()
        phase_rate = np.where(speed > STANDING_MPS, self._phase_rates(speed) * speed, 0.0)
        c.phase = c.phase + np.where(walking, phase_rate * self._kernel.dt_s, 0.0)
        quaternion = rotation.from_yaw(c.yaw)
        return [
            TrafficActor(
                name=f"traffic/person.{c.number[i]}",
                kind=kinds[i],
                is_person=True,
                pose=Pose(position[i], quaternion[i]),
                velocity=velocity[i],
                angular_velocity=np.array([0.0, 0.0, c.yaw_rate[i]]),
                acceleration=acceleration[i],
                wheels=None,
                lamps=0,
                gait_phase_rad=float(c.phase[i]),
                gait_speed_mps=float(speed[i]) if speed[i] > STANDING_MPS else 0.0,
            )
            for i in np.flatnonzero(c.samples > lookahead).tolist()
        ]

    def _phase_rates(self, speed: Array) -> Array:
        """Return (N,) `gait_phase_rate` of everybody at speed (N,) m/s, rad/m."""
        rates = np.zeros(len(speed))
        for kind in np.unique(self._columns.kind).tolist():
            if kind not in self._gaits:
                self._gaits[kind] = np.array([gait_phase_rate(kind, v) for v in GAIT_SPEEDS_MPS])
            rows = self._columns.kind == kind
            rates[rows] = np.interp(speed[rows], GAIT_SPEEDS_MPS, self._gaits[kind])
        return rates

    def _absorb(self, row: int, sample: PersonSample) -> Array:
        """Return (2,) where a person is instead of where SUMO says, m.

        SUMO's people jump where their stripe turns a corner or meets a crossing, mostly by less
        than a metre. The excess of a jump becomes an offset that fades while they walk on.
        """
        c, dt_s = self._columns, self._kernel.dt_s
        place = np.array([sample.x, sample.y])
        step = place - c.place[row]
        length = math.hypot(*step.tolist())
        reach = LONGEST_STRIDE * max(sample.speed_mps, SLOWEST_STRIDE_MPS) * dt_s
        offset = c.offset[row]
        if length > reach:
            offset = offset - step * (1 - reach / length)
        left = math.hypot(*offset.tolist())
        if left > 0:
            rate = min(FADE_MPS, left / FADE_S)
            offset = offset * max(0.0, 1 - (rate * dt_s + 1e-4) / left)
        c.place[row], c.offset[row] = place, offset
        result: Array = place + offset
        return result

    def _turn(self, velocity: Array, speed: Array, walking: NDArray[np.bool_]) -> None:
        """Turn everybody towards the direction of walking, smoothly, no faster than people do."""
        c, steps = self._columns, 4
        h = self._kernel.dt_s / steps
        direction = np.arctan2(velocity[:, 1], velocity[:, 0])
        # The first shown tick faces where the walk goes.
        first = ~walking & (speed > STANDING_MPS)
        yaw = np.where(first, direction, c.yaw)
        rate = np.where(walking, c.yaw_rate, 0.0)
        k = TURN_FREQUENCY_RADPS
        share = np.clip((speed - STANDING_MPS) / FULL_TURN_MPS, 0.0, 1.0)
        for _ in range(steps):
            error = (direction - yaw + np.pi) % (2 * np.pi) - np.pi
            before = rate
            rate = rate + np.where(walking, h * (k * k * share * error - 2 * k * rate), 0.0)
            rate = np.clip(rate, -MAX_TURN_RATE_RADPS, MAX_TURN_RATE_RADPS)
            # The mean of both ends: the reported rate is then the slope at its own instant.
            yaw = yaw + h * (before + rate) / 2
        c.yaw, c.yaw_rate = yaw, rate
