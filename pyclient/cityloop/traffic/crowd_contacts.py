"""Positions of a crowd put right: nobody inside another or off what is walkable; compiled."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled
from cityloop.traffic.crowd_steering import Kept, People, clipped, measure
from cityloop.traffic.walkable import BoundaryTable

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

SLIDE_MPS = 1.0  # at which the boundary pushes back, at most
STAND_BACK_M = 0.25  # of the boundary who stands, so as not to be brushed by a turning lorry
STEP_BACK_MPS = 0.3
PRAM_DISCS = np.array([0.5, 1.0])  # middles of a pram's discs: shares of the way to its nose
_NEAR_BOUNDARY_M = 0.25  # who is farther inside is not pushed over it by others in a step
_ROUNDS = 4  # of putting positions right


class Bodies(NamedTuple):
    """B discs: people, prams, others.

    Attributes:
        position: (B, 2) m.
        radius: (B,) m.
        give: (B,) how readily they make room.
        owner: (B,) rows of the people whose they are, -1 for others.
    """

    position: Array
    radius: Array
    give: Array
    owner: Rows


@compiled
def put_right(
    people: People,
    kept: Kept,
    bodies: Bodies,
    by_x: Rows,
    closed: BoundaryTable,
    ways: BoundaryTable,
    dt_s: float,
) -> Array:
    """Return (N, 2) positions moved until nobody overlaps and all are where people can walk.

    Args:
        people: before the tick.
        kept: how they are kept; used up.
        bodies: where they want to be.
        by_x: (B,) rows of the bodies by rising x.
        closed: boundary of the sidewalks.
        ways: boundary of all that is walkable.
        dt_s: length of the tick.
    """
    count = len(people.position)
    body = bodies.position.copy()
    position = np.empty((count, 2))
    for i in range(count):
        position[i, 0], position[i, 1] = body[i, 0], body[i, 1]
    largest, discs = 0.0, count  # people and their prams come before the others
    for b in range(len(body)):
        largest = max(largest, bodies.radius[b])
        discs += b >= count and bodies.owner[b] >= 0
    # Corrections are small: who is far apart now is no pair in any round.
    pairs = _strangers(body, bodies.owner, by_x, 2 * largest + 0.3)
    for turn in range(_ROUNDS):
        if len(pairs):
            for b in range(discs):
                owner = bodies.owner[b]
                share = PRAM_DISCS[(b - count) % len(PRAM_DISCS)] if b >= count else 0.0
                body[b, 0] = position[owner, 0] + share * people.front[owner, 0]
                body[b, 1] = position[owner, 1] + share * people.front[owner, 1]
            shift = _parting(body, bodies.radius, bodies.give, pairs)
            for b in range(discs):
                position[bodies.owner[b], 0] += shift[b, 0]
                position[bodies.owner[b], 1] += shift[b, 1]
        if turn % 2 == 0:
            continue
        for i in range(count):
            for part in range(2):
                gate = kept.gates[i, part]
                if math.isinf(gate[2]):
                    continue
                x = position[i, 0] + (people.front[i, 0] if part else 0.0)
                y = position[i, 1] + (people.front[i, 1] if part else 0.0)
                if x != gate[0] or y != gate[1]:
                    measure(closed if kept.waits[i] else ways, x, y, gate)
                back = min(max(-gate[2], 0.0), SLIDE_MPS * dt_s)
                if kept.waits[i] and kept.readiness[i] < 1.0:
                    room = min(max(STAND_BACK_M - gate[2], 0.0), STEP_BACK_MPS * dt_s)
                    back = max(back, room)
                position[i, 0] += back * gate[3]
                position[i, 1] += back * gate[4]
                if not gate[2] < _NEAR_BOUNDARY_M:
                    gate[2] = np.inf
    for i in range(count):
        x, y = position[i, 0] - people.position[i, 0], position[i, 1] - people.position[i, 1]
        x, y = clipped(x, y, kept.fastest[i] * dt_s)
        position[i, 0], position[i, 1] = people.position[i, 0] + x, people.position[i, 1] + y
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
