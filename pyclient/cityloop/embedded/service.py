"""The engine service: sessions, one worker thread, and refusals as gRPC status."""

import hmac
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Protocol, TypeVar

import grpc
import numpy as np

from cityloop.embedded import encode
from cityloop.embedded.air import check_environment
from cityloop.embedded.capture import FrameRenderer, draw_capture
from cityloop.embedded.decode import positive
from cityloop.embedded.refusal import RefusalError, invalid
from cityloop.embedded.shared_frames import SLOTS, SharedFrames
from cityloop.embedded.stage import Stage, StageRenderer
from cityloop.protocol import capture_pb2, engine_pb2, engine_pb2_grpc

PROTOCOL_MAJOR = 2
PROTOCOL_MINOR = 1
CAPABILITIES = (
    "driven",
    "walker",
    "ragdoll",
    "cast_rays",
    "save_restore",
    "pixels",
    "shared_memory",
)
SESSION_KEY = "cityloop-session"
_CHUNK_BYTES = 2**20

T = TypeVar("T")


class EngineRenderer(StageRenderer, FrameRenderer, Protocol):
    """All that the engine needs of a renderer; it is used on the worker thread alone."""

    @property
    def description(self) -> str:
        """What draws, for people."""

    def set_environment(self, environment: capture_pb2.Environment) -> None:
        """Take light and air."""

    def close(self) -> None:
        """Give back the graphics context."""


class EngineService(engine_pb2_grpc.EngineServiceServicer):
    """One engine: a renderer, a stage and, while a client is there, a session.

    A graphics context belongs to a thread, and calls are to be answered in the order in which they
    arrive: so all work is done by one worker thread, which gRPC's own threads wait for.

    Args:
        make_renderer: called once, on the worker thread.
        access_token: what a client must show, empty for nothing.
        on_shutdown: called when a client ends the engine.

    Raises:
        GraphicsError: as `make_renderer` does.
    """

    def __init__(
        self,
        make_renderer: Callable[[], EngineRenderer],
        access_token: str,
        on_shutdown: Callable[[], None],
    ) -> None:
        self._access_token = access_token
        self._on_shutdown = on_shutdown
        self._session = ""
        self._frames: SharedFrames | None = None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")
        try:
            self._renderer = self._worker.submit(make_renderer).result()
            self._stage = self._worker.submit(Stage, self._renderer).result()
        except BaseException:
            self._worker.shutdown()
            raise

    def close(self) -> None:
        """Finish the call under way, then give everything back."""
        self._worker.submit(self._end_session).result()
        self._worker.submit(self._renderer.close).result()
        self._worker.shutdown()

    def _end_session(self) -> None:
        self._session = ""
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _answer(self, context: grpc.ServicerContext, work: Callable[[], T], who: str = "") -> T:
        """Return what `work` does on the worker thread for the session of the call."""
        token = who or dict(context.invocation_metadata()).get(SESSION_KEY, "")

        def guarded() -> T:
            if not who and not (self._session and _same(str(token), self._session)):
                raise RefusalError(
                    grpc.StatusCode.UNAUTHENTICATED,
                    "The session is not, or no longer, open: another client has taken the engine, "
                    "or there was no Handshake.",
                )
            return work()

        try:
            return self._worker.submit(guarded).result()
        except RefusalError as refusal:
            context.abort(refusal.code, refusal.sentence)
        except MemoryError:
            context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED, "The engine's machine is out of memory."
            )
        raise AssertionError("abort raises")

    def Handshake(  # noqa: N802, D102
        self, request: engine_pb2.HandshakeRequest, context: grpc.ServicerContext
    ) -> engine_pb2.HandshakeResponse:
        return self._answer(context, lambda: self._handshake(request), who="newcomer")

    def _handshake(self, request: engine_pb2.HandshakeRequest) -> engine_pb2.HandshakeResponse:
        if request.protocol_major != PROTOCOL_MAJOR:
            raise RefusalError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"The client speaks protocol {request.protocol_major}.{request.protocol_minor}, "
                f"this engine {PROTOCOL_MAJOR}.{PROTOCOL_MINOR}: use versions of the same major "
                "number.",
            )
        if self._access_token and not _same(request.access_token, self._access_token):
            raise RefusalError(
                grpc.StatusCode.UNAUTHENTICATED,
                "The access token is wrong: give the one that the engine was started with.",
            )
        self._end_session()
        self._stage.reset()
        self._set_environment(capture_pb2.Environment())
        if request.wants_shared_memory:
            self._frames = SharedFrames()
        self._session = secrets.token_hex(16)
        return engine_pb2.HandshakeResponse(
            protocol_major=PROTOCOL_MAJOR,
            protocol_minor=PROTOCOL_MINOR,
            engine_name="embedded",
            engine_version=version("cityloop"),
            capabilities=CAPABILITIES,
            session_token=self._session,
            shared_memory_path=str(self._frames.path) if self._frames else "",
            shared_memory_key=self._frames.key if self._frames else b"",
            renderer=self._renderer.description,
        )

    def LoadScene(  # noqa: N802, D102
        self,
        request_iterator: Iterator[engine_pb2.LoadSceneRequest],
        context: grpc.ServicerContext,
    ) -> engine_pb2.LoadSceneResponse:
        items = list(request_iterator)
        triangles = self._answer(context, lambda: self._stage.load(items))
        return engine_pb2.LoadSceneResponse(triangles=triangles)

    def Spawn(  # noqa: N802, D102
        self, request: engine_pb2.SpawnRequest, context: grpc.ServicerContext
    ) -> engine_pb2.SpawnResponse:
        def work() -> engine_pb2.SpawnResponse:
            rows = self._stage.spawn(request.bodies)
            return engine_pb2.SpawnResponse(states=encode.body_states(self._stage.newest, rows))

        return self._answer(context, work)

    def Despawn(  # noqa: N802, D102
        self, request: engine_pb2.DespawnRequest, context: grpc.ServicerContext
    ) -> engine_pb2.DespawnResponse:
        self._answer(context, lambda: self._stage.despawn(request.ids))
        return engine_pb2.DespawnResponse()

    def Advance(  # noqa: N802, D102
        self, request: engine_pb2.AdvanceRequest, context: grpc.ServicerContext
    ) -> engine_pb2.AdvanceResponse:
        def work() -> engine_pb2.AdvanceResponse:
            touches, settled, rows = self._stage.advance(request)
            now = self._stage.newest
            return engine_pb2.AdvanceResponse(
                tick=now.tick,
                time_s=now.time_s,
                states=encode.all_states(now),
                contacts=encode.contacts(touches),
                settled=encode.motions(settled, rows),
            )

        return self._answer(context, work)

    def Capture(  # noqa: N802, D102
        self, request: engine_pb2.CaptureRequest, context: grpc.ServicerContext
    ) -> Iterator[engine_pb2.CaptureResponse]:
        header, pixels = self._answer(context, lambda: self._capture(request))
        yield engine_pb2.CaptureResponse(header=header)
        yield from _chunks(pixels)

    def _capture(
        self, request: engine_pb2.CaptureRequest
    ) -> tuple[engine_pb2.CaptureHeader, memoryview]:
        """Return the header, and the pixels if they are to be streamed."""
        if request.slot >= SLOTS:
            raise invalid(f"Slot {request.slot} does not exist: slots are 0 to {SLOTS - 1}.")
        offset = 0
        streamed = memoryview(b"")

        def allocate(size: int) -> memoryview:
            nonlocal offset, streamed
            if self._frames is not None:
                offset, view = self._frames.slot(request.slot, size)
                return view
            streamed = memoryview(bytearray(size))
            return streamed

        header = draw_capture(request, self._stage, self._renderer, allocate)
        header.slot_offset = offset
        return header, streamed

    def SetEnvironment(  # noqa: N802, D102
        self, request: engine_pb2.SetEnvironmentRequest, context: grpc.ServicerContext
    ) -> engine_pb2.SetEnvironmentResponse:
        self._answer(context, lambda: self._set_environment(request.environment))
        return engine_pb2.SetEnvironmentResponse()

    def _set_environment(self, environment: capture_pb2.Environment) -> None:
        check_environment(environment)
        self._stage.set_wetness(environment.wetness)
        self._renderer.set_environment(environment)

    def CastRays(  # noqa: N802, D102
        self, request: engine_pb2.CastRaysRequest, context: grpc.ServicerContext
    ) -> engine_pb2.CastRaysResponse:
        def work() -> engine_pb2.CastRaysResponse:
            if len(request.origins) != len(request.directions):
                raise invalid(
                    f"There are {len(request.origins)} ray origins and {len(request.directions)} "
                    "directions: give as many of one as of the other."
                )
            reach = positive(request.max_distance_m, "The reach of the rays, max_distance_m,")
            origins = np.array([(v.x, v.y, v.z) for v in request.origins]).reshape(-1, 3)
            directions = np.array([(v.x, v.y, v.z) for v in request.directions]).reshape(-1, 3)
            return encode.ray_hits(self._stage.cast_rays(origins, directions, reach))

        return self._answer(context, work)

    def Save(  # noqa: N802, D102
        self, request: engine_pb2.SaveRequest, context: grpc.ServicerContext
    ) -> engine_pb2.SaveResponse:
        return engine_pb2.SaveResponse(save_id=self._answer(context, self._stage.save))

    def Restore(  # noqa: N802, D102
        self, request: engine_pb2.RestoreRequest, context: grpc.ServicerContext
    ) -> engine_pb2.RestoreResponse:
        def work() -> engine_pb2.RestoreResponse:
            self._stage.restore(request.save_id)
            now = self._stage.newest
            return engine_pb2.RestoreResponse(
                tick=now.tick, states=encode.all_states(now), time_s=now.time_s
            )

        return self._answer(context, work)

    def Shutdown(  # noqa: N802, D102
        self, request: engine_pb2.ShutdownRequest, context: grpc.ServicerContext
    ) -> engine_pb2.ShutdownResponse:
        self._answer(context, self._end_session)
        self._on_shutdown()
        return engine_pb2.ShutdownResponse()


def _same(given: str, wanted: str) -> bool:
    """Compare secrets in a time that tells nothing about them."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def _chunks(pixels: memoryview) -> Iterator[engine_pb2.CaptureResponse]:
    for start in range(0, len(pixels), _CHUNK_BYTES):
        yield engine_pb2.CaptureResponse(chunk=bytes(pixels[start : start + _CHUNK_BYTES]))
