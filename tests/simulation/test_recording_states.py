"""Recording a scenario without cameras: states, events, lights and roads, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

import cityloop as cl
from cityloop.dataset import Dataset, verify


@pytest.fixture(scope="module")
def scenario(small_city: cl.City) -> cl.Scenario:
    scenario = cl.Scenario(small_city, duration_s=1.0, seed=1, name="states")
    scenario.traffic(vehicles=6, pedestrians=6)
    return scenario


@pytest.fixture(scope="module")
def recorded(
    scenario: cl.Scenario, engine: cl.Engine, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folder of the dataset."""
    out = tmp_path_factory.mktemp("states") / "d"
    done: list[int] = []
    recording = cl.record(scenario, engine, out, progress=done.append)
    assert (recording.frames, done) == (20, list(range(1, 21)))
    assert recording.folder == out / "sequences" / "states"
    return out


def test_states_are_recorded_without_a_camera(recorded: Path) -> None:
    assert {p.name for p in (recorded / "sequences" / "states").iterdir()} == {
        "frames.parquet",
        "pieces.parquet",
        "objects.parquet",
        "states.parquet",
        "events.parquet",
        "signals.parquet",
        "road_network.net.xml.gz",
        "surroundings.json",
        "road_marks.parquet",
        "sequence.json",
    }
    sequence = Dataset(recorded).sequence("states")
    assert sequence.frame_count == 20
    assert dict(sequence.cameras) == {}
    assert sequence.states.ticks == list(range(-1, 21))
    state = sequence.states.at(10)
    assert state is not None
    assert state.bones == {}
    assert {"driving", "parked", "signal"} <= set(state.actors.activity)
    (light,) = sequence.signals.lights
    assert len(sequence.signals.at(light, 10) or "") == 16
    assert set(sequence.parts) >= {"road_network.net.xml.gz", "surroundings.json"}
    assert any(o.name.startswith("house/") for o in sequence.obstacles)


def test_the_recorded_roads_are_those_of_the_city(scenario: cl.Scenario, recorded: Path) -> None:
    network = Dataset(recorded).sequence("states").network
    assert network.lanes.keys() == scenario.city.network.lanes.keys()
    points = np.random.default_rng(0).uniform(-30, 30, (200, 2))
    np.testing.assert_array_equal(
        network.ground_height(points), scenario.city.network.ground_height(points)
    )


def test_a_recording_that_was_cut_short_starts_anew_to_the_same_bytes(
    scenario: cl.Scenario, engine: cl.Engine, recorded: Path, tmp_path: Path
) -> None:
    class CutError(Exception):
        pass

    def cut(frames: int) -> None:
        if frames == 7:
            raise CutError

    with pytest.raises(CutError):
        cl.record(scenario, engine, tmp_path / "cut", progress=cut)
    assert not (tmp_path / "cut/sequences/states/sequence.json").exists()
    again = cl.record(scenario, engine, tmp_path / "cut").folder
    whole = recorded / "sequences" / "states"
    files = sorted(p.relative_to(whole) for p in whole.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    for file in files:
        assert (whole / file).read_bytes() == (again / file).read_bytes(), file


def test_a_recording_of_states_passes_verification(recorded: Path) -> None:
    report = verify(recorded)
    failed = {row.check: row.place for row in report.rows if not row.passed}
    assert failed == {}
