"""What a picture shows, as detection formats count it: one entry per thing with a box."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ObjectTable
from cityloop.dataset import Dataset, Frame
from cityloop.errors import DatasetError
from cityloop.exporters.class_map import ClassMap
from cityloop.world.semantics import SemanticClass

RIDER = "rider"  # name of the piece

Box = tuple[float, float, float, float]
Pixels = NDArray[np.float64]


@dataclass(frozen=True)
class Thing:
    """An object, or the rider or machine of a two-wheeler.

    Attributes:
        row: of the object in the picture's `ObjectTable`.
        id: of the object; what the instance pass shows.
        piece: "rider" or "machine", "" for a whole object.
        category: of the class map.
        box: xmin, ymin, xmax, ymax around its visible pixels, continuous pixels.
        pixels: how many are visible.
        mask: COCO's compressed counts.
    """

    row: int
    id: int
    piece: str
    category: str
    box: Box
    pixels: int
    mask: str


def whole_things(
    objects: ObjectTable, classes: ClassMap, names: dict[int, str], min_pixels: int
) -> list[Thing]:
    """Return the objects that the class map keeps, two-wheelers with their riders as one.

    Args:
        objects: what a picture shows.
        classes: what becomes what.
        names: class id -> our class.
        min_pixels: what shows fewer is left out.
    """
    things = []
    for row, kind in enumerate(objects.kind):
        category = classes.category(names[int(objects.semantic[row])], kind)
        if category is not None and objects.visible_pixels[row] >= min_pixels:
            things.append(
                Thing(
                    row,
                    int(objects.id[row]),
                    "",
                    category,
                    _box(objects.box_2d[row]),
                    int(objects.visible_pixels[row]),
                    objects.mask[row],
                )
            )
    return things


def split_things(
    frame: Frame, objects: ObjectTable, classes: ClassMap, names: dict[int, str], min_pixels: int
) -> list[Thing]:
    """Return the things that the class map keeps, riders and machines one each.

    Args:
        frame: the picture.
        objects: what it shows.
        classes: what becomes what.
        names: class id -> our class.
        min_pixels: what shows fewer, at least 1, is left out.
    """
    pieces = frame.pieces
    split = set(pieces.id.tolist())
    whole = whole_things(objects, classes, names, min_pixels)
    things = [t for t in whole if t.id not in split]
    row_of = {int(number): row for row, number in enumerate(objects.id)}
    for i, number in enumerate(pieces.id.tolist()):
        category = classes.category(names[int(pieces.semantic[i])])
        if category is not None and pieces.visible_pixels[i] >= min_pixels:
            things.append(
                Thing(
                    row_of[number],
                    number,
                    pieces.piece[i],
                    category,
                    _box(pieces.box_2d[i]),
                    int(pieces.visible_pixels[i]),
                    pieces.mask[i],
                )
            )
    return things


def poses_of(
    frame: Frame, objects: ObjectTable, things: list[Thing]
) -> list[tuple[Thing, Pixels, NDArray[np.uint8]]]:
    """Return the people and riders among the things that `split_things` found in a picture.

    Each with the pixels (17, 2) of `spatial.KEYPOINTS` and their visibility (17,).
    """
    people = objects.people
    walking = {int(row): i for i, row in enumerate(people.row)}
    pieces = frame.pieces
    riding = {
        number: i
        for i, (number, name) in enumerate(zip(pieces.id.tolist(), pieces.piece, strict=True))
        if name == RIDER and len(pieces.keypoint_visibility[i])
    }
    found = []
    for thing in things:
        if thing.piece == RIDER and thing.id in riding:
            i = riding[thing.id]
            found.append((thing, pieces.keypoints_image[i], pieces.keypoint_visibility[i]))
        elif not thing.piece and thing.row in walking:
            i = walking[thing.row]
            found.append((thing, people.keypoints_image[i], people.keypoint_visibility[i]))
    return found


def cut_out(
    frame: Frame, thing: Thing, instance: NDArray[Any], semantic: NDArray[Any]
) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """Return where the box of a thing lies in (H, W) pictures, and its pixels (h, w) there.

    Raises:
        DatasetError: if there are none.
    """
    left, top, right, bottom = map(int, thing.box)
    part = slice(top, bottom), slice(left, right)
    mask: NDArray[np.bool_] = instance[part] == thing.id
    if thing.piece:
        # What is not the rider's is the machine's.
        mask &= (semantic[part] == SemanticClass.RIDER) == (thing.piece == RIDER)
    if not mask.any():
        raise DatasetError(
            f"frame {frame.number} of {frame.sequence.folder} does not show object {thing.id}, "
            "which it has a label of; find out what is damaged with cityloop verify"
        )
    return part, mask


def class_names(dataset: Dataset) -> dict[int, str]:
    """Return class id -> our class."""
    return {number: name for number, (name, _) in dataset.classes.items()}


def streams(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield (folder of the sequence, camera) of every video."""
    for sequence in dataset.sequences:
        for camera in sequence.cameras:
            yield sequence.folder.name, camera


def _box(box: NDArray[np.float64]) -> Box:
    xmin, ymin, xmax, ymax = box.tolist()
    return xmin, ymin, xmax, ymax
