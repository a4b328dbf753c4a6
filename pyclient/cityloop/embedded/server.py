"""`python -m cityloop.embedded.server`: the embedded engine as a process of its own."""

import argparse
import ipaddress
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from cityloop.embedded.service import EngineRenderer, EngineService
from cityloop.errors import CityloopError, EngineError
from cityloop.protocol import engine_pb2, engine_pb2_grpc

READY = "cityloop-engine listening on "
_SERVICE_NAME = engine_pb2.DESCRIPTOR.services_by_name["EngineService"].full_name
_MAX_MESSAGE_BYTES = 512 * 2**20
# Waiting calls, health checks included; the engine's work itself is done by one thread.
_THREADS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run an engine until it is told to end; return the exit code."""
    try:
        serve(arguments)
    except CityloopError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def serve(arguments: Sequence[str] | None = None) -> None:
    """Run an engine until it is told to end.

    Raises:
        EngineError: if it cannot listen as asked.
        GraphicsError: if there is no OpenGL to draw with.
    """
    _run(_parser().parse_args(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cityloop.embedded.server", description="Cityloop's embedded engine."
    )
    parser.add_argument("--port", type=int, default=50051, help="0 takes a free one")
    parser.add_argument(
        "--host", default="127.0.0.1", help="loopback unless TLS and a token are set"
    )
    parser.add_argument("--access-token", default="", help="what clients must show")
    parser.add_argument("--tls-certificate", type=Path, help="PEM file with the server's chain")
    parser.add_argument("--tls-key", type=Path, help="PEM file with the server's private key")
    parser.add_argument(
        "--end-with-stdin",
        action="store_true",
        help="end when standard input closes, as it does when the process that holds it is gone",
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    credentials = _credentials(options)
    ending = threading.Event()
    with _signals_that_set(ending):
        service = EngineService(_make_renderer, options.access_token, ending.set)
        try:
            server, address = _listen(service, options, credentials)
            print(f"{READY}{address}", flush=True)
            if options.end_with_stdin:
                threading.Thread(target=_watch_stdin, args=(ending.set,), daemon=True).start()
            ending.wait()
            # Time for the answer to Shutdown to leave.
            server.stop(grace=1.0).wait()
        finally:
            service.close()


def _make_renderer() -> EngineRenderer:
    # Imported here, on the worker thread: the graphics context belongs to the thread that makes it.
    from cityloop.embedded.renderer import Renderer

    return Renderer()


def _listen(
    service: EngineService,
    options: argparse.Namespace,
    credentials: grpc.ServerCredentials | None,
) -> tuple[grpc.Server, str]:
    """Return the started server and its address, "host:port"."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="call"),
        options=[
            ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
            # Without this a second engine would share a busy port in silence.
            ("grpc.so_reuseport", 0),
        ],
    )
    engine_pb2_grpc.add_EngineServiceServicer_to_server(service, server)  # type: ignore[no-untyped-call]
    healthy = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    host = f"[{options.host}]" if ":" in options.host else options.host
    address = f"{host}:{options.port}"
    try:
        if credentials is None:
            port = server.add_insecure_port(address)
        else:
            port = server.add_secure_port(address, credentials)
    except RuntimeError:
        port = 0
    if port == 0:
        raise EngineError(
            f"The engine cannot listen on {address}: the port is busy or not allowed; choose "
            "another one, or --port 0 for any that is free."
        )
    server.start()
    for name in ("", _SERVICE_NAME):
        healthy.set(name, health_pb2.HealthCheckResponse.SERVING)
    return server, f"{host}:{port}"


def _credentials(options: argparse.Namespace) -> grpc.ServerCredentials | None:
    """Return TLS credentials if they are given; they and a token are a must beyond loopback."""
    given = [options.tls_certificate, options.tls_key]
    if any(given) and not all(given):
        raise EngineError("TLS needs both --tls-certificate and --tls-key.")
    if not _is_loopback(options.host) and not (all(given) and options.access_token):
        raise EngineError(
            f"The host {options.host} can be reached from other machines: give --tls-certificate, "
            "--tls-key and --access-token as well, or listen on 127.0.0.1."
        )
    if not all(given):
        return None
    try:
        key, chain = options.tls_key.read_bytes(), options.tls_certificate.read_bytes()
    except OSError as error:
        raise EngineError(f"Cannot read {error.filename}: {error.strerror}.") from None
    return grpc.ssl_server_credentials([(key, chain)])


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _signals_that_set(ending: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM set `ending`; a process that goes on afterwards gets its own back."""
    before = {
        number: signal.signal(number, lambda *_: ending.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch_stdin(end: Callable[[], None]) -> None:
    # Not through sys.stdin: its lock, held by a waiting thread, would abort Python at its end.
    while os.read(0, 4096):
        pass
    end()


if __name__ == "__main__":
    sys.exit(main())
