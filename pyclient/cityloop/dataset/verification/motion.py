"""Where each visible surface point was a tick ago and will be in a tick, from depth and states.

Nothing here reads the flow or velocity passes: points come from depth and the camera's pose, and
move as states.parquet says their object moved.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.moving_parts import Motion, rules
from cityloop.dataset.verification.people import SkinnedSurfaces
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Pixels whose surface moves by the same rule.

    Attributes:
        label: "background", "sky", "rigid", "wheels" or "people".
        pixels: (n,) flat indices.
        motions: what the points may do; more than one where geometry cannot tell to which part of
            an object a point belongs. For "sky" the positions are directions.
        depth_error_m: (n,) for "people" recorded depth against the skinned mesh, else None.
    """

    label: str
    pixels: NDArray[np.intp]
    motions: tuple[Motion, ...]
    depth_error_m: Array | None = None


class SurfaceMotion:
    """Groups the pixels of pictures by how their surfaces move."""

    def __init__(self) -> None:
        self._people = SkinnedSurfaces()

    def groups(self, picture: Picture) -> list[Group]:
        """Return all groups of a picture, silhouettes left out; people are sampled."""
        now = picture.now
        if now is None:
            return []
        clear = ~picture.silhouette
        depth = picture.flat("depth")
        background = clear & (picture.flat("instance") == 0)
        sky = np.flatnonzero(background & np.isinf(depth))
        ground = np.flatnonzero(background & np.isfinite(depth))
        pose = now.world_from_camera
        directions = pose.rotate(picture.rays[sky])
        points = transform(pose, picture.surface[ground])
        groups = [
            Group("sky", sky, (Motion(directions, directions, np.zeros_like(directions)),)),
            Group("background", ground, (Motion(points, points, np.zeros_like(points)),)),
        ]
        for actor, pixels in picture.pixels_of_actor.items():
            seen = pixels[clear[pixels] & np.isfinite(depth[pixels])]
            row = now.state.row(actor)
            if row is not None and len(seen):
                groups += self._of_actor(picture, actor, row, seen)
        return groups

    def _of_actor(
        self, picture: Picture, actor: int, row: int, pixels: NDArray[np.intp]
    ) -> list[Group]:
        now = picture.now
        assert now is not None
        kind = now.state.actors.kind[row]
        geometry = picture.sequence.kinds.get(kind)
        rider = None if geometry is None else geometry.rider
        groups: list[Group] = []
        if rider is not None and actor in now.state.bones:
            rides = picture.flat("semantic")[pixels] == SemanticClass.RIDER
            if rides.any():
                groups += self._skinned(picture, actor, kind, pixels[rides])
            pixels = pixels[~rides]
        elif actor in now.state.bones or (geometry is not None and geometry.skinned):
            return self._skinned(picture, actor, kind, pixels)

        surface = transform(now.world_from_camera, picture.surface[pixels])
        for rule in rules(picture, actor, surface):
            groups.append(
                Group("wheels" if rule.turns else "rigid", pixels[rule.points], rule.motions)
            )
        return groups

    def _skinned(
        self, picture: Picture, actor: int, kind: str, pixels: NDArray[np.intp]
    ) -> list[Group]:
        """Return the group of some of the pixels, which show skin and clothes, or none."""
        found = self._people.sample(picture, actor, kind, pixels)
        if found is None:
            return []
        positions = found.before, found.after
        motion = Motion(*positions, (found.after - found.before) / (2 * picture.sequence.dt_s))
        return [Group("people", found.pixels, (motion,), found.depth_error_m)]
