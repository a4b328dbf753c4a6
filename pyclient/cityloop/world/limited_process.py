"""Running a program with bounded memory that ends with whoever started it.

This file is also the script that does it: it bounds itself and then becomes the program. So no
code runs between fork and exec in a parent that may have threads.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

_PR_SET_PDEATHSIG = 1  # prctl(2)


def run_limited(
    command: Sequence[str], *, memory_bytes: int, timeout_s: float, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end and return what it printed.

    On POSIX it gets at most `memory_bytes` of address space. It is killed after `timeout_s`, on
    any exception here (Ctrl-C included) and, on Linux, when this process is killed.

    Raises:
        subprocess.TimeoutExpired: after `timeout_s`.
        OSError: if it cannot be started.
    """
    bounded = os.name == "posix" and bool(sys.executable)
    script = [sys.executable, "-I", "-S", __file__, str(memory_bytes)] if bounded else []
    return subprocess.run(
        [*script, *command],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        env=environment,
        check=False,
    )


def _become(command: list[str], memory_bytes: int) -> None:
    import resource  # there is none on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        memory_bytes = min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.execv(command[0], command)


if __name__ == "__main__":
    _become(sys.argv[2:], int(sys.argv[1]))
