"""Where everything of a dataset lies on disk, and how a file gets there whole or not at all."""

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cityloop.errors import DatasetError

FORMAT_VERSION = 3
PROBE = ".cityloop-probe-"  # how the files are called that only try out whether one may write

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class SequenceLayout:
    """The paths of one sequence."""

    folder: Path

    @staticmethod
    def of(root: Path, name: str) -> "SequenceLayout":
        """Return the paths of sequence `name` in the dataset at `root`."""
        return SequenceLayout(root / "sequences" / check_name(name, "sequence"))

    @property
    def description(self) -> Path:
        """sequence.json: present exactly when the sequence is complete."""
        return self.folder / "sequence.json"

    @property
    def frames(self) -> Path:
        """Table of frames and cameras."""
        return self.folder / "frames.parquet"

    @property
    def objects(self) -> Path:
        """Table of labels."""
        return self.folder / "objects.parquet"

    @property
    def pieces(self) -> Path:
        """Table of riders and their machines."""
        return self.folder / "pieces.parquet"

    @property
    def states(self) -> Path:
        """Table of world states."""
        return self.folder / "states.parquet"

    @property
    def events(self) -> Path:
        """Table of events."""
        return self.folder / "events.parquet"

    @property
    def signals(self) -> Path:
        """Table of the traffic lights' states."""
        return self.folder / "signals.parquet"

    @property
    def network(self) -> Path:
        """The road network, SUMO's XML, gzipped."""
        return self.folder / "road_network.net.xml.gz"

    @property
    def surroundings(self) -> Path:
        """What stands still beside the roads."""
        return self.folder / "surroundings.json"

    @property
    def road_marks(self) -> Path:
        """Table of the paint on the roads."""
        return self.folder / "road_marks.parquet"

    @property
    def static_geometry(self) -> Path:
        """Table of the meshes of what stands still, and where they stand."""
        return self.folder / "static_geometry.parquet"

    @property
    def lock(self) -> Path:
        """Locked by the process that records; beside the folder, which may be removed anew."""
        return self.folder.with_name(f".{self.folder.name}.lock")

    @property
    def recording(self) -> Path:
        """What is being recorded; present while the sequence is not complete."""
        return self.folder / "recording.json"

    @property
    def journal(self) -> Path:
        """Folder with the rows of each finished frame; present while not complete."""
        return self.folder / "journal"

    def camera(self, camera: str) -> Path:
        """Folder of a camera."""
        return self.folder / "cameras" / camera

    def rgb(self, camera: str, frame: int) -> Path:
        """Picture of a camera."""
        return self.camera(camera) / "rgb" / f"{frame:06d}.png"

    def passes(self, camera: str) -> Path:
        """Zarr group with all other passes of a camera."""
        return self.camera(camera) / "passes.zarr"

    def video(self, camera: str) -> Path:
        """Video with velocity labels of a camera."""
        return self.camera(camera) / "labels.mp4"


def check_name(name: str, what: str) -> str:
    """Return `name` if it can be a folder's name on every system.

    Raises:
        DatasetError: if it cannot.
    """
    if not _NAME.fullmatch(name):
        raise DatasetError(
            f"{what} name {name!r} cannot be a folder's name; use letters, digits, '_', '-' and '.'"
        )
    return name


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about a failed write to `path` into a DatasetError."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            way_out = "free some space and run the same again, it continues after the last frame"
        elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            way_out = "choose a folder that you may write to"
        else:
            way_out = "choose another folder or mend the disk"
        raise DatasetError(f"cannot write {path} ({reason}); {way_out}") from error


def check_writable(path: Path) -> None:
    """Tell early that nothing can be written at `path`; leaves nothing behind.

    Raises:
        DatasetError: if what it would lie in is no folder, or one that may not be written to.
    """
    above = path.absolute()
    while not os.path.lexists(above):
        above = above.parent
    with writing(path):
        if above.is_file() and above == path.absolute():
            above = above.parent
        # Whether one may write is known for certain only by doing it.
        with tempfile.TemporaryFile(dir=above, prefix=PROBE):
            pass


def write_whole(path: Path, content: bytes) -> str:
    """Write a file that appears under its name only once it is whole; return its SHA-256.

    Raises:
        DatasetError: if the disk is full or cannot be written.
    """
    with replacing(path) as partial:
        partial.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a path to write to; it takes the name `path` when the block ends without an error.

    Raises:
        DatasetError: if the disk is full or cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def to_json(content: Mapping[str, Any]) -> bytes:
    """Return JSON text with a line feed at its end; the same content gives the same bytes."""
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_json(path: Path, what: str) -> dict[str, Any]:
    """Return the JSON object in `path`.

    Raises:
        DatasetError: if there is none; `what` names it in the message.
    """
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise DatasetError(f"{path} is missing; {what}") from None
    except (OSError, ValueError, RecursionError) as error:  # no JSON, no UTF-8, or nested too deep
        raise DatasetError(f"{path} cannot be read ({error}); {what}") from error
    if not isinstance(content, dict):
        raise DatasetError(f"{path} holds no JSON object; {what}")
    return content


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(hashes: Iterable[str]) -> str:
    """Return the SHA-256 of many files' hashes, a line each, in their order."""
    return hashlib.sha256("".join(f"{h}\n" for h in hashes).encode()).hexdigest()


def remove_folder(folder: Path) -> None:
    """Remove a sequence's folder; its sequence.json goes first, so that no torso reads as whole.

    Raises:
        DatasetError: if it cannot be removed.
    """
    with writing(folder):
        SequenceLayout(folder).description.unlink(missing_ok=True)
        if folder.exists():
            shutil.rmtree(folder)
