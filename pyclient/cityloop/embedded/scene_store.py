"""What LoadScene brought: checked, handed to the renderer, and kept where physics needs it."""

import math
from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import rapier3d
from numpy.typing import NDArray

from cityloop.embedded import decode
from cityloop.embedded.air import check_light
from cityloop.embedded.limbs import Limbs, read_limbs
from cityloop.embedded.refusal import invalid
from cityloop.protocol import engine_pb2, scene_pb2
from cityloop.spatial import rotation
from cityloop.spatial.rotation import Array

_TEXTURE_BYTES = 512 * 512 * 4
_MAX_BONES = 255  # indices and counts of bones are 8 bits
# Greatest distance of a limb from where a limp body is.
_LIMP_REACH_M = 2.0


class SceneRenderer(Protocol):
    """The part of the renderer that takes a scene."""

    def add_texture(self, texture: scene_pb2.Texture) -> None:
        """Take a texture."""

    def add_material(self, material: scene_pb2.Material) -> None:
        """Take a material."""

    def add_mesh(self, mesh: scene_pb2.Mesh) -> None:
        """Take a mesh."""

    def add_prototype(self, prototype: scene_pb2.Prototype) -> list[int]:
        """Take a prototype and return a handle for each of its parts."""


@dataclass(frozen=True)
class CollisionShape:
    """A shape that physics knows; `center` in the body frame, m; a mesh is ground or walls."""

    shape: rapier3d.SharedShape
    center: tuple[float, float, float]
    friction: float
    is_mesh: bool


@dataclass(frozen=True, eq=False)
class LoadedPrototype:
    """A kind of body; K parts.

    Attributes:
        part: (K,) int32 renderer handles.
        rotation, position: (K, 3, 3) and (K, 3) body-from-part at rest, m.
        wheel: (K,) int32 index of the wheel that the part follows, -1 for none.
        steers_only: (K,) bool, it follows the wheel's steering and nothing else.
        skinned: (K,) bool, the part's meshes have bone weights.
        shapes: collision shapes.
        dynamics: the message, or None for a kind that cannot be driven.
        limbs: how it falls, or None for a kind that cannot go limp.
    """

    name: str
    part: NDArray[np.int32]
    rotation: Array
    position: Array
    wheel: NDArray[np.int32]
    steers_only: NDArray[np.bool_]
    skinned: NDArray[np.bool_]
    shapes: tuple[CollisionShape, ...]
    dynamics: scene_pb2.VehicleDynamics | None
    bone_count: int
    limbs: Limbs | None

    @cached_property
    def reach_m(self) -> float:
        """Radius around the origin that holds all limbs or collision shapes seen from above, m."""
        reach = 0.0 if self.limbs is None else _LIMP_REACH_M
        for shape in self.shapes:
            box = shape.shape.compute_aabb(rapier3d.Isometry3.from_translation(*shape.center))
            x, y = max(-box.mins.x, box.maxs.x), max(-box.mins.y, box.maxs.y)
            reach = max(reach, math.hypot(x, y))
        return reach

    @property
    def wheel_count(self) -> int:
        """Number of wheels, 0 for a kind that cannot be driven."""
        return len(self.dynamics.wheels) if self.dynamics is not None else 0


@dataclass(frozen=True, eq=False)
class _Geometry:
    positions: NDArray[np.float32]
    indices: NDArray[np.uint32]
    bones_needed: int


class SceneStore:
    """The scene's items by name; an item is refused whole, with the reason."""

    def __init__(self, renderer: SceneRenderer) -> None:
        self.prototypes: dict[str, LoadedPrototype] = {}
        self.triangles = 0
        self._renderer = renderer
        self._textures: set[str] = set()
        self._materials: set[str] = set()
        self._meshes: dict[str, _Geometry] = {}
        self._mesh_shapes: dict[str, rapier3d.SharedShape] = {}

    def add(self, item: engine_pb2.LoadSceneRequest) -> None:
        """Take one item of the stream; it may name only items that came before it."""
        kind = item.WhichOneof("item")
        if kind == "texture":
            self._add_texture(item.texture)
        elif kind == "material":
            self._add_material(item.material)
        elif kind == "mesh":
            self._add_mesh(item.mesh)
        elif kind == "prototype":
            self._add_prototype(item.prototype)
        else:
            raise invalid(
                "An item of the scene is empty: send a texture, material, mesh or prototype."
            )

    def _add_texture(self, texture: scene_pb2.Texture) -> None:
        _check_name("texture", texture.name, self._textures)
        if len(texture.rgba) != _TEXTURE_BYTES:
            raise invalid(
                f"Texture {texture.name!r} has {len(texture.rgba)} bytes: every texture is "
                f"512 x 512 RGBA, {_TEXTURE_BYTES} bytes."
            )
        self._renderer.add_texture(texture)
        self._textures.add(texture.name)

    def _add_material(self, material: scene_pb2.Material) -> None:
        what = f"Material {material.name!r}"
        _check_name("material", material.name, self._materials)
        if material.texture and material.texture not in self._textures:
            raise invalid(
                f"{what} names the texture {material.texture!r}, which was not sent before it."
            )
        if material.tint_slot > 8:
            raise invalid(
                f"{what} has tint slot {material.tint_slot}: slots are 1 to 8, 0 for none."
            )
        if material.lamp > 32:
            raise invalid(f"{what} has lamp {material.lamp}: lamps are 1 to 32, 0 for none.")
        if material.HasField("semantic") and material.semantic > 255:
            raise invalid(f"{what} has class id {material.semantic}: class ids are 0 to 255.")
        self._renderer.add_material(material)
        self._materials.add(material.name)

    def _add_mesh(self, mesh: scene_pb2.Mesh) -> None:
        _check_name("mesh", mesh.name, self._meshes)
        self._meshes[mesh.name] = _check_mesh(mesh, len(self._materials))
        self._renderer.add_mesh(mesh)
        self.triangles += len(self._meshes[mesh.name].indices)

    def _add_prototype(self, prototype: scene_pb2.Prototype) -> None:
        _check_name("prototype", prototype.name, self.prototypes)
        what = f"Prototype {prototype.name!r}"
        dynamics = prototype.dynamics if prototype.HasField("dynamics") else None
        wheel_count = len(dynamics.wheels) if dynamics is not None else 0
        if prototype.bone_count > _MAX_BONES:
            raise invalid(f"{what} has {prototype.bone_count} bones: at most {_MAX_BONES} can be.")
        skinned: list[bool] = []
        for part in prototype.parts:
            part_skinned = False
            for lod in part.lods:
                if not lod.mesh:
                    continue
                if lod.mesh not in self._meshes:
                    raise invalid(
                        f"{what} names the mesh {lod.mesh!r}, which was not sent before it."
                    )
                needed = self._meshes[lod.mesh].bones_needed
                if needed > prototype.bone_count:
                    raise invalid(
                        f"{what} has {prototype.bone_count} bones, but its mesh {lod.mesh!r} "
                        f"needs {needed}."
                    )
                part_skinned |= needed > 0
            if part.HasField("wheel") and part.wheel >= wheel_count:
                raise invalid(
                    f"Part {part.name!r} of prototype {prototype.name!r} follows wheel "
                    f"{part.wheel}: it has {wheel_count} wheels."
                )
            if part.steers_only and not part.HasField("wheel"):
                raise invalid(
                    f"Part {part.name!r} of prototype {prototype.name!r} steers with no wheel: "
                    "name the wheel that it follows."
                )
            skinned.append(part_skinned)
        if dynamics is not None:
            _check_dynamics(dynamics, what)
        limbs = None
        if prototype.HasField("ragdoll"):
            limbs = read_limbs(prototype.ragdoll, prototype.bone_count, what)
        for i, light in enumerate(prototype.lights):
            check_light(light, f"{what}, light {i}")
        shapes = tuple(self._shape(collider, what) for collider in prototype.colliders)
        poses = [
            (
                decode.vector(part.body_from_part.position, f"{what}, part {part.name!r}"),
                decode.quaternion(part.body_from_part.rotation, f"{what}, part {part.name!r}"),
            )
            for part in prototype.parts
        ]
        count = len(poses)
        handles = self._renderer.add_prototype(prototype)
        self.prototypes[prototype.name] = LoadedPrototype(
            name=prototype.name,
            part=np.array(handles, dtype=np.int32).reshape(count),
            rotation=rotation.to_matrix(np.array([q for _, q in poses]).reshape(count, 4)),
            position=np.array([p for p, _ in poses], dtype=np.float64).reshape(count, 3),
            wheel=np.array(
                [part.wheel if part.HasField("wheel") else -1 for part in prototype.parts],
                dtype=np.int32,
            ),
            steers_only=np.array([part.steers_only for part in prototype.parts], dtype=np.bool_),
            skinned=np.array(skinned, dtype=np.bool_),
            shapes=shapes,
            dynamics=dynamics,
            bone_count=prototype.bone_count,
            limbs=limbs,
        )

    def _shape(self, collider: scene_pb2.Collider, what: str) -> CollisionShape:
        friction = collider.friction
        if not 0.0 <= friction < 100.0:
            raise invalid(
                f"{what} has a collider with friction {friction:g}: it must be 0 or more."
            )
        kind = collider.WhichOneof("shape")
        if kind == "box":
            half = decode.vector(collider.box.half_extents, f"{what}, box collider")
            if min(half) <= 0.0:
                raise invalid(
                    f"{what} has a box collider of half extents {half}: all must be above 0."
                )
            center = decode.vector(collider.box.center, f"{what}, box collider")
            return CollisionShape(rapier3d.SharedShape.cuboid(*half), center, friction, False)
        if kind == "capsule":
            capsule = collider.capsule
            radius = decode.positive(capsule.radius_m, f"{what}: the radius of a capsule collider")
            half_height = decode.positive(
                capsule.half_height_m, f"{what}: the half height of a capsule collider"
            )
            shape = rapier3d.SharedShape.capsule(
                (0.0, 0.0, -half_height), (0.0, 0.0, half_height), radius
            )
            center = decode.vector(capsule.center, f"{what}, capsule collider")
            return CollisionShape(shape, center, friction, False)
        if kind == "mesh":
            return CollisionShape(
                self._mesh_shape(collider.mesh.mesh, what), (0.0, 0.0, 0.0), friction, True
            )
        raise invalid(f"{what} has a collider without a shape: give a box, a capsule or a mesh.")

    def _mesh_shape(self, name: str, what: str) -> rapier3d.SharedShape:
        if name not in self._meshes:
            raise invalid(f"{what} collides with the mesh {name!r}, which was not sent before it.")
        if name not in self._mesh_shapes:
            mesh = self._meshes[name]
            if not len(mesh.indices):
                raise invalid(f"{what} collides with the mesh {name!r}, which has no triangles.")
            self._mesh_shapes[name] = rapier3d.SharedShape.trimesh(mesh.positions, mesh.indices)
        return self._mesh_shapes[name]


def _check_name(kind: str, name: str, known: Container[str]) -> None:
    if not name:
        raise invalid(f"A {kind} has no name: give it one that is unique in the scene.")
    if name in known:
        raise invalid(f"There are two {kind} items named {name!r}: names are unique in a scene.")


def _check_dynamics(dynamics: scene_pb2.VehicleDynamics, what: str) -> None:
    decode.positive(dynamics.mass_kg, f"{what}: its mass")
    decode.vector(dynamics.center_of_mass, f"{what}: its centre of mass")
    for value, name in (
        (dynamics.max_drive_force_n, "drive force"),
        (dynamics.max_brake_force_n, "brake force"),
        (dynamics.max_steering_angle_rad, "steering angle"),
        (dynamics.drag_area_m2, "drag area"),
    ):
        if not 0.0 <= value < float("inf"):
            raise invalid(f"{what} has a greatest {name} of {value:g}: it must be 0 or more.")
    decode.positive(dynamics.max_speed_mps, f"{what}: its top speed")
    for i, wheel in enumerate(dynamics.wheels):
        decode.vector(wheel.center, f"{what}, wheel {i}")
        decode.positive(wheel.radius_m, f"{what}: the radius of wheel {i}")


def _check_mesh(mesh: scene_pb2.Mesh, material_count: int) -> _Geometry:
    """Return the geometry of a mesh whose arrays agree with each other."""
    what = f"Mesh {mesh.name!r}"
    vertices = len(mesh.positions) // 12
    wanted = {
        "positions": (mesh.positions, (12,)),
        "normals": (mesh.normals, (12,)),
        "uvs": (mesh.uvs, (8, 0)),
        "materials": (mesh.materials, (2,)),
        "joints": (mesh.joints, (4, 0)),
        "weights": (mesh.weights, (16, 0)),
    }
    for name, (data, strides) in wanted.items():
        if len(data) not in [vertices * stride for stride in strides]:
            raise invalid(
                f"{what} has {len(data)} bytes of {name}: {vertices} vertices make "
                f"{vertices * strides[0]} bytes."
            )
    if not vertices:
        raise invalid(f"{what} has no vertices: leave it out.")
    if bool(mesh.joints) != bool(mesh.weights):
        raise invalid(
            f"{what} has joints without weights or weights without joints: send both or none."
        )
    if len(mesh.indices) % 12:
        raise invalid(f"{what} has {len(mesh.indices)} bytes of indices: a triangle takes 12.")
    positions = np.frombuffer(mesh.positions, dtype="<f4").reshape(-1, 3)
    indices = np.frombuffer(mesh.indices, dtype="<u4").reshape(-1, 3)
    materials = np.frombuffer(mesh.materials, dtype="<u2")
    if not np.isfinite(positions).all():
        raise invalid(f"{what} has vertices that are not finite: send finite positions.")
    if indices.size and int(indices.max()) >= vertices:
        raise invalid(f"{what} has the index {int(indices.max())}: it has {vertices} vertices.")
    if materials.size and int(materials.max()) >= material_count:
        raise invalid(
            f"{what} has material index {int(materials.max())}: {material_count} materials were "
            "sent before it."
        )
    bones_needed = max(mesh.joints, default=-1) + 1
    return _Geometry(positions, indices, bones_needed)
