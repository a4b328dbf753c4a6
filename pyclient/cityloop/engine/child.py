"""A program that this process has started: its last words, and its end."""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from cityloop.errors import EngineError

# Time that a program may take to end by itself, s.
_PATIENCE_S = 10.0
_GUARD = Path(__file__).with_name("guard.py")
# Exit codes by which a guard or a shell tells of a signal: 128 + its number.
_SIGNAL_CODES = range(129, 160)


def guarded(command: Sequence[str], grace_s: float) -> list[str]:
    """Return a command that runs `command` and ends it when its standard input closes.

    Args:
        command: a program that does not watch its input.
        grace_s: seconds that it then has to end by itself.
    """
    return [sys.executable, "-I", str(_GUARD), f"{grace_s:g}", *command]


class Child:
    """A program that ends when its standard input does, and so with this process.

    Args:
        name: how a sentence about it begins ("The engine").
        command: what to run.
        environment: its environment variables, those of this process where there are none.
        prints: its standard output is read with `first_line`; if not, it counts as last words.

    Raises:
        EngineError: if there is no such program.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        prints: bool = True,
    ) -> None:
        self._name = name
        # A file, not a pipe: nobody has to read it, and it outlives the program.
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if prints else self._stderr,
                stderr=self._stderr,
                env=environment,
                # Ctrl-C is for this process, which then ends the program in order.
                start_new_session=True,
            )
        except OSError as error:
            self._stderr.close()
            raise EngineError(f"{command[0]} cannot be started: {error.strerror}.") from None
        atexit.register(self.stop)

    @property
    def name(self) -> str:
        """How a sentence about it begins."""
        return self._name

    @property
    def stopped(self) -> bool:
        """Whether `stop` has ended it."""
        return self._stderr.closed

    def first_line(self, deadline_s: float) -> str | None:
        """Return the first line that it prints ("" if it ends without); None if none comes."""
        lines: list[bytes] = []
        stdout = self._child.stdout
        if stdout is None:
            raise EngineError(f"{self._name} was started without an output to read.")
        reader = threading.Thread(target=lambda: lines.append(stdout.readline()), daemon=True)
        reader.start()
        reader.join(deadline_s)
        return lines[0].decode(errors="replace").strip() if lines else None

    def ended(self, within_s: float = 0.0) -> bool:
        """Whether it has ended, or does so within a time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(within_s)
        return self._child.returncode is not None

    def obituary(self) -> str:
        """Return how it ended, with its last words; empty while it runs."""
        if not self.ended(within_s=0.5):
            return ""
        code = self._child.returncode
        number = -code if code < 0 else code - 128 if code in _SIGNAL_CODES else 0
        how = f"was ended by signal {number}" if number else f"ended with exit code {code}"
        return f"{self._name} {how}: {self.last_words()}"

    def last_words(self) -> str:
        """Return the last line of what it said, as a sentence."""
        if self.stopped:
            return "it was stopped."
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing."

    def stop(self) -> None:
        """End it, by force if it does not go."""
        atexit.unregister(self.stop)
        if self.stopped:
            return
        if self._child.stdin is not None:
            # It ends when its input does.
            with contextlib.suppress(OSError):
                self._child.stdin.close()
        if not self.ended(within_s=_PATIENCE_S):
            self._kill()
            self._child.wait()
        if self._child.stdout is not None:
            # Not before the end: a thread may still be waiting for a line.
            self._child.stdout.close()
        self._stderr.close()

    def _kill(self) -> None:
        """Kill it and, where there are process groups, whatever it has started."""
        if sys.platform == "win32":
            self._child.kill()
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
