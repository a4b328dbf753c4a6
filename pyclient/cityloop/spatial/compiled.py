"""Loops over many actors that are compiled to machine code (numba, LLVM).

For sums over pairs of neighbours and the like, which columns of numpy can only say with tables many
times as large. Results are those of the same arithmetic in Python, bit for bit on one kind of
machine: nothing is reordered, contracted or shared out among threads.
"""

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.core.dispatcher import Dispatcher

_F = TypeVar("_F", bound=Callable[..., object])


def compiled(function: _F) -> _F:
    """Compile a function of arrays and numbers when it is first called.

    The machine code is kept beside the source, or in the user's cache where that cannot be written:
    only the first process of an installation compiles. Dividing by zero is inf or nan, as in numpy.
    """
    made = numba.njit(cache=True, error_model="numpy")(function)
    _keep_up_with_callees(made)
    return cast(_F, made)


def _keep_up_with_callees(made: Any) -> None:
    """Let kept machine code count only as long as the files of all that it calls are the same.

    Numba looks at the function's own file alone, and the code of callees becomes part of it. Its
    cache is asked by names that are no part of numba's interface: a release without them keeps code
    too long for whoever edits a callee, and works for everybody else.
    """
    known = made.py_func.__globals__
    used = (known.get(name) for name in made.py_func.__code__.co_names)
    callees: list[Any] = [each for each in used if isinstance(each, Dispatcher)]
    with contextlib.suppress(AttributeError):
        file = made._cache._cache_file
        stamps = [each._cache._cache_file._source_stamp for each in callees]
        file._source_stamp = (file._source_stamp, *stamps)
