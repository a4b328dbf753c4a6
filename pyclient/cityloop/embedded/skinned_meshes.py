"""Meshes whose vertices are moved by bones, as arrays that compiled loops work on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SkinnedMeshes:
    """The skinned ones of a scene's M meshes, one after another; rigid ones have no vertices here.

    Attributes:
        first_vertex: (M + 1,) where the vertices of each start.
        first_triangle: (M, S + 1) where its triangles of each of S `Sides` start, and where the
            last end.
        positions, normals: (V, 3) part frame at rest, m.
        uvs: (V, 2).
        materials: (V,) uint32.
        joints, weights: (V, 4) uint8 and float32.
        triangles: (T, 3) uint32, vertices of their own mesh.
    """

    first_vertex: I64
    first_triangle: I64
    positions: F32
    normals: F32
    uvs: F32
    materials: NDArray[np.uint32]
    joints: NDArray[np.uint8]
    weights: F32
    triangles: NDArray[np.uint32]
