from cityloop.protocol import geometry_pb2 as _geometry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BodyKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BODY_KIND_UNSPECIFIED: _ClassVar[BodyKind]
    BODY_KIND_STATIC: _ClassVar[BodyKind]
    BODY_KIND_KINEMATIC: _ClassVar[BodyKind]
    BODY_KIND_DRIVEN: _ClassVar[BodyKind]
    BODY_KIND_WALKER: _ClassVar[BodyKind]
    BODY_KIND_RAGDOLL: _ClassVar[BodyKind]
BODY_KIND_UNSPECIFIED: BodyKind
BODY_KIND_STATIC: BodyKind
BODY_KIND_KINEMATIC: BodyKind
BODY_KIND_DRIVEN: BodyKind
BODY_KIND_WALKER: BodyKind
BODY_KIND_RAGDOLL: BodyKind

class Body(_message.Message):
    __slots__ = ("id", "prototype", "kind", "pose", "velocity", "angular_velocity", "instance_id", "semantic", "tints", "lamps", "bones", "acceleration", "wheels")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROTOTYPE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    POSE_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_FIELD_NUMBER: _ClassVar[int]
    ANGULAR_VELOCITY_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    TINTS_FIELD_NUMBER: _ClassVar[int]
    LAMPS_FIELD_NUMBER: _ClassVar[int]
    BONES_FIELD_NUMBER: _ClassVar[int]
    ACCELERATION_FIELD_NUMBER: _ClassVar[int]
    WHEELS_FIELD_NUMBER: _ClassVar[int]
    id: int
    prototype: str
    kind: BodyKind
    pose: _geometry_pb2.Pose
    velocity: _geometry_pb2.Vector3
    angular_velocity: _geometry_pb2.Vector3
    instance_id: int
    semantic: int
    tints: _containers.RepeatedCompositeFieldContainer[_geometry_pb2.Color]
    lamps: int
    bones: bytes
    acceleration: _geometry_pb2.Vector3
    wheels: _containers.RepeatedCompositeFieldContainer[WheelState]
    def __init__(self, id: _Optional[int] = ..., prototype: _Optional[str] = ..., kind: _Optional[_Union[BodyKind, str]] = ..., pose: _Optional[_Union[_geometry_pb2.Pose, _Mapping]] = ..., velocity: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., angular_velocity: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., instance_id: _Optional[int] = ..., semantic: _Optional[int] = ..., tints: _Optional[_Iterable[_Union[_geometry_pb2.Color, _Mapping]]] = ..., lamps: _Optional[int] = ..., bones: _Optional[bytes] = ..., acceleration: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., wheels: _Optional[_Iterable[_Union[WheelState, _Mapping]]] = ...) -> None: ...

class MotionTable(_message.Message):
    __slots__ = ("ids", "motion", "kinds", "wheel_counts", "wheels", "bone_counts", "bones", "jumps")
    IDS_FIELD_NUMBER: _ClassVar[int]
    MOTION_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    WHEEL_COUNTS_FIELD_NUMBER: _ClassVar[int]
    WHEELS_FIELD_NUMBER: _ClassVar[int]
    BONE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    BONES_FIELD_NUMBER: _ClassVar[int]
    JUMPS_FIELD_NUMBER: _ClassVar[int]
    ids: bytes
    motion: bytes
    kinds: bytes
    wheel_counts: bytes
    wheels: bytes
    bone_counts: bytes
    bones: bytes
    jumps: bytes
    def __init__(self, ids: _Optional[bytes] = ..., motion: _Optional[bytes] = ..., kinds: _Optional[bytes] = ..., wheel_counts: _Optional[bytes] = ..., wheels: _Optional[bytes] = ..., bone_counts: _Optional[bytes] = ..., bones: _Optional[bytes] = ..., jumps: _Optional[bytes] = ...) -> None: ...

class BodyKindCommand(_message.Message):
    __slots__ = ("id", "kind")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    id: int
    kind: BodyKind
    def __init__(self, id: _Optional[int] = ..., kind: _Optional[_Union[BodyKind, str]] = ...) -> None: ...

class DriveCommand(_message.Message):
    __slots__ = ("id", "throttle", "brake", "steering", "bones")
    ID_FIELD_NUMBER: _ClassVar[int]
    THROTTLE_FIELD_NUMBER: _ClassVar[int]
    BRAKE_FIELD_NUMBER: _ClassVar[int]
    STEERING_FIELD_NUMBER: _ClassVar[int]
    BONES_FIELD_NUMBER: _ClassVar[int]
    id: int
    throttle: float
    brake: float
    steering: float
    bones: bytes
    def __init__(self, id: _Optional[int] = ..., throttle: _Optional[float] = ..., brake: _Optional[float] = ..., steering: _Optional[float] = ..., bones: _Optional[bytes] = ...) -> None: ...

class WalkCommand(_message.Message):
    __slots__ = ("id", "velocity", "heading_rad", "bones")
    ID_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_FIELD_NUMBER: _ClassVar[int]
    HEADING_RAD_FIELD_NUMBER: _ClassVar[int]
    BONES_FIELD_NUMBER: _ClassVar[int]
    id: int
    velocity: _geometry_pb2.Vector3
    heading_rad: float
    bones: bytes
    def __init__(self, id: _Optional[int] = ..., velocity: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., heading_rad: _Optional[float] = ..., bones: _Optional[bytes] = ...) -> None: ...

class LampCommand(_message.Message):
    __slots__ = ("id", "lamps")
    ID_FIELD_NUMBER: _ClassVar[int]
    LAMPS_FIELD_NUMBER: _ClassVar[int]
    id: int
    lamps: int
    def __init__(self, id: _Optional[int] = ..., lamps: _Optional[int] = ...) -> None: ...

class WheelState(_message.Message):
    __slots__ = ("steering_rad", "spin_rad", "spin_rate_radps", "travel_m", "grounded")
    STEERING_RAD_FIELD_NUMBER: _ClassVar[int]
    SPIN_RAD_FIELD_NUMBER: _ClassVar[int]
    SPIN_RATE_RADPS_FIELD_NUMBER: _ClassVar[int]
    TRAVEL_M_FIELD_NUMBER: _ClassVar[int]
    GROUNDED_FIELD_NUMBER: _ClassVar[int]
    steering_rad: float
    spin_rad: float
    spin_rate_radps: float
    travel_m: float
    grounded: bool
    def __init__(self, steering_rad: _Optional[float] = ..., spin_rad: _Optional[float] = ..., spin_rate_radps: _Optional[float] = ..., travel_m: _Optional[float] = ..., grounded: bool = ...) -> None: ...

class Contact(_message.Message):
    __slots__ = ("body_a", "body_b", "point", "normal", "impulse_ns")
    BODY_A_FIELD_NUMBER: _ClassVar[int]
    BODY_B_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    NORMAL_FIELD_NUMBER: _ClassVar[int]
    IMPULSE_NS_FIELD_NUMBER: _ClassVar[int]
    body_a: int
    body_b: int
    point: _geometry_pb2.Vector3
    normal: _geometry_pb2.Vector3
    impulse_ns: float
    def __init__(self, body_a: _Optional[int] = ..., body_b: _Optional[int] = ..., point: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., normal: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., impulse_ns: _Optional[float] = ...) -> None: ...
