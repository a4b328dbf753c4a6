from cityloop.protocol import capture_pb2 as _capture_pb2
from cityloop.protocol import geometry_pb2 as _geometry_pb2
from cityloop.protocol import scene_pb2 as _scene_pb2
from cityloop.protocol import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HandshakeRequest(_message.Message):
    __slots__ = ("protocol_major", "protocol_minor", "access_token", "wants_shared_memory")
    PROTOCOL_MAJOR_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MINOR_FIELD_NUMBER: _ClassVar[int]
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WANTS_SHARED_MEMORY_FIELD_NUMBER: _ClassVar[int]
    protocol_major: int
    protocol_minor: int
    access_token: str
    wants_shared_memory: bool
    def __init__(self, protocol_major: _Optional[int] = ..., protocol_minor: _Optional[int] = ..., access_token: _Optional[str] = ..., wants_shared_memory: bool = ...) -> None: ...

class HandshakeResponse(_message.Message):
    __slots__ = ("protocol_major", "protocol_minor", "engine_name", "engine_version", "capabilities", "session_token", "shared_memory_path", "shared_memory_key", "renderer")
    PROTOCOL_MAJOR_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MINOR_FIELD_NUMBER: _ClassVar[int]
    ENGINE_NAME_FIELD_NUMBER: _ClassVar[int]
    ENGINE_VERSION_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    SESSION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SHARED_MEMORY_PATH_FIELD_NUMBER: _ClassVar[int]
    SHARED_MEMORY_KEY_FIELD_NUMBER: _ClassVar[int]
    RENDERER_FIELD_NUMBER: _ClassVar[int]
    protocol_major: int
    protocol_minor: int
    engine_name: str
    engine_version: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    session_token: str
    shared_memory_path: str
    shared_memory_key: bytes
    renderer: str
    def __init__(self, protocol_major: _Optional[int] = ..., protocol_minor: _Optional[int] = ..., engine_name: _Optional[str] = ..., engine_version: _Optional[str] = ..., capabilities: _Optional[_Iterable[str]] = ..., session_token: _Optional[str] = ..., shared_memory_path: _Optional[str] = ..., shared_memory_key: _Optional[bytes] = ..., renderer: _Optional[str] = ...) -> None: ...

class LoadSceneRequest(_message.Message):
    __slots__ = ("texture", "material", "mesh", "prototype")
    TEXTURE_FIELD_NUMBER: _ClassVar[int]
    MATERIAL_FIELD_NUMBER: _ClassVar[int]
    MESH_FIELD_NUMBER: _ClassVar[int]
    PROTOTYPE_FIELD_NUMBER: _ClassVar[int]
    texture: _scene_pb2.Texture
    material: _scene_pb2.Material
    mesh: _scene_pb2.Mesh
    prototype: _scene_pb2.Prototype
    def __init__(self, texture: _Optional[_Union[_scene_pb2.Texture, _Mapping]] = ..., material: _Optional[_Union[_scene_pb2.Material, _Mapping]] = ..., mesh: _Optional[_Union[_scene_pb2.Mesh, _Mapping]] = ..., prototype: _Optional[_Union[_scene_pb2.Prototype, _Mapping]] = ...) -> None: ...

class LoadSceneResponse(_message.Message):
    __slots__ = ("triangles",)
    TRIANGLES_FIELD_NUMBER: _ClassVar[int]
    triangles: int
    def __init__(self, triangles: _Optional[int] = ...) -> None: ...

class SpawnRequest(_message.Message):
    __slots__ = ("bodies",)
    BODIES_FIELD_NUMBER: _ClassVar[int]
    bodies: _containers.RepeatedCompositeFieldContainer[_state_pb2.Body]
    def __init__(self, bodies: _Optional[_Iterable[_Union[_state_pb2.Body, _Mapping]]] = ...) -> None: ...

class SpawnResponse(_message.Message):
    __slots__ = ("states",)
    STATES_FIELD_NUMBER: _ClassVar[int]
    states: _state_pb2.MotionTable
    def __init__(self, states: _Optional[_Union[_state_pb2.MotionTable, _Mapping]] = ...) -> None: ...

class DespawnRequest(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, ids: _Optional[_Iterable[int]] = ...) -> None: ...

class DespawnResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AdvanceRequest(_message.Message):
    __slots__ = ("dt_s", "substeps", "kinematic", "drive", "walk", "lamps", "kinds")
    DT_S_FIELD_NUMBER: _ClassVar[int]
    SUBSTEPS_FIELD_NUMBER: _ClassVar[int]
    KINEMATIC_FIELD_NUMBER: _ClassVar[int]
    DRIVE_FIELD_NUMBER: _ClassVar[int]
    WALK_FIELD_NUMBER: _ClassVar[int]
    LAMPS_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    dt_s: float
    substeps: int
    kinematic: _state_pb2.MotionTable
    drive: _containers.RepeatedCompositeFieldContainer[_state_pb2.DriveCommand]
    walk: _containers.RepeatedCompositeFieldContainer[_state_pb2.WalkCommand]
    lamps: _containers.RepeatedCompositeFieldContainer[_state_pb2.LampCommand]
    kinds: _containers.RepeatedCompositeFieldContainer[_state_pb2.BodyKindCommand]
    def __init__(self, dt_s: _Optional[float] = ..., substeps: _Optional[int] = ..., kinematic: _Optional[_Union[_state_pb2.MotionTable, _Mapping]] = ..., drive: _Optional[_Iterable[_Union[_state_pb2.DriveCommand, _Mapping]]] = ..., walk: _Optional[_Iterable[_Union[_state_pb2.WalkCommand, _Mapping]]] = ..., lamps: _Optional[_Iterable[_Union[_state_pb2.LampCommand, _Mapping]]] = ..., kinds: _Optional[_Iterable[_Union[_state_pb2.BodyKindCommand, _Mapping]]] = ...) -> None: ...

class AdvanceResponse(_message.Message):
    __slots__ = ("tick", "time_s", "states", "contacts", "settled")
    TICK_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    tick: int
    time_s: float
    states: _state_pb2.MotionTable
    contacts: _containers.RepeatedCompositeFieldContainer[_state_pb2.Contact]
    settled: _state_pb2.MotionTable
    def __init__(self, tick: _Optional[int] = ..., time_s: _Optional[float] = ..., states: _Optional[_Union[_state_pb2.MotionTable, _Mapping]] = ..., contacts: _Optional[_Iterable[_Union[_state_pb2.Contact, _Mapping]]] = ..., settled: _Optional[_Union[_state_pb2.MotionTable, _Mapping]] = ...) -> None: ...

class CaptureRequest(_message.Message):
    __slots__ = ("cameras", "passes", "slot", "silhouettes")
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    PASSES_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    SILHOUETTES_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[_capture_pb2.Camera]
    passes: _containers.RepeatedScalarFieldContainer[_capture_pb2.Pass]
    slot: int
    silhouettes: bool
    def __init__(self, cameras: _Optional[_Iterable[_Union[_capture_pb2.Camera, _Mapping]]] = ..., passes: _Optional[_Iterable[_Union[_capture_pb2.Pass, str]]] = ..., slot: _Optional[int] = ..., silhouettes: bool = ...) -> None: ...

class CaptureResponse(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: CaptureHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[CaptureHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class CaptureHeader(_message.Message):
    __slots__ = ("tick", "time_s", "cameras", "slot_offset", "size", "draw_s", "read_s")
    TICK_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    SLOT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    DRAW_S_FIELD_NUMBER: _ClassVar[int]
    READ_S_FIELD_NUMBER: _ClassVar[int]
    tick: int
    time_s: float
    cameras: _containers.RepeatedCompositeFieldContainer[_capture_pb2.CameraFrame]
    slot_offset: int
    size: int
    draw_s: float
    read_s: float
    def __init__(self, tick: _Optional[int] = ..., time_s: _Optional[float] = ..., cameras: _Optional[_Iterable[_Union[_capture_pb2.CameraFrame, _Mapping]]] = ..., slot_offset: _Optional[int] = ..., size: _Optional[int] = ..., draw_s: _Optional[float] = ..., read_s: _Optional[float] = ...) -> None: ...

class SetEnvironmentRequest(_message.Message):
    __slots__ = ("environment",)
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    environment: _capture_pb2.Environment
    def __init__(self, environment: _Optional[_Union[_capture_pb2.Environment, _Mapping]] = ...) -> None: ...

class SetEnvironmentResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CastRaysRequest(_message.Message):
    __slots__ = ("origins", "directions", "max_distance_m")
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    DIRECTIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_DISTANCE_M_FIELD_NUMBER: _ClassVar[int]
    origins: _containers.RepeatedCompositeFieldContainer[_geometry_pb2.Vector3]
    directions: _containers.RepeatedCompositeFieldContainer[_geometry_pb2.Vector3]
    max_distance_m: float
    def __init__(self, origins: _Optional[_Iterable[_Union[_geometry_pb2.Vector3, _Mapping]]] = ..., directions: _Optional[_Iterable[_Union[_geometry_pb2.Vector3, _Mapping]]] = ..., max_distance_m: _Optional[float] = ...) -> None: ...

class CastRaysResponse(_message.Message):
    __slots__ = ("hits",)
    HITS_FIELD_NUMBER: _ClassVar[int]
    hits: _containers.RepeatedCompositeFieldContainer[RayHit]
    def __init__(self, hits: _Optional[_Iterable[_Union[RayHit, _Mapping]]] = ...) -> None: ...

class RayHit(_message.Message):
    __slots__ = ("body", "distance_m", "normal")
    BODY_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_M_FIELD_NUMBER: _ClassVar[int]
    NORMAL_FIELD_NUMBER: _ClassVar[int]
    body: int
    distance_m: float
    normal: _geometry_pb2.Vector3
    def __init__(self, body: _Optional[int] = ..., distance_m: _Optional[float] = ..., normal: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ...) -> None: ...

class SaveRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SaveResponse(_message.Message):
    __slots__ = ("save_id",)
    SAVE_ID_FIELD_NUMBER: _ClassVar[int]
    save_id: int
    def __init__(self, save_id: _Optional[int] = ...) -> None: ...

class RestoreRequest(_message.Message):
    __slots__ = ("save_id",)
    SAVE_ID_FIELD_NUMBER: _ClassVar[int]
    save_id: int
    def __init__(self, save_id: _Optional[int] = ...) -> None: ...

class RestoreResponse(_message.Message):
    __slots__ = ("tick", "states", "time_s")
    TICK_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    tick: int
    states: _state_pb2.MotionTable
    time_s: float
    def __init__(self, tick: _Optional[int] = ..., states: _Optional[_Union[_state_pb2.MotionTable, _Mapping]] = ..., time_s: _Optional[float] = ...) -> None: ...

class ShutdownRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ShutdownResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
