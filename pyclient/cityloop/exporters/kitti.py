"""KITTI: the object and tracking benchmarks, depth, and flow, as their development kits read them.

Formats: readme.txt of devkit_object and devkit_tracking (A. Geiger et al., "Are we ready for
autonomous driving?", 2012), of devkit_depth (J. Uhrig et al., "Sparsity Invariant CNNs", 2017) and
of devkit_scene_flow (M. Menze and A. Geiger, "Object Scene Flow", 2015).
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ObjectTable
from cityloop.annotation.flow_occlusion import SEEN
from cityloop.dataset import Dataset, Frame
from cityloop.exporters.class_map import ClassMap
from cityloop.exporters.target import copy_picture, write_file, writing
from cityloop.exporters.things import Thing, class_names, streams, whole_things
from cityloop.spatial import rotation

DEPTH_STEPS_PER_M = 256.0
FLOW_STEPS_PER_PIXEL = 64.0
_FLOW_ZERO = 32768
_MOST = 65535
# KITTI's coordinates are pixel indices from 0: the centre of the first pixel is (0, 0), ours is at
# (0.5, 0.5).
_CENTER = 0.5
# The tracking benchmark knows three levels of truncation; these shares are outside the image at
# least for levels 1 and 2. Rounding alone makes less than the first.
_TRUNCATED = (0.01, 0.5)


class Exporter:
    """Writes object/, tracking/, depth/ and flow/, each as its benchmark unpacks."""

    PASSES = ("rgb", "depth", "flow_forward", "depth_change_forward")

    def __init__(self, dataset: Dataset, folder: Path, classes: ClassMap, min_pixels: int) -> None:
        self._folder, self._classes, self._min_pixels = folder, classes, min_pixels
        self._names = class_names(dataset)
        self._videos = {video: i for i, video in enumerate(streams(dataset))}
        # Of each video the number of its first picture and of its first pair: the last picture has
        # no next one.
        self._first_picture: dict[tuple[str, str], int] = {}
        self._first_pair: dict[tuple[str, str], int] = {}
        lengths = {s.folder.name: s.frame_count for s in dataset.sequences}
        seqmap = ""
        pictures: list[str] = []
        pairs: list[str] = []
        for video, number in self._videos.items():
            count = lengths[video[0]]
            shows = [f"{' '.join(video)} {frame:010d}\n" for frame in range(count)]
            self._first_picture[video], self._first_pair[video] = len(pictures), len(pairs)
            pictures += shows
            pairs += shows[:-1]
            write_file(self._tracking / "label_02" / f"{number:04d}.txt", b"")
            seqmap += f"{number:04d} empty 000000 {count:06d}\n"
        write_file(self._tracking / "evaluate_tracking.seqmap.training", seqmap.encode())
        videos = [f"{' '.join(video)} {0:010d}\n" for video in self._videos]
        for benchmark, lines in (("object", pictures), ("tracking", videos), ("flow", pairs)):
            path = folder / benchmark / "mapping" / "train_mapping.txt"
            write_file(path, "".join(lines).encode())

    def prepare(self, number: int, frame: Frame) -> str:
        """Write pictures, depth, flow and labels of the object benchmark, return the tracks.

        Numbers go video by video, which `number` does not.
        """
        stream = frame.sequence.folder.name, frame.camera.name
        video = self._videos[stream]
        objects = frame.objects
        things = whole_things(objects, self._classes, self._names, self._min_pixels)
        files = [self._tracking / "image_02" / f"{video:04d}" / f"{frame.number:06d}.png"]
        picture = f"{self._first_picture[stream] + frame.number:06d}"
        pair = self._first_pair[stream] + frame.number
        if frame.number > 0:
            files.append(self._flow / "image_2" / f"{pair - 1:06d}_11.png")
        if frame.number < frame.sequence.frame_count - 1:
            name = f"{pair:06d}_10.png"
            files.append(self._flow / "image_2" / name)
            self._write_flow(frame, name)
        copy_picture(frame, self._object / "image_2" / f"{picture}.png", *files)
        self._write_depth(frame, video)

        calibration = _calibration(frame)
        size = frame.camera.intrinsics.width, frame.camera.intrinsics.height
        lines = [_label(thing, objects, size) for thing in things]
        write_file(
            self._object / "label_2" / f"{picture}.txt",
            "".join(
                f"{t.category} {objects.truncation[t.row]:.4f} {rest}\n"
                for t, rest in zip(things, lines, strict=True)
            ).encode(),
        )
        write_file(self._object / "calib" / f"{picture}.txt", calibration.encode())
        if frame.number == 0:
            # The tracking benchmark has one calibration per video, with other names.
            text = calibration.replace("R0_rect:", "R_rect").replace(
                "Tr_velo_to_cam:", "Tr_velo_cam"
            )
            text = text.replace("Tr_imu_to_velo:", "Tr_imu_velo")
            write_file(self._tracking / "calib" / f"{video:04d}.txt", text.encode())
        levels = np.searchsorted(_TRUNCATED, objects.truncation, side="right")
        return "".join(
            f"{frame.number} {t.id} {t.category} {levels[t.row]} {rest}\n"
            for t, rest in zip(things, lines, strict=True)
        )

    def add(self, number: int, frame: Frame, prepared: str) -> None:
        """Append the tracks of a picture."""
        video = self._videos[frame.sequence.folder.name, frame.camera.name]
        path = self._tracking / "label_02" / f"{video:04d}.txt"
        with writing(path), path.open("a", newline="\n") as file:
            file.write(prepared)

    def finish(self) -> None:
        """Nothing is open."""

    @property
    def _object(self) -> Path:
        return self._folder / "object" / "training"

    @property
    def _tracking(self) -> Path:
        return self._folder / "tracking" / "training"

    @property
    def _flow(self) -> Path:
        return self._folder / "flow" / "training"

    def _write_depth(self, frame: Frame, video: int) -> None:
        drive = f"{video:04d}_sync/proj_depth/groundtruth/image_02"
        path = self._folder / "depth" / "train" / drive / f"{frame.number:010d}.png"
        write_file(path, encode_depth(frame.read("depth")))

    def _write_flow(self, frame: Frame, name: str) -> None:
        flow = frame.read("flow_forward")
        write_file(self._flow / "flow_occ" / name, encode_flow(flow))
        hidden = frame.flow_occlusion("forward") != SEEN
        write_file(self._flow / "flow_noc" / name, encode_flow(flow, hidden))


def encode_depth(depth: NDArray[Any]) -> bytes:
    """Return a 16-bit PNG of depth (H, W), m: 256 steps per metre, 0 where there is none.

    None is what is sky, or farther than the format reaches (255.99 m).
    """
    steps = np.rint(np.minimum(depth, 1e4) * DEPTH_STEPS_PER_M)
    return _png(np.where(steps <= _MOST, steps, 0).astype(np.uint16))


def encode_flow(flow: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> bytes:
    """Return a 16-bit PNG of flow (H, W, 2), pixels: 64 steps per pixel, 32768 for none.

    The third channel is 1, but where the flow is `missing` (H, W) or beyond the format's reach (512
    pixels to either side): there all channels are 0.
    """
    # Plane by plane, which is several times faster. Half a step more, and cut off: rounded.
    u, v = (
        plane * np.float32(FLOW_STEPS_PER_PIXEL) + np.float32(_FLOW_ZERO + 0.5)
        for plane in cv2.split(np.asarray(flow, dtype=np.float32))
    )
    given = (u >= 0) & (u < _MOST + 1) & (v >= 0) & (v < _MOST + 1)
    if missing is not None:
        given &= ~missing
    planes = [np.where(given, plane, 0).astype(np.uint16) for plane in (v, u)]
    channels = np.asarray(cv2.merge([given.astype(np.uint16), *planes]), dtype=np.uint16)
    return _png(channels)


def _png(picture: NDArray[np.uint16]) -> bytes:
    """Return a PNG; the last channel of three comes first, as OpenCV has it."""
    done, data = cv2.imencode(
        ".png", picture, [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP, *_PNG_LEVEL]
    )
    if not done:
        raise ValueError(f"OpenCV makes no PNG of {picture.shape} {picture.dtype}")
    return data.tobytes()


_PNG_LEVEL = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def _label(thing: Thing, objects: ObjectTable, size: tuple[int, int]) -> str:
    """Return the columns of a label from the level of occlusion on; `size` (W, H), pixels."""
    row = thing.row
    length, width, height = objects.dimension[row]
    turned = objects.quaternion_camera[row]
    # The location is half the height below the centre along the camera's y axis, which readers go
    # back up: also where the camera is not level, the centre comes out right.
    x, y, z = objects.center_camera[row] + [0.0, height / 2, 0.0]
    ahead = rotation.rotate(turned, [1.0, 0.0, 0.0])
    # About the camera's y axis, which points down: 0 along x, to the right.
    rotation_y = np.arctan2(-ahead[2], ahead[0])
    alpha = _wrapped(rotation_y - np.arctan2(x, z))
    left, top, right, bottom = _from_pixel_centers(objects.clipped_box[row], size)
    return (
        f"{objects.occlusion_level[row]} {alpha:.6f} {left:.4f} {top:.4f} {right:.4f} {bottom:.4f} "
        f"{height:.4f} {width:.4f} {length:.4f} {x:.4f} {y:.4f} {z:.4f} {rotation_y:.6f}"
    )


def _from_pixel_centers(box: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """Return a box (4,) of continuous pixels as KITTI counts: from the centre of the first pixel.

    Its image ends at the centres of the outermost pixels, 0 and W - 1.
    """
    return np.clip(box - _CENTER, 0.0, [size[0] - 1, size[1] - 1] * 2)


def _wrapped(angle: float) -> float:
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


def _calibration(frame: Frame) -> str:
    """Return a calib file of the object benchmark; its velodyne frame is our vehicle frame."""
    projection = np.c_[frame.camera.intrinsics.matrix, np.zeros(3)]
    projection[:2, 2] -= _CENTER
    mount = frame.camera.mount if frame.camera.host else frame.world_from_camera
    velo_to_cam = np.c_[rotation.to_matrix(mount.inverse().quaternion), mount.inverse().position]
    rows = {f"P{i}": projection for i in range(4)}
    rows |= {"R0_rect": np.eye(3), "Tr_velo_to_cam": velo_to_cam, "Tr_imu_to_velo": np.eye(3, 4)}
    return "".join(
        f"{name}: {' '.join(f'{value:.12e}' for value in matrix.ravel())}\n"
        for name, matrix in rows.items()
    )
