import math
from dataclasses import dataclass

import numpy as np
import pytest

from cityloop.spatial import Pose
from cityloop.traffic.chassis import Chassis
from cityloop.traffic.smoothing import SplineKernel
from cityloop.traffic.vehicle_lamps import INDICATOR_HOLD_S, SIGNAL_LEFT
from cityloop.traffic.vehicle_motion import VehicleSamples, VehicleTracks
from cityloop.world.vehicles import VehicleLamp

DT_S = 0.05
CHASSIS = Chassis(
    wheelbase_m=2.8,
    front_overhang_m=0.9,
    wheel_centers=np.array([[2.8, 0.8], [2.8, -0.8], [0.0, 0.8], [0.0, -0.8]]),
    wheel_radii_m=np.full(4, 0.32),
    steered=np.array([True, True, False, False]),
)


def flat(xy):
    return np.zeros(len(xy))


@dataclass
class Shown:
    """One vehicle at one tick."""

    name: str
    pose: Pose
    velocity: np.ndarray
    angular_velocity: np.ndarray
    acceleration: np.ndarray
    wheels: np.ndarray
    lamps: int


def record(tracks, sample):
    """Hand over a step of vehicle 7, or of none."""
    if sample is None:
        tracks.record(VehicleSamples((), (), np.zeros((0, 5))))
    else:
        tracks.record(VehicleSamples((7,), ("sedan",), np.array([sample], dtype=float)))


def go_on(tracks, samples, tick):
    """Hand over a sample where one is due: the newest of those that the tick can be shown with."""
    if tick % SplineKernel(DT_S).sample_ticks:
        tracks.go_on()
    else:
        newest = tick + SplineKernel(DT_S).sample_ticks - 1
        record(tracks, samples[newest] if newest < len(samples) else None)


def show(samples, *, ground=flat, dark=False):
    """Return the shown actor of each tick, for one vehicle that was there at these ticks."""
    kernel = SplineKernel(DT_S)
    tracks = VehicleTracks(kernel, {"sedan": CHASSIS}, ground, dark=dark)
    shown = []
    for tick in range(len(samples) + kernel.delay_ticks + 2):
        go_on(tracks, samples, tick)
        v = tracks.shown(tick)
        shown += [
            Shown(
                v.names[i],
                Pose(v.position[i], v.quaternion[i]),
                v.velocity[i],
                v.angular_velocity[i],
                v.acceleration[i],
                v.wheels[i],
                int(v.lamps[i]),
            )
            for i in range(len(v))
        ]
    assert len(v) == 0
    return kernel, shown


def straight(ticks, speed=10.0, signals=0):
    return [(speed * DT_S * k, 2.0, 0.0, speed, signals) for k in range(ticks)]


def circle(ticks, radius=15.0, speed=6.0):
    rate = speed / radius
    return [
        (
            radius * math.sin(rate * k * DT_S),
            radius * (1 - math.cos(rate * k * DT_S)),
            rate * k * DT_S,
            speed,
            0,
        )
        for k in range(ticks)
    ]


def test_straight_ahead_is_exact_from_the_first_to_the_last_sample():
    _, actors = show(straight(60))
    assert len(actors) == 60
    for k, actor in enumerate(actors):
        np.testing.assert_allclose(actor.pose.position, [0.5 * k - 3.7, 2.0, 0.0], atol=1e-9)
        np.testing.assert_allclose(actor.velocity, [10.0, 0.0, 0.0], atol=1e-9)
        np.testing.assert_allclose(actor.acceleration, 0.0, atol=1e-9)
    assert actors[0].name == "traffic/car.7"


def test_wheels_roll_without_slipping():
    _, actors = show(straight(60))
    spin = actors[-1].wheels[:, 1] - actors[0].wheels[:, 1]
    np.testing.assert_allclose(spin, 59 * 0.5 / 0.32, rtol=1e-9)
    np.testing.assert_allclose(actors[30].wheels[:, 2], 10.0 / 0.32)
    np.testing.assert_allclose(actors[30].wheels[:, 0], 0.0, atol=1e-12)
    np.testing.assert_allclose(actors[30].wheels[:, 4], 1.0)


def test_on_a_circle_the_rear_axle_tows_in_and_the_wheels_point_along_their_ways():
    _, actors = show(circle(300))
    end = actors[200]
    center = np.array([0.0, 15.0])
    radius = np.linalg.norm(end.pose.position[:2] - center)
    # The guide point runs on the circle, the rear axle is at a right angle behind it.
    assert radius == pytest.approx(math.sqrt(15.0**2 - CHASSIS.guide_m**2), abs=0.05)
    left, right = end.wheels[0, 0], end.wheels[1, 0]
    assert left == pytest.approx(math.atan(2.8 / (radius - 0.8)), abs=0.01)
    assert right == pytest.approx(math.atan(2.8 / (radius + 0.8)), abs=0.01)
    assert end.wheels[2, 2] * 0.32 == pytest.approx(
        np.linalg.norm(end.velocity) * (radius - 0.8) / radius, rel=0.01
    )
    assert end.angular_velocity[2] == pytest.approx(6.0 / 15.0, rel=0.01)


def test_the_body_never_moves_sideways_and_rates_are_derivatives():
    samples = straight(40) + [
        (20.0 + 0.4 * k, 2.0 + 0.06 * min(k, 50), 0.15 * (k < 50), 8.0, 0) for k in range(120)
    ]
    _, actors = show(samples)
    position = np.array([a.pose.position for a in actors])
    velocity = np.array([a.velocity for a in actors])
    acceleration = np.array([a.acceleration for a in actors])
    yaw = np.unwrap([a.pose.yaw_rad for a in actors])
    sideways = velocity[:, 1] * np.cos(yaw) - velocity[:, 0] * np.sin(yaw)
    assert np.abs(sideways).max() < 1e-9
    central = (position[2:] - position[:-2]) / (2 * DT_S)
    assert np.abs(central - velocity[1:-1]).max() < 0.02
    central = (velocity[2:] - velocity[:-2]) / (2 * DT_S)
    assert np.abs(central - acceleration[1:-1]).max() < 0.2
    rate = np.array([a.angular_velocity[2] for a in actors])
    assert np.abs((yaw[2:] - yaw[:-2]) / (2 * DT_S) - rate[1:-1]).max() < 0.01
    assert yaw.max() > 0.1  # it did change lanes


def test_standing_keeps_heading_and_steering():
    samples = circle(100)
    samples += [(*samples[-1][:3], 0.0, 0)] * 100
    _, actors = show(samples)
    a, b = actors[150], actors[190]
    assert a.pose.yaw_rad == pytest.approx(b.pose.yaw_rad, abs=1e-9)
    np.testing.assert_allclose(a.wheels[:, :2], b.wheels[:, :2], atol=1e-9)
    assert a.wheels[0, 0] > 0.1
    np.testing.assert_allclose(b.velocity, 0.0, atol=1e-9)
    assert b.lamps & VehicleLamp.BRAKE


def test_who_is_moved_sideways_while_standing_stays_and_makes_up_for_it_on_the_way_on():
    """SUMO does so at a stop line: it must not become a creep over the line."""
    stop = straight(41)[-1][0]
    aside = [2.0 + 0.57 * min(k / 40, 1.0) for k in range(80)]
    samples = straight(41) + [(stop, y, 0.0, 0.0, 0) for y in aside]
    samples += [(stop + 0.25 * k, 2.57, 0.0, 5.0, 0) for k in range(1, 120)]
    _, actors = show(samples)
    position = np.array([a.pose.position for a in actors])
    standing = position[55:105]
    assert np.abs(standing - standing[-1]).max() < 1e-6
    np.testing.assert_allclose(standing[-1], [stop - 3.7, 2.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(position[-1, 1], 2.57, atol=0.01)
    yaw = np.array([a.pose.yaw_rad for a in actors])
    assert np.abs(yaw).max() < 0.3


def test_uphill_the_nose_points_up_and_the_velocity_climbs():
    _, actors = show(straight(60), ground=lambda xy: 0.1 * xy[:, 0])
    actor = actors[30]
    forward = actor.pose.rotate([1.0, 0.0, 0.0])
    assert forward[2] / forward[0] == pytest.approx(0.1, abs=1e-6)
    np.testing.assert_allclose(actor.velocity, [10.0, 0.0, 1.0], atol=1e-6)
    assert actor.pose.position[2] == pytest.approx(0.1 * actor.pose.position[0])


def test_lamps():
    _, actors = show(straight(60, signals=SIGNAL_LEFT), dark=True)
    assert all(a.lamps & VehicleLamp.HEAD and a.lamps & VehicleLamp.TAIL for a in actors)
    lit = [bool(a.lamps & VehicleLamp.LEFT) for a in actors]
    assert 0 < sum(lit) < len(lit)  # it blinks
    assert not any(a.lamps & (VehicleLamp.BRAKE | VehicleLamp.RIGHT) for a in actors)
    speeds = [10.0] * 40 + [10.0 - 0.1 * k for k in range(90)]  # -2 m/s^2
    x = np.cumsum([v * DT_S for v in speeds])
    _, actors = show([(p, 0.0, 0.0, v, 0) for p, v in zip(x, speeds, strict=True)])
    braking = [bool(a.lamps & VehicleLamp.BRAKE) for a in actors]
    assert not any(braking[:25])
    assert all(braking[50:])
    assert not any(a.lamps & VehicleLamp.HEAD for a in actors)


def test_an_indicator_stays_on_for_a_while_after_a_single_signal():
    samples = [(*s[:4], SIGNAL_LEFT if k in (20, 21) else 0) for k, s in enumerate(straight(100))]
    _, actors = show(samples)
    lit = [k for k, a in enumerate(actors) if a.lamps & VehicleLamp.LEFT]
    assert 20 <= lit[0] < 34
    assert 20 + INDICATOR_HOLD_S / DT_S - 15 < lit[-1] <= 20 + INDICATOR_HOLD_S / DT_S
    assert not any(a.lamps & VehicleLamp.RIGHT for a in actors)


def test_a_plan_is_the_way_that_is_shown_and_its_forecast_comes_true():
    """A plan looked up by its distance is the pose that was shown there."""
    kernel = SplineKernel(DT_S)
    tracks = VehicleTracks(kernel, {"sedan": CHASSIS}, flat, dark=False)
    samples = circle(260)
    poses, forecasts = [], []
    for tick in range(len(samples)):
        go_on(tracks, samples, tick)
        v = tracks.shown(tick)
        if len(v):
            plans = tracks.plans(np.array([0]))
            poses.append([*v.position[0, :2], plans.points[0, 0, 2]])
            forecasts.append(plans)
    poses, last = np.array(poses), forecasts[-1]
    ahead = last.points.shape[1] - 1
    assert ahead * DT_S == pytest.approx(0.4)
    for back in (10, 40, 100):
        there = last.at(last.arc_m[:, 0] - back * DT_S * 5.9)[0]
        distance = np.linalg.norm(poses[:, :2] - there[:2], axis=1)
        assert distance.min() < 0.2  # between two ticks
        assert poses[distance.argmin(), 2] == pytest.approx(there[2], abs=0.02)
        assert there[3] == pytest.approx(1 / math.sqrt(15.0**2 - CHASSIS.guide_m**2), rel=0.03)
    early = forecasts[100]
    for j in range(1, ahead + 1):
        np.testing.assert_allclose(early.points[0, j, :3], poses[100 + j], atol=0.02)
    np.testing.assert_allclose(early.at(early.arc_m[:, 4])[0], early.points[0, 4], atol=1e-9)
