"""Labels of the objects that one camera sees at one instant.

The instance pass is cut into horizontal runs of equal ids; boxes, counts and nearest points are
reductions over runs and then over the few runs of an object, so that the cost is that of two or
three sweeps over the picture, however many objects there are.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable
from cityloop.errors import EngineError
from cityloop.spatial import Intrinsics, Pose, rotation

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ObjectTable:
    """The objects with at least one visible pixel, by rising id; M rows.

    Attributes:
        id: (M,) uint32, what the instance pass shows.
        name, kind: M names each, as in `ActorTable`.
        semantic: (M,) uint8 class id of the object.
        activity, lamps: M names of what it does, (M,) uint32 lit lamps, as in `ActorTable`.
        box_2d: (M, 4) xmin, ymin, xmax, ymax in continuous pixels: the smallest box around the
            visible pixels, where pixel (i, j) covers [i, i+1) x [j, j+1).
        visible_pixels: (M,) int64 count.
        dimension: (M, 3) length, width, height of the 3D box, m.
        center_world, center_camera: (M, 3) centre of the 3D box, m.
        quaternion_world: (M, 4) world-from-object (x, y, z, w).
        quaternion_camera: (M, 4) camera-from-object (x, y, z, w).
        position_world: (M, 3) reference point (origin of the body frame), m.
        distance_m: (M,) camera centre to the nearest visible surface point, taken at pixel centres.
        range_to_center_m: (M,) camera centre to the centre of the 3D box.
        velocity_world: (M, 3) velocity of the reference point over the ground, m/s, world axes.
        velocity_camera: (M, 3) the same velocity over the ground in camera axes, m/s.
        speed_mps: (M,) its length.
        acceleration_world: (M, 3) of the reference point, m/s^2, world axes.
        yaw_rate_radps: (M,) angular velocity about the world's z axis, rad/s.
    """

    id: NDArray[np.uint32]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    semantic: NDArray[np.uint8]
    activity: tuple[str, ...]
    lamps: NDArray[np.uint32]
    box_2d: Array
    visible_pixels: NDArray[np.int64]
    dimension: Array
    center_world: Array
    quaternion_world: Array
    center_camera: Array
    quaternion_camera: Array
    position_world: Array
    distance_m: Array
    range_to_center_m: Array
    velocity_world: Array
    velocity_camera: Array
    speed_mps: Array
    acceleration_world: Array
    yaw_rate_radps: Array

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class _Visible:
    """What the pixels say: M ids by rising id, their boxes, counts and nearest distances."""

    id: NDArray[np.uint32]
    box_2d: Array
    pixels: NDArray[np.int64]
    distance_m: Array


@lru_cache(maxsize=8)
def _ray_lengths(intrinsics: Intrinsics) -> NDArray[np.float32]:
    """Return (H * W,) distance from the camera centre per metre of depth, pixel by pixel."""
    lengths: Array = np.linalg.norm(intrinsics.rays(), axis=-1)
    return lengths.astype(np.float32).ravel()


def _measure(
    instance: NDArray[np.uint32], depth: NDArray[np.float32], intrinsics: Intrinsics
) -> _Visible:
    """Return what the pixels of the objects say about each of them."""
    width = instance.shape[1]
    ids = np.ascontiguousarray(instance).ravel()
    begins_run = np.empty(ids.size, dtype=np.bool_)
    np.not_equal(ids[1:], ids[:-1], out=begins_run[1:])
    begins_run[::width] = True
    starts = np.flatnonzero(begins_run)
    lengths = np.diff(starts, append=ids.size)
    distances = np.ascontiguousarray(depth).ravel() * _ray_lengths(intrinsics)
    nearest = np.minimum.reduceat(distances, starts)

    of_object = ids[starts] != 0
    starts, lengths, nearest = starts[of_object], lengths[of_object], nearest[of_object]
    run_ids = ids[starts]
    order = np.argsort(run_ids, kind="stable")
    starts, lengths, nearest, run_ids = (
        starts[order],
        lengths[order],
        nearest[order],
        run_ids[order],
    )
    if not len(run_ids):
        return _Visible(run_ids, np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0))
    first = np.flatnonzero(np.concatenate([[True], run_ids[1:] != run_ids[:-1]]))
    row, left = starts // width, starts % width
    box = np.stack(
        [
            np.minimum.reduceat(left, first),
            np.minimum.reduceat(row, first),
            np.maximum.reduceat(left + lengths, first),
            np.maximum.reduceat(row, first) + 1,
        ],
        axis=-1,
    )
    return _Visible(
        id=run_ids[first],
        box_2d=box.astype(np.float64),
        pixels=np.add.reduceat(lengths, first).astype(np.int64),
        distance_m=np.minimum.reduceat(nearest, first).astype(np.float64),
    )


def label_objects(
    actors: ActorTable,
    instance: NDArray[np.uint32],
    depth: NDArray[np.float32],
    intrinsics: Intrinsics,
    world_from_camera: Pose,
) -> ObjectTable:
    """Return the labels of every object with at least one pixel in the instance pass.

    Args:
        actors: everything that has an instance id, at the instant of the passes.
        instance: (H, W) uint32, 0 for background.
        depth: (H, W) float32, z in the camera frame, m.
        intrinsics: the camera, of size W x H.
        world_from_camera: where the camera was, OpenCV axes.

    Raises:
        EngineError: if the pass shows an id that no actor has.
        ValueError: if a pass has another size than the camera.
    """
    size = (intrinsics.height, intrinsics.width)
    if instance.shape != size or depth.shape != size:
        raise ValueError(
            f"instance {instance.shape} and depth {depth.shape} must have the camera's size {size}"
        )
    seen = _measure(instance, depth, intrinsics)
    row = np.searchsorted(actors.id, seen.id)
    known = row < len(actors.id)
    known[known] = actors.id[row[known]] == seen.id[known]
    if not known.all():
        stranger = seen.id[~known][0]
        raise EngineError(
            f"the engine drew instance id {stranger} on {seen.pixels[~known][0]} pixels, but no "
            "actor has it; spawn every labelled body with the id of its actor"
        )

    camera_from_world = world_from_camera.inverse()
    position, quaternion = actors.position[row], actors.quaternion[row]
    center = position + rotation.rotate(quaternion, actors.box_center[row])
    velocity = actors.velocity[row]
    return ObjectTable(
        id=seen.id,
        name=tuple(actors.name[i] for i in row),
        kind=tuple(actors.kind[i] for i in row),
        semantic=actors.semantic[row],
        activity=tuple(actors.activity[i] for i in row),
        lamps=actors.lamps[row],
        box_2d=seen.box_2d,
        visible_pixels=seen.pixels,
        dimension=actors.dimension[row],
        center_world=center,
        quaternion_world=quaternion,
        center_camera=camera_from_world.apply(center),
        quaternion_camera=rotation.multiply(camera_from_world.quaternion, quaternion),
        position_world=position,
        distance_m=seen.distance_m,
        range_to_center_m=np.linalg.norm(center - world_from_camera.position, axis=-1),
        velocity_world=velocity,
        velocity_camera=camera_from_world.rotate(velocity),
        speed_mps=np.linalg.norm(velocity, axis=-1),
        acceleration_world=actors.acceleration[row],
        yaw_rate_radps=actors.angular_velocity[row, 2],
    )
