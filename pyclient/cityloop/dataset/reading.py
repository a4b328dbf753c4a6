"""Reading Parquet tables: the one place that says what is wrong with one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cityloop.errors import DatasetError


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while the table at `path` is read into a DatasetError."""
    try:
        yield
    except FileNotFoundError:
        raise DatasetError(f"{path} is missing; record the sequence again") from None
    except (OSError, pa.ArrowException) as error:
        # What follows the first line is a stack of Arrow's.
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise DatasetError(f"{path} is damaged ({reason}); record the sequence again") from error


def read_table(path: Path, schema: pa.Schema) -> pa.Table:
    """Return a table with at least the columns of `schema`, all of them filled.

    Raises:
        DatasetError: if it is missing, damaged or another table.
    """
    with reading(path):
        table = pq.ParquetFile(path).read()
    check_columns(path, table.schema, schema)
    check_filled(path, table)
    return table


def check_columns(path: Path, found: pa.Schema, expected: pa.Schema) -> None:
    """Check that a table has the columns of its kind.

    Raises:
        DatasetError: if one is missing or of another type.
    """
    for field in expected:
        if field.name not in found.names or found.field(field.name).type != field.type:
            raise DatasetError(
                f"{path} has no column {field.name!r} of {field.type}; record the sequence again"
            )


def check_filled(path: Path, rows: pa.Table) -> None:
    """Check that every row says something in every column.

    Raises:
        DatasetError: if a value is missing.
    """
    for name in rows.column_names:
        if rows.column(name).null_count:
            raise DatasetError(
                f"{path} has rows without a value in column {name!r}; record the sequence again"
            )
