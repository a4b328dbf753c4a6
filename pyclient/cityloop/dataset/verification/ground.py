"""Depth of roads and sidewalks against rays to the ground of the recorded roads."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.semantics import SemanticClass

# Paint lies up to 2.5 cm above the ground where that is uneven, 4 mm elsewhere.
TOLERANCE_M = 0.03
SAMPLES = 2000  # of a picture
# Kerbs are upright, and land is drawn more coarsely beyond the map.
CLASSES = (SemanticClass.ROAD, SemanticClass.SIDEWALK, SemanticClass.ROAD_MARKING)

Heights = Callable[[ArrayLike], NDArray[np.float64]]


def recorded_ground(sequence: Sequence) -> Heights | None:
    """Return what gives the heights (N,) of the ground at points (N, 2), m; None without roads."""
    return sequence.network.ground_height if sequence.has_map else None


class GroundCheck:
    """The ray through a pixel ends, where depth says, on the ground of the recorded roads."""

    def __init__(self) -> None:
        # At a kerb a point may lie on either side.
        self._tally = Tally("ground: depth against the roads", "m", TOLERANCE_M, 0.999)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Gather how far above or below the ground sampled rays end."""
        heights = recorded_ground(picture.sequence)
        if heights is None:
            return
        of_class = np.isin(picture.flat("semantic"), CLASSES)
        shown = np.flatnonzero(of_class & (picture.flat("instance") == 0))
        # Another share of the pixels in each frame.
        step = max(1, len(shown) // SAMPLES)
        pixels = shown[picture.frame.number % step :: step]
        ends = transform(picture.frame.world_from_camera, picture.surface[pixels])
        self._tally.add(np.abs(ends[:, 2] - heights(ends[:, :2])), picture.places(pixels))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]
