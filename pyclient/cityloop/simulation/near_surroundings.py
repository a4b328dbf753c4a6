"""What drivers and people of the background see of everything that stands or moves."""

import math
from collections.abc import Collection
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable, Array
from cityloop.spatial import rotation
from cityloop.spatial.compiled import compiled
from cityloop.spatial.turned import heading_of, turned
from cityloop.traffic.person_plans import Obstacles
from cityloop.traffic.reactions import AIR_M, LARGEST_BOX_M, Boxes, Flags
from cityloop.world.semantics import SemanticClass

Rows = NDArray[np.intp]

BACKGROUND = "traffic/"
FIXED = frozenset({"parked", "signal", ""})  # activities of what never moves
_OVERHEAD = (
    SemanticClass.TRAFFIC_LIGHT,
    SemanticClass.TRAFFIC_SIGN,
)  # on a mast, which is no actor
_IS_OVERHEAD = np.isin(np.arange(256), _OVERHEAD)
# Less air is left beside it: ways lead past parked cars closely.
FIXED_AIR_M = 0.05
# Slower vehicles are walked around; people trust faster ones to brake, or wait for them.
SLOW_MPS = 5.0
CORNER_M = 0.3  # radius of the discs at the corners of a vehicle
BESIDE_M = 0.05  # what people keep of the sides of a vehicle, beyond their own radius
LYING_RADIUS_M = 0.7  # of who lies on the ground, however they lie
VEHICLES = (
    SemanticClass.CAR,
    SemanticClass.TRUCK,
    SemanticClass.BUS,
    SemanticClass.TRAIN,
    SemanticClass.MOTORCYCLE,
    SemanticClass.BICYCLE,
)
_IS_VEHICLE = np.isin(np.arange(256), VEHICLES)  # by semantic class


def boxes_of(actors: ActorTable) -> Boxes:
    """Return the ground boxes of all actors, row by row; a light's and a sign's are up high."""
    return _boxes(actors, np.arange(len(actors.id)))


def _boxes(actors: ActorTable, rows: Rows) -> Boxes:
    semantic, quaternion = actors.semantic[rows], actors.quaternion[rows]
    center = actors.position[rows] + rotation.rotate(quaternion, actors.box_center[rows])
    # Out of everybody's way.
    center[_IS_OVERHEAD[semantic], 2] += 1000.0
    fixed = [actors.activity[i] in FIXED for i in rows.tolist()]
    less = np.where(np.array(fixed, dtype=bool), AIR_M - FIXED_AIR_M, 0.0)[:, None]
    return Boxes(
        center=center,
        yaw=rotation.yaw_of(quaternion),
        half=np.maximum(actors.dimension[rows, :2] / 2 - less, 0.0),
        velocity=actors.velocity[rows, :2],
        foreseen=(semantic == SemanticClass.PERSON) | _scripted(actors.name)[rows],
    )


def boxes_within(actors: ActorTable, low: Array, high: Array) -> tuple[Rows, Boxes]:
    """Return the rows of all actors with the middle of their box in a rectangle, and some around.

    Args:
        actors: everybody.
        low: (2,) the corner of the rectangle with the least x and y, world, m.
        high: (2,) the opposite one.

    Returns:
        (M,) rows and the boxes of these actors.
    """
    x, y = actors.position[:, 0], actors.position[:, 1]
    inside = (x > low[0] - LARGEST_BOX_M) & (x < high[0] + LARGEST_BOX_M)
    inside &= (y > low[1] - LARGEST_BOX_M) & (y < high[1] + LARGEST_BOX_M)
    rows = np.flatnonzero(inside)
    return rows, _boxes(actors, rows)


def standing_vehicles(actors: ActorTable) -> Obstacles:
    """Return the vehicles that stand or go slowly as discs, for people to go around.

    Each is a row of discs along its middle and a small one at each corner.
    Parked ones are part of the map.
    """
    rows = np.flatnonzero(_IS_VEHICLE[actors.semantic])
    rows = rows[[actors.activity[i] not in FIXED for i in rows.tolist()]]
    discs, of, radius = _discs(
        rows,
        actors.position,
        actors.quaternion,
        actors.velocity,
        actors.box_center,
        actors.dimension,
    )
    return Obstacles(discs, actors.velocity[of, :2], radius)


@compiled
def _discs(
    vehicles: Rows,
    position: Array,
    quaternion: Array,
    velocity: Array,
    box_center: Array,
    dimension: Array,
) -> tuple[Array, Rows, Array]:
    """Return (D, 2) middles, m, (D,) rows and (D,) radii, m, of the discs of slow vehicles.

    Args:
        vehicles: (n,) rows of the vehicles.
        position: (N, 3) of all actors, m.
        quaternion: (N, 4).
        velocity: (N, 3) m/s.
        box_center: (N, 3) in the body frame, m.
        dimension: (N, 3) m.
    """
    slow = np.empty(len(vehicles), dtype=np.intp)
    count = discs = 0
    for row in vehicles:
        x, y, z = velocity[row]
        if x * x + y * y + z * z < SLOW_MPS * SLOW_MPS:
            slow[count] = row
            count += 1
            discs += _along_middle(dimension[row])[0] + 4
    place, of, radius = np.empty((discs, 2)), np.empty(discs, dtype=np.intp), np.empty(discs)
    middle, corner = 0, discs - 4 * count
    for row in slow[:count]:
        length, width = dimension[row, 0] / 2, dimension[row, 1] / 2
        center = box_center[row]
        x, y, _ = turned(quaternion[row], center[0], center[1], center[2])
        x, y = position[row, 0] + x, position[row, 1] + y
        yaw = heading_of(quaternion[row])
        cos, sin = math.cos(yaw), math.sin(yaw)
        number, reach = _along_middle(dimension[row])
        for k in range(number):
            along = (2 * k / max(number - 1, 1) - 1) * reach
            place[middle, 0], place[middle, 1] = x + along * cos, y + along * sin
            of[middle], radius[middle] = row, width + BESIDE_M
            middle += 1
        ahead = max(length + BESIDE_M - CORNER_M, 0.0)
        aside = max(width + BESIDE_M - CORNER_M, 0.0)
        for front in (1.0, -1.0):
            for left in (1.0, -1.0):
                along, across = front * ahead, left * aside
                place[corner, 0] = x + along * cos + across * -sin
                place[corner, 1] = y + along * sin + across * cos
                of[corner], radius[corner] = row, CORNER_M
                corner += 1
    return place, of, radius


@compiled
def _along_middle(dimension: Array) -> tuple[int, float]:
    """Return how many discs lie along a vehicle's middle, and how far from it the last ones do, m.

    From end to end, at most a radius apart, so that the outline has hardly any dents.
    """
    reach = max(dimension[0] / 2 - dimension[1] / 2, 0.0)
    return math.ceil(2 * reach / (dimension[1] / 2 + BESIDE_M)) + 1, reach


def lying_people(actors: ActorTable, fallen: Collection[int]) -> Obstacles:
    """Return people whose bodies lie on the ground, given by id, for others to go around."""
    rows = np.flatnonzero(np.isin(actors.id, np.array(list(fallen), dtype=np.uint32)))
    position = actors.position[rows, :2]
    return Obstacles(position, np.zeros_like(position), np.full(len(rows), LYING_RADIUS_M))


@lru_cache(maxsize=1)  # they stay the same until somebody comes or goes
def _scripted(names: tuple[str, ...]) -> Flags:
    """Return (N,) which names are not those of background traffic."""
    return np.array([not name.startswith(BACKGROUND) for name in names], dtype=bool)
