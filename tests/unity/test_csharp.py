"""Everything compiles without a warning, and the tests that need no player pass on plain .NET.

Code that needs the Editor or its Test Framework compiles against their documented interface:
`editor_api` declares the part of both that is used. That finds wrong names and types of our own,
not a documentation that was misread: a licensed Editor does.
"""

import json
import shutil

import pytest
from unity import made
from unity.assemblies import ASSETS, assembly_folders, make, player_jobs
from unity.dotnet_tests import run_tests

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


@pytest.mark.parametrize("target", ["unity6", "player", "dotnet"])
def test_all_assemblies_compile_without_a_warning(toolchain, target):
    found = made.assemblies(toolchain, target)
    assert found.told == []
    assert {job.output.name for job in found.jobs} <= {p.name for p in found.folder.iterdir()}


def test_no_assembly_is_left_out(toolchain):
    defined = {json.loads(path.read_text())["name"] for path in ASSETS.rglob("*.asmdef")}
    assert {job.output.stem for job in made.assemblies(toolchain, "unity6").jobs} >= defined


def test_a_mistake_is_told_with_its_place(toolchain, tmp_path):
    job = player_jobs(toolchain, tmp_path)[0]
    wrong = tmp_path / "Wrong.cs"
    wrong.write_text("namespace N { class C { int Count() { return unknown; } } }")
    (line,) = make(toolchain, [type(job)(job.output, [wrong], job.references)])
    assert "Wrong.cs(1,46): error CS0103" in line


def test_the_tests_of_core_pass(toolchain):
    folder = made.assemblies(toolchain, "dotnet").folder
    outcomes = run_tests(toolchain, folder, "Cityloop.Core.Tests")
    assert len(outcomes) > 30
    assert [o for o in outcomes if o.why] == []


@pytest.mark.parametrize(
    ("tests", "at_least"), [("Cityloop.Runtime.Tests", 21), ("Cityloop.MLAgents.Tests", 4)]
)
def test_what_needs_no_player_runs_on_plain_dotnet(toolchain, tmp_path, tests, at_least):
    for job in made.assemblies(toolchain, "unity6").jobs:
        if job.output.stem not in LEFT_OUT:
            shutil.copy(job.output, tmp_path)
    for name in LOADED_WITH:
        shutil.copy(toolchain / "unity6" / f"{name}.dll", tmp_path)
    outcomes = {
        outcome.name: outcome.why
        for outcome in run_tests(toolchain, tmp_path, tests)
        if outcome.name.startswith(RUN_HERE) and outcome.name != NEEDS_THE_LOG
    }
    assert len(outcomes) >= at_least
    assert {name: why for name, why in outcomes.items() if why} == {}


def test_assemblies_come_after_those_that_they_know():
    names = list(assembly_folders())
    assert names.index("Cityloop.Core") < names.index("Cityloop.Runtime")
