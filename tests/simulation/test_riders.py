"""Riders' bones go with their machines, whoever moves these."""

import numpy as np
import pytest

from cityloop.engine import BodySpec, BodyStates, Commands, DriveCommand, KinematicTargets
from cityloop.simulation.riders import Riders
from cityloop.spatial import Pose
from cityloop.world.riding import rider_figure
from cityloop.world.vehicles import MAX_STEERING_ANGLE_RAD, rider_of

DT = 0.05
BIKE, MOTO, CAR = 3, 5, 4
SPEED = np.array([5.0, 0.0, 0.0])


def bodies(wheels):
    """All three on their way along x."""
    flat = np.zeros((3, 3))
    return BodyStates(
        ids=np.array([BIKE, CAR, MOTO], dtype=np.uint32),
        position=flat,
        quaternion=np.tile([0.0, 0.0, 0.0, 1.0], (3, 1)),
        velocity=np.tile(SPEED, (3, 1)),
        angular_velocity=flat,
        acceleration=flat,
        kind=("driven", "driven", "driven"),
        wheels=dict.fromkeys((BIKE, MOTO), wheels),
    )


def wheels(steering, spin):
    return np.array([[steering, spin, 14.0, 0.0, 1.0], [0.0, spin, 14.0, 0.0, 1.0]])


@pytest.fixture
def riders():
    made = Riders(DT)
    told = made.mounted(
        [
            BodySpec(BIKE, "bicycle/driven/2", "kinematic", velocity=SPEED),
            BodySpec(CAR, "sedan/driven/2", "driven", velocity=SPEED),
            BodySpec(MOTO, "motorcycle/driven/0", "driven", velocity=SPEED),
        ]
    )
    assert [spec.bones is None for spec in told] == [False, True, False]
    return made


def steering_of(kind, bones):
    """Angle of the bar that a rider holds, from the left wrist."""
    rider, figure = rider_of(kind), rider_figure(rider_of(kind))
    i = figure.names.index("hand_l")
    rest = figure.joints[i] - [rider.pose.bar_x, 0.0, 0.0]
    here = bones[i, :, :3] @ figure.joints[i] + bones[i, :, 3] - [rider.pose.bar_x, 0.0, 0.0]
    return np.arctan2(here[1], here[0]) - np.arctan2(rest[1], rest[0])


def drive(steering):
    return [DriveCommand(i, steering=steering / MAX_STEERING_ANGLE_RAD) for i in (CAR, MOTO)]


def test_hands_follow_the_target_of_a_kinematic_machine(riders):
    target = KinematicTargets(
        ids=np.array([BIKE], dtype=np.uint32),
        position=np.zeros((1, 3)),
        quaternion=Pose().quaternion[None],
        wheels=[wheels(0.4, 3.7)],
    )
    told = riders.ride(bodies(wheels(0.1, 3.0)), Commands(kinematic=target, drive=drive(0.0)))
    (bones,) = told.kinematic.bones
    assert bones is riders.bones[BIKE]
    assert steering_of("bicycle", bones) == pytest.approx(0.4, abs=1e-4)


def test_hands_go_on_with_the_bar_of_a_driven_machine_and_stop_where_it_does(riders):
    for at, aim, expected in ((0.10, 0.5, None), (0.13, 0.5, 0.16), (0.16, 0.17, 0.17)):
        told = riders.ride(bodies(wheels(at, 0.0)), Commands(drive=drive(aim)))
        car, motorcycle = told.drive
        assert car.bones is None
        if expected is not None:
            held = steering_of("motorcycle", motorcycle.bones)
            assert held == pytest.approx(expected, abs=1e-4)


def test_who_has_gone_is_forgotten(riders):
    riders.forget([BIKE, CAR])
    assert list(riders.bones) == [MOTO]
    told = riders.ride(bodies(wheels(0.0, 0.0)), Commands(drive=drive(0.0)))
    assert [d.bones is None for d in told.drive] == [True, False]
