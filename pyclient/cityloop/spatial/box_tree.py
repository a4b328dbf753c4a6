"""Trees of boxes, by which rays find the few things of many that they may meet.

A bounding volume hierarchy (J. Kay and J. Kajiya, "Ray tracing complex scenes", 1986), halved in
the middle of the longest side.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAF = 4  # things in a leaf at most
_HALVED = (
    32  # times by their places, then by their number: no tree grows deeper than the next number
)
DEEPEST = 80


class BoxTree(NamedTuple):
    """The tree of N boxes as compiled loops take it; node 0 is the root.

    Attributes:
        low, high: (M, 3) corners of the nodes.
        first: (M,) of an inner node its first child, which the other one follows; of a leaf where
            in `member` its things begin.
        things: (M,) things of a leaf, 0 for an inner node.
        member: (N,) rows of the boxes, leaf by leaf.
    """

    low: Array
    high: Array
    first: Ints
    things: Ints
    member: Ints


def box_tree(low: Array, high: Array) -> BoxTree:
    """Return the tree of boxes with corners `low` and `high` (N, 3), N > 0."""
    nodes = 2 * len(low)
    tree = BoxTree(
        np.empty((nodes, 3)),
        np.empty((nodes, 3)),
        np.empty(nodes, np.int64),
        np.empty(nodes, np.int64),
        np.arange(len(low)),
    )
    used = _grow(low, high, tree)
    low, high, first, things, member = tree
    return BoxTree(low[:used], high[:used], first[:used], things[:used], member)


@compiled
def _grow(low: Array, high: Array, tree: BoxTree) -> int:
    """Fill the tree of boxes (N, 3); return the number of its nodes."""
    size = len(tree.first)
    begins, ends = np.empty(size, np.int64), np.empty(size, np.int64)
    depth = np.zeros(size, np.int64)
    begins[0], ends[0] = 0, len(low)
    used, node = 1, 0
    while node < used:
        begin, end = begins[node], ends[node]
        for axis in range(3):
            tree.low[node, axis], tree.high[node, axis] = np.inf, -np.inf
            for i in range(begin, end):
                row = tree.member[i]
                tree.low[node, axis] = min(tree.low[node, axis], low[row, axis])
                tree.high[node, axis] = max(tree.high[node, axis], high[row, axis])
        if end - begin <= _LEAF:
            tree.first[node], tree.things[node] = begin, end - begin
        else:
            cut = begin
            if depth[node] < _HALVED:
                cut = _parted(low, high, tree.member, begin, end)
            if cut in (begin, end):
                cut = begin + (end - begin) // 2
            tree.first[node], tree.things[node] = used, 0
            begins[used], ends[used] = begin, cut
            begins[used + 1], ends[used + 1] = cut, end
            depth[used] = depth[used + 1] = depth[node] + 1
            used += 2
        node += 1
    return used


@compiled
def _parted(low: Array, high: Array, member: Ints, begin: int, end: int) -> int:
    """Put those of some boxes first whose middle lies in the lower half; return where these end."""
    widest, at, axis = 0.0, 0.0, 0
    for k in range(3):
        least, most = np.inf, -np.inf
        for i in range(begin, end):
            middle = low[member[i], k] + high[member[i], k]
            least, most = min(least, middle), max(most, middle)
        if most - least > widest:
            widest, at, axis = most - least, least + (most - least) / 2, k
    cut = begin
    for i in range(begin, end):
        row = member[i]
        if low[row, axis] + high[row, axis] < at:
            member[i], member[cut] = member[cut], row
            cut += 1
    return cut


@compiled
def meets_at(
    low: Array, high: Array, origin: Array, way: Array, spread: float, farthest: float
) -> float:
    """Return where a cone about a ray enters a box, in lengths of `way`; inf where it does not.

    Args:
        low: (3,) the box's lowest corner.
        high: (3,) its highest corner.
        origin: (3,) of the ray.
        way: (3,) of the ray; no component is 0.
        spread: how far the cone's side is from the ray, as a share of the distance from its tip.
        farthest: lengths of `way` beyond which nothing is sought.
    """
    reach = 0.0
    for axis in range(3):
        reach += max(abs(low[axis] - origin[axis]), abs(high[axis] - origin[axis]))
    pad = spread * reach
    enter, leave = 0.0, farthest
    for axis in range(3):
        a = (low[axis] - pad - origin[axis]) / way[axis]
        b = (high[axis] + pad - origin[axis]) / way[axis]
        enter, leave = max(enter, min(a, b)), min(leave, max(a, b))
    return enter if enter <= leave else np.inf
