"""Reading datasets: their sequences, and the tables of each."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa

from cityloop.dataset import fields
from cityloop.dataset.description import RecordedCamera, check_format, recorded_classes
from cityloop.dataset.events import Event, read_events
from cityloop.dataset.frame import Frame
from cityloop.dataset.frame_rows import FrameRows
from cityloop.dataset.kinds import KindGeometry
from cityloop.dataset.layout import SequenceLayout, read_json
from cityloop.dataset.reading import read_table
from cityloop.dataset.recorded_states import RecordedStates
from cityloop.dataset.road_lines import RoadLine, road_lines
from cityloop.dataset.road_marks import read_road_marks
from cityloop.dataset.schema import OBJECTS_SCHEMA, PIECES_SCHEMA, frames_schema
from cityloop.dataset.signals import SignalLog
from cityloop.dataset.static_geometry import StaticMesh, read_static_geometry
from cityloop.dataset.stored_pass import StoredPass
from cityloop.dataset.surroundings import Head, Obstacle, read_surroundings
from cityloop.engine.frames import PASSES
from cityloop.errors import DatasetError
from cityloop.spatial import Pose
from cityloop.world.markings import Mark
from cityloop.world.network import RoadNetwork

_INSTANT_AND_POSE = ["camera", "tick", "time_s", "camera_position", "camera_quaternion"]


class Sequence:
    """A complete sequence.

    Attributes:
        layout: its paths.
        said: what sequence.json says.
        name, dt_s, frame_count, passes, description: from there.
        cameras: camera name -> camera.
        kinds: kind of actor -> geometry.
        actors: actor id -> {"name", "kind", "class", "class_id"}.
        parts: part of the sequence -> SHA-256 (see `completion.part_hashes`).
    """

    def __init__(self, folder: Path | str) -> None:
        """Open the sequence in `folder`.

        Raises:
            DatasetError: if it is missing, not complete, damaged or newer than this program.
        """
        self.layout = SequenceLayout(Path(folder))
        path = self.layout.description
        if not path.exists() and self.layout.recording.exists():
            raise DatasetError(
                f"{folder} is not complete; run the same recording again, it goes on where it "
                "stopped"
            )
        self.said = read_json(path, "record the sequence again")
        check_format(path, self.said, "cityloop-sequence")
        said = self.said
        try:
            self.name = fields.text(said, "name")
            self.dt_s = fields.positive(said, "dt_s")
            self.frame_count = fields.whole(said, "frame_count", 1)
            self.passes = _known_passes(fields.texts(said, "passes"))
            self.description: Mapping[str, Any] = fields.mapping(said, "description")
            cameras = [RecordedCamera.from_json(c) for c in fields.objects(said, "cameras")]
            self.cameras: Mapping[str, RecordedCamera] = {c.name: c for c in cameras}
            self.kinds: Mapping[str, KindGeometry] = {
                kind: KindGeometry.from_json(g)
                for kind, g in fields.mappings(said, "kinds").items()
            }
            self.actors: Mapping[int, Mapping[str, Any]] = {
                int(i): _actor(a) for i, a in fields.mappings(said, "actors").items()
            }
            parts = fields.mapping(said, "parts")
            self.parts: Mapping[str, str] = {part: fields.text(parts, part) for part in parts}
        except (DatasetError, KeyError, ValueError) as error:
            raise DatasetError(
                f"{path} is damaged ({type(error).__name__}: {error}); record the sequence again"
            ) from error
        self._stores: dict[tuple[str, str], StoredPass] = {}

    def __reduce__(self) -> tuple[type["Sequence"], tuple[Path]]:
        # To another process it goes as its folder.
        return Sequence, (self.folder,)

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.layout.folder

    @cached_property
    def frames(self) -> pa.Table:
        """frames.parquet, a row per frame and camera.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return read_table(self.layout.frames, frames_schema(self.passes))

    @cached_property
    def objects(self) -> pa.Table:
        """objects.parquet, a row per frame, camera and object in view.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return read_table(self.layout.objects, OBJECTS_SCHEMA)

    @cached_property
    def pieces(self) -> pa.Table:
        """pieces.parquet, a row per frame, camera and piece of an object in view.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return read_table(self.layout.pieces, PIECES_SCHEMA)

    @cached_property
    def states(self) -> RecordedStates:
        """The world at every tick.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return RecordedStates(self.layout.states)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What happened, by rising tick.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return read_events(self.layout.events)

    @property
    def has_map(self) -> bool:
        """Whether the roads and what stands beside them were recorded."""
        return self.layout.network.name in self.parts

    @cached_property
    def network(self) -> RoadNetwork:
        """The roads.

        Raises:
            DatasetError: if none were recorded.
            MapError: if the file is missing or damaged.
        """
        self._check_map()
        return RoadNetwork(self.layout.network)

    @cached_property
    def road_lines(self) -> tuple[RoadLine, ...]:
        """Lanes, their borders and ends, and crossings as polylines in the world.

        Raises:
            DatasetError: if none were recorded.
            MapError: if the file is missing or damaged.
        """
        return road_lines(self.network)

    @property
    def has_road_marks(self) -> bool:
        """Whether the paint on the roads was recorded."""
        return self.layout.road_marks.name in self.parts

    @cached_property
    def road_marks(self) -> tuple[Mark, ...]:
        """The paint on the roads, with outlines (N, 3), world, m.

        Raises:
            DatasetError: if none was recorded, or the file is missing or damaged.
        """
        if not self.has_road_marks:
            raise DatasetError(
                f"{self.folder} was recorded without its road marks; record it again with "
                "cityloop.record"
            )
        return read_road_marks(self.layout.road_marks)

    @property
    def has_static_geometry(self) -> bool:
        """Whether the meshes of what stands still were recorded."""
        return self.layout.static_geometry.name in self.parts

    @property
    def static_geometry(self) -> tuple[StaticMesh, ...]:
        """The meshes of what stands still, and where they stand; read anew each time.

        Raises:
            DatasetError: if they were not recorded, or the file is missing or damaged.
        """
        if not self.has_static_geometry:
            raise DatasetError(
                f"{self.folder} was recorded without the meshes of what stands still; record it "
                "again with cityloop.record"
            )
        return read_static_geometry(self.layout.static_geometry)

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """What stands still beside the roads and has no id.

        Raises:
            DatasetError: if it was not recorded, or the file is missing or damaged.
        """
        return self._surroundings[0]

    @property
    def heads(self) -> tuple[Head, ...]:
        """The heads of the traffic lights.

        Raises:
            DatasetError: if they were not recorded, or the file is missing or damaged.
        """
        return self._surroundings[1]

    @cached_property
    def signals(self) -> SignalLog:
        """The states of the traffic lights.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return SignalLog.read(self.layout.signals)

    @cached_property
    def _surroundings(self) -> tuple[tuple[Obstacle, ...], tuple[Head, ...]]:
        self._check_map()
        return read_surroundings(self.layout.surroundings)

    def _check_map(self) -> None:
        if not self.has_map:
            raise DatasetError(
                f"{self.folder} was recorded without its roads; record it with cityloop.record"
            )

    def rows_of_frame(self, number: int) -> pa.Table:
        """Return the rows of frames.parquet for all cameras of a frame.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return self._frame_rows.of(number)

    def objects_of_frame(self, number: int) -> pa.Table:
        """Return the rows of objects.parquet for all cameras of a frame.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return self._object_rows.of(number)

    def pieces_of_frame(self, number: int) -> pa.Table:
        """Return the rows of pieces.parquet for all cameras of a frame.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        return self._piece_rows.of(number)

    def frame(self, camera: str, number: int) -> Frame:
        """Return one picture.

        Raises:
            DatasetError: if there is no such camera or frame.
        """
        if camera not in self.cameras:
            raise DatasetError(
                f"{self.folder} has no camera {camera!r}, only {', '.join(self.cameras)}"
            )
        rows = self._frame_rows.of(number).select(_INSTANT_AND_POSE).to_pylist()
        row = next((row for row in rows if row["camera"] == camera), None)
        if row is None:
            raise DatasetError(
                f"{self.folder} has no frame {number} of camera {camera!r}, only 0 to "
                f"{self.frame_count - 1}"
            )
        pose = Pose(row["camera_position"], row["camera_quaternion"])
        return Frame(self, self.cameras[camera], number, row["tick"], row["time_s"], pose)

    def picture_hash(self, frame: Frame) -> str:
        """Return the SHA-256 that the PNG of a frame had when it was recorded."""
        rows = self._frame_rows.of(frame.number).select(["camera", "rgb_sha256"]).to_pylist()
        return next(row["rgb_sha256"] for row in rows if row["camera"] == frame.camera.name)

    def each_frame(self) -> Iterator[Frame]:
        """Yield every picture, frame by frame, cameras in the order of the rig."""
        for number in range(self.frame_count):
            for camera in self.cameras:
                yield self.frame(camera, number)

    def film(self, camera: str) -> bytes:
        """Return the MP4 file with velocity labels that was recorded of a camera.

        Raises:
            DatasetError: if it is missing or not what was recorded.
        """
        path = self.layout.video(camera)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise DatasetError(f"{path} is missing; record the sequence again") from None
        part = path.relative_to(self.folder).as_posix()
        if hashlib.sha256(content).hexdigest() != self.parts.get(part):
            raise DatasetError(f"{path} is damaged; record the sequence again")
        return content

    def store(self, camera: str, name: str) -> StoredPass:
        """Return the array of a pass.

        Raises:
            DatasetError: if it is missing or damaged.
        """
        key = (camera, name)
        if key not in self._stores:
            self._stores[key] = StoredPass(self.layout.passes(camera), name)
        return self._stores[key]

    @cached_property
    def _object_rows(self) -> FrameRows:
        return FrameRows(self.layout.objects, OBJECTS_SCHEMA)

    @cached_property
    def _piece_rows(self) -> FrameRows:
        return FrameRows(self.layout.pieces, PIECES_SCHEMA)

    @cached_property
    def _frame_rows(self) -> FrameRows:
        return FrameRows(self.layout.frames, frames_schema(self.passes))


class Dataset:
    """A dataset: its classes and its sequences, and all of their pictures in a row.

    `len(dataset)` is the number of pictures and `dataset[i]` a `Frame`, sequences by name, frame by
    frame, cameras in the order of the rig: what torch.utils.data calls a map-style dataset. It can
    be pickled, and read in forked and in spawned processes.

    Attributes:
        path: its folder.
        classes: class id -> (name, sRGB palette colour).
    """

    def __init__(self, path: Path | str) -> None:
        """Open the dataset at `path`.

        Raises:
            DatasetError: if there is none, or it is damaged or newer than this program.
        """
        self.path = Path(path)
        if not self.path.is_dir():
            raise DatasetError(f"{self.path} is no folder; name the folder of a Cityloop dataset")
        self.classes: Mapping[int, tuple[str, tuple[int, int, int]]] = recorded_classes(self.path)

    @property
    def names(self) -> list[str]:
        """Names of all sequences, complete or not, sorted."""
        folder = self.path / "sequences"
        return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []

    def sequence(self, name: str) -> Sequence:
        """Return a complete sequence.

        Raises:
            DatasetError: if it is missing, not complete, damaged or newer than this program.
        """
        if name not in self.names:
            raise DatasetError(
                f"{self.path} has no sequence {name!r}, only {', '.join(self.names) or 'none'}"
            )
        return Sequence(SequenceLayout.of(self.path, name).folder)

    @property
    def sequences(self) -> list[Sequence]:
        """All sequences by name, opened anew.

        Raises:
            DatasetError: if one is not complete, damaged or newer than this program.
        """
        return [self.sequence(name) for name in self.names]

    def check_filled(self) -> None:
        """Refuse a dataset of which nothing can be shown or judged.

        Raises:
            DatasetError: if it has no sequence.
        """
        if not self.names:
            raise DatasetError(f"{self.path} has no sequence; record one into it")

    def __len__(self) -> int:
        """Return the number of pictures.

        Raises:
            DatasetError: as `sequences`.
        """
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: int) -> Frame:
        """Return a picture; negative numbers count from the last.

        Raises:
            IndexError: if there is no such picture.
            DatasetError: as `sequences`, or if a table is damaged.
        """
        number = range(len(self))[index]
        which = bisect_right(self._ends, number)
        sequence = self._sequences[which]
        number -= self._ends[which - 1] if which else 0
        frame, camera = divmod(number, len(sequence.cameras))
        return sequence.frame(list(sequence.cameras)[camera], frame)

    def __iter__(self) -> Iterator[Frame]:
        return (self[i] for i in range(len(self)))

    @cached_property
    def _sequences(self) -> list[Sequence]:
        return self.sequences

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(s.frame_count * len(s.cameras) for s in self._sequences))


def _known_passes(names: list[str]) -> tuple[str, ...]:
    for name in names:
        if name not in PASSES:
            raise ValueError(f"{name!r} is no pass, only {', '.join(PASSES)} are")
    return tuple(names)


def _actor(said: Mapping[str, Any]) -> Mapping[str, Any]:
    for key in ("name", "kind", "class"):
        fields.text(said, key)
    fields.whole(said, "class_id")
    return said
