"""The gRPC service in front of a `LengthPrefixedServer`: bytes go through as they are.

gRPC's native library is missing in the player that the checks run, so that it speaks a plain
format over loopback TCP. All numbers are little-endian.

Request: uint32 length of the rest; uint8 length of the method's name, the name in ASCII; uint16
length of the session token, the token in UTF-8; uint32 number of messages; for each a uint32 length
and its bytes.

Reply: uint32 length of the rest; uint8 gRPC status code; uint32 number of messages; for each a
uint32 length and its bytes. For a status other than 0 the only message is a sentence in UTF-8.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import grpc
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from cityloop.protocol import engine_pb2
from unity.player import Player

SESSION_KEY = "cityloop-session"
_SERVICE = engine_pb2.DESCRIPTOR.services_by_name["EngineService"]
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_MAX_MESSAGE_BYTES = 512 * 2**20


class Connection:
    """One client of a `LengthPrefixedServer`; calls are made one at a time.

    Args:
        port: of the server, on loopback.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lock = threading.Lock()

    def call(
        self, method: str, token: str, messages: Sequence[bytes]
    ) -> tuple[grpc.StatusCode, list[bytes]]:
        """Return status and messages of the reply."""
        name, session = method.encode("ascii"), token.encode()
        parts = [struct.pack("<B", len(name)), name, struct.pack("<H", len(session)), session]
        parts.append(struct.pack("<I", len(messages)))
        for message in messages:
            parts += [struct.pack("<I", len(message)), message]
        request = b"".join(parts)
        with self._lock:
            self._socket.sendall(struct.pack("<I", len(request)) + request)
            (length,) = struct.unpack("<I", self._receive(4))
            reply = self._receive(length)
        return _CODES[reply[0]], _messages(reply)

    def _receive(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = self._socket.recv(min(count - len(parts), 2**20))
            if not part:
                raise ConnectionError("the player closed the connection")
            parts += part
        return bytes(parts)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _messages(reply: bytes) -> list[bytes]:
    (count,) = struct.unpack_from("<I", reply, 1)
    at, found = 5, []
    for _ in range(count):
        (length,) = struct.unpack_from("<I", reply, at)
        found.append(reply[at + 4 : at + 4 + length])
        at += 4 + length
    return found


class Proxy:
    """A gRPC server on loopback that passes every call on; `close` ends it.

    Attributes:
        address: "127.0.0.1:port".
    """

    def __init__(self, player_port: int) -> None:
        self._connection = Connection(player_port)
        self._server = grpc.server(
            ThreadPoolExecutor(max_workers=8, thread_name_prefix="call"),
            options=[
                ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
            ],
        )
        handlers = {method.name: self._handler(method) for method in _SERVICE.methods}
        generic = grpc.method_handlers_generic_handler(_SERVICE.full_name, handlers)
        self._server.add_generic_rpc_handlers((generic,))
        healthy = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(healthy, self._server)
        for name in ("", _SERVICE.full_name):
            healthy.set(name, health_pb2.HealthCheckResponse.SERVING)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def _handler(self, method: MethodDescriptor) -> "grpc.RpcMethodHandler[bytes, bytes]":
        name = method.name
        if method.client_streaming:
            return grpc.stream_unary_rpc_method_handler(self._many_to_one(name))
        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(self._one_to_many(name))
        return grpc.unary_unary_rpc_method_handler(self._one_to_one(name))

    def _one_to_one(self, name: str) -> Callable[[bytes, grpc.ServicerContext], bytes]:
        return lambda request, context: self._answer(name, [request], context)[0]

    def _many_to_one(self, name: str) -> Callable[[Iterator[bytes], grpc.ServicerContext], bytes]:
        return lambda requests, context: self._answer(name, list(requests), context)[0]

    def _one_to_many(self, name: str) -> Callable[[bytes, grpc.ServicerContext], Iterator[bytes]]:
        return lambda request, context: iter(self._answer(name, [request], context))

    def _answer(
        self, name: str, requests: Sequence[bytes], context: grpc.ServicerContext
    ) -> list[bytes]:
        token = str(dict(context.invocation_metadata()).get(SESSION_KEY, ""))
        try:
            code, messages = self._connection.call(name, token, requests)
        except OSError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"The player is gone: {error}.")
            raise
        if code is not grpc.StatusCode.OK:
            context.abort(code, messages[0].decode())
        return messages

    def close(self) -> None:
        """End the server and hang up."""
        self._server.stop(grace=1.0).wait()
        self._connection.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Start the player in a folder behind a proxy, and yield the address that clients connect to.

    Raises:
        ToolchainError: if the player does not start.
    """
    with closing(Player(folder)) as player, closing(Proxy(player.port)) as proxy:
        yield proxy.address
