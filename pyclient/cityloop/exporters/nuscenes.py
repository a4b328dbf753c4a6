"""nuScenes: the tables, pictures and maps that nuscenes-devkit opens as version v1.0-cityloop.

Schema: https://www.nuscenes.org/nuscenes#data-format (H. Caesar et al., "nuScenes: A multimodal
dataset for autonomous driving", 2020). Every frame is a sample, its cameras are its sample data.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from cityloop.dataset import Dataset, Frame, Sequence
from cityloop.errors import DatasetError
from cityloop.exporters.class_map import ClassMap
from cityloop.exporters.json_array import JsonArray
from cityloop.exporters.target import copy_picture, write_file
from cityloop.exporters.things import class_names, whole_things
from cityloop.spatial import Pose

VERSION = "v1.0-cityloop"
_TABLES = (
    *("attribute", "calibrated_sensor", "category", "ego_pose", "instance", "log", "map"),
    *("sample", "sample_annotation", "sample_data", "scene", "sensor", "visibility"),
)
# Upper ends of nuScenes' four levels of visibility, shares of the object that the cameras see.
_VISIBILITIES = {"1": (0.0, 0.4), "2": (0.4, 0.6), "3": (0.6, 0.8), "4": (0.8, 1.0)}
_MOVING_MPS = 0.2
_ATTRIBUTES = (
    *("vehicle.moving", "vehicle.stopped", "vehicle.parked", "cycle.with_rider"),
    *("pedestrian.sitting_lying_down", "pedestrian.standing", "pedestrian.moving"),
)
_SAMPLES_APART_US = 10**12  # between sequences, so that no two samples have the same time


@dataclass
class _Track:
    """Where an actor is annotated: from the first to the last frame in which it is seen."""

    first: int
    last: int


class Exporter:
    """Writes v1.0-cityloop/*.json, samples/CAM_*/ and maps/."""

    PASSES = ("rgb",)

    def __init__(self, dataset: Dataset, folder: Path, classes: ClassMap, min_pixels: int) -> None:
        self._folder, self._classes, self._min_pixels = folder, classes, min_pixels
        self._names = class_names(dataset)
        self._tables = {name: JsonArray(folder / VERSION / f"{name}.json") for name in _TABLES}
        self._seen: dict[int, NDArray[np.float64]] = {}
        sequences = [s for s in dataset.sequences if s.cameras]
        self._order = {s.folder.name: i for i, s in enumerate(sequences)}
        self._tracks: dict[str, dict[int, _Track]] = {}
        done, blank = cv2.imencode(".png", np.zeros((16, 16), np.uint8))
        assert done
        write_file(folder / "maps" / "blank.png", blank.tobytes())
        self._write_words()
        cameras = {camera for s in sequences for camera in s.cameras}
        for camera in sorted(cameras):
            self._add(
                "sensor",
                token=_token("sensor", camera),
                channel=_channel(camera),
                modality="camera",
            )
        self._add(
            "map",
            token=_token("map"),
            log_tokens=[_token("log", s.folder.name) for s in sequences],
            category="semantic_prior",
            filename="maps/blank.png",
        )
        for sequence in sequences:
            self._write_sequence(sequence)

    def prepare(self, number: int, frame: Frame) -> dict[int, tuple[float, int]]:
        """Copy the picture, return actor id -> (visible fraction, visible pixels)."""
        copy_picture(frame, self._folder / _file_name(frame))
        objects = frame.objects
        return {
            thing.id: (float(objects.visible_fraction[thing.row]), thing.pixels)
            for thing in whole_things(objects, self._classes, self._names, self._min_pixels)
        }

    def add(self, number: int, frame: Frame, prepared: dict[int, tuple[float, int]]) -> None:
        """Append the rows of a picture, and with its last camera those of the sample."""
        cameras = list(frame.sequence.cameras)
        if frame.camera.name == cameras[0]:
            self._seen = defaultdict(lambda: np.zeros(2))
        for actor, (fraction, pixels) in prepared.items():
            best, count = self._seen[actor]
            self._seen[actor] = np.array([max(best, fraction), count + pixels])
        self._write_picture(frame)
        if frame.camera.name == cameras[-1]:
            self._write_sample(frame)

    def finish(self) -> None:
        """Close the tables."""
        for table in self._tables.values():
            table.close()

    def _add(self, table: str, **row: Any) -> None:
        self._tables[table].add(row)

    def _write_words(self) -> None:
        for name, about in self._classes.categories.items():
            self._add(
                "category",
                token=_token("category", name),
                name=name,
                description=about.get("description", ""),
                index=self._classes.number(name) + 1,
            )
        for name in _ATTRIBUTES:
            self._add("attribute", token=_token("attribute", name), name=name, description="")
        for level, (low, high) in _VISIBILITIES.items():
            self._add(
                "visibility",
                token=level,
                level=f"v{low * 100:.0f}-{high * 100:.0f}",
                description=f"{low:.0%} to {high:.0%} of the object's pixels are visible",
            )

    def _write_sequence(self, sequence: Sequence) -> None:
        name, count = sequence.folder.name, sequence.frame_count
        self._add(
            "log",
            token=_token("log", name),
            logfile=name,
            vehicle="cityloop",
            date_captured="1970-01-01",
            location=name,
        )
        self._add(
            "scene",
            token=_token("scene", name),
            log_token=_token("log", name),
            nbr_samples=count,
            first_sample_token=_token("sample", name, 0),
            last_sample_token=_token("sample", name, count - 1),
            name=f"scene-{self._order[name]:04d}",
            description=name,
        )
        for camera in sequence.cameras.values():
            mount = camera.mount
            self._add(
                "calibrated_sensor",
                token=_token("calibrated_sensor", name, camera.name),
                sensor_token=_token("sensor", camera.name),
                translation=mount.position.tolist(),
                rotation=_wxyz(mount.quaternion),
                camera_intrinsic=camera.intrinsics.matrix.tolist(),
            )
        tracks = self._tracks[name] = self._find_tracks(sequence)
        for actor, track in tracks.items():
            said = sequence.actors[actor]
            category = self._classes.category(said["class"], said["kind"])
            assert category is not None, "tracks are of categories only"
            self._add(
                "instance",
                token=_token("instance", name, actor),
                category_token=_token("category", category),
                nbr_annotations=track.last - track.first + 1,
                first_annotation_token=_token("annotation", name, actor, track.first),
                last_annotation_token=_token("annotation", name, actor, track.last),
            )

    def _find_tracks(self, sequence: Sequence) -> dict[int, _Track]:
        """Return actor id -> track of everybody who is seen and whom the class map keeps."""
        tracks: dict[int, _Track] = {}
        for frame in range(sequence.frame_count):
            rows = sequence.objects_of_frame(frame)
            seen = rows.filter(pc.field("visible_pixels") >= self._min_pixels)
            for actor in seen.column("id").unique().to_pylist():
                said = sequence.actors[actor]
                if self._classes.category(said["class"], said["kind"]) is not None:
                    tracks.setdefault(actor, _Track(frame, frame)).last = frame
        return tracks

    def _time_us(self, frame: Frame) -> int:
        start = self._order[frame.sequence.folder.name] * _SAMPLES_APART_US
        return start + round(frame.time_s * 1e6)

    def _write_picture(self, frame: Frame) -> None:
        name, camera, count = (
            frame.sequence.folder.name,
            frame.camera.name,
            frame.sequence.frame_count,
        )
        token = _token("sample_data", name, camera, frame.number)
        ego = frame.world_from_camera @ frame.camera.mount.inverse()
        size = frame.camera.intrinsics
        self._add(
            "ego_pose",
            token=token,
            timestamp=self._time_us(frame),
            translation=ego.position.tolist(),
            rotation=_wxyz(ego.quaternion),
        )
        self._add(
            "sample_data",
            token=token,
            sample_token=_token("sample", name, frame.number),
            ego_pose_token=token,
            calibrated_sensor_token=_token("calibrated_sensor", name, camera),
            timestamp=self._time_us(frame),
            fileformat="png",
            is_key_frame=True,
            height=size.height,
            width=size.width,
            filename=_file_name(frame),
            **_neighbours(("sample_data", name, camera), frame.number, 0, count - 1),
        )

    def _write_sample(self, frame: Frame) -> None:
        sequence, number = frame.sequence, frame.number
        name = sequence.folder.name
        self._add(
            "sample",
            token=_token("sample", name, number),
            timestamp=self._time_us(frame),
            scene_token=_token("scene", name),
            **_neighbours(("sample", name), number, 0, sequence.frame_count - 1),
        )
        state = sequence.states.at(frame.tick)
        for actor, track in self._tracks[name].items():
            if not track.first <= number <= track.last:
                continue
            row = None if state is None else state.row(actor)
            if state is None or row is None:
                raise DatasetError(
                    f"{sequence.layout.states} has no row of actor {actor} at tick {frame.tick}; "
                    "record the sequence again"
                )
            actors = state.actors
            pose = Pose(actors.position[row], actors.quaternion[row])
            length, width, height = actors.dimension[row].tolist()
            fraction, pixels = self._seen[actor].tolist() if actor in self._seen else (0.0, 0.0)
            attribute = _attribute(
                self._names[int(actors.semantic[row])],
                actors.activity[row],
                float(np.linalg.norm(actors.velocity[row])),
            )
            self._add(
                "sample_annotation",
                token=_token("annotation", name, actor, number),
                sample_token=_token("sample", name, number),
                instance_token=_token("instance", name, actor),
                visibility_token=_visibility(fraction),
                attribute_tokens=[_token("attribute", attribute)] if attribute else [],
                translation=pose.apply(actors.box_center[row]).tolist(),
                size=[width, length, height],
                rotation=_wxyz(pose.quaternion),
                num_lidar_pts=int(pixels),
                num_radar_pts=0,
                **_neighbours(("annotation", name, actor), number, track.first, track.last),
            )


def _token(*parts: str | int) -> str:
    """Return nuScenes' 32 hexadecimal digits for something, the same in every export."""
    return hashlib.md5("/".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def _neighbours(parts: tuple[str | int, ...], number: int, first: int, last: int) -> dict[str, str]:
    """Return the tokens before and after `number`, "" at the ends."""
    return {
        "prev": _token(*parts, number - 1) if number > first else "",
        "next": _token(*parts, number + 1) if number < last else "",
    }


def _channel(camera: str) -> str:
    return f"CAM_{camera.upper()}"


def _file_name(frame: Frame) -> str:
    channel = _channel(frame.camera.name)
    return f"samples/{channel}/{frame.sequence.folder.name}__{channel}__{frame.number:06d}.png"


def _wxyz(quaternion: NDArray[np.float64]) -> list[float]:
    x, y, z, w = quaternion.tolist()
    return [w, x, y, z]


def _visibility(fraction: float) -> str:
    return next(level for level, (_, high) in _VISIBILITIES.items() if fraction <= high)


def _attribute(class_name: str, activity: str, speed_mps: float) -> str:
    """Return the attribute of an object, "" for none."""
    if class_name == "person":
        if activity == "fallen":
            return "pedestrian.sitting_lying_down"
        return "pedestrian.moving" if speed_mps > _MOVING_MPS else "pedestrian.standing"
    if class_name in ("motorcycle", "bicycle"):
        return "cycle.with_rider"
    if activity == "parked":
        return "vehicle.parked"
    if activity == "driving":
        return "vehicle.moving" if speed_mps > _MOVING_MPS else "vehicle.stopped"
    return ""
