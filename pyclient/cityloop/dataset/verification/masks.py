"""2D boxes, pixel counts, ids and classes of the labels against the instance and semantic masks."""

import numpy as np

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.semantics import SemanticClass as C

# Classes that one object's surfaces may show: lamps, loads and riders are parts of it.
_FAMILIES = (
    {C.CAR, C.TRUCK, C.BUS, C.TRAIN},
    {C.MOTORCYCLE, C.BICYCLE, C.RIDER},
    {C.PERSON, C.MOVABLE_OBJECT},
)


def family(semantic: int) -> set[int]:
    """Return the class ids that the surfaces of an object of class `semantic` may show."""
    for members in _FAMILIES:
        if semantic in members:
            return {int(c) for c in members}
    return {int(semantic)}


class BoxCheck:
    """2D boxes and visible pixel counts, found anew with another algorithm."""

    def __init__(self) -> None:
        self._boxes = Tally("2D boxes against the mask", "px", 0.0)
        self._counts = Tally("pixel counts against the mask", "px", 0.0)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare every row's box and count with the mask."""
        objects = picture.objects
        for row, actor in enumerate(objects.id):
            pixels = picture.pixels_of_actor.get(int(actor))
            if pixels is None:
                continue  # IdentityCheck reports it.
            v, u = np.divmod(pixels, picture.intrinsics.width)
            box = [u.min(), v.min(), u.max() + 1, v.max() + 1]
            where = f"{picture.here}, {objects.name[row]}"
            self._boxes.add(np.abs(objects.box_2d[row] - box).max(), where)
            error = abs(int(objects.visible_pixels[row]) - len(pixels))
            self._counts.add(error, where)

    def rows(self) -> list[Row]:
        """Return a row for boxes and one for counts."""
        return [self._boxes.row(), self._counts.row()]


class IdentityCheck:
    """Every id in a mask has a row, every row has pixels, and classes agree."""

    def __init__(self) -> None:
        self._ids = Tally("ids in mask and labels", "ids", 0.0)
        self._classes = Tally("classes against the semantic mask", "px", 0.0)
        self._sky = Tally("sky in depth and masks", "px", 0.0)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare masks and labels of a picture."""
        objects = picture.objects
        seen = picture.pixels_of_actor
        labelled = {int(i) for i in objects.id}
        strangers = sorted(labelled ^ set(seen))
        doubles = len(objects.id) - len(labelled)
        self._ids.add(len(strangers) + doubles, f"{picture.here}, ids {strangers[:5]}")
        semantic = picture.flat("semantic")
        for row, actor in enumerate(objects.id):
            if int(actor) not in seen:
                continue
            said = picture.sequence.actors.get(int(actor), {}).get("class_id")
            wrong = ~np.isin(semantic[seen[int(actor)]], list(family(objects.semantic[row])))
            errors = int(wrong.sum()) + (said != objects.semantic[row])
            where = f"{picture.here}, {objects.name[row]}"
            self._classes.add(errors, where)
        sky = np.isinf(picture.flat("depth"))
        mixed = (sky != (semantic == C.SKY)) | (sky & (picture.flat("instance") != 0))
        pixel = int(np.argmax(mixed))
        self._sky.add(int(mixed.sum()), picture.at(pixel))

    def rows(self) -> list[Row]:
        """Return a row for ids, one for classes and one for sky."""
        return [self._ids.row(), self._classes.row(), self._sky.row()]
