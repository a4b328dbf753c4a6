"""What stands along the roads (ASAM OpenDRIVE 1.7, chapter "Objects"), on the land's height.

Built are: buildings, trees, poles, barriers (railings, guard rails, fences, walls), parking spaces
and crosswalks. Anything else, and bridges, the world has no shape for.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world.ground import Shape, polygons, ribbon
from cityloop.world.markings import LINE_WIDTH_M, STRIPE_M, Markings
from cityloop.world.meshing import MeshBuilder, translation
from cityloop.world.opendrive.reading import OpenDriveMap
from cityloop.world.opendrive.road import Repeat, Road, RoadObject
from cityloop.world.osm import Outline
from cityloop.world.scene import LevelOfDetail, MeshCollider, Part, Placement, Prototype, Scene
from cityloop.world.semantics import SemanticClass

Array = NDArray[np.float64]
Height = Callable[[Array], Array]

_CHUNK_M = 60.0  # of a row of objects in one mesh
_RAIL_STEP_M = 2.0
_DRAWN_TO_M = 1200.0
_POLE_RADIUS_M, _POLE_HEIGHT_M = 0.05, 1.0
_BARRIER_WIDTH_M, _BARRIER_HEIGHT_M = 0.08, 0.8
_BUILDING_HEIGHT_M = 6.0
_SHED_M2 = 70.0
_SUNK_M = 0.3  # of poles and walls below the land
_REFLECTOR_M = 0.18  # of a guide post, white with a dark band

_BUILDINGS = frozenset({"building", "house"})
_TREES = frozenset({"tree", "vegetation"})
_BARRIERS = {
    "railing": "rail_steel",
    "guardrail": "rail_steel",
    "guard-rail": "rail_steel",
    "barrier": "rail_steel",
    "fence": "rail_steel",
    "wall": "wall_concrete",
    "soundbarrier": "wall_concrete",
    "noiseprotection": "wall_concrete",
}
_POLES = ("pole", "post", "lamp")


@dataclass
class Standing:
    """What the objects of a map become.

    Attributes:
        scene: poles and barriers.
        outlines: buildings.
        walls: the ground that walls and barriers stand on, polygons, world's plane, metres.
        trees: (x, y) metres.
        crosswalks: polygons, world's plane, metres, with the direction that people walk, rad.
    """

    scene: Scene = field(default_factory=Scene)
    outlines: list[Outline] = field(default_factory=list)
    walls: list[Shape] = field(default_factory=list)
    trees: list[tuple[float, float]] = field(default_factory=list)
    crosswalks: list[tuple[Shape, float]] = field(default_factory=list)


def build_objects(source: OpenDriveMap, height: Height, markings: Markings) -> Standing:
    """Return what the map's objects become; parking spaces are painted into `markings`.

    `height` gives the land's (N,) heights at (N, 2) points, metres.
    """
    work = _Work(height, markings)
    for road in source.roads:
        masts = [(signal.s, signal.t) for signal in road.signals]
        for thing in road.objects:
            kind = thing.kind.lower()
            at_mast = any(math.hypot(thing.s - s, thing.t - t) < 0.5 for s, t in masts)
            if kind in _BARRIERS:
                work.barrier(road, thing, _BARRIERS[kind])
            elif any(word in kind for word in _POLES):
                if not at_mast:  # a signal brings its own mast
                    work.poles(road, thing, guide="guide" in kind or "delineator" in kind)
            elif kind in _BUILDINGS:
                work.building(road, thing)
            elif kind in _TREES:
                work.tree(road, thing)
            elif kind == "parkingspace":
                work.parking_space(road, thing)
            elif kind == "crosswalk":
                work.crosswalk(road, thing)
    return work.done


class _Work:
    def __init__(self, height: Height, markings: Markings) -> None:
        self._height = height
        self._markings = markings
        self.done = Standing()

    def building(self, road: Road, thing: RoadObject) -> None:
        for polygon in self._areas(road, thing):
            tall = thing.height_m or _BUILDING_HEIGHT_M
            shed = polygon.area < _SHED_M2
            self.done.outlines.append(
                Outline(shapely.orient_polygons(polygon), tall, pitched=False, shed=shed)
            )

    def tree(self, road: Road, thing: RoadObject) -> None:
        for s, t, *_ in _spots(thing):
            x, y = road.place(s, t)[0][0]
            self.done.trees.append((float(x), float(y)))

    def parking_space(self, road: Road, thing: RoadObject) -> None:
        for polygon in self._areas(road, thing):
            inner = polygon.buffer(-LINE_WIDTH_M, join_style="mitre")
            corners = np.asarray(polygon.exterior.coords)
            for a, b in pairwise(corners):
                side = shapely.LineString([a, b]).buffer(LINE_WIDTH_M, cap_style="flat")
                self._markings.area(
                    side.intersection(polygon).difference(inner.buffer(-1e-3)), "parking"
                )

    def crosswalk(self, road: Road, thing: RoadObject) -> None:
        _, heading = road.reference(thing.s)
        for polygon in self._areas(road, thing):
            # People walk across the road.
            self.done.crosswalks.append((polygon, float(heading[0]) + math.pi / 2))

    def poles(self, road: Road, thing: RoadObject, *, guide: bool) -> None:
        radius = thing.radius_m or _POLE_RADIUS_M
        spots = _spots(thing)
        for chunk in _chunks(spots):
            points = np.concatenate([road.place(s, t)[0] for s, t, _, _ in chunk])
            z = self._height(points)
            middle = np.array([*points.mean(axis=0), z.mean()])
            builder = MeshBuilder()
            for (x, y), land, (_, _, tall, lift) in zip(points, z, chunk, strict=True):
                foot = np.array([x, y, land + lift]) - middle
                builder.add(_post(radius, tall or _POLE_HEIGHT_M, guide), translation(*foot))
            self._add(builder, middle, "pole", SemanticClass.POLE)

    def barrier(self, road: Road, thing: RoadObject, material: str) -> None:
        repeats = thing.repeats
        if not repeats:
            half = thing.length_m / 2
            repeats = (
                Repeat(
                    thing.s - half,
                    2 * half,
                    0.0,
                    (thing.t, thing.t),
                    (thing.height_m, thing.height_m),
                    (thing.z_offset_m, thing.z_offset_m),
                ),
            )
        width = thing.width_m or _BARRIER_WIDTH_M
        for row in repeats:
            end = min(row.s + row.length_m, road.length_m)
            count = max(1, math.ceil((end - row.s) / _CHUNK_M))
            edges = np.linspace(row.s, end, count + 1)
            for a, b in pairwise(edges.tolist()):
                if b - a > 0.1:
                    self._barrier_piece(road, row, (a, b), width, material)

    def _barrier_piece(
        self, road: Road, row: Repeat, span: tuple[float, float], width: float, material: str
    ) -> None:
        s = np.linspace(*span, max(2, math.ceil((span[1] - span[0]) / _RAIL_STEP_M) + 1))
        share = (s - row.s) / max(row.length_m, 1e-6)
        t, tall, lift = (
            pair[0] + (pair[1] - pair[0]) * share
            for pair in (row.t_m, row.height_m, row.z_offset_m)
        )
        tall = np.where(tall > 0, tall, _BARRIER_HEIGHT_M)
        points, heading = road.place(s, t)
        low = self._height(points) + lift - np.where(lift > 0, 0.0, _SUNK_M)
        high = self._height(points) + lift + tall
        middle = np.array([*points.mean(axis=0), low.mean()])
        left = np.column_stack([-np.sin(heading), np.cos(heading)]) * width / 2
        corners = [(-1.0, low), (-1.0, high), (1.0, high), (1.0, low)]
        sections = np.stack(
            [np.column_stack([points + side * left, z]) - middle for side, z in corners], axis=1
        )
        builder = MeshBuilder()
        builder.loft(sections, material, start_cap=material, end_cap=material, smooth_deg=30.0)
        kind = SemanticClass.WALL if material == "wall_concrete" else SemanticClass.FENCE
        self._add(builder, middle, "barrier", kind)
        self.done.walls.append(ribbon(points, width))

    def _add(self, builder: MeshBuilder, middle: Array, what: str, semantic: SemanticClass) -> None:
        scene = self.done.scene
        name = f"{what}/{len(scene.placements)}"
        mesh = builder.build(name)
        scene.meshes.append(mesh)
        part = Part(what, (LevelOfDetail(name, _DRAWN_TO_M),))
        scene.prototypes.append(Prototype(name, (part,), (MeshCollider(name),)))
        pose = Pose.from_xyz_yaw(float(middle[0]), float(middle[1]), float(middle[2]))
        scene.placements.append(Placement(name, name, pose, semantic))

    def _areas(self, road: Road, thing: RoadObject) -> list[Shape]:
        """Return the ground that an object covers, for each time that it is repeated."""
        if len(thing.outline) > 2 and thing.outline_on_road:
            corners = np.concatenate([road.place(s, t)[0] for s, t in thing.outline])
            return polygons(shapely.make_valid(shapely.Polygon(corners)))
        found = []
        for s, t, *_ in _spots(thing):
            (place,), (heading,) = road.place(s, t)
            turn = float(heading) + thing.heading_rad
            c, sn = math.cos(turn), math.sin(turn)
            if len(thing.outline) > 2:
                local = thing.outline
            elif thing.radius_m > 0:
                angle = 2 * math.pi * np.arange(16) / 16
                local = thing.radius_m * np.column_stack([np.cos(angle), np.sin(angle)])
            else:
                x, y = thing.length_m / 2, thing.width_m / 2
                local = np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
            corners = place + local @ np.array([[c, sn], [-sn, c]])
            found += polygons(shapely.make_valid(shapely.Polygon(corners)))
        return found


@cache
def _post(radius: float, tall: float, guide: bool) -> MeshBuilder:
    """Return a pole, its foot at the origin; a guide post is white with a dark band."""
    builder = MeshBuilder()
    ends, materials = [-_SUNK_M, tall], ["pole_steel"]
    if guide:
        ends = [-_SUNK_M, tall - 2 * _REFLECTOR_M, tall - _REFLECTOR_M, tall]
        materials = ["guide_white", "guide_black", "guide_white"]
    for (low, high), material in zip(pairwise(ends), materials, strict=True):
        builder.cylinder((0.0, 0.0, low), (0.0, 0.0, high), radius, material, segments=8)
    return builder


def _spots(thing: RoadObject) -> list[tuple[float, float, float, float]]:
    """Return (s, t, height, z offset) of each time that an object stands."""
    if not thing.repeats:
        return [(thing.s, thing.t, thing.height_m, thing.z_offset_m)]
    spots = []
    for row in thing.repeats:
        step = row.distance_m or max(thing.length_m, 1.0)
        for ds in np.arange(0.0, row.length_m + 1e-6, step):
            share = ds / max(row.length_m, 1e-6)
            t, tall, lift = (
                pair[0] + (pair[1] - pair[0]) * share
                for pair in (row.t_m, row.height_m, row.z_offset_m)
            )
            spots.append((row.s + float(ds), float(t), float(tall), float(lift)))
    return spots


def _chunks(
    spots: list[tuple[float, float, float, float]],
) -> list[list[tuple[float, float, float, float]]]:
    """Return the spots in groups that lie near one another along the road."""
    groups: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}
    for spot in spots:
        groups.setdefault((int(spot[0] // _CHUNK_M), int(spot[1] // 5.0)), []).append(spot)
    return list(groups.values())


def paint_crosswalks(
    crosswalks: list[tuple[Shape, float]], known: list[Shape], markings: Markings
) -> None:
    """Paint stripes on the map's crosswalks where the network has no crossing (`known`)."""
    for polygon, walk in crosswalks:
        if any(polygon.intersects(other) for other in known):
            continue
        way = np.array([math.cos(walk), math.sin(walk)])
        middle = np.asarray(polygon.centroid.coords[0])
        reach = np.asarray(polygon.exterior.coords) - middle
        low, high = (reach @ way).min(), (reach @ way).max()
        for s in np.arange(low + STRIPE_M / 2, high - STRIPE_M / 2, 2 * STRIPE_M):
            line = np.array([middle + s * way, middle + (s + STRIPE_M) * way])
            markings.area(ribbon(line, 50.0).intersection(polygon), "zebra")
