"""Recording a sequence so that a crash loses at most the frame under way.

Pictures of a frame go to disk first, each whole or not at all; then the frame's journal file
commits it; the tables are made from the journal at the end, and sequence.json, written last, makes
the sequence complete. A recording with the same plan goes on after the last whole frame.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import fpng
import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ActorTable, Labels, ObjectTable
from cityloop.dataset import description as descriptions
from cityloop.dataset import journal, tables
from cityloop.dataset.completion import write_sequence_json, write_tables
from cityloop.dataset.events import Event, write_events
from cityloop.dataset.layout import (
    SequenceLayout,
    check_writable,
    read_json,
    remove_folder,
    to_json,
    write_whole,
    writing,
)
from cityloop.dataset.lock import FileLock
from cityloop.dataset.overlay import draw_labels
from cityloop.dataset.road_marks import write_road_marks
from cityloop.dataset.signals import SignalLog
from cityloop.dataset.states import StateRecorder
from cityloop.dataset.static_geometry import StaticMesh, write_static_geometry
from cityloop.dataset.stored_pass import StoredPass
from cityloop.dataset.surroundings import Surroundings
from cityloop.dataset.video import VideoWriter
from cityloop.engine.frames import PASSES, CameraImages, CameraSpec
from cityloop.errors import DatasetError
from cityloop.spatial import Pose
from cityloop.world.environment import Environment
from cityloop.world.markings import Mark
from cityloop.world.scene import Prototype


def check_free(root: str | Path, name: str, *, overwrite: bool = False) -> None:
    """Take note early that `root` has no room for a new sequence `name`; makes nothing.

    Raises:
        DatasetError: if `root` is something else or cannot be written, or it holds a complete one
            already that is not to be overwritten.
    """
    root = Path(root)
    layout = SequenceLayout.of(root, name)
    with writing(root):
        descriptions.check_root(root)
    check_writable(root)
    if not overwrite and layout.description.exists():
        raise DatasetError(
            f"{layout.folder} holds a complete sequence; choose another folder or use --overwrite"
        )


class SequenceWriter:
    """Writes one sequence of a dataset, tick by tick and frame by frame.

    Hand over every tick's state in order with `add_state`, from the tick before the first frame to
    the one after the last, and every frame from number `frames_done` on with `add_frame` (after the
    state of its tick), then call `finish`. Leaving the context without `finish` keeps what is
    whole, for a later recording with the same plan to continue.
    """

    def __init__(
        self,
        root: Path | str,
        name: str,
        description: Mapping[str, Any],
        cameras: Sequence[CameraSpec],
        *,
        prototypes: Iterable[Prototype],
        dt_s: float,
        frame_count: int,
        hosts: Mapping[str, str] | None = None,
        assets: Iterable[Mapping[str, Any]] = (),
        surroundings: Surroundings | None = None,
        road_marks: Sequence[Mark] | None = None,
        static_geometry: Sequence[StaticMesh] | None = None,
        passes: Sequence[str] = PASSES,
        overwrite: bool = False,
    ) -> None:
        """Start a sequence, or go on with one that a recording with the same plan left behind.

        Args:
            root: folder of the dataset; made if it is not there.
            name: name of the sequence, one folder in the dataset.
            description: resolved scenario, seed, map, engine; JSON values.
            cameras: the rig; without one, only states and events are recorded.
            prototypes: kinds of all actors that can appear.
            dt_s: length of a tick, s.
            frame_count: frames at most; `finish` may come earlier.
            hosts: camera name -> name of the actor that carries it; the world where left out.
            assets: records of provenance.json: name, source, licence.
            surroundings: roads and what stands beside them, to be stored with the sequence.
            road_marks: the paint on the roads, outlines (N, 3), world, m; likewise.
            static_geometry: the meshes of what stands still; likewise.
            passes: passes to store, "rgb" as PNG, the others in Zarr.
            overwrite: remove a sequence of this name first.

        Raises:
            DatasetError: if the sequence is there already and complete or of another plan, if
                another process is recording it, if `root` is something else, or if the disk cannot
                be written.
        """
        self._root = Path(root)
        self._plan = descriptions.plan(
            name,
            description,
            cameras,
            prototypes=prototypes,
            hosts=hosts or {},
            passes=passes if cameras else (),
            dt_s=dt_s,
            frame_count=frame_count,
            assets=assets,
        )
        self._layout = SequenceLayout.of(self._root, name)
        with writing(self._root):
            descriptions.write_dataset_json(self._root)
        lock = FileLock.take(self._layout.lock, wait=False)
        if lock is None:
            raise DatasetError(
                f"another run is recording into {self._layout.folder}; wait for it or choose "
                "another folder"
            )
        self._lock = lock
        self._expected_states: dict[int, str] = {}
        try:
            if overwrite:
                remove_folder(self._layout.folder)
            self._claim()
            descriptions.write_provenance(self._root, self._plan.assets)
            self._stores = {
                c.name: [
                    StoredPass.create(self._layout.passes(c.name), p, frame_count, c.intrinsics)
                    for p in self._plan.passes
                    if p != "rgb"
                ]
                for c in self._plan.cameras
            }
            self._frames = self._count_whole_frames() if self._plan.cameras else 0
            if surroundings is not None:
                surroundings.write(self._layout.network, self._layout.surroundings)
            if static_geometry is not None:
                write_static_geometry(self._layout.static_geometry, static_geometry)
        except BaseException:
            lock.release()
            raise
        self._frames_done = self._frames
        self._states = StateRecorder(self._layout.states)
        self._events: list[Event] = []
        self._signals = SignalLog()
        self._road_marks = road_marks
        self._videos: dict[str, VideoWriter] | None = None
        # Encoding releases the interpreter lock; more threads than cores would only wait.
        self._pool = ThreadPoolExecutor(
            max_workers=max(2, min(8, os.cpu_count() or 2)), thread_name_prefix="cityloop-dataset"
        )

    @property
    def folder(self) -> Path:
        """Where the sequence is written."""
        return self._layout.folder

    @property
    def frames_done(self) -> int:
        """Frames that an earlier recording left whole: the first one to hand over has this number.

        States and events are handed over from the start all the same, so without cameras it is 0.
        """
        return self._frames_done

    def add_state(
        self,
        tick: int,
        time_s: float,
        actors: ActorTable,
        *,
        wheels: Mapping[int, NDArray[np.float64]] | None = None,
        bones: Mapping[int, NDArray[np.float32]] | None = None,
    ) -> None:
        """Record the world at a tick.

        Args:
            tick: the instant; ticks follow each other without a gap.
            time_s: its time.
            actors: every actor, in view or not.
            wheels: actor id -> (W, 5) as in `tables.WHEEL_COLUMNS`, prototype order.
            bones: actor id -> (B, 3, 4) skinning matrices, body-from-bone.

        Raises:
            DatasetError: if a continued recording's state differs from what its frames show, or
                the disk is full or read-only.
            ValueError: if a tick is left out.
        """
        digest = self._states.add(tick, time_s, actors, wheels or {}, bones or {})
        expected = self._expected_states.pop(tick, digest)
        if expected != digest:
            raise DatasetError(
                f"the recording in {self.folder} cannot be continued, because tick {tick} came out "
                "differently this time; record into another folder or use --overwrite"
            )

    def add_events(self, events: Iterable[Event]) -> None:
        """Record what happened; by rising tick."""
        self._events.extend(events)

    def add_signals(self, tick: int, states: Mapping[str, str]) -> None:
        """Record the traffic lights' states at a tick, by light, a character per link."""
        self._signals.add(tick, states)

    def add_frame(
        self,
        images: Sequence[CameraImages],
        labels: Sequence[Labels],
        environment: Environment,
    ) -> None:
        """Write the next frame; when this returns, it is on disk and the pictures may be reused.

        Args:
            images: all cameras at one instant, in the order of the rig.
            labels: what each of them sees.
            environment: light and air.

        Raises:
            DatasetError: if the disk is full or read-only.
            ValueError: if the cameras are not those of the rig, or a frame is one too many.
        """
        names = [c.name for c in self._plan.cameras]
        if [i.camera for i in images] != names or len(labels) != len(names):
            raise ValueError(f"a frame of the cameras {names} is due, in this order")
        frame, tick = self._frames, images[0].tick
        if frame == self._plan.frame_count:
            raise ValueError(f"the plan has {frame} frames; this is one more")
        state_digest = self._states.digest(tick)
        videos = self._ready_videos()

        jobs: dict[tuple[str, str], Future[str]] = {}
        drawings: list[Future[None]] = []
        for picture, seen in zip(images, labels, strict=True):
            camera = picture.camera
            rgb = np.asarray(picture.passes["rgb"], dtype=np.uint8)
            path = self._layout.rgb(camera, frame)
            jobs[camera, "rgb"] = self._pool.submit(_write_png, path, rgb)
            for store in self._stores[camera]:
                values = picture.passes[store.name]
                jobs[camera, store.name] = self._pool.submit(store.write, frame, values)
            film = partial(self._film, videos[camera], camera)
            pose = picture.world_from_camera
            drawings.append(self._pool.submit(film, rgb, seen.objects, pose))
        # All of them end before anything is raised: they read memory that the caller will reuse.
        wait(list(jobs.values()))
        wait(drawings)
        hashes: dict[str, dict[str, str]] = {name: {} for name in names}
        for (camera, name), job in jobs.items():
            hashes[camera][name] = job.result()
        for drawing in drawings:
            drawing.result()

        at = tables.Instant(frame, tick, images[0].time_s)
        rows = tables.frame_rows(
            at=at,
            poses={i.camera: i.world_from_camera for i in images},
            egos=[seen.ego for seen in labels],
            hashes=hashes,
            environment=environment,
            passes=self._plan.passes,
        )
        by_camera = list(zip(names, labels, strict=True))
        objects = [tables.object_rows(at, c, s.objects) for c, s in by_camera]
        pieces = [tables.piece_rows(at, c, s.pieces) for c, s in by_camera]
        entry = journal.JournalEntry(
            rows, tables.stack(objects), tables.stack(pieces), state_digest
        )
        journal.commit(self._layout, frame, entry)
        self._frames += 1

    def finish(self) -> Path:
        """Make the sequence complete; return its folder.

        Raises:
            DatasetError: if no frame was written, or the disk is full or read-only.
        """
        if not self._plan.cameras:
            # A frame without pictures: the states of its tick, and of the ticks around it.
            self._frames = self._states.count - 2
        if self._frames < 1:
            raise DatasetError(f"{self.folder} has no frame; record at least one")
        for video in self._ready_videos().values():
            video.finish()
        actors = self._states.finish()
        if self._frames < self._plan.frame_count:
            for camera in self._plan.cameras:
                for p in self._plan.passes:
                    if p != "rgb":
                        group = self._layout.passes(camera.name)
                        StoredPass.create(group, p, self._frames, camera.intrinsics)
        write_events(self._layout.events, self._events)
        self._signals.write(self._layout.signals)
        if self._road_marks is not None:
            write_road_marks(self._layout.road_marks, self._road_marks)
        pictured = self._frames if self._plan.cameras else 0
        write_tables(self._layout, pictured, self._plan.passes)
        write_sequence_json(self._layout, self._plan, self._frames, actors)
        self._stop()
        remove_folder(self._layout.journal)
        with writing(self.folder):
            self._layout.recording.unlink()
        self._lock.release()
        return self.folder

    def close(self) -> None:
        """Stop; without `finish` the sequence stays incomplete, to be continued."""
        try:
            self._stop()
        finally:
            self._lock.release()

    def _stop(self) -> None:
        self._pool.shutdown()
        self._states.close()
        for video in (self._videos or {}).values():
            video.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _claim(self) -> None:
        """Take the sequence's folder for this plan."""
        layout = self._layout
        check_free(self._root, layout.folder.name)
        if layout.recording.exists():
            said = read_json(layout.recording, "use --overwrite to record anew")
            if said.get("plan_sha256") != self._plan.digest:
                raise DatasetError(
                    f"{layout.folder} holds an unfinished recording of another scenario or "
                    "version; choose another folder or use --overwrite"
                )
        elif layout.folder.exists() and any(layout.folder.iterdir()):
            raise DatasetError(
                f"{layout.folder} holds something else; choose another folder or use --overwrite"
            )
        content = {"plan_sha256": self._plan.digest, "plan": self._plan.to_json()}
        write_whole(layout.recording, to_json(content))

    def _count_whole_frames(self) -> int:
        """Return how many frames from the first on are on disk, whole."""
        for frame in range(self._plan.frame_count):
            entry = journal.read(self._layout, frame)
            if entry is None or not journal.is_whole(
                self._layout, frame, entry, self._stores, self._plan.passes
            ):
                return frame
            self._expected_states[entry.tick] = entry.state_digest
        return self._plan.frame_count

    def _ready_videos(self) -> dict[str, VideoWriter]:
        """Return the video writers, fed with the frames of an earlier recording."""
        if self._videos is not None:
            return self._videos
        self._videos = {
            c.name: VideoWriter(
                self._layout.video(c.name),
                (c.intrinsics.width, c.intrinsics.height),
                self._plan.dt_s,
            )
            for c in self._plan.cameras
        }
        for frame in range(self._frames_done):
            entry = journal.read(self._layout, frame)
            if entry is None:
                raise DatasetError(f"{self._layout.journal} lost frame {frame} while recording")
            for row in entry.frames.to_pylist():
                camera = row["camera"]
                picture = cv2.imread(str(self._layout.rgb(camera, frame)), cv2.IMREAD_COLOR_RGB)
                labels = tables.rows_of_camera(entry.objects, camera)
                pose = Pose(row["camera_position"], row["camera_quaternion"])
                rgb = np.asarray(picture, dtype=np.uint8)
                self._film(self._videos[camera], camera, rgb, tables.objects_of(labels), pose)
        return self._videos

    def _film(
        self,
        video: VideoWriter,
        camera: str,
        rgb: NDArray[np.uint8],
        objects: ObjectTable,
        world_from_camera: Pose,
    ) -> None:
        """Add a picture with its labels to a video."""
        (intrinsics,) = (c.intrinsics for c in self._plan.cameras if c.name == camera)
        video.add(draw_labels(rgb, objects, intrinsics, world_from_camera))


def _write_png(path: Path, rgb: NDArray[np.uint8]) -> str:
    return write_whole(path, fpng.from_ndarray(rgb))
