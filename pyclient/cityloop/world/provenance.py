"""Where every asset comes from and under which licence: the records of provenance.json."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from cityloop.errors import LicenceError
from cityloop.world.osm import LICENCE
from cityloop.world.people import PERSON_KINDS
from cityloop.world.people_assets import index
from cityloop.world.props import PROPS
from cityloop.world.scene import Material, Mesh, Prototype, Scene
from cityloop.world.vehicles import VEHICLE_KINDS

_OURS = "Apache-2.0"
_NUMBER = re.compile(r"\W*\d+.*$")


def scene_assets(scene: Scene) -> list[dict[str, Any]]:
    """Return a record for each asset of a scene, by name.

    Each has "name", "licence" (an SPDX expression), "source", "authors", "made_by" (the module or
    tool) and "sha256", the digest of all numbers that the engine is handed for it. The pieces of a
    town's ground are one asset, and so are its buildings.
    """
    meshes = {mesh.name: mesh for mesh in scene.meshes}
    materials = {material.name: material for material in scene.materials}
    parts: dict[str, list[Prototype]] = {}
    for prototype in scene.prototypes:
        parts.setdefault(_asset_name(prototype.name), []).append(prototype)
    records = [
        {"name": name, **_origin(name), "sha256": _digest(prototypes, meshes, materials)}
        for name, prototypes in parts.items()
    ]
    records += [
        {
            "name": f"texture/{texture.name}",
            **_made_here(
                "cityloop.world.people_textures"
                if texture.name.startswith("person/")
                else "cityloop.world.textures"
            ),
            "sha256": hashlib.sha256(texture.rgba.tobytes()).hexdigest(),
        }
        for texture in scene.textures
    ]
    records.append({"name": "motion/gaits", **_made_here("cityloop.traffic.gaits"), **_gaits()})
    return sorted(records, key=lambda record: str(record["name"]))


def map_asset(file: str | Path, *, is_osm: bool) -> dict[str, Any]:
    """Return the record of a map file; who made one that is not OpenStreetMap's is unknown."""
    name = Path(file).name
    return {
        "name": f"map/{name}",
        "licence": LICENCE if is_osm else "LicenseRef-unstated",
        "source": f"the file {name}",
        "authors": ["OpenStreetMap contributors"] if is_osm else [],
        "made_by": "cityloop.world.city",
    }


def kind_licences() -> list[dict[str, Any]]:
    """Return "name" and "licence" of what every recording has: town, vehicles and people."""
    names = [*(f"vehicle/{k}" for k in VEHICLE_KINDS), *(f"person/{k}" for k in PERSON_KINDS)]
    return [{"name": n, "licence": _origin(n)["licence"]} for n in ("town/ground", *names)]


def check_licences(assets: Iterable[Mapping[str, Any]], allowed: Collection[str]) -> None:
    """Check that each asset has an allowed licence.

    Args:
        assets: records with "name" and "licence".
        allowed: SPDX identifiers; one without its version, as "CC0", allows all versions.

    Raises:
        LicenceError: naming the first asset with a licence that is not allowed.
    """
    for asset in assets:
        licence = str(asset["licence"])
        if not all(_is_allowed(part, allowed) for part in licence.split(" AND ")):
            raise LicenceError(
                f"The asset {asset['name']} has the licence '{licence}', which is not among "
                f"{', '.join(sorted(allowed))}: allow it with --require-license, or leave the "
                "asset out."
            )


def _is_allowed(licence: str, allowed: Collection[str]) -> bool:
    return any(licence == name or licence.startswith(f"{name}-") for name in allowed)


def _asset_name(prototype: str) -> str:
    """Return the asset that a prototype belongs to."""
    if prototype in PERSON_KINDS:
        return f"person/{prototype}"
    if (kind := prototype.partition("/")[0]) in VEHICLE_KINDS:
        return f"vehicle/{kind}"  # its individuals differ in who drives it and in its number
    if prototype in PROPS:
        return f"furniture/{prototype}"
    return f"town/{_NUMBER.sub('', prototype)}"


def _origin(name: str) -> dict[str, Any]:
    family, _, kind = name.partition("/")
    if family == "person":
        thing = PERSON_KINDS[kind].thing
        made = _made_here("cityloop.world.people_holding")
        return _with_people(made) if thing else _person_origin()
    if family == "vehicle":
        # Whoever drives or rides it has a body of people.json.
        return _with_people(_made_here("cityloop.world.vehicles"))
    return _made_here("cityloop.world.props" if family == "furniture" else "cityloop.world.city")


def _made_here(module: str) -> dict[str, Any]:
    return {
        "licence": _OURS,
        "source": "made by code of this project",
        "authors": ["The Cityloop authors"],
        "made_by": module,
    }


def _person_origin() -> dict[str, Any]:
    origin = index()["provenance"]
    return {
        "licence": origin["license"],
        "source": f"{origin['source']}; {origin['package']}",
        "authors": origin["rights_holders_at_release"],
        "made_by": origin["baked_by"],
    }


def _with_people(made: Mapping[str, Any]) -> dict[str, Any]:
    person = _person_origin()
    return {
        "licence": f"{made['licence']} AND {person['licence']}",
        "source": f"{made['source']}; people: {person['source']}",
        "authors": [*made["authors"], *person["authors"]],
        "made_by": made["made_by"],
    }


def _gaits() -> dict[str, str]:
    """Return the digest of the code that moves people: a motion is nothing but that."""
    digest = hashlib.sha256()
    for module in sorted(
        (m for m in resources.files("cityloop.traffic").iterdir() if m.name.startswith("gaits")),
        key=lambda m: m.name,
    ):
        if module.name.endswith(".py"):
            digest.update(module.read_bytes())
    return {"sha256": digest.hexdigest()}


def _digest(
    prototypes: Iterable[Prototype], meshes: Mapping[str, Mesh], materials: Mapping[str, Material]
) -> str:
    digest = hashlib.sha256()
    for prototype in prototypes:
        digest.update(repr(prototype).encode())
        names = {level.mesh for part in prototype.parts for level in part.lods if level.mesh}
        for name in sorted(names):
            _add_mesh(digest, meshes[name], materials)
    return digest.hexdigest()


def _add_mesh(digest: Any, mesh: Mesh, materials: Mapping[str, Material]) -> None:
    for array in (
        mesh.positions,
        mesh.normals,
        mesh.uvs,
        mesh.materials,
        mesh.indices,
        mesh.joints,
        mesh.weights,
    ):
        if array is not None:
            digest.update(array.tobytes())
    for name in mesh.material_names:
        digest.update(repr(materials[name]).encode())
