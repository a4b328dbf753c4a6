"""Poses of people: bones, keypoints, and where head and body are turned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import KEYPOINTS, Figure, Intrinsics, Pose, rotation

Array = NDArray[np.float64]
# (line, column) of keypoints' pixels -> whether each shows the one whose keypoints they are.
Shows = Callable[[NDArray[np.intp], NDArray[np.intp]], NDArray[np.bool_]]

OUTSIDE, HIDDEN, SEEN = 0, 1, 2

# A keypoint is inside the body. Where its pixel shows the person, it is seen if that surface is at
# most this far before it: flesh and clothes about the joint. The face's are on the surface. Nobody
# else's surface may be before it.
_FLESH_M = {
    **dict.fromkeys(("nose", "left_eye", "right_eye", "left_ear", "right_ear"), 0.03),
    **dict.fromkeys(("left_shoulder", "right_shoulder"), 0.14),
    **dict.fromkeys(("left_elbow", "right_elbow"), 0.09),
    **dict.fromkeys(("left_wrist", "right_wrist"), 0.08),
    **dict.fromkeys(("left_hip", "right_hip"), 0.20),
    **dict.fromkeys(("left_knee", "right_knee"), 0.12),
    **dict.fromkeys(("left_ankle", "right_ankle"), 0.10),
}
FLESH_M = np.array([_FLESH_M[name] for name in KEYPOINTS])

_HEAD, _PELVIS = "head", "pelvis"
_EYES = ("eye_l", "eye_r")


@dataclass(frozen=True)
class PeopleTable:
    """Poses of the P people among the objects of a picture.

    Attributes:
        row: (P,) index of each in the table of objects.
        bones: P arrays (B, 7) float32 body-from-bone of each bone of the kind's figure: position
            of its joint, m, and quaternion (x, y, z, w).
        keypoints_image: (P, 17, 2) continuous pixels of `spatial.KEYPOINTS`; 0, 0 for what is not
            in front of the camera.
        keypoints_world, keypoints_camera: (P, 17, 3) m.
        keypoint_visibility: (P, 17) uint8, 0 outside the image, 1 hidden, 2 seen.
        head_world, head_camera: (P, 4) quaternions of the head bone, x forward, y left, z up.
        body_world, body_camera: (P, 4) likewise of the pelvis.
        gaze_world, gaze_camera: (P, 3) unit vectors, mean of the eyes' bones' forward axes; of the
            head's where the figure has no eyes.
    """

    row: NDArray[np.intp]
    bones: tuple[NDArray[np.float32], ...]
    keypoints_image: Array
    keypoints_world: Array
    keypoints_camera: Array
    keypoint_visibility: NDArray[np.uint8]
    head_world: Array
    head_camera: Array
    body_world: Array
    body_camera: Array
    gaze_world: Array
    gaze_camera: Array

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class _Posed:
    """P people in their body frames; see `PeopleTable`."""

    bones: tuple[NDArray[np.float32], ...]
    keypoints: Array
    head: Array
    body: Array
    gaze: Array


def _posed(figures: list[Figure], matrices: list[NDArray[np.float32]]) -> _Posed:
    """Return figures under skinning matrices (B, 3, 4) each."""
    if not figures:
        nobody = np.zeros((0, 4))
        return _Posed((), np.zeros((0, len(KEYPOINTS), 3)), nobody, nobody, nobody[:, :3])
    ends = np.cumsum([len(m) for m in matrices])
    first = np.append(0, ends[:-1])
    bones = np.concatenate(matrices).astype(np.float64)
    turned = rotation.from_matrix(bones[:, :, :3])
    rest = np.concatenate([figure.joints for figure in figures])
    joints = np.einsum("bij,bj->bi", bones[:, :, :3], rest) + bones[:, :, 3]
    placed = np.concatenate([joints, turned], axis=1).astype(np.float32)
    carrying = bones[np.add(first[:, None], [figure.keypoint_bones for figure in figures])]
    rest = np.array([figure.keypoints for figure in figures])
    keypoints = np.einsum("pkij,pkj->pki", carrying[..., :3], rest) + carrying[..., 3]

    def named(name: str) -> NDArray[np.intp]:
        return np.array([f.bone(name) or 0 for f in figures], dtype=np.intp) + first

    head = named(_HEAD)
    eyes = [[f.bone(name) for name in _EYES] for f in figures]
    looking = [
        [start + eye for eye in pair if eye is not None] or [start_of_head]
        for start, start_of_head, pair in zip(first.tolist(), head.tolist(), eyes, strict=True)
    ]
    # A bone's forward axis is the first column of its matrix.
    gaze = np.array([bones[which, :, 0].sum(axis=0) for which in looking])
    return _Posed(
        tuple(np.split(placed, ends[:-1])),
        keypoints,
        turned[head],
        turned[named(_PELVIS)],
        gaze / np.linalg.norm(gaze, axis=-1, keepdims=True),
    )


def pose_people(
    rows: NDArray[np.intp],
    ids: NDArray[np.uint32],
    figures: list[Figure],
    matrices: list[NDArray[np.float32]],
    position: Array,
    quaternion: Array,
    instance: NDArray[np.uint32],
    depth: NDArray[np.float32],
    intrinsics: Intrinsics,
    world_from_camera: Pose,
) -> PeopleTable:
    """Return the poses of P people.

    Args:
        rows: (P,) index of each in the table of objects.
        ids: (P,) of each.
        figures: of each.
        matrices: (B, 3, 4) skinning matrices of each.
        position: (P, 3) of each, world, m.
        quaternion: (P, 4) world-from-body of each.
        instance: (H, W) uint32 ids that the pixels show.
        depth: (H, W) float32, z in the camera frame, m.
        intrinsics: the camera.
        world_from_camera: where it was.
    """
    posed = _posed(figures, matrices)
    world = position[:, None] + rotation.rotate(quaternion[:, None], posed.keypoints)
    camera_from_world = world_from_camera.inverse()
    camera = camera_from_world.apply(world)

    def shows(line: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.bool_]:
        return instance[line, column] == ids[:, None]

    image, visibility = see_keypoints(camera, shows, depth, intrinsics)
    head = rotation.multiply(quaternion, posed.head)
    body = rotation.multiply(quaternion, posed.body)
    gaze = rotation.rotate(quaternion, posed.gaze)
    return PeopleTable(
        row=rows,
        bones=posed.bones,
        keypoints_image=image,
        keypoints_world=world,
        keypoints_camera=camera,
        keypoint_visibility=visibility,
        head_world=head,
        head_camera=rotation.multiply(camera_from_world.quaternion, head),
        body_world=body,
        body_camera=rotation.multiply(camera_from_world.quaternion, body),
        gaze_world=gaze,
        gaze_camera=camera_from_world.rotate(gaze),
    )


def see_keypoints(
    camera: Array, shows: Shows, depth: NDArray[np.float32], intrinsics: Intrinsics
) -> tuple[Array, NDArray[np.uint8]]:
    """Return pixels (..., 17, 2) and visibility (..., 17) of keypoints in the camera frame, m.

    One's own surface may be before a keypoint by the flesh about it, nobody else's at all.
    """
    ahead = camera[..., 2] > 0
    image = np.zeros(camera.shape[:-1] + (2,))
    image[ahead] = intrinsics.project(camera[ahead])
    u, v = image[..., 0], image[..., 1]
    inside = ahead & (u >= 0) & (u < intrinsics.width) & (v >= 0) & (v < intrinsics.height)
    column, line = (np.where(inside, x, 0.0).astype(np.intp) for x in (u, v))
    flesh = np.where(shows(line, column), FLESH_M, 0.0)
    free = depth[line, column] >= camera[..., 2] - flesh
    visibility = np.where(inside, np.where(free, SEEN, HIDDEN), OUTSIDE)
    return image, visibility.astype(np.uint8)


def with_poses(
    ids: NDArray[np.uint32],
    kinds: tuple[str, ...],
    bones: Mapping[int, NDArray[np.float32]],
    figures: Mapping[str, Figure],
) -> tuple[NDArray[np.intp], list[Figure], list[NDArray[np.float32]]]:
    """Return the rows of those objects who have bones and a figure, and both."""
    rows = [i for i, kind in enumerate(kinds) if kind in figures and int(ids[i]) in bones]
    return (
        np.array(rows, dtype=np.intp),
        [figures[kinds[i]] for i in rows],
        [bones[int(ids[i])] for i in rows],
    )
