"""Labels of the objects that one camera sees at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import INDICATIONS, ActorTable
from cityloop.annotation.alone import occlusion
from cityloop.annotation.encounter import time_to_collision
from cityloop.annotation.masks import encode
from cityloop.annotation.people import PeopleTable, pose_people, with_poses
from cityloop.annotation.pieces import Piece, PieceTable, cut_pieces
from cityloop.annotation.visible import Visible, cut_out, measure
from cityloop.errors import EngineError
from cityloop.spatial import Figure, Intrinsics, Pose, Silhouettes, rotation

Array = NDArray[np.float64]

# Ids of the panoptic picture: 1 + class id for what has no instance id, this + id for the others.
# All are below 2^24, which COCO's panoptic format keeps in the three bytes of a pixel.
FIRST_PANOPTIC_OBJECT = 256

_BRAKE = 4  # bits of `ActorTable.lamps`
_ASPECTS = ("off", "red", "amber", "red_amber", "green")  # by bits 1 red, 2 amber, 4 green


@dataclass(frozen=True)
class Sight:
    """What one camera saw at one instant.

    Attributes:
        instance: (H, W) uint32, 0 for background.
        depth: (H, W) float32, z in the camera frame, m.
        semantic: (H, W) uint8 class ids.
        silhouettes: every object in `instance` drawn alone.
        intrinsics: the camera, of size W x H.
        world_from_camera: where it was, OpenCV axes.
        host: name of the actor that carries the camera, "" for the world.
    """

    instance: NDArray[np.uint32]
    depth: NDArray[np.float32]
    semantic: NDArray[np.uint8]
    silhouettes: Silhouettes
    intrinsics: Intrinsics
    world_from_camera: Pose
    host: str = ""


@dataclass(frozen=True)
class Kinds:
    """What is known of kinds of actors beyond what a tick says.

    Attributes:
        figures: kind of person -> bones and keypoints.
        pieces: kind -> its pieces that are labelled by themselves.
    """

    figures: Mapping[str, Figure]
    pieces: Mapping[str, tuple[Piece, ...]]

    @staticmethod
    def none() -> "Kinds":
        """Return what knows of no person and no piece."""
        return Kinds({}, {})


@dataclass(frozen=True)
class Ego:
    """The actor that carries the camera; at rest in the world's origin if the world does.

    Attributes:
        pose: world-from-body.
        velocity, acceleration, angular_velocity: (3,) of the origin, world, m/s, m/s^2, rad/s.
    """

    pose: Pose
    velocity: Array
    acceleration: Array
    angular_velocity: Array


@dataclass(frozen=True)
class ObjectTable:
    """The objects with at least one visible pixel, by rising id; M rows.

    Attributes:
        id: (M,) uint32, what the instance pass shows.
        name, kind: M names each, as in `ActorTable`.
        semantic: (M,) uint8 class id of the object.
        panoptic_id: (M,) uint32 id in the panoptic picture.
        activity, lamps: M names of what it does, (M,) uint32 lit lamps, as in `ActorTable`.
        crossing: (M,) bool, a person on the carriageway.
        braking: (M,) bool, brake lamps are lit.
        indicating: M of "", "left", "right", "hazard".
        signal_aspect: M of "" (no traffic light), "off", "red", "red_amber", "amber", "green".
        box_2d: (M, 4) xmin, ymin, xmax, ymax in continuous pixels: the smallest box around the
            visible pixels, where pixel (i, j) covers [i, i+1) x [j, j+1).
        amodal_box: (M, 4) the smallest box around the object drawn alone, clipped by nothing.
        clipped_box: (M, 4) the smallest box around its pixels inside the image, drawn alone.
        visible_pixels, amodal_pixels: (M,) int64 counts, the second of the object drawn alone.
        visible_fraction: (M,) their ratio.
        truncation: (M,) share of the amodal box outside the image.
        occlusion_level: (M,) uint8, KITTI's 0 fully visible, 1 partly, 2 largely occluded, 3
            unknown.
        occluder_ids, occluder_pixels: M arrays each of who hides how many of its pixels.
        mask, amodal_mask: M strings each, COCO's compressed counts; see `annotation.masks`.
        dimension: (M, 3) length, width, height of the 3D box, m.
        center_world, center_vehicle, center_camera: (M, 3) centre of the 3D box, m.
        quaternion_world, quaternion_vehicle, quaternion_camera: (M, 4) frame-from-object (x, y, z,
            w).
        position_world: (M, 3) reference point (origin of the body frame), m.
        distance_m: (M,) camera centre to the nearest visible surface point, taken at pixel centres.
        range_to_center_m: (M,) camera centre to the centre of the 3D box.
        velocity_world: (M, 3) velocity of the reference point over the ground, m/s, world axes.
        velocity_camera: (M, 3) the same velocity over the ground in camera axes, m/s.
        speed_mps: (M,) its length.
        acceleration_world: (M, 3) of the reference point, m/s^2, world axes.
        yaw_rate_radps: (M,) angular velocity about the world's z axis, rad/s.
        relative_velocity_vehicle: (M, 3) velocity less that of the ego's reference point, m/s,
            vehicle axes.
        time_to_collision_s: (M,) until the 3D boxes of object and ego touch if both keep their
            velocity and do not turn; +inf if they never do.
        people: poses of the people among them.
    """

    id: NDArray[np.uint32]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    semantic: NDArray[np.uint8]
    panoptic_id: NDArray[np.uint32]
    activity: tuple[str, ...]
    lamps: NDArray[np.uint32]
    crossing: NDArray[np.bool_]
    braking: NDArray[np.bool_]
    indicating: tuple[str, ...]
    signal_aspect: tuple[str, ...]
    box_2d: Array
    amodal_box: Array
    clipped_box: Array
    visible_pixels: NDArray[np.int64]
    amodal_pixels: NDArray[np.int64]
    visible_fraction: Array
    truncation: Array
    occlusion_level: NDArray[np.uint8]
    occluder_ids: tuple[NDArray[np.uint32], ...]
    occluder_pixels: tuple[NDArray[np.int64], ...]
    mask: tuple[str, ...]
    amodal_mask: tuple[str, ...]
    dimension: Array
    center_world: Array
    quaternion_world: Array
    center_vehicle: Array
    quaternion_vehicle: Array
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
    relative_velocity_vehicle: Array
    time_to_collision_s: Array
    people: PeopleTable

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Labels:
    """Everything that is known of what one camera sees at one instant."""

    objects: ObjectTable
    pieces: PieceTable
    ego: Ego


def label(
    actors: ActorTable,
    sight: Sight,
    bones: Mapping[int, NDArray[np.float32]],
    kinds: Kinds,
) -> Labels:
    """Return the labels of every object with at least one pixel in the instance pass.

    Args:
        actors: everything that has an instance id, at the instant of the passes.
        sight: what the camera saw.
        bones: actor id -> (B, 3, 4) skinning matrices, body frame, at the same instant.
        kinds: people's figures and the pieces of two-wheelers.

    Raises:
        EngineError: if a pass shows an id that no actor has, or not all objects were drawn alone.
        ValueError: if a pass has another size than the camera, or the host is not there.
    """
    size = (sight.intrinsics.height, sight.intrinsics.width)
    for name in ("instance", "depth", "semantic"):
        if getattr(sight, name).shape != size:
            raise ValueError(f"{name} is {getattr(sight, name).shape}, the camera's size is {size}")
    seen = measure(sight.instance, sight.depth, sight.intrinsics)
    row = _rows(actors, seen)
    masks = cut_out(sight.instance, seen.box, seen.id)
    alone = sight.silhouettes
    hidden = occlusion(alone, seen.id, seen.pixels, sight.instance)
    corners = np.concatenate([seen.box[:, :2], alone.corner])
    counts = encode(corners, [*masks, *alone.masks], *size)

    camera_from_world = sight.world_from_camera.inverse()
    position, quaternion = actors.position[row], actors.quaternion[row]
    center = position + rotation.rotate(quaternion, actors.box_center[row])
    velocity, semantic = actors.velocity[row], actors.semantic[row]
    kind = tuple(actors.kind[i] for i in row)
    ego, meets = _ego(actors, sight.host, row, center)
    vehicle_from_world = ego.pose.inverse()
    person, figures, matrices = with_poses(seen.id, kind, bones, kinds.figures)
    lamps = actors.lamps[row]
    objects = ObjectTable(
        id=seen.id,
        name=tuple(actors.name[i] for i in row),
        kind=kind,
        semantic=semantic,
        panoptic_id=seen.id + np.uint32(FIRST_PANOPTIC_OBJECT),
        activity=tuple(actors.activity[i] for i in row),
        lamps=lamps,
        crossing=actors.crossing[row],
        braking=_is_vehicle(actors, row) & ((lamps & _BRAKE) != 0),
        indicating=tuple(INDICATIONS[i] for i in actors.indicating[row]),
        signal_aspect=_aspects(actors, row),
        box_2d=seen.box.astype(np.float64),
        amodal_box=alone.box,
        clipped_box=hidden.clipped_box,
        visible_pixels=seen.pixels,
        amodal_pixels=hidden.amodal_pixels,
        visible_fraction=hidden.visible_fraction,
        truncation=hidden.truncation,
        occlusion_level=hidden.level,
        occluder_ids=hidden.occluder_ids,
        occluder_pixels=hidden.occluder_pixels,
        mask=tuple(counts[: len(masks)]),
        amodal_mask=tuple(counts[len(masks) :]),
        dimension=actors.dimension[row],
        center_world=center,
        quaternion_world=quaternion,
        center_vehicle=vehicle_from_world.apply(center),
        quaternion_vehicle=rotation.multiply(vehicle_from_world.quaternion, quaternion),
        center_camera=camera_from_world.apply(center),
        quaternion_camera=rotation.multiply(camera_from_world.quaternion, quaternion),
        position_world=position,
        distance_m=seen.distance_m,
        range_to_center_m=np.linalg.norm(center - sight.world_from_camera.position, axis=-1),
        velocity_world=velocity,
        velocity_camera=camera_from_world.rotate(velocity),
        speed_mps=np.linalg.norm(velocity, axis=-1),
        acceleration_world=actors.acceleration[row],
        yaw_rate_radps=actors.angular_velocity[row, 2],
        relative_velocity_vehicle=vehicle_from_world.rotate(velocity - ego.velocity),
        time_to_collision_s=meets,
        people=pose_people(
            person,
            seen.id[person],
            figures,
            matrices,
            position[person],
            quaternion[person],
            sight.instance,
            sight.depth,
            sight.intrinsics,
            sight.world_from_camera,
        ),
    )
    pieces = cut_pieces(
        seen,
        kind,
        kinds.pieces,
        masks,
        sight.semantic,
        sight.depth,
        position,
        quaternion,
        bones,
        sight.intrinsics,
        camera_from_world,
    )
    return Labels(objects, pieces, ego)


def _rows(actors: ActorTable, seen: Visible) -> NDArray[np.intp]:
    """Return the row of each visible object in the table of actors."""
    row = np.searchsorted(actors.id, seen.id)
    known = row < len(actors.id)
    known[known] = actors.id[row[known]] == seen.id[known]
    if not known.all():
        stranger = seen.id[~known][0]
        raise EngineError(
            f"the engine drew instance id {stranger} on {seen.pixels[~known][0]} pixels, but no "
            "actor has it; spawn every labelled body with the id of its actor"
        )
    return row


def _ego(actors: ActorTable, host: str, row: NDArray[np.intp], center: Array) -> tuple[Ego, Array]:
    """Return the actor that carries the camera, and when it would meet each object, s."""
    if not host:
        still = np.zeros(3)
        return Ego(Pose(), still, still, still), np.full(len(row), np.inf)
    if host not in actors.name:
        raise ValueError(f"the camera's host {host!r} is no actor at this tick")
    i = actors.name.index(host)
    pose = Pose(actors.position[i], actors.quaternion[i])
    both = np.append(i, row)
    centers = np.vstack([pose.apply(actors.box_center[i]), center])
    meets = time_to_collision(
        centers, actors.quaternion[both], actors.dimension[both], actors.velocity[both]
    )
    ego = Ego(pose, actors.velocity[i], actors.acceleration[i], actors.angular_velocity[i])
    return ego, meets


def _is_vehicle(actors: ActorTable, row: NDArray[np.intp]) -> NDArray[np.bool_]:
    return np.array([actors.activity[i] in ("driving", "parked") for i in row], dtype=np.bool_)


def _aspects(actors: ActorTable, row: NDArray[np.intp]) -> tuple[str, ...]:
    """Return what each traffic light shows, "" for all other objects."""
    return tuple(
        _ASPECTS[min(int(actors.lamps[i]) & 7, 4)] if actors.activity[i] == "signal" else ""
        for i in row
    )
