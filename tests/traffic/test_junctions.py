"""Ways across a junction that touch although they do not cross: one vehicle at a time."""

import libsumo
import numpy as np
import pytest

from cityloop.traffic.background import ANY_BRAKING
from cityloop.traffic.junction_ways import ways_across
from cityloop.traffic.junctions import Junctions
from cityloop.traffic.sumo import SumoSimulation
from cityloop.traffic.vehicle_types import vehicle_types
from cityloop.world.netconvert import convert
from cityloop.world.network import RoadNetwork

STEP_S = 0.1
# Four roads that meet: drivers who turn left from the west and from the east pass nose to nose.
NODES = """<nodes>
    <node id="c" x="0" y="0" type="priority"/>
    <node id="w" x="-80" y="0"/><node id="e" x="80" y="0"/>
    <node id="n" x="0" y="80"/><node id="s" x="0" y="-80"/>
</nodes>"""
EDGES = """<edges>
    <edge id="wc" from="w" to="c" priority="3"/><edge id="ec" from="e" to="c" priority="3"/>
    <edge id="cn" from="c" to="n" priority="1"/><edge id="cs" from="c" to="s" priority="1"/>
</edges>"""
ROUTES = {"west": ["wc", "cn"], "east": ["ec", "cs"]}


@pytest.fixture
def network(tmp_path):
    nodes, edges, net = (tmp_path / name for name in ("n.nod.xml", "e.edg.xml", "net.net.xml"))
    nodes.write_text(NODES)
    edges.write_text(EDGES)
    convert([f"--node-files={nodes}", f"--edge-files={edges}"], net, edges)
    return RoadNetwork(net)


def play(network, names, seconds, *, rule):
    """Return how many of the ways across were in use at each step, and who arrived."""
    simulation = SumoSimulation(network.net_file, vehicle_types(), seed=1, step_s=STEP_S)
    inside, arrived = [], []
    try:
        junctions = Junctions(ways_across(network.lanes), network.lanes, STEP_S)
        for name in names:
            libsumo.route.add(name, ROUTES[name])
            libsumo.vehicle.add(name, name, typeID="van")
        for _ in range(round(seconds / STEP_S)):
            there = libsumo.vehicle.getIDList()
            limits = junctions.limits(there) if rule else {}
            for name in there:
                libsumo.vehicle.setSpeedMode(name, ANY_BRAKING)
                libsumo.vehicle.setSpeed(name, limits.get(name, -1))
            simulation.step()
            lanes = {libsumo.vehicle.getLaneID(name) for name in libsumo.vehicle.getIDList()}
            inside.append(sum(lane.startswith(":") for lane in lanes))
            arrived += libsumo.simulation.getArrivedIDList()
    finally:
        simulation.close()
    return np.array(inside), arrived


def test_of_two_who_would_touch_one_waits_and_both_arrive(network):
    together, _ = play(network, ["west", "east"], 30, rule=False)
    assert together.max() == 2  # SUMO lets them
    inside, arrived = play(network, ["west", "east"], 60, rule=True)
    assert inside.max() == 1
    assert sorted(arrived) == ["east", "west"]


def test_who_is_alone_is_not_kept_back(network):
    _, free = play(network, ["west"], 30, rule=False)
    _, ruled = play(network, ["west"], 30, rule=True)
    assert free == ruled == ["west"]


def send(network, vehicles, seconds, standing=()):
    """Send out (name, route, type, start in m); return who arrived. Those `standing` never move."""
    simulation = SumoSimulation(network.net_file, vehicle_types(), seed=1, step_s=STEP_S)
    arrived = []
    try:
        junctions = Junctions(ways_across(network.lanes), network.lanes, STEP_S)
        for name, edges, kind, start_m in vehicles:
            libsumo.route.add(name, edges)
            libsumo.vehicle.add(name, name, typeID=kind, departPos=start_m)
        for _ in range(round(seconds / STEP_S)):
            there = libsumo.vehicle.getIDList()
            limits = junctions.limits(there) | dict.fromkeys(standing, 0.0)
            for name in there:
                libsumo.vehicle.setSpeedMode(name, ANY_BRAKING)
                libsumo.vehicle.setSpeed(name, limits.get(name, -1))
            simulation.step()
            arrived += libsumo.simulation.getArrivedIDList()
    finally:
        simulation.close()
    return arrived


def test_two_who_stand_abreast_both_get_their_turn(network):
    """The bicycle's name comes last, so at the same distance it sorts behind the car beside it."""
    vehicles = [
        ("b", ROUTES["west"], "bicycle", "70"),
        ("a", ROUTES["west"], "sedan", "70"),
        ("c", ROUTES["east"], "van", "70"),
    ]
    assert sorted(send(network, vehicles, 60)) == ["a", "b", "c"]


def test_who_cannot_use_its_way_does_not_keep_it_from_others(network):
    """The first to come stands at the line, as one does who minds a queue beyond the junction."""
    vehicles = [("a", ROUTES["west"], "van", "70"), ("c", ROUTES["east"], "van", "60")]
    assert send(network, vehicles, 60, standing=["a"]) == ["c"]
