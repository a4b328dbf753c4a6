"""Velocity labels drawn over a picture: box, id, speed, and the ground velocity as an arrow.

The arrow is a flat shape that lies on the ground in front of the object, in its direction of
travel, as long as `ARROW_TIME_S` of travel, seen by the camera like everything else on the ground.
"""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ObjectTable
from cityloop.spatial import Intrinsics, Pose, rotation
from cityloop.world.semantics import CLASSES, SemanticClass

ARROW_TIME_S = 0.75
STILL_MPS = 0.2  # slower than this counts as standing
MIN_PIXELS = 12  # an object of fewer visible pixels is not marked
_MOST_COVERED = 0.15  # share of a box that the tag of somebody who moves may cover

_NEAR_M = 0.3
_SHAFT_WIDTH_M = 0.28
_HEAD_WIDTH_M = 0.9
_HEAD_LENGTH_M = 0.9
_SUBPIXEL_BITS = 4
_FONT = cv2.FONT_HERSHEY_SIMPLEX

Picture = NDArray[np.uint8]
Rgb = tuple[int, int, int]
Rectangle = tuple[int, int, int, int]  # left, top, right, bottom, right and bottom exclusive


@cache
def class_color(semantic: int) -> Rgb:
    """Return the class's palette colour, brightened until it shows on a dark street."""
    color = np.array(CLASSES[SemanticClass(semantic)].color, dtype=np.float64)
    bright = color * (255 / max(1.0, color.max()))
    r, g, b = np.round(0.7 * bright + 0.3 * 255).astype(int)
    return int(r), int(g), int(b)


def arrow_on_ground(
    objects: ObjectTable, row: int, intrinsics: Intrinsics, world_from_camera: Pose
) -> NDArray[np.float64]:
    """Return (N, 2) pixel corners of an object's velocity arrow; N is 0 behind the camera."""
    velocity = objects.velocity_world[row].copy()
    velocity[2] = 0.0
    speed = float(np.linalg.norm(velocity))
    if speed < STILL_MPS:
        return np.zeros((0, 2))
    along = velocity / speed
    across = np.array([-along[1], along[0], 0.0])
    up = rotation.rotate(objects.quaternion_world[row], [0.0, 0.0, 1.0])
    length, width, height = objects.dimension[row]
    base = objects.center_world[row] - up * height / 2
    forward, left = rotation.rotate(objects.quaternion_world[row], np.eye(3)[:2])
    # The box reaches this far from its centre in the direction of travel.
    reach = abs(along @ forward) * length / 2 + abs(along @ left) * width / 2
    start = base + along * reach
    total = speed * ARROW_TIME_S
    head = min(_HEAD_LENGTH_M, 0.5 * total)
    scale = head / _HEAD_LENGTH_M
    shaft, wing = _SHAFT_WIDTH_M / 2 * scale, _HEAD_WIDTH_M / 2 * scale
    steps = [
        (0.0, shaft),
        (total - head, shaft),
        (total - head, wing),
        (total, 0.0),
        (total - head, -wing),
        (total - head, -shaft),
        (0.0, -shaft),
    ]
    corners = np.array([start + along * a + across * b for a, b in steps])
    seen = _clip_near(world_from_camera.inverse().apply(corners))
    return intrinsics.project(seen) if len(seen) else np.zeros((0, 2))


def _clip_near(polygon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the part of a camera-frame polygon (N, 3) beyond the near plane.

    I. E. Sutherland and G. W. Hodgman, "Reentrant polygon clipping", 1974, for one plane.
    """
    kept: list[NDArray[np.float64]] = []
    for here, there in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if here[2] >= _NEAR_M:
            kept.append(here)
        if (here[2] >= _NEAR_M) != (there[2] >= _NEAR_M):
            share = (_NEAR_M - here[2]) / (there[2] - here[2])
            kept.append(here + share * (there - here))
    return np.array(kept).reshape(-1, 3)


def draw_labels(
    rgb: Picture,
    objects: ObjectTable,
    intrinsics: Intrinsics,
    world_from_camera: Pose,
    *,
    boxes: bool = True,
    velocities: bool = True,
) -> Picture:
    """Return a copy of `rgb` (H, W, 3) uint8 with the labels of `objects`, nearest on top.

    Boxes come with ids, velocities are arrows with km/h.
    """
    picture = np.ascontiguousarray(rgb).copy()
    thick = max(1, round(intrinsics.height / 540))
    marked = [i for i in range(len(objects)) if objects.visible_pixels[i] >= MIN_PIXELS]
    by_distance = sorted(marked, key=lambda i: (objects.distance_m[i], objects.id[i]))
    moving = {i for i in marked if objects.speed_mps[i] >= STILL_MPS}
    for i in reversed(by_distance):
        color = class_color(int(objects.semantic[i]))
        if velocities and i in moving and _stands_free(objects, i, intrinsics, world_from_camera):
            arrow = arrow_on_ground(objects, i, intrinsics, world_from_camera)
            _draw_polygon(picture, arrow, color, thick)
        if boxes:
            _draw_box(picture, objects.box_2d[i], color, thick + 1 if i in moving else 1)
    # Whoever moves and is near chooses the place of the tag first.
    taken: list[Rectangle] = []
    rectangles = objects.box_2d.astype(np.int64).reshape(-1, 4)
    is_marked = np.isin(np.arange(len(objects)), marked)
    for i in sorted(by_distance, key=lambda i: i not in moving):
        said = [f"#{objects.id[i]}"] if boxes else []
        if velocities and i in moving:
            said.append(f"{objects.speed_mps[i] * 3.6:.0f} km/h")
        if not said:
            continue
        others = rectangles[is_marked & (np.arange(len(objects)) != i)]
        color = class_color(int(objects.semantic[i]))
        box = _rectangle(objects.box_2d[i])
        _draw_tag(picture, " ".join(said), box, color, taken, others, moves=i in moving)
    return picture


def _stands_free(
    objects: ObjectTable, row: int, intrinsics: Intrinsics, world_from_camera: Pose
) -> bool:
    """Return whether the object is seen down to the ground; else its arrow hides what hides it."""
    _, ymin, _, ymax = objects.box_2d[row]
    if ymax >= intrinsics.height:
        return True
    up = rotation.rotate(objects.quaternion_world[row], [0.0, 0.0, 1.0])
    base = objects.center_world[row] - up * objects.dimension[row, 2] / 2
    seen = world_from_camera.inverse().apply(base)
    return bool(seen[2] > _NEAR_M and intrinsics.project(seen)[1] < ymax + 0.4 * (ymax - ymin) + 2)


def _rectangle(box: Sequence[float]) -> Rectangle:
    left, top, right, bottom = (int(v) for v in box)
    return left, top, right, bottom


def _draw_polygon(picture: Picture, corners: NDArray[np.float64], color: Rgb, thick: int) -> None:
    # What reaches far outside the picture would overflow OpenCV's fixed-point numbers.
    if len(corners) < 3 or np.abs(corners).max() > 1e5:
        return
    # Continuous pixel coordinates have a pixel's centre at +0.5, OpenCV's at 0.
    fixed = np.round((corners - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    dark = (color[0] // 4, color[1] // 4, color[2] // 4)
    cv2.polylines(picture, [fixed], True, dark, thick + 2, cv2.LINE_AA, _SUBPIXEL_BITS)
    cv2.fillPoly(picture, [fixed], color, cv2.LINE_AA, _SUBPIXEL_BITS)
    cv2.polylines(picture, [fixed], True, color, thick, cv2.LINE_AA, _SUBPIXEL_BITS)


def _draw_box(picture: Picture, box: Sequence[float], color: Rgb, thick: int) -> None:
    xmin, ymin, xmax, ymax = (int(v) for v in box)
    if thick > 1:
        dark = (color[0] // 4, color[1] // 4, color[2] // 4)
        cv2.rectangle(picture, (xmin, ymin), (xmax - 1, ymax - 1), dark, thick + 1)
    cv2.rectangle(picture, (xmin, ymin), (xmax - 1, ymax - 1), color, max(1, thick - 1))


def _draw_tag(
    picture: Picture,
    text: str,
    box: Rectangle,
    color: Rgb,
    taken: list[Rectangle],
    others: NDArray[np.int64],
    *,
    moves: bool,
) -> None:
    """Draw `text` on a filled tag beside `box`, if a place is left.

    It covers none of the tags in `taken` and none of the boxes `others` (N, 4); the tag of what
    moves, where there is no such place, a small share of some. What stands still and is smaller
    than its tag has none.
    """
    height, width = picture.shape[:2]
    scale = max(0.36, height / 1440)
    (text_width, text_height), _ = cv2.getTextSize(text, _FONT, scale, 1)
    margin = max(2, round(height / 270))
    tag_width, tag_height = text_width + 2 * margin, text_height + 2 * margin
    xmin, ymin, xmax, ymax = box
    if not moves and max(xmax - xmin, ymax - ymin) < tag_height:
        return
    left = min(max(0, xmin), width - tag_width)
    right = min(max(0, xmax - tag_width), width - tag_width)
    places = [(left, ymin - tag_height), (right, ymin - tag_height), (left, ymax), (right, ymax)]
    places += [(x, ymin - k * tag_height) for k in (2, 3, 4) for x in (left, right)]
    places += [(xmax, ymin), (xmin - tag_width, ymin), (left, ymin)]
    corners = np.array(places)
    inside = (corners >= 0) & (corners <= [width - tag_width, height - tag_height])
    tags = np.column_stack([corners, corners + [tag_width, tag_height]])[inside.all(axis=1)]
    tags = tags[_covered(np.array(taken, dtype=np.int64).reshape(-1, 4), tags) == 0]
    if not len(tags):
        return
    covered = _covered(others, tags)
    best = int(np.argmin(covered))  # the first of equals
    if covered[best] > (_MOST_COVERED if moves else 0.0):
        return
    tag = _rectangle(tags[best])
    x, y = tag[:2]
    taken.append(tag)
    cv2.rectangle(picture, (x, y), (tag[2] - 1, tag[3] - 1), color, cv2.FILLED)
    bright = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] > 120
    ink = (0, 0, 0) if bright else (255, 255, 255)
    foot = (x + margin, y + margin + text_height)
    cv2.putText(picture, text, foot, _FONT, scale, ink, 1, cv2.LINE_AA)


def _covered(boxes: NDArray[np.int64], tags: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (T,) the largest share of one of the boxes (N, 4) that each tag (T, 4) covers."""
    low = np.maximum(boxes[:, :2], tags[:, None, :2])
    high = np.minimum(boxes[:, 2:], tags[:, None, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=-1)
    return np.max(shared / np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1), axis=1, initial=0.0)
