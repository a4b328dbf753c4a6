"""Where people of a crowd want to be a tick later: compiled; `crowd` tells of the model."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled
from cityloop.spatial.halving import first_from
from cityloop.traffic.walkable import BoundaryTable, clearance_at

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
STEPPED_OUT_M = 0.4  # who is this far on a crossing is no longer held back from it
FASTEST_SHARE = 1.5  # of the plan's speed: nobody is pushed along faster than that
FASTEST_MPS = 1.2  # or than that, where the plan is slow
_SURE_M = MARGIN_M + 0.05  # distances to the boundary are not exact far from it
_STEADY = 0.25  # how readily people who stand make room, of how readily walking ones do


class People(NamedTuple):
    """The people of a `Crowd`, as compiled loops take them."""

    position: Array
    velocity: Array
    target: Array
    target_velocity: Array
    held: NDArray[np.bool_]
    roaming: NDArray[np.bool_]
    sense: Array
    front: Array


class Kept(NamedTuple):
    """How N people are kept on what is walkable.

    Attributes:
        waits: (N,) within the sidewalks, for they are held and have not stepped out; nothing but
            the outer boundary keeps the others.
        gates: (N, 2, 5) of their middles and of their prams' noses: where the boundary was measured
            last, m, the distance to it, m, and the way inwards; an infinite distance for who is
            not kept, or is too far inside to be pushed over it.
        readiness: (N,) to make room.
        fastest: (N,) m/s.
    """

    waits: NDArray[np.bool_]
    gates: Array
    readiness: Array
    fastest: Array


@compiled
def in_sight(position: Array, by_x: Rows, others: Array) -> Rows:
    """Return the rows of `others` (M, 2), m, that anybody at (N, 2), m, could take notice of.

    `by_x` (N,) are the rows of the people by rising x.
    """
    seen = np.empty(len(others), dtype=np.intp)
    count = 0
    for m in range(len(others)):
        for k in range(first_from(position, by_x, others[m, 0] - SIGHT_M), len(by_x)):
            n = by_x[k]
            if position[n, 0] > others[m, 0] + SIGHT_M:
                break
            if abs(position[n, 1] - others[m, 1]) <= SIGHT_M:
                seen[count] = m
                count += 1
                break
    return seen[:count]


@compiled
def clipped(x: float, y: float, limit: float) -> tuple[float, float]:
    """Return a vector no longer than `limit`."""
    share = min(1.0, limit / max(math.hypot(x, y), 1e-9))
    return x * share, y * share


@compiled
def collision_forces(
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


@compiled
def walk(
    people: People, force: Array, closed: BoundaryTable, ways: BoundaryTable, dt_s: float
) -> tuple[Array, Kept]:
    """Return (N, 2) where everybody wants to be a tick later, m, and how they are kept.

    Args:
        people: where they are and head.
        force: (N, 2) away from collisions, m/s^2.
        closed: boundary of the sidewalks.
        ways: boundary of all that is walkable.
        dt_s: length of the tick.
    """
    n = len(people.position)
    moved = np.empty((n, 2))
    kept = Kept(np.zeros(n, dtype=np.bool_), np.full((n, 2, 5), np.inf), np.empty(n), np.empty(n))
    for i in range(n):
        position, velocity, front = people.position[i], people.velocity[i], people.front[i]
        plan = people.target_velocity[i]
        # From where the plan's own speed would take them.
        way_x = people.target[i, 0] - position[0] - plan[0] * dt_s
        way_y = people.target[i, 1] - position[1] - plan[1] * dt_s
        pace = math.hypot(plan[0], plan[1])
        wanted_x, wanted_y = _wanted_velocity(way_x, way_y, plan, pace)
        kept.waits[i] = _open_gates(people, i, closed, ways, kept.gates)
        for gate in kept.gates[i]:
            if gate[2] < TOUCH_M:
                wanted_x, wanted_y = _along(
                    (way_x, way_y), (wanted_x, wanted_y), gate[3], gate[4], people.sense[i]
                )
        distance = min(kept.gates[i, 0, 2], kept.gates[i, 1, 2])
        push_x, push_y = _push_aside(position, velocity, front, (way_x, way_y), distance, ways)
        readiness = kept.readiness[i] = 1.0 if pace > STANDING_MPS else _STEADY
        force_x, force_y = _rather_aside(force[i, 0], force[i, 1], velocity)
        accel_x = (wanted_x - velocity[0]) / RESPONSE_S + (readiness * force_x + push_x)
        accel_y = (wanted_y - velocity[1]) / RESPONSE_S + (readiness * force_y + push_y)
        accel_x, accel_y = clipped(accel_x, accel_y, MAX_ACCEL_MPS2)
        moved[i, 0] = position[0] + (velocity[0] + accel_x * dt_s) * dt_s
        moved[i, 1] = position[1] + (velocity[1] + accel_y * dt_s) * dt_s
        kept.fastest[i] = max(FASTEST_SHARE * pace, FASTEST_MPS)
    return moved, kept


@compiled
def _wanted_velocity(way_x: float, way_y: float, plan: Array, pace: float) -> tuple[float, float]:
    """Return the velocity that leads along a way onto the plan and along it, m/s.

    The way is to the target, m; `plan` (2,) is the velocity of the plan, m/s, `pace` its size.
    """
    distance = math.hypot(way_x, way_y)
    pull = min(distance / FOLLOW_S, CATCH_UP_MPS + 0.25 * max(distance - 1.0, 0.0))
    if pace < STANDING_MPS and distance < AT_EASE_M:
        pull = 0.0
    share = pull / max(distance, 1e-9)
    limit = max(HURRY_SHARE * pace, 0.9)
    return clipped(plan[0] + share * way_x, plan[1] + share * way_y, limit)


@compiled
def _rather_aside(x: float, y: float, velocity: Array) -> tuple[float, float]:
    """Return a force of which the part that slows a walker down is smaller, m/s^2."""
    squared = max(velocity[0] * velocity[0] + velocity[1] * velocity[1], 0.01)
    along = (x * velocity[0] + y * velocity[1]) / squared
    slowing = (1 - SLOW_SHARE) * min(along, 0.0)
    return clipped(x - slowing * velocity[0], y - slowing * velocity[1], MAX_FORCE_MPS2)


@compiled
def _open_gates(
    people: People, i: int, closed: BoundaryTable, ways: BoundaryTable, gates: Array
) -> bool:
    """Measure the boundaries that person `i` and their pram are kept within; see `Kept`.

    Who is held is kept on the sidewalks, unless they left them, with their pram.

    Returns:
        Whether it is that of the sidewalks alone.
    """
    if people.roaming[i]:
        return False
    x, y = people.position[i]
    waits = people.held[i]
    if waits:
        measure(closed, x, y, gates[i, 0])
        waits = gates[i, 0, 2] > -STEPPED_OUT_M
    if not waits:
        measure(ways, x, y, gates[i, 0])
    front = people.front[i]
    if front[0] != 0 or front[1] != 0:
        if waits:
            measure(closed, x + front[0], y + front[1], gates[i, 1])
        else:
            measure(ways, x + front[0], y + front[1], gates[i, 1])
    return bool(waits)


@compiled
def measure(boundary: BoundaryTable, x: float, y: float, gate: Array) -> None:
    """Measure a boundary at a place, m; write it into `gate` (5,), see `Kept`."""
    gate[0], gate[1] = x, y
    gate[2], gate[3], gate[4] = clearance_at(boundary, x, y)


@compiled
def _along(
    way: tuple[float, float],
    wanted: tuple[float, float],
    inwards_x: float,
    inwards_y: float,
    sense: float,
) -> tuple[float, float]:
    """Return a wanted velocity, if it leads over the boundary turned to run along it.

    It stays as fast, and goes the way that `sense` says, or towards the side of the `way`.
    """
    if not wanted[0] * inwards_x + wanted[1] * inwards_y < 0:
        return wanted
    side = sense
    if sense == 0:
        side = -1.0 if way[0] * -inwards_y + way[1] * inwards_x < 0 else 1.0
    speed = side * math.hypot(wanted[0], wanted[1])
    return speed * -inwards_y, speed * inwards_x


@compiled
def _push_aside(
    position: Array,
    velocity: Array,
    front: Array,
    way: tuple[float, float],
    distance: float,
    ways: BoundaryTable,
) -> tuple[float, float]:
    """Return the push off a boundary that somebody would soon walk over, m/s^2.

    Args:
        position: (2,) of who walks, m.
        velocity: (2,) m/s.
        front: (2,) to the nose of their pram, m.
        way: to the target, m.
        distance: to the boundary that they are kept within, m.
        ways: boundary of all that is walkable.
    """
    speed = math.hypot(velocity[0], velocity[1])
    right_x, right_y = velocity[1] / max(speed, 0.1), -velocity[0] / max(speed, 0.1)
    aside = (way[0] * right_x + way[1] * right_y) / max(math.hypot(way[0], way[1]), 0.1)
    push_x = push_y = 0.0
    for ahead_s in LOOK_AHEAD_S:
        # Who is too far inside to get to the boundary in that time need not look.
        if not distance < _SURE_M + ahead_s * speed:
            continue
        there, turn_x, turn_y = clearance_at(
            ways,
            position[0] + front[0] + ahead_s * velocity[0],
            position[1] + front[1] + ahead_s * velocity[1],
        )
        over = min(max(MARGIN_M - there, 0.0), 0.5)
        across = turn_x * right_x + turn_y * right_y
        # Sideways only: the plan sets the pace. To the right where all is the same.
        sign = 1.0 if across + 0.5 * aside > -0.02 else -1.0
        size = AVOID_PER_S2 * over * sign * max(abs(across), 0.5) * speed
        push_x += size * right_x
        push_y += size * right_y
    return push_x, push_y
