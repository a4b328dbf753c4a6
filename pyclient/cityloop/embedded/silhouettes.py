"""Objects drawn alone: every object that a picture shows, as if nothing else stood there.

Objects whose bounds on the picture do not overlap share a layer: an image of one byte a pixel that
holds an object's number in it. The vertex program is that of the picture, so a silhouette covers
exactly the pixels that the object would have without what hides it.
"""

from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.gpu_scene import GpuScene, MeshGeometry, SceneTables
from cityloop.embedded.instance_table import camera_records, seen_from
from cityloop.embedded.instances import CameraView, Instances
from cityloop.embedded.visibility import DrawList
from cityloop.protocol import capture_pb2

F64 = NDArray[np.float64]

_MOST_IN_A_LAYER = 255  # numbers that a byte can tell from none


@dataclass(frozen=True)
class Layers:
    """M objects by rising instance id, and the layers that they are drawn in.

    Attributes:
        ids: (M,) uint32 instance ids.
        bounds: (M, 4) left, top, right, bottom of what may be drawn of each in the image, pixels,
            right and bottom exclusive.
        leaves: (M,) whether an object may reach over a side of the image.
        layer, number: (M,) which layer, and which number in it, from 1.
        numbers: (K,) uint32, of each of the instances that are drawn, in the order of `draws`.
        draws: of each layer, what it draws; all have the same rows.
        windows: (L, 4) left, top, right, bottom of what may be drawn in each layer.
    """

    ids: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    leaves: NDArray[np.bool_]
    layer: NDArray[np.int64]
    number: NDArray[np.int64]
    numbers: NDArray[np.uint32]
    draws: list[DrawList]
    windows: NDArray[np.int64]


def seen_ids(instance: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the ids in an instance picture (H, W), rising, without 0."""
    flat = instance.ravel()
    found = np.unique(np.append(flat[:1], flat[1:][flat[1:] != flat[:-1]]))
    return found[found != 0]


def plan_layers(
    view: CameraView,
    instances: Instances,
    meshes: NDArray[np.int32],
    todo: DrawList,
    ids: NDArray[np.uint32],
    tables: SceneTables,
) -> Layers:
    """Return how the objects `ids` (M,) share layers.

    Args:
        view: the camera.
        instances: what stands there.
        meshes: (N,) mesh of each instance, -1 for none.
        todo: what the picture drew.
        ids: rising instance ids.
        tables: the scene's.
    """
    rows = np.flatnonzero(np.isin(instances.instance_id, ids) & (meshes >= 0))
    if view.hidden_body:
        rows = rows[instances.body[rows] != view.hidden_body]
    owner = np.searchsorted(ids, instances.instance_id[rows])
    low, high = _picture_bounds(view, instances, rows, meshes, tables)
    wide = np.full((len(ids), 4), [np.inf, np.inf, -np.inf, -np.inf])
    np.minimum.at(wide[:, :2], owner, low)
    np.maximum.at(wide[:, 2:], owner, high)
    size = np.array([view.width, view.height])
    beyond = np.concatenate([wide[:, :2] < 0, wide[:, 2:] > size], axis=1)
    leaves: NDArray[np.bool_] = np.logical_or.reduce(beyond, axis=1)
    # A pixel more on each side, for what the graphics card rounds.
    bounds = np.empty((len(ids), 4), dtype=np.int64)
    bounds[:, :2] = np.clip(np.floor(wide[:, :2]) - 1, 0, size)
    bounds[:, 2:] = np.clip(np.ceil(wide[:, 2:]) + 1, 0, size)
    layer, number = _share(bounds)

    drawn = np.zeros(len(meshes), dtype=np.bool_)
    drawn[todo.rows] = True
    is_drawn = drawn[rows]
    rows, owner = rows[is_drawn], owner[is_drawn]
    order = np.lexsort((meshes[rows], layer[owner]))
    rows, owner = rows[order], owner[order]
    layers = range(int(layer.max(initial=-1)) + 1)
    return Layers(
        ids,
        bounds,
        leaves,
        layer,
        number,
        number[owner].astype(np.uint32),
        _draws(rows, meshes[rows], layer[owner], len(layers)),
        np.array([_around(bounds[layer == which]) for which in layers]).reshape(-1, 4),
    )


def _draws(
    rows: NDArray[np.int64], mesh: NDArray[np.int32], layer: NDArray[np.int64], layers: int
) -> list[DrawList]:
    """Return what each layer draws of instances `rows` (K,), by layer and then by mesh."""
    changes = (np.diff(layer, prepend=-1) != 0) | (np.diff(mesh, prepend=-1) != 0)
    start = np.flatnonzero(changes)
    counts = np.diff(start, append=len(rows))
    batches = np.stack([mesh[start], start, counts, np.zeros_like(start)], axis=1)
    return [DrawList(rows, batches[layer[start] == which]) for which in range(layers)]


def _around(bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rectangle around rectangles (K, 4)."""
    return np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])


def _share(bounds: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return layer and number (M,) of each object: large ones first, each where there is room."""
    count = len(bounds)
    layer, number = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    area = (bounds[:, 2:] - bounds[:, :2]).prod(axis=1)
    low, high = bounds[:, None, :2], bounds[:, None, 2:]
    together = ((low < bounds[:, 2:]) & (bounds[:, :2] < high)).all(axis=2)
    # Sets of objects as the bits of whole numbers: those that overlap each, those in each layer.
    overlapping = [
        int.from_bytes(bits.tobytes(), "little")
        for bits in np.packbits(together, axis=1, bitorder="little")
    ]
    members: list[int] = []
    for i in np.argsort(-area, kind="stable").tolist():
        free = (
            k
            for k, there in enumerate(members)
            if not there & overlapping[i] and there.bit_count() < _MOST_IN_A_LAYER
        )
        which = next(free, len(members))
        if which == len(members):
            members.append(0)
        members[which] |= 1 << i
        layer[i], number[i] = which, members[which].bit_count()
    return layer, number


def _picture_bounds(
    view: CameraView,
    instances: Instances,
    rows: NDArray[np.intp],
    meshes: NDArray[np.int32],
    tables: SceneTables,
) -> tuple[F64, F64]:
    """Return (K, 2) least and greatest pixels that the instances `rows` (K,) can reach.

    They are unbounded for what reaches nearer than the near plane.
    """
    camera_from_part = seen_from(view.current, instances.current[rows])
    mesh = meshes[rows]
    is_skinned = tables.bone_counts[mesh] > 0
    low, high = np.empty((len(rows), 2)), np.empty((len(rows), 2))

    rigid = np.flatnonzero(~is_skinned)
    low[rigid], high[rigid] = _reach(view, camera_from_part[rigid], tables.corners[mesh[rigid]])

    skinned = np.flatnonzero(is_skinned)
    first = tables.first_box[mesh[skinned]]
    counts = tables.first_box[mesh[skinned] + 1] - first
    start = np.cumsum(counts) - counts
    box = np.arange(counts.sum()) + np.repeat(first - start, counts)
    first_bone = np.repeat(instances.bones[rows[skinned]], counts)
    is_posed = first_bone >= 0  # what has no pose stands as at rest
    posed = np.tile(np.eye(3, 4), (len(box), 1, 1))
    bone = first_bone[is_posed] + tables.boxed_bones[box[is_posed]]
    posed[is_posed] = instances.bones_current[bone]
    camera = np.repeat(camera_from_part[skinned], counts, axis=0)
    carried = camera[:, :, :3] @ posed
    carried[:, :, 3] += camera[:, :, 3]
    below, above = _reach(view, carried, tables.bone_corners[box])
    if len(skinned):
        low[skinned] = np.minimum.reduceat(below, start)
        high[skinned] = np.maximum.reduceat(above, start)
    return low, high


def _reach(view: CameraView, matrices: F64, corners: F64) -> tuple[F64, F64]:
    """Return (K, 2) least and greatest pixels of boxes (K, 8, 3) under (K, 3, 4) matrices.

    They are unbounded for a box that reaches nearer than the near plane.
    """
    seen = corners @ matrices[:, :, :3].swapaxes(1, 2) + matrices[:, None, :, 3]
    depth = seen[..., 2]
    near = depth.min(axis=1) <= view.near_m
    pixels = _project(view, seen, np.maximum(depth, view.near_m))
    low = np.where(near[:, None], -np.inf, pixels.min(axis=1))
    high = np.where(near[:, None], np.inf, pixels.max(axis=1))
    return low, high


def _project(view: CameraView, points: F64, depth: F64) -> F64:
    """Return (..., 2) pixels of camera-frame points (..., 3)."""
    u = view.fx * points[..., 0] / depth + view.cx
    v = view.fy * points[..., 1] / depth + view.cy
    return np.stack([u, v], axis=-1)


def outermost(
    view: CameraView,
    instances: Instances,
    rows: NDArray[np.intp],
    meshes: NDArray[np.int32],
    scene: GpuScene,
) -> tuple[F64, F64]:
    """Return (2,) least and greatest pixels of all vertices of the instances `rows`.

    Where a triangle reaches through the near plane, its part beyond the plane counts.
    """
    camera_from_part = seen_from(view.current, instances.current[rows])
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for row, matrix in zip(rows.tolist(), camera_from_part, strict=True):
        geometry = scene.meshes[meshes[row]].geometry
        points = _posed(geometry, instances, row) @ matrix[:, :3].T + matrix[:, 3]
        ahead = points[:, 2] >= view.near_m
        seen = points[ahead]
        if not ahead.all():
            a, b = geometry.edges()
            cut = ahead[a] != ahead[b]
            start, end = points[a[cut]], points[b[cut]]
            share = (view.near_m - start[:, 2]) / (end[:, 2] - start[:, 2])
            seen = np.concatenate([seen, start + share[:, None] * (end - start)])
        if len(seen):
            pixels = _project(view, seen, seen[:, 2])
            low = np.minimum(low, pixels.min(axis=0))
            high = np.maximum(high, pixels.max(axis=0))
    return low, high


def _posed(geometry: MeshGeometry, instances: Instances, row: int) -> F64:
    """Return (V, 3) vertices in the part's frame, posed by the current bones."""
    is_posed = instances.bones[row] >= 0  # else it stands as at rest
    if geometry.joints is None or geometry.weights is None or not is_posed:
        return geometry.positions.astype(np.float64)
    bones = instances.bones_current[instances.bones[row] + geometry.joints].astype(np.float64)
    blended = np.einsum("vj,vjrc->vrc", geometry.weights, bones)
    posed: F64 = np.einsum("vrc,vc->vr", blended[..., :3], geometry.positions) + blended[..., 3]
    return posed


def layer_records(
    view: CameraView, instances: Instances, layers: Layers
) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
    """Return the tables of the instances that the layers draw."""
    records, ids = camera_records(view, instances, layers.draws[0].rows)
    ids[:, 0, 0] = layers.numbers
    return records, ids


class LayerImages:
    """The images of the layers, of one size, as many as were ever needed at once."""

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self._context = context
        self._size = size
        self._images: list[moderngl.Framebuffer] = []

    def use(self, layer: int) -> None:
        """Draw into a layer, empty at first."""
        while layer >= len(self._images):
            image = self._context.renderbuffer(self._size, 1, dtype="u1")
            self._images.append(self._context.framebuffer([image]))
        self._images[layer].use()
        self._images[layer].clear()

    def read(self, layer: int, window: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the numbers (h, w) in a window: left, top, right, bottom, pixels."""
        left, top, right, bottom = window.tolist()
        size = (right - left, bottom - top)
        numbers = self._images[layer].read((left, top, *size), 1, dtype="u1", alignment=1)
        return np.frombuffer(numbers, dtype=np.uint8).reshape(size[::-1])

    def release(self) -> None:
        """Give the card's memory back."""
        for image in self._images:
            for attachment in image.color_attachments:
                attachment.release()
            image.release()
        self._images.clear()


def silhouettes(
    view: CameraView,
    instances: Instances,
    meshes: NDArray[np.int32],
    scene: GpuScene,
    layers: Layers,
    pictures: list[NDArray[np.uint8]],
) -> list[capture_pb2.Silhouette]:
    """Return the objects in the windows (h, w) of drawn layers, by rising instance id."""
    found = []
    corners = np.tile(layers.windows[layers.layer, :2], 2)
    places = zip(
        layers.ids.tolist(),
        layers.layer.tolist(),
        layers.number.tolist(),
        layers.bounds[:, :2].tolist(),
        (layers.bounds - corners).tolist(),
        layers.leaves.tolist(),
        strict=True,
    )
    for identity, layer, number, (left, top), window, leaves in places:
        mask = pictures[layer][window[1] : window[3], window[0] : window[2]] == number
        columns = mask.any(axis=0)
        if not columns.any():
            continue
        lines = mask.any(axis=1)
        x, y = int(columns.argmax()), int(lines.argmax())
        width = len(columns) - int(columns[::-1].argmax()) - x
        height = len(lines) - int(lines[::-1].argmax()) - y
        left, top = left + x, top + y
        box = [left, top, left + width, top + height]
        if leaves:
            rows = np.flatnonzero((instances.instance_id == identity) & (meshes >= 0))
            low, high = outermost(view, instances, rows, meshes, scene)
            if (low < 0).any() or (high > (view.width, view.height)).any():
                box = [*np.minimum(low, box[:2]).tolist(), *np.maximum(high, box[2:]).tolist()]
        xmin, ymin, xmax, ymax = box
        found.append(
            capture_pb2.Silhouette(
                instance_id=identity,
                xmin=xmin,
                ymin=ymin,
                xmax=xmax,
                ymax=ymax,
                left=left,
                top=top,
                width=width,
                height=height,
                mask=np.packbits(mask[y : y + height, x : x + width], axis=1).tobytes(),
            )
        )
    return found
