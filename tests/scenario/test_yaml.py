import re
from pathlib import Path

import pytest

from cityloop.errors import ScenarioError
from cityloop.scenario.yaml_format import read_model, write_text

WHOLE = """\
cityloop: 1
name: child
duration_s: 4
seed: 3
map: {grid: {blocks: [2, 2], seed: 1}}
environment: {time: "17:40", weather: overcast}
traffic: {vehicles: 5, pedestrians: 6}
actors:
  ego:
    vehicle: sedan
    route: [east_in, west_out]
    speed_mps: 11
    cameras:
      front: {fov_deg: 80, size: [320, 180]}
  child:
    pedestrian: girl
    at: {edge: east_in, s_m: 50, hidden_by: parked}
triggers:
  - when: distance(ego, child) < 20
    do: {run_across: {actor: child, speed_mps: 3}}
fail_when: collides(ego, child)
"""


def read(tmp_path: Path, text: str):
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    return read_model(path)


def test_values_arrive(tmp_path: Path) -> None:
    model = read(tmp_path, WHOLE)
    assert model.frame_count == 80
    assert model.environment.time == "17:40"
    ((actor, name, camera),) = model.cameras()
    assert (actor, name, camera.size, camera.fov_deg) == ("ego", "front", (320, 180), 80)
    assert model.triggers[0].do.actor == "child"


def test_round_trip(tmp_path: Path) -> None:
    model = read(tmp_path, WHOLE)
    assert read(tmp_path, write_text(model)) == model


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("traffic:", "trafic:", r"scenario.yaml:7: unknown key 'trafic': did you mean 'traffic'\?"),
        (
            "speed_mps: 11",
            "speed: 11",
            r"scenario.yaml:12: unknown key 'actors.ego.speed'.*speed_mps",
        ),
        ("duration_s: 4", "duration_s: -1", r"scenario.yaml:3: duration_s = -1 is not possible"),
        ("duration_s: 4\n", "", r"the key 'duration_s' is missing"),
        ("duration_s:", "duration:", r"yaml:3: unknown key 'duration': did you mean 'duration_s'"),
        ("edge:", "egde:", r"yaml:17: unknown key 'actors.child.at.egde': did you mean 'edge'"),
        ("when:", "wen:", r"yaml:19: unknown key 'triggers, item 1, wen': did you mean 'when'"),
        ("vehicle:", "vehicel:", r":10: unknown key 'actors.ego.vehicel': did you mean 'vehicle'"),
        ("pedestrian:", "person:", r":15: .*needs a 'vehicle' or a 'pedestrian' key"),
        ("vehicle: sedan", "vehicle: 3", r":10: actors.ego.vehicle = 3 is not possible: give text"),
        (
            "girl\n",
            "girl\n    speed_mps: 1\n",
            r":15: actors.child: speed_mps belongs to waypoints",
        ),
        ("duration_s: 4", "duration_s: 1.0e+12", r"at most 86400 s long, a day, which"),
        ("duration_s: 4", "duration_s: 1e12", r"for text: write the number 1000000000000 without"),
        ("seed: 3", "seed: 3\ndt_s: 5e-2", r"write the number 0.05 without quotes"),
        (
            "[320, 180]",
            "[0, 180]",
            r":14: actors.ego.cameras.front.size, item 1 = 0 is not possible",
        ),
        ("fov_deg: 80", "fov_deg: 180", r"fov_deg = 180 is not possible"),
        ("vehicle: sedan", "vehicle: tank", r":10: .*there is no kind of vehicle 'tank': choose"),
        ("pedestrian: girl", "pedestrian: cat", r"there is no kind of pedestrian 'cat'"),
        ("weather: overcast", "weather: hail", r"there is no weather 'hail': choose one of clear"),
        ('"17:40"', '"25:00"', r"environment.time = '25:00' is not possible"),
        ("vehicles: 5", "vehicles: many", r"traffic.vehicles = 'many' is not possible"),
        (
            "distance(ego, child) < 20",
            "distance(ego, dog) < 20",
            r"names 'dog', but the actors are",
        ),
        ("distance(ego, child) < 20", "ego is near", r":19: .*is not a condition: write"),
        ("actor: child", "actor: ego", r"'ego' cannot do the action"),
        ("{grid: {blocks: [2, 2], seed: 1}}", "{}", r"name exactly one map"),
        ("blocks: [2, 2]", "blocks: [0, 2]", r"map.grid.blocks, item 1 = 0 is not possible"),
        ("vehicle: sedan", "boat: sedan", r"needs a 'vehicle' or a 'pedestrian' key"),
        ("seed: 3", "seed: true", r"seed = True is not possible"),
        ("duration_s: 4", 'duration_s: "4"', r"duration_s = '4' is not possible"),
        ("duration_s: 4", "duration_s: 1.0e+300", r"duration_s = 1e\+300 is not possible"),
        ("speed_mps: 11", "speed_mps: 1000", r"speed_mps = 1000 is not possible"),
        ("seed: 3", "seed: 3\ndt_s: 1.0e-6", r"dt_s = 1e-06 is not possible"),
        ("seed: 3", "seed: -3", r"seed = -3 is not possible"),
        ("cityloop: 1", "cityloop: 2", r"cityloop = 2 is not possible"),
        ("duration_s: 4", "duration_s: 0.01", r"shorter than one step"),
        ("hidden_by: parked", "hidden_by: bush", r"hidden_by = 'bush' is not possible"),
        ('"17:40"', "17:40", r'write the time in quotes, such as "17:40"'),
        ("child:\n", "ego:\n", r"scenario.yaml:15: the key 'ego' is there twice"),
        (
            "blocks: [2, 2]",
            "blocks: [2, 2], blocks: [3, 3]",
            r":5: the key 'blocks' is there twice",
        ),
        ("name: child", "name: 2024-99-99", r"a value that YAML cannot read .month must be"),
        (
            "fail_when",
            "  - {when: time > 1, do: {run_across: {actor: child}}}\nfail_when",
            r"'child' is told to run across by two triggers",
        ),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in WHOLE
    with pytest.raises(ScenarioError, match=says) as caught:
        read(tmp_path, WHOLE.replace(old, new, 1))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2]", "a: [", "just words", "a: b: c", "[" * 5000, "a: !!int abc", 'a: "\\ud800"'],
    ids=range(8),
)
def test_no_scenario_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScenarioError, match=r"scenario\.yaml"):
        read(tmp_path, text)


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        read_model(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="not a text file"):
        read_model(tmp_path / "b.yaml")


def test_an_environment_arrives_with_its_day_and_its_parts(tmp_path: Path) -> None:
    light = 'environment: {time: "16:00", date: 2026-12-05, weather: rain, visibility_m: 500}'
    text = re.sub(r"^environment: .*$", light, WHOLE, flags=re.MULTILINE)
    assert light in text
    environment = read(tmp_path, text).environment
    assert environment.date == "2026-12-05"
    sent = environment.light()
    assert sent.sun_direction[2] < 0.05
    assert sent.fog_density_per_m == pytest.approx(3.912 / 500)
    assert sent.rain_mm_per_h == 5.0
    with pytest.raises(ScenarioError, match="no day 2026-02-30"):
        read(tmp_path, text.replace("2026-12-05", '"2026-02-30"'))
