"""Ways to a session with an engine: start one on this machine, or connect to one that runs."""

import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc

from cityloop.engine.child import Child
from cityloop.engine.client import Engine
from cityloop.engine.process import EngineProcess
from cityloop.engine.unity_process import UnityProcess
from cityloop.errors import EngineError, RequestError

_MAX_MESSAGE_BYTES = 512 * 2**20
_CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    # An engine is never behind a web proxy, whatever the environment variables say.
    ("grpc.enable_http_proxy", 0),
]
# The least time that a handshake is given, s.
_LEAST_HANDSHAKE_S = 1.0
KINDS = ("embedded", "unity")


@dataclass(frozen=True)
class RunningEngine:
    """An engine that was started and has no session yet.

    Attributes:
        process: it; `process.stop()` ends it.
        address: "host:port".
        token: what a client must show.
    """

    process: Child
    address: str
    token: str


def start(
    kind: str = "embedded",
    *,
    build: str | os.PathLike[str] | None = None,
    access_token: str = "",
    player_arguments: Sequence[str] = (),
    deadline_s: float = 60.0,
) -> RunningEngine:
    """Start an engine on this machine; it ends with this process, or when it is stopped.

    Args, Raises: as `launch`.
    """
    if kind not in KINDS:
        raise EngineError(
            f"There is no engine {kind!r} to launch: launch 'embedded' or 'unity', or connect()."
        )
    if kind == "unity":
        if build is None:
            raise EngineError(
                "Which Unity player? Name it with launch('unity', build=PATH) or --build PATH; "
                "'python tools/unity build' makes one."
            )
        token = access_token or secrets.token_hex(24)
        player = UnityProcess(Path(build), deadline_s, token, player_arguments)
        return RunningEngine(player, player.address, token)
    if build is not None or player_arguments:
        raise EngineError(
            "build and player_arguments are for engine 'unity': the embedded engine has neither."
        )
    token_argument = (f"--access-token={access_token}",) if access_token else ()
    process = EngineProcess(deadline_s, token_argument)
    return RunningEngine(process, process.address, access_token)


def launch(
    kind: str = "embedded",
    *,
    build: str | os.PathLike[str] | None = None,
    access_token: str = "",
    player_arguments: Sequence[str] = (),
    shared_memory: bool = True,
    deadline_s: float = 60.0,
    timeout_s: float = 120.0,
) -> Engine:
    """Start an engine on this machine and open a session; it ends with the session.

    Args:
        kind: "embedded", or "unity" for a built player.
        build: the player, its .app, or the folder that it was built into (unity only).
        access_token: what clients must show; a player is given a random one where it is empty.
        player_arguments: further command line arguments of the player (unity only). With
            "-batchmode" and "-nographics" it needs no display, and cannot draw.
        shared_memory: map the engine's memory instead of receiving pixels.
        deadline_s: time that the start may take, the handshake included.
        timeout_s: time that a call may take.

    Raises:
        EngineError: if there is no such kind or build, or it does not start.
    """
    began = time.monotonic()
    running = start(
        kind,
        build=build,
        access_token=access_token,
        player_arguments=player_arguments,
        deadline_s=deadline_s,
    )
    channel = grpc.insecure_channel(running.address, _CHANNEL_OPTIONS)
    try:
        return Engine(
            channel,
            running.address,
            process=running.process,
            token=running.token,
            shared_memory=shared_memory,
            timeout_s=timeout_s,
            handshake_s=max(_LEAST_HANDSHAKE_S, deadline_s - (time.monotonic() - began)),
        )
    except RequestError as error:
        _give_up(channel, running.process)
        # Only its version can be at fault: the handshake asks for nothing else.
        raise EngineError(f"{running.process.name} refused the handshake: {error}") from None
    except BaseException:
        _give_up(channel, running.process)
        raise


def _give_up(channel: grpc.Channel, process: Child) -> None:
    channel.close()
    process.stop()


def connect(
    address: str,
    *,
    token: str = "",
    shared_memory: bool = True,
    root_certificates: bytes | None = None,
    timeout_s: float = 120.0,
) -> Engine:
    """Open a session with a running engine; a session of another client ends.

    Args:
        address: "host:port".
        token: the access token that the engine was started with.
        shared_memory: map the engine's memory where it is on the same machine.
        root_certificates: PEM certificates to trust; given, the channel is encrypted.
        timeout_s: time that a call may take.

    Raises:
        EngineError: if nobody answers there, or the engine does not want this client.
    """
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdigit()):
        raise EngineError(f"{address!r} is no address of an engine: give it as host:port.")
    if root_certificates is None:
        channel = grpc.insecure_channel(address, _CHANNEL_OPTIONS)
    else:
        credentials = grpc.ssl_channel_credentials(root_certificates)
        channel = grpc.secure_channel(address, credentials, _CHANNEL_OPTIONS)
    try:
        return Engine(
            channel, address, token=token, shared_memory=shared_memory, timeout_s=timeout_s
        )
    except BaseException:
        channel.close()
        raise
