"""Vehicles that stand still, held by their brakes.

One that has been slower than anybody sees for a while is held where it is, without a look at its
wheels: nothing changes until its brake eases, or something pushes it.
"""

from collections.abc import Callable, Sequence

import numpy as np
import rapier3d
from numpy.typing import NDArray

from cityloop.embedded.gravity import GRAVITY_MPS2
from cityloop.spatial.rotation import Array

_STILL_MPS, _STILL_RADPS, _STILL_S = 2e-3, 2e-3, 0.3
# Rapier's brakes act before the weight does: on a slope they leave what it adds in a substep, so
# that a braked vehicle would creep. Up to this slope it is held.
_STEEPEST = 0.3
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
    creep_mps = _STILL_MPS + _STEEPEST * GRAVITY_MPS2 * step_s
    for row in np.flatnonzero(braked & (np.abs(speed) < _ROLLING_MPS)).tolist():
        still[row] = _is_still(bodies[row], creep_mps)
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


def _is_still(body: rapier3d.RigidBody, creep_mps: float) -> bool:
    if body.is_sleeping:
        return True
    v, w = body.linvel, body.angvel
    return (
        -creep_mps <= v.x <= creep_mps
        and -creep_mps <= v.y <= creep_mps
        and -creep_mps <= v.z <= creep_mps
        and -_STILL_RADPS <= w.x <= _STILL_RADPS
        and -_STILL_RADPS <= w.y <= _STILL_RADPS
        and -_STILL_RADPS <= w.z <= _STILL_RADPS
    )


def _stop(body: rapier3d.RigidBody) -> None:
    """Take its velocity off a body, and let it sleep until something wakes it."""
    if not body.is_sleeping:
        body.sleep()
