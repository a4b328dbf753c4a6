"""Every rule of the scene lint: a clean scene passes it, one with a breach fails it alone."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lint_scene import (
    PAVEMENT_M,
    Actor,
    Lint,
    car,
    lint,
    moving,
    parked,
    person,
    record,
    standing,
)

from cityloop.annotation import ActorTable
from cityloop.dataset import verify
from cityloop.dataset.events import Event
from cityloop.dataset.road_marks import read_road_marks, write_road_marks
from cityloop.world.grid import build_grid

WEST, NORTH = math.pi, math.pi / 2
IN, OUT = 1.625, -1.625  # y of the lanes of the eastern arm
# Who drives in, out, walks on the sidewalk, waits there; a parked car beside them.
CLEAN = (
    car("in", moving(80.0, IN, WEST, 10.0)),
    car("out", moving(40.0, OUT, 0.0, 8.0)),
    person("walker", moving(60.0, 6.85, WEST, 1.4, PAVEMENT_M)),
    person("waiting", standing(40.0, 7.6, 0.0, PAVEMENT_M), "standing"),
    parked("parked/0", 50.0, 4.3, WEST),
)


@pytest.fixture(scope="session")
def net_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crossroads with lights."""
    path = tmp_path_factory.mktemp("roads") / "roads.net.xml"
    build_grid((2, 2), 7, path)
    return path


def test_a_clean_scene_passes_every_rule(net_file: Path, tmp_path: Path) -> None:
    found = lint(record(tmp_path / "d", net_file, CLEAN))
    assert found.failed == set()
    assert found.findings == ()
    looked = {check for check, count in found.counts.items() if count}
    assert looked >= {
        "numbers that are none",
        "signals against each other",
        "lamps against light states",
        "deadlocks",
        "driving against the lane",
        "speeding",
        "people on the carriageway",
        "vehicles inside fixed things",
        "people inside fixed things",
        "feet off or in the ground",
        "wheels off or in the ground",
        "bodies below the road",
    }


BREACHES: dict[str, tuple[str, tuple[Actor, ...], set[str]]] = {
    "against the lane": (
        "driving against the lane",
        (car("wrong", moving(60.0, IN, 0.0, 5.0)),),
        {"wrong"},
    ),
    "too fast": ("speeding", (car("fast", moving(90.0, IN, WEST, 18.0)),), {"fast"}),
    "cars overlap": (
        "vehicles inside vehicles",
        (car("a", moving(60.0, IN, WEST, 5.0)), car("b", moving(63.8, IN, WEST, 5.0))),
        {"a", "b"},
    ),
    "a car through a person": (
        "vehicles inside people",
        (
            car("ram", moving(0.0, OUT, 0.0, 5.0)),
            person("victim", standing(12.35, OUT)),  # on the crossing
        ),
        {"ram", "victim"},
    ),
    "people overlap": (
        "people inside people",
        (
            person("a", standing(100.0, 6.8, 0.0, PAVEMENT_M), "standing"),
            person("b", standing(100.3, 6.8, 0.0, PAVEMENT_M), "standing"),
        ),
        {"a", "b"},
    ),
    "a person walks through a pram": (
        "people inside people",
        (
            person("pusher", standing(100.0, 6.8, 0.0, PAVEMENT_M), "standing", "woman_with_pram"),
            person("ghost", moving(100.8, 6.0, NORTH, 1.4, PAVEMENT_M)),
        ),
        {"pusher", "ghost"},
    ),
    "a pram in a wall": (
        "people inside fixed things",
        (person("pusher", standing(30.0, 10.2, NORTH, PAVEMENT_M), "standing", "woman_with_pram"),),
        {"pusher", "house/1"},
    ),
    "into a parked car": (
        "vehicles inside fixed things",
        (car("scratch", moving(60.0, 3.0, WEST, 5.0)),),
        {"scratch", "parked/0"},
    ),
    "into a wall": (
        "people inside fixed things",
        (person("ghost", moving(30.0, 10.0, NORTH, 1.4, PAVEMENT_M)),),
        {"ghost", "house/1"},
    ),
    "feet in the ground": (
        "feet off or in the ground",
        (person("sunk", moving(60.0, 7.5, WEST, 1.4, PAVEMENT_M - 0.07)),),
        {"sunk"},
    ),
    "wheels in the air": (
        "wheels off or in the ground",
        (car("flying", moving(70.0, IN, WEST, 5.0, 0.08)),),
        {"flying"},
    ),
    "on the carriageway": (
        "people on the carriageway",
        (person("loiterer", standing(70.0, 2.0), "standing"),),
        {"loiterer"},
    ),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_fails_its_rule_alone(name: str, net_file: Path, tmp_path: Path) -> None:
    rule, actors, culprits = BREACHES[name]
    others = tuple(a for a in CLEAN if a.name in ("out", "walker", "parked/0"))
    found = lint(record(tmp_path / "d", net_file, (*others, *actors)))
    assert found.failed == {rule}
    assert {who for f in found.findings for who in f.actors} == culprits
    finding = found.findings[0]
    assert finding.check == f"lint: {rule}"
    assert 0 <= finding.first_tick <= finding.last_tick <= 60


def test_how_much_and_where_is_known(net_file: Path, tmp_path: Path) -> None:
    actors = (car("a", standing(60.0, IN, WEST)), car("b", standing(63.8, IN, WEST)))
    (finding,) = lint(record(tmp_path / "d", net_file, actors)).findings
    assert finding.amount == pytest.approx(0.2)  # cars of 4 m whose middles are 3.8 m apart
    assert finding.actors == ("a", "b")
    assert finding.position[:2] == pytest.approx((62.5, IN))
    assert (finding.first_tick, finding.last_tick) == (0, 60)


@pytest.mark.parametrize("kind", ["man_with_phone", "woman_with_umbrella"])
def test_what_people_hold_is_no_part_of_their_torso(
    kind: str, net_file: Path, tmp_path: Path
) -> None:
    def face_to_face(apart: float) -> set[str]:
        actors = (
            person("a", standing(60.0, 7.5, 0.0, PAVEMENT_M), "standing", kind),
            person("b", standing(60.0 + apart, 7.5, WEST, PAVEMENT_M), "standing", kind),
        )
        return lint(record(tmp_path / f"{apart}", net_file, actors)).failed

    assert face_to_face(0.40) == set()
    assert face_to_face(0.30) == {"people inside people"}


def test_a_body_below_the_road_is_found(net_file: Path, tmp_path: Path) -> None:
    fallen = person("gone", standing(60.0, 6.8, 0.0, -1.3), "fallen")
    assert lint(record(tmp_path / "d", net_file, (fallen,))).failed == {"bodies below the road"}


def test_short_moments_are_no_breach(net_file: Path, tmp_path: Path) -> None:
    actors = (
        # On the other side for less than a second, as when passing an obstacle.
        car(
            "passing", lambda t: (80.0 - 8 * t, IN - 2.0 * math.exp(-((t - 1.5) ** 2) / 0.04), 3.14)
        ),
        # Over the kerb with one step.
        person("step", lambda t: (60.0, 6.8, 0.0, PAVEMENT_M + (0.1 if 1.0 < t < 1.2 else 0.0))),
    )
    assert lint(record(tmp_path / "d", net_file, actors)).failed == set()


def test_a_crossing_is_no_carriageway(net_file: Path, tmp_path: Path) -> None:
    walk = person("walker", moving(12.35, -3.0, NORTH, 1.4))
    assert lint(record(tmp_path / "d", net_file, (walk,))).failed == set()


RED_FOR_EAST = "gGgrrrgGgrrrrGrG"


def test_running_a_red_light(net_file: Path, tmp_path: Path) -> None:
    runner = (car("runner", moving(30.0, IN, WEST, 8.0)),)
    found = lint(record(tmp_path / "red", net_file, runner, states=lambda _t: RED_FOR_EAST))
    assert found.failed == {"red lights run"}
    (finding,) = found.findings
    # The bumper is 3.3 m ahead of the origin: the line at 14.35 is passed after 1.54 s.
    assert finding.first_tick == 31
    assert finding.actors[0] == "runner"
    green = "rrrgGgrrrgGgGrGr"
    assert not lint(record(tmp_path / "green", net_file, runner, states=lambda _t: green)).failed


def test_who_is_over_the_line_when_the_light_turns_is_no_runner(
    net_file: Path, tmp_path: Path
) -> None:
    runner = (car("late", moving(30.0, IN, WEST, 8.0)),)
    amber = "rrryyyrrryyyrrrr"

    def turning(tick: int) -> str:
        return RED_FOR_EAST if tick >= 27 else amber

    assert not lint(record(tmp_path / "d", net_file, runner, states=turning)).failed


@pytest.mark.parametrize(
    ("state", "fails"),
    [
        ("gGgrrrgGgrrrrGrG", False),
        ("rGrrGrrrrrrrrrrr", True),  # straight on from two sides that cross
        ("rGrrrrrrrrrrrrGr", True),  # people across the arm that straight traffic leaves by
        ("rrgrrrrGrrrrrrrr", False),  # a left turn that yields to those who come towards it
    ],
)
def test_lights_against_each_other(state: str, fails: bool, net_file: Path, tmp_path: Path) -> None:
    found = lint(record(tmp_path / "d", net_file, CLEAN[2:], seconds=0.5, states=lambda _t: state))
    assert found.failed == ({"signals against each other"} if fails else set())


@pytest.mark.parametrize("lamps", [5, 8])
def test_lamps_that_tell_something_else(lamps: int, net_file: Path, tmp_path: Path) -> None:
    found = lint(record(tmp_path / "d", net_file, CLEAN[2:], seconds=0.5, lamps={0: lamps}))
    assert found.failed == {"lamps against light states"}
    assert found.findings[0].actors == ("signal/0",)


def test_a_number_that_is_none_is_found(net_file: Path, tmp_path: Path) -> None:
    def spoil(tick: int, table: ActorTable) -> None:
        if tick == 7:
            table.velocity[0, 1] = np.nan

    found = lint(record(tmp_path / "d", net_file, CLEAN, spoil=spoil))
    assert found.failed == {"numbers that are none"}
    assert (found.findings[0].actors, found.findings[0].first_tick) == (("in",), 7)


def queue(head_x: float, extra: tuple[Actor, ...] = ()) -> tuple[Actor, ...]:
    return (
        car("first", standing(head_x + 3.3, IN, WEST)),
        car("second", standing(head_x + 10.0, IN, WEST)),
        *extra,
    )


LEFT_RED, LEFT_GREEN = "rrrgGrrrrgGrGrGr", "rrrgGgrrrgGgGrGr"


def left_to_the_south(t: float) -> tuple[float, float, float]:
    """From the eastern arm at 8 m/s on a quarter of a circle to the lane that leads south."""
    radius, way = 10.0, 8.0 * t
    straight, arc = 30.0 - (OUT + radius), radius * math.pi / 2
    turned = np.clip((way - straight) / radius, 0.0, math.pi / 2)
    x = 30.0 - min(way, straight) - radius * math.sin(turned)
    y = IN - radius * (1.0 - math.cos(turned)) - max(way - straight - arc, 0.0)
    return (x, y, WEST + turned)


def test_a_left_turn_on_red_beside_a_green_straight_on(net_file: Path, tmp_path: Path) -> None:
    runner, straight = car("runner", left_to_the_south), car("runner", moving(30.0, IN, WEST, 8.0))

    def found(name: str, actor: Actor, state: str) -> Lint:
        return lint(
            record(tmp_path / name, net_file, (actor,), seconds=6.0, states=lambda _t: state)
        )

    report = found("red", runner, LEFT_RED)
    assert report.failed == {"red lights run"}
    (finding,) = report.findings
    assert (finding.first_tick, finding.actors[0]) == (31, "runner")
    assert not found("straight", straight, LEFT_RED).failed
    assert not found("green", runner, LEFT_GREEN).failed


@pytest.mark.parametrize("why", ["none", "red", "long green", "collision", "broken down"])
def test_who_stands_for_minutes_needs_a_reason(why: str, net_file: Path, tmp_path: Path) -> None:
    head_x = 60.0 if why in ("none", "collision") else 15.0
    program = {"long green": "rrrgGgrrrgGgGrGr"}.get(why, RED_FOR_EAST)

    def states(tick: int) -> str:
        return program if tick > 300 else RED_FOR_EAST

    hit = Event(20, 10.0, "collision", ("first", "background"), 100.0, (60.0, IN, 0.5))
    extra = (parked("parked/1", 54.0, IN, WEST),) if why == "broken down" else ()
    if why == "broken down":
        head_x = 60.0
    root = record(
        tmp_path / "d",
        net_file,
        queue(head_x, extra),
        seconds=190.0,
        dt_s=0.5,
        states=states,
        events=[hit] if why == "collision" else [],
    )
    found = lint(root)
    stuck = why in ("none", "long green")
    assert found.failed == ({"deadlocks"} if stuck else set())
    assert {f.actors[0] for f in found.findings} == ({"first", "second"} if stuck else set())


@pytest.mark.parametrize("green", [True, False])
def test_who_waits_to_cross_for_minutes_waits_for_a_light(
    green: bool, net_file: Path, tmp_path: Path
) -> None:
    # At the northern end of the eastern crossing, whose light is the 14th link.
    waiting = person("waiting", standing(12.35, 7.0, 0.0, PAVEMENT_M), "waiting")
    state = "r" * 13 + ("G" if green else "r") + "rr"
    root = record(
        tmp_path / "d", net_file, (waiting,), seconds=190.0, dt_s=0.5, states=lambda _t: state
    )
    assert lint(root).failed == ({"deadlocks"} if green else set())


ASKED: dict[str, tuple[Actor, dict[str, Any]]] = {
    "waypoints": (
        car("ego", moving(60.0, IN, 0.0, 5.0)),
        {"actors": {"ego": {"vehicle": "sedan", "waypoints": [[0, 0], [9, 0]]}}},
    ),
    "ignores signals": (
        car("ego", moving(30.0, IN, WEST, 8.0)),
        {"actors": {"ego": {"vehicle": "sedan", "ignores": ["signals"]}}},
    ),
    "ignores the speed limit": (
        car("ego", moving(90.0, IN, WEST, 18.0)),
        {"actors": {"ego": {"vehicle": "sedan", "ignores": ["speed_limit"]}}},
    ),
    "runs across": (
        person("child", moving(70.0, -3.0, NORTH, 1.5), "running"),
        {
            "actors": {"child": {"pedestrian": "child"}},
            "triggers": [{"when": "time > 1", "do": {"run_across": {"actor": "child"}}}],
        },
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_the_scenario_asked_for_is_listed_but_does_not_fail(
    name: str, net_file: Path, tmp_path: Path
) -> None:
    actor, scenario = ASKED[name]
    asked = record(
        tmp_path / "asked", net_file, (actor,), scenario=scenario, states=lambda _t: RED_FOR_EAST
    )
    found = lint(asked)
    assert found.failed == set()
    assert [f.actors[0] for f in found.findings] == [actor.name]
    assert found.findings[0].excuse.startswith(actor.name)
    assert ", asked for: " in str(found.findings[0])
    unasked = record(tmp_path / "not", net_file, (actor,), states=lambda _t: RED_FOR_EAST)
    assert len(lint(unasked).failed) == 1


def test_a_person_who_was_hit_or_has_fallen_is_excused_and_it_says_why(
    net_file: Path, tmp_path: Path
) -> None:
    hit = Event(36, 1.8, "collision", ("ram", "victim"), 300.0, (12.0, OUT, 0.5))
    ram = car("ram", moving(0.0, OUT, 0.0, 5.0))
    victim = person("victim", standing(12.35, OUT))
    lying = person("lying", standing(10.0, OUT), "fallen")
    excused = lint(record(tmp_path / "d", net_file, (ram, victim, lying), events=[hit]))
    assert excused.failed == set()
    said = {f.actors[1]: f.excuse for f in excused.findings}
    assert said == {"lying": "lying has fallen", "victim": "victim was hit"}


def jolted(t: float) -> tuple[float, float, float]:
    """Driving west at 10 m/s until 1.02 s, then standing."""
    return 80.0 - 10.0 * min(t, 1.02), IN, WEST


def jumping(t: float) -> tuple[float, float, float]:
    return 80.0 - 10.0 * t - (1.0 if t > 1.02 else 0.0), IN, WEST


@pytest.mark.parametrize("path", [jolted, jumping])
@pytest.mark.parametrize("hit", [False, True])
def test_not_even_a_collision_excuses_a_velocity_that_jumps(
    path: Any, hit: bool, net_file: Path, tmp_path: Path
) -> None:
    place = (70.0, IN, 0.5)
    hits = [Event(21, 1.05, "collision", ("car", "background"), 9.0, place)] if hit else []
    report = verify(record(tmp_path / "d", net_file, (car("car", path),), events=hits))
    row = next(r for r in report.rows if r.check == "velocities against positions")
    assert not row.passed
    assert "tick 20, car" in row.place or "tick 21, car" in row.place


def test_velocities_are_checked_from_an_actors_second_tick_on(
    net_file: Path, tmp_path: Path
) -> None:
    def spoil(tick: int, table: ActorTable) -> None:
        if tick == 0:
            table.velocity[0] += 0.1

    root = record(tmp_path / "d", net_file, CLEAN, spoil=spoil)
    row = next(r for r in verify(root).rows if r.check == "velocities against positions")
    assert (row.passed, row.place) == (False, "scene, tick 0, in")


@pytest.mark.parametrize(("wrong_mps", "passed"), [(0.0, True), (0.02, False)])
def test_the_tolerance_of_velocities_is_for_ticks_of_50_ms_and_grows_with_longer_ones(
    wrong_mps: float, passed: bool, net_file: Path, tmp_path: Path
) -> None:
    def setting_off(t: float) -> tuple[float, float, float]:
        return 80.0 - 0.5 * 3.6 * max(t - 1.0, 0.0) ** 2, IN, WEST  # 3.6 m/s^2 from tick 10 on

    def spoil(tick: int, table: ActorTable) -> None:
        table.velocity[0, 0] += wrong_mps * (tick == 10)

    root = record(tmp_path / "d", net_file, (car("car", setting_off),), dt_s=0.1, spoil=spoil)
    row = next(r for r in verify(root).rows if r.check == "velocities against positions")
    assert (row.passed, row.place) == (passed, "scene, tick 10, car")
    assert row.worst == pytest.approx(0.25 * 0.1 * 3.6 + wrong_mps, abs=1e-3)
    assert row.tolerance == 0.1


def test_the_whole_verification_holds_for_a_recording_of_states_alone(
    net_file: Path, tmp_path: Path
) -> None:
    done: list[tuple[int, int]] = []
    report = verify(
        record(tmp_path / "d", net_file, CLEAN), progress=lambda *said: done.append(said)
    )
    assert report.passed
    assert report.frames == 0
    assert done == [(60, 60)]
    assert '"findings": []' in report.to_json()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"kind": "broken"}, "a white broken mark at .* the roads have a white stop_line one"),
        ({"color": "yellow"}, "a yellow stop_line mark at .* the roads have a white stop_line one"),
    ],
)
def test_paint_of_another_kind_or_colour_than_the_roads_is_told(
    net_file: Path, tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    root = record(tmp_path / "scene", net_file, [], seconds=0.2)
    path = root / "sequences/scene/road_marks.parquet"
    marks = list(read_road_marks(path))
    judged = {row.check: row for row in verify(root).rows}["road marks against the roads"]
    assert judged.passed
    assert judged.count == len(marks)
    assert {mark.kind for mark in marks} == {"solid", "broken", "stop_line", "zebra", "parking"}
    first = next(i for i, mark in enumerate(marks) if mark.kind == "stop_line")
    marks[first] = replace(marks[first], **changed)
    write_road_marks(path, marks)
    failed = {row.check: row for row in verify(root).rows if not row.passed}
    assert set(failed) == {"road marks against the roads", "SHA-256 of all files"}
    assert re.search(told, failed["road marks against the roads"].place)
