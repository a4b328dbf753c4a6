"""The tables of a sequence: their columns, and rows made from labels and states."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cityloop.annotation import ObjectTable
from cityloop.spatial import Pose
from cityloop.world.environment import Environment
from cityloop.world.semantics import CLASSES, SemanticClass

# Fixed, so that the same rows give the same bytes.
PARQUET_OPTIONS: dict[str, Any] = {"compression": "zstd", "compression_level": 3, "version": "2.6"}

WHEEL_COLUMNS = ("steering_rad", "spin_rad", "spin_rate_radps", "travel_m", "grounded")


def _field(name: str, kind: pa.DataType, unit: str, frame: str) -> pa.Field:
    return pa.field(name, kind, nullable=False, metadata={"unit": unit, "frame": frame})


def _vector(size: int) -> pa.DataType:
    return pa.list_(pa.field("element", pa.float64(), nullable=False), size)


_INSTANT = [
    _field("tick", pa.int64(), "ticks", "none"),
    _field("time_s", pa.float64(), "s", "none"),
]
_CAMERA = _field("camera", pa.string(), "none", "none")
_ACTOR = [
    _field("id", pa.uint32(), "none", "none"),
    _field("name", pa.string(), "none", "none"),
    _field("kind", pa.string(), "none", "none"),
    _field("class", pa.string(), "none", "none"),
    _field("class_id", pa.uint8(), "class id", "none"),
]
_CONDITION = [
    _field("activity", pa.string(), "none", "none"),
    # Vehicles: 1 head, 2 tail, 4 brake, 8 left, 16 right, 32 reverse; signals: 1 red, 2 amber,
    # 4 green; 0 for all others.
    _field("lamps", pa.uint32(), "bit set", "none"),
]


def frames_schema(passes: Sequence[str]) -> pa.Schema:
    """Return the columns of frames.parquet: a row per frame and camera, with a hash per pass."""
    light = [
        _field(
            f"environment_{f.name}",
            pa.float64() if f.type is float else _vector(3),
            "see Environment in capture.proto",
            "world",
        )
        for f in dataclasses.fields(Environment)
    ]
    return pa.schema(
        [
            _field("frame", pa.int64(), "frames", "none"),
            *_INSTANT,
            _CAMERA,
            _field("camera_position", _vector(3), "m", "world"),
            _field("camera_quaternion", _vector(4), "none", "world-from-camera, x y z w"),
            *light,
            *(_field(f"{name}_sha256", pa.string(), "none", "none") for name in passes),
        ]
    )


OBJECTS_SCHEMA = pa.schema(
    [
        _field("frame", pa.int64(), "frames", "none"),
        *_INSTANT,
        _CAMERA,
        *_ACTOR,
        *_CONDITION,
        _field("xmin", pa.float64(), "pixels", "image"),
        _field("ymin", pa.float64(), "pixels", "image"),
        _field("xmax", pa.float64(), "pixels", "image"),
        _field("ymax", pa.float64(), "pixels", "image"),
        _field("visible_pixels", pa.int64(), "pixels", "image"),
        _field("distance_m", pa.float64(), "m", "none"),
        _field("range_to_center_m", pa.float64(), "m", "none"),
        _field("dimension", _vector(3), "m", "object: length, width, height"),
        _field("center_world", _vector(3), "m", "world"),
        _field("quaternion_world", _vector(4), "none", "world-from-object, x y z w"),
        _field("center_camera", _vector(3), "m", "camera"),
        _field("quaternion_camera", _vector(4), "none", "camera-from-object, x y z w"),
        _field("position_world", _vector(3), "m", "world"),
        _field("velocity_world", _vector(3), "m/s", "world"),
        _field("velocity_camera", _vector(3), "m/s over the ground", "camera axes"),
        _field("speed_mps", pa.float64(), "m/s", "none"),
        _field("acceleration_world", _vector(3), "m/s^2", "world"),
        _field("yaw_rate_radps", pa.float64(), "rad/s", "world, about z"),
    ]
)

STATES_SCHEMA = pa.schema(
    [
        *_INSTANT,
        *_ACTOR,
        *_CONDITION,
        _field("position", _vector(3), "m", "world"),
        _field("quaternion", _vector(4), "none", "world-from-body, x y z w"),
        _field("velocity", _vector(3), "m/s", "world"),
        _field("acceleration", _vector(3), "m/s^2", "world"),
        _field("angular_velocity", _vector(3), "rad/s", "world"),
        _field("dimension", _vector(3), "m", "body: length, width, height"),
        _field("box_center", _vector(3), "m", "body"),
        # Per wheel: WHEEL_COLUMNS, flat; empty without wheels.
        _field("wheels", pa.list_(pa.float64()), "rad, rad, rad/s, m, 0 or 1", "body"),
        # Per bone: 3 x 4 row-major body-from-bone skinning matrix, flat; empty without bones.
        _field("bones", pa.list_(pa.float32()), "m", "body"),
    ]
)


EVENTS_SCHEMA = pa.schema(
    [
        *_INSTANT,
        _field("kind", pa.string(), "none", "none"),
        # Names, as in states.parquet.
        _field(
            "actors", pa.list_(pa.field("element", pa.string(), nullable=False)), "none", "none"
        ),
        _field("impulse_ns", pa.float64(), "N s", "none"),
        _field("position", _vector(3), "m", "world"),
    ]
)

SIGNALS_SCHEMA = pa.schema(
    [
        _field("tick", pa.int64(), "ticks", "none"),
        _field("light", pa.string(), "none", "none"),
        # From this tick on; a character per link, as in SUMO.
        _field("state", pa.string(), "none", "none"),
    ]
)


def class_name(semantic: int) -> str:
    """Return the name of a class id."""
    return CLASSES[SemanticClass(semantic)].name


def _vectors(values: NDArray[np.float64]) -> pa.Array:
    size = values.shape[1]
    flat = pa.array(np.ascontiguousarray(values, dtype=np.float64).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, type=_vector(size))


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
    frame: int,
    tick: int,
    time_s: float,
    poses: Mapping[str, Pose],
    hashes: Mapping[str, Mapping[str, str]],
    environment: Environment,
    passes: Sequence[str],
) -> pa.Table:
    """Return the rows of one frame; `poses` and `hashes` are by camera, hashes then by pass."""
    count = len(poses)
    light = {
        f"environment_{f.name}": np.tile(np.array(getattr(environment, f.name), float), (count, 1))
        if f.type is not float
        else [getattr(environment, f.name)] * count
        for f in dataclasses.fields(environment)
    }
    columns: dict[str, object] = {
        "frame": [frame] * count,
        "tick": [tick] * count,
        "time_s": [time_s] * count,
        "camera": list(poses),
        "camera_position": np.array([p.position for p in poses.values()]),
        "camera_quaternion": np.array([p.quaternion for p in poses.values()]),
        **light,
        **{f"{name}_sha256": [hashes[camera][name] for camera in poses] for name in passes},
    }
    return table_of(columns, frames_schema(passes))


def object_rows(
    *, frame: int, tick: int, time_s: float, camera: str, objects: ObjectTable
) -> pa.Table:
    """Return a row per object in view of one camera."""
    count = len(objects)
    columns: dict[str, object] = {
        "frame": np.full(count, frame),
        "tick": np.full(count, tick),
        "time_s": np.full(count, time_s, dtype=np.float64),
        "camera": [camera] * count,
        "class": [class_name(c) for c in objects.semantic],
        "class_id": objects.semantic,
    }
    columns.update(zip(("xmin", "ymin", "xmax", "ymax"), objects.box_2d.T, strict=True))
    columns.update(
        {f.name: getattr(objects, f.name) for f in dataclasses.fields(objects)},
    )
    return table_of(columns, OBJECTS_SCHEMA)


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


def objects_of(table: pa.Table) -> ObjectTable:
    """Return the labels in rows of one frame and camera as they were before they were written."""
    columns: dict[str, object] = {
        "box_2d": np.stack(
            [table.column(c).to_numpy() for c in ("xmin", "ymin", "xmax", "ymax")], axis=-1
        ),
        "semantic": table.column("class_id").to_numpy(),
    }
    for field in dataclasses.fields(ObjectTable):
        if field.name in columns:
            continue
        kind = table.schema.field(field.name).type
        if pa.types.is_fixed_size_list(kind):
            columns[field.name] = vectors_of(table, field.name)
        elif pa.types.is_string(kind):
            columns[field.name] = tuple(table.column(field.name).to_pylist())
        else:
            columns[field.name] = table.column(field.name).to_numpy()
    return ObjectTable(**columns)  # type: ignore[arg-type]


def rows_of_camera(table: pa.Table, camera: str) -> pa.Table:
    """Return the rows of one camera."""
    return table.filter(pc.equal(table.column("camera"), camera))


def stack(parts: Sequence[pa.Table]) -> pa.Table:
    """Return tables one after the other."""
    return pa.concat_tables(parts).combine_chunks()
