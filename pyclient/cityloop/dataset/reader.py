"""Reading datasets: sequences, their tables, and the passes of each frame when asked for."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cityloop.annotation import Ego, ObjectTable, PieceTable
from cityloop.annotation.flow_occlusion import flow_occlusion
from cityloop.dataset import fields
from cityloop.dataset.description import RecordedCamera, check_format, recorded_classes
from cityloop.dataset.events import Event, read_events
from cityloop.dataset.frame_rows import FrameRows
from cityloop.dataset.kinds import KindGeometry
from cityloop.dataset.layout import SequenceLayout, read_json
from cityloop.dataset.reading import read_table
from cityloop.dataset.recorded_states import RecordedStates
from cityloop.dataset.road_lines import RoadLine, in_picture, road_lines
from cityloop.dataset.road_marks import ProjectedMarks, in_image, read_road_marks
from cityloop.dataset.schema import OBJECTS_SCHEMA, PIECES_SCHEMA, frames_schema
from cityloop.dataset.signals import SignalLog
from cityloop.dataset.stored_pass import StoredPass
from cityloop.dataset.surroundings import Head, Obstacle, read_surroundings
from cityloop.dataset.tables import objects_of, pieces_of, rows_of_camera, vectors_of
from cityloop.engine.frames import PASSES
from cityloop.errors import DatasetError
from cityloop.spatial import Pose
from cityloop.world.markings import Mark
from cityloop.world.network import RoadNetwork

_INSTANT_AND_POSE = ["camera", "tick", "time_s", "camera_position", "camera_quaternion"]


@dataclass(frozen=True)
class Frame:
    """One picture of one camera; passes are read from disk when asked for.

    Attributes:
        sequence: where it comes from.
        camera: which camera.
        number: frame number, from 0.
        tick, time_s: the instant.
        world_from_camera: where the camera was, OpenCV axes.
    """

    sequence: "Sequence" = field(repr=False)
    camera: RecordedCamera
    number: int
    tick: int
    time_s: float
    world_from_camera: Pose

    def read(self, name: str) -> NDArray[Any]:
        """Return a pass, (H, W) or (H, W, C), as docs/conventions.md defines it.

        Raises:
            DatasetError: if it was not recorded, or its file is missing or damaged.
        """
        if name not in self.sequence.passes:
            raise DatasetError(
                f"{self.sequence.folder} has no pass {name!r}, only "
                f"{', '.join(self.sequence.passes)}; record the sequence again with it"
            )
        if name == "rgb":
            return self._read_rgb()
        store = self.sequence.store(self.camera.name, name)
        picture = store.read(self.number)
        self._check_size(store.chunk(self.number), picture)
        return picture.astype(np.float32) if picture.dtype == np.float16 else picture

    @property
    def objects(self) -> ObjectTable:
        """Labels of what the camera sees."""
        return objects_of(self.object_rows)

    @property
    def object_rows(self) -> pa.Table:
        """Rows of objects.parquet for this picture."""
        return rows_of_camera(self.sequence.objects_of_frame(self.number), self.camera.name)

    @property
    def ego(self) -> Ego:
        """The actor that carries the camera."""
        row = rows_of_camera(self.sequence.rows_of_frame(self.number), self.camera.name)

        def said(name: str) -> NDArray[np.float64]:
            return vectors_of(row, f"ego_{name}")[0]

        pose = Pose(said("position"), said("quaternion"))
        return Ego(pose, said("velocity"), said("acceleration"), said("angular_velocity"))

    def road_lines(self) -> list[tuple[RoadLine, list[NDArray[np.float64]]]]:
        """Return the lines of the road in view, each with its pieces (M, 2) in the image, pixels.

        Raises:
            DatasetError: if the sequence was recorded without its roads.
        """
        camera = self.camera
        found = [
            (
                line,
                in_picture(line.points, camera.intrinsics, self.world_from_camera, camera.near_m),
            )
            for line in self.sequence.road_lines
        ]
        return [(line, pieces) for line, pieces in found if pieces]

    def road_marks(self) -> list[tuple[Mark, list[NDArray[np.float64]]]]:
        """Return the paint in view, each mark with the outlines (M, 2) of its parts in the image.

        Outlines are in continuous pixels; what hides a mark is not cut out.

        Raises:
            DatasetError: if the sequence was recorded without its road marks.
        """
        camera, marks = self.camera, self.sequence.road_marks
        seen = ProjectedMarks(marks, camera.intrinsics, self.world_from_camera, camera.near_m)
        found = [
            (marks[i], in_image(shape, camera.intrinsics))
            for i, shape in zip(seen.index, seen.shapes, strict=True)
        ]
        return [(mark, parts) for mark, parts in found if parts]

    def flow_occlusion(self, direction: Literal["backward", "forward"]) -> NDArray[np.uint8]:
        """Return (H, W) 0 where the point at a pixel is seen at t-dt or t+dt, 1 hidden, 2 outside.

        A point is hidden if the surfaces at the four pixel centres around its place there are all
        nearer, by more than 1 % of its depth and 2 cm.

        Raises:
            DatasetError: if there is no frame before or after, or a pass is missing.
        """
        step = {"backward": -1, "forward": 1}[direction]
        other = self.sequence.frame(self.camera.name, self.number + step)
        return flow_occlusion(
            self.read(f"flow_{direction}"),
            self.read("depth"),
            self.read(f"depth_change_{direction}"),
            other.read("depth"),
            self.camera.near_m,
        )

    @property
    def pieces(self) -> PieceTable:
        """Riders and machines of the two-wheelers that the camera sees."""
        return pieces_of(
            rows_of_camera(self.sequence.pieces_of_frame(self.number), self.camera.name)
        )

    def png(self) -> bytes:
        """Return the file of the picture as it was recorded.

        Raises:
            DatasetError: if it was not recorded, or is missing or not what was recorded.
        """
        path = self.sequence.layout.rgb(self.camera.name, self.number)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DatasetError(
                f"{path} cannot be read ({error.strerror}); record the sequence again"
            ) from error
        if hashlib.sha256(content).hexdigest() != self.sequence.picture_hash(self):
            raise DatasetError(f"{path} is damaged; record the sequence again")
        return content

    def _read_rgb(self) -> NDArray[np.uint8]:
        path = self.sequence.layout.rgb(self.camera.name, self.number)
        if not path.is_file():
            raise DatasetError(f"{path} is missing; record the sequence again")
        data = np.frombuffer(path.read_bytes(), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if len(data) else None
        if picture is None:
            raise DatasetError(f"{path} is damaged; record the sequence again")
        self._check_size(path, picture)
        return picture.astype(np.uint8, copy=False)

    def _check_size(self, path: Path, picture: NDArray[Any]) -> None:
        height, width = picture.shape[:2]
        said = self.camera.intrinsics
        if (width, height) != (said.width, said.height):
            raise DatasetError(
                f"{path} is {width} x {height} pixels, not {said.width} x {said.height} as "
                f"{self.sequence.layout.description} says; record the sequence again"
            )


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
