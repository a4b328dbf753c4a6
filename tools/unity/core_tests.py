"""Run the tests of Cityloop.Core on plain .NET."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from unity.assemblies import dotnet_jobs, make
from unity.packages import ToolchainError, helper_python


@dataclass(frozen=True)
class Outcome:
    """One test: its name, and why it failed, "" if it passed."""

    name: str
    why: str


def run_core_tests(toolchain: Path, into: Path) -> list[Outcome]:
    """Compile Core with its tests into a folder, run them and return how they went.

    Raises:
        ToolchainError: if they do not compile or cannot be run.
    """
    told = make(toolchain, dotnet_jobs(toolchain, into))
    if told:
        raise ToolchainError(told[0])
    driver = Path(__file__).with_name("run_tests.py")
    done = subprocess.run(
        [str(helper_python(toolchain)), str(driver), str(toolchain), str(into)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolchainError(f"the .NET tests do not run: {done.stderr.strip()[-500:]}")
    return [
        Outcome(name, "" if result == "passed" else result)
        for name, result in json.loads(done.stdout)
    ]
