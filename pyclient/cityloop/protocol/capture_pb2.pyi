from cityloop.protocol import geometry_pb2 as _geometry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Pass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PASS_UNSPECIFIED: _ClassVar[Pass]
    PASS_RGB: _ClassVar[Pass]
    PASS_DEPTH: _ClassVar[Pass]
    PASS_INSTANCE: _ClassVar[Pass]
    PASS_SEMANTIC: _ClassVar[Pass]
    PASS_FLOW_BACKWARD: _ClassVar[Pass]
    PASS_FLOW_FORWARD: _ClassVar[Pass]
    PASS_NORMAL: _ClassVar[Pass]
    PASS_VELOCITY: _ClassVar[Pass]
    PASS_DEPTH_CHANGE_BACKWARD: _ClassVar[Pass]
    PASS_DEPTH_CHANGE_FORWARD: _ClassVar[Pass]

class DataType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DATA_TYPE_UNSPECIFIED: _ClassVar[DataType]
    DATA_TYPE_UINT8: _ClassVar[DataType]
    DATA_TYPE_UINT32: _ClassVar[DataType]
    DATA_TYPE_FLOAT32: _ClassVar[DataType]
PASS_UNSPECIFIED: Pass
PASS_RGB: Pass
PASS_DEPTH: Pass
PASS_INSTANCE: Pass
PASS_SEMANTIC: Pass
PASS_FLOW_BACKWARD: Pass
PASS_FLOW_FORWARD: Pass
PASS_NORMAL: Pass
PASS_VELOCITY: Pass
PASS_DEPTH_CHANGE_BACKWARD: Pass
PASS_DEPTH_CHANGE_FORWARD: Pass
DATA_TYPE_UNSPECIFIED: DataType
DATA_TYPE_UINT8: DataType
DATA_TYPE_UINT32: DataType
DATA_TYPE_FLOAT32: DataType

class Camera(_message.Message):
    __slots__ = ("name", "body", "mount", "width", "height", "fx", "fy", "cx", "cy", "near_m", "far_m", "hide_host")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    MOUNT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FX_FIELD_NUMBER: _ClassVar[int]
    FY_FIELD_NUMBER: _ClassVar[int]
    CX_FIELD_NUMBER: _ClassVar[int]
    CY_FIELD_NUMBER: _ClassVar[int]
    NEAR_M_FIELD_NUMBER: _ClassVar[int]
    FAR_M_FIELD_NUMBER: _ClassVar[int]
    HIDE_HOST_FIELD_NUMBER: _ClassVar[int]
    name: str
    body: int
    mount: _geometry_pb2.Pose
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    near_m: float
    far_m: float
    hide_host: bool
    def __init__(self, name: _Optional[str] = ..., body: _Optional[int] = ..., mount: _Optional[_Union[_geometry_pb2.Pose, _Mapping]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., fx: _Optional[float] = ..., fy: _Optional[float] = ..., cx: _Optional[float] = ..., cy: _Optional[float] = ..., near_m: _Optional[float] = ..., far_m: _Optional[float] = ..., hide_host: bool = ...) -> None: ...

class Environment(_message.Message):
    __slots__ = ("sun_direction", "sun_irradiance", "zenith_radiance", "horizon_radiance", "exposure", "cloud_cover", "fog_density_per_m", "wetness", "rain_mm_per_h", "snowfall_mm_per_h", "snow_cover")
    SUN_DIRECTION_FIELD_NUMBER: _ClassVar[int]
    SUN_IRRADIANCE_FIELD_NUMBER: _ClassVar[int]
    ZENITH_RADIANCE_FIELD_NUMBER: _ClassVar[int]
    HORIZON_RADIANCE_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    CLOUD_COVER_FIELD_NUMBER: _ClassVar[int]
    FOG_DENSITY_PER_M_FIELD_NUMBER: _ClassVar[int]
    WETNESS_FIELD_NUMBER: _ClassVar[int]
    RAIN_MM_PER_H_FIELD_NUMBER: _ClassVar[int]
    SNOWFALL_MM_PER_H_FIELD_NUMBER: _ClassVar[int]
    SNOW_COVER_FIELD_NUMBER: _ClassVar[int]
    sun_direction: _geometry_pb2.Vector3
    sun_irradiance: _geometry_pb2.Color
    zenith_radiance: _geometry_pb2.Color
    horizon_radiance: _geometry_pb2.Color
    exposure: float
    cloud_cover: float
    fog_density_per_m: float
    wetness: float
    rain_mm_per_h: float
    snowfall_mm_per_h: float
    snow_cover: float
    def __init__(self, sun_direction: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., sun_irradiance: _Optional[_Union[_geometry_pb2.Color, _Mapping]] = ..., zenith_radiance: _Optional[_Union[_geometry_pb2.Color, _Mapping]] = ..., horizon_radiance: _Optional[_Union[_geometry_pb2.Color, _Mapping]] = ..., exposure: _Optional[float] = ..., cloud_cover: _Optional[float] = ..., fog_density_per_m: _Optional[float] = ..., wetness: _Optional[float] = ..., rain_mm_per_h: _Optional[float] = ..., snowfall_mm_per_h: _Optional[float] = ..., snow_cover: _Optional[float] = ...) -> None: ...

class PassLayout(_message.Message):
    __slots__ = ("data_type", "shape", "strides", "offset")
    PASS_FIELD_NUMBER: _ClassVar[int]
    DATA_TYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    STRIDES_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    data_type: DataType
    shape: _containers.RepeatedScalarFieldContainer[int]
    strides: _containers.RepeatedScalarFieldContainer[int]
    offset: int
    def __init__(self, data_type: _Optional[_Union[DataType, str]] = ..., shape: _Optional[_Iterable[int]] = ..., strides: _Optional[_Iterable[int]] = ..., offset: _Optional[int] = ..., **kwargs) -> None: ...

class Silhouette(_message.Message):
    __slots__ = ("instance_id", "xmin", "ymin", "xmax", "ymax", "left", "top", "width", "height", "mask")
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    XMIN_FIELD_NUMBER: _ClassVar[int]
    YMIN_FIELD_NUMBER: _ClassVar[int]
    XMAX_FIELD_NUMBER: _ClassVar[int]
    YMAX_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    instance_id: int
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    left: int
    top: int
    width: int
    height: int
    mask: bytes
    def __init__(self, instance_id: _Optional[int] = ..., xmin: _Optional[float] = ..., ymin: _Optional[float] = ..., xmax: _Optional[float] = ..., ymax: _Optional[float] = ..., left: _Optional[int] = ..., top: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., mask: _Optional[bytes] = ...) -> None: ...

class CameraFrame(_message.Message):
    __slots__ = ("camera", "world_from_camera", "passes", "triangles", "silhouettes")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    WORLD_FROM_CAMERA_FIELD_NUMBER: _ClassVar[int]
    PASSES_FIELD_NUMBER: _ClassVar[int]
    TRIANGLES_FIELD_NUMBER: _ClassVar[int]
    SILHOUETTES_FIELD_NUMBER: _ClassVar[int]
    camera: str
    world_from_camera: _geometry_pb2.Pose
    passes: _containers.RepeatedCompositeFieldContainer[PassLayout]
    triangles: int
    silhouettes: _containers.RepeatedCompositeFieldContainer[Silhouette]
    def __init__(self, camera: _Optional[str] = ..., world_from_camera: _Optional[_Union[_geometry_pb2.Pose, _Mapping]] = ..., passes: _Optional[_Iterable[_Union[PassLayout, _Mapping]]] = ..., triangles: _Optional[int] = ..., silhouettes: _Optional[_Iterable[_Union[Silhouette, _Mapping]]] = ...) -> None: ...
