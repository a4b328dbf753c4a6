"""People who are hit: they go limp, lie where they fall, and traffic waits behind them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cityloop as cl
from cityloop.dataset import Dataset, verify
from cityloop.dataset.verification import Report, Row
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.solids import SolidCheck
from cityloop.simulation.tick import Simulation
from cityloop.spatial import rotation
from cityloop.world.road_areas import RoadAreas

CHILD_AT_M = 62.0
LIES = "fallen"
FALLEN_BOXES = "3D boxes hold the surface: fallen"


def scenario_of(
    city: cl.City, duration_s: float, *, filmed: bool = False, run_mps: float = 3.0
) -> cl.Scenario:
    """Somebody drives along who takes no notice of people, and a child runs out."""
    scenario = cl.Scenario(city, duration_s=duration_s, seed=3, name="fall")
    scenario.traffic(vehicles=14, pedestrians=10)
    ego = scenario.vehicle(
        "ego",
        kind="sedan",
        route=city.route("west_in", "east_out"),
        start_m=38,
        speed_mps=9,
        ignores=["people"],
    )
    if filmed:
        ego.camera("front", fov_deg=90, size=(160, 90), position=(1.6, 0.0, 1.4))
    spot = city.roadside("west_in", s_m=CHILD_AT_M, hidden_by="parked")
    child = scenario.pedestrian("child", kind="girl", at=spot)
    scenario.when(ego.distance_to(child) < 13.0).do(child.run_across(speed_mps=run_mps))
    return scenario


@pytest.fixture(scope="module")
def recorded(
    small_city: cl.City, engine: cl.Engine, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("fallen") / "d"
    cl.record(scenario_of(small_city, 4.0, filmed=True), engine, out)
    return out


@pytest.fixture(scope="module")
def report(recorded: Path) -> Report:
    return verify(recorded)


def test_a_child_that_is_hit_lies_there_and_says_so(recorded: Path) -> None:
    sequence = Dataset(recorded).sequence("fall")
    (hit,) = (e for e in sequence.events if e.kind == "collision" and "child" in e.actors)
    assert set(hit.actors) == {"ego", "child"}
    assert hit.impulse_ns > 50.0
    activity, height = {}, {}
    for tick in sequence.states.ticks:
        state = sequence.states.at(tick)
        assert state is not None
        row = state.actors.name.index("child")
        activity[tick] = state.actors.activity[row]
        center = rotation.rotate(state.actors.quaternion[row], state.actors.box_center[row])
        height[tick] = state.actors.position[row, 2] + center[2]
    assert {activity[t] for t in activity if t > hit.tick} == {"fallen"}
    assert "fallen" not in {activity[t] for t in activity if t < hit.tick}
    # The middle of the box: a standing girl's is at 0.65 m, somebody's who lies below 0.4 m.
    assert 0.0 < height[max(height)] < 0.4


def test_a_recording_with_somebody_who_falls_passes_every_check(report: Report) -> None:
    assert [r.check for r in report.rows if not r.passed] == []
    counts = {r.check: r.count for r in report.rows}
    assert counts["flow_forward: people"] > 0
    assert counts[FALLEN_BOXES] > 0


def boxes_of_the_fallen(path: Path) -> Row:
    """What `verify` says about them, without all that it says besides."""
    check = SolidCheck()
    for frame in Dataset(path).sequence("fall").each_frame():
        check.look(Picture(frame), [])
    (row,) = (r for r in check.rows() if r.check == FALLEN_BOXES)
    return row


@pytest.mark.parametrize("speed_mps", [5.0, 15.0])
def test_boxes_hold_the_limbs_of_people_who_are_run_over(
    speed_mps: float, small_city: cl.City, engine: cl.Engine, tmp_path: Path
) -> None:
    x, y = 1.625, -110.0
    scenario = cl.Scenario(small_city, duration_s=2.0, seed=3, name="fall")
    ego = scenario.vehicle(
        "ego",
        kind="sedan",
        waypoints=[(x, y), (x, -30.0)],
        speed_mps=speed_mps,
        ignores=["signals", "people", "speed_limit", "vehicles"],
    )
    ego.camera("front", fov_deg=90, size=(160, 90), position=(1.6, 0.0, 1.4))
    for number, (ahead, aside) in enumerate(((8.0, -0.6), (14.0, 0.0), (22.0, 0.6))):
        place, beyond = (x + aside, y + ahead), (x + aside, y + ahead + 9.0)
        scenario.pedestrian(f"p{number}", kind="man", waypoints=[place, beyond])
    cl.record(scenario, engine, tmp_path / "d")
    fallen = boxes_of_the_fallen(tmp_path / "d")
    assert fallen.count > 100
    assert fallen.worst < 0.03
    # The labels of smaller boxes: those of the standing bodies were.
    path = tmp_path / "d/sequences/fall/objects.parquet"
    rows = pq.read_table(path)
    column = rows.schema.get_field_index("dimension")
    smaller = [[0.8 * d for d in size] for size in rows.column(column).to_pylist()]
    field = rows.schema.field(column)
    pq.write_table(rows.set_column(column, field, pa.array(smaller, type=field.type)), path)
    assert not boxes_of_the_fallen(tmp_path / "d").passed


def test_background_traffic_queues_behind_somebody_who_has_fallen(
    small_city: cl.City, engine: cl.Engine
) -> None:
    # Fast enough to come to lie in the way of who drives there, with no room to pass.
    simulation = Simulation(scenario_of(small_city, 60.0, run_mps=3.2), engine)
    nearest = np.inf
    queued: set[str] = set()
    still = 0  # ticks since the first of the queue stands
    try:
        for _ in range(800):
            table = simulation.step().actors
            child = table.name.index("child")
            if table.activity[child] != "fallen":
                continue
            cars = [i for i, n in enumerate(table.name) if n.startswith("traffic/car.")]
            center = table.position + rotation.rotate(table.quaternion, table.box_center)
            off = table.position[child] - center[cars]
            local = rotation.rotate(rotation.inverse(table.quaternion[cars]), off)
            gap = np.abs(local[:, :2]) - table.dimension[cars, :2] / 2
            nearest = min(nearest, float(gap.max(axis=1).min()))
            speed = np.linalg.norm(table.velocity[cars], axis=1)
            behind = (local[:, 0] > 0) & (local[:, 0] < 40) & (np.abs(local[:, 1]) < 2)
            queued |= {table.name[cars[k]] for k in np.flatnonzero(behind & (speed < 0.1))}
            still += bool(queued)
            if still > 100:
                break
    finally:
        simulation.close()
    assert nearest > 0.2  # nobody drives over the child
    assert queued


def somebody_on_the_road(city: cl.City, engine: cl.Engine) -> tuple[int, np.ndarray, np.ndarray]:
    """A seed, and where somebody of its background crosses the road in frame 0, and how fast."""
    areas = RoadAreas(city.network)
    for seed in range(20):
        scenario = cl.Scenario(city, duration_s=1.0, seed=seed)
        scenario.traffic(pedestrians=40)
        (first, *_) = cl.run(scenario, engine)
        people = [i for i, n in enumerate(first.actors.name) if n.startswith("traffic/")]
        off = areas.off_road_m(first.actors.position[people])
        speed = np.linalg.norm(first.actors.velocity[people], axis=1)
        crossing = np.flatnonzero((off <= 0) & (speed > 0.8))
        if len(crossing):
            row = people[crossing[0]]
            return seed, first.actors.position[row, :2], first.actors.velocity[row, :2]
    raise AssertionError("nobody crosses a road")


def test_people_of_the_background_fall_as_well_and_are_labelled_so(
    small_city: cl.City, engine: cl.Engine
) -> None:
    seed, place, velocity = somebody_on_the_road(small_city, engine)
    # A car that comes along the road meets them after 0.6 s.
    along = np.array([velocity[1], -velocity[0]]) / np.linalg.norm(velocity)
    meeting = place + 0.6 * velocity
    scenario = cl.Scenario(small_city, duration_s=2.5, seed=seed)
    scenario.traffic(pedestrians=40)
    ego = scenario.vehicle(
        "ego",
        kind="sedan",
        waypoints=[meeting - 9.7 * along, meeting + 12.0 * along],
        speed_mps=10,
        ignores=["people", "signals", "speed_limit"],
    )
    # From above the roof, to see who lies right before the bumper.
    ego.camera("front", fov_deg=100, size=(160, 120), position=(3.0, 0.0, 4.0), pitch_deg=50)
    hit: dict[str, int] = {}
    fallen: dict[str, int] = {}
    labelled: set[str] = set()
    seen_lying: set[str] = set()
    for frame in cl.run(scenario, engine, passes=("instance", "depth", "semantic")):
        for event in frame.events:
            if event.kind == "collision":
                assert event.actors[0] == "ego"
                # The car goes straight on, over a kerb, into a post or what is parked there.
                if event.actors[1].startswith("traffic/person."):
                    hit[event.actors[1]] = event.tick
        objects = frame["front"].objects
        labelled.update(n for n, a in zip(objects.name, objects.activity, strict=True) if a == LIES)
        down = {
            n for n, a in zip(frame.actors.name, frame.actors.activity, strict=True) if a == LIES
        }
        assert down >= fallen.keys()
        fallen |= dict.fromkeys(down - fallen.keys(), frame.index)
        seen_lying |= down & set(objects.name)
    assert fallen.keys() == hit.keys()
    assert hit
    # They go limp at the first touch; the first push may be that of the next tick.
    assert all(hit[name] - fallen[name] in (0, 1) for name in hit)
    assert all(name.startswith("traffic/person.") for name in hit)
    assert labelled == seen_lying
    assert labelled
    actors = frame.actors
    for row in map(actors.name.index, fallen):
        center = rotation.rotate(actors.quaternion[row], actors.box_center[row])
        # On the road, or still on the bonnet of the car that hit them.
        assert 0.0 < actors.position[row, 2] + center[2] < 1.0
