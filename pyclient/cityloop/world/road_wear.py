"""What use leaves on roads: tracks and cracks along the lanes, patches, manhole covers, drains.

All of it is part of the road's surface, cut out of the plain asphalt, level with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.world import polylines
from cityloop.world.ground import Shape, polygons, ribbon
from cityloop.world.network import Lane, RoadNetwork
from cityloop.world.road_class import is_quiet
from cityloop.world.road_textures import (
    DRAIN,
    LANE_COLUMNS,
    LANE_REPEAT_M,
    MANHOLES,
    PATCHES,
    Box,
)
from cityloop.world.scene import TEXTURE_SIZE
from cityloop.world.streams import stream

Array = NDArray[np.float64]

_BESIDE_M = 0.12  # between a lane's worn strip and its border, under the paint
_APART_M = 0.25  # between pieces
_EDGE_M = 0.06  # kept from the road's outline
_SHORTEST_M = 4.0  # of a worn strip
_GRID_M = 0.01
_CLOSE_M = 0.05  # between a cut across a lane and a bend of it
# Materials and columns of the textures of lanes, and how often a repeat is of each.
_SURFACES = (("lane", 0), ("lane", 1), ("lane_worn", 0), ("lane_worn", 1))
_SHARES = (0.66, 0.16, 0.10, 0.08)
_PATCH_EVERY_M = 45.0
_PATCH_M = ((1.6, 5.0), (0.8, 1.5))  # along the lane, across it
_MANHOLE_EVERY_M = 38.0
_MANHOLE_M = 0.33  # radius
_DRAIN_EVERY_M = 26.0
_DRAIN_M = (0.52, 0.32)  # along the kerb, across it
_AT_KERB_M = 0.05


@dataclass(frozen=True)
class WornPiece:
    """A piece of the road's surface.

    Attributes:
        area: polygon, world's plane, metres.
        material: its name.
        uv: texture coordinates (N, 2) of points (N, 2), metres.
    """

    area: Shape
    material: str
    uv: Callable[[Array], Array]


def wear_roads(network: RoadNetwork, seed: int) -> list[WornPiece]:
    """Return worn pieces, none of which overlap, on the carriageway of a network."""
    return _Wear(network, seed).pieces()


@dataclass
class _Wear:
    network: RoadNetwork
    seed: int
    _found: list[WornPiece] = field(default_factory=list)
    _spans: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def pieces(self) -> list[WornPiece]:
        ground = self.network.ground
        free = ground.road.buffer(-_EDGE_M, join_style="mitre")
        free = free.difference(shapely.union_all([bed.buffer(_EDGE_M) for bed in ground.beds]))
        shapely.prepare(free)
        lanes = [lane for lane in self.network.lanes.values() if lane.kind == "driving"]
        for lane in lanes:
            self._set_in(lane, free)
        for edge in self.network.edges:
            self._drains(edge, free)
        inlays = list(self._found)
        tree = shapely.STRtree([piece.area for piece in inlays])
        strips: list[Shape] = []
        for lane in lanes:
            strip = self._strip(lane, free, strips)
            if strip.is_empty:
                continue
            strips.append(strip)
            cuts = [inlays[i].area for i in np.sort(tree.query(strip, predicate="intersects"))]
            open_strip = strip.difference(shapely.union_all(cuts)) if cuts else strip
            self._found.extend(self._surface(lane, open_strip))
        return self._found

    def _strip(self, lane: Lane, free: Shape, before: list[Shape]) -> Shape:
        """Return the part of a lane that is worn, apart from those of other lanes."""
        line = self.network.ground.drawn_line(lane)
        strip = ribbon(line, lane.width_m - 2 * _BESIDE_M).intersection(free)
        # The outermost lanes of a road with shoulders may overlap those that join it.
        for other in before:
            if strip.intersects(other):
                strip = strip.difference(other.buffer(_APART_M, join_style="mitre"))
        wide = strip.buffer(-0.3, join_style="mitre").buffer(0.3, join_style="mitre")
        # On a grid, then off it: shapes that stay on one round all that they are cut with.
        plain = shapely.simplify(wide, 1.5 * _GRID_M)
        return shapely.set_precision(shapely.set_precision(plain, _GRID_M), 0.0)

    def _surface(self, lane: Lane, strip: Shape) -> Iterator[WornPiece]:
        """Cut a strip along its lane into runs of the same look."""
        line = self.network.ground.drawn_line(lane)
        total = float(polylines.lengths(line)[-1])
        if total < _SHORTEST_M:
            return
        count = max(1, int(np.ceil(total / LANE_REPEAT_M)))
        rng = stream(self.seed, f"city/wear/{lane.id}")
        looks = rng.choice(len(_SHARES), count, p=_SHARES)
        for n in range(1, count):
            if any(a < n * LANE_REPEAT_M < b for a, b in self._spans.get(lane.id, ())):
                looks[n] = looks[n - 1]  # no cut beside a patch: splinters would be left
        starts = [0, *(np.flatnonzero(np.diff(looks)) + 1).tolist(), count]
        vertices = polylines.lengths(line)
        ends = [_off_vertices(n * LANE_REPEAT_M, vertices) if 0 < n < count else n for n in starts]
        for (first, last), (a, b) in zip(pairwise(starts), pairwise(ends), strict=True):
            material, column = _SURFACES[int(looks[first])]
            run = strip
            if first or last < count:
                piece = polylines.between(
                    line, a if first else -1.0, b if last < count else total + 1
                )
                run = strip.intersection(ribbon(piece, lane.width_m))
            uv = _along(line, lane.width_m, column)
            for polygon in polygons(run):
                if polygon.area > 0.05:
                    yield WornPiece(polygon, material, uv)

    def _set_in(self, lane: Lane, free: Shape) -> None:
        """Lay patches and manhole covers into a lane."""
        line = self.network.ground.drawn_line(lane)
        total = float(polylines.lengths(line)[-1])
        rng = stream(self.seed, f"city/covers/{lane.id}")
        spans = self._spans.setdefault(lane.id, [])
        few = 1.6 if is_quiet(self.network, lane.edge_id) else 1.0
        s = rng.uniform(4.0, _PATCH_EVERY_M)
        while s < total - 8.0:
            long, wide = rng.uniform(*_PATCH_M[0]), rng.uniform(*_PATCH_M[1])
            room = lane.width_m / 2 - _BESIDE_M - wide / 2 - 0.1
            aside = rng.uniform(-max(room, 0.0), max(room, 0.0))
            box = PATCHES[int(rng.integers(0, len(PATCHES)))]
            if room > 0:
                self._inlay(line, s + long / 2, aside, (long, wide), box, free)
                spans.append((s - _APART_M, s + long + _APART_M))
            s += long + rng.exponential(_PATCH_EVERY_M * few)
        s = rng.uniform(6.0, _MANHOLE_EVERY_M)
        while s < total - 6.0:
            aside, box = rng.normal(0.0, 0.35), MANHOLES[int(rng.integers(0, len(MANHOLES)))]
            aside = float(np.clip(aside, -0.8, 0.8))
            if lane.width_m > 2.6:
                self._inlay(line, s, aside, (2 * _MANHOLE_M,) * 2, box, free, sides=14)
                spans.append((s - _MANHOLE_M - _APART_M, s + _MANHOLE_M + _APART_M))
            s += rng.uniform(0.6, 1.4) * _MANHOLE_EVERY_M * few

    def _drains(self, edge: str, free: Shape) -> None:
        """Lay drains along the kerb of a sidewalk."""
        outer = self.network.lanes_of(edge)[0]
        if outer.kind != "sidewalk" or not self.network.lanes_of(edge, "driving"):
            return
        line = self.network.ground.drawn_line(outer)
        total = float(polylines.lengths(line)[-1])
        rng = stream(self.seed, f"city/drains/{edge}")
        s = rng.uniform(3.0, 10.0)
        while s < total - 2.0:
            aside = outer.width_m / 2 + _EDGE_M + _AT_KERB_M + _DRAIN_M[1] / 2
            self._inlay(line, s, aside, _DRAIN_M, DRAIN, free)
            s += _DRAIN_EVERY_M

    def _inlay(
        self, line: Array, s: float, left_m: float, size: tuple[float, float], box: Box,
        free: Shape, sides: int = 0,
    ) -> None:  # fmt: skip
        """Lay a rectangle, or a round with `sides`, at a place along a line, if it is free."""
        way = polylines.directions(line, s)[0]
        left = np.array([-way[1], way[0]])
        middle = polylines.at(line[:, :2], s)[0] + left_m * left
        half = np.array(size) / 2
        if sides:
            angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
            unit = np.column_stack([np.cos(angle), np.sin(angle)])
        else:
            unit = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
        area = shapely.Polygon(middle + unit * half @ np.stack([way, left]))
        if not free.contains(area) or any(
            piece.area.dwithin(area, _APART_M) for piece in self._found[-60:]
        ):
            return
        x, y, w, h = box

        def uv(points: Array) -> Array:
            local = np.clip((points - middle) @ np.stack([way, left]).T / half, -1.0, 1.0)
            share = 0.5 + 0.49 * local * (1, -1)
            return (share * (w, h) + (x, y)) / TEXTURE_SIZE

        self._found.append(WornPiece(area, "road_details", uv))


def _off_vertices(s: float, vertices: Array) -> float:
    """Return `s`, or a length beside it where a cut would leave a splinter at a bend."""
    return next(
        (s + d for d in (0.0, 0.1, -0.1, 0.2) if np.abs(vertices - s - d).min() > _CLOSE_M), s
    )


def _along(line: Array, width_m: float, column: int) -> Callable[[Array], Array]:
    """Return the texture coordinates of points on a lane: across it, and along."""
    start, step = line[:-1, :2], np.diff(line[:, :2], axis=0)
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    way = step / length[:, None]
    before = polylines.lengths(line)[:-1]

    def uv(points: Array) -> Array:
        away = points[:, None] - start
        along = np.clip(np.einsum("nkd,kd->nk", away, way), 0.0, length)
        gap = away - along[..., None] * way
        best = np.argmin(np.einsum("nkd,nkd->nk", gap, gap), axis=1)
        row = np.arange(len(points))
        off = away[row, best]
        aside = way[best, 0] * off[:, 1] - way[best, 1] * off[:, 0]
        # Lanes are read with their right side at u = 0.
        u = (column + np.clip(0.5 + aside / width_m, 0.01, 0.99)) / LANE_COLUMNS
        return np.column_stack([u, -(before[best] + along[row, best]) / LANE_REPEAT_M])

    return uv
