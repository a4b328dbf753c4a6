import math

import numpy as np
import pytest

from cityloop.traffic.gaits import gait_phase_rate
from cityloop.traffic.person_motion import PersonSample, PersonTracks
from cityloop.traffic.smoothing import SplineKernel

DT_S = 0.05


def show(samples, ground=lambda xy: np.zeros(len(xy))):
    kernel = SplineKernel(DT_S)
    tracks = PersonTracks(kernel, ground)
    shown = []
    for tick in range(len(samples) + kernel.lookahead + 1):
        tracks.record({3: ("woman", samples[tick])} if tick < len(samples) else {})
        shown.extend(tracks.shown())
    return shown


def walk(points, speed=1.3):
    return [PersonSample(x, y, 0.0, speed) for x, y in points]


def along_x(ticks, speed=1.3):
    return [(speed * DT_S * k, 0.0) for k in range(ticks)]


def test_even_walk_is_exact_and_the_gait_goes_with_it():
    actors = show(walk(along_x(80)))
    assert len(actors) == 80
    for k, actor in enumerate(actors):
        np.testing.assert_allclose(actor.pose.position, [0.065 * k, 0.0, 0.0], atol=1e-9)
        np.testing.assert_allclose(actor.velocity, [1.3, 0.0, 0.0], atol=1e-9)
        assert actor.gait_speed_mps == pytest.approx(1.3)
    phase = actors[-1].gait_phase_rad - actors[0].gait_phase_rad
    assert phase == pytest.approx(gait_phase_rate("woman", 1.3) * 0.065 * 79, rel=1e-3)
    assert actors[0].name == "traffic/person.3"
    assert actors[0].is_person
    assert actors[0].wheels is None


def test_standing_keeps_the_heading_and_the_phase():
    points = [(0.0, 0.065 * k) for k in range(60)]
    actors = show(walk(points) + [PersonSample(0.0, points[-1][1], 0.0, 0.0)] * 60)
    end = actors[-1]
    assert end.gait_speed_mps == 0.0
    assert end.pose.yaw_rad == pytest.approx(math.pi / 2, abs=0.02)
    assert end.gait_phase_rad == actors[-10].gait_phase_rad
    np.testing.assert_allclose(end.angular_velocity, 0.0, atol=1e-3)


def test_a_jump_of_sumos_becomes_a_quicker_walk():
    jump = walk([(x, y + (0.9 if k >= 60 else 0.0)) for k, (x, y) in enumerate(along_x(240))])
    actors = show(jump)
    position = np.array([a.pose.position for a in actors])
    velocity = np.array([a.velocity for a in actors])
    assert np.linalg.norm(velocity, axis=1).max() < 1.7
    central = (position[2:] - position[:-2]) / (2 * DT_S)
    assert np.abs(central - velocity[1:-1]).max() < 0.02
    np.testing.assert_allclose(position[-1], [239 * 0.065, 0.9, 0.0], atol=0.01)


def test_turns_are_smooth_and_limited():
    corner = along_x(60) + [(59 * 0.065, 0.065 * k) for k in range(1, 60)]
    actors = show(walk(corner))
    yaw = np.unwrap([a.pose.yaw_rad for a in actors])
    rate = np.array([a.angular_velocity[2] for a in actors])
    assert yaw[-1] == pytest.approx(math.pi / 2, abs=0.02)
    assert rate.max() < 4.0
    assert yaw.max() < math.pi / 2 + 0.1
    assert np.abs((yaw[2:] - yaw[:-2]) / (2 * DT_S) - rate[1:-1]).max() < 0.15


def test_feet_follow_the_ground():
    actors = show(walk(along_x(200)), ground=lambda xy: 0.12 * (xy[:, 0] > 6.0))
    for actor in actors:
        x, _, z = actor.pose.position
        if abs(x - 6.0) > 0.5:
            assert z == pytest.approx(0.12 * (x > 6.0), abs=0.02)
    assert max(abs(a.velocity[2]) for a in actors) < 0.4
