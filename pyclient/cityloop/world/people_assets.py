"""Read the baked people (tools/bake_people.py): meshes in three levels of detail, and skeletons."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cityloop.world.scene import Mesh

Array = NDArray[np.float64]

ASSETS = Path(__file__).parent / "assets"
LEVELS = 3  # of detail, 0 the finest
MATERIAL_PREFIX = "person/"


@dataclass(frozen=True)
class Skeleton:
    """The bones of a person in the body frame (x forward, y left, z up; m), standing at rest.

    Bones have no rotation of their own at rest: a skinning matrix is the motion from the rest pose,
    and the first column of its rotation is where a bone looks that looked ahead, as head and eyes
    do.

    Attributes:
        names: bone names, parents before children: those of MakeHuman's game-engine rig, then
            "eye_l" and "eye_r", which start in the middle of the eyeballs and hang on "head".
        parents: (B,) index of the parent, -1 for the root.
        heads, tails: (B, 3) where a bone starts (its joint) and ends.
        height_m: stature with shoes.
        landmarks: (3,) places at rest that move with "head": "nose" (its tip), "ear_l", "ear_r".
    """

    names: tuple[str, ...]
    parents: NDArray[np.int64]
    heads: Array
    tails: Array
    height_m: float
    landmarks: Mapping[str, Array]

    def index(self, name: str) -> int:
        """Return a bone's index; ValueError if there is none of that name."""
        return self.names.index(name)

    @property
    def rest(self) -> Array:
        """(B, 3, 4) body-from-bone matrices of the rest pose."""
        matrices = np.zeros((len(self.names), 3, 4))
        matrices[:, :, :3] = np.eye(3)
        matrices[:, :, 3] = self.heads
        return matrices


@lru_cache(maxsize=1)
def index() -> dict[str, Any]:
    """Return the contents of people.json: measures of each person, and where the data come from."""
    content: dict[str, Any] = json.loads((ASSETS / "people.json").read_text())
    return content


@lru_cache(maxsize=64)
def _arrays(kind: str) -> dict[str, NDArray[Any]]:
    with np.load(ASSETS / f"{kind}.npz") as file:
        return {name: file[name] for name in file.files}


def read_skeleton(kind: str) -> Skeleton:
    """Return the skeleton of a baked person."""
    arrays = _arrays(kind)
    return Skeleton(
        names=tuple(str(name) for name in arrays["bones"]),
        parents=arrays["parents"].astype(np.int64),
        heads=arrays["heads"].astype(np.float64),
        tails=arrays["tails"].astype(np.float64),
        height_m=float(index()["people"][kind]["height_m"]),
        landmarks={
            str(name): place.astype(np.float64)
            for name, place in zip(arrays["landmark_names"], arrays["landmarks"], strict=True)
        },
    )


def read_mesh(kind: str, level: int) -> Mesh:
    """Return one level of detail of a baked person, named "person/<kind>/lod<level>"."""
    arrays = _arrays(kind)

    def part(name: str) -> NDArray[Any]:
        return arrays[f"lod{level}_{name}"]

    steps = part("positions").astype(np.float64)
    normals = part("normals").astype(np.float64)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1.0)
    return Mesh(
        name=f"{MATERIAL_PREFIX}{kind}/lod{level}",
        positions=(arrays["origin"] + steps * arrays["step"]).astype(np.float32),
        normals=normals.astype(np.float32),
        uvs=part("uvs").astype(np.float32) / np.float32(255.0),
        material_names=tuple(MATERIAL_PREFIX + str(name) for name in arrays["materials"]),
        materials=part("materials").astype(np.uint16),
        indices=part("triangles").astype(np.uint32),
        joints=part("joints"),
        weights=part("weights").astype(np.float32) / np.float32(255.0),
    )
