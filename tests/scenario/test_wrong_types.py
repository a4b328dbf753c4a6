"""Whatever a scenario or a city is told by mistake is answered in one sentence of this package."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import small_city

import cityloop as cl

# Of every kind that Python and numpy have, and of none that any word takes.
WRONG: tuple[Any, ...] = (
    *(object(), 1j, b"x", [], [1], ["a", "b", "c"], {"a": 1}, set(), (None, None), [[1, 2], [3]]),
    *(math.nan, -math.inf, np.array([1.0, 2.0, 3.0]), np.array([[1.0], [2.0]]), np.array("x")),
    *("", "x\0y", "no such thing", lambda: 0),
)


@pytest.fixture(scope="module")
def city() -> cl.City:
    return small_city()


class World:
    """A city, a scenario in it and one actor of each sort."""

    def __init__(self, city: cl.City) -> None:
        self.city, self.scenario = city, cl.Scenario(city, duration_s=3.0)
        self.ego = self.scenario.vehicle("ego", kind="sedan", route=("east_in", "west_out"))
        spot = city.roadside("east_in", 60.0)
        self.child = self.scenario.pedestrian("child", kind="child", at=spot)
        way = [(0.0, 0.0), (5.0, 0.0)]
        self.man = self.scenario.pedestrian("man", kind="man", waypoints=way)

    def car(self, **values: Any) -> object:
        route = ("south_in", "north_out")
        return self.scenario.vehicle("q", **({"kind": "sedan", "route": route} | values))

    def person(self, **values: Any) -> object:
        way = [(0.0, 9.0), (5.0, 9.0)]
        return self.scenario.pedestrian("q", **({"kind": "man", "waypoints": way} | values))


@pytest.fixture
def world(city: cl.City) -> World:
    return World(city)


Call = Callable[[World, Any], object]
CITY: dict[str, Call] = {
    "blocks": lambda _w, v: cl.City.grid(blocks=v),
    "blocks east": lambda _w, v: cl.City.grid(blocks=(v, 2)),
    "grid seed": lambda _w, v: cl.City.grid(seed=v),
    "opendrive": lambda _w, v: cl.City.from_opendrive(v),
    "osm": lambda _w, v: cl.City.from_osm(v),
    "network": lambda _w, v: cl.City.from_network(v),
    "seed": lambda _w, v: cl.City.from_network("nowhere", v),
    "route start": lambda w, v: w.city.route(v, "west_out"),
    "route end": lambda w, v: w.city.route("east_in", v),
    "roadside": lambda w, v: w.city.roadside(v, 10.0),
    "s_m": lambda w, v: w.city.roadside("south_in", v),
    "hidden_by": lambda w, v: w.city.roadside("south_in", 50.0, hidden_by=v),
    "side": lambda w, v: w.city.roadside("south_in", 50.0, side=v),
    "tls_states": lambda w, v: w.city.signal_lamps({"x0y0": v}),
}
SCENARIO: dict[str, Call] = {
    "city": lambda _w, v: cl.Scenario(v, duration_s=1.0),
    "duration_s": lambda w, v: cl.Scenario(w.city, duration_s=v),
    "seed": lambda w, v: cl.Scenario(w.city, duration_s=1.0, seed=v),
    "dt_s": lambda w, v: cl.Scenario(w.city, duration_s=1.0, dt_s=v),
    "name": lambda w, v: cl.Scenario(w.city, duration_s=1.0, name=v),
    "from_yaml": lambda _w, v: cl.Scenario.from_yaml(v),
    "vary seed": lambda w, v: w.scenario.vary(seed=v),
    "vary duration_s": lambda w, v: w.scenario.vary(duration_s=v),
    "time": lambda w, v: w.scenario.environment(time=v),
    "weather": lambda w, v: w.scenario.environment(weather=v),
    "latitude_deg": lambda w, v: w.scenario.environment(latitude_deg=v),
    "colours": lambda w, v: w.scenario.colours(seed=v),
    "longitude_deg": lambda w, v: w.scenario.environment(longitude_deg=v),
    "utc_offset_h": lambda w, v: w.scenario.environment(utc_offset_h=v),
    "date": lambda w, v: w.scenario.environment(date=v),
    "visibility_m": lambda w, v: w.scenario.environment(visibility_m=v),
    "wetness": lambda w, v: w.scenario.environment(wetness=v),
    "rain_mm_per_h": lambda w, v: w.scenario.environment(rain_mm_per_h=v),
    "vehicles": lambda w, v: w.scenario.traffic(vehicles=v),
    "pedestrians": lambda w, v: w.scenario.traffic(pedestrians=v),
    "physics_radius_m": lambda w, v: w.scenario.traffic(physics_radius_m=v),
    "vehicle": lambda w, v: w.scenario.vehicle(v, kind="bus", route=("south_in", "east_out")),
    "vehicle kind": lambda w, v: w.car(kind=v),
    "route": lambda w, v: w.car(route=v),
    "route edge": lambda w, v: w.car(route=[v, "north_out"]),
    "waypoints": lambda w, v: w.car(route=None, waypoints=v),
    "waypoint": lambda w, v: w.car(route=None, waypoints=[(0.0, 0.0), v]),
    "coordinate": lambda w, v: w.car(route=None, waypoints=[(0.0, 0.0), (v, v)]),
    "start_m": lambda w, v: w.car(start_m=v),
    "speed_mps": lambda w, v: w.car(speed_mps=v),
    "ignores": lambda w, v: w.car(ignores=[v]),
    "pedestrian": lambda w, v: w.scenario.pedestrian(v, kind="man", waypoints=[(0, 9), (5, 9)]),
    "pedestrian kind": lambda w, v: w.person(kind=v),
    "at": lambda w, v: w.person(at=v, waypoints=None),
    "walk": lambda w, v: w.person(waypoints=v),
    "walking speed": lambda w, v: w.person(speed_mps=v),
    "camera": lambda w, v: w.ego.camera(v),
    "fov_deg": lambda w, v: w.ego.camera("c", fov_deg=v),
    "size": lambda w, v: w.ego.camera("c", size=v),
    "position": lambda w, v: w.ego.camera("c", position=(v, v, v)),
    "set_speed": lambda w, v: w.ego.set_speed(v),
    "run_across": lambda w, v: w.child.run_across(v),
    "wave": lambda w, v: w.man.wave(v),
    "look_at": lambda w, v: w.man.look_at(v),
    "walk speed": lambda w, v: w.man.walk(v),
    "when": lambda w, v: w.scenario.when(v),
    "do": lambda w, v: w.scenario.when(cl.time() > 1).do(v),
    "fail_when": lambda w, v: w.scenario.fail_when(v),
    "distance_to": lambda w, v: w.ego.distance_to(v),
    "collides_with": lambda w, v: w.ego.collides_with(v),
    "limit": lambda w, v: w.ego.speed() < v,
    "and": lambda _w, v: (cl.time() > 1) & v,
    "or": lambda _w, v: (cl.time() > 1) | v,
    "parse_condition": lambda _w, v: cl.parse_condition(v),
}


def answer(call: Call, world: World, value: object) -> str:
    """What is said about a wrong value, which is one sentence in one line."""
    with pytest.raises(cl.CityloopError) as caught:
        call(world, value)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 500
    return said


@pytest.mark.parametrize("word", CITY)
def test_a_city_answers_wrong_values(world: World, word: str) -> None:
    for value in WRONG:
        answer(CITY[word], world, value)


@pytest.mark.parametrize("word", SCENARIO)
def test_a_scenario_answers_wrong_values(world: World, word: str) -> None:
    before = world.scenario.model
    for value in WRONG:
        answer(SCENARIO[word], world, value)
    # Nothing of it was taken in.
    assert world.scenario.model == before


@pytest.mark.parametrize(
    ("said", "call"),
    [
        ("s_m='x' is no number", lambda w: w.city.roadside("south_in", "x")),
        ("s_m=None is no number", lambda w: w.city.roadside("south_in", None)),
        ("s_m=True is no number", lambda w: w.city.roadside("south_in", True)),
        ("s_m=nan lies off road 'south_in'", lambda w: w.city.roadside("south_in", math.nan)),
        ("a road is named by a text, not by None", lambda w: w.city.route(None, "west_out")),
        ("tls_states=None is impossible", lambda w: w.city.signal_lamps(None)),
        ("from the path of a YAML file, not from None", lambda _w: cl.Scenario.from_yaml(None)),
        ("name of a camera is a text, not 5", lambda w: w.ego.camera(5)),
        ("'a b' is not possible: use letters, digits", lambda w: w.ego.camera("a b")),
        ("one that city.roadside(...) gives, not 'x'", lambda w: w.person(at="x", waypoints=None)),
        ("After when comes a condition such as", lambda w: w.scenario.when("time > 3")),
        ("is an action such as", lambda w: w.scenario.when(cl.time() > 1).do(w.man.walk)),
        ("put each comparison in brackets", lambda w: w.ego.speed() < 20 & (cl.time() > 3)),
        ("put each comparison in brackets", lambda _w: 1.5 | (cl.time() > 3)),
    ],
)
def test_the_answer_helps(world: World, said: str, call: Callable[[World], object]) -> None:
    with pytest.raises(cl.CityloopError) as caught:
        call(world)
    assert said in str(caught.value)


def test_a_map_file_that_is_no_path(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("duration_s: 1\nmap:\n  grid: {}\n")
    with pytest.raises(cl.CityloopError, match="from the path of a file, not from 5"):
        cl.Scenario.from_yaml(file, map_file=5)  # type: ignore[arg-type]
