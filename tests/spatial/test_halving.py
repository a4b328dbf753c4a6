import numpy as np

from cityloop.spatial.halving import first_above, first_from


def test_places_are_those_of_numpy() -> None:
    rng = np.random.default_rng(4)
    values = np.sort(rng.integers(0, 30, 40).astype(float))
    points = np.stack([rng.permutation(values), rng.normal(size=40)], axis=1)
    by_x = np.argsort(points[:, 0], kind="stable")
    for limit in [*np.arange(-1.0, 31.0), 3.5, -np.inf, np.inf]:
        assert first_above(values, limit) == np.searchsorted(values, limit, side="right")
        assert first_from(points, by_x, limit) == np.searchsorted(points[by_x, 0], limit)
    assert first_above(values[:0], 0.0) == 0
    assert first_from(points, by_x[:0], 0.0) == 0
