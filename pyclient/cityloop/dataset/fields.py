"""Values of JSON objects, checked for their types: a file may have been edited by hand.

Each function returns `said[key]` and raises KeyError if it is missing, ValueError, with a clause
that names the key and the value, if it is something else.
"""

import math
from collections.abc import Mapping
from typing import Any

_SHOWN = 40


def text(said: Mapping[str, Any], key: str) -> str:
    """Return a string."""
    value = said[key]
    if not isinstance(value, str):
        raise _not(key, value, "a string")
    return value


def flag(said: Mapping[str, Any], key: str) -> bool:
    """Return a boolean."""
    value = said[key]
    if not isinstance(value, bool):
        raise _not(key, value, "true or false")
    return value


def whole(said: Mapping[str, Any], key: str, least: int = 0) -> int:
    """Return an integer of at least `least`."""
    value = said[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _not(key, value, f"a whole number from {least} on")
    return value


def number(said: Mapping[str, Any], key: str) -> float:
    """Return a finite number."""
    value = said[key]
    if not _is_number(value):
        raise _not(key, value, "a number")
    return float(value)


def positive(said: Mapping[str, Any], key: str) -> float:
    """Return a finite number above 0."""
    value = number(said, key)
    if value <= 0:
        raise _not(key, value, "above 0")
    return value


def vector(said: Mapping[str, Any], key: str, size: int) -> tuple[float, ...]:
    """Return `size` finite numbers."""
    value = said[key]
    if not isinstance(value, list) or len(value) != size or not all(map(_is_number, value)):
        raise _not(key, value, f"a list of {size} numbers")
    return tuple(map(float, value))


def items(said: Mapping[str, Any], key: str) -> list[Any]:
    """Return a list."""
    value = said[key]
    if not isinstance(value, list):
        raise _not(key, value, "a list")
    return value


def texts(said: Mapping[str, Any], key: str) -> list[str]:
    """Return a list of strings."""
    value = items(said, key)
    if not all(isinstance(v, str) for v in value):
        raise _not(key, value, "a list of strings")
    return value


def objects(said: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return a list of JSON objects."""
    value = items(said, key)
    if not all(isinstance(v, dict) for v in value):
        raise _not(key, value, "a list of objects")
    return value


def mapping(said: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a JSON object."""
    value = said[key]
    if not isinstance(value, dict):
        raise _not(key, value, "an object")
    return value


def mappings(said: Mapping[str, Any], key: str) -> dict[str, dict[str, Any]]:
    """Return a JSON object whose values are JSON objects."""
    value = mapping(said, key)
    return {name: mapping(value, name) for name in value}


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond the range of a float
        return False


def _not(key: str, value: object, what: str) -> ValueError:
    shown = str(value) if isinstance(value, float) else repr(value)
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."
    return ValueError(f"{key} is {shown}, not {what}")
