"""Which mesh of which part is drawn: levels of detail, culling, and the order of the draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.gpu_scene import SceneTables
from cityloop.embedded.instances import CameraView, Instances
from cityloop.spatial.camera import detail_scale

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DrawList:
    """What to draw.

    Attributes:
        rows: (K,) of the instances in drawing order.
        batches: (B, 4) int64, of each: mesh, place of its first instance in `rows`, how many,
            1 if all of them stand still.
    """

    rows: NDArray[np.int64]
    batches: NDArray[np.int64]

    def only(self, chosen: NDArray[np.bool_]) -> "DrawList":
        """Return what is chosen (K,) of this list, in the same order."""
        before = np.concatenate([[0], np.cumsum(chosen)])
        mesh, first, count, stands = self.batches.T
        starts, ends = before[first], before[first + count]
        batches = np.stack([mesh, starts, ends - starts, stands], axis=1)
        return DrawList(self.rows[chosen], batches[ends > starts])

    def then(self, other: "DrawList") -> "DrawList":
        """Return what this list draws, and after it what the other does."""
        later = other.batches + [0, len(self.rows), 0, 0]
        rows = np.concatenate([self.rows, other.rows])
        return DrawList(rows, np.concatenate([self.batches, later]))


@dataclass(frozen=True, eq=False)
class InView:
    """What a camera has in its frustum, hidden or not.

    Attributes:
        meshes: (N,) mesh of each instance, -1 for none.
        radii: (N,) of spheres around what is drawn, m.
        depth: (N,) of their centres before the camera, m.
        todo: what is in the frustum; what ends nearest to the camera comes first.
    """

    meshes: NDArray[np.int32]
    radii: F64
    depth: F64
    todo: DrawList


def look(view: CameraView, instances: Instances, tables: SceneTables) -> InView:
    """Return what a camera has in its frustum, without the body that is hidden from it."""
    distance = np.linalg.norm(instances.origin - view.current[:, 3], axis=1)
    distance *= detail_scale(view.fx, view.fy)
    meshes = select_meshes(instances.part, distance, tables)
    centers, radii = bounding_spheres(instances, meshes, tables, slice(None))
    inside, depth = in_view(view, centers, radii)
    if view.hidden_body:
        inside &= instances.body != view.hidden_body
    # The ground ends farther off than what stands on it, and is drawn after it.
    todo = draw_list(inside, meshes, depth + radii, instances.static)
    return InView(meshes, radii, depth, todo)


def select_meshes(
    part: NDArray[np.int32], distance: F64, tables: SceneTables, coarseness: float = 1.0
) -> NDArray[np.int32]:
    """Return (N,) the mesh of each instance, -1 for none.

    Args:
        part: (N,) handles of parts.
        distance: (N,) from the viewpoint to the body's origin, m.
        tables: the scene's.
        coarseness: factor on the distances that decides between levels, but not whether
            anything is drawn at all; shadows need less detail than pictures.
    """
    limits = tables.lod_limits[part]
    level = (distance[:, None] >= limits).sum(axis=1)
    if coarseness > 1.0:
        last = np.isfinite(limits).sum(axis=1) - 1
        coarse = (coarseness * distance[:, None] >= limits).sum(axis=1)
        level = np.maximum(level, np.minimum(coarse, last))
    return tables.lod_meshes[part, level]


def bounding_spheres(
    instances: Instances,
    meshes: NDArray[np.int32],
    tables: SceneTables,
    rows: NDArray[np.int64] | slice,
) -> tuple[F64, F64]:
    """Return world centres (K, 3) and radii (K,) of what is drawn, m; any for mesh -1.

    Args:
        instances: N of them.
        meshes: (K,) what is drawn of each.
        tables: the scene's.
        rows: which instances, K of them.

    A skinned vertex is a mean of the places where its bones would carry it, so the mesh lies in
    the hull of the rest sphere carried along by each bone.
    """
    if not len(tables.centers):
        return instances.origin[rows], np.zeros(len(meshes))
    centers = tables.centers[meshes]
    radii = tables.radii[meshes]
    first_bone, current = instances.bones[rows], instances.current[rows]
    posed = np.flatnonzero((first_bone >= 0) & (meshes >= 0))
    if len(posed):
        counts = tables.bone_counts[meshes[posed]]
        ends = np.cumsum(counts)
        within = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
        bones = instances.bones_current[np.repeat(first_bone[posed], counts) + within]
        rest = np.repeat(centers[posed], counts, axis=0)
        carried = (bones[:, :, :3] @ rest[:, :, None])[:, :, 0] + bones[:, :, 3]
        low = np.minimum.reduceat(carried, ends - counts)
        high = np.maximum.reduceat(carried, ends - counts)
        centers[posed] = (low + high) / 2
        radii[posed] += np.linalg.norm(high - low, axis=1) / 2
    # A column at a time: many small products of matrices take longer.
    world = current[:, :, 3].copy()
    for axis in range(3):
        world += current[:, :, axis] * centers[:, axis, None]
    return world, radii


def in_view(view: CameraView, centers: F64, radii: F64) -> tuple[NDArray[np.bool_], F64]:
    """Return which spheres (N, 3), (N,) reach into the camera's frustum, and their depths (N,)."""
    c = (centers - view.current[:, 3]) @ view.current[:, :3]
    inside = (c[:, 2] + radii > view.near_m) & (c[:, 2] - radii < view.far_m)
    inside &= (c @ _side_planes(view).T > -radii[:, None]).all(axis=1)
    return inside, c[:, 2]


def may_shade(view: CameraView, centers: F64, radii: F64, way: F64) -> NDArray[np.bool_]:
    """Return which spheres may cast a shadow on something in the camera's frustum.

    Args:
        view: the camera.
        centers: (K, 3) world, m.
        radii: (K,) m.
        way: (3,) direction of the light, world.
    """
    c = (centers - view.current[:, 3]) @ view.current[:, :3]
    along = way @ view.current[:, :3]
    may = (c[:, 2] + radii > 0.0) | (along[2] > 0.0)
    for normal in _side_planes(view):
        # Where the light goes away from a plane, the shadow of what lies behind it stays there.
        may &= (c @ normal > -radii) | (along @ normal > 0.0)
    return np.asarray(may)


def _side_planes(view: CameraView) -> F64:
    """Return the (4, 3) unit normals of the frustum's sides, inwards, camera frame."""
    normals = []
    for focal, middle, size, axis in (
        (view.fx, view.cx, view.width, 0),
        (view.fy, view.cy, view.height, 1),
    ):
        # A side plane holds the points with focal * x = edge * z, edge from the principal point.
        for edge, sign in ((-middle, 1.0), (size - middle, -1.0)):
            normal = np.zeros(3)
            normal[axis], normal[2] = sign * focal, -sign * edge
            normals.append(normal / np.hypot(focal, edge))
    return np.array(normals)


def in_box(clip_from_world: F64, centers: F64, radii: F64) -> NDArray[np.bool_]:
    """Return which spheres reach into the column that a map of the sun covers, (N,) bool.

    Args:
        clip_from_world: (3, 4), x and y across the light from -1 to 1 in the column.
        centers: (N, 3) world, m.
        radii: (N,) in units of the column's half side.
    """
    c = centers @ clip_from_world[:2, :3].T + clip_from_world[:2, 3]
    return np.asarray((np.abs(c) < 1.0 + radii[:, None]).all(axis=1))


def draw_list(
    chosen: NDArray[np.bool_],
    meshes: NDArray[np.int32],
    depth: F64 | None = None,
    static: NDArray[np.bool_] | None = None,
) -> DrawList:
    """Return the chosen instances grouped by mesh.

    Near ones come first where `depth` (N,) is given; what stands still is kept apart where
    `static` (N,) is.
    """
    rows = np.flatnonzero(chosen & (meshes >= 0))
    if not len(rows):
        return DrawList(rows, np.zeros((0, 4), dtype=np.int64))
    kind = 2 * meshes[rows].astype(np.int64) + (static[rows] if static is not None else 0)
    distance = depth[rows] if depth is not None else np.zeros(len(rows))
    order = np.lexsort((distance, kind))
    rows, kind, distance = rows[order], kind[order], distance[order]
    starts = np.flatnonzero(np.diff(kind, prepend=-1))
    counts = np.diff(starts, append=len(rows))
    nearest = np.argsort(distance[starts], kind="stable")
    first = kind[starts]
    batches = np.stack([first >> 1, starts, counts, first & 1], axis=1)
    return DrawList(rows, batches[nearest])
