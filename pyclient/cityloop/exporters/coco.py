"""COCO: detection and instance masks, keypoints, and panoptic segmentation.

Format: https://cocodataset.org/#format-data and, for panoptic, A. Kirillov et al., "Panoptic
Segmentation", 2019.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ObjectTable
from cityloop.dataset import Dataset, Frame
from cityloop.exporters.class_map import ClassMap
from cityloop.exporters.json_array import JsonDocument
from cityloop.exporters.target import copy_picture, write_file
from cityloop.exporters.things import RIDER, Thing, class_names, cut_out, poses_of, split_things
from cityloop.spatial import KEYPOINTS

# Pairs of keypoints, from 1, that COCO draws a line between.
_SKELETON = (
    *((16, 14), (14, 12), (17, 15), (15, 13), (12, 13), (6, 12), (7, 13), (6, 7), (6, 8), (7, 9)),
    *((8, 10), (9, 11), (2, 3), (1, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7)),
)
# A rider's segment has the id of its object plus this; all ids stay below 2^24, the format's end.
_RIDER_SEGMENT = 1 << 23


@dataclass(frozen=True)
class _Prepared:
    """What one picture adds, still without the ids that count through the export."""

    instances: list[dict[str, Any]]
    keypoints: list[dict[str, Any]]
    segments: list[dict[str, Any]]


class Exporter:
    """Writes images/, annotations/{instances,person_keypoints,panoptic}.json and panoptic/."""

    PASSES = ("rgb", "instance", "semantic")

    def __init__(self, dataset: Dataset, folder: Path, classes: ClassMap, min_pixels: int) -> None:
        self._folder, self._classes, self._min_pixels = folder, classes, min_pixels
        self._names = class_names(dataset)
        categories = [
            {"id": classes.number(name), "name": name, **about}
            for name, about in classes.categories.items()
        ]
        things = [c for c in categories if c.get("isthing", 1)]
        plain = [{k: v for k, v in c.items() if k != "isthing"} for c in things]
        people = [c for c in plain if c["name"] == classes.classes["person"]]
        posed = [{**c, "keypoints": list(KEYPOINTS), "skeleton": _SKELETON} for c in people]
        self._stuff = self._stuff_table()

        def start(name: str, its_categories: list[dict[str, Any]]) -> JsonDocument:
            head = {
                "info": {"description": f"Cityloop dataset {dataset.path.name}"},
                "licenses": [],
                "categories": its_categories,
            }
            path = folder / "annotations" / f"{name}.json"
            return JsonDocument(path, head, ("images", "annotations"))

        self._instances = start("instances", plain)
        self._keypoints = start("person_keypoints", posed)
        self._panoptic = start("panoptic", categories)
        self._documents = (self._instances, self._keypoints, self._panoptic)
        self._annotations = 0

    def prepare(self, number: int, frame: Frame) -> _Prepared:
        """Copy the picture, draw its panoptic ids, return the annotations."""
        name = _file_name(frame)
        copy_picture(frame, self._folder / "images" / name)
        objects = frame.objects
        things = [
            thing
            for thing in split_things(frame, objects, self._classes, self._names, self._min_pixels)
            if self._classes.categories[thing.category].get("isthing", 1)
        ]
        ids, segments = self._segments(frame, things, objects.panoptic_id)
        done, png = cv2.imencode(".png", _digits(ids), _PNG_OPTIONS)
        if not done:
            raise ValueError(f"OpenCV makes no PNG of {name}")
        write_file(self._folder / "panoptic" / name, png.tobytes())
        instances = [self._instance(frame, thing, objects) for thing in things]
        said_of = {
            (thing.id, thing.piece): said for thing, said in zip(things, instances, strict=True)
        }
        keypoints = [
            {**said_of[thing.id, thing.piece], **_pose(points, visibility)}
            for thing, points, visibility in poses_of(frame, objects, things)
            if thing.category == self._classes.classes["person"]
        ]
        return _Prepared(instances, keypoints, segments)

    def add(self, number: int, frame: Frame, prepared: _Prepared) -> None:
        """Append the annotations of a picture."""
        image = number + 1
        size = frame.camera.intrinsics
        name = _file_name(frame)
        about = {"id": image, "file_name": name, "width": size.width, "height": size.height}
        about |= {"sequence": frame.sequence.folder.name, "camera": frame.camera.name}
        about |= {"frame": frame.number, "time_s": frame.time_s}
        for document in self._documents:
            document.add("images", about)
        numbers = {}
        for said in prepared.instances:
            self._annotations += 1
            numbers[said["track_id"], said["piece"]] = self._annotations
            self._instances.add("annotations", {"id": self._annotations, "image_id": image, **said})
        for said in prepared.keypoints:
            known = numbers[said["track_id"], said["piece"]]
            self._keypoints.add("annotations", {"id": known, "image_id": image, **said})
        self._panoptic.add(
            "annotations",
            {"image_id": image, "file_name": name, "segments_info": prepared.segments},
        )

    def finish(self) -> None:
        """Put the JSON files together."""
        for document in self._documents:
            document.close()

    def _instance(self, frame: Frame, thing: Thing, objects: ObjectTable) -> dict[str, Any]:
        size = frame.camera.intrinsics
        return {
            "category_id": self._classes.number(thing.category),
            "bbox": _bbox(thing.box),
            "area": thing.pixels,
            "segmentation": {"size": [size.height, size.width], "counts": thing.mask},
            "iscrowd": 0,
            "track_id": thing.id,
            "piece": thing.piece,
            "visible_fraction": round(float(objects.visible_fraction[thing.row]), 6),
            "truncation": round(float(objects.truncation[thing.row]), 6),
        }

    def _stuff_table(self) -> NDArray[np.uint8]:
        """Return (256,): class id -> lowest class id with the same stuff category, 255 for none."""
        first: dict[str, int] = {}
        table = np.full(256, 255, dtype=np.uint8)
        for number, name in sorted(self._names.items()):
            category = self._classes.classes[name]
            if category is not None and not self._classes.categories[category].get("isthing", 1):
                table[number] = first.setdefault(category, number)
        return table

    def _segments(
        self, frame: Frame, things: list[Thing], numbers: NDArray[np.uint32]
    ) -> tuple[NDArray[np.uint32], list[dict[str, Any]]]:
        """Return the (H, W) ids of the segments, 0 for none, and what is said about each."""
        instance = np.asarray(frame.read("instance"), dtype=np.uint32)
        semantic = np.asarray(frame.read("semantic"), dtype=np.uint8)
        stuff = self._stuff[semantic]
        stuff[instance != 0] = 255
        ids = np.where(stuff == 255, 0, stuff.astype(np.uint32) + 1)
        segments = []
        for number in np.flatnonzero(np.bincount(stuff.ravel(), minlength=256)[:255]).tolist():
            category = self._classes.classes[self._names[number]]
            assert category is not None, "the table of stuff holds categories only"
            mask = stuff == number
            segments.append(self._segment(number + 1, category, int(mask.sum()), _bounds(mask)))
        for thing in things:
            part, mask = cut_out(frame, thing, instance, semantic)
            number = int(numbers[thing.row]) + (_RIDER_SEGMENT if thing.piece == RIDER else 0)
            ids[part][mask] = number
            segments.append(self._segment(number, thing.category, thing.pixels, thing.box))
        return ids, segments

    def _segment(
        self, number: int, category: str, area: int, box: tuple[float, ...]
    ) -> dict[str, Any]:
        return {
            "id": number,
            "category_id": self._classes.number(category),
            "area": area,
            "bbox": _bbox(box),
            "iscrowd": 0,
        }


# Ids stand in areas: without a filter they take a third of the time and are no larger.
_PNG_OPTIONS = (
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE),
)


def _file_name(frame: Frame) -> str:
    return f"{frame.sequence.folder.name}/{frame.camera.name}/{frame.number:06d}.png"


def _bbox(box: tuple[float, ...]) -> list[float]:
    xmin, ymin, xmax, ymax = box
    return [xmin, ymin, xmax - xmin, ymax - ymin]


def _bounds(mask: NDArray[np.bool_]) -> tuple[float, ...]:
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _digits(ids: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return (H, W, 3), last channel first: the format's R + 256 G + 256^2 B as OpenCV has it."""
    low_first = np.ascontiguousarray(ids, dtype="<u4").view(np.uint8).reshape(*ids.shape, 4)
    return np.ascontiguousarray(low_first[..., 2::-1])


def _pose(image: NDArray[np.float64], visibility: NDArray[np.uint8]) -> dict[str, Any]:
    """Return the keypoints of a person: x, y, v each, all 0 for one outside the image."""
    # Their coordinates are pixel indices, whereas boxes and outlines are continuous.
    points = np.where(visibility[:, None] > 0, image - 0.5, 0.0)
    flat = [
        value
        for (x, y), v in zip(points.tolist(), visibility.tolist(), strict=True)
        for value in (round(x, 3), round(y, 3), v)
    ]
    return {"keypoints": flat, "num_keypoints": int(np.count_nonzero(visibility))}
