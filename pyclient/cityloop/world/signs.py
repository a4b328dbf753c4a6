"""Traffic signs and street-name plates: which stand where, from what the road network says.

A map's own signs are taken as they are; where it has none, they follow from limits, right of way
and one-way streets, as drivers of right-hand traffic know them.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.spatial import Pose
from cityloop.world.markings import is_painted
from cityloop.world.network import Connection, RoadNetwork
from cityloop.world.opendrive.signs import MappedSign
from cityloop.world.props import NAME_POST, SIGN, SIGN_POST
from cityloop.world.props_signs import NAME_SIZE_M, POST_RADIUS_M, name_plates
from cityloop.world.road_class import built_up_edges
from cityloop.world.scene import Placement, Scene
from cityloop.world.semantics import SemanticClass
from cityloop.world.sign_faces import SPEEDS_KMH
from cityloop.world.standing_room import Spot, StandingRoom
from cityloop.world.streams import stream
from cityloop.world.street_names import perpendicular_name, street_names

Array = NDArray[np.float64]

_SHIFTS_M = (0.0, 1.5, -1.5, 3.0, -3.0, 5.0)  # tried one after another, along the road
_AT_JUNCTION_M = 2.0  # from the end of a road
_AFTER_START_M = 14.0
_PRIORITY_M = 22.0  # before the junction
_REPEATED_FROM_M = 80.0  # long roads in town repeat their limit now and then
_REPEATED_SHARE = 0.25
_PARKING_SHARE = 0.35
_SHORTEST_M = 12.0  # of roads that get signs
_SAME_KMH = 1.6
_NAME_ROOM_M = 0.08
_ABOVE_M = 0.23  # one name plate over another


@dataclass
class _Signs:
    room: StandingRoom
    placements: list[Placement] = field(default_factory=list)

    def stand(self, face: str, xy: Array, facing: float) -> None:
        """Stand a sign on a post of its own."""
        post = self.room.add(SIGN_POST, xy, facing, f"sign_post/{len(self.placements)}")
        self.placements.append(
            Placement(
                f"sign/{len(self.placements)}",
                f"{SIGN}/{face}",
                post.pose,
                SemanticClass.TRAFFIC_SIGN,
                labelled=True,
            )
        )

    def beside(self, face: str, edge: str, s_m: float, *, facing_back: bool = True) -> None:
        """Stand a sign right of a road, near `s_m`, where there is room; else none."""
        spot = self.free(edge, s_m)
        if spot is not None:
            self.stand(face, spot.xy, spot.yaw + (math.pi if facing_back else 0.0))

    def free(self, edge: str, s_m: float) -> Spot | None:
        length = self.room.network.driving_lane(edge).length_m
        aside = self.room.pole_offset_m(edge)
        for shift in _SHIFTS_M:
            along = s_m + shift
            if (along < 0) != (s_m < 0) or abs(along) > length:
                continue
            for more in (0.0, 0.4):
                spot = self.room.spot(edge, along, aside + more)
                if self.room.is_free(spot.xy, 2.5 * POST_RADIUS_M):
                    return spot
        return None


def build_signs(room: StandingRoom, seed: int, mapped: Sequence[MappedSign] = ()) -> Scene:
    """Return the placements of signs and name plates, with the prototypes of the plates.

    Posts are added to `room`.
    """
    work = _Signs(room)
    if mapped:
        for sign in mapped:
            work.stand(sign.face, sign.xy, sign.facing_rad)
    else:
        _guess(work, seed)
    scene = _names(room, seed)
    scene.placements[:0] = work.placements
    return scene


def _guess(work: _Signs, seed: int) -> None:
    network = work.room.network
    into: dict[str, list[Connection]] = {}
    out: dict[str, list[Connection]] = {}
    for link in network.connections:
        if link.from_edge in network.edges and link.to_edge in network.edges and link.state:
            out.setdefault(link.from_edge, []).append(link)
            into.setdefault(link.to_edge, []).append(link)
    town = built_up_edges(network)
    for edge in sorted(network.edges):
        lanes = network.lanes_of(edge)
        driving = [lane for lane in lanes if lane.kind == "driving"]
        if not driving or driving[0].length_m < _SHORTEST_M:
            continue
        rng = stream(seed, f"city/signs/{edge}")
        _right_of_way(work, edge, out)
        if edge in town:
            _one_way(work, edge, into, out)
        _limit(work, edge, into, repeats=edge in town and rng.random() < _REPEATED_SHARE)
        if any(lane.kind == "parking" for lane in lanes) and rng.random() < _PARKING_SHARE:
            work.beside("parking", edge, 0.35 * driving[0].length_m)
    for edge, s in _open_crossings(network):
        work.beside("crossing", edge, s)


def _right_of_way(work: _Signs, edge: str, out: dict[str, list[Connection]]) -> None:
    """Say at a junction without signals who goes first."""
    network = work.room.network
    links = [x for x in out.get(edge, []) if _for_cars(network, x)]
    if not links or any(x.tls_id for x in links):
        return
    states = {x.state for x in links}
    if states & {"s", "w"}:
        work.beside("stop", edge, -_AT_JUNCTION_M)
    elif "m" in states and not _has_right_of_way(links):
        work.beside("yield", edge, -_AT_JUNCTION_M)
    elif "M" in states:
        junction = network.edges[edge].to_junction
        others = (e for e in out if network.edges[e].to_junction == junction and e != edge)
        if any(x.state in ("m", "s") and not _has_right_of_way(out[e]) for e in others
               for x in out[e] if _for_cars(network, x)):  # fmt: skip
            length = network.driving_lane(edge).length_m
            work.beside("priority", edge, -min(_PRIORITY_M, 0.7 * length))


def _for_cars(network: RoadNetwork, link: Connection) -> bool:
    lane = network.lanes.get(f"{link.from_edge}_{link.from_lane}")
    return lane is not None and lane.kind == "driving"


def _has_right_of_way(links: Sequence[Connection]) -> bool:
    """Return whether traffic straight on, or any where nothing leads straight on, need not wait.

    Left turns of a priority road wait for what comes towards them, which no sign says.
    """
    straight = [x for x in links if x.direction == "s"]
    return any(x.state == "M" for x in straight or links)


def _one_way(
    work: _Signs, edge: str, into: dict[str, list[Connection]], out: dict[str, list[Connection]]
) -> None:
    network = work.room.network
    if network.reverse_edge(edge) is not None:
        return
    here = network.edges[edge]
    if any(e.from_junction == here.to_junction and e.id not in
           {x.to_edge for x in out.get(edge, [])} for e in network.edges.values()
           if network.lanes_of(e.id, "driving")):  # fmt: skip
        return  # carriageways of one road part or join here
    arms = [
        e for e in network.edges.values() if here.to_junction in (e.from_junction, e.to_junction)
    ]
    if len(arms) > 2:
        work.beside("no_entry", edge, -_AT_JUNCTION_M - 1.0, facing_back=False)
    if into.get(edge):
        work.beside("one_way", edge, 3.0)


def _limit(work: _Signs, edge: str, into: dict[str, list[Connection]], *, repeats: bool) -> None:
    """Say the limit where a driver enters the map or comes from a road with another one."""
    network = work.room.network
    face = speed_face(network.driving_lane(edge).speed_mps)
    if face is None:
        return
    length = network.driving_lane(edge).length_m
    before = {speed_face(network.driving_lane(x.from_edge).speed_mps) for x in into.get(edge, [])
              if network.lanes_of(x.from_edge, "driving")}  # fmt: skip
    if before != {face}:
        work.beside(face, edge, min(_AFTER_START_M, 0.3 * length))
    elif repeats and length > _REPEATED_FROM_M:
        work.beside(face, edge, 0.45 * length)


def speed_face(speed_mps: float) -> str | None:
    """Return the sign of a limit; None where no sign has that number."""
    nearest = min(SPEEDS_KMH, key=lambda kmh: abs(kmh - speed_mps * 3.6))
    return f"speed_{nearest}" if abs(nearest - speed_mps * 3.6) < _SAME_KMH else None


def _open_crossings(network: RoadNetwork) -> Iterator[tuple[str, float]]:
    """Yield for zebra crossings without signals each road that leads to one, and where on it."""
    controlled = {head.to_lane for head in network.signals}
    for lane in network.lanes.values():
        if lane.kind != "crossing" or lane.id in controlled or not is_painted(network, lane):
            continue
        middle = lane.shape[:, :2].mean(axis=0)
        for edge in lane.crosses:
            if edge in network.edges and network.lanes_of(edge, "driving"):
                shape = network.driving_lane(edge).shape[:, :2]
                at_end = np.linalg.norm(shape[-1] - middle) < np.linalg.norm(shape[0] - middle)
                yield edge, -0.6 if at_end else 0.6


def _names(room: StandingRoom, seed: int) -> Scene:
    """Stand posts with name plates at two corners of each junction where streets meet."""
    network = room.network
    names = street_names(network, seed)
    order = list(dict.fromkeys(names[e] for e in sorted(names)))
    scene = name_plates(order)
    kinds = {name: f"street_name/{n}" for n, name in enumerate(order)}
    for junction in sorted(network.junctions):
        arms = [
            e
            for e in sorted(names)
            if network.edges[e].to_junction == junction
            and network.lanes_of(e, "driving")
            and network.driving_lane(e).length_m >= _SHORTEST_M
        ]
        arms.sort(key=lambda e: _bearing(network, e))
        corners = 0
        for arm in arms[:: 2 if len(arms) > 2 else 1]:
            cross = perpendicular_name(network, names, arm)
            if cross is None or corners == 2:
                continue
            spot = _name_spot(room, arm)
            if spot is None:
                continue
            corners += 1
            number = len(scene.placements) // 2
            post = room.add(NAME_POST, spot.xy, spot.yaw, f"name_post/{number}")
            plates = ((names[arm], spot.yaw + math.pi, 0.0), (cross[0], cross[1], _ABOVE_M))
            for k, (name, yaw, lift) in enumerate(plates):
                x, y, z = post.pose.position.tolist()
                scene.placements.append(
                    Placement(
                        f"street_name/{number}/{k}",
                        kinds[name],
                        Pose.from_xyz_yaw(x, y, z + lift, _clear(room, spot.xy, yaw) - math.pi / 2),
                        SemanticClass.TRAFFIC_SIGN,
                        labelled=True,
                    )
                )
    return scene


def _bearing(network: RoadNetwork, edge: str) -> float:
    shape = network.driving_lane(edge).shape
    return float(math.atan2(*(shape[-1] - shape[-2])[1::-1]))


def _name_spot(room: StandingRoom, edge: str) -> Spot | None:
    outer = room.network.lanes_of(edge)[0]
    for along in (-0.8, -2.0, -3.5, -5.0):
        for aside in (outer.width_m / 2 + 0.12, room.pole_offset_m(edge)):
            spot = room.spot(edge, along, aside)
            if room.is_free(spot.xy, _NAME_ROOM_M):
                return spot
    return None


def _clear(room: StandingRoom, xy: Array, yaw: float) -> float:
    """Return a plate's direction along a street, turned round where it would reach into a wall."""
    way = np.array([math.cos(yaw), math.sin(yaw)])
    tip = shapely.Point(xy + way * (NAME_SIZE_M[0] + 0.1))
    blocked = room.keep_out.contains(tip) and not room.network.ground.road.contains(tip)
    return yaw + math.pi if blocked else yaw


def with_plates(names: Iterable[str], placements: Iterable[Placement]) -> set[str]:
    """Return `names` of placements and those of the plates on the posts among them."""
    gone = set(names)
    posts = {
        name.replace("_post/", "/", 1).replace("name/", "street_name/", 1)
        for name in gone
        if "_post/" in name
    }
    for placement in placements:
        if placement.labelled and placement.semantic == SemanticClass.TRAFFIC_SIGN:
            kind, number = placement.name.split("/")[:2]
            if f"{kind}/{number}" in posts:
                gone.add(placement.name)
    return gone
