"""Scenarios as YAML: reading with the line of each mistake, and writing."""

import difflib
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cityloop.errors import ScenarioError, shown
from cityloop.scenario.model import MAX_DURATION_S, ScenarioModel


def read_model(path: Path) -> ScenarioModel:
    """Return the scenario in a YAML file.

    Raises:
        ScenarioError: if the file cannot be read, is no YAML or no scenario; the message names
            file, line and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"Cannot read the scenario {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"The scenario {path} is not a text file in UTF-8.") from None
    except ValueError as error:  # a path that no file can have
        raise ScenarioError(f"Cannot read the scenario {shown(str(path))}: {error}.") from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise ScenarioError(f"{place} is not YAML: {problem}.") from None
    except RecursionError:
        raise ScenarioError(f"{path} is nested too deeply to be a scenario.") from None
    except (ValueError, KeyError, AttributeError) as error:
        # Such as a date without such a day, or a tag that does not fit its value.
        reason = str(error).splitlines()[0][:120]
        raise ScenarioError(f"{path} holds a value that YAML cannot read ({reason}).") from None
    if not isinstance(data, dict):
        raise ScenarioError(
            f"{path} holds no scenario: it needs keys such as 'duration_s', 'map' and 'actors'."
        )
    _refuse_twins(root, path)
    if any(0xD800 <= ord(c) < 0xE000 for c in _all_text(data)):
        raise ScenarioError(f"{path} holds half a character (a lone surrogate): remove it.")
    try:
        return ScenarioModel.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(_sentence(_first(error), path, root)) from None


def place_of(path: Path, keys: Sequence[str]) -> str:
    """Return "file:line: " of the value that `keys` lead to, for the start of a message."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError):  # it has changed since it was read
        return f"{path}: "
    line = _line_of(root, keys)
    return f"{path}:{line}: " if line else f"{path}: "


def _all_text(data: Any) -> str:
    """Return all keys and values of nested mappings and lists as one text."""
    if isinstance(data, dict):
        return "".join(_all_text(k) + _all_text(v) for k, v in data.items())
    if isinstance(data, list):
        return "".join(map(_all_text, data))
    return data if isinstance(data, str) else ""


def explain(error: ValidationError, where: str) -> str:
    """Return the first problem of a validation error as one sentence that starts with `where`."""
    return _sentence(_first(error), where, None)


def write_text(model: ScenarioModel) -> str:
    """Return a scenario as YAML; `read_model` reads it back as an equal model."""
    # Defaults are written too: a later version may have others.
    data = model.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def _first(error: ValidationError) -> ErrorDetails:
    """Return the problem to tell: the first, or the misspelt key that it comes from.

    A key that is missing is often there under another name, which says more.
    """
    problems = error.errors()
    first = problems[0]
    if first["type"] == "missing":
        *place, wanted = first["loc"]
        for problem in problems[1:]:
            *there, key = problem["loc"]
            if problem["type"] == "extra_forbidden" and there == place and _like(key, [wanted]):
                return problem
    return first


def _like(key: Any, known: Iterable[Any]) -> str | None:
    """Return the known key that `key` is probably meant for."""
    return next(iter(difflib.get_close_matches(str(key), map(str, known), 1)), None)


def _keys(loc: Sequence[Any]) -> list[Any]:
    """Return the keys of a file that pydantic's place of a problem speaks of."""
    # After an actor's name comes the tag of its kind, which no file has.
    tag = loc[0:1] == ("actors",) and len(loc) > 2 and loc[2] in ("vehicle", "pedestrian")
    return [k for i, k in enumerate(loc) if k != "[key]" and not (tag and i == 2)]


def _sentence(problem: ErrorDetails, where: Path | str, root: yaml.Node | None) -> str:
    keys = _keys(problem["loc"])
    given = problem["input"]
    unknown = keys[-1:] if problem["type"] == "extra_forbidden" else []
    if problem["type"] == "actor_kind" and isinstance(given, dict):
        kinds = ("vehicle", "pedestrian")
        unknown = [key for key in given if key not in kinds and _like(key, kinds)][:1]
        keys += unknown
    line = _line_of(root, keys) if root is not None else None
    place = f"{where}:{line}" if line else str(where)
    name = _called(keys)
    if unknown:
        known = _known_keys(keys[:-1])
        close = _like(keys[-1], known)
        hint = f"did you mean '{close}'?" if close else f"known keys are {', '.join(known)}."
        return f"{place}: unknown key '{name}': {hint}"
    if problem["type"] == "missing" and isinstance(keys[-1], int):
        return f"{place}: {name} is missing."
    if problem["type"] == "missing":
        return f"{place}: the key '{name}' is missing."
    if problem["type"] == "value_error":
        message = problem["msg"].removeprefix("Value error, ").rstrip(".")
        return f"{place}: {name + ': ' if name else ''}{message}."
    shown = "" if isinstance(given, dict | list) else f" = {repr(given)[:60]}"
    return f"{place}: {name}{shown} is not possible: {_way_out(problem)}."


def _called(keys: Sequence[Any]) -> str:
    """Return what a value is called that `keys` lead to, such as "waypoints, y of point 2"."""
    name = ""
    for i, key in enumerate(keys):
        if not isinstance(key, int):
            joint = "" if not name else ", " if isinstance(keys[i - 1], int) else "."
            name += f"{joint}{key}"
        elif i and keys[i - 1] == "waypoints":
            axes = [f"{axis} of " for axis in "xy"]
            last = keys[i + 1] if i + 1 < len(keys) else None
            axis = axes[last] if isinstance(last, int) and last < len(axes) else ""
            return f"{name}, {axis}point {key + 1}"
        else:
            name += f", item {key + 1}"
    return name


# Above this a number is written with an exponent.
_LONGEST_WHOLE = 1e15

# What a kind of mistake asks for, by pydantic's name of it; {} are values of its context.
_WAYS_OUT = {
    "bool_type": "give true or false",
    "dict_type": "give keys with values",
    "finite_number": "give a finite number",
    "float_parsing": "give a number",
    "float_type": "give a number",
    "greater_than": "give a number above {gt:g}",
    "greater_than_equal": "give a number of {ge:g} or more",
    "int_from_float": "give a whole number",
    "int_parsing": "give a whole number",
    "int_type": "give a whole number",
    "less_than": "give a number below {lt:g}",
    "less_than_equal": "give a number of {le:g} or less",
    "literal_error": "give {expected}",
    "model_type": "give keys with values",
    "string_too_long": "give at most {max_length} characters",
    "string_type": "give text",
    "too_long": "there are {actual_length} values, give at most {max_length}",
    "too_short": "there are {actual_length} values, give at least {min_length}",
    "tuple_type": "give a list of values",
}


def _way_out(problem: ErrorDetails) -> str:
    """Return what to give instead of an impossible value."""
    if problem["type"] == "less_than_equal" and problem["loc"][-1] == "duration_s":
        return f"a recording is at most {MAX_DURATION_S:g} s long, a day, which fills terabytes"
    if problem["type"] in ("float_type", "int_type") and (number := _number_in(problem["input"])):
        return f"YAML takes this for text: write the number {number} without quotes"
    if problem["type"] == "string_pattern_mismatch":
        is_time = problem["loc"][-1] == "time"
        return (
            'give a time from "00:00" to "23:59"'
            if is_time
            else "use letters, digits and _, and no digit first"
        )
    words = _WAYS_OUT.get(problem["type"])
    if words is None:
        message = problem["msg"].rstrip(".")
        return message[:1].lower() + message[1:]
    return words.format(**problem.get("ctx", {}))


def _number_in(text: Any) -> str:
    """Return the number that a text says, as YAML reads it back; "" if it says none."""
    try:
        number = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        return ""
    if not math.isfinite(number):
        return ""
    whole = number.is_integer() and abs(number) < _LONGEST_WHOLE
    return f"{number:.0f}" if whole else yaml.safe_dump(number).split()[0]


def _refuse_twins(root: yaml.Node | None, path: Path) -> None:
    """Raise ScenarioError for a key that is there twice: YAML would drop the first in silence."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            seen = set()
            for key, value in node.value:
                if key.value in seen:
                    raise ScenarioError(
                        f"{path}:{key.start_mark.line + 1}: the key '{key.value}' is there twice."
                    )
                seen.add(key.value)
                waiting.append(value)


def _known_keys(path: Sequence[Any]) -> list[str]:
    """Return the keys allowed where `path` leads, following the models' annotations."""
    from cityloop.scenario import model as models

    by_parent: dict[str, type[BaseModel]] = {
        "map": models.MapModel,
        "grid": models.GridMap,
        "opendrive": models.FileMap,
        "sumo": models.FileMap,
        "environment": models.EnvironmentModel,
        "colours": models.ColoursModel,
        "traffic": models.TrafficModel,
        "at": models.RoadsideModel,
        "do": models.ActionModel,
        "run_across": models.RunAcross,
        "walk": models.Walk,
        "wave": models.Wave,
        "sit": models.Sit,
        "look_at": models.LookAt,
        "fall": models.Fall,
        "set_speed": models.SetSpeed,
    }
    if not path:
        return sorted(models.ScenarioModel.model_fields)
    if path[-1] in by_parent:
        return sorted(by_parent[str(path[-1])].model_fields)
    if path[0] == "triggers":
        return sorted(models.TriggerModel.model_fields)
    if len(path) > 1 and path[-2] == "cameras":
        return sorted(models.CameraModel.model_fields)
    return sorted(set(models.VehicleModel.model_fields) | set(models.PedestrianModel.model_fields))


def _line_of(node: yaml.Node | None, keys: Sequence[Any]) -> int | None:
    """Return the 1-based line of the deepest of `keys` that exists below `node`."""
    line = None
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(key)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
    return line
