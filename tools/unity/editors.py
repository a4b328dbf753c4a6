"""Finds the Unity Editor that a project wants."""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from cityloop.errors import EngineError

ENVIRONMENT = "UNITY_EDITOR"
_VERSION_LINE = re.compile(r"^m_EditorVersion:\s*(\S+)", re.M)
# Where the program is in the folder of a version.
_PROGRAMS = {
    "linux": Path("Editor/Unity"),
    "darwin": Path("Unity.app/Contents/MacOS/Unity"),
    "win32": Path("Editor/Unity.exe"),
}


def project_version(project: Path) -> str:
    """Return the version that a project was last opened with ("6000.0.30f1").

    Raises:
        EngineError: if the folder is no Unity project.
    """
    file = project / "ProjectSettings" / "ProjectVersion.txt"
    try:
        found = _VERSION_LINE.search(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError(f"{project} is no Unity project: {file}: {error.strerror}.") from None
    if found is None:
        raise EngineError(f"{file} names no Editor: it should have a line m_EditorVersion.")
    return found[1]


def find_editor(version: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the Editor that UNITY_EDITOR names, or the one of Unity Hub that fits a version.

    Hub's Editor of that very version is taken, or else its newest of the same stream (6000.0).

    Raises:
        EngineError: if there is none.
    """
    given = environment.get(ENVIRONMENT)
    if given:
        return _program(Path(given))
    folders = hub_folders(environment)
    found = {
        folder.name: folder / _PROGRAMS[sys.platform]
        for parent in reversed(folders)
        if parent.is_dir()
        for folder in sorted(parent.iterdir())
        if (folder / _PROGRAMS[sys.platform]).is_file()
    }
    if version in found:
        return found[version]
    stream = _numbers(version)[:2]
    fitting = [name for name in found if _numbers(name)[:2] == stream]
    if fitting:
        return found[max(fitting, key=_numbers)]
    has = f"has only {', '.join(sorted(found))}" if found else "has none"
    looked = " and ".join(str(folder) for folder in folders)
    raise EngineError(
        f"The project wants Unity {version}, and Unity Hub {has} (looked in {looked}): install it "
        f"there, or set {ENVIRONMENT} to the Editor's program."
    )


def hub_folders(environment: Mapping[str, str]) -> list[Path]:
    """Return the folders in which Unity Hub has Editors, a folder for each version."""
    if sys.platform == "darwin":
        settings = Path.home() / "Library" / "Application Support" / "UnityHub"
        folders = [Path("/Applications/Unity/Hub/Editor")]
    elif sys.platform == "win32":
        settings = Path(environment.get("APPDATA", "")) / "UnityHub"
        folders = [Path(environment.get("PROGRAMFILES", "C:/Program Files")) / "Unity/Hub/Editor"]
    else:
        home = Path(environment.get("HOME", "~")).expanduser()
        settings = Path(environment.get("XDG_CONFIG_HOME", home / ".config")) / "UnityHub"
        folders = [home / "Unity" / "Hub" / "Editor"]
    try:
        # A folder that the user has chosen in Hub's preferences.
        chosen = json.loads((settings / "secondaryInstallPath.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return folders
    return [Path(chosen), *folders] if isinstance(chosen, str) and chosen else folders


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", version))


def _program(given: Path) -> Path:
    """Return the program that UNITY_EDITOR names: itself, its Unity.app or its version's folder."""
    for path in (given, given / "Contents/MacOS/Unity", given / _PROGRAMS[sys.platform]):
        if path.is_file():
            if not os.access(path, os.X_OK):
                raise EngineError(f"{path}, which {ENVIRONMENT} names, is not executable.")
            return path
    raise EngineError(f"There is no Unity Editor at {given}, which {ENVIRONMENT} names.")
