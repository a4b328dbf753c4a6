"""Traffic lights: where their heads stand, and which lamps SUMO's states light in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.errors import MapError
from cityloop.spatial import Pose
from cityloop.world import polylines
from cityloop.world.network import RoadNetwork, SignalHead
from cityloop.world.opendrive.lights import MappedLight
from cityloop.world.props import PROPS, SignalLamp
from cityloop.world.scene import Placement

Array = NDArray[np.float64]

# https://sumo.dlr.de/docs/Simulation/Traffic_Lights.html, signal state definitions. A blinking
# amber ("o") is shown as lit; a head that is off ("O") shows nothing.
LAMPS: dict[str, int] = {
    "r": int(SignalLamp.RED),
    "y": int(SignalLamp.AMBER),
    "Y": int(SignalLamp.AMBER),
    "g": int(SignalLamp.GREEN),
    "G": int(SignalLamp.GREEN),
    "s": int(SignalLamp.GREEN),
    "u": int(SignalLamp.RED | SignalLamp.AMBER),
    "o": int(SignalLamp.AMBER),
    "O": 0,
}

_BESIDE_KERB_M = 0.25  # mast to the kerb's face
_HEAD_SPACING_M = 0.75
_BESIDE_CROSSING_M = 0.35
_FAR_SIDE_M = 1.0  # how far past the junction the repeater stands


@dataclass(frozen=True)
class Mast:
    """A placed traffic light: its head shows the state's character `link_index` of `tls_id`.

    Attributes:
        placement: the head, which has a label.
        pole: what it is mounted on, which has none.
        tls_id, link_index: what it shows; no id for a light of the map that SUMO has no signal for.
        lane: the lane whose traffic it rules: it faces back along it.
    """

    placement: Placement
    pole: Placement
    tls_id: str
    link_index: int
    lane: str


def signal_lamps(masts: list[Mast], states: Mapping[str, str]) -> dict[str, int]:
    """Return the lamps of each placement by name, for SUMO's state of each traffic light.

    Masts of traffic lights that `states` does not name are left out.

    Raises:
        MapError: if a state is too short for its signals or has an unknown character.
    """
    lamps: dict[str, int] = {}
    for mast in masts:
        state = states.get(mast.tls_id)
        if state is None:
            continue
        if mast.link_index >= len(state) or state[mast.link_index] not in LAMPS:
            raise MapError(
                f"state {state!r} of traffic light {mast.tls_id!r} says nothing known about its "
                f"link {mast.link_index}; give one of {''.join(LAMPS)} for every link"
            )
        lamps[mast.placement.name] = LAMPS[state[mast.link_index]]
    return lamps


def build_signals(network: RoadNetwork, lights: Sequence[MappedLight] = ()) -> list[Mast]:
    """Return the traffic lights of a network: beside each stop line, across, and at crossings.

    Roads and crossings for which the map has `lights` get those and no others.
    """
    masts: list[Mast] = []
    mapped: set[str] = set()
    for light in lights:
        _stand_as_mapped(network, light, masts)
        if light.head is not None and light.pedestrian:
            mapped.add(light.head.to_lane)
        elif light.head is not None:
            mapped.add(network.lanes[light.head.from_lane].edge_id)
    roads: dict[tuple[str, str, tuple[int, ...]], list[SignalHead]] = {}
    crossings: list[SignalHead] = []
    for head in network.signals:
        lane = network.lanes.get(head.from_lane)
        if lane is None:
            continue
        if lane.edge_id in mapped or head.to_lane in mapped:
            continue
        if lane.kind == "driving":
            key = (head.tls_id, lane.edge_id, _shown(network, head))
            roads.setdefault(key, []).append(head)
        elif network.lanes[head.to_lane].kind == "crossing":
            crossings.append(head)
    heads_at: dict[str, int] = {}
    for key, heads in roads.items():
        first = min(heads, key=lambda h: (h.direction != "s", h.link_index))
        rank = heads_at.get(key[1], 0)
        heads_at[key[1]] = rank + 1
        _stand_by_road(network, first, rank, masts)
    for head in crossings:
        _stand_at_crossing(network, head, masts)
    return masts


def _shown(network: RoadNetwork, head: SignalHead) -> tuple[int, ...]:
    """Return the lamps that a link shows in each phase: links that agree share one head."""
    phases = network.programs.get(head.tls_id, ())
    return tuple(LAMPS.get(s[head.link_index], 0) for s in phases if head.link_index < len(s))


def _add(
    network: RoadNetwork, masts: list[Mast], prototype: str, xy: Array, yaw: float, head: SignalHead
) -> None:
    z = float(network.ground_height(xy[None])[0])
    phases = network.programs.get(head.tls_id, ())
    state = phases[0][head.link_index] if phases and head.link_index < len(phases[0]) else "O"
    placement = Placement(
        name=f"signal/{len(masts)}",
        prototype=prototype,
        pose=Pose.from_xyz_yaw(float(xy[0]), float(xy[1]), z, yaw),
        semantic=PROPS[prototype].semantic,
        labelled=True,
        lamps=LAMPS.get(state, 0),
    )
    pole = Placement(
        name=f"signal_mast/{len(masts)}",
        prototype=f"{prototype}_mast",
        pose=placement.pose,
        semantic=PROPS[f"{prototype}_mast"].semantic,
    )
    masts.append(Mast(placement, pole, head.tls_id, head.link_index, head.from_lane))


def _stand_as_mapped(network: RoadNetwork, light: MappedLight, masts: list[Mast]) -> None:
    """Put a mast where the map says; without a signal of SUMO's it shows what priority means."""
    kind = "traffic_light_pedestrian" if light.pedestrian else "traffic_light_vehicle"
    head = light.head or SignalHead("", 0, "", "", "")
    _add(network, masts, kind, _off_the_road(network, light.xy), light.facing_rad, head)
    if light.head is None:
        lamp = SignalLamp.RED if light.pedestrian else SignalLamp.GREEN
        shown = replace(masts[-1].placement, lamps=int(lamp))
        masts[-1] = replace(masts[-1], placement=shown)


def _off_the_road(network: RoadNetwork, xy: Array) -> Array:
    """Return the place (2,) of a mast, m, farther from a carriageway that it would stand close to.

    Maps have masts at the very edge, where riders who lean into a bend would touch them.
    """
    road, point = network.ground.road, shapely.Point(xy)
    distance = float(road.distance(point))
    if not 0.0 < distance < _BESIDE_KERB_M:  # 0: on the road, such as on a gantry
        return xy
    edge = shapely.get_coordinates(shapely.shortest_line(road, point))[0]
    return edge + _BESIDE_KERB_M / distance * (xy - edge)


def _kerb_offset(network: RoadNetwork, edge: str) -> float:
    """Return how far right of its rightmost driving lane's centre a road's kerb is, metres."""
    width = network.driving_lane(edge).width_m / 2
    for lane in network.lanes_of(edge):
        if lane.kind in ("parking", "bicycle", "border") and lane.width_m < 2.6:
            width += lane.width_m
    return width


def _stand_by_road(network: RoadNetwork, head: SignalHead, rank: int, masts: list[Mast]) -> None:
    """Put a mast right beside the stop line and, straight across, one behind the junction."""
    lane = network.lanes[head.from_lane]
    right = network.driving_lane(lane.edge_id)
    end = float(polylines.lengths(right.shape)[-1])
    way = polylines.directions(right.shape, end - 0.1)[0]
    aside = np.array([way[1], -way[0]])
    offset = _kerb_offset(network, lane.edge_id) + _BESIDE_KERB_M
    xy = polylines.at(right.shape[:, :2], end - 0.3 - rank * _HEAD_SPACING_M)[0] + aside * offset
    facing = float(np.arctan2(-way[1], -way[0]))
    _add(network, masts, "traffic_light_vehicle", xy, facing, head)
    if head.direction == "s" and rank == 0:
        to = network.lanes[head.to_lane]
        start = network.driving_lane(to.edge_id).shape
        ahead = polylines.directions(start, 0.1)[0]
        aside = np.array([ahead[1], -ahead[0]])
        offset = _kerb_offset(network, to.edge_id) + _BESIDE_KERB_M
        xy = polylines.at(start[:, :2], _FAR_SIDE_M)[0] + aside * offset
        facing = float(np.arctan2(-ahead[1], -ahead[0]))
        _add(network, masts, "traffic_light_vehicle", xy, facing, head)


def _stand_at_crossing(network: RoadNetwork, head: SignalHead, masts: list[Mast]) -> None:
    """Put a mast at either end of a crossing, for the people who come from the other end."""
    lane = network.lanes[head.to_lane]
    line = lane.shape[:, :2]
    total = float(polylines.lengths(line)[-1])
    for end in (0.0, total):
        way = polylines.directions(line, min(max(end, 0.05), total - 0.05))[0]
        out = way if end > 0 else -way
        side = np.array([-out[1], out[0]])
        base = polylines.at(line, end)[0]
        reach = lane.width_m / 2 + _BESIDE_CROSSING_M
        spots = [
            base + sign * side * reach + out * depth
            for depth in (0.35, 0.7, 1.1)
            for sign in (1.0, -1.0)
        ]
        ground = network.ground
        xy = next((p for p in spots if ground.is_raised(p)), spots[2])
        _add(
            network,
            masts,
            "traffic_light_pedestrian",
            xy,
            float(np.arctan2(-out[1], -out[0])),
            head,
        )
