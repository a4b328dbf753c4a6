"""What an OpenDRIVE map becomes: the rest of the world on top of its road network."""

import numpy as np

from cityloop.world.map_content import MapContent
from cityloop.world.markings import Markings
from cityloop.world.network import RoadNetwork
from cityloop.world.opendrive.lights import find_lights
from cityloop.world.opendrive.objects import build_objects, paint_crosswalks
from cityloop.world.opendrive.reading import OpenDriveMap
from cityloop.world.opendrive.road_marks import draw_marks
from cityloop.world.opendrive.signs import find_signs

_TOWN_MPS, _COUNTRY_MPS, _MOTORWAY_MPS = 50 / 3.6, 80 / 3.6, 110 / 3.6


def default_speed_mps(source: OpenDriveMap) -> float:
    """Return the limit on lanes for which the map gives none.

    50 km/h on a map with sidewalks or with types of roads (from which netconvert takes limits);
    else 110 km/h where a road has two lanes or more in one direction, and 80 km/h.
    """
    sections = [section for road in source.roads for section in road.sections]
    kinds = {lane.kind for section in sections for lane in section.lanes.values()}
    if "sidewalk" in kinds or any(road.road_type for road in source.roads):
        return _TOWN_MPS
    widest = max(
        (
            sum(lane.kind == "driving" and lane.number * side > 0 for lane in s.lanes.values())
            for s in sections
            for side in (1, -1)
        ),
        default=0,
    )
    return _MOTORWAY_MPS if widest > 1 else _COUNTRY_MPS


def opendrive_content(source: OpenDriveMap, network: RoadNetwork) -> MapContent:
    """Return paint, objects, signs and traffic lights of a map on the network made from it."""
    markings = Markings()
    draw_marks(source, markings)
    standing = build_objects(source, network.ground_height, markings)
    paint_crosswalks(standing.crosswalks, list(network.ground.crossings.values()), markings)
    return MapContent(
        outlines=standing.outlines,
        trees=np.array(standing.trees).reshape(-1, 2),
        lines=markings if source.has_marks else None,
        lights=find_lights(source, network),
        signs=find_signs(source),
        scene=standing.scene,
        walls=standing.walls,
    )
