from pathlib import Path

import pyarrow as pa
import pytest

from cityloop.dataset import schema

DOCUMENT = (Path(__file__).parents[2] / "docs/dataset.md").read_text()


@pytest.mark.parametrize("table", schema.tables())
def test_every_column_is_documented_as_it_is(table: str) -> None:
    assert schema.document(schema.tables()[table]) in DOCUMENT


@pytest.mark.parametrize("table", schema.tables())
def test_every_number_has_a_unit(table: str) -> None:
    for field in schema.tables()[table]:
        kind = field.type.value_type if pa.types.is_nested(field.type) else field.type
        said = {k.decode(): v.decode() for k, v in field.metadata.items()}
        assert said["definition"]
        unitless = ("quaternion", "gaze", "direction", "exposure")
        if pa.types.is_floating(kind) and not any(word in field.name for word in unitless):
            assert said["unit"], field.name
