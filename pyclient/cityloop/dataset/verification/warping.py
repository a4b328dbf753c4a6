"""The change of depth against motion, and pictures warped by the flow onto the picture before."""

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.flow_occlusion import SEEN
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.dataset.verification.report import Row, Tally

Array = NDArray[np.float64]

# Half precision is good to 0.05 % of the change.
CHANGE_TOLERANCE_M = 0.01
# Of 255, in the median: light, shadows and reflections change, edges are antialiased.
COLOR_TOLERANCE = 6.0


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

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare both passes of a picture."""
        sides = (
            ("depth_change_backward", picture.before, "before"),
            ("depth_change_forward", picture.after, "after"),
        )
        depth = picture.flat("depth").astype(np.float64)
        for name, instant, which in sides:
            if instant is None or name not in picture.sequence.passes:
                continue
            recorded = picture.flat(name).astype(np.float64)
            camera = instant.world_from_camera.inverse()
            for group in groups:
                if group.label == "sky":
                    self._tallies[name, "background"].add(
                        np.abs(recorded[group.pixels]), picture.places(group.pixels)
                    )
                    continue
                expected = np.stack(
                    [transform(camera, getattr(m, which))[:, 2] for m in group.motions]
                )
                apart = np.abs(depth[group.pixels] + recorded[group.pixels] - expected)
                known = np.isfinite(expected)
                error = np.where(known & ~np.isnan(apart), apart, np.inf).min(axis=0)
                chosen = known.any(axis=0)
                pixels = group.pixels[chosen]
                self._tallies[name, group.label].add(error[chosen], picture.places(pixels))

    def rows(self) -> list[Row]:
        """Return a row per pass and kind of surface."""
        return [tally.row() for tally in self._tallies.values()]


class WarpCheck:
    """RGB of frame k+1, fetched from where the flow leads, against RGB of frame k."""

    def __init__(self) -> None:
        self._tally = Tally("rgb warped by flow", "of 255", COLOR_TOLERANCE, 0.5)
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
        k = picture.intrinsics
        seen = last.frame.flow_occlusion("forward").ravel() == SEEN
        pixels = np.flatnonzero(seen & ~last.silhouette)
        place = last.pixel_centers[pixels] + last.flat("flow_forward")[pixels] - 0.5
        with np.errstate(invalid="ignore"):
            corner = np.floor(place)
            inside = (corner >= 0).all(axis=1)
            inside &= (corner[:, 0] < k.width - 1) & (corner[:, 1] < k.height - 1)
        pixels, place, corner = pixels[inside], place[inside], corner[inside].astype(np.intp)
        share = place - corner
        rgb = picture.read("rgb").astype(np.float64)
        u, v = corner.T
        upper = rgb[v, u] * (1 - share[:, :1]) + rgb[v, u + 1] * share[:, :1]
        lower = rgb[v + 1, u] * (1 - share[:, :1]) + rgb[v + 1, u + 1] * share[:, :1]
        warped = upper * (1 - share[:, 1:]) + lower * share[:, 1:]
        apart = np.abs(warped - last.flat("rgb")[pixels]).max(axis=1)
        self._tally.add(apart, last.places(pixels))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]
