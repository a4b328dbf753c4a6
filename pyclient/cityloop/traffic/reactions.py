"""What drivers brake for: whatever is, or is about to be, in the way that they mean to drive.

The way is a row of thin rectangles as wide as the vehicle, tested against the ground boxes of all
others (separating axes: S. Gottschalk et al., "OBBTree", 1996). How much room an obstacle leaves is
the Intelligent Driver Model's interaction (M. Treiber et al., "Congested traffic states in
empirical observations and microscopic simulations", 2000).
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

# Firmer than SUMO's drivers are, so that in ordinary traffic the plan alone decides.
ACCEL_MPS2, DECEL_MPS2, TIME_GAP_S, STANDING_GAP_M = 2.0, 3.5, 0.7, 1.3
HARDEST_MPS2 = 8.0
AIR_M = 0.2  # beside the vehicle
POINTS = 64  # along the way
SHORTEST_WAY_M = 12.0
LARGEST_BOX_M = 10.0  # half the diagonal of the longest thing on a road
SAME_LEVEL_M = 3.0
STANDING_MPS = 0.3
ALONG = 0.7  # cosine of the angle between two ways that are one
# When others are looked for at where they are going. Who walks may well stop at the kerb.
FORESIGHT_S, RUNNING_FORESIGHT_S = (0.5, 1.0), (0.5, 1.0, 1.5, 2.0)
RUNNING_MPS = 2.0
_SLOT_S = 0.5
_COARSE_POINTS = 8  # of a way: where one is far from a box, so are those around it


@dataclass(frozen=True)
class Boxes:
    """The ground boxes of everything that one can run into, M rows.

    Attributes:
        center: (M, 3) world, m.
        yaw: (M,) rad.
        half: (M, 2) half length and half width, m.
        velocity: (M, 2) world, m/s.
        foreseen: (M,) drivers mind where they are going: people, and vehicles that SUMO does not
            move. Of the others SUMO's plans already take account.
    """

    center: Array
    yaw: Array
    half: Array
    velocity: Array
    foreseen: Flags


@dataclass(frozen=True)
class Ways:
    """The ways that n vehicles mean to go, from their front bumpers on.

    Attributes:
        points: (n, POINTS, 2) world, m; they lie `spacing` apart and begin at the bumper.
        spacing: (n,) m.
        height: (n,) of the road under the vehicle, world, m.
        half_width: (n,) of the vehicle, m.
        speed: (n,) of the vehicle, m/s.
        own: (n,) row of the vehicle itself in the boxes.
    """

    points: Array
    spacing: Array
    height: Array
    half_width: Array
    speed: Array
    own: Indices

    @cached_property
    def along(self) -> Array:
        """(n, POINTS, 2) unit vectors along the ways at their points."""
        last = 2 * self.points[:, -1:] - self.points[:, -2:-1]
        steps = np.diff(self.points, axis=1, append=last)
        result: Array = steps / np.maximum(np.linalg.norm(steps, axis=2, keepdims=True), 1e-9)
        return result


def way_length(speed_mps: Array) -> Array:
    """Return (n,) how far ahead a driver at a speed (n,) must look, m."""
    return np.maximum(1.5 * _wanted_gap(speed_mps, np.zeros_like(speed_mps)), SHORTEST_WAY_M)


def reach_of(points: Array, spacing: Array) -> tuple[Array, Array]:
    """Return (2,) and (2,) corners, m, of a rectangle that has the middles of all boxes that count.

    Args:
        points: (n, POINTS, 2) of `Ways`, at least one.
        spacing: (n,) of `Ways`.
    """
    middle, radius = _around(points, spacing)
    return (middle - radius[:, None]).min(axis=0), (middle + radius[:, None]).max(axis=0)


def most_acceleration(ways: Ways, boxes: Boxes) -> Array:
    """Return (n,) the acceleration that others leave room for, m/s^2; inf: nobody is in the way."""
    room = np.full(len(ways.speed), np.inf)
    who, whom = _pairs(ways, boxes)
    if not len(who):
        return room
    going = np.hypot(*boxes.velocity[whom].T)
    moves = going > STANDING_MPS
    gap, along = _gaps(ways, boxes, who, whom, 0.0)
    soon = gap <= ways.speed[who] * _SLOT_S + STANDING_GAP_M
    counts = ~moves | (np.abs(along) > ALONG * going) | soon
    _apply(room, ways, who, np.where(counts, gap, np.inf), along)
    runs = going > RUNNING_MPS
    for which, times_s in ((moves & ~runs, FORESIGHT_S), (runs, RUNNING_FORESIGHT_S)):
        later = np.flatnonzero(which & boxes.foreseen[whom])
        i, j = who[later], whom[later]
        for time_s in times_s if len(later) else ():
            gap, along = _gaps(ways, boxes, i, j, time_s)
            last = time_s == times_s[-1]
            reached = last | (gap <= ways.speed[i] * (time_s + _SLOT_S) + STANDING_GAP_M)
            _apply(room, ways, i, np.where(reached, gap - along * time_s, np.inf), along)
    return room


def overlapping(some: Boxes, others: Boxes) -> Flags:
    """Return (n,) which of n boxes overlap any of the others, on the ground."""
    off = others.center[None] - some.center[:, None]
    turn = others.yaw[None] - some.yaw[:, None]
    align, cross = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    ax, ay = some.half[:, None, 0], some.half[:, None, 1]
    bx, by = others.half[None, :, 0], others.half[None, :, 1]
    hit: Flags = np.abs(off[..., 2]) < SAME_LEVEL_M
    for yaw, x, y in (
        (some.yaw[:, None], ax + bx * align + by * cross, ay + bx * cross + by * align),
        (others.yaw[None], bx + ax * align + ay * cross, by + ax * cross + ay * align),
    ):
        hit = hit & (np.abs(off[..., 0] * np.cos(yaw) + off[..., 1] * np.sin(yaw)) < x)
        hit = hit & (np.abs(off[..., 1] * np.cos(yaw) - off[..., 0] * np.sin(yaw)) < y)
    return np.asarray(hit.any(axis=1))


def _pairs(ways: Ways, boxes: Boxes) -> tuple[Indices, Indices]:
    """Return (P,) vehicles and (P,) boxes that are near to their ways."""
    if not len(ways.speed) or not len(boxes.yaw):
        none = np.zeros(0, dtype=np.intp)
        return none, none
    middle, radius = _around(ways.points, ways.spacing)
    tree = cKDTree(boxes.center[:, :2])
    found = tree.query_ball_point(middle, radius, return_sorted=True)
    counts = np.array([len(f) for f in found])
    who = np.repeat(np.arange(len(counts)), counts)
    whom = np.fromiter(chain.from_iterable(found), np.intp, len(who))
    level = np.abs(boxes.center[whom, 2] - ways.height[who]) < SAME_LEVEL_M
    keep = level & (whom != ways.own[who])
    return who[keep], whom[keep]


def _around(points: Array, spacing: Array) -> tuple[Array, Array]:
    """Return (n, 2) middles and (n,) radii, m, of circles outside of which no box touches a way."""
    return points[:, POINTS // 2], spacing * POINTS / 2 + LARGEST_BOX_M


def _gaps(
    ways: Ways, boxes: Boxes, who: Indices, whom: Indices, time_s: float
) -> tuple[Array, Array]:
    """Return (P,) free way in m, inf without end, and the others' speeds along it, m/s."""
    center = boxes.center[whom, :2] + time_s * boxes.velocity[whom]
    half = boxes.half[whom]
    spacing = ways.spacing[who]
    # Whatever lies farther from a point than both can reach cannot touch it.
    reach = np.hypot(half[:, 0], half[:, 1]) + ways.half_width[who] + AIR_M + spacing
    far = reach + _COARSE_POINTS / 2 * spacing
    close = np.flatnonzero(_closer(ways, who, center, far, _COARSE_POINTS).any(axis=1))
    pair, point = np.nonzero(_closer(ways, who[close], center[close], reach[close], 1))
    pair = close[pair]
    gap, along = np.full(len(who), np.inf), np.zeros(len(who))
    # Separating axes, of each pair at the points where both may touch.
    way = who[pair]
    off = center[pair] - ways.points[way, point]
    ox, oy = off[:, 0], off[:, 1]
    forward = ways.along[way, point]
    tx, ty = forward[:, 0], forward[:, 1]
    yaw = boxes.yaw[whom]
    cos, sin = np.cos(yaw)[pair], np.sin(yaw)[pair]
    align, cross = np.abs(tx * cos + ty * sin), np.abs(tx * sin - ty * cos)
    x, y = half[pair, 0], half[pair, 1]
    width, thin = ways.half_width[way] + AIR_M, spacing[pair] / 2
    ahead = ox * tx + oy * ty
    depth = x * align + y * cross
    hit = np.abs(ahead) < thin + depth
    hit &= np.abs(oy * tx - ox * ty) < width + x * cross + y * align
    hit &= np.abs(ox * cos + oy * sin) < x + thin * align + width * cross
    hit &= np.abs(oy * cos - ox * sin) < y + thin * cross + width * align
    hits = np.flatnonzero(hit)
    hits = hits[np.diff(pair[hits], prepend=-1) > 0]  # the first of each pair
    pair, first, spacing = pair[hits], point[hits], spacing[pair[hits]]
    at = first * spacing + (ahead[hits] - depth[hits])
    at = np.clip(at, (first - 0.5) * spacing, (first + 0.5) * spacing)
    gap[pair] = np.maximum(at, 0.0)
    velocity = boxes.velocity[whom[pair]]
    along[pair] = velocity[:, 0] * tx[hits] + velocity[:, 1] * ty[hits]
    return gap, along


def _closer(ways: Ways, who: Indices, center: Array, distance_m: Array, every: int) -> Flags:
    """Return (P, Q) where P pairs of a way and a point are closer than `distance_m` (P,).

    Only every so many points of the ways are looked at, from the middle between two on.
    """
    some = ways.points[:, every // 2 :: every]
    x = center[:, :1] - np.ascontiguousarray(some[..., 0])[who]
    y = center[:, 1:] - np.ascontiguousarray(some[..., 1])[who]
    closer: Flags = x**2 + y**2 < (distance_m**2)[:, None]
    return closer


def _apply(room: Array, ways: Ways, who: Indices, gap: Array, along: Array) -> None:
    """Lower `room` (n,) to what gaps (P,) leave."""
    blocked = np.flatnonzero(np.isfinite(gap))
    if not len(blocked):
        return
    i = who[blocked]
    wanted = _wanted_gap(ways.speed[i], along[blocked])
    ratio = wanted / np.maximum(gap[blocked], 0.1)
    np.minimum.at(room, i, np.maximum(ACCEL_MPS2 * (1 - ratio**2), -HARDEST_MPS2))


def _wanted_gap(speed: Array, other: Array) -> Array:
    """Return (n,) the IDM's gap s* in m at speeds (n,) m/s behind others at speeds (n,)."""
    v = np.maximum(speed, 0.0)
    closing = v * (v - other) / (2 * np.sqrt(ACCEL_MPS2 * DECEL_MPS2))
    return STANDING_GAP_M + np.maximum(0.0, TIME_GAP_S * v + closing)
