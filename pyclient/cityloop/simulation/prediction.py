"""Where others will be: constant turn rate and acceleration.

R. Schubert et al., "Comparison and evaluation of advanced motion models for vehicle tracking",
2008.
"""

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable, Array
from cityloop.spatial import rotation

_BRAKING_MPS2 = -0.5  # from here on somebody is taken to brake to a stop
# Corners of a box's ground plane and its centre, in shares of length and width.
CORNERS = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1], [0, 0]]) * 0.5


def predicted_outlines(actors: ActorTable, rows: NDArray[np.intp], times: Array) -> Array:
    """Return (R, T, 5, 2) corners and centre of boxes at times ahead, world, m.

    The rate of turn stays; who brakes goes on braking until standing, others keep their speed.
    """
    velocity = actors.velocity[rows, :2]
    speed = np.linalg.norm(velocity, axis=1)
    unit = velocity / np.maximum(speed, 1e-9)[:, None]
    accel = np.einsum("nk,nk->n", actors.acceleration[rows, :2], unit)
    accel = np.where(accel < _BRAKING_MPS2, accel, 0.0)
    standing = np.where(accel < 0, speed / np.maximum(-accel, 1e-9), np.inf)
    until = np.minimum(times, standing[:, None])
    way = speed[:, None] * until + 0.5 * accel[:, None] * until**2
    # Of the turn that the rate makes at constant speed, as much as the way driven.
    turn = actors.angular_velocity[rows, 2, None] / np.maximum(speed, 1e-9)[:, None] * way
    course = np.arctan2(unit[:, 1], unit[:, 0])[:, None] + turn / 2
    chord = way * np.sinc(turn / (2 * np.pi))
    local = np.zeros((len(rows), 5, 3))
    local[..., :2] = CORNERS * actors.dimension[rows, None, :2]
    local += actors.box_center[rows, None]
    corners = rotation.rotate(actors.quaternion[rows, None], local)[..., :2]
    c, s = np.cos(turn)[..., None], np.sin(turn)[..., None]
    x, y = corners[:, None, :, 0], corners[:, None, :, 1]
    turned = np.stack([c * x - s * y, s * x + c * y], axis=-1)
    moved = chord[..., None] * np.stack([np.cos(course), np.sin(course)], axis=-1)
    outlines: Array = actors.position[rows, None, None, :2] + moved[:, :, None] + turned
    return outlines
