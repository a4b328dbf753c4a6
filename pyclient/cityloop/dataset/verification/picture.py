"""One picture under verification, with the world and the camera one tick before and after."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ObjectTable
from cityloop.dataset.frame import Frame
from cityloop.dataset.reader import Sequence
from cityloop.dataset.recorded_states import RecordedState
from cityloop.spatial import Intrinsics, Pose
from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]


def transform(pose: Pose, points: Array) -> Array:
    """Return `pose.apply(points)` (n, 3) by its matrix: faster for many points."""
    return _moved(pose.matrix, np.ascontiguousarray(points, dtype=np.float64))


@compiled
def _moved(matrix: Array, points: Array) -> Array:
    moved = np.empty_like(points)
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        for k in range(3):
            turned = matrix[k, 0] * x + matrix[k, 1] * y + matrix[k, 2] * z
            moved[i, k] = turned + matrix[k, 3]
    return moved


@lru_cache(maxsize=4)
def _rays(intrinsics: Intrinsics) -> Array:
    return intrinsics.rays().reshape(-1, 3)


@lru_cache(maxsize=4)
def _centers(intrinsics: Intrinsics) -> Array:
    v, u = np.mgrid[: intrinsics.height, : intrinsics.width]
    return np.stack([u.ravel(), v.ravel()], axis=-1) + 0.5


@dataclass(frozen=True)
class Instant:
    """The world at one tick as states.parquet has it, and where the camera was."""

    state: RecordedState
    world_from_camera: Pose


class Picture:
    """A frame's passes, each read once, and what follows from them."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._passes: dict[str, NDArray[Any]] = {}

    @property
    def sequence(self) -> Sequence:
        """The sequence that the picture belongs to."""
        return self.frame.sequence

    @property
    def intrinsics(self) -> Intrinsics:
        """The camera."""
        return self.frame.camera.intrinsics

    @cached_property
    def objects(self) -> ObjectTable:
        """Labels of what the camera sees."""
        return self.frame.objects

    def read(self, name: str) -> NDArray[Any]:
        """Return a pass; see `Frame.read`."""
        if name not in self._passes:
            self._passes[name] = self.frame.read(name)
        return self._passes[name]

    def flat(self, name: str) -> NDArray[Any]:
        """Return a pass with one row per pixel, (H * W,) or (H * W, C)."""
        picture = self.read(name)
        return picture.reshape(-1, *picture.shape[2:])

    @cached_property
    def before(self) -> Instant | None:
        """One tick earlier, None if it was not recorded."""
        return self._instant(-1)

    @cached_property
    def now(self) -> Instant | None:
        """The picture's own tick, None if its state was not recorded."""
        state = self.sequence.states.at(self.frame.tick)
        return None if state is None else Instant(state, self.frame.world_from_camera)

    @cached_property
    def after(self) -> Instant | None:
        """One tick later, None if it was not recorded."""
        return self._instant(1)

    def _instant(self, ticks: int) -> Instant | None:
        state = self.sequence.states.at(self.frame.tick + ticks)
        pose = self._neighbour_pose(ticks)
        return None if state is None or pose is None else Instant(state, pose)

    def _neighbour_pose(self, ticks: int) -> Pose | None:
        number = self.frame.number + ticks
        if 0 <= number < self.sequence.frame_count:
            return self.sequence.frame(self.frame.camera.name, number).world_from_camera
        state = self.sequence.states.at(self.frame.tick + ticks)
        return None if state is None else self.mounted_pose(state)

    def mounted_pose(self, state: RecordedState) -> Pose | None:
        """Return where the camera is on its host at another tick, None without the host."""
        camera = self.frame.camera
        if not camera.host:
            return camera.mount
        if camera.host not in state.actors.name:
            return None
        row = state.actors.name.index(camera.host)
        host = Pose(state.actors.position[row], state.actors.quaternion[row])
        return host @ camera.mount

    @property
    def pixel_centers(self) -> Array:
        """(H * W, 2) continuous coordinates of all pixel centres."""
        return _centers(self.intrinsics)

    @property
    def rays(self) -> Array:
        """(H * W, 3) camera-frame directions through the pixel centres, with z = 1."""
        return _rays(self.intrinsics)

    @cached_property
    def surface(self) -> Array:
        """(H * W, 3) camera-frame surface points from depth, m; infinite for sky."""
        depth = self.flat("depth").astype(np.float64)[:, None]
        with np.errstate(invalid="ignore"):
            return self.rays * depth

    @cached_property
    def silhouette(self) -> NDArray[np.bool_]:
        """(H * W,) whether a pixel has another instance id among its eight neighbours."""
        ids = self.read("instance")
        edge = np.zeros(ids.shape, dtype=np.bool_)
        height, width = ids.shape
        for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
            here = (slice(0, height - dy), slice(max(0, -dx), width - max(0, dx)))
            there = (slice(dy, height), slice(max(0, dx), width + min(0, dx)))
            differs = ids[here] != ids[there]
            edge[here] |= differs
            edge[there] |= differs
        return edge.ravel()

    @cached_property
    def pixels_of_actor(self) -> dict[int, NDArray[np.intp]]:
        """Actor id -> flat indices of its visible pixels."""
        ids = self.flat("instance")
        pixels = np.flatnonzero(ids)
        order = np.argsort(ids[pixels], kind="stable")
        pixels = pixels[order]
        found, first = np.unique(ids[pixels], return_index=True)
        parts = np.split(pixels, first[1:])
        return {int(i): p for i, p in zip(found, parts, strict=bool(len(found)))}

    def at(self, pixel: int) -> str:
        """Say where a pixel (flat index) is."""
        v, u = divmod(int(pixel), self.intrinsics.width)
        actor = int(self.flat("instance")[pixel])
        name = self.sequence.actors.get(actor, {}).get("name", f"id {actor}") if actor else ""
        return f"{self.here}, pixel ({u}, {v})" + (f", {name}" if name else "")

    def places(self, pixels: NDArray[np.intp]) -> Callable[[int], str]:
        """Return what says where the i-th of `pixels` (flat indices) is."""
        return lambda i: self.at(int(pixels[i]))

    @property
    def here(self) -> str:
        """Say which picture this is."""
        return f"{self.sequence.name}, {self.frame.camera.name}, frame {self.frame.number}"
