"""Frames for the page's browser: pictures as data URLs, labels as JSON."""

import base64
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ObjectTable
from cityloop.dataset.frame import Frame
from cityloop.dataset.overlay import arrow_on_ground, class_color
from cityloop.dataset.pictures import instance_colors, picture_of

_JPEG_QUALITY = 80
# A pass is shown over the picture, so that half its size is enough.
_SHRUNK = 2
# Layer of the page -> the pass that it shows.
PASS_LAYERS = {"depth": "depth", "flow": "flow_forward", "masks": "instance"}


def frame_entry(frame: Frame) -> dict[str, Any]:
    """Return what the page knows of a frame: pictures, and a record for each object."""
    pictures = {"rgb": _jpeg(frame.read("rgb"))}
    for layer, name in PASS_LAYERS.items():
        if name in frame.sequence.passes:
            values = frame.read(name)
            if layer == "masks":
                pictures[layer] = _png_with_alpha(instance_colors(values), values != 0)
            else:
                pictures[layer] = _jpeg(_shrunk(picture_of(name, values)))
    objects = frame.objects
    return {
        "number": frame.number,
        "time": f"{frame.time_s:.2f} s",
        "pictures": pictures,
        "objects": [_object_entry(frame, objects, row) for row in range(len(objects))],
    }


def _object_entry(frame: Frame, objects: ObjectTable, row: int) -> dict[str, Any]:
    r, g, b = class_color(int(objects.semantic[row]))
    arrow = arrow_on_ground(objects, row, frame.camera.intrinsics, frame.world_from_camera)
    far_out = len(arrow) and np.abs(arrow).max() > 1e5
    entry = {
        "id": int(objects.id[row]),
        "name": objects.name[row],
        "kind": objects.kind[row],
        "activity": objects.activity[row],
        "color": f"rgb({r},{g},{b})",
        "box": _rounded(objects.box_2d[row]),
        "kmh": round(3.6 * float(objects.speed_mps[row]), 1),
        "distance": round(float(objects.distance_m[row]), 1),
        "visible": round(float(objects.visible_fraction[row]), 2),
        "arrow": [] if far_out else _rounded(arrow),
    }
    (person,) = np.nonzero(objects.people.row == row)
    if len(person):
        points = objects.people.keypoints_image[person[0]]
        visible = objects.people.keypoint_visibility[person[0]]
        entry["keypoints"] = [
            [*_rounded(point), int(v)] for point, v in zip(points, visible, strict=True)
        ]
    return entry


def _rounded(values: NDArray[np.float64]) -> list[Any]:
    listed: list[Any] = np.round(np.asarray(values, dtype=np.float64), 1).tolist()
    return listed


def _shrunk(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    size = (max(1, width // _SHRUNK), max(1, height // _SHRUNK))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _jpeg(rgb: NDArray[np.uint8]) -> str:
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)
    return data_url("image/jpeg", data.tobytes())


def _png_with_alpha(rgb: NDArray[np.uint8], shown: NDArray[np.bool_]) -> str:
    bgra = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA)
    bgra[..., 3] = np.where(shown, 255, 0)
    _, data = cv2.imencode(".png", bgra)
    return data_url("image/png", data.tobytes())


def data_url(kind: str, content: bytes) -> str:
    """Return a data URL of some bytes."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
