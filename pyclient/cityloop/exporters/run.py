"""Exporting: pictures are made ready by threads a few ahead, and written down in their order."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from cityloop.dataset import Dataset, Frame
from cityloop.errors import DatasetError, ExportError
from cityloop.exporters.class_map import ClassMap
from cityloop.exporters.target import mark, whole_folder
from cityloop.world.semantics import CLASSES

# Each is a module beside this one with an `Exporter`.
FORMATS = ("coco", "kitti", "mot", "nuscenes", "yolo")

_AHEAD_PER_THREAD = 2  # pictures; bounds the memory


class PictureExporter(Protocol):
    """One format, writing into a folder of its own.

    Attributes:
        PASSES: what it reads beside the tables.
    """

    PASSES: tuple[str, ...]

    def __init__(self, dataset: Dataset, folder: Path, classes: ClassMap, min_pixels: int) -> None:
        """Begin an export of `dataset` into the empty `folder`; see `export`."""

    def prepare(self, number: int, frame: Frame) -> Any:
        """Write what belongs to one picture alone and return what `add` needs; in any thread.

        `number` counts the pictures of the export from 0.
        """

    def add(self, number: int, frame: Frame, prepared: Any) -> None:
        """Write what stands in files of many pictures; picture by picture, in order."""

    def finish(self) -> None:
        """Close the files."""


def export(
    dataset: Path | str,
    form: str,
    out: Path | str,
    *,
    class_map: Path | None = None,
    min_pixels: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write all pictures of a dataset and their labels in another format; return `out`.

    Args:
        dataset: folder of a dataset.
        form: one of `FORMATS`.
        out: folder of the export, which appears when it is whole; an earlier one is replaced.
        class_map: YAML file to use instead of the format's own class map.
        min_pixels: objects, riders and machines with fewer visible pixels in a picture are left out
            of its labels.
        progress: called with the number of pictures done.

    Raises:
        ExportError: if the format is none, `min_pixels` is below 1, the class map lacks a class,
            the dataset lacks a pass or a picture, or `out` is something else or cannot be written.
        DatasetError: if the dataset is missing, not complete, damaged or newer than this program.
    """
    if form not in FORMATS:
        raise ExportError(f"{form!r} is no format; choose one of {', '.join(FORMATS)}")
    if min_pixels < 1:
        raise ExportError(f"min_pixels is {min_pixels}; what has a label shows 1 pixel at least")
    opened = Dataset(dataset)
    _check_classes(opened)
    exporter: type[PictureExporter] = import_module(f"cityloop.exporters.{form}").Exporter
    classes = ClassMap.read(form, class_map)
    classes.check_complete(name for name, _ in opened.classes.values())
    total = pictures_to_export(opened)
    for sequence in opened.sequences:
        for name in exporter.PASSES:
            if sequence.cameras and name not in sequence.passes:
                raise ExportError(
                    f"{sequence.folder} was recorded without the pass {name!r}, which {form} "
                    "needs; record the sequence again with it"
                )
    with whole_folder(Path(out)) as folder:
        into = exporter(opened, folder, classes, min_pixels)
        for number, frame, prepared in _in_order(opened, into.prepare):
            into.add(number, frame, prepared)
            if progress is not None:
                progress(number + 1)
        into.finish()
        mark(
            folder,
            {
                "exporter": form,
                "pictures": total,
                "sequences": [
                    {"name": s.name, "cameras": list(s.cameras), "frames": s.frame_count}
                    for s in opened.sequences
                ],
                "classes": dict(classes.classes),
                "kinds": dict(classes.kinds),
                "min_pixels": min_pixels,
            },
        )
    return Path(out)


def _check_classes(dataset: Dataset) -> None:
    """Check that dataset.json names every class that actors or the semantic pass can have."""
    for number, info in CLASSES.items():
        if number not in dataset.classes:
            raise DatasetError(
                f"{dataset.path / 'dataset.json'} lacks the class {info.name!r}; copy the one of "
                "another dataset of this version"
            )


def pictures_to_export(dataset: Dataset) -> int:
    """Return how many pictures an export has.

    Raises:
        ExportError: if there are none.
        DatasetError: if a sequence is not complete, damaged or newer than this program.
    """
    count = len(dataset)
    if not count:
        raise ExportError(f"{dataset.path} has no picture; record a scenario with a camera into it")
    return count


def _in_order(
    dataset: Dataset, prepare: Callable[[int, Frame], Any]
) -> Iterator[tuple[int, Frame, Any]]:
    """Yield all pictures with what `prepare` made of them, while threads prepare the next ones."""
    threads = max(2, min(8, os.cpu_count() or 2))
    waiting: deque[tuple[int, Frame, Future[Any]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="cityloop-export")
    try:
        for number, frame in enumerate(dataset):
            waiting.append((number, frame, pool.submit(prepare, number, frame)))
            if len(waiting) > threads * _AHEAD_PER_THREAD:
                done, picture, job = waiting.popleft()
                yield done, picture, job.result()
        while waiting:
            done, picture, job = waiting.popleft()
            yield done, picture, job.result()
    finally:
        pool.shutdown(cancel_futures=True)
