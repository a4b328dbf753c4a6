"""Compile the assemblies of `unity_project` for Unity 6, for the player and for plain .NET."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from unity.packages import ToolchainError, helper_python

# What every target defines, as Unity does.
_UNITY6 = ("UNITY_6000_0_OR_NEWER", "UNITY_2021_1_OR_NEWER", "UNITY_5_3_OR_NEWER")
_PLAYER = ("CITYLOOP_PLAYER_2017", "UNITY_5_3_OR_NEWER")
_COMMON = ("mscorlib", "System", "System.Core", "netstandard", "Google.Protobuf_Packed")
_SERVER = ("Grpc.Core", "System.Interactive.Async")


@dataclass(frozen=True)
class Job:
    """One assembly to make.

    Attributes:
        output: the .dll; its name is the assembly's.
        sources: the C# files.
        references: assemblies it knows.
        defines: preprocessor symbols.
        unsafe: whether pointers are allowed.
    """

    output: Path
    sources: Sequence[Path]
    references: Sequence[Path]
    defines: Sequence[str] = field(default_factory=tuple)
    unsafe: bool = False

    def as_json(self) -> dict[str, object]:
        """Return what `roslyn.py` reads."""
        return {
            "output": str(self.output),
            "sources": [str(path) for path in self.sources],
            "references": [str(path) for path in self.references],
            "defines": list(self.defines),
            "unsafe": self.unsafe,
        }


def compile_all(toolchain: Path, jobs: Sequence[Job]) -> list[list[str]]:
    """Make the assemblies in order; return errors and warnings of each.

    Raises:
        ToolchainError: if the compiler itself does not run.
    """
    driver = Path(__file__).with_name("roslyn.py")
    done = subprocess.run(
        [str(helper_python(toolchain)), str(driver), str(toolchain)],
        input=json.dumps([job.as_json() for job in jobs]),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolchainError(f"the compiler does not run: {done.stderr.strip()[-500:]}")
    found: list[list[str]] = json.loads(done.stdout)
    return found


def unity6_target(toolchain: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Return references and defines of Unity 6."""
    managed = toolchain / "unity6"
    engine = sorted(managed.glob("Unity*.dll"))
    return _existing(managed, (*_COMMON, *_SERVER)) + engine, _UNITY6


def player_target(toolchain: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Return references and defines of the player of Unity 2017.2."""
    managed = toolchain / "player/3dball_Data/Managed"
    engine = sorted(managed.glob("UnityEngine*.dll"))
    borrowed = _existing(toolchain / "unity6", ("netstandard", "Google.Protobuf_Packed"))
    own = _existing(managed, ("mscorlib", "System", "System.Core"))
    return own + borrowed + engine, _PLAYER


def dotnet_target(toolchain: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Return references and defines of plain .NET 8."""
    shared = toolchain / "dotnet/shared/Microsoft.NETCore.App"
    framework = [
        path
        for path in sorted(next(shared.iterdir()).glob("*.dll"))
        if path.name.startswith(("System.", "mscorlib", "netstandard"))
        and not path.name.endswith(".Native.dll")
    ]
    return [*framework, toolchain / "unity6/Google.Protobuf_Packed.dll"], ()


def _existing(folder: Path, names: Sequence[str]) -> list[Path]:
    return [path for path in (folder / f"{name}.dll" for name in names) if path.exists()]
