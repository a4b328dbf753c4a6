import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cityloop.spatial.box_tree import DEEPEST, BoxTree, box_tree, meets_at


def depth_of(tree: BoxTree, node: int = 0) -> int:
    if tree.things[node]:
        return 1
    return 1 + max(depth_of(tree, tree.first[node]), depth_of(tree, tree.first[node] + 1))


@given(st.integers(1, 60), st.integers(0, 100), st.sampled_from([1.0, 0.0, 1e-40]))
def test_every_node_holds_its_boxes_and_every_box_is_in_one_leaf(
    count: int, seed: int, size: float
) -> None:
    rng = np.random.default_rng(seed)
    low = rng.normal(size=(count, 3)) * size
    high = low + rng.uniform(0, 1, (count, 3)) * size
    tree = box_tree(low, high)
    seen = []
    for node in range(len(tree.first)):
        first, things = tree.first[node], tree.things[node]
        if things:
            rows = tree.member[first : first + things]
            seen += rows.tolist()
            assert (tree.low[node] == low[rows].min(axis=0)).all()
            assert (tree.high[node] == high[rows].max(axis=0)).all()
        else:
            assert (tree.low[node] == tree.low[first : first + 2].min(axis=0)).all()
            assert (tree.high[node] == tree.high[first : first + 2].max(axis=0)).all()
    assert sorted(seen) == list(range(count))
    assert depth_of(tree) < DEEPEST


def test_places_that_halve_and_halve_again_make_no_deep_tree() -> None:
    low = np.repeat(0.5 ** np.arange(1000.0)[:, None], 3, axis=1)
    assert depth_of(box_tree(low, low)) < DEEPEST


def test_a_ray_enters_a_box_where_its_nearest_side_is() -> None:
    low, high = np.array([2.0, -1.0, -1.0]), np.array([4.0, 1.0, 1.0])
    origin, way = np.zeros(3), np.array([1.0, 1e-30, 1e-30])
    assert meets_at(low, high, origin, way, 0.0, 10.0) == 2.0
    assert meets_at(low, high, origin, way, 0.0, 1.0) == np.inf
    assert meets_at(low, high, np.array([3.0, 0.0, 0.0]), way, 0.0, 10.0) == 0.0
    beside = np.array([1.0, 0.6, 1e-30])
    assert meets_at(low, high, origin, beside, 0.0, 10.0) == np.inf
    assert meets_at(low, high, origin, beside, 0.1, 10.0) < 2.0
