"""Products and lengths of many short vectors, without numpy's overhead for general axes."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def length(vectors: Array) -> Array:
    """Return (..., 1) lengths of (..., K); np.linalg.norm takes three times as long."""
    found: Array = np.sqrt(np.add.reduce(vectors * vectors, axis=-1, keepdims=True))
    return found


def cross(a: Array, b: Array) -> Array:
    """Return the cross products of (..., 3) vectors; np.cross takes five times as long."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    product = np.empty(np.broadcast_shapes(a.shape, b.shape))
    product[..., 0] = ay * bz - az * by
    product[..., 1] = az * bx - ax * bz
    product[..., 2] = ax * by - ay * bx
    return product
