import errno
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import synthetic

from cityloop.dataset import Dataset, SequenceWriter
from cityloop.dataset.stored_pass import StoredPass
from cityloop.errors import DatasetError


def bytes_of(root: Path) -> dict[str, str]:
    return {
        p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*"))
        if p.is_file()
    }


def cut_short(root: Path, frames: int) -> Path:
    """Record until just before frame `frames` and return the sequence's folder."""
    with synthetic.writer(root) as writer:
        synthetic.record(writer, stop_before=frames)
    return root / "sequences" / "boxes"


TABLES = (
    *("frames", "objects", "pieces", "states", "events", "signals", "road_marks"),
    "static_geometry",
)


def test_the_layout_is_that_of_the_design(recorded: Path) -> None:
    found = set(bytes_of(recorded))
    sequence = "sequences/boxes"
    passes = f"{sequence}/cameras/front/passes.zarr"
    expected = {"dataset.json", "provenance.json", f"{sequence}/sequence.json"}
    expected |= {f"{sequence}/{t}.parquet" for t in TABLES}
    expected |= {f"{sequence}/cameras/front/labels.mp4", f"{passes}/zarr.json"}
    for n in range(4):
        expected.add(f"{sequence}/cameras/front/rgb/{n:06d}.png")
    for name in synthetic.capture(1).passes:
        if name != "rgb":
            zeros = "/0" * (
                3 if name in ("flow_backward", "flow_forward", "normal", "velocity") else 2
            )
            expected.add(f"{passes}/{name}/zarr.json")
            expected |= {f"{passes}/{name}/c/{n}{zeros}" for n in range(4)}
    assert found == expected
    provenance = json.loads((recorded / "provenance.json").read_text())
    (asset,) = provenance["assets"]
    assert asset == {"name": "boxes", "licence": "Apache-2.0", "source": "this file"}


def test_the_same_recording_twice_gives_the_same_bytes(recorded: Path, tmp_path: Path) -> None:
    with synthetic.writer(tmp_path / "again") as writer:
        synthetic.record(writer)
    assert bytes_of(tmp_path / "again") == bytes_of(recorded)


@pytest.mark.parametrize("frames", [0, 1, 3])
def test_a_recording_that_was_cut_short_goes_on_to_the_same_bytes(
    recorded: Path, tmp_path: Path, frames: int
) -> None:
    folder = cut_short(tmp_path / "cut", frames)
    assert not (folder / "sequence.json").exists()
    with pytest.raises(DatasetError, match="not complete; run the same recording again"):
        Dataset(tmp_path / "cut").sequence("boxes")
    with synthetic.writer(tmp_path / "cut") as writer:
        assert writer.frames_done == frames
        synthetic.record(writer)
    assert bytes_of(tmp_path / "cut") == bytes_of(recorded)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


DAMAGES: dict[str, Callable[[Path], None]] = {
    "truncated picture": lambda f: _truncate(f / "cameras/front/rgb/000001.png"),
    "lost picture": lambda f: (f / "cameras/front/rgb/000001.png").unlink(),
    "truncated pass": lambda f: _truncate(f / "cameras/front/passes.zarr/depth/c/1/0/0"),
    "lost pass": lambda f: (f / "cameras/front/passes.zarr/semantic/c/1/0/0").unlink(),
    "truncated journal": lambda f: _truncate(f / "journal/000001.arrow"),
    "empty journal": lambda f: (f / "journal/000001.arrow").write_bytes(b""),
    "lost journal": lambda f: (f / "journal/000001.arrow").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_only_frames_before_a_damaged_one_are_kept(
    recorded: Path, tmp_path: Path, damage: str
) -> None:
    folder = cut_short(tmp_path / "cut", 3)
    DAMAGES[damage](folder)
    with synthetic.writer(tmp_path / "cut") as writer:
        assert writer.frames_done == 1
        synthetic.record(writer)
    assert bytes_of(tmp_path / "cut") == bytes_of(recorded)


def test_a_stop_between_the_last_frame_and_the_end_loses_nothing(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cityloop.dataset.writer.write_sequence_json", stop)
        with pytest.raises(KeyboardInterrupt), synthetic.writer(tmp_path / "cut") as writer:
            synthetic.record(writer)
    with synthetic.writer(tmp_path / "cut") as writer:
        assert writer.frames_done == 4
        synthetic.record(writer)
    assert bytes_of(tmp_path / "cut") == bytes_of(recorded)


def test_a_scenario_may_end_early(tmp_path: Path) -> None:
    with synthetic.writer(tmp_path / "short", frame_count=9) as writer:
        synthetic.record(writer, frame_count=2)
    sequence = Dataset(tmp_path / "short").sequence("boxes")
    assert sequence.frame_count == 2
    assert sequence.store("front", "depth").frame_count == 2
    assert sequence.frame("front", 1).read("normal").shape == (64, 96, 3)


def test_a_complete_sequence_is_not_written_over(copied: Path) -> None:
    before = bytes_of(copied)
    with pytest.raises(DatasetError, match=r"complete sequence; .*--overwrite"):
        synthetic.writer(copied)
    assert bytes_of(copied) == before
    with synthetic.writer(copied, overwrite=True) as writer:
        synthetic.record(writer)
    assert bytes_of(copied) == before


def test_another_scenario_does_not_continue_a_recording(tmp_path: Path) -> None:
    cut_short(tmp_path / "cut", 1)
    with pytest.raises(DatasetError, match=r"unfinished recording of another scenario .*--overwr"):
        SequenceWriter(
            tmp_path / "cut",
            "boxes",
            {"seed": 4},
            [synthetic.CAMERA],
            prototypes=synthetic.prototypes(),
            dt_s=synthetic.DT,
            frame_count=4,
            hosts={"front": "ego"},
        )


def test_other_assets_do_not_continue_a_recording(tmp_path: Path) -> None:
    cut_short(tmp_path / "cut", 1)
    with pytest.raises(DatasetError, match="another scenario or version"):
        synthetic.writer(tmp_path / "cut", assets=[{"name": "boxes", "licence": "CC0-1.0"}])


def test_a_world_that_comes_out_differently_does_not_continue_a_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(tmp_path / "cut", 2)
    monkeypatch.setattr(synthetic, "bones_at", lambda t: np.zeros((2, 3, 4), np.float32))
    with (
        pytest.raises(DatasetError, match="tick 1 came out differently"),
        synthetic.writer(tmp_path / "cut") as writer,
    ):
        synthetic.record(writer)


def test_a_second_sequence_joins_a_dataset(copied: Path) -> None:
    again = {"prototypes": synthetic.prototypes(), "dt_s": synthetic.DT, "frame_count": 1}
    asset = [{"name": "another", "licence": "CC0-1.0"}]
    with SequenceWriter(
        copied, "two", {}, [synthetic.CAMERA], hosts={"front": "ego"}, assets=asset, **again
    ) as writer:
        synthetic.record(writer, frame_count=1)
    assert Dataset(copied).names == ["boxes", "two"]
    assets = json.loads((copied / "provenance.json").read_text())["assets"]
    assert [a["name"] for a in assets] == ["another", "boxes"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DatasetError, match="is no Cityloop dataset; choose another folder"):
        synthetic.writer(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(DatasetError, match="no Cityloop dataset; choose another folder"):
        synthetic.writer(tmp_path / "out")
    with pytest.raises(DatasetError, match=r"cannot write .*out.*Not a directory"):
        synthetic.writer(tmp_path / "out" / "deeper")


@pytest.mark.parametrize("name", ["../up", "", ".hidden", "a/b"])
def test_a_name_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match="cannot be a folder's name"):
        SequenceWriter(
            tmp_path / "out", name, {}, [synthetic.CAMERA], prototypes=[], dt_s=0.05, frame_count=1
        )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("number", "way_out"),
    [(errno.ENOSPC, "free some space and run the same again"), (errno.EROFS, "choose a folder")],
)
def test_a_full_or_read_only_disk_keeps_the_whole_frames(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, way_out: str
) -> None:
    write, reason = Path.write_bytes, os.strerror(number)

    def fail(path: Path, content: bytes) -> int:
        if path.name.startswith("000002.png"):
            write(path, content[: len(content) // 2])
            raise OSError(number, "refused")
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", fail)
        with (
            pytest.raises(
                DatasetError, match=rf"cannot write .*000002\.png \({reason}\); {way_out}"
            ),
            synthetic.writer(tmp_path / "full") as writer,
        ):
            synthetic.record(writer)
    left = bytes_of(tmp_path / "full")
    assert not [name for name in left if name.endswith(("sequence.json", ".partial", ".mp4"))]
    with synthetic.writer(tmp_path / "full") as writer:
        assert writer.frames_done == 2
        synthetic.record(writer)
    assert bytes_of(tmp_path / "full") == bytes_of(recorded)


def test_a_pass_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = StoredPass.create(tmp_path, "depth", 2, synthetic.CAMERA.intrinsics)
    (tmp_path / "depth" / "c").write_text("in the way")
    with pytest.raises(DatasetError, match=r"cannot write .*depth/c/1/0/0"):
        store.write(1, np.zeros((64, 96), np.float32))


def test_frames_and_ticks_out_of_order_are_refused(tmp_path: Path) -> None:
    with synthetic.writer(tmp_path / "out", frame_count=1) as writer:
        synthetic.add_state(writer, 0)
        with pytest.raises(ValueError, match="tick 1 is due, not 2"):
            synthetic.add_state(writer, 2)
        with pytest.raises(ValueError, match="state of tick 1 must be added before"):
            synthetic.add_frame(writer, 1)
        synthetic.add_state(writer, 1)
        with pytest.raises(ValueError, match="cameras"):
            writer.add_frame([], [], synthetic.ENVIRONMENT)
        synthetic.add_frame(writer, 1)
        with pytest.raises(ValueError, match="one more"):
            synthetic.add_frame(writer, 1)


def test_a_sequence_without_a_frame_is_not_complete(tmp_path: Path) -> None:
    with (
        synthetic.writer(tmp_path / "out") as writer,
        pytest.raises(DatasetError, match="no frame"),
    ):
        writer.finish()
    with pytest.raises(DatasetError, match="0 frames"):
        synthetic.writer(tmp_path / "out2", frame_count=0)
