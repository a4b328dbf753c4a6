"""The engine's picture memory, seen from a client on the same machine."""

import contextlib
import mmap
import os
from pathlib import Path

from cityloop.errors import EngineError


class MappedFrames:
    """A read-only mapping of an engine's picture file, which grows when the engine's does.

    Raises:
        EngineError: if the file is not the engine's: the engine runs on another machine.
    """

    def __init__(self, path: str, key: bytes) -> None:
        self._path = Path(path)
        try:
            self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise EngineError(
                f"Cannot open the engine's pictures {path}: {error.strerror}."
            ) from None
        self._map: mmap.mmap | None = None
        if not key or os.read(self._descriptor, len(key)) != key:
            self.close()
            raise EngineError(f"{path} is not this engine's: it runs on another machine.")

    def view(self, offset: int, size: int) -> memoryview:
        """Return `size` bytes from `offset`; earlier views stay valid when the mapping grows."""
        if self._map is None or len(self._map) < offset + size:
            self._map = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)
        return memoryview(self._map)[offset : offset + size]

    def close(self) -> None:
        """Let go; views that are still held keep their memory."""
        self._map = None
        os.close(self._descriptor)

    def remove(self) -> None:
        """Remove the file of an engine that died and could not do it itself."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
