"""Poses of people: bones, keypoints, and where head and body are turned."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import KEYPOINTS, Figure, Intrinsics, Pose, rotation

Array = NDArray[np.float64]

OUTSIDE, HIDDEN, SEEN = 0, 1, 2

# A keypoint is inside the body. It is seen if the surface at its pixel is at most this far before
# it: flesh and clothes about the joint. The face's are on the surface.
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
_FORWARD = np.array([1.0, 0.0, 0.0])


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
    """One person in the body frame."""

    bones: NDArray[np.float32]
    keypoints: Array
    head: Array
    body: Array
    gaze: Array


def _posed(figure: Figure, matrices: Array) -> _Posed:
    """Return a figure under skinning matrices (B, 3, 4)."""
    turned = rotation.from_matrix(matrices[:, :, :3])
    joints = np.einsum("bij,bj->bi", matrices[:, :, :3], figure.joints) + matrices[:, :, 3]
    carrying = matrices[figure.keypoint_bones]
    keypoints = np.einsum("kij,kj->ki", carrying[..., :3], figure.keypoints) + carrying[..., 3]
    head, body = (figure.bone(name) or 0 for name in (_HEAD, _PELVIS))
    eyes = [bone for bone in map(figure.bone, _EYES) if bone is not None]
    looking = matrices[eyes or [head], :, :3] @ _FORWARD
    gaze = looking.sum(axis=0)
    return _Posed(
        np.concatenate([joints, turned], axis=1).astype(np.float32),
        keypoints,
        turned[head],
        turned[body],
        gaze / np.linalg.norm(gaze),
    )


def pose_people(
    rows: NDArray[np.intp],
    figures: list[Figure],
    matrices: list[NDArray[np.float32]],
    position: Array,
    quaternion: Array,
    depth: NDArray[np.float32],
    intrinsics: Intrinsics,
    world_from_camera: Pose,
) -> PeopleTable:
    """Return the poses of P people.

    Args:
        rows: (P,) index of each in the table of objects.
        figures: of each.
        matrices: (B, 3, 4) skinning matrices of each.
        position: (P, 3) of each, world, m.
        quaternion: (P, 4) world-from-body of each.
        depth: (H, W) float32, z in the camera frame, m.
        intrinsics: the camera.
        world_from_camera: where it was.
    """
    posed = [_posed(f, np.asarray(m, np.float64)) for f, m in zip(figures, matrices, strict=True)]
    count = len(posed)

    def column(name: str, *shape: int) -> Array:
        return np.array([getattr(p, name) for p in posed]).reshape(count, *shape)

    local = column("keypoints", len(KEYPOINTS), 3)
    world = position[:, None] + rotation.rotate(quaternion[:, None], local)
    camera_from_world = world_from_camera.inverse()
    camera = camera_from_world.apply(world)
    image, visibility = see_keypoints(camera, depth, intrinsics)
    head = rotation.multiply(quaternion, column("head", 4))
    body = rotation.multiply(quaternion, column("body", 4))
    gaze = rotation.rotate(quaternion, column("gaze", 3))
    return PeopleTable(
        row=rows,
        bones=tuple(p.bones for p in posed),
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
    camera: Array, depth: NDArray[np.float32], intrinsics: Intrinsics
) -> tuple[Array, NDArray[np.uint8]]:
    """Return pixels (..., 17, 2) and visibility (..., 17) of keypoints in the camera frame, m."""
    ahead = camera[..., 2] > 0
    image = np.zeros(camera.shape[:-1] + (2,))
    image[ahead] = intrinsics.project(camera[ahead])
    u, v = image[..., 0], image[..., 1]
    inside = ahead & (u >= 0) & (u < intrinsics.width) & (v >= 0) & (v < intrinsics.height)
    column, line = (np.where(inside, x, 0.0).astype(np.intp) for x in (u, v))
    free = depth[line, column] >= camera[..., 2] - FLESH_M
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
