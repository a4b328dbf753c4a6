"""Layers of objects that are drawn alone: none lies over another in the same one."""

import numpy as np

from cityloop.embedded.silhouettes import _share, seen_ids


def test_objects_of_a_layer_lie_apart_and_have_numbers_of_their_own() -> None:
    rng = np.random.default_rng(5)
    corner = rng.integers(0, 600, (400, 2))
    bounds = np.concatenate([corner, corner + rng.integers(1, 90, (400, 2))], axis=1)
    layer, number = _share(bounds)
    covered = np.zeros((layer.max() + 1, 700, 700), dtype=np.int64)
    for which, (left, top, right, bottom) in zip(layer, bounds, strict=True):
        covered[which, top:bottom, left:right] += 1
    assert covered.max() == 1
    pairs = set(zip(layer.tolist(), number.tolist(), strict=True))
    assert len(pairs) == 400
    assert 1 <= number.min() <= number.max() <= 255
    # Large ones come first, and a layer is begun only where there is no room in those before.
    largest = np.argmax((bounds[:, 2:] - bounds[:, :2]).prod(axis=1))
    assert (layer[largest], number[largest]) == (0, 1)
    assert len(covered) < 40


def test_small_objects_beyond_a_byte_take_another_layer() -> None:
    row, column = np.divmod(np.arange(300), 20)
    bounds = np.stack([column * 3, row * 3, column * 3 + 2, row * 3 + 2], axis=1)
    layer, number = _share(bounds)
    assert np.bincount(layer).tolist() == [255, 45]
    assert number.max() == 255


def test_ids_are_found_once_each_without_the_background() -> None:
    picture = np.array([[7, 7, 0], [0, 3, 3], [3, 7, 4000000000]], dtype=np.uint32)
    assert seen_ids(picture).tolist() == [3, 7, 4000000000]
    assert seen_ids(np.zeros((2, 2), dtype=np.uint32)).tolist() == []
    assert seen_ids(np.full((2, 2), 9, dtype=np.uint32)).tolist() == [9]
