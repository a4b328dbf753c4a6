"""What a person gives in Python, as the models of a scenario; a mistake is told in one sentence."""

from typing import Any

from pydantic import ValidationError

from cityloop.errors import ScenarioError, shown
from cityloop.scenario import yaml_format


def named(value: object, what: str, example: str) -> str:
    """Return a name as plain text; ScenarioError if it is none."""
    if not isinstance(value, str):
        raise ScenarioError(
            f'The name of a {what} is a text, not {shown(value)}: write "{example}", for example.'
        )
    return str(value)


def plain(value: Any) -> Any:
    """Return arrays and their numbers as lists and numbers of Python."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return [plain(v) for v in value] if isinstance(value, list | tuple) else value


def build(model: type[Any], where: str, **values: Any) -> Any:
    """Return a model with these values.

    Raises:
        ScenarioError: for the first that is impossible; the message starts with `where`.
    """
    try:
        return model(**{key: plain(value) for key, value in values.items()})
    except ValidationError as error:
        raise ScenarioError(yaml_format.explain(error, where)) from None
