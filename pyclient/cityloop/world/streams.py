"""Named random streams: a name under a seed gives the same numbers, whatever else runs.

A part that draws more or fewer numbers changes nothing in another part, because each has a stream
of its own (numpy.random.SeedSequence with the hash of the name as spawn key).
"""

import hashlib
from numbers import Integral

import numpy as np


def is_seed(value: object) -> bool:
    """Tell whether `value` can be a seed: a whole number (numpy's as well) of 0 or more."""
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= 0


def stream(seed: int, name: str) -> np.random.Generator:
    """Return a fresh generator for the stream `name` (for example "city/trees") under `seed`.

    Raises:
        ValueError: if `seed` is negative.
    """
    digest = hashlib.sha256(name.encode()).digest()
    key = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
