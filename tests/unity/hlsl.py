"""HLSL of the Unity engine, compiled with glslang and translated to GLSL with SPIRV-Cross.

Unity compiles the same files with its own compiler; what these tools accept and how Mesa runs it is
the nearest that can be had without it.
"""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHADERS = ROOT / "unity_project/Assets/Cityloop/Runtime/Shaders"
# Stands for the two files of Unity's that CityloopSurface.hlsl and others include.
STUBS = Path(__file__).with_name("shaderlab")
# The tests of the embedded engine's drawing, which judge these shaders too.
DRAWING_TESTS = ROOT / "tests/embedded/drawing"
_STAGES = {"vertex": "vert", "fragment": "frag"}


def missing_tools(*names: str) -> str:
    """Return why tests that need these programs are skipped, empty if they are all there."""
    missing = [name for name in names if shutil.which(name) is None]
    packages = {"glslangValidator": "glslang-tools", "spirv-cross": "spirv-cross"}
    wanted = " ".join(packages[name] for name in missing)
    return f"{', '.join(missing)} not found: apt-get install {wanted}" if missing else ""


@dataclass(frozen=True)
class Program:
    """One program of a ShaderLab file: an entry point with its switches."""

    shader: str
    pass_name: str
    stage: str
    entry: str
    include: str
    defines: tuple[str, ...]


def programs(shader: Path) -> list[Program]:
    """Return every vertex and fragment program that a .shader file names.

    The programs of this project consist of pragmas, #defines and one #include.
    """
    found = []
    text = re.sub(r"//.*", "", shader.read_text("utf-8"))
    for block in re.finditer(r"Name\s+\"(\w+)\".*?HLSLPROGRAM(.*?)ENDHLSL", text, re.DOTALL):
        name, body = block.groups()
        (include,) = re.findall(r"#include \"(Cityloop\w+\.hlsl)\"", body)
        defines = tuple(re.findall(r"#define (\w+)", body))
        for stage in _STAGES:
            (entry,) = re.findall(rf"#pragma {stage} (\w+)", body)
            found.append(Program(shader.name, name, stage, entry, include, defines))
    return found


def compile_hlsl(source: Path, stage: str, entry: str, defines: Sequence[str], spirv: Path) -> str:
    """Compile one entry point to SPIR-V; return what the compiler complains about, if anything."""
    done = subprocess.run(
        [
            "glslangValidator",
            *("-D", "-V", "--hlsl-iomap", "--auto-map-bindings", "--auto-map-locations"),
            *("-S", _STAGES[stage], "-e", entry, "--source-entrypoint", entry),
            *(f"-D{define}" for define in defines),
            *(f"-I{SHADERS}", f"-I{STUBS}"),
            *("-o", str(spirv), str(source)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode else ""


def glsl_of(source: Path, stage: str, entry: str, defines: Sequence[str], folder: Path) -> str:
    """Return an entry point as GLSL 4.30.

    Raises:
        ValueError: with the compiler's words, if it does not compile.
    """
    spirv = folder / f"{entry}-{'-'.join(defines)}.spv"
    complaint = compile_hlsl(source, stage, entry, defines, spirv)
    if complaint:
        raise ValueError(complaint)
    return subprocess.run(
        ["spirv-cross", str(spirv), "--version", "430", "--no-es"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
