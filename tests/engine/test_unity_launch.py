"""A built player: started, waited for, reported, never left behind; a script stands in for it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_player
import pytest
from fake_player import fake_player as make_player

from cityloop.engine import launch
from cityloop.errors import EngineError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the player is a script of Linux")

# Launches a player, says so, and is killed.
_CARELESS = """
import sys, time
from cityloop.engine import launch
engine = launch("unity", build=sys.argv[1], player_arguments=["-nographics"])
print("ready", flush=True)
time.sleep(120)
"""


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    """The folder that logs are written to; no display is needed."""
    folder = tmp_path / "logs"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("DISPLAY", ":77")
    return folder


def gone(pid):
    """Whether a process ends within ten seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def player_pid(player):
    return int(Path(f"{player}.pid").read_text().split()[0])


def test_a_player_answers_and_ends_with_its_session(tmp_path, logs):
    player = make_player(tmp_path, fake_player.SERVES)
    with launch("unity", build=player) as engine:
        assert engine.advance(0.05).tick == 1
        assert list(logs.glob("*.log"))
        pid = player_pid(player)
    assert gone(pid)
    assert not list(logs.iterdir())


def test_the_folder_of_a_build_will_do(tmp_path):
    make_player(tmp_path, fake_player.DIES)
    (tmp_path / "UnityPlayer.so").write_bytes(b"\x7fELF")
    with pytest.raises(EngineError, match="exit code 3"):
        launch("unity", build=tmp_path)


def test_a_player_that_dies_is_reported_with_the_last_error_of_its_log(tmp_path, logs):
    with pytest.raises(EngineError) as died:
        launch("unity", build=make_player(tmp_path, fake_player.DIES))
    (log,) = logs.iterdir()
    assert str(died.value) == (
        f"The player city.x86_64 ended with exit code 3: ArgumentException: no camera "
        f"(its log is {log})"
    )


def test_a_crash_is_told_by_its_signal(tmp_path):
    with pytest.raises(EngineError, match=r"ended by signal 11: Caught fatal signal - signo:11"):
        launch("unity", build=make_player(tmp_path, fake_player.CRASHES))


def test_a_player_that_dies_later_is_reported_by_the_next_call(tmp_path):
    player = make_player(tmp_path, fake_player.SERVES)
    with launch("unity", build=player) as engine:
        os.kill(player_pid(player), signal.SIGKILL)
        with pytest.raises(EngineError, match=r"The player city.x86_64 was ended by signal 9"):
            engine.advance(0.05)


def test_a_player_that_does_not_get_ready_is_given_up_and_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("cityloop.engine.child._PATIENCE_S", 3.0)
    player = make_player(tmp_path, fake_player.HANGS)
    with pytest.raises(EngineError, match=r"not ready within 1 s: Unable to load the shader"):
        launch("unity", build=player, deadline_s=1.0)
    assert gone(player_pid(player))


def test_a_player_that_listens_and_does_not_answer_is_given_up(tmp_path):
    player = make_player(tmp_path, fake_player.LISTENS_ONLY)
    with pytest.raises(EngineError, match=r"did not answer within .* Failed to create the gRPC"):
        launch("unity", build=player, deadline_s=2.0)


def test_another_protocol_is_named(tmp_path):
    player = make_player(tmp_path, fake_player.SPEAKS_ANOTHER_PROTOCOL)
    with pytest.raises(EngineError, match=r"city.x86_64 refused .*2\.1, this engine 7\.1"):
        launch("unity", build=player)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_player_ends_with_the_process_that_launched_it(tmp_path, number):
    player = make_player(tmp_path, fake_player.SERVES)
    careless = subprocess.Popen(
        [sys.executable, "-c", _CARELESS, str(player)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert careless.stdout.readline() == "ready\n"
    careless.send_signal(number)
    careless.communicate()
    assert gone(player_pid(player))


def test_a_player_ends_with_its_guard(tmp_path):
    player = make_player(tmp_path, fake_player.SERVES)
    with launch("unity", build=player) as engine:
        engine._process._child.kill()
        assert gone(player_pid(player))


def _missing(player):
    return player.with_name("other.x86_64")


def _not_executable(player):
    player.chmod(0o644)
    return player


def _without_data(player):
    (player.parent / "city_Data").rmdir()
    return player


def _for_windows(player):
    player.write_bytes(b"MZ\x90\x00")
    return player


def _not_a_program(player):
    player.write_bytes(b"\x7fELFnothing")
    return player


def _two_players(player):
    shutil.copy(player, player.with_name("town.x86_64"))
    (player.parent / "town_Data").mkdir()
    return player.parent


def _empty_folder(player):
    return player.parent / "city_Data"


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (_missing, r"no Unity build at .*other.x86_64: make one with 'python tools/unity build"),
        (_not_executable, "is not executable: run 'chmod"),
        (_without_data, "is no Unity player: a player has its data beside it, in city_Data"),
        (_for_windows, "a player for Windows, which does not run here"),
        (_not_a_program, "cannot be started: Exec format error"),
        (_two_players, "should hold one Unity player, but holds city.x86_64, town.x86_64"),
        (_empty_folder, "should hold one Unity player, but holds none"),
    ],
)
def test_what_is_no_player_is_refused_in_a_sentence(tmp_path, build, says):
    player = make_player(tmp_path, fake_player.DIES)
    with pytest.raises(EngineError, match=says):
        launch("unity", build=build(player))


def test_a_build_is_for_unity_and_unity_needs_one():
    with pytest.raises(EngineError, match="Which Unity player"):
        launch("unity")
    with pytest.raises(EngineError, match="are for engine 'unity'"):
        launch(build="city.x86_64")
