"""Scripted people: they wave, sit, look at somebody and fall when they are told to."""

from dataclasses import replace

import numpy as np
import pytest

import cityloop as cl
from cityloop.errors import ScenarioError
from cityloop.scenario.model import PedestrianModel
from cityloop.simulation.scripted import ScriptedPerson
from cityloop.spatial import rotation
from cityloop.traffic.gestures import SIT_S
from cityloop.world.people import person_mesh, skeleton, skin

DT_S = 0.05
SKATING_M = 0.03
START, BEYOND = (3.0, -30.0), (3.0, -20.0)


def nobody(_: str) -> None:
    return None


@pytest.fixture
def person(small_city: cl.City) -> ScriptedPerson:
    model = PedestrianModel(pedestrian="man", waypoints=(START, BEYOND))
    return ScriptedPerson("him", model, small_city, None, seed=4, dt_s=DT_S)


def joint(person: ScriptedPerson, name: str) -> np.ndarray:
    bones = skeleton(person.kind)
    i = bones.index(name)
    return person.bones[i, :, :3].astype(float) @ bones.heads[i] + person.bones[i, :, 3]


def run(person: ScriptedPerson, first: int, last: int) -> list[np.ndarray]:
    """Go on to the tick before `last`; return where the right wrist was."""
    wrists = []
    for tick in range(first, last):
        person.target(1, tick, nobody)
        wrists.append(joint(person, "hand_r"))
    return wrists


def test_a_wave_lifts_the_hand_for_its_time_and_without_a_jump(person: ScriptedPerson) -> None:
    run(person, 1, 3)
    low = joint(person, "hand_r")[2]
    person.wave(2.0, 3)
    wrists = run(person, 3, 24)
    assert joint(person, "hand_r")[2] > low + 0.5
    wrists += run(person, 24, 50)
    assert joint(person, "hand_r")[2] == pytest.approx(low, abs=0.02)
    assert np.linalg.norm(np.diff(wrists, axis=0), axis=1).max() < 0.2


def test_who_sits_stands_up_before_they_walk(person: ScriptedPerson) -> None:
    run(person, 1, 3)
    tall = joint(person, "head")[2]
    person.sit(3)
    run(person, 3, 40)
    assert person.activity == "sitting"
    assert joint(person, "head")[2] < tall - 0.3
    person.go(1.4, 40)
    ticks = round(SIT_S / DT_S)
    run(person, 40, 40 + ticks)
    assert np.linalg.norm(person.target(1, 40 + ticks, nobody).velocity) == 0.0
    assert joint(person, "head")[2] == pytest.approx(tall, abs=0.02)
    run(person, 41 + ticks, 80 + ticks)
    assert person.activity == "walking"


def test_who_sets_out_and_stops_does_not_skate(person: ScriptedPerson) -> None:
    """Nobody's foot on the ground slides far while they start, walk 10 m and stop."""
    mesh = person_mesh("man", 0)
    sole = mesh.materials == mesh.material_names.index("person/sole")
    person.go(1.4, 1)
    worst = 0.0
    for sign in (1.0, -1.0):
        rows = np.flatnonzero(sole & (sign * mesh.positions[:, 1] > 0))
        foot = replace(
            mesh,
            positions=mesh.positions[rows],
            joints=mesh.joints[rows],
            weights=mesh.weights[rows],
        )
        ground = []
        for tick in range(1, 180):
            pose = person.target(1, tick, nobody).pose
            ground.append(
                pose.position + rotation.rotate(pose.quaternion, skin(foot, person.bones))
            )
        points = np.array(ground)
        low = points[..., 2] < points[..., 2].min() + 0.006
        for vertex in range(len(rows)):
            runs = np.split(np.arange(len(points)), np.flatnonzero(np.diff(low[:, vertex])) + 1)
            for run in runs:
                if low[run[0], vertex] and len(run) > 4:
                    at = points[run[1:-1], vertex, :2]
                    worst = max(worst, float(np.linalg.norm(at - at[0], axis=1).max()))
    assert worst < SKATING_M


def test_eyes_stay_on_whom_they_look_at(person: ScriptedPerson) -> None:
    # Somebody beside the way, 3 m ahead and 2 m to the left, whom they pass.
    goal = np.array([START[0] - 2.0, START[1] + 3.0, 1.5])
    person.look_at("her")
    person.go(1.2, 1)
    bones = skeleton("man")
    eye = bones.index("eye_l")
    off = []
    for tick in range(1, 60):
        target = person.target(1, tick, lambda name: goal if name == "her" else None)
        way = rotation.rotate(target.pose.quaternion, person.bones[eye, :, 0])
        to = (
            goal
            - target.pose.position
            - rotation.rotate(target.pose.quaternion, joint(person, "eye_l"))
        )
        off.append(np.degrees(np.arccos(way @ to / np.linalg.norm(to))))
    assert max(off[20:50]) < 8
    assert off[0] > 20


def test_told_by_a_trigger_they_sit_and_fall(small_city: cl.City, engine: cl.Engine) -> None:
    scenario = cl.Scenario(small_city, duration_s=1.5, seed=1, name="told")
    sitter = scenario.pedestrian("sitter", kind="woman", waypoints=[(3, -30), (3, -20)])
    faller = scenario.pedestrian("faller", kind="man", waypoints=[(6, -30), (6, -20)])
    scenario.when(cl.time() >= 0.1).do(sitter.sit())
    scenario.when(cl.time() >= 0.1).do(sitter.look_at(faller))
    scenario.when(cl.time() >= 0.2).do(faller.fall())
    frames = list(cl.run(scenario, engine))
    said = [dict(zip(f.actors.name, f.actors.activity, strict=True)) for f in frames]
    assert said[0] == {**said[0], "sitter": "standing", "faller": "standing"}
    assert said[-1]["sitter"] == "sitting"
    assert said[-1]["faller"] == "fallen"
    row = frames[-1].actors.name.index("faller")
    assert frames[-1].actors.dimension[row, 2] != frames[0].actors.dimension[row, 2]


@pytest.mark.parametrize(("kind", "word"), [("man_with_phone", "wave"), ("woman_with_pram", "sit")])
def test_full_hands_are_refused_in_a_sentence(small_city: cl.City, kind: str, word: str) -> None:
    scenario = cl.Scenario(small_city, duration_s=1.0)
    person = scenario.pedestrian("p", kind=kind, waypoints=[(3, -30), (3, -20)])
    with pytest.raises(ScenarioError, match=r"'p' cannot do the action .* hands are free"):
        scenario.when(cl.time() > 0.1).do(getattr(person, word)())
