import signal
import socket
import subprocess
import sys

import pytest

from cityloop.embedded import server
from cityloop.errors import GraphicsError

_COMMAND = [sys.executable, "-m", "cityloop.embedded.server"]


def refused(capsys, *arguments):
    """Run the server's main, which must end with exit code 2; return what it said."""
    assert server.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_other_machines_need_encryption_and_a_token(capsys, tmp_path):
    assert "--tls-certificate" in refused(capsys, "--host", "0.0.0.0")
    assert "--access-token" in refused(capsys, "--host", "example.org", "--access-token", "t")
    pem = str(tmp_path / "missing.pem")
    assert "both" in refused(capsys, "--tls-key", pem)
    said = refused(capsys, "--tls-key", pem, "--tls-certificate", pem)
    assert said == f"Cannot read {pem}: No such file or directory.\n"


def test_a_busy_port_is_said_in_a_sentence():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = subprocess.run(
            [*_COMMAND, "--port", str(port)], capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"cannot listen on 127.0.0.1:{port}: the port is busy" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number):
    with subprocess.Popen(
        [*_COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().startswith("cityloop-engine listening on 127.0.0.1:")
        process.send_signal(number)
        _, said = process.communicate(timeout=90)
    assert process.returncode == 0
    assert "Traceback" not in said


def test_a_machine_that_cannot_draw_is_said_in_a_sentence(capsys, monkeypatch):
    def no_context():
        raise GraphicsError("No OpenGL context can be had: apt-get install libegl1 libgl1.")

    monkeypatch.setattr(server, "_make_renderer", no_context)
    said = refused(capsys, "--port", "0")
    assert said == "No OpenGL context can be had: apt-get install libegl1 libgl1.\n"
