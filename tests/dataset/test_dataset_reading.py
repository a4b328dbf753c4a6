import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import synthetic
import zarr

from cityloop.dataset import Dataset
from cityloop.dataset.events import Event, EventKind, read_events, write_events
from cityloop.dataset.reader import Sequence
from cityloop.errors import DatasetError


def test_passes_come_back_as_they_were_drawn(recorded: Path) -> None:
    sequence = Dataset(recorded).sequence("boxes")
    drawn = synthetic.capture(3).passes
    frame = sequence.frame("front", 2)
    for name in sequence.passes:
        read = frame.read(name)
        assert read.dtype == drawn[name].dtype
        if name == "normal" or name.startswith("depth_change"):
            np.testing.assert_allclose(read, drawn[name], atol=5e-4)
        else:
            np.testing.assert_array_equal(read, drawn[name])


def test_passes_are_plain_zarr_for_everybody(recorded: Path) -> None:
    group = zarr.open_group(recorded / "sequences/boxes/cameras/front/passes.zarr", mode="r")
    depth = group["depth"]
    assert isinstance(depth, zarr.Array)
    assert depth.shape == (4, 64, 96)
    assert depth.metadata.dimension_names == ("frame", "y", "x")
    np.testing.assert_array_equal(depth[2], synthetic.capture(3).passes["depth"])


def test_frames_hold_the_instant_and_the_camera(recorded: Path) -> None:
    frame = Dataset(recorded).sequence("boxes").frame("front", 2)
    assert (frame.number, frame.tick, frame.time_s) == (2, 3, 3 * synthetic.DT)
    expected = synthetic.camera_at(3 * synthetic.DT)
    np.testing.assert_array_equal(frame.world_from_camera.position, expected.position)
    np.testing.assert_array_equal(frame.world_from_camera.quaternion, expected.quaternion)
    assert frame.camera.intrinsics == synthetic.CAMERA.intrinsics
    assert frame.camera.host == "ego"


def test_labels_come_back_as_they_were_made(recorded: Path) -> None:
    labels = Dataset(recorded).sequence("boxes").frame("front", 0).objects
    assert labels.name == ("car", "child", "parked/0")
    assert labels.kind == ("wagon", "walker", "crate")
    now = synthetic.actors_at(synthetic.DT)
    np.testing.assert_array_equal(labels.position_world, now.position[1:])
    np.testing.assert_array_equal(labels.velocity_world, now.velocity[1:])
    np.testing.assert_array_equal(labels.semantic, now.semantic[1:])
    rows = Dataset(recorded).sequence("boxes").frame("front", 0).object_rows
    assert rows.column("class").to_pylist() == ["car", "person", "car"]


def test_states_come_back_with_a_tick_before_and_after(recorded: Path) -> None:
    states = Dataset(recorded).sequence("boxes").states
    assert states.ticks == [0, 1, 2, 3, 4, 5]
    state = states.at(5)
    assert state is not None
    t = 5 * synthetic.DT
    np.testing.assert_array_equal(state.actors.position, synthetic.actors_at(t).position)
    np.testing.assert_array_equal(state.bones[3], synthetic.bones_at(t))
    np.testing.assert_array_equal(state.wheels[2], synthetic.wheels_at(t))
    assert set(state.bones) == {3}
    assert set(state.wheels) == {2}
    assert state.row(4) is None
    assert states.at(6) is None


def test_sequence_json_says_what_the_world_was(recorded: Path) -> None:
    sequence = Dataset(recorded).sequence("boxes")
    assert sequence.description == synthetic.DESCRIPTION
    assert sequence.actors[3] == {
        "name": "child",
        "kind": "walker",
        "class": "person",
        "class_id": 11,
    }
    assert sequence.kinds["walker"].skinned
    assert [w.steered for w in sequence.kinds["wagon"].wheels] == [False, False, True, True]
    assert sequence.parts["cameras/front/passes.zarr/depth/c/"]


def test_columns_carry_their_units(recorded: Path) -> None:
    for table in ("frames", "objects", "states"):
        schema = pq.read_schema(recorded / f"sequences/boxes/{table}.parquet")
        for field in schema:
            stored = field.metadata or {}
            if field.name not in ("wheels", "bones") and not field.name.startswith("PARQUET"):
                assert {b"unit", b"frame"} <= set(stored), field.name


def test_classes_have_names_and_colours(recorded: Path) -> None:
    assert Dataset(recorded).classes[13] == ("car", (0, 0, 142))


def spoil(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_is_missing_or_newer_is_named(copied: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere is no folder"):
        Dataset(copied / "nowhere")
    with pytest.raises(DatasetError, match=r"dataset\.json is missing"):
        Dataset(copied / "sequences")
    dataset = Dataset(copied)
    with pytest.raises(DatasetError, match="no sequence 'other', only boxes"):
        dataset.sequence("other")
    sequence = dataset.sequence("boxes")
    with pytest.raises(DatasetError, match="no camera 'rear', only front"):
        sequence.frame("rear", 0)
    with pytest.raises(DatasetError, match="no frame 4 of camera 'front', only 0 to 3"):
        sequence.frame("front", 4)
    with pytest.raises(DatasetError, match="no pass 'heat', only rgb, depth"):
        sequence.frame("front", 0).read("heat")
    for version, way_out in ((4, "install a newer Cityloop"), (2, "record it again")):
        said = rf"format version {version}, .*{way_out}"
        other = {"name": "cityloop-sequence", "version": version}
        spoil(sequence.folder / "sequence.json", format=other)
        with pytest.raises(DatasetError, match=said):
            dataset.sequence("boxes")
        spoil(copied / "dataset.json", format={"name": "cityloop-dataset", "version": version})
        with pytest.raises(DatasetError, match=said):
            Dataset(copied)
        spoil(copied / "dataset.json", format={"name": "cityloop-dataset", "version": 3})
    (copied / "dataset.json").write_text("{")
    with pytest.raises(DatasetError, match=r"dataset\.json cannot be read"):
        Dataset(copied)


def test_events_come_back_by_rising_tick(tmp_path: Path) -> None:
    def event(tick: int, kind: EventKind) -> Event:
        return Event(tick, tick * 0.05, kind, ("ego",), 0.0, (1.0, 2.0, 0.0))

    told = [event(3, "red_light"), event(1, "collision"), event(3, "off_road")]
    write_events(tmp_path / "events.parquet", told)
    read = read_events(tmp_path / "events.parquet")
    assert read == (told[1], told[0], told[2])


TABLES = ("frames", "objects", "pieces", "states", "events", "signals", "road_marks")


def sentence(path: Path) -> str:
    """What reading one table of a sequence says is wrong, which is one line."""
    with pytest.raises(DatasetError) as caught:
        getattr(Sequence(path.parent), path.stem)
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(f"{path} ")
    assert said.endswith("; record the sequence again")
    return said.removeprefix(f"{path} ")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_none_is_told_in_one_sentence(copied: Path, table: str) -> None:
    path = copied / f"sequences/boxes/{table}.parquet"
    whole = path.read_bytes()
    garbled = whole[:4] + bytes(len(whole) - 12) + whole[-8:]
    for content in (b"", b"PAR1", whole[: len(whole) // 2], b"\x89PNG" * 100, garbled):
        path.write_bytes(content)
        assert sentence(path).startswith("is damaged (")
    path.unlink()
    assert sentence(path).startswith("is missing;")
    path.mkdir()
    assert sentence(path).startswith("is damaged (")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_something_else_is_told_in_one_sentence(copied: Path, table: str) -> None:
    path = copied / f"sequences/boxes/{table}.parquet"
    pq.write_table(pa.table({"tick": pa.array([1], pa.int64())}), path)
    assert sentence(path).startswith("has no column '")


def test_pages_that_broke_are_told_when_they_are_read(copied: Path) -> None:
    path = copied / "sequences/boxes/states.parquet"
    column = pq.ParquetFile(path).metadata.row_group(0)
    where = {
        column.column(i).path_in_schema: column.column(i).data_page_offset
        for i in range(column.num_columns)
    }
    data = bytearray(path.read_bytes())
    for name in ("kind", "position.list.element"):
        data[where[name] : where[name] + 16] = bytes(16)
    path.write_bytes(bytes(data))
    states = Sequence(path.parent).states
    for read in (states.identities, lambda: list(states.blocks()), lambda: states.at(2)):
        with pytest.raises(DatasetError, match=r"^\S+states\.parquet is damaged \(.+\); record"):
            read()


def test_truncated_files_are_named(copied: Path) -> None:
    sequence = Dataset(copied).sequence("boxes")
    frame = sequence.frame("front", 1)
    damaged = {
        "rgb": "cameras/front/rgb/000001.png",
        "depth": "cameras/front/passes.zarr/depth/c/1/0/0",
        "objects": "objects.parquet",
        "states": "states.parquet",
    }
    for name in damaged.values():
        path = sequence.folder / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DatasetError, match=r"000001\.png is damaged"):
        frame.read("rgb")
    with pytest.raises(DatasetError, match="depth/c/1/0/0 is damaged"):
        frame.read("depth")
    with pytest.raises(DatasetError, match=r"objects\.parquet is damaged"):
        _ = sequence.objects
    with pytest.raises(DatasetError, match=r"states\.parquet is damaged"):
        _ = sequence.states
    (sequence.folder / damaged["rgb"]).unlink()
    with pytest.raises(DatasetError, match=r"000001\.png is missing"):
        frame.read("rgb")
    (sequence.folder / "sequence.json").write_text(
        '{"format": {"name": "cityloop-sequence", "version": 3}}'
    )
    with pytest.raises(DatasetError, match=r"sequence\.json is damaged \(KeyError"):
        Dataset(copied).sequence("boxes")
