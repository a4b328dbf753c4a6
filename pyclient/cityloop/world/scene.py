"""What an engine is handed: materials, textures, meshes, prototypes and what stands where.

These are the Python side of `protos/cityloop/v1/scene.proto`, whose comments define each quantity.
A scene is built once and never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Figure, Pose
from cityloop.world.semantics import SemanticClass

TEXTURE_SIZE = 512  # texels, width and height of every texture

Rgb = tuple[float, float, float]  # linear, 0 to 1


@dataclass(frozen=True)
class Texture:
    """A square picture: `rgba` is (512, 512, 4) uint8, RGB sRGB-encoded, row 0 first."""

    name: str
    rgba: NDArray[np.uint8]


@dataclass(frozen=True)
class Material:
    """How a surface looks; see `Material` in scene.proto for each field."""

    name: str
    base_color: Rgb
    roughness: float = 0.9
    metallic: float = 0.0
    emissive: Rgb = (0.0, 0.0, 0.0)
    texture: str = ""
    alpha_cutout: bool = False
    tint_slot: int = 0
    lamp: int = 0
    semantic: SemanticClass | None = None
    two_sided: bool = False
    pane: bool = False


@dataclass(frozen=True)
class Mesh:
    """Triangles, counter-clockwise seen from outside.

    Attributes:
        name: unique in the scene.
        positions: (V, 3) float32, metres, part frame.
        normals: (V, 3) float32, unit, part frame.
        uvs: (V, 2) float32, 1 = one repeat of the texture.
        material_names: names of the materials used.
        materials: (V,) uint16 index into `material_names`; a triangle takes its first vertex's.
        indices: (T, 3) uint32.
        joints: (V, 4) uint8 bone indices, or None for a rigid mesh.
        weights: (V, 4) float32 that sum to 1, or None for a rigid mesh.
    """

    name: str
    positions: NDArray[np.float32]
    normals: NDArray[np.float32]
    uvs: NDArray[np.float32]
    material_names: tuple[str, ...]
    materials: NDArray[np.uint16]
    indices: NDArray[np.uint32]
    joints: NDArray[np.uint8] | None = None
    weights: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class LevelOfDetail:
    """`mesh` (a name, "" for nothing) is drawn while the camera is nearer than `max_distance_m`."""

    mesh: str
    max_distance_m: float


@dataclass(frozen=True)
class Part:
    """A piece of a prototype; `wheel` is the index of the wheel that it turns with, or None.

    One that `steers_only` follows the wheel's steering about its own z axis, and nothing else.
    """

    name: str
    lods: tuple[LevelOfDetail, ...]
    body_from_part: Pose = field(default_factory=Pose)
    wheel: int | None = None
    steers_only: bool = False


@dataclass(frozen=True)
class BoxCollider:
    """A solid box; metres, body frame."""

    center: tuple[float, float, float]
    half_extents: tuple[float, float, float]
    friction: float = 0.8


@dataclass(frozen=True)
class CapsuleCollider:
    """A capsule along z; metres, body frame."""

    center: tuple[float, float, float]
    half_height_m: float
    radius_m: float
    friction: float = 0.8


@dataclass(frozen=True)
class MeshCollider:
    """The triangles of a mesh, for static bodies only."""

    mesh: str
    friction: float = 0.9


Collider = BoxCollider | CapsuleCollider | MeshCollider


@dataclass(frozen=True)
class Wheel:
    """A wheel; `center` at rest on flat ground, body frame, metres."""

    center: tuple[float, float, float]
    radius_m: float
    width_m: float
    steered: bool
    driven: bool


@dataclass(frozen=True)
class VehicleDynamics:
    """What a body needs to be driven; `VehicleDynamics` in scene.proto defines each field.

    Attributes:
        drag_area_m2: drag coefficient times frontal area, 0 for no drag.
        balanced: a rider keeps it upright; its wheels may stand in one line.
    """

    mass_kg: float
    center_of_mass: tuple[float, float, float]
    wheels: tuple[Wheel, ...]
    max_drive_force_n: float
    max_brake_force_n: float
    max_steering_angle_rad: float
    max_speed_mps: float
    drag_area_m2: float = 0.0
    balanced: bool = False


@dataclass(frozen=True)
class Limb:
    """A capsule of a limp body, hung on another one; `Limb` in scene.proto defines each field.

    Attributes:
        parent: index of the limb that it hangs on, None for the first one and for loose things.
        start, end, joint: at rest, body frame, m.
        lower_rad, upper_rad: bounds of the joint about the body's axes at rest (x spreads, y bends,
            z twists).
        bone: index of the bone whose place it takes.
    """

    name: str
    parent: int | None
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radius_m: float
    mass_kg: float
    joint: tuple[float, float, float]
    lower_rad: tuple[float, float, float]
    upper_rad: tuple[float, float, float]
    bone: int


@dataclass(frozen=True)
class Ragdoll:
    """How a body falls: its limbs, parents first, and for each bone the limb that carries it."""

    limbs: tuple[Limb, ...]
    bone_limbs: tuple[int, ...]


@dataclass(frozen=True)
class Light:
    """A lamp that lights what is around it; `Light` in scene.proto defines each field."""

    position: tuple[float, float, float]
    direction: tuple[float, float, float]
    intensity: Rgb
    inner_angle_rad: float
    outer_angle_rad: float
    lamp: int = 0


@dataclass(frozen=True)
class Piece:
    """A piece of a body that people label by itself: the rider of a motorcycle, the machine.

    Attributes:
        name: unique in the prototype.
        semantic: its class.
        dimension: (length, width, height) of the box around it at rest, m.
        box_center: centre of that box in the body frame, m.
        figure: bones and keypoints of a rider, whose box goes with the bones.
    """

    name: str
    semantic: SemanticClass
    dimension: tuple[float, float, float]
    box_center: tuple[float, float, float]
    figure: Figure | None = None


@dataclass(frozen=True)
class Prototype:
    """A kind of body.

    Attributes:
        dimension: (length, width, height) in metres, as in ASAM OSI `base.dimension`: without
            mirrors, reaching the ground.
        box_center: centre of that box in the body frame, metres.
        joint_names: bones of the skinned meshes, in the order of the skinning matrices.
        ragdoll: how it falls, for a kind that can go limp.
        lights: lamps that light their surroundings.
        figure: bones and keypoints of a person.
        pieces: what is labelled by itself as well; the class at a pixel tells them apart.
    """

    name: str
    parts: tuple[Part, ...]
    colliders: tuple[Collider, ...] = ()
    dynamics: VehicleDynamics | None = None
    joint_names: tuple[str, ...] = ()
    dimension: tuple[float, float, float] = (0.0, 0.0, 0.0)
    box_center: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ragdoll: Ragdoll | None = None
    lights: tuple[Light, ...] = ()
    figure: Figure | None = None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Placement:
    """Something that stands still.

    Attributes:
        name: unique in the scene; for people and logs.
        labelled: True for an object with an instance id (a parked car, a traffic light), False for
            background (a road, a building).
        lamps: bit n-1 lights the materials with lamp n.
        night_lamps: those that are lit as well while it is dark.
    """

    name: str
    prototype: str
    pose: Pose
    semantic: SemanticClass
    labelled: bool = False
    tints: tuple[Rgb, ...] = ()
    lamps: int = 0
    night_lamps: int = 0


@dataclass
class Scene:
    """Everything an engine needs before the first tick."""

    textures: list[Texture] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    meshes: list[Mesh] = field(default_factory=list)
    prototypes: list[Prototype] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)

    def extend(self, other: "Scene") -> None:
        """Add all of `other`; an item whose name is already there is taken to be the same one."""
        pairs: list[tuple[list, Sequence]] = [  # type: ignore[type-arg]
            (self.textures, other.textures),
            (self.materials, other.materials),
            (self.meshes, other.meshes),
            (self.prototypes, other.prototypes),
            (self.placements, other.placements),
        ]
        for mine, theirs in pairs:
            known = {item.name for item in mine}
            mine.extend(item for item in theirs if item.name not in known)
