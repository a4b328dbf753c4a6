"""Vehicles that stand still, held by their brakes.

One that has been slower than anybody sees for a while is held where it is, without a look at its
wheels: nothing changes until its pedals do, or something pushes it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import rapier3d
from numpy.typing import NDArray

from cityloop.spatial.rotation import Array

_STILL_MPS, _STILL_RADPS, _STILL_S = 2e-3, 2e-3, 0.3
# What rolled faster than this a substep ago is not slower than that now.
_ROLLING_MPS = 0.5


def look(
    bodies: Sequence[rapier3d.RigidBody],
    braked: NDArray[np.bool_],
    speed: Array,
    still_s: Array,
    step_s: float,
) -> Array:
    """Return (N,) for how long N bodies have been still, s, the coming substep included.

    Args:
        bodies: N bodies.
        braked: (N,) those that brakes hold.
        speed: (N,) how fast they rolled a substep ago, m/s.
        still_s: (N,) for how long they were still before.
        step_s: length of a substep.
    """
    still = np.zeros(len(speed), dtype=np.bool_)
    for row in np.flatnonzero(braked & (np.abs(speed) < _ROLLING_MPS)).tolist():
        still[row] = _is_still(bodies[row])
    return np.where(still, still_s + step_s, 0.0)


def hold(
    bodies: Sequence[rapier3d.RigidBody],
    still_s: Array,
    before_s: Array,
    on_its_wheels: Callable[[int], bool],
) -> NDArray[np.bool_]:
    """Take what creeps still off the bodies that stand; return (N,) which they are.

    Args:
        bodies: N bodies.
        still_s: (N,) for how long they have been still, s; set to 0 where that does not count.
        before_s: (N,) the same a substep ago.
        on_its_wheels: of a row, whether only roads carry the body. One that leans on something
            else would move when that does.
    """
    for row in np.flatnonzero((still_s >= _STILL_S) & (before_s < _STILL_S)).tolist():
        if not on_its_wheels(row):
            still_s[row] = 0.0
    stands: NDArray[np.bool_] = still_s >= _STILL_S
    for row in np.flatnonzero(stands).tolist():
        _stop(bodies[row])
    return stands


def _is_still(body: rapier3d.RigidBody) -> bool:
    v, w = body.linvel, body.angvel
    return (
        max(abs(v.x), abs(v.y), abs(v.z)) <= _STILL_MPS
        and max(abs(w.x), abs(w.y), abs(w.z)) <= _STILL_RADPS
    )


def _stop(body: Any) -> None:
    # Rapier takes tuples where its stubs say Vec3, three times faster.
    body.linvel = body.angvel = (0.0, 0.0, 0.0)
