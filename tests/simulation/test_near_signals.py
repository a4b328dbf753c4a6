"""A body that is late stops for a light that its plan has passed."""

import numpy as np
import pytest

from cityloop.simulation.near_signals import room_before_red
from cityloop.simulation.stop_lines import StopLines


@pytest.fixture(scope="module")
def lines(small_city):
    return StopLines(small_city.network)


def room(lines, shown, *, before_m, speed_mps, lag_m):
    """Return the room of one vehicle that stands before the first line, all lights alike."""
    line = lines.lines[0]
    end, along = lines._end[0], lines._along[0]
    spacing = 0.5
    way = end + (np.arange(64)[:, None] * spacing - before_m) * along
    signals = {line.tls_id: shown * 40}
    return float(
        room_before_red(
            lines,
            signals,
            way[None],
            np.array([spacing]),
            np.array([speed_mps]),
            np.array([lag_m]),
        )[0]
    )


def test_the_line_is_found_where_it_is(lines):
    way = lines._end[0] + (np.arange(64)[:, None] * 0.5 - 10.0) * lines._along[0]
    ways, rows, distance = lines.on_ways(way[None], np.array([0.5]))
    (k,) = np.flatnonzero(rows == 0)
    assert ways[k] == 0
    assert distance[k] == pytest.approx(10.0)


def test_a_late_body_brakes_for_red_before_the_line(lines):
    assert room(lines, "r", before_m=10.5, speed_mps=8.0, lag_m=15.0) == pytest.approx(-3.2)


def test_who_is_on_time_or_has_green_or_stops_short_of_the_line_anyway_does_not(lines):
    assert room(lines, "r", before_m=10.0, speed_mps=8.0, lag_m=0.3) == np.inf
    assert room(lines, "g", before_m=10.0, speed_mps=8.0, lag_m=15.0) == np.inf
    assert room(lines, "r", before_m=10.0, speed_mps=8.0, lag_m=8.0) == np.inf


def test_amber_stops_who_is_very_late_and_can_brake_gently(lines):
    assert room(lines, "y", before_m=20.0, speed_mps=8.0, lag_m=25.0) < 0
    assert room(lines, "y", before_m=5.0, speed_mps=8.0, lag_m=25.0) == np.inf


def test_nobody_creeps_over_the_line(lines):
    assert room(lines, "r", before_m=0.7, speed_mps=0.0, lag_m=5.0) < 0
