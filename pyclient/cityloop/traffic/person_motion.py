"""How the people of the background move: kept clear of each other, smoothed, with heading and gait.

Everybody has a place on a plan (see `pedestrians`). `crowd` takes them after it without running
into anybody or anything; what comes out is smoothed into curves (see `smoothing`), so that what is
shown has exact velocities and accelerations.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import rotation
from cityloop.spatial.compiled import compiled
from cityloop.traffic import crowd
from cityloop.traffic.detours import Detours
from cityloop.traffic.gaits import PASSING_RAD, gait_phase_rate
from cityloop.traffic.gaze import Attention, follow, wanted_looks
from cityloop.traffic.person_plans import STANCES, Obstacles, PlanSamples
from cityloop.traffic.smoothing import Cast, Columns, SampleHistory, SplineKernel
from cityloop.traffic.state import PersonColumns
from cityloop.traffic.walkable import Walkable
from cityloop.world.people import PERSON_KINDS

Array = NDArray[np.float64]

MAX_TURN_RATE_RADPS = 4.0
MAX_TURN_ACCEL_RADPS2 = 14.0
MAX_TURN_JERK_RADPS3 = 200.0
TURN_FREQUENCY_RADPS = 6.0  # of the damped turn towards the direction of walking
TURN_DAMPING = 1.15  # of the critical one
TURN_STEPS = 4  # in a tick
# Slower steps are taken sideways or backwards without a turn; from the second speed on people turn
# as readily as they can.
TURNING_MPS, FULL_TURN_MPS = 0.25, 0.65
STANDING_TURN = 0.25  # how readily somebody who stands turns to where there is something to see
STANDING_MPS, STARTING_MPS = 0.05, 0.12  # slower than which who walked stands, and vice versa
RUN_FROUDE = 0.6  # from which people run (R. McN. Alexander 1989)
GRAVITY_MPS2 = 9.81
GAIT_STEP_MPS, FASTEST_GAIT_MPS = 0.05, 4.0  # of the table of gaits' phase rates
LONGEST_STRIDE = 1.5  # what a plan moves beyond this many times its pace is a jump
SLOWEST_STRIDE_MPS = 0.8
# How many places of a plan's way are remembered for those who fall behind, and how often one is.
TRAIL_POINTS, TRAIL_SPACING_S = 40, 0.2
FALLEN_BEHIND_M = 0.8  # who is farther from the plan goes the way that it went
TRAIL_AHEAD_M = 0.8  # on that way, to where they head
PLAN_RESPONSE_S = 0.14  # in which a new velocity of the plan is taken up

ADULT_RADIUS_M, CHILD_RADIUS_M = 0.25, 0.21  # half of what two keep between their middles
PRAM_NOSE_M = 0.15  # before a pram's front: the middle of the disc that covers it there
PRAM_TURN_RATE_RADPS = 1.2  # a pram turns with those who walk behind it, not on the spot
OTHERS_RADIUS_M = 0.3

_SURE_M = 0.05  # distances to the boundary are not exact far from it
SHIFTING_RADPS = 0.35  # of somebody who stands, from one leg to the other


_KIND_ROWS = {kind: row for row, kind in enumerate(PERSON_KINDS)}


@dataclass
class _PersonColumns(Columns):
    """Who they are and what is integrated over the ticks, a row per person."""

    number: NDArray[np.int64]
    kind: NDArray[np.str_]
    gait: NDArray[np.intp]  # row of their kind in the table of phase rates
    party: NDArray[np.int64]
    samples: NDArray[np.int64]
    ended: NDArray[np.int64]  # samples since the plan ended
    under_way: NDArray[np.bool_]  # shown before
    place: Array  # (N, 2) on the plan, m
    trail: Array  # (N, TRAIL_POINTS, 2) where the plan was, the newest last, m
    plan_velocity: Array  # (N, 2) m/s
    aim: NDArray[np.int64]  # point of the trail that they head for, 0 for the plan itself
    pace: Array  # m/s
    radius_m: Array
    front_m: Array  # from the middle to the nose of their pram, 0 for none
    course: Array  # of who pushes a pram, at the newest sample, rad
    running_mps: Array  # from which they run
    held: NDArray[np.bool_]
    roaming: NDArray[np.bool_]
    asked: Array  # (N, 2) place whose distance to the boundary was measured last, m
    asked_held: NDArray[np.bool_]  # that of the sidewalks alone
    room: Array  # that distance, m
    stance: NDArray[np.int64]
    facing: Array
    yaw: Array
    yaw_rate: Array
    yaw_accel: Array
    moving: NDArray[np.bool_]
    phase: Array
    phase_rate: Array
    sway: Array  # of who stands, from one leg to the other, rad
    phone: NDArray[np.bool_]  # in their hand
    look: Array  # (N, 2) yaw and pitch, rad
    look_rate: Array  # rad/s


class PersonTracks:
    """All people of the background from their first sample until they are no longer shown."""

    def __init__(
        self,
        kernel: SplineKernel,
        ground_height: Callable[[Array], Array],
        walkable: Walkable | None = None,
    ) -> None:
        """Track people; `ground_height` maps (N, 2) m to (N,) m. `walkable` keeps them inside."""
        self._kernel = kernel
        self._ground_height = ground_height
        self._walkable = walkable
        self._history = SampleHistory(kernel, channels=4)  # place, m; course, rad
        self._gaits = _phase_rate_table()
        self._trail_samples = max(1, round(TRAIL_SPACING_S / kernel.sample_s))
        self._plan_share = 1 - math.exp(-kernel.sample_s / PLAN_RESPONSE_S)
        self._samples = self._ticks = 0
        self._cast = Cast("traffic/person.")
        self._columns = _newcomers(
            PlanSamples(
                *(np.zeros(0, dtype=np.int64), (), np.zeros(0, dtype=np.int64)),
                *(np.zeros((0, 2)), np.zeros(0), np.zeros(0)),
                *(np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)),
                *(np.zeros(0, dtype=np.int64), np.zeros(0)),
            )
        )
        self._detours = Detours.none_at(np.zeros((0, 2)))

    def record(
        self,
        plan: PlanSamples,
        others: Obstacles | None = None,
    ) -> None:
        """Move everybody on to the next sample.

        Args:
            plan: of everybody who is under way.
            others: people and vehicles whom the plan does not know.
        """
        c, dt_s = self._columns, self._kernel.sample_s
        row = np.searchsorted(plan.number, c.number)
        known = row < len(plan.number)
        known[known] = plan.number[row[known]] == c.number[known]
        c.ended = np.where(known, 0, c.ended + 1)
        stay = c.ended <= self._kernel.lookahead
        if not stay.all():
            self._keep(stay)
            row, known = row[stay], known[stay]
        self._follow(plan, row[known], known)
        newest = self._history.newest()[:, :2]
        target, target_velocity = self._aim(newest)
        behind = np.hypot(*(newest - c.trail[:, -1]).T)
        if others is None:
            others = Obstacles.none()
        position = crowd.step(
            crowd.Crowd(
                position=newest,
                velocity=(newest - self._history.newest(1)[:, :2]) / dt_s,
                target=target,
                target_velocity=target_velocity,
                radius_m=c.radius_m,
                party=c.party,
                held=c.held,
                roaming=c.roaming,
                sense=self._detours.advance(newest, behind, dt_s),
                front=self._fronts(),
                others=others.position,
                others_velocity=others.velocity,
                others_radius_m=others.radius_m,
            ),
            self._walkable,
            dt_s,
        )
        new = np.flatnonzero(~np.isin(plan.number, c.number))
        places = np.zeros((0, 2))
        if len(new):
            comers = _newcomers(plan, new)
            prams = crowd.pram_discs(position, self._fronts())
            taken = np.concatenate([position, prams, others.position])
            places = crowd.free_places(
                *(comers.place, plan.heading_rad[new], comers.front_m, taken),
                *(~comers.roaming, self._walkable),
            )
        heights = self._ground_height(np.concatenate([position, places]))
        self._steer_prams((position - newest) / dt_s)
        self._history.push(np.column_stack([position, heights[: len(position)], c.course]))
        c.samples = c.samples + 1
        if len(new):
            rate = np.column_stack([comers.plan_velocity, np.zeros((len(new), 2))])
            samples = np.column_stack([places, heights[len(position) :], comers.course])
            self._history.append(samples, rate)
            self._detours.append(Detours.none_at(places))
            c.append(comers)
            self._keep(np.argsort(c.number))

    def go_on(self) -> None:
        """Go on to the next tick, for which the newest sample is enough."""
        self._history.go_on()

    @property
    def sample_s(self) -> float:
        """Time from a sample to the next."""
        return self._kernel.sample_s

    def behind_m(self, numbers: NDArray[np.int64]) -> Array:
        """Return (N,) how far the people of these numbers are from their plan, m.

        From where it can be walked to: nobody is late who may not cut the corner that it cuts.
        """
        row = np.searchsorted(self._columns.number, numbers)
        gap = self._history.newest()[row, :2] - self._columns.trail[row, -1]
        return np.hypot(gap[:, 0], gap[:, 1])

    def forget(self, numbers: NDArray[np.int64]) -> None:
        """Show the people with these numbers no longer, from now on."""
        self._keep(~np.isin(self._columns.number, numbers))

    def _keep(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> None:
        """Keep the people that `rows` says, or put them into a new order."""
        for table in (self._columns, self._history, self._detours):
            table.keep(rows)

    def _follow(self, plan: PlanSamples, row: NDArray[np.intp], known: NDArray[np.bool_]) -> None:
        """Take in where the plan has people; `row` of the plan is that of the `known` ones."""
        c, dt_s = self._columns, self._kernel.sample_s
        # Whose plan has ended walks on as before.
        c.place = c.place + c.plan_velocity * dt_s
        step = (plan.place[row] - c.place[known]) / dt_s + c.plan_velocity[known]
        reach = LONGEST_STRIDE * np.maximum(plan.pace_mps[row], SLOWEST_STRIDE_MPS)
        jump = np.hypot(step[:, 0], step[:, 1]) > reach
        share = np.where(jump, 0.0, self._plan_share)[:, None]
        c.plan_velocity[known] += share * (step - c.plan_velocity[known])
        c.place[known] = plan.place[row]
        c.held[known], c.roaming[known] = plan.held[row], plan.roaming[row]
        c.stance[known], c.facing[known] = plan.stance[row], plan.facing_rad[row]

    def _aim(self, position: Array) -> tuple[Array, Array]:
        """Return (N, 2) where everybody heads, m, and the plan's velocity there, m/s.

        Who has fallen behind follows the plan's trail and does not cut its corners.
        """
        c = self._columns
        target, velocity = c.place.copy(), c.plan_velocity.copy()
        if self._walkable is not None:
            walkable, kept = self._walkable, ~c.roaming
            for boundary, held in ((walkable.closed, True), (walkable.open, False)):
                mine = kept & (c.held == held)  # also who walks ahead of their party
                # A plan that was well inside is so until it has gone that far.
                gone = np.hypot(*(c.place - c.asked).T)
                rows = np.flatnonzero(mine & ((c.asked_held != held) | (gone > c.room - _SURE_M)))
                distance, inwards = boundary.clearance(c.place[rows])
                target[rows] -= np.minimum(distance, 0.0)[:, None] * inwards
                c.asked[rows], c.asked_held[rows], c.room[rows] = c.place[rows], held, distance
        self._samples += 1
        if self._samples % self._trail_samples == 0:
            c.trail[:, :-1] = c.trail[:, 1:]
            c.aim = np.maximum(c.aim - 1, 0)
        c.trail[:, -1] = target
        gap = target - position
        late = np.flatnonzero(np.hypot(gap[:, 0], gap[:, 1]) > FALLEN_BEHIND_M)
        c.aim[np.hypot(gap[:, 0], gap[:, 1]) <= FALLEN_BEHIND_M] = 0
        if not len(late):
            return target, velocity
        way = c.trail[late] - position[late, None]
        distance = np.hypot(way[..., 0], way[..., 1])
        # The newest of the nearest points: a plan that stood left many in one place.
        nearest = TRAIL_POINTS - 1 - np.argmin(distance[:, ::-1], axis=1)
        ahead = (np.arange(TRAIL_POINTS) > nearest[:, None]) & (distance > TRAIL_AHEAD_M)
        chosen = np.where(ahead.any(axis=1), np.argmax(ahead, axis=1), TRAIL_POINTS - 1)
        # Never back: between two points that are as near, they would go to and fro.
        chosen = c.aim[late] = np.maximum(chosen, c.aim[late])
        pick = np.arange(len(late)), chosen
        target[late] = c.trail[late, chosen]
        velocity[late] = (c.pace[late] / np.maximum(distance[pick], 0.1))[:, None] * way[pick]
        return target, velocity

    def _fronts(self) -> Array:
        """Return (N, 2) from everybody's newest place to the nose of their pram, m; 0 for none."""
        c = self._columns
        return c.front_m[:, None] * np.column_stack([np.cos(c.course), np.sin(c.course)])

    def _steer_prams(self, velocity: Array) -> None:
        """Turn prams towards where they are pushed, (N, 2) m/s; those of who stands stay."""
        c = self._columns
        rows = np.flatnonzero(c.front_m)
        if not len(rows):
            return
        vx, vy = velocity[rows].T
        turn = (np.arctan2(vy, vx) - c.course[rows] + np.pi) % (2 * np.pi) - np.pi
        limit = PRAM_TURN_RATE_RADPS * self._kernel.sample_s
        walks = np.hypot(vx, vy) > TURNING_MPS
        c.course[rows] += np.where(walks, np.clip(turn, -limit, limit), 0.0)

    def shown(self) -> PersonColumns:
        """Integrate up to the shown tick; once a tick, after `record` or `go_on`."""
        c, lookahead = self._columns, self._kernel.lookahead
        if not len(c.number):
            return PersonColumns.none()
        curves = self._history.curves([(0, 0.0), (1, 0.0), (2, 0.0)])
        position, velocity, acceleration = curves[..., :3]
        speed = np.hypot(velocity[:, 0], velocity[:, 1])
        walking = c.under_way
        self._turn(velocity, speed, walking)
        pushes = c.front_m > 0
        c.yaw = np.where(pushes, curves[0, :, 3], c.yaw)
        c.yaw_rate = np.where(pushes, curves[1, :, 3], c.yaw_rate)
        moving = c.moving = speed > np.where(c.moving, STANDING_MPS, STARTING_MPS)
        phase_rate = np.where(moving, self._phase_rates(speed) * speed, 0.0)
        mean_rate = np.where(walking, (c.phase_rate + phase_rate) / 2, 0.0)
        # Who stands sets out with one foot or the other, beside the one that stays.
        foot = PASSING_RAD + np.pi * (c.number % 2)
        c.phase = np.where(moving, c.phase + mean_rate * self._kernel.dt_s, foot)
        c.sway = c.sway + np.where(walking & ~moving, SHIFTING_RADPS * self._kernel.dt_s, 0.0)
        c.phase_rate = phase_rate
        self._look(walking)
        c.under_way = c.samples > lookahead
        rows = np.flatnonzero(c.under_way)
        angular = np.zeros((len(rows), 3))
        angular[:, 2] = c.yaw_rate[rows]
        doing = np.where(speed > c.running_mps, 3, np.where(moving, 2, c.stance))[rows]
        words = (*STANCES, "walking", "running")
        names, kinds = self._cast.of(c.number[rows], lambda: c.kind[rows].tolist())
        return PersonColumns(
            names=names,
            kinds=kinds,
            position=position[rows],
            quaternion=rotation.from_yaw(c.yaw[rows]),
            velocity=velocity[rows],
            angular_velocity=angular,
            acceleration=acceleration[rows],
            gait_phase_rad=c.phase[rows],
            gait_speed_mps=np.where(moving, speed, 0.0)[rows],
            sway_rad=c.sway[rows],
            look_rad=c.look[rows],
            activity=tuple(words[i] for i in doing.tolist()),
        )

    def _look(self, shown: NDArray[np.bool_]) -> None:
        """Let everybody look on; (N,) `shown` says who was shown at the tick before."""
        c, dt_s = self._columns, self._kernel.dt_s
        self._ticks += 1
        attention = Attention(
            number=c.number,
            moving=c.moving,
            waiting=~c.moving & (c.stance == STANCES.index("waiting")),
            crossing=c.moving & ~c.held & ~c.roaming,
            phone=c.phone,
        )
        wanted = wanted_looks(attention, self._ticks * dt_s)
        look, rate = follow(c.look, c.look_rate, wanted, dt_s)
        c.look = np.where(shown[:, None], look, wanted)
        c.look_rate = np.where(shown[:, None], rate, 0.0)

    def _phase_rates(self, speed: Array) -> Array:
        """Return (N,) `gait_phase_rate` of everybody at speed (N,) m/s, rad/m."""
        row = self._columns.gait
        at = np.clip(speed / GAIT_STEP_MPS, 0.0, self._gaits.shape[1] - 1.001)
        low = at.astype(np.intp)
        before, after = self._gaits[row, low], self._gaits[row, low + 1]
        rates: Array = before + (at - low) * (after - before)
        return rates

    def _turn(self, velocity: Array, speed: Array, walking: NDArray[np.bool_]) -> None:
        """Turn everybody towards the direction of walking, smoothly, no faster than people do."""
        c = self._columns
        way = np.arctan2(velocity[:, 1], velocity[:, 0])
        c.yaw, c.yaw_rate, c.yaw_accel = _turned(
            np.stack([c.yaw, c.yaw_rate, c.yaw_accel]),
            np.stack([way, c.facing, speed]),
            walking,
            self._kernel.dt_s / TURN_STEPS,
        )


@compiled
def _turned(turn: Array, wish: Array, walking: NDArray[np.bool_], step_s: float) -> Array:
    """Return (3, N) yaw, its rate and its acceleration after TURN_STEPS steps.

    Args:
        turn: (3, N) the same before, rad, rad/s, rad/s^2.
        wish: (3, N) direction of walking, where somebody who stands looks (nan: nowhere), rad, and
            speed, m/s.
        walking: (N,) who was shown at the tick before.
        step_s: length of a step.
    """
    k, most, fastest = TURN_FREQUENCY_RADPS, MAX_TURN_ACCEL_RADPS2, MAX_TURN_RATE_RADPS
    jolt = MAX_TURN_JERK_RADPS3 * step_s
    result = np.empty_like(turn)
    for n in range(turn.shape[1]):
        yaw, rate, accel = turn[0, n], turn[1, n], turn[2, n]
        direction, speed = wish[0, n], wish[2, n]
        if not walking[n]:
            rate = accel = 0.0
            if speed > STANDING_MPS:
                yaw = direction  # the first shown tick faces where the walk goes
        share = (speed - TURNING_MPS) / (FULL_TURN_MPS - TURNING_MPS)
        share = min(max(share, 0.0), 1.0)
        if share < STANDING_TURN and not math.isnan(wish[1, n]):
            direction, share = wish[1, n], STANDING_TURN
        for _ in range(TURN_STEPS):
            error = (direction - yaw + np.pi) % (2 * np.pi) - np.pi
            wanted = k * k * share * error - 2 * TURN_DAMPING * k * rate
            wanted = min(max(wanted, -most), most)
            # As much as stops at the fastest turn.
            wanted = min(max(wanted, (-fastest - rate) / step_s), (fastest - rate) / step_s)
            accel += min(max(wanted - accel, -jolt), jolt)
            before = rate
            if walking[n]:
                rate += step_s * accel
            # The mean of both ends: the reported rate is then the slope at its own instant.
            yaw += step_s * (before + rate) / 2
        result[0, n], result[1, n], result[2, n] = yaw, rate, accel
    return result


@lru_cache(maxsize=1)
def _phase_rate_table() -> Array:
    """Return (K, T) `gait_phase_rate` of each kind at speeds in steps of GAIT_STEP_MPS, rad/m."""
    speeds = np.arange(0.0, FASTEST_GAIT_MPS + GAIT_STEP_MPS, GAIT_STEP_MPS)
    return np.array([[gait_phase_rate(kind, v) for v in speeds] for kind in PERSON_KINDS])


def _newcomers(plan: PlanSamples, rows: NDArray[np.intp] | None = None) -> _PersonColumns:
    """Return the columns of people who come, those in `rows` of a plan."""
    rows = np.arange(len(plan.number)) if rows is None else rows
    kinds = [plan.kind[i] for i in rows.tolist()]
    people = [PERSON_KINDS[kind] for kind in kinds]
    ones = np.ones(len(rows), dtype=np.int64)
    heading = plan.heading_rad[rows]
    ahead = np.column_stack([np.cos(heading), np.sin(heading)])
    legs = np.array([p.leg_length_m for p in people])
    return _PersonColumns(
        number=plan.number[rows],
        kind=np.array(kinds, dtype="U32"),
        gait=np.array([_KIND_ROWS[kind] for kind in kinds], dtype=np.intp),
        party=plan.party[rows],
        samples=ones,
        ended=0 * ones,
        under_way=np.zeros(len(rows), dtype=bool),
        place=plan.place[rows].copy(),
        trail=np.repeat(plan.place[rows, None], TRAIL_POINTS, axis=1),
        plan_velocity=plan.pace_mps[rows, None] * ahead,
        aim=0 * ones,
        pace=plan.pace_mps[rows].copy(),
        radius_m=np.array([CHILD_RADIUS_M if p.child else ADULT_RADIUS_M for p in people]),
        front_m=np.array([p.pram_span_m[1] - PRAM_NOSE_M if p.pram else 0.0 for p in people]),
        course=heading.copy(),
        running_mps=np.sqrt(RUN_FROUDE * GRAVITY_MPS2 * legs),
        held=plan.held[rows].copy(),
        roaming=plan.roaming[rows].copy(),
        asked=plan.place[rows].copy(),
        asked_held=plan.held[rows].copy(),
        room=np.full(len(rows), -np.inf),
        stance=plan.stance[rows].copy(),
        facing=plan.facing_rad[rows].copy(),
        yaw=heading.copy(),
        yaw_rate=np.zeros(len(rows)),
        yaw_accel=np.zeros(len(rows)),
        moving=np.zeros(len(rows), dtype=bool),
        # People who set out together do not march in step.
        phase=np.mod(plan.number[rows] * 2.399963, 2 * np.pi),
        phase_rate=np.zeros(len(rows)),
        sway=np.mod(plan.number[rows] * 2.399963, 2 * np.pi),
        phone=np.array([p.thing == "phone" for p in people], dtype=bool),
        look=np.zeros((len(rows), 2)),
        look_rate=np.zeros((len(rows), 2)),
    )
