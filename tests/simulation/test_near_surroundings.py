"""What people of the background walk around: vehicles that stand, and people who lie."""

import numpy as np

from cityloop.annotation.actors import ActorTable
from cityloop.simulation.near_surroundings import (
    LYING_RADIUS_M,
    boxes_of,
    lying_people,
    standing_vehicles,
)
from cityloop.spatial import rotation
from cityloop.traffic.reactions import AIR_M
from cityloop.world.semantics import SemanticClass


def table():
    """A bus that stands, a car that drives, a parked car, and somebody who lies there."""
    n = 4
    return ActorTable(
        id=np.arange(1, n + 1, dtype=np.uint32),
        name=("traffic/car.1", "traffic/car.2", "parked/1", "traffic/person.1"),
        kind=("bus", "sedan", "sedan", "man"),
        semantic=np.array(
            [SemanticClass.BUS, SemanticClass.CAR, SemanticClass.CAR, SemanticClass.PERSON],
            dtype=np.uint8,
        ),
        activity=("driving", "driving", "parked", "fallen"),
        lamps=np.zeros(n, dtype=np.uint32),
        indicating=np.zeros(n, np.uint8),
        crossing=np.zeros(n, np.bool_),
        position=np.array([[10.0, 0, 0], [30, 0, 0], [50, 0, 0], [70, 5, 0]]),
        quaternion=np.tile(rotation.from_yaw(np.pi / 2), (n, 1)),
        velocity=np.array([[0.0, 0.2, 0], [0, 5, 0], [0, 0, 0], [0, 0, 0]]),
        acceleration=np.zeros((n, 3)),
        angular_velocity=np.zeros((n, 3)),
        dimension=np.array([[12.0, 2.5, 3], [4.5, 1.8, 1.5], [4.5, 1.8, 1.5], [0.5, 0.5, 1.8]]),
        box_center=np.array([[3.0, 0, 1.5], [1.4, 0, 0.7], [1.4, 0, 0.7], [0, 0, 0.9]]),
    )


def test_only_vehicles_that_stand_on_the_road_are_in_the_way_and_their_outline_is_covered():
    found = standing_vehicles(table())
    # The bus alone: from -3 to 9 m along y, 2.5 m wide.
    side = np.column_stack([np.full(200, 11.25), np.linspace(-3.0, 9.0, 200)])
    end = np.column_stack([np.linspace(8.75, 11.25, 50), np.full(50, 9.0)])
    outline = np.concatenate([side, end])
    gap = np.linalg.norm(outline[:, None] - found.position, axis=2) - found.radius_m
    # At the corners too, where somebody squeezed between two bumpers would be.
    assert gap.min(axis=1).max() < 0.2
    most, least = (
        f(found.position[:, :2] + s * found.radius_m[:, None], axis=0)
        for f, s in ((np.max, 1), (np.min, -1))
    )
    np.testing.assert_allclose([least, most], [[8.7, -3.05], [11.3, 9.05]])
    np.testing.assert_allclose(found.velocity, np.tile([0.0, 0.2], (len(found.velocity), 1)))


def test_a_vehicle_that_goes_slowly_is_in_the_way_as_well():
    """Else people walk into its side."""
    actors = table()
    actors.velocity[1] = [0.0, 3.4, 0.0]
    discs = standing_vehicles(actors)
    beside = np.abs(discs.position[:, 0] - 30.0) < 1.0
    assert beside.any()
    np.testing.assert_allclose(discs.velocity[beside], np.tile([0.0, 3.4], (beside.sum(), 1)))


def test_who_lies_on_the_ground_is_in_the_way():
    found = lying_people(table(), [4])
    np.testing.assert_allclose(found.position, [[70.0, 5.0]])
    assert found.radius_m.tolist() == [LYING_RADIUS_M]
    assert len(lying_people(table(), []).position) == 0


def test_drivers_leave_less_air_beside_what_never_moves():
    half = boxes_of(table()).half
    np.testing.assert_allclose(half[1], [2.25, 0.9])
    np.testing.assert_allclose(half[1] - half[2], AIR_M - 0.05)
