"""Flow against depth, camera poses and object motion; forward against backward flow."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Instant, Picture
from cityloop.dataset.verification.report import Row, Tally

Array = NDArray[np.float64]

TOLERANCE_PX = 0.05
# Bilinear interpolation between pixels of the next frame adds to the error of both flows.
CONSISTENCY_TOLERANCE_PX = 0.1
_NEAR_M = 0.05
_SAME_DEPTH = 0.01  # share of the depth by which the same surface may differ within a pixel


def _project(picture: Picture, instant: Instant, points: Array, *, directions: bool) -> Array:
    """Return (n, 2) pixels of world points or directions (n, 3), NaN behind the camera."""
    camera_from_world = instant.world_from_camera.inverse()
    seen = camera_from_world.rotate(points) if directions else camera_from_world.apply(points)
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
                distance = np.linalg.norm(there - expected, axis=-1)
                known = np.isfinite(expected).all(axis=-1)
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
    """flow_forward of a frame against flow_backward of the next, at the pixel it points to."""

    def __init__(self) -> None:
        self._tally = Tally(
            "flow_forward against the next flow_backward", "px", CONSISTENCY_TOLERANCE_PX, 0.999
        )
        self._last: dict[str, Picture] = {}

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the picture before of the same camera with this one."""
        camera = picture.frame.camera.name
        last = self._last.get(camera)
        self._last[camera] = picture
        flows = {"flow_forward", "flow_backward"} <= set(picture.sequence.passes)
        if last is None or not flows or last.sequence is not picture.sequence:
            return
        if last.frame.number + 1 != picture.frame.number:
            return
        self._compare(last, picture)

    def _compare(self, last: Picture, picture: Picture) -> None:
        k = picture.intrinsics
        forward = last.flat("flow_forward").astype(np.float64)
        target = last.pixel_centers + forward
        # The four pixels around the target; a centre lies at +0.5.
        with np.errstate(invalid="ignore"):
            corner = np.floor(target - 0.5)
            inside = (corner >= 0).all(axis=1) & (corner < [k.width - 1, k.height - 1]).all(axis=1)
        inside &= ~last.silhouette
        pixels = np.flatnonzero(inside)
        left, top = corner[pixels].astype(np.intp).T
        share_u, share_v = (target[pixels] - 0.5 - corner[pixels]).T
        around = [top * k.width + left + dy * k.width + dx for dy in (0, 1) for dx in (0, 1)]
        weights = [
            (1 - share_u) * (1 - share_v),
            share_u * (1 - share_v),
            (1 - share_u) * share_v,
            share_u * share_v,
        ]
        # The same surface must be seen: same object, continuous depth, and a way back that ends
        # within a pixel (an occluder moves elsewhere); sky has no depth and needs none.
        ids, depth = picture.flat("instance"), picture.flat("depth").astype(np.float64)
        own = last.flat("instance")[pixels]
        visible = np.ones(len(pixels), dtype=np.bool_)
        for q in around:
            visible &= (ids[q] == own) & ~picture.silhouette[q]
        stacked = np.stack([depth[q] for q in around])
        with np.errstate(invalid="ignore"):
            spread = stacked.max(axis=0) - stacked.min(axis=0)
            visible &= (spread < _SAME_DEPTH * stacked.min(axis=0)) | np.isinf(stacked).all(axis=0)
        backward = picture.flat("flow_backward").astype(np.float64)
        way_back = sum(w[:, None] * backward[q] for w, q in zip(weights, around, strict=True))
        error = np.linalg.norm(forward[pixels] + way_back, axis=1)
        # Background that a static occluder of the background hides or frees: the depth tells.
        visible &= ~_hidden(last, picture, pixels, stacked)
        chosen = pixels[visible]
        self._tally.add(error[visible], last.places(chosen))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]


def _hidden(
    last: Picture, picture: Picture, pixels: NDArray[np.intp], depth_there: Array
) -> NDArray[np.bool_]:
    """Return (n,) whether a background point of the last picture is hidden in this one.

    Only background can be told without the object's own motion: its points stand still, and their
    depth in the new camera says whether they are what is seen there.
    """
    background = last.flat("instance")[pixels] == 0
    finite = np.isfinite(last.flat("depth")[pixels])
    hidden = np.zeros(len(pixels), dtype=np.bool_)
    ground = np.flatnonzero(background & finite)
    world = last.frame.world_from_camera.apply(last.surface[pixels[ground]])
    depth = picture.frame.world_from_camera.inverse().apply(world)[:, 2]
    low, high = depth_there[:, ground].min(axis=0), depth_there[:, ground].max(axis=0)
    slack = _SAME_DEPTH * depth
    hidden[ground] = (depth < low - slack) | (depth > high + slack)
    sky = background & ~finite
    hidden[sky] = ~np.isinf(depth_there[:, sky]).all(axis=0)
    return hidden
