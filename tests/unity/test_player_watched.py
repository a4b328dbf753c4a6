"""In the real player: who watches sees the traffic, and no player outlives who started it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from unity import player
from unity.assemblies import make, player_jobs
from unity.compiler import Job
from unity.packages import is_ready, toolchain_folder

TOOLCHAIN = toolchain_folder()
PATIENCE_S = 60.0

pytestmark = pytest.mark.skipif(
    not (is_ready(TOOLCHAIN) and sys.platform == "linux"),
    reason="the packages that hold the player are not there: run 'make test-unity' on Linux",
)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> list[Job]:
    made = player_jobs(TOOLCHAIN, tmp_path_factory.mktemp("assemblies"))
    assert make(TOOLCHAIN, made) == []
    return made


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the client."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(folder / "player/3dball.x86_64", "-batchmode", "-nographics"),
            *("-logFile", folder / "player.log", *arguments),
        ],
        env={**os.environ, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(line: str, log: Path) -> re.Match[str]:
    """Return where a log has a line, once it has it."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        text = log.read_text("utf-8", "replace") if log.exists() else ""
        found = re.search(line, text, re.MULTILINE)
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"the player did not say {line!r}")


def test_the_follow_camera_is_behind_the_body_and_the_label_over_it(
    jobs: list[Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "ENTRY_CLASS", "Cityloop.Player.ViewCheck")
    player.install(TOOLCHAIN, tmp_path / "player", jobs)
    with start(tmp_path) as child:
        found = wait_for(r"^cityloop: view: (.+)$", tmp_path / "player.log")
        assert child.wait(PATIENCE_S) == 0
    x, y, z, left, right, width = map(float, found[1].split())
    assert (x, y, z) == pytest.approx((100.0, 41.0, 4.0), abs=0.05)
    assert (left + right) / 2 == pytest.approx(width / 2, abs=1.0)
    assert right - left > width / 20


def test_a_player_ends_in_order_when_who_started_it_is_gone(
    jobs: list[Job], tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    player.install(TOOLCHAIN, tmp_path / "player", jobs)
    with start(tmp_path, "-cityloop-port", "0", "-cityloop-parent", str(stranger.pid)) as child:
        wait_for(r"^cityloop-engine listening on 127\.0\.0\.1:\d+$", tmp_path / "player.log")
        time.sleep(1.0)
        assert child.poll() is None
        stranger.kill()
        stranger.wait()
        assert child.wait(PATIENCE_S) == 0


def test_a_player_refuses_a_host_that_others_can_reach(jobs: list[Job], tmp_path: Path) -> None:
    player.install(TOOLCHAIN, tmp_path / "player", jobs)
    with start(tmp_path, "-cityloop-host", "0.0.0.0") as child:
        wait_for(r"The host 0\.0\.0\.0 can be reached from other machines", tmp_path / "player.log")
        child.wait(PATIENCE_S)
