"""A Unity player that runs the engine for the checks, and ends with who started it."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from unity.compiler import Job
from unity.old_mono import mend_protobuf
from unity.packages import ToolchainError, helper_python

ENTRY_CLASS, ENTRY_METHOD = "Cityloop.Player.PlayerEntry", "Start"
# Protobuf, and what it was compiled against; the player has neither.
_PROTOBUF, _NETSTANDARD = "Google.Protobuf_Packed.dll", "netstandard.dll"
_READY = re.compile(r"^cityloop-engine listening on 127\.0\.0\.1:(\d+)$", re.MULTILINE)
_PATIENCE_S = 10.0


def install(toolchain: Path, copy: Path, jobs: list[Job]) -> None:
    """Make a copy of the player that starts what the jobs have made, the last one's entry.

    Raises:
        ToolchainError: if the injection fails.
    """
    libraries = [job.output for job in reversed(jobs)]
    mended = jobs[-1].output.with_name(_PROTOBUF)
    mend_protobuf(toolchain / "unity6" / _PROTOBUF, mended)
    libraries += [mended, toolchain / "unity6" / _NETSTANDARD]
    if copy.exists():
        shutil.rmtree(copy)
    driver = Path(__file__).with_name("inject.py")
    command = [str(helper_python(toolchain)), str(driver), str(toolchain / "player"), str(copy)]
    command += [ENTRY_CLASS, ENTRY_METHOD, *map(str, libraries)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolchainError(f"the player cannot be prepared: {done.stderr.strip()[-500:]}")


def program_of(folder: Path) -> Path:
    """Return the program of what `install` made."""
    return folder / "3dball.x86_64"


class Player:
    """A running player; `close` ends it.

    Args:
        folder: what `install` made.
        deadline_s: time it may take to listen.
        parent: process that it is to end with, this one if it is not given.

    Attributes:
        port: on which its `LengthPrefixedServer` listens.

    Raises:
        ToolchainError: if it does not listen in time, with the last error in its log.
    """

    def __init__(self, folder: Path, deadline_s: float = 60.0, parent: int | None = None) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="cityloop-player-")
        self.log = Path(self._scratch.name) / "player.log"
        self._stderr = (Path(self._scratch.name) / "stderr.txt").open("wb")
        arguments = ["-batchmode", "-nographics", "-logFile", str(self.log)]
        arguments += [
            "-cityloop-port",
            "0",
            "-cityloop-parent",
            str(parent or os.getpid()),
        ]
        self._child = subprocess.Popen(
            [str(program_of(folder)), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._stderr,
            stderr=self._stderr,
            # Its settings are of no interest to the person's own ones.
            env={**os.environ, "HOME": self._scratch.name},
        )
        try:
            self.port = self._wait_until_it_listens(deadline_s)
        except BaseException:
            self.close()
            raise

    def _wait_until_it_listens(self, deadline_s: float) -> int:
        """Return the port that it has taken."""
        end = time.monotonic() + deadline_s
        while time.monotonic() < end:
            ready = _READY.search(self._read_log())
            if ready is not None:
                return int(ready[1])
            if self._child.poll() is not None:
                raise ToolchainError(f"the player ended: {self.last_error()}")
            time.sleep(0.05)
        raise ToolchainError(f"the player was not ready in {deadline_s:g} s: {self.last_error()}")

    def _read_log(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def last_error(self) -> str:
        """Return the last line of the log that tells of an exception, or its last line."""
        lines = self._read_log().splitlines()
        told = [line for line in lines if "Exception" in line or "Error" in line]
        return (told or lines or ["it said nothing"])[-1]

    def ended(self, within_s: float) -> int | None:
        """Return the exit code of a player that ends within a time; None if it does not."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(within_s)
        return self._child.returncode

    def close(self) -> None:
        """End the player, by force if it does not go."""
        self._child.terminate()
        if self.ended(_PATIENCE_S) is None:
            self._child.kill()
            self._child.wait()
        self._stderr.close()
        with contextlib.suppress(OSError):
            self._scratch.cleanup()
