"""Road marks' outlines, projected into the picture, against the semantic and depth passes."""

import math
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.dataset.road_marks import ProjectedMarks
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]

TOLERANCE_PX = 0.5
# The road hides a mark, behind a crest, where it is nearer than the mark by more than this.
_NEARER_SHARE, _NEARER_M = 0.02, 0.05


class RoadMarkCheck:
    """Paint lies within the outlines, and where these show the road's surface it is painted."""

    def __init__(self) -> None:
        self._tally = Tally("road marks against the semantic mask", "px", TOLERANCE_PX)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Judge pixels of paint outside all outlines, and of bare road inside one."""
        sequence = picture.sequence
        if not sequence.has_road_marks:
            return
        marks = ProjectedMarks(
            sequence.road_marks,
            picture.intrinsics,
            picture.frame.world_from_camera,
            picture.frame.camera.near_m,
        )
        outside = picture.flat("semantic") == SemanticClass.ROAD_MARKING
        painted = np.flatnonzero(outside)
        if not len(marks.shapes):
            self._tally.add(np.full(len(painted), np.inf), picture.places(painted))
            return
        bare = picture.flat("semantic") == SemanticClass.ROAD
        for i, pixels in _covered(marks.shapes, bare | outside, picture.intrinsics.width):
            outside[pixels] = False
            self._judge_bare(picture, marks, i, pixels[bare[pixels]])
        self._tally.add(np.zeros(len(painted) - np.count_nonzero(outside)), picture.here)
        beside = np.flatnonzero(outside)
        which, distance = shapely.STRtree(marks.shapes).query_nearest(
            shapely.points(picture.pixel_centers[beside]), return_distance=True, all_matches=False
        )
        self._tally.add(distance, picture.places(beside[which[0]]))

    def _judge_bare(
        self, picture: Picture, marks: ProjectedMarks, i: int, pixels: NDArray[np.intp]
    ) -> None:
        """Judge pixels (n,) of bare road inside the i-th outline."""
        if not len(pixels):
            return
        plane = self._depth_of(picture, int(marks.index[i]), pixels)
        depth = picture.flat("depth")[pixels].astype(np.float64)
        pixels = pixels[depth > plane - _NEARER_SHARE * plane - _NEARER_M]
        points = shapely.points(picture.pixel_centers[pixels])
        inside = shapely.distance(points, shapely.boundary(marks.shapes[i]))
        self._tally.add(inside, picture.places(pixels))

    @staticmethod
    def _depth_of(picture: Picture, mark: int, pixels: NDArray[np.intp]) -> Array:
        """Return the depths, m, at which the rays through `pixels` meet the plane of a mark."""
        world = picture.sequence.road_marks[mark].outline
        corners = picture.frame.world_from_camera.inverse().apply(world)
        following = np.roll(corners, -1, axis=0)
        normal = np.cross(corners, following).sum(axis=0)  # Newell's method
        rays = picture.rays[pixels]
        return np.asarray((corners.mean(axis=0) @ normal) / (rays @ normal))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]


def _covered(
    shapes: NDArray[np.object_], asked: NDArray[np.bool_], width: int
) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield each outline's number and the pixels asked for (H * W,) whose centres it holds."""
    grid = asked.reshape(-1, width)
    shapely.prepare(shapes)
    for i, (left, top, right, bottom) in enumerate(shapely.bounds(shapes)):
        u, v = max(0, math.ceil(left - 0.5)), max(0, math.ceil(top - 0.5))
        line, column = np.nonzero(grid[v : math.floor(bottom + 0.5), u : math.floor(right + 0.5)])
        if len(line):
            line, column = line + v, column + u
            inside = shapely.contains_xy(shapes[i], column + 0.5, line + 0.5)
            yield i, (line * width + column)[inside]
