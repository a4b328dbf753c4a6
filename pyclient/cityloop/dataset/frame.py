"""One picture of a sequence: its labels, and its passes when asked for."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cityloop.annotation import Ego, ObjectTable, PieceTable
from cityloop.annotation.flow_occlusion import flow_occlusion
from cityloop.dataset.description import RecordedCamera
from cityloop.dataset.road_lines import RoadLine, in_picture
from cityloop.dataset.road_marks import ProjectedMarks, in_image
from cityloop.dataset.tables import objects_of, pieces_of, rows_of_camera, vectors_of
from cityloop.errors import DatasetError
from cityloop.spatial import Pose
from cityloop.world.markings import Mark

if TYPE_CHECKING:
    from cityloop.dataset.reader import Sequence


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
