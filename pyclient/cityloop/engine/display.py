"""A screen for programs that need one to draw, on a machine that has none."""

import contextlib
import os
import secrets
import shutil
import struct
import sys
import tempfile
from pathlib import Path

from cityloop.engine.child import Child, guarded
from cityloop.errors import EngineError

_SCREEN = ("-screen", "0", "1280x720x24")
_DEADLINE_S = 30.0
# An entry of an Xauthority file: any host (0xFFFF), any display, one method, its secret.
_ANY_HOST = 0xFFFF
_METHOD = b"MIT-MAGIC-COOKIE-1"
_COOKIE_BYTES = 16


def has_display() -> bool:
    """Whether programs can open a window: on Linux there must be an X server, as DISPLAY says."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY"))


class VirtualDisplay(Child):
    """An X server without a screen (Xvfb), for this user alone; it ends with this process.

    Attributes:
        environment: the variables that lead a program to it.

    Raises:
        EngineError: if there is no Xvfb, or it does not start.
    """

    def __init__(self) -> None:
        server = shutil.which("Xvfb")
        if server is None:
            raise EngineError(
                "A Unity player draws only where there is a display, and here is none: install "
                "Xvfb (apt-get install xvfb), set DISPLAY or, for a run without cameras, start the "
                "player from Python: launch('unity', build=..., "
                "player_arguments=['-batchmode', '-nographics'])."
            )
        handle, name = tempfile.mkstemp(prefix="cityloop-display-")
        self._cookie = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(_cookie_entry(secrets.token_bytes(_COOKIE_BYTES)))
        # It chooses a free number, and prints it when it can be used.
        command = [server, "-displayfd", "1", *_SCREEN, "-nolisten", "tcp", "-auth", name]
        try:
            super().__init__("The display (Xvfb)", guarded(command, grace_s=0.0))
        except BaseException:
            self._cookie.unlink()
            raise
        try:
            self.environment = {"DISPLAY": f":{self._number()}", "XAUTHORITY": name}
        except BaseException:
            self.stop()
            raise

    def _number(self) -> int:
        line = self.first_line(_DEADLINE_S)
        if line is None:
            raise EngineError(
                f"The display (Xvfb) was not ready within {_DEADLINE_S:g} s: {self.last_words()}"
            )
        if not line.isdigit():
            raise EngineError(self.obituary() or f"The display (Xvfb) said {line!r}, no number.")
        return int(line)

    def stop(self) -> None:
        """End the display and remove its secret."""
        super().stop()
        with contextlib.suppress(OSError):
            self._cookie.unlink(missing_ok=True)


def _cookie_entry(secret: bytes) -> bytes:
    fields = (b"", b"", _METHOD, secret)
    return struct.pack(">H", _ANY_HOST) + b"".join(
        struct.pack(">H", len(field)) + field for field in fields
    )
