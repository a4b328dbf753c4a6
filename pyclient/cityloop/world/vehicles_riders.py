"""Meshes of riders of two-wheelers: people on their machines, with a helmet.

How they move is `cityloop.world.riding`. A rider's surfaces are of class rider whatever the class
of the machine; the colours of skin, hair, clothes, shoes and helmet are the tints that follow the
machine's paint.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cityloop.world.meshing import MeshBuilder
from cityloop.world.people import person_mesh, skeleton, skin
from cityloop.world.riding import Rider, rider_at_rest, rider_figure
from cityloop.world.scene import Material, Mesh
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]

HELMET = "rider/helmet"
VISOR = "rider/visor"
VENT = "rider/vent"
GLOVE = "rider/glove"
_PERSON = "person/"
RIDER = "rider/"


def _material(name: str, slot: int, roughness: float, *, two_sided: bool = False) -> Material:
    return Material(
        RIDER + name,
        (1.0, 1.0, 1.0),
        roughness=roughness,
        tint_slot=slot,
        semantic=SemanticClass.RIDER,
        two_sided=two_sided,
    )


def _plain(name: str, color: tuple[float, float, float], roughness: float) -> Material:
    return Material(name, color, roughness=roughness, semantic=SemanticClass.RIDER)


# Tint slot 1 is the machine's paint, 2 to 6 are the person's colours, 7 is the helmet.
RIDER_MATERIALS: tuple[Material, ...] = (
    _material("skin", 2, 0.55),
    _material("hair", 3, 0.6, two_sided=True),
    _material("top", 4, 0.9, two_sided=True),
    _material("bottom", 5, 0.95, two_sided=True),
    _material("shoes", 6, 0.6),
    replace(_material("lips", 2, 0.5), base_color=(0.72, 0.42, 0.4)),
    _plain(RIDER + "sole", (0.55, 0.54, 0.52), 0.85),
    _plain(RIDER + "eye", (0.62, 0.6, 0.58), 0.25),
    _plain(RIDER + "iris", (0.03, 0.02, 0.015), 0.2),
    _material("helmet", 7, 0.3),
    _plain(VISOR, (0.012, 0.014, 0.017), 0.06),
    _plain(VENT, (0.015, 0.015, 0.016), 0.8),
    _plain(GLOVE, (0.02, 0.02, 0.02), 0.8),
)


@dataclass(frozen=True)
class _Skinned:
    """Vertices of a mesh with bones: (V, 3) m and unit, V material names, (V, 4) twice, (T, 3)."""

    positions: NDArray[np.floating]
    normals: NDArray[np.floating]
    materials: Sequence[str]
    joints: NDArray[np.integer]
    weights: NDArray[np.floating]
    triangles: NDArray[np.integer]


def rider_mesh(rider: Rider, level: int, name: str, *rigid: tuple[str, MeshBuilder]) -> Mesh:
    """Return a rider on the machine at rest, at a level of detail (0 finest), skinned.

    Args:
        rider: who rides.
        level: 0 to 2.
        name: of the mesh.
        rigid: what else moves with a bone of the rider's figure: the bone, and what it carries,
            the machine's body frame.
    """
    bones = rider_figure(rider).names
    head = _carried("head", _helmet(rider, level), bones)
    at_rest = rider_at_rest(rider)[bones.index("head")]
    head = replace(
        head,
        positions=head.positions @ at_rest[:, :3].T + at_rest[:, 3],
        normals=head.normals @ at_rest[:, :3].T,
    )
    pieces = [_person(rider, level), head]
    pieces += [_carried(bone, builder, bones) for bone, builder in rigid]
    names = tuple(dict.fromkeys(m for piece in pieces for m in piece.materials))
    first = np.cumsum([0, *(len(piece.positions) for piece in pieces)])
    number = {material: i for i, material in enumerate(names)}
    positions = np.concatenate([piece.positions for piece in pieces]).astype(np.float32)
    return Mesh(
        name=name,
        positions=positions,
        normals=np.concatenate([piece.normals for piece in pieces]).astype(np.float32),
        uvs=np.zeros((len(positions), 2), dtype=np.float32),
        material_names=names,
        materials=np.array([number[m] for p in pieces for m in p.materials], dtype=np.uint16),
        indices=np.concatenate(
            [p.triangles + start for p, start in zip(pieces, first, strict=False)]
        ).astype(np.uint32),
        joints=np.concatenate([piece.joints for piece in pieces]).astype(np.uint8),
        weights=np.concatenate([piece.weights for piece in pieces]).astype(np.float32),
    )


def _person(rider: Rider, level: int) -> _Skinned:
    mesh = person_mesh(rider.person, level)
    assert mesh.joints is not None
    assert mesh.weights is not None
    seated = rider_at_rest(rider)
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    normals = np.einsum("vij,vj->vi", seated[strongest, :, :3], mesh.normals.astype(np.float64))
    names, materials = _dressed(rider, mesh)
    triangles = mesh.indices.astype(np.int64)
    if rider.motorcycle_gear:  # the helmet hides the head
        hidden = strongest == skeleton(rider.person).index("head")
        triangles = triangles[~hidden[triangles].all(axis=1)]
    used, compact = np.unique(triangles, return_inverse=True)
    return _Skinned(
        positions=skin(mesh, seated)[used],
        normals=normals[used],
        materials=[names[m] for m in materials[used]],
        joints=mesh.joints[used],
        weights=mesh.weights[used],
        triangles=compact.reshape(-1, 3),
    )


def _carried(bone: str, builder: MeshBuilder, bones: tuple[str, ...]) -> _Skinned:
    mesh = builder.build(bone)
    count = len(mesh.positions)
    return _Skinned(
        positions=mesh.positions,
        normals=mesh.normals,
        materials=[mesh.material_names[m] for m in mesh.materials],
        joints=np.full((count, 4), bones.index(bone)),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)),
        triangles=mesh.indices.astype(np.int64),
    )


def _dressed(who: Rider, mesh: Mesh) -> tuple[list[str], NDArray[np.int64]]:
    """Return the names of the rider's materials and the (V,) number of each vertex's."""
    names = [RIDER + name.removeprefix(_PERSON) for name in mesh.material_names]
    materials = mesh.materials.astype(np.int64)
    if not who.motorcycle_gear:
        return names, materials
    assert mesh.joints is not None
    assert mesh.weights is not None
    bones = skeleton(who.person).names
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    bare = materials == names.index(RIDER + "skin")
    sleeve = np.array([name.startswith(("upperarm", "lowerarm", "clavicle")) for name in bones])
    hand = np.array(
        [name.startswith(("hand", "thumb", "index", "middle", "ring", "pinky")) for name in bones]
    )
    materials = np.where(bare & sleeve[strongest], names.index(RIDER + "top"), materials)
    return [*names, GLOVE], np.where(bare & hand[strongest], len(names), materials)


def _helmet(who: Rider, level: int) -> MeshBuilder:
    """Return the helmet about the head at rest, body frame of the standing person."""
    mesh = person_mesh(who.person, 0)
    assert mesh.joints is not None
    assert mesh.weights is not None
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    bare = mesh.materials == mesh.material_names.index(_PERSON + "skin")
    head = mesh.positions[(strongest == skeleton(who.person).index("head")) & bare]
    crown, chin = float(head[:, 2].max()), float(head[:, 2].min())
    upper = head[head[:, 2] > crown - 0.12]
    back, front = float(upper[:, 0].min()), float(upper[:, 0].max())
    half_width = float(np.abs(upper[:, 1]).max())
    full = who.motorcycle_gear
    room = 0.045 if full else 0.032
    columns, rows = ((24, 10), (12, 6), (8, 4))[level]
    middle = np.array([(front + back) / 2 + (0.012 if full else 0.0), 0.0, crown - 0.115])
    axes = np.array([(front - back) / 2 + room, half_width + room * 0.75, 0.115 + room * 0.8])
    lowest = -0.5 * np.pi if full else -0.06
    elevation = np.linspace(lowest, 0.5 * np.pi, rows + 1)[:, None]
    azimuth = (2 * np.pi * np.arange(columns) / columns)[None, :]
    points = np.stack(
        [
            middle[0] + axes[0] * np.cos(elevation) * np.cos(azimuth),
            middle[1] + axes[1] * np.cos(elevation) * np.sin(azimuth),
            middle[2] + axes[2] * np.sin(elevation) + 0.0 * azimuth,
        ],
        axis=-1,
    )
    ahead = np.abs((azimuth + np.pi / columns + np.pi) % (2 * np.pi) - np.pi)[0]
    cells = np.full((rows, columns), HELMET, dtype=object)
    mid = (elevation[:-1, 0] + elevation[1:, 0]) / 2
    if full:
        # Down to the chin, which stands out, and a visor before the eyes.
        low = np.clip(-np.sin(elevation), 0.0, 1.0)
        reach = crown - 0.115 - chin + 0.015
        points[..., 2] = np.where(
            elevation < 0, middle[2] - reach * np.sin(-elevation), points[..., 2]
        )
        widen = 1.0 / np.maximum(np.cos(elevation), 0.72) * np.cos(elevation)
        shape = np.where(elevation < 0, np.maximum(widen, np.cos(elevation)), np.cos(elevation))
        points[..., 0] = middle[0] + axes[0] * shape * np.cos(azimuth) + 0.012 * low
        points[..., 1] = middle[1] + axes[1] * shape * np.sin(azimuth)
        visor = (np.abs(mid + 0.02) < 0.42)[:, None] & (ahead < 1.25)[None, :]
        cells[visor] = VISOR
    else:
        # Higher at the forehead than at the nape, and vents that run to the rear.
        points[..., 2] += 0.020 * np.cos(azimuth) * np.cos(elevation)
        y = np.sin(azimuth + np.pi / columns)[0]
        vents = ((mid > 0.35) & (mid < 1.2))[:, None] & (
            (np.abs(np.abs(y) - 0.30) < 0.13) | (np.abs(np.abs(y) - 0.80) < 0.12)
        )[None, :]
        if level == 0:
            cells[vents] = VENT
    builder = MeshBuilder()
    builder.loft(points, cells.astype(np.str_), smooth_deg=75.0, start_cap=None if full else VENT)
    return builder
