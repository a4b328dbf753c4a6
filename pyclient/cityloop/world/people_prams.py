"""Prams with an infant in them.

A pram rides on the root bone, on which no skin hangs and which stays where the body frame is. It is
part of its person's object: box, mask and identity hold both.
"""

from functools import cache

import numpy as np

from cityloop.world.meshing import MIRROR_Y, MeshBuilder
from cityloop.world.people_assets import MATERIAL_PREFIX, read_mesh
from cityloop.world.people_posing import Handle
from cityloop.world.scene import Material
from cityloop.world.semantics import SemanticClass

ROOT_BONE = "Root"
HANDLE = (0.43, 0.0, 1.03)  # middle of the bar that the hands hold, body frame, m
GRIP = Handle(grip=(0.43, 0.17, 1.03), along=(0.0, -1.0, 0.0), reach=(1.0, 0.0, -0.25))

_FABRIC, _FRAME, _TYRE, _BLANKET = "pram/fabric", "pram/frame", "pram/tyre", "pram/blanket"
_ROMPERS = "pram/rompers"
_TILT = np.radians(16.0)  # of the infant's back
_FEET = np.array([0.53, 0.0, 0.70])  # where they lie, body frame, m
_CLASS = SemanticClass.MOVABLE_OBJECT
PRAM_MATERIALS: tuple[Material, ...] = (
    Material(_FABRIC, (1.0, 1.0, 1.0), roughness=0.9, tint_slot=6, two_sided=True, semantic=_CLASS),
    Material(_FRAME, (0.10, 0.10, 0.11), roughness=0.4, metallic=0.6, semantic=_CLASS),
    Material(_TYRE, (0.02, 0.02, 0.02), roughness=0.9, semantic=_CLASS),
    Material(_ROMPERS, (0.70, 0.66, 0.50), roughness=0.95, two_sided=True),
    Material(_BLANKET, (0.62, 0.58, 0.52), roughness=0.95, semantic=_CLASS),
)


def _cot(builder: MeshBuilder, level: int) -> None:
    """Add the carrycot: a tapering tub with a blanket in it."""
    count = (16, 10, 8)[level]
    angle = 2 * np.pi * np.arange(count) / count
    rings = []
    for z, half_x, half_y in ((0.55, 0.30, 0.15), (0.60, 0.34, 0.185), (0.80, 0.365, 0.205)):
        x = 0.88 + half_x * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.6
        y = half_y * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.6
        rings.append(np.column_stack([x, y, np.full(count, z)]))
    builder.loft(np.array(rings), _FABRIC, start_cap=_FABRIC, smooth_deg=60)
    inner = [0.88, 0.0] + 0.95 * (rings[2][:, :2] - [0.88, 0.0])
    builder.polygon(inner, 0.77, _BLANKET)


def _hood(builder: MeshBuilder, level: int) -> None:
    """Add the hood over the far half, open towards who pushes."""
    steps = (9, 6, 4)[level]
    around = np.linspace(0.0, np.radians(112.0), steps)
    x, z = 0.93 + 0.315 * np.cos(around), 0.79 + 0.30 * np.sin(around)
    left = np.column_stack([x, np.full(steps, 0.205), z])
    right = left * [1.0, -1.0, 1.0]
    builder.loft(np.stack([right, left], axis=1), _FABRIC, closed=False, smooth_deg=50)
    hinge = np.array([0.93, 0.205, 0.79])
    fan = np.array([(0, i + 1, i + 2) for i in range(steps - 1)])
    side = MeshBuilder()
    side.triangles(np.vstack([hinge, left]), fan[:, ::-1], _FABRIC)
    builder.add(side)
    builder.add(side, MIRROR_Y)


def _carriage(builder: MeshBuilder, level: int) -> None:
    """Add frame, handle and wheels."""
    sides = (6, 4, 3)[level]
    half = MeshBuilder()
    x, _, z = HANDLE
    half.cylinder((x, 0.215, z), (1.10, 0.215, 0.14), 0.012, _FRAME, segments=sides)
    half.cylinder((0.64, 0.225, 0.15), (0.86, 0.215, 0.55), 0.012, _FRAME, segments=sides)
    for wheel_x, radius in ((0.64, 0.15), (1.12, 0.115)):
        if level < 2:
            half.cylinder(
                (wheel_x, 0.0, radius), (wheel_x, 0.24, radius), 0.009, _FRAME, segments=4
            )
        wheel = MeshBuilder()
        rim = 0.72 * radius
        profile = [(rim, -0.018), (radius, -0.018), (radius, 0.018), (rim, 0.018), (0.02, 0.022)]
        wheel.lathe([(0.02, -0.022), *profile], [_FRAME, _TYRE, _TYRE, _TYRE, _FRAME],
                    segments=(16, 10, 7)[level], smooth_deg=50)  # fmt: skip
        place = np.array(
            [[1.0, 0, 0, wheel_x], [0, 0, 1.0, 0.262], [0, -1.0, 0, radius], [0, 0, 0, 1]]
        )
        half.add(wheel, place)
    builder.add(half)
    builder.add(half, MIRROR_Y)
    builder.cylinder((x, -0.215, z), (x, 0.215, z), 0.015, _TYRE, segments=sides)
    if level < 2:
        builder.box((0.88, 0.0, 0.30), (0.36, 0.36, 0.14), _FABRIC)  # basket


def _infant(builder: MeshBuilder, level: int) -> None:
    """Lay the infant into the cot, on its back, its head under the hood."""
    mesh = read_mesh("infant", min(level + 1, 2))
    names = [name.removeprefix(MATERIAL_PREFIX) for name in mesh.material_names]
    # Legs and feet are under the blanket.
    shown = [i for i, name in enumerate(names) if name not in ("bottom", "shoes", "sole")]
    of_triangle = mesh.materials[mesh.indices[:, 0]]
    triangles = mesh.indices[np.isin(of_triangle, shown)].astype(np.int64)
    up, ahead = (
        np.array([-np.sin(_TILT), 0, np.cos(_TILT)]),
        np.array([np.cos(_TILT), 0, np.sin(_TILT)]),
    )
    turn = np.column_stack([up, [0.0, -1.0, 0.0], ahead])
    clothes = {"top": _ROMPERS}
    builder.triangles(
        mesh.positions.astype(np.float64) @ turn.T + _FEET,
        triangles,
        [
            clothes.get(names[m], MATERIAL_PREFIX + names[m])
            for m in mesh.materials[triangles[:, 0]]
        ],
        uvs=mesh.uvs,
        normals=mesh.normals.astype(np.float64) @ turn.T,
    )


@cache
def pram(level: int) -> MeshBuilder:
    """Return a pram before a person at level of detail `level` (0 finest), body frame."""
    builder = MeshBuilder()
    _cot(builder, level)
    _hood(builder, level)
    _carriage(builder, level)
    if level < 2:
        _infant(builder, level)
    return builder
