from dataclasses import replace

import numpy as np
import pytest

from cityloop.engine import BodyStates
from cityloop.errors import EngineError
from cityloop.simulation.roster import FIRST_UNLABELLED_ID, Roster
from cityloop.spatial import Pose
from cityloop.world.people import people_scene, person_mesh, skeleton, skin
from cityloop.world.scene import Prototype
from cityloop.world.semantics import SemanticClass

CAR = Prototype("car", (), dimension=(4.0, 1.8, 1.5), box_center=(1.3, 0.0, 0.75))
LIGHT = Prototype("light", (), dimension=(0.3, 0.3, 3.0), box_center=(0.0, 0.0, 1.5))


def states(ids: list[int]) -> BodyStates:
    n = len(ids)
    column = np.array(ids, dtype=float)[:, None]
    return BodyStates(
        ids=np.array(ids, dtype=np.uint32),
        position=column * [1.0, 0.0, 0.0],
        quaternion=np.tile([0.0, 0.0, 0.0, 1.0], (n, 1)),
        velocity=column * [0.0, 1.0, 0.0],
        angular_velocity=np.zeros((n, 3)),
        acceleration=column * [0.0, 0.0, 1.0],
        kind=("kinematic",) * n,
    )


def test_moving_rows_come_from_the_engine_and_resting_ones_from_their_pose() -> None:
    roster = Roster()
    car = roster.add("a", CAR, SemanticClass.CAR)
    light = roster.add("l", LIGHT, SemanticClass.TRAFFIC_LIGHT, Pose.from_xyz_yaw(7, 8, 9))
    other = roster.add("b", CAR, SemanticClass.CAR)
    # The engine also moves a body that nobody labelled.
    table = roster.table(states([car.id, other.id, 99]))
    assert table.id.tolist() == [car.id, light.id, other.id]
    assert table.name == ("a", "l", "b")
    assert table.position[0] == pytest.approx([car.id, 0, 0])
    assert table.position[1] == pytest.approx([7, 8, 9])
    assert table.velocity[2] == pytest.approx([0, other.id, 0])
    assert table.acceleration[2] == pytest.approx([0, 0, other.id])
    assert table.velocity[1] == pytest.approx([0, 0, 0])
    assert table.dimension[1] == pytest.approx([0.3, 0.3, 3.0])


def test_lamps_and_activities_of_a_table_are_those_of_its_tick() -> None:
    roster = Roster()
    car = roster.add("a", CAR, SemanticClass.CAR, activity="driving", lamps=1)
    light = roster.add("l", LIGHT, SemanticClass.TRAFFIC_LIGHT, Pose(), activity="signal", lamps=4)
    other = roster.add("b", CAR, SemanticClass.CAR, activity="driving")
    engine = states([car.id, other.id])
    first = roster.table(engine)
    roster.light({light.id: 2, other.id: 8, FIRST_UNLABELLED_ID: 1})
    roster.activity[other.id] = "parked"
    second = roster.table(engine)
    assert first.lamps.tolist() == [1, 4, 0]
    assert second.lamps.tolist() == [1, 2, 8]
    assert first.activity == ("driving", "signal", "driving")
    assert second.activity == ("driving", "signal", "parked")
    # Who comes and goes takes nothing from the others.
    roster.light({other.id: 16})
    roster.remove("a")
    new = roster.add("c", CAR, SemanticClass.CAR, activity="driving", lamps=32)
    third = roster.table(states([other.id, new.id]))
    assert third.lamps.tolist() == [2, 16, 32]
    assert third.activity == ("signal", "parked", "driving")


def test_ids_are_never_used_again() -> None:
    roster = Roster()
    first = roster.add("a", CAR, SemanticClass.CAR).id
    assert roster.remove("a") == first
    assert roster.add("a", CAR, SemanticClass.CAR).id != first
    assert 0 not in {first, roster.entries["a"].id}


def test_background_ids_keep_clear_of_labelled_ones() -> None:
    roster = Roster()
    assert roster.unlabelled_id() == FIRST_UNLABELLED_ID
    assert roster.unlabelled_id() == FIRST_UNLABELLED_ID + 1


def test_empty_world() -> None:
    table = Roster().table(states([]))
    assert len(table.id) == 0
    assert table.position.shape == (0, 3)


def test_the_box_of_somebody_limp_is_that_of_the_limbs_as_they_lie() -> None:
    roster = Roster()
    kind = people_scene(["man"]).prototypes[0]
    upright = roster.add("upright", kind, SemanticClass.PERSON)
    limp = roster.add("limp", kind, SemanticClass.PERSON)
    bones = np.tile(np.eye(3, 4, dtype=np.float32), (len(skeleton("man").names), 1, 1))
    bones[:, :, :3] = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]  # laid down on the right side
    engine = states([upright.id, limp.id])
    table = roster.table(replace(engine, bones={limp.id: bones}))
    assert table.dimension[0] == pytest.approx(kind.dimension)
    assert table.box_center[0] == pytest.approx(kind.box_center)
    low, high = (table.box_center[1] + s * table.dimension[1] / 2 for s in (-1, 1))
    finest = skin(person_mesh("man", 0), bones)
    assert low == pytest.approx(finest.min(axis=0), abs=0.02)
    assert high == pytest.approx(finest.max(axis=0), abs=0.02)
    assert low[1] == pytest.approx(-kind.dimension[2], abs=0.02)
    assert roster.table(engine).dimension[1] == pytest.approx(kind.dimension)


def test_a_body_that_the_engine_lost_is_named_and_no_other_takes_its_row() -> None:
    roster = Roster()
    for name in ("a", "b", "c"):
        roster.add(name, CAR, SemanticClass.CAR)
    for known in ([1, 3], [1, 2], []):
        with pytest.raises(EngineError, match="did not say where"):
            roster.table(states(known))
