import numpy as np
import pytest

from cityloop.simulation.turn_signals import BEFORE_TURN_M, TurnSignals
from cityloop.world.vehicles import VehicleLamp


def path(*turns_deg: float, radius_m: float = 8.0, straight_m: float = 80.0) -> np.ndarray:
    """80 m straight on before, between and after arcs to the left (positive) and right."""
    heading, here, points = 0.0, np.zeros(2), [np.zeros(2)]
    for turn in (*turns_deg, None):
        for _ in range(round(straight_m / 0.5)):
            here = here + 0.5 * np.array([np.cos(heading), np.sin(heading)])
            points.append(here)
        if turn is None:
            break
        steps = round(abs(np.radians(turn)) * radius_m / 0.5)
        for _ in range(steps):
            heading += np.radians(turn) / steps
            here = here + 0.5 * np.array([np.cos(heading), np.sin(heading)])
            points.append(here)
    return np.array(points)


def test_a_driver_indicates_30_m_before_a_turn_and_in_it() -> None:
    signals = TurnSignals(path(90.0, -90.0))
    (start, end, left), (_, last, right) = signals.turns
    assert (left, right) == (True, False)
    assert start == pytest.approx(80, abs=2)
    assert end == pytest.approx(80 + np.pi / 2 * 8, abs=2)
    assert signals.at(start - BEFORE_TURN_M - 1) == 0
    assert signals.at(start - BEFORE_TURN_M + 1) == VehicleLamp.LEFT
    assert signals.at((start + end) / 2) == VehicleLamp.LEFT
    assert signals.at(end + 1) == 0
    assert signals.at(last - 1) == VehicleLamp.RIGHT


@pytest.mark.parametrize("turn", [(), (12.0, -12.0)], ids=["straight", "swerve"])
def test_nobody_indicates_without_a_turn(turn: tuple[float, ...]) -> None:
    assert TurnSignals(path(*turn)).turns == []


def test_the_bend_of_a_road_is_no_turn() -> None:
    assert TurnSignals(path(90.0, radius_m=60.0)).turns == []
