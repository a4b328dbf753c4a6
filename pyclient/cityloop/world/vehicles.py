"""Vehicles as an engine loads them: meshes, materials, wheels, collision shapes and dynamics.

Body frame: x forward, y left, z up, origin on the ground under the rear axle. Everything is built
from measures by code, the same in every process.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world.meshing import MeshBuilder
from cityloop.world.people_extent import box_around, outermost
from cityloop.world.people_posing import Point
from cityloop.world.riding import Rider, rider_figure
from cityloop.world.scene import (
    BoxCollider,
    LevelOfDetail,
    Mesh,
    Part,
    Piece,
    Prototype,
    Scene,
    VehicleDynamics,
    Wheel,
)
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream
from cityloop.world.vehicles_bicycle import (
    BICYCLE_STEM_X_M,
    CYCLIST,
    bicycle,
    bicycle_bar,
    bicycle_cranks,
    bicycle_fork,
    bicycle_wheel,
)
from cityloop.world.vehicles_bodies import body, cabin_box, gaps, mirrors
from cityloop.world.vehicles_colors import pick_paint
from cityloop.world.vehicles_drivers import (
    DRIVER_MATERIALS,
    DRIVERS,
    PASSENGER_MATERIALS,
    driver,
    passenger,
    taken_seats,
)
from cityloop.world.vehicles_interior import SALON_HIPS_M
from cityloop.world.vehicles_kinds import (
    VEHICLE_KINDS,
    VehicleKind,
    VehicleLamp,
    find_kind,
)
from cityloop.world.vehicles_lights import vehicle_lights
from cityloop.world.vehicles_materials import VEHICLE_MATERIALS
from cityloop.world.vehicles_motorcycle import (
    MOTORCYCLE_HEAD_X_M,
    MOTORCYCLIST,
    motorcycle,
    motorcycle_bar,
    motorcycle_fork,
    motorcycle_mirrors,
    motorcycle_wheel,
)
from cityloop.world.vehicles_plates import plate_letters, plate_number, plates
from cityloop.world.vehicles_riders import RIDER_MATERIALS, rider_mesh
from cityloop.world.vehicles_shapes import CABINS
from cityloop.world.vehicles_signs import destination_sign, firm_sign
from cityloop.world.vehicles_wheels import wheel

__all__ = [
    "LOD_DISTANCES_M",
    "VEHICLE_KINDS",
    "VehicleKind",
    "VehicleLamp",
    "find_kind",
    "individual",
    "individual_named",
    "pick_paint",
    "rider_box",
    "rider_of",
    "vehicle_scene",
]

# How far each level of detail is drawn; a rider is as fine as people on foot are.
LOD_DISTANCES_M = (13.0, 45.0, 1500.0)
RIDDEN_LOD_DISTANCES_M = (10.0, 32.0, 1500.0)
# Farther off the lines of doors, seen aslant, are thinner than a pixel and would come out dotted.
GAPS_DRAWN_TO_M = 5.0
_CAR_FRONT_M = 3.7  # from the origin to a car's front
DRIVER_FINE_TO_M = 6.0
LETTERS_DRAWN_TO_M = 15.0  # a pixel of most cameras is as wide as their strokes there
SIGN_DRAWN_TO_M = 35.0
INDIVIDUALS = 16  # of each kind, driven and parked, told apart by driver and number plate
MAX_STEERING_ANGLE_RAD = math.radians(35.0)

LevelsOfDetail = tuple[LevelOfDetail, ...]

_WHEEL_NAMES = ("front_left", "front_right", "rear_left", "rear_right")


def _distances(kind: VehicleKind, distances: tuple[float, ...]) -> tuple[float, ...]:
    """Return distances for a kind, m: they count from its origin, far from which long ones end."""
    beyond = max(0.0, kind.wheelbase_m + kind.front_overhang_m - _CAR_FRONT_M)
    return tuple(distance + beyond for distance in distances)


def _levels(meshes: list[Mesh], distances: tuple[float, ...]) -> LevelsOfDetail:
    """Return levels of detail of as many meshes as there are, the finest first."""
    return tuple(map(LevelOfDetail, (mesh.name for mesh in meshes), distances))


def _dynamics(kind: VehicleKind) -> VehicleDynamics:
    wheels = tuple(
        Wheel(
            center=center,
            radius_m=kind.wheel_radius_m,
            width_m=kind.wheel_width_m,
            steered=center[0] > 0.0,
            driven=(center[0] > 0.0) == kind.front_driven,
        )
        for center in kind.wheel_centers
    )
    return VehicleDynamics(
        mass_kg=kind.mass_kg,
        center_of_mass=kind.center_of_mass,
        wheels=wheels,
        max_drive_force_n=kind.mass_kg * kind.max_accel_mps2,
        max_brake_force_n=kind.mass_kg * kind.max_decel_mps2,
        max_steering_angle_rad=MAX_STEERING_ANGLE_RAD,
        max_speed_mps=kind.max_speed_mps,
        drag_area_m2=kind.drag_area_m2,
        balanced=kind.two_wheeled,
    )


def _colliders(kind: VehicleKind) -> tuple[BoxCollider, ...]:
    """Return a box for the hull, clear of the ground, and one for the cabin above it."""
    (rear, front), half_width, (belt, top) = cabin_box(kind)
    hull = BoxCollider(
        center=(kind.box_center[0], 0.0, (kind.clearance_m + belt) / 2),
        half_extents=(kind.length_m / 2, kind.width_m / 2, (belt - kind.clearance_m) / 2),
    )
    cabin = BoxCollider(
        center=((rear + front) / 2, 0.0, (belt + top) / 2),
        half_extents=((front - rear) / 2, half_width, (top - belt) / 2),
    )
    return (hull, cabin)


def _two_wheeler_colliders(kind: VehicleKind) -> tuple[BoxCollider, ...]:
    """Return a box for the machine, clear of the ground, and one for the rider above it."""
    low, high = kind.clearance_m, 0.95
    machine = BoxCollider(
        center=(kind.box_center[0], 0.0, (low + high) / 2),
        half_extents=(kind.length_m / 2, 0.2, (high - low) / 2),
    )
    top = kind.height_m - 0.02
    rider = BoxCollider(
        center=(0.45 * kind.wheelbase_m, 0.0, (high + top) / 2),
        half_extents=(0.32, kind.width_m / 2 - 0.06, (top - high) / 2),
    )
    return (machine, rider)


@dataclass(frozen=True)
class _Machine:
    """How a two-wheeler's parts are made, each at a level of detail.

    Attributes:
        frame: all that neither turns nor rides.
        fork, bar: what turns with the front wheel about its hub, and about the steering head.
        head_x_m: where the steering head is, m.
        wheel: one of its wheels.
        rider: who rides it.
        mirrors: on the bar, None for none.
        cranks: what moves with bones of the rider's figure, None for nothing.
    """

    frame: Callable[[VehicleKind, int], MeshBuilder]
    fork: Callable[[VehicleKind, int], MeshBuilder]
    bar: Callable[[VehicleKind, int], MeshBuilder]
    head_x_m: float
    wheel: Callable[[VehicleKind, int], MeshBuilder]
    rider: Rider
    mirrors: Callable[[int], MeshBuilder] | None = None
    cranks: Callable[[int], tuple[tuple[str, MeshBuilder], ...]] | None = None


_MACHINES = {
    "bicycle": _Machine(
        bicycle,
        bicycle_fork,
        bicycle_bar,
        BICYCLE_STEM_X_M,
        bicycle_wheel,
        CYCLIST,
        cranks=bicycle_cranks,
    ),
    "motorcycle": _Machine(
        motorcycle,
        motorcycle_fork,
        motorcycle_bar,
        MOTORCYCLE_HEAD_X_M,
        motorcycle_wheel,
        MOTORCYCLIST,
        motorcycle_mirrors,
    ),
}


def _pieces(
    kind: VehicleKind, meshes: Sequence[Mesh], parts: Sequence[Part]
) -> tuple[Piece, Piece]:
    """Return the rider and the machine of a two-wheeler, boxes around their vertices at rest."""
    riders = {m.name for m in RIDER_MATERIALS}
    by_name = {mesh.name: mesh for mesh in meshes}
    rider, machine = [], []
    for part in parts:
        if part.name not in ("body", "rider", "fork", "bar"):
            continue
        mesh = by_name[part.lods[0].mesh]
        triangle = mesh.indices.astype(np.int64)
        rides = np.array([name in riders for name in mesh.material_names])
        rides = rides[mesh.materials[triangle[:, 0]]]
        points = part.body_from_part.apply(mesh.positions)
        rider.append(points[triangle[rides].ravel()])
        machine.append(points[triangle[~rides].ravel()])
    # The wheels make the machine as long as its kind, and let it reach the ground.
    (length, _, _), (center, _, _) = kind.dimension, kind.box_center
    machine.append(np.array([[center - length / 2, 0, 0], [center + length / 2, 0, 0]]))

    def box(points: list[NDArray[np.floating]]) -> tuple[Point, Point]:
        everything = np.concatenate(points)
        low, high = everything.min(axis=0).astype(float), everything.max(axis=0).astype(float)
        size, middle = (high - low).tolist(), ((low + high) / 2).tolist()
        return (size[0], size[1], size[2]), (middle[0], middle[1], middle[2])

    return (
        Piece("rider", SemanticClass.RIDER, *box(rider), rider_figure(_MACHINES[kind.name].rider)),
        Piece("machine", kind.semantic, *box(machine)),
    )


def rider_of(kind: str) -> Rider | None:
    """Return who rides vehicles of a kind, None for those that nobody rides."""
    machine = _MACHINES.get(kind)
    return None if machine is None else machine.rider


@cache
def _ridden(kind: str, level: int) -> Mesh:
    """Return the mesh of a kind's rider, with what moves with them."""
    machine = _MACHINES[kind]
    cranks = () if machine.cranks is None else machine.cranks(level)
    return rider_mesh(machine.rider, level, f"{kind}/rider/{level}", *cranks)


@cache
def _rider_ends(kind: str) -> Mesh:
    return outermost(_ridden(kind, 0), {material.name for material in RIDER_MATERIALS})


def rider_box(
    kind: str, bones: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return dimension (3,) and centre (3,) of the box around a kind's rider, body frame, m.

    It holds the finest mesh to about a centimetre; `bones` (B, 3, 4) are skinning matrices.
    """
    return box_around(_rider_ends(kind), bones)


def _two_wheeler(kind: VehicleKind) -> tuple[Prototype, list[Mesh]]:
    machine, meshes, parts = _MACHINES[kind.name], list[Mesh](), list[Part]()
    hub = Pose.from_xyz_yaw(*kind.wheel_centers[0])
    head = Pose.from_xyz_yaw(machine.head_x_m, 0.0, 0.0)

    def levels(name: str, make: Callable[[int], MeshBuilder], count: int = 3) -> LevelsOfDetail:
        return kept([make(i).build(f"{kind.name}/{name}/{i}") for i in range(count)])

    def kept(made: list[Mesh]) -> LevelsOfDetail:
        meshes.extend(made)
        return _levels(made, RIDDEN_LOD_DISTANCES_M)

    parts.append(Part("body", levels("body", partial(machine.frame, kind))))
    details = range(len(RIDDEN_LOD_DISTANCES_M))
    parts.append(Part("rider", kept([_ridden(kind.name, i) for i in details])))
    fork = levels("fork", partial(machine.fork, kind))
    parts.append(Part("fork", fork, hub, wheel=0, steers_only=True))
    bar = levels("bar", partial(machine.bar, kind))
    parts.append(Part("bar", bar, head, wheel=0, steers_only=True))
    if machine.mirrors is not None:
        outside = levels("mirrors", machine.mirrors, count=2)
        parts.append(Part("mirrors", outside, head, wheel=0, steers_only=True))
    wheels = levels("wheel", partial(machine.wheel, kind))
    for i, (name, center) in enumerate(zip(("front", "rear"), kind.wheel_centers, strict=True)):
        parts.append(Part(f"wheel_{name}", wheels, Pose.from_xyz_yaw(*center), wheel=i))
    prototype = Prototype(
        name=kind.name,
        parts=tuple(parts),
        colliders=_two_wheeler_colliders(kind),
        dynamics=_dynamics(kind),
        joint_names=rider_figure(machine.rider).names,
        dimension=kind.dimension,
        box_center=kind.box_center,
        lights=vehicle_lights(kind),
        pieces=_pieces(kind, meshes, parts),
    )
    return prototype, meshes


def _shelled(kind: VehicleKind) -> tuple[Prototype, list[Mesh]]:
    details = range(len(LOD_DISTANCES_M))
    distances = _distances(kind, LOD_DISTANCES_M)
    bodies = [body(kind, i).build(f"{kind.name}/body/{i}") for i in details]
    sides = {
        "left": [wheel(kind, i).build(f"{kind.name}/wheel_left/{i}") for i in details],
        "right": [wheel(kind, i, -1).build(f"{kind.name}/wheel_right/{i}") for i in details],
    }
    outside = [mirrors(kind, i).build(f"{kind.name}/mirrors/{i}") for i in details[:2]]
    parts = [
        Part("body", _levels(bodies, distances)),
        # A part of their own: they do not count to the dimension.
        Part("mirrors", _levels(outside, distances)),
    ]
    lines = gaps(kind).build(f"{kind.name}/gaps")
    if len(lines.indices):
        outside.append(lines)
        parts.append(Part("gaps", (LevelOfDetail(lines.name, GAPS_DRAWN_TO_M),)))
    for i, (name, center) in enumerate(zip(_WHEEL_NAMES, kind.wheel_centers, strict=True)):
        side = sides[name.rsplit("_", 1)[1]]
        parts.append(
            Part(f"wheel_{name}", _levels(side, distances), Pose.from_xyz_yaw(*center), wheel=i)
        )
    prototype = Prototype(
        name=kind.name,
        parts=tuple(parts),
        colliders=_colliders(kind),
        dynamics=_dynamics(kind),
        dimension=kind.dimension,
        box_center=kind.box_center,
        lights=vehicle_lights(kind),
    )
    return prototype, [*bodies, *outside, *sides["left"], *sides["right"]]


def _driver(kind: VehicleKind, number: int) -> tuple[Part, list[Mesh]]:
    """Return the driver of a kind's individual `number`; kinds with like cabins share meshes."""
    cabin = CABINS[kind.name]
    person = DRIVERS[number % len(DRIVERS)]
    posture = "upright" if cabin.upright else "reclined"
    meshes = [
        driver(person, cabin.wheel_ahead, cabin.upright, level).build(
            f"driver/{person}/{posture}/{level}"
        )
        for level in (1, 2)  # of a person: glass and shade hide what is finer
    ]
    hips = Pose.from_xyz_yaw(cabin.hips[0], cabin.aside_m, cabin.hips[1])
    lods = _levels(meshes, _distances(kind, (DRIVER_FINE_TO_M, LOD_DISTANCES_M[1])))
    return Part("driver", lods, hips), meshes


def _passengers(kind: VehicleKind, number: int) -> tuple[tuple[Part, ...], list[Mesh]]:
    """Return the passengers of a kind's individual `number`, none where they have no seats."""
    salon = CABINS[kind.name].salon
    if salon is None:
        return (), []
    limit = _distances(kind, LOD_DISTANCES_M)[1]
    parts, meshes = [], dict[str, Mesh]()
    for i, ((x, y), (person, outfit)) in enumerate(taken_seats(salon.seats, number)):
        name = f"passenger/{person}/{outfit}"
        meshes[name] = passenger(person, outfit).build(name)
        place = Pose.from_xyz_yaw(x, y, SALON_HIPS_M)
        parts.append(Part(f"passenger_{i}", (LevelOfDetail(name, limit),), place))
    return tuple(parts), list(meshes.values())


def _individuals(kind: VehicleKind, plain: Prototype) -> Scene:
    """Return the individuals of a kind, driven and parked: the kind, a driver, and a number."""
    scene = Scene()
    mounts = plates(kind)
    letters_to, sign_to = _distances(kind, (LETTERS_DRAWN_TO_M, SIGN_DRAWN_TO_M))
    for number in range(INDIVIDUALS):
        lettered: tuple[Part, ...] = ()
        if mounts:
            text = plate_number(kind.name, number, INDIVIDUALS)
            mesh = plate_letters(kind, text).build(f"plates/{kind.name}/{number}")
            scene.meshes.append(mesh)
            lettered = (Part("plates", (LevelOfDetail(mesh.name, letters_to),)),)
        words = destination_sign(kind, number) if kind.name == "bus" else firm_sign(kind, number)
        if words is not None:
            sign = words.build(f"sign/{kind.name}/{number}")
            scene.meshes.append(sign)
            lettered += (Part("sign", (LevelOfDetail(sign.name, sign_to),)),)
        driven = lettered
        if not kind.two_wheeled:
            part, meshes = _driver(kind, number)
            riding, theirs = _passengers(kind, number)
            scene.extend(Scene(meshes=[*meshes, *theirs]))
            driven = (*lettered, part, *riding)
        for state, parts in (("driven", driven), ("parked", lettered)):
            name = f"{kind.name}/{state}/{number}"
            scene.prototypes.append(replace(plain, name=name, parts=(*plain.parts, *parts)))
    return scene


def individual(kind: str, rng: np.random.Generator, *, driven: bool) -> str:
    """Return the name of the prototype of one vehicle of a kind: its driver and its number plate.

    Raises:
        ScenarioError: for an unknown kind.
    """
    find_kind(kind)
    return f"{kind}/{'driven' if driven else 'parked'}/{int(rng.integers(INDIVIDUALS))}"


def individual_named(kind: str, name: str, seed: int, *, driven: bool) -> str:
    """Return the `individual` of a kind that the vehicle `name` of a scenario under `seed` is.

    Raises:
        ScenarioError: for an unknown kind.
    """
    return individual(kind, stream(seed, f"{name}/plate"), driven=driven)


def vehicle_scene(kinds: Iterable[str] = tuple(VEHICLE_KINDS)) -> Scene:
    """Return materials, meshes and prototypes for each kind.

    A kind's plain prototype, named as the kind, has empty number plates and nobody at the wheel;
    `individual` names those with a number and a driver.

    Args:
        kinds: keys of `VEHICLE_KINDS`; repeated ones are built once.

    Raises:
        ScenarioError: for an unknown kind.
    """
    scene = Scene()
    for name in dict.fromkeys(kinds):
        scene.extend(_scene_of(find_kind(name)))
    used = {name for mesh in scene.meshes for name in mesh.material_names}
    known = (*VEHICLE_MATERIALS, *RIDER_MATERIALS, *DRIVER_MATERIALS, *PASSENGER_MATERIALS)
    scene.materials.extend(m for m in known if m.name in used)
    return scene


@cache
def _scene_of(kind: VehicleKind) -> Scene:
    plain, meshes = _two_wheeler(kind) if kind.two_wheeled else _shelled(kind)
    scene = Scene(prototypes=[plain], meshes=meshes)
    scene.extend(_individuals(kind, plain))
    return scene
