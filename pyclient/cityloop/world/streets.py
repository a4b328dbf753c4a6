"""Meshes of the ground: carriageway, kerbs, sidewalks and the land around, tile by tile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world.ground import (
    KERB_WIDTH_M,
    UNEVEN_M,
    Ground,
    Shape,
    polygons,
)
from cityloop.world.markings import Markings
from cityloop.world.meshing import MeshBuilder, triangulate
from cityloop.world.network import RoadNetwork
from cityloop.world.road_wear import WornPiece
from cityloop.world.scene import LevelOfDetail, MeshCollider, Part, Placement, Prototype, Scene
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]

TILE_M = 60.0
MARGIN_M = 45.0  # land in tiles around the drawn roads
HORIZON_M = 1500.0  # land in one piece beyond

_FINEST = 32  # most cells along a tile's side
_PROBES = 64  # heights along a tile's side that its division is judged by
_DRAWN_TO_M = 2500.0
_BED_FRAME_M = 0.12  # of stone around a planted bed
_FOOT_M = 0.02  # of a kerb's face below the road
_ASPHALT_M, _PAVING_M, _GRASS_M, _KERB_M = 7.0, 3.0, 8.0, 2.0  # one repeat of each texture


@dataclass(eq=False)
class _Tile:
    """A square of the ground.

    Attributes:
        cells: how many cells along a side the square is divided into, so that each is nearly flat.
        edge_cells: into how many each side (south, north, west, east) is divided: as many as the
            finer of the two tiles that share it, so that no crack opens between them.
    """

    center: Array
    cells: int = 1
    edge_cells: tuple[int, int, int, int] = (1, 1, 1, 1)
    ground: MeshBuilder = field(default_factory=MeshBuilder)
    marking: MeshBuilder = field(default_factory=MeshBuilder)

    @property
    def box(self) -> Shape:
        """The square itself."""
        return shapely.box(*(self.center - TILE_M / 2), *(self.center + TILE_M / 2))

    @cached_property
    def squares(self) -> shapely.STRtree:
        """The squares that it is divided into, with extra corners along divided sides."""
        low, n = self.center - TILE_M / 2, self.cells
        size = TILE_M / n
        squares = []
        for j in range(n):
            for i in range(n):
                x0, y0 = low + size * np.array([i, j])
                at_rim = (j == 0, j == n - 1, i == 0, i == n - 1)
                south, north, west, east = (
                    count // n if rim else 1
                    for count, rim in zip(self.edge_cells, at_rim, strict=True)
                )
                ring = [(x0 + size * k / south, y0) for k in range(south)]
                ring += [(x0 + size, y0 + size * k / east) for k in range(east)]
                ring += [(x0 + size - size * k / north, y0 + size) for k in range(north)]
                ring += [(x0, y0 + size - size * k / west) for k in range(west)]
                squares.append(shapely.Polygon(ring))
        return shapely.STRtree(squares)

    def cut(self, shape: Shape) -> Iterable[Shape]:
        """Yield what of a shape lies in each square."""
        within = shape.intersection(self.box)
        if within.is_empty:
            return
        tree = self.squares
        yield from shapely.intersection(within, tree.geometries[np.sort(tree.query(within))])


def build_streets(
    network: RoadNetwork, markings: Markings, yards: Shape, worn: Sequence[WornPiece] = ()
) -> Scene:
    """Return meshes, prototypes and placements of the ground of a network.

    `yards` is where the land beside the sidewalks is paved; `worn` are pieces of the carriageway
    that are not plain asphalt. The materials "asphalt", "paving",
    "kerb", "grass", "marking" come from `cityloop.world.textures`.
    """
    return _Streets(network.ground, markings, yards, worn).build()


class _Streets:
    def __init__(
        self, ground: Ground, markings: Markings, yards: Shape, worn: Sequence[WornPiece]
    ) -> None:
        self._ground = ground
        self._worn = worn
        self._markings = markings
        x0, y0, x1, y1 = ground.road.union(ground.raised).bounds
        low = np.floor((np.array([x0, y0]) - MARGIN_M) / TILE_M)
        high = np.ceil((np.array([x1, y1]) + MARGIN_M) / TILE_M)
        self._low = low * TILE_M
        self._count = (high - low).astype(int)
        self._high = self._low + self._count * TILE_M
        self._tiles = [
            _Tile(self._low + (np.array([i, j]) + 0.5) * TILE_M)
            for j in range(self._count[1])
            for i in range(self._count[0])
        ]
        self._divide()
        kerb = KERB_WIDTH_M if ground.kerb_m else 0.0
        edge = ground.road.buffer(kerb, join_style="mitre").difference(ground.road)
        ramps = ground.ramps
        raised = ground.raised.union(yards.difference(ground.road))
        land = shapely.box(*self._low, *self._high).difference(ground.road)
        beside = land.difference(edge)
        beds = shapely.union_all(ground.beds)
        soil = shapely.union_all([bed.buffer(-_BED_FRAME_M) for bed in ground.beds])
        # (area, whether it lies at the road's level, material, metres of a repeat)
        self._areas: list[tuple[Shape, bool, str, float]] = [
            (
                # Off the grid that its vertices lie on, which would round those of the cuts.
                shapely.set_precision(ground.road, 0.0).difference(
                    shapely.union_all([beds, *(p.area for p in worn)])
                ),
                True,
                "asphalt",
                _ASPHALT_M,
            ),
            (beds.difference(soil), True, "kerb", _KERB_M),
            (soil, True, "grass", _GRASS_M),
            (edge.difference(ramps), False, "kerb", _KERB_M),
            (raised.difference(edge).difference(ramps), False, "paving", _PAVING_M),
            (beside.difference(raised), False, "grass", _GRASS_M),
        ]
        for piece in ground.ramp_pieces:
            self._areas.append((piece.intersection(edge), False, "kerb", _KERB_M))
            self._areas.append((piece.difference(edge), False, "paving", _PAVING_M))

    def build(self) -> Scene:
        for area, on_road, material, repeat in self._areas:
            for tile in self._tiles_near(area):
                pieces = [p for piece in tile.cut(area) for p in polygons(piece)]
                if pieces:
                    self._surface(tile, pieces, on_road, material, repeat)
        self._worn_pieces()
        if self._ground.kerb_m:
            self._kerb_faces()
        self._paint()
        scene = Scene()
        for n, tile in enumerate(self._tiles):
            self._finish(scene, n, tile)
        self._horizon(scene)
        return scene

    def _divide(self) -> None:
        """Choose how finely each tile is cut, by how far from flat the land in it is."""
        land = self._ground.land
        if land.is_flat:
            return
        share = np.linspace(-0.5, 0.5, _PROBES + 1) * TILE_M
        probes = np.stack(np.meshgrid(share, share), axis=-1)
        for tile in self._tiles:
            z = land((tile.center + probes).reshape(-1, 2)).reshape(probes.shape[:2])
            tile.cells = next(
                (n for n in (1, 2, 4, 8, 16) if _unevenness(z, n) <= UNEVEN_M), _FINEST
            )
        columns, rows = self._count
        cells = np.array([t.cells for t in self._tiles]).reshape(rows, columns)
        wide = np.pad(cells, 1, mode="edge")
        for n, tile in enumerate(self._tiles):
            j, i = divmod(n, columns)
            around = (wide[j, i + 1], wide[j + 2, i + 1], wide[j + 1, i], wide[j + 1, i + 2])
            south, north, west, east = (max(tile.cells, int(other)) for other in around)
            tile.edge_cells = (south, north, west, east)

    def _tiles_near(self, shape: Shape) -> Iterable[_Tile]:
        """Yield the tiles that the bounds of a shape touch."""
        if shape.is_empty:
            return
        bounds = np.array(shape.bounds).reshape(2, 2)
        first, last = np.clip(np.floor((bounds - self._low) / TILE_M), 0, self._count - 1)
        for j in range(int(first[1]), int(last[1]) + 1):
            for i in range(int(first[0]), int(last[0]) + 1):
                yield self._tiles[j * self._count[0] + i]

    def _surface(
        self, tile: _Tile, pieces: list[Shape], on_road: bool, material: str, repeat: float
    ) -> None:
        vertices, triangles = triangulate(np.array(pieces))
        height = self._ground.elevation if on_road else self._ground.raised_height
        z = height(vertices)
        positions = np.column_stack([vertices - tile.center, z])
        tile.ground.triangles(
            positions, triangles, material, uvs=vertices * [1, -1] / repeat, smooth_deg=20.0
        )

    def _worn_pieces(self) -> None:
        """Lay the worn pieces; those of one look in a tile go into its mesh together."""
        laid: dict[tuple[int, str], list[tuple[Array, NDArray[np.int64], Array]]] = {}
        for worn in self._worn:
            for tile in self._tiles_near(worn.area):
                pieces = [p for cut in tile.cut(worn.area) for p in polygons(cut)]
                if pieces:
                    vertices, triangles = triangulate(np.array(pieces))
                    key = (self._tiles.index(tile), worn.material)
                    laid.setdefault(key, []).append((vertices, triangles, worn.uv(vertices)))
        for (number, material), parts in laid.items():
            tile = self._tiles[number]
            vertices = np.concatenate([part[0] for part in parts])
            first = np.cumsum([0, *(len(part[0]) for part in parts[:-1])])
            index = [part[1] + n for part, n in zip(parts, first, strict=True)]
            tile.ground.triangles(
                np.column_stack([vertices - tile.center, self._ground.elevation(vertices)]),
                np.concatenate(index),
                material,
                uvs=np.concatenate([part[2] for part in parts]),
                smooth_deg=20.0,
            )

    def _kerb_faces(self) -> None:
        """Stand the kerbs' faces along the road's edge, lower where ramps are.

        Their upper corners are those of the kerbs' tops, and they reach below the road, which has
        corners of its own: so no crack opens that one could see the sky through.
        """
        outline = self._ground.road.boundary
        ramps = self._ground.ramps.buffer(0.01)
        cuts = [outline.difference(ramps)]
        cuts += [outline.intersection(p.buffer(0.01)) for p in self._ground.ramp_pieces]
        cuts = [piece for c in cuts for tile in self._tiles_near(c) for piece in tile.cut(c)]
        segments = []
        for cut in cuts:
            for line in shapely.get_parts(cut):
                if line.geom_type == "LineString":
                    points = np.asarray(line.coords)[:, :2]
                    segments.append(np.stack([points[:-1], points[1:]], axis=1))
        ends = np.concatenate(segments)
        ends = ends[np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) > 1e-3]
        way = ends[:, 1] - ends[:, 0]
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        # The road must lie to the right: seen from there a face then turns counter-clockwise.
        right = ends.mean(axis=1) + 0.01 * np.stack([way[:, 1], -way[:, 0]], axis=1)
        turned = ~shapely.contains_xy(self._ground.road, right[:, 0], right[:, 1])
        ends[turned] = ends[turned][:, ::-1]
        low = self._ground.elevation(ends.reshape(-1, 2)).reshape(-1, 2) - _FOOT_M
        high = self._ground.raised_height(ends.reshape(-1, 2)).reshape(-1, 2)
        run = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
        for n, tile in enumerate(self._tiles):
            mine = self._tile_of(ends.mean(axis=1)) == n
            if not mine.any():
                continue
            e = ends[mine] - tile.center
            corners = np.stack(
                [
                    np.column_stack([e[:, 0], low[mine][:, 0]]),
                    np.column_stack([e[:, 1], low[mine][:, 1]]),
                    np.column_stack([e[:, 1], high[mine][:, 1]]),
                    np.column_stack([e[:, 0], high[mine][:, 0]]),
                ],
                axis=1,
            )
            u = np.zeros((len(e), 4))
            u[:, [1, 2]] = run[mine][:, None]
            uvs = np.stack([u, -corners[..., 2]], axis=-1) / _KERB_M
            tile.ground.quads(corners, "kerb", uvs=uvs)

    def _tile_of(self, points: Array) -> NDArray[np.int64]:
        cell = np.floor((points - self._low) / TILE_M).astype(np.int64)
        return np.asarray(cell[:, 1] * self._count[0] + cell[:, 0])

    def _paint(self) -> None:
        markings = self._markings
        if not self._ground.land.is_flat:
            markings = Markings()
            for mark in self._markings.pieces:
                paint = shapely.Polygon(mark.outline)
                for tile in self._tiles_near(paint):
                    for piece in tile.cut(paint):
                        markings.area(piece, mark.kind, mark.color)
        vertices, triangles, materials = markings.triangles()
        if not len(triangles):
            return
        z = self._ground.paint_height(vertices)
        owner = self._tile_of(vertices[triangles].mean(axis=1))
        for n in np.unique(owner):
            tile = self._tiles[n]
            mine = np.flatnonzero(owner == n)
            used, index = np.unique(triangles[mine], return_inverse=True)
            positions = np.column_stack([vertices[used] - tile.center, z[used]])
            tile.marking.triangles(
                positions,
                index.reshape(-1, 3),
                [materials[i] for i in mine],
                uvs=vertices[used] * [1, -1] / _PAVING_M,
                normals=np.broadcast_to([0.0, 0.0, 1.0], positions.shape),
            )

    @staticmethod
    def _finish(scene: Scene, n: int, tile: _Tile) -> None:
        if not tile.ground.triangle_count:
            return
        ground = tile.ground.build(f"ground/{n}")
        parts = [Part("ground", (LevelOfDetail(ground.name, _DRAWN_TO_M),))]
        scene.meshes.append(ground)
        if tile.marking.triangle_count:
            marking = tile.marking.build(f"marking/{n}")
            scene.meshes.append(marking)
            parts.append(Part("marking", (LevelOfDetail(marking.name, _DRAWN_TO_M),)))
        scene.prototypes.append(
            Prototype(f"ground/{n}", tuple(parts), (MeshCollider(ground.name),))
        )
        scene.placements.append(
            Placement(
                f"ground/{n}",
                f"ground/{n}",
                Pose.from_xyz_yaw(float(tile.center[0]), float(tile.center[1])),
                SemanticClass.ROAD,
            )
        )

    def _horizon(self, scene: Scene) -> None:
        """Lay land around the tiles, level out to the horizon; its rim follows theirs."""
        inner = self._rim()
        z = self._ground.elevation(inner) + self._ground.kerb_m
        center = (self._low + self._high) / 2
        outer = center + (inner - center) * (1.0 + HORIZON_M / np.abs(self._high - center))
        far = np.full(len(outer), z.mean())
        near = np.column_stack([inner - center, z])
        away = np.column_stack([outer - center, far])
        # Counter-clockwise round the rim: the outside lies to the right.
        quads = np.stack([near, away, np.roll(away, -1, axis=0), np.roll(near, -1, axis=0)], axis=1)
        builder = MeshBuilder()
        world = quads[..., :2] + center
        builder.quads(quads, "grass", uvs=world * [1, -1] / _GRASS_M)
        mesh = builder.build("ground/horizon")
        scene.meshes.append(mesh)
        part = Part("ground", (LevelOfDetail(mesh.name, 2 * HORIZON_M),))
        scene.prototypes.append(Prototype(mesh.name, (part,), (MeshCollider(mesh.name),)))
        pose = Pose.from_xyz_yaw(float(center[0]), float(center[1]))
        scene.placements.append(Placement(mesh.name, mesh.name, pose, SemanticClass.TERRAIN))

    def _rim(self) -> Array:
        """Return (N, 2) the corners round the tiles, counter-clockwise, as finely as these are."""
        (x0, y0), (x1, y1) = self._low, self._high
        columns, rows = self._count
        grid = np.array(self._tiles, dtype=object).reshape(rows, columns)
        sides = [
            ([(t, 0) for t in grid[0]], (x0, y0), (1, 0)),
            ([(t, 3) for t in grid[:, -1]], (x1, y0), (0, 1)),
            ([(t, 1) for t in grid[-1][::-1]], (x1, y1), (-1, 0)),
            ([(t, 2) for t in grid[::-1, 0]], (x0, y1), (0, -1)),
        ]
        corners = []
        for tiles, start, way in sides:
            for n, (tile, side) in enumerate(tiles):
                steps = TILE_M * (n + np.arange(tile.edge_cells[side]) / tile.edge_cells[side])
                corners.append(np.array(start) + steps[:, None] * np.array(way))
        return np.concatenate(corners)


def _unevenness(z: Array, cells: int) -> float:
    """Return how far heights (N, N) over a square are from flat between `cells` corners a side."""
    step = (len(z) - 1) // cells
    corner = z[::step, ::step]
    share = np.arange(step) / step
    low = corner[:-1, :-1, None, None] * (1 - share) + corner[:-1, 1:, None, None] * share
    high = corner[1:, :-1, None, None] * (1 - share) + corner[1:, 1:, None, None] * share
    across = share[:, None]
    between = low * (1 - across) + high * across
    real = z[:-1, :-1].reshape(cells, step, cells, step).swapaxes(1, 2)
    return float(np.abs(real - between).max())
