"""Run C# tests on plain .NET."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from unity.packages import ToolchainError, helper_python


@dataclass(frozen=True)
class Outcome:
    """One test: its name, and why it failed, "" if it passed."""

    name: str
    why: str


def run_tests(toolchain: Path, folder: Path, tests: str) -> list[Outcome]:
    """Run the tests of an assembly in a folder that has all it needs; return how they went.

    Raises:
        ToolchainError: if they cannot be run.
    """
    driver = Path(__file__).with_name("run_tests.py")
    done = subprocess.run(
        [str(helper_python(toolchain)), str(driver), str(toolchain), str(folder), tests],
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
