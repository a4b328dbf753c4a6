"""The embedded engine as a child process of its client."""

import sys
import time

from cityloop.engine.child import Child
from cityloop.errors import EngineError

_READY = "cityloop-engine listening on "


class EngineProcess(Child):
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
        command = [sys.executable, "-m", "cityloop.embedded.server", "--port", "0"]
        super().__init__("The engine", [*command, "--end-with-stdin", *arguments])
        try:
            self.address = self._wait_until_ready(deadline_s)
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, deadline_s: float) -> str:
        started = time.monotonic()
        line = self.first_line(deadline_s)
        if line is None:
            raise EngineError(
                f"The engine was not ready within {deadline_s:g} s: {self.last_words()} Give it "
                "more time with launch(deadline_s=...)."
            )
        if not line.startswith(_READY):
            self.ended(within_s=max(1.0, deadline_s - (time.monotonic() - started)))
            raise EngineError(
                self.obituary() or f"The engine said {line!r} instead of its address."
            )
        return line.removeprefix(_READY)
