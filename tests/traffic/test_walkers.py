import math

import numpy as np
import pytest

from cityloop.errors import ScenarioError
from cityloop.traffic.gaits import gait_phase_rate
from cityloop.traffic.walkers import ScriptedWalk

DT_S = 0.05


def flat(xy):
    return np.zeros(len(xy))


def child(path=((0.0, 0.0), (0.0, 12.0)), heading=math.pi / 2, speed=3.0, ground=flat):
    return ScriptedWalk("child", path, heading, speed, ground)


def test_stands_before_and_after():
    walk = child()
    for time_s in (-5.0, 0.0):
        state = walk.at(time_s)
        np.testing.assert_allclose(state.pose.position, 0.0, atol=1e-12)
        np.testing.assert_allclose(state.velocity, 0.0)
        assert state.gait_speed_mps == 0.0
        assert state.pose.yaw_rad == pytest.approx(math.pi / 2)
    end = walk.at(walk.duration_s + 3.0)
    np.testing.assert_allclose(end.pose.position, [0.0, 12.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(end.velocity, 0.0, atol=1e-12)
    assert end.gait_speed_mps == 0.0


def test_is_at_full_speed_soon_and_keeps_it():
    walk = child()
    for time_s in (0.7, 1.5, 3.0):
        np.testing.assert_allclose(walk.at(time_s).velocity, [0.0, 3.0, 0.0], atol=1e-9)
    ramp = 15 / 8 * 3.0 / 9.0
    assert walk.duration_s == pytest.approx(12.0 / 3.0 + ramp)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        (((0, 0), (0, 12)), 1.57),
        (((0, 0), (4, 0), (4, 6), (9, 8)), -2.0),
        (((0, 0), (0.4, 0)), 3.0),
    ],
)
def test_rates_are_derivatives(path, heading):
    walk = child(path, heading)
    h = 1e-4
    times = np.linspace(-0.2, walk.duration_s + 0.2, 157)
    for t in times:
        before, now, after = walk.at(t - h), walk.at(t), walk.at(t + h)
        np.testing.assert_allclose(
            (after.pose.position - before.pose.position) / (2 * h), now.velocity, atol=1e-4
        )
        np.testing.assert_allclose(
            (after.velocity - before.velocity) / (2 * h), now.acceleration, atol=2e-2
        )
        turned = (after.pose.yaw_rad - before.pose.yaw_rad + math.pi) % (2 * math.pi) - math.pi
        assert turned / (2 * h) == pytest.approx(now.angular_velocity[2], abs=1e-2)
    assert max(np.linalg.norm(walk.at(t).acceleration) for t in times) < 16.0


def test_velocity_agrees_with_central_differences_of_ticks_over_a_kerb():
    walk = child(ground=lambda xy: 0.12 * ((xy[:, 1] < 2) | (xy[:, 1] > 9)))
    states = [walk.at(k * DT_S) for k in range(-10, 130)]
    position = np.array([s.pose.position for s in states])
    velocity = np.array([s.velocity for s in states])
    central = (position[2:] - position[:-2]) / (2 * DT_S)
    assert np.linalg.norm(central - velocity[1:-1], axis=1).max() < 0.05
    assert position[0, 2] == pytest.approx(0.12)
    assert position[70, 2] == pytest.approx(0.0, abs=1e-3)
    assert position[-1, 2] == pytest.approx(0.12)


def test_turns_from_the_standing_heading_to_the_path():
    walk = child(heading=0.0)
    assert walk.at(0.0).pose.yaw_rad == pytest.approx(0.0)
    assert walk.at(0.5).pose.yaw_rad == pytest.approx(math.pi / 2)


def test_the_gait_advances_with_the_distance():
    walk = child()
    gained = walk.at(3.0).gait_phase_rad - walk.at(2.0).gait_phase_rad
    stride = walk.at(2.0).gait_stride
    assert gained * stride == pytest.approx(3.0 * gait_phase_rate("child", 3.0), rel=1e-3)
    # Whole steps from standing to standing, a little longer or shorter than usual.
    steps = (walk.at(99.0).gait_phase_rad - walk.at(0.0).gait_phase_rad) / np.pi
    assert steps == pytest.approx(round(steps), abs=1e-9)
    assert 0.9 < stride < 1.1
    assert walk.at(99.0).gait_phase_rad == walk.at(100.0).gait_phase_rad


def test_a_path_too_short_for_the_speed_is_walked_more_slowly():
    walk = child(path=((0, 0), (0.5, 0)))
    assert max(walk.at(t).gait_speed_mps for t in np.linspace(0, 2, 101)) < 1.0
    np.testing.assert_allclose(walk.at(5.0).pose.position, [0.5, 0, 0], atol=1e-9)


def test_bad_input_is_refused():
    with pytest.raises(ScenarioError, match="shorter than"):
        child(path=((0, 0), (0, 0)))
    with pytest.raises(ScenarioError, match="impossible"):
        child(speed=0.0)
