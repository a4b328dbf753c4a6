"""What drivers brake for: whatever is, or is about to be, in the way that they mean to drive.

The way is a row of thin rectangles as wide as the vehicle, tested against the ground boxes of all
others (separating axes: S. Gottschalk et al., "OBBTree", 1996). How much room an obstacle leaves is
the Intelligent Driver Model's interaction (M. Treiber et al., "Congested traffic states in
empirical observations and microscopic simulations", 2000).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled
from cityloop.spatial.halving import first_from

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

# Firmer than SUMO's drivers are, so that in ordinary traffic the plan alone decides.
ACCEL_MPS2, DECEL_MPS2, TIME_GAP_S, STANDING_GAP_M = 2.0, 3.5, 0.7, 1.3
HARDEST_MPS2 = 8.0
AIR_M = 0.2  # beside the vehicle
# Beside a vehicle of the background that stands: two who have stopped in a junction, a hand's
# breadth out of each other's way, would wait for each other for ever.
STANDING_AIR_M = 0.1
POINTS = 64  # along the way
SHORTEST_WAY_M = 12.0
LARGEST_BOX_M = 10.0  # half the diagonal of the longest thing on a road
SAME_LEVEL_M = 3.0
STANDING_MPS = 0.3
ALONG = 0.7  # cosine of the angle between two ways that are one
# Others are looked for at where they will be, in steps. Who walks may well stop at the kerb.
_SLOT_S = 0.5
_SLOTS, _RUNNING_SLOTS = 2, 4
RUNNING_MPS = 2.0


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
    points, height = np.ascontiguousarray(ways.points), np.ascontiguousarray(ways.height)
    middle, radius = _around(points, ways.spacing)
    return _room(
        (points, ways.spacing, height, ways.half_width, ways.speed, ways.own),
        (middle, radius),
        (boxes.center, np.cos(boxes.yaw), np.sin(boxes.yaw), boxes.half),
        (boxes.velocity, np.hypot(*boxes.velocity.T), boxes.foreseen),
        np.argsort(boxes.center[:, 0], kind="stable"),
    )


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


def _around(points: Array, spacing: Array) -> tuple[Array, Array]:
    """Return (n, 2) middles and (n,) radii, m, of circles outside of which no box touches a way."""
    return points[:, POINTS // 2], spacing * POINTS / 2 + LARGEST_BOX_M


@compiled
def _room(
    ways: tuple[Array, Array, Array, Array, Array, Indices],
    circles: tuple[Array, Array],
    boxes: tuple[Array, Array, Array, Array],
    motions: tuple[Array, Array, Flags],
    by_x: Indices,
) -> Array:
    """Return (n,) the acceleration that M boxes leave room for, m/s^2.

    Args:
        ways: points (n, POINTS, 2), spacing (n,), height (n,), half_width (n,), speed (n,) and own
            (n,) of `Ways`.
        circles: middles (n, 2) and radii (n,), m, outside of which no box touches a way.
        boxes: centres (M, 3), cosines and sines of their yaw (M,), half lengths and widths (M, 2).
        motions: velocities (M, 2), speeds (M,) and foreseen (M,).
        by_x: (M,) rows of the boxes by rising x.
    """
    points, spacing, height, half_width, speed, own = ways
    middle, radius = circles
    center, velocity, going, foreseen = boxes[0], motions[0], motions[1], motions[2]
    room = np.empty(len(speed))
    for i in range(len(speed)):
        room[i] = np.inf
        way = points[i], spacing[i], half_width[i]
        for k in range(first_from(center, by_x, middle[i, 0] - radius[i]), len(by_x)):
            j = by_x[k]
            if center[j, 0] > middle[i, 0] + radius[i]:
                break
            dx, dy = center[j, 0] - middle[i, 0], center[j, 1] - middle[i, 1]
            if dx * dx + dy * dy > radius[i] * radius[i] or j == own[i]:
                continue
            if not abs(center[j, 2] - height[i]) < SAME_LEVEL_M:
                continue
            moves = going[j] > STANDING_MPS
            air = AIR_M if moves or foreseen[j] else STANDING_AIR_M
            gap, along = _gap(way, boxes, velocity, (j, air), 0.0)
            soon = gap <= speed[i] * _SLOT_S + STANDING_GAP_M
            if not moves or abs(along) > ALONG * going[j] or soon:
                room[i] = min(room[i], _left(speed[i], gap, along))
            if not (moves and foreseen[j]):
                continue
            slots = _RUNNING_SLOTS if going[j] > RUNNING_MPS else _SLOTS
            for slot in range(1, slots + 1):
                time_s = slot * _SLOT_S
                gap, along = _gap(way, boxes, velocity, (j, air), time_s)
                if slot == slots or gap <= speed[i] * (time_s + _SLOT_S) + STANDING_GAP_M:
                    room[i] = min(room[i], _left(speed[i], gap - along * time_s, along))
    return room


@compiled
def _gap(
    way: tuple[Array, float, float],
    boxes: tuple[Array, Array, Array, Array],
    velocity: Array,
    other: tuple[int, float],
    time_s: float,
) -> tuple[float, float]:
    """Return the free way to a box at a time ahead, m, or inf, and its speed along the way, m/s.

    Args:
        way: points (POINTS, 2), spacing and half the width of the vehicle, m.
        boxes: of `_room`.
        velocity: (M, 2) of the boxes, m/s.
        other: row of the box, and the air that is to be left beside it, m.
        time_s: when.
    """
    points, spacing, half_width = way
    j, air = other
    center, cosine, sine, half = boxes
    cx, cy = center[j, 0] + time_s * velocity[j, 0], center[j, 1] + time_s * velocity[j, 1]
    cos, sin, x, y = cosine[j], sine[j], half[j, 0], half[j, 1]
    width, thin = half_width + air, spacing / 2
    # Whatever lies farther from a point than both can reach cannot touch it.
    reach = math.sqrt(x * x + y * y) + half_width + air + spacing
    for k in range(len(points)):
        ox, oy = cx - points[k, 0], cy - points[k, 1]
        if not ox * ox + oy * oy < reach * reach:
            continue
        # Separating axes.
        before, after = (k, k + 1) if k + 1 < len(points) else (k - 1, k)
        tx, ty = points[after, 0] - points[before, 0], points[after, 1] - points[before, 1]
        length = max(math.sqrt(tx * tx + ty * ty), 1e-9)
        tx, ty = tx / length, ty / length
        align, cross = abs(tx * cos + ty * sin), abs(tx * sin - ty * cos)
        ahead, depth = ox * tx + oy * ty, x * align + y * cross
        if (
            abs(ahead) < thin + depth
            and abs(oy * tx - ox * ty) < width + x * cross + y * align
            and abs(ox * cos + oy * sin) < x + thin * align + width * cross
            and abs(oy * cos - ox * sin) < y + thin * cross + width * align
        ):
            at = k * spacing + (ahead - depth)
            at = min(max(at, (k - 0.5) * spacing), (k + 0.5) * spacing)
            return max(at, 0.0), velocity[j, 0] * tx + velocity[j, 1] * ty
    return np.inf, 0.0


@compiled
def _left(speed: float, gap: float, along: float) -> float:
    """Return the acceleration, m/s^2, that a gap in m to somebody at a speed `along` leaves."""
    if not np.isfinite(gap):
        return np.inf
    v = max(speed, 0.0)
    closing = v * (v - along) / (2 * math.sqrt(ACCEL_MPS2 * DECEL_MPS2))
    wanted = STANDING_GAP_M + max(0.0, TIME_GAP_S * v + closing)
    ratio = wanted / max(gap, 0.1)
    return max(ACCEL_MPS2 * (1 - ratio * ratio), -HARDEST_MPS2)


def _wanted_gap(speed: Array, other: Array) -> Array:
    """Return (n,) the IDM's gap s* in m at speeds (n,) m/s behind others at speeds (n,)."""
    v = np.maximum(speed, 0.0)
    closing = v * (v - other) / (2 * np.sqrt(ACCEL_MPS2 * DECEL_MPS2))
    return STANDING_GAP_M + np.maximum(0.0, TIME_GAP_S * v + closing)
