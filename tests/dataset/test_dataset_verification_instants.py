from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from corruptions import HASHES, Corruptions, change_column, failed

from cityloop.dataset import verify

TIMES = "times against ticks"
SCENARIO, SUN = "environment against the scenario", "light against the sun"


def last(table: str, column: str, change: Callable[[object], object]) -> Callable[[Path], None]:
    """Return what changes a column in the last row of a table alone."""

    def spoil(values: np.ndarray) -> np.ndarray:
        return np.array([*values[:-1].tolist(), change(values[-1].tolist())])

    return lambda root: change_column(root, table, column, spoil)


OF_INSTANTS: Corruptions = {
    "a frame's time": (last("frames", "time_s", lambda t: t + 0.05), {TIMES}),
    "a label's time": (last("objects", "time_s", lambda t: t + 0.05), {TIMES}),
    "a state's time": (last("states", "time_s", lambda t: t + 0.05), {TIMES}),
    "the word for a frame's light": (
        last("frames", "environment_light", lambda _: "night"),
        {SUN},
    ),
    "how wet the ground is": (
        last("frames", "environment_wetness", lambda _: 0.1),
        {SCENARIO},
    ),
    "where the sun is": (
        last("frames", "environment_sun_direction", lambda _: [0.0, 0.0, 1.0]),
        {SCENARIO},
    ),
    "what day it is": (
        last("frames", "environment_time", lambda _: "2020-01-01T00:00:00+00:00"),
        {SCENARIO},
    ),
}


@pytest.mark.parametrize("name", OF_INSTANTS)
def test_one_row_of_another_instant_fails_its_checks_and_no_other(brief: Path, name: str) -> None:
    corrupt, expected = OF_INSTANTS[name]
    corrupt(brief)
    report = verify(brief)
    assert failed(report) == expected | {HASHES}
    (check,) = expected
    place = next(row.place for row in report.rows if row.check == check)
    assert "frame 1" in place or "tick 3" in place


@pytest.mark.parametrize("word", ["running", "standing", "waiting", "sitting"])
def test_somebody_who_walks_and_is_called_otherwise_at_one_tick_is_named(
    brief: Path, word: str
) -> None:
    def spoil(values: np.ndarray) -> np.ndarray:
        walking = np.flatnonzero(values == "walking")
        return np.where(np.arange(len(values)) == walking[1], word, values)

    change_column(brief, "states", "velocity", lambda v: v * 0.6)  # the child ran at 2 m/s
    change_column(brief, "states", "activity", spoil)
    row = next(r for r in verify(brief).rows if r.check == "activity against motion")
    assert row.worst == 1
    assert row.place == "boxes, tick 1, child"
