"""A column beside a kerb with a nook between them, whose sidewalk goes on past the other side."""

import numpy as np
import pytest
import shapely

from cityloop.traffic.detours import CAUGHT_S, DETOUR_S, Detours
from cityloop.traffic.person_motion import PersonTracks
from cityloop.traffic.person_plans import PlanSamples
from cityloop.traffic.smoothing import SplineKernel
from cityloop.traffic.walkable import POCKET_M, Boundary

PACE_MPS = 1.3


class Sidewalk:
    """Stands in for a `Walkable`: 2.6 m wide along y, a column at its kerb, its wall at x = 0."""

    def __init__(self) -> None:
        column = shapely.Point(1.9, 0.0).buffer(0.96, quad_segs=8)
        room = shapely.box(0.0, -100.0, 2.6, 100.0).difference(column)
        self.open = self.closed = Boundary(room.buffer(-POCKET_M).buffer(POCKET_M))


def walk(x: float, seconds: float) -> np.ndarray:
    """Return (T, 2) where somebody goes whose plan leads through the column and waits for them."""
    tracks = PersonTracks(SplineKernel(0.05), lambda xy: np.zeros(len(xy)), Sidewalk())
    y, found = -6.0, []
    for _ in range(round(seconds / tracks.sample_s)):
        tracks.record(
            PlanSamples(
                number=np.array([1]),
                kind=("woman",),
                party=np.array([1]),
                place=np.array([[x, y]]),
                heading_rad=np.array([np.pi / 2]),
                pace_mps=np.array([PACE_MPS]),
                held=np.array([True]),
                roaming=np.array([False]),
                stance=np.array([0]),
                facing_rad=np.array([np.nan]),
            )
        )
        behind = tracks.behind_m(np.array([1]))[0]
        y += (PACE_MPS if behind < 1.0 else 0.05) * tracks.sample_s
        for _ in range(round(tracks.sample_s / 0.05)):
            shown = tracks.shown()
            if len(shown):
                found.append(shown.position[0, :2])
            tracks.go_on()
    return np.array(found)


@pytest.mark.parametrize("x", [1.7, 1.9, 2.1, 2.3, 2.5])
def test_nobody_stays_in_the_nook_between_a_column_and_the_kerb(x: float) -> None:
    track = walk(x, 40)
    assert track[-1, 1] > 3.0


def test_who_gets_nowhere_goes_one_way_for_a_while_then_the_other() -> None:
    place, step_s = np.array([[3.0, 4.0]]), 0.1
    detours = Detours.none_at(place)
    ways = [detours.advance(place, np.array([5.0]), step_s)[0] for _ in range(120)]
    assert ways.index(1.0) == pytest.approx(CAUGHT_S / step_s, abs=1)
    assert ways.index(-1.0) == pytest.approx(2 * CAUGHT_S / step_s, abs=2)
    away = detours.advance(place + 1.0, np.array([5.0]), DETOUR_S)
    assert away[0] == 0.0  # nor does a detour outlast its time


@pytest.mark.parametrize(("step_m", "behind_m"), [(0.1, 5.0), (0.0, 1.0)])
def test_who_moves_or_is_near_the_plan_takes_no_detour(step_m: float, behind_m: float) -> None:
    detours = Detours.none_at(np.zeros((1, 2)))
    places = np.array([[[step_m * k, 0.0]] for k in range(200)])
    assert not any(detours.advance(at, np.array([behind_m]), 0.1)[0] for at in places)
