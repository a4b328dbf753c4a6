"""Whether the map has a place for an actor: waypoints, routes, and where a mistake is written."""

from pathlib import Path

import numpy as np
import pytest
from command_line import small_city

import cityloop as cl
from cityloop.errors import MapError, ScenarioError
from cityloop.scenario.places import vehicle_path


@pytest.fixture(scope="module")
def city() -> cl.City:
    return small_city()


@pytest.fixture
def scenario(city: cl.City) -> cl.Scenario:
    return cl.Scenario(city, duration_s=1)


def test_the_path_goes_through_the_waypoints_on_the_ground(scenario: cl.Scenario) -> None:
    points = [(1.6, -110.0), (-1.6, -80.0), (1.6, -40.0)]
    scenario.vehicle("ego", kind="sedan", waypoints=points)
    path = vehicle_path(scenario.city, scenario.model.actors["ego"])  # type: ignore[arg-type]
    assert path[[0, -1], :2].tolist() == [list(points[0]), list(points[-1])]
    assert np.linalg.norm(path[:, :2] - points[1], axis=1).min() == 0.0
    ground = scenario.city.network.ground_height(path[:, :2])
    assert path[:, 2] == pytest.approx(ground)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({}, "exactly one of route and waypoints"),
        ({"route": ("a", "b"), "waypoints": [(0, 0), (9, 9)]}, "exactly one of route and way"),
        ({"waypoints": [(0, 0)]}, "waypoints is not possible: .* 1 values, give at least 2"),
        ({"waypoints": [(0, 0), (1,)]}, "waypoints, y of point 2 is missing"),
        ({"waypoints": [(1, -99), (1, -80), (1, -99)]}, "turns back on itself at waypoint 2"),
        ({"waypoints": [(1, -99), (1, -80), (1, -90)]}, "turns back on itself at waypoint 2"),
        ({"waypoints": {(0, 0), (9, 9)}}, "waypoints: give a list, because the order counts"),
        ({"route": {"east_in", "west_out"}}, "route: give a list, because the order counts"),
        ({"route": ("east_in", "west_out"), "speed_mps": float("nan")}, "give a finite number"),
        (
            {"waypoints": [(0, 0), (float("nan"), 1)]},
            r"waypoints, x of point 2 = nan is not possible: give a finite number",
        ),
        (
            {"waypoints": [(0, 0), (float("inf"), 1)]},
            r"waypoints, x of point 2 = inf is not possible",
        ),
        ({"waypoints": [(0, 0), (9, 9), (9, 9)]}, "waypoints 2 and 3 are the same point"),
        ({"waypoints": [(0, 0), (3, 0), (0, 2)]}, "radius of 0.8 m at waypoint 2, but a sedan"),
        ({"waypoints": [(0, 0), (0.4, 0)]}, "less than 1 m apart in all"),
        ({"waypoints": [(0, 0), (3000, 0)]}, r"Waypoint 2 of 'ego' at \(3000, 0\) is more than"),
        ({"waypoints": 3}, "waypoints = 3 is not possible"),
        ({"waypoints": [(0, 0), "ab"]}, r"waypoints, point 2 = 'ab' is not possible"),
        ({"waypoints": [(0, 0), (9, 9)], "start_m": 2.0}, "start_m belongs to a route"),
        ({"route": ("east_in", "moon")}, "no road named 'moon'"),
        ({"route": 3}, "route = 3 is not possible"),
        ({"route": ("east_in", "west_out"), "ignores": "people"}, r"a list, such as \[people\]"),
        ({"route": ("east_in", "west_out"), "ignores": ["cats"]}, "no rule 'cats': choose one"),
        ({"route": ("east_in", "west_out"), "start_m": 9999.0}, "only .* m long: choose a smal"),
    ],
)
def test_a_way_that_nobody_can_drive(
    scenario: cl.Scenario, words: dict[str, object], says: str
) -> None:
    with pytest.raises((ScenarioError, MapError), match=says) as caught:
        scenario.vehicle("ego", **({"kind": "sedan"} | words))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    # What was refused is not there: the next actor is not blamed for it.
    assert scenario.model.actors == {}


def test_a_bus_needs_more_room_than_a_car(scenario: cl.Scenario) -> None:
    # The middle waypoint makes a turn of about 6 m.
    turn = [(0.0, -30.0), (0.0, -9.0), (9.0, 0.0), (30.0, 0.0)]
    scenario.vehicle("car", kind="hatchback", waypoints=turn)
    tight = [(0.0, -30.0), (0.0, -5.0), (5.0, 0.0), (30.0, 0.0)]
    with pytest.raises(ScenarioError, match=r"but a bus needs \d+\.\d m: spread"):
        scenario.vehicle("bus", kind="bus", waypoints=tight)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({}, "exactly one of at and waypoints"),
        ({"waypoints": [(0, 0), (0, 0)]}, "the same point"),
        ({"waypoints": [(0, 0), (0, 900)]}, "more than 30 m off the map"),
        ({"waypoints": [(0, 0), (0, 0.05)]}, "waypoints of 'child' are less than 0.1 m apart"),
        ({"waypoints": [(0, 0), (0, 9)], "speed_mps": 0}, "speed_mps = 0 is not possible"),
        ({"at": 3}, r"gives, not 3\."),
    ],
)
def test_a_walk_that_is_none(scenario: cl.Scenario, words: dict[str, object], says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        scenario.pedestrian("child", **({"kind": "girl"} | words))  # type: ignore[arg-type]


def test_waypoints_may_be_arrays_and_come_back_from_yaml(
    scenario: cl.Scenario, tmp_path: Path
) -> None:
    ego = scenario.vehicle(
        "ego",
        kind="sedan",
        waypoints=np.array([[0, -50], [0, 0], [5, 50]]),
        ignores={"signals", "people"},
    )
    child = scenario.pedestrian("child", kind="girl", waypoints=[(9, 9), (-9, 9)])
    scenario.when(ego.distance_to(child) < 30).do(child.walk(1.2))
    scenario.traffic(vehicles=1, physics_radius_m=float("inf"))
    scenario.fail_when(ego.collides() | ego.leaves_road() | child.falls())
    path = tmp_path / "all.yaml"
    path.write_text(scenario.to_yaml())
    again = cl.Scenario.from_yaml(path)
    assert again.model == scenario.model
    assert again.model.actors["ego"].ignores == ("people", "signals")
    assert again.model.traffic.physics_radius_m == float("inf")


def test_words_fit_their_actors(scenario: cl.Scenario) -> None:
    scenario.vehicle("ego", kind="sedan", route=("east_in", "west_out"))
    child = scenario.pedestrian("child", kind="girl", waypoints=[(9, 9), (-9, 9)])
    for text in ("runs_red_light(child)", "falls(ego)", "time > 1 and leaves_road(child)"):
        with pytest.raises(ScenarioError, match=r"needs a (vehicle|pedestrian), which"):
            scenario.fail_when(cl.parse_condition(text))
    with pytest.raises(ScenarioError, match="'child' cannot do the action of trigger 'time > 1'"):
        scenario.when(cl.time() > 1).do(child.run_across())
    scenario.when(cl.time() > 1).do(child.walk())
    with pytest.raises(ScenarioError, match="'child' is told to walk by two triggers"):
        scenario.when(cl.time() > 2).do(child.walk())
    hasty = scenario.pedestrian("hasty", kind="girl", waypoints=[(9, 9), (-9, 9)], speed_mps=1.0)
    with pytest.raises(ScenarioError, match="'hasty' walks at once"):
        scenario.when(cl.time() > 2).do(hasty.walk())


YAML = """\
duration_s: 1
map: {{grid: {{blocks: [2, 2], seed: 3}}}}
actors:
  ego:
    vehicle: sedan
    {ego}
  child:
    pedestrian: girl
    {child}
"""
GOOD = {"ego": "route: [east_in, west_out]", "child": "at: {edge: east_in, s_m: 50}"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ego": "route: [east_in, moon]"}, r"a\.yaml:6: there is no road named 'moon'"),
        ({"ego": "route: [west_out, east_in]"}, r"a\.yaml:6: no way for a car leads"),
        (
            {"ego": "route: [east_in, west_out]\n    start_m: 999"},
            r"a\.yaml:7: Vehicle 'ego' starts at start_m 999",
        ),
        ({"ego": "waypoints: [[0, 0], [999, 0]]"}, r"a\.yaml:6: Waypoint 2 of 'ego'"),
        ({"child": "at: {edge: east_in, s_m: 9999}"}, r"a\.yaml:9: s_m=9999 lies off road"),
        ({"child": "waypoints: [[0, 0]]"}, r"a\.yaml:9: actors\.child\.waypoints is not"),
    ],
)
def test_a_mistake_about_the_map_is_told_with_its_line(
    tmp_path: Path, changes: dict[str, str], says: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(YAML.format(**(GOOD | changes)))
    with pytest.raises((ScenarioError, MapError), match=says):
        cl.Scenario.from_yaml(path)


def test_a_missing_map_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("duration_s: 1\nmap:\n  opendrive: {path: none.xodr}\n")
    with pytest.raises(MapError, match=r"a\.yaml:2: .*none\.xodr: there is no such OpenDRIVE map"):
        cl.Scenario.from_yaml(path)


@pytest.mark.parametrize(
    "name", ["not", "and", "in", "lambda", "None", "True", "time", "speed", "collides", "falls"]
)
def test_an_actor_is_not_called_like_a_word_of_conditions(scenario: cl.Scenario, name: str) -> None:
    with pytest.raises(ScenarioError, match=f"an actor cannot be called '{name}', because"):
        scenario.vehicle(name, kind="sedan", route=("east_in", "west_out"))


def test_numbers_and_arrays_of_numpy_are_welcome(scenario: cl.Scenario) -> None:
    scenario.traffic(vehicles=np.int64(3), physics_radius_m=np.float32(30))  # type: ignore[arg-type]
    route = np.array(scenario.city.route("east_in", "west_out"))
    scenario.vehicle("ego", kind="sedan", route=route)  # type: ignore[arg-type]
    assert scenario.model.traffic.vehicles == 3
    assert scenario.model.actors["ego"].route == (route[0], route[-1])  # type: ignore[union-attr]


def test_others_are_other_actors(scenario: cl.Scenario) -> None:
    ego = scenario.vehicle("ego", kind="sedan", route=("east_in", "west_out"))
    for other in (ego, "child", None):
        with pytest.raises(ScenarioError, match="'ego' needs another actor of the scenario, not"):
            ego.distance_to(other)  # type: ignore[arg-type]
        with pytest.raises(ScenarioError, match="'ego' needs another actor of the scenario, not"):
            ego.collides_with(other)  # type: ignore[arg-type]
