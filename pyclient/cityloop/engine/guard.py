"""`python guard.py GRACE_S COMMAND...`: runs a program that ends when this one's input does.

An engine of ours watches its standard input and so never outlives its client, whatever the client
dies of. A program that does not know this contract is started by a guard, which knows it. The guard
needs the standard library alone: it is started as a file, without loading the package.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

# Time that a program may take to end when it is asked to, s.
_PATIENCE_S = 5.0
_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> int:
    """Run `arguments[1:]`; return its exit code, or 128 + the number of the signal it died of.

    Args:
        arguments: seconds that the program has to end by itself once the input has closed, then the
            program and its arguments.
    """
    grace_s, command = float(arguments[0]), list(arguments[1:])
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_dies_with_us())
    except OSError as error:
        print(f"{command[0]} cannot be started: {error.strerror}.", file=sys.stderr)
        return 127
    signal.signal(signal.SIGTERM, lambda *_: _end(child))
    threading.Thread(target=_watch, args=(child, grace_s), daemon=True).start()
    code = child.wait()
    return code if code >= 0 else 128 - code


def _dies_with_us() -> Callable[[], None] | None:
    """Return what makes a child on Linux die even when the guard is killed."""
    if sys.platform != "linux":
        return None
    import ctypes

    libc, guard = ctypes.CDLL(None), os.getpid()

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:
            os._exit(1)

    return bind


def _watch(child: "subprocess.Popen[bytes]", grace_s: float) -> None:
    while os.read(0, 4096):
        pass
    try:
        child.wait(grace_s)
    except subprocess.TimeoutExpired:
        _end(child)


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    # Not child.wait(): the thread that waits for the child holds its lock.
    last_resort = threading.Timer(_PATIENCE_S, child.kill)
    last_resort.daemon = True
    last_resort.start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
