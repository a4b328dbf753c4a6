"""Code that needs the Editor or its Test Framework compiles against their documented interface.

`editor_api` declares the part of both that is used. That finds wrong names and types of our own,
not a documentation that was misread: a licensed Editor does.
"""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from unity.assemblies import ASSETS, NUNIT_SOURCES, make, sources_of, unity6_jobs
from unity.compiler import Job, unity6_target
from unity.packages import is_ready, toolchain_folder

EDITOR_API = Path(__file__).with_name("editor_api")
TOOLCHAIN = toolchain_folder()

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
        )
    ]
    return [*ours, editor, nunit, *needing]


def test_all_assemblies_compile_without_a_warning(tmp_path: Path) -> None:
    jobs = assemblies(tmp_path)
    assert make(TOOLCHAIN, jobs) == []
    defined = {json.loads(path.read_text())["name"] for path in ASSETS.rglob("*.asmdef")}
    assert {job.output.stem for job in jobs} >= defined
