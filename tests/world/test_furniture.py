import math

import numpy as np
import pytest
import shapely

from cityloop.world import polylines
from cityloop.world.bus_stops import bus_bays, find_bus_stops
from cityloop.world.city import City
from cityloop.world.parking import footprint
from cityloop.world.props import PROPS
from cityloop.world.scene import CapsuleCollider, Placement
from cityloop.world.semantics import SemanticClass
from cityloop.world.street_names import street_names

every_city = pytest.mark.parametrize("name", ["town", "gothenburg", "village"])


def standing(city: City) -> list[Placement]:
    return [p for p in city.scene.placements if p.prototype in PROPS and not p.labelled]


def covered(placement: Placement) -> shapely.Geometry:
    collider = PROPS[placement.prototype].collider
    if isinstance(collider, CapsuleCollider):
        return shapely.Point(placement.pose.position[:2]).buffer(collider.radius_m)
    x, y = collider.half_extents[:2]
    corners = np.array([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)]) + collider.center
    return shapely.Polygon(placement.pose.apply(corners * (1, 1, 0))[:, :2])


@every_city
def test_nothing_stands_on_the_road_in_a_house_or_in_something_else(
    name: str, request: pytest.FixtureRequest
) -> None:
    city: City = request.getfixturevalue(name)
    ground = city.network.ground
    # Planted beds are islands in the carriageway.
    road = ground.road.difference(shapely.union_all(ground.beds).buffer(0.05))
    taken = shapely.union_all([road.buffer(-0.02), *city.footprints])
    shapely.prepare(taken)
    things = [p for p in standing(city) if not p.name.startswith("signal_mast")]
    areas = [covered(p) for p in things]
    for placement, area in zip(things, areas, strict=True):
        assert not area.intersects(taken), placement
    tree = shapely.STRtree(areas)
    for a, b in tree.query(areas, predicate="intersects").T:
        # Pieces of one hedge or fence touch.
        if a < b and not {things[a].prototype, things[b].prototype} <= {"hedge", "fence"}:
            assert areas[a].intersection(areas[b]).area < 1e-3, (things[a], things[b])


@every_city
def test_people_have_room_beside_what_stands_on_a_sidewalk(
    name: str, request: pytest.FixtureRequest
) -> None:
    city: City = request.getfixturevalue(name)
    things = shapely.STRtree([covered(p) for p in standing(city)])
    for edge in city.network.edges:
        for lane in city.network.lanes_of(edge, "sidewalk"):
            line = lane.shape[:, :2]
            total = float(polylines.lengths(line)[-1])
            for s in np.arange(10.0, total - 10.0, 0.5):
                way = polylines.directions(line, s)[0]
                left = np.array([-way[1], way[0]])
                middle = polylines.at(line, s)[0]
                half = lane.width_m / 2 * left
                across = shapely.LineString([middle - half, middle + half])
                free = across
                for i in things.query(across, predicate="intersects"):
                    free = free.difference(things.geometries[i])
                assert max(part.length for part in shapely.get_parts(free)) > 1.15


def test_wide_sidewalks_have_what_streets_have(town: City) -> None:
    kinds = {p.prototype for p in standing(town)}
    assert {"bin", "bench", "bicycle_rack", "street_lamp"} <= kinds


def test_gardens_have_hedges_and_fences_along_the_road(village: City) -> None:
    lines = [p for p in standing(village) if p.prototype in ("hedge", "fence")]
    assert {p.prototype for p in lines} == {"hedge", "fence"}
    for piece in lines:
        along = piece.pose.yaw_rad + math.pi / 2
        nearest = min(
            (
                abs(polylines.project(lane.shape, piece.pose.position)[1]),
                abs(math.cos(along - math.atan2(*np.subtract(*lane.shape[[-1, 0], 1::-1])))),
            )
            for edge in village.network.edges
            for lane in village.network.lanes_of(edge, "driving")
        )
        assert nearest[0] < 9.0


def test_a_bus_stop_has_a_sign_a_shelter_and_no_parked_car(town: City) -> None:
    city = town
    stops = find_bus_stops(city.network, city.seed, np.zeros((0, 2)))
    signs = [p for p in city.scene.placements if p.name.startswith("bus_stop/")]
    shelters = [p for p in city.scene.placements if p.prototype == "bus_shelter"]
    assert len(signs) == len(shelters) == len(stops) > 0
    for stop, sign in zip(stops, signs, strict=True):
        lane = city.network.driving_lane(stop.edge_id)
        s, aside = polylines.project(lane.shape, sign.pose.position)
        assert aside < 0  # on the right
        assert s == pytest.approx(stop.s_m, abs=4.0)
        way = polylines.directions(lane.shape, s)[0]
        assert math.cos(sign.pose.yaw_rad - math.atan2(way[1], way[0])) < -0.99
        assert sign.labelled
        assert sign.semantic == SemanticClass.TRAFFIC_SIGN
    bays = shapely.union_all(bus_bays(city.network, stops))
    for car in (p for p in city.scene.placements if p.name.startswith("parked/")):
        assert not footprint(car.prototype, car.pose).intersects(bays)


def test_mapped_bus_stops_stand_at_their_road(village: City) -> None:
    network = village.network
    lane = network.driving_lane(sorted(street_names(network, 1))[0])
    spot = polylines.at(lane.shape[:, :2], 20.0)[0]
    way = polylines.directions(lane.shape, 20.0)[0]
    right = spot + 4.0 * np.array([way[1], -way[0]])
    (stop,) = find_bus_stops(network, 1, right[None])
    assert stop.edge_id == lane.edge_id
    assert stop.s_m == pytest.approx(20.0, abs=0.2)
    assert find_bus_stops(network, 1, np.array([[9000.0, 9000.0]])) == []
