"""Kinds of values that the parts of a scenario share, and how a wrong word is answered."""

import difflib
import keyword
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

from cityloop.errors import ScenarioError
from cityloop.scenario.conditions import WORDS, parse_condition

MAX_SPEED_MPS = 40.0
MAX_WALK_MPS = 8.0
MOST_NAMED, LIKE_NAMED = 24, 6  # choices that a message names: all, or the likest


def _no_word(name: str) -> str:
    """Return a name that conditions can hold; ValueError, for pydantic, for one they cannot."""
    if keyword.iskeyword(name) or name in WORDS:
        raise ValueError(
            f"an actor cannot be called '{name}', because that is a word of conditions or of "
            "Python: choose another name"
        )
    return name


Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=40)]
ActorName = Annotated[Name, AfterValidator(_no_word)]
Angle = Annotated[float, Strict(), Field(ge=-360, le=360, allow_inf_nan=False)]
OnVehicle = Annotated[float, Strict(), Field(ge=-100, le=100, allow_inf_nan=False)]
OnMap = Annotated[float, Strict(), Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Length = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
DrivingSpeed = Annotated[float, Strict(), Field(gt=0, le=MAX_SPEED_MPS, allow_inf_nan=False)]
WalkingSpeed = Annotated[float, Strict(), Field(gt=0, le=MAX_WALK_MPS, allow_inf_nan=False)]
# The points of a way, x and y each, m.
Waypoints = Annotated[tuple[tuple[OnMap, OnMap], ...], Field(min_length=2, max_length=1000)]


class Model(BaseModel):
    """Base of all parts: unknown keys and wrong types are errors; text is never a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def one_of(value: str, known: Iterable[str], what: str) -> str:
    """Return `value` if it is among the `known`; ValueError, for pydantic, if not.

    Of many choices those like `value` are named.
    """
    choices = sorted(known)
    if value not in choices:
        more = ""
        if len(choices) > MOST_NAMED:
            choices = difflib.get_close_matches(value, choices, LIKE_NAMED, cutoff=0.0)
            more = ", or another that 'cityloop info' lists"
        raise ValueError(f"there is no {what} '{value}': choose one of {', '.join(choices)}{more}")
    return value


def condition_text(text: str) -> str:
    """Return a condition as it is written down; ValueError, for pydantic, if it is none."""
    try:
        return str(parse_condition(text))
    except ScenarioError as error:
        raise ValueError(str(error)) from None


def distinct(points: Any) -> Any:
    """Return the points of a way; ValueError, for pydantic, if two in a row are one place."""
    for i in range(1, len(points)):
        if points[i] == points[i - 1]:
            raise ValueError(
                f"waypoints {i} and {i + 1} are the same point {points[i]}: leave one out"
            )
    return points


def in_order(value: Any) -> Any:
    """Return what has an order, of roads or points; ValueError, for pydantic, for what has none."""
    if isinstance(value, set | frozenset | dict):
        raise ValueError("give a list, because the order counts")
    return value
