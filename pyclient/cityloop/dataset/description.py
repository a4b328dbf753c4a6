"""What sequence.json, dataset.json and provenance.json say."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cityloop.dataset import fields
from cityloop.dataset.kinds import KindGeometry
from cityloop.dataset.layout import (
    FORMAT_VERSION,
    PROBE,
    check_name,
    read_json,
    to_json,
    write_whole,
)
from cityloop.dataset.lock import locked
from cityloop.dataset.passes import PASS_FORMATS
from cityloop.engine.frames import CameraSpec
from cityloop.errors import DatasetError
from cityloop.spatial import Intrinsics, Pose
from cityloop.world.scene import Prototype
from cityloop.world.semantics import CLASSES

_LOCK = ".dataset.lock"  # held while dataset.json or provenance.json is written


@dataclass(frozen=True)
class RecordedCamera:
    """A camera as sequence.json keeps it.

    Attributes:
        name: its folder.
        intrinsics: the pinhole model.
        host: name of the actor that carries it, "" for the world.
        mount: host-from-camera, OpenCV axes (world-from-camera without a host).
        near_m, far_m: visible range of depth.
    """

    name: str
    intrinsics: Intrinsics
    host: str
    mount: Pose
    near_m: float
    far_m: float

    @staticmethod
    def of(spec: CameraSpec, host: str) -> "RecordedCamera":
        """Return the camera of an engine's specification, carried by the actor `host`."""
        check_name(spec.name, "camera")
        return RecordedCamera(spec.name, spec.intrinsics, host, spec.mount, spec.near_m, spec.far_m)

    def to_json(self) -> dict[str, Any]:
        """Return what sequence.json says about the camera."""
        k = self.intrinsics
        return {
            "name": self.name,
            "width": k.width,
            "height": k.height,
            "K": k.matrix.tolist(),
            "distortion": [],
            "host": self.host,
            "mount": {
                "position": self.mount.position.tolist(),
                "quaternion": self.mount.quaternion.tolist(),
            },
            "near_m": self.near_m,
            "far_m": self.far_m,
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> "RecordedCamera":
        """Return the camera that sequence.json describes.

        Raises:
            DatasetError, KeyError, ValueError: if it does not describe one.
        """
        size = [fields.whole(said, side, 1) for side in ("width", "height")]
        rows = dict(zip("abc", fields.items(said, "K"), strict=True))
        (fx, _, cx), (_, fy, cy), _ = (fields.vector(rows, row, 3) for row in rows)
        mount = fields.mapping(said, "mount")
        return RecordedCamera(
            check_name(fields.text(said, "name"), "camera"),
            Intrinsics(size[0], size[1], fx, fy, cx, cy),
            fields.text(said, "host"),
            Pose(
                np.array(fields.vector(mount, "position", 3)),
                np.array(fields.vector(mount, "quaternion", 4)),
            ),
            fields.positive(said, "near_m"),
            fields.positive(said, "far_m"),
        )


@dataclass(frozen=True)
class RecordingPlan:
    """Everything that fixes the bytes of a sequence, known before its first frame.

    Attributes:
        name: the sequence's folder.
        description: resolved scenario, seed, map, engine: what the recorder knows, JSON values.
        cameras: the rig; empty if only states are recorded.
        kinds: geometry of each kind of actor.
        passes: names of the recorded passes, in the order of `cityloop.engine.frames.PASSES`.
        dt_s: length of a tick.
        frame_count: frames at most; a scenario may end earlier.
        assets: records of everything shown: name, licence, source, hash.
    """

    name: str
    description: Mapping[str, Any]
    cameras: tuple[RecordedCamera, ...]
    kinds: Mapping[str, KindGeometry]
    passes: tuple[str, ...]
    dt_s: float
    frame_count: int
    assets: tuple[Mapping[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return {
            "format": {"name": "cityloop-sequence", "version": FORMAT_VERSION},
            "name": self.name,
            "dt_s": self.dt_s,
            "frame_count": self.frame_count,
            "passes": list(self.passes),
            "cameras": [c.to_json() for c in self.cameras],
            "kinds": {kind: self.kinds[kind].to_json() for kind in sorted(self.kinds)},
            "description": dict(self.description),
            "assets": [dict(a) for a in self.assets],
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the plan: two recordings with the same one continue each other."""
        text = json.dumps(self.to_json(), sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def plan(
    name: str,
    description: Mapping[str, Any],
    cameras: Sequence[CameraSpec],
    *,
    prototypes: Iterable[Prototype],
    hosts: Mapping[str, str],
    passes: Sequence[str],
    dt_s: float,
    frame_count: int,
    assets: Iterable[Mapping[str, Any]],
) -> RecordingPlan:
    """Return the plan of a recording; `hosts` is camera name -> name of the actor that carries it.

    Raises:
        DatasetError: if a name cannot be a folder's, or there is nothing to record.
    """
    check_name(name, "sequence")
    if frame_count < 1:
        raise DatasetError(f"sequence {name!r} has {frame_count} frames; record at least one")
    return RecordingPlan(
        name=name,
        description=description,
        cameras=tuple(RecordedCamera.of(c, hosts.get(c.name, "")) for c in cameras),
        kinds={p.name: KindGeometry.of(p) for p in prototypes},
        passes=tuple(passes),
        dt_s=dt_s,
        frame_count=frame_count,
        assets=tuple(assets),
    )


def check_root(root: Path) -> None:
    """Tell whether `root` is a dataset's folder, or can become one.

    Raises:
        DatasetError: if it holds something else, or a dataset of another version.
    """
    if (root / "dataset.json").exists():
        check_dataset_json(root)
        return
    ours = (_LOCK, "dataset.json.partial", PROBE)  # of a recording that starts at the same time
    if root.exists() and not (
        root.is_dir() and all(p.name.startswith(ours) for p in root.iterdir())
    ):
        raise DatasetError(
            f"{root} is there already and is no Cityloop dataset; choose another folder"
        )


def write_dataset_json(root: Path) -> None:
    """Write dataset.json into `root` if it is not there.

    Raises:
        DatasetError: if `root` holds something else, or a dataset of another version.
    """
    path = root / "dataset.json"
    check_root(root)
    if path.exists():
        return
    classes = [
        {"id": int(c), "name": info.name, "color": list(info.color)} for c, info in CLASSES.items()
    ]
    passes = {
        name: {"dtype": f.dtype, "channels": max(1, f.channels), "unit": f.unit, "frame": f.frame}
        for name, f in PASS_FORMATS.items()
    }
    about = {"name": "cityloop-dataset", "version": FORMAT_VERSION}
    with locked(root / _LOCK):
        write_whole(path, to_json({"format": about, "classes": classes, "passes": passes}))


def check_dataset_json(root: Path) -> dict[str, Any]:
    """Return what dataset.json says.

    Raises:
        DatasetError: if it is missing, damaged, something else's or newer than this program.
    """
    said = read_json(root / "dataset.json", "name the folder of a Cityloop dataset")
    check_format(root / "dataset.json", said, "cityloop-dataset")
    return said


def recorded_classes(root: Path) -> dict[int, tuple[str, tuple[int, int, int]]]:
    """Return class id -> (name, sRGB palette colour) as dataset.json says.

    Raises:
        DatasetError: as `check_dataset_json`, or if it lists no classes.
    """
    said = check_dataset_json(root)
    classes: dict[int, tuple[str, tuple[int, int, int]]] = {}
    try:
        for one in fields.objects(said, "classes"):
            red, green, blue = map(int, fields.vector(one, "color", 3))
            classes[fields.whole(one, "id")] = (fields.text(one, "name"), (red, green, blue))
    except (KeyError, ValueError) as error:
        raise DatasetError(
            f"{root / 'dataset.json'} is damaged ({type(error).__name__}: {error}); "
            "copy the one of another dataset of this version"
        ) from error
    return classes


def check_format(path: Path, said: Mapping[str, Any], name: str) -> None:
    """Check the format that a JSON file declares.

    Raises:
        DatasetError: if it is another format or another version.
    """
    form = said.get("format")
    if not isinstance(form, Mapping) or form.get("name") != name:
        raise DatasetError(f"{path} is not of the format {name}; name a Cityloop dataset")
    version = form.get("version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        older = isinstance(version, int) and version < FORMAT_VERSION
        way_out = "record it again" if older else "install a newer Cityloop"
        raise DatasetError(
            f"{path} has format version {version}, this program reads version {FORMAT_VERSION}; "
            f"{way_out}"
        )


def write_provenance(root: Path, assets: Iterable[Mapping[str, Any]]) -> None:
    """Write provenance.json: `assets` and those of all sequences there, by name, each once.

    Raises:
        DatasetError: if the disk is full or read-only, or a sequence.json is damaged.
    """
    with locked(root / _LOCK):
        known = list(assets)
        # Others may be recording into the dataset at the same time; a recording.json goes only when
        # its sequence.json is there.
        for path in list(root.glob("sequences/*/recording.json")):
            known += _assets_of(path)
        for path in list(root.glob("sequences/*/sequence.json")):
            known += _assets_of(path)
        by_text = {json.dumps(a, sort_keys=True): dict(a) for a in known}
        ordered = sorted(by_text, key=lambda text: (str(by_text[text].get("name")), text))
        write_whole(root / "provenance.json", to_json({"assets": [by_text[t] for t in ordered]}))


def _assets_of(path: Path) -> list[dict[str, Any]]:
    """Return the assets in a sequence.json, or in the plan of a recording.json."""
    if not path.exists():
        return []
    what = "remove its folder or record it again"
    said = read_json(path, what)
    try:
        return fields.objects(said.get("plan", said), "assets")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DatasetError(
            f"{path} is damaged ({type(error).__name__}: {error}); {what}"
        ) from error
