"""Drivers behind windows: the upper body of a person, seated once when the scene is built.

Frame: x forward, y left, z up, origin midway between the hip joints. A driver's surfaces are of the
vehicle's class, as in Cityscapes; the colours of skin, hair and clothes are the vehicle's tints 2
to 5, as with riders.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from cityloop.world.meshing import MeshBuilder
from cityloop.world.people import person_mesh, skeleton, skin
from cityloop.world.people_posing import Handle, SeatedPose, seated_bones
from cityloop.world.scene import Material
from cityloop.world.vehicles_riders import RIDER, RIDER_MATERIALS

DRIVER = "driver/"
DRIVERS = ("man", "woman")
_HIDDEN_M = -0.06  # below the hips the doors and the dashboard hide a driver

DRIVER_MATERIALS: tuple[Material, ...] = tuple(
    replace(material, name=DRIVER + material.name.removeprefix(RIDER), semantic=None)
    for material in RIDER_MATERIALS
    if material.tint_slot != 7
)


def _pose(wheel_ahead: tuple[float, float], *, upright: bool) -> SeatedPose:
    """Return the pose with the middle of the steering wheel so far ahead and up, m."""
    ahead, up = wheel_ahead
    lean = -0.12 if upright else -0.34
    return SeatedPose(
        hips=(0.0, 0.0, 0.0),
        pelvis_lean=lean - 0.05,
        chest_lean=lean + 0.10,
        head_lean=0.0,
        ankles=((0.62, 0.13, -0.30), (0.62, -0.13, -0.30)),
        foot_pitch=(0.3, 0.3),
        knees_out=0.12,
        handle=Handle(
            grip=(ahead - 0.02, 0.175, up + 0.03), along=(0.1, -0.3, -0.95), reach=(0.9, 0.05, 0.1)
        ),
        elbows=(-0.2, 0.75, -0.9),
    )


@cache
def driver(person: str, wheel_ahead: tuple[float, float], upright: bool, level: int) -> MeshBuilder:
    """Return a driver about their hips at a level of detail (0 finest)."""
    bones = seated_bones(skeleton(person), _pose(wheel_ahead, upright=upright))
    mesh = person_mesh(person, level)
    assert mesh.joints is not None
    assert mesh.weights is not None
    positions = skin(mesh, bones)
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    normals = np.einsum("vij,vj->vi", bones[strongest, :, :3], mesh.normals.astype(np.float64))
    triangles = mesh.indices.astype(np.int64)
    triangles = triangles[positions[triangles, 2].max(axis=1) > _HIDDEN_M]
    names = [DRIVER + name.rsplit("/", 1)[1] for name in mesh.material_names]
    builder = MeshBuilder()
    builder.triangles(
        positions, triangles, [names[mesh.materials[i]] for i in triangles[:, 0]], normals=normals
    )
    return builder
