from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cityloop as cl
from cityloop.engine import CameraImages
from cityloop.errors import EngineError, RequestError, ScenarioError
from cityloop.simulation.roster import Roster
from cityloop.simulation.tick import Simulation
from cityloop.spatial import rotation


@pytest.fixture
def scenario(small_city: cl.City) -> cl.Scenario:
    scenario = cl.Scenario(small_city, duration_s=0.5, seed=1, name="small")
    scenario.traffic(vehicles=6, pedestrians=6)
    route = small_city.route("south_in", "north_out")
    ego = scenario.vehicle("ego", kind="sedan", route=route, start_m=20, speed_mps=8)
    ego.camera("front", size=(96, 54))
    return scenario


def test_frames_come_in_lockstep_with_labels_of_their_own_tick(
    scenario: cl.Scenario, engine: cl.Engine
) -> None:
    frames = 0
    for frame in cl.run(scenario, engine):
        assert frame.index == frames
        assert frame.time_s == pytest.approx(frames * 0.05)
        front = frame["front"]
        assert front.rgb.shape == (54, 96, 3)
        assert set(front.objects.id.tolist()) == set(np.unique(front.instance).tolist()) - {0}
        # The camera rides on the ego's pose of the same tick, not on the newest one.
        ego = frame.actors.name.index("ego")
        mount = rotation.rotate(frame.actors.quaternion[ego], [1.6, 0.0, 1.4])
        assert (front.images.tick, front.images.time_s) == (frame.index, frame.time_s)
        position = front.images.world_from_camera.position
        assert position == pytest.approx(frame.actors.position[ego] + mount, abs=1e-6)
        frames += 1
    assert frames == 10


def test_other_colours_change_the_colour_and_nothing_else(
    scenario: cl.Scenario, engine: cl.Engine
) -> None:
    def first_frame() -> dict[str, np.ndarray]:
        frame = next(iter(cl.run(scenario, engine)))
        return {name: image.copy() for name, image in frame["front"].images.passes.items()}

    before = first_frame()
    scenario.colours(seed=8)
    after = first_frame()
    assert set(before) == set(cl.PASSES)
    changed = {name for name in before if before[name].tobytes() != after[name].tobytes()}
    assert changed == {"rgb"}


def test_the_brake_acts_one_tick_after_the_frame(scenario: cl.Scenario, engine: cl.Engine) -> None:
    def ways(brake_from: int) -> np.ndarray:
        found = []
        for frame in cl.run(scenario, engine, passes=("semantic",)):
            ego = frame.actors.name.index("ego")
            found.append(frame.actors.position[ego, :2])
            if frame.index >= brake_from:
                frame.control("ego", brake=1.0)
        return np.linalg.norm(np.array(found) - found[0], axis=1)

    free, braked = ways(99), ways(3)
    # Where the ego is in frame 4 was already known when frame 3 came out.
    assert (braked[:5] == free[:5]).all()
    assert braked[5] < free[5]
    assert braked[9] < free[9] - 0.1


def test_wrong_words_in_the_loop(scenario: cl.Scenario, engine: cl.Engine) -> None:
    run = cl.run(scenario, engine, passes=("semantic",))
    frame = next(run)
    with pytest.raises(ScenarioError, match="no camera 'rear': the scenario has front"):
        frame["rear"]
    with pytest.raises(ScenarioError, match="no vehicle 'bus' to control: there is ego"):
        frame.control("bus", brake=1.0)
    with pytest.raises(ScenarioError, match="brake of 'ego' cannot be 2"):
        frame.control("ego", brake=2.0)
    with pytest.raises(ScenarioError, match="throttle of 'ego' cannot be full"):
        frame.control("ego", throttle="full")  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match="throttle of 'ego' cannot be nan"):
        frame.control("ego", throttle=float("nan"))
    with pytest.raises(ScenarioError, match="brake of 'ego' cannot be True"):
        frame.control("ego", brake=True)
    with pytest.raises(ScenarioError, match="a vehicle or its name, not None"):
        frame.control(None, brake=1.0)  # type: ignore[arg-type]
    frame.control("ego", brake=np.float32(0.5))  # as a network gives it
    with pytest.raises(ScenarioError, match="not asked for the pass 'depth'"):
        _ = frame["front"].depth
    run.close()


def test_what_is_played_must_be_a_scenario_on_an_engine(
    scenario: cl.Scenario, engine: cl.Engine, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=r"played on an engine, not on None: start one"):
        cl.record(scenario, None, tmp_path / "out")  # type: ignore[arg-type]
    with pytest.raises(EngineError, match=r"not on '127"):
        next(cl.run(scenario, "127.0.0.1:1"))  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match=r"What is played is a Scenario, not 'a\.yaml'"):
        next(cl.run("a.yaml", engine))  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("substeps", [-1, 0, 2.5])
def test_a_tick_has_substeps(engine: cl.Engine, substeps: float) -> None:
    with pytest.raises(RequestError, match=rf"advance\(substeps={substeps}\) is impossible"):
        engine.advance(0.05, substeps)  # type: ignore[arg-type]


def test_a_failure_ends_the_run(scenario: cl.Scenario, engine: cl.Engine) -> None:
    scenario.fail_when(cl.time() > 0.12)
    frames = list(cl.run(scenario, engine, passes=("semantic",)))
    assert [bool(f.failure) for f in frames] == [False, False, False, True]
    assert frames[-1].failure == "time > 0.12"


def test_everybody_moves_as_the_labels_say(scenario: cl.Scenario, engine: cl.Engine) -> None:
    simulation = Simulation(scenario.vary(duration_s=2.0), engine)
    try:
        tables = [simulation.step().actors for _ in range(40)]
    finally:
        simulation.close()
    compared = 0
    for before, now, after in zip(tables, tables[1:], tables[2:], strict=False):
        for i, name in enumerate(now.name):
            if name in before.name and name in after.name:
                j, k = before.name.index(name), after.name.index(name)
                difference = (after.position[k] - before.position[j]) / 0.1
                assert now.velocity[i] == pytest.approx(difference, abs=0.05), name
                compared += 1
    assert compared > 500


def test_scripted_people_wait_until_told(small_city: cl.City, engine: cl.Engine) -> None:
    scenario = cl.Scenario(small_city, duration_s=2, seed=1)
    child = scenario.pedestrian("child", kind="girl", at=small_city.roadside("south_in", s_m=40))
    scenario.when(cl.time() > 0.4).do(child.run_across(speed_mps=3.0))
    simulation = Simulation(scenario, engine)
    speeds = []
    try:
        for _ in range(36):
            actors = simulation.step().actors
            speeds.append(float(np.linalg.norm(actors.velocity[actors.name.index("child")])))
    finally:
        simulation.close()
    assert max(speeds[:9]) == 0.0
    assert max(speeds) == pytest.approx(3.0, abs=0.05)


def test_pictures_can_be_kept_and_stale_ones_cannot_be_had(
    scenario: cl.Scenario, engine: cl.Engine
) -> None:
    kept, wanted, frames = [], [], []
    for frame in cl.run(scenario, engine, passes=("depth", "instance")):
        kept.append(frame["front"].depth)
        wanted.append(frame["front"].images.passes["depth"].tobytes())
        frames.append(frame)
    assert [depth.tobytes() for depth in kept] == wanted
    assert len(set(wanted)) == len(wanted)
    with pytest.raises(ScenarioError, match="'instance' picture of frame 2 is gone"):
        _ = frames[2]["front"].objects


def test_a_loop_that_is_left_early_gives_way_to_the_next(
    scenario: cl.Scenario, engine: cl.Engine
) -> None:
    for _ in cl.run(scenario, engine, passes=("semantic",)):
        break
    with pytest.raises(ZeroDivisionError):
        _ = [1 / frame.index for frame in cl.run(scenario, engine, passes=("semantic",))]
    assert next(cl.run(scenario, engine, passes=("semantic",))).index == 0


def test_a_second_run_beside_the_first_is_refused_and_harms_nothing(
    scenario: cl.Scenario, engine: cl.Engine
) -> None:
    first = cl.run(scenario, engine, passes=("semantic",))
    next(first)
    with pytest.raises(ScenarioError, match=r"Another scenario is being played .*close\(\)"):
        next(cl.run(scenario, engine, passes=("semantic",)))
    assert next(first).index == 1
    first.close()
    second = cl.run(scenario, engine, passes=("semantic",))
    assert next(second).index == 0
    second.close()


def test_pictures_of_another_tick_are_not_labelled(
    scenario: cl.Scenario, engine: cl.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = engine.capture

    def late(*arguments: object, **options: object) -> list[CameraImages]:
        drawn = capture(*arguments, **options)  # type: ignore[arg-type]
        return [replace(i, tick=i.tick + 1) for i in drawn]

    monkeypatch.setattr(engine, "capture", late)
    with pytest.raises(EngineError, match="drew tick 3 for camera 'front', where tick 2 was due"):
        next(cl.run(scenario, engine, passes=("semantic",)))


def test_two_who_wait_at_one_spot_are_hidden_by_the_same_cars(
    small_city: cl.City, engine: cl.Engine
) -> None:
    spot = small_city.roadside("south_in", s_m=45, hidden_by="parked")
    scenario = cl.Scenario(small_city, duration_s=0.1)
    for name in ("one", "other"):
        scenario.pedestrian(name, kind="girl", at=spot)
    simulation = Simulation(scenario, engine)
    simulation.close()
    bodies = simulation.stage.bodies(Roster(), simulation._traffic.state.signals)
    poses = [b.pose.position.tobytes() for b in bodies if b.instance_id]
    assert len(set(poses)) == len(poses)


def test_a_scenario_needs_a_city() -> None:
    with pytest.raises(ScenarioError, match=r"not in 'map\.xodr': make one with City"):
        cl.Scenario("map.xodr", duration_s=1)  # type: ignore[arg-type]
