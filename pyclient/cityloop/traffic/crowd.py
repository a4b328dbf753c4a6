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

The two halves of a step are compiled: `crowd_steering` and `crowd_contacts`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.crowd_contacts import PRAM_DISCS, Bodies, put_right
from cityloop.traffic.crowd_steering import People, collision_forces, in_sight, walk
from cityloop.traffic.walkable import NO_BOUNDARY, Walkable

Array = NDArray[np.float64]

PRAM_RADIUS_M = 0.28  # half its width
START_GAP_M = 0.6  # between the middles of a newcomer and of others
# Where newcomers try to start: ahead and to the left of where they should, nearest first.
START_SLOTS_M = np.array(
    sorted(
        ((0.7 * i, 0.7 * j) for i in range(-3, 4) for j in range(-3, 4)),
        key=lambda slot: (round(slot[0] ** 2 + slot[1] ** 2, 6), slot),
    )
)


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
    count = len(crowd.position)
    if not count:
        return crowd.position
    closed = NO_BOUNDARY if walkable is None else walkable.closed.table
    ways = NO_BOUNDARY if walkable is None else walkable.open.table
    seen = in_sight(crowd.position, np.argsort(crowd.position[:, 0]), crowd.others)
    others, radius = crowd.others[seen], crowd.others_radius_m[seen]
    position = np.concatenate([crowd.position, others])
    reach_m = np.hypot(crowd.front[:, 0], crowd.front[:, 1])
    force = collision_forces(
        (
            position,
            np.concatenate([crowd.velocity, crowd.others_velocity[seen]]),
            np.concatenate([crowd.radius_m + reach_m / 2, radius]),
            np.concatenate([crowd.party, np.full(len(others), -1)]),
        ),
        np.argsort(position[:, 0], kind="stable"),
        count,
    )
    people = People(
        crowd.position,
        crowd.velocity,
        crowd.target,
        crowd.target_velocity,
        crowd.held,
        crowd.roaming,
        crowd.sense,
        crowd.front,
    )
    moved, kept = walk(people, force, closed, ways, dt_s)
    prams = np.flatnonzero(crowd.front.any(axis=1))
    discs = pram_discs(moved, crowd.front)
    owner = np.concatenate([np.arange(count), np.repeat(prams, len(PRAM_DISCS))])
    start = np.concatenate([moved, discs, others])
    bodies = Bodies(
        start,
        np.concatenate([crowd.radius_m, np.full(len(discs), PRAM_RADIUS_M), radius]),
        np.concatenate([kept.readiness, kept.readiness[owner[count:]], np.zeros(len(others))]),
        np.concatenate([owner, np.full(len(others), -1)]),
    )
    by_x = np.argsort(start[:, 0], kind="stable")
    return put_right(people, kept, bodies, by_x, closed, ways, dt_s)


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
