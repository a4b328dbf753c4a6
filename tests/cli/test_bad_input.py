"""What a user does wrong: one sentence, exit code 2, no traceback, nothing half-made."""

import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from click.testing import Result
from command_line import CITYLOOP, cityloop, small_city, small_scenario

from cityloop.dataset.description import write_dataset_json

SMALL = small_scenario("small", 0.1)


def refused(result: Result, says: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    (line,) = [x for x in result.stderr.splitlines() if x.startswith("Error: ")]
    assert re.search(says, line), line


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("duration_s: 0.1", "duration_s: -3", r"small.yaml:2: duration_s = -3 is not possible"),
        ("size: [64, 36]", "size: [0, 36]", r"small.yaml:9: .*= 0 is not possible"),
        ("cameras:", "camera:", r"unknown key 'actors.ego.camera': did you mean 'cameras'"),
    ],
)
def test_impossible_values(scenario: Path, tmp_path: Path, old: str, new: str, says: str) -> None:
    scenario.write_text(SMALL.replace(old, new))
    refused(cityloop("run", scenario, "--out", tmp_path / "out"), says)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[east_in, west_out]", "[east_in, moon_out]", "moon_out"),
        ("[east_in, west_out]", "[east_in, west_out]\n    start_m: 5000", "starts at start_m 5000"),
    ],
)
def test_an_actor_off_the_map(
    scenario: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    scenario.write_text(SMALL.replace(old, new))
    refused(cityloop("run", scenario, "--out", tmp_path / "out"), says)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["verify", "info", "report"])
def test_a_dataset_without_a_sequence(tmp_path: Path, command: str) -> None:
    write_dataset_json(tmp_path)
    refused(cityloop(command, tmp_path), "has no sequence; record one into it")
    assert not (tmp_path / "report.html").exists()


def test_a_map_that_is_none(scenario: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xodr"
    bad.write_text("<OpenDRIVE><road></OpenDRIVE>")
    refused(cityloop("run", scenario, "--map", bad, "--out", tmp_path / "out"), r"bad\.xodr")
    refused(
        cityloop("run", scenario, "--map", tmp_path / "no.xodr", "--out", tmp_path / "out"),
        "no.xodr",
    )
    refused(cityloop("run", scenario, "--map", "map.png", "--out", tmp_path / "out"), "no map")


def test_missing_graphics_names_the_packages(scenario: Path, tmp_path: Path) -> None:
    # A vendor list without a driver is what a machine without EGL looks like to the loader.
    (tmp_path / "none.json").write_text("{}")
    result = cityloop(
        "run",
        scenario,
        "--out",
        tmp_path / "out",
        __EGL_VENDOR_LIBRARY_FILENAMES=str(tmp_path / "none.json"),
    )
    refused(result, "libegl1 libgl1")
    assert not (tmp_path / "out").exists()


def test_busy_port() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
        refused(cityloop("serve", "--port", port), f"{port}")
        assert handlers == [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]


def test_no_engine_there(scenario: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = cityloop("run", scenario, "--out", tmp_path / "out", "--connect", f"127.0.0.1:{port}")
    refused(result, f"127.0.0.1:{port}")


def test_existing_and_unwritable_folders(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cityloop("run", scenario, "--out", out).exit_code == 0
    refused(cityloop("run", scenario, "--out", out), "--overwrite")
    assert cityloop("run", scenario, "--out", out, "--overwrite").exit_code == 0


def test_what_costs_nothing_is_refused_before_the_city_is_built(
    scenario: Path, tmp_path: Path
) -> None:
    # The map is not there: building the city would be refused for that.
    scenario.write_text(SMALL.replace("map:", "map:\n  opendrive: {path: none.xodr} #"))
    out, file, foreign = tmp_path / "out", tmp_path / "file", tmp_path / "foreign"
    finished = tmp_path / "finished"
    file.write_text("")
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("")
    write_dataset_json(finished)
    (finished / "sequences" / "small").mkdir(parents=True)
    (finished / "sequences" / "small" / "sequence.json").write_text("{}")
    for options, says in (
        (("--out", finished), "holds a complete sequence"),
        (("--out", foreign), "is no Cityloop dataset"),
        (("--out", foreign, "--overwrite"), "is no Cityloop dataset"),
        (("--out", file), "is no Cityloop dataset"),
        (("--out", file / "out"), r"cannot write .*file/out \(Not a directory\)"),
        (("--out", out, "--require-license", "MIT"), "has the licence .*, which is not among MIT"),
        (
            ("--out", out, "--require-license", "CC0,Apache-2.0"),
            "map/none.xodr has the licence 'LicenseRef-unstated'",
        ),
        (("--out", out, "--connect", "127.0.0.1:1"), "127.0.0.1:1 cannot be reached"),
        (("--out", out, "--connect", "nowhere"), "no address of an engine"),
        (("--out", out), "none.xodr: there is no such OpenDRIVE map"),
    ):
        refused(cityloop("run", scenario, *options), says)
    assert not out.exists()


def test_a_scenario_without_a_camera_says_that_there_are_no_pictures(
    scenario: Path, tmp_path: Path
) -> None:
    blind = SMALL[: SMALL.index("    cameras:")]
    scenario.write_text(blind.replace("map:", "map:\n  opendrive: {path: none.xodr} #"))
    result = cityloop("run", scenario, "--out", tmp_path / "out")
    refused(result, "no such OpenDRIVE map")
    assert result.stderr.startswith("Scenario 'small' has no camera, so states and events are")


def test_the_roads_of_a_scenario_and_their_lengths(scenario: Path) -> None:
    result = cityloop("info", scenario)
    assert result.exit_code == 0
    (line,) = [x for x in result.stderr.splitlines() if "west_in," in x]
    (road,) = [r for r in small_city().roads if "west_in" in r.aliases]
    assert [cell.strip() for cell in line.split("│")[1:-1]] == [
        road.id,
        "west_in, west_in_0",
        "",
        f"{road.length_m:.1f}",
        "1",
        "50",
    ]
    refused(cityloop("info", __file__), "no map that can be read")


def test_assets_of_another_licence_are_refused_without_a_list(tmp_path: Path) -> None:
    result = cityloop("assets", "--require-license", "MIT")
    refused(result, "which is not among MIT")
    assert "SHA-256" not in result.stderr
    (tmp_path / "file").write_text("")
    refused(cityloop("assets", "--out", tmp_path / "file"), "Not a directory")


def test_what_is_no_dataset(tmp_path: Path) -> None:
    refused(cityloop("verify", tmp_path / "nothing"), "nothing")
    refused(cityloop("info", tmp_path), re.escape(str(tmp_path)))


def test_a_player_that_is_none_is_refused_before_the_city_is_built(
    scenario: Path, tmp_path: Path
) -> None:
    scenario.write_text(SMALL.replace("map:", "map:\n  opendrive: {path: none.xodr} #"))
    out = ("--out", tmp_path / "out")
    missing = ("--engine", "unity", "--build", tmp_path / "city.x86_64")
    for command in (("run", scenario, *out), ("demo", *out)):
        refused(cityloop(*command, *missing), "There is no Unity build at .*city.x86_64: make one")
        assert "needs --build PATH" in cityloop(*command, "--engine", "unity").stderr
        assert "is for --engine unity" in cityloop(*command, "--build", tmp_path).stderr
    running = cityloop("run", scenario, *out, *missing, "--connect", "127.0.0.1:1")
    assert (running.exit_code, "--connect uses a running one" in running.stderr) == (2, True)


def test_usage_errors_have_code_2() -> None:
    assert cityloop("run").exit_code == 2
    assert cityloop("dance").exit_code == 2


def test_the_process_ends_with_the_same_code_and_sentence(tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    done = subprocess.run(
        [*CITYLOOP, "verify", str(path)], capture_output=True, text=True, timeout=120
    )
    inside = cityloop("verify", path)
    assert (done.returncode, done.stdout, done.stderr) == (2, inside.stdout, inside.stderr)


def test_an_asset_whose_licence_is_not_allowed(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wrong = cityloop("run", scenario, "--out", out, "--require-license", "CC0")
    refused(wrong, "has the licence 'Apache-2.0', which is not among CC0")
    assert not out.exists()
