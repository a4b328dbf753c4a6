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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.chassis import Chassis, ChassisTable
from cityloop.traffic.path_trace import PathTraces
from cityloop.traffic.plans import CHANNELS, FORECAST_S, YAW, Plans
from cityloop.traffic.smoothing import Cast, Columns, SampleHistory, SplineKernel
from cityloop.traffic.state import VehicleColumns
from cityloop.traffic.towed import (
    ARC,
    GUIDE_X,
    GUIDE_Y,
    SIGNALS,
    Kinds,
    Motion,
    Towed,
    forecast,
    towed,
)
from cityloop.traffic.vehicle_lamps import INDICATOR_HOLD_S, lamps

Array = NDArray[np.float64]

TRACE_SPACING_M = 0.25  # between kept points of a trace
TRACE_POINTS = 256
# SUMO's vehicles change places in a lane even while they stand, as where the room to the stop line
# is used up. That is made up for on the way on, by this share of it.
STANDING_MPS, SIDEWAYS_SHARE = 0.2, 0.3


@dataclass(frozen=True)
class VehicleSamples:
    """What SUMO says about its vehicles after a step.

    Attributes:
        numbers: N, each once.
        kinds: N.
        table: (N, 5) front bumper x and y (m), heading (rad), speed (m/s), signals (a bit set).
    """

    numbers: Sequence[int]
    kinds: Sequence[str]
    table: Array


@dataclass
class _VehicleColumns(Columns):
    """What is known and integrated over the ticks, a row per vehicle in the order of coming."""

    number: NDArray[np.int64]
    kind: NDArray[np.intp]  # index in the chassis table
    samples: NDArray[np.int64]
    ended: NDArray[np.int64]  # samples since SUMO dropped it
    under_way: NDArray[np.bool_]  # shown before
    said: Array  # (N, 2) where SUMO's front bumper was last, m
    aside_m: Array  # how far it is to the left of the sample: it went there while it stood
    sample: Array  # (N, 5) what SUMO said last, but for that
    yaw: Array
    speed: Array  # at the shown tick, for the step to the next
    arc_before: Array  # of the plan, a tick before the shown one
    speed_before: Array
    steering: Array
    spin: Array  # (N, most wheels), rad
    spin_rate: Array
    braking: NDArray[np.bool_]
    left_s: Array  # since SUMO last wanted the indicator
    right_s: Array


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
        self._chassis = ChassisTable(chassis)
        table = self._chassis
        self._kinds = Kinds(
            *(table.guide, table.wheelbase, table.wheel_x, table.wheel_y),
            *(table.radii, table.steered),
        )
        self._kind_index = {name: i for i, name in enumerate(self._chassis.kinds)}
        self._ground_height = ground_height
        self._dark = dark
        self._history = SampleHistory(kernel, channels=6)
        self._bumpers = PathTraces(TRACE_SPACING_M, TRACE_POINTS, channels=2)
        self._plans = PathTraces(TRACE_SPACING_M, TRACE_POINTS, CHANNELS)
        self._columns = self._new_columns(VehicleSamples((), (), np.zeros((0, 5))))
        self._rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)  # those that are shown
        self._cast = Cast("traffic/car.")

    def record(self, samples: VehicleSamples) -> None:
        """Take in SUMO's next step."""
        c = self._columns
        index = {number: i for i, number in enumerate(samples.numbers)}
        at = np.array([index.pop(n, -1) for n in c.number.tolist()], dtype=np.intp)
        c.ended = np.where(at < 0, c.ended + 1, 0)
        stay = c.ended <= self._kernel.lookahead
        if not stay.all():
            at = at[stay]
            for table in (c, self._history, self._bumpers, self._plans):
                table.keep(stay)
        # Straight on at the last speed: what an arrived vehicle's curve needs to end with.
        step = c.sample[:, 3] * self._kernel.sample_s
        rolled = c.sample.copy()
        rolled[:, 0] = c.said[:, 0] + step * np.cos(c.sample[:, 2])
        rolled[:, 1] = c.said[:, 1] + step * np.sin(c.sample[:, 2])
        seen = (at >= 0)[:, None]
        sample = np.where(seen, samples.table[at], rolled) if len(samples.table) else rolled
        sample = self._without_sidling(sample)
        self._bumpers.push(sample[:, :2], np.hypot(*(sample - c.sample)[:, :2].T))
        c.sample, c.samples = sample, c.samples + 1
        old = len(at)
        if index:
            rows = sorted(index.values(), key=lambda i: samples.numbers[i])
            new = self._new_columns(
                VehicleSamples(
                    [samples.numbers[i] for i in rows],
                    [samples.kinds[i] for i in rows],
                    samples.table[rows],
                )
            )
            forward = np.column_stack([np.cos(new.sample[:, 2]), np.sin(new.sample[:, 2])])
            self._bumpers.append(new.sample[:, :2], forward)
            c.append(new)
        points = self._axles()
        self._history.push(points[:old])
        if index:
            rates = np.zeros((len(index), 6))
            rates[:, :2], rates[:, ARC] = forward * new.sample[:, 3, None], new.sample[:, 3]
            self._history.append(points[old:], rates)

    def go_on(self) -> None:
        """Go on to the next tick, for which SUMO's newest step is enough."""
        self._history.go_on()

    def drop(self, numbers: Sequence[int]) -> None:
        """Forget vehicles at once; before the next step nothing else may be asked of the tracks."""
        stay = ~np.isin(self._columns.number, np.array(numbers, dtype=np.int64))
        for table in (self._columns, self._history, self._bumpers, self._plans):
            table.keep(stay)

    def shown(self, tick: int) -> VehicleColumns:
        """Integrate up to the shown tick; once a tick, after `record` or `go_on`."""
        c = self._columns
        if not len(c.number):
            return VehicleColumns.none()
        motion = self._move()
        c.under_way = c.samples > self._kernel.lookahead
        rows = np.flatnonzero(c.under_way)
        self._rows = rows = rows[np.argsort(c.number[rows])]
        wheels = motion.wheels[rows]
        counts = self._chassis.wheel_count[c.kind[rows]].tolist()
        names, kinds = self._cast.of(
            c.number[rows], lambda: [self._chassis.kinds[k] for k in c.kind[rows].tolist()]
        )
        return VehicleColumns(
            names=names,
            kinds=kinds,
            position=motion.position[rows],
            quaternion=motion.quaternion[rows],
            velocity=motion.velocity[rows],
            angular_velocity=motion.angular_velocity[rows],
            acceleration=motion.acceleration[rows],
            number=c.number[rows],
            wheels=[w[:count] for w, count in zip(wheels, counts, strict=True)],
            lamps=lamps(
                tick * self._kernel.dt_s,
                dark=self._dark,
                braking=c.braking[rows],
                left=c.left_s[rows] < INDICATOR_HOLD_S,
                right=c.right_s[rows] < INDICATOR_HOLD_S,
            ),
        )

    def plans(self, shown: NDArray[np.intp]) -> Plans:
        """Return the plans of some vehicles, given by their rows in what was shown last."""
        rows, c, dt_s = self._rows[shown], self._columns, self._kernel.dt_s
        arm = self._chassis.guide[c.kind[rows]]
        count = max(1, round(FORECAST_S / dt_s))
        offsets = [
            (derivative, j - early)
            for j in range(1, count + 1)
            for derivative, early in ((0, 0.0), (1, 0.5), (1, 0.0), (2, 0.0))
        ]
        offsets.append((1, 0.0))
        curves = self._history.curves(offsets, rows, channels=slice(GUIDE_X, GUIDE_Y + 1))
        newest, arc = self._plans.newest()[rows], self._plans.newest_arc[rows]
        arc, points, rate = forecast(curves, arm, newest, arc, self._speed_rate[rows], dt_s)
        return Plans(self._plans, rows, c.arc_before[rows], c.speed_before[rows], arc, points, rate)

    def lead_m(self, shown: NDArray[np.intp]) -> Array:
        """Return (n,) how far SUMO's front bumpers are ahead of those that are shown, m."""
        rows = self._rows[shown]
        shown_arc = self._history.curves([(0, 0.0)], rows, channels=slice(ARC, None))[0, :, 0]
        result: Array = self._bumpers.newest_arc[rows] - shown_arc
        return result

    def newest(self, shown: NDArray[np.intp]) -> tuple[Array, NDArray[np.bool_]]:
        """Return (n, 5) what SUMO said last (see VehicleSamples) and (n,) whether it says more."""
        rows = self._rows[shown]
        return self._columns.sample[rows], self._columns.ended[rows] == 0

    def bumper_way(self, shown: NDArray[np.intp], behind_m: Array) -> Array:
        """Return (n, Q, 2) points of the way that SUMO's front bumpers have gone.

        Args:
            shown: (n,) rows in what was shown last.
            behind_m: (n, Q) how far before the newest of SUMO's positions.
        """
        rows = self._rows[shown]
        return self._bumpers.at(self._bumpers.newest_arc[rows, None] - behind_m, rows)

    def _without_sidling(self, said: Array) -> Array:
        """Return (N, 5) what SUMO says, `said`, without steps to the side of who stands."""
        c = self._columns
        ahead = np.column_stack([np.cos(said[:, 2]), np.sin(said[:, 2])])
        left = np.column_stack([-ahead[:, 1], ahead[:, 0]])
        step = said[:, :2] - c.said
        way = np.maximum(np.einsum("nk,nk->n", step, ahead), 0.0)
        stands = way < STANDING_MPS * self._kernel.sample_s
        aside = c.aside_m + np.where(stands, np.einsum("nk,nk->n", step, left), 0.0)
        c.aside_m = np.sign(aside) * np.maximum(np.abs(aside) - SIDEWAYS_SHARE * way, 0.0)
        c.said = said[:, :2]
        sample = said.copy()
        sample[:, :2] -= c.aside_m[:, None] * left
        return sample

    def _axles(self) -> Array:
        """Return (N, 6) raw samples of the history's channels."""
        c, table = self._columns, self._chassis
        bumper = table.bumper[c.kind]
        behind = np.column_stack(
            [bumper - table.guide[c.kind], bumper, bumper - table.wheelbase[c.kind]]
        )
        points = self._bumpers.at(self._bumpers.newest_arc[:, None] - behind)
        n = len(bumper)
        heights = self._ground_height(np.concatenate([points[:, 1], points[:, 2]])).reshape(2, n)
        arc = self._bumpers.newest_arc
        return np.column_stack([points[:, 0], *heights, c.sample[:, 4], arc])

    def _new_columns(self, samples: VehicleSamples) -> _VehicleColumns:
        n = len(samples.numbers)
        zero, wheels = np.zeros(n), np.zeros((n, self._chassis.most_wheels))
        kind = np.array([self._kind_index[k] for k in samples.kinds], dtype=np.intp)
        return _VehicleColumns(
            number=np.array(samples.numbers, dtype=np.int64),
            kind=kind,
            samples=np.ones(n, dtype=np.int64),
            ended=np.zeros(n, dtype=np.int64),
            under_way=zero > 0,
            said=samples.table[:, :2],
            aside_m=zero,
            sample=samples.table,
            yaw=samples.table[:, 2],
            speed=samples.table[:, 3],
            arc_before=zero,
            speed_before=zero,
            steering=zero,
            spin=wheels,
            spin_rate=wheels,
            braking=zero > 0,
            left_s=np.full(n, np.inf),
            right_s=np.full(n, np.inf),
        )

    def _move(self) -> Motion:
        """Go on to the shown tick; return everybody there."""
        c, dt_s = self._columns, self._kernel.dt_s
        curves = self._history.curves([(0, 0.0), (1, -1.0), (1, -0.5), (1, 0.0), (2, 0.0)])
        before = Towed(c.yaw, c.steering, c.spin, c.spin_rate, c.braking, c.left_s, c.right_s)
        signals = self._history.shown()[:, SIGNALS]
        # A track's first shown tick has its initial yaw.
        after, motion = towed(curves, signals, c.under_way, before, c.kind, self._kinds, dt_s)
        c.yaw, c.steering, c.spin, c.spin_rate, c.braking, c.left_s, c.right_s = after
        self._extend_plans(motion.plan, np.maximum(c.speed + motion.speed, 0.0) / 2 * dt_s)
        c.speed_before, c.speed = c.speed, motion.speed
        self._speed_rate = motion.speed_rate
        return motion

    def _extend_plans(self, points: Array, steps_m: Array) -> None:
        known = len(self._plans.newest_arc)
        before = self._plans.newest_arc
        self._plans.push(points[:known], steps_m[:known])
        if known < len(points):
            new = points[known:]
            rates = np.zeros((len(new), CHANNELS))
            rates[:, 0], rates[:, 1] = np.cos(new[:, YAW]), np.sin(new[:, YAW])
            self._plans.append(new, rates)
            before = np.concatenate([before, -steps_m[known:]])
        self._columns.arc_before = before
