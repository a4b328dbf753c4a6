"""What a built Unity player looks like on disk."""

import os
import sys
from pathlib import Path

from cityloop.errors import EngineError

# The first bytes of programs, and the system that runs them.
_MAGIC = {
    b"\x7fELF": "linux",
    b"MZ": "win32",
    b"\xcf\xfa\xed\xfe": "darwin",
    b"\xca\xfe\xba\xbe": "darwin",
}
_SYSTEMS = {"linux": "Linux", "win32": "Windows", "darwin": "macOS"}
_TARGETS = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def player_executable(build: Path) -> Path:
    """Return the program of a build.

    Args:
        build: the player (Linux, Windows), its .app (macOS), or the folder that it was built into.

    Raises:
        EngineError: if there is none, or it is not one that can run here.
    """
    if not build.exists():
        raise EngineError(
            f"There is no Unity build at {build}: make one with 'python tools/unity build "
            f"--target {_target()} --out {build}'."
        )
    program = _in_folder(build) if build.is_dir() else build
    if program.suffix == ".dll" or not _has_data(program):
        raise EngineError(
            f"{program} is no Unity player: a player has its data beside it, in "
            f"{_data_folder(program).name}."
        )
    _check_system(program)
    if not os.access(program, os.X_OK):
        raise EngineError(f"{program} is not executable: run 'chmod +x {program}'.")
    return program.absolute()


def _target() -> str:
    return _TARGETS.get(sys.platform, "linux")


def _data_folder(program: Path) -> Path:
    """Return where the data of a player for Linux or Windows is."""
    stem = program.stem if program.suffix in (".x86_64", ".exe") else program.name
    return program.with_name(f"{stem}_Data")


def _bundle_programs(app: Path) -> list[Path]:
    return sorted(p for p in (app / "Contents" / "MacOS").glob("*") if p.is_file())


def _has_data(program: Path) -> bool:
    in_bundle = program.parent.name == "MacOS" and program.parent.parent.name == "Contents"
    return in_bundle or _data_folder(program).is_dir()


def _in_folder(folder: Path) -> Path:
    """Return the one player in a folder, which may be a bundle of macOS itself."""
    bundles = [folder] if folder.suffix == ".app" else sorted(folder.glob("*.app"))
    players = [program for bundle in bundles for program in _bundle_programs(bundle)]
    if not bundles:
        files = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix != ".so")
        players = [p for p in files if _has_data(p)]
    if len(players) != 1:
        found = ", ".join(p.name for p in players) or "none"
        raise EngineError(f"The folder {folder} should hold one Unity player, but holds {found}.")
    return players[0]


def _check_system(program: Path) -> None:
    try:
        with program.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise EngineError(f"Cannot read the Unity build {program}: {error.strerror}.") from None
    made_for = next((system for magic, system in _MAGIC.items() if start.startswith(magic)), None)
    if made_for not in (None, sys.platform):
        raise EngineError(
            f"{program} is a player for {_SYSTEMS[made_for]}, which does not run here: build one "
            f"with 'python tools/unity build --target {_target()}'."
        )
