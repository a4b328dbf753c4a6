"""An engine that runs as a child process of the client."""

import atexit
import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from typing import IO

from cityloop.errors import EngineError

_READY = "cityloop-engine listening on "
# Time that an engine may take to end by itself, s.
_PATIENCE_S = 10.0


class EngineProcess:
    """The embedded engine as a child; it ends by itself when this process is gone.

    Args:
        deadline_s: time it may take to be ready.
        arguments: further command line arguments of the engine.

    Attributes:
        address: "127.0.0.1:port".

    Raises:
        EngineError: if it does not start, with the last line of what it said.
    """

    def __init__(self, deadline_s: float, arguments: tuple[str, ...] = ()) -> None:
        # A file, not a pipe: nobody has to read it, and it outlives the engine.
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        command = [sys.executable, "-m", "cityloop.embedded.server", "--port", "0"]
        self._child = subprocess.Popen(
            [*command, "--end-with-stdin", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            # Ctrl-C is for the client, which then ends the engine in order.
            start_new_session=True,
        )
        atexit.register(self.stop)
        try:
            self.address = self._wait_until_ready(deadline_s)
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, deadline_s: float) -> str:
        lines: list[bytes] = []
        stdout = self._child.stdout
        if stdout is None:
            raise EngineError("The engine was started without an output to read.")
        reader = threading.Thread(target=lambda: lines.append(stdout.readline()), daemon=True)
        started = time.monotonic()
        reader.start()
        reader.join(deadline_s)
        if not lines:
            raise EngineError(
                f"The engine was not ready within {deadline_s:g} s: {self._last_words()} Give it "
                "more time with launch(deadline_s=...)."
            )
        line = lines[0].decode(errors="replace").strip()
        if not line.startswith(_READY):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(max(1.0, deadline_s - (time.monotonic() - started)))
            raise EngineError(
                self.obituary() or f"The engine said {line!r} instead of its address."
            )
        return line.removeprefix(_READY)

    def obituary(self) -> str:
        """Return how the engine ended, with its last words; empty while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(0.5)
        code = self._child.returncode
        if code is None:
            return ""
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"The engine {how}: {self._last_words()}"

    def _last_words(self) -> str:
        if self._stderr.closed:
            return "it was stopped."
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing."

    def stop(self) -> None:
        """End the engine, by force if it does not go."""
        atexit.unregister(self.stop)
        if self._stderr.closed:
            return
        if self._child.stdin is not None:
            # The engine ends when its input does.
            with contextlib.suppress(OSError):
                self._child.stdin.close()
        try:
            self._child.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        if self._child.stdout is not None:
            # Not before the end: a thread may still be waiting for a line.
            self._child.stdout.close()
        self._stderr.close()
