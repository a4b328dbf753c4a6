"""Ctrl-C: no traceback, the code that shells expect, nobody left behind, and a run that goes on."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import CITYLOOP, small_scenario

from cityloop.cli import info, main, verify
from cityloop.engine.process import EngineProcess

SCENARIO = small_scenario("long", 60)


def children(pid: int) -> list[int]:
    listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True)
    rows = [tuple(map(int, line.split())) for line in listing.stdout.splitlines()]
    return [child for child, parent in rows if parent == pid]


def test_a_recording_that_is_interrupted(tmp_path: Path) -> None:
    scenario, out = tmp_path / "long.yaml", tmp_path / "out"
    scenario.write_text(SCENARIO)
    run = subprocess.Popen(
        [*CITYLOOP, "run", str(scenario), "--out", str(out)], stderr=subprocess.PIPE, text=True
    )
    rgb = out / "sequences" / "long" / "cameras" / "front" / "rgb"
    deadline = time.monotonic() + 100
    while not (rgb.exists() and len(list(rgb.glob("*.png"))) > 3):
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.02)
    engine = children(run.pid)
    assert len(engine) == 1
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=90)
    assert run.returncode == 130
    assert "Traceback" not in said
    assert said.rstrip().endswith("Interrupted.")
    with pytest.raises(ProcessLookupError):
        os.kill(engine[0], 0)
    assert not (rgb.parents[2] / "sequence.json").exists()


def test_an_engine_that_is_told_to_stop_ends_in_order() -> None:
    server = subprocess.Popen(
        [*CITYLOOP, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline().startswith(b"cityloop-engine listening on ")
    server.send_signal(signal.SIGINT)
    _, said = server.communicate(timeout=90)
    assert (server.returncode, said) == (0, b"")


@pytest.mark.parametrize("command", ["verify", "info"])
def test_other_commands(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verify, "Dataset", interrupted)
    monkeypatch.setattr(info, "Dataset", interrupted)
    result = CliRunner().invoke(main.cli, [command, "somewhere"])
    assert result.exit_code == 130
    assert result.stderr == "Interrupted.\n"


def test_while_an_engine_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    def interrupted(process: EngineProcess, deadline_s: float) -> str:
        started.append(process._child)
        raise KeyboardInterrupt

    monkeypatch.setattr(EngineProcess, "_wait_until_ready", interrupted)
    result = CliRunner().invoke(main.cli, ["info"])
    assert result.exit_code == 130
    assert started[0].returncode is not None
