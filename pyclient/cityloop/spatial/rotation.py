"""Rotations as unit quaternions (x, y, z, w) and 3x3 matrices, for one or many at once.

Formulas: J. Diebel, "Representing Attitude: Euler Angles, Unit Quaternions, and Rotation Vectors",
2006. All functions broadcast over leading axes and compute in float64.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.spatial.vectors import length

Array = NDArray[np.float64]

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])


def from_yaw(yaw_rad: ArrayLike) -> Array:
    """Return (..., 4) quaternions that turn by `yaw_rad` (...) about z, counter-clockwise."""
    half = np.asarray(yaw_rad, dtype=np.float64) / 2
    turn = np.zeros((*half.shape, 4))
    turn[..., 2], turn[..., 3] = np.sin(half), np.cos(half)
    return turn


def from_axis_angle(axis: ArrayLike, angle_rad: ArrayLike) -> Array:
    """Return (..., 4) quaternions that turn by `angle_rad` (...) about unit `axis` (..., 3)."""
    half = np.asarray(angle_rad, dtype=np.float64)[..., None] / 2
    vector = np.asarray(axis, dtype=np.float64) * np.sin(half)
    return np.concatenate([vector, np.broadcast_to(np.cos(half), vector.shape[:-1] + (1,))], -1)


def from_euler(yaw_rad: ArrayLike, pitch_rad: ArrayLike, roll_rad: ArrayLike) -> Array:
    """Return (..., 4) quaternions: roll about x, then pitch about y, then yaw about z.

    In the body frame (x forward, y left, z up) a positive pitch turns the nose down (ISO 8855).
    """
    yaw = from_yaw(yaw_rad)
    pitch = from_axis_angle([0.0, 1.0, 0.0], pitch_rad)
    roll = from_axis_angle([1.0, 0.0, 0.0], roll_rad)
    return multiply(multiply(yaw, pitch), roll)


def multiply(a: ArrayLike, b: ArrayLike) -> Array:
    """Return (..., 4) the rotation `b` followed by `a` (Hamilton product a*b)."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    ax, ay, az, aw = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bx, by, bz, bw = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    return _stacked(
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def inverse(q: ArrayLike) -> Array:
    """Return (..., 4) the opposite rotations of unit quaternions (..., 4)."""
    return np.asarray(q, dtype=np.float64) * np.array([-1.0, -1.0, -1.0, 1.0])


def normalize(q: ArrayLike) -> Array:
    """Return (..., 4) quaternions scaled to length 1."""
    q = np.asarray(q, dtype=np.float64)
    return q / length(q)


def to_matrix(q: ArrayLike) -> Array:
    """Return (..., 3, 3) rotation matrices of unit quaternions (..., 4)."""
    q = np.asarray(q, dtype=np.float64)
    x, y, z, w = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    flat = _stacked(
        *(1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        *(2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        *(2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    return flat.reshape(*flat.shape[:-1], 3, 3)


def from_matrix(matrix: ArrayLike) -> Array:
    """Return (..., 4) the unit quaternions of rotation matrices (..., 3, 3), with w >= 0.

    Takes the largest of the four components first, so that it never divides by a small number
    (S. W. Shepperd, "Quaternion from rotation matrix", 1978).
    """
    m = np.asarray(matrix, dtype=np.float64)
    x, y, z = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    yz, zx, xy = m[..., 2, 1], m[..., 0, 2], m[..., 1, 0]
    zy, xz, yx = m[..., 1, 2], m[..., 2, 0], m[..., 0, 1]
    trace = x + y + z
    # Four times the outer product of the quaternion with itself: each row is a multiple of it.
    rows = np.stack(
        [
            _stacked(1 + x - y - z, xy + yx, zx + xz, yz - zy),
            _stacked(xy + yx, 1 - x + y - z, yz + zy, zx - xz),
            _stacked(zx + xz, yz + zy, 1 - x - y + z, xy - yx),
            _stacked(yz - zy, zx - xz, xy - yx, 1 + trace),
        ],
        axis=-2,
    )
    largest = np.argmax(_stacked(x, y, z, trace), axis=-1)
    q: Array = np.take_along_axis(rows, largest[..., None, None], axis=-2)[..., 0, :]
    q = q / length(q)
    return np.where(q[..., 3:] < 0, -q, q)


def rotate(q: ArrayLike, vectors: ArrayLike) -> Array:
    """Return (..., 3) `vectors` (..., 3) turned by unit quaternions (..., 4)."""
    q = np.asarray(q, dtype=np.float64)
    v = np.asarray(vectors, dtype=np.float64)
    x, y, z, w = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    vx, vy, vz = v[..., 0], v[..., 1], v[..., 2]
    # The cross products by component: numpy's own takes several times as long.
    tx, ty, tz = 2 * (y * vz - z * vy), 2 * (z * vx - x * vz), 2 * (x * vy - y * vx)
    return _stacked(
        vx + w * tx + (y * tz - z * ty),
        vy + w * ty + (z * tx - x * tz),
        vz + w * tz + (x * ty - y * tx),
    )


def advance(q: ArrayLike, angular_velocity: ArrayLike, dt_s: float) -> Array:
    """Return (..., 4) `q` after turning at a constant world-frame rate (..., 3) rad/s for `dt_s`.

    A negative `dt_s` goes back in time. Exact for a constant rate (exponential map).
    """
    rate = np.asarray(angular_velocity, dtype=np.float64)
    return normalize(multiply(from_rotation_vector(rate * dt_s), q))


def rotation_vector(q: ArrayLike) -> Array:
    """Return (..., 3) axis times angle, rad, of unit quaternions (..., 4): the shorter way round.

    The angle is from 0 to pi; `q` and -q give the same. The inverse of `from_rotation_vector`.
    """
    q = np.asarray(q, dtype=np.float64)
    q = np.where(q[..., 3:] < 0, -q, q)
    sine = length(q[..., :3])
    # Of tiny angles half the sine's inverse is lost in the division.
    scale = np.where(sine > 1e-9, 2 * np.arctan2(sine, q[..., 3:]) / np.maximum(sine, 1e-12), 2.0)
    vector: Array = q[..., :3] * scale
    return vector


def from_rotation_vector(vector: ArrayLike) -> Array:
    """Return (..., 4) unit quaternions that turn about vectors (..., 3) by their lengths, rad."""
    half = np.asarray(vector, dtype=np.float64) / 2
    angle = length(half)
    return np.concatenate([half * np.sinc(angle / np.pi), np.cos(angle)], axis=-1)


def yaw_of(q: ArrayLike) -> Array:
    """Return (...) the yaw in rad of quaternions (..., 4): where body x points, seen from above."""
    q = np.asarray(q, dtype=np.float64)
    x, y, z, w = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    yaw: Array = np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return yaw


def _stacked(*components: Array) -> Array:
    """Return (..., K) arrays of the same shape (...) side by side; np.stack takes twice as long."""
    out = np.empty((*components[0].shape, len(components)))
    for k, component in enumerate(components):
        out[..., k] = component
    return out
