"""Protocol messages into columns and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cityloop.engine.commands import BodyKind
from cityloop.engine.encode import BODY_KINDS, MOTION_COLUMNS, PASS_NAMES
from cityloop.engine.frames import CameraImages, CameraSpec
from cityloop.engine.state import BodyStates, Contact, WorldState
from cityloop.errors import EngineError
from cityloop.protocol import capture_pb2, engine_pb2, geometry_pb2, state_pb2
from cityloop.spatial import Pose, Silhouettes
from cityloop.spatial.rotation import Array

_DTYPES: dict[int, str] = {
    capture_pb2.DATA_TYPE_UINT8: "u1",
    capture_pb2.DATA_TYPE_UINT32: "<u4",
    capture_pb2.DATA_TYPE_FLOAT32: "<f4",
}
_KIND_NAMES: dict[int, BodyKind] = {number: name for name, number in BODY_KINDS.items()}
_T = TypeVar("_T", np.float32, np.float64)


@dataclass(frozen=True)
class RayHits:
    """Where N rays hit.

    Attributes:
        body: (N,) uint32, 0 for no hit.
        distance_m: (N,) from the origin, 0 for no hit.
        normal: (N, 3) unit surface normal, world.
    """

    body: NDArray[np.uint32]
    distance_m: Array
    normal: Array


def body_states(table: state_pb2.MotionTable) -> BodyStates:
    """Return the columns of body states; the arrays are read-only.

    Raises:
        EngineError: if the columns do not fit each other.
    """
    ids = np.frombuffer(table.ids, dtype="<u4")
    n = len(ids)
    try:
        motion = np.frombuffer(table.motion, dtype="<f8").reshape(n, MOTION_COLUMNS)
        kind = _kinds(table.kinds)
        wheels = np.frombuffer(table.wheels, dtype="<f8").reshape(-1, 5)
        bones = np.frombuffer(table.bones, dtype="<f4").reshape(-1, 3, 4)
        if len(kind) != n:
            raise ValueError(f"{len(kind)} kinds for {n} bodies")
        return BodyStates(
            ids=ids,
            position=motion[:, 0:3],
            quaternion=motion[:, 3:7],
            velocity=motion[:, 7:10],
            angular_velocity=motion[:, 10:13],
            acceleration=motion[:, 13:16],
            kind=kind,
            wheels=_by_id(ids, table.wheel_counts, wheels),
            bones=_by_id(ids, table.bone_counts, bones),
        )
    except (ValueError, KeyError) as error:
        raise EngineError(f"The engine's columns do not fit each other: {error}.") from None


@lru_cache(maxsize=4)  # bodies rarely change their kind, come or go
def _kinds(numbers: bytes) -> tuple[BodyKind, ...]:
    return tuple(_KIND_NAMES[number] for number in numbers)


def _by_id(ids: NDArray[np.uint32], counts: bytes, rows: NDArray[_T]) -> dict[int, NDArray[_T]]:
    """Return the rows of each body that has some, of which `counts` tells the number."""
    if not counts and not len(rows):
        return {}
    number = np.frombuffer(counts, dtype=np.uint8)
    ends = np.cumsum(number, dtype=np.intp)
    total = int(ends[-1]) if len(ends) else 0
    if (counts and len(counts) != len(ids)) or total != len(rows):
        raise ValueError(f"{len(rows)} rows for {len(counts)} counts of {len(ids)} bodies")
    some = np.flatnonzero(number)
    parts = (ids[some].tolist(), (ends - number)[some].tolist(), ends[some].tolist())
    return {body_id: rows[start:end] for body_id, start, end in zip(*parts, strict=True)}


def world_state(response: engine_pb2.AdvanceResponse) -> WorldState:
    """Return the state after a tick."""
    return WorldState(
        tick=response.tick,
        time_s=response.time_s,
        bodies=body_states(response.states),
        contacts=tuple(
            Contact(c.body_a, c.body_b, _vector(c.point), _vector(c.normal), c.impulse_ns)
            for c in response.contacts
        ),
        settled=body_states(response.settled),
    )


def ray_hits(response: engine_pb2.CastRaysResponse) -> RayHits:
    """Return the columns of ray hits."""
    hits = response.hits
    return RayHits(
        np.array([hit.body for hit in hits], dtype=np.uint32),
        np.array([hit.distance_m for hit in hits], dtype=np.float64),
        np.array([(h.normal.x, h.normal.y, h.normal.z) for h in hits]).reshape(-1, 3),
    )


def camera_images(
    header: engine_pb2.CaptureHeader, cameras: Sequence[CameraSpec], pixels: memoryview
) -> list[CameraImages]:
    """Return the pictures of all cameras as views of `pixels`, which start at the slot.

    Raises:
        EngineError: if the header does not fit the request or the pixels.
    """
    if [frame.camera for frame in header.cameras] != [camera.name for camera in cameras]:
        raise EngineError("The engine sent other cameras than those that were asked for.")
    images = []
    for frame, camera in zip(header.cameras, cameras, strict=True):
        passes = {PASS_NAMES[layout.pass_]: _view(layout, pixels) for layout in _layouts(frame)}
        p, q = frame.world_from_camera.position, frame.world_from_camera.rotation
        images.append(
            CameraImages(
                camera=frame.camera,
                tick=header.tick,
                time_s=header.time_s,
                world_from_camera=Pose(_vector(p), np.array([q.x, q.y, q.z, q.w])),
                intrinsics=camera.intrinsics,
                passes=passes,
                triangles=frame.triangles,
                silhouettes=_silhouettes(frame.silhouettes),
            )
        )
    return images


def _silhouettes(messages: Sequence[capture_pb2.Silhouette]) -> Silhouettes:
    if not messages:
        return Silhouettes.none()
    masks = []
    for m in messages:
        packed = np.frombuffer(m.mask, dtype=np.uint8)
        row_bytes = -(-m.width // 8)
        if packed.size != m.height * row_bytes or not packed.size:
            raise EngineError(
                f"The engine sent {packed.size} bytes for the silhouette of {m.instance_id}, which "
                f"is {m.width} x {m.height} pixels."
            )
        bits = np.unpackbits(packed.reshape(m.height, row_bytes), axis=1, count=m.width)
        masks.append(bits.view(np.bool_))
    return Silhouettes(
        np.array([m.instance_id for m in messages], dtype=np.uint32),
        np.array([(m.xmin, m.ymin, m.xmax, m.ymax) for m in messages]),
        np.array([(m.left, m.top) for m in messages], dtype=np.int64),
        tuple(masks),
    )


@dataclass(frozen=True)
class _Layout:
    pass_: int
    message: capture_pb2.PassLayout


def _layouts(frame: capture_pb2.CameraFrame) -> list[_Layout]:
    # "pass" is a keyword of Python, so the field has to be asked for by name.
    return [_Layout(getattr(layout, "pass"), layout) for layout in frame.passes]


def _view(layout: _Layout, pixels: memoryview) -> NDArray[np.generic]:
    message = layout.message
    dtype = _DTYPES.get(message.data_type)
    if dtype is None:
        raise EngineError(f"The engine sent numbers of the unknown type {message.data_type}.")
    try:
        return np.ndarray(
            tuple(message.shape), dtype, pixels, message.offset, tuple(message.strides)
        )
    except (TypeError, ValueError) as error:
        raise EngineError(
            f"The engine's layout of a pass does not fit its pixels: {error}."
        ) from None


def _vector(v: geometry_pb2.Vector3) -> Array:
    return np.array([v.x, v.y, v.z])
