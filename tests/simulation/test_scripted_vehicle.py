"""Scripted vehicles on the embedded engine: where they go and which rules they keep."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

import cityloop as cl
from cityloop.dataset.events import Event
from cityloop.simulation.tick import Simulation
from cityloop.world.polylines import project
from cityloop.world.vehicles import VehicleLamp

NORTHBOUND_M = 1.625  # x of the lane into the town from the south; the road is 125 m long
SPEED_LIMIT_MPS = 50 / 3.6
TURNING = VehicleLamp.LEFT | VehicleLamp.RIGHT


@dataclass
class Drive:
    """What the ego of a scenario did, tick by tick."""

    position: list[np.ndarray] = field(default_factory=list)
    speed: list[float] = field(default_factory=list)
    offset: list[float] = field(default_factory=list)  # from its path, to the left
    lamps: list[int] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    failure: str = ""

    def kinds(self) -> list[str]:
        return [e.kind for e in self.events]


def play(scenario: cl.Scenario, engine: cl.Engine, seconds: float) -> Drive:
    drive = Drive()
    simulation = Simulation(scenario, engine)
    try:
        path = simulation._vehicles["ego"].ahead.path
        for _ in range(round(seconds / 0.05)):
            moment = simulation.step()
            row = moment.actors.name.index("ego")
            drive.position.append(moment.actors.position[row].copy())
            drive.speed.append(float(np.linalg.norm(moment.actors.velocity[row])))
            drive.offset.append(project(path, moment.actors.position[row])[1])
            drive.lamps.append(int(moment.actors.lamps[row]))
            drive.events += simulation.settled.events  # that of the tick before is final
            drive.failure = drive.failure or moment.failure
    finally:
        simulation.close()
    return drive


@pytest.fixture
def scenario(small_city: cl.City) -> cl.Scenario:
    return cl.Scenario(small_city, duration_s=60, seed=1)


def rms(values: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


@pytest.mark.parametrize(("speed", "weather"), [(5.0, "clear"), (14.0, "wet")])
def test_a_route_is_followed_closely(
    scenario: cl.Scenario, engine: cl.Engine, speed: float, weather: str
) -> None:
    scenario.environment(weather=weather)
    route = scenario.city.route("south_in", "east_out")
    # Start before the junction, so that the turn is in view.
    scenario.vehicle(
        "ego", kind="sedan", route=route, start_m=90, speed_mps=speed, ignores={"signals"}
    )
    drive = play(scenario, engine, 12.0)
    assert rms(drive.offset) < 0.1
    assert max(map(abs, drive.offset)) < 0.3
    jerk = np.diff(drive.speed, 2) / 0.05**2
    assert rms(jerk.tolist()) < 2.5
    assert drive.position[-1][0] > 8.0
    assert "off_road" not in drive.kinds()
    assert "wrong_way" not in drive.kinds()


def test_indicators_tell_of_a_turn_beforehand(scenario: cl.Scenario, engine: cl.Engine) -> None:
    route = scenario.city.route("south_in", "east_out")
    scenario.vehicle("ego", kind="sedan", route=route, start_m=60, speed_mps=8, ignores={"signals"})
    drive = play(scenario, engine, 12.0)
    lit = [bool(lamps & VehicleLamp.RIGHT) for lamps in drive.lamps]
    assert not any(lamps & VehicleLamp.LEFT for lamps in drive.lamps)
    first = drive.position[lit.index(True)]
    # The turn begins about 12 m before the middle of the junction.
    assert -50.0 < first[1] < -32.0
    # It flashes, about 1.4 times a second.
    flashes = int(np.sum(np.diff(np.array(lit, dtype=int)) == 1))
    assert 3 <= flashes <= 12


def test_red_lights_are_obeyed_unless_they_are_ignored(
    small_city: cl.City, engine: cl.Engine
) -> None:
    def kinds(ignores: set[str]) -> tuple[list[str], Drive]:
        scenario = cl.Scenario(small_city, duration_s=60, seed=1)
        route = small_city.route("south_in", "north_out")
        scenario.vehicle("ego", kind="sedan", route=route, start_m=60, speed_mps=9, ignores=ignores)
        drive = play(scenario, engine, 10.0)
        return drive.kinds(), drive

    obeying, stopped = kinds(set())
    assert obeying == []
    assert stopped.speed[-1] < 1.5
    assert stopped.position[-1][1] < -14.0
    assert stopped.lamps[-1] & VehicleLamp.BRAKE
    running, drive = kinds({"signals"})
    assert running == ["red_light"]
    assert drive.position[-1][1] > 10.0


@pytest.mark.parametrize("ignores", [set(), {"speed_limit"}], ids=["limited", "free"])
def test_the_speed_limit_holds_unless_it_is_ignored(
    scenario: cl.Scenario, engine: cl.Engine, ignores: set[str]
) -> None:
    route = scenario.city.route("south_in", "north_out")
    scenario.vehicle(
        "ego",
        kind="sedan",
        route=route,
        start_m=10,
        speed_mps=18,
        ignores={"signals", *ignores},
    )
    fastest = max(play(scenario, engine, 6.0).speed)
    if ignores:
        assert fastest > 17.0
    else:
        assert fastest == pytest.approx(SPEED_LIMIT_MPS, abs=0.4)


def test_waypoints_lead_off_the_lane_and_are_reached(
    scenario: cl.Scenario, engine: cl.Engine
) -> None:
    # It ends straight along the lane, not on the way to a car at its side.
    points = [(NORTHBOUND_M, y) for y in (-120.0, -50.0, -35.0)]
    points[1:1] = [(-1.6, -95.0), (-1.6, -70.0)]
    scenario.vehicle("ego", kind="sedan", waypoints=points, speed_mps=9)
    drive = play(scenario, engine, 14.0)
    track = np.array(drive.position)[:, :2]
    assert np.linalg.norm(track[0] - points[0]) < 1.5  # three ticks later
    for point in points[1:-1]:
        assert np.linalg.norm(track - point, axis=1).min() < 0.4
    assert np.linalg.norm(track[-1] - points[-1]) < 1.0
    assert drive.speed[-1] < 0.05
    assert rms(drive.offset) < 0.1
    assert drive.kinds() == ["wrong_way"]


def jaywalking(scenario: cl.Scenario, ignores: set[str]) -> None:
    route = scenario.city.route("south_in", "north_out")
    ego = scenario.vehicle(
        "ego", kind="sedan", route=route, start_m=20, speed_mps=9, ignores=ignores
    )
    walker = scenario.pedestrian("walker", kind="man", waypoints=[(5.0, -84.0), (-9.0, -84.0)])
    scenario.when(ego.distance_to(walker) < 26).do(walker.walk(1.5))


def test_who_walks_into_the_road_is_let_pass(scenario: cl.Scenario, engine: cl.Engine) -> None:
    jaywalking(scenario, set())
    drive = play(scenario, engine, 10.0)
    assert drive.events == []
    # The car gives way, and goes on afterwards.
    assert min(drive.speed) < 4.0
    assert drive.position[-1][1] > -72.0


def test_who_is_not_looked_out_for_is_hit_and_the_driver_stops(
    scenario: cl.Scenario, engine: cl.Engine
) -> None:
    jaywalking(scenario, {"people"})
    scenario.fail_when(cl.parse_condition("falls(walker) and collides(ego)"))
    drive = play(scenario, engine, 10.0)
    (event,) = [e for e in drive.events if e.kind == "collision"]
    assert event.actors == ("ego", "walker")
    assert event.impulse_ns > 10
    assert event.position[:2] == pytest.approx([NORTHBOUND_M, -84.0], abs=2.0)
    assert drive.speed[-1] < 0.1
    hazard = [lamps & TURNING for lamps in drive.lamps[event.tick + 20 :]]
    assert set(hazard) == {0, TURNING}
    assert drive.failure == "falls(walker) and collides(ego)"


def test_a_crash_into_a_parked_car_is_a_collision(scenario: cl.Scenario, engine: cl.Engine) -> None:
    parked = sorted(
        (float(p.pose.position[1]), float(p.pose.position[0]))
        for p in scenario.city.scene.placements
        if p.name.startswith("parked/")
        and 0 < p.pose.position[0] < 8
        and -85 < p.pose.position[1] < -20
    )
    # Of those in the street's middle the one with the most room before it.
    (_, _), (y, x) = max(pairwise(parked), key=lambda pair: pair[1][0] - pair[0][0])
    points = [(NORTHBOUND_M, y - 40), (NORTHBOUND_M + 0.4, y - 25), (x, y + 8)]
    scenario.vehicle("ego", kind="suv", waypoints=points, speed_mps=8, ignores={"vehicles"})
    drive = play(scenario, engine, 9.0)
    first = drive.events[0]
    assert first.kind == "collision"
    assert first.actors[0] == "ego"
    assert first.actors[1].startswith("parked/")
    # It grazes the other's side: of the 15 kNs that 1.9 t have at 8 m/s little goes across.
    assert 500 < first.impulse_ns < 15_000
    assert drive.speed[-1] < 0.1


@pytest.fixture
def quiet(small_city: cl.City) -> cl.Scenario:
    scenario = cl.Scenario(small_city, duration_s=0.3, seed=1)
    scenario.vehicle("ego", kind="sedan", waypoints=[(-1.6, -120.0), (-1.6, -60.0)])
    return scenario


def test_a_live_frame_has_its_events(quiet: cl.Scenario, engine: cl.Engine) -> None:
    found = [(f.index, e.kind) for f in cl.run(quiet, engine) for e in f.events]
    assert found == [(0, "wrong_way")]
    quiet.fail_when(cl.parse_condition("drives_wrong_way(ego)"))
    (only,) = cl.run(quiet, engine)
    assert only.failure == "drives_wrong_way(ego)"


def test_the_last_frame_tells_the_collision_that_ends_the_run(
    small_city: cl.City, engine: cl.Engine
) -> None:
    scenario = cl.Scenario(small_city, duration_s=3.0, seed=1)
    y = -100.0
    ego = scenario.vehicle(
        "ego",
        kind="sedan",
        waypoints=[(NORTHBOUND_M, y), (NORTHBOUND_M, y + 60)],
        speed_mps=8,
        ignores={"people"},
    )
    spot = (NORTHBOUND_M, y + 10)
    man = scenario.pedestrian("man", kind="man", waypoints=[spot, (spot[0] + 5, spot[1])])
    scenario.fail_when(ego.collides_with(man))
    *before, last = cl.run(scenario, engine)
    assert [e for frame in before for e in frame.events] == []
    (event,) = last.events
    assert (event.kind, event.actors, event.tick) == ("collision", ("ego", "man"), last.index)
    assert event.time_s == last.time_s
    assert event.impulse_ns > 100
