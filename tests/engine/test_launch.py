import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cityloop.engine import client, connect, launch
from cityloop.engine.opening import start
from cityloop.engine.process import EngineProcess
from cityloop.errors import EngineError
from cityloop.protocol import engine_pb2, engine_pb2_grpc

# Launches an engine, says where it is, and dies without a word.
_CARELESS = """
import os, sys
from cityloop.engine import launch
engine = launch()
print(engine._process._child.pid, engine._frames._path, flush=True)
sys.stdin.readline()
os._exit(1)
"""


def gone(pid):
    """Whether a process ends within ten seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_launched_engine_answers_and_ends_with_its_session():
    with launch() as engine:
        assert engine.info.name == "embedded"
        assert engine.info.shared_memory
        with grpc.insecure_channel(engine._address) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            answer = stub.Check(health_pb2.HealthCheckRequest(service="cityloop.v1.EngineService"))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        child, pictures = engine._process._child, engine._frames._path
        assert pictures.exists()
    assert child.returncode == 0
    assert not pictures.exists()


def test_an_engine_that_dies_is_reported_in_a_sentence():
    with launch() as engine:
        engine.advance(0.05)
        pictures = engine._frames._path
        engine._process._child.send_signal(signal.SIGKILL)
        with pytest.raises(EngineError, match="The engine was ended by signal 9"):
            engine.advance(0.05)
    assert not pictures.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_launched_engine_without_a_word(number):
    with launch() as engine:
        child = engine._process._child
        child.send_signal(number)
        assert child.wait(90) == 0
        assert engine._process.last_words() == "it said nothing."


def test_ctrl_c_does_not_reach_a_launched_engine():
    with launch() as engine:
        assert os.getpgid(engine._process._child.pid) != os.getpgid(0)


def test_an_engine_ends_with_the_process_that_launched_it():
    careless = subprocess.Popen(
        [sys.executable, "-c", _CARELESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid, pictures = careless.stdout.readline().split()
    assert Path(pictures).exists()
    careless.communicate("\n")
    assert gone(int(pid))
    assert not Path(pictures).exists()


def test_a_served_engine_that_is_killed_leaves_no_pictures_behind():
    process = EngineProcess(60.0)
    try:
        with connect(process.address) as engine:
            pictures = engine._frames._path
            process._child.kill()
            process._child.wait()
            assert pictures.exists()
            with pytest.raises(EngineError, match="cannot be reached"):
                engine.advance(0.05)
        assert not pictures.exists()
    finally:
        process.stop()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs POSIX signals")
def test_closing_gives_up_on_an_engine_that_hangs(monkeypatch):
    monkeypatch.setattr(client, "_LAST_PICTURE_S", 0.2)
    engine = launch()
    child = engine._process._child
    child.send_signal(signal.SIGSTOP)
    drawing = engine.capture_async([])
    start = time.monotonic()
    engine.close()
    assert time.monotonic() - start < 30
    assert child.poll() is not None
    with pytest.raises(EngineError):
        drawing.result(timeout=10)


def test_an_engine_that_does_not_start_says_why(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(EngineError, match="exit code 1"):
        launch()


def test_its_last_line_is_in_the_error():
    with pytest.raises(EngineError, match=r"192\.0\.2\.1 can be reached from other machines"):
        EngineProcess(30.0, ("--host", "192.0.2.1"))


def test_a_slow_start_is_given_up(monkeypatch, tmp_path):
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    monkeypatch.setattr("cityloop.engine.child._PATIENCE_S", 0.2)
    with pytest.raises(EngineError, match=r"not ready within 0\.3 s"):
        launch(deadline_s=0.3)


def test_unknown_engines_and_addresses_are_refused():
    with pytest.raises(EngineError, match="'unreal'"):
        launch("unreal")
    with pytest.raises(EngineError, match="host:port"):
        connect("localhost")


def test_nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(EngineError, match=f"127.0.0.1:{port} cannot be reached"):
        connect(f"127.0.0.1:{port}")


class _FromTheFuture(engine_pb2_grpc.EngineServiceServicer):
    def Handshake(self, request, context):  # noqa: N802
        return engine_pb2.HandshakeResponse(protocol_major=7, session_token="t")


class _Silent(engine_pb2_grpc.EngineServiceServicer):
    def Handshake(self, request, context):  # noqa: N802
        return engine_pb2.HandshakeResponse(protocol_major=client.PROTOCOL_MAJOR, session_token="t")

    def Capture(self, request, context):  # noqa: N802
        return iter(())


class _Elsewhere(engine_pb2_grpc.EngineServiceServicer):
    """Offers a file that is not its own, as an engine on another machine would."""

    def __init__(self, path):
        self.path = path
        self.asked = []

    def Handshake(self, request, context):  # noqa: N802
        self.asked.append(request.wants_shared_memory)
        shared = request.wants_shared_memory
        return engine_pb2.HandshakeResponse(
            protocol_major=client.PROTOCOL_MAJOR,
            session_token="t",
            shared_memory_path=str(self.path) if shared else "",
            shared_memory_key=b"another key" if shared else b"",
        )


@pytest.fixture
def serve():
    servers = []

    def start(servicer):
        server = grpc.server(ThreadPoolExecutor(max_workers=2))
        engine_pb2_grpc.add_EngineServiceServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return f"127.0.0.1:{port}"

    yield start
    for server in servers:
        server.stop(None).wait()


def test_another_protocol_is_named(serve):
    with pytest.raises(EngineError, match=r"speaks protocol 7\.0, this client 2\.1"):
        connect(serve(_FromTheFuture()))


def test_a_capture_without_an_answer_is_an_error(serve):
    with connect(serve(_Silent())) as engine, pytest.raises(EngineError, match="with nothing"):
        engine.capture([])


@pytest.mark.parametrize("exists", [True, False])
def test_an_engine_on_another_machine_streams(serve, tmp_path, exists):
    path = tmp_path / "frames"
    if exists:
        path.write_bytes(b"not the key that it should be")
    elsewhere = _Elsewhere(path)
    with connect(serve(elsewhere)) as engine:
        assert not engine.info.shared_memory
    assert elsewhere.asked == [True, False]


def test_a_token_may_begin_like_an_option() -> None:
    running = start("embedded", access_token="-x")
    try:
        with connect(running.address, token="-x") as session:
            assert session.info.name == "embedded"
    finally:
        running.process.stop()
