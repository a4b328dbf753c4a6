"""Which of our classes become which of a format's: data in YAML, ours or the user's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from cityloop.errors import ExportError, shown

_KEYS = {"classes", "kinds", "categories"}


@dataclass(frozen=True)
class ClassMap:
    """What a class map says.

    Attributes:
        source: the file, for messages.
        classes: our class -> their category, None for one that is left out.
        kinds: kind of actor -> their category (None: left out); goes before its class.
        categories: their category -> what the format says about it, in the file's order.
    """

    source: str
    classes: Mapping[str, str | None]
    kinds: Mapping[str, str | None]
    categories: Mapping[str, Mapping[str, Any]]

    @staticmethod
    def read(form: str, override: Path | None = None) -> "ClassMap":
        """Return the class map of the format `form`, or the one in the file `override`.

        Raises:
            ExportError: if the file cannot be read or is no class map.
        """
        own = files("cityloop.exporters").joinpath(f"class_maps/{form}.yaml")
        source = str(override) if override is not None else f"the class map of {form}"
        try:
            text = override.read_text("utf-8") if override is not None else own.read_text("utf-8")
            said = yaml.safe_load(text)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())
            raise ExportError(
                f"{source} cannot be read as YAML ({reason}); name a class map as "
                "docs/exporters.md shows it"
            ) from error
        return _checked(source, said)

    def check_complete(self, classes: Iterable[str]) -> None:
        """Check that the map says something about each of our `classes`.

        Raises:
            ExportError: naming the first one that it lacks.
        """
        for name in classes:
            if name not in self.classes:
                raise ExportError(
                    f"{self.source} lacks the class {name!r}; say under 'classes' what it becomes, "
                    "or null to leave it out"
                )

    def category(self, class_name: str, kind: str = "") -> str | None:
        """Return what an object of a class and kind becomes, None if it is left out."""
        return self.kinds[kind] if kind in self.kinds else self.classes[class_name]

    def number(self, category: str) -> int:
        """Return the id of a category: what it says, or its place in the file from 0."""
        said = self.categories[category].get("id")
        return list(self.categories).index(category) if said is None else int(said)


def _checked(source: str, said: object) -> ClassMap:
    """Return the class map in parsed YAML."""
    if not isinstance(said, dict) or not {"classes", "categories"} <= set(said) <= _KEYS:
        raise ExportError(
            f"{source} is no class map; it needs 'classes' and 'categories', and may have 'kinds'"
        )
    parts = {key: said.get(key) or {} for key in _KEYS}
    for key, part in parts.items():
        if not isinstance(part, dict) or not all(isinstance(name, str) for name in part):
            raise ExportError(f"{source}: {key!r} is {shown(part)}; write 'name: value' lines")
    categories: dict[str, Mapping[str, Any]] = {}
    for name, about in parts["categories"].items():
        about = {} if about is None else about
        if not isinstance(about, dict) or not isinstance(about.get("id", 0), int):
            raise ExportError(
                f"{source}: category {name!r} is {shown(about)}; write what the format says of it, "
                "such as {id: 1}"
            )
        categories[name] = about
    for key in ("classes", "kinds"):
        for name, category in parts[key].items():
            if category is not None and category not in categories:
                raise ExportError(
                    f"{source}: {name!r} becomes {shown(category)}, which is none of its "
                    "categories; add it under 'categories'"
                )
    return ClassMap(source, parts["classes"], parts["kinds"], categories)
