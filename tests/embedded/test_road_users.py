"""Every kind of vehicle of the world as a body of the engine: it stands, drives straight, stops."""

import numpy as np
import pytest
import tiny_world

from cityloop.embedded.tyres import wheel_loads
from cityloop.engine import BodySpec, Commands, DriveCommand, connect, encode
from cityloop.protocol import scene_pb2
from cityloop.spatial import Pose, rotation
from cityloop.world.vehicles import VEHICLE_KINDS, vehicle_scene

DT = 0.05
SUBSTEPS = 10
SPACING_M = 12.0
IDS = {kind: 10 + i for i, kind in enumerate(VEHICLE_KINDS)}


@pytest.fixture
def street(address):
    """A session with one body of each kind on flat ground, side by side, heading along x."""
    scene = tiny_world.scene()
    scene.extend(vehicle_scene())
    with connect(address) as engine:
        engine.load_scene(scene)
        engine.spawn([BodySpec(1, "ground", semantic=0)])
        engine.spawn(
            [
                BodySpec(
                    number, kind, "driven", Pose(np.array([0.0, SPACING_M * (number - 15), 0.0]))
                )
                for kind, number in IDS.items()
            ]
        )
        yield engine


def yaw_pitch_roll(quaternion):
    """Return the angles (3,) of a body, rad."""
    m = rotation.to_matrix(quaternion)
    return np.array(
        [np.arctan2(m[1, 0], m[0, 0]), -np.arcsin(m[2, 0]), np.arctan2(m[2, 1], m[2, 2])]
    )


def advance(engine, seconds, **pedals):
    """Hold the pedals of all; return position, yaw-pitch-roll and velocity by kind at the end."""
    commands = Commands(drive=[DriveCommand(number, **pedals) for number in IDS.values()])
    for _ in range(round(seconds / DT)):
        bodies = engine.advance(DT, SUBSTEPS, commands).bodies
    rows = {int(number): row for row, number in enumerate(bodies.ids)}
    return {
        kind: (
            bodies.position[rows[number]] - [0.0, SPACING_M * (number - 15), 0.0],
            yaw_pitch_roll(bodies.quaternion[rows[number]]),
            bodies.velocity[rows[number]],
        )
        for kind, number in IDS.items()
    }


def test_every_kind_stands_drives_straight_and_stops(street):
    for kind, (position, turned, velocity) in advance(street, 2.0).items():
        assert np.abs(position[:2]).max() < 0.01, kind
        assert abs(position[2]) < 0.02, kind
        assert np.abs(turned).max() < np.radians(0.8), kind
        assert np.abs(velocity).max() < 0.01, kind
    for kind, (position, turned, velocity) in advance(street, 5.0, throttle=0.5).items():
        assert position[0] > 3.0, kind
        assert abs(position[1]) < 0.05, kind
        assert abs(turned[0]) < np.radians(0.5), kind
        assert abs(turned[2]) < np.radians(1.0), kind
        assert velocity[0] > 1.5, kind
    for kind, (position, turned, velocity) in advance(street, 6.0, brake=0.7).items():
        assert np.abs(velocity).max() < 0.02, kind
        assert abs(position[1]) < 0.1, kind
        assert np.abs(turned).max() < np.radians(1.5), kind


@pytest.mark.parametrize("kind", list(VEHICLE_KINDS))
def test_static_wheel_loads_balance_the_centre_of_mass(kind):
    prototype = vehicle_scene([kind]).prototypes[0]
    said = next(
        item.prototype
        for item in encode.scene_items(vehicle_scene([kind]))
        if item.WhichOneof("item") == "prototype"
    )
    dynamics: scene_pb2.VehicleDynamics = said.dynamics
    loads = wheel_loads(dynamics).at_rest
    wheels = np.array([w.center for w in prototype.dynamics.wheels])
    assert loads.sum() == pytest.approx(1.0)
    assert loads @ wheels[:, 0] == pytest.approx(prototype.dynamics.center_of_mass[0])
    assert loads @ wheels[:, 1] == pytest.approx(0.0, abs=1e-9)
    assert loads.min() > (0.3 if prototype.dynamics.balanced else 0.15)
