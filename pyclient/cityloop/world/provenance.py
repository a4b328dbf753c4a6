"""Where every asset comes from and under which licence: the records of provenance.json."""

import json
from importlib import resources
from typing import Any


def _people() -> list[dict[str, Any]]:
    text = (resources.files("cityloop.world") / "assets" / "people.json").read_text("utf-8")
    said = json.loads(text)
    origin = said["provenance"]
    return [
        {
            "name": f"person/{name}",
            "licence": origin["license"],
            "source": f"{origin['source']}; {origin['package']}",
            "authors": origin["rights_holders_at_release"],
            "made_by": origin["baked_by"],
            "sha256": person["sha256"],
        }
        for name, person in sorted(said["people"].items())
    ]


def assets() -> list[dict[str, Any]]:
    """Return a record (name, licence, source, authors, made_by, ...) for each asset."""
    made_here = {
        "licence": "Apache-2.0",
        "source": "made by code of this project",
        "authors": ["The Cityloop authors"],
    }
    procedural = {
        "streets, buildings and their textures": "cityloop.world.city",
        "street furniture, signals and trees": "cityloop.world.props",
        "vehicles": "cityloop.world.vehicles",
        "prams": "cityloop.world.people_prams",
        "poses of riders, whose bodies are person/man": "cityloop.world.vehicles_riders",
        "gaits": "cityloop.traffic.gaits",
    }
    made = [{"name": name, **made_here, "made_by": by} for name, by in procedural.items()]
    return made + _people()
