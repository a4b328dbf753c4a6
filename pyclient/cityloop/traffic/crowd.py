"""How people keep clear of each other and of what stands in the street, while they follow a plan.

Each tick gives everybody a place on their plan (where SUMO's model has them, or beside it in a
group). They walk after it and steer early around others by the power law of I. Karamouzas,
B. Skinner and S. J. Guy, "Universal power law governing pedestrian interactions" (Phys. Rev. Lett.
113, 2014): a force that depends on the time to a collision. Around masts, walls and kerbs they
steer by where they will be in a moment. What steering cannot prevent is put right on the positions
themselves, as in T. Weiss et al., "Position-based multi-agent dynamics for real-time crowd
simulation" (2017): nobody stands inside another or beyond the boundary of what is walkable.

The positions are samples for `smoothing`, whose curve makes motion, velocity and acceleration of
them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled
from cityloop.traffic.walkable import Boundary, Walkable

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

RESPONSE_S = 0.4  # in which a walking speed is taken up
FOLLOW_S = 0.9  # in which a way to the plan is made up
CATCH_UP_MPS = 0.55  # beyond the plan's own speed
HURRY_SHARE = 1.35  # of the plan's speed, at most
MAX_ACCEL_MPS2 = 3.5
AT_EASE_M = 0.4  # who stands within this of a plan that stands makes no step towards it
STANDING_MPS = 0.05

SIGHT_M = 5.0  # people farther away do not count
POWER_LAW_K_M2PS = 1.5
POWER_LAW_HORIZON_S = 3.0
MAX_FORCE_MPS2 = 3.0
# Of the force against the way of walking: people step aside rather than slow down (W. H. Warren,
# "The dynamics of perception and action", 2006).
SLOW_SHARE = 0.3
KEEP_RIGHT_M = 0.2  # how far left of where they are others are taken to be, head on
_FORCE_RADIUS_M = 0.05  # added to the bodies' radii, so that people pass with a little room

LOOK_AHEAD_S = (0.4, 0.9)
AVOID_PER_S2 = 4.0  # sideways acceleration per metre that the boundary would be overstepped by
MARGIN_M = 0.05
TOUCH_M = 0.08  # who is nearer to the boundary goes along it
SLIDE_MPS = 1.0  # at which the boundary pushes back, at most
STAND_BACK_M = 0.25  # of the boundary who stands, so as not to be brushed by a turning lorry
STEP_BACK_MPS = 0.3
STEPPED_OUT_M = 0.4  # who is this far on a crossing is no longer held back from it
FASTEST_SHARE = 1.5  # of the plan's speed: nobody is pushed along faster than that
FASTEST_MPS = 1.2  # or than that, where the plan is slow

START_GAP_M = 0.6  # between the middles of a newcomer and of others
# Where newcomers try to start: ahead and to the left of where they should, nearest first.
START_SLOTS_M = np.array(
    sorted(
        ((0.7 * i, 0.7 * j) for i in range(-3, 4) for j in range(-3, 4)),
        key=lambda slot: (round(slot[0] ** 2 + slot[1] ** 2, 6), slot),
    )
)

PRAM_DISCS, PRAM_RADIUS_M = np.array([0.5, 1.0]), 0.28  # shares of the way to its nose; half width

_SURE_M = MARGIN_M + 0.05  # distances to the boundary are not exact far from it
_NEAR_BOUNDARY_M = 0.25  # who is farther inside is not pushed over it by others in a step
_ROUNDS = 4  # of putting positions right
_STEADY = 0.25  # how readily people who stand make room, of how readily walking ones do


@dataclass(frozen=True)
class Crowd:
    """N people at the end of a tick and what they want; M others whom they keep clear of.

    Attributes:
        position: (N, 2) where they are, m.
        velocity: (N, 2) m/s.
        target: (N, 2) where the plan has them at the end of the next tick, m.
        target_velocity: (N, 2) of the plan, m/s.
        radius_m: (N,) half the distance that two of a kind keep.
        party: (N,) people with the same number walk together.
        held: (N,) who may not step onto a crossing.
        roaming: (N,) who is not kept on sidewalks and crossings.
        sense: (N,) which way they go along a boundary, 1 with the inside to the right, -1 to the
            left; 0 towards the side where the target is.
        front: (N, 2) from the middle to the nose of the pram that they push, m; 0 for none.
        others: (M, 2) where others will be at the end of the next tick, m.
        others_velocity: (M, 2) m/s.
        others_radius_m: (M,).
    """

    position: Array
    velocity: Array
    target: Array
    target_velocity: Array
    radius_m: Array
    party: NDArray[np.int64]
    held: NDArray[np.bool_]
    roaming: NDArray[np.bool_]
    sense: Array
    front: Array
    others: Array
    others_velocity: Array
    others_radius_m: Array


def step(crowd: Crowd, walkable: Walkable | None, dt_s: float) -> Array:
    """Return (N, 2) where everybody is a tick later, m."""
    if not len(crowd.position):
        return crowd.position
    # From where the plan's own speed would take them.
    way = crowd.target - crowd.position - crowd.target_velocity * dt_s
    steering = np.zeros_like(way)
    wanted = _wanted_velocity(crowd, way)
    gates = [] if walkable is None else _gates(crowd, walkable)
    if walkable is not None:
        wanted, steering = _go_around(crowd, way, wanted, gates, walkable.open)
    paces = np.hypot(crowd.target_velocity[:, 0], crowd.target_velocity[:, 1])
    accel = (wanted - crowd.velocity) / RESPONSE_S
    readiness = np.where(paces > STANDING_MPS, 1.0, _STEADY)
    accel += readiness[:, None] * _power_law(crowd) + steering
    accel = _clipped(accel, MAX_ACCEL_MPS2)
    moved = crowd.position + (crowd.velocity + accel * dt_s) * dt_s
    right = _put_right(crowd, moved, readiness, gates, dt_s)
    fastest = np.maximum(FASTEST_SHARE * paces, FASTEST_MPS)
    return crowd.position + _clipped(right - crowd.position, fastest * dt_s)


def _wanted_velocity(crowd: Crowd, way: Array) -> Array:
    """Return (N, 2) the velocity that leads along `way` onto the plan and along it, m/s."""
    speed = np.hypot(crowd.target_velocity[:, 0], crowd.target_velocity[:, 1])
    standing = speed < STANDING_MPS
    distance = np.hypot(way[:, 0], way[:, 1])
    pull = np.minimum(distance / FOLLOW_S, CATCH_UP_MPS + 0.25 * np.maximum(distance - 1.0, 0.0))
    pull = np.where(standing & (distance < AT_EASE_M), 0.0, pull)
    wanted = crowd.target_velocity + (pull / np.maximum(distance, 1e-9))[:, None] * way
    limit = np.maximum(HURRY_SHARE * speed, 0.9)
    return _clipped(wanted, limit)


def _power_law(crowd: Crowd) -> Array:
    """Return (N, 2) accelerations away from collisions to come, m/s^2."""
    count = len(crowd.position)
    position = np.concatenate([crowd.position, crowd.others])
    velocity = np.concatenate([crowd.velocity, crowd.others_velocity])
    reach_m = np.hypot(crowd.front[:, 0], crowd.front[:, 1])
    radius = np.concatenate([crowd.radius_m + reach_m / 2, crowd.others_radius_m])
    party = np.concatenate([crowd.party, np.full(len(crowd.others), -1)])
    bodies = position, velocity, radius, party
    force = _collision_forces(bodies, np.argsort(position[:, 0], kind="stable"), count)
    return _clipped(_rather_aside(force, crowd.velocity), MAX_FORCE_MPS2)


@compiled
def _collision_forces(
    bodies: tuple[Array, Array, Array, NDArray[np.int64]], by_x: Rows, count: int
) -> Array:
    """Return (count, 2) the sums of accelerations of the first of B bodies, m/s^2.

    Args:
        bodies: positions (B, 2), m, velocities (B, 2), m/s, radii (B,), m, parties (B,).
        by_x: (B,) rows by rising x.
        count: how many of them mind the others.
    """
    position, velocity, radius, party = bodies
    force = np.zeros((len(position), 2))
    for first in range(len(by_x)):
        for second in range(first + 1, len(by_x)):
            i, j = min(by_x[first], by_x[second]), max(by_x[first], by_x[second])
            wx, wy = position[j, 0] - position[i, 0], position[j, 1] - position[i, 1]
            if abs(wx) > SIGHT_M:
                break
            if i >= count or party[i] == party[j] or wx * wx + wy * wy > SIGHT_M * SIGHT_M:
                continue
            vx, vy = velocity[i, 0] - velocity[j, 0], velocity[i, 1] - velocity[j, 1]
            a = vx * vx + vy * vy
            if not (vx * wx + vy * wy > 0 and a > 1e-4):
                continue
            right = KEEP_RIGHT_M / math.sqrt(a)
            wx, wy = wx - right * vy, wy + right * vx
            b, distance = vx * wx + vy * wy, math.hypot(wx, wy)
            reach = min(radius[i] + radius[j] + 2 * _FORCE_RADIUS_M, 0.99 * distance)
            discriminant = b * b - a * (distance * distance - reach * reach)
            if not (discriminant > 1e-9 and b > 0):
                continue
            root = math.sqrt(discriminant)
            t = max((b - root) / a, 0.05)
            size = POWER_LAW_K_M2PS * math.exp(-t / POWER_LAW_HORIZON_S) / (a * t * t)
            size *= 2.0 / t + 1.0 / POWER_LAW_HORIZON_S
            fx = -size * (vx - (b * vx - a * wx) / root)
            fy = -size * (vy - (b * vy - a * wy) / root)
            share = min(1.0, MAX_FORCE_MPS2 / max(math.hypot(fx, fy), 1e-9))
            force[i, 0] += share * fx
            force[i, 1] += share * fy
            force[j, 0] -= share * fx
            force[j, 1] -= share * fy
    return force[:count]


def _rather_aside(force: Array, velocity: Array) -> Array:
    """Return (N, 2) forces of which the part that slows a walker down is smaller."""
    squared = np.maximum(np.einsum("nk,nk->n", velocity, velocity), 0.01)
    along = np.einsum("nk,nk->n", force, velocity) / squared
    eased: Array = force - ((1 - SLOW_SHARE) * np.minimum(along, 0.0))[:, None] * velocity
    return eased


class _Gate:
    """The boundary that some of the crowd, or their prams, are kept within.

    Attributes:
        boundary: of what they may walk on.
        rows: (R,) who they are.
        waits: whether it is that of the sidewalks alone.
        distance: (R,) to the boundary when it was measured last, m, negative outside.
        inwards: (R, 2) the way inwards there.
    """

    def __init__(
        self, boundary: Boundary, rows: Rows, position: Array, ahead: Array, *, waits: bool
    ) -> None:
        """Measure at `ahead` (R, 2) of `rows` of everybody's positions (N, 2), m."""
        self.boundary, self.rows, self.waits = boundary, rows, waits
        self._ahead, self._at = ahead, position[rows] + ahead
        self.distance, self.inwards = boundary.clearance(self._at)

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Let the others go: `rows` (R,) says who stays."""
        self.rows, self._at, self._ahead = self.rows[rows], self._at[rows], self._ahead[rows]
        self.distance, self.inwards = self.distance[rows], self.inwards[rows]

    def measure(self, position: Array) -> None:
        """Measure again those who have moved, of everybody's positions (N, 2), m."""
        here = position[self.rows] + self._ahead
        moved = np.flatnonzero((here != self._at).any(axis=1))
        self._at[moved] = here[moved]
        self.distance[moved], self.inwards[moved] = self.boundary.clearance(here[moved])


def _gates(crowd: Crowd, walkable: Walkable) -> list[_Gate]:
    """Return who is kept where: those who are held on the sidewalks, unless they left them.

    Prams are kept where those are who push them.
    """
    kept = ~crowd.roaming
    held = np.flatnonzero(kept & crowd.held)
    nothing = np.zeros_like(crowd.front)
    closed = _Gate(walkable.closed, held, crowd.position, nothing[held], waits=True)
    closed.keep(closed.distance > -STEPPED_OUT_M)
    kept[closed.rows] = False
    free = np.flatnonzero(kept)
    gates = [_Gate(walkable.open, free, crowd.position, nothing[free], waits=False), closed]
    for gate in gates[:]:
        prams = gate.rows[crowd.front[gate.rows].any(axis=1)]
        if len(prams):
            ahead = crowd.front[prams]
            gates.append(_Gate(gate.boundary, prams, crowd.position, ahead, waits=gate.waits))
    return gates


def _go_around(
    crowd: Crowd, way: Array, wanted: Array, gates: list[_Gate], boundary: Boundary
) -> tuple[Array, Array]:
    """Return the velocity that is wanted beside boundaries and a push off them, (N, 2) each.

    Who touches the boundary that they are kept within goes along it, towards the side where the
    target is; who walks off all that is walkable soon turns aside.

    Args:
        crowd: everybody.
        way: (N, 2) to the targets, m.
        wanted: (N, 2) m/s, without a thought of the boundary.
        gates: who is kept where.
        boundary: of what is walkable.

    Returns:
        m/s and m/s^2.
    """
    velocity, wanted = crowd.velocity, wanted.copy()
    distance = np.full(len(way), np.inf)
    for gate in gates:
        distance[gate.rows] = np.minimum(distance[gate.rows], gate.distance)
        touching = gate.distance < TOUCH_M
        rows = gate.rows[touching]
        inwards = gate.inwards[touching]
        wanted[rows] = _along(way[rows], wanted[rows], inwards, crowd.sense[rows])
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    # Who is too far inside to get to the boundary in that time need not look.
    looks = [np.flatnonzero(distance < _SURE_M + t * speed) for t in LOOK_AHEAD_S]
    points = [
        crowd.position[rows] + crowd.front[rows] + t * velocity[rows]
        for rows, t in zip(looks, LOOK_AHEAD_S, strict=True)
    ]
    there, turns = boundary.clearance(np.concatenate(points))
    right = np.column_stack([velocity[:, 1], -velocity[:, 0]]) / np.maximum(speed, 0.1)[:, None]
    aside = np.einsum("nk,nk->n", way, right) / np.maximum(np.hypot(way[:, 0], way[:, 1]), 0.1)
    push = np.zeros_like(way)
    done = 0
    for rows in looks:
        part = slice(done, done + len(rows))
        done += len(rows)
        over = np.clip(MARGIN_M - there[part], 0.0, 0.5)
        across = np.einsum("nk,nk->n", turns[part], right[rows])
        # Sideways only: the plan sets the pace. To the right where all is the same.
        sign = np.where(across + 0.5 * aside[rows] > -0.02, 1.0, -1.0)
        size = AVOID_PER_S2 * over * sign * np.maximum(np.abs(across), 0.5) * speed[rows]
        push[rows] += size[:, None] * right[rows]
    return wanted, push


def _along(way: Array, wanted: Array, inwards: Array, sense: Array) -> Array:
    """Return (N, 2) the wanted velocities, those over the boundary turned to run along it.

    They stay as fast, and go the way that `sense` (N,) says, or towards the side of the `way`.
    """
    out = np.einsum("nk,nk->n", wanted, inwards)
    tangent = np.column_stack([-inwards[:, 1], inwards[:, 0]])
    side = np.where(np.einsum("nk,nk->n", way, tangent) < 0, -1.0, 1.0)
    side = np.where(sense != 0, sense, side)
    slide = (side * np.hypot(wanted[:, 0], wanted[:, 1]))[:, None] * tangent
    turned: Array = np.where((out < 0)[:, None], slide, wanted)
    return turned


def _put_right(
    crowd: Crowd,
    moved: Array,
    readiness: Array,
    gates: list[_Gate],
    dt_s: float,
) -> Array:
    """Return (N, 2) positions moved until nobody overlaps and all are where people can walk."""
    position, count = moved.copy(), len(moved)
    prams = np.flatnonzero(crowd.front.any(axis=1))
    ahead = (crowd.front[prams, None] * PRAM_DISCS[:, None]).reshape(-1, 2)
    prams = np.repeat(prams, len(PRAM_DISCS))
    owner = np.concatenate([np.arange(count), prams, np.full(len(crowd.others), -1)])
    radius = np.concatenate(
        [crowd.radius_m, np.full(len(prams), PRAM_RADIUS_M), crowd.others_radius_m]
    )
    give = np.concatenate([readiness, readiness[prams], np.zeros(len(crowd.others))])
    start = np.concatenate([position, position[prams] + ahead, crowd.others])
    # Corrections are small: who is far apart now is no pair in any round.
    reach = 2 * float(radius.max()) + 0.3
    pairs = _strangers(start, owner, np.argsort(start[:, 0], kind="stable"), reach)
    for turn in range(_ROUNDS):
        if len(pairs):
            body = np.concatenate([position, position[prams] + ahead, crowd.others])
            shift = _parting(body, radius, give, pairs)
            position += shift[:count]
            np.add.at(position, prams, shift[count : count + len(prams)])
        if turn % 2 == 0:
            continue
        for gate in gates:
            if not len(gate.rows):
                continue
            gate.measure(position)
            back = np.minimum(np.maximum(-gate.distance, 0.0), SLIDE_MPS * dt_s)
            if gate.waits:
                room = STAND_BACK_M - gate.distance
                further = np.minimum(np.maximum(room, 0.0), STEP_BACK_MPS * dt_s)
                back = np.where(readiness[gate.rows] < 1.0, np.maximum(back, further), back)
            position[gate.rows] += back[:, None] * gate.inwards
            gate.keep(gate.distance < _NEAR_BOUNDARY_M)
    return position


@compiled
def _strangers(position: Array, owner: Rows, by_x: Rows, reach_m: float) -> Rows:
    """Return (P, 2) rows of the discs of different owners that are within reach of each other.

    Args:
        position: (B, 2) m.
        owner: (B,).
        by_x: (B,) rows by rising x.
        reach_m: the greatest distance.
    """
    found = []
    for first in range(len(by_x)):
        for second in range(first + 1, len(by_x)):
            i, j = by_x[first], by_x[second]
            x, y = position[j, 0] - position[i, 0], position[j, 1] - position[i, 1]
            if x > reach_m:
                break
            if owner[i] != owner[j] and x * x + y * y <= reach_m * reach_m:
                found.append((i, j))
    pairs = np.empty((len(found), 2), dtype=np.intp)
    for k in range(len(found)):
        pairs[k, 0], pairs[k, 1] = found[k]
    return pairs


@compiled
def _parting(position: Array, radius: Array, give: Array, pairs: Rows) -> Array:
    """Return (B, 2) how far discs that overlap are to move apart, m.

    Args:
        position: (B, 2) m.
        radius: (B,) m.
        give: (B,) how readily they make room.
        pairs: (P, 2) rows of those that may overlap.
    """
    shift = np.zeros((len(position), 2))
    for k in range(len(pairs)):
        i, j = pairs[k, 0], pairs[k, 1]
        x, y = position[j, 0] - position[i, 0], position[j, 1] - position[i, 1]
        distance = math.hypot(x, y)
        overlap = radius[i] + radius[j] - distance
        if not overlap > 0:
            continue
        if distance > 1e-6:
            x, y = x / distance, y / distance
        else:  # two in the very same place part along x
            x, y = 1.0, 0.0
        total = max(give[i] + give[j], 1e-9)
        back, forth = give[i] / total * overlap, give[j] / total * overlap
        shift[i, 0] -= back * x
        shift[i, 1] -= back * y
        shift[j, 0] += forth * x
        shift[j, 1] += forth * y
    return shift


def _clipped(vectors: Array, limit: Array | float) -> Array:
    """Return (N, 2) vectors no longer than `limit`, (N,) or one for all."""
    length = np.hypot(vectors[:, 0], vectors[:, 1])
    shorter: Array = vectors * np.minimum(1.0, limit / np.maximum(length, 1e-9))[:, None]
    return shorter


def pram_discs(position: Array, front: Array) -> Array:
    """Return (D, 2) the middles of the discs that cover prams, m.

    Args:
        position: (N, 2) of people, m.
        front: (N, 2) to the noses of their prams, m; 0 for none.
    """
    prams = np.flatnonzero(front.any(axis=1))
    discs = position[prams, None] + PRAM_DISCS[:, None] * front[prams, None]
    return np.asarray(discs.reshape(-1, 2))


def free_places(
    wanted: Array,
    heading_rad: Array,
    front_m: Array,
    taken: Array,
    kept: NDArray[np.bool_],
    walkable: Walkable | None,
) -> Array:
    """Return (K, 2) where newcomers can start, near where they want to, m.

    Args:
        wanted: (K, 2) m.
        heading_rad: (K,) of their ways.
        front_m: (K,) to the noses of their prams, 0 for none.
        taken: (N, 2) where people and prams are, m.
        kept: (K,) who must be on a sidewalk or crossing.
        walkable: what is free, if anything is known.
    """
    places = np.zeros((0, 2))
    for k in range(len(wanted)):
        ahead = np.array([np.cos(heading_rad[k]), np.sin(heading_rad[k])])
        tried = wanted[k] + START_SLOTS_M @ np.array([ahead, [-ahead[1], ahead[0]]])
        body = np.array([0.0, *PRAM_DISCS] if front_m[k] else [0.0]) * front_m[k]
        covered = tried[:, None] + body[:, None] * ahead  # (slots, discs, 2)
        gap = np.full(len(tried), np.inf)
        if len(taken):
            away = np.linalg.norm(covered[:, :, None] - taken, axis=3)
            gap = away.min(axis=(1, 2))
        room = np.minimum(gap - START_GAP_M, 0.0)
        if walkable is not None and kept[k]:
            for disc in range(len(body)):
                room += np.minimum(walkable.open.clearance(covered[:, disc])[0], 0.0)
        best = int(np.argmax(room))
        places = np.vstack([places, tried[best]])
        taken = np.concatenate([taken, covered[best]])
    return places
