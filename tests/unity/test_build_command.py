"""`tools/unity build` with a script in the Editor's place."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSION = re.search(
    r"m_EditorVersion: (\S+)",
    (ROOT / "unity_project/ProjectSettings/ProjectVersion.txt").read_text(),
)[1]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the Editor is a script of Linux")

EDITOR = f"""\
#!{sys.executable}
import json, os, sys, time
json.dump(sys.argv[1:], open(__file__ + ".json", "w"))
given = dict(zip(sys.argv[1:], sys.argv[2:]))
def say(line): print(line, flush=True)
say("[Licensing::Module] Error: Access token is unavailable; failed to update")
say("DisplayProgressbar: Building Player")
"""
BUILDS = 'say("cityloop-build: built " + given["-cityloop-out"] + "/CityloopEngine.x86_64")'
CANNOT_COMPILE = """
say("Assets/A.cs(3,5): error CS0103: The name 'x' does not exist in the current context")
say("Assets/B.cs(1,1): error CS1002: ; expected")
say("Scripts have compiler errors.")
say("Aborting batchmode due to failure:")
sys.exit(1)
"""
NO_LICENCE = """
say("No valid Unity Editor license found. Please activate your license.")
sys.exit(198)
"""
LACKS_A_MODULE = """
say("cityloop-build: this Editor cannot build for StandaloneOSX: add the build support module.")
sys.exit(1)
"""
SAYS_NOTHING = "sys.exit(0)"
TAKES_LONG = """
open(__file__ + ".pid", "w").write(str(os.getpid()))
time.sleep(120)
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home without an Editor."""
    for name in ("UNITY_EDITOR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def editor_at(path, does=BUILDS):
    path.parent.mkdir(parents=True)
    path.write_text(EDITOR + does)
    path.chmod(0o755)
    return path


def hub_editor(home, version, does=BUILDS, folder="Unity/Hub/Editor"):
    return editor_at(home / folder / version / "Editor" / "Unity", does)


def command(*arguments):
    return [sys.executable, str(ROOT / "tools" / "unity"), "build", *map(str, arguments)]


def build(*arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60)


def refused(result, says):
    assert result.returncode == 2, result.stderr
    (line,) = [x for x in result.stderr.splitlines() if x.startswith("Error: ")]
    assert re.search(says, line), line


def test_the_editor_of_the_project_builds_the_player(home, tmp_path):
    hub_editor(home, "6000.0.99f1")
    hub_editor(home, "2022.3.1f1")
    editor = hub_editor(home, VERSION)
    out = tmp_path / "player"
    result = build("--target", "linux", "--out", out)
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"built {out}/CityloopEngine.x86_64\n"
    given = json.loads(Path(f"{editor}.json").read_text())
    assert given[:3] == ["-batchmode", "-nographics", "-quit"]
    pairs = dict(zip(given[3::2], given[4::2], strict=True))
    assert pairs == {
        "-projectPath": str(ROOT / "unity_project"),
        "-buildTarget": "StandaloneLinux64",
        "-executeMethod": "Cityloop.Editor.Build.Player",
        "-cityloop-target": "linux",
        "-cityloop-out": str(out),
        "-logFile": "-",
    }
    assert "Building Player" in (tmp_path / "player.log").read_text()


def test_the_newest_of_the_same_stream_will_do(home, tmp_path):
    for version in ("6000.0.9f1", "6000.0.50f1", "6000.1.60f1"):
        hub_editor(home, version)
    result = build("--out", tmp_path / "player")
    assert "6000.0.50f1/Editor/Unity builds" in result.stderr


def test_the_folder_that_hub_was_told_of_is_searched(home, tmp_path):
    elsewhere = hub_editor(tmp_path, VERSION, folder="elsewhere")
    settings = home / ".config" / "UnityHub"
    settings.mkdir(parents=True)
    (settings / "secondaryInstallPath.json").write_text(json.dumps(str(tmp_path / "elsewhere")))
    assert str(elsewhere) in build("--out", tmp_path / "player").stderr.replace("\n", "")


@pytest.mark.parametrize("named", ["Editor/Unity", "."])
def test_the_variable_names_the_program_or_its_folder(home, tmp_path, monkeypatch, named):
    editor_at(tmp_path / "mine" / "Editor" / "Unity")
    monkeypatch.setenv("UNITY_EDITOR", str(tmp_path / "mine" / named))
    assert build("--out", tmp_path / "player").returncode == 0


def test_without_an_editor_it_is_said_where_it_was_looked_for(home):
    refused(build(), rf"wants Unity {VERSION}, and Unity Hub has none \(looked in .*Hub/Editor\)")
    hub_editor(home, "2022.3.1f1")
    refused(build(), r"has only 2022\.3\.1f1 .*set UNITY_EDITOR")


def test_what_is_no_editor_or_no_project(home, tmp_path, monkeypatch):
    refused(build("--project", tmp_path), "is no Unity project: .*No such file")
    monkeypatch.setenv("UNITY_EDITOR", str(tmp_path / "none"))
    refused(build(), r"no Unity Editor at .*none, which UNITY_EDITOR names\.")
    editor_at(tmp_path / "locked" / "Unity").chmod(0o644)
    monkeypatch.setenv("UNITY_EDITOR", str(tmp_path / "locked" / "Unity"))
    refused(build(), "which UNITY_EDITOR names, is not executable")


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (CANNOT_COMPILE, r"ended with exit code 1: Assets/A\.cs\(3,5\): error CS0103: The name"),
        (NO_LICENCE, r"exit code 198: No valid .* your license: activate a licence in Unity Hub"),
        (LACKS_A_MODULE, r"exit code 1: this Editor cannot build for StandaloneOSX: add the"),
        (SAYS_NOTHING, r"ended without a player: its log tells of no error"),
    ],
)
def test_the_first_error_is_reported_and_the_log_kept(home, tmp_path, does, says):
    hub_editor(home, VERSION, does)
    refused(build("--out", tmp_path / "player"), says)
    log = tmp_path / "player.log"
    refused(build("--out", tmp_path / "player"), re.escape(f"(the whole log is {log})"))
    assert "Building Player" in log.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_editor_ends_with_who_called_it(home, tmp_path, number):
    editor = hub_editor(home, VERSION, TAKES_LONG)
    building = subprocess.Popen(command("--out", tmp_path / "player"), stderr=subprocess.DEVNULL)
    file = Path(f"{editor}.pid")
    for _ in range(200):
        if file.exists() and file.read_text():
            break
        time.sleep(0.1)
    pid = int(file.read_text())
    building.send_signal(number)
    assert building.wait(90) == (130 if number == signal.SIGINT else -number)
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("the Editor still runs")
