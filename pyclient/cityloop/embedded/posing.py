"""People as their bones stand, posed by the processor for the card to draw.

Each mesh is posed once for a list of draws, at every instant that is asked for, and all that are in
the list are drawn by one call, since each vertex knows its instance. On llvmpipe, whose vertex
shaders run on one thread, that takes half the time of skinning in the shader.
"""

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.instances import Instances
from cityloop.embedded.skinned_meshes import SkinnedMeshes
from cityloop.embedded.visibility import DrawList
from cityloop.spatial.compiled import compiled

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

POSED_FORMAT = "3f4 3f4 3f4 3f4 2f4 1u4 1u4"
POSED_NAMES = (
    "in_position",
    "in_before",
    "in_after",
    "in_normal",
    "in_uv",
    "in_material",
    "in_row",
)
_WORDS = 16  # of a vertex
_WORD_BYTES = 4


class Posed:
    """Posed meshes on the card.

    Attributes:
        vertices, indices: what to draw; see `POSED_NAMES`.
        starts: (S + 1,) where the triangles of each of `Sides` start, and where the last end.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self.vertices = context.buffer(reserve=_WORDS * _WORD_BYTES, dynamic=True)
        self.indices = context.buffer(reserve=_WORD_BYTES, dynamic=True)
        self.starts: tuple[int, ...] = ()
        # Kept: fresh memory costs as much as what is done in it.
        self._words = np.zeros((1, _WORDS), dtype=np.float32)
        self._corners = np.zeros((1, 3), dtype=np.uint32)

    def write(
        self,
        meshes: SkinnedMeshes,
        instances: Instances,
        todo: DrawList,
        first_row: int = 0,
        moves: bool = False,
    ) -> None:
        """Replace all by the skinned ones in a list.

        Args:
            meshes: the scene's.
            instances: with their bones.
            todo: what is drawn.
            first_row: where the list's rows start in the instance table that will be in use.
            moves: pose them at t-dt and t+dt too; else only at t.
        """
        mesh, first, count, _ = todo.batches.T
        skinned = meshes.first_vertex[mesh + 1] > meshes.first_vertex[mesh]
        mesh, first, count = mesh[skinned], first[skinned], count[skinned]
        # Row of each instance in the list.
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        rows = np.repeat(first, count) + within
        mesh = np.repeat(mesh, count)
        ends = np.cumsum(meshes.first_vertex[mesh + 1] - meshes.first_vertex[mesh])
        starts = np.concatenate([[0], ends])
        sizes = np.diff(meshes.first_triangle[mesh], axis=1).sum(axis=0)
        self.starts = (0, *np.cumsum(sizes).tolist())
        if not len(rows):
            return
        vertices, triangles = int(ends[-1]), self.starts[-1]
        if vertices > len(self._words):
            self._words = np.zeros((vertices, _WORDS), dtype=np.float32)
            self.vertices.orphan(self._words.nbytes)
        if triangles > len(self._corners):
            self._corners = np.zeros((triangles, 3), dtype=np.uint32)
            self.indices.orphan(self._corners.nbytes)
        bones = [instances.bones_current]
        if moves:
            bones += [instances.bones_previous, instances.bones_next]
        _pose(
            mesh,
            instances.bones[todo.rows[rows]].astype(np.int64),
            rows + first_row,
            starts,
            meshes.first_vertex,
            meshes.positions,
            meshes.normals,
            meshes.uvs,
            meshes.materials,
            meshes.joints,
            meshes.weights,
            np.stack(bones).astype(np.float32, copy=False).reshape(len(bones), -1, 12),
            self._words,
            self._words.view(np.uint32),
        )
        _list_triangles(mesh, starts, meshes.first_triangle, meshes.triangles, self._corners)
        self.vertices.write(self._words[:vertices])
        self.indices.write(self._corners[:triangles])


@compiled
def _pose(
    mesh: I64,
    first_bone: I64,
    row: I64,
    starts: I64,
    first_vertex: I64,
    positions: F32,
    normals: F32,
    uvs: F32,
    materials: NDArray[np.uint32],
    joints: NDArray[np.uint8],
    weights: F32,
    bones: F32,
    words: F32,
    bits: NDArray[np.uint32],
) -> None:
    """Fill all vertices, each moved by the weighted mean of its bones' matrices.

    `bones` is (I, B, 12) at one or three instants; the second and the third may be missing. A mesh
    without bones (first bone -1) stays at rest. `bits` are the `words`.
    """
    # Sums stand in names of their own, and places are unsigned: both stay in registers then, which
    # makes this three times as fast.
    u, zero = np.uint64, np.float32(0.0)
    for k in range(len(mesh)):
        source, bone = first_vertex[mesh[k]], first_bone[k]
        for v in range(first_vertex[mesh[k] + 1] - source):
            s, to = u(source + v), u(starts[k] + v)
            x, y, z = positions[s, 0], positions[s, 1], positions[s, 2]
            for instant in range(len(bones)):
                xx = xy = xz = xo = yx = yy = yz = yo = zx = zy = zz = zo = zero
                if bone < 0:
                    xx = yy = zz = np.float32(1.0)
                else:
                    for j in range(4):
                        w = weights[s, j]
                        if w != zero:
                            m = bones[instant, u(bone + joints[s, j])]
                            xx += w * m[0]
                            xy += w * m[1]
                            xz += w * m[2]
                            xo += w * m[3]
                            yx += w * m[4]
                            yy += w * m[5]
                            yz += w * m[6]
                            yo += w * m[7]
                            zx += w * m[8]
                            zy += w * m[9]
                            zz += w * m[10]
                            zo += w * m[11]
                at = u(3 * instant)
                words[to, at] = xx * x + xy * y + xz * z + xo
                words[to, at + u(1)] = yx * x + yy * y + yz * z + yo
                words[to, at + u(2)] = zx * x + zy * y + zz * z + zo
                if instant == 0:
                    nx, ny, nz = normals[s, 0], normals[s, 1], normals[s, 2]
                    words[to, 9] = xx * nx + xy * ny + xz * nz
                    words[to, 10] = yx * nx + yy * ny + yz * nz
                    words[to, 11] = zx * nx + zy * ny + zz * nz
            words[to, 12], words[to, 13] = uvs[s, 0], uvs[s, 1]
            bits[to, 14], bits[to, 15] = materials[s], row[k]


@compiled
def _list_triangles(
    mesh: I64,
    starts: I64,
    first_triangle: I64,
    triangles: NDArray[np.uint32],
    out: NDArray[np.uint32],
) -> None:
    """Fill the corners of all triangles, those of each of `Sides` after those of the one before."""
    at = 0
    for side in range(first_triangle.shape[1] - 1):
        for k in range(len(mesh)):
            for t in range(first_triangle[mesh[k], side], first_triangle[mesh[k], side + 1]):
                for corner in range(3):
                    out[at, corner] = starts[k] + triangles[t, corner]
                at += 1
