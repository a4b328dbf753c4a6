import math

import numpy as np
import pytest
import shapely

from cityloop.errors import ScenarioError
from cityloop.traffic.drivers import RouteDriver
from cityloop.world.scene import VehicleDynamics

DT_S = 0.05
WHEELBASE_M = 2.8
DYNAMICS = VehicleDynamics(
    mass_kg=1500.0,
    center_of_mass=(1.3, 0.0, 0.5),
    wheels=(),
    max_drive_force_n=6000.0,
    max_brake_force_n=12000.0,
    max_steering_angle_rad=0.6,
    max_speed_mps=50.0,
)


def arc(center, radius, start_deg, end_deg):
    angles = np.radians(np.linspace(start_deg, end_deg, 40))
    return np.column_stack([np.cos(angles), np.sin(angles)]) * radius + center


TURN = np.concatenate([[[0, 0]], arc((60, 8), 8, -90, 0), [[68, 60]]])
S_BEND = np.concatenate(
    [[[0, 0]], arc((50, 20), 20, -90, -45), arc((78.284, -8.284), 20, 135, 90), [[140, 11.716]]]
)


def simulate(path, speed, seconds=60.0, start_speed=0.0, obstacle=None, drag=0.3):
    """Drive a kinematic bicycle with rolling resistance; return (x, y, yaw, v) and pedals."""
    driver = RouteDriver(path, speed, DYNAMICS, WHEELBASE_M, DT_S)
    x, y, v = float(path[0][0]), float(path[0][1]), start_speed
    yaw = math.atan2(path[1][1] - y, path[1][0] - x)
    states, pedals = [], []
    for _ in range(round(seconds / DT_S)):
        seen = obstacle(x, y, v) if obstacle else None
        p = driver.drive(
            (x, y, 0), yaw, (v * math.cos(yaw), v * math.sin(yaw), 0), [seen] if seen else []
        )
        assert 0 <= p.throttle <= 1
        assert 0 <= p.brake <= 1
        assert -1 <= p.steering <= 1
        for _ in range(5):
            h = DT_S / 5
            force = p.throttle * 6000 - p.brake * 12000
            accel = force / 1500.0 - (drag if v > 0 else 0.0)
            v = max(0.0, v + h * accel)
            x += h * v * math.cos(yaw)
            y += h * v * math.sin(yaw)
            yaw += h * v * math.tan(p.steering * 0.6) / WHEELBASE_M
        states.append((x, y, yaw, v))
        pedals.append(p)
    return driver, np.array(states), pedals


def tracking_error(path, states):
    line = shapely.LineString(path)
    return np.array([line.distance(shapely.Point(s[:2])) for s in states])


@pytest.mark.parametrize("path", [TURN, S_BEND], ids=["turn", "s_bend"])
def test_tracks_a_path_and_stops_at_its_end(path):
    driver, states, pedals = simulate(path, 11.0)
    error = tracking_error(path, states)
    assert np.sqrt((error**2).mean()) < 0.1
    assert error.max() < 0.3
    assert states[-1, 3] == 0.0
    assert driver.remaining_m < 0.6
    assert np.linalg.norm(states[-1, :2] - path[-1]) < 0.7
    # No oscillation: the wheel changes direction a few times only.
    steering = np.array([p.steering for p in pedals])[::4]
    changes = np.diff(steering)
    swings = np.sum(np.diff(np.sign(changes[np.abs(changes) > 0.01])) != 0)
    assert swings <= 6


def test_slows_down_for_the_curve_and_not_before_time():
    _, states, _ = simulate(TURN, 13.0)
    in_curve = (states[:, 0] > 61) & (states[:, 1] < 7)
    lateral = states[in_curve, 3] ** 2 / 8.0
    assert lateral.max() < 3.0
    assert states[in_curve, 3].min() > 3.5
    before = states[(states[:, 0] < 30) & (states[:, 1] < 1)]
    assert before[:, 3].max() > 9.0


def test_holds_the_speed_against_resistance():
    _, states, _ = simulate(np.array([[0.0, 0.0], [600.0, 0.0]]), 11.0, seconds=40, drag=0.6)
    assert states[-200:, 3] == pytest.approx(11.0, abs=0.15)
    assert states[:, 3].max() < 11.6


def test_stops_behind_something_that_stands():
    line = np.array([[0.0, 0.0], [200.0, 0.0]])
    _, states, pedals = simulate(
        line, 13.0, obstacle=lambda x, y, v: (100.0 - x, 0.0), start_speed=13.0
    )
    assert states[-1, 3] < 0.01
    assert 1.0 < 100.0 - states[-1, 0] < 5.0
    assert max(p.brake for p in pedals) < 0.6  # no emergency


def test_brakes_hard_for_something_sudden():
    line = np.array([[0.0, 0.0], [200.0, 0.0]])
    _, states, pedals = simulate(
        line,
        13.0,
        obstacle=lambda x, y, v: (45.0 - x, 0.0) if x > 30 else None,
        start_speed=13.0,
    )
    assert states[-1, 0] < 45.0
    assert max(p.brake for p in pedals) > 0.8


def test_follows_at_the_others_speed():
    ahead = [40.0]

    def leader(x, y, v):
        ahead[0] += 6.0 * DT_S
        return ahead[0] - x, 6.0

    line = np.array([[0.0, 0.0], [900.0, 0.0]])
    _, states, _ = simulate(line, 13.0, seconds=50, obstacle=leader)
    assert states[-1, 3] == pytest.approx(6.0, abs=0.3)
    assert 5.0 < ahead[0] - states[-1, 0] < 15.0


def test_keeps_to_the_limits_of_the_roads():
    line = np.column_stack([np.arange(0.0, 401.0), np.zeros(401)])
    limits = np.where(line[:, 0] < 200, 13.0, 7.0)
    driver = RouteDriver(line, 20.0, DYNAMICS, WHEELBASE_M, DT_S, limits_mps=limits)
    assert driver.planned_mps(100.0) == pytest.approx(13.0)
    assert driver.planned_mps(200.0) == pytest.approx(7.0, abs=0.01)
    # It slows down before the lower limit, at 2 m/s^2.
    assert driver.planned_mps(190.0) == pytest.approx(np.sqrt(7.0**2 + 2 * 2 * 10), abs=0.1)
    driver.set_speed(5.0)
    assert driver.planned_mps(100.0) == pytest.approx(5.0)


def test_is_gentle_with_the_pedals_until_there_is_danger():
    _, states, pedals = simulate(np.array([[0.0, 0.0], [300.0, 0.0]]), 11.0)
    force = np.array([p.throttle * 6000 - p.brake * 12000 for p in pedals])
    moving = states[1:, 3] > 0.3
    jerk = np.diff(force)[moving] / 1500.0 / DT_S
    assert np.abs(jerk).max() < 4.1
    _, _, pedals = simulate(
        np.array([[0.0, 0.0], [300.0, 0.0]]),
        11.0,
        start_speed=11.0,
        obstacle=lambda x, y, v: (45.0 - x, 0.0) if x > 30 else None,
    )
    assert max(np.diff([p.brake for p in pedals])) > 0.3


def test_holds_the_brake_behind_what_stands():
    line = np.array([[0.0, 0.0], [200.0, 0.0]])
    _, states, pedals = simulate(
        line, 8.0, obstacle=lambda x, y, v: (60.0 - x, 0.0), start_speed=8.0, seconds=30
    )
    assert states[-100:, 3].max() < 0.01
    assert all(p.brake >= 0.3 for p in pedals[-100:])


def test_a_path_that_crosses_itself_is_driven_in_order_at_a_new_speed_too():
    loop = np.concatenate([[[-40.0, 0.0]], arc((0, 20), 20, -90, 180), [[-20.0, -40.0]]])
    driver = RouteDriver(loop, 6.0, DYNAMICS, WHEELBASE_M, DT_S)
    late = np.array([-20.0, 0.0])  # where the end of the loop crosses its beginning
    driver.drive((-39.0, 0.0), 0.0, (6.0, 0.0))
    assert driver.progress_at(late) == pytest.approx(20.0, abs=0.6)
    driver.set_speed(3.0)
    assert driver.progress_at(late) == pytest.approx(20.0, abs=0.6)


def test_bad_input_is_refused():
    with pytest.raises(ScenarioError, match="shorter than 1 m"):
        RouteDriver([[0, 0], [0.5, 0]], 10.0, DYNAMICS, WHEELBASE_M, DT_S)
    with pytest.raises(ScenarioError, match="-3 m/s is impossible"):
        RouteDriver([[0, 0], [50, 0]], -3.0, DYNAMICS, WHEELBASE_M, DT_S)
