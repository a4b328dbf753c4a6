"""A built Unity player as a child process of its client."""

import contextlib
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cityloop.engine.child import Child, guarded
from cityloop.engine.display import VirtualDisplay, has_display
from cityloop.engine.unity_build import player_executable
from cityloop.engine.unity_log import last_error
from cityloop.errors import EngineError

_HOST = "127.0.0.1"
_LOWEST_PORT, _PORTS, _TRIED_PORTS = 20_000, 12_000, 100
# Time between two looks whether the player listens, s.
_POLL_S = 0.1
# Time that a player has to end by itself once its client has gone or has told it to, s.
_GRACE_S = 2.0
_NO_PICTURES = "-nographics"


class UnityProcess(Child):
    """A Unity player that listens on loopback; it and its display end with this process.

    Args:
        build: the player, its .app, or the folder that it was built into.
        deadline_s: time it may take until it listens.
        token: access token to start it with.
        arguments: further command line arguments of the player; with "-nographics" it needs no
            display and draws nothing.

    Attributes:
        address: "127.0.0.1:port".
        log: its log, removed with `stop` unless the player failed.

    Raises:
        EngineError: if it cannot be started, dies, or is not ready in time, with the last error in
            its log.
    """

    def __init__(
        self, build: Path, deadline_s: float, token: str, arguments: Sequence[str] = ()
    ) -> None:
        program = player_executable(build)
        self._display = None if has_display() or _NO_PICTURES in arguments else VirtualDisplay()
        folder = Path(tempfile.gettempdir())
        self.log = folder / f"cityloop-player-{os.getpid()}-{secrets.token_hex(4)}.log"
        port = _free_port()
        self.address = f"{_HOST}:{port}"
        own = ["-cityloop-port", str(port), "-cityloop-token", token, "-logFile", str(self.log)]
        # It watches us too, where its guard may be killed before it (macOS, Windows).
        own += ["-cityloop-parent", str(os.getpid())]
        try:
            super().__init__(
                f"The player {program.name}",
                guarded([str(program), *own, *arguments], _GRACE_S),
                environment=os.environ | (self._display.environment if self._display else {}),
                prints=False,
            )
        except BaseException:
            self._end_display()
            raise
        try:
            self._wait_until_ready(port, deadline_s)
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, port: int, deadline_s: float) -> None:
        deadline = time.monotonic() + deadline_s
        while not _listens(port):
            if self.ended():
                raise EngineError(self.obituary())
            if time.monotonic() >= deadline:
                raise EngineError(self.late(deadline_s))
            time.sleep(_POLL_S)

    def late(self, deadline_s: float) -> str:
        """Return the sentence about a player that is not ready in time."""
        return (
            f"{self.name} was not ready within {deadline_s:g} s: {self.last_words()} Give it more "
            "time with launch(deadline_s=...) or --deadline."
        )

    def obituary(self) -> str:
        """Return how it ended, with the last error of its log; empty while it runs."""
        told = super().obituary()
        if not told or not self._has_log():
            return told
        return f"{told} (its log is {self.log})"

    def last_words(self) -> str:
        """Return the last error in its log; what it said elsewhere, where it has no log."""
        with contextlib.suppress(OSError):
            log = self.log.read_text(encoding="utf-8", errors="replace")
            error = last_error(log)
            if error:
                return error
            if log.strip():
                return "its log tells of no error."
        return super().last_words()

    def _has_log(self) -> bool:
        with contextlib.suppress(OSError):
            return self.log.stat().st_size > 0
        return False

    def stop(self) -> None:
        """End the player, then its display; keep the log of a player that failed."""
        failed = not self.stopped and self.ended() and self._child.returncode != 0
        super().stop()
        self._end_display()
        if not failed:
            with contextlib.suppress(OSError):
                self.log.unlink(missing_ok=True)

    def _end_display(self) -> None:
        if self._display is not None:
            self._display.stop()


def _free_port() -> int:
    """Return a port of loopback that nobody listens on.

    It is below those that systems give to clients (from 32768 on Linux, 49152 elsewhere): a probe
    of a port that is to be listened on may otherwise be given that very port, and meet itself.
    """
    for _ in range(_TRIED_PORTS):
        port = _LOWEST_PORT + secrets.randbelow(_PORTS)
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind((_HOST, port))
            return port
    raise EngineError(
        f"No port of {_HOST} from {_LOWEST_PORT} to {_LOWEST_PORT + _PORTS - 1} is free: end some "
        "of the programs that listen there."
    )


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((_HOST, port), timeout=1.0):
            return True
    except OSError:
        return False
