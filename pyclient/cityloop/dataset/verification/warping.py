"""The change of depth against motion, and pictures warped by the flow onto the picture before."""

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.flow_occlusion import SEEN, flow_occlusion
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.per_object import ObjectMedians
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]

# Half precision is good to 0.05 % of the change.
CHANGE_TOLERANCE_M = 0.01
# Of 255, in the median: light, shadows and reflections change, edges are antialiased.
COLOR_TOLERANCE = 6.0
# The flow explains most of what changes between two pictures: what remains of the mean difference
# is 0.3 to 0.65 of it in day, dusk, night, rain, fog and snow, and 0.8 to 10 where one of both is
# of another instant. Judged where half of the picture moves by more than a pixel.
REMAINDER_TOLERANCE = 0.75
_MOVES_PX, _MOVING_SHARE = 1.0, 0.5


class DepthChangeCheck:
    """Both changes of depth, pixel by pixel, against the motion of the surfaces."""

    def __init__(self) -> None:
        self._tallies = {
            (name, label): Tally(f"{name}: {title}", "m", CHANGE_TOLERANCE_M, 0.999)
            for name in ("depth_change_backward", "depth_change_forward")
            for label, title in (
                ("background", "background and sky"),
                ("rigid", "objects"),
                ("wheels", "wheels"),
                ("people", "people"),
            )
        }
        self._objects = {
            name: ObjectMedians(f"{name}: each object's median", "m", CHANGE_TOLERANCE_M)
            for name in ("depth_change_backward", "depth_change_forward")
        }

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare both passes of a picture."""
        sides = (
            ("depth_change_backward", picture.before, "before"),
            ("depth_change_forward", picture.after, "after"),
        )
        depth = picture.flat("depth")
        for name, instant, which in sides:
            if instant is None or name not in picture.sequence.passes:
                continue
            recorded = picture.flat(name).astype(np.float32)
            matrix = instant.world_from_camera.inverse().matrix
            for group in groups:
                if group.label == "sky":
                    change = np.abs(recorded[group.pixels].astype(np.float64))
                    self._tallies[name, "background"].add(change, picture.places(group.pixels))
                    continue
                error = np.full(len(group.pixels), np.inf)
                known = np.zeros(len(group.pixels), dtype=np.bool_)
                for motion in group.motions:
                    points = np.ascontiguousarray(getattr(motion, which))
                    _compare_change(points, matrix, group.pixels, depth, recorded, error, known)
                pixels = group.pixels[known]
                self._tallies[name, group.label].add(error[known], picture.places(pixels))
                self._objects[name].add_group(picture, group, error, known)

    def rows(self) -> list[Row]:
        """Return a row per pass and kind of surface, and one per pass for each object by itself."""
        return [
            *(tally.row() for tally in self._tallies.values()),
            *(objects.row() for objects in self._objects.values()),
        ]


@compiled
def _compare_change(
    points: Array,
    matrix: Array,
    pixels: NDArray[np.intp],
    depth: NDArray[np.float32],
    change: NDArray[np.float32],
    error: Array,
    known: NDArray[np.bool_],
) -> None:
    """Lessen `error` (n,) where depth and its change fit better to world points (n, 3), m."""
    for i in range(len(pixels)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        expected = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2] * z + matrix[2, 3]
        if not np.isfinite(expected):
            continue
        known[i] = True
        pixel = pixels[i]
        apart = np.abs(np.float64(depth[pixel]) + np.float64(change[pixel]) - expected)
        if apart < error[i]:
            error[i] = apart


class WarpCheck:
    """RGB of frame k+1, fetched from where the flow leads, against RGB of frame k."""

    def __init__(self) -> None:
        self._tally = Tally("rgb warped by flow", "of 255", COLOR_TOLERANCE, 0.5)
        self._pictures = Tally(
            "rgb warped by flow: each picture's median", "of 255", COLOR_TOLERANCE
        )
        self._remainder = Tally(
            "rgb warped by flow against rgb left in place", "share", REMAINDER_TOLERANCE
        )
        self._last: dict[str, Picture] = {}

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the picture before of the same camera with this one."""
        camera = picture.frame.camera.name
        last = self._last.get(camera)
        self._last[camera] = picture
        needed = {"rgb", "flow_forward", "depth_change_forward"}
        if last is None or last.sequence is not picture.sequence:
            return
        if last.frame.number + 1 != picture.frame.number or not needed <= set(
            picture.sequence.passes
        ):
            return
        occlusion = flow_occlusion(
            last.read("flow_forward"),
            last.read("depth"),
            last.read("depth_change_forward"),
            picture.read("depth"),
            picture.frame.camera.near_m,
        )
        pixels = np.flatnonzero((occlusion.ravel() == SEEN) & ~last.silhouette)
        flow = last.flat("flow_forward")
        before, after = last.flat("rgb"), picture.read("rgb")
        pixels, apart = _warped(pixels, flow, before, after)
        self._tally.add(apart, last.places(pixels))
        if not len(pixels):
            return
        self._pictures.add(np.median(apart), f"{last.here} and the next")
        moves = np.linalg.norm(flow[pixels], axis=-1) > _MOVES_PX
        if moves.mean() > _MOVING_SHARE:
            changed = np.abs(before[pixels] - after.reshape(-1, 3)[pixels].astype(np.float64))
            left = apart.mean() / max(changed.max(axis=-1).mean(), 1.0)
            self._remainder.add(left, f"{last.here} and the next")

    def rows(self) -> list[Row]:
        """Return a row for all pixels, one for each pair of pictures and one for what remains."""
        return [t.row() for t in (self._tally, self._pictures, self._remainder)]


@compiled
def _warped(
    pixels: NDArray[np.intp],
    flow: NDArray[np.float32],
    rgb: NDArray[np.uint8],
    next_rgb: NDArray[np.uint8],
) -> tuple[NDArray[np.intp], Array]:
    """Fetch the next picture's colours from where the flow leads.

    Args:
        pixels: (n,) flat indices.
        flow: (H * W, 2) px.
        rgb: (H * W, 3).
        next_rgb: (H, W, 3).

    Returns:
        (m,) those pixels whose flow leads between four of the next picture, and (m,) the largest
        difference of a colour, of 255.
    """
    height, width = next_rgb.shape[:2]
    found, apart = np.empty(len(pixels), np.intp), np.empty(len(pixels))
    count = 0
    for pixel in pixels:
        line, column = divmod(pixel, width)
        u, v = column + np.float64(flow[pixel, 0]), line + np.float64(flow[pixel, 1])
        if not (u >= 0 and v >= 0 and u < width - 1 and v < height - 1):
            continue
        left, top = int(np.floor(u)), int(np.floor(v))
        along, down = u - left, v - top
        worst = 0.0
        for c in range(3):
            upper = next_rgb[top, left, c] * (1 - along) + next_rgb[top, left + 1, c] * along
            lower = next_rgb[top + 1, left, c] * (1 - along)
            lower += next_rgb[top + 1, left + 1, c] * along
            warped = upper * (1 - down) + lower * down
            worst = max(worst, np.abs(warped - rgb[pixel, c]))
        found[count], apart[count] = pixel, worst
        count += 1
    return found[:count], apart[:count]
