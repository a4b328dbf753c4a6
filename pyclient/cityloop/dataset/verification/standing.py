"""Depth of buildings and street furniture against the outlines that a sequence keeps of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.dataset.reader import Sequence
from cityloop.dataset.surroundings import Obstacle
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]

# Balconies, cornices and steps stand out of a house's walls, doorways and loggias lie in them.
BUILDING_TOLERANCE_M = 1.2
# Colliders are plainer than what they stand for.
FURNITURE_TOLERANCE_M = 0.1
SAMPLES = 500  # of a picture and class
_GRID_M = 1e-3  # corners of pieces are stored to 0.1 mm
_BELOW_TOP_M = 0.3  # lids have no outline of their own
_WALL_UP = 0.2  # up component of a wall's normal at most; roofs are flatter
HOUSE = ("house/", "outline/")  # names of houses begin so


def recorded_obstacles(sequence: Sequence) -> tuple[Obstacle, ...]:
    """Return what stands beside the recorded roads; nothing without roads.

    Before a sequence kept its meshes, houses on a map's own outlines were not recorded: then only
    of a grid's houses all are known.
    """
    if not sequence.has_map:
        return ()
    city = sequence.description.get("map")
    is_grid = isinstance(city, dict) and city.get("kind") == "grid"
    if is_grid or sequence.has_static_geometry:
        return sequence.obstacles
    return tuple(o for o in sequence.obstacles if not o.name.startswith(HOUSE))


@dataclass(frozen=True)
class Outlines:
    """Walls of things that stand, upright from their outlines.

    What is `open` may be seen inside as well, as the bench of a bus shelter is. Where pieces of one
    thing touch there is no wall.
    """

    obstacles: tuple[Obstacle, ...]
    open: bool

    @cached_property
    def _tree(self) -> shapely.STRtree:
        shapes = [shapely.union_all(pieces, grid_size=_GRID_M) for pieces in self._things.values()]
        return shapely.STRtree(shapes if self.open else [s.boundary for s in shapes])

    @cached_property
    def _tops(self) -> Array:
        return np.array([top for _, top in self._things])

    @cached_property
    def _things(self) -> dict[tuple[str, float], list[shapely.Polygon]]:
        """Name and top of each thing -> the outlines of its pieces."""
        things: dict[tuple[str, float], list[shapely.Polygon]] = {}
        for o in self.obstacles:
            things.setdefault((o.name, o.top_m), []).append(shapely.Polygon(o.outline))
        return things

    def apart(self, points: Array) -> tuple[NDArray[np.intp], Array]:
        """Return which of world points (N, 3) are below the top of the nearest walls, (n,).

        And (n,) how far they are before or behind these, m; 0 inside of what is open.
        """
        which, distance = self._tree.query_nearest(
            shapely.points(points[:, :2]), return_distance=True, all_matches=False
        )
        walls = points[which[0], 2] < self._tops[which[1]] - _BELOW_TOP_M
        return which[0][walls], distance[walls]


class StandingCheck:
    """The ray through a pixel ends, where depth says, at a wall of what was recorded to stand."""

    def __init__(self) -> None:
        self._tallies = {
            SemanticClass.BUILDING: Tally(
                "buildings: depth against their outlines", "m", BUILDING_TOLERANCE_M, 0.999
            ),
            SemanticClass.STREET_FURNITURE: Tally(
                "street furniture: depth against its outlines", "m", FURNITURE_TOLERANCE_M, 0.999
            ),
        }
        self._of: tuple[Sequence, dict[SemanticClass, Outlines]] | None = None

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Gather how far from all outlines sampled rays end."""
        semantic = picture.flat("semantic")
        background = (picture.flat("instance") == 0) & np.isfinite(picture.flat("depth"))
        for label, outlines in self._outlines(picture.sequence).items():
            shown = np.flatnonzero(background & (semantic == label))
            if label is SemanticClass.BUILDING:
                shown = shown[_upright(picture, shown)]
            # Another share of the pixels in each frame.
            step = max(1, len(shown) // SAMPLES)
            pixels = shown[picture.frame.number % step :: step]
            if outlines.obstacles and len(pixels):
                ends = transform(picture.frame.world_from_camera, picture.surface[pixels])
                rows, distance = outlines.apart(ends)
                self._tallies[label].add(distance, picture.places(pixels[rows]))

    def _outlines(self, sequence: Sequence) -> dict[SemanticClass, Outlines]:
        """Return what may be seen as each class."""
        if self._of is None or self._of[0] is not sequence:
            obstacles = recorded_obstacles(sequence)
            houses = tuple(o for o in obstacles if o.name.startswith(HOUSE))
            others = tuple(o for o in obstacles if not o.name.startswith(HOUSE))
            self._of = (
                sequence,
                {
                    SemanticClass.BUILDING: Outlines(houses, open=False),
                    SemanticClass.STREET_FURNITURE: Outlines(others, open=True),
                },
            )
        return self._of[1]

    def rows(self) -> list[Row]:
        """Return a row each for buildings and furniture."""
        return [tally.row() for tally in self._tallies.values()]


def _upright(picture: Picture, pixels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which pixels show walls, (N,): roofs have no outline of their own."""
    if "normal" not in picture.sequence.passes:
        return np.ones(len(pixels), dtype=np.bool_)
    normals = picture.frame.world_from_camera.rotate(picture.flat("normal")[pixels])
    return np.asarray(np.abs(normals[:, 2]) < _WALL_UP)
