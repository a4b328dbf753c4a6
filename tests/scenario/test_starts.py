"""Nobody starts where a vehicle already is."""

import math
from pathlib import Path

import numpy as np
import pytest
from command_line import small_city

import cityloop as cl
from cityloop.errors import ScenarioError
from cityloop.world.vehicles import VEHICLE_KINDS

SEDAN = VEHICLE_KINDS["sedan"]
X = 1.625


@pytest.fixture(scope="module")
def city() -> cl.City:
    return small_city()


@pytest.fixture
def scenario(city: cl.City) -> cl.Scenario:
    scenario = cl.Scenario(city, duration_s=1)
    scenario.vehicle("ego", kind="sedan", waypoints=[(X, -120), (X, 100)])
    return scenario


@pytest.mark.parametrize(
    ("start", "end", "clash"),
    [
        ((X, -120.0), (X, -100.0), True),
        ((X + SEDAN.dimension[1] - 0.01, -120.0), (X + 1.9, -100.0), True),
        ((X + 2.5, -120.0), (X + 2.5, -100.0), False),
        ((X, -120.0 + SEDAN.dimension[0] - 0.01), (X, -100.0), True),
        ((X, -120.0 + SEDAN.dimension[0] + 0.01), (X, -100.0), False),
        # Nose to nose: from rear axle to bumper, twice.
        ((X, -120 + 2 * (SEDAN.wheelbase_m + SEDAN.front_overhang_m) - 0.01), (X, -125.0), True),
        ((X, -120 + 2 * (SEDAN.wheelbase_m + SEDAN.front_overhang_m) + 0.01), (X, -125.0), False),
    ],
)
def test_vehicles_do_not_start_in_one_another(
    scenario: cl.Scenario, start: tuple[float, float], end: tuple[float, float], clash: bool
) -> None:
    if not clash:
        scenario.vehicle("other", kind="sedan", waypoints=[start, end])
        return
    with pytest.raises(ScenarioError, match="'other' starts where 'ego' already is"):
        scenario.vehicle("other", kind="sedan", waypoints=[start, end])
    assert list(scenario.model.actors) == ["ego"]


def test_the_outline_turns_with_the_vehicle(scenario: cl.Scenario) -> None:
    # Beside the rear axle, but with the nose across the other one.
    with pytest.raises(ScenarioError, match="'other' starts where 'ego' already is"):
        scenario.vehicle("other", kind="sedan", waypoints=[(X + 3, -119), (X - 9, -119)])
    scenario.vehicle("other", kind="sedan", waypoints=[(X + 3, -119), (X + 15, -119)])


def test_people_do_not_start_in_a_vehicle(scenario: cl.Scenario) -> None:
    nose = -120 + SEDAN.wheelbase_m + SEDAN.front_overhang_m
    with pytest.raises(ScenarioError, match="'child' starts where 'ego' already is"):
        scenario.pedestrian("child", kind="girl", waypoints=[(X, nose - 0.1), (9, 9)])
    for name in ("child", "friend"):  # people may share a place
        scenario.pedestrian(name, kind="girl", waypoints=[(X, nose + 0.5), (9, 9)])


def test_people_do_not_start_in_a_parked_car(scenario: cl.Scenario) -> None:
    placements = scenario.city.scene.placements
    parked = next(p for p in placements if p.prototype in VEHICLE_KINDS)
    inside, beside = (
        parked.pose.apply(np.array([1.0, aside, 0.0]))[:2].tolist() for aside in (0.5, 1.5)
    )
    with pytest.raises(ScenarioError, match=f"inside the {parked.prototype} '{parked.name}'"):
        scenario.pedestrian("man", kind="man", waypoints=[inside, beside])
    scenario.pedestrian("man", kind="man", waypoints=[beside, inside])


def test_a_clash_in_a_file_is_told_with_its_line(scenario: cl.Scenario, tmp_path: Path) -> None:
    scenario.vehicle("other", kind="sedan", waypoints=[(X, -100.0), (X, 90.0)])
    text = scenario.to_yaml().replace("-100.0", "-119.0")
    path = tmp_path / "a.yaml"
    path.write_text(text)
    line = text[: text.index("  other:")].count("\n") + 1
    with pytest.raises(ScenarioError, match=rf"a\.yaml:{line}: 'other' starts where"):
        cl.Scenario.from_yaml(path)


def test_a_route_starts_where_its_start_says(city: cl.City) -> None:
    scenario = cl.Scenario(city, duration_s=1)
    for name, start_m in (("first", 10.0), ("second", 10.0 + SEDAN.dimension[0] + 0.1)):
        scenario.vehicle(name, kind="sedan", route=("east_in", "west_out"), start_m=start_m)
    with pytest.raises(ScenarioError, match="'third' starts where 'first' already is"):
        scenario.vehicle("third", kind="sedan", route=("east_in", "west_out"), start_m=7.0)
    assert math.isclose(scenario.model.actors["second"].start_m or 0, 10.1 + SEDAN.dimension[0])
