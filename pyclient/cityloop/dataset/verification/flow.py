"""Flow against depth, camera poses and object motion; forward against backward flow."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Instant, Picture, transform
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial import Pose

Array = NDArray[np.float64]

TOLERANCE_PX = 0.05
# Bilinear interpolation between pixels of the next frame adds to the error of both flows.
CONSISTENCY_TOLERANCE_PX = 0.1
_NEAR_M = 0.05
_SAME_DEPTH = 0.01  # share of the depth by which the same surface may differ within a pixel
_FLOW_STEP_PX = 0.25  # by which the flow of one surface may differ from pixel to pixel


def _project(picture: Picture, instant: Instant, points: Array, *, directions: bool) -> Array:
    """Return (n, 2) pixels of world points or directions (n, 3), NaN behind the camera."""
    camera_from_world = instant.world_from_camera.inverse()
    if directions:
        camera_from_world = Pose(np.zeros(3), camera_from_world.quaternion)
    seen = transform(camera_from_world, points)
    with np.errstate(invalid="ignore"):
        seen[~(seen[:, 2] > _NEAR_M)] = np.nan
    return picture.intrinsics.project(seen)


def expected_pixels(picture: Picture, instant: Instant, group: Group, which: str) -> list[Array]:
    """Return for each motion of a group the (n, 2) pixels of its points "before" or "after"."""
    return [
        _project(picture, instant, getattr(motion, which), directions=group.label == "sky")
        for motion in group.motions
    ]


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
                here = picture.pixel_centers[group.pixels]
                there = here + recorded[group.pixels].astype(np.float64)
                expected = np.stack(expected_pixels(picture, instant, group, which))
                apart = there - expected
                distance = np.hypot(apart[..., 0], apart[..., 1])
                known = np.isfinite(expected[..., 0])  # what is not known has no number at all
                # Of several motions the nearest counts; a flow that is no number fits none.
                error = np.where(known & ~np.isnan(distance), distance, np.inf).min(axis=0)
                chosen = known.any(axis=0)
                pixels = group.pixels[chosen]
                self._tallies[flow, self._titles[group.label]].add(
                    error[chosen], picture.places(pixels)
                )

    def rows(self) -> list[Row]:
        """Return a row per flow and kind of surface."""
        return [tally.row() for tally in self._tallies.values()]


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
        k = picture.intrinsics
        forward = last.flat("flow_forward")[group.pixels].astype(np.float64)
        # The four pixels around the target; a centre lies at +0.5.
        target = last.pixel_centers[group.pixels] + forward - 0.5
        with np.errstate(invalid="ignore"):
            corner = np.floor(target)
            inside = (corner[:, 0] >= 0) & (corner[:, 0] < k.width - 1)
            inside &= (corner[:, 1] >= 0) & (corner[:, 1] < k.height - 1)
        rows = np.flatnonzero(inside)
        left, top = corner[rows].astype(np.intp).T
        first = top * k.width + left
        around = np.stack([first, first + 1, first + k.width, first + k.width + 1])

        ids = picture.flat("instance")[around]
        same = (ids == last.flat("instance")[group.pixels[rows]]).all(axis=0)
        same &= ~picture.silhouette[around].any(axis=0)
        rows, around = rows[same], around[:, same]
        # The surface must be the same, neither hidden nor freed by another part of its object: its
        # depth is where its motion leads, and the flow has no step between the four pixels.
        seen = _shows(group, rows, picture, picture.flat("depth")[around].astype(np.float64))
        backward = picture.flat("flow_backward")[around].astype(np.float64)
        highest, lowest = np.maximum.reduce(list(backward)), np.minimum.reduce(list(backward))
        steps = np.maximum(*(highest - lowest).T)
        # A step that is no number is an error to be reported, not a reason to look away.
        seen &= (steps < _FLOW_STEP_PX) | np.isnan(steps)
        rows, backward = rows[seen], backward[:, seen]
        share_u, share_v = (target[rows] - corner[rows]).T[..., None]
        upper = (1 - share_u) * backward[0] + share_u * backward[1]
        lower = (1 - share_u) * backward[2] + share_u * backward[3]
        round_trip = forward[rows] + (1 - share_v) * upper + share_v * lower
        self._tally.add(np.hypot(*round_trip.T), last.places(group.pixels[rows]))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]


def _shows(
    group: Group, rows: NDArray[np.intp], picture: Picture, depth: Array
) -> NDArray[np.bool_]:
    """Return (n,) whether `depth` (4, n) of a picture can be that of a group's moved points."""
    if group.label == "sky":
        return np.asarray(np.isinf(depth).all(axis=0), dtype=np.bool_)
    found = np.zeros(len(rows), dtype=np.bool_)
    for motion in group.motions:
        moved = transform(picture.frame.world_from_camera.inverse(), motion.after[rows])[:, 2]
        with np.errstate(invalid="ignore"):
            near = np.abs(depth - moved) < _SAME_DEPTH * moved
        found |= np.asarray(near.all(axis=0), dtype=np.bool_)
    return found
