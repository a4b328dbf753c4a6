"""The pinhole camera: continuous pixel coordinates, pixel (i, j) has its centre at +0.5."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.spatial.rotation import Array

# Distances of levels of detail are made for focal lengths up to this.
_LONGEST_PLAIN_FOCAL_PX = 640.0


def detail_scale(fx: float, fy: float) -> float:
    """Return what distances are multiplied by to choose levels of detail, for a focal length, px.

    A lens beyond 640 px shows things larger: they count as nearer by so much, and so their levels
    change at the same size in the picture.
    """
    return min(1.0, _LONGEST_PLAIN_FOCAL_PX / max(fx, fy))


@dataclass(frozen=True)
class Intrinsics:
    """A distortion-free pinhole camera (Hartley and Zisserman, "Multiple View Geometry", 6.1).

    Attributes:
        width, height: image size in pixels; the image is [0, width) x [0, height).
        fx, fy: focal lengths in pixels.
        cx, cy: principal point in pixels from the upper left corner of the image.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    @staticmethod
    def from_fov(width: int, height: int, fov_deg: float) -> "Intrinsics":
        """Return a camera with square pixels, the principal point centred, `fov_deg` wide."""
        f = width / (2 * math.tan(math.radians(fov_deg) / 2))
        return Intrinsics(width, height, f, f, width / 2, height / 2)

    @property
    def matrix(self) -> Array:
        """(3, 3) K, pixels."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    def project(self, points: ArrayLike) -> Array:
        """Return (..., 2) pixel coordinates of camera-frame points (..., 3); z must be positive."""
        p = np.asarray(points, dtype=np.float64)
        u = self.fx * p[..., 0] / p[..., 2] + self.cx
        v = self.fy * p[..., 1] / p[..., 2] + self.cy
        return np.stack([u, v], axis=-1)

    def unproject(self, pixels: ArrayLike, depth: ArrayLike) -> Array:
        """Return (..., 3) camera-frame points of pixel coordinates (..., 2) at depth (...) m."""
        uv = np.asarray(pixels, dtype=np.float64)
        z = np.asarray(depth, dtype=np.float64)
        x = (uv[..., 0] - self.cx) / self.fx * z
        y = (uv[..., 1] - self.cy) / self.fy * z
        return np.stack([x, y, z], axis=-1)

    def rays(self) -> NDArray[np.float64]:
        """Return (H, W, 3) camera-frame directions through the pixel centres, with z = 1."""
        u = (np.arange(self.width) + 0.5 - self.cx) / self.fx
        v = (np.arange(self.height) + 0.5 - self.cy) / self.fy
        rays = np.ones((self.height, self.width, 3))
        rays[..., 0] = u[None, :]
        rays[..., 1] = v[:, None]
        return rays
