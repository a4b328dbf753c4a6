"""Every example runs: the README's, and the files in examples/."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import kept_towns

import cityloop as cl
from cityloop.scenario.cast import Vehicle
from cityloop.scenario.model import ScenarioModel

ROOT = Path(__file__).resolve().parents[2]
JUNCTION_MAP = ROOT.parent / "shared" / "road-data" / "xodr" / "fabriksgatan.xodr"


@pytest.fixture(autouse=True)
def _two_towns_for_all_examples() -> Iterator[None]:
    with kept_towns():
        yield


@pytest.fixture
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a fourth of the pixels: what these examples do, they do by metres."""
    mount = Vehicle.camera

    def smaller(vehicle: Vehicle, name: str, **said: Any) -> None:
        width, height = said.get("size", (640, 360))
        mount(vehicle, name, **said | {"size": (width // 2, height // 2)})

    monkeypatch.setattr(Vehicle, "camera", smaller)


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mount no cameras, where an example does not look at what they see."""
    monkeypatch.setattr(Vehicle, "camera", lambda *_arguments, **_said: None)


def example(name: str) -> dict[str, object]:
    return runpy.run_path(str(ROOT / "examples" / name))


def small(source: str, out: Path) -> str:
    """The same code with a short duration, a small picture and a folder of the test's."""
    for pattern, replacement in (
        (r"duration_s=\d+", "duration_s=0.2"),
        (r"size=\(\d+, \d+\)", "size=(64, 36)"),
        (r'"out/child"', repr(str(out))),
    ):
        source, count = re.subn(pattern, replacement, source)
        assert count == 1, pattern
    return source


def test_the_readme_example(tmp_path: Path) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    exec(compile(small(block, tmp_path / "out"), "README.md", "exec"), {})
    (sequence,) = cl.Dataset(tmp_path / "out").sequences
    assert sequence.frame_count == 4


def resolved(scenario: cl.Scenario) -> ScenarioModel:
    """The model with edge ids instead of compass names, and without what only names."""
    actors = {}
    for name, actor in scenario.model.actors.items():
        if getattr(actor, "route", None):
            route = scenario.city.route(*actor.route)
            actors[name] = actor.model_copy(update={"route": (route[0], route[-1])})
        elif actor.at:
            edge = scenario.city.network.edge_id(actor.at.edge)
            at = actor.at.model_copy(update={"edge": edge})
            actors[name] = actor.model_copy(update={"at": at})
        else:
            actors[name] = actor
    return scenario.model.model_copy(update={"actors": actors})


def test_the_demo_in_python_is_the_demo_in_yaml() -> None:
    written = example("child_runs_out.py")["child_runs_out"]()  # type: ignore[operator]
    assert resolved(written) == resolved(cl.demo_scenario())


@pytest.mark.usefixtures("small_pictures")
def test_braking_on_pixels_avoids_the_collision(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    example("brake_for_child.py")["main"]()  # type: ignore[operator]
    blind, looking = capsys.readouterr().out.splitlines()
    assert blind == "blind: collides(ego, child)"
    assert looking == "looking: no collision"


@pytest.mark.usefixtures("no_pictures")
def test_cutting_in_is_told_as_events_and_ends_without_a_collision(
    capsys: pytest.CaptureFixture[str],
) -> None:
    example("cut_in.py")["main"]()  # type: ignore[operator]
    *events, outcome = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in events] == ["wrong_way: van"]
    assert outcome == "no collision"


@pytest.mark.skipif(not JUNCTION_MAP.exists(), reason="the road data is not beside the repository")
def test_the_junction_records_and_verifies(tmp_path: Path) -> None:
    scenario = cl.Scenario.from_yaml(ROOT / "examples" / "junction.yaml", JUNCTION_MAP)
    with cl.launch() as engine:
        cl.record(scenario.vary(duration_s=0.15), engine, tmp_path / "out")
    report = cl.verify(tmp_path / "out")
    assert [row.check for row in report.rows if not row.passed] == []
