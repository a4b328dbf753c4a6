"""Regenerate `pyclient/cityloop/protocol` from `protos/`.

Run it with any Python 3.11; it makes a throw-away environment with grpcio-tools 1.62.3, whose
output runs on every protobuf runtime from 3.20.3 on (newer generators demand their own runtime,
which would lock out packages such as mlagents-envs).

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
STUBS = ROOT / "pyclient" / "cityloop" / "protocol"
GENERATOR = ["grpcio-tools==1.62.3", "setuptools<81"]


def generate(target: Path) -> None:
    """Write `*_pb2.py`, `*_pb2.pyi` and the service's `*_pb2_grpc.py` into `target`."""
    with tempfile.TemporaryDirectory() as scratch:
        env = Path(scratch) / "env"
        venv.create(env, with_pip=True)
        python = env / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", *GENERATOR], check=True)
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
        for path in sorted((out / "cityloop" / "v1").iterdir()):
            if path.name.endswith("_grpc.py") and not path.name.startswith("engine"):
                continue  # files without a service give empty stubs
            # The generator takes the proto package for the Python package.
            text = re.sub(
                r"from cityloop\.v1 import", "from cityloop.protocol import", path.read_text()
            )
            (target / path.name).write_text(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if not parser.parse_args().check:
        generate(STUBS)
        return 0
    with tempfile.TemporaryDirectory() as fresh:
        generate(Path(fresh))
        names = sorted(p.name for p in Path(fresh).iterdir())
        _, differing, missing = filecmp.cmpfiles(fresh, STUBS, names, shallow=False)
    for name in differing + missing:
        print(f"{STUBS / name} is out of date: run python tools/generate_stubs.py")
    return 1 if differing or missing else 0


if __name__ == "__main__":
    sys.exit(main())
