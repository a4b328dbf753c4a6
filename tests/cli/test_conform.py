"""`cityloop conform`: engines that conform, lie, cannot draw, and die."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from command_line import CITYLOOP

from cityloop.conformance import Case, run_suite
from cityloop.conformance.listener import case_name
from cityloop.conformance.suite import suite_folder
from cityloop.engine import Engine
from cityloop.engine.process import EngineProcess
from cityloop.errors import CityloopError, EngineError

# The embedded engine, but ...
_EMBEDDED = """
import os, sys
from cityloop.embedded import server, service
{}
sys.exit(server.main(["--port", "0", "--end-with-stdin"]))
"""
# ... rays are a tenth of a metre too long.
LIES = """
class Liar(service.EngineService):
    def CastRays(self, request, context):
        answer = super().CastRays(request, context)
        for hit in answer.hits:
            hit.distance_m += 0.1
        return answer
server.EngineService = Liar
"""
# ... it says that it draws nothing.
BLIND = """
service.CAPABILITIES = tuple(c for c in service.CAPABILITIES if c not in ("pixels", "driven"))
"""
# ... it dies of the first ray.
DIES = """
class Mortal(service.EngineService):
    def CastRays(self, request, context):
        os._exit(3)
server.EngineService = Mortal
"""


@contextmanager
def served(but: str) -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "-c", _EMBEDDED.format(but)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[-1]
    finally:
        server.communicate(timeout=90)


@pytest.fixture(scope="module")
def embedded() -> Iterator[str]:
    process = EngineProcess(deadline_s=60.0)
    yield process.address
    process.stop()


def conform(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CITYLOOP, "conform", *map(str, arguments)], capture_output=True, text=True, timeout=250
    )


def lines(result: subprocess.CompletedProcess[str], outcome: str) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith(f"{outcome} ")]


def test_the_embedded_engine_conforms(tmp_path: Path) -> None:
    file = tmp_path / "reports" / "embedded.json"
    groups = [f"--only={group}:" for group in ("session", "capture", "columns", "walking")]
    result = conform(*groups, "--json", file)
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(file.read_text())
    assert report["engine"]["name"] == "embedded"
    assert report["counts"] == {"passed": len(report["cases"]), "failed": 0, "could not run": 0}
    assert len(report["cases"]) > 80
    assert result.stdout.endswith(
        f"{len(report['cases'])} cases: {len(report['cases'])} passed, 0 failed, 0 could not run\n"
    )


def test_an_engine_that_lies_about_one_thing_is_caught_by_name() -> None:
    with served(LIES) as address:
        result = conform(address, "--only", "session:")
    assert result.returncode == 1
    failed = lines(result, "failed")
    assert all(line.startswith("failed         session: rays ") for line in failed)
    assert failed[0].startswith("failed         session: rays hit the nearest body: ")
    assert "4.6" in failed[0]
    assert len(lines(result, "passed")) > 30


def test_what_an_engine_cannot_do_is_told_with_the_reason() -> None:
    with served(BLIND) as address:
        result = conform(
            address, "--only", "every pass has", "--only", "rays hit", "--only", "wheels turn with"
        )
    assert result.returncode == 0
    cannot = lines(result, "could not run")
    assert (
        "could not run  capture: every pass has its shape and type: "
        "the engine's capabilities lack pixels" in cannot
    )
    assert any("wheels turn with the car: " in x and "lack driven and pixels" in x for x in cannot)
    assert lines(result, "passed") == [
        "passed         session: rays hit the nearest body",
        "passed         session: rays hit meshes from both sides",
    ]


def test_after_the_death_of_an_engine_the_rest_could_not_run() -> None:
    with served(DIES) as address:
        result = conform(address, "--only", "session:")
    assert result.returncode == 1
    (line,) = lines(result, "failed")
    assert line.startswith("failed         session: rays hit the nearest body: ")
    rest = lines(result, "could not run")
    assert len(rest) > 20
    assert all("has not answered since the case 'session: rays hit" in x for x in rest)


def test_what_cannot_be_asked_for(tmp_path: Path) -> None:
    nobody = conform("127.0.0.1:1")
    assert (nobody.returncode, "127.0.0.1:1 cannot be reached" in nobody.stderr) == (2, True)
    both = conform("127.0.0.1:1", "--build", tmp_path)
    assert (both.returncode, "not both" in both.stderr) == (2, True)
    certificates = conform("--root-certificates", tmp_path / "none.pem")
    assert (certificates.returncode, "at HOST:PORT" in certificates.stderr) == (2, True)
    no_case = conform("--only", "moon landing")
    assert (no_case.returncode, "No case of the suite has 'moon" in no_case.stderr) == (2, True)


@pytest.mark.parametrize(
    ("error", "raises", "says"),
    [
        (TypeError("no\nline"), CityloopError, r"after 1 of 4 cases: TypeError: no line\.$"),
        (KeyboardInterrupt("a key"), KeyboardInterrupt, "^$"),
    ],
)
def test_a_run_that_breaks_off_is_no_report(
    embedded: str, error: BaseException, raises: type[BaseException], says: str
) -> None:
    def breaks(case: Case, total: int) -> None:
        # In pytest's own hook, as the signal of a timeout may.
        raise error

    with pytest.raises(raises, match=says):
        run_suite(embedded, only=("session: rays",), on_case=breaks)


def test_a_session_that_does_not_end_in_order_fails_the_case(
    embedded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = []

    def ends(engine: Engine, *_: object) -> None:
        engine.close()
        ended.append(engine)
        # After those that ask who answers, and what it can do.
        if len(ended) == 3:
            raise EngineError("The session did not end.")

    monkeypatch.setattr(Engine, "__exit__", ends)
    (case,) = run_suite(embedded, only=("session: rays hit the nearest",)).cases
    assert (case.outcome, case.why) == ("failed", "The session did not end.")


def test_a_failure_is_told_at_once_in_continuous_integration_too(
    embedded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There pytest tells how lists differ in full, which takes minutes for a thousand ticks."""
    monkeypatch.setenv("CI", "true")
    advance, calls = Engine.advance, count()

    def drifts(engine: Engine, dt: float, *rest: Any) -> Any:
        return advance(engine, dt + 1e-9 * next(calls), *rest)

    monkeypatch.setattr(Engine, "advance", drifts)
    (case,) = run_suite(embedded, only=("a thousand ticks of changing",)).cases
    assert (case.outcome, len(case.why) < 500) == ("failed", True)
    assert os.environ["CI"] == "true"


def test_without_pytest_the_extra_is_named() -> None:
    hidden = (
        "import importlib.util as u; find = u.find_spec; "
        "u.find_spec = lambda name, *a: None if name == 'pytest' else find(name, *a); "
        "from cityloop.cli.main import cli; cli(['conform', '127.0.0.1:1'])"
    )
    result = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True)
    assert result.returncode == 2
    assert "run pip install 'cityloop[conformance]'." in result.stderr


@pytest.mark.parametrize(
    ("node", "name"),
    [
        ("test_walking.py::test_a_walker_stops", "walking: a walker stops"),
        ("tests/conformance/test_a.py::test_b_c[x.y-'z']", "a: b c [x.y-'z']"),
    ],
)
def test_names_of_cases(node: str, name: str) -> None:
    assert case_name(node) == name


def test_the_suite_is_that_of_the_repository() -> None:
    assert suite_folder() == Path(__file__).resolve().parents[1] / "conformance"
