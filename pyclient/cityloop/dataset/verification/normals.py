"""Normals: of unit length, turned to the camera, and those of the surface that depth shows."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.per_object import ObjectMedians
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]

# Three half-precision components of a unit vector leave its length good to 0.0006.
LENGTH_TOLERANCE = 0.002
# Smooth shading turns a normal past the silhouette of a coarse mesh a little.
FACING_TOLERANCE = 0.1
DEPTH_TOLERANCE_DEG = 1.0
# Smooth shading rounds the flat faces of a far car: by 15 degrees in its median at most, of all
# objects with ten such pixels in day, rain, fog, snow and night.
OBJECT_TOLERANCE_DEG, _OBJECT_PIXELS = 25.0, 10
# The inverse of depth is linear over the picture of a plane; a region is smooth where it bends by
# less than this share of itself from pixel to pixel.
_SMOOTH = 1e-4


class NormalCheck:
    """The normal pass against itself and against the cross product of depth's slopes."""

    def __init__(self) -> None:
        self._length = Tally("normals: unit length", "", LENGTH_TOLERANCE)
        self._facing = Tally("normals: away from the camera", "cosine", FACING_TOLERANCE, 0.999)
        self._slope = Tally("normals against the slope of depth", "deg", DEPTH_TOLERANCE_DEG, 0.5)
        self._objects = ObjectMedians(
            "normals against the slope of depth: each object's median",
            "deg",
            OBJECT_TOLERANCE_DEG,
            _OBJECT_PIXELS,
        )

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the normals of a picture with its depth."""
        if "normal" not in picture.sequence.passes:
            return
        normal = picture.flat("normal").astype(np.float32)
        length, facing = _lengths(normal, picture.rays)
        solid = np.isfinite(picture.flat("depth"))
        self._length.add(np.abs(length - solid), picture.at)
        pixels = np.flatnonzero(solid)
        self._facing.add(np.maximum(facing[pixels], 0.0), picture.places(pixels))
        shape = picture.read("depth").shape
        clear = ~picture.silhouette.reshape(shape)
        grid = (*shape, 3)
        rays = picture.rays.reshape(grid)
        pixels, angle = _slopes(picture.read("depth"), clear, normal.reshape(grid), rays)
        self._slope.add(angle, picture.places(pixels))
        self._objects.add(picture, pixels, angle)

    def rows(self) -> list[Row]:
        """Return a row each for length, facing, slope and the slopes of each object by itself."""
        tallies = (self._length, self._facing, self._slope, self._objects)
        return [tally.row() for tally in tallies]


@compiled
def _lengths(normal: NDArray[np.float32], rays: Array) -> tuple[Array, Array]:
    """Return (N,) lengths of normals (N, 3), and (N,) cosines between them and rays (N, 3)."""
    length, facing = np.empty(len(normal)), np.empty(len(normal))
    for i in range(len(normal)):
        x, y, z = np.float64(normal[i, 0]), np.float64(normal[i, 1]), np.float64(normal[i, 2])
        length[i] = np.sqrt(x * x + y * y + z * z)
        along, down, ahead = rays[i, 0], rays[i, 1], rays[i, 2]
        ray = np.sqrt(along * along + down * down + ahead * ahead)
        facing[i] = (x * along + y * down + z * ahead) / ray
    return length, facing


@compiled
def _slopes(
    depth: NDArray[np.float32], clear: NDArray[np.bool_], normal: NDArray[np.float32], rays: Array
) -> tuple[NDArray[np.intp], Array]:
    """Compare normals with the cross product of how the surface goes on to either side.

    Args:
        depth: (H, W) m.
        clear: (H, W) where no silhouette is.
        normal: (H, W, 3).
        rays: (H, W, 3) through the pixel centres, with z = 1.

    Returns:
        (n,) flat indices where the surface is smooth, and (n,) the angle there, degrees.
    """
    height, width = depth.shape
    found, angle = np.empty(depth.size, np.intp), np.empty(depth.size)
    right, down = np.empty(3), np.empty(3)
    count = 0
    for v in range(1, height - 1):
        for u in range(1, width - 1):
            near = 1 / np.float64(depth[v, u])
            sides = 1 / np.float64(depth[v, u + 1]) + 1 / np.float64(depth[v, u - 1])
            above = 1 / np.float64(depth[v + 1, u]) + 1 / np.float64(depth[v - 1, u])
            bend = max(np.abs(sides - 2 * near), np.abs(above - 2 * near))
            if not bend < _SMOOTH * near or not clear[v, u]:
                continue
            for k in range(3):
                right[k] = rays[v, u + 1, k] * np.float64(depth[v, u + 1])
                right[k] -= rays[v, u - 1, k] * np.float64(depth[v, u - 1])
                down[k] = rays[v + 1, u, k] * np.float64(depth[v + 1, u])
                down[k] -= rays[v - 1, u, k] * np.float64(depth[v - 1, u])
            x = down[1] * right[2] - down[2] * right[1]
            y = down[2] * right[0] - down[0] * right[2]
            z = down[0] * right[1] - down[1] * right[0]
            length = np.sqrt(x * x + y * y + z * z)
            cosine = x * normal[v, u, 0] + y * normal[v, u, 1] + z * normal[v, u, 2]
            found[count] = v * width + u
            angle[count] = np.degrees(np.arccos(min(max(cosine / length, -1.0), 1.0)))
            count += 1
    return found[:count], angle[:count]
