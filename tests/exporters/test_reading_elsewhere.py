"""What other people's tools make of the dataset itself: tables, and the notebook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import street

from cityloop.dataset import Dataset

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("pandas", "polars", "duckdb")


def test_tables_open_in_one_line(street_dataset: Path, toolkit: Callable[..., Any]) -> None:
    sequence = Dataset(street_dataset).sequence(street.NAME)
    said = toolkit("current", "check_tables.py", sequence.folder)
    objects = sequence.objects
    speed = float(np.sum(objects.column("speed_mps").to_numpy()))
    velocity = np.sum(objects.column("velocity_world").to_pylist(), axis=0)
    for tool in TOOLS:
        assert said["rows"]["objects"][tool] == objects.num_rows
        assert said["rows"]["frames"][tool] == sequence.frames.num_rows == 2 * street.FRAMES
        assert said["rows"]["pieces"][tool] > 0
        assert said["columns"][tool] == objects.column_names
        assert said["speed"][tool] == pytest.approx(speed)
        np.testing.assert_allclose(said["velocity"][tool], velocity)
        assert said["names"][tool] == sorted(set(objects.column("name").to_pylist()))


def test_the_notebook_runs(street_dataset: Path, toolkit: Callable[..., Any]) -> None:
    said = toolkit("current", "run_notebook.py", ROOT / "examples/read_back.ipynb", street_dataset)
    assert said["errors"] == []
    assert "20 pictures; street has 10 frames of front left" in said["text"]
    assert "of the picture is hidden or outside in the next one" in said["text"]
    assert said["shown"]["image/png"] == 4
    assert said["shown"]["text/html"] == 2
