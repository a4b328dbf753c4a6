"""What tyres hold on dry and on wet ground, and what the air takes."""

import dataclasses

import numpy as np
import pytest
import tiny_world

from cityloop.engine import BodySpec, Commands, DriveCommand
from cityloop.errors import RequestError
from cityloop.world.environment import Environment, daylight

pytestmark = pytest.mark.needs("driven")

DT = 0.05
G = 9.81
GRIP_DRY, GRIP_WET = 0.9, 0.6
ROLLING = 0.012


@pytest.fixture
def road(engine):
    """A car with brakes stronger than any tyre ("braker"), one with a large sail ("sail")."""
    scene = tiny_world.scene()
    car = next(p for p in scene.prototypes if p.name == "car")
    strong = dataclasses.replace(car.dynamics, max_brake_force_n=2.0 * G * tiny_world.CAR_MASS)
    sail = dataclasses.replace(car.dynamics, drag_area_m2=8.0)
    scene.prototypes += [
        dataclasses.replace(car, name="braker", dynamics=strong),
        dataclasses.replace(car, name="sail", dynamics=sail),
    ]
    engine.load_scene(scene)
    engine.spawn([BodySpec(1, "ground")])
    return engine


def light(wetness):
    return dataclasses.replace(daylight(12.0), wetness=wetness)


def drive(engine, ticks, substeps=10, **pedals):
    commands = Commands(drive=[DriveCommand(2, **pedals)])
    return [engine.advance(DT, substeps, commands).bodies for _ in range(ticks)]


def spawn(engine, kind, speed):
    engine.spawn([BodySpec(2, kind, "driven", velocity=np.array([speed, 0.0, 0.0]))])


def braking_distance(engine, wetness, speed=20.0):
    """The way from the onset of full deceleration to the stop, and the speed at its start."""
    engine.set_environment(light(wetness))
    spawn(engine, "braker", speed)
    states = drive(engine, 140, brake=1.0)
    full = states[8]  # the brakes have built up
    assert np.linalg.norm(states[-1].velocity[0]) < 0.05
    return states[-1].position[0, 0] - full.position[0, 0], full.velocity[0, 0]


@pytest.mark.parametrize(("wetness", "grip"), [(0.0, 0.9), (1.0, 0.6), (0.5, 0.75)])
def test_the_braking_distance_is_that_of_the_grip(road, wetness, grip):
    distance, speed = braking_distance(road, wetness)
    # The last metre per second is braked gently, which takes some decimetres.
    assert distance == pytest.approx(speed**2 / (2 * grip * G), rel=0.03)


def test_wetness_acts_at_once_and_on_bodies_that_are_there_already(road):
    spawn(road, "braker", 25.0)
    dry = drive(road, 20, brake=1.0)
    road.set_environment(light(1.0))
    wet = drive(road, 20, brake=1.0)
    assert -dry[-1].acceleration[0, 0] == pytest.approx(GRIP_DRY * G, rel=0.04)
    assert -wet[-1].acceleration[0, 0] == pytest.approx(GRIP_WET * G, rel=0.04)


def test_grip_limits_cornering(road):
    road.set_environment(light(1.0))
    spawn(road, "car", 18.0)
    # The steering asks for v^2 tan(angle) / wheelbase = 22 m/s^2.
    states = drive(road, 30, steering=0.3)
    sideways = max(
        abs(np.cross(s.velocity[0], s.acceleration[0])[2]) / np.linalg.norm(s.velocity[0])
        for s in states
    )
    assert 0.8 * GRIP_WET * G < sideways < 1.05 * GRIP_WET * G


def test_braking_takes_from_the_grip_for_cornering(road):
    """Friction circle: both accelerations together are what the grip allows, not each of them."""
    spawn(road, "braker", 20.0)
    drive(road, 4, steering=0.1)
    states = drive(road, 20, steering=0.1, brake=1.0)[4:]
    both = [np.linalg.norm(s.acceleration[0, :2]) for s in states]
    assert np.mean(both) < 1.02 * GRIP_DRY * G
    assert max(both) < 1.1 * GRIP_DRY * G  # the wheels' loads swing with the springs


def test_the_environment_outlasts_a_new_scene(road):
    road.set_environment(light(1.0))
    scene = tiny_world.scene()
    car = next(p for p in scene.prototypes if p.name == "car")
    strong = dataclasses.replace(car.dynamics, max_brake_force_n=2.0 * G * tiny_world.CAR_MASS)
    scene.prototypes.append(dataclasses.replace(car, name="braker", dynamics=strong))
    road.load_scene(scene)
    road.spawn([BodySpec(1, "ground")])
    spawn(road, "braker", 20.0)
    states = drive(road, 20, brake=1.0)
    assert -states[-1].acceleration[0, 0] == pytest.approx(GRIP_WET * G, rel=0.04)


@pytest.mark.parametrize("wetness", [-0.1, 1.5, float("nan")])
def test_impossible_wetness_is_refused(road, wetness):
    with pytest.raises(RequestError, match="wetness"):
        road.set_environment(Environment(**{**vars(daylight(12.0)), "wetness": wetness}))


def test_drag_sets_the_top_speed(road):
    throttle = 0.5
    spawn(road, "sail", 24.0)
    end = drive(road, 250, substeps=4, throttle=throttle)[-1]
    pull = throttle * tiny_world.MAX_DRIVE - ROLLING * tiny_world.CAR_MASS * G
    assert end.velocity[0, 0] == pytest.approx(np.sqrt(pull / (0.5 * 1.2 * 8.0)), rel=0.005)
    assert abs(end.acceleration[0, 0]) < 0.01


def test_a_coasting_car_slows_by_drag_and_rolling_resistance(road):
    """dv/dt = -(a + b v^2) has the solution v = sqrt(a/b) tan(c - sqrt(a b) t)."""
    spawn(road, "sail", 30.0)
    states = drive(road, 100)
    a, b = ROLLING * G, 0.5 * 1.2 * 8.0 / tiny_world.CAR_MASS
    root = np.sqrt(a / b)
    expected = root * np.tan(np.arctan(30.0 / root) - np.sqrt(a * b) * 100 * DT)
    assert states[-1].velocity[0, 0] == pytest.approx(expected, rel=0.01)
    position = np.array([s.position[0] for s in states])
    velocity = np.array([s.velocity[0] for s in states])
    difference = (position[2:] - position[:-2]) / (2 * DT) - velocity[1:-1]
    assert np.linalg.norm(difference, axis=1).max() < 0.05


@pytest.mark.needs("save_restore")
def test_restored_vehicles_have_the_grip_of_the_ground_as_it_is_now(road):
    spawn(road, "braker", 25.0)
    drive(road, 5)
    kept = road.save()
    road.set_environment(light(1.0))
    road.restore(kept)
    states = drive(road, 20, brake=1.0)
    assert -states[-1].acceleration[0, 0] == pytest.approx(GRIP_WET * G, rel=0.04)
