"""A file whose memory the engine writes pictures to and a client on the same machine reads.

The file starts with a random key, by which a client knows that it sees the engine's own file, and
goes on with up to 8 slots. A slot that becomes too small is given a new place at the end.
"""

import mmap
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import grpc

from cityloop.embedded.refusal import RefusalError

SLOTS = 8
_PAGE = 4096
_KEY_BYTES = 32
_MEMORY_FILES = Path("/dev/shm")
# Below this much room (containers often have 64 MiB) an ordinary temporary file is the safer place.
_ROOM_WANTED = 512 * 2**20


@dataclass
class _Slot:
    offset: int = 0
    capacity: int = 0


class SharedFrames:
    """The file and its slots; `close` removes it.

    Attributes:
        path: of the file.
        key: its first bytes.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.key = secrets.token_bytes(_KEY_BYTES)
        descriptor, name = tempfile.mkstemp(
            prefix="cityloop-", suffix=".frames", dir=folder or _roomy_folder()
        )
        self.path = Path(name)
        self._descriptor = descriptor
        self._slots = [_Slot() for _ in range(SLOTS)]
        self._size = 0
        self._map: mmap.mmap | None = None
        try:
            self._grow(_PAGE)
            self._mapped()[:_KEY_BYTES] = self.key
        except RefusalError:
            self.close()
            raise

    def slot(self, index: int, size: int) -> tuple[int, memoryview]:
        """Return the offset of slot `index` (0 to 7) in the file and its `size` writable bytes.

        Raises:
            RefusalError: if there is no room left for it.
        """
        slot = self._slots[index]
        if slot.capacity < size:
            pages = -(-size // _PAGE) * _PAGE
            offset = self._size
            self._grow(offset + pages)
            slot.offset, slot.capacity = offset, pages
        view = memoryview(self._mapped())[slot.offset : slot.offset + size]
        return slot.offset, view

    def close(self) -> None:
        """Unmap and remove the file; a client that has it mapped keeps its pictures."""
        self._map = None
        os.close(self._descriptor)
        self.path.unlink(missing_ok=True)

    def _mapped(self) -> mmap.mmap:
        if self._map is None:
            self._map = mmap.mmap(self._descriptor, self._size)
        return self._map

    def _grow(self, size: int) -> None:
        """Extend the file; room is really taken, so that no later write can fail (SIGBUS)."""
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self._descriptor, self._size, size - self._size)
            else:
                os.lseek(self._descriptor, self._size, os.SEEK_SET)
                os.write(self._descriptor, bytes(size - self._size))
        except OSError as error:
            raise RefusalError(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"There is no room for {(size - self._size) / 2**20:.0f} MiB of pictures in "
                f"{self.path.parent} ({error.strerror}): free some, set TMPDIR to a larger place, "
                "or connect without shared memory.",
            ) from None
        # Dropped, not closed: somebody may still hold a view of the old, smaller mapping.
        self._map = None
        self._size = size


def _roomy_folder() -> Path:
    usable = _MEMORY_FILES.is_dir() and os.access(_MEMORY_FILES, os.W_OK)
    if usable and shutil.disk_usage(_MEMORY_FILES).free >= _ROOM_WANTED:
        return _MEMORY_FILES
    return Path(tempfile.gettempdir())
