import numpy as np
import pytest

from cityloop.traffic.towing import noses


def test_on_a_straight_way_noses_go_straight_ahead_of_their_guide_points():
    guides = np.column_stack([np.linspace(0, 20, 64), np.zeros(64)])[None]
    found = noses(guides, np.zeros(1), np.array([1.6]), np.array([3.6]))
    np.testing.assert_allclose(found[0], guides[0] + [2.0, 0.0], atol=1e-9)


def test_in_a_steady_turn_the_nose_runs_on_a_wider_circle():
    """The rear axle is on a circle of sqrt(R^2 - a^2), the nose at right angles to its radius."""
    radius, guide, bumper = 8.0, 1.6, 3.6
    angle = np.linspace(0, 3, 2000)
    guides = radius * np.column_stack([np.sin(angle), -np.cos(angle)])[None]
    yaw = -np.arcsin(guide / radius)
    found = noses(guides, np.array([yaw]), np.array([guide]), np.array([bumper]))
    rear = np.sqrt(radius**2 - guide**2)
    np.testing.assert_allclose(np.hypot(*found[0].T), np.hypot(rear, bumper), rtol=0.002)
    assert np.hypot(rear, bumper) == pytest.approx(8.625, abs=0.01)
