"""Rates that only the next tick can tell: of bodies that physics moves.

A push changes a velocity at once, somewhere between two ticks: in a collision, when a limp body
hits the ground with every limb, when a wheel meets a kerb. The derivative of such a motion at a
tick is not what the solver says there but what its positions around the tick show. So the rates of
every body that physics moves are put right as soon as the next tick is known, before the tick is
drawn: the mean over the ticks to either side, (p(t+dt) - p(t-dt)) / 2dt.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.history import Snapshot
from cityloop.protocol import state_pb2
from cityloop.spatial import rotation

_STATIC, _KINEMATIC = int(state_pb2.BODY_KIND_STATIC), int(state_pb2.BODY_KIND_KINEMATIC)


def settle(before: Snapshot, here: Snapshot, after: Snapshot) -> tuple[Snapshot, NDArray[np.int64]]:
    """Return tick `here` with the rates of what physics moves put right, and the rows of these."""
    earlier, later = before.cast.find(here.cast.ids), after.cast.find(here.cast.ids)
    rows = np.flatnonzero((earlier >= 0) & (later >= 0) & ~here.jumped)
    rows = rows[~after.jumped[later[rows]]]
    rows = rows[~(_led(after.kinds[later[rows]]) & _led(here.kinds[rows]))]
    if not len(rows):
        return here, rows
    p0, p1, p2 = (
        s.motions.position[r]
        for s, r in ((before, earlier[rows]), (here, rows), (after, later[rows]))
    )
    span = here.dt_s + after.dt_s
    m = here.motions
    velocity, turn, acceleration = (
        a.copy() for a in (m.velocity, m.angular_velocity, m.acceleration)
    )
    velocity[rows] = (p2 - p0) / span
    acceleration[rows] = 2 * ((p2 - p1) / after.dt_s - (p1 - p0) / here.dt_s) / span
    q0, q2 = before.motions.quaternion[earlier[rows]], after.motions.quaternion[later[rows]]
    turn[rows] = rotation.rotation_vector(rotation.multiply(q2, rotation.inverse(q0))) / span
    motions = replace(m, velocity=velocity, angular_velocity=turn, acceleration=acceleration)
    return replace(here, motions=motions), rows


def _led(kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return (N,) which bodies go where they are told, physics or not."""
    return (kinds == _KINEMATIC) | (kinds == _STATIC)
