import numpy as np
import pytest

from cityloop.engine import BodySpec, Commands, WalkCommand
from cityloop.spatial import Pose

pytestmark = pytest.mark.needs("walker")

DT = 0.05


def walk(engine, ticks, velocity, heading_rad=0.0):
    command = WalkCommand(5, np.array([*velocity, 0.0]), heading_rad)
    return [engine.advance(DT, 5, Commands(walk=[command])) for _ in range(ticks)]


def spawn_walker(engine, **pose):
    engine.spawn([BodySpec(5, "person", "walker", Pose.from_xyz_yaw(0.0, 0.0, **pose))])


def difference_to_velocity(states):
    """The largest difference between velocities and central differences of positions, m/s."""
    position = np.array([s.bodies.position[0] for s in states])
    velocity = np.array([s.bodies.velocity[0] for s in states])
    difference = (position[2:] - position[:-2]) / (2 * DT) - velocity[1:-1]
    return np.linalg.norm(difference, axis=1).max()


def test_a_walker_reaches_the_wanted_velocity_with_its_feet_on_the_ground(ground):
    spawn_walker(ground)
    states = walk(ground, 60, (1.2, 0.5))
    end = states[-1].bodies
    assert end.velocity[0] == pytest.approx([1.2, 0.5, 0.0], abs=1e-3)
    assert abs(end.position[0, 2]) < 0.02
    assert difference_to_velocity(states) < 0.05


def test_a_walker_without_a_command_stands_still(ground):
    spawn_walker(ground)
    walk(ground, 20, (1.5, 0.0))
    for _ in range(30):
        ground.advance(DT, 5)
    before = ground.state.bodies.position[0].copy()
    ground.advance(DT, 5)
    assert ground.state.bodies.position[0] == pytest.approx(before, abs=1e-6)


def test_a_walker_turns_to_its_heading(ground):
    spawn_walker(ground)
    end = walk(ground, 30, (0.0, 0.0), heading_rad=np.pi / 2)[-1].bodies
    yaw = Pose(end.position[0], end.quaternion[0]).yaw_rad
    assert yaw == pytest.approx(np.pi / 2, abs=1e-6)
    assert end.angular_velocity[0] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_a_walker_climbs_a_kerb(ground):
    ground.spawn([BodySpec(3, "kerb", pose=Pose.from_xyz_yaw(2.0, 0.0))])
    spawn_walker(ground)
    states = walk(ground, 80, (1.4, 0.0))
    end = states[-1].bodies
    assert end.position[0, 0] > 4.0
    assert end.position[0, 2] == pytest.approx(0.12, abs=0.01)
    assert difference_to_velocity(states) < 0.05


def test_a_walker_stops_at_a_wall(ground):
    ground.spawn([BodySpec(3, "wall", pose=Pose.from_xyz_yaw(3.0, 0.0))])
    spawn_walker(ground)
    end = walk(ground, 100, (1.4, 0.0))[-1].bodies
    # The wall begins at 2.9 and the capsule has a radius of 0.25.
    assert 2.5 < end.position[0, 0] < 2.66
    assert end.velocity[0] == pytest.approx([0.0, 0.0, 0.0], abs=0.02)


def test_a_walker_falls_to_the_ground(ground):
    spawn_walker(ground, z=2.0)
    # Free fall from 2 m takes 0.64 s.
    states = walk(ground, 20, (0.0, 0.0))
    assert states[8].bodies.position[0, 2] > 0.5
    assert abs(states[-1].bodies.position[0, 2]) < 0.02
