"""Kinds of vehicles in SUMO: every kind gets through, bicycles keep to the right and to lanes."""

import collections

import libsumo
import numpy as np
import pytest

from cityloop.traffic import demand
from cityloop.traffic.background import BackgroundTraffic
from cityloop.traffic.demand import Demand
from cityloop.traffic.outsiders import OutsiderMirror
from cityloop.traffic.road_graph import RoadGraph
from cityloop.traffic.state import Outsider
from cityloop.traffic.sumo import SumoSimulation
from cityloop.traffic.vehicle_types import (
    DRIVING,
    chassis_of,
    vehicle_classes,
    vehicle_types,
)
from cityloop.world.grid import build_grid
from cityloop.world.netconvert import convert
from cityloop.world.network import RoadNetwork
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

STEP_S = 0.1

NODES = """<nodes>
    <node id="a" x="0" y="0"/><node id="b" x="300" y="0"/><node id="c" x="600" y="0"/>
</nodes>"""
EDGES = """<edges>
    <edge id="ab" from="a" to="b" speed="13.9" numLanes="2">
        <lane index="0" allow="bicycle" width="1.6"/>
        <lane index="1" allow="passenger taxi delivery truck bus motorcycle"/>
    </edge>
    <edge id="bc" from="b" to="c" speed="13.9" numLanes="1" disallow="truck"/>
</edges>"""


@pytest.fixture
def lanes(tmp_path):
    """A road with a bicycle lane, then one that lorries may not use."""
    nodes, edges, net = (tmp_path / name for name in ("n.nod.xml", "e.edg.xml", "net.net.xml"))
    nodes.write_text(NODES)
    edges.write_text(EDGES)
    convert([f"--node-files={nodes}", f"--edge-files={edges}"], net, edges)
    return net


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    path = tmp_path_factory.mktemp("net") / "grid.net.xml"
    build_grid((3, 3), 7, path)
    return RoadNetwork(path)


def test_every_kind_has_a_way_to_drive_and_a_type():
    assert set(DRIVING) == set(VEHICLE_KINDS)
    types = {t["id"]: t for t in vehicle_types()}
    assert set(VEHICLE_KINDS) | set(PERSON_KINDS) <= set(types)
    for name, kind in VEHICLE_KINDS.items():
        said = types[name]
        assert float(said["length"]) == pytest.approx(kind.length_m, abs=1e-3)
        assert float(said["accel"]) < kind.max_accel_mps2
        assert float(said["decel"]) < float(said["emergencyDecel"]) <= kind.max_decel_mps2
        assert float(said["maxSpeed"]) <= kind.max_speed_mps
    assert sum(demand.VEHICLE_SHARES.values()) == pytest.approx(1.0)
    assert set(demand.VEHICLE_SHARES) == set(VEHICLE_KINDS)


@pytest.mark.parametrize("name", list(VEHICLE_KINDS))
def test_the_motion_knows_the_wheels_of_the_prototype(name):
    kind, chassis = VEHICLE_KINDS[name], chassis_of(name)
    assert len(chassis.wheel_centers) == (2 if kind.two_wheeled else 4)
    np.testing.assert_allclose(chassis.wheel_centers, np.array(kind.wheel_centers)[:, :2])
    # The point that follows SUMO's path lies before the rear axle, or the rear would not follow.
    assert 0.4 * kind.wheelbase_m < chassis.guide_m <= kind.wheelbase_m


def test_every_kind_lives_in_a_city(grid, monkeypatch):
    monkeypatch.setattr(demand, "VEHICLE_SHARES", dict.fromkeys(VEHICLE_KINDS, 1.0))
    travelled = collections.Counter()
    aside = []
    with BackgroundTraffic(grid, 40, 0, seed=5, dt_s=STEP_S) as traffic:
        for tick in range(500):
            cars = traffic.step().vehicles
            for kind, velocity, wheels in zip(cars.kinds, cars.velocity, cars.wheels, strict=True):
                travelled[kind] += np.linalg.norm(velocity) * STEP_S
                assert len(wheels) == len(VEHICLE_KINDS[kind].wheel_centers)
                if kind == "bicycle":
                    assert np.linalg.norm(velocity) < 6.5
            if tick % 20 == 0:
                aside += [
                    libsumo.vehicle.getLateralLanePosition(name)
                    for name in libsumo.vehicle.getIDList()
                    if libsumo.vehicle.getTypeID(name) == "bicycle"
                    and not libsumo.vehicle.getRoadID(name).startswith(":")
                ]
    assert set(travelled) == set(VEHICLE_KINDS)
    assert min(travelled.values()) > 40.0
    assert np.median(aside) < -0.5  # right of the middle of the lane


def test_ways_are_open_to_the_classes_that_the_map_says(lanes):
    simulation = SumoSimulation(lanes, vehicle_types(), seed=1, step_s=STEP_S)
    try:
        roads = RoadGraph()
        assert roads.admits(["ab", "bc"], "passenger")
        assert roads.admits(["ab", "bc"], "bicycle")
        assert roads.admits(["ab"], "truck")
        assert not roads.admits(["bc"], "truck")
        assert not roads.admits(["ab", "bc"], "truck")
        trips = [
            Demand(roads, seed, vehicle_classes()).trip(n, on_the_way=False)
            for seed in range(3)
            for n in range(100)
        ]
        kinds = collections.Counter(trip.kind for trip in trips)
        assert kinds["bicycle"] > 3
        assert kinds["truck"] == 0
    finally:
        simulation.close()


def test_outsiders_are_seen_on_roads_that_are_closed_to_their_class(lanes):
    simulation = SumoSimulation(lanes, vehicle_types(), seed=1, step_s=STEP_S)
    try:
        mirror = OutsiderMirror(RoadNetwork(lanes), 0.0)
        still = np.zeros(3)
        mirror.place([Outsider("lorry", "truck", np.array([400.0, -1.6, 0.0]), 0.0, still)])
        simulation.step()
        assert libsumo.vehicle.getRoadID("outsider.lorry") == "bc"
    finally:
        simulation.close()


def test_bicycles_take_the_bicycle_lane(lanes):
    simulation = SumoSimulation(lanes, vehicle_types(), seed=1, step_s=STEP_S)
    try:
        libsumo.route.add("way", ["ab", "bc"])
        for name in ("bicycle", "sedan"):
            libsumo.vehicle.add(name, "way", typeID=name, departLane="best", departSpeed="max")
        for _ in range(100):
            simulation.step()
        assert libsumo.vehicle.getLaneID("bicycle") == "ab_0"
        assert libsumo.vehicle.getLaneID("sedan") == "ab_1"
    finally:
        simulation.close()


def test_bicycles_enter_with_room_to_move_over_before_the_next_junction(lanes):
    """Before a red light they would creep sideways nearly at rest, and stand across the lane."""
    simulation = SumoSimulation(lanes, vehicle_types(), seed=1, step_s=STEP_S)
    try:
        demand = Demand(RoadGraph(), 3, vehicle_classes())
        trips = [demand.trip(n, on_the_way=True) for n in range(1500)]
        starts = {
            bicycle: [t.depart_position_m for t in trips if (t.kind == "bicycle") is bicycle]
            for bicycle in (True, False)
        }
        length = libsumo.lane.getLength("ab_0")
        assert len(starts[True]) > 30
        assert max(starts[True]) == pytest.approx(length - 25.0), "some would be nearer"
        assert max(starts[False]) > length - 5.0
    finally:
        simulation.close()


def test_nobody_cycles_on_fast_roads(tmp_path):
    nodes, edges, net = (tmp_path / name for name in ("n.nod.xml", "e.edg.xml", "net.net.xml"))
    nodes.write_text(NODES)
    edges.write_text(
        '<edges><edge id="ab" from="a" to="b" speed="30.6" numLanes="2"/>'
        '<edge id="bc" from="b" to="c" speed="30.6" numLanes="2"/></edges>'
    )
    convert([f"--node-files={nodes}", f"--edge-files={edges}"], net, edges)
    simulation = SumoSimulation(net, vehicle_types(), seed=1, step_s=STEP_S)
    try:
        trips = Demand(RoadGraph(), 3, vehicle_classes())
        kinds = {trips.trip(n, on_the_way=True).kind for n in range(200)}
        assert "bicycle" not in kinds
        assert "motorcycle" in kinds
    finally:
        simulation.close()
