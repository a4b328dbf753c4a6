"""The same seed gives the same bytes, in another process and with other thread counts."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from command_line import CITYLOOP, cityloop

SCENARIO = """\
name: small
seed: 5
duration_s: 0.4
map: {grid: {blocks: [2, 2], seed: 3}}
environment: {time: "10:00"}
traffic: {vehicles: 16, pedestrians: 20}
actors:
  ego:
    vehicle: suv
    route: [south_in, north_out]
    start_m: 30
    cameras:
      front: {size: [160, 90]}
      left: {size: [96, 54], yaw_deg: 80, fov_deg: 70}
"""


def record(folder: Path, *options: str) -> dict[str, str]:
    """Record the scenario in this process, drawn by one thread; return the SHA-256 of all parts."""
    result = cityloop(*arguments(folder), *options, LP_NUM_THREADS="0")
    assert result.exit_code == 0, result.output
    return parts_of(folder)


def record_elsewhere(folder: Path) -> dict[str, str]:
    """Do so in a process of its own, drawn by two threads."""
    subprocess.run(
        [*CITYLOOP, *arguments(folder)],
        check=True,
        env=os.environ | {"LP_NUM_THREADS": "2"},
        timeout=200,
        capture_output=True,
    )
    return parts_of(folder)


def arguments(folder: Path) -> list[str]:
    scenario = folder.with_suffix(".yaml")
    scenario.write_text(SCENARIO)
    return ["run", str(scenario), "--out", str(folder)]


def parts_of(folder: Path) -> dict[str, str]:
    said = json.loads((folder / "sequences" / "small" / "sequence.json").read_text())
    parts: dict[str, str] = said["parts"]
    return parts


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("runs") / "first"
    return folder, record(folder)


def test_another_process_and_thread_count_give_the_same_bytes(
    first: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    _, parts = first
    again = record_elsewhere(tmp_path / "again")
    assert again == parts
    # Pictures, all passes, tables and videos are among what is hashed.
    text = " ".join(parts)
    for part in ("rgb", "depth", "instance", "semantic", "flow_backward", "flow_forward"):
        assert part in text
    for part in ("normal", "velocity", "objects", "states", "frames", "labels.mp4", "left"):
        assert part in text


def test_another_seed_gives_other_pictures_and_states(
    first: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    _, parts = first
    other = record(tmp_path / "other", "--seed", "6")
    assert other.keys() == parts.keys()
    for part, digest in parts.items():
        if part.endswith(("states.parquet", "front/rgb")):
            assert other[part] != digest, part


def test_the_dataset_verifies(first: tuple[Path, dict[str, str]]) -> None:
    folder, _ = first
    result = cityloop("verify", folder)
    assert result.exit_code == 0, result.output
