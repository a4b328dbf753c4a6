"""The folder of an export: it has its name only when it is whole."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cityloop.dataset import Frame
from cityloop.dataset.layout import to_json
from cityloop.dataset.lock import FileLock
from cityloop.errors import DatasetError, ExportError

MARKER = "cityloop_export.json"  # what makes a folder an export of ours, written last


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about a failed write to `path` into an ExportError."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            way_out = "free some space and export again"
        elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            way_out = "choose a folder that you may write to"
        else:
            way_out = "choose another folder or mend the disk"
        raise ExportError(f"cannot write {path} ({reason}); {way_out}") from error


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Lend an empty folder beside `out`; it takes its place when the block ends without an error.

    An earlier export in `out` stays until then. A block that fails leaves nothing behind.

    Raises:
        ExportError: if `out` holds something else, somebody else exports there, or the disk is
            full or cannot be written.
    """
    out = out.absolute()
    _check_free(out)
    partial, former = (out.with_name(f".{out.name}.{what}") for what in ("partial", "former"))
    try:
        lock = FileLock.take(out.with_name(f".{out.name}.lock"), wait=False)
    except DatasetError as error:
        raise ExportError(str(error)) from error
    if lock is None:
        raise ExportError(
            f"another run is exporting to {out}; wait for it or choose another folder"
        )
    try:
        with writing(out):
            for left_behind in (partial, former):
                shutil.rmtree(left_behind, ignore_errors=True)
            partial.mkdir(parents=True)
            yield partial
            if out.exists():
                out.rename(former)
            partial.rename(out)
            shutil.rmtree(former, ignore_errors=True)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        if former.exists() and not out.exists():
            with suppress(OSError):
                former.rename(out)
        raise
    finally:
        lock.release()


def mark(folder: Path, said: dict[str, object]) -> None:
    """Write what makes `folder` an export of ours."""
    about = {"format": {"name": "cityloop-export", "version": 1}, **said}
    write_file(folder / MARKER, to_json(about))


def write_file(path: Path, content: bytes) -> None:
    """Write a file of an export that is under way, making its folder.

    Raises:
        ExportError: if the disk is full or cannot be written.
    """
    with writing(path):
        try:
            path.write_bytes(content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def copy_picture(frame: Frame, path: Path, *also: Path) -> None:
    """Copy the picture of a frame to `path`, and give the copy further names.

    Raises:
        DatasetError: if the picture is missing or damaged.
        ExportError: if the disk is full or cannot be written.
    """
    content = frame.png()
    write_file(path, content)
    for name in also:
        with writing(name):
            name.parent.mkdir(parents=True, exist_ok=True)
            try:
                name.hardlink_to(path)
            except OSError:  # not every file system has links
                name.write_bytes(content)


def _check_free(out: Path) -> None:
    if not out.exists():
        return
    if out.is_dir() and ((out / MARKER).is_file() or not any(out.iterdir())):
        return
    raise ExportError(
        f"{out} is there already and is no earlier export; choose another folder or remove it"
    )
