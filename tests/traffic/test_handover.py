import numpy as np
import pytest

from cityloop.spatial import rotation
from cityloop.traffic.handover import FADE_S, Handovers, Motions

DT_S = 0.05


def plan(tick):
    """Two vehicles: one straight on at 10 m/s, one on a circle of 20 m at 0.4 rad/s."""
    t = tick * DT_S
    yaw = np.array([0.3, 0.4 * t])
    forward = np.column_stack([np.cos(yaw), np.sin(yaw), np.zeros(2)])
    left = np.column_stack([-np.sin(yaw), np.cos(yaw), np.zeros(2)])
    position = np.array([forward[0] * 10 * t, [20 * np.sin(yaw[1]), -20 * np.cos(yaw[1]), 0]])
    return Motions(
        position,
        rotation.from_yaw(yaw),
        np.array([10 * forward[0], 8 * forward[1]]),
        np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.4]]),
        np.array([0 * left[0], 3.2 * left[1]]),
        [np.tile([0.0, 5 * t, 5.0, 0.0, 1.0], (4, 1)), np.tile([0.1, 4 * t, 4.0, 0, 1], (4, 1))],
    )


def body():
    """Where the second body is at tick 0: beside its plan, turned, nodding and faster."""
    p = plan(0)
    turn = rotation.from_euler(0.1, 0.02, -0.03)
    wheels = [w + [0.05, 2.0, 0.3, 0.02, 0.0] for w in p.wheels[1:]]
    return Motions(
        p.position[1:] + [0.3, -0.2, 0.05],
        rotation.multiply(turn, p.quaternion[1:]),
        p.velocity[1:] + [0.4, 0.2, -0.1],
        p.angular_velocity[1:] + [0.05, -0.1, 0.1],
        p.acceleration[1:] + [1.0, 0.0, 0.0],
        wheels,
    )


def second(motions):
    return Motions(*(getattr(motions, k)[1:] for k in vars(motions)))


def begun():
    handovers = Handovers(4)
    handovers.begin(np.array([8]), body(), second(plan(0)))
    return handovers


def ride(ticks, dt_s=DT_S):
    handovers, both = begun(), np.array([3, 8])
    return [handovers.move(dt_s, both, plan(k * dt_s / DT_S)) for k in range(1, ticks + 1)]


def test_it_begins_as_it_is_and_ends_on_the_plan():
    before, after = body(), second(begun().move(1e-4, np.array([3, 8]), plan(1e-4 / DT_S)))
    for name, most in (("position", 2e-3), ("velocity", 1e-3), ("acceleration", 5e-3)):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), atol=most)
    np.testing.assert_allclose(after.quaternion, before.quaternion, atol=1e-4)
    np.testing.assert_allclose(after.angular_velocity, before.angular_velocity, atol=1e-3)
    np.testing.assert_allclose(after.wheels[0][:, [0, 3]], before.wheels[0][:, [0, 3]], atol=1e-4)
    ways = [before, *(second(m) for m in ride(60))]
    end = plan(int(FADE_S / DT_S) + 1)
    last = ways[int(FADE_S / DT_S) + 1]
    np.testing.assert_allclose(last.position[0], end.position[1], atol=1e-9)
    np.testing.assert_allclose(last.velocity[0], end.velocity[1], atol=1e-9)
    np.testing.assert_allclose(last.quaternion[0], end.quaternion[1], atol=1e-9)
    # A wheel cannot be turned back: its angle stays ahead by as much as it was.
    np.testing.assert_allclose(last.wheels[0][:, 1] - end.wheels[1][:, 1], 2.0)
    np.testing.assert_allclose(last.wheels[0][:, [0, 3]], end.wheels[1][:, [0, 3]], atol=1e-9)


def test_rates_are_derivatives_all_the_way():
    h = 0.005
    ways = ride(440, h)
    p, v, a, q, w = (
        np.array([getattr(m, k)[1] for m in ways])
        for k in ("position", "velocity", "acceleration", "quaternion", "angular_velocity")
    )
    assert np.abs((p[2:] - p[:-2]) / (2 * h) - v[1:-1]).max() < 1e-4
    assert np.abs((v[2:] - v[:-2]) / (2 * h) - a[1:-1]).max() < 0.01
    turn = rotation.multiply(q[2:], rotation.inverse(q[:-2]))
    np.testing.assert_allclose(2 * turn[:, :3] / turn[:, 3:] / (2 * h), w[1:-1], atol=1e-4)


def test_others_stay_on_their_plans_and_the_forgotten_go_back_to_theirs():
    for k, m in enumerate(ride(5), start=1):
        np.testing.assert_array_equal(m.position[0], plan(k).position[0])
    handovers = begun()
    handovers.forget(np.array([8]))
    moved = handovers.move(DT_S, np.array([3, 8]), plan(1))
    assert moved.position == pytest.approx(plan(1).position)
