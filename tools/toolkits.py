"""Environments of the toolkits that check the exporters, made once under out/toolkits.

They pin versions that the product does not, so they never enter its environment. `current` lies on
top of the product's environment and adds to it; `nuscenes` stands alone, since its toolkit is
written for numpy 1.
"""

import argparse
import shutil
import site
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "out" / "toolkits"
_STAMP = "packages.txt"


@dataclass(frozen=True)
class Environment:
    """What one environment holds.

    Attributes:
        packages: requirements.
        on_top: whether the product's own packages can be imported as well.
    """

    packages: tuple[str, ...]
    on_top: bool


ENVIRONMENTS = {
    "current": Environment(
        (
            "pycocotools==2.0.11",
            "trackeval==1.3.0",
            "supervision>=0.26,<1",
            "pandas>=2.2",
            "polars>=1.0",
            "duckdb>=1.1",
            "nbclient>=0.10",
            "ipykernel>=6.29",
        ),
        on_top=True,
    ),
    "nuscenes": Environment(("nuscenes-devkit==1.2.0",), on_top=False),
}


def interpreter(name: str) -> Path:
    """Return the Python of an environment, whether it is there or not."""
    script = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    return FOLDER / name / script


def reason_missing(name: str) -> str | None:
    """Return why an environment cannot be used, None if it can."""
    try:
        ready = (FOLDER / name / _STAMP).read_text() == _content(name)
    except FileNotFoundError:
        ready = False
    if ready:
        return None
    failure = FOLDER / f"{name}.failure.txt"
    said = failure.read_text().strip() if failure.exists() else "it was not made"
    return f"no toolkits of {name} ({said}); run: python tools/toolkits.py"


def make(name: str) -> None:
    """Make an environment anew, unless it is there; raise CalledProcessError if pip fails."""
    if reason_missing(name) is None:
        return
    environment = ENVIRONMENTS[name]
    folder, failure = FOLDER / name, FOLDER / f"{name}.failure.txt"
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    python = str(interpreter(name))
    if environment.on_top:
        ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
        own = subprocess.check_output([python, "-c", ask], text=True).strip()
        Path(own, "product.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    # A package without a wheel for this Python would be compiled for an hour.
    options = ["--disable-pip-version-check", "--retries=1", "--prefer-binary"]
    options += ["--only-binary=numpy,scipy,scikit-learn,opencv-python-headless"]
    done = subprocess.run(
        [*pip, *options, *environment.packages], stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        failure.write_text((lines or ["ERROR: pip failed"])[0].removeprefix("ERROR: "))
        shutil.rmtree(folder)
        done.check_returncode()
    failure.unlink(missing_ok=True)
    (folder / _STAMP).write_text(_content(name))


def _content(name: str) -> str:
    return "\n".join([sys.version.split()[0], *ENVIRONMENTS[name].packages]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--if-possible", action="store_true", help="succeed even if one cannot be made"
    )
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in ENVIRONMENTS:
        try:
            make(name)
        except subprocess.CalledProcessError:
            failed = True
        print(f"{name}: {reason_missing(name) or interpreter(name)}")
    return 1 if failed and not options.if_possible else 0


if __name__ == "__main__":
    sys.exit(main())
