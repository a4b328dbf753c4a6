"""What goes wrong is one sentence, and never leaves an export that looks whole."""

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import street
import yaml
from click.testing import CliRunner

from cityloop.cli.main import cli
from cityloop.dataset import Dataset
from cityloop.dataset.lock import FileLock
from cityloop.errors import CityloopError, DatasetError, ExportError
from cityloop.exporters import FORMATS, export
from cityloop.exporters import target as targets
from cityloop.exporters.class_map import ClassMap
from cityloop.exporters.target import MARKER
from cityloop.world.people import PERSON_KINDS
from cityloop.world.semantics import CLASSES
from cityloop.world.vehicles_kinds import VEHICLE_KINDS


@pytest.fixture
def copied(street_dataset: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(street_dataset, tmp_path / "dataset"))


def sequence_of(dataset: Path) -> Path:
    return dataset / "sequences" / street.NAME


def refused(dataset: Path, form: str, error: type[CityloopError], **options: Path) -> str:
    """Export, expect one sentence, and nothing beside what was there; return the sentence."""
    out = dataset.parent / "out"
    before = sorted(dataset.parent.iterdir())
    with pytest.raises(error) as caught:
        export(dataset, form, out, **options)
    assert sorted(dataset.parent.iterdir()) == before
    said = str(caught.value)
    assert "\n" not in said
    assert ";" in said, "it says what to do"
    return said


def test_an_unfinished_sequence_is_refused(copied: Path) -> None:
    sequence = sequence_of(copied)
    (sequence / "sequence.json").rename(sequence / "recording.json")
    assert "is not complete; run the same recording again" in refused(copied, "coco", DatasetError)


def test_a_dataset_without_pictures_is_refused(copied: Path) -> None:
    shutil.rmtree(copied / "sequences")
    assert "has no picture" in refused(copied, "mot", ExportError)


def own_map(folder: Path, form: str, **changes: object) -> Path:
    source = Path(targets.__file__).parent / "class_maps" / f"{form}.yaml"
    said = yaml.safe_load(source.read_text())
    path = folder / "map.yaml"
    path.write_text(yaml.safe_dump(said | changes, sort_keys=False))
    return path


@pytest.mark.parametrize("form", FORMATS)
def test_the_formats_own_maps_are_complete(form: str, street_dataset: Path) -> None:
    classes = ClassMap.read(form)
    classes.check_complete(name for name, _ in Dataset(street_dataset).classes.values())
    assert set(classes.classes) == {info.name for info in CLASSES.values()}
    assert set(classes.kinds) <= {*VEHICLE_KINDS, *PERSON_KINDS}


def test_every_child_is_a_child_in_nuscenes() -> None:
    kinds = ClassMap.read("nuscenes").kinds
    children = {kind for kind, said in PERSON_KINDS.items() if said.child}
    assert {k for k, v in kinds.items() if v == "human.pedestrian.child"} == children


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"classes": {"car": "lorry"}}, "'car' becomes 'lorry', which is none of its categories"),
        ({"classes": ["car"]}, "'classes' is ['car']; write 'name: value' lines"),
        ({"categories": {"car": 3}}, "category 'car' is 3; write what the format says of it"),
        ({"colour": "red"}, "is no class map; it needs 'classes' and 'categories'"),
    ],
)
def test_a_class_map_that_is_none_is_refused(
    copied: Path, changes: dict[str, object], sentence: str
) -> None:
    path = own_map(copied.parent, "mot", **changes)
    said = refused(copied, "mot", ExportError, class_map=path)
    assert said.startswith(str(path))
    assert sentence in said


def test_a_class_map_that_cannot_be_read_is_refused(copied: Path) -> None:
    missing = copied.parent / "none.yaml"
    assert "cannot be read as YAML" in refused(copied, "mot", ExportError, class_map=missing)
    broken = copied.parent / "broken.yaml"
    broken.write_text("classes: [")
    assert "cannot be read as YAML" in refused(copied, "mot", ExportError, class_map=broken)


def test_an_own_class_map_is_followed(street_dataset: Path, tmp_path: Path) -> None:
    classes = dict.fromkeys(ClassMap.read("mot").classes) | {"person": "walker"}
    path = own_map(
        tmp_path,
        "mot",
        classes=classes,
        kinds={"girl": None},
        categories={"walker": {"id": 7, "evaluated": 1}},
    )
    export(street_dataset, "mot", tmp_path / "out", class_map=path)
    text = (tmp_path / f"out/train/{street.NAME}-front/gt/gt.txt").read_text()
    rows = [line.split(",") for line in text.splitlines()]
    assert {row[7] for row in rows} == {"7"}
    sequence = Dataset(street_dataset).sequence(street.NAME)
    kinds = {sequence.actors[int(row[1])]["kind"] for row in rows}
    assert "man" in kinds
    assert "girl" not in kinds


def failing_after(calls: int, error: BaseException) -> Callable[..., None]:
    real, count = targets.write_file, 0

    def write(path: Path, content: bytes) -> None:
        nonlocal count
        count += 1
        if count > calls:
            if isinstance(error, OSError):
                with targets.writing(path):
                    raise error
            raise error
        real(path, content)

    return write


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_leaves_nothing(
    copied: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = failing_after(10, OSError(errno.ENOSPC, "full"))
    monkeypatch.setattr(targets, "write_file", full)
    monkeypatch.setattr(f"cityloop.exporters.{form}.write_file", full)
    said = refused(copied, form, ExportError)
    assert said.startswith("cannot write ")
    assert said.endswith("; free some space and export again")


def test_a_folder_that_one_may_not_write_to_is_told(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(targets.FileLock, "take", lambda *_, **__: FileLock(copied / "x", None))
    monkeypatch.setattr(Path, "mkdir", denied)
    assert refused(copied, "mot", ExportError).endswith("; choose a folder that you may write to")


def test_ctrl_c_leaves_nothing(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "write_file", failing_after(10, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        export(copied, "mot", copied.parent / "out")
    assert [p.name for p in copied.parent.iterdir()] == ["dataset"]


def test_something_else_is_never_replaced(copied: Path) -> None:
    out = copied.parent / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    assert "is no earlier export; choose another folder" in refused(copied, "mot", ExportError)
    assert (out / "thesis.txt").read_text() == "mine"
    shutil.rmtree(out)
    out.write_text("a file")
    assert "is no earlier export" in refused(copied, "mot", ExportError)


def test_an_earlier_export_is_replaced_only_by_a_whole_one(copied: Path) -> None:
    out = copied.parent / "out"
    out.mkdir()  # empty: may be used
    assert export(copied, "mot", out) == out
    said = json.loads((out / MARKER).read_text())
    assert (said["exporter"], said["pictures"]) == ("mot", 20)
    (out / "old").touch()
    picture = sequence_of(copied) / "cameras/left/rgb/000009.png"
    whole = picture.read_bytes()
    picture.write_bytes(b"")
    refused(copied, "coco", DatasetError)
    assert (out / "old").exists()
    picture.write_bytes(whole)
    export(copied, "yolo", out)
    assert json.loads((out / MARKER).read_text())["exporter"] == "yolo"
    assert not (out / "old").exists()
    assert sorted(p.name for p in copied.parent.iterdir()) == ["dataset", "out"]


def test_what_a_killed_export_left_is_no_export_and_goes(copied: Path) -> None:
    left = copied.parent / ".out.partial"
    (left / "train").mkdir(parents=True)
    export(copied, "mot", copied.parent / "out")
    assert sorted(p.name for p in copied.parent.iterdir()) == ["dataset", "out"]


def test_two_exports_to_one_folder_are_refused(copied: Path) -> None:
    lock = FileLock.take(copied.parent / ".out.lock", wait=False)
    assert lock is not None
    assert "another run is exporting" in refused(copied, "mot", ExportError)
    lock.release()


def test_an_export_is_the_same_every_time(
    street_dataset: Path, exported: Callable[[str], Path], tmp_path: Path
) -> None:
    for form in FORMATS:
        one, two = exported(form), export(street_dataset, form, tmp_path / form)
        files = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
        assert files == sorted(p.relative_to(two) for p in two.rglob("*") if p.is_file())
        assert all((one / f).read_bytes() == (two / f).read_bytes() for f in files)


def test_the_command_says_what_went_wrong(street_dataset: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    out = str(tmp_path / "out")
    done = run(cli, ["export", str(street_dataset), "--format", "mot", "--out", out])
    assert done.exit_code == 0, done.output
    assert "20/20" in done.output
    (tmp_path / "out" / MARKER).unlink()
    done = run(cli, ["export", str(street_dataset), "--format", "mot", "--out", out])
    assert done.exit_code == 2
    assert "Error: " in done.output
    done = run(cli, ["export", str(street_dataset), "--format", "pascal", "--out", out])
    assert done.exit_code == 2
    assert "'pascal' is not one of 'coco'" in done.output
