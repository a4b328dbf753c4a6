import hashlib
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import libsumo
import numpy as np
import pytest

from cityloop.errors import MapError, ScenarioError
from cityloop.spatial import Pose
from cityloop.traffic.background import BackgroundTraffic, Outsider
from cityloop.world.grid import build_grid
from cityloop.world.network import RoadNetwork
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

DT_S = 0.05
TICKS = 1200


@pytest.fixture(scope="module")
def net_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("net") / "grid.net.xml"
    build_grid((3, 3), 7, path)
    return path


@pytest.fixture(scope="module")
def network(net_file):
    return RoadNetwork(net_file)


@pytest.fixture(scope="module")
def states(network):
    """A minute of traffic."""
    with BackgroundTraffic(network, 25, 30, seed=7, dt_s=DT_S) as traffic:
        return [traffic.state, *(traffic.step() for _ in range(TICKS))]


@pytest.fixture(scope="module")
def tracks(states):
    """Name -> the actor at each tick of its life."""
    found = {}
    for state in states:
        for actor in actors(state):
            found.setdefault(actor.name, []).append((state.tick, actor))
    return found


@dataclass(frozen=True)
class Actor:
    """A vehicle or a person at one tick; fields as in the columns."""

    name: str
    kind: str
    is_person: bool
    pose: Pose
    velocity: np.ndarray
    acceleration: np.ndarray
    wheels: np.ndarray | None
    lamps: int
    gait_phase_rad: float


def actors(state):
    """Return the rows of a state, vehicles first."""
    found = []
    for columns in (state.vehicles, state.people):
        people = columns is state.people
        for i, name in enumerate(columns.names):
            found.append(
                Actor(
                    name,
                    columns.kinds[i],
                    people,
                    Pose(columns.position[i], columns.quaternion[i]),
                    columns.velocity[i],
                    columns.acceleration[i],
                    None if people else columns.wheels[i],
                    0 if people else int(columns.lamps[i]),
                    float(columns.gait_phase_rad[i]) if people else 0.0,
                )
            )
    return found


def digest(states):
    """Return a hash of everything that is in the states."""
    sha = hashlib.sha256()
    for state in states:
        sha.update(repr((state.tick, sorted(state.signals.items()))).encode())
        for a in actors(state):
            sha.update(repr((a.name, a.kind, a.lamps, a.gait_phase_rad)).encode())
            for part in (a.pose.position, a.pose.quaternion, a.velocity, a.acceleration):
                sha.update(part.tobytes())
            sha.update(b"" if a.wheels is None else a.wheels.tobytes())
    return sha.hexdigest()


def run(network, ticks, vehicles=12, pedestrians=12, seed=3):
    with BackgroundTraffic(network, vehicles, pedestrians, seed, DT_S) as traffic:
        return [traffic.state, *(traffic.step() for _ in range(ticks))]


def test_numbers_are_kept(states):
    for state in states:
        people = sum(a.is_person for a in actors(state))
        assert 24 <= len(actors(state)) - people <= 26
        assert 29 <= people <= 31
    assert [s.tick for s in states] == list(range(TICKS + 1))


def test_traffic_is_under_way_and_replaced(states, tracks):
    # Over a cycle of the lights: in some seconds nearly everybody waits.
    some = [a for s in states[::20] for a in actors(s) if not a.is_person]
    assert np.mean([np.linalg.norm(a.velocity) > 3 for a in some]) > 0.3
    assert {np.linalg.norm(a.velocity) > 0.5 for a in actors(states[0]) if a.is_person} == {
        True,
        False,
    }
    assert len(tracks) > 55
    for steps in tracks.values():
        ticks = [tick for tick, _ in steps]
        assert ticks == list(range(ticks[0], ticks[-1] + 1))  # never away, never reused
        assert len({a.kind for _, a in steps}) == 1
    kinds = {a.kind for s in states for a in actors(s)}
    assert len(kinds & set(VEHICLE_KINDS)) >= 4
    assert len(kinds & set(PERSON_KINDS)) >= 4


def test_velocities_and_accelerations_are_derivatives_for_everybody_at_every_tick(tracks):
    for name, steps in tracks.items():
        if len(steps) < 3:
            continue
        position = np.array([a.pose.position for _, a in steps])
        velocity = np.array([a.velocity for _, a in steps])
        acceleration = np.array([a.acceleration for _, a in steps])
        central = (position[2:] - position[:-2]) / (2 * DT_S)
        assert np.linalg.norm(central - velocity[1:-1], axis=1).max() < 0.03, name
        # Accelerations are straight lines between samples, and samples fall on ticks. Only those
        # of vehicles that turn are a little bent.
        within = 1e-6 if steps[0][1].is_person else 0.05
        gained = np.diff(velocity, axis=0) / DT_S
        mean = (acceleration[1:] + acceleration[:-1]) / 2
        assert np.linalg.norm(gained - mean, axis=1).max() < within, name


def test_motion_is_what_vehicles_and_people_can_do(tracks):
    for name, steps in tracks.items():
        velocity = np.array([a.velocity for _, a in steps])
        acceleration = np.array([a.acceleration for _, a in steps])
        yaw = np.array([a.pose.yaw_rad for _, a in steps])
        speed = np.linalg.norm(velocity, axis=1)
        if steps[0][1].is_person:
            assert speed.max() < 2.6, name
            assert np.linalg.norm(acceleration, axis=1).max() < 8.0, name
            continue
        forward = np.column_stack([np.cos(yaw), np.sin(yaw)])
        along = np.einsum("nk,nk->n", velocity[:, :2], forward)
        across = velocity[:, 1] * forward[:, 0] - velocity[:, 0] * forward[:, 1]
        assert np.abs(across).max() < 1e-6, name
        assert along.min() > -1e-6, name
        assert speed.max() < 17.0, name
        assert np.linalg.norm(acceleration, axis=1).max() < 10.0, name
        assert max(abs(a.wheels[:, 0]).max() for _, a in steps) < np.radians(50), name


def test_people_walk_upright_on_the_ground(network, states):
    for state in states[::50]:
        people = [a for a in actors(state) if a.is_person]
        position = np.array([a.pose.position for a in people])
        # Half a metre around, the ground is as high as the feet somewhere (at kerbs: between).
        around = [
            network.ground_height(position[:, :2] + [dx, dy])
            for dx in (-0.5, 0, 0.5)
            for dy in (-0.5, 0, 0.5)
        ]
        assert (position[:, 2] < np.max(around, axis=0) + 0.02).all()
        assert (position[:, 2] > np.min(around, axis=0) - 0.02).all()


def test_cars_keep_out_of_each_other(states):
    for state in states[::10]:
        cars = [a for a in actors(state) if not a.is_person]
        centers = []
        for car in cars:
            kind = VEHICLE_KINDS[car.kind]
            x = np.linspace(-kind.rear_overhang_m + 0.9, kind.wheelbase_m, 4)
            centers.append(car.pose.apply(np.column_stack([x, 0 * x, 0 * x])))
        for i, a in enumerate(centers):
            for b in centers[:i]:
                gap = np.linalg.norm(a[:, None] - b[None], axis=2).min()
                assert gap > 1.5, state.tick


def test_cars_stop_at_red(network, states):
    """Nobody's front bumper crosses a stop line whose lamp has been red for a second."""
    lines = {
        (s.tls_id, s.link_index): network.lanes[s.from_lane]
        for s in network.signals
        if network.lanes[s.from_lane].kind == "driving"
    }
    assert lines
    crossed = 0
    for before, state in pairwise(states[20:]):
        old = {a.name: a for a in actors(before)}
        for car in actors(state):
            if car.is_person or car.name not in old:
                continue
            kind = VEHICLE_KINDS[car.kind]
            bumper = [kind.wheelbase_m + kind.front_overhang_m, 0.0, 0.0]
            a, b = old[car.name].pose.apply(bumper)[:2], car.pose.apply(bumper)[:2]
            for lane in {lane.id: lane for lane in lines.values()}.values():
                end, ahead = lane.shape[-1, :2], lane.shape[-1, :2] - lane.shape[-2, :2]
                ahead = ahead / np.linalg.norm(ahead)
                aside = abs(ahead[0] * (b - end)[1] - ahead[1] * (b - end)[0])
                if aside > 1.5 or not (a - end) @ ahead < 0 <= (b - end) @ ahead:
                    continue
                crossed += 1
                recent = states[state.tick - 20 : state.tick + 1]
                links = [key for key, other in lines.items() if other.id == lane.id]
                red = all(s.signals[tls][i] == "r" for s in recent for tls, i in links)
                assert not red, (car.name, state.tick, lane.id)
    assert crossed > 5


def test_same_seed_same_states_in_another_process_and_another_seed_others(network, net_file):
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path\n"
        "from test_background import RoadNetwork, digest, run\n"
        "print(digest(run(RoadNetwork(Path(sys.argv[1])), 600)))"
    )
    here = str(Path(__file__).parent)
    other = subprocess.run(
        [sys.executable, "-c", code, str(net_file), here],
        capture_output=True,
        text=True,
        check=True,
    )
    mine = digest(run(network, 600))
    assert mine == other.stdout.strip()
    assert digest(run(network, 600)) == mine  # opened again in this process
    assert digest(run(network, 20, seed=4)) != digest(run(network, 20))


def test_cars_do_not_change_who_walks_and_people_not_who_drives(network):
    def who(vehicles, pedestrians):
        states = run(network, 0, vehicles, pedestrians)
        return {a.name: a.kind for a in actors(states[0])}

    few, many = who(0, 12), who(12, 12)
    both = set(few) & set(many)
    assert len(both) >= 10
    assert all(few[n] == many[n] for n in both)
    alone = who(12, 0)
    both = set(alone) & set(many)
    assert len(both) >= 10
    assert all(alone[n] == many[n] for n in both)


@pytest.mark.parametrize("kind", ["sedan", "child"])
def test_traffic_stops_for_an_outsider_and_goes_on_when_it_is_gone(network, kind):
    with BackgroundTraffic(network, 30, 0, seed=5, dt_s=DT_S) as traffic:
        known = {a.name for a in actors(traffic.state)}
        new = None
        while new is None:  # somebody who enters at the end of a street of 140 m
            new = next((a for a in actors(traffic.step()) if a.name not in known), None)
        forward = new.pose.rotate([1.0, 0.0, 0.0])
        place = new.pose.apply([60.0, 0.0, 0.0])
        yaw = new.pose.yaw_rad + (np.pi / 2 if kind == "child" else 0.0)
        there = Outsider("ego", kind, place, yaw, np.zeros(3))
        bumper = VEHICLE_KINDS[new.kind].wheelbase_m + VEHICLE_KINDS[new.kind].front_overhang_m
        tail = VEHICLE_KINDS["sedan"].rear_overhang_m if kind == "sedan" else 0.0

        def drive(ticks, outsiders):
            for _ in range(ticks):
                state = traffic.step(outsiders)
                car = next(a for a in actors(state) if a.name == new.name)
                gap = (place - car.pose.apply([bumper, 0.0, 0.0])) @ forward - tail
                yield gap, np.linalg.norm(car.velocity)

        gaps, speeds = zip(*drive(300, [there]), strict=True)
        assert min(gaps) > 1.0
        assert gaps[-1] < 6.0
        assert speeds[-1] < 0.05
        gaps, speeds = zip(*drive(120, []), strict=True)
        assert gaps[-1] < -10.0
        assert speeds[-1] > 5.0


def test_an_outsider_can_come_go_and_drive_through_the_whole_map(network):
    start, end = (
        network.driving_lane("west0-x0y0").shape[0],
        network.driving_lane("x1y0-east0").shape[-1],
    )
    direction = (end - start) / np.linalg.norm(end - start)
    yaw = float(np.arctan2(direction[1], direction[0]))
    steps = int(np.linalg.norm(end - start) / (12.0 * DT_S)) + 60
    with BackgroundTraffic(network, 5, 5, seed=5, dt_s=DT_S) as traffic:
        for tick in range(steps):
            at = start + direction * (12.0 * DT_S * tick)
            ego = Outsider("ego", "sedan", at, yaw, 12.0 * direction)
            child = Outsider("child", "child", at + [0, 4.0, 0], yaw, 12.0 * direction)
            traffic.step([ego, child] if tick % 100 < 80 else [])


def test_only_one_simulation_a_process(network):
    with BackgroundTraffic(network, 2, 2, seed=1, dt_s=DT_S) as first:
        with pytest.raises(ScenarioError, match="one simulation a process"):
            BackgroundTraffic(network, 2, 2, seed=1, dt_s=DT_S)
        first.step()
        first.close()
        first.close()
    with BackgroundTraffic(network, 2, 2, seed=1, dt_s=DT_S) as again:
        assert again.step().tick == 1


def test_bad_input_is_refused_and_leaves_nothing_open(network, tmp_path, capfd):
    with pytest.raises(ScenarioError, match="-1 vehicles"):
        BackgroundTraffic(network, -1, 0, seed=1, dt_s=DT_S)
    for seed in (-1, 1.5, "a"):
        with pytest.raises(ScenarioError, match="whole number of 0 or more"):
            BackgroundTraffic(network, 1, 0, seed=seed, dt_s=DT_S)
    with pytest.raises(ScenarioError, match=r"0\.01 to 0\.2"):
        BackgroundTraffic(network, 1, 0, seed=1, dt_s=0.5)
    broken = RoadNetwork(network.net_file)
    broken.net_file = tmp_path / "none.net.xml"
    with pytest.raises(MapError, match=r"none\.net\.xml"):
        BackgroundTraffic(broken, 1, 0, seed=1, dt_s=DT_S)
    broken.net_file.write_text("<net><edge id='a'/></net>")
    with pytest.raises(MapError, match="cannot use"):
        BackgroundTraffic(broken, 1, 0, seed=1, dt_s=DT_S)
    tank = Outsider("ego", "tank", np.zeros(3), 0.0, np.zeros(3))
    with (
        BackgroundTraffic(network, 1, 1, seed=1, dt_s=DT_S) as traffic,
        pytest.raises(ScenarioError, match="unknown kind 'tank'"),
    ):
        traffic.step([tank])
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err == ""


def test_a_map_without_sidewalks_has_no_pedestrians(tmp_path):
    from cityloop.world.netconvert import convert

    (tmp_path / "a.nod.xml").write_text(
        '<nodes><node id="a" x="0" y="0"/><node id="b" x="200" y="0"/>'
        '<node id="c" x="400" y="0"/></nodes>'
    )
    (tmp_path / "a.edg.xml").write_text(
        '<edges><edge id="ab" from="a" to="b" disallow="pedestrian"/>'
        '<edge id="bc" from="b" to="c" disallow="pedestrian"/></edges>'
    )
    options = [f"--node-files={tmp_path / 'a.nod.xml'}", f"--edge-files={tmp_path / 'a.edg.xml'}"]
    convert(options, tmp_path / "a.net.xml", Path("road"))
    road = RoadNetwork(tmp_path / "a.net.xml")
    with pytest.raises(ScenarioError, match=r"map has no sidewalks .* set pedestrians to 0"):
        BackgroundTraffic(road, 0, 1, seed=1, dt_s=DT_S)
    with BackgroundTraffic(road, 3, 0, seed=1, dt_s=0.1) as traffic:
        assert actors(traffic.step())


def one_road(folder, length_m):
    """Return the network of one road with a lane to either side that leads nowhere else."""
    from cityloop.world.netconvert import convert

    (folder / "a.nod.xml").write_text(
        f'<nodes><node id="a" x="0" y="0"/><node id="b" x="{length_m}" y="0"/></nodes>'
    )
    (folder / "a.edg.xml").write_text(
        '<edges><edge id="ab" from="a" to="b" disallow="pedestrian"/>'
        '<edge id="ba" from="b" to="a" disallow="pedestrian"/></edges>'
    )
    options = [f"--node-files={folder / 'a.nod.xml'}", f"--edge-files={folder / 'a.edg.xml'}"]
    convert(options, folder / "a.net.xml", Path("road"))
    return RoadNetwork(folder / "a.net.xml")


def test_vehicles_drive_along_a_road_that_is_the_whole_map(tmp_path):
    road = one_road(tmp_path, 400)
    with BackgroundTraffic(road, 6, 0, seed=1, dt_s=0.1) as traffic:
        seen = {}
        for _ in range(1000):
            for car in actors(traffic.step()):
                seen.setdefault(car.name, []).append(car.pose.position)
    assert len(seen) > 12
    ways = [np.array(places)[:, 0] for places in seen.values()]
    through = [x for x in ways if min(x) < 20 and max(x) > 380]  # in at one end, out at the other
    assert any(x[0] < x[-1] for x in through)
    assert any(x[0] > x[-1] for x in through)
    for x in ways:
        steps = np.diff(x)
        assert (steps >= -0.01).all() or (steps <= 0.01).all()


@pytest.mark.parametrize("length_m", [30, 5])  # no trip; no room to enter
def test_a_road_too_short_for_a_trip_is_refused(tmp_path, length_m):
    with pytest.raises(ScenarioError, match=r"no vehicle finds a way .* set vehicles to 0 .* 50 m"):
        BackgroundTraffic(one_road(tmp_path, length_m), 1, 0, seed=1, dt_s=0.1)


def test_more_than_fit_are_as_many_as_there_is_room_for(network):
    with BackgroundTraffic(network, 5000, 1500, seed=1, dt_s=0.1) as traffic:
        for _ in range(50):
            state = traffic.step()
        cars = [a for a in actors(state) if not a.is_person]
        lanes = [lane for lane in network.lanes.values() if lane.kind == "driving"]
        assert 30 < len(cars) < sum(lane.length_m for lane in lanes) / 5.0
        assert sum(a.is_person for a in actors(state)) > 1000


@pytest.mark.parametrize("kind", ["sedan", "child"])
def test_an_outsider_that_cannot_be_placed_is_left_out_until_it_can(network, kind):
    start = network.driving_lane("west0-x0y0").shape[0]
    still = np.zeros(3)
    with BackgroundTraffic(network, 3, 3, seed=5, dt_s=DT_S) as traffic:

        def puppets():
            ids = [*libsumo.vehicle.getIDList(), *libsumo.person.getIDList()]
            return {i for i in ids if i.startswith("outsider.")}

        def step(east_m, velocity):
            at = start + [east_m, 0.0, 0.0]
            for _ in range(3):
                traffic.step([Outsider("ego", kind, at, 0.0, np.asarray(velocity, dtype=float))])
            return puppets()

        assert step(1e6, still) == set()  # from the start: SUMO knows no road near it
        assert step(40.0, still) == {"outsider.ego"}
        assert step(np.nan, still) == set()
        assert step(40.0, [np.inf, 0, 0]) == set()
        for far in (1e4, 1e9, 1e300):  # on from where it has been
            step(far, still)
            step(40.0, [far, -far, 0])
        assert step(40.0, still) == {"outsider.ego"}
