"""The box around a person in any pose: that of the standing one is too small for who has fallen."""

import numpy as np
from numpy.typing import NDArray

from cityloop.world.people import person_mesh, skin

# Its surface lies within 2 cm of the finest mesh, which takes seven times as long.
_LEVEL = 1


def posed_box(
    kind: str, bones: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the smallest box along the axes of the body frame that holds a posed person.

    Args:
        kind: key in `PERSON_KINDS`; a pram belongs to its person.
        bones: (B, 3, 4) skinning matrices, body frame, m.

    Returns:
        (3,) dimension (length, width, height) and (3,) centre in the body frame, m.

    Raises:
        ScenarioError: for an unknown kind.
    """
    points = skin(person_mesh(kind, _LEVEL), bones)
    low, high = points.min(axis=0), points.max(axis=0)
    return high - low, (low + high) / 2
