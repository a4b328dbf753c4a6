"""What the checks make of the C# sources, once for as long as these stay the same.

Assemblies and the player that runs them are kept in `out/unity-checks`, by a digest of all that
goes into them. Processes that want the same thing wait for the one that makes it.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from unity.assemblies import dotnet_jobs, editor_jobs, make, player_jobs
from unity.compiler import Job
from unity.packages import PACKAGES, ROOT, ToolchainError
from unity.player import install

_KEPT_IN = ROOT / "out" / "unity-checks"
_STAMP, _PLAYER = "done.json", "player"
# What nobody has asked for in this time goes, s.
_KEPT_FOR_S = 24 * 3600
_TARGETS: dict[str, Callable[[Path, Path], list[Job]]] = {
    "player": player_jobs,
    "unity6": editor_jobs,
    "dotnet": dotnet_jobs,
}


@dataclass(frozen=True)
class Made:
    """What came of one target.

    Attributes:
        folder: of the assemblies.
        jobs: what made them.
        told: errors and warnings of the compiler.
    """

    folder: Path
    jobs: list[Job]
    told: list[str]


def assemblies(toolchain: Path, target: str) -> Made:
    """Return the assemblies of "player", of "unity6" (with Editor and tests) or of "dotnet".

    Raises:
        ToolchainError: if the compiler does not run, or the player cannot be prepared.
    """
    jobs = _TARGETS[target]
    folder = _KEPT_IN / f"{target}-{_digest(toolchain, jobs(toolchain, Path()))}"
    stamp = folder / _STAMP
    with _alone(_KEPT_IN / f"{target}.lock"):
        if not stamp.exists():
            shutil.rmtree(folder, ignore_errors=True)
            told = make(toolchain, jobs(toolchain, folder))
            if target == "player" and not told:
                install(toolchain, folder / _PLAYER, jobs(toolchain, folder))
            stamp.write_text(json.dumps(told))
        os.utime(stamp)
        _forget_old(target)
    return Made(folder, jobs(toolchain, folder), json.loads(stamp.read_text()))


def player(toolchain: Path) -> Path:
    """Return the folder of the player with the engine in it.

    Raises:
        ToolchainError: if it does not compile without a warning, or cannot be prepared.
    """
    made = assemblies(toolchain, "player")
    if made.told:
        raise ToolchainError(made.told[0])
    return made.folder / _PLAYER


def _digest(toolchain: Path, jobs: Sequence[Job]) -> str:
    """Return a digest of the sources, of how they are compiled, and of what compiles them."""
    content = hashlib.sha256(f"{toolchain.resolve()} {PACKAGES}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content.update(path.read_bytes())
    for job in jobs:
        content.update(json.dumps(job.as_json()).encode())
        for source in job.sources:
            content.update(source.read_bytes())
    return content.hexdigest()[:16]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process holds a lock, and hold it; it falls with its process."""
    import fcntl  # which Windows lacks, as it lacks the toolchain

    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _forget_old(target: str) -> None:
    for stamp in _KEPT_IN.glob(f"{target}-*/{_STAMP}"):
        if stamp.stat().st_mtime < time.time() - _KEPT_FOR_S:
            shutil.rmtree(stamp.parent)
