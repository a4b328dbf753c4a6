from cityloop.protocol import geometry_pb2 as _geometry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Texture(_message.Message):
    __slots__ = ("name", "rgba")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RGBA_FIELD_NUMBER: _ClassVar[int]
    name: str
    rgba: bytes
    def __init__(self, name: _Optional[str] = ..., rgba: _Optional[bytes] = ...) -> None: ...

class Material(_message.Message):
    __slots__ = ("name", "base_color", "roughness", "metallic", "emissive", "texture", "alpha_cutout", "tint_slot", "lamp", "semantic", "two_sided", "pane")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BASE_COLOR_FIELD_NUMBER: _ClassVar[int]
    ROUGHNESS_FIELD_NUMBER: _ClassVar[int]
    METALLIC_FIELD_NUMBER: _ClassVar[int]
    EMISSIVE_FIELD_NUMBER: _ClassVar[int]
    TEXTURE_FIELD_NUMBER: _ClassVar[int]
    ALPHA_CUTOUT_FIELD_NUMBER: _ClassVar[int]
    TINT_SLOT_FIELD_NUMBER: _ClassVar[int]
    LAMP_FIELD_NUMBER: _ClassVar[int]
    SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    TWO_SIDED_FIELD_NUMBER: _ClassVar[int]
    PANE_FIELD_NUMBER: _ClassVar[int]
    name: str
    base_color: _geometry_pb2.Color
    roughness: float
    metallic: float
    emissive: _geometry_pb2.Color
    texture: str
    alpha_cutout: bool
    tint_slot: int
    lamp: int
    semantic: int
    two_sided: bool
    pane: bool
    def __init__(self, name: _Optional[str] = ..., base_color: _Optional[_Union[_geometry_pb2.Color, _Mapping]] = ..., roughness: _Optional[float] = ..., metallic: _Optional[float] = ..., emissive: _Optional[_Union[_geometry_pb2.Color, _Mapping]] = ..., texture: _Optional[str] = ..., alpha_cutout: bool = ..., tint_slot: _Optional[int] = ..., lamp: _Optional[int] = ..., semantic: _Optional[int] = ..., two_sided: bool = ..., pane: bool = ...) -> None: ...

class Mesh(_message.Message):
    __slots__ = ("name", "positions", "normals", "uvs", "materials", "indices", "joints", "weights")
    NAME_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    NORMALS_FIELD_NUMBER: _ClassVar[int]
    UVS_FIELD_NUMBER: _ClassVar[int]
    MATERIALS_FIELD_NUMBER: _ClassVar[int]
    INDICES_FIELD_NUMBER: _ClassVar[int]
    JOINTS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    positions: bytes
    normals: bytes
    uvs: bytes
    materials: bytes
    indices: bytes
    joints: bytes
    weights: bytes
    def __init__(self, name: _Optional[str] = ..., positions: _Optional[bytes] = ..., normals: _Optional[bytes] = ..., uvs: _Optional[bytes] = ..., materials: _Optional[bytes] = ..., indices: _Optional[bytes] = ..., joints: _Optional[bytes] = ..., weights: _Optional[bytes] = ...) -> None: ...

class LevelOfDetail(_message.Message):
    __slots__ = ("mesh", "max_distance_m")
    MESH_FIELD_NUMBER: _ClassVar[int]
    MAX_DISTANCE_M_FIELD_NUMBER: _ClassVar[int]
    mesh: str
    max_distance_m: float
    def __init__(self, mesh: _Optional[str] = ..., max_distance_m: _Optional[float] = ...) -> None: ...

class Part(_message.Message):
    __slots__ = ("name", "lods", "body_from_part", "wheel", "steers_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LODS_FIELD_NUMBER: _ClassVar[int]
    BODY_FROM_PART_FIELD_NUMBER: _ClassVar[int]
    WHEEL_FIELD_NUMBER: _ClassVar[int]
    STEERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    lods: _containers.RepeatedCompositeFieldContainer[LevelOfDetail]
    body_from_part: _geometry_pb2.Pose
    wheel: int
    steers_only: bool
    def __init__(self, name: _Optional[str] = ..., lods: _Optional[_Iterable[_Union[LevelOfDetail, _Mapping]]] = ..., body_from_part: _Optional[_Union[_geometry_pb2.Pose, _Mapping]] = ..., wheel: _Optional[int] = ..., steers_only: bool = ...) -> None: ...

class BoxCollider(_message.Message):
    __slots__ = ("center", "half_extents")
    CENTER_FIELD_NUMBER: _ClassVar[int]
    HALF_EXTENTS_FIELD_NUMBER: _ClassVar[int]
    center: _geometry_pb2.Vector3
    half_extents: _geometry_pb2.Vector3
    def __init__(self, center: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., half_extents: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ...) -> None: ...

class CapsuleCollider(_message.Message):
    __slots__ = ("center", "half_height_m", "radius_m")
    CENTER_FIELD_NUMBER: _ClassVar[int]
    HALF_HEIGHT_M_FIELD_NUMBER: _ClassVar[int]
    RADIUS_M_FIELD_NUMBER: _ClassVar[int]
    center: _geometry_pb2.Vector3
    half_height_m: float
    radius_m: float
    def __init__(self, center: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., half_height_m: _Optional[float] = ..., radius_m: _Optional[float] = ...) -> None: ...

class MeshCollider(_message.Message):
    __slots__ = ("mesh",)
    MESH_FIELD_NUMBER: _ClassVar[int]
    mesh: str
    def __init__(self, mesh: _Optional[str] = ...) -> None: ...

class Collider(_message.Message):
    __slots__ = ("box", "capsule", "mesh", "friction")
    BOX_FIELD_NUMBER: _ClassVar[int]
    CAPSULE_FIELD_NUMBER: _ClassVar[int]
    MESH_FIELD_NUMBER: _ClassVar[int]
    FRICTION_FIELD_NUMBER: _ClassVar[int]
    box: BoxCollider
    capsule: CapsuleCollider
    mesh: MeshCollider
    friction: float
    def __init__(self, box: _Optional[_Union[BoxCollider, _Mapping]] = ..., capsule: _Optional[_Union[CapsuleCollider, _Mapping]] = ..., mesh: _Optional[_Union[MeshCollider, _Mapping]] = ..., friction: _Optional[float] = ...) -> None: ...

class Wheel(_message.Message):
    __slots__ = ("center", "radius_m", "width_m", "steered", "driven")
    CENTER_FIELD_NUMBER: _ClassVar[int]
    RADIUS_M_FIELD_NUMBER: _ClassVar[int]
    WIDTH_M_FIELD_NUMBER: _ClassVar[int]
    STEERED_FIELD_NUMBER: _ClassVar[int]
    DRIVEN_FIELD_NUMBER: _ClassVar[int]
    center: _geometry_pb2.Vector3
    radius_m: float
    width_m: float
    steered: bool
    driven: bool
    def __init__(self, center: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., radius_m: _Optional[float] = ..., width_m: _Optional[float] = ..., steered: bool = ..., driven: bool = ...) -> None: ...

class VehicleDynamics(_message.Message):
    __slots__ = ("mass_kg", "center_of_mass", "wheels", "max_drive_force_n", "max_brake_force_n", "max_steering_angle_rad", "max_speed_mps", "drag_area_m2", "balanced")
    MASS_KG_FIELD_NUMBER: _ClassVar[int]
    CENTER_OF_MASS_FIELD_NUMBER: _ClassVar[int]
    WHEELS_FIELD_NUMBER: _ClassVar[int]
    MAX_DRIVE_FORCE_N_FIELD_NUMBER: _ClassVar[int]
    MAX_BRAKE_FORCE_N_FIELD_NUMBER: _ClassVar[int]
    MAX_STEERING_ANGLE_RAD_FIELD_NUMBER: _ClassVar[int]
    MAX_SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    DRAG_AREA_M2_FIELD_NUMBER: _ClassVar[int]
    BALANCED_FIELD_NUMBER: _ClassVar[int]
    mass_kg: float
    center_of_mass: _geometry_pb2.Vector3
    wheels: _containers.RepeatedCompositeFieldContainer[Wheel]
    max_drive_force_n: float
    max_brake_force_n: float
    max_steering_angle_rad: float
    max_speed_mps: float
    drag_area_m2: float
    balanced: bool
    def __init__(self, mass_kg: _Optional[float] = ..., center_of_mass: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., wheels: _Optional[_Iterable[_Union[Wheel, _Mapping]]] = ..., max_drive_force_n: _Optional[float] = ..., max_brake_force_n: _Optional[float] = ..., max_steering_angle_rad: _Optional[float] = ..., max_speed_mps: _Optional[float] = ..., drag_area_m2: _Optional[float] = ..., balanced: bool = ...) -> None: ...

class Limb(_message.Message):
    __slots__ = ("name", "parent", "start", "end", "radius_m", "mass_kg", "joint", "lower_rad", "upper_rad", "bone")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RADIUS_M_FIELD_NUMBER: _ClassVar[int]
    MASS_KG_FIELD_NUMBER: _ClassVar[int]
    JOINT_FIELD_NUMBER: _ClassVar[int]
    LOWER_RAD_FIELD_NUMBER: _ClassVar[int]
    UPPER_RAD_FIELD_NUMBER: _ClassVar[int]
    BONE_FIELD_NUMBER: _ClassVar[int]
    name: str
    parent: int
    start: _geometry_pb2.Vector3
    end: _geometry_pb2.Vector3
    radius_m: float
    mass_kg: float
    joint: _geometry_pb2.Vector3
    lower_rad: _geometry_pb2.Vector3
    upper_rad: _geometry_pb2.Vector3
    bone: int
    def __init__(self, name: _Optional[str] = ..., parent: _Optional[int] = ..., start: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., end: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., radius_m: _Optional[float] = ..., mass_kg: _Optional[float] = ..., joint: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., lower_rad: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., upper_rad: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., bone: _Optional[int] = ...) -> None: ...

class Ragdoll(_message.Message):
    __slots__ = ("limbs", "bone_limbs")
    LIMBS_FIELD_NUMBER: _ClassVar[int]
    BONE_LIMBS_FIELD_NUMBER: _ClassVar[int]
    limbs: _containers.RepeatedCompositeFieldContainer[Limb]
    bone_limbs: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, limbs: _Optional[_Iterable[_Union[Limb, _Mapping]]] = ..., bone_limbs: _Optional[_Iterable[int]] = ...) -> None: ...

class Light(_message.Message):
    __slots__ = ("position", "direction", "intensity", "inner_angle_rad", "outer_angle_rad", "lamp")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    INTENSITY_FIELD_NUMBER: _ClassVar[int]
    INNER_ANGLE_RAD_FIELD_NUMBER: _ClassVar[int]
    OUTER_ANGLE_RAD_FIELD_NUMBER: _ClassVar[int]
    LAMP_FIELD_NUMBER: _ClassVar[int]
    position: _geometry_pb2.Vector3
    direction: _geometry_pb2.Vector3
    intensity: _geometry_pb2.Color
    inner_angle_rad: float
    outer_angle_rad: float
    lamp: int
    def __init__(self, position: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., direction: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., intensity: _Optional[_Union[_geometry_pb2.Color, _Mapping]] = ..., inner_angle_rad: _Optional[float] = ..., outer_angle_rad: _Optional[float] = ..., lamp: _Optional[int] = ...) -> None: ...

class Prototype(_message.Message):
    __slots__ = ("name", "parts", "colliders", "dynamics", "bone_count", "ragdoll", "lights")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    COLLIDERS_FIELD_NUMBER: _ClassVar[int]
    DYNAMICS_FIELD_NUMBER: _ClassVar[int]
    BONE_COUNT_FIELD_NUMBER: _ClassVar[int]
    RAGDOLL_FIELD_NUMBER: _ClassVar[int]
    LIGHTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    parts: _containers.RepeatedCompositeFieldContainer[Part]
    colliders: _containers.RepeatedCompositeFieldContainer[Collider]
    dynamics: VehicleDynamics
    bone_count: int
    ragdoll: Ragdoll
    lights: _containers.RepeatedCompositeFieldContainer[Light]
    def __init__(self, name: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[Part, _Mapping]]] = ..., colliders: _Optional[_Iterable[_Union[Collider, _Mapping]]] = ..., dynamics: _Optional[_Union[VehicleDynamics, _Mapping]] = ..., bone_count: _Optional[int] = ..., ragdoll: _Optional[_Union[Ragdoll, _Mapping]] = ..., lights: _Optional[_Iterable[_Union[Light, _Mapping]]] = ...) -> None: ...
