"""The protocol's own rules: lint, comments with unit and frame, stubs that fit the protos."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cityloop.protocol import capture_pb2, engine_pb2, geometry_pb2, scene_pb2, state_pb2

ROOT = Path(__file__).resolve().parents[2]
PROTOS = sorted((ROOT / "protos" / "cityloop" / "v1").glob("*.proto"))
FIELD = re.compile(r"^\s+(?:repeated |optional )?[\w.]+ (\w+) = \d+;$")
DECLARATION = re.compile(r"^\s*(message|enum|service|rpc|oneof) ?(\w+)")


def comment_above(lines: list[str], index: int) -> str:
    comment: list[str] = []
    while index > 0 and lines[index - 1].strip().startswith("//"):
        index -= 1
        comment.insert(0, lines[index].strip().removeprefix("//").strip())
    return " ".join(comment)


def uncommented_fields(text: str) -> list[str]:
    """Names of message fields whose comment lacks a unit or a frame."""
    lines = text.splitlines()
    in_enum = False
    bad = []
    for i, line in enumerate(lines):
        if line.startswith("enum "):
            in_enum = True
        elif line.startswith("}"):
            in_enum = False
        match = FIELD.match(line)
        if match and not in_enum:
            comment = comment_above(lines, i)
            if "unit:" not in comment or "frame:" not in comment:
                bad.append(match.group(1))
    return bad


@pytest.mark.parametrize("path", PROTOS, ids=lambda p: p.name)
def test_every_field_says_its_unit_and_frame(path: Path) -> None:
    assert uncommented_fields(path.read_text()) == []


def test_a_field_without_unit_is_found() -> None:
    text = "message A {\n  // Length; frame: world.\n  double x = 1;\n  double y = 2;\n}\n"
    assert uncommented_fields(text) == ["x", "y"]


@pytest.mark.parametrize("path", PROTOS, ids=lambda p: p.name)
def test_every_declaration_has_a_comment(path: Path) -> None:
    lines = path.read_text().splitlines()
    bare = [
        line.strip()
        for i, line in enumerate(lines)
        if DECLARATION.match(line) and not comment_above(lines, i)
    ]
    assert bare == []


def test_buf_lint_standard() -> None:
    buf = shutil.which("buf", path=str(Path(sys.executable).parent))
    assert buf, "buf-bin is part of the dev extra"
    result = subprocess.run([buf, "lint", str(ROOT / "protos")], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_stubs_have_every_message_of_the_protos() -> None:
    modules = {
        "geometry": geometry_pb2,
        "scene": scene_pb2,
        "state": state_pb2,
        "capture": capture_pb2,
        "engine": engine_pb2,
    }
    assert sorted(modules) == sorted(p.stem for p in PROTOS)
    for path in PROTOS:
        text = path.read_text()
        for body in re.finditer(r"^message (\w+) \{\n(.*?)^\}", text, re.M | re.S):
            message = modules[path.stem].DESCRIPTOR.message_types_by_name[body.group(1)]
            fields = re.findall(
                r"^ {2,4}(?:repeated |optional )?[\w.]+ (\w+) = (\d+);", body.group(2), re.M
            )
            assert {f.name: f.number for f in message.fields} == {n: int(k) for n, k in fields}
