"""One small recording, exported once per format, and the environments of the official toolkits."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import street

import cityloop
from cityloop.dataset.lock import locked
from cityloop.exporters import export

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))

import toolkits  # noqa: E402


@pytest.fixture(scope="session")
def street_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the recording of `street`, made once by whichever worker comes first."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / "street"
    with locked(root / "street.lock"):
        if not (folder / "sequences" / street.NAME / "sequence.json").exists():
            street.record(folder)
    return folder


@pytest.fixture(scope="session")
def exported(
    street_dataset: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Give the folder of the recording in a format."""
    root = tmp_path_factory.mktemp("exported")

    def folder(form: str) -> Path:
        if not (root / form).exists():
            export(street_dataset, form, root / form)
        return root / form

    return folder


Toolkit = Callable[..., Any]


@pytest.fixture(scope="session")
def toolkit() -> Toolkit:
    """Run a script of toolkits/ in the environment that has what it imports; give what it prints.

    Without that environment the test is skipped, and says why.
    """

    def run(environment: str, script: str, *arguments: Path | str) -> Any:
        missing = toolkits.reason_missing(environment)
        if missing is not None:
            pytest.skip(missing)
        command = [toolkits.interpreter(environment), HERE / "toolkits" / script, *arguments]
        path = str(Path(cityloop.__file__).parents[1])
        done = subprocess.run(
            list(map(str, command)),
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": path, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"},
        )
        assert done.returncode == 0, f"{script}: {done.stderr[-3000:]}"
        return json.loads(done.stdout.splitlines()[-1])

    return run
