"""Every file of a dataset, lost, cut short or full of junk: a sentence or a failed row."""

import shutil
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
import synthetic
from click.testing import Result
from command_line import cityloop
from corruptions import HASHES, failed
from lint_scene import HOUSE, PROTOTYPES

from cityloop.annotation import Kinds
from cityloop.dataset import verify
from cityloop.dataset.surroundings import Surroundings
from cityloop.dataset.verification.files import FileCheck
from cityloop.errors import DatasetError, MapError
from cityloop.exporters import FORMATS
from cityloop.world.grid import build_grid

PASSES = ("rgb", "depth", "instance", "semantic", "flow_forward", "depth_change_forward")
SEQUENCE = "sequences/boxes"
TABLES = (
    *("frames", "objects", "pieces", "states", "events", "signals", "road_marks"),
    "static_geometry",
)
STORE = f"{SEQUENCE}/cameras/front/passes.zarr"
FILES = (
    "dataset.json",
    "provenance.json",
    *(f"{SEQUENCE}/{name}.parquet" for name in TABLES),
    *(f"{SEQUENCE}/{n}" for n in ("sequence.json", "surroundings.json", "road_network.net.xml.gz")),
    f"{SEQUENCE}/cameras/front/labels.mp4",
    f"{SEQUENCE}/cameras/front/rgb/000000.png",
    f"{STORE}/zarr.json",
    *(f"{STORE}/{name}/zarr.json" for name in PASSES[1:]),
    *(f"{STORE}/{name}/c/0{'/0' * (3 if name == 'flow_forward' else 2)}" for name in PASSES[1:]),
)
DAMAGES = {
    "lost": lambda path: path.unlink(),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3]),
    "full of junk": lambda path: path.write_bytes(
        np.random.default_rng(1).bytes(path.stat().st_size)
    ),
}
READERS = (
    ("info",),
    ("report", "--out", "page.html"),
    ("video", "--out", "film.mp4"),
    ("video", "--show", "masks,keypoints,flow", "--out", "layers.mp4"),
    *(("export", "--format", form, "--out", form) for form in FORMATS),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a dataset of one frame that has every file there is."""
    folder = tmp_path_factory.mktemp("whole")
    net_file = folder / "grid.net.xml"
    build_grid((2, 2), 3, net_file)
    with pytest.MonkeyPatch.context() as patch:
        # Of riders there is no class in the synthetic world.
        patch.setattr(synthetic, "WAGON_PIECES", ())
        patch.setattr(synthetic, "KINDS", Kinds(synthetic.KINDS.figures, {}))
        surroundings = Surroundings.of(net_file, [HOUSE], PROTOTYPES, [])
        plan = {"frame_count": 1, "passes": PASSES, "surroundings": surroundings}
        with synthetic.writer(folder / "dataset", **plan) as writer:
            synthetic.record(writer, frame_count=1)
    return folder / "dataset"


@pytest.fixture
def own(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "dataset"))


def run(command: tuple[str, ...], dataset: Path, folder: Path) -> Result:
    """Run a command on a dataset; what it writes goes into `folder`."""
    name, *options = command
    for at, option in enumerate(options):
        if options[at - 1] == "--out":
            options[at] = str(folder / option)
    return cityloop(name, dataset, *options)


def test_no_file_is_left_out(whole: Path) -> None:
    assert {p.relative_to(whole).as_posix() for p in whole.rglob("*") if p.is_file()} == set(FILES)


@pytest.mark.parametrize("command", READERS)
def test_what_is_whole_is_read(whole: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(command, whole, tmp_path)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("file", FILES)
def test_verify_finds_what_is_damaged(own: Path, file: str) -> None:
    content = (own / file).read_bytes()
    for damage in DAMAGES.values():
        damage(own / file)
        said, found = "", set()
        try:
            found = failed(verify(own))
        except (DatasetError, MapError) as error:
            said = str(error)
        # A frame of a pass, and an array, are called by their folder.
        assert str(Path(file).parent) in said or found & {HASHES, "provenance, kinds, names"}
        assert "\n" not in said
        (own / file).write_bytes(content)


@pytest.mark.parametrize(("file", "damage"), list(zip(FILES, cycle(DAMAGES), strict=False)))
def test_readers_say_a_sentence_or_need_not_what_is_damaged(
    own: Path, tmp_path: Path, file: str, damage: str
) -> None:
    DAMAGES[damage](own / file)
    out = tmp_path / "out"
    out.mkdir()
    for command in READERS:
        result = run(command, own, out)
        if result.exit_code:
            assert isinstance(result.exception, SystemExit), (command, result.exception)
            assert result.exit_code == 2
            (line,) = [x for x in result.stderr.splitlines() if x.startswith("Error: ")]
            assert str(Path(file).parent) in line
            assert list(out.iterdir()) == []
        shutil.rmtree(out)
        out.mkdir()


@pytest.mark.parametrize("file", ["frames.parquet", "road_network.net.xml.gz"])
def test_a_file_that_is_lost_while_it_is_verified_is_a_sentence(
    own: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = FileCheck.look

    def lose(check: FileCheck, sequence: object) -> None:
        (own / SEQUENCE / file).unlink()
        look(check, sequence)

    monkeypatch.setattr(FileCheck, "look", lose)
    with pytest.raises((DatasetError, MapError), match=file):
        verify(own)


def test_a_grid_of_passes_needs_all_of_them(whole: Path, tmp_path: Path) -> None:
    result = run(("video", "--show", "grid", "--out", "grid.mp4"), whole, tmp_path)
    assert result.exit_code == 2
    assert "was recorded without flow_backward, normal, velocity" in result.stderr


def test_an_export_into_a_foreign_folder_shows_no_bar(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    result = cityloop("export", whole, "--format", "coco", "--out", tmp_path)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
