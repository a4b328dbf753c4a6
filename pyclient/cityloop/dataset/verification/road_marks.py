"""Road marks' outlines, projected into the picture, against the semantic and depth passes."""

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
        classes = picture.flat("semantic")
        painted = np.flatnonzero(classes == SemanticClass.ROAD_MARKING)
        bare = np.flatnonzero(classes == SemanticClass.ROAD)
        tree = shapely.STRtree(marks.shapes)
        if not len(marks.shapes):
            self._tally.add(np.full(len(painted), np.inf), picture.places(painted))
            return
        points = shapely.points(picture.pixel_centers)
        which, distance = tree.query_nearest(
            points[painted], return_distance=True, all_matches=False
        )
        self._tally.add(distance, picture.places(painted[which[0]]))
        which, of = tree.query(points[bare], predicate="within")
        pixels = bare[which]
        depth = picture.flat("depth")[pixels].astype(np.float64)
        shown = np.zeros(len(pixels), dtype=np.bool_)
        for i in np.unique(of):
            mine = of == i
            plane = self._depth_of(picture, int(marks.index[i]), pixels[mine])
            shown[mine] = depth[mine] > plane - _NEARER_SHARE * plane - _NEARER_M
        pixels, of = pixels[shown], of[shown]
        inside = shapely.distance(points[pixels], shapely.boundary(marks.shapes[of]))
        self._tally.add(inside, picture.places(pixels))

    @staticmethod
    def _depth_of(picture: Picture, mark: int, pixels: NDArray[np.intp]) -> Array:
        """Return the depths, m, at which the rays through `pixels` meet the plane of a mark."""
        world = picture.sequence.road_marks[mark].outline
        corners = picture.frame.world_from_camera.inverse().apply(world)
        following = np.roll(corners, -1, axis=0)
        normal = np.cross(corners, following).sum(axis=0)  # Newell's method
        rays = picture.intrinsics.rays().reshape(-1, 3)[pixels]
        return np.asarray((corners.mean(axis=0) @ normal) / (rays @ normal))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]
