"""Painted road marks as outlines: the table that a sequence keeps, and the marks in a picture."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from cityloop.dataset.layout import replacing
from cityloop.dataset.reading import read_table
from cityloop.dataset.schema import ROAD_MARKS_SCHEMA
from cityloop.dataset.tables import PARQUET_OPTIONS
from cityloop.errors import DatasetError
from cityloop.spatial import Intrinsics, Pose
from cityloop.world.markings import MARK_COLORS, MARK_KINDS, Mark

Array = NDArray[np.float64]
# Shapely ships no types: polygons are `Any` here.
Shape = Any

_DIGITS = 4  # of metres that are stored


def write_road_marks(path: Path, marks: Iterable[Mark]) -> None:
    """Write road_marks.parquet, a row per mark.

    Raises:
        DatasetError: if the disk is full or read-only.
    """
    rows = [
        {"kind": m.kind, "color": m.color, "outline": np.round(m.outline, _DIGITS).ravel().tolist()}
        for m in marks
    ]
    with replacing(path) as partial:
        table = pa.Table.from_pylist(rows, schema=ROAD_MARKS_SCHEMA)
        pq.write_table(table, partial, **PARQUET_OPTIONS)


def read_road_marks(path: Path) -> tuple[Mark, ...]:
    """Return the marks of road_marks.parquet, with outlines (N, 3), in their order.

    Raises:
        DatasetError: if the file is missing or damaged.
    """
    marks: list[Mark] = []
    for row in read_table(path, ROAD_MARKS_SCHEMA).to_pylist():
        numbers = np.array(row["outline"])
        whole = len(numbers) >= 9 and len(numbers) % 3 == 0 and bool(np.isfinite(numbers).all())
        if not whole or row["kind"] not in MARK_KINDS or row["color"] not in MARK_COLORS:
            raise DatasetError(
                f"{path} is damaged (row {len(marks)} is no road mark); record the sequence again"
            )
        marks.append(Mark(numbers.reshape(-1, 3), row["kind"], row["color"]))
    return tuple(marks)


class ProjectedMarks:
    """The marks that a picture can show.

    Attributes:
        index: (M,) places of the marks in the sequence's list.
        shapes: (M,) shapely polygons, continuous pixels: cut off at the near plane, but not by the
            image's sides, and not where something hides them.
    """

    def __init__(
        self,
        marks: tuple[Mark, ...],
        intrinsics: Intrinsics,
        world_from_camera: Pose,
        near_m: float,
    ) -> None:
        """Project the marks (outlines (N, 3), world) into a picture."""
        count = np.array([len(m.outline) for m in marks], dtype=np.int64)
        owner = np.repeat(np.arange(len(marks)), count)
        world = np.concatenate([np.zeros((0, 3)), *(m.outline for m in marks)])
        seen = world_from_camera.inverse().apply(world)
        ahead = np.zeros(len(marks), dtype=np.bool_)
        ahead[owner[seen[:, 2] >= near_m]] = True
        first = np.cumsum(count) - count
        rings = [
            (i, _beyond(seen[first[i] : first[i] + count[i]], near_m))
            for i in np.flatnonzero(ahead)
        ]
        rings = [(i, ring) for i, ring in rings if len(ring) >= 3]
        self.index = np.array([i for i, _ in rings], dtype=np.int64)
        corners = np.concatenate([np.zeros((0, 3)), *(ring for _, ring in rings)])
        of = np.repeat(np.arange(len(rings)), [len(ring) for _, ring in rings])
        self.shapes = np.array([], dtype=object)
        if len(rings):
            pixels = intrinsics.project(corners)
            shapes = shapely.make_valid(shapely.polygons(shapely.linearrings(pixels, indices=of)))
            frame = shapely.box(0.0, 0.0, intrinsics.width, intrinsics.height)
            inside = shapely.intersects(shapes, frame)
            self.index, self.shapes = self.index[inside], shapes[inside]


def in_image(shape: Shape, intrinsics: Intrinsics) -> list[Array]:
    """Return the outlines (M, 2) of what of a polygon lies in the image, continuous pixels."""
    frame = shapely.box(0.0, 0.0, intrinsics.width, intrinsics.height)
    parts = shapely.get_parts(shape.intersection(frame))
    return [np.asarray(p.exterior.coords)[:-1] for p in parts if p.geom_type == "Polygon"]


def _beyond(ring: Array, near_m: float) -> Array:
    """Return the part of a polygon (N, 3), camera frame, beyond the near plane, cut at the plane.

    I. Sutherland and G. Hodgman, Reentrant Polygon Clipping, 1974, for one plane.
    """
    inside = ring[:, 2] >= near_m
    if inside.all():
        return ring
    kept: list[Array] = []
    for here, there, a, b in zip(
        ring, np.roll(ring, -1, axis=0), inside, np.roll(inside, -1), strict=True
    ):
        if a:
            kept.append(here)
        if a != b:
            kept.append(here + (near_m - here[2]) / (there[2] - here[2]) * (there - here))
    return np.array(kept).reshape(-1, 3)
