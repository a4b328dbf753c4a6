"""Objects relative to the vehicle that carries the camera: how they move, when they would meet."""

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import rotation

Array = NDArray[np.float64]


def time_to_collision(
    center: Array,
    quaternion: Array,
    dimension: Array,
    velocity: Array,
) -> Array:
    """Return (M,) s until the box of object 0 touches that of each, if nobody changes velocity.

    0 for boxes that overlap already, +inf for those that never meet. Boxes keep their orientation.
    The boxes' shadows on all 15 axes that can part two boxes must overlap at once (S. Gottschalk et
    al., "OBBTree", 1996), each of them during one span of time.

    Args:
        center: (1 + M, 3) of the boxes, world, m; first the one that the others meet.
        quaternion: (1 + M, 4) world-from-box.
        dimension: (1 + M, 3) lengths of the sides, m.
        velocity: (1 + M, 3) world, m/s.
    """
    axes = np.swapaxes(rotation.to_matrix(quaternion), -1, -2)  # rows are the boxes' axes
    mine, theirs = np.broadcast_to(axes[:1], axes[1:].shape), axes[1:]
    crossed = np.cross(mine[:, :, None], theirs[:, None, :]).reshape(-1, 9, 3)
    # Of sides that are parallel rounding alone is left: an axis that parts nothing.
    crossed[(crossed**2).sum(axis=-1) < 1e-12] = 0.0
    apart = np.concatenate([mine, theirs, crossed], axis=1)  # (M, 15, 3)
    half_mine = np.abs(apart @ np.swapaxes(mine, 1, 2)) @ (dimension[0] / 2)
    half_theirs = np.einsum("mak,mk->ma", np.abs(apart @ np.swapaxes(theirs, 1, 2)), dimension[1:])
    reach = half_mine + half_theirs / 2
    away = np.einsum("mai,mi->ma", apart, center[1:] - center[0])
    rate = np.einsum("mai,mi->ma", apart, velocity[1:] - velocity[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (-reach - away) / rate, (reach - away) / rate
    still = np.abs(rate) < 1e-12
    # Shadows that do not move against each other overlap always or never.
    always = still & (np.abs(away) <= reach)
    enters = np.where(still, np.where(always, -np.inf, np.inf), np.minimum(one, other)).max(axis=1)
    leaves = np.where(still, np.where(always, np.inf, -np.inf), np.maximum(one, other)).min(axis=1)
    return np.where((enters <= leaves) & (leaves >= 0), np.maximum(enters, 0.0), np.inf)
