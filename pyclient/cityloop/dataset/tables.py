"""Rows of the tables of a sequence, made from labels and states, and back."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cityloop.annotation import Ego, ObjectTable, PeopleTable, PieceTable
from cityloop.dataset.schema import (
    OBJECTS_SCHEMA,
    PEOPLE_COLUMNS,
    PIECES_SCHEMA,
    frames_schema,
    vector,
)
from cityloop.spatial import KEYPOINTS, Pose
from cityloop.world.environment import Environment
from cityloop.world.semantics import CLASSES, SemanticClass

# Fixed, so that the same rows give the same bytes.
PARQUET_OPTIONS: dict[str, Any] = {"compression": "zstd", "compression_level": 3, "version": "2.6"}

WHEEL_COLUMNS = ("steering_rad", "spin_rad", "spin_rate_radps", "travel_m", "grounded")


@dataclasses.dataclass(frozen=True)
class Instant:
    """Number, tick and time of a frame."""

    frame: int
    tick: int
    time_s: float


def class_name(semantic: int) -> str:
    """Return the name of a class id."""
    return CLASSES[SemanticClass(semantic)].name


def _vectors(values: NDArray[np.float64]) -> pa.Array:
    size = values.shape[1]
    flat = pa.array(np.ascontiguousarray(values, dtype=np.float64).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, type=vector(size))


def _lists(sizes: NDArray[np.intp], flat: NDArray[Any], kind: pa.DataType) -> pa.Array:
    """Return a column of lists of `sizes` (N,), whose values follow each other in `flat`."""
    offsets = np.zeros(len(sizes) + 1, dtype=np.int32)
    np.cumsum(sizes, out=offsets[1:])
    values = pa.array(flat)
    if values.type != kind.value_type:
        values = values.cast(kind.value_type)
    return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind)


def _list_column(rows: Sequence[NDArray[Any]], kind: pa.DataType) -> pa.Array:
    """Return a column of lists, each as long as its array."""
    flat = np.concatenate([r.ravel() for r in rows]) if rows else np.zeros(0)
    return _lists(np.array([r.size for r in rows], dtype=np.intp), flat, kind)


def _people_column(people: PeopleTable, attribute: str, count: int, kind: pa.DataType) -> pa.Array:
    """Return a column of `count` lists, empty for all who are not among `people`."""
    values = getattr(people, attribute)
    sizes = np.zeros(count, dtype=np.intp)
    if len(people):
        sizes[people.row] = [v.size for v in values]
    flat = np.concatenate([v.ravel() for v in values]) if len(people) else np.zeros(0)
    return _lists(sizes, flat, kind)


def table_of(columns: Mapping[str, object], schema: pa.Schema) -> pa.Table:
    """Return a table of `columns`: name -> (N,) or (N, 3) array or sequence."""
    arrays = []
    for field in schema:
        values = columns[field.name]
        if isinstance(values, np.ndarray) and values.ndim == 2:
            arrays.append(_vectors(values))
        elif isinstance(values, pa.Array):
            arrays.append(values)
        else:
            arrays.append(pa.array(values, type=field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def frame_rows(
    *,
    at: Instant,
    poses: Mapping[str, Pose],
    egos: Sequence[Ego],
    hashes: Mapping[str, Mapping[str, str]],
    environment: Environment,
    passes: Sequence[str],
) -> pa.Table:
    """Return the rows of one frame; `poses` and `hashes` are by camera, hashes then by pass."""
    count = len(poses)
    light: dict[str, object] = {}
    for name in (f.name for f in dataclasses.fields(environment)):
        value = getattr(environment, name)
        column = np.tile(np.array(value, float), (count, 1)) if isinstance(value, tuple) else None
        light[f"environment_{name}"] = [value] * count if column is None else column
    columns: dict[str, object] = {
        "frame": [at.frame] * count,
        "tick": [at.tick] * count,
        "time_s": [at.time_s] * count,
        "camera": list(poses),
        "camera_position": np.array([p.position for p in poses.values()]),
        "camera_quaternion": np.array([p.quaternion for p in poses.values()]),
        "ego_position": np.array([e.pose.position for e in egos]),
        "ego_quaternion": np.array([e.pose.quaternion for e in egos]),
        "ego_velocity": np.array([e.velocity for e in egos]),
        "ego_acceleration": np.array([e.acceleration for e in egos]),
        "ego_angular_velocity": np.array([e.angular_velocity for e in egos]),
        **light,
        "environment_light": [environment.light] * count,
        **{f"{name}_sha256": [hashes[camera][name] for camera in poses] for name in passes},
    }
    return table_of(columns, frames_schema(passes))


def _picture_columns(count: int, at: Instant, camera: str) -> dict[str, object]:
    return {
        "frame": np.full(count, at.frame),
        "tick": np.full(count, at.tick),
        "time_s": np.full(count, at.time_s, dtype=np.float64),
        "camera": repeated([camera] * count),
    }


def _box_columns(prefix: str, box: NDArray[np.float64]) -> dict[str, object]:
    return {f"{prefix}{side}": box[:, i] for i, side in enumerate(_SIDES)}


_SIDES = ("xmin", "ymin", "xmax", "ymax")
# Boxes: attribute of `ObjectTable` -> prefix of its four columns.
_BOXES = {"box_2d": "", "amodal_box": "amodal_", "clipped_box": "clipped_"}
_LISTS = ("occluder_ids", "occluder_pixels")
# Of riders: attribute of `PieceTable` -> shape of a keypoint.
_PIECE_LISTS: dict[str, tuple[int, ...]] = {
    "keypoints_image": (2,),
    "keypoint_visibility": (),
    "keypoints_world": (3,),
    "keypoints_camera": (3,),
}


def object_rows(at: Instant, camera: str, objects: ObjectTable) -> pa.Table:
    """Return a row per object in view of one camera."""
    count = len(objects)
    columns = _picture_columns(count, at, camera)
    columns["class"] = [class_name(c) for c in objects.semantic]
    columns["class_id"] = objects.semantic
    for name, prefix in _BOXES.items():
        columns.update(_box_columns(prefix, getattr(objects, name)))
    columns.update({f.name: getattr(objects, f.name) for f in dataclasses.fields(objects)})
    for name in _LISTS:
        columns[name] = _list_column(getattr(objects, name), OBJECTS_SCHEMA.field(name).type)
    for column, attribute in PEOPLE_COLUMNS.items():
        kind = OBJECTS_SCHEMA.field(column).type
        columns[column] = _people_column(objects.people, attribute, count, kind)
    return table_of(columns, OBJECTS_SCHEMA)


def piece_rows(at: Instant, camera: str, pieces: PieceTable) -> pa.Table:
    """Return a row per piece of the objects in view of one camera."""
    columns = _picture_columns(len(pieces), at, camera)
    columns["class"] = [class_name(c) for c in pieces.semantic]
    columns["class_id"] = pieces.semantic
    columns.update(_box_columns("", pieces.box_2d))
    columns.update({f.name: getattr(pieces, f.name) for f in dataclasses.fields(pieces)})
    for name in _PIECE_LISTS:
        columns[name] = _list_column(getattr(pieces, name), PIECES_SCHEMA.field(name).type)
    return table_of(columns, PIECES_SCHEMA)


def repeated(values: Sequence[str]) -> pa.Array:
    """Return a string array of words that repeat a lot."""
    code: dict[str, int] = {}
    codes = np.fromiter((code.setdefault(v, len(code)) for v in values), np.int32, len(values))
    return pa.array(list(code), pa.string()).take(pa.array(codes))


def vectors_of(table: pa.Table, column: str) -> NDArray[np.float64]:
    """Return a column of fixed-size vectors as an (N, size) array."""
    size = table.schema.field(column).type.list_size
    chunk = table.column(column).combine_chunks()
    values: NDArray[np.float64] = chunk.flatten().to_numpy(zero_copy_only=False)
    return values.reshape(-1, size)


def _column_of(table: pa.Table, name: str) -> object:
    """Return a column as `ObjectTable` and `PieceTable` hold it."""
    kind = table.schema.field(name).type
    if pa.types.is_fixed_size_list(kind):
        return vectors_of(table, name)
    if pa.types.is_list(kind):
        return tuple(lists_of(table, name))
    if pa.types.is_string(kind):
        return tuple(table.column(name).to_pylist())
    return table.column(name).to_numpy()


def lists_of(table: pa.Table, column: str) -> list[NDArray[Any]]:
    """Return each row's list as an array."""
    lists = table.column(column).combine_chunks()
    values = lists.flatten().to_numpy(zero_copy_only=False)
    ends = np.cumsum(pc.list_value_length(lists).to_numpy(zero_copy_only=False)).tolist()
    return [values[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _box_of(table: pa.Table, prefix: str) -> NDArray[np.float64]:
    return np.stack([table.column(f"{prefix}{side}").to_numpy() for side in _SIDES], axis=-1)


def objects_of(table: pa.Table) -> ObjectTable:
    """Return the labels in rows of one frame and camera as they were before they were written."""
    columns: dict[str, object] = {
        **{name: _box_of(table, prefix) for name, prefix in _BOXES.items()},
        "semantic": table.column("class_id").to_numpy(),
        "people": _people_of(table),
    }
    for field in dataclasses.fields(ObjectTable):
        if field.name not in columns:
            columns[field.name] = _column_of(table, field.name)
    return ObjectTable(**columns)  # type: ignore[arg-type]


# Of one person; quaternions where nothing else is said.
_SHAPES = {
    "keypoints_image": (len(KEYPOINTS), 2),
    "keypoints_world": (len(KEYPOINTS), 3),
    "keypoints_camera": (len(KEYPOINTS), 3),
    "keypoint_visibility": (len(KEYPOINTS),),
    "gaze_world": (3,),
    "gaze_camera": (3,),
}


def _people_of(table: pa.Table) -> PeopleTable:
    columns: dict[str, object] = {}
    row = np.zeros(0, np.intp)
    for column, attribute in PEOPLE_COLUMNS.items():
        lists = lists_of(table, column)
        row = np.flatnonzero([len(values) for values in lists]).astype(np.intp)
        mine = [lists[i] for i in row]
        if attribute == "bones":
            columns[attribute] = tuple(values.reshape(-1, 7) for values in mine)
        else:
            shape = _SHAPES.get(attribute, (4,))
            columns[attribute] = np.array(mine).reshape(len(mine), *shape)
    return PeopleTable(row=row, **columns)  # type: ignore[arg-type]


def pieces_of(table: pa.Table) -> PieceTable:
    """Return the pieces in rows of one frame and camera as they were before they were written."""
    columns: dict[str, object] = {
        "box_2d": _box_of(table, ""),
        "semantic": table.column("class_id").to_numpy(),
    }
    for name, shape in _PIECE_LISTS.items():
        columns[name] = tuple(v.reshape(-1, *shape) for v in lists_of(table, name))
    for field in dataclasses.fields(PieceTable):
        if field.name not in columns:
            columns[field.name] = _column_of(table, field.name)
    return PieceTable(**columns)  # type: ignore[arg-type]


def rows_of_camera(table: pa.Table, camera: str) -> pa.Table:
    """Return the rows of one camera."""
    return table.filter(pc.equal(table.column("camera"), camera))


def stack(parts: Sequence[pa.Table]) -> pa.Table:
    """Return tables one after the other."""
    return pa.concat_tables(parts).combine_chunks()
