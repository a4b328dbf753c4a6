"""Town houses as an engine loads them: walls with windows and doors set back, roofs, trim.

Body frame: origin on the ground in the middle of the front, +x towards the street, y along it,
z up. Seen from the street +y is right.
"""

import numpy as np

from cityloop.world.facade_trim import add_balconies, add_ledges, add_signs, add_trim
from cityloop.world.house_kinds import DEPTH_M, HouseKind
from cityloop.world.house_roofs import add_roof
from cityloop.world.house_walls import (
    WindowLights,
    flanks,
    flat_front,
    near_front,
    party_walls,
    side_kind,
)
from cityloop.world.meshing import MeshBuilder, translation, turn_z
from cityloop.world.scene import BoxCollider, LevelOfDetail, Mesh, Part, Prototype

NEAR_M, FAR_M = 75.0, 2500.0  # levels of detail: set-back windows, flat sheets


def house(kind: HouseKind) -> tuple[Prototype, list[Mesh]]:
    """Return the prototype of a kind of house and its meshes, nearest first."""
    meshes = [
        _build(kind, near=True).build(f"{kind.name}/near"),
        _build(kind, near=False).build(f"{kind.name}/far"),
    ]
    levels = tuple(
        LevelOfDetail(mesh.name, distance)
        for mesh, distance in zip(meshes, (NEAR_M, FAR_M), strict=True)
    )
    size = (DEPTH_M, kind.width_m, kind.height_m)
    center = (-DEPTH_M / 2, 0.0, kind.height_m / 2)
    prototype = Prototype(
        name=kind.name,
        parts=(Part("house", levels),),
        colliders=(BoxCollider(center, (size[0] / 2, size[1] / 2, size[2] / 2)),),
        dimension=size,
        box_center=center,
    )
    return prototype, meshes


def _build(kind: HouseKind, *, near: bool) -> MeshBuilder:
    builder = MeshBuilder()
    lights = WindowLights(kind.name.removesuffix("/corner"))
    if near:
        near_front(builder, kind, lights)
    else:
        flat_front(builder, kind, lights)
    back = MeshBuilder()
    flat_front(back, kind, None)
    builder.add(back, translation(-DEPTH_M, 0.0, 0.0) @ turn_z(np.pi))
    _add_sides(builder, kind, lights, near=near)
    add_roof(builder, kind, near=near)
    add_signs(builder, kind, near=near)
    add_balconies(builder, kind, near=near)
    if near:
        add_trim(builder, kind)
    return builder


def _add_sides(builder: MeshBuilder, kind: HouseKind, lights: WindowLights, *, near: bool) -> None:
    """Add the sides: plain walls between neighbours, fronts of their own at a corner."""
    if not kind.corner:
        party_walls(builder, kind)
        return
    front = side_kind(kind)
    side = MeshBuilder()
    if near:
        near_front(side, front, lights)
        add_ledges(side, front)
    else:
        flat_front(side, front, lights)
    add_signs(side, front, near=near)
    flanks(side, kind)
    for sign in (1.0, -1.0):
        move = translation(-DEPTH_M / 2, sign * kind.width_m / 2, 0.0)
        builder.add(side, move @ turn_z(sign * np.pi / 2))
