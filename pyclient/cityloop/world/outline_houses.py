"""Houses on the outlines of a map: walls with windows and a door, flat or gabled roofs.

Body frame: origin on the ground in the middle of the outline, axes those of the world.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world.facade_textures import BAY_M, GROUND_CELLS, STOREY_CELLS
from cityloop.world.facades import FAR_M, NEAR_M
from cityloop.world.ground import Shape
from cityloop.world.house_walls import (
    WHOLE,
    Sheets,
    WindowLights,
    add_bay,
    add_flat_panes,
    cell_uv,
    lights_on,
    upright,
)
from cityloop.world.meshing import MeshBuilder, triangulate
from cityloop.world.network import RoadNetwork
from cityloop.world.osm import LEVEL_M, Outline
from cityloop.world.roofs import RoofPart, roof_parts
from cityloop.world.scene import LevelOfDetail, MeshCollider, Part, Placement, Prototype, Rgb, Scene
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream

Array = NDArray[np.float64]

PITCH_RAD = math.radians(38.0)
_EAVE_M, _VERGE_M = 0.4, 0.25  # how far a roof reaches beyond the walls below it and at its gables
_ROOF_M = 0.14  # its thickness
_PARAPET_M = 0.25
_FOUNDATION_M = 0.5
_RECESS_M = 0.14
_PLAIN_M = 1.4  # narrower walls have no window
_DOOR = (0, 1)  # of the ground floor's sheet
_PLASTER_M, _TILES_M, _GRAVEL_M = 4.0, 2.4, 3.0
_GARAGE_DOOR_M = (2.5, 2.1)

_TINTS: tuple[Rgb, ...] = (
    (0.78, 0.76, 0.70),
    (0.80, 0.79, 0.76),
    (0.72, 0.66, 0.50),
    (0.70, 0.62, 0.44),
    (0.62, 0.60, 0.56),
    (0.74, 0.58, 0.44),
)


@dataclass(frozen=True)
class _Wall:
    """A wall from `start` to `end` (2,), seen from outside from left to right, body frame."""

    start: Array
    end: Array

    @property
    def length_m(self) -> float:
        return float(np.linalg.norm(self.end - self.start))

    @property
    def place(self) -> Array:
        """(4, 4) from the wall's frame (+x out of the wall, y along it from `start`, z up)."""
        way = (self.end - self.start) / self.length_m
        matrix = np.eye(4)
        matrix[:2, 0], matrix[:2, 1] = [way[1], -way[0]], way
        matrix[:2, 3] = self.start
        return matrix


@dataclass(frozen=True)
class MapHouse:
    """Where the house on an outline of the map is solid.

    Attributes:
        name: of its placement.
        polygon: its footprint, world's plane, metres.
        ground_m: height at which it stands, world.
        bottom_m: of its foundation's foot, world.
        top_m: of its eaves, world.
    """

    name: str
    polygon: Shape
    ground_m: float
    bottom_m: float
    top_m: float


def map_houses(network: RoadNetwork, outlines: Sequence[Outline]) -> list[MapHouse]:
    """Return where the houses that `build_outlines` makes stand, in their order."""
    houses = []
    for n, outline in enumerate(outlines):
        ring = np.asarray(outline.polygon.exterior.coords)[:-1, :2]
        ground = network.ground_height(ring)
        z, foot = float(ground.mean()), float(ground.min()) - _FOUNDATION_M
        top = z + outline.height_m
        houses.append(MapHouse(f"outline/{n}", outline.polygon, z, foot, top))
    return houses


def build_outlines(network: RoadNetwork, outlines: Sequence[Outline], seed: int) -> Scene:
    """Return a house for each outline, on exactly that footprint."""
    scene = Scene()
    road = network.ground.road
    for stands, outline in zip(map_houses(network, outlines), outlines, strict=True):
        name, z = stands.name, stands.ground_m
        middle = np.asarray(outline.polygon.centroid.coords[0])
        depth = z - stands.bottom_m
        near, far = (_house(outline, middle, depth, road, near=near, name=name)
                     for near in (True, False))  # fmt: skip
        meshes = [near.build(f"{name}/near"), far.build(f"{name}/far")]
        levels = tuple(
            LevelOfDetail(mesh.name, distance)
            for mesh, distance in zip(meshes, (NEAR_M, FAR_M), strict=True)
        )
        scene.meshes += meshes
        scene.prototypes.append(
            Prototype(name, (Part("house", levels),), (MeshCollider(meshes[1].name),))
        )
        rng = stream(seed, f"city/{name}")
        tint = np.array(_TINTS[int(rng.integers(0, len(_TINTS)))]) * rng.uniform(0.94, 1.05)
        scene.placements.append(
            Placement(
                name=name,
                prototype=name,
                pose=Pose.from_xyz_yaw(float(middle[0]), float(middle[1]), z),
                semantic=SemanticClass.BUILDING,
                tints=((float(tint[0]), float(tint[1]), float(tint[2])),),
                night_lamps=lights_on(name, seed),
            )
        )
    return scene


def _house(
    outline: Outline, middle: Array, depth: float, road: Shape, *, near: bool, name: str
) -> MeshBuilder:
    builder = MeshBuilder()
    walls = [
        _Wall(np.array(a) - middle, np.array(b) - middle)
        for ring in (outline.polygon.exterior, *outline.polygon.interiors)
        for a, b in zip(ring.coords[:-1], ring.coords[1:], strict=True)
        if math.dist(a, b) > 1e-3
    ]
    front = _front(walls, middle, road)
    for n, wall in enumerate(walls):
        lights = WindowLights(f"{name}/{n}")
        side = _wall(outline, wall, depth, lights, front=n == front, near=near)
        builder.add(side, wall.place)
    body = shapely.transform(outline.polygon, lambda xy: xy - middle)
    parts = roof_parts(body) if outline.pitched else []
    if parts:
        # Porches and bays that no roof covers, and the attic's floor, close the house.
        points, index = triangulate(body)
        positions = np.column_stack([points, np.full(len(points), outline.height_m)])
        builder.triangles(positions, index, "trim", texture_m=_PLASTER_M)
        for part in parts:
            _gable(builder, part, outline.height_m)
        _chimney(builder, parts[0], outline.height_m)
    else:
        _flat(builder, body, outline.height_m)
    return builder


def _front(walls: list[_Wall], middle: Array, road: Shape) -> int:
    """Return the number of the wall with the door: a long one that looks at the road."""
    if road.is_empty:
        return 0

    def rank(wall: _Wall) -> float:
        away = road.distance(shapely.Point((wall.start + wall.end) / 2 + middle))
        return away + (0.0 if wall.length_m > 2 * _PLAIN_M else 50.0)

    return min(range(len(walls)), key=lambda n: rank(walls[n]))


def _wall(
    outline: Outline,
    wall: _Wall,
    depth: float,
    lights: WindowLights,
    *,
    front: bool,
    near: bool,
) -> MeshBuilder:
    """Return a wall in its frame, windows in whole bays in its middle, plain wall beside them."""
    builder = MeshBuilder()
    length, top = wall.length_m, outline.height_m
    bays = 0 if outline.shed or length < _PLAIN_M else max(1, int(length / BAY_M))
    levels = max(1, round(top / LEVEL_M))
    plain = [upright(0.0, 0.0, length, -depth, 0.0)]
    if not bays:
        plain.append(upright(0.0, 0.0, length, 0.0, top))
    wide = min(BAY_M, length)  # a narrow wall has one narrow bay
    side = (length - bays * wide) / 2
    if bays and side > 0.01:
        plain += [upright(0.0, 0.0, side, 0.0, top), upright(0.0, length - side, length, 0.0, top)]
    builder.quads(np.stack(plain), "wall_plaster", texture_m=_PLASTER_M)
    sheets = Sheets()
    for bay in range(bays):
        for level in range(levels):
            door = front and level == 0 and bay == bays // 2
            cell = _DOOR if door else (bay % 2, level % 2)
            hole = (GROUND_CELLS if door else STOREY_CELLS)[cell]
            sheet = "ground_plaster" if door else "storey_plaster"
            glow = None if door else lights.panes(sheets, bay, level)
            height = top / levels
            place = (side + bay * wide, level * height, height)
            walls, insets = sheets[f"facade_{sheet}"], sheets[f"inset_{sheet}"]
            if near:
                add_bay(walls, insets, glow, cell, hole, place, _RECESS_M, wide)
            else:
                y, z = place[:2]
                walls.add(upright(0.0, y, y + wide, z, z + height), cell_uv(cell, WHOLE))
                add_flat_panes(glow, hole, place, wide)
    sheets.into(builder)
    if front and outline.shed and length > _GARAGE_DOOR_M[0] + 0.3 and top > _GARAGE_DOOR_M[1]:
        half = _GARAGE_DOOR_M[0] / 2
        door_face = upright(0.03, length / 2 - half, length / 2 + half, 0.0, _GARAGE_DOOR_M[1])
        builder.quads(door_face[None], "metal_trim")
    return builder


def _flat(builder: MeshBuilder, body: Shape, top: float) -> None:
    """Lay a flat roof with a low parapet round it."""
    for polygon in shapely.get_parts(body.buffer(-0.25, join_style="mitre")):
        if polygon.geom_type == "Polygon" and not polygon.is_empty:
            points, index = triangulate(polygon)
            positions = np.column_stack([points, np.full(len(points), top)])
            builder.triangles(positions, index, "gravel", uvs=points * [1, -1] / _GRAVEL_M)
            for ring in (polygon.exterior, *polygon.interiors):
                # The parapet's inside: seen from the roof, the other way round.
                _band(builder, np.asarray(ring.coords)[::-1, :2], top, top + _PARAPET_M)
    for ring in (body.exterior, *body.interiors):
        _band(builder, np.asarray(ring.coords)[:, :2], top, top + _PARAPET_M)
    rim = body.difference(body.buffer(-0.25, join_style="mitre"))
    for polygon in shapely.get_parts(rim):
        if polygon.geom_type == "Polygon" and polygon.area > 1e-3:
            points, index = triangulate(polygon)
            positions = np.column_stack([points, np.full(len(points), top + _PARAPET_M)])
            builder.triangles(positions, index, "trim", texture_m=_PLASTER_M)


def _band(builder: MeshBuilder, ring: Array, low: float, high: float) -> None:
    a, b = ring[:-1], ring[1:]
    corners = np.stack(
        [
            np.column_stack([a, np.full(len(a), low)]),
            np.column_stack([b, np.full(len(b), low)]),
            np.column_stack([b, np.full(len(b), high)]),
            np.column_stack([a, np.full(len(a), high)]),
        ],
        axis=1,
    )
    builder.quads(corners, "trim", texture_m=_PLASTER_M)


def _gable(builder: MeshBuilder, part: RoofPart, eaves: float) -> None:
    """Put a gabled roof over a rectangle: ridge along its x axis, gables where it ends freely."""
    half, length = part.width_m / 2, part.length_m
    slope = math.tan(PITCH_RAD)
    ridge, drop = eaves + half * slope, eaves - _EAVE_M * slope
    out = half + _EAVE_M
    x0 = -_VERGE_M if part.gables[0] else 0.0
    x1 = length + (_VERGE_M if part.gables[1] else 0.0)
    local = MeshBuilder()
    top = np.array(
        [
            [[x0, -out, drop], [x1, -out, drop], [x1, 0.0, ridge], [x0, 0.0, ridge]],
            [[x1, out, drop], [x0, out, drop], [x0, 0.0, ridge], [x1, 0.0, ridge]],
        ]
    )
    top[..., 2] += _ROOF_M
    run = out / math.cos(PITCH_RAD)
    uv = np.array([[0.0, run], [x1 - x0, run], [x1 - x0, 0.0], [0.0, 0.0]]) / _TILES_M
    local.quads(top, "roof_tiles", uvs=np.stack([uv, uv]))
    under = top[:, ::-1] - [0.0, 0.0, _ROOF_M]
    local.quads(under, "trim", texture_m=_PLASTER_M)
    high = drop + _ROOF_M
    rims = [
        [[x0, -out, drop], [x1, -out, drop], [x1, -out, high], [x0, -out, high]],
        [[x1, out, drop], [x0, out, drop], [x0, out, high], [x1, out, high]],
    ]
    for x, sign in ((x0, -1.0), (x1, 1.0)):
        for y in (-out, out):
            rim = [[x, y, drop], [x, 0.0, ridge], [x, 0.0, ridge + _ROOF_M], [x, y, high]]
            rims.append(rim if sign * y < 0 else rim[::-1])
    local.quads(np.array(rims), "trim", texture_m=_PLASTER_M)
    for free, x, ends in (
        (part.gables[0], 0.0, (half, -half)),
        (part.gables[1], length, (-half, half)),
    ):
        if free:
            corners = np.array([[x, ends[0], eaves], [x, ends[1], eaves], [x, 0.0, ridge]])
            local.triangles(corners, [[0, 1, 2]], "wall_plaster", texture_m=_PLASTER_M)
    builder.add(local, part.place)


def _chimney(builder: MeshBuilder, part: RoofPart, eaves: float) -> None:
    """Stand a chimney through the main roof, beside its ridge."""
    x, y = 0.3 * part.length_m, 0.18 * part.width_m
    ridge = eaves + part.width_m / 2 * math.tan(PITCH_RAD)
    local = MeshBuilder()
    low, high = ridge - 2.2, ridge + 0.6
    faces = ("+x", "-x", "+y", "-y", "+z")
    local.box((x, y, (low + high) / 2), (0.6, 0.6, high - low), "wall_chimney", faces=faces,
              texture_m=2.4)  # fmt: skip
    builder.add(local, part.place)
