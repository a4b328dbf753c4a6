"""Rigid transforms between frames of reference."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

# Columns: camera axes (right, down, forward) in the body frame (forward, left, up).
BODY_FROM_CAMERA_AXES: Array = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


@dataclass(frozen=True)
class Pose:
    """A rigid transform outer-from-inner: point_outer = R(quaternion) @ point_inner + position.

    Attributes:
        position: (3,) float64, metres, origin of the inner frame in the outer frame.
        quaternion: (4,) float64, unit, (x, y, z, w), outer-from-inner.
    """

    position: Array = field(default_factory=lambda: np.zeros(3))
    quaternion: Array = field(default_factory=lambda: rotation.IDENTITY.copy())

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", np.asarray(self.position, dtype=np.float64))
        object.__setattr__(self, "quaternion", np.asarray(self.quaternion, dtype=np.float64))

    @staticmethod
    def from_xyz_yaw(x: float, y: float, z: float = 0.0, yaw_rad: float = 0.0) -> "Pose":
        """Return a pose at (x, y, z) m, turned by `yaw_rad` about z."""
        return Pose(np.array([x, y, z]), rotation.from_yaw(yaw_rad))

    @staticmethod
    def from_matrix(matrix: ArrayLike) -> "Pose":
        """Return the pose of a (4, 4) or (3, 4) rigid matrix."""
        m = np.asarray(matrix, dtype=np.float64)
        return Pose(m[:3, 3].copy(), rotation.from_matrix(m[:3, :3]))

    @property
    def matrix(self) -> Array:
        """(4, 4) homogeneous matrix."""
        m = np.eye(4)
        m[:3, :3] = rotation.to_matrix(self.quaternion)
        m[:3, 3] = self.position
        return m

    @property
    def yaw_rad(self) -> float:
        """Where the inner x axis points, seen from above, rad from outer x."""
        return float(rotation.yaw_of(self.quaternion))

    def inverse(self) -> "Pose":
        """Return inner-from-outer."""
        q = rotation.inverse(self.quaternion)
        return Pose(-rotation.rotate(q, self.position), q)

    def __matmul__(self, other: "Pose") -> "Pose":
        """Return a-from-c for a-from-b @ b-from-c."""
        return Pose(
            self.apply(other.position),
            rotation.normalize(rotation.multiply(self.quaternion, other.quaternion)),
        )

    def apply(self, points: ArrayLike) -> Array:
        """Return (..., 3) points (..., 3) of the inner frame in the outer frame, metres."""
        return rotation.rotate(self.quaternion, points) + self.position

    def rotate(self, vectors: ArrayLike) -> Array:
        """Return (..., 3) directions (..., 3) of the inner frame in the outer frame."""
        return rotation.rotate(self.quaternion, vectors)
