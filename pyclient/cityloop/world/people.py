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
from cityloop.spatial import Figure
from cityloop.world.people_assets import (
    LEVELS,
    MATERIAL_PREFIX,
    Skeleton,
    index,
    read_mesh,
    read_skeleton,
)
from cityloop.world.people_clothes import pick_colors, pick_thing_colors
from cityloop.world.people_figures import person_figure
from cityloop.world.people_holding import Thing, held_box, held_materials, with_thing
from cityloop.world.people_prams import HANDLE, PRAM_MATERIALS
from cityloop.world.people_ragdoll import PRAM_MASS_KG, person_ragdoll
from cityloop.world.people_textures import person_textures
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
    "figure",
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
        thing: what they push or hold, which belongs to `dimension` and to the meshes.
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
    thing: Thing
    walk_speed_mps: float
    run_speed_mps: float
    heel_x_m: float
    toe_x_m: float

    @property
    def pram(self) -> bool:
        """Whether they push a pram."""
        return self.thing == "pram"

    @property
    def pram_span_m(self) -> tuple[float, float]:
        """From where to where their pram is ahead of them; as wide as the box around both."""
        return HANDLE[0], self.box_center[0] + self.dimension[0] / 2


def _kind(
    name: str,
    mass_kg: float,
    walk_mps: float,
    run_mps: float,
    *,
    child: bool = False,
    elder: bool = False,
    thing: Thing = "",
    body: str = "",
) -> PersonKind:
    body = body or name
    info = index()["people"][body]
    low, high = np.array(info["box_low"]), np.array(info["box_high"])
    if thing:
        corners = held_box(thing, read_skeleton(body))
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
        thing=thing,
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
        _kind("man_slim", 63.0, 1.40, 3.5),
        _kind("man_jacket", 86.0, 1.36, 3.4),
        _kind("man_coat", 84.0, 1.30, 2.6),
        _kind("man_shirt", 71.0, 1.40, 3.2),
        _kind("man_backpack", 86.0, 1.46, 3.6),
        _kind("man_heavy", 112.0, 1.16, 2.5),
        _kind("woman", 61.0, 1.34, 3.2),
        _kind("woman_skirt", 67.0, 1.22, 2.7),
        _kind("woman_slim", 50.0, 1.34, 3.1),
        _kind("woman_jacket", 66.0, 1.36, 3.3),
        _kind("woman_coat", 65.0, 1.26, 2.5),
        _kind("woman_dress", 62.0, 1.24, 2.6),
        _kind("woman_heavy", 89.0, 1.12, 2.3),
        _kind("woman_headscarf", 66.0, 1.20, 2.3),
        _kind("woman_runner", 62.0, 1.44, 3.6),
        _kind("teenager", 55.0, 1.36, 3.5),
        _kind("teenager_girl", 54.0, 1.32, 3.2),
        _kind("teenager_backpack", 63.0, 1.40, 3.5),
        # R. W. Bohannon, "Comfortable and maximum walking speed of adults" (Age and Ageing 26,
        # 1997): people in their seventies; these, slightly stooped, are somewhat slower.
        _kind("woman_elder", 65.0, 0.98, 1.7, elder=True),
        _kind("woman_elder_coat", 52.0, 0.96, 1.7, elder=True),
        _kind("man_elder", 74.0, 1.04, 1.9, elder=True),
        _kind("man_elder_hat", 78.0, 1.06, 1.9, elder=True),
        _kind("woman_with_pram", 61.0, 1.16, 2.2, thing="pram", body="woman"),
        _kind("man_with_pram", 79.0, 1.20, 2.3, thing="pram", body="man"),
        _kind("woman_with_phone", 66.0, 1.22, 2.8, thing="phone", body="woman_jacket"),
        _kind("man_with_phone", 63.0, 1.24, 3.0, thing="phone", body="man_slim"),
        _kind("teenager_with_phone", 54.0, 1.22, 3.0, thing="phone", body="teenager_girl"),
        _kind("woman_with_umbrella", 65.0, 1.26, 2.3, thing="umbrella", body="woman_coat"),
        _kind("man_with_umbrella", 84.0, 1.30, 2.4, thing="umbrella", body="man_coat"),
        _kind("teenager_with_umbrella", 55.0, 1.30, 2.8, thing="umbrella", body="teenager"),
        _kind(
            "woman_elder_with_umbrella",
            52.0,
            0.94,
            1.5,
            elder=True,
            thing="umbrella",
            body="woman_elder_coat",
        ),
        _kind("child", 29.0, 1.20, 3.0, child=True),
        _kind("girl", 26.0, 1.16, 2.9, child=True),
        _kind("child_winter", 25.0, 1.12, 2.6, child=True),
        _kind("boy_small", 19.0, 1.02, 2.5, child=True),
        _kind("girl_small", 20.0, 1.04, 2.5, child=True),
    )
}

# White materials take the person's colours: slots 1 skin, 2 hair, 3 top, 4 bottom, 5 shoes, 6 what
# they carry or push, 7 hat. A look of top, bottom or skin is a texture over it.
_WHITE: Rgb = (1.0, 1.0, 1.0)
_TOPS = ("stripes", "checks", "print", "shirt", "jacket", "coat")


def _material(
    name: str, slot: int, roughness: float, texture: str = "", *, two_sided: bool = False
) -> Material:
    return Material(
        MATERIAL_PREFIX + name,
        _WHITE,
        roughness=roughness,
        tint_slot=slot,
        texture=texture and MATERIAL_PREFIX + texture,
        two_sided=two_sided,
    )


_MATERIALS = (
    _material("skin", 1, 0.55, "face"),
    _material("skin_beard", 1, 0.55, "face_beard"),
    _material("hair", 2, 0.6, "hair", two_sided=True),
    _material("top", 3, 0.9, "cloth", two_sided=True),
    *(_material(f"top_{look}", 3, 0.85, f"cloth_{look}", two_sided=True) for look in _TOPS),
    _material("bottom", 4, 0.95, "cloth", two_sided=True),
    _material("bottom_jeans", 4, 0.9, "cloth_jeans", two_sided=True),
    _material("shoes", 5, 0.6),
    _material("bag", 6, 0.7),
    _material("hat", 7, 0.95, "cloth", two_sided=True),
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


@lru_cache(maxsize=64)
def skeleton(kind: str) -> Skeleton:
    """Return the skeleton of a kind; ScenarioError for an unknown one."""
    return read_skeleton(_known(kind).body)


@lru_cache(maxsize=256)
def person_mesh(kind: str, lod: int) -> Mesh:
    """Return the mesh of a kind at level of detail `lod`, 0 (finest) to 2; share, do not change."""
    known = _known(kind)
    mesh = read_mesh(known.body, lod)
    if not known.thing:
        return mesh
    name = f"{MATERIAL_PREFIX}{kind}/lod{lod}"
    return with_thing(mesh, skeleton(kind), known.thing, name, lod)


@lru_cache(maxsize=32)
def figure(kind: str) -> Figure:
    """Return bones and keypoints of a kind; ScenarioError for an unknown one."""
    return person_figure(skeleton(kind))


def pick_clothes(kind: str, rng: np.random.Generator) -> tuple[Rgb, ...]:
    """Draw the colours of a person as 7 tints, linear; the same generator state gives the same."""
    known = _known(kind)
    ancestry = index()["people"][known.body]["ancestry"]
    colors = pick_colors(known.child, rng, elder=known.elder, ancestry=ancestry)
    return (*colors, *pick_thing_colors(known.thing, rng))


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
        rear, front = kind.pram_span_m
        half = (front - rear) / 2, kind.dimension[1] / 2, 0.40
        colliders += (BoxCollider((rear + half[0], 0.0, 0.55), half),)
    return Prototype(
        name=kind.name,
        parts=(body,),
        colliders=colliders,
        joint_names=skeleton(kind.name).names,
        dimension=kind.dimension,
        box_center=kind.box_center,
        ragdoll=person_ragdoll(
            skeleton(kind.name),
            person_mesh(kind.name if kind.pram else kind.body, 0),
            kind.mass_kg,
            PRAM_MASS_KG if kind.pram else 0.0,
        ),
        figure=figure(kind.name),
    )


def people_scene(kinds: Iterable[str]) -> Scene:
    """Return materials, meshes and prototypes (named like the kinds) of `kinds`."""
    chosen = [_known(kind) for kind in kinds]
    prams = PRAM_MATERIALS if any(kind.pram for kind in chosen) else ()
    return Scene(
        textures=list(person_textures()),
        materials=[*_MATERIALS, *prams, *held_materials([kind.thing for kind in chosen])],
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
