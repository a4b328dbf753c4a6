"""docs/scenarios.md: its snippets work, and it leaves no word out."""

import re
from pathlib import Path
from typing import Any

import pytest

import cityloop as cl
from cityloop.scenario import conditions
from cityloop.scenario.model import RULES, ActionModel, ScenarioModel
from cityloop.scenario.yaml_format import read_model

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scenarios.md"
TEXT = PAGE.read_text(encoding="utf-8")


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.S)


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """The names that the page's Python makes, run from top to bottom."""
    names: dict[str, Any] = {}
    for snippet in snippets("python"):
        exec(compile(snippet, str(PAGE), "exec"), names)
    return names


def resolved(model: ScenarioModel, city: cl.City) -> ScenarioModel:
    """The model with edge ids instead of compass names."""
    actors = dict(model.actors)
    for name, actor in actors.items():
        if getattr(actor, "route", None):
            route = city.route(*actor.route)
            actors[name] = actor.model_copy(update={"route": (route[0], route[-1])})
        elif getattr(actor, "at", None):
            edge = city.network.edge_id(actor.at.edge)
            at = actor.at.model_copy(update={"edge": edge})
            actors[name] = actor.model_copy(update={"at": at})
    return model.model_copy(update={"actors": actors})


def test_python_and_yaml_of_the_page_are_one_scenario(
    written: dict[str, Any], tmp_path: Path
) -> None:
    (text,) = snippets("yaml")
    path = tmp_path / "words.yaml"
    path.write_text(text)
    in_python: cl.Scenario = written["scenario"]
    assert resolved(read_model(path), in_python.city) == resolved(in_python.model, in_python.city)


def test_every_condition_of_the_page_is_one_and_both_columns_agree(
    written: dict[str, Any],
) -> None:
    table = TEXT.partition("## Conditions")[2].partition("## Events")[0]
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", table, re.M)
    assert len(rows) == 9
    for python, text in rows:
        assert str(eval(python, dict(written))) == text
    words = " ".join(text for _, text in rows)
    for word in (
        *conditions.VEHICLE_WORDS,
        *conditions.PERSON_WORDS,
        *conditions.ANYBODY_WORDS,
    ):
        assert f"{word}(" in words


def test_no_action_and_no_rule_is_left_out() -> None:
    for word in ActionModel.model_fields:
        assert f"| `{word}` |" in TEXT
    for rule in RULES:
        assert f"| `{rule}` |" in TEXT


def test_what_a_script_holds_prints_as_one_short_line(written: dict[str, Any]) -> None:
    city, scenario, ego, child = (written[name] for name in ("city", "scenario", "ego", "child"))
    assert repr(ego) == "<Vehicle 'ego', sedan>"
    assert repr(child) == "<Pedestrian 'child', girl>"
    assert repr(scenario) == "<Scenario 'words', 8 s, actors: ego, van, child, walker, hasty>"
    assert repr(city) == "<City of 2 x 2 blocks, seed 3, 8 roads>"


def test_the_roads_of_a_city_lead_where_routes_can_go(written: dict[str, Any]) -> None:
    city = written["city"]
    roads = {road.id: road for road in city.roads}
    (start,) = [road for road in city.roads if "south_in" in road.aliases]
    assert start.length_m == city.network.driving_lane("south_in").length_m
    (end,) = [road for road in city.roads if "north_out" in road.aliases]
    assert city.route("south_in", "north_out") == (start.id, end.id)
    assert end.id in start.leads_to
    assert all(next_id in roads for road in city.roads for next_id in road.leads_to)
