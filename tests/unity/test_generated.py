"""The generated C# and Python are those of the protos: every field, and in C# every comment."""

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from google.protobuf import descriptor_pb2

from cityloop.protocol import capture_pb2, engine_pb2, geometry_pb2, scene_pb2, state_pb2

ROOT = Path(__file__).resolve().parents[2]
PROTOS = sorted((ROOT / "protos" / "cityloop" / "v1").glob("*.proto"))
GENERATED = ROOT / "unity_project/Assets/Cityloop/Core/Generated"
PYTHON = {
    "capture": capture_pb2,
    "engine": engine_pb2,
    "geometry": geometry_pb2,
    "scene": scene_pb2,
    "state": state_pb2,
}
# What the generator says by itself.
ITS_OWN = re.compile(
    r"Holder for reflection information generated from|Field number for the \"|"
    r"File descriptor for |Container for nested types declared in|Enum of possible cases for the"
)


@pytest.fixture(scope="module")
def expected() -> dict[str, descriptor_pb2.FileDescriptorProto]:
    """What the protos declare, by buf."""
    buf = shutil.which("buf", path=str(Path(sys.executable).parent))
    assert buf, "buf-bin is part of the dev extra"
    command = [buf, "build", str(ROOT / "protos"), "--exclude-source-info", "-o", "-"]
    built = subprocess.run(command, capture_output=True, check=True).stdout
    files = descriptor_pb2.FileDescriptorSet.FromString(built).file
    return {Path(file.name).stem: file for file in files}


def fields_of(file: descriptor_pb2.FileDescriptorProto) -> list[str]:
    """Return lines that say all a file declares, without what only some compilers write down."""
    file.DiscardUnknownFields()
    for message in file.message_type:
        for field in message.field:
            field.ClearField("json_name")
    return str(file).splitlines()


def in_csharp(text: str) -> descriptor_pb2.FileDescriptorProto:
    packed = re.search(r"FromBase64String\(\s*string\.Concat\((.*?)\)\)", text, re.S)
    assert packed is not None
    data = base64.b64decode("".join(re.findall(r'"([^"]*)"', packed[1])))
    return descriptor_pb2.FileDescriptorProto.FromString(data)


@pytest.mark.parametrize("path", PROTOS, ids=lambda path: path.stem)
def test_both_languages_declare_what_the_protos_do(path, expected):
    proto = fields_of(expected[path.stem])
    python = descriptor_pb2.FileDescriptorProto.FromString(
        PYTHON[path.stem].DESCRIPTOR.serialized_pb
    )
    csharp = in_csharp((GENERATED / f"{path.stem.capitalize()}.g.cs").read_text("utf-8"))
    assert fields_of(python) == proto
    assert fields_of(csharp) == proto


@pytest.mark.parametrize("path", PROTOS, ids=lambda path: path.stem)
def test_the_comments_of_the_protos_are_those_in_csharp(path):
    head, _, text = path.read_text("utf-8").partition("\npackage ")
    assert head.startswith("//")
    # The service is written by hand, and what belongs together has no place of its own in C#.
    text = re.sub(r"^service .*?^}", "service ", text, flags=re.M | re.S)
    text = re.sub(r"(?:^ *//.*\n)+(?=^ *(?:oneof|service) )", "", text, flags=re.M)
    wanted = {escape(line) for line in re.findall(r"^ *// ?(.*)$", text, re.M)}
    summaries = re.findall(
        r"/// <summary>\n(.*?)\n *///\s*</summary>",
        (GENERATED / f"{path.stem.capitalize()}.g.cs").read_text("utf-8"),
        re.S,
    )
    found = {
        line.strip().removeprefix("///").removeprefix(" ")
        for summary in summaries
        for line in summary.splitlines()
    }
    assert wanted - found == set()
    assert {line for line in found - wanted if not ITS_OWN.match(line)} == set()
