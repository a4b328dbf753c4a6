"""Datasets that are damaged, of another version or without a pass, for all that reads them.

Each exporter, the report, both kinds of video and the audit say one sentence that names the file
and the way out, and leave nothing that could be taken for a result.
"""

import json
import shutil
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import street
import yaml

from cityloop import exporters
from cityloop.dataset import Dataset, verify
from cityloop.dataset.film import film
from cityloop.dataset.report import write_report
from cityloop.errors import CityloopError, DatasetError, ExportError
from cityloop.exporters import FORMATS, export


def filmed(layer: str, dataset: Path, out: Path) -> None:
    film(Dataset(dataset).sequence(street.NAME), "front", out.with_suffix(".mp4"), [layer])


CLASS_MAPS = Path(exporters.__file__).parent / "class_maps"
# What reads a dataset: called with its folder and the place of what it writes.
READERS: dict[str, Callable[[Path, Path], Any]] = {
    **{
        form: partial(lambda form, dataset, out: export(dataset, form, out), form)
        for form in FORMATS
    },
    "report": lambda dataset, out: write_report(Dataset(dataset), out),
    "video": partial(filmed, "boxes"),
    "grid of passes": partial(filmed, "grid"),
    "verify": lambda dataset, out: verify(dataset),
}
EXPORTED_PASSES = [
    (form, name)
    for form in FORMATS
    for name in import_module(f"cityloop.exporters.{form}").Exporter.PASSES
]


@pytest.fixture
def copied(street_dataset: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(street_dataset, tmp_path / "dataset"))


def refused(reader: str, dataset: Path, error: type[CityloopError] = DatasetError) -> str:
    """Read, expect one sentence and nothing beside what was there; return the sentence."""
    before = sorted(dataset.parent.iterdir())
    with pytest.raises(error) as caught:
        READERS[reader](dataset, dataset.parent / "out")
    assert sorted(dataset.parent.iterdir()) == before
    said = str(caught.value)
    assert "\n" not in said
    assert ";" in said, "it says what to do"
    return said


def sequence_of(dataset: Path) -> Path:
    return dataset / "sequences" / street.NAME


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-9])
    return path


@pytest.mark.parametrize("reader", READERS)
def test_a_newer_version(reader: str, copied: Path) -> None:
    description = sequence_of(copied) / "sequence.json"
    edit(description, lambda said: said["format"].update(version=99))
    assert refused(reader, copied).startswith(f"{description} has format version 99")
    edit(copied / "dataset.json", lambda said: said["format"].update(version=98))
    assert refused(reader, copied).startswith(f"{copied / 'dataset.json'} has format version 98")


@pytest.mark.parametrize("name", ["frames", "objects"])
@pytest.mark.parametrize("reader", READERS)
def test_a_truncated_table(reader: str, name: str, copied: Path) -> None:
    table = cut(sequence_of(copied) / f"{name}.parquet")
    assert refused(reader, copied).startswith(f"{table} is damaged")


@pytest.mark.parametrize("reader", READERS)
def test_a_truncated_picture(reader: str, copied: Path) -> None:
    # The last one, when all else is written; the audit takes long to come there.
    number = 0 if reader == "verify" else street.FRAMES - 1
    picture = sequence_of(copied) / f"cameras/front/rgb/{number:06d}.png"
    picture.write_bytes(picture.read_bytes()[:50])
    assert refused(reader, copied).startswith(f"{picture} is damaged")


@pytest.mark.parametrize(
    ("reader", "name"),
    [
        ("coco", "instance"),
        ("coco", "semantic"),
        ("yolo", "instance"),
        ("kitti", "depth"),
        ("kitti", "flow_forward"),
        ("kitti", "depth_change_forward"),
        ("report", "depth"),
        ("grid of passes", "normal"),
        ("verify", "velocity"),
    ],
)
def test_a_truncated_store(reader: str, name: str, copied: Path) -> None:
    store = sequence_of(copied) / f"cameras/front/passes.zarr/{name}"
    number = 0 if reader == "verify" else street.FRAMES - 2
    chunk = cut(next(p for p in (store / f"c/{number}").rglob("*") if p.is_file()))
    assert refused(reader, copied).startswith(f"{chunk} is damaged")
    chunk.unlink()
    assert refused(reader, copied).startswith(f"{chunk} is missing")


@pytest.mark.parametrize(("form", "name"), EXPORTED_PASSES)
def test_an_export_without_a_pass_that_it_needs(form: str, name: str, copied: Path) -> None:
    edit(sequence_of(copied) / "sequence.json", lambda said: said["passes"].remove(name))
    said = refused(form, copied, ExportError)
    assert f"was recorded without the pass {name!r}, which {form} needs; record" in said


@pytest.mark.parametrize(
    ("reader", "name"), [("report", "rgb"), ("video", "rgb"), ("verify", "depth")]
)
def test_what_else_needs_a_pass(reader: str, name: str, copied: Path) -> None:
    edit(sequence_of(copied) / "sequence.json", lambda said: said["passes"].remove(name))
    assert f"has no pass {name!r}, only" in refused(reader, copied)


@pytest.mark.parametrize("name", ["car", "sidewalk"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_dataset_that_does_not_name_a_class(form: str, name: str, copied: Path) -> None:
    # The audit has a row for it, and report and videos show no classes.
    def without(said: dict[str, Any]) -> None:
        said["classes"] = [c for c in said["classes"] if c["name"] != name]

    edit(copied / "dataset.json", without)
    said = refused(form, copied)
    assert said.startswith(f"{copied / 'dataset.json'} lacks the class {name!r}; copy")


@pytest.mark.parametrize("form", FORMATS)
def test_a_class_map_that_lacks_a_class(form: str, copied: Path) -> None:
    said = yaml.safe_load((CLASS_MAPS / f"{form}.yaml").read_text())
    del said["classes"]["bus"]
    own = copied.parent / "map.yaml"
    own.write_text(yaml.safe_dump(said, sort_keys=False))
    with pytest.raises(ExportError) as caught:
        export(copied, form, copied.parent / "out", class_map=own)
    assert str(caught.value).startswith(f"{own} lacks the class 'bus'; say under 'classes'")
    assert not (copied.parent / "out").exists()


def test_a_report_without_its_video(copied: Path) -> None:
    video = sequence_of(copied) / "cameras/left/labels.mp4"
    cut(video)
    assert refused("report", copied).startswith(f"{video} is damaged")
    video.unlink()
    assert refused("report", copied).startswith(f"{video} is missing")
