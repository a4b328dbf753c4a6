"""What drivers and people of the background see of everything that stands or moves."""

from collections.abc import Collection
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable, Array
from cityloop.spatial import rotation
from cityloop.traffic.person_plans import Obstacles
from cityloop.traffic.reactions import AIR_M, LARGEST_BOX_M, Boxes, Flags
from cityloop.world.semantics import SemanticClass

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


def _boxes(actors: ActorTable, rows: NDArray[np.intp]) -> Boxes:
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


def boxes_within(actors: ActorTable, low: Array, high: Array) -> tuple[NDArray[np.intp], Boxes]:
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
    velocity = actors.velocity[rows]
    rows = rows[np.einsum("nk,nk->n", velocity, velocity) < SLOW_MPS**2]
    turned = rotation.rotate(actors.quaternion[rows], actors.box_center[rows])
    center, half = actors.position[rows] + turned, actors.dimension[rows, :2] / 2
    radius = half[:, 1] + BESIDE_M
    # From end to end, at most a radius apart, so that the outline has hardly any dents.
    reach = np.maximum(half[:, 0] - half[:, 1], 0.0)
    count = np.ceil(2 * reach / radius).astype(np.intp) + 1
    which = np.repeat(np.arange(len(rows)), count)
    number = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    along = (2 * number / np.maximum(count[which] - 1, 1) - 1) * reach[which]
    aside = np.zeros_like(along)
    inset = half + BESIDE_M - CORNER_M
    signs = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    corners = (np.maximum(inset, 0.0)[:, None] * signs).reshape(-1, 2)
    which = np.concatenate([which, np.repeat(np.arange(len(rows)), len(signs))])
    along, aside = np.append(along, corners[:, 0]), np.append(aside, corners[:, 1])
    radius = np.append(radius[which[: len(which) - len(corners)]], np.full(len(corners), CORNER_M))
    yaw = rotation.yaw_of(actors.quaternion[rows])[which]
    forward = np.column_stack([np.cos(yaw), np.sin(yaw)])
    left = np.column_stack([-np.sin(yaw), np.cos(yaw)])
    position = center[which, :2] + along[:, None] * forward + aside[:, None] * left
    return Obstacles(position, actors.velocity[rows[which], :2], radius)


def lying_people(actors: ActorTable, fallen: Collection[int]) -> Obstacles:
    """Return people whose bodies lie on the ground, given by id, for others to go around."""
    rows = np.flatnonzero(np.isin(actors.id, np.array(list(fallen), dtype=np.uint32)))
    position = actors.position[rows, :2]
    return Obstacles(position, np.zeros_like(position), np.full(len(rows), LYING_RADIUS_M))


@lru_cache(maxsize=1)  # they stay the same until somebody comes or goes
def _scripted(names: tuple[str, ...]) -> Flags:
    """Return (N,) which names are not those of background traffic."""
    return np.array([not name.startswith(BACKGROUND) for name in names], dtype=bool)
