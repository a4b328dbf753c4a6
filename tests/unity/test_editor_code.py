"""Code that needs the Editor or its Test Framework compiles against their documented interface.

`editor_api` declares the part of both that is used. That finds wrong names and types of our own,
not a documentation that was misread: a licensed Editor does.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from unity.assemblies import ASSETS, NUNIT_SOURCES, make, sources_of, unity6_jobs
from unity.compiler import Job, unity6_target
from unity.packages import helper_python, is_ready, toolchain_folder

EDITOR_API = Path(__file__).with_name("editor_api")
TOOLCHAIN = toolchain_folder()
LEFT_OUT = {"Cityloop.Editor", "UnityEditor"}
LOADED_WITH = (
    "UnityEngine.CoreModule",
    "UnityEngine.SharedInternalsModule",
    "Unity.ML-Agents",
    "Grpc.Core",
    "System.Interactive.Async",
)
# The others need Unity itself or gRPC's native library; one of these, Unity's log.
RUN_HERE = (
    "ArgumentsTests.",
    "EgoSeatTests.",
    "MeshArraysTests.",
    "RequestQueueTests.",
    "TrafficWatchTests.",
)
NEEDS_THE_LOG = "RequestQueueTests.AFaultIsAnsweredAsOne()"

pytestmark = pytest.mark.skipif(
    not is_ready(TOOLCHAIN),
    reason="the packages that hold the compiler are not there: run 'make test-unity'",
)


def assemblies(into: Path) -> list[Job]:
    """Return what makes everything: ours, the interfaces, then what needs them."""
    references, defines = unity6_target(TOOLCHAIN)
    ours = unity6_jobs(TOOLCHAIN, into)
    editor = Job(into / "UnityEditor.dll", [EDITOR_API / "UnityEditor.cs"], references)
    framework = [*sources_of(NUNIT_SOURCES), EDITOR_API / "TestTools.cs"]
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


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Job], list[str]]:
    """The assemblies, and what the compiler said."""
    jobs = assemblies(tmp_path_factory.mktemp("assemblies"))
    return jobs, make(TOOLCHAIN, jobs)


def test_all_assemblies_compile_without_a_warning(compiled: tuple[list[Job], list[str]]) -> None:
    jobs, said = compiled
    assert said == []
    defined = {json.loads(path.read_text())["name"] for path in ASSETS.rglob("*.asmdef")}
    assert {job.output.stem for job in jobs} >= defined


@pytest.mark.parametrize(
    ("tests", "at_least"), [("Cityloop.Runtime.Tests", 21), ("Cityloop.MLAgents.Tests", 4)]
)
def test_what_needs_no_player_runs_on_plain_dotnet(
    compiled: tuple[list[Job], list[str]], tmp_path: Path, tests: str, at_least: int
) -> None:
    for job in compiled[0]:
        if job.output.stem not in LEFT_OUT:
            shutil.copy(job.output, tmp_path)
    for name in LOADED_WITH:
        shutil.copy(TOOLCHAIN / "unity6" / f"{name}.dll", tmp_path)
    driver = Path(__file__).resolve().parents[2] / "tools/unity/run_tests.py"
    command = [helper_python(TOOLCHAIN), driver, TOOLCHAIN, tmp_path, tests]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = {
        name: why
        for name, why in json.loads(done.stdout)
        if name.startswith(RUN_HERE) and name != NEEDS_THE_LOG
    }
    assert len(outcomes) >= at_least
    assert {name: why for name, why in outcomes.items() if why != "passed"} == {}
