"""Skinned people: sampled pixels are traced to triangles and followed through the skeleton."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.recorded_states import RecordedState
from cityloop.dataset.verification.coverage import SNAP_PX
from cityloop.dataset.verification.picture import Instant, Picture
from cityloop.spatial import Intrinsics, Pose
from cityloop.spatial.camera import detail_scale
from cityloop.world.scene import Mesh, Prototype, Scene

Array = NDArray[np.float64]

SAMPLES_PER_PERSON = 48
# A level of detail whose surface lies this near to the recorded depth is the one that was drawn.
_SAME_SURFACE_M = 0.005
# At the rim of a triangle a ray meets it so far beside the pixel's centre.
_CORNER_PX = np.array([[u, v] for u in (-1, 0, 1) for v in (-1, 0, 1) if u or v]) * SNAP_PX


@dataclass(frozen=True)
class SkinnedMesh:
    """Triangles of one level of detail of a person, in the body frame at rest.

    Attributes:
        positions: (V, 3) m.
        joints, weights: (V, 4).
        triangles: (T, 3) vertex indices.
        body_from_part: (V,) pose index of each vertex' part is folded into `parts`.
        max_distance_m: farthest distance at which it is drawn.
    """

    positions: Array
    joints: NDArray[np.uint8]
    weights: Array
    triangles: NDArray[np.int64]
    parts: Array
    max_distance_m: float

    def posed(self, bones: NDArray[np.float32], vertices: NDArray[np.int64]) -> Array:
        """Return (n, 3) body-frame positions of some vertices under skinning matrices (B, 3, 4).

        Linear blend skinning (N. Magnenat-Thalmann et al., "Joint-dependent local deformations",
        1988).
        """
        chosen = bones[self.joints[vertices]].astype(np.float64)
        blended = np.einsum("vj,vjrc->vrc", self.weights[vertices], chosen)
        moved = np.einsum("vrc,vc->vr", blended[..., :3], self.positions[vertices])
        moved += blended[..., 3]
        part = self.parts[vertices]
        placed: Array = np.einsum("vrc,vc->vr", part[..., :3], moved) + part[..., 3]
        return placed


@dataclass(frozen=True)
class FollowedSurface:
    """Sampled pixels of a person and where their surface points were and will be.

    Attributes:
        pixels: (n,) flat indices.
        before, after: (n, 3) world, m, NaN where the person was not recorded.
        depth_error_m: (n,) recorded depth against the mesh, infinite where no triangle was hit.
    """

    pixels: NDArray[np.intp]
    before: Array
    after: Array
    depth_error_m: Array


def _levels(scene: Scene, prototype: Prototype) -> tuple[SkinnedMesh, ...]:
    """Return a person's skinned levels of detail, nearest first."""
    meshes: dict[str, Mesh] = {m.name: m for m in scene.meshes}
    count = max(len(part.lods) for part in prototype.parts)
    levels = []
    for level in range(count):
        pieces = [
            (meshes[part.lods[level].mesh], part)
            for part in prototype.parts
            if level < len(part.lods) and part.lods[level].mesh
        ]
        skinned = [
            (mesh, mesh.joints, mesh.weights, part)
            for mesh, part in pieces
            if mesh.joints is not None and mesh.weights is not None
        ]
        if not skinned:
            continue
        sizes = [len(mesh.positions) for mesh, *_ in skinned]
        offsets = np.cumsum([0, *sizes[:-1]])
        levels.append(
            SkinnedMesh(
                positions=np.concatenate([m.positions for m, *_ in skinned]).astype(np.float64),
                joints=np.concatenate([joints for _, joints, _, _ in skinned]),
                weights=np.concatenate([w for _, _, w, _ in skinned]).astype(np.float64),
                triangles=np.concatenate(
                    [
                        m.indices.astype(np.int64) + o
                        for (m, *_), o in zip(skinned, offsets, strict=True)
                    ]
                ),
                parts=np.concatenate(
                    [
                        np.tile(part.body_from_part.matrix[:3], (size, 1, 1))
                        for (*_, part), size in zip(skinned, sizes, strict=True)
                    ]
                ),
                max_distance_m=max(part.lods[level].max_distance_m for *_, part in skinned),
            )
        )
    return tuple(levels)


@lru_cache(maxsize=64)
def person_levels(kind: str) -> tuple[SkinnedMesh, ...]:
    """Return the skinned levels of detail of a kind of person or of a rider, nearest first."""
    from cityloop.world.people import people_scene
    from cityloop.world.vehicles import VEHICLE_KINDS, vehicle_scene

    scene = vehicle_scene([kind]) if kind in VEHICLE_KINDS else people_scene([kind])
    prototype = next(p for p in scene.prototypes if p.name == kind)
    return _levels(scene, prototype)


def trace(
    corners: Array, pixels: Array, depth: Array, intrinsics: Intrinsics
) -> tuple[NDArray[np.intp], Array, Array]:
    """Return which triangle each pixel shows.

    T. Möller and B. Trumbore, "Fast, minimum storage ray/triangle intersection", 1997; of several
    triangles behind a pixel, the one nearest to the recorded depth is taken, because holes in
    materials let the camera see past the first.

    Args:
        corners: (T, 3, 3) corners of camera-frame triangles, m.
        pixels: (n, 2) continuous pixel coordinates.
        depth: (n,) recorded depth, m.
        intrinsics: the camera.

    Returns:
        (n,) triangle, -1 for none; (n, 3) weights of its corners; (n,) its depth, m.
    """
    count = len(pixels)
    triangle = np.full(count, -1, dtype=np.intp)
    weights, found_depth = np.zeros((count, 3)), np.full(count, np.inf)
    z = corners[..., 2]
    u = intrinsics.fx * corners[..., 0] / np.maximum(z, 1e-6) + intrinsics.cx
    v = intrinsics.fy * corners[..., 1] / np.maximum(z, 1e-6) + intrinsics.cy
    ahead = (z > 1e-3).all(axis=1)
    covers = (
        ahead
        & (u.min(1) <= pixels[:, :1])
        & (pixels[:, :1] <= u.max(1))
        & (v.min(1) <= pixels[:, 1:])
        & (pixels[:, 1:] <= v.max(1))
    )
    sample, candidate = np.nonzero(covers)
    ray = intrinsics.unproject(pixels[sample], np.ones(len(sample)))
    a, b, c = (corners[candidate, k] for k in range(3))
    edge_b, edge_c = b - a, c - a
    p = np.cross(ray, edge_c)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / np.einsum("ij,ij->i", edge_b, p)
        weight_b = -np.einsum("ij,ij->i", a, p) * scale
        q = np.cross(-a, edge_b)
        weight_c = np.einsum("ij,ij->i", ray, q) * scale
        t = np.einsum("ij,ij->i", edge_c, q) * scale
        slack = -1e-4
        hit = (weight_b >= slack) & (weight_c >= slack) & (weight_b + weight_c <= 1 - slack)
    sample, candidate, t = sample[hit], candidate[hit], t[hit]
    weight_b, weight_c = weight_b[hit], weight_c[hit]
    # Nearest to the recorded depth last, so that it is what remains.
    for i in np.argsort(-np.abs(t - depth[sample]), kind="stable"):
        s = sample[i]
        triangle[s], found_depth[s] = candidate[i], t[i]
        weights[s] = (1 - weight_b[i] - weight_c[i], weight_b[i], weight_c[i])
    return triangle, weights, found_depth


def trace_drawn(
    corners: Array, pixels: Array, depth: Array, intrinsics: Intrinsics
) -> tuple[NDArray[np.intp], Array, Array]:
    """Return what `trace` does, of triangles with corners snapped as rasterizers do.

    Where depth is not met, rays up to `SNAP_PX` beside the pixels' centres are tried as well.
    """
    triangle, weights, found = trace(corners, pixels, depth, intrinsics)
    beside = np.flatnonzero(np.abs(found - depth) > _SAME_SURFACE_M)
    for way in _CORNER_PX if len(beside) else ():
        tried = trace(corners, pixels[beside] + way, depth[beside], intrinsics)
        nearer = np.abs(tried[2] - depth[beside]) < np.abs(found[beside] - depth[beside])
        rows = beside[nearer]
        triangle[rows], weights[rows], found[rows] = (values[nearer] for values in tried)
    return triangle, weights, found


class SkinnedSurfaces:
    """Follows people's surfaces with the recorded skeleton and the meshes they were drawn from."""

    def __init__(self, levels: Callable[[str], tuple[SkinnedMesh, ...]] = person_levels) -> None:
        self._levels = levels

    def sample(
        self, picture: Picture, actor: int, kind: str, pixels: NDArray[np.intp]
    ) -> FollowedSurface | None:
        """Return where sampled pixels of a person were and will be, None without a skeleton.

        `pixels` are flat indices of pixels that show the person and are no silhouette.
        """
        now = picture.now
        if now is None or actor not in now.state.bones:
            return None
        count = min(SAMPLES_PER_PERSON, len(pixels))
        chosen = pixels[np.linspace(0, len(pixels) - 1, count).round().astype(np.intp)]
        depth = picture.flat("depth")[chosen].astype(np.float64)
        origin = now.state.pose(actor) or Pose()
        away = float(np.linalg.norm(origin.position - now.world_from_camera.position))
        away *= detail_scale(picture.intrinsics.fx, picture.intrinsics.fy)
        # The level that the engine should have drawn first; the borders are left to the engine.
        levels = sorted(
            self._levels(kind), key=lambda m: (m.max_distance_m < away, m.max_distance_m)
        )
        best: tuple[float, SkinnedMesh, NDArray[np.intp], Array, Array] | None = None
        for mesh in levels:
            everything = np.arange(len(mesh.positions))
            world = origin.apply(mesh.posed(now.state.bones[actor], everything))
            camera = now.world_from_camera.inverse().apply(world)
            traced = trace_drawn(
                camera[mesh.triangles], picture.pixel_centers[chosen], depth, picture.intrinsics
            )
            error = float(np.median(np.abs(traced[2] - depth)))
            if best is None or error < best[0]:
                best = (error, mesh, *traced)
            if error < _SAME_SURFACE_M:
                break
        if best is None:
            return None
        _, mesh, triangle, weights, found = best
        hit = triangle >= 0
        corners = mesh.triangles[np.maximum(triangle, 0)]

        def followed(instant: Instant | None) -> Array:
            state: RecordedState | None = instant.state if instant else None
            pose = state.pose(actor) if state else None
            if state is None or pose is None or actor not in state.bones:
                return np.full((count, 3), np.nan)
            posed = mesh.posed(state.bones[actor], corners.ravel()).reshape(count, 3, 3)
            points = pose.apply(np.einsum("nk,nkr->nr", weights, posed))
            points[~hit] = np.nan
            return points

        return FollowedSurface(
            pixels=chosen,
            before=followed(picture.before),
            after=followed(picture.after),
            depth_error_m=np.abs(found - depth),
        )
