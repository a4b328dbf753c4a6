"""Events, each from a tiny motion whose outcome is plain to see."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
import tiny_world

import cityloop as cl
from cityloop.annotation.actors import ActorTable
from cityloop.dataset.events import Event
from cityloop.engine import BodySpec, Commands, Contact, DriveCommand, Engine
from cityloop.simulation.events import EventWatch
from cityloop.simulation.stop_lines import StopLines
from cityloop.spatial import Pose, rotation
from cityloop.world.netfile import Lane
from cityloop.world.network import RoadNetwork
from cityloop.world.road_areas import RoadAreas
from cityloop.world.vehicles import VEHICLE_KINDS

SEDAN = VEHICLE_KINDS["sedan"]
BUMPER_M = SEDAN.wheelbase_m + SEDAN.front_overhang_m


@pytest.fixture(scope="module")
def network(small_city: cl.City) -> RoadNetwork:
    return small_city.network


@pytest.fixture(scope="module")
def areas(network: RoadNetwork) -> RoadAreas:
    return RoadAreas(network)


@pytest.fixture
def watch(network: RoadNetwork, areas: RoadAreas) -> EventWatch:
    return EventWatch(areas, StopLines(network), {"ego": {}})


def table(x: float, y: float, yaw: float, speed: float) -> ActorTable:
    """The ego, a sedan, with its front bumper at (x, y), and a child far away."""
    forward = np.array([math.cos(yaw), math.sin(yaw), 0.0])
    place = np.array([x, y, 0.0]) - BUMPER_M * forward
    return ActorTable(
        id=np.array([1, 2], dtype=np.uint32),
        name=("ego", "child"),
        kind=("sedan", "girl"),
        semantic=np.array([13, 11], dtype=np.uint8),
        position=np.stack([place, [500.0, 500.0, 0.0]]),
        quaternion=rotation.from_yaw(np.array([yaw, 0.0])),
        velocity=np.stack([forward * speed, np.zeros(3)]),
        acceleration=np.zeros((2, 3)),
        angular_velocity=np.zeros((2, 3)),
        dimension=np.array([SEDAN.dimension, (0.4, 0.4, 1.2)]),
        box_center=np.array([SEDAN.box_center, (0.0, 0.0, 0.6)]),
        activity=("driving", "standing"),
        lamps=np.zeros(2, dtype=np.uint32),
        indicating=np.zeros(2, np.uint8),
        crossing=np.zeros(2, np.bool_),
    )


def drive(
    watch: EventWatch, way: np.ndarray, signals: dict[str, str], speed: float = 8.0
) -> Iterator[Event]:
    """Lead the bumper along (N, 2) points, 0.4 m apart, in ticks of 0.05 s."""
    for k, (here, step) in enumerate(zip(way, np.gradient(way, axis=0), strict=True)):
        yaw = math.atan2(step[1], step[0])
        yield from watch.look(k, k * 0.05, table(here[0], here[1], yaw, speed), (), signals)


def straight(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    count = max(2, round(float(np.linalg.norm(end - start)) / 0.4) + 1)
    return start + np.linspace(0, 1, count)[:, None] * (end - start)


def signalled_lane(network: RoadNetwork) -> tuple[Lane, str]:
    """A lane that ends at a traffic light, and the light."""
    head = next(h for h in network.signals if network.lanes[h.from_lane].kind == "driving")
    return network.lanes[head.from_lane], head.tls_id


def one_red(link: int) -> str:
    return "G" * link + "r" + "G" * (30 - link)


def over_the_line(lane: Lane, before_m: float = 6.0, after_m: float = 3.0) -> np.ndarray:
    end = lane.shape[-1, :2]
    along = end - lane.shape[-2, :2]
    along = along / np.linalg.norm(along)
    return straight(end - before_m * along, end + after_m * along)


@pytest.mark.parametrize(
    ("aspect", "counts"), [("r", True), ("u", True), ("y", False), ("G", False), ("g", False)]
)
def test_passing_a_stop_line_counts_at_red_alone(
    network: RoadNetwork, watch: EventWatch, aspect: str, counts: bool
) -> None:
    lane, tls = signalled_lane(network)
    events = list(drive(watch, over_the_line(lane), {tls: aspect * 31}))
    assert [e.kind for e in events] == ["red_light"] * counts
    assert watch.happened("red_light", "ego") == counts
    assert not watch.happened("red_light", "child")
    if counts:
        (event,) = events
        # 6 m of 0.4 m each: the bumper is at the line, or just beyond, at tick 15.
        assert event.tick == pytest.approx(15, abs=1)
        assert event.time_s == event.tick * 0.05
        assert event.actors == ("ego",)
        assert np.linalg.norm(event.position[:2] - lane.shape[-1, :2]) < 0.5


def test_stopping_before_the_line_is_no_breach(network: RoadNetwork, watch: EventWatch) -> None:
    lane, tls = signalled_lane(network)
    assert list(drive(watch, over_the_line(lane, 6.0, -0.5), {tls: "r" * 31})) == []


def test_backing_over_the_line_is_no_breach(network: RoadNetwork, watch: EventWatch) -> None:
    lane, tls = signalled_lane(network)
    red = {tls: "r" * 31}
    backwards = over_the_line(lane)[::-1]
    yaw = math.atan2(*(lane.shape[-1, :2] - lane.shape[-2, :2])[::-1])
    for k, here in enumerate(backwards):
        events = watch.look(k, k * 0.05, table(*here, yaw, -0.9), (), red)
        assert events == ()


def test_the_link_that_the_way_takes_is_the_one_that_counts(
    network: RoadNetwork, areas: RoadAreas
) -> None:
    heads = [h for h in network.signals if network.lanes[h.from_lane].kind == "driving"]
    lanes = [h.from_lane for h in heads]
    shared = [h for h in heads if lanes.count(h.from_lane) > 1]
    lane = network.lanes[shared[0].from_lane]
    own, other = [h.link_index for h in shared if h.from_lane == lane.id][:2]
    signals = {shared[0].tls_id: one_red(own)}
    for link, count in ((own, 1), (other, 0)):
        watch = EventWatch(areas, StopLines(network), {"ego": {lane.id: link}})
        assert len(list(drive(watch, over_the_line(lane), signals))) == count
    # Whose way is unknown runs red only if every way is red.
    watch = EventWatch(areas, StopLines(network), {"ego": {}})
    assert list(drive(watch, over_the_line(lane), signals)) == []
    watch = EventWatch(areas, StopLines(network), {"ego": {}})
    (event,) = drive(watch, over_the_line(lane), {shared[0].tls_id: "r" * 31})
    assert event.kind == "red_light"


def open_road(network: RoadNetwork) -> tuple[np.ndarray, np.ndarray, Lane]:
    """The middle of the road into the map from the south: a point, its direction, the lane."""
    lane = network.driving_lane("south_in")
    middle = lane.shape[:, :2].mean(axis=0)
    along = lane.shape[-1, :2] - lane.shape[0, :2]
    return middle, along / np.linalg.norm(along), lane


def test_leaving_the_road_is_told_once_per_excursion(
    network: RoadNetwork, areas: RoadAreas, watch: EventWatch
) -> None:
    middle, along, _ = open_road(network)
    right = np.array([along[1], -along[0]])
    beside = next(
        float(d)
        for d in np.arange(2.0, 30.0, 0.25)
        if areas.off_road_m((middle + d * right)[None])[0] > 4.0
    )
    out = straight(middle, middle + beside * right + 12 * along)
    events = list(drive(watch, np.concatenate([out, out[::-1]]), {}))
    kinds = [e.kind for e in events if e.kind != "wrong_way"]
    assert kinds == ["off_road"]
    off = next(e for e in events if e.kind == "off_road")
    # Where the first wheel is just outside.
    assert 0.1 < areas.off_road_m([off.position])[0] < 0.6
    assert list(drive(watch, straight(middle, middle + 20 * along), {})) == []


def test_driving_against_the_lane_is_wrong_and_along_it_is_not(
    network: RoadNetwork, watch: EventWatch
) -> None:
    middle, along, _ = open_road(network)
    assert list(drive(watch, straight(middle - 20 * along, middle), {})) == []
    (event,) = drive(watch, straight(middle, middle - 20 * along), {})
    assert (event.kind, event.actors, event.tick) == ("wrong_way", ("ego",), 0)
    # Who only stands there does not drive.
    standing = EventWatch(watch._areas, watch._stop_lines, {"ego": {}})
    assert list(drive(standing, straight(middle, middle - 5 * along), {}, speed=0.0)) == []


def contact(a: int, b: int, impulse: float) -> Contact:
    return Contact(a, b, np.array([1.0, 2.0, 0.5]), np.array([1.0, 0.0, 0.0]), impulse)


def test_a_collision_is_told_with_its_first_contact_and_its_whole_impulse(
    network: RoadNetwork, watch: EventWatch
) -> None:
    middle, along, _ = open_road(network)
    here = table(*middle, math.atan2(along[1], along[0]), 8.0)
    told = []
    for frame, impulses in enumerate([[0.0], [83.0], [900.0, 60.0], [50.0], [8.0], [700.0], []]):
        contacts = [contact(1, 2, impulse) for impulse in impulses]
        told.append(watch.look(frame, frame * 0.05, here, contacts, {}))
        # Conditions need not wait for the end of the blow.
        assert watch.touched == ({frozenset(("ego", "child"))} if frame else set())
        assert watch.happened("collision", "child") == (frame > 0)
    whole = Event(1, 0.05, "collision", ("ego", "child"), 1101.0, (1.0, 2.0, 0.5))
    # The second blow of the same two is not told.
    assert told == [(), (), (), (), (whole,), (), ()]
    assert watch.events == [whole]
    assert watch.rest() == ()


def test_who_pushes_on_and_on_has_struck_after_a_quarter_of_a_second(
    network: RoadNetwork, watch: EventWatch
) -> None:
    middle, along, _ = open_road(network)
    here = table(*middle, math.atan2(along[1], along[0]), 8.0)
    events = [
        (frame, event)
        for frame in range(40)
        for event in watch.look(frame, frame * 0.05, here, [contact(1, 2, 10.0)], {})
    ]
    assert [(frame, e.tick, e.impulse_ns) for frame, e in events] == [(6, 0, 70.0)]


def test_a_blow_that_the_run_does_not_see_the_end_of_is_told_as_far_as_it_went(
    network: RoadNetwork, watch: EventWatch
) -> None:
    middle, along, _ = open_road(network)
    here = table(*middle, math.atan2(along[1], along[0]), 8.0)
    for frame, impulse in enumerate([83.0, 900.0]):
        assert watch.look(frame, frame * 0.05, here, [contact(1, 2, impulse)], {}) == ()
    (event,) = watch.rest()
    assert (event.tick, event.impulse_ns) == (0, 983.0)
    assert watch.rest() == ()


@pytest.mark.parametrize("speed_mps", [3.0, 8.0, 14.0])
def test_the_impulse_of_two_cars_is_the_momentum_that_passes_between_them(
    network: RoadNetwork, areas: RoadAreas, engine: Engine, speed_mps: float
) -> None:
    engine.load_scene(tiny_world.scene())
    engine.spawn(
        [
            BodySpec(9, "ground"),
            BodySpec(1, "car", "driven", velocity=np.array([speed_mps, 0.0, 0.0])),
            BodySpec(2, "car", "driven", Pose.from_xyz_yaw(6.0, 0.0)),
        ]
    )
    watch = EventWatch(areas, StopLines(network), {})
    coast = Commands(drive=[DriveCommand(1), DriveCommand(2)])
    told: list[Event] = []
    speeds = [np.array([speed_mps, 0.0])]
    for frame in range(40):
        state = engine.advance(0.05, 5, coast)
        rows = [state.bodies.row(i) for i in (1, 2)]
        speeds.append(state.bodies.velocity[rows, 0])
        told += watch.look(frame, frame * 0.05, table(0.0, 0.0, 0.0, 0.0), state.contacts, {})
        if told:
            break
    (event,) = told
    # speeds[k] is that at the start of tick k.
    before, after = speeds[event.tick], speeds[-1]
    assert after[0] < before[0] - speed_mps / 3
    passed = tiny_world.CAR_MASS * (after - before)
    assert passed[1] == pytest.approx(-passed[0], rel=0.1)
    assert event.impulse_ns == pytest.approx(passed[1], rel=0.1)


def test_what_has_no_label_is_background_to_vehicles_alone(
    network: RoadNetwork, watch: EventWatch
) -> None:
    middle, along, _ = open_road(network)
    here = table(*middle, math.atan2(along[1], along[0]), 8.0)
    house = 1 << 24
    assert watch.look(0, 0.0, here, [contact(2, house, 5.0)], {}) == ()
    assert watch.look(1, 0.05, here, [contact(1, house, 5000.0)], {}) == ()
    (event,) = watch.look(2, 0.1, here, (), {})
    assert event.actors == ("ego", "background")


def test_the_direction_of_motion_counts_and_not_the_heading(
    network: RoadNetwork, areas: RoadAreas
) -> None:
    middle, along, _ = open_road(network)
    ahead = math.atan2(along[1], along[0])
    for yaw, speed, wrong in (
        (ahead, -11.0, True),  # backwards against the lane
        (ahead + math.pi, -11.0, False),  # backwards along it
        (ahead, -0.9, False),  # manoeuvring
        (ahead + math.pi, 0.9, True),
    ):
        watch = EventWatch(areas, StopLines(network), {"ego": {}})
        events = watch.look(0, 0.0, table(*middle, yaw, speed), (), {})
        assert [e.kind for e in events] == ["wrong_way"] * wrong


def test_what_is_so_from_the_start_is_told_at_frame_0(
    network: RoadNetwork, areas: RoadAreas, watch: EventWatch
) -> None:
    middle, along, _ = open_road(network)
    against = table(*middle, math.atan2(-along[1], -along[0]), 8.0)
    bump = contact(1, 2, 83.0)
    for frame in (-2, -1):
        touching = [bump] if frame == -2 else []
        assert watch.look(frame, frame * 0.05, against, touching, {}) == ()
    events = watch.look(0, 0.0, against, (), {})
    events += watch.look(1, 0.05, against, (), {})
    assert [(e.kind, e.tick) for e in events] == [("wrong_way", 0), ("collision", 0)]
    assert watch.look(2, 0.1, against, (), {}) == ()
    right = np.array([along[1], -along[0]])
    beside = EventWatch(areas, StopLines(network), {"ego": {}})
    grass = table(*(middle + 14 * right), math.atan2(along[1], along[0]), 8.0)
    for frame in (-2, -1):
        assert beside.look(frame, frame * 0.05, grass, (), {}) == ()
    (event,) = beside.look(0, 0.0, grass, (), {})
    assert (event.kind, event.tick) == ("off_road", 0)
