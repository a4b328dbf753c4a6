"""Reading OpenStreetMap files: roads for netconvert, building outlines, driveways, trees.

Data (c) OpenStreetMap contributors, Open Database License (ODbL) 1.0. Tags are those of
https://wiki.openstreetmap.org/wiki/Map_features and /wiki/Simple_3D_Buildings.

World frame: the origin lies in the middle of the bounding box of the file's roads, so that
coordinates stay small enough for an engine's 32-bit floats; x east, y north at the origin, by a
transverse Mercator projection of scale 1 on the WGS 84 ellipsoid.
"""

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from cityloop.errors import MapError
from cityloop.world.ground import Shape, polygons
from cityloop.world.map_xml import UnsafeMapError, parse_map

Array = NDArray[np.float64]

LICENCE = "ODbL-1.0"
RIGHTS = "(c) OpenStreetMap contributors"

LEVEL_M = 3.0
_DRIVEWAY_M = 2.8  # width of a driveway
_FAR_M = 300.0  # from the roads' bounding box, beyond which an outline is left out
_SHED_M2, _HOUSE_M2 = 70.0, 400.0
_SHED_HEIGHT_M, _HOUSE_LEVELS, _BLOCK_LEVELS = 2.7, 2.0, 3.0
_PITCHED_TO_M2 = 450.0
_SHEDS = frozenset({"garage", "garages", "shed", "carport", "hut", "roof", "kiosk"})
_FLAT = frozenset({"flat", "none"})
_SMALLEST_M2 = 4.0
_TURNING_CIRCLE_M = 7.0
_NEAR_EDGE_M = 30.0  # a road that ends this near to the end of the data is taken to go on
# Beyond these, what a file says of a building is taken for a slip of the keyboard and not used.
MAX_LEVELS = 200
MAX_HEIGHT_M = 1000.0
MAX_WALL_M2 = 1e6
MAX_MAP_M = 50_000.0  # the projection's and 32-bit floats' reach
_NOT_BUILT = frozenset({"no", "construction", "ruins", "proposed"})
_BOUNDS = ("min", "max")
# WGS 84
_A_M, _F = 6_378_137.0, 1 / 298.257223563


@dataclass(frozen=True)
class Outline:
    """A building of the map.

    Attributes:
        polygon: its footprint, world's plane, metres.
        height_m: from the ground to the eaves, or to the edge of a flat roof.
        pitched: whether its roof is pitched.
        shed: a garage or the like, without windows.
    """

    polygon: Shape
    height_m: float
    pitched: bool
    shed: bool


@dataclass
class OsmMap:
    """What a file says beside its roads.

    Attributes:
        projection: PROJ's words for the world frame.
        origin_deg: latitude and longitude of the world's origin, degrees.
        outlines: buildings.
        driveways: paved ways to houses, polygons, world's plane, metres.
        trees: (T, 2) metres.
        bus_stops: (B, 2) metres.
        closed_ends: ids of the nodes at which a road ends in fact, not because the file does, with
            the radius in metres of the turning circle there, or 0.
    """

    projection: str
    origin_deg: tuple[float, float]
    outlines: list[Outline] = field(default_factory=list)
    driveways: list[Shape] = field(default_factory=list)
    trees: Array = field(default_factory=lambda: np.zeros((0, 2)))
    bus_stops: Array = field(default_factory=lambda: np.zeros((0, 2)))
    closed_ends: dict[str, float] = field(default_factory=dict)


class TransverseMercator:
    """Metres from degrees around an origin.

    J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987),
    equations 8-9, 8-10 and 3-21: better than a millimetre within 50 km of the origin.
    """

    def __init__(self, latitude_deg: float, longitude_deg: float) -> None:
        self._longitude = math.radians(longitude_deg)
        self._e2 = _F * (2 - _F)
        self._start = float(self._meridian(np.array(math.radians(latitude_deg))))
        self.words = (
            f"+proj=tmerc +lat_0={latitude_deg:.7f} +lon_0={longitude_deg:.7f} +k=1 +x_0=0 +y_0=0 "
            "+ellps=WGS84 +units=m +no_defs"
        )

    def __call__(self, degrees: ArrayLike) -> Array:
        """Return (N, 2) x east and y north, metres, of (N, 2) latitudes and longitudes."""
        latitude, longitude = np.radians(np.asarray(degrees, dtype=np.float64).reshape(-1, 2)).T
        second = self._e2 / (1 - self._e2)
        n = _A_M / np.sqrt(1 - self._e2 * np.sin(latitude) ** 2)
        t, c = np.tan(latitude) ** 2, second * np.cos(latitude) ** 2
        a = (longitude - self._longitude) * np.cos(latitude)
        x = n * (a + (1 - t + c) * a**3 / 6 + (5 - 18 * t + t**2 + 72 * c) * a**5 / 120)
        rise = a**2 / 2 + (5 - t + 9 * c + 4 * c**2) * a**4 / 24
        y = self._meridian(latitude) - self._start + n * np.tan(latitude) * rise
        return np.column_stack([x, y])

    def _meridian(self, latitude: Array) -> Array:
        e2, e4, e6 = self._e2, self._e2**2, self._e2**3
        return _A_M * (
            (1 - e2 / 4 - 3 * e4 / 64 - 5 * e6 / 256) * latitude
            - (3 * e2 / 8 + 3 * e4 / 32 + 45 * e6 / 1024) * np.sin(2 * latitude)
            + (15 * e4 / 256 + 45 * e6 / 1024) * np.sin(4 * latitude)
            - (35 * e6 / 3072) * np.sin(6 * latitude)
        )


def read_osm(path: Path, roads_file: Path) -> OsmMap:
    """Read a file and write its roads, without driveways, for netconvert to `roads_file`.

    Driveways (service=driveway, and other service roads closed to the public) are surfaces, not
    roads: traffic has no business there.

    Raises:
        MapError: if the file cannot be read or is no OpenStreetMap data with roads.
    """
    root = parse_map(path, "OpenStreetMap data", "osm")
    nodes, unplaced = _nodes(root)
    ways = [_Way.of(e) for e in root.iter("way")]
    roads = [w for w in ways if "highway" in w.tags and not _is_driveway(w)]
    drives = [w for w in ways if "highway" in w.tags and _is_driveway(w)]
    for road in roads:
        for ref in road.refs:
            if ref in unplaced:
                raise UnsafeMapError(
                    f"{path}: node {ref!r} of road {road.id!r} has {unplaced[ref]}, which is no "
                    "place on Earth; give latitude and longitude in degrees"
                )
    used = [nodes[n] for w in roads for n in w.refs if n in nodes]
    if not used:
        raise MapError(f"{path}: this map has no roads; give OpenStreetMap data with highways")
    low, high = np.min(used, axis=0), np.max(used, axis=0)
    middle = (low + high) / 2
    project = TransverseMercator(round(float(middle[0]), 7), round(float(middle[1]), 7))
    place = dict(zip(nodes, project(list(nodes.values())), strict=True))
    said = OsmMap(project.words, (round(float(middle[0]), 7), round(float(middle[1]), 7)))
    corners = project([low, high])
    size = float(np.ptp(corners, axis=0).max())
    if not size <= MAX_MAP_M:
        raise UnsafeMapError(
            f"{path}: the roads reach over {size / 1000:.0f} km, more than "
            f"{MAX_MAP_M / 1000:.0f} km; cut out the part that is needed"
        )
    area = shapely.box(*corners.min(axis=0), *corners.max(axis=0)).buffer(_FAR_M)
    said.outlines = [o for o in _outlines(root, ways, place) if area.contains(o.polygon)]
    for way in drives:
        line = [place[n] for n in way.refs if n in place]
        if len(line) > 1:
            drive = shapely.LineString(line).buffer(_DRIVEWAY_M / 2, cap_style="square")
            said.driveways.append(drive)
    said.trees = _places(root, place, "natural", "tree")
    said.bus_stops = _places(root, place, "highway", "bus_stop")
    said.closed_ends = _closed_ends(root, roads, nodes, project)
    unwanted = {w.id for w in drives}
    root[:] = [
        e
        for e in root
        if not (e.tag == "way" and e.get("id") in unwanted)
        and not (e.tag == "node" and e.get("id") in unplaced)
    ]
    ET.ElementTree(root).write(roads_file, encoding="utf-8", xml_declaration=True)
    return said


def _places(root: ET.Element, place: Mapping[str, Array], key: str, value: str) -> Array:
    """Return (N, 2) where the nodes with a tag are, metres."""
    nodes = [e.get("id", "") for e in root.iter("node") if _tags(e).get(key) == value]
    return np.array([place[n] for n in nodes if n in place]).reshape(-1, 2)


@dataclass(frozen=True)
class _Way:
    id: str
    refs: tuple[str, ...]
    tags: Mapping[str, str]

    @staticmethod
    def of(element: ET.Element) -> "_Way":
        refs = tuple(e.get("ref", "") for e in element if e.tag == "nd")
        return _Way(element.get("id", ""), refs, _tags(element))


def _nodes(root: ET.Element) -> tuple[dict[str, tuple[float, float]], dict[str, str]]:
    """Return latitude and longitude of nodes by id, degrees, and what impossible ones are given.

    Deleted nodes have no coordinates at all and are in neither.
    """
    nodes: dict[str, tuple[float, float]] = {}
    unplaced: dict[str, str] = {}
    for e in root.iter("node"):
        if not {"id", "lat", "lon"} <= e.attrib.keys():
            continue
        place = _degrees(e.attrib["lat"], e.attrib["lon"])
        if place is None:
            unplaced[e.attrib["id"]] = f"lat={e.attrib['lat']!r} lon={e.attrib['lon']!r}"
        else:
            nodes[e.attrib["id"]] = place
    return nodes, unplaced


def _degrees(latitude: str, longitude: str) -> tuple[float, float] | None:
    try:
        place = float(latitude), float(longitude)
    except ValueError:
        return None
    return place if abs(place[0]) < 90 and abs(place[1]) <= 180 else None


def _tags(element: ET.Element) -> dict[str, str]:
    return {e.attrib["k"]: e.attrib["v"] for e in element if e.tag == "tag" and "k" in e.attrib}


def _is_driveway(way: _Way) -> bool:
    tags = way.tags
    if tags.get("highway") != "service":
        return False
    return tags.get("service") in ("driveway", "parking_aisle", "drive-through") or tags.get(
        "access"
    ) in ("private", "no", "customers")


def _closed_ends(
    root: ET.Element,
    roads: Iterable[_Way],
    nodes: Mapping[str, tuple[float, float]],
    project: TransverseMercator,
) -> dict[str, float]:
    """Return the nodes inside the data at which only one way begins or ends."""
    bounds = root.find("bounds")
    corners = list(nodes.values())
    if bounds is not None:
        ends = [_degrees(bounds.get(f"{e}lat", ""), bounds.get(f"{e}lon", "")) for e in _BOUNDS]
        stated = [place for place in ends if place is not None]
        corners = stated if len(stated) == len(_BOUNDS) else corners
    corner = project(corners)
    inner = shapely.box(*corner.min(axis=0), *corner.max(axis=0)).buffer(-_NEAR_EDGE_M)
    degree: dict[str, int] = {}
    cut: set[str] = set()
    for way in roads:
        for n, ref in enumerate(way.refs):
            around = [way.refs[k] for k in (n - 1, n + 1) if 0 <= k < len(way.refs)]
            degree[ref] = degree.get(ref, 0) + len(around)
            if any(k not in nodes for k in around):
                cut.add(ref)
    turning = {
        e.attrib["id"]
        for e in root.iter("node")
        if _tags(e).get("highway") in ("turning_circle", "turning_loop")
    }
    loose = [n for n, d in degree.items() if d == 1 and n in nodes and n not in cut]
    return {
        n: _TURNING_CIRCLE_M if n in turning else 0.0
        for n in loose
        if inner.contains(shapely.Point(project(nodes[n])[0]))
    }


def _outlines(root: ET.Element, ways: list[_Way], place: Mapping[str, Array]) -> Iterable[Outline]:
    by_id = {w.id: w for w in ways}
    for way in ways:
        if way.tags.get("building", "no") not in _NOT_BUILT:
            yield from _buildings(_ring(way, place), way.tags)
    for relation in root.iter("relation"):
        tags = _tags(relation)
        if tags.get("type") != "multipolygon" or tags.get("building", "no") in _NOT_BUILT:
            continue
        parts: dict[str, list[Shape]] = {"outer": [], "inner": []}
        for member in relation:
            found = by_id.get(member.get("ref", ""))
            if found is not None and member.get("role") in parts:
                line = [place[n] for n in found.refs if n in place]
                if len(line) > 1:
                    parts[member.get("role", "")].append(shapely.LineString(line))
        outer, inner = (
            shapely.union_all(list(shapely.get_parts(shapely.polygonize(lines))))
            for lines in (parts["outer"], parts["inner"])
        )
        yield from _buildings(outer.difference(inner), tags)


def _ring(way: _Way, place: Mapping[str, Array]) -> Shape:
    whole = len(way.refs) > 3 and way.refs[0] == way.refs[-1] and all(n in place for n in way.refs)
    if not whole:
        return shapely.Polygon()
    return shapely.make_valid(shapely.Polygon([place[n] for n in way.refs]))


def _buildings(shape: Shape, tags: Mapping[str, str]) -> Iterable[Outline]:
    for polygon in polygons(shape):
        if polygon.area < _SMALLEST_M2:
            continue
        height = _height_m(tags, polygon.area)
        if height * polygon.length > MAX_WALL_M2:
            continue
        shed = tags.get("building") in _SHEDS or (
            polygon.area < _SHED_M2 and "building:levels" not in tags and "height" not in tags
        )
        roof = tags.get("roof:shape", "")
        pitched = roof not in _FLAT and not shed and not polygon.interiors
        pitched = pitched and (bool(roof) or polygon.area < _PITCHED_TO_M2)
        yield Outline(shapely.orient_polygons(polygon), height, pitched, shed)


def _height_m(tags: Mapping[str, str], area_m2: float) -> float:
    """Return a building's height: its tags', or a default by its area.

    `height`, else 3 m for each of `building:levels`; else a shed (below 70 m2, or tagged as one)
    has 2.7 m, a house (below 400 m2) two levels, anything larger three. Tags of more than 1000 m
    or 200 levels are passed over.
    """
    height = _number(tags.get("height", ""))
    if height is not None and height <= MAX_HEIGHT_M:
        return max(2.0, height)
    levels = _number(tags.get("building:levels", ""))
    if levels is not None and 0 < levels <= MAX_LEVELS:
        return levels * LEVEL_M
    if area_m2 < _SHED_M2 or tags.get("building") in _SHEDS:
        return _SHED_HEIGHT_M
    return LEVEL_M * (_HOUSE_LEVELS if area_m2 < _HOUSE_M2 else _BLOCK_LEVELS)


def _number(text: str) -> float | None:
    found = re.match(r"\s*(\d+(?:\.\d+)?)\s*(m|ft|')?", text)
    if not found:
        return None
    return float(found[1]) * (0.3048 if found[2] in ("ft", "'") else 1.0)
