"""`cityloop run --engine unity`: a whole recording with a player, and one that Ctrl-C ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_player
import pytest
from command_line import CITYLOOP, cityloop, small_scenario
from fake_player import fake_player as make_player

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the player is a script of Linux")


def run_arguments(folder: Path, player: Path, duration_s: float) -> list[str]:
    scenario = folder / "short.yaml"
    scenario.write_text(small_scenario("short", duration_s))
    out = ["--out", str(folder / "out")]
    return ["run", str(scenario), *out, "--engine", "unity", "--build", str(player)]


def test_a_recording(tmp_path: Path) -> None:
    arguments = run_arguments(tmp_path, make_player(tmp_path, fake_player.SERVES), 0.2)
    result = cityloop(*arguments, DISPLAY=":77")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "sequences" / "short" / "sequence.json").exists()


def test_ctrl_c_leaves_no_player_behind(tmp_path: Path) -> None:
    player = make_player(tmp_path, fake_player.SERVES)
    running = subprocess.Popen(
        [*CITYLOOP, *run_arguments(tmp_path, player, 60)],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"DISPLAY": ":77"},
    )
    rgb = tmp_path / "out" / "sequences" / "short" / "cameras" / "front" / "rgb"
    deadline = time.monotonic() + 100
    while not (rgb.exists() and list(rgb.glob("*.png"))):
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.05)
    pid = int(Path(f"{player}.pid").read_text().split()[0])
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=90)
    assert (running.returncode, "Traceback" in said) == (130, False)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
