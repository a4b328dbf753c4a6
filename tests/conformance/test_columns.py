"""Motions of many bodies travel as columns: what goes in comes out, what is wrong is named."""

import numpy as np
import pytest
import tiny_world

from cityloop.engine import BodySpec, Commands, KinematicTarget, KinematicTargets
from cityloop.errors import RequestError
from cityloop.protocol import engine_pb2, state_pb2
from cityloop.spatial import Pose

DT = 0.05
CARS = (9, 3, 12)
PEOPLE = (5, 40)


@pytest.fixture
def crowd(ground):
    """The ground with three cars, two people and a crate, far apart."""
    ground.spawn(
        [BodySpec(i, "car", "kinematic", Pose.from_xyz_yaw(20.0 * i, 0.0)) for i in CARS]
        + [BodySpec(i, "person", "kinematic", Pose.from_xyz_yaw(20.0 * i, 9.0)) for i in PEOPLE]
        + [BodySpec(7, "crate", "kinematic", Pose.from_xyz_yaw(0.0, -50.0))]
    )
    return ground


def random_targets(ids, seed=1):
    rng = np.random.default_rng(seed)
    n = len(ids)
    quaternion = rng.normal(size=(n, 4))
    return KinematicTargets(
        ids=np.array(ids, dtype=np.uint32),
        position=rng.uniform(-300.0, 300.0, (n, 3)),
        quaternion=quaternion / np.linalg.norm(quaternion, axis=1, keepdims=True),
        velocity=rng.normal(size=(n, 3)),
        angular_velocity=rng.normal(size=(n, 3)),
        acceleration=rng.normal(size=(n, 3)),
        wheels=[rng.normal(size=(4, 5)) if i in CARS else None for i in ids],
        bones=[tiny_world.rest_bones() if i in PEOPLE else None for i in ids],
    )


def test_columns_come_back_as_they_were_sent_whatever_their_order(crowd):
    ids = [12, 5, 3, 40, 9]
    sent = random_targets(ids)
    bodies = crowd.advance(DT, 5, Commands(kinematic=sent)).bodies
    assert bodies.ids.tolist() == [3, 5, 7, 9, 12, 40]
    assert bodies.kind == ("kinematic",) * 6
    for i, body_id in enumerate(ids):
        row = bodies.row(body_id)
        assert bodies.position[row].tolist() == sent.position[i].tolist()
        assert bodies.quaternion[row] == pytest.approx(sent.quaternion[i], abs=1e-15)
        assert bodies.velocity[row].tolist() == sent.velocity[i].tolist()
        assert bodies.angular_velocity[row].tolist() == sent.angular_velocity[i].tolist()
        assert bodies.acceleration[row].tolist() == sent.acceleration[i].tolist()
        if body_id in CARS:
            assert bodies.wheels[body_id].tolist() == sent.wheels[i].tolist()
    assert set(bodies.wheels) == set(CARS)
    # Bones are those of ragdolls only: the client knows the others.
    assert bodies.bones == {}


def test_wheels_that_are_not_named_stand_still(crowd):
    first = random_targets([3, 9])
    crowd.advance(DT, 5, Commands(kinematic=first))
    second = KinematicTargets.of([KinematicTarget(3, Pose.from_xyz_yaw(60.5, 0.0))])
    wheels = crowd.advance(DT, 5, Commands(kinematic=second)).bodies.wheels
    for i, body_id in enumerate((3, 9)):
        assert wheels[body_id][:, 2].tolist() == [0.0] * 4
        assert wheels[body_id][:, :2].tolist() == first.wheels[i][:, :2].tolist()


@pytest.mark.needs("save_restore")
def test_single_targets_and_joined_columns_are_the_same_message(crowd):
    one = KinematicTarget(9, Pose.from_xyz_yaw(1.0, 2.0, 3.0, 0.4), np.ones(3), teleport=True)
    two = KinematicTarget(5, Pose.from_xyz_yaw(4.0, 5.0), bones=tiny_world.rest_bones())
    kept = crowd.save()
    first = crowd.advance(DT, 5, Commands(kinematic=KinematicTargets.of([one, two]))).bodies
    crowd.restore(kept)
    parts = [KinematicTargets.of([part]) for part in (two, one)]
    joined = KinematicTargets.joined([*parts, KinematicTargets()])
    second = crowd.advance(DT, 5, Commands(kinematic=joined)).bodies
    assert first.position.tobytes() == second.position.tobytes()
    assert first.velocity.tobytes() == second.velocity.tobytes()


def with_row(name, row, value, ids=(3, 9)):
    targets = random_targets(ids)
    getattr(targets, name)[row] = value
    return targets


def with_item(name, items, ids=(3, 9)):
    targets = random_targets(ids)
    getattr(targets, name)[:] = items
    return targets


WRONG_TARGETS = {
    "no body 77": lambda: random_targets([3, 77]),
    "Body 1 is static, not kinematic": lambda: random_targets([1, 3]),
    "target of body 9 comes after that of body 9": lambda: random_targets([9, 3, 9]),
    "body 9 has a motion that is not finite": lambda: with_row("velocity", 1, np.nan),
    "body 3 has a motion that is not finite": lambda: with_row("position", 0, np.inf),
    "body 9 has a rotation of length 0.5": lambda: with_row("quaternion", 1, [0.0, 0, 0, 0.5]),
    "body 9 has 3 wheel states": lambda: with_item("wheels", [None, np.zeros((3, 5))]),
    "body 7 has 1 wheel states": lambda: with_item("wheels", [None, np.zeros((1, 5))], (3, 7)),
    "body 3 has wheel states that are not finite": lambda: with_item(
        "wheels", [np.full((4, 5), np.nan), None]
    ),
    "body 5 has 3 bones": lambda: with_item(
        "bones", [np.zeros((3, 3, 4), np.float32), None], (5, 3)
    ),
    "body 5 has bones that are not finite": lambda: with_item(
        "bones", [np.full((2, 3, 4), np.inf, np.float32), None], (5, 3)
    ),
}


@pytest.mark.parametrize("why", WRONG_TARGETS)
def test_wrong_targets_are_refused_by_name_and_nothing_moves(crowd, why):
    before = crowd.state.bodies.position.copy()
    with pytest.raises(RequestError, match=why):
        crowd.advance(DT, 5, Commands(kinematic=WRONG_TARGETS[why]()))
    after = crowd.advance(DT, 5)
    assert after.tick == 1
    assert after.bodies.position.tobytes() == before.tobytes()


ONE = np.array([3], "<u4").tobytes()
AT_REST = np.array([0, 0, 0, 0, 0, 0, 1, *[0] * 9], "<f8").tobytes()
WRONG_BYTES = {
    "5 bytes of ids": {"ids": ONE + b"x"},
    "64 bytes of motion: 128": {"ids": ONE, "motion": AT_REST[:64]},
    "2 wheel_counts for 1": {"ids": ONE, "motion": AT_REST, "wheel_counts": b"\4\4"},
    "40 bytes of wheels: 160": {
        "ids": ONE,
        "motion": AT_REST,
        "wheel_counts": b"\4",
        "wheels": bytes(40),
    },
    "48 bytes of bones: 0": {"ids": ONE, "motion": AT_REST, "bones": bytes(48)},
    "3 jumps for 1": {"ids": ONE, "motion": AT_REST, "jumps": b"\0\0\0"},
    "body 3 comes after that of body 9": {
        "ids": np.array([9, 3], "<u4").tobytes(),
        "motion": AT_REST * 2,
    },
}


@pytest.mark.parametrize("why", WRONG_BYTES)
def test_columns_that_do_not_fit_each_other_are_refused(crowd, why):
    request = engine_pb2.AdvanceRequest(
        dt_s=DT, substeps=5, kinematic=state_pb2.MotionTable(**WRONG_BYTES[why])
    )
    with pytest.raises(RequestError, match=why):
        crowd._call(crowd._stub.Advance, request)
    assert crowd.advance(DT, 5).tick == 1


def test_a_column_of_the_wrong_length_never_leaves_the_client(crowd):
    targets = random_targets([3, 9])
    short = KinematicTargets(targets.ids, targets.position[:1], *[targets.quaternion] * 4)
    with pytest.raises(
        RequestError, match=r"position of 2 kinematic targets has the shape \(1, 3\)"
    ):
        crowd.advance(DT, 5, Commands(kinematic=short))
    with pytest.raises(RequestError, match="wheels for 1 of 2 kinematic targets"):
        crowd.advance(DT, 5, Commands(kinematic=with_item("wheels", [None])))
