"""Objects drawn alone: every object that a picture shows, as if nothing else stood there.

Objects whose bounds on the picture do not overlap share a layer: an image of one byte a pixel that
holds an object's number in it. The vertex program is that of the picture, so a silhouette covers
exactly the pixels that the object would have without what hides it.
"""

from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.gpu_scene import GpuScene, MeshGeometry
from cityloop.embedded.instance_table import camera_records, seen_from
from cityloop.embedded.instances import CameraView, Instances
from cityloop.embedded.visibility import DrawList, draw_list
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
        draws: of each layer, what it draws; rows of the instances.
        tables: of each layer, the number (K,) of each row that it draws.
    """

    ids: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    leaves: NDArray[np.bool_]
    layer: NDArray[np.int64]
    number: NDArray[np.int64]
    draws: list[DrawList]
    tables: list[NDArray[np.uint32]]


def seen_ids(instance: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the ids in an instance picture (H, W), rising, without 0."""
    flat = instance.ravel()
    found = np.unique(flat[np.flatnonzero(np.diff(flat, prepend=flat[:1] + 1))])
    return found[found != 0]


def plan_layers(
    view: CameraView,
    instances: Instances,
    meshes: NDArray[np.int32],
    todo: DrawList,
    ids: NDArray[np.uint32],
    scene: GpuScene,
) -> Layers:
    """Return how the objects `ids` (M,) share layers.

    Args:
        view: the camera.
        instances: what stands there.
        meshes: (N,) mesh of each instance, -1 for none.
        todo: what the picture drew.
        ids: rising instance ids.
        scene: the meshes.
    """
    rows = np.flatnonzero(np.isin(instances.instance_id, ids) & (meshes >= 0))
    if view.hidden_body:
        rows = rows[instances.body[rows] != view.hidden_body]
    owner = np.searchsorted(ids, instances.instance_id[rows])
    low, high = _picture_bounds(view, instances, rows, meshes, scene)
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
    draws, tables = [], []
    for which in range(int(layer.max(initial=-1)) + 1):
        mine = rows[layer[owner] == which]
        chosen = np.zeros(len(meshes), dtype=np.bool_)
        chosen[mine[drawn[mine]]] = True
        draw = draw_list(chosen, meshes)
        draws.append(draw)
        objects = np.searchsorted(ids, instances.instance_id[draw.rows])
        tables.append(number[objects].astype(np.uint32))
    return Layers(ids, bounds, leaves, layer, number, draws, tables)


def _share(bounds: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return layer and number (M,) of each object: large ones first, each where there is room."""
    count = len(bounds)
    layer, number = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    area = (bounds[:, 2:] - bounds[:, :2]).prod(axis=1)
    layers: list[list[int]] = []
    for i in np.argsort(-area, kind="stable").tolist():
        room = (k for k, members in enumerate(layers) if _has_room(bounds, members, i))
        which = next(room, len(layers))
        if which == len(layers):
            layers.append([])
        layers[which].append(i)
        layer[i], number[i] = which, len(layers[which])
    return layer, number


def _has_room(bounds: NDArray[np.int64], members: list[int], newcomer: int) -> bool:
    there, here = bounds[members], bounds[newcomer]
    apart = (there[:, 2:] <= here[:2]) | (here[2:] <= there[:, :2])
    return len(members) < _MOST_IN_A_LAYER and bool(apart.any(axis=1).all())


def _picture_bounds(
    view: CameraView,
    instances: Instances,
    rows: NDArray[np.intp],
    meshes: NDArray[np.int32],
    scene: GpuScene,
) -> tuple[F64, F64]:
    """Return (K, 2) least and greatest pixels that the instances `rows` (K,) can reach.

    They are unbounded for what reaches nearer than the near plane.
    """
    camera_from_part = seen_from(view.current, instances.current[rows])
    low, high = np.empty((len(rows), 2)), np.empty((len(rows), 2))
    for mesh in np.unique(meshes[rows]).tolist():
        mine = np.flatnonzero(meshes[rows] == mesh)
        corners = scene.meshes[mesh].geometry.corners  # (B, 8, 3)
        if scene.meshes[mesh].bone_count:
            first = instances.bones[rows[mine]][:, None] + np.arange(len(corners))
            bones = instances.bones_current[first].astype(np.float64)
            points = np.einsum("nbij,bpj->nbpi", bones[..., :3], corners) + bones[..., None, :, 3]
            points = points.reshape(len(mine), -1, 3)
        else:
            points = np.broadcast_to(corners.reshape(1, -1, 3), (len(mine), 8, 3))
        m = camera_from_part[mine]
        seen = points @ m[:, :, :3].swapaxes(1, 2) + m[:, None, :, 3]
        depth = seen[..., 2]
        near = np.nanmin(depth, axis=1) <= view.near_m
        pixels = _project(view, seen, np.maximum(depth, view.near_m))
        low[mine] = np.where(near[:, None], -np.inf, np.nanmin(pixels, axis=1))
        high[mine] = np.where(near[:, None], np.inf, np.nanmax(pixels, axis=1))
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
    if geometry.joints is None or geometry.weights is None:
        return geometry.positions.astype(np.float64)
    bones = instances.bones_current[instances.bones[row] + geometry.joints].astype(np.float64)
    blended = np.einsum("vj,vjrc->vrc", geometry.weights, bones)
    posed: F64 = np.einsum("vrc,vc->vr", blended[..., :3], geometry.positions) + blended[..., 3]
    return posed


def layer_records(
    view: CameraView, instances: Instances, layers: Layers
) -> tuple[NDArray[np.float32], NDArray[np.uint32], list[int]]:
    """Return the tables of all layers one after the other, and the first row of each layer."""
    rows = np.concatenate([draw.rows for draw in layers.draws])
    records, ids = camera_records(view, instances, rows)
    ids[:, 0, 0] = np.concatenate(layers.tables)
    first = np.cumsum([0, *(len(draw.rows) for draw in layers.draws)])[:-1]
    return records, ids, first.tolist()


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

    def read(self, layer: int) -> NDArray[np.uint8]:
        """Return (H, W) numbers."""
        width, height = self._size
        numbers = self._images[layer].read(components=1, dtype="u1", alignment=1)
        return np.frombuffer(numbers, dtype=np.uint8).reshape(height, width)

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
    """Return the objects of drawn layers (H, W) each, by rising instance id."""
    found = []
    for i, identity in enumerate(layers.ids.tolist()):
        left, top, right, bottom = layers.bounds[i].tolist()
        mask = pictures[layers.layer[i]][top:bottom, left:right] == layers.number[i]
        columns, lines = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
        if not len(columns):
            continue
        mask = mask[lines[0] : lines[-1] + 1, columns[0] : columns[-1] + 1]
        left, top = left + int(columns[0]), top + int(lines[0])
        height, width = mask.shape
        box = np.array([left, top, left + width, top + height], dtype=np.float64)
        if layers.leaves[i]:
            rows = np.flatnonzero((instances.instance_id == identity) & (meshes >= 0))
            low, high = outermost(view, instances, rows, meshes, scene)
            if (low < 0).any() or (high > (view.width, view.height)).any():
                box[:2], box[2:] = np.minimum(low, box[:2]), np.maximum(high, box[2:])
        xmin, ymin, xmax, ymax = box.tolist()
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
                mask=np.packbits(mask, axis=1).tobytes(),
            )
        )
    return found
