"""Loops over many actors that are compiled to machine code (numba, LLVM).

For sums over pairs of neighbours and the like, which columns of numpy can only say with tables many
times as large. Results are those of the same arithmetic in Python, bit for bit on one kind of
machine: nothing is reordered, contracted or shared out among threads.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., object])


def compiled(function: _F) -> _F:
    """Compile a function of arrays and numbers when it is first called.

    The machine code is kept beside the source, or in the user's cache where that cannot be written:
    only the first process of an installation compiles. Dividing by zero is inf or nan, as in numpy.
    """
    return cast(_F, numba.njit(cache=True, error_model="numpy")(function))
