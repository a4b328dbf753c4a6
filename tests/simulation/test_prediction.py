"""Who turns goes on turning, who brakes comes to a stop."""

import math
from dataclasses import replace

import numpy as np
import pytest
from cars import actors

from cityloop.simulation.prediction import predicted_outlines


def test_prediction_turns_and_brakes_as_the_formulas_say() -> None:
    table = replace(
        actors((0, 0, 0, 10.0), (0, 50, 0, 10.0)),
        angular_velocity=np.array([[0, 0, 0.5], [0, 0, 0.0]]),
        acceleration=np.array([[0, 5.0, 0], [-5.0, 0, 0]]),
    )
    outlines = predicted_outlines(table, np.array([0, 1]), np.array([0.0, 1.0, math.pi, 4.0]))
    # A circle of 20 m: after pi s a quarter of it is behind the car.
    assert outlines[0, 2, 4] == pytest.approx([20, 20], abs=1e-6)
    front = outlines[0, 2, :2].mean(axis=0) - outlines[0, 2, 4]
    assert front == pytest.approx([0, 2], abs=1e-6)
    # Braking at 5 m/s^2 ends after 2 s and 10 m.
    assert outlines[1, 1, 4] == pytest.approx([7.5, 50])
    assert outlines[1, 3, 4] == pytest.approx([10, 50])
