"""Everything compiles without a warning, and the tests of Cityloop.Core pass on plain .NET."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from unity.assemblies import assembly_folders, make, player_jobs, unity6_jobs
from unity.core_tests import run_core_tests
from unity.packages import is_ready, toolchain_folder

TOOLCHAIN = toolchain_folder()

pytestmark = pytest.mark.skipif(
    not is_ready(TOOLCHAIN),
    reason="the packages that hold the compiler are not there: run 'make test-unity'",
)


@pytest.mark.parametrize("jobs", [unity6_jobs, player_jobs], ids=["unity6", "player"])
def test_all_assemblies_compile_without_a_warning(jobs, tmp_path):
    made = jobs(TOOLCHAIN, tmp_path)
    assert "Cityloop.Runtime" in {job.output.stem for job in made}
    assert make(TOOLCHAIN, made) == []


def test_a_mistake_is_told_with_its_place(tmp_path):
    job = player_jobs(TOOLCHAIN, tmp_path)[0]
    wrong = tmp_path / "Wrong.cs"
    wrong.write_text("namespace N { class C { int Count() { return unknown; } } }")
    (line,) = make(TOOLCHAIN, [type(job)(job.output, [wrong], job.references)])
    assert "Wrong.cs(1,46): error CS0103" in line


def test_the_tests_of_core_pass(tmp_path):
    outcomes = run_core_tests(TOOLCHAIN, tmp_path)
    assert len(outcomes) > 30
    assert [o for o in outcomes if o.why] == []


def test_assemblies_come_after_those_that_they_know():
    names = list(assembly_folders())
    assert names.index("Cityloop.Core") < names.index("Cityloop.Runtime")
