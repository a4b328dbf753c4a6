"""Meshes of the ground: carriageway, kerbs, sidewalks and the land around, tile by tile."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world.ground import (
    KERB_HEIGHT_M,
    KERB_WIDTH_M,
    Ground,
    Shape,
    polygons,
)
from cityloop.world.markings import Markings
from cityloop.world.meshing import MeshBuilder, triangulate
from cityloop.world.network import RoadNetwork
from cityloop.world.scene import LevelOfDetail, MeshCollider, Part, Placement, Prototype, Scene
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]

TILE_M = 60.0
MARGIN_M = 45.0  # land in tiles around the drawn roads
HORIZON_M = 1500.0  # land in one piece beyond

_MARKING_HEIGHT_M = 0.004
_DRAWN_TO_M = 2500.0
_BED_FRAME_M = 0.12  # of stone around a planted bed
_ASPHALT_M, _PAVING_M, _GRASS_M, _KERB_M = 7.0, 3.0, 8.0, 2.0  # one repeat of each texture


@dataclass
class _Tile:
    center: Array
    ground: MeshBuilder = field(default_factory=MeshBuilder)
    marking: MeshBuilder = field(default_factory=MeshBuilder)


def build_streets(network: RoadNetwork, markings: Markings, yards: Shape) -> Scene:
    """Return meshes, prototypes and placements of the ground of a network.

    `yards` is where the land beside the sidewalks is paved. The materials "asphalt", "paving",
    "kerb", "grass", "marking" come from `cityloop.world.textures`.
    """
    return _Streets(network.ground, markings, yards).build()


class _Streets:
    def __init__(self, ground: Ground, markings: Markings, yards: Shape) -> None:
        self._ground = ground
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
        edge = ground.road.buffer(KERB_WIDTH_M, join_style="mitre").difference(ground.road)
        ramps = ground.ramps
        raised = ground.raised.union(yards.difference(ground.road))
        land = shapely.box(*self._low, *self._high).difference(ground.road)
        beside = land.difference(edge)
        beds = shapely.union_all(ground.beds)
        soil = shapely.union_all([bed.buffer(-_BED_FRAME_M) for bed in ground.beds])
        # (area, whether it lies at the road's level, material, metres of a repeat)
        self._areas: list[tuple[Shape, bool, str, float]] = [
            (ground.road.difference(beds), True, "asphalt", _ASPHALT_M),
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
            for tile, piece in self._cut(area):
                self._surface(tile, piece, on_road, material, repeat)
        self._kerb_faces()
        self._paint()
        scene = Scene()
        for n, tile in enumerate(self._tiles):
            self._finish(scene, n, tile)
        self._horizon(scene)
        return scene

    def _cut(self, area: Shape) -> Iterable[tuple[_Tile, Shape]]:
        """Yield the polygons of an area, each inside one tile."""
        if area.is_empty:
            return
        bounds = np.array(area.bounds).reshape(2, 2)
        first = np.clip(np.floor((bounds[0] - self._low) / TILE_M), 0, self._count - 1).astype(int)
        last = np.clip(np.floor((bounds[1] - self._low) / TILE_M), 0, self._count - 1).astype(int)
        for j in range(first[1], last[1] + 1):
            for i in range(first[0], last[0] + 1):
                tile = self._tiles[j * self._count[0] + i]
                box = shapely.box(*(tile.center - TILE_M / 2), *(tile.center + TILE_M / 2))
                for polygon in polygons(area.intersection(box)):
                    yield tile, polygon

    def _surface(
        self, tile: _Tile, piece: Shape, on_road: bool, material: str, repeat: float
    ) -> None:
        vertices, triangles = triangulate(piece)
        height = self._ground.elevation if on_road else self._ground.raised_height
        z = height(vertices)
        positions = np.column_stack([vertices - tile.center, z])
        tile.ground.triangles(
            positions, triangles, material, uvs=vertices * [1, -1] / repeat, smooth_deg=20.0
        )

    def _kerb_faces(self) -> None:
        """Stand the kerbs' faces along the road's edge, lower where ramps are."""
        outline = self._ground.road.boundary
        ramps = self._ground.ramps.buffer(0.01)
        cuts = [outline.difference(ramps)]
        cuts += [outline.intersection(p.buffer(0.01)) for p in self._ground.ramp_pieces]
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
        low = self._ground.elevation(ends.reshape(-1, 2)).reshape(-1, 2)
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
        vertices, triangles, materials = self._markings.triangles()
        if not len(triangles):
            return
        z = self._ground.elevation(vertices) + _MARKING_HEIGHT_M
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
        """Lay four pieces of land around the tiles, out to the horizon."""
        (x0, y0), (x1, y1) = self._low, self._high
        far = HORIZON_M
        builder = MeshBuilder()
        center = (self._low + self._high) / 2
        for box in (
            shapely.box(x0 - far, y1, x1 + far, y1 + far),
            shapely.box(x0 - far, y0 - far, x1 + far, y0),
            shapely.box(x0 - far, y0, x0, y1),
            shapely.box(x1, y0, x1 + far, y1),
        ):
            vertices, triangles = triangulate(box)
            # Along the tiles the land keeps their height; far out nobody sees the step.
            nearest = np.clip(vertices, self._low, self._high)
            z = self._ground.elevation(nearest) + KERB_HEIGHT_M
            positions = np.column_stack([vertices - center, z])
            builder.triangles(positions, triangles, "grass", uvs=vertices * [1, -1] / _GRASS_M)
        mesh = builder.build("ground/horizon")
        scene.meshes.append(mesh)
        part = Part("ground", (LevelOfDetail(mesh.name, 2 * HORIZON_M),))
        scene.prototypes.append(Prototype(mesh.name, (part,), (MeshCollider(mesh.name),)))
        pose = Pose.from_xyz_yaw(float(center[0]), float(center[1]))
        scene.placements.append(Placement(mesh.name, mesh.name, pose, SemanticClass.TERRAIN))
