"""Locks between processes: one recording per sequence, one writer of a dataset's own files.

The system drops a lock when its process ends, however it ends: the file that a killed recording
leaves behind is not locked, and the next recording takes it over.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cityloop.dataset.layout import writing
from cityloop.errors import DatasetError

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int, wait: bool) -> bool:
        """Lock an open file; return whether it worked."""
        try:
            msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int, wait: bool) -> bool:
        """Lock an open file; return whether it worked."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FileLock:
    """An exclusive lock on a file that is there only while the lock is held."""

    def __init__(self, path: Path, file: int) -> None:
        self._path = path
        self._file: int | None = file

    @staticmethod
    def take(path: Path, *, wait: bool) -> "FileLock | None":
        """Lock `path`, made with its folder where missing; None if another holder keeps it.

        Raises:
            DatasetError: if the file cannot be made or locked.
        """
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            while True:
                file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
                try:
                    locked = _lock(file, wait)
                    # The holder before may have removed the file after it was opened here.
                    there = locked and _is_at(file, path)
                except BaseException:
                    os.close(file)
                    raise
                if there:
                    return FileLock(path, file)
                os.close(file)
                if not locked:
                    return None

    def release(self) -> None:
        """Remove the file and let go; a second call does nothing."""
        if self._file is None:
            return
        file, self._file = self._file, None
        if sys.platform == "win32":
            # An open file cannot be removed there; nor can it be if the next holder has it open.
            os.close(file)
            with suppress(OSError):
                self._path.unlink()
        else:
            # In this order nobody can lock the file under its name before it is gone.
            with suppress(OSError):
                self._path.unlink()
            os.close(file)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock on `path`, after waiting for other holders.

    Raises:
        DatasetError: if the file cannot be made or locked, or another keeps it for long.
    """
    lock = FileLock.take(path, wait=True)
    if lock is None:
        raise DatasetError(f"another run keeps {path} locked; wait for it and run the same again")
    try:
        yield
    finally:
        lock.release()


def _is_at(file: int, path: Path) -> bool:
    """Whether an open file still has the name `path`."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
