"""Which C# files of `unity_project` make which assembly, as its .asmdef files have it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from unity.compiler import Job, compile_all, dotnet_target, player_target, unity6_target
from unity.packages import ROOT

ASSETS = ROOT / "unity_project/Assets/Cityloop"
PLAYER_SOURCES = ROOT / "tests/unity/player"
# What C# 9 needs and the player's runtime lacks, compiled into each of its assemblies.
PLAYER_LACKS = ROOT / "tests/unity/player_lacks"
NUNIT_SOURCES = ROOT / "tests/unity/nunit"
# The part of the Editor's and its Test Framework's interface that is used.
EDITOR_SOURCES = ROOT / "tests/unity/editor_api"
# The assemblies that the player runs; of the Runtime it lacks what 2017 has not.
_CORE, _RUNTIME = "Cityloop.Core", "Cityloop.Runtime"


def assembly_folders() -> dict[str, Path]:
    """Return the folder of each assembly by its name, those that others know first."""
    definitions = {json.loads(path.read_text())["name"]: path for path in ASSETS.rglob("*.asmdef")}
    ordered: list[str] = []

    def visit(name: str) -> None:
        if name in definitions and name not in ordered:
            for known in _references(definitions[name]):
                visit(known)
            ordered.append(name)

    for name in sorted(definitions):
        visit(name)
    return {name: definitions[name].parent for name in ordered}


def _references(definition: Path) -> list[str]:
    names: list[str] = json.loads(definition.read_text()).get("references", [])
    return names


def sources_of(folder: Path) -> list[Path]:
    """Return the C# files of an assembly: those below its folder, other assemblies left out."""
    nested = {path.parent for path in folder.rglob("*.asmdef")} - {folder}
    return sorted(
        path
        for path in folder.rglob("*.cs")
        if not any(parent in nested for parent in path.parents)
    )


def unity6_jobs(toolchain: Path, into: Path) -> list[Job]:
    """Return what makes all assemblies for Unity 6 that need nothing but its own ones.

    Tests need NUnit, for which our own stands here, and code for the Editor needs `UnityEditor`,
    which the packages do not hold: both are left out.
    """
    references, defines = unity6_target(toolchain)
    return list(_jobs(references, defines, into, tests=False))


def editor_jobs(toolchain: Path, into: Path) -> list[Job]:
    """Return what makes all assemblies for Unity 6: code for the Editor and tests as well.

    Our own declarations stand for `UnityEditor` and NUnit.
    """
    references, defines = unity6_target(toolchain)
    ours = unity6_jobs(toolchain, into)
    editor = Job(into / "UnityEditor.dll", [EDITOR_SOURCES / "UnityEditor.cs"], references)
    framework = [*sources_of(NUNIT_SOURCES), EDITOR_SOURCES / "TestTools.cs"]
    nunit = Job(into / "nunit.framework.dll", framework, references)
    known = [*references, *(job.output for job in ours), editor.output, nunit.output]
    needing = [
        Job(into / f"{name}.dll", sources_of(ASSETS / folder), known, [*defines, "UNITY_EDITOR"])
        for name, folder in (
            ("Cityloop.Editor", "Editor"),
            ("Cityloop.Core.Tests", "Tests/Core"),
            ("Cityloop.Runtime.Tests", "Tests/Runtime"),
            ("Cityloop.MLAgents.Tests", "Tests/MLAgents"),
        )
    ]
    return [*ours, editor, nunit, *needing]


def player_jobs(toolchain: Path, into: Path) -> list[Job]:
    """Return what makes Core, Runtime and the start of the checks for the player."""
    references, defines = player_target(toolchain)
    lacking = sources_of(PLAYER_LACKS)
    jobs = [
        replace(job, sources=[*job.sources, *lacking])
        for job in _jobs(references, defines, into, tests=False)
        if job.output.stem in (_CORE, _RUNTIME)
    ]
    entry = Job(
        into / "Cityloop.Player.dll",
        [*sources_of(PLAYER_SOURCES), *lacking],
        [*references, *(job.output for job in jobs)],
        defines,
    )
    return [*jobs, entry]


def dotnet_jobs(toolchain: Path, into: Path) -> list[Job]:
    """Return what makes Core and its tests for plain .NET."""
    references, defines = dotnet_target(toolchain)
    folders = assembly_folders()
    core = Job(into / f"{_CORE}.dll", sources_of(folders[_CORE]), references, defines)
    nunit = Job(into / "nunit.framework.dll", sources_of(NUNIT_SOURCES), references, defines)
    tests = Job(
        into / "Cityloop.Core.Tests.dll",
        sources_of(ASSETS / "Tests/Core"),
        [*references, core.output, nunit.output],
        defines,
    )
    return [core, nunit, tests]


def _jobs(
    references: Sequence[Path], defines: Sequence[str], into: Path, tests: bool
) -> Iterator[Job]:
    made: dict[str, Path] = {}
    for name, folder in assembly_folders().items():
        definition = json.loads(next(folder.glob("*.asmdef")).read_text())
        is_test = "nunit.framework.dll" in definition.get("precompiledReferences", [])
        is_editor = definition.get("includePlatforms") == ["Editor"]
        if (is_test and not tests) or is_editor:
            continue
        known = [made[other] for other in definition.get("references", []) if other in made]
        made[name] = into / f"{name}.dll"
        outside = [] if not definition.get("noEngineReferences") else _engine(references)
        seen = [path for path in references if path not in outside] + known
        unsafe = bool(definition.get("allowUnsafeCode"))
        yield Job(made[name], sources_of(folder), seen, defines, unsafe)


def _engine(references: Sequence[Path]) -> list[Path]:
    return [path for path in references if path.name.startswith("Unity")]


def make(toolchain: Path, jobs: Sequence[Job]) -> list[str]:
    """Make assemblies; return all errors and warnings, paths from the root of the repository."""
    found = compile_all(toolchain, jobs)
    return [line.replace(f"{ROOT}/", "") for lines in found for line in lines]
