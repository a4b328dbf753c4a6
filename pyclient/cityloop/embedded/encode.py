"""Numbers into protocol messages."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.contacts import Touch
from cityloop.embedded.history import Snapshot
from cityloop.protocol import engine_pb2, state_pb2


def body_states(snapshot: Snapshot, rows: NDArray[np.int64]) -> state_pb2.MotionTable:
    """Return the columns of the bodies in `rows`, rising, of a snapshot's cast."""
    m, cast = snapshot.motions, snapshot.cast
    table = motions(snapshot, rows)
    limp = rows[snapshot.kinds[rows] == state_pb2.BODY_KIND_RAGDOLL]
    wheels = m.wheels[cast.wheels.of(rows)]
    if len(wheels):
        table.wheel_counts = _bytes(cast.wheels.counts[rows], "u1")
        table.wheels = _bytes(wheels, "<f8")
    if len(limp):
        counts = np.where(np.isin(rows, limp), cast.bones.counts[rows], 0)
        table.bone_counts = _bytes(counts, "u1")
        table.bones = _bytes(m.bones[cast.bones.of(limp)], "<f4")
    return table


def motions(snapshot: Snapshot, rows: NDArray[np.int64]) -> state_pb2.MotionTable:
    """Return poses and rates of the bodies in `rows`, without wheels and bones."""
    m = snapshot.motions
    columns = (m.position, m.quaternion, m.velocity, m.angular_velocity, m.acceleration)
    motion = np.concatenate([column[rows] for column in columns], axis=1)
    return state_pb2.MotionTable(
        ids=_bytes(snapshot.cast.ids[rows], "<u4"),
        motion=_bytes(motion, "<f8"),
        kinds=_bytes(snapshot.kinds[rows], "u1"),
    )


def all_states(snapshot: Snapshot) -> state_pb2.MotionTable:
    """Return the columns of all bodies that can move."""
    return body_states(snapshot, np.arange(len(snapshot.cast)))


def _bytes(array: NDArray[np.generic], dtype: str) -> bytes:
    return np.ascontiguousarray(array, dtype=dtype).tobytes()


def contacts(touches: Sequence[Touch]) -> list[state_pb2.Contact]:
    """Return contact messages."""
    messages = []
    for touch in touches:
        message = state_pb2.Contact(
            body_a=touch.body_a, body_b=touch.body_b, impulse_ns=touch.impulse_ns
        )
        message.point.x, message.point.y, message.point.z = touch.point
        message.normal.x, message.normal.y, message.normal.z = touch.normal
        messages.append(message)
    return messages


def ray_hits(
    hits: Sequence[tuple[int, float, tuple[float, float, float]]],
) -> engine_pb2.CastRaysResponse:
    """Return the answer to CastRays."""
    response = engine_pb2.CastRaysResponse()
    for body, distance, normal in hits:
        hit = response.hits.add(body=body, distance_m=distance)
        hit.normal.x, hit.normal.y, hit.normal.z = normal
    return response
