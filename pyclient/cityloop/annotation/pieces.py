"""Pieces of objects that people label by themselves: the rider of a two-wheeler, the machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.masks import encode
from cityloop.annotation.people import Shows, see_keypoints
from cityloop.annotation.visible import Visible
from cityloop.spatial import Figure, Intrinsics, Pose, rotation

Array = NDArray[np.float64]
Bones = NDArray[np.float32]

_NOTHING = np.zeros(0, dtype=np.uint8)


@dataclass(frozen=True)
class Piece:
    """A piece of a kind of object.

    Attributes:
        name: "rider" or "machine".
        semantic: its class. The pixels of this class are the piece's; a kind's last piece has all
            pixels that no other one has.
        dimension: length, width, height of its 3D box at rest, m.
        box_center: centre of that box, body frame, m.
        figure: bones and keypoints of a rider, None for a machine.
        posed_box: returns dimension (3,) and centre (3,) of the box, body frame, m, under skinning
            matrices (B, 3, 4); None where it stays as it is.
    """

    name: str
    semantic: int
    dimension: tuple[float, float, float]
    box_center: tuple[float, float, float]
    figure: Figure | None = None
    posed_box: Callable[[Bones], tuple[Array, Array]] | None = None

    def box(self, bones: Bones | None) -> tuple[Array, Array]:
        """Return dimension (3,) and centre (3,) of the box, m; without bones at rest."""
        if self.posed_box is None or bones is None:
            return np.array(self.dimension), np.array(self.box_center)
        return self.posed_box(bones)

    def keypoints(self, bones: Bones | None) -> Array:
        """Return (17, 3) `spatial.KEYPOINTS` in the body frame, m, (0, 3) without a figure."""
        if self.figure is None:
            return np.zeros((0, 3))
        if bones is None:
            return self.figure.keypoints
        return self.figure.posed_keypoints(np.asarray(bones, dtype=np.float64))


@dataclass(frozen=True)
class PieceTable:
    """The pieces of the objects in view that have some, by rising id; R rows.

    A piece that is hidden by all the others, or by its object's other pieces, has no pixel: its
    box is empty (0, 0, 0, 0).

    Attributes:
        id: (R,) uint32 of the object.
        piece: R names.
        semantic: (R,) uint8 class of the piece.
        box_2d: (R, 4) smallest box around its visible pixels, continuous pixels.
        visible_pixels: (R,) int64.
        mask: R strings, COCO's compressed counts.
        dimension: (R, 3) m.
        center_world, center_camera: (R, 3) m.
        quaternion_world, quaternion_camera: (R, 4) those of the object.
        keypoints_image: R arrays (17, 2) of riders, (0, 2) of machines: continuous pixels of
            `spatial.KEYPOINTS`; 0, 0 for what is not in front of the camera.
        keypoints_world, keypoints_camera: R arrays (17 or 0, 3), m.
        keypoint_visibility: R arrays (17 or 0,) uint8, 0 outside the image, 1 hidden, 2 seen.
    """

    id: NDArray[np.uint32]
    piece: tuple[str, ...]
    semantic: NDArray[np.uint8]
    box_2d: Array
    visible_pixels: NDArray[np.int64]
    mask: tuple[str, ...]
    dimension: Array
    center_world: Array
    quaternion_world: Array
    center_camera: Array
    quaternion_camera: Array
    keypoints_image: tuple[Array, ...]
    keypoints_world: tuple[Array, ...]
    keypoints_camera: tuple[Array, ...]
    keypoint_visibility: tuple[NDArray[np.uint8], ...]

    def __len__(self) -> int:
        return len(self.id)


def cut_pieces(
    seen: Visible,
    kinds: tuple[str, ...],
    pieces: Mapping[str, tuple[Piece, ...]],
    masks: tuple[NDArray[np.bool_], ...],
    semantic: NDArray[np.uint8],
    depth: NDArray[np.float32],
    position: Array,
    quaternion: Array,
    bones: Mapping[int, Bones],
    intrinsics: Intrinsics,
    camera_from_world: Pose,
) -> PieceTable:
    """Return the pieces of M visible objects.

    Args:
        seen: boxes and ids.
        kinds: M kinds.
        pieces: of each kind that has some.
        masks: M masks, cut out along the boxes.
        semantic: (H, W) uint8 class ids.
        depth: (H, W) float32, z in the camera frame, m.
        position: (M, 3) of the bodies, world, m.
        quaternion: (M, 4) world-from-body.
        bones: object id -> (B, 3, 4) skinning matrices, body frame; who has none is at rest.
        intrinsics: the camera.
        camera_from_world: where it is.
    """
    rows, parts, cut = [], [], []
    for row, kind in enumerate(kinds):
        if kind not in pieces:
            continue
        left, top, right, bottom = seen.box[row].tolist()
        classes = semantic[top:bottom, left:right]
        rest = masks[row].copy()
        for part in pieces[kind]:
            mine = rest if part is pieces[kind][-1] else rest & (classes == part.semantic)
            rest = rest & ~mine
            rows.append(row)
            parts.append(part)
            cut.append(mine)
    which = np.array(rows, dtype=np.intp)
    count = len(which)
    turned = quaternion[which].reshape(count, 4)
    posed = [bones.get(int(seen.id[row])) for row in rows]
    solids = [p.box(b) for p, b in zip(parts, posed, strict=True)]
    offsets = np.array([center for _, center in solids]).reshape(count, 3)
    center = position[which].reshape(count, 3) + rotation.rotate(turned, offsets)
    corner = seen.box[which, :2].reshape(count, 2)
    boxes = np.array([_bounds(m) for m in cut]).reshape(count, 4)
    boxes += np.where(boxes.any(axis=1, keepdims=True), np.tile(corner, 2), 0)
    world = [
        Pose(position[row], quaternion[row]).apply(part.keypoints(b))
        for row, part, b in zip(rows, parts, posed, strict=True)
    ]
    camera = [camera_from_world.apply(points) for points in world]
    seen_points = [
        see_keypoints(points, _showing(mask, left_top), depth, intrinsics)
        if len(points)
        else (np.zeros((0, 2)), _NOTHING)
        for points, mask, left_top in zip(camera, cut, corner.astype(np.intp), strict=True)
    ]
    return PieceTable(
        id=seen.id[which],
        piece=tuple(p.name for p in parts),
        semantic=np.array([p.semantic for p in parts], dtype=np.uint8),
        box_2d=boxes.astype(np.float64),
        visible_pixels=np.array([np.count_nonzero(m) for m in cut], dtype=np.int64),
        mask=tuple(encode(corner, cut, *semantic.shape)),
        dimension=np.array([size for size, _ in solids]).reshape(count, 3),
        center_world=center,
        quaternion_world=turned,
        center_camera=camera_from_world.apply(center),
        quaternion_camera=rotation.multiply(camera_from_world.quaternion, turned),
        keypoints_image=tuple(image for image, _ in seen_points),
        keypoints_world=tuple(world),
        keypoints_camera=tuple(camera),
        keypoint_visibility=tuple(visibility for _, visibility in seen_points),
    )


def _showing(mask: NDArray[np.bool_], corner: NDArray[np.intp]) -> Shows:
    """Return what says which pixels show a piece, of its mask cut out from `corner` (2,) on."""

    def shows(line: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.bool_]:
        down, along = line - corner[1], column - corner[0]
        height, width = mask.shape
        inside = (down >= 0) & (down < height) & (along >= 0) & (along < width)
        found: NDArray[np.bool_] = (
            inside & mask[np.clip(down, 0, height - 1), np.clip(along, 0, width - 1)]
        )
        return found

    return shows


def _bounds(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a mask, all 0 for an empty one."""
    columns, lines = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return (0, 0, 0, 0)
    return int(columns[0]), int(lines[0]), int(columns[-1]) + 1, int(lines[-1]) + 1
