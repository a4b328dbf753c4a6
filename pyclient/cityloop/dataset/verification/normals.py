"""Normals: of unit length, turned to the camera, and those of the surface that depth shows."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally

# Three half-precision components of a unit vector leave its length good to 0.0006.
LENGTH_TOLERANCE = 0.002
# Smooth shading turns a normal past the silhouette of a coarse mesh a little.
FACING_TOLERANCE = 0.1
DEPTH_TOLERANCE_DEG = 1.0
# The inverse of depth is linear over the picture of a plane; a region is smooth where it bends by
# less than this share of itself from pixel to pixel.
_SMOOTH = 1e-4


class NormalCheck:
    """The normal pass against itself and against the cross product of depth's slopes."""

    def __init__(self) -> None:
        self._length = Tally("normals: unit length", "", LENGTH_TOLERANCE)
        self._facing = Tally("normals: away from the camera", "cosine", FACING_TOLERANCE, 0.999)
        self._slope = Tally("normals against the slope of depth", "deg", DEPTH_TOLERANCE_DEG, 0.5)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the normals of a picture with its depth."""
        if "normal" not in picture.sequence.passes:
            return
        normal = picture.flat("normal").astype(np.float64)
        length = np.linalg.norm(normal, axis=-1)
        solid = np.isfinite(picture.flat("depth"))
        self._length.add(np.abs(length - solid), picture.at)
        pixels = np.flatnonzero(solid)
        rays = picture.intrinsics.rays().reshape(-1, 3)[pixels]
        cosine = np.einsum("ij,ij->i", rays, normal[pixels]) / np.linalg.norm(rays, axis=-1)
        self._facing.add(np.maximum(cosine, 0.0), picture.places(pixels))
        self._compare_slopes(picture, normal)

    def _compare_slopes(self, picture: Picture, normal: NDArray[np.float64]) -> None:
        height, width = picture.read("depth").shape
        near = 1 / picture.read("depth").astype(np.float64)
        bend = np.maximum(
            np.abs(near[1:-1, 2:] - 2 * near[1:-1, 1:-1] + near[1:-1, :-2]),
            np.abs(near[2:, 1:-1] - 2 * near[1:-1, 1:-1] + near[:-2, 1:-1]),
        )
        smooth = bend < _SMOOTH * near[1:-1, 1:-1]
        inner = np.zeros((height, width), dtype=np.bool_)
        inner[1:-1, 1:-1] = smooth
        pixels = np.flatnonzero(inner.ravel() & ~picture.silhouette)
        if not len(pixels):
            return
        points = picture.surface
        right = points[pixels + 1] - points[pixels - 1]
        down = points[pixels + width] - points[pixels - width]
        slope = np.cross(down, right)
        slope /= np.linalg.norm(slope, axis=-1, keepdims=True)
        cosine = np.einsum("ij,ij->i", slope, normal[pixels])
        angle = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
        self._slope.add(angle, picture.places(pixels))

    def rows(self) -> list[Row]:
        """Return a row each for length, facing and slope."""
        return [self._length.row(), self._facing.row(), self._slope.row()]
