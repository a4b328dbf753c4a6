"""The client of an engine: handshake, lockstep, pictures, and errors that say what happened."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TypeVar

import grpc
import numpy as np
from numpy.typing import ArrayLike

from cityloop.engine import decode, encode
from cityloop.engine.child import Child
from cityloop.engine.commands import BodySpec, Commands
from cityloop.engine.decode import RayHits
from cityloop.engine.frames import PASSES, CameraImages, CameraSpec
from cityloop.engine.mapped import MappedFrames
from cityloop.engine.state import BodyStates, WorldState
from cityloop.errors import EngineError, RequestError
from cityloop.protocol import engine_pb2, engine_pb2_grpc, state_pb2
from cityloop.world.environment import Environment
from cityloop.world.scene import Scene

PROTOCOL_MAJOR = 2
PROTOCOL_MINOR = 1
_SESSION_KEY = "cityloop-session"
_LAST_PICTURE_S = 10.0  # that closing waits for a drawing under way
_NOTHING = Commands()
_NOBODY = decode.body_states(state_pb2.MotionTable())
# Codes by which an engine says that the request is at fault, not the engine.
_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNIMPLEMENTED,
}

T = TypeVar("T")


@dataclass(frozen=True)
class EngineInfo:
    """Who answers; `HandshakeResponse` in engine.proto defines each field."""

    name: str
    version: str
    protocol: tuple[int, int]
    capabilities: tuple[str, ...]
    renderer: str
    shared_memory: bool


class Engine:
    """A session with an engine; use it as a context manager, or call `close`.

    `launch` and `connect` open one. Calls are answered one after another; a call waits for a
    capture that is under way.

    Args:
        channel: to the engine; the session closes it.
        address: the engine's, for messages.
        process: the engine, if it is to end with the session.
        token: the access token that the engine was started with.
        shared_memory: map the engine's memory where it is on the same machine.
        timeout_s: time that a call may take.
        handshake_s: time that the handshake may take, if it is not that.

    Raises (all methods):
        RequestError: the engine refused the request; the message says why.
        EngineError: the engine cannot be reached, or died.
    """

    def __init__(
        self,
        channel: grpc.Channel,
        address: str,
        *,
        process: Child | None = None,
        token: str = "",
        shared_memory: bool = True,
        timeout_s: float = 120.0,
        handshake_s: float | None = None,
    ) -> None:
        self._channel = channel
        self._address = address
        self._process = process
        self._timeout_s = handshake_s or timeout_s
        self._stub = engine_pb2_grpc.EngineServiceStub(channel)  # type: ignore[no-untyped-call]
        self._metadata: tuple[tuple[str, str], ...] = ()
        self._frames: MappedFrames | None = None
        self._state = WorldState(0, 0.0, _NOBODY)
        self._capturing: Future[list[CameraImages]] | None = None
        self._drawer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="capture")
        self._closed = False
        self.info = self._open(token, shared_memory)
        self._timeout_s = timeout_s

    def _open(self, token: str, shared_memory: bool) -> EngineInfo:
        """Shake hands; ask again for streamed pixels if the engine's memory is not ours."""
        answer = self._handshake(token, shared_memory)
        if answer.shared_memory_path:
            try:
                self._frames = MappedFrames(answer.shared_memory_path, answer.shared_memory_key)
            except EngineError:
                answer = self._handshake(token, False)
        return EngineInfo(
            name=answer.engine_name,
            version=answer.engine_version,
            protocol=(answer.protocol_major, answer.protocol_minor),
            capabilities=tuple(answer.capabilities),
            renderer=answer.renderer,
            shared_memory=self._frames is not None,
        )

    def _handshake(self, token: str, shared_memory: bool) -> engine_pb2.HandshakeResponse:
        request = engine_pb2.HandshakeRequest(
            protocol_major=PROTOCOL_MAJOR,
            protocol_minor=PROTOCOL_MINOR,
            access_token=token,
            wants_shared_memory=shared_memory,
        )
        answer: engine_pb2.HandshakeResponse = self._call(self._stub.Handshake, request)
        if answer.protocol_major != PROTOCOL_MAJOR:
            raise EngineError(
                f"The engine at {self._address} speaks protocol {answer.protocol_major}."
                f"{answer.protocol_minor}, this client {PROTOCOL_MAJOR}.{PROTOCOL_MINOR}: use "
                "versions of the same major number."
            )
        self._metadata = ((_SESSION_KEY, answer.session_token),)
        return answer

    # Scene and bodies --------------------------------------------------------------------------

    @property
    def state(self) -> WorldState:
        """The newest tick."""
        return self._state

    def load_scene(self, scene: Scene) -> int:
        """Replace the scene by the textures, materials, meshes and prototypes of `scene`.

        Its placements are not spawned: that is `spawn`'s, because the caller chooses ids. The world
        is at tick 0 then, without bodies. Returns the number of triangles of all meshes.
        """
        self._settle()
        items = list(encode.scene_items(scene))
        answer = self._call(self._stub.LoadScene, iter(items))
        self._state = WorldState(0, 0.0, _NOBODY)
        return int(answer.triangles)

    def spawn(self, bodies: Sequence[BodySpec]) -> BodyStates:
        """Place all bodies at the newest tick, or none; return the states of those that can move.

        The returned rows are by rising id.
        """
        self._settle()
        if not bodies:
            return _NOBODY
        answer = self._call(self._stub.Spawn, encode.bodies(bodies))
        new = decode.body_states(answer.states)
        self._state = replace(self._state, bodies=_merged(self._state.bodies, new))
        return new

    def despawn(self, ids: Sequence[int]) -> None:
        """Remove bodies from the newest tick on."""
        self._settle()
        if not ids:
            return
        request = engine_pb2.DespawnRequest(ids=[encode.body_number(i) for i in ids])
        self._call(self._stub.Despawn, request)
        stay = ~np.isin(self._state.bodies.ids, np.asarray(ids, dtype=np.uint32))
        self._state = replace(self._state, bodies=_rows(self._state.bodies, np.flatnonzero(stay)))

    # Lockstep ----------------------------------------------------------------------------------

    def advance(self, dt_s: float, substeps: int = 10, commands: Commands = _NOTHING) -> WorldState:
        """Lead to the next tick, `dt_s` seconds later in `substeps` physics steps; return it.

        Raises:
            RequestError: if `substeps` is no whole number above 0.
            EngineError: if the engine refuses or dies.
        """
        if not isinstance(substeps, int) or substeps < 1:
            raise RequestError(
                f"advance(substeps={substeps!r}) is impossible: give a whole number of 1 or more."
            )
        self._settle()
        request = encode.advance(dt_s, substeps, commands)
        self._state = decode.world_state(self._call(self._stub.Advance, request))
        return self._state

    def capture(
        self,
        cameras: Sequence[CameraSpec],
        passes: Sequence[str] = PASSES,
        slot: int = 0,
        *,
        silhouettes: bool = False,
    ) -> list[CameraImages]:
        """Draw the tick before the newest; return the pictures of each camera, in order.

        With shared memory the arrays are read-only views that hold until the same `slot` (0 to 7)
        is captured to again; copy what you keep. With `silhouettes` every object that is seen is
        drawn alone as well.
        """
        return self.capture_async(cameras, passes, slot, silhouettes=silhouettes).result()

    def capture_async(
        self,
        cameras: Sequence[CameraSpec],
        passes: Sequence[str] = PASSES,
        slot: int = 0,
        *,
        silhouettes: bool = False,
    ) -> "Future[list[CameraImages]]":
        """Start a `capture` and return at once; the engine draws while the client works on."""
        if silhouettes and self.info.protocol < (PROTOCOL_MAJOR, 1):
            raise RequestError(
                f"The engine at {self._address} speaks protocol "
                f"{self.info.protocol[0]}.{self.info.protocol[1]} and cannot draw objects alone: "
                "use an engine of this version."
            )
        self._settle()
        request = encode.capture(cameras, passes, slot, silhouettes)
        self._capturing = self._drawer.submit(self._capture, request, tuple(cameras))
        return self._capturing

    def _capture(
        self, request: engine_pb2.CaptureRequest, cameras: tuple[CameraSpec, ...]
    ) -> list[CameraImages]:
        def receive() -> tuple[engine_pb2.CaptureHeader, memoryview]:
            stream: Iterator[engine_pb2.CaptureResponse] = self._stub.Capture(
                request, metadata=self._metadata, timeout=self._timeout_s
            )
            first = next(stream, None)
            if first is None:
                raise EngineError(f"The engine at {self._address} answered a capture with nothing.")
            header = first.header
            if self._frames is not None:
                for _ in stream:
                    raise EngineError("The engine streamed pixels beside its shared memory.")
                return header, self._frames.view(header.slot_offset, header.size)
            pixels = bytearray()
            for message in stream:
                pixels += message.chunk
            return header, memoryview(pixels).toreadonly()

        header, pixels = self._guard(receive)
        return decode.camera_images(header, cameras, pixels)

    def set_environment(self, environment: Environment) -> None:
        """Set light and air for the captures that follow."""
        self._settle()
        self._call(self._stub.SetEnvironment, encode.environment(environment))

    def cast_rays(
        self, origins: ArrayLike, directions: ArrayLike, max_distance_m: float
    ) -> RayHits:
        """Shoot rays (N, 3), (N, 3) at the collision shapes of the newest tick."""
        self._settle()
        request = encode.rays(np.asarray(origins), np.asarray(directions), max_distance_m)
        return decode.ray_hits(self._call(self._stub.CastRays, request))

    def save(self) -> int:
        """Keep the whole state in the engine; return its handle."""
        self._settle()
        return int(self._call(self._stub.Save, engine_pb2.SaveRequest()).save_id)

    def restore(self, save_id: int) -> WorldState:
        """Go back to a kept state; return it (its contacts are not kept)."""
        if not isinstance(save_id, int) or not 0 <= save_id < 2**32:
            raise RequestError(f"There is no save {save_id!r}: give what save() returned.")
        self._settle()
        answer = self._call(self._stub.Restore, engine_pb2.RestoreRequest(save_id=save_id))
        self._state = WorldState(answer.tick, answer.time_s, decode.body_states(answer.states))
        return self._state

    # Ending ------------------------------------------------------------------------------------

    def close(self) -> None:
        """End the engine if this client launched it; one that was connected to goes on waiting."""
        if self._closed:
            return
        self._closed = True
        frozen = bool(self._capturing and wait([self._capturing], _LAST_PICTURE_S).not_done)
        if frozen:  # its end, or that of the channel, ends the call that the drawer waits in
            if self._process is not None:
                self._process.stop()
            self._channel.close()
        self._drawer.shutdown()
        if self._process is not None and not frozen:
            with suppress(grpc.RpcError):
                self._stub.Shutdown(
                    engine_pb2.ShutdownRequest(), metadata=self._metadata, timeout=10.0
                )
        if self._frames is not None:
            self._frames.close()
        if self._process is not None:
            self._process.stop()
            if self._frames is not None:
                self._frames.remove()
        self._channel.close()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _settle(self) -> None:
        """Wait for a capture that is under way; its result or error stays with its future."""
        if self._closed and self._capturing is None:
            raise EngineError("The session with the engine is closed: launch or connect again.")
        if self._capturing is not None:
            wait([self._capturing])
            self._capturing = None

    def _call(self, method: Callable[..., T], request: object) -> T:
        return self._guard(
            lambda: method(request, metadata=self._metadata, timeout=self._timeout_s)
        )

    def _guard(self, work: Callable[[], T]) -> T:
        """Return what `work` does; a failed call becomes one sentence."""
        try:
            return work()
        except grpc.RpcError as error:
            failure = self._explain(error)
        raise failure

    def _explain(self, error: grpc.RpcError) -> EngineError:
        code, details = error.code(), error.details() or ""
        if code in _REFUSALS:
            return RequestError(details)
        if self._process is not None:
            obituary = self._process.obituary()
            if obituary:
                return EngineError(obituary)
        if code == grpc.StatusCode.UNAVAILABLE:
            if self._frames is not None:
                # An engine that was killed cannot do it; one that lives does not need the name.
                self._frames.remove()
            return EngineError(
                f"The engine at {self._address} cannot be reached: is it running, at this address, "
                "and do both sides use TLS or neither?"
            )
        if code == grpc.StatusCode.DEADLINE_EXCEEDED:
            last = "" if self._process is None else f" Its last words: {self._process.last_words()}"
            return EngineError(
                f"The engine at {self._address} did not answer within {self._timeout_s:g} s.{last}"
            )
        if code == grpc.StatusCode.UNAUTHENTICATED:
            return EngineError(details)
        return EngineError(f"The engine at {self._address} failed ({code.name}): {details}")


def _merged(old: BodyStates, new: BodyStates) -> BodyStates:
    """Return the bodies of both by rising id."""
    joined = BodyStates(
        np.concatenate([old.ids, new.ids]),
        np.vstack([old.position, new.position]),
        np.vstack([old.quaternion, new.quaternion]),
        np.vstack([old.velocity, new.velocity]),
        np.vstack([old.angular_velocity, new.angular_velocity]),
        np.vstack([old.acceleration, new.acceleration]),
        old.kind + new.kind,
        {**old.wheels, **new.wheels},
        {**old.bones, **new.bones},
    )
    return _rows(joined, np.argsort(joined.ids, kind="stable"))


def _rows(states: BodyStates, rows: "np.typing.NDArray[np.intp]") -> BodyStates:
    ids = states.ids[rows]
    kept = set(ids.tolist())
    return BodyStates(
        ids,
        states.position[rows],
        states.quaternion[rows],
        states.velocity[rows],
        states.angular_velocity[rows],
        states.acceleration[rows],
        tuple(states.kind[i] for i in rows.tolist()),
        {i: wheels for i, wheels in states.wheels.items() if i in kept},
        {i: bones for i, bones in states.bones.items() if i in kept},
    )
