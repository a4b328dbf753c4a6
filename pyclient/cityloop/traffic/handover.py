"""From physics back to the plan: an offset that fades, so that nothing jumps.

A body that stops being physical is somewhere near its plan, at nearly the plan's velocity. From
then on it is shown at plan + offset. The offset begins as it is, with its velocity and
acceleration, and is zero with zero derivatives after FADE_S: a quintic Hermite polynomial, so that
position, velocity and acceleration are continuous, and exact derivatives of each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import rotation
from cityloop.traffic.smoothing import Columns

Array = NDArray[np.float64]

FADE_S = 2.0
MOST_ACCEL_MPS2 = 4.0  # of an offset at its beginning: beyond it, it is a jolt, not a motion

# Coefficients of u^0 .. u^5 that belong to the value, the slope and the second derivative at 0.
_HERMITE = np.array(
    [
        [1.0, 0.0, 0.0, -10.0, 15.0, -6.0],
        [0.0, 1.0, 0.0, -6.0, 8.0, -3.0],
        [0.0, 0.0, 0.5, -1.5, 1.5, -0.5],
    ]
)


@dataclass(frozen=True)
class Motions:
    """n bodies at a tick, world frame, SI units; wheels are n arrays (W, 5)."""

    position: Array
    quaternion: Array
    velocity: Array
    angular_velocity: Array
    acceleration: Array
    wheels: list[Array]


@dataclass
class _Offsets(Columns):
    """A row per body: six channels, three of position in m, three of a rotation vector in rad."""

    number: NDArray[np.int64]
    age_s: Array
    start: Array  # (N, 3, 6): value, slope per s, second derivative per s^2
    wheels: Array  # (N, most wheels, 3): steering rad, spin rad, travel m


class Handovers:
    """The offsets of all bodies that have been physical; those of the wheels' angles stay."""

    def __init__(self, most_wheels: int) -> None:
        self._most_wheels = most_wheels
        none, flat = np.zeros(0, dtype=np.int64), np.zeros(0)
        self._offsets = _Offsets(none, flat, np.zeros((0, 3, 6)), np.zeros((0, most_wheels, 3)))

    def begin(self, numbers: NDArray[np.int64], bodies: Motions, plans: Motions) -> None:
        """Let n bodies go back to their plans, from where both are now; tell it to `move`."""
        self.forget(numbers)
        n = len(numbers)
        start = np.zeros((n, 3, 6))
        turn = rotation.multiply(bodies.quaternion, rotation.inverse(plans.quaternion))
        start[:, 0, :3] = bodies.position - plans.position
        start[:, 0, 3:] = rotation.rotation_vector(turn)
        start[:, 1, :3] = bodies.velocity - plans.velocity
        turning = bodies.angular_velocity - rotation.rotate(turn, plans.angular_velocity)
        start[:, 1, 3:] = _vector_rate(start[:, 0, 3:], turning)
        jolt = bodies.acceleration - plans.acceleration
        size = np.linalg.norm(jolt, axis=1, keepdims=True)
        start[:, 2, :3] = jolt * np.minimum(1.0, MOST_ACCEL_MPS2 / np.maximum(size, 1e-9))
        wheels = np.zeros((n, self._most_wheels, 3))
        for i, (body, plan) in enumerate(zip(bodies.wheels, plans.wheels, strict=True)):
            wheels[i, : len(plan)] = (body - plan)[:, [0, 1, 3]]
        self._offsets.append(_Offsets(numbers, np.zeros(n), start, wheels))

    def forget(self, numbers: NDArray[np.int64]) -> None:
        """Drop the offsets of some bodies: they are physical again, or gone."""
        self._offsets.keep(~np.isin(self._offsets.number, numbers))

    def move(self, dt_s: float, numbers: NDArray[np.int64], plans: Motions) -> Motions:
        """Return the motions of n bodies, numbers rising, at the next tick, on plan + offset."""
        o = self._offsets
        o.age_s = o.age_s + dt_s
        at = np.searchsorted(numbers, o.number)
        at = np.minimum(at, max(len(numbers) - 1, 0))
        here = np.flatnonzero(numbers[at] == o.number) if len(numbers) else at[:0]
        rows = at[here]
        if not len(rows):
            return plans
        wheels = list(plans.wheels)
        u = np.minimum(o.age_s[here] / FADE_S, 1.0)
        fade = _polynomial(u, 0)[:, 0]
        for k, i in enumerate(rows.tolist()):
            mine = wheels[i].copy()
            extra = o.wheels[here[k], : len(mine)]
            mine[:, 0] += fade[k] * extra[:, 0]
            mine[:, 1] += extra[:, 1]
            mine[:, 3] += fade[k] * extra[:, 2]
            wheels[i] = mine
        value, slope, second = (
            np.einsum("nd,ndc->nc", _polynomial(u, d) / FADE_S**d, o.start[here]) for d in range(3)
        )
        position, velocity = plans.position.copy(), plans.velocity.copy()
        acceleration, quaternion = plans.acceleration.copy(), plans.quaternion.copy()
        angular = plans.angular_velocity.copy()
        position[rows] += value[:, :3]
        velocity[rows] += slope[:, :3]
        acceleration[rows] += second[:, :3]
        turn = rotation.from_rotation_vector(value[:, 3:])
        quaternion[rows] = rotation.multiply(turn, quaternion[rows])
        angular[rows] = _body_rate(value[:, 3:], slope[:, 3:]) + rotation.rotate(
            turn, angular[rows]
        )
        return Motions(position, quaternion, velocity, angular, acceleration, wheels)


def _polynomial(u: Array, derivative: int) -> Array:
    """Return (n, 3) weights at u (n,), 0 to 1, of the value and the derivatives at the start."""
    powers = np.arange(6)
    factor = np.ones(6)
    for d in range(derivative):
        factor = factor * np.maximum(powers - d, 0)
    terms = factor * u[:, None] ** np.maximum(powers - derivative, 0)
    return (terms @ _HERMITE.T) * FADE_S ** np.arange(3)


def _body_rate(vector: Array, rate: Array) -> Array:
    """Return (n, 3) the angular velocity, rad/s, of rotation vectors (n, 3) that change at `rate`.

    The left Jacobian of SO(3) (T. Barfoot, "State Estimation for Robotics", 2017, 7.1.5).
    """
    angle = np.linalg.norm(vector, axis=1, keepdims=True)
    small = angle < 1e-4
    a = np.where(small, 1.0, angle)
    first = np.where(small, 0.5, (1 - np.cos(a)) / a**2)
    second = np.where(small, 1 / 6, (a - np.sin(a)) / a**3)
    turned = np.cross(vector, rate)
    return rate + first * turned + second * np.cross(vector, turned)


def _vector_rate(vector: Array, body_rate: Array) -> Array:
    """Return (n, 3) the rates per s at which an angular velocity changes rotation vectors.

    The inverse of `_body_rate`.
    """
    angle = np.linalg.norm(vector, axis=1, keepdims=True)
    small = angle < 1e-3
    a = np.where(small, 1.0, angle)
    second = np.where(small, 1 / 12, 1 / a**2 - (1 + np.cos(a)) / (2 * a * np.sin(a)))
    turned = np.cross(vector, body_rate)
    return body_rate - 0.5 * turned + second * np.cross(vector, turned)
