"""What the tests share: the compiled assemblies, and the player that runs them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from unity import made
from unity.packages import is_ready, toolchain_folder
from unity.player import program_of
from unity.proxy import served


@pytest.fixture(scope="session")
def toolchain() -> Path:
    folder = toolchain_folder()
    if not is_ready(folder):
        pytest.skip("the compiler and the player were not fetched: run 'make test-unity' on Linux")
    return folder


@pytest.fixture(scope="session")
def player_folder(toolchain: Path) -> Path:
    """The real player with the engine in it."""
    return made.player(toolchain)


@pytest.fixture
def player_address(player_folder: Path) -> Iterator[str]:
    """The address of a player of the test's own."""
    with served(player_folder) as address:
        yield address


@pytest.fixture
def look(player_folder: Path, tmp_path: Path) -> Callable[[str], list[float]]:
    """Runs a check of tests/unity/player inside the player; returns the numbers that it logs."""

    def run(check: str) -> list[float]:
        log = tmp_path / "player.log"
        subprocess.run(
            [program_of(player_folder), "-batchmode", "-nographics", "-logFile", log]
            + ["-cityloop-check", check],
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            timeout=120,
            check=True,
        )
        said = f"cityloop: {check}: "
        lines = log.read_text("utf-8", "replace").splitlines()
        (numbers,) = [line.removeprefix(said) for line in lines if line.startswith(said)]
        return [float(number) for number in numbers.split()]

    return run
