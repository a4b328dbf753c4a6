"""A city: a road network and everything that stands on and beside it, ready for an engine."""

import hashlib
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

import shapely

from cityloop.errors import MapError, shown
from cityloop.world import parking, signals
from cityloop.world.buildings import build_buildings
from cityloop.world.bus_stops import build_bus_stops, bus_bays, find_bus_stops
from cityloop.world.facade_textures import facade_textures
from cityloop.world.facade_trim import shop_signs
from cityloop.world.furniture import build_furniture, build_lamps
from cityloop.world.grid import build_grid, checked_blocks
from cityloop.world.ground import Shape
from cityloop.world.lit_rooms import rooms_texture
from cityloop.world.map_content import MapContent
from cityloop.world.map_xml import UnsafeMapError
from cityloop.world.markings import Mark, Markings, build_markings
from cityloop.world.materials import CITY_MATERIALS
from cityloop.world.netconvert import convert_opendrive, convert_osm, mark_ends
from cityloop.world.network import RoadNetwork
from cityloop.world.opendrive import default_speed_mps, opendrive_content, read_opendrive
from cityloop.world.osm import LICENCE, RIGHTS, Outline, read_osm
from cityloop.world.outline_houses import MapHouse, map_houses
from cityloop.world.parking import Roadside
from cityloop.world.props import PROPS, prop_scene
from cityloop.world.props_street import bars_texture
from cityloop.world.provenance import map_asset
from cityloop.world.road_textures import road_textures
from cityloop.world.road_wear import wear_roads
from cityloop.world.roads import Road, roads_of
from cityloop.world.scene import Scene
from cityloop.world.shop_windows import shop_textures
from cityloop.world.signs import build_signs
from cityloop.world.standing_room import LOOSE, StandingRoom
from cityloop.world.streams import is_seed
from cityloop.world.streets import build_streets
from cityloop.world.textures import ground_textures
from cityloop.world.tree_line import tree_line
from cityloop.world.vehicles import vehicle_scene

__all__ = ["City", "Roadside"]

_YARD_M = 0.7  # paving beyond the sidewalks, up to the houses
_MAST_ROOM_M = 0.15  # around a signal's mast
_SHOWN_PATH = 100  # characters of an impossible path that a message shows
_YARD_CORNER_M = 0.01
_NOOK_M = 5.0  # half the width of the nooks that are paved as well


_NOTHING = MapContent()


class _Folder:
    """A temporary folder that lives as long as the city whose network lies in it."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="cityloop-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(repr=False)
class City:
    """A town built along a road network; make one with `grid`, `from_opendrive`, `from_osm`..

    Attributes:
        network: its roads; the file that traffic reads is `network.net_file`.
        scene: everything that stands still, with the prototypes of what is placed. Parked cars are
            named "parked/<n>", traffic lights "signal/<n>", traffic signs "sign/<n>", plates with
        names of streets "street_name/<n>", lamps and trees "furniture/<n>".
        seed: of houses, trees, parked cars.
        source: what it was made from, for `describe`.
        footprints: shapely polygons of the ground that houses and walls stand on, world's plane,
            metres.
    """

    network: RoadNetwork
    scene: Scene
    seed: int
    source: dict[str, Any]
    footprints: list[Shape]
    _outlines: Sequence[Outline]
    _masts: list[signals.Mast]
    _markings: Markings
    _folder: _Folder | None = None

    def __repr__(self) -> str:
        made_from = self.source.get("path") or "{} x {} blocks".format(*self.source["blocks"])
        return f"<City of {made_from}, seed {self.seed}, {len(self.roads)} roads>"

    @staticmethod
    def grid(blocks: tuple[int, int] = (4, 4), seed: int = 7) -> "City":
        """Build a town of blocks[0] x blocks[1] blocks of 90 to 110 m, the outer ones half open.

        Streets lead out on every side ("east_in", "west_out", ...). The origin is a crossroads
        in the middle.

        Raises:
            MapError: if either number of blocks is not between 2 and 12, or the seed is no whole
                number of 0 or more.
        """
        blocks, seed = checked_blocks(blocks), _checked_seed(seed)
        folder = _Folder()
        net_file = folder.path / "grid.net.xml"
        build_grid(blocks, seed, net_file)
        return _build(RoadNetwork(net_file), seed, {"kind": "grid", "blocks": list(blocks)}, folder)

    @staticmethod
    def from_opendrive(path: str | Path, seed: int = 0) -> "City":
        """Build a city on an OpenDRIVE map, in the map's coordinates.

        Paint, poles, railings, buildings, trees and traffic lights are the map's where it has any.
        A map farther than 10 km from its origin is moved towards it by whole kilometres, which
        `describe` records as `shift_m`: an engine's 32-bit floats hold no more.

        Raises:
            MapError: if the map cannot be read or converted, or the seed is no whole number of 0
                or more.
        """
        seed, map_file = _checked_seed(seed), _checked_file(path, "OpenDRIVE map")
        folder = _Folder()
        net_file = folder.path / "map.net.xml"
        try:
            said = read_opendrive(map_file)
        except UnsafeMapError:
            raise
        except MapError as own:
            with _both_reasons(map_file, own):
                convert_opendrive(map_file, net_file)
            raise
        convert_opendrive(map_file, net_file, default_speed_mps(said), said.shift_m)
        source: dict[str, Any] = {
            "kind": "opendrive",
            "path": str(path),
            "sha256": _sha256(map_file),
        }
        if any(said.shift_m):
            source["shift_m"] = list(said.shift_m)
        network = RoadNetwork(net_file, map_file)
        return _build(network, seed, source, folder, opendrive_content(said, network))

    @staticmethod
    def from_osm(path: str | Path, seed: int = 0) -> "City":
        """Build a city on OpenStreetMap data (an .osm or .osm.xml file).

        The world's origin is the middle of the bounding box of its roads. Houses stand on the
        file's outlines, as high as it says, else by the rule of `cityloop.world.osm`. The data is
        (c) OpenStreetMap contributors under the ODbL, which `describe` records.

        Raises:
            MapError: if the map cannot be read or converted, or the seed is no whole number of 0
                or more.
        """
        seed, map_file = _checked_seed(seed), _checked_file(path, "OpenStreetMap file")
        folder = _Folder()
        net_file, roads = folder.path / "map.net.xml", folder.path / "roads.osm"
        try:
            said = read_osm(map_file, roads)
        except UnsafeMapError:
            raise
        except MapError as own:
            with _both_reasons(map_file, own):
                convert_osm(map_file, "!", net_file, map_file)
            raise
        convert_osm(roads, said.projection, net_file, map_file)
        mark_ends(net_file, said.closed_ends)
        source = {
            "kind": "osm",
            "path": str(path),
            "sha256": _sha256(map_file),
            "licence": LICENCE,
            "rights": RIGHTS,
            "origin_deg": list(said.origin_deg),
        }
        content = MapContent(said.outlines, said.driveways, said.trees, bus_stops=said.bus_stops)
        return _build(RoadNetwork(net_file, map_file), seed, source, folder, content)

    @staticmethod
    def from_network(net_file: str | Path, seed: int = 0) -> "City":
        """Build a city on a SUMO network.

        Raises:
            MapError: if the file cannot be read or is no SUMO network, or the seed is no whole
                number of 0 or more.
        """
        seed, checked = _checked_seed(seed), _checked_file(net_file, "road network")
        source = {"kind": "sumo_network", "path": str(net_file)}
        return _build(RoadNetwork(checked), seed, source, None)

    @property
    def map_houses(self) -> list[MapHouse]:
        """The houses on the map's own outlines."""
        return map_houses(self.network, self._outlines)

    def signal_lamps(self, tls_states: Mapping[str, str]) -> dict[str, int]:
        """Return the lamps (bit set) of each traffic light by placement name.

        `tls_states` gives SUMO's state of each traffic light by its id, such as "GGrr"; lights
        that it does not name are left out.

        Raises:
            MapError: if a state is no text, is too short or has an unknown character.
        """
        if not isinstance(tls_states, Mapping) or not all(
            isinstance(state, str) for state in tls_states.values()
        ):
            raise MapError(
                f"tls_states={shown(tls_states)} is impossible: give the state of each traffic "
                'light by its id, such as {"x0y0": "GGrr"}'
            )
        return signals.signal_lamps(self._masts, tls_states)

    @property
    def masts(self) -> tuple[signals.Mast, ...]:
        """The traffic lights: where each stands and which signal and lane it is for."""
        return tuple(self._masts)

    @property
    def road_marks(self) -> tuple[Mark, ...]:
        """All paint on the roads, with outlines (N, 3), world, metres."""
        return self._markings.on(self.network.ground)

    @property
    def roads(self) -> tuple[Road, ...]:
        """What a scenario can name: each road for cars with its names, length and speed limit."""
        return roads_of(self.network)

    def route(self, start: str, end: str) -> tuple[str, ...]:
        """Return the ids of the edges from `start` to `end`, edge ids or compass names.

        Raises:
            MapError: if a name is unknown or no way leads there.
        """
        return self.network.route(start, end)

    def roadside(
        self,
        edge: str,
        s_m: float,
        hidden_by: str | None = None,
        side: str = "right",
    ) -> Roadside:
        """Return a place at the kerb, `s_m` metres from the start of a road.

        With `hidden_by="parked"` it lies between two parked cars, the one that traffic passes
        first a van; without parking strips the cars stand beside the road. The left side is the
        right side of the road that runs back.

        Raises:
            MapError: if the road is unknown, `s_m` is no number, off the road or too near its ends
                for parked cars, or `hidden_by` or `side` are none of the words above.
        """
        if not (hidden_by is None or _is_word(hidden_by, "parked")):
            raise MapError(
                f"hidden_by={shown(hidden_by)} is unknown; give 'parked' or leave it out"
            )
        if not _is_word(side, "right", "left"):
            raise MapError(f"side={shown(side)} is unknown; give 'right' or 'left'")
        if not _is_number(s_m):
            raise MapError(f"s_m={shown(s_m)} is no number: give a distance in metres")
        edge_id = self.network.edge_id(edge)
        length = self.network.driving_lane(edge_id).length_m
        margin = 0.0 if hidden_by is None else parking.PARKED_MARGIN_M
        if not margin <= s_m <= length - margin:
            raise MapError(
                f"s_m={s_m:g} lies off road {edge!r}: give a distance from {margin:g} to "
                f"{length - margin:.1f} m from its start"
            )
        if side == "left":
            back = self.network.reverse_edge(edge_id)
            if back is None:
                raise MapError(f"road {edge!r} is one-way and has no left side; use side='right'")
            edge_id, s_m = back, self.network.driving_lane(back).length_m - s_m
        standing = [p for p in self.scene.placements if p.name.startswith(LOOSE)]
        return parking.roadside(self.network, standing, self.seed, edge_id, s_m, hidden_by)

    def assets(self) -> list[dict[str, Any]]:
        """Return the record of the map file for provenance.json; none for a town made by code."""
        if "path" not in self.source:
            return []
        record = map_asset(self.source["path"], is_osm=self.source["kind"] == "osm")
        if "sha256" in self.source:
            record["sha256"] = self.source["sha256"]
        return [record]

    def describe(self) -> dict[str, Any]:
        """Return what the city was made from, for a dataset: source, seed, hash of the network."""
        return {
            **self.source,
            "seed": self.seed,
            "network_sha256": network_sha256(self.network.net_file),
            "bounds_m": list(self.network.bounds),
        }


def network_sha256(net_file: Path) -> str:
    """Return the SHA-256 of a network without its comments, which carry a date and paths."""
    text = re.sub(rb"<!--.*?-->", b"", net_file.read_bytes(), flags=re.DOTALL)
    return hashlib.sha256(text).hexdigest()


def _is_word(value: object, *words: str) -> bool:
    """Tell whether `value` is one of `words`; anything can be asked, arrays as well."""
    return isinstance(value, str) and value in words


def _is_number(value: object) -> bool:
    """Tell whether `value` is a number, numpy's as well."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _checked_seed(seed: int) -> int:
    """Return the seed as a plain integer, or raise MapError."""
    if not is_seed(seed):
        raise MapError(f"seed={shown(seed)} is impossible: give a whole number of 0 or more")
    return int(seed)


def _checked_file(path: str | Path, what: str) -> Path:
    """Return the path of a file that is there, or raise MapError."""
    if not isinstance(path, str | os.PathLike):
        raise MapError(f"{shown(path)}: there is no such {what}: that is no path")
    try:
        found = Path(path).is_file()
    except OSError as error:  # too long a name, an unreadable folder
        cut = str(path) if len(str(path)) <= _SHOWN_PATH else f"{str(path)[:_SHOWN_PATH]}..."
        raise MapError(f"{cut}: there is no such {what}: {error.strerror}") from error
    if not found:
        raise MapError(f"{path}: there is no such {what}")
    return Path(path)


@contextmanager
def _both_reasons(map_file: Path, own: MapError) -> Iterator[None]:
    """Add this package's reason (`own`) why a map cannot be read to the one that netconvert has."""
    try:
        yield
    except MapError as theirs:
        reason = str(own).removeprefix(f"{map_file}: ")
        raise MapError(f"{theirs} ({reason})") from own


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _yards(
    network: RoadNetwork, houses: list[Shape], parked: list[Shape], driveways: Sequence[Shape]
) -> Shape:
    """Return where the ground beside the sidewalks is paved: up to the houses, under cars."""
    ground = network.ground
    if ground.raised.is_empty:
        return shapely.Polygon()
    paved = [ground.raised.buffer(_YARD_M, join_style="mitre")]
    paved += [car.buffer(0.3) for car in parked]
    paved += driveways
    if any(lane.kind == "parking" for lane in network.lanes.values()):
        # In town the nooks between sidewalks and houses are paved as well.
        built = shapely.union_all([ground.raised, *houses])
        filled = built.buffer(_NOOK_M, join_style="mitre").buffer(-_NOOK_M, join_style="mitre")
        paved.append(filled.intersection(ground.raised.buffer(2 * _NOOK_M)))
    # Corners closer than this to one another would leave splinters of grass.
    return shapely.union_all(paved).simplify(_YARD_CORNER_M)


def _build(
    network: RoadNetwork,
    seed: int,
    source: dict[str, Any],
    folder: _Folder | None,
    content: MapContent = _NOTHING,
) -> City:
    buildings = build_buildings(network, seed, content.outlines)
    stops = find_bus_stops(network, seed, content.bus_stops)
    bays = bus_bays(network, stops)
    houses = [*buildings.footprints, *content.driveways]
    parked = parking.build_parked(network, seed, houses, bays)
    covered = [parking.footprint(p.prototype, p.pose) for p in parked]
    masts = signals.build_signals(network, content.lights)
    footprints = [*buildings.footprints, *content.walls]
    solid = [*footprints, *content.driveways]
    gardens = [o.polygon for o in content.outlines if o.pitched]
    room = StandingRoom.of(network, [*solid, *covered])
    for mast in masts:
        room.take(mast.pole.pose.position[:2], _MAST_ROOM_M)
    build_lamps(room, seed)
    bus_signs = build_bus_stops(room, stops)
    signs = build_signs(room, seed, content.signs)
    signs.placements += bus_signs
    build_furniture(room, seed, content.trees, gardens)
    yards = _yards(network, buildings.footprints, covered, content.driveways)
    scene = Scene()
    scene.textures += ground_textures(seed) + road_textures(seed) + facade_textures(seed)
    scene.textures += [shop_signs(seed), rooms_texture(seed), *shop_textures(seed), bars_texture()]
    scene.materials += CITY_MATERIALS
    markings = build_markings(network, content.lines)
    scene.extend(build_streets(network, markings, yards, wear_roads(network, seed)))
    scene.extend(tree_line(network.ground, seed))
    scene.extend(buildings.scene)
    scene.extend(content.scene)
    signal_placements = [p for mast in masts for p in (mast.placement, mast.pole)]
    scene.placements += [*parked, *signal_placements, *room.placements]
    scene.extend(signs)
    scene.extend(vehicle_scene(sorted({*(p.prototype for p in parked), "van", "hatchback"})))
    props = {p.prototype for p in (*room.placements, *signal_placements, *signs.placements)}
    scene.extend(prop_scene(sorted(props & set(PROPS))))
    return City(network, scene, seed, source, footprints, content.outlines, masts, markings, folder)
