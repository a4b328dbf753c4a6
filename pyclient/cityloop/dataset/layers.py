"""Layers that a video can show over the picture, chosen by name.

| layer | what it shows |
|---|---|
| depth | depth in colours instead of the picture |
| flow | forward flow in colours over the picture, with the colour wheel as its legend |
| masks | each object's visible pixels in a colour of its own |
| tracks | where each object was on the ground during the last two seconds |
| boxes | 2D boxes, with ids |
| velocity | ground velocity as an arrow, with km/h |
| keypoints | COCO's 17 keypoints and their limbs; hidden ones are hollow |

Layers are drawn in this order, whatever the order of their names.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ObjectTable
from cityloop.annotation.people import SEEN
from cityloop.dataset.frame import Frame
from cityloop.dataset.overlay import Rgb, class_color, draw_labels
from cityloop.dataset.pictures import flow_wheel, instance_colors, picture_of
from cityloop.errors import DatasetError
from cityloop.spatial import KEYPOINTS

Picture = NDArray[np.uint8]

TRACK_TIME_S = 2.0

_OVER = 0.55  # share of a colour that covers the picture
_NEAR_M = 0.3
_SUBPIXEL_BITS = 4
_WHEEL = 56  # pixels across
# COCO's skeleton: pairs of keypoints.
_LIMBS = (
    ("left_ankle", "left_knee"),
    ("left_knee", "left_hip"),
    ("right_ankle", "right_knee"),
    ("right_knee", "right_hip"),
    ("left_hip", "right_hip"),
    ("left_shoulder", "left_hip"),
    ("right_shoulder", "right_hip"),
    ("left_shoulder", "right_shoulder"),
    ("left_shoulder", "left_elbow"),
    ("right_shoulder", "right_elbow"),
    ("left_elbow", "left_wrist"),
    ("right_elbow", "right_wrist"),
    ("left_eye", "right_eye"),
    ("nose", "left_eye"),
    ("nose", "right_eye"),
    ("left_eye", "left_ear"),
    ("right_eye", "right_ear"),
)
_LIMB_ROWS = tuple((KEYPOINTS.index(a), KEYPOINTS.index(b)) for a, b in _LIMBS)
_LEFT, _RIGHT, _MIDDLE = (80, 200, 255), (255, 150, 60), (240, 240, 120)


class Layers:
    """Draws layers over the frames of one camera, given in their order.

    Args:
        names: of `LAYERS`.

    Raises:
        DatasetError: if there is no such layer.
    """

    def __init__(self, names: Collection[str]) -> None:
        check_layers(names)
        self._names = frozenset(names)
        self._past: deque[ObjectTable] = deque()

    def draw(self, frame: Frame) -> Picture:
        """Return the picture of a frame, (H, W, 3) uint8 sRGB, with the layers over it.

        Raises:
            DatasetError: if a pass that a layer shows is missing or damaged.
        """
        objects = frame.objects
        self._past.append(objects)
        while len(self._past) > round(TRACK_TIME_S / frame.sequence.dt_s):
            self._past.popleft()
        picture = np.ascontiguousarray(frame.read("rgb")).copy()
        for name, layer in _BELOW.items():
            if name in self._names:
                picture = layer(picture, frame)
        if "tracks" in self._names:
            _draw_tracks(picture, list(self._past), frame)
        boxes, velocity = "boxes" in self._names, "velocity" in self._names
        if boxes or velocity:
            picture = draw_labels(
                picture,
                objects,
                frame.camera.intrinsics,
                frame.world_from_camera,
                boxes=boxes,
                velocities=velocity,
            )
        if "keypoints" in self._names:
            people, pieces = objects.people, frame.pieces
            _draw_keypoints(picture, people.keypoints_image, people.keypoint_visibility)
            riding = [i for i, seen in enumerate(pieces.keypoint_visibility) if len(seen)]
            _draw_keypoints(
                picture,
                [pieces.keypoints_image[i] for i in riding],
                [pieces.keypoint_visibility[i] for i in riding],
            )
        return picture


def check_layers(names: Collection[str]) -> None:
    """Raise DatasetError for a name that no layer has."""
    for name in names:
        if name not in LAYERS:
            raise DatasetError(
                f"there is no layer {name!r} to show: choose among {', '.join(LAYERS)}"
            )


def _over(below: Picture, above: Picture, where: NDArray[np.bool_], share: float) -> Picture:
    mixed = cv2.addWeighted(below, 1.0 - share, above, share, 0.0)
    return np.where(where[..., None], mixed, below)


def _depth(picture: Picture, frame: Frame) -> Picture:
    return picture_of("depth", frame.read("depth"))


def _flow(picture: Picture, frame: Frame) -> Picture:
    """Put the flow over the picture, grey where nothing moves in it."""
    shown = _over(
        picture, picture_of("flow_forward", frame.read("flow_forward")), _all(picture), 0.7
    )
    wheel, inside = flow_wheel(_WHEEL)
    corner = shown[-_WHEEL - 6 : -6, 6 : _WHEEL + 6]
    if corner.shape == wheel.shape:
        corner[inside] = wheel[inside]
    return shown


def _all(picture: Picture) -> NDArray[np.bool_]:
    return np.ones(picture.shape[:2], dtype=np.bool_)


def _masks(picture: Picture, frame: Frame) -> Picture:
    ids = frame.read("instance")
    shown = _over(picture, instance_colors(ids), ids != 0, _OVER)
    edge = np.zeros(ids.shape, dtype=np.bool_)
    edge[:, 1:] |= ids[:, 1:] != ids[:, :-1]
    edge[1:] |= ids[1:] != ids[:-1]
    shown[edge & (ids != 0)] = 255
    return shown


def _draw_tracks(picture: Picture, past: list[ObjectTable], frame: Frame) -> None:
    """Draw the ways of the objects of the newest table, where they go on the ground."""
    newest = past[-1]
    camera_from_world = frame.world_from_camera.inverse()
    for row, number in enumerate(newest.id):
        ways = [table.position_world[table.id == number] for table in past]
        way = np.concatenate(ways)
        if len(way) < 2 or np.ptp(way, axis=0).max() < 0.1:
            continue
        seen = camera_from_world.apply(way)
        seen = seen[seen[:, 2] > _NEAR_M]
        if len(seen) < 2:
            continue
        points = frame.camera.intrinsics.project(seen)
        if np.abs(points).max() < 1e5:
            color = class_color(int(newest.semantic[row]))
            cv2.polylines(picture, [_fixed(points)], False, color, 2, cv2.LINE_AA, _SUBPIXEL_BITS)


def _draw_keypoints(
    picture: Picture,
    image: Iterable[NDArray[np.float64]],
    visibility: Iterable[NDArray[np.uint8]],
) -> None:
    for points, visible in zip(image, visibility, strict=True):
        fixed = _fixed(points)
        for a, b in _LIMB_ROWS:
            if visible[a] == SEEN and visible[b] == SEEN:
                ends = [fixed[[a, b]]]
                cv2.polylines(picture, ends, False, _side(a), 1, cv2.LINE_AA, _SUBPIXEL_BITS)
        for k in np.flatnonzero(visible):
            filled = cv2.FILLED if visible[k] == SEEN else 1
            centre = (int(fixed[k, 0]), int(fixed[k, 1]))
            radius = int(1.5 * (1 << _SUBPIXEL_BITS))
            cv2.circle(picture, centre, radius, _side(int(k)), filled, cv2.LINE_AA, _SUBPIXEL_BITS)


def _side(keypoint: int) -> Rgb:
    name = KEYPOINTS[keypoint]
    return _LEFT if name.startswith("left") else _RIGHT if name.startswith("right") else _MIDDLE


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return points for OpenCV, which has a pixel's centre at 0 where we have it at 0.5."""
    return np.round((points - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)


_BELOW: dict[str, Callable[[Picture, Frame], Picture]] = {
    "depth": _depth,
    "flow": _flow,
    "masks": _masks,
}
LAYERS = (*_BELOW, "tracks", "boxes", "velocity", "keypoints")
