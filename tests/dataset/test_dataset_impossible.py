"""States, events and signals that cannot be: found by their content, not only by their hashes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lint_scene import PAVEMENT_M, Actor, car, lint, moving, parked, person, record, standing

from cityloop.annotation import ActorTable
from cityloop.dataset import verify
from cityloop.dataset.events import Event
from cityloop.errors import DatasetError
from cityloop.world.grid import build_grid

WEST = np.pi
IN = 1.625
CLEAN = (
    car("in", moving(80.0, IN, WEST, 10.0)),
    person("walker", moving(60.0, 6.85, WEST, 1.4, PAVEMENT_M)),
    parked("parked/0", 50.0, 4.3, WEST),
)
STATES = "sequences/scene/states.parquet"
IMPOSSIBLE = "states that cannot be"


@pytest.fixture(scope="session")
def net_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crossroads with lights."""
    path = tmp_path_factory.mktemp("roads") / "roads.net.xml"
    build_grid((2, 2), 7, path)
    return path


def long_quaternion(table: ActorTable) -> None:
    table.quaternion[0] *= 1.01


def no_size(table: ActorTable) -> None:
    table.dimension[1, 2] = 0.0


def moving_parked(table: ActorTable) -> None:
    table.velocity[2, 0] = 0.6


@pytest.mark.parametrize("spoilt", [long_quaternion, no_size, moving_parked])
def test_a_state_that_cannot_be_fails_its_rule(
    spoilt: Callable[[ActorTable], None], net_file: Path, tmp_path: Path
) -> None:
    def spoil(tick: int, table: ActorTable) -> None:
        if tick == 7:
            spoilt(table)

    found = lint(record(tmp_path / "d", net_file, CLEAN, seconds=0.5, spoil=spoil))
    assert found.failed == {IMPOSSIBLE}
    (finding,) = found.findings
    assert (finding.first_tick, finding.last_tick) == (7, 7)


def edit(root: Path, column: str, change: Callable[[list[Any]], list[Any]]) -> None:
    """Change the values of a column of states.parquet."""
    rows = pq.read_table(root / STATES)
    field = rows.schema.field(column)
    values = pa.array(change(rows.column(column).to_pylist()), type=field.type)
    index = rows.schema.get_field_index(column)
    pq.write_table(rows.set_column(index, field, values), root / STATES)


def test_a_row_twice_and_wheels_that_are_gone(net_file: Path, tmp_path: Path) -> None:
    root = record(tmp_path / "twice", net_file, CLEAN, seconds=0.5)
    rows = pq.read_table(root / STATES)
    pq.write_table(pa.concat_tables([rows, rows.slice(40, 1)]), root / STATES)
    assert IMPOSSIBLE in lint(root).failed
    root = record(tmp_path / "wheels", net_file, CLEAN, seconds=0.5)
    edit(
        root,
        "wheels",
        lambda lists: [w if i < len(lists) // 2 else [] for i, w in enumerate(lists)],
    )
    assert lint(root).failed == {IMPOSSIBLE}


@pytest.mark.parametrize(("height_m", "fails"), [(2.0, False), (4.0, True)])
def test_the_fallen_do_not_float(
    height_m: float, fails: bool, net_file: Path, tmp_path: Path
) -> None:
    # The middle of the box is 0.875 m above the feet.
    fallen = person("up", standing(60.0, 6.8, 0.0, PAVEMENT_M + height_m), "fallen")
    found = lint(record(tmp_path / "d", net_file, (fallen,), seconds=0.5))
    assert found.failed == ({IMPOSSIBLE} if fails else set())


def test_the_feet_of_the_fallen_may_point_below_the_ground(net_file: Path, tmp_path: Path) -> None:
    fallen = person("lies", standing(60.0, 6.8, 0.0, PAVEMENT_M - 0.5), "fallen")
    assert not lint(record(tmp_path / "d", net_file, (fallen,), seconds=0.5)).failed


HIT = Event(10, 0.5, "collision", ("in", "background"), 100.0, (71.7, IN, 0.5))
WRONG_EVENTS: dict[str, Event] = {
    "unknown kind": replace(HIT, kind="miracle"),  # type: ignore[arg-type]
    "no number": replace(HIT, impulse_ns=float("nan")),
    "no such tick": replace(HIT, tick=4000),
    "nobody": replace(HIT, actors=("ghost", "background")),
    "elsewhere": replace(HIT, position=(90.0, IN, 0.5)),
    "with somebody far away": replace(HIT, actors=("in", "walker")),
}


def test_a_true_event_passes(net_file: Path, tmp_path: Path) -> None:
    assert not lint(record(tmp_path / "d", net_file, CLEAN, seconds=1.0, events=[HIT])).failed


@pytest.mark.parametrize("name", WRONG_EVENTS)
def test_an_event_that_the_states_do_not_show_fails(
    name: str, net_file: Path, tmp_path: Path
) -> None:
    events = [WRONG_EVENTS[name]]
    found = lint(record(tmp_path / "d", net_file, CLEAN, seconds=1.0, events=events))
    assert found.failed == {"events against states"}


def set_signals(root: Path, column: str, value: str | None) -> None:
    path = root / "sequences/scene/signals.parquet"
    rows = pq.read_table(path)
    field = rows.schema.field(column).with_nullable(True)
    values = pa.array([value] * len(rows), type=field.type)
    index = rows.schema.get_field_index(column)
    pq.write_table(rows.set_column(index, field, values), path)


def test_signals_of_unknown_lights_and_states(net_file: Path, tmp_path: Path) -> None:
    for column, value in (("light", "moon"), ("state", "GG"), ("state", "x" * 16)):
        root = record(tmp_path / value, net_file, CLEAN, seconds=0.5)
        set_signals(root, column, value)
        assert "signals of known lights" in lint(root).failed


def test_a_signal_without_a_state_names_its_file(net_file: Path, tmp_path: Path) -> None:
    root = record(tmp_path / "d", net_file, CLEAN, seconds=0.5)
    set_signals(root, "state", None)
    with pytest.raises(DatasetError, match=r"signals\.parquet has rows without .* 'state'"):
        verify(root)


def test_states_without_rows_name_their_file(net_file: Path, tmp_path: Path) -> None:
    root = record(tmp_path / "d", net_file, CLEAN, seconds=0.5)
    pq.write_table(pq.read_table(root / STATES).slice(0, 0), root / STATES)
    with pytest.raises(DatasetError, match=r"states\.parquet has no rows"):
        verify(root)


@pytest.mark.parametrize("column", ["position", "quaternion", "velocity", "dimension"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nothing_but_numbers_that_are_none_fails_without_a_warning(
    column: str, value: float, net_file: Path, tmp_path: Path
) -> None:
    root = record(tmp_path / "d", net_file, CLEAN, seconds=0.5)
    edit(root, column, lambda rows: [[value] * len(row) for row in rows])
    failed = {row.check for row in verify(root).rows if not row.passed}
    assert "lint: numbers that are none" in failed


@pytest.mark.parametrize(("yaw", "fails"), [(0.0, False), (WEST, True)])
def test_who_drives_backwards_is_judged_by_the_way_they_go(
    yaw: float, fails: bool, net_file: Path, tmp_path: Path
) -> None:
    speed = 5.0 if fails else -5.0
    backwards = Actor("back", lambda t: (70.0 + speed * t, IN, yaw))
    found = lint(record(tmp_path / "d", net_file, (backwards,), seconds=2.0))
    assert found.failed == ({"driving against the lane"} if fails else set())
