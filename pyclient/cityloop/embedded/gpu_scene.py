"""What LoadScene brought, as the graphics card holds it: meshes, materials, textures, parts."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.lights import LightsBuilder, LightTable
from cityloop.embedded.skinned_meshes import SkinnedMeshes
from cityloop.protocol import scene_pb2

TEXTURE_SIZE = 512
_MATERIAL_TEXELS = 3  # RGBA32F texels that describe one material
# Materials lie in rows of this many, so that the texture stays within every driver's limits.
MATERIALS_PER_ROW = 256

_RIGID_VERTEX = np.dtype(
    [("position", "<f4", 3), ("normal", "<f4", 3), ("uv", "<f4", 2), ("material", "<u4")]
)
VERTEX_FORMAT = "3f4 3f4 2f4 1u4"
VERTEX_NAMES = ("in_position", "in_normal", "in_uv", "in_material")
_SKINNED_VERTEX = np.dtype([*_RIGID_VERTEX.descr, ("joints", "u1", 4), ("weights", "<f4", 4)])


_NO_BOXES = np.zeros((0, 8, 3))


class Sides(IntEnum):
    """How triangles are drawn: from outside, from both sides, or from both with holes.

    Panes are drawn from outside, over the picture alone.
    """

    ONE = 0
    BOTH = 1
    PERFORATED = 2
    PANE = 3


SOLID = (Sides.ONE, Sides.BOTH, Sides.PERFORATED)


@dataclass(frozen=True, eq=False)
class MeshGeometry:
    """A mesh in memory, for what must be known without drawing; part frame, m.

    Attributes:
        positions: (V, 3) float32.
        triangles: (T, 3) uint32, panes left out.
        joints, weights: (V, 4) uint8 and float32, None for a rigid mesh.
        corners: (B, 8, 3) corners of the box at rest around the vertices of each bone, NaN for a
            bone without any; one box for a rigid mesh.
    """

    positions: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    joints: NDArray[np.uint8] | None
    weights: NDArray[np.float32] | None
    corners: NDArray[np.float64]

    def edges(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return both ends (3 T,) of the sides of all triangles."""
        t = self.triangles
        return t.ravel(), t[:, [1, 2, 0]].ravel()


@dataclass(frozen=True, eq=False)
class GpuMesh:
    """A mesh on the card.

    Attributes:
        vertices: interleaved, see `VERTEX_FORMAT`; None for a skinned mesh (see `posing.py`).
        indices: (3 T,) uint32, the triangles of each of `Sides` after those of the one before.
        starts: (5,) where each begins, in triangles, and where the last ends.
        center, radius: (3,) and m, a sphere around it at rest, part frame.
        bone_count: bones its vertices name, 0 for a rigid mesh.
        geometry: the same mesh in memory.
    """

    name: str
    vertices: moderngl.Buffer | None
    indices: moderngl.Buffer | None
    starts: tuple[int, ...]
    center: NDArray[np.float64]
    radius: float
    bone_count: int
    geometry: MeshGeometry


@dataclass
class SceneTables:
    """What culling needs to know of all meshes (M) and parts (P), as arrays.

    Attributes:
        centers, radii: (M, 3), (M,) bounding spheres at rest, part frame, m.
        corners: (M, 8, 3) of boxes around rigid meshes, part frame, m; any for skinned ones.
        bone_counts: (M,) int64, 0 for rigid.
        glazed: (M,) bool, whether there are panes.
        bone_corners: (C, 8, 3) of boxes at rest around the vertices of the bones of all skinned
            meshes, part frame, m.
        boxed_bones: (C,) int64, the bone of each of these boxes.
        first_box: (M + 1,) int64, where those of each mesh start.
        lod_limits: (P, L) distances in m up to which a level is used, rising, padded with inf.
        lod_meshes: (P, L + 1) int32 mesh of each level, -1 for nothing.
    """

    centers: NDArray[np.float64]
    radii: NDArray[np.float64]
    corners: NDArray[np.float64]
    bone_counts: NDArray[np.int64]
    glazed: NDArray[np.bool_]
    bone_corners: NDArray[np.float64]
    boxed_bones: NDArray[np.int64]
    first_box: NDArray[np.int64]
    lod_limits: NDArray[np.float64]
    lod_meshes: NDArray[np.int32]


@dataclass
class GpuScene:
    """Everything loaded; materials, textures and tables are finished by `upload`."""

    context: moderngl.Context
    meshes: list[GpuMesh] = field(default_factory=list)
    material_table: moderngl.Texture | None = None
    textures: moderngl.TextureArray | None = None
    _mesh_index: dict[str, int] = field(default_factory=dict)
    _texture_index: dict[str, int] = field(default_factory=dict)
    _texels: list[bytes] = field(default_factory=list)
    _materials: list[NDArray[np.float32]] = field(default_factory=list)
    _sides: list[Sides] = field(default_factory=list)
    _parts: list[list[tuple[float, int]]] = field(default_factory=list)
    _lights: LightsBuilder = field(default_factory=LightsBuilder)
    _light_table: LightTable | None = None
    _tables: SceneTables | None = None
    _skinned: dict[int, tuple[NDArray[Any], NDArray[np.uint32]]] = field(default_factory=dict)
    _skinned_meshes: SkinnedMeshes | None = None

    def add_texture(self, texture: scene_pb2.Texture) -> None:
        """Take a texture; it reaches the card with the next `upload`."""
        self._texture_index[texture.name] = len(self._texels)
        self._texels.append(texture.rgba)
        self._release_looks()

    def add_material(self, material: scene_pb2.Material) -> None:
        """Take a material; it reaches the card with the next `upload`."""
        layer = self._texture_index[material.texture] if material.texture else -1
        color, glow = material.base_color, material.emissive
        semantic = material.semantic if material.HasField("semantic") else -1
        self._materials.append(
            np.array(
                [
                    [color.r, color.g, color.b, material.roughness],
                    [glow.r, glow.g, glow.b, material.metallic],
                    [
                        layer,
                        material.tint_slot + 16 * material.alpha_cutout + 32 * material.two_sided,
                        material.lamp,
                        semantic,
                    ],
                ],
                dtype=np.float32,
            )
        )
        both = Sides.BOTH if material.two_sided else Sides.ONE
        solid = Sides.PERFORATED if material.alpha_cutout else both
        self._sides.append(Sides.PANE if material.pane else solid)
        self._release_looks()

    def add_mesh(self, mesh: scene_pb2.Mesh) -> None:
        """Put a mesh on the card."""
        vertices = _vertices(mesh)
        indices = np.frombuffer(mesh.indices, dtype="<u4").reshape(-1, 3)
        sides = np.array(self._sides, dtype=np.int64)[vertices["material"][indices[:, 0]]]
        by_side = indices[np.argsort(sides, kind="stable")]
        position = vertices["position"].astype(np.float64)
        low, high = position.min(axis=0), position.max(axis=0)
        center = (low + high) / 2
        skinned = "joints" in (vertices.dtype.names or ())
        if skinned:
            self._skinned[len(self.meshes)] = (vertices, by_side)
        self._mesh_index[mesh.name] = len(self.meshes)
        self.meshes.append(
            GpuMesh(
                name=mesh.name,
                vertices=None if skinned else self.context.buffer(vertices.tobytes()),
                # A mesh may have no triangles; OpenGL's buffers are never empty.
                indices=None if skinned else self.context.buffer(by_side.tobytes() or bytes(4)),
                starts=(0, *np.cumsum(np.bincount(sides, minlength=len(Sides))).tolist()),
                center=center,
                radius=float(np.linalg.norm(position - center, axis=1).max()),
                bone_count=int(vertices["joints"].max()) + 1 if skinned else 0,
                geometry=_geometry(vertices, indices[sides != Sides.PANE]),
            )
        )
        self._tables = self._skinned_meshes = None

    def add_part(self, part: scene_pb2.Part) -> int:
        """Take a part of a prototype; return its handle."""
        self._parts.append(
            [
                (lod.max_distance_m, self._mesh_index[lod.mesh] if lod.mesh else -1)
                for lod in part.lods
            ]
        )
        self._tables = None
        return len(self._parts) - 1

    def add_lights(self, prototype: scene_pb2.Prototype, handles: list[int]) -> None:
        """Take the lights of a prototype whose parts have these handles."""
        self._lights.add(prototype, handles)
        self._light_table = None

    @property
    def lights(self) -> LightTable:
        """The lights of all parts."""
        if self._light_table is None or len(self._light_table.count) != len(self._parts):
            self._light_table = self._lights.table(len(self._parts))
        return self._light_table

    @property
    def tables(self) -> SceneTables:
        """The arrays that culling works on."""
        if self._tables is None:
            self._tables = self._make_tables()
        return self._tables

    @property
    def skinned(self) -> SkinnedMeshes:
        """What posing works on."""
        if self._skinned_meshes is None:
            self._skinned_meshes = self._make_skinned()
        return self._skinned_meshes

    def upload(self) -> tuple[moderngl.Texture, moderngl.TextureArray]:
        """Bring new materials and textures to the card; return both tables."""
        if self.material_table is None:
            rows = -(-max(1, len(self._materials)) // MATERIALS_PER_ROW)
            texels = np.zeros((rows * MATERIALS_PER_ROW, _MATERIAL_TEXELS, 4), dtype=np.float32)
            if self._materials:
                texels[: len(self._materials)] = self._materials
            self.material_table = self.context.texture(
                (MATERIALS_PER_ROW * _MATERIAL_TEXELS, rows), 4, texels.tobytes(), dtype="f4"
            )
            self.material_table.filter = (moderngl.NEAREST, moderngl.NEAREST)
        if self.textures is None:
            layers = self._texels or [bytes([255] * (TEXTURE_SIZE * TEXTURE_SIZE * 4))]
            self.textures = self.context.texture_array(
                (TEXTURE_SIZE, TEXTURE_SIZE, len(layers)), 4, b"".join(layers)
            )
            self.textures.build_mipmaps()
            self.textures.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return self.material_table, self.textures

    def release(self) -> None:
        """Give the card's memory back."""
        self._release_looks()
        for mesh in self.meshes:
            for buffer in (mesh.vertices, mesh.indices):
                if buffer is not None:
                    buffer.release()
        self.meshes.clear()

    def _release_looks(self) -> None:
        for item in (self.material_table, self.textures):
            if item is not None:
                item.release()
        self.material_table = self.textures = None

    def _make_tables(self) -> SceneTables:
        levels = max((len(lods) for lods in self._parts), default=0)
        limits = np.full((len(self._parts), levels), np.inf)
        meshes = np.full((len(self._parts), levels + 1), -1, dtype=np.int32)
        for row, lods in enumerate(self._parts):
            for level, (limit, mesh) in enumerate(lods):
                limits[row, level] = limit
                meshes[row, level] = mesh
        skinned = [m.geometry.corners if m.bone_count else _NO_BOXES for m in self.meshes]
        boxed = [np.flatnonzero(np.isfinite(boxes[:, 0, 0])) for boxes in skinned]
        boxes = [corners[bones] for corners, bones in zip(skinned, boxed, strict=True)]
        return SceneTables(
            centers=np.array([m.center for m in self.meshes]).reshape(-1, 3),
            radii=np.array([m.radius for m in self.meshes], dtype=np.float64),
            corners=np.array([m.geometry.corners[0] for m in self.meshes]).reshape(-1, 8, 3),
            bone_counts=np.array([m.bone_count for m in self.meshes], dtype=np.int64),
            glazed=np.array(
                [m.starts[Sides.PANE + 1] > m.starts[Sides.PANE] for m in self.meshes], np.bool_
            ),
            bone_corners=np.concatenate([_NO_BOXES, *boxes]),
            boxed_bones=np.concatenate([np.zeros(0, np.int64), *boxed]),
            first_box=np.cumsum([0, *(len(bones) for bones in boxed)]),
            lod_limits=limits,
            lod_meshes=meshes,
        )

    def _make_skinned(self) -> SkinnedMeshes:
        vertices = np.concatenate(
            [np.zeros(0, _SKINNED_VERTEX), *(each for each, _ in self._skinned.values())]
        )
        triangles = np.concatenate(
            [np.zeros((0, 3), np.uint32), *(each for _, each in self._skinned.values())]
        )
        first_vertex = np.zeros(len(self.meshes) + 1, dtype=np.int64)
        first_triangle = np.zeros((len(self.meshes), len(Sides) + 1), dtype=np.int64)
        for mesh, (own, _) in self._skinned.items():
            first_vertex[mesh + 1] = len(own)
            first_triangle[mesh] = self.meshes[mesh].starts
        counts = first_triangle[:, -1]
        first_triangle += (np.cumsum(counts) - counts)[:, None]
        return SkinnedMeshes(
            first_vertex=np.cumsum(first_vertex),
            first_triangle=first_triangle,
            **{
                name: np.ascontiguousarray(vertices[field])
                for name, field in (
                    ("positions", "position"),
                    ("normals", "normal"),
                    ("uvs", "uv"),
                    ("materials", "material"),
                    ("joints", "joints"),
                    ("weights", "weights"),
                )
            },
            triangles=triangles,
        )


def _geometry(vertices: NDArray[Any], triangles: NDArray[np.uint32]) -> MeshGeometry:
    positions = np.ascontiguousarray(vertices["position"])
    if "joints" not in (vertices.dtype.names or ()):
        corners = _corners(positions.min(axis=0), positions.max(axis=0))
        return MeshGeometry(positions, triangles, None, None, corners[None])
    joints = np.ascontiguousarray(vertices["joints"])
    weights = np.ascontiguousarray(vertices["weights"])
    boxes = np.full((int(joints.max()) + 1, 8, 3), np.nan)
    for bone in np.unique(joints[weights > 0]).tolist():
        carried = positions[((joints == bone) & (weights > 0)).any(axis=1)]
        boxes[bone] = _corners(carried.min(axis=0), carried.max(axis=0))
    return MeshGeometry(positions, triangles, joints, weights, boxes)


def _corners(low: NDArray[np.float32], high: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the (8, 3) corners of a box."""
    upper = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)], dtype=np.bool_)
    return np.where(upper, high, low).astype(np.float64)


def _vertices(mesh: scene_pb2.Mesh) -> NDArray[Any]:
    positions = np.frombuffer(mesh.positions, dtype="<f4").reshape(-1, 3)
    out = np.zeros(len(positions), dtype=_SKINNED_VERTEX if mesh.joints else _RIGID_VERTEX)
    out["position"] = positions
    out["normal"] = np.frombuffer(mesh.normals, dtype="<f4").reshape(-1, 3)
    if mesh.uvs:
        out["uv"] = np.frombuffer(mesh.uvs, dtype="<f4").reshape(-1, 2)
    out["material"] = np.frombuffer(mesh.materials, dtype="<u2")
    if mesh.joints:
        out["joints"] = np.frombuffer(mesh.joints, dtype=np.uint8).reshape(-1, 4)
        out["weights"] = np.frombuffer(mesh.weights, dtype="<f4").reshape(-1, 4)
    return out
