import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from cityloop.errors import MapError
from cityloop.world.city import City
from cityloop.world.grid import DRIVING_WIDTH_M, PARKING_WIDTH_M, SIDEWALK_WIDTH_M, build_grid
from cityloop.world.network import RoadNetwork

LANES = """<net version="1.20">
    <edge id=":j_0" function="internal">
        <lane id=":j_0_0" index="0" speed="10" length="2" shape="50,0 52,0" width="3"/>
    </edge>
    <edge id="a" from="i" to="j">
        <lane id="a_0" index="0" allow="pedestrian" speed="2" length="50" shape="0,-4 50,-4"/>
        <lane id="a_1" index="1" disallow="all" speed="2" length="50" width="2"
            shape="0,-2 50,-2"/>
        <lane id="a_2" index="2" disallow="all" speed="2" length="50" width="0.3"
            shape="0,-1 50,-1"/>
        <lane id="a_3" index="3" allow="bicycle" speed="5" length="50" shape="0,-1 50,-1"/>
        <lane id="a_4" index="4" disallow="pedestrian" speed="10" length="50" shape="0,0 50,0"/>
        <lane id="a_5" index="5" speed="10" length="50" shape="0,3 50,3"/>
    </edge>
    <edge id="b" from="j" to="k" type="border|driving">
        <lane id="b_0" index="0" disallow="all" speed="2" length="48" width="2"
            shape="52,-2 100,-2"/>
        <lane id="b_1" index="1" speed="10" length="48" shape="52,0,0 100,0,5"/>
    </edge>
    <junction id="i" type="dead_end" x="0" y="0" shape="0,0"/>
    <junction id="j" type="priority" x="51" y="0" shape="50,-2 52,-2 52,2 50,2"/>
    <junction id="k" type="dead_end" x="100" y="0" shape="100,0"/>
    <connection from="a" to="b" fromLane="4" toLane="1" via=":j_0_0" dir="s" state="M"/>
</net>
"""


@pytest.fixture
def lanes(tmp_path: Path) -> RoadNetwork:
    file = tmp_path / "lanes.net.xml"
    file.write_text(LANES)
    return RoadNetwork(file)


def test_lane_kinds_follow_permissions_types_and_widths(lanes: RoadNetwork) -> None:
    kinds = [lane.kind for lane in lanes.lanes_of("a")]
    assert kinds == ["sidewalk", "parking", "border", "bicycle", "driving", "driving"]
    assert [lane.kind for lane in lanes.lanes_of("b")] == ["border", "driving"]
    assert lanes.lanes[":j_0_0"].kind == "internal"
    assert lanes.lanes["a_4"].width_m == 3.2  # SUMO's default
    assert lanes.driving_lane("a").id == "a_4"


def test_path_runs_through_the_junction_and_changes_lanes(lanes: RoadNetwork) -> None:
    path = lanes.path(["a", "b"])
    assert path[0] == pytest.approx([0, 0, 0])
    assert path[-1] == pytest.approx([100, 0, 5])
    assert np.abs(path[:, 1]).max() < 1e-9
    assert path[np.argmin(np.abs(path[:, 0] - 76)), 2] == pytest.approx(2.5, abs=0.05)


def test_elevation_is_respected(lanes: RoadNetwork) -> None:
    heights = lanes.ground_height(np.array([[60.0, 0.0], [90.0, 0.0]]))
    assert heights == pytest.approx([5 * 8 / 48, 5 * 38 / 48], abs=0.25)


def test_grid_has_the_lanes_it_was_asked_for(town: City) -> None:
    kinds = Counter(lane.kind for lane in town.network.lanes.values())
    assert len(town.network.edges) == 8
    assert (kinds["driving"], kinds["parking"], kinds["sidewalk"]) == (8, 8, 8)
    assert kinds["crossing"] == 4
    assert len([c for c in town.network.connections if c.tls_id]) == 12 + 4
    sidewalk, parking, driving = town.network.lanes_of("east_in")
    assert (sidewalk.width_m, parking.width_m) == (SIDEWALK_WIDTH_M, PARKING_WIDTH_M)
    assert driving.width_m == DRIVING_WIDTH_M
    # Traffic keeps right: from the east it comes along y > 0.
    assert driving.shape[0, 1] == pytest.approx(DRIVING_WIDTH_M / 2, abs=0.01)


def test_four_by_four_blocks_have_nine_crossroads_with_signals(tmp_path: Path) -> None:
    net = tmp_path / "grid.net.xml"
    build_grid((4, 4), 7, net)
    network = RoadNetwork(net)
    assert sum(j.kind == "traffic_light" for j in network.junctions.values()) == 9
    assert len(network.programs) == 9
    assert sum(lane.kind == "crossing" for lane in network.lanes.values()) == 36
    for side in ("east", "north", "west", "south"):
        assert network.aliases[f"{side}_in"] == network.aliases[f"{side}_in_1"]
        assert f"{side}_out_2" in network.aliases
        assert f"{side}_in_3" not in network.aliases


def test_every_crossing_and_link_has_a_signal(town: City) -> None:
    network = town.network
    (tls,) = network.programs
    indices = {s.link_index for s in network.signals}
    assert indices == set(range(len(network.programs[tls][0])))
    assert sum(network.lanes[s.to_lane].kind == "crossing" for s in network.signals) == 4


@pytest.mark.parametrize("end", ["west_out", "north_out", "south_out"])
def test_paths_are_continuous(town: City, end: str) -> None:
    path = town.network.path(town.route("east_in", end))
    steps = np.diff(path[:, :2], axis=0)
    size = np.linalg.norm(steps, axis=1)
    heading = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    assert size.max() < 0.51
    assert size.min() > 0.3
    # 0.5 m at a radius of 3 m is the sharpest that a car can follow.
    assert np.abs(np.diff(heading)).max() < 0.5 / 3.0
    turn = {"west_out": 0.0, "north_out": -np.pi / 2, "south_out": np.pi / 2}[end]
    assert heading[-1] - heading[0] == pytest.approx(turn, abs=1e-3)


def test_route_names_edges_and_refuses_unknown_or_impossible_ways(town: City) -> None:
    assert town.route("east_in", "west_out") == ("east0-x0y0", "x0y0-west0")
    assert town.network.edge_id("x0y0-west0") == "x0y0-west0"
    with pytest.raises(MapError, match=r"no road named 'estin'.*east_in"):
        town.route("estin", "west_out")
    with pytest.raises(MapError, match="no way for a car leads from 'west_out' to 'east_in'"):
        town.route("west_out", "east_in")
    with pytest.raises(MapError, match="no car can go from road 'east0-x0y0'"):
        town.network.path(["east_in", "west_in"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<net><edge", "XML breaks"),
        ("<routes/>", "<routes>"),
        ("<net/>", "no lane for cars"),
        ('<net><edge id="a" from="i" to="j"><lane id="a_0" index="0"/></edge></net>', "'shape'"),
    ],
)
def test_a_broken_network_is_refused_in_one_sentence(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "broken.net.xml"
    file.write_text(text)
    with pytest.raises(MapError, match=r"broken\.net\.xml") as caught:
        RoadNetwork(file)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MapError, match=r"none\.net\.xml.*No such file"):
        RoadNetwork(tmp_path / "none.net.xml")


def test_real_map_keeps_its_sidewalks(gothenburg: City) -> None:
    network = gothenburg.network
    kinds = Counter(lane.kind for lane in network.lanes.values())
    assert (kinds["driving"], kinds["sidewalk"], kinds["crossing"]) == (8, 8, 4)
    assert len(network.programs) == 1
    for edge in network.edges:
        sidewalk, border, driving = network.lanes_of(edge)
        assert (sidewalk.kind, border.kind, driving.kind) == ("sidewalk", "border", "driving")
        assert (sidewalk.width_m, border.width_m, driving.width_m) == (2.0, 0.3, 3.5)
    assert gothenburg.route("west_in", "north_out") == ("-3", "2")


def test_a_pickled_network_has_the_same_ground(lanes: RoadNetwork) -> None:
    """To the bit also in what is cut out of it, so that a city may be sent to other processes."""
    before = lanes.ground
    after = pickle.loads(pickle.dumps(lanes)).ground
    disc = shapely.Point(50.3, 0.2).buffer(1.234)
    for name in ("road", "raised", "ramps"):
        one, other = getattr(before, name), getattr(after, name)
        assert shapely.to_wkb(one) == shapely.to_wkb(other)
        assert shapely.get_precision(one) == shapely.get_precision(other)
        assert shapely.to_wkb(one.difference(disc)) == shapely.to_wkb(other.difference(disc))
