"""Kinds of values that the parts of a scenario share, and how a wrong word is answered."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict

from cityloop.errors import ScenarioError
from cityloop.scenario.conditions import parse_condition

MAX_SPEED_MPS = 40.0
MAX_WALK_MPS = 8.0

Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=40)]
Angle = Annotated[float, Strict(), Field(ge=-360, le=360)]
OnVehicle = Annotated[float, Strict(), Field(ge=-100, le=100)]
OnMap = Annotated[float, Strict(), Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Length = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
DrivingSpeed = Annotated[float, Strict(), Field(gt=0, le=MAX_SPEED_MPS)]
WalkingSpeed = Annotated[float, Strict(), Field(gt=0, le=MAX_WALK_MPS)]
# The points of a way, x and y each, m.
Waypoints = Annotated[tuple[tuple[OnMap, OnMap], ...], Field(min_length=2, max_length=1000)]


class Model(BaseModel):
    """Base of all parts: unknown keys and wrong types are errors; text is never a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def one_of(value: str, known: Iterable[str], what: str) -> str:
    """Return `value` if it is among the `known`; ValueError, for pydantic, if not."""
    choices = sorted(known)
    if value not in choices:
        raise ValueError(f"there is no {what} '{value}': choose one of {', '.join(choices)}")
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
