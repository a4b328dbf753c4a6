"""An engine that is served, with a token and with TLS, and runs that connect to it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from command_line import CITYLOOP, cityloop, small_scenario

SCENARIO = small_scenario("short", 0.1)


@contextmanager
def served(*options: object) -> Iterator[str]:
    server = subprocess.Popen(
        [*CITYLOOP, "serve", "--port", "0", *map(str, options)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[-1]
    finally:
        server.terminate()
        server.communicate(timeout=90)


@pytest.fixture
def run(tmp_path: Path):
    scenario = tmp_path / "short.yaml"
    scenario.write_text(SCENARIO)

    def run(name: str, *options: object, token: str = "") -> Result:
        out = tmp_path / name
        return cityloop("run", scenario, "--out", out, *options, CITYLOOP_TOKEN=token)

    return run


def test_the_token_comes_from_the_option_or_the_environment(run) -> None:
    with served("--access-token", "open sesame") as address:
        without = run("a", "--connect", address)
        assert (without.exit_code, "access token is wrong" in without.stderr) == (2, True)
        by_option = run("b", "--connect", address, "--access-token", "open sesame")
        assert by_option.exit_code == 0, by_option.stderr
        by_environment = run("c", "--connect", address, token="open sesame")
        assert by_environment.exit_code == 0, by_environment.stderr


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_an_encrypted_connection(run, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    making = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    subprocess.run(
        ["openssl", *making.split(), "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    with served("--tls-certificate", certificate, "--tls-key", key) as address:
        plain = run("a", "--connect", address)
        assert (plain.exit_code, "both sides use TLS" in plain.stderr) == (2, True)
        safe = run("b", "--connect", address, "--root-certificates", certificate)
        assert safe.exit_code == 0, safe.stderr
        # It runs pytest, which is better off in a process of its own.
        conforms = subprocess.run(
            [*CITYLOOP, "conform", address, "--root-certificates", str(certificate)]
            + ["--only", "rays"],
            capture_output=True,
            text=True,
        )
        assert "4 passed, 0 failed" in conforms.stdout, conforms.stderr


def test_certificates_that_cannot_be_used(run, tmp_path: Path) -> None:
    missing = tmp_path / "none.pem"
    alone = run("a", "--root-certificates", missing)
    assert (alone.exit_code, "to --connect to" in alone.stderr) == (2, True)
    unreadable = run("a", "--connect", "127.0.0.1:1", "--root-certificates", missing)
    assert (unreadable.exit_code, f"{missing}: No such file" in unreadable.stderr) == (2, True)
