"""Limbs of two bones: the joint between them, and the frames that turn with them.

Everything broadcasts over leading axes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.vectors import cross, length

Array = NDArray[np.float64]

_STRETCH = 0.9995  # a limb reaches no farther than this share of its length


def limb_frames(direction: Array, hinge: Array) -> Array:
    """Return (..., 3, 3) frames with columns along `direction`, along `hinge`, across both."""
    along = direction / length(direction)
    across = cross(along, hinge)
    across /= length(across)
    frames = np.empty((*across.shape, 3))
    frames[..., 0], frames[..., 1], frames[..., 2] = along, cross(across, along), across
    return frames


def limb_joint(
    start: Array,
    end: Array,
    towards: Array,
    upper_m: Array | np.floating[Any],
    lower_m: Array | np.floating[Any],
) -> Array:
    """Return the (..., 3) joint of limbs from `start` to `end`, bent `towards` ((..., 3) each).

    Args:
        start: where the upper bone begins, m.
        end: where the lower bone ends, m; out of reach it is taken as just in reach.
        towards: direction in which the joint points.
        upper_m: (..., 1), or one number, the length of the upper bone.
        lower_m: the same of the lower bone.
    """
    way = end - start
    distance = length(way)
    direction = way / distance
    distance = np.minimum(distance, _STRETCH * (upper_m + lower_m))
    # Law of cosines.
    along = (distance**2 + upper_m**2 - lower_m**2) / (2.0 * distance)
    out = np.sqrt(np.maximum(upper_m**2 - along**2, 0.0))
    across = towards - np.einsum("...i,...i->...", towards, direction)[..., None] * direction
    across /= length(across)
    joint: Array = start + along * direction + out * across
    return joint
