"""People: kinds, meshes, clothes and skeletons.

Bodies are baked from MakeHuman's CC0 data (assets/people.json says from what). The body frame has
its origin on the ground between the feet, x forward, y left, z up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.errors import ScenarioError
from cityloop.world.people_assets import (
    LEVELS,
    MATERIAL_PREFIX,
    Skeleton,
    index,
    read_mesh,
    read_skeleton,
)
from cityloop.world.people_clothes import pick_colors, pick_pram_color
from cityloop.world.people_prams import HANDLE, PRAM_MATERIALS, pram, with_pram
from cityloop.world.people_ragdoll import PRAM_MASS_KG, person_ragdoll
from cityloop.world.scene import (
    BoxCollider,
    CapsuleCollider,
    Collider,
    LevelOfDetail,
    Material,
    Mesh,
    Part,
    Prototype,
    Rgb,
    Scene,
)

__all__ = [
    "PERSON_KINDS",
    "PersonKind",
    "Skeleton",
    "people_scene",
    "person_mesh",
    "pick_clothes",
    "skeleton",
    "skin",
]

LOD_DISTANCES_M = (10.0, 32.0, 250.0)
CAPSULE_RADIUS_SHARE = 0.13  # of the stature: shoulders and hips, without the arms


@dataclass(frozen=True)
class PersonKind:
    """A kind of person.

    Attributes:
        name: key in `PERSON_KINDS`, name of the prototype.
        height_m: stature with shoes.
        dimension: length, width, height of the box around the person standing, m.
        box_center: its centre in the body frame, m.
        mass_kg: with clothes.
        leg_length_m: thigh and shank, hip joint to ankle joint.
        body: name of the baked person.
        child: True up to about twelve years.
        elder: True from about seventy years on.
        pram: pushes a pram, which belongs to `dimension` and to the meshes.
        walk_speed_mps: comfortable walking speed.
        run_speed_mps: speed of an easy run.
        heel_x_m, toe_x_m: where the soles begin and end, body frame.
    """

    name: str
    height_m: float
    dimension: tuple[float, float, float]
    box_center: tuple[float, float, float]
    mass_kg: float
    leg_length_m: float
    body: str
    child: bool
    elder: bool
    pram: bool
    walk_speed_mps: float
    run_speed_mps: float
    heel_x_m: float
    toe_x_m: float


def _kind(
    name: str,
    mass_kg: float,
    walk_mps: float,
    run_mps: float,
    *,
    child: bool = False,
    elder: bool = False,
    pram_of: str = "",
) -> PersonKind:
    body = pram_of or name
    info = index()["people"][body]
    low, high = np.array(info["box_low"]), np.array(info["box_high"])
    if pram_of:
        corners = pram(0).corners.reshape(-1, 3)
        low, high = np.minimum(low, corners.min(axis=0)), np.maximum(high, corners.max(axis=0))
    box_low, box_high = low.tolist(), high.tolist()
    return PersonKind(
        name=name,
        height_m=info["height_m"],
        dimension=(box_high[0] - box_low[0], box_high[1] - box_low[1], box_high[2]),
        box_center=(
            (box_low[0] + box_high[0]) / 2,
            (box_low[1] + box_high[1]) / 2,
            box_high[2] / 2,
        ),
        mass_kg=mass_kg,
        leg_length_m=info["leg_length_m"],
        body=body,
        child=child,
        elder=elder,
        pram=bool(pram_of),
        walk_speed_mps=walk_mps,
        run_speed_mps=run_mps,
        heel_x_m=info["heel_x_m"],
        toe_x_m=info["toe_x_m"],
    )


PERSON_KINDS: dict[str, PersonKind] = {
    kind.name: kind
    for kind in (
        _kind("man", 79.0, 1.38, 3.4),
        _kind("man_stout", 93.0, 1.24, 2.9),
        _kind("woman", 61.0, 1.34, 3.2),
        _kind("woman_skirt", 67.0, 1.22, 2.7),
        _kind("teenager", 55.0, 1.36, 3.5),
        # R. W. Bohannon, "Comfortable and maximum walking speed of adults" (Age and Ageing 26,
        # 1997): people in their seventies; these, slightly stooped, are somewhat slower.
        _kind("woman_elder", 65.0, 0.98, 1.7, elder=True),
        _kind("man_elder", 74.0, 1.04, 1.9, elder=True),
        _kind("woman_with_pram", 61.0, 1.16, 2.2, pram_of="woman"),
        _kind("man_with_pram", 79.0, 1.20, 2.3, pram_of="man"),
        _kind("child", 29.0, 1.20, 3.0, child=True),
        _kind("girl", 26.0, 1.16, 2.9, child=True),
    )
}

# White materials take the person's colours: slots 1 skin, 2 hair, 3 top, 4 bottom, 5 shoes.
_WHITE: Rgb = (1.0, 1.0, 1.0)
_MATERIALS = (
    Material(f"{MATERIAL_PREFIX}skin", _WHITE, roughness=0.55, tint_slot=1),
    Material(f"{MATERIAL_PREFIX}hair", _WHITE, roughness=0.6, tint_slot=2, two_sided=True),
    Material(f"{MATERIAL_PREFIX}top", _WHITE, roughness=0.9, tint_slot=3, two_sided=True),
    Material(f"{MATERIAL_PREFIX}bottom", _WHITE, roughness=0.95, tint_slot=4, two_sided=True),
    Material(f"{MATERIAL_PREFIX}shoes", _WHITE, roughness=0.6, tint_slot=5),
    Material(f"{MATERIAL_PREFIX}sole", (0.55, 0.54, 0.52), roughness=0.85),
    Material(f"{MATERIAL_PREFIX}eye", (0.62, 0.6, 0.58), roughness=0.25),
    Material(f"{MATERIAL_PREFIX}iris", (0.03, 0.02, 0.015), roughness=0.2),
    Material(f"{MATERIAL_PREFIX}lips", (0.72, 0.42, 0.4), roughness=0.5, tint_slot=1),
)


def _known(kind: str) -> PersonKind:
    if kind not in PERSON_KINDS:
        raise ScenarioError(
            f"there is no kind of person '{kind}': choose one of {', '.join(PERSON_KINDS)}"
        )
    return PERSON_KINDS[kind]


@lru_cache(maxsize=32)
def skeleton(kind: str) -> Skeleton:
    """Return the skeleton of a kind; ScenarioError for an unknown one."""
    return read_skeleton(_known(kind).body)


@lru_cache(maxsize=64)
def person_mesh(kind: str, lod: int) -> Mesh:
    """Return the mesh of a kind at level of detail `lod`, 0 (finest) to 2; share, do not change."""
    known = _known(kind)
    mesh = read_mesh(known.body, lod)
    if not known.pram:
        return mesh
    return with_pram(mesh, skeleton(kind), f"{MATERIAL_PREFIX}{kind}/lod{lod}", lod)


def pick_clothes(kind: str, rng: np.random.Generator) -> tuple[Rgb, ...]:
    """Draw the colours of a person as tints, linear; the same generator state gives the same."""
    known = _known(kind)
    colors = pick_colors(known.child, rng, elder=known.elder)
    return (*colors, pick_pram_color(rng)) if known.pram else colors


def _prototype(kind: PersonKind) -> Prototype:
    radius = CAPSULE_RADIUS_SHARE * kind.height_m
    body = Part(
        name="body",
        lods=tuple(
            LevelOfDetail(f"{MATERIAL_PREFIX}{kind.name}/lod{level}", distance)
            for level, distance in enumerate(LOD_DISTANCES_M)
        ),
    )
    capsule = CapsuleCollider((0.0, 0.0, kind.height_m / 2), kind.height_m / 2 - radius, radius)
    colliders: tuple[Collider, ...] = (capsule,)
    if kind.pram:
        front, half_width = kind.box_center[0] + kind.dimension[0] / 2, kind.dimension[1] / 2
        half = (front - HANDLE[0]) / 2, half_width, 0.40
        colliders += (BoxCollider((HANDLE[0] + half[0], 0.0, 0.55), half),)
    return Prototype(
        name=kind.name,
        parts=(body,),
        colliders=colliders,
        joint_names=skeleton(kind.name).names,
        dimension=kind.dimension,
        box_center=kind.box_center,
        ragdoll=person_ragdoll(
            skeleton(kind.name),
            person_mesh(kind.name, 0),
            kind.mass_kg,
            PRAM_MASS_KG if kind.pram else 0.0,
        ),
    )


def people_scene(kinds: Iterable[str]) -> Scene:
    """Return materials, meshes and prototypes (named like the kinds) of `kinds`."""
    chosen = [_known(kind) for kind in kinds]
    prams = PRAM_MATERIALS if any(kind.pram for kind in chosen) else ()
    return Scene(
        materials=[*_MATERIALS, *prams],
        meshes=[person_mesh(kind.name, level) for kind in chosen for level in range(LEVELS)],
        prototypes=[_prototype(kind) for kind in chosen],
    )


def skin(mesh: Mesh, bones: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the (V, 3) body-frame vertices of a skinned mesh under (B, 3, 4) skinning matrices.

    Linear blend skinning (N. Magnenat-Thalmann et al., "Joint-dependent local deformations for
    hand animation and object grasping", 1988).

    Raises:
        ValueError: if the mesh has no bone weights.
    """
    if mesh.joints is None or mesh.weights is None:
        raise ValueError(f"mesh '{mesh.name}' is rigid: it has no bone weights")
    matrices = np.asarray(bones, dtype=np.float64)
    blended = np.einsum("vj,vjrc->vrc", mesh.weights.astype(np.float64), matrices[mesh.joints])
    moved: NDArray[np.float64] = np.einsum(
        "vrc,vc->vr", blended[:, :, :3], mesh.positions.astype(np.float64)
    )
    return moved + blended[:, :, 3]
