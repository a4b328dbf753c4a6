"""What spoils a recorded dataset of the synthetic world, a quantity at a time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cityloop.dataset import Dataset, Report
from cityloop.dataset.stored_pass import StoredPass
from cityloop.spatial import rotation

# What is spoilt -> how, and exactly which checks (besides the hashes) must fail on it.
Corruptions = dict[str, tuple[Callable[[Path], None], set[str]]]
Change = Callable[
    [np.ndarray, np.ndarray], np.ndarray
]  # picture, instance -> picture  # picture, instance -> picture
HASHES = "SHA-256 of all files"
MATCH = "flow_forward against flow_backward"
LABELS = "labels against states of the tick"
FRAMES = "labels: world against camera"
EGO, VEHICLE = "ego against its state", "labels: world against vehicle"
TOUCH, NOT_BEFORE = "time to collision: boxes touch then", "time to collision: not before"


def each(what: str) -> str:
    """Return the name of the row that judges each object in each picture."""
    return f"{what}: each object's median"


def failed(report: Report) -> set[str]:
    return {row.check for row in report.rows if not row.passed}


def change_pass(root: Path, name: str, change: Change, only: int | None = None) -> None:
    """Change a pass of every frame, or of one alone."""
    sequence = Dataset(root).sequence("boxes")
    group = sequence.layout.passes("front")
    store = StoredPass(group, name)
    for frame in range(sequence.frame_count) if only is None else [only]:
        picture = StoredPass(group, name).read(frame)
        store.write(frame, change(picture, StoredPass(group, "instance").read(frame)))


def change_column(
    root: Path, table: str, column: str, change: Callable[[np.ndarray], np.ndarray]
) -> None:
    path = root / f"sequences/boxes/{table}.parquet"
    rows = pq.read_table(path)
    field = rows.schema.field(column)
    values = change(np.array(rows.column(column).to_pylist()))
    new = pa.array(values.tolist(), type=field.type)
    pq.write_table(rows.set_column(rows.schema.get_field_index(column), field, new), path)


def change_lists(
    root: Path,
    column: str,
    change: Callable[[list[list[float]]], list[list[float]]],
    table: str = "states",
) -> None:
    path = root / f"sequences/boxes/{table}.parquet"
    rows = pq.read_table(path)
    field = rows.schema.field(column)
    new = pa.array(change(rows.column(column).to_pylist()), type=field.type)
    pq.write_table(rows.set_column(rows.schema.get_field_index(column), field, new), path)


def on(actor: int, shift: object) -> Change:
    """Return what adds `shift` to an actor's pixels."""

    def change(picture: np.ndarray, instance: np.ndarray) -> np.ndarray:
        picture[instance == actor] += np.asarray(shift, picture.dtype)
        return picture

    return change


def first(values: np.ndarray, value: object) -> np.ndarray:
    """Return the values with another first one."""
    values = values.copy()
    values[0] = value
    return values


def shifted(values: np.ndarray) -> np.ndarray:
    return values + 0.2


def grown(values: np.ndarray) -> np.ndarray:
    return values * 1.2


def turned(quaternions: np.ndarray) -> np.ndarray:
    return rotation.multiply(rotation.from_yaw(0.05), quaternions)


def shrunk(values: np.ndarray) -> np.ndarray:
    return values * 0.1


def moved(amount: float) -> Callable[[list[list[float]]], list[list[float]]]:
    """Return what adds to the first number of each list."""
    return lambda rows: [[row[0] + amount, *row[1:]] if row else row for row in rows]


def about(rows: list[list[float]]) -> list[list[float]]:
    """Return quaternions turned by 0.05 rad."""
    return [rotation.multiply(rotation.from_yaw(0.05), r).tolist() if r else r for r in rows]


def label(column: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], None]:
    return lambda root: change_column(root, "objects", column, change)


def lists(
    column: str, change: Callable[[list[list[float]]], list[list[float]]]
) -> Callable[[Path], None]:
    return lambda root: change_lists(root, column, change, "objects")
