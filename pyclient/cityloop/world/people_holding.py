"""What people hold: phones and umbrellas, where the hands are that hold them, and their meshes.

A thing rides on the bone of the hand that holds it, a pram on the root bone. It is part of its
person's object: box, mask and identity hold both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cityloop.world.meshing import MeshBuilder
from cityloop.world.people_assets import Skeleton
from cityloop.world.people_posing import Hand, Handle, gripping_hand
from cityloop.world.people_prams import GRIP, ROOT_BONE, pram
from cityloop.world.scene import Material, Mesh

Array = NDArray[np.float64]
Thing = Literal["", "pram", "phone", "umbrella"]

LEFT, RIGHT = 0, 1
HAND_BONE = "hand_r"  # that phones and umbrellas are in
_PHONE, _SCREEN, _CANOPY, _SHAFT = "held/phone", "held/screen", "held/canopy", "held/shaft"
HELD_MATERIALS: tuple[Material, ...] = (
    Material(_PHONE, (0.02, 0.02, 0.022), roughness=0.3),
    Material(_SCREEN, (0.02, 0.02, 0.02), roughness=0.15, emissive=(0.22, 0.25, 0.30)),
    Material(_CANOPY, (1.0, 1.0, 1.0), roughness=0.7, tint_slot=6, two_sided=True),
    Material(_SHAFT, (0.12, 0.12, 0.12), roughness=0.4, metallic=0.6),
)
_CANOPY_M, _CANOPY_RISE_M = 0.50, 0.22  # radius and height of an umbrella's canopy
_PALM_M, _FINGERS_M = 0.028, 0.10  # from the wrist to what is held: off the palm, and along it


def _handle(thing: Thing, skeleton: Skeleton) -> Handle:
    """Return how a hand holds a phone or an umbrella, as for the left hand."""
    shoulder = skeleton.heads[skeleton.index("upperarm_l")]
    arm = float(np.linalg.norm(skeleton.heads[skeleton.index("hand_l")] - shoulder))
    if thing == "phone":
        grip = (shoulder[0] + 0.66 * arm, 0.03, shoulder[2] - 0.34 * arm)
        return Handle(grip=grip, along=(0.0, 1.0, 0.0), reach=(0.62, -0.30, 0.72))
    grip = (shoulder[0] + 0.58 * arm, 0.72 * shoulder[1], shoulder[2] - 0.36 * arm)
    return Handle(grip=grip, along=(0.0, 0.0, 1.0), reach=(0.9, -0.35, 0.25))


def _hand(thing: Thing, skeleton: Skeleton) -> Hand:
    return gripping_hand(skeleton, _handle(thing, skeleton), RIGHT)


def holding_hands(thing: Thing, skeleton: Skeleton) -> dict[int, Hand]:
    """Return the hands that hold a thing, by side: the left one 0, the right one 1."""
    if thing == "pram":
        return {side: gripping_hand(skeleton, GRIP, side) for side in (LEFT, RIGHT)}
    return {RIGHT: _hand(thing, skeleton)} if thing else {}


@dataclass(frozen=True)
class _Grasp:
    """A frame at what a hand holds, body frame: x along the fingers, y out of the palm."""

    origin: Array
    turn: Array


def _grasp(thing: Thing, skeleton: Skeleton) -> _Grasp:
    hand = _hand(thing, skeleton)
    turn = hand.turns[HAND_BONE]
    wrist, middle = (skeleton.heads[skeleton.index(b)] for b in (HAND_BONE, "middle_01_r"))
    along = turn @ (middle - wrist)
    along /= np.linalg.norm(along)
    palm = turn @ np.array([0.0, 1.0, 0.0])
    palm -= (palm @ along) * along
    palm /= np.linalg.norm(palm)
    origin = hand.wrist + _FINGERS_M * along + _PALM_M * palm
    return _Grasp(origin, np.column_stack([along, palm, np.cross(along, palm)]))


def _phone(skeleton: Skeleton) -> MeshBuilder:
    builder, grasp = MeshBuilder(), _grasp("phone", skeleton)
    place = np.eye(4)
    place[:3, :3], place[:3, 3] = grasp.turn, grasp.origin
    body = MeshBuilder()
    body.box((0.02, 0.0, 0.0), (0.15, 0.009, 0.072), _PHONE)
    body.box((0.02, 0.005, 0.0), (0.138, 0.002, 0.064), _SCREEN)
    builder.add(body, place)
    return builder


def _umbrella(skeleton: Skeleton, level: int) -> MeshBuilder:
    """Return an umbrella that stands upright over the head."""
    builder, grasp = MeshBuilder(), _grasp("umbrella", skeleton)
    rim = skeleton.height_m + 0.06
    top = rim + _CANOPY_RISE_M
    # The shaft leans back, so that the canopy is over the head.
    x, y = 0.4 * grasp.origin[:2] + 0.6 * skeleton.heads[skeleton.index("head")][:2]
    tip = np.array([x, y, top + 0.04])
    end = grasp.origin - 0.10 * (tip - grasp.origin) / np.linalg.norm(tip - grasp.origin)
    ribs, rings = ((16, 4), (10, 3), (8, 2))[level]
    builder.cylinder(end, tip, 0.009, _SHAFT, segments=(6, 4, 3)[level])
    share = np.linspace(0.0, 1.0, rings + 1)[1:]
    around = 2 * np.pi * np.arange(ribs) / ribs
    profile = [
        np.column_stack(
            [
                x + _CANOPY_M * s * np.cos(around),
                y + _CANOPY_M * s * np.sin(around),
                np.full(ribs, top - _CANOPY_RISE_M * s**2),
            ]
        )
        for s in share[::-1]
    ]
    builder.loft(np.array(profile), _CANOPY, smooth_deg=60)
    middle = np.vstack([[x, y, top], profile[-1]])
    fan = np.array([(0, 1 + k, 1 + (k + 1) % ribs) for k in range(ribs)])
    builder.triangles(middle, fan, _CANOPY)
    return builder


def held_box(thing: Thing, skeleton: Skeleton) -> Array:
    """Return the (P, 3) corners of a thing as it is held, body frame, m; none for nothing."""
    if not thing:
        return np.zeros((0, 3))
    return _built(thing, skeleton, 0).corners.reshape(-1, 3)


def _built(thing: Thing, skeleton: Skeleton, level: int) -> MeshBuilder:
    if thing == "pram":
        return pram(level)
    return _phone(skeleton) if thing == "phone" else _umbrella(skeleton, level)


def with_thing(person: Mesh, skeleton: Skeleton, thing: Thing, name: str, level: int) -> Mesh:
    """Return the skinned mesh `name` of a person with what they push or hold.

    Raises:
        ValueError: if the person's mesh has no bone weights.
    """
    if person.joints is None or person.weights is None:
        raise ValueError(f"mesh '{person.name}' is rigid: it has no bone weights")
    added = _built(thing, skeleton, level).build(name)
    positions, normals = added.positions, added.normals
    bone = ROOT_BONE
    if thing != "pram":  # back to where the hand hangs at rest
        bone, hand = HAND_BONE, _hand(thing, skeleton)
        turn, wrist = hand.turns[bone], skeleton.heads[skeleton.index(bone)]
        positions = ((positions - hand.wrist) @ turn + wrist).astype(np.float32)
        normals = (normals @ turn).astype(np.float32)
    count = len(positions)
    joints = np.full((count, 4), skeleton.index(bone), dtype=np.uint8)
    weights = np.tile(np.array([1, 0, 0, 0], dtype=np.float32), (count, 1))
    first_material, first_vertex = len(person.material_names), len(person.positions)
    return replace(
        person,
        name=name,
        positions=np.concatenate([person.positions, positions]),
        normals=np.concatenate([person.normals, normals]),
        uvs=np.concatenate([person.uvs, added.uvs]),
        material_names=person.material_names + added.material_names,
        materials=np.concatenate([person.materials, added.materials + np.uint16(first_material)]),
        indices=np.concatenate([person.indices, added.indices + np.uint32(first_vertex)]),
        joints=np.concatenate([person.joints, joints]),
        weights=np.concatenate([person.weights, weights]),
    )


def held_materials(things: Sequence[Thing]) -> tuple[Material, ...]:
    """Return the materials of phones and umbrellas if somebody has one."""
    return HELD_MATERIALS if {"phone", "umbrella"} & set(things) else ()
