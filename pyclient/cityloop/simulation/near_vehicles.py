"""Background vehicles as bodies: physical where somebody is near, exactly on their plans elsewhere.

Near, a driver steers the body along the vehicle's plan and brakes for whatever is in the way. When
the body cannot keep up, SUMO's vehicle is held back, so that SUMO's traffic queues behind it; the
body follows the way of the plan until it has caught up. A vehicle that has hit something brakes,
stays, and warns. Far away the body goes where the plan is, plus an offset from the time when it was
physical, which fades.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cityloop.annotation.actors import ActorTable
from cityloop.engine import BodyStates, Contact, DriveCommand, KinematicTargets
from cityloop.engine.commands import BodyKind
from cityloop.simulation.near_signals import room_before_red
from cityloop.simulation.near_surroundings import boxes_within
from cityloop.simulation.stop_lines import StopLines
from cityloop.spatial import rotation
from cityloop.spatial.compiled import compiled
from cityloop.spatial.turned import turned
from cityloop.traffic.background import BackgroundTraffic
from cityloop.traffic.handover import Handovers, Motions
from cityloop.traffic.pilots import DrivenStates, Machines, Tracking, drive, track
from cityloop.traffic.reactions import POINTS, Ways, most_acceleration, reach_of, way_length
from cityloop.traffic.smoothing import Columns
from cityloop.traffic.state import VehicleColumns
from cityloop.traffic.towing import arms, noses
from cityloop.traffic.vehicle_lamps import flashing, is_braking
from cityloop.traffic.vehicle_types import chassis_of
from cityloop.world.scene import Prototype
from cityloop.world.vehicles import VEHICLE_KINDS, VehicleLamp

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

LEAVING_M = 15.0  # beyond it, before a body stops being physical
# Of a vehicle that is held or has crashed, and of somebody who has fallen: nobody drives into them
# blindly. Who comes fast looks farther, by what it takes to stop.
QUEUE_RADIUS_M = 30.0
STOPPING_DECEL_MPS2 = 2.5
MOST_OFFSET_M, MOST_TURN_RAD = 0.6, 0.2  # from the plan when a body stops being physical
HOLD_LAG_M, RELEASE_LAG_M, TARGET_LAG_M = 1.5, 1.0, 0.5
HOLD_GAIN_PER_S = 0.5
CRASH_IMPULSE_NS = 30.0
# Who has crashed stays, and two bodies that stand in each other's way cannot back out: after that
# time one of them leaves where nobody sees it, as SUMO's vehicles are teleported out of a jam.
JAMMED_S, OUT_OF_SIGHT_M, STUCK_MPS = 40.0, 60.0, 0.1
_FEW = 16  # so many are compared with one by one
_SIDES, _BRAKE = np.uint32(VehicleLamp.LEFT | VehicleLamp.RIGHT), np.uint32(VehicleLamp.BRAKE)


@dataclass
class _Fleet(Columns):
    """A row for each background vehicle that has a body, by rising number."""

    number: NDArray[np.int64]
    body: NDArray[np.uint32]
    near: Flags
    arc: Array  # along the plan, m, where the body was found last; nan before
    lag: Array  # m
    aligned: Flags  # close enough to the plan's way to go back to it
    held: Flags
    crashed: Flags
    jammed_s: Array  # for how long its body has stood while its plan waits for it
    braking: Flags
    lamps: NDArray[np.uint32]


@dataclass(frozen=True)
class VehicleOrders:
    """What the engine is to do with background vehicles in a tick; as in `Commands`."""

    kinematic: KinematicTargets
    drive: Sequence[DriveCommand]
    kinds: Mapping[int, BodyKind]
    lamps: Mapping[int, int]


class NearVehicles:
    """All background vehicles that have bodies."""

    def __init__(
        self,
        traffic: BackgroundTraffic,
        prototypes: Mapping[str, Prototype],
        lines: StopLines,
        dt_s: float,
        radius_m: float,
    ) -> None:
        """Bodies within `radius_m` of somebody are physical; inf: all of them."""
        self._lines = lines
        self._traffic, self._dt_s, self._radius_m = traffic, dt_s, radius_m
        dynamics = {
            k: d for k in VEHICLE_KINDS if k in prototypes and (d := prototypes[k].dynamics)
        }
        # Columns of the kinds, and a kind's row in them.
        self._row = {kind: row for row, kind in enumerate(dynamics)}
        self._machines = Machines.of(
            list(dynamics.values()), np.array([VEHICLE_KINDS[k].wheelbase_m for k in dynamics])
        )
        self._guide_m, self._bumper_m = arms([chassis_of(k) for k in dynamics])
        self._half_width_m = np.array([VEHICLE_KINDS[k].dimension[1] / 2 for k in dynamics])
        self._handovers = Handovers(max(len(d.wheels) for d in dynamics.values()))
        self._fleet = _fleet([], [], [])
        self._before = traffic.state.vehicles

    @property
    def held(self) -> list[int]:
        """Body ids of the vehicles whose plans wait for them."""
        return [int(i) for i in self._fleet.body[self._fleet.held]]

    @property
    def crashed(self) -> list[int]:
        """Body ids of the vehicles that have hit something."""
        return [int(i) for i in self._fleet.body[self._fleet.crashed]]

    def add(self, bodies: Mapping[int, int], lamps: Sequence[int]) -> None:
        """Take in vehicles by number -> body id, spawned on their plans at the newest tick."""
        self._fleet.append(_fleet(list(bodies), list(bodies.values()), lamps))
        self._fleet.keep(np.argsort(self._fleet.number))

    def forget(self, numbers: Sequence[int]) -> None:
        """Drop vehicles that have left."""
        gone = np.array(numbers, dtype=np.int64)
        self._fleet.keep(~np.isin(self._fleet.number, gone))
        self._handovers.forget(gone)

    def touched(self, contacts: Sequence[Contact]) -> None:
        """Note who has hit something in the engine's newest tick."""
        hard = [c for c in contacts if c.impulse_ns > CRASH_IMPULSE_NS]
        if not hard:
            return
        ids = np.array([i for c in hard for i in (c.body_a, c.body_b)], dtype=np.uint32)
        self._fleet.crashed |= np.isin(self._fleet.body, ids)

    def step(
        self,
        bodies: BodyStates,
        actors: ActorTable,
        watched: Collection[int],
        fallen: Collection[int] = (),
    ) -> VehicleOrders:
        """Return the orders that lead to the traffic's newest tick.

        Args:
            bodies: the engine's states, a tick before.
            actors: everybody who is labelled, at that tick.
            watched: ids of the actors around whom vehicles are physical.
            fallen: ids of the people whom nobody is to drive over.
        """
        plan, f = self._traffic.state.vehicles, self._fleet
        there = np.isin(f.number, plan.number)
        shown = np.searchsorted(plan.number, f.number[there])
        rows = np.flatnonzero(there)
        at = np.searchsorted(bodies.ids, f.body)
        speed = np.hypot(*bodies.velocity[at, :2].T)
        near = self._choose(bodies.position[at, :2], speed, actors, watched, fallen) & there
        kinds = self._switch(near, bodies, at)
        driven = rows[near[rows]]
        pedals = self._drive(driven, shown[near[rows]], bodies, at, actors)
        far = rows[~near[rows]]
        targets = self._targets(far, shown[~near[rows]], plan)
        lamps = self._lamps(rows, shown, bodies, at)
        self._resolve(rows, bodies.position[at, :2], speed, actors, watched)
        self._before = plan
        return VehicleOrders(targets, pedals, kinds, lamps)

    def _choose(
        self,
        position: Array,
        speed: Array,
        actors: ActorTable,
        watched: Collection[int],
        fallen: Collection[int],
    ) -> Flags:
        """Return (N,) who is to be physical."""
        f = self._fleet
        if math.isinf(self._radius_m) or not len(f.number):
            return np.ones(len(f.number), dtype=bool)
        here, down = (
            np.isin(actors.id, np.array(list(ids), dtype=np.uint32)) for ids in (watched, fallen)
        )
        distance = _nearest(position, actors.position[here, :2])
        blocked = np.concatenate([position[f.held | f.crashed], actors.position[down, :2]])
        queue = _nearest(position, blocked) - speed**2 / (2 * STOPPING_DECEL_MPS2)
        wanted = (distance < self._radius_m) | (queue < QUEUE_RADIUS_M)
        stays = (distance < self._radius_m + LEAVING_M) | (queue < QUEUE_RADIUS_M + LEAVING_M)
        busy = f.held | f.crashed | (np.abs(f.lag) > RELEASE_LAG_M) | ~f.aligned
        return wanted | (f.near & (stays | busy))

    def _switch(self, near: Flags, bodies: BodyStates, at: Rows) -> dict[int, BodyKind]:
        f = self._fleet
        leaving, coming = f.near & ~near, near & ~f.near
        out = np.flatnonzero(leaving)
        before = np.searchsorted(self._before.number, f.number[out])
        if len(out):
            self._handovers.begin(
                f.number[out], _body_motions(bodies, at[out]), _plan_motions(self._before, before)
            )
        self._handovers.forget(f.number[coming])
        f.arc[coming], f.near = np.nan, near
        kinds: dict[int, BodyKind] = {int(i): "kinematic" for i in f.body[leaving]}
        return kinds | {int(i): "driven" for i in f.body[coming]}

    def _drive(
        self,
        rows: Rows,
        shown: Rows,
        bodies: BodyStates,
        at: Rows,
        actors: ActorTable,
    ) -> list[DriveCommand]:
        f, traffic = self._fleet, self._traffic
        if not len(rows):
            traffic.hold({})
            return []
        states = _driven_states(bodies, at[rows])
        plans = traffic.plans(shown)
        guess = f.arc[rows] + states.speed * self._dt_s
        tracking = track(plans, states, np.where(np.isnan(guess), plans.arc_before_m, guess))
        kinds = traffic.state.vehicles.kinds
        kind = np.array([self._row[kinds[i]] for i in shown.tolist()], dtype=np.intp)
        spacing = way_length(states.speed) / (POINTS - 1)
        behind = tracking.lag_m + plans.arc_m[:, 0] - plans.arc_before_m
        guide, bumper = self._guide_m[kind], self._bumper_m[kind]
        guides = traffic.ways(shown, behind + bumper - guide, spacing, POINTS)
        points = noses(guides, states.yaw, guide, bumper)
        around, boxes = boxes_within(actors, *reach_of(points, spacing))
        place = np.full(len(actors.id), -1)
        place[around] = np.arange(len(around))
        ways = Ways(
            points=points,
            spacing=spacing,
            height=bodies.position[at[rows], 2],
            half_width=self._half_width_m[kind],
            speed=states.speed,
            own=place[np.searchsorted(actors.id, f.body[rows])],
        )
        red = room_before_red(
            self._lines, traffic.state.signals, ways.points, spacing, states.speed, tracking.lag_m
        )
        pedals = drive(
            plans,
            states,
            tracking,
            self._machines.rows(kind),
            allowed_mps=traffic.allowed_mps(shown),
            most_accel=np.minimum(most_acceleration(ways, boxes), red),
            crashed=f.crashed[rows],
        )
        self._hold(rows, states, tracking)
        columns = (f.body[rows], pedals.throttle, pedals.brake, pedals.steering)
        return [DriveCommand(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]

    def _hold(self, rows: Rows, states: DrivenStates, tracking: Tracking) -> None:
        """Note where the bodies are, and let SUMO's vehicles wait for those that lag behind."""
        f = self._fleet
        lag = tracking.lag_m
        f.arc[rows], f.lag[rows] = tracking.arc_m, lag
        f.aligned[rows] = (np.abs(tracking.offset_m) < MOST_OFFSET_M) & (
            np.abs(tracking.turned_rad) < MOST_TURN_RAD
        )
        f.held[rows] = f.crashed[rows] | (lag > np.where(f.held[rows], RELEASE_LAG_M, HOLD_LAG_M))
        speed = np.maximum(states.speed - HOLD_GAIN_PER_S * (lag - TARGET_LAG_M), 0.0)
        speed = np.where(f.crashed[rows], 0.0, speed)
        held = f.held[rows]
        numbers, speeds = f.number[rows][held].tolist(), speed[held].tolist()
        self._traffic.hold(dict(zip(numbers, speeds, strict=True)))

    def _resolve(
        self,
        rows: Rows,
        position: Array,
        speed: Array,
        actors: ActorTable,
        watched: Collection[int],
    ) -> None:
        """Take a vehicle that is jammed and out of sight out of the traffic, if any.

        The newest of those that have crashed comes first, then the newest of the others.
        """
        f = self._fleet
        stuck = f.near & f.held & (speed < STUCK_MPS)
        f.jammed_s[:] = np.where(stuck, f.jammed_s + self._dt_s, 0.0)
        jammed = rows[f.jammed_s[rows] > JAMMED_S]
        if not len(jammed):
            return
        here = np.isin(actors.id, np.array(list(watched), dtype=np.uint32))
        distance = _nearest(position[jammed], actors.position[here, :2])
        jammed = jammed[distance > OUT_OF_SIGHT_M]
        if len(jammed):
            last = max(jammed.tolist(), key=lambda row: (f.crashed[row], row))
            self._traffic.withdraw([int(f.number[last])])
            f.jammed_s[~f.crashed] = 0.0  # they may have room now

    def _targets(self, rows: Rows, shown: Rows, plan: VehicleColumns) -> KinematicTargets:
        f = self._fleet
        m = self._handovers.move(self._dt_s, f.number[rows], _plan_motions(plan, shown))
        f.held[rows], f.lag[rows], f.aligned[rows] = False, 0.0, True
        return KinematicTargets(
            ids=f.body[rows],
            position=m.position,
            quaternion=m.quaternion,
            velocity=m.velocity,
            angular_velocity=m.angular_velocity,
            acceleration=m.acceleration,
            wheels=m.wheels,
        )

    def _lamps(self, rows: Rows, shown: Rows, bodies: BodyStates, at: Rows) -> dict[int, int]:
        """Return the lamps that change, by body id."""
        f, state = self._fleet, self._traffic.state
        there = at[rows]
        states = bodies.quaternion[there], bodies.velocity[there], bodies.acceleration[there]
        warning = _SIDES if flashing(state.tick * self._dt_s) else np.uint32(0)
        lamps = _lit(
            state.vehicles.lamps[shown],
            states,
            rows,
            (f.near, f.crashed),
            f.braking,
            warning,
        )
        changed = np.flatnonzero(lamps != f.lamps[rows])
        f.lamps[rows] = lamps
        ids = f.body[rows][changed].tolist()
        return dict(zip(ids, lamps[changed].tolist(), strict=True))


@compiled
def _lit(
    planned: NDArray[np.uint32],
    states: tuple[Array, Array, Array],
    rows: Rows,
    flags: tuple[Flags, Flags],
    braking: Flags,
    warning: np.uint32,
) -> NDArray[np.uint32]:
    """Return (n,) bit sets of lamps of some vehicles; note in `braking` (N,) who brakes.

    Args:
        planned: (n,) what the plans light.
        states: (n, 4) quaternions, (n, 3) velocities and accelerations of the engine's bodies.
        rows: (n,) rows of the fleet.
        flags: (N,) who is physical, and who has crashed.
        braking: (N,) who braked before.
        warning: the lamps of who has crashed.
    """
    lamps = planned.copy()
    quaternion, velocity, acceleration = states
    near, crashed = flags
    for n in range(len(rows)):
        row, v, a = rows[n], velocity[n], acceleration[n]
        x, y, z = turned(quaternion[n], 1.0, 0.0, 0.0)
        speed, faster = v[0] * x + v[1] * y + v[2] * z, a[0] * x + a[1] * y + a[2] * z
        braking[row] = is_braking(braking[row], speed, faster)
        if near[row]:
            lamps[n] &= ~_BRAKE
            if braking[row]:
                lamps[n] |= _BRAKE
        if crashed[row]:
            lamps[n] = (lamps[n] & ~_SIDES) | warning
    return lamps


def _fleet(numbers: Sequence[int], bodies: Sequence[int], lamps: Sequence[int]) -> _Fleet:
    """Return the rows of vehicles that have just been spawned on their plans."""
    n = len(numbers)
    no = np.zeros(n, dtype=bool)
    return _Fleet(
        number=np.array(numbers, dtype=np.int64),
        body=np.array(bodies, dtype=np.uint32),
        near=no,
        arc=np.full(n, np.nan),
        lag=np.zeros(n),
        aligned=~no,
        held=no.copy(),
        crashed=no.copy(),
        jammed_s=np.zeros(n),
        braking=no.copy(),
        lamps=np.array(lamps, dtype=np.uint32),
    )


def _nearest(points: Array, others: Array) -> Array:
    """Return (N,) the distance of points (N, 2) to the nearest of others (M, 2); inf for none."""
    if not len(others):
        return np.full(len(points), np.inf)
    if len(others) <= _FEW:
        return np.hypot(*(points[:, None] - others).transpose(2, 0, 1)).min(axis=1)
    distance, _ = cKDTree(others).query(points)
    return np.asarray(distance, dtype=np.float64)


def _driven_states(bodies: BodyStates, at: Rows) -> DrivenStates:
    forward = rotation.rotate(bodies.quaternion[at], np.array([1.0, 0.0, 0.0]))
    return DrivenStates(
        position=bodies.position[at, :2],
        yaw=rotation.yaw_of(bodies.quaternion[at]),
        pitch=-np.arcsin(np.clip(forward[:, 2], -1.0, 1.0)),
        speed=np.einsum("nk,nk->n", bodies.velocity[at], forward),
    )


def _body_motions(bodies: BodyStates, at: Rows) -> Motions:
    return Motions(
        bodies.position[at],
        bodies.quaternion[at],
        bodies.velocity[at],
        bodies.angular_velocity[at],
        bodies.acceleration[at],
        [bodies.wheels[int(i)] for i in bodies.ids[at]],
    )


def _plan_motions(plan: VehicleColumns, rows: Rows) -> Motions:
    return Motions(
        plan.position[rows],
        plan.quaternion[rows],
        plan.velocity[rows],
        plan.angular_velocity[rows],
        plan.acceleration[rows],
        [plan.wheels[i] for i in rows.tolist()],
    )
