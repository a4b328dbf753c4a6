"""People behind windows: the upper body of a person, seated once when the scene is built.

Frame: x forward, y left, z up, origin midway between the hip joints. A driver's surfaces are of the
vehicle's class, as in Cityscapes; the colours of skin, hair and clothes are the vehicle's tints 2
to 5, as with riders.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from cityloop.world.meshing import MeshBuilder
from cityloop.world.people import person_mesh, skeleton, skin
from cityloop.world.people_posing import Handle, SeatedPose, seated_bones
from cityloop.world.scene import Material, Rgb
from cityloop.world.streams import stream
from cityloop.world.vehicles_kinds import VehicleLamp
from cityloop.world.vehicles_riders import RIDER, RIDER_MATERIALS

Seat = tuple[float, float]  # x and y of the hips, m

DRIVER = "driver/"
DRIVERS = ("man", "woman")
_HIDDEN_M = -0.06  # below the hips the doors and the dashboard hide a driver

DRIVER_MATERIALS: tuple[Material, ...] = tuple(
    replace(material, name=DRIVER + material.name.removeprefix(RIDER), semantic=None)
    for material in RIDER_MATERIALS
    if material.tint_slot != 7
)

PASSENGERS = tuple((person, outfit) for outfit in range(4) for person in DRIVERS)
_PASSENGER = "passenger/"
_LAPS_M = -0.10  # below the hips the seat and the sides of a bus hide a passenger
_LIT_WITHIN = 0.3  # share of what falls on them that the lamps of a bus make of passengers
# Skin, hair, top and bottom of each outfit, linear albedo.
_OUTFITS: tuple[tuple[Rgb, Rgb, Rgb, Rgb], ...] = (
    ((0.60, 0.36, 0.25), (0.06, 0.04, 0.025), (0.10, 0.16, 0.34), (0.04, 0.04, 0.05)),
    ((0.23, 0.11, 0.065), (0.010, 0.009, 0.008), (0.55, 0.50, 0.42), (0.05, 0.07, 0.13)),
    ((0.52, 0.31, 0.20), (0.22, 0.14, 0.06), (0.42, 0.06, 0.06), (0.09, 0.08, 0.07)),
    ((0.42, 0.24, 0.15), (0.30, 0.29, 0.28), (0.05, 0.05, 0.055), (0.10, 0.11, 0.13)),
)


def _outfit(number: int) -> tuple[Material, ...]:
    """Return the materials of an outfit; the lamps inside a bus shine with its head lamps."""
    skin, hair, top, bottom = _OUTFITS[number]
    colors = {"skin": skin, "hair": hair, "top": top, "bottom": bottom, "shoes": bottom}
    made = []
    for material in DRIVER_MATERIALS:
        name = material.name.removeprefix(DRIVER)
        color = colors.get(name, material.base_color if material.tint_slot == 0 else skin)
        r, g, b = (_LIT_WITHIN * c for c in color)
        made.append(
            replace(
                material,
                name=f"{_PASSENGER}{number}/{name}",
                base_color=color,
                tint_slot=0,
                emissive=(r, g, b),
                lamp=int(VehicleLamp.HEAD).bit_length(),
            )
        )
    return tuple(made)


PASSENGER_MATERIALS: tuple[Material, ...] = tuple(
    material for number in range(len(_OUTFITS)) for material in _outfit(number)
)

# Upright, hands in the lap.
_RIDING = SeatedPose(
    hips=(0.0, 0.0, 0.0),
    pelvis_lean=-0.14,
    chest_lean=0.0,
    head_lean=0.05,
    ankles=((0.42, 0.12, -0.42), (0.42, -0.12, -0.42)),
    foot_pitch=(0.0, 0.0),
    knees_out=0.08,
    handle=Handle(grip=(0.26, 0.10, 0.12), along=(-0.4, -0.9, 0.0), reach=(0.9, -0.3, -0.2)),
    elbows=(-0.6, 0.6, -0.7),
)


def taken_seats(seats: Sequence[Seat], number: int) -> list[tuple[Seat, tuple[str, int]]]:
    """Return which seats of a bus's individual `number` are taken, and by which of PASSENGERS."""
    rng = stream(number, "bus/passengers")
    taken = rng.choice(len(seats), size=min(len(seats), int(rng.integers(5, 10))), replace=False)
    who = rng.integers(len(PASSENGERS), size=len(taken))
    return [
        (seats[seat], PASSENGERS[w])
        for seat, w in zip(sorted(taken.tolist()), who.tolist(), strict=True)
    ]


@cache
def passenger(person: str, outfit: int) -> MeshBuilder:
    """Return a passenger about their hips, as coarse as they are seen through a bus's windows."""
    return _seated(person, 2, _RIDING, _LAPS_M, f"{_PASSENGER}{outfit}/")


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
    return _seated(person, level, _pose(wheel_ahead, upright=upright), _HIDDEN_M, DRIVER)


def _seated(person: str, level: int, pose: SeatedPose, from_m: float, prefix: str) -> MeshBuilder:
    """Return what of a seated person is higher than `from_m` above the hips."""
    bones = seated_bones(skeleton(person), pose)
    mesh = person_mesh(person, level)
    assert mesh.joints is not None
    assert mesh.weights is not None
    positions = skin(mesh, bones)
    strongest = mesh.joints[np.arange(len(mesh.joints)), mesh.weights.argmax(axis=1)]
    normals = np.einsum("vij,vj->vi", bones[strongest, :, :3], mesh.normals.astype(np.float64))
    triangles = mesh.indices.astype(np.int64)
    triangles = triangles[positions[triangles, 2].max(axis=1) > from_m]
    names = [prefix + name.rsplit("/", 1)[1] for name in mesh.material_names]
    builder = MeshBuilder()
    builder.triangles(
        positions, triangles, [names[mesh.materials[i]] for i in triangles[:, 0]], normals=normals
    )
    return builder
