"""Flow against depth, camera poses and object motion; forward against backward flow."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.per_object import ObjectMedians
from cityloop.dataset.verification.picture import Instant, Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]
Pixels = NDArray[np.intp]

TOLERANCE_PX = 0.05
# The surface of a far person in a tick of 0.1 s is known to 0.045 px in the median.
OBJECT_TOLERANCE_PX = 0.1
# Bilinear interpolation between pixels of the next frame adds to the error of both flows.
CONSISTENCY_TOLERANCE_PX = 0.1
_NEAR_M = 0.05
_SAME_DEPTH = 0.01  # share of the depth by which the same surface may differ within a pixel
_FLOW_STEP_PX = 0.25  # by which the flow of one surface may differ from pixel to pixel


def flow_errors(
    picture: Picture, instant: Instant, group: Group, which: str, flow: NDArray[np.float32]
) -> tuple[Array, NDArray[np.bool_]]:
    """Return (n,) how far the flow (H * W, 2) at a group's pixels leads from where they go, px.

    Also (n,) whether that is known: their points were recorded and are before the camera. Of
    several motions the nearest counts; a flow that is no number fits none.
    """
    k = picture.intrinsics
    error = np.full(len(group.pixels), np.inf)
    known = np.zeros(len(group.pixels), dtype=np.bool_)
    matrix = instant.world_from_camera.inverse().matrix
    if group.label == "sky":  # directions
        matrix[:3, 3] = 0.0
    lens = (k.fx, k.fy, k.cx, k.cy)
    for motion in group.motions:
        points = np.ascontiguousarray(getattr(motion, which))
        _compare_flow(points, matrix, lens, k.width, group.pixels, flow, error, known)
    return error, known


@compiled
def _compare_flow(
    points: Array,
    matrix: Array,
    lens: tuple[float, float, float, float],
    width: int,
    pixels: Pixels,
    flow: NDArray[np.float32],
    error: Array,
    known: NDArray[np.bool_],
) -> None:
    """Project world points (n, 3) and lessen `error` (n,) where the flow leads nearer to them."""
    fx, fy, cx, cy = lens
    for i in range(len(pixels)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        ahead = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2] * z + matrix[2, 3]
        if not ahead > _NEAR_M:
            continue
        right = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] * z + matrix[0, 3]
        down = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] * z + matrix[1, 3]
        u, v = fx * right / ahead + cx, fy * down / ahead + cy
        if not np.isfinite(u):
            continue
        known[i] = True
        line, column = divmod(pixels[i], width)
        there_u = column + 0.5 + np.float64(flow[pixels[i], 0])
        there_v = line + 0.5 + np.float64(flow[pixels[i], 1])
        apart = np.hypot(there_u - u, there_v - v)
        if apart < error[i]:
            error[i] = apart


class FlowCheck:
    """Both flows, pixel by pixel, apart by what moves."""

    def __init__(self) -> None:
        labels = {
            "background": "background and sky",
            "sky": "background and sky",
            "rigid": "objects",
            "wheels": "wheels",
            "people": "people",
        }
        tallies = {
            (flow, title): Tally(f"{flow}: {title}", "px", TOLERANCE_PX, 0.999)
            for flow in ("flow_backward", "flow_forward")
            for title in dict.fromkeys(labels.values())
        }
        self._tallies = tallies
        self._objects = {
            flow: ObjectMedians(f"{flow}: each object's median", "px", OBJECT_TOLERANCE_PX)
            for flow in ("flow_backward", "flow_forward")
        }
        self._titles = labels

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare both flows of a picture with the motion of its surfaces."""
        sides = (
            ("flow_backward", picture.before, "before"),
            ("flow_forward", picture.after, "after"),
        )
        for flow, instant, which in sides:
            if instant is None or flow not in picture.sequence.passes:
                continue
            recorded = picture.flat(flow)
            for group in groups:
                error, known = flow_errors(picture, instant, group, which, recorded)
                pixels = group.pixels[known]
                tally = self._tallies[flow, self._titles[group.label]]
                tally.add(error[known], picture.places(pixels))
                self._objects[flow].add_group(picture, group, error, known)

    def rows(self) -> list[Row]:
        """Return a row per flow and kind of surface, and one per flow for each object by itself."""
        return [
            *(tally.row() for tally in self._tallies.values()),
            *(objects.row() for objects in self._objects.values()),
        ]


class FlowConsistencyCheck:
    """flow_forward of a frame against flow_backward of the next, where it points to."""

    def __init__(self) -> None:
        self._tally = Tally(
            "flow_forward against flow_backward", "px", CONSISTENCY_TOLERANCE_PX, 0.999
        )
        self._last: dict[str, tuple[Picture, list[Group]]] = {}

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the picture before of the same camera with this one."""
        camera = picture.frame.camera.name
        last, last_groups = self._last.get(camera, (None, []))
        self._last[camera] = (picture, groups)
        if last is None or not {"flow_forward", "flow_backward"} <= set(picture.sequence.passes):
            return
        follows = last.frame.number + 1 == picture.frame.number
        if follows and last.sequence is picture.sequence:
            for group in last_groups:
                self._compare(last, group, picture)

    def _compare(self, last: Picture, group: Group, picture: Picture) -> None:
        after = np.stack([motion.after for motion in group.motions])
        is_sky = group.label == "sky"
        matrix = picture.frame.world_from_camera.inverse().matrix
        pixels, error = _round_trips(
            group.pixels,
            last.flat("flow_forward"),
            last.flat("instance"),
            after[:0] if is_sky else after,
            matrix,
            picture.read("flow_backward"),
            picture.read("instance"),
            picture.read("depth"),
            picture.silhouette.reshape(picture.read("depth").shape),
        )
        self._tally.add(error, last.places(pixels))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]


@compiled
def _round_trips(
    pixels: Pixels,
    forward: NDArray[np.float32],
    ids: NDArray[np.uint32],
    after: Array,
    matrix: Array,
    backward: NDArray[np.float32],
    next_ids: NDArray[np.uint32],
    next_depth: NDArray[np.float32],
    silhouette: NDArray[np.bool_],
) -> tuple[Pixels, Array]:
    """Return which of a group's pixels are seen in the next picture, and how far they come back.

    Args:
        pixels: (n,) flat indices of the picture before.
        forward: (H * W, 2) its flow, px.
        ids: (H * W,) its instances.
        after: (M, n, 3) where the pixels' points may be at the next tick, world, m; M is 0 for the
            sky.
        matrix: (4, 4) camera from world of the next picture.
        backward: (H, W, 2) its flow, px.
        next_ids: (H, W) its instances.
        next_depth: (H, W) m.
        silhouette: (H, W) where its instances meet.

    Returns:
        (m,) pixels, and (m,) the lengths of both flows' sum, px.
    """
    height, width = next_depth.shape
    found, error = np.empty(len(pixels), np.intp), np.empty(len(pixels))
    count = 0
    for i in range(len(pixels)):
        pixel = pixels[i]
        line, column = divmod(pixel, width)
        along, down = np.float64(forward[pixel, 0]), np.float64(forward[pixel, 1])
        # The four pixels around the target; a centre lies at +0.5.
        target_u, target_v = column + along, line + down
        inside = target_u >= 0 and target_u < width - 1
        if not (inside and target_v >= 0 and target_v < height - 1):
            continue
        left, top = int(np.floor(target_u)), int(np.floor(target_v))
        same = True
        for v in range(top, top + 2):
            for u in range(left, left + 2):
                same &= next_ids[v, u] == ids[pixel] and not silhouette[v, u]
        if not same:
            continue
        # The surface must be the same, neither hidden nor freed by another part of its object: its
        # depth is where its motion leads, and the flow has no step between the four pixels.
        shown = len(after) == 0
        if shown:
            for v in range(top, top + 2):
                for u in range(left, left + 2):
                    shown &= np.isinf(next_depth[v, u])
        for m in range(len(after)):
            x, y, z = after[m, i, 0], after[m, i, 1], after[m, i, 2]
            moved = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2] * z + matrix[2, 3]
            near = True
            for v in range(top, top + 2):
                for u in range(left, left + 2):
                    near &= np.abs(np.float64(next_depth[v, u]) - moved) < _SAME_DEPTH * moved
            shown |= near
        if not shown or _has_step(backward, left, top):
            continue
        share_u, share_v = target_u - left, target_v - top
        back_u = _between(backward, left, top, 0, share_u, share_v)
        back_v = _between(backward, left, top, 1, share_u, share_v)
        found[count], error[count] = pixel, np.hypot(along + back_u, down + back_v)
        count += 1
    return found[:count], error[:count]


@compiled
def _has_step(flow: NDArray[np.float32], left: int, top: int) -> bool:
    """Return whether a flow differs between four pixels.

    A step that is no number is an error to be reported, not a reason to look away.
    """
    step = 0.0
    for k in range(2):
        highest, lowest = -np.inf, np.inf
        for v in range(top, top + 2):
            for u in range(left, left + 2):
                value = np.float64(flow[v, u, k])
                if not np.isfinite(value):
                    return False
                highest, lowest = max(highest, value), min(lowest, value)
        step = max(step, highest - lowest)
    return step >= _FLOW_STEP_PX


@compiled
def _between(
    flow: NDArray[np.float32], left: int, top: int, k: int, share_u: float, share_v: float
) -> float:
    """Return a component of a flow between four pixels."""
    upper = (1 - share_u) * flow[top, left, k] + share_u * flow[top, left + 1, k]
    lower = (1 - share_u) * flow[top + 1, left, k] + share_u * flow[top + 1, left + 1, k]
    return (1 - share_v) * upper + share_v * lower
