"""MOTChallenge: gt.txt, seqinfo.ini and pictures per video, as MOT16 and MOT17 have them.

Format: A. Milan et al., "MOT16: A Benchmark for Multi-Object Tracking", 2016, section 3.3.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset import Dataset, Frame
from cityloop.exporters.class_map import ClassMap
from cityloop.exporters.target import copy_picture, write_file, writing
from cityloop.exporters.things import class_names, streams, whole_things

# Pixels and frames of MOTChallenge count from 1: the upper left corner of the image is (1, 1).
_FIRST = 1


class Exporter:
    """Writes train/SEQUENCE-CAMERA/{img1,gt,seqinfo.ini} and seqmaps/train.txt."""

    PASSES = ("rgb",)

    def __init__(self, dataset: Dataset, folder: Path, classes: ClassMap, min_pixels: int) -> None:
        self._folder, self._classes, self._min_pixels = folder, classes, min_pixels
        self._names = class_names(dataset)
        videos = [_name(sequence, camera) for sequence, camera in streams(dataset)]
        seqmap = "".join(f"{line}\n" for line in ("name", *videos))
        write_file(folder / "seqmaps" / "train.txt", seqmap.encode())
        for sequence in dataset.sequences:
            for camera in sequence.cameras.values():
                name = _name(sequence.folder.name, camera.name)
                size = camera.intrinsics
                info = (
                    f"[Sequence]\nname={name}\nimDir=img1\nframeRate={1 / sequence.dt_s:g}\n"
                    f"seqLength={sequence.frame_count}\nimWidth={size.width}\n"
                    f"imHeight={size.height}\nimExt=.png\n"
                )
                write_file(self._video(name) / "seqinfo.ini", info.encode())
                write_file(self._video(name) / "gt" / "gt.txt", b"")

    def prepare(self, number: int, frame: Frame) -> str:
        """Copy the picture, return its lines of gt.txt."""
        video = self._video(_name(frame.sequence.folder.name, frame.camera.name))
        picture = frame.number + _FIRST
        copy_picture(frame, video / "img1" / f"{picture:06d}.png")
        objects = frame.objects
        lines = []
        for thing in whole_things(objects, self._classes, self._names, self._min_pixels):
            xmin, ymin, xmax, ymax = _bounded(objects.amodal_box[thing.row], frame).tolist()
            # Of what is outside the image nobody counts pixels: as large a share as of the box.
            inside = 1.0 - objects.truncation[thing.row]
            said = self._classes.categories[thing.category]
            lines.append(
                f"{picture},{thing.id},{xmin + _FIRST:.3f},{ymin + _FIRST:.3f},{xmax - xmin:.3f},"
                f"{ymax - ymin:.3f},{said.get('evaluated', 1)},"
                f"{self._classes.number(thing.category)},"
                f"{objects.visible_fraction[thing.row] * inside:.5f}\n"
            )
        return "".join(lines)

    def add(self, number: int, frame: Frame, prepared: str) -> None:
        """Append the lines of a picture."""
        path = self._video(_name(frame.sequence.folder.name, frame.camera.name)) / "gt" / "gt.txt"
        with writing(path), path.open("a", newline="\n") as file:
            file.write(prepared)

    def finish(self) -> None:
        """Nothing is open."""

    def _video(self, name: str) -> Path:
        return self._folder / "train" / name


def _bounded(box: NDArray[np.float64], frame: Frame) -> NDArray[np.float64]:
    """Return a box (4,), cut where it reaches more than one image's size beyond the image.

    Corners of what stands beside the camera are projected without bound.
    """
    size = np.array([frame.camera.intrinsics.width, frame.camera.intrinsics.height] * 2)
    return np.clip(box, -size, 2 * size)


def _name(sequence: str, camera: str) -> str:
    return f"{sequence}-{camera}"
