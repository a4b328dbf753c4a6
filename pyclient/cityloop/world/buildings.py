"""Houses along the streets: which kind stands where, wherever there is room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world import polylines
from cityloop.world.facades import house
from cityloop.world.ground import Shape
from cityloop.world.house_kinds import DEPTH_M, HouseKind, corner_house, house_kinds
from cityloop.world.house_walls import lights_on
from cityloop.world.network import RoadNetwork
from cityloop.world.osm import Outline
from cityloop.world.outline_houses import build_outlines
from cityloop.world.road_class import built_up_edges
from cityloop.world.scene import Placement, Rgb, Scene
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream

Array = NDArray[np.float64]

# Behind the sidewalk: in town houses stand at it, on roads without parking strips there is a verge.
TOWN_SETBACK_M = 0.3
VERGE_M = 3.6

_AROUND_CORNERS_M = 16.0  # how far beyond a road's end its row of houses may go on
_STEP_M = 1.5
_MAPPED_M = 60.0  # around the map's own houses
_HIGHER_M = 3.0  # than the highest of these a house that is filled in may be

_PLASTER_TINTS: tuple[Rgb, ...] = (
    (0.66, 0.60, 0.47),
    (0.64, 0.50, 0.30),
    (0.68, 0.66, 0.62),
    (0.50, 0.55, 0.58),
    (0.62, 0.43, 0.34),
    (0.52, 0.56, 0.46),
    (0.70, 0.64, 0.42),
    (0.45, 0.44, 0.43),
    (0.62, 0.55, 0.50),
)
_BRICK_TINTS: tuple[Rgb, ...] = (
    (1.0, 1.0, 1.0),
    (0.78, 0.80, 0.82),
    (1.25, 1.30, 1.15),
    (1.05, 1.25, 1.30),
)
_AWNING_TINTS: tuple[Rgb, ...] = (
    (0.32, 0.04, 0.035),
    (0.04, 0.13, 0.07),
    (0.05, 0.08, 0.22),
    (0.55, 0.50, 0.40),
    (0.50, 0.22, 0.04),
)


@dataclass(frozen=True)
class Row:
    """The line that the fronts of a road's houses stand on, seen with the road on the left."""

    edge_id: str
    line: Array


@dataclass(frozen=True)
class Buildings:
    """Houses and the ground that they cover: `footprints` are polygons in the world's plane."""

    scene: Scene
    footprints: list[Shape]


def build_buildings(network: RoadNetwork, seed: int, outlines: Sequence[Outline] = ()) -> Buildings:
    """Put a house on every outline of the map, and line built-up roads with others.

    These keep off roads, sidewalks and each other, and 60 m from the map's own: a map that has
    houses somewhere is taken to know the gaps between them.
    """
    kinds = house_kinds(seed)
    if outlines:
        highest = max(o.height_m for o in outlines) + _HIGHER_M
        kinds = [kind for kind in kinds if kind.eaves_m <= highest]
    scene = Scene()
    ground = network.ground
    known = shapely.union_all([o.polygon for o in outlines])
    taken = _Taken(shapely.union_all([ground.road, ground.raised, known.buffer(_MAPPED_M)]))
    rng = stream(seed, "city/houses")
    for row in _rows(network):
        _line_up(network, row, kinds, taken, scene, rng, seed)
    by_name = {kind.name: kind for kind in kinds}
    for n in _open_sided(taken.footprints):
        placement = scene.placements[n]
        corner = corner_house(by_name[placement.prototype])
        by_name[corner.name] = corner
        scene.placements[n] = replace(placement, prototype=corner.name)
    for name in dict.fromkeys(p.prototype for p in scene.placements):
        prototype, meshes = house(by_name[name])
        scene.prototypes.append(prototype)
        scene.meshes.extend(meshes)
    scene.extend(build_outlines(network, outlines, seed))
    return Buildings(scene, [*taken.footprints, *(o.polygon for o in outlines)])


class _Taken:
    """Ground that is no longer free."""

    def __init__(self, streets: Shape) -> None:
        self._streets = streets
        shapely.prepare(self._streets)
        self.footprints: list[Shape] = []
        self._centers = np.zeros((0, 2))

    def is_free(self, footprint: Shape) -> bool:
        if self._streets.intersects(footprint):
            return False
        center = np.array(footprint.centroid.coords[0])
        near = np.flatnonzero(np.linalg.norm(self._centers - center, axis=1) < 40.0)
        # Neighbours may share a wall.
        inner = footprint.buffer(-0.05)
        return not any(self.footprints[i].intersects(inner) for i in near)

    def add(self, footprint: Shape) -> None:
        self.footprints.append(footprint)
        self._centers = np.vstack([self._centers, footprint.centroid.coords[0]])


def _open_sided(footprints: list[Shape]) -> list[int]:
    """Return the numbers of the houses that have no neighbour at one of their sides."""
    tree = shapely.STRtree(footprints)
    found = []
    for n, footprint in enumerate(footprints):
        # Corners run: front left, front right, back right, back left (see `_footprint`).
        a, b, c, d = np.asarray(footprint.exterior.coords)[:4]
        for near, far, way in ((a, d, a - b), (b, c, b - a)):
            out = way / np.linalg.norm(way)
            probe = shapely.Point((near + far) / 2 + 1.0 * out)
            if not len(tree.query(probe, predicate="within")):
                found.append(n)
                break
    return found


def _rows(network: RoadNetwork) -> Iterator[Row]:
    ground = network.ground
    for edge_id in sorted(built_up_edges(network)):
        lanes = network.lanes_of(edge_id)
        town = any(lane.kind == "parking" for lane in lanes)
        setback = TOWN_SETBACK_M if town else VERGE_M
        outer = ground.drawn_line(lanes[0])
        yield Row(edge_id, polylines.offset(outer, -lanes[0].width_m / 2 - setback))
        if network.reverse_edge(edge_id) is None:
            inner = ground.drawn_line(lanes[-1])
            line = polylines.offset(inner, lanes[-1].width_m / 2 + setback)
            yield Row(edge_id, line[::-1])


def _line_up(
    network: RoadNetwork,
    row: Row,
    kinds: list[HouseKind],
    taken: _Taken,
    scene: Scene,
    rng: np.random.Generator,
    seed: int,
) -> None:
    end = float(polylines.lengths(row.line)[-1]) + _AROUND_CORNERS_M
    s = -_AROUND_CORNERS_M
    last = ""
    while s < end:
        order = rng.permutation(len(kinds))
        plots: dict[float, tuple[Array, Shape | None]] = {}  # by width
        for n in order:
            kind = kinds[int(n)]
            if kind.name == last or s + kind.width_m > end:
                continue
            if kind.width_m not in plots:
                front = polylines.at(row.line[:, :2], [s, s + kind.width_m])
                footprint = _footprint(front, kind)
                free = footprint is not None and taken.is_free(footprint)
                plots[kind.width_m] = front, footprint if free else None
            front, footprint = plots[kind.width_m]
            if footprint is not None:
                taken.add(footprint)
                scene.placements.append(
                    _place(network, kind, front, len(taken.footprints), rng, seed)
                )
                last = kind.name
                s += kind.width_m
                break
        else:
            s += _STEP_M


def _footprint(front: Array, kind: HouseKind) -> Shape | None:
    """Return the rectangle behind the front, None where the street bends too much for it."""
    way = front[1] - front[0]
    length = float(np.linalg.norm(way))
    if length < 0.97 * kind.width_m:
        return None
    way /= length
    behind = np.array([way[1], -way[0]])  # the street is on the left
    middle = front.mean(axis=0)
    a, b = middle - way * kind.width_m / 2, middle + way * kind.width_m / 2
    return shapely.Polygon([a, b, b + behind * DEPTH_M, a + behind * DEPTH_M])


def _place(
    network: RoadNetwork,
    kind: HouseKind,
    front: Array,
    number: int,
    rng: np.random.Generator,
    seed: int,
) -> Placement:
    middle = front.mean(axis=0)
    way = front[1] - front[0]
    facing = float(np.arctan2(way[0], -way[1]))  # the way turned left, towards the street
    tints = _BRICK_TINTS if kind.wall == "brick" else _PLASTER_TINTS
    wall = np.array(tints[int(rng.integers(0, len(tints)))]) * rng.uniform(0.92, 1.06)
    awning = _AWNING_TINTS[int(rng.integers(0, len(_AWNING_TINTS)))]
    z = float(network.ground_height(middle)[0])
    return Placement(
        name=f"house/{number}",
        prototype=kind.name,
        pose=Pose.from_xyz_yaw(float(middle[0]), float(middle[1]), z, facing),
        semantic=SemanticClass.BUILDING,
        tints=((float(wall[0]), float(wall[1]), float(wall[2])), awning),
        night_lamps=lights_on(f"house/{number}", seed),
    )
