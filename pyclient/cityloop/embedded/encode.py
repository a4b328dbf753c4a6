"""Numbers into protocol messages."""

from collections.abc import Iterable, Sequence

from cityloop.embedded.history import Snapshot
from cityloop.embedded.physics import Touch
from cityloop.protocol import engine_pb2, state_pb2


def body_states(snapshot: Snapshot, rows: Iterable[int]) -> list[state_pb2.BodyState]:
    """Return the states of the bodies in `rows` of a snapshot's cast.

    Plain lists and attribute writes, because a message built from keywords costs four times more.
    """
    m = snapshot.motions
    ids = snapshot.cast.ids.tolist()
    positions, quaternions = m.position.tolist(), m.quaternion.tolist()
    velocities, rates = m.velocity.tolist(), m.angular_velocity.tolist()
    accelerations, wheels = m.acceleration.tolist(), m.wheels.tolist()
    states = []
    for row in rows:
        state = state_pb2.BodyState(id=ids[row])
        p, q = state.pose.position, state.pose.rotation
        p.x, p.y, p.z = positions[row]
        q.x, q.y, q.z, q.w = quaternions[row]
        v, w, a = state.velocity, state.angular_velocity, state.acceleration
        v.x, v.y, v.z = velocities[row]
        w.x, w.y, w.z = rates[row]
        a.x, a.y, a.z = accelerations[row]
        for steering, spin, rate, travel, grounded in wheels[snapshot.cast.wheel_rows(row)]:
            wheel = state.wheels.add()
            wheel.steering_rad = steering
            wheel.spin_rad = spin
            wheel.spin_rate_radps = rate
            wheel.travel_m = travel
            wheel.grounded = grounded > 0.5
        states.append(state)
    return states


def all_states(snapshot: Snapshot) -> list[state_pb2.BodyState]:
    """Return the states of all bodies that can move, by rising id."""
    return body_states(snapshot, range(len(snapshot.cast)))


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
