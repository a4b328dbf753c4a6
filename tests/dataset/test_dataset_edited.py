"""JSON files and tables that somebody edited, removed or mixed up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cityloop.cli.verify import verify as verify_command
from cityloop.dataset import verify
from cityloop.errors import DatasetError

SEQUENCE = "sequences/boxes/sequence.json"
CHECK = "provenance, kinds, names"


def edit(path: Path, change: Callable[[Any], object]) -> None:
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


DESCRIPTIONS: dict[str, tuple[Callable[[Path], object], str]] = {
    "provenance removed": (lambda r: (r / "provenance.json").unlink(), "provenance.json: missing"),
    "provenance empty": (lambda r: (r / "provenance.json").write_text("{}"), "provenance.json"),
    "provenance binary": (
        lambda r: (r / "provenance.json").write_bytes(bytes(range(256))),
        "provenance.json: missing or damaged",
    ),
    "no assets": (
        lambda r: (r / "provenance.json").write_text('{"assets": []}'),
        "provenance.json: no assets",
    ),
    "no licence": (
        lambda r: edit(r / "provenance.json", lambda p: p["assets"][0].pop("licence")),
        "provenance.json: licence of asset 0",
    ),
    "other assets": (
        lambda r: edit(r / "provenance.json", lambda p: p["assets"][0].update(name="balls")),
        "boxes, sequence.json: assets that provenance.json lacks",
    ),
    "no kinds": (
        lambda r: edit(r / SEQUENCE, lambda s: s["kinds"].clear()),
        "boxes, sequence.json: kinds lack wagon",
    ),
    "a kind less": (
        lambda r: edit(r / SEQUENCE, lambda s: s["kinds"].pop("walker")),
        "boxes, sequence.json: kinds lack walker",
    ),
    "another name": (
        lambda r: edit(r / SEQUENCE, lambda s: s.update(name="crates")),
        "crates, sequence.json: name",
    ),
    "no actors": (
        lambda r: edit(r / SEQUENCE, lambda s: s["actors"].clear()),
        "boxes, sequence.json: actor 1",
    ),
    "an unknown class": (
        lambda r: edit(r / "dataset.json", lambda d: d["classes"].pop(13)),
        "boxes, sequence.json: class car of actor 1",
    ),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_what_no_hash_covers_is_checked(copied: Path, name: str) -> None:
    change, place = DESCRIPTIONS[name]
    change(copied)
    report = verify(copied)
    (row,) = [r for r in report.rows if r.check == CHECK]
    assert not row.passed
    assert row.place.startswith(place)
    assert not report.passed


DEEP = "[" * 100_000


def set_to(key: str, value: object) -> Callable[[Path], object]:
    return lambda r: edit(r / SEQUENCE, lambda s: s.update({key: value}))


def in_camera(key: str, value: object) -> Callable[[Path], object]:
    return lambda r: edit(r / SEQUENCE, lambda s: s["cameras"][0].update({key: value}))


def swap(root: Path) -> None:
    states, objects = (root / f"sequences/boxes/{t}.parquet" for t in ("states", "objects"))
    first, second = states.read_bytes(), objects.read_bytes()
    states.write_bytes(second)
    objects.write_bytes(first)


EDITS: dict[str, tuple[Callable[[Path], object], str]] = {
    "frame_count text": (
        set_to("frame_count", "9"),
        r"sequence\.json .*frame_count is '9', not a w",
    ),
    "frame_count bool": (set_to("frame_count", True), r"sequence\.json .*frame_count is True"),
    "frame_count huge": (set_to("frame_count", 10**30), r"frames\.parquet has 4 rows, not 1000"),
    "dt_s text": (set_to("dt_s", "x"), r"sequence\.json .*dt_s is 'x', not a number"),
    "dt_s zero": (set_to("dt_s", 0), r"sequence\.json .*dt_s is 0.0, not above 0"),
    "dt_s huge": (set_to("dt_s", 10**400), r"sequence\.json .*dt_s is 1000+\.\.\., not a number"),
    "passes unknown": (set_to("passes", ["rgb", "lidar"]), r"sequence\.json .*'lidar' is no pass"),
    "passes none": (set_to("passes", None), r"sequence\.json .*passes is None, not a list"),
    "actors list": (set_to("actors", [1]), r"sequence\.json .*actors is \[1\], not an object"),
    "actors numbers": (set_to("actors", {"1": 1}), r"sequence\.json .*1 is 1, not an object"),
    "parts list": (set_to("parts", [1]), r"sequence\.json .*parts is \[1\], not an object"),
    "kinds list": (set_to("kinds", [1]), r"sequence\.json .*kinds is \[1\], not an object"),
    "cameras text": (set_to("cameras", "front"), r"sequence\.json .*cameras is 'front'"),
    "cameras none": (set_to("cameras", []), r"frames\.parquet has 4 rows, not 0"),
    "camera width": (in_camera("width", "a"), r"sequence\.json .*width is 'a', not a whole"),
    "camera wider": (in_camera("width", 97), r"c/0/0/0 is 96 x 64 pixels, not 97 x 64"),
    "camera name": (in_camera("name", "../up"), r"sequence\.json .*'../up' cannot be a folder"),
    "camera K": (in_camera("K", [1, 2, 3]), r"sequence\.json .*a is 1, not a list of 3"),
    "camera mount": (in_camera("mount", {"position": "x"}), r"sequence\.json .*position is 'x'"),
    "nested": (
        lambda r: (r / SEQUENCE).write_text(DEEP),
        r"sequence\.json cannot be read \(maximum recursion",
    ),
    "classes number": (
        lambda r: edit(r / "dataset.json", lambda d: d.update(classes=5)),
        r"dataset\.json is damaged .*classes is 5, not a list",
    ),
    "classes missing": (
        lambda r: edit(r / "dataset.json", lambda d: d.pop("classes")),
        r"dataset\.json is damaged \(KeyError: 'classes'\)",
    ),
    "tables swapped": (swap, r"(states|objects)\.parquet has no column"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_file_is_named(copied: Path, name: str) -> None:
    change, says = EDITS[name]
    change(copied)
    with pytest.raises(DatasetError, match=says):
        verify(copied)


def test_a_report_that_cannot_be_written_is_refused_first(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def audited(_path: Path) -> None:
        pytest.fail("the audit began")

    monkeypatch.setattr("cityloop.cli.verify.audit", audited)
    for place, says in ((copied / "nope" / "x.json", "there is no folder"), (copied, "a folder")):
        with pytest.raises(DatasetError, match=f"cannot write .*{says}"):
            CliRunner().invoke(
                verify_command,
                [str(copied), "--json", str(place)],
                catch_exceptions=False,
            )


def test_a_failed_table_names_the_file(copied: Path, tmp_path: Path) -> None:
    with (copied / "sequences/boxes/cameras/front/labels.mp4").open("ab") as file:
        file.write(b"x")
    place = tmp_path / "report.json"
    result = CliRunner().invoke(verify_command, [str(copied), "--json", str(place)])
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "SHA-256 of all files: worst at boxes, cameras/front/labels.mp4" in said
    assert json.loads(place.read_text())["passed"] is False
