"""YOLO: detection boxes, segments and poses, as Ultralytics' tools read them.

Format: https://docs.ultralytics.com/datasets, pages detect, segment and pose.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from cityloop.dataset import Dataset, Frame
from cityloop.exporters.class_map import ClassMap
from cityloop.exporters.target import copy_picture, write_file
from cityloop.exporters.things import Thing, class_names, cut_out, poses_of, split_things
from cityloop.spatial import KEYPOINTS

_TASKS = ("detect", "segment", "pose")
_DECIMALS = 6


class Exporter:
    """Writes detect/, segment/ and pose/, each with data.yaml, images/ and labels/."""

    PASSES = ("rgb", "instance", "semantic")

    def __init__(self, dataset: Dataset, folder: Path, classes: ClassMap, min_pixels: int) -> None:
        self._folder, self._classes, self._min_pixels = folder, classes, min_pixels
        self._names = class_names(dataset)
        self._person = classes.classes["person"]
        names = {classes.number(name): name for name in classes.categories}
        posed = {"names": {0: self._person or "person"}, "kpt_shape": [len(KEYPOINTS), 3]}
        posed["flip_idx"] = [KEYPOINTS.index(_mirrored(name)) for name in KEYPOINTS]
        for task in _TASKS:
            about: dict[str, Any] = {"train": "images", "val": "images"}
            about |= posed if task == "pose" else {"names": names}
            text = yaml.safe_dump(about, sort_keys=False)
            write_file(folder / task / "data.yaml", text.encode())

    def prepare(self, number: int, frame: Frame) -> None:
        """Write everything about a picture."""
        name = f"{frame.sequence.folder.name}-{frame.camera.name}-{frame.number:06d}"
        images = [self._folder / task / "images" / f"{name}.png" for task in _TASKS]
        copy_picture(frame, *images)
        objects = frame.objects
        things = split_things(frame, objects, self._classes, self._names, self._min_pixels)
        size = np.array([frame.camera.intrinsics.width, frame.camera.intrinsics.height])
        boxes = [_box(thing, size) for thing in things]
        numbers = [self._classes.number(thing.category) for thing in things]
        detect = [f"{n} {box}" for n, box in zip(numbers, boxes, strict=True)]
        outlines = _outlines(frame, things)
        segment = [
            f"{n} {_join(outline / size)}" for n, outline in zip(numbers, outlines, strict=True)
        ]
        pose = [
            f"0 {_box(thing, size)} {_pose(points / size, visibility)}"
            for thing, points, visibility in poses_of(frame, objects, things)
            if thing.category == self._person
        ]
        for task, lines in zip(_TASKS, (detect, segment, pose), strict=True):
            text = "".join(f"{line}\n" for line in lines)
            write_file(self._folder / task / "labels" / f"{name}.txt", text.encode())

    def add(self, number: int, frame: Frame, prepared: None) -> None:
        """Every file belongs to one picture."""

    def finish(self) -> None:
        """Nothing is open."""


def _join(values: NDArray[np.float64]) -> str:
    return " ".join(f"{value:.{_DECIMALS}f}" for value in np.ravel(values))


def _mirrored(keypoint: str) -> str:
    side, _, rest = keypoint.partition("_")
    return {"left": f"right_{rest}", "right": f"left_{rest}"}.get(side, keypoint)


def _box(thing: Thing, size: NDArray[np.int64]) -> str:
    """Return centre and size of a box as shares of the image's."""
    low, high = np.array(thing.box[:2]), np.array(thing.box[2:])
    return _join(np.concatenate([(low + high) / 2 / size, (high - low) / size]))


def _pose(points: NDArray[np.float64], visibility: NDArray[np.uint8]) -> str:
    """Return x, y, v of each keypoint, all 0 for one outside the image."""
    return " ".join(
        f"{_join(point)} {v}" if v else "0 0 0" for point, v in zip(points, visibility, strict=True)
    )


def _outlines(frame: Frame, things: list[Thing]) -> list[NDArray[np.float64]]:
    """Return the outline (K, 2) of each thing in continuous pixels, through pixel centres."""
    instance, semantic = frame.read("instance"), frame.read("semantic")
    outlines = []
    for thing in things:
        (rows, columns), mask = cut_out(frame, thing, instance, semantic)
        outlines.append(_outline(mask) + [columns.start + 0.5, rows.start + 0.5])
    return outlines


def _outline(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return one closed line (K, 2) around all parts of a mask, three points at least.

    Parts are joined by a line to and fro between their nearest points, since the format has one
    polygon per object; holes are filled.
    """
    parts, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outlines = [np.asarray(part, dtype=np.int64).reshape(-1, 2) for part in parts]
    # The largest first: the others hang on it.
    outlines.sort(key=len, reverse=True)
    whole = outlines[0]
    for part in outlines[1:]:
        gaps = ((whole[:, None] - part[None]) ** 2).sum(axis=-1)
        i, j = np.unravel_index(int(gaps.argmin()), gaps.shape)
        around = np.concatenate([part[j:], part[: j + 1]])
        whole = np.concatenate([whole[: i + 1], around, whole[i:]])
    while len(whole) < 3:
        whole = np.concatenate([whole, whole[-1:]])
    return whole.astype(np.float64)
