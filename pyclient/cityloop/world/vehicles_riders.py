"""Riders of two-wheelers: people seated once when the scene is built, with a helmet.

A rider's surfaces are of class rider whatever the class of the machine; the colours of skin, hair,
clothes, shoes and helmet are the tints that follow the machine's paint.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cityloop.world.meshing import MeshBuilder
from cityloop.world.people import figure, person_mesh, skeleton, skin
from cityloop.world.people_posing import SeatedPose, seated_bones
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
class Rider:
    """Who rides, how they sit, and whether in motorcycle gear (jacket, gloves, full helmet)."""

    person: str
    pose: SeatedPose
    motorcycle_gear: bool = False


@cache
def rider_keypoints(who: Rider) -> tuple[tuple[float, float, float], ...]:
    """Return `spatial.KEYPOINTS` of a rider in the vehicle's body frame, m."""
    at_rest = figure(who.person)
    bones = seated_bones(skeleton(who.person), who.pose)[at_rest.keypoint_bones]
    points = np.einsum("kij,kj->ki", bones[..., :3], at_rest.keypoints) + bones[..., 3]
    return tuple((float(x), float(y), float(z)) for x, y, z in points)


@cache
def rider(who: Rider, level: int) -> MeshBuilder:
    """Return a rider in the vehicle's body frame at a level of detail (0 finest)."""
    bones = seated_bones(skeleton(who.person), who.pose)
    mesh = person_mesh(who.person, level)
    assert mesh.joints is not None
    assert mesh.weights is not None
    names, materials = _dressed(who, mesh)
    positions = skin(mesh, bones)
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    normals = np.einsum("vij,vj->vi", bones[strongest, :, :3], mesh.normals.astype(np.float64))
    triangles = mesh.indices.astype(np.int64)
    if who.motorcycle_gear:  # the helmet hides the head
        hidden = strongest == skeleton(who.person).index("head")
        triangles = triangles[~hidden[triangles].all(axis=1)]
    builder = MeshBuilder()
    builder.triangles(
        positions, triangles, [names[m] for m in materials[triangles[:, 0]]], normals=normals
    )
    builder.add(_helmet(who, level), _as_matrix(bones[skeleton(who.person).index("head")]))
    return builder


def _as_matrix(bone: Array) -> Array:
    return np.vstack([bone, [0.0, 0.0, 0.0, 1.0]])


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
