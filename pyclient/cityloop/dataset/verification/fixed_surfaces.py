"""Depth, classes, ids and flow of everything that stands still, against rays to its meshes."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.fixed_world import FixedWorld
from cityloop.dataset.verification.flow import TOLERANCE_PX, flow_errors
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.moving_parts import Motion
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.semantics import CLASSES, SemanticClass
from cityloop.world.streams import stream

SAMPLES = 128  # of a picture and class
TOLERANCE_M = 0.005
SAME_DEPTH = 1e-4  # share of the depth, in which a surface is that of a pixel
_FIXED = (
    SemanticClass.ROAD,
    SemanticClass.SIDEWALK,
    SemanticClass.KERB,
    SemanticClass.ROAD_MARKING,
    SemanticClass.TERRAIN,
    SemanticClass.BUILDING,
    SemanticClass.WALL,
    SemanticClass.FENCE,
    SemanticClass.POLE,
    SemanticClass.TRAFFIC_LIGHT,
    SemanticClass.TRAFFIC_SIGN,
    SemanticClass.STREET_FURNITURE,
    SemanticClass.VEGETATION,
)


def fixed_world(sequence: Sequence) -> FixedWorld | None:
    """Return what stands still in a sequence, None if its meshes were not recorded."""
    if not sequence.has_static_geometry:
        return None
    ids = {said["name"]: actor for actor, said in sequence.actors.items()}
    return FixedWorld(sequence.static_geometry, ids)


class FixedSurfaceCheck:
    """Sampled pixels show what a ray meets first, at its depth, and it moves as the camera does."""

    def __init__(self) -> None:
        self._depth = {
            int(c): Tally(f"rays: depth of {CLASSES[c].name}", "m", TOLERANCE_M, 0.999)
            for c in _FIXED
        }
        self._sky = Tally("rays: nothing before the sky", "m", 0.0)
        self._moving = Tally("rays: nothing fixed before what moves", "m", TOLERANCE_M, 0.999)
        self._names = Tally("rays: classes and ids", "px", 0.0, 0.999)
        self._flow = {
            name: Tally(f"rays: {name} of what stands still", "px", TOLERANCE_PX, 0.999)
            for name in ("flow_backward", "flow_forward")
        }
        self._of: tuple[Sequence, FixedWorld | None] | None = None

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Cast rays through a sample of each class that the picture shows."""
        world = self._world(picture.sequence)
        if world is None:
            return
        instance, depth = picture.flat("instance"), picture.flat("depth")
        semantic = picture.flat("semantic")
        fixed = (instance == 0) | np.isin(instance, world.actors)
        sky = np.isinf(depth) & (instance == 0)
        kinds = np.where(sky, -1, np.where(fixed, semantic.astype(np.int16), -2))
        pixels = _sampled(picture, kinds)
        camera = picture.frame.camera
        verdict = world.judge(
            picture.intrinsics,
            picture.frame.world_from_camera,
            (camera.near_m, camera.far_m),
            picture.pixel_centers[pixels],
            depth[pixels].astype(np.float64),
            semantic[pixels].astype(np.int64),
            instance[pixels].astype(np.int64),
            kinds[pixels] == -2,
            SAME_DEPTH,
        )
        judged = ~np.isnan(verdict.error_m)
        for kind in np.unique(kinds[pixels]):
            mine = judged & (kinds[pixels] == kind)
            tally = {-1: self._sky, -2: self._moving}.get(int(kind), self._depth.get(int(kind)))
            if tally is not None:
                tally.add(verdict.error_m[mine], picture.places(pixels[mine]))
        stands = judged & (kinds[pixels] >= 0)
        self._names.add(~verdict.named[stands], picture.places(pixels[stands]))
        met = stands & np.isfinite(verdict.depth_m)
        self._compare_flow(picture, pixels[met], verdict.depth_m[met])

    def _compare_flow(
        self, picture: Picture, pixels: NDArray[np.intp], depth_m: NDArray[np.float64]
    ) -> None:
        rays = picture.rays[pixels] * depth_m[:, None]
        points = transform(picture.frame.world_from_camera, rays)
        group = Group("background", pixels, (Motion(points, points, np.zeros_like(points)),))
        for name, instant, which in (
            ("flow_backward", picture.before, "before"),
            ("flow_forward", picture.after, "after"),
        ):
            if instant is not None and name in picture.sequence.passes:
                error, known = flow_errors(picture, instant, group, which, picture.flat(name))
                self._flow[name].add(error[known], picture.places(pixels[known]))

    def _world(self, sequence: Sequence) -> FixedWorld | None:
        if self._of is None or self._of[0] is not sequence:
            self._of = (sequence, fixed_world(sequence))
        return self._of[1]

    def rows(self) -> list[Row]:
        """Return a row per class, and for the sky, what moves, classes, and both flows."""
        tallies = (*self._depth.values(), self._sky, self._moving, self._names)
        return [t.row() for t in (*tallies, *self._flow.values())]


def _sampled(picture: Picture, kinds: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return pixels of each of `kinds` (H * W,), drawn from a stream of the picture's own."""
    rng = stream(
        picture.frame.number, f"verify/{picture.sequence.name}/{picture.frame.camera.name}"
    )
    found = []
    for kind in np.unique(kinds):
        pixels = np.flatnonzero(kinds == kind)
        if len(pixels) > SAMPLES:
            pixels = np.sort(rng.choice(pixels, SAMPLES, replace=False))
        found.append(pixels)
    return np.concatenate(found)
