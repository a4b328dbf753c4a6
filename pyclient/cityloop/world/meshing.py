"""Builds triangle meshes out of boxes, polygons, extrusions, lathes and lofts.

Triangles are counter-clockwise seen from outside. A texture coordinate of 1 is one repeat of the
texture; `texture_m` says how many metres that is, and None (the default) leaves the coordinates
at zero, for materials without a texture.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from cityloop.spatial.vectors import cross, length
from cityloop.world.scene import Mesh

F64 = NDArray[np.float64]

# A reflection in the plane y = 0: the right half of something built as its left half.
MIRROR_Y: F64 = np.diag([1.0, -1.0, 1.0, 1.0])

_WELD_M = 1e-5  # corners nearer than this count as one point when normals are smoothed
_SMALLEST_AREA_M2 = 1e-9  # thinner triangles, as collapsed loft cells leave them, are dropped

# Corners of the unit box's faces, counter-clockwise seen from outside.
_BOX_FACES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "+x": ((1, -1, -1), (1, 1, -1), (1, 1, 1), (1, -1, 1)),
    "-x": ((-1, 1, -1), (-1, -1, -1), (-1, -1, 1), (-1, 1, 1)),
    "+y": ((1, 1, -1), (-1, 1, -1), (-1, 1, 1), (1, 1, 1)),
    "-y": ((-1, -1, -1), (1, -1, -1), (1, -1, 1), (-1, -1, 1)),
    "+z": ((-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)),
    "-z": ((-1, 1, -1), (1, 1, -1), (1, -1, -1), (-1, -1, -1)),
}
ALL_FACES = tuple(_BOX_FACES)
SIDES_AND_TOP = ("+x", "-x", "+y", "-y", "+z")


def translation(x: float, y: float, z: float) -> F64:
    """Return the (4, 4) matrix that moves by (x, y, z) m."""
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def turn_z(angle_rad: float) -> F64:
    """Return the (4, 4) matrix that turns by `angle_rad` about z, counter-clockwise from above."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    matrix = np.eye(4)
    matrix[:2, :2] = [[c, -s], [s, c]]
    return matrix


def face_normals(corners: F64) -> F64:
    """Return (T, 3) unit normals of triangles (T, 3, 3) given by their corners, m."""
    normals = _spanned(corners)
    unit: F64 = normals / length(normals)
    return unit


def _spanned(corners: F64) -> F64:
    """Return (T, 3) normals of triangles (T, 3, 3), twice as long as the area, m^2."""
    first = corners[:, 0]
    return cross(corners[:, 1] - first, corners[:, 2] - first)


def smooth_normals(corners: F64, smooth_deg: float) -> F64:
    """Return (T, 3, 3) unit corner normals, averaged over faces that meet at less than an angle.

    Faces are weighted with their angle at the corner (G. Thürmer and C. A. Wüthrich, "Computing
    Vertex Normals from Polygonal Facets", 1998).

    Args:
        corners: (T, 3, 3) corner positions, m; equal positions are one point.
        smooth_deg: faces whose normals differ by more stay separated by an edge, degrees.
    """
    count = len(corners)
    flat = face_normals(corners)
    if smooth_deg <= 0 or count == 0:
        return np.repeat(flat[:, None], 3, axis=1)
    to_next = np.roll(corners, -1, axis=1) - corners
    to_next /= length(to_next)
    cosine = -np.einsum("tci,tci->tc", to_next, np.roll(to_next, 1, axis=1))
    weight = np.arccos(np.clip(cosine, -1.0, 1.0)).reshape(-1)
    face = np.repeat(np.arange(count), 3)
    keys = np.round(corners.reshape(-1, 3) / _WELD_M).astype(np.int64)
    # Corners at the same point, in rising order point by point (np.unique takes far longer).
    order = np.lexsort(keys.T)
    sorted_keys = keys[order]
    is_new = (sorted_keys[1:] != sorted_keys[:-1]).any(axis=1)
    point = np.concatenate([[0], np.cumsum(is_new)])
    # All ordered pairs of corners at the same point.
    sizes = np.bincount(point)
    starts = np.cumsum(sizes) - sizes
    partners = sizes[point]
    here = np.repeat(order, partners)
    offset = np.arange(len(here)) - np.repeat(np.cumsum(partners) - partners, partners)
    there = order[np.repeat(starts[point], partners) + offset]
    alike = np.einsum("pi,pi->p", flat[face[here]], flat[face[there]])
    keep = alike >= np.cos(np.radians(smooth_deg)) - 1e-9
    here, there = here[keep], there[keep]
    normals = np.zeros((3 * count, 3))
    np.add.at(normals, here, weight[there, None] * flat[face[there]])
    normals /= length(normals)
    return normals.reshape(count, 3, 3)


def _projected_uvs(corners: F64, texture_m: float) -> F64:
    """Return (T, 3, 2) coordinates: each face seen along its dominant axis, u right, v down."""
    normals = face_normals(corners)
    axis = np.argmax(np.abs(normals), axis=1)
    sign = np.where(normals[np.arange(len(axis)), axis] < 0, -1.0, 1.0)[:, None]
    x, y, z = np.moveaxis(corners, -1, 0)
    u = np.where(axis[:, None] == 0, sign * y, np.where(axis[:, None] == 1, -sign * x, x))
    v = np.where(axis[:, None] == 2, -sign * y, -z)
    return np.stack([u, v], axis=-1) / texture_m


def triangulate(shape: Any) -> tuple[F64, NDArray[np.int64]]:
    """Return (V, 2) vertices and (T, 3) counter-clockwise triangles of shapely polygons, m.

    `shape` is one polygon or an array of them; they share vertices that are equal.

    A constrained Delaunay triangulation: slivers, which ear clipping leaves along curves, spoil
    what is interpolated across them.
    """
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(shape))
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    vertices, index = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    index = index.reshape(-1, 3)
    a, b, c = np.moveaxis(corners, 1, 0)
    turn = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    index[turn < 0] = index[turn < 0][:, ::-1]
    return vertices, index


class MeshBuilder:
    """Collects triangles, each with a material of its own, and builds a `Mesh`.

    Positions are metres. `material` is the name of a scene material, or one name for each
    triangle where the method says so.
    """

    def __init__(self) -> None:
        self._materials: list[str] = []
        self._corners: list[F64] = []
        self._normals: list[F64] = []
        self._uvs: list[F64] = []
        self._material_of: list[NDArray[np.int64]] = []

    @property
    def triangle_count(self) -> int:
        """Number of triangles so far."""
        return sum(len(chunk) for chunk in self._corners)

    @property
    def corners(self) -> F64:
        """(T, 3, 3) positions of the triangles' corners so far, m."""
        return np.concatenate([np.zeros((0, 3, 3)), *self._corners])

    def triangles(
        self,
        positions: ArrayLike,
        indices: ArrayLike,
        material: str | Sequence[str],
        *,
        uvs: ArrayLike | None = None,
        normals: ArrayLike | None = None,
        smooth_deg: float = 0.0,
        texture_m: float | None = None,
    ) -> None:
        """Add indexed triangles; those without area are left out.

        Args:
            positions: (V, 3).
            indices: (T, 3) into `positions`.
            material: one name, or T names.
            uvs: (V, 2); without them `texture_m` projects each face along its dominant axis.
            normals: (V, 3) unit; without them they follow from the faces.
            smooth_deg: edges flatter than this are shaded smooth, degrees; 0 = flat faces.
            texture_m: metres of one repeat of the texture.
        """
        index = np.asarray(indices, dtype=np.int64).reshape(-1, 3)
        corners = np.asarray(positions, dtype=np.float64)[index]
        names = [material] * len(index) if isinstance(material, str) else list(material)
        solid = np.flatnonzero(length(_spanned(corners)) > 2 * _SMALLEST_AREA_M2)
        corners, index = corners[solid], index[solid]
        if normals is None:
            corner_normals = smooth_normals(corners, smooth_deg)
        else:
            corner_normals = np.asarray(normals, dtype=np.float64)[index]
        if uvs is not None:
            corner_uvs = np.asarray(uvs, dtype=np.float64)[index]
        elif texture_m is not None:
            corner_uvs = _projected_uvs(corners, texture_m)
        else:
            corner_uvs = np.zeros((len(index), 3, 2))
        self._append(corners, corner_normals, corner_uvs, [names[i] for i in solid])

    def _append(self, corners: F64, normals: F64, uvs: F64, names: Sequence[str]) -> None:
        for name in names:
            if name not in self._materials:
                self._materials.append(name)
        number = {name: i for i, name in enumerate(self._materials)}
        self._corners.append(corners)
        self._normals.append(normals)
        self._uvs.append(uvs)
        self._material_of.append(np.array([number[name] for name in names], dtype=np.int64))

    def quads(
        self,
        corners: ArrayLike,
        material: str | Sequence[str],
        *,
        uvs: ArrayLike | None = None,
        normals: ArrayLike | None = None,
        smooth_deg: float = 0.0,
        texture_m: float | None = None,
    ) -> None:
        """Add Q quads (Q, 4, 3), counter-clockwise; `uvs` (Q, 4, 2), `normals` (Q, 4, 3).

        `material` is one name or Q names; the rest as in `triangles`.
        """
        points = np.asarray(corners, dtype=np.float64).reshape(-1, 4, 3)
        first = 4 * np.arange(len(points))[:, None]
        indices = (first + np.array([0, 1, 2, 0, 2, 3])).reshape(-1, 3)
        if not isinstance(material, str):
            material = [name for name in material for _ in range(2)]
        self.triangles(
            points.reshape(-1, 3),
            indices,
            material,
            uvs=None if uvs is None else np.asarray(uvs, dtype=np.float64).reshape(-1, 2),
            normals=None if normals is None else np.asarray(normals).reshape(-1, 3),
            smooth_deg=smooth_deg,
            texture_m=texture_m,
        )

    def box(
        self,
        center: ArrayLike,
        size: ArrayLike,
        material: str,
        *,
        faces: Sequence[str] = ALL_FACES,
        texture_m: float | None = None,
    ) -> None:
        """Add an upright box: `center` (3,), `size` (3,), only the named `faces` ("+x" to "-z")."""
        half = np.asarray(size, dtype=np.float64) / 2
        corners = np.array([_BOX_FACES[f] for f in faces]) * half + np.asarray(center)
        self.quads(corners, material, texture_m=texture_m)

    def polygon(
        self,
        outline: ArrayLike,
        z: float,
        material: str,
        *,
        facing: int = 1,
        texture_m: float | None = None,
    ) -> None:
        """Add a flat polygon at height `z`: `outline` (N, 2) in any winding.

        `facing` is 1 for a surface seen from above, -1 from below.
        """
        points, index = triangulate(shapely.Polygon(np.asarray(outline, dtype=np.float64)))
        positions = np.column_stack([points, np.full(len(points), float(z))])
        self.triangles(positions, index[:, ::facing], material, texture_m=texture_m)

    def extrude(
        self,
        outline: ArrayLike,
        z_bottom: float,
        z_top: float,
        material: str,
        *,
        top_material: str | None = None,
        bottom_material: str | None = None,
        smooth_deg: float = 0.0,
        texture_m: float | None = None,
    ) -> None:
        """Add walls along a closed outline (N, 2) in any winding; with materials, lids as well.

        On the walls u runs along the outline and v down, in metres over `texture_m`.
        """
        ring = np.asarray(outline, dtype=np.float64)
        x, y = ring.T
        if np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) < 0:
            ring = ring[::-1]
        following = np.roll(ring, -1, axis=0)
        run = np.linalg.norm(following - ring, axis=1)
        start = np.cumsum(run) - run
        low, high = np.full(len(ring), float(z_bottom)), np.full(len(ring), float(z_top))
        corners = np.stack(
            [
                np.column_stack([ring, low]),
                np.column_stack([following, low]),
                np.column_stack([following, high]),
                np.column_stack([ring, high]),
            ],
            axis=1,
        )
        uvs = None
        if texture_m is not None:
            u = np.stack([start, start + run, start + run, start], axis=1)
            uvs = np.stack([u, -corners[..., 2]], axis=-1) / texture_m
        self.quads(corners, material, uvs=uvs, smooth_deg=smooth_deg)
        if top_material is not None:
            self.polygon(ring, z_top, top_material, texture_m=texture_m)
        if bottom_material is not None:
            self.polygon(ring, z_bottom, bottom_material, facing=-1, texture_m=texture_m)

    def loft(
        self,
        sections: ArrayLike,
        material: str | NDArray[np.str_],
        *,
        closed: bool = True,
        start_cap: str | None = None,
        end_cap: str | None = None,
        smooth_deg: float = 40.0,
    ) -> None:
        """Add the skin through S cross-sections of N points each.

        Args:
            sections: (S, N, 3); points run counter-clockwise seen against the direction in which
                the sections follow one another.
            material: one name, or names (S-1, N) of the cells (N-1 where not closed).
            closed: whether the last point of a section joins its first.
            start_cap: material of a flat lid on the first section, None for no lid.
            end_cap: the same of the last section.
            smooth_deg: edges flatter than this are shaded smooth, degrees.
        """
        grid = np.asarray(sections, dtype=np.float64)
        count = grid.shape[1]
        here = grid if closed else grid[:, :-1]
        beside = np.roll(grid, -1, axis=1) if closed else grid[:, 1:]
        corners = np.stack([here[:-1], beside[:-1], beside[1:], here[1:]], axis=2)
        names = material if isinstance(material, str) else [str(n) for n in material.reshape(-1)]
        self.quads(corners.reshape(-1, 4, 3), names, smooth_deg=smooth_deg)
        ring = np.arange(count)
        fan = np.stack([np.full(count, count), ring, (ring + 1) % count], axis=1)
        for cap, section, flip in ((start_cap, grid[0], True), (end_cap, grid[-1], False)):
            if cap is not None:
                points = np.vstack([section, section.mean(axis=0)])
                self.triangles(points, fan[:, ::-1] if flip else fan, cap)

    def lathe(
        self,
        profile: ArrayLike,
        material: str | Sequence[str],
        *,
        segments: int = 16,
        smooth_deg: float = 40.0,
    ) -> None:
        """Add a surface turned about the z axis.

        Args:
            profile: (P, 2) radius and z, m; with rising z the outside is away from the axis.
            material: one name, or P-1 names of the rings.
            segments: sides of the turned circle.
            smooth_deg: see `triangles`; must exceed 360/segments to hide the sides.
        """
        points = np.asarray(profile, dtype=np.float64)
        angle = 2 * np.pi * np.arange(segments) / segments
        ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        sections = np.empty((len(points), segments, 3))
        sections[..., :2] = points[:, None, :1] * ring
        sections[..., 2] = points[:, None, 1]
        if isinstance(material, str):
            self.loft(sections, material, smooth_deg=smooth_deg)
        else:
            cells = np.repeat(np.array(material)[:, None], segments, axis=1)
            self.loft(sections, cells, smooth_deg=smooth_deg)

    def cylinder(
        self,
        start: ArrayLike,
        end: ArrayLike,
        radius_m: float,
        material: str,
        *,
        end_radius_m: float | None = None,
        segments: int = 12,
        caps: bool = True,
        smooth_deg: float = 62.0,
    ) -> None:
        """Add a round bar, or with `end_radius_m` a cone, between two points (3,)."""
        a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
        axis = (b - a) / np.linalg.norm(b - a)
        helper = np.eye(3)[int(np.argmin(np.abs(axis)))]
        u = np.cross(axis, helper)
        u /= np.linalg.norm(u)
        v = np.cross(axis, u)
        angle = 2 * np.pi * np.arange(segments) / segments
        ring = np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * v
        last = radius_m if end_radius_m is None else end_radius_m
        cap = material if caps else None
        self.loft(
            np.stack([a + radius_m * ring, b + last * ring]),
            material,
            start_cap=cap,
            end_cap=cap,
            smooth_deg=smooth_deg,
        )

    def add(self, other: "MeshBuilder", transform: ArrayLike | None = None) -> None:
        """Add all triangles of `other`, moved by an affine matrix (4, 4).

        Reflections turn the triangles round so that their outside stays outside.
        """
        matrix = np.eye(4) if transform is None else np.asarray(transform, dtype=np.float64)
        linear = matrix[:3, :3]
        # Normals move with the inverse transpose, so that they stay square to the surface.
        for_normals = np.linalg.inv(linear)
        reflected = np.linalg.det(linear) < 0
        for i, corners in enumerate(other._corners):
            points = corners @ linear.T + matrix[:3, 3]
            normals = other._normals[i] @ for_normals
            lengths = np.linalg.norm(normals, axis=2, keepdims=True)
            normals = normals / np.where(lengths > 0, lengths, 1.0)
            uvs = other._uvs[i]
            if reflected:
                points, normals, uvs = points[:, ::-1], normals[:, ::-1], uvs[:, ::-1]
            names = [other._materials[m] for m in other._material_of[i]]
            self._append(points, normals, uvs, names)

    def add_mesh(self, mesh: Mesh, transform: ArrayLike | None = None) -> None:
        """Add the triangles of a built rigid mesh, moved by an affine matrix (4, 4)."""
        index = mesh.indices.astype(np.int64)
        names = [mesh.material_names[m] for m in mesh.materials[index[:, 0]]]
        copy = MeshBuilder()
        copy._append(
            mesh.positions[index].astype(np.float64),
            mesh.normals[index].astype(np.float64),
            mesh.uvs[index].astype(np.float64),
            names,
        )
        self.add(copy, transform)

    def build(self, name: str) -> Mesh:
        """Return the mesh; corners that agree in everything share a vertex.

        Vertices come in the order in which their triangles were added.
        """
        count = self.triangle_count
        corners = self.corners.reshape(-1, 3)
        normals = np.concatenate([np.zeros((0, 3, 3)), *self._normals]).reshape(-1, 3)
        uvs = np.concatenate([np.zeros((0, 3, 2)), *self._uvs]).reshape(-1, 2)
        materials = np.concatenate([np.zeros(0, dtype=np.int64), *self._material_of])
        rows = np.column_stack([corners, normals, uvs, np.repeat(materials, 3)])
        rows32 = np.ascontiguousarray(rows.astype(np.float32) + np.float32(0.0))  # no -0.0
        keys = rows32.view([("row", np.void, rows32.shape[1] * 4)]).reshape(-1)
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        by_appearance = np.argsort(first, kind="stable")
        rank = np.empty(len(first), dtype=np.uint32)
        rank[by_appearance] = np.arange(len(first), dtype=np.uint32)
        vertices = rows32[first[by_appearance]]
        return Mesh(
            name=name,
            positions=np.ascontiguousarray(vertices[:, 0:3]),
            normals=np.ascontiguousarray(vertices[:, 3:6]),
            uvs=np.ascontiguousarray(vertices[:, 6:8]),
            material_names=tuple(self._materials),
            materials=vertices[:, 8].astype(np.uint16),
            indices=rank[inverse.reshape(-1)].reshape(count, 3),
        )
