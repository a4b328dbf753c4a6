"""The nearest of many points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cityloop.spatial.nearest import grid_cells, nearest_row


def nearest(points: np.ndarray, xy: np.ndarray) -> np.ndarray:
    cells = grid_cells(points)
    return np.array([nearest_row(cells, x, y) for x, y in xy.tolist()])


def nearest_distance(points: np.ndarray, xy: np.ndarray) -> np.ndarray:
    return np.linalg.norm(xy[:, None] - points[None], axis=2).min(axis=1)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 80),
    stretch=st.sampled_from([(1e-3, 1e-3), (30.0, 40.0), (500.0, 0.0), (0.0, 800.0)]),
)
def test_nobody_is_nearer_than_the_nearest(
    seed: int, count: int, stretch: tuple[float, float]
) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-1, 1, (count, 2)) * stretch + [300.0, -70.0]
    xy = np.concatenate(
        [rng.uniform(-1500, 1500, (20, 2)), points + rng.normal(0, 0.3, (count, 2))]
    )
    found = nearest(points, xy)
    apart = np.linalg.norm(points[found] - xy, axis=1)
    assert apart == pytest.approx(nearest_distance(points, xy), rel=1e-12, abs=1e-12)


def test_clusters_far_apart_are_told_from_each_other() -> None:
    rng = np.random.default_rng(3)
    middles = np.array([[0.0, 0.0], [4000.0, 10.0], [20.0, 9000.0]])
    points = np.concatenate([m + rng.uniform(-5, 5, (50, 2)) for m in middles])
    found = nearest(points, middles + [0.0, 30.0])
    assert (found // 50 == [0, 1, 2]).all()
