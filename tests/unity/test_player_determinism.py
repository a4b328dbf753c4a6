"""The same commands give the same numbers to the last bit in every run of the real player."""

import numpy as np
import tiny_world
from unity.proxy import served

from cityloop.engine import (
    BodySpec,
    Commands,
    DriveCommand,
    KinematicTarget,
    KinematicTargets,
    connect,
)
from cityloop.spatial import Pose
from cityloop.world.people import people_scene

DT = 0.05
TICKS = 1000
CARS = tuple(range(10, 15))
PERSON = 5


def one_tick(engine, tick):
    """Cars that change their kind every 7 to 11 ticks, brake, steer and touch each other."""
    bodies = engine.state.bodies
    kinds, targets, pedals = {}, [], []
    for k, car in enumerate(CARS):
        row = bodies.row(car)
        kind = bodies.kind[row]
        if tick % (7 + k) == 0:
            kind = kinds[car] = "driven" if kind == "kinematic" else "kinematic"
        if kind == "kinematic":
            pose = Pose(bodies.position[row] + bodies.velocity[row] * DT, bodies.quaternion[row])
            targets.append(KinematicTarget(car, pose, bodies.velocity[row]))
        else:
            steering = 0.3 * np.sin(tick / 15 + k)
            pedals.append(DriveCommand(car, throttle=0.5 - 0.1 * k, steering=steering))
    return engine.advance(DT, 5, Commands(KinematicTargets.of(targets), pedals, kinds=kinds))


def play(address):
    """Return the bytes of each of a thousand ticks; a person is run over in the first of them."""
    scene = tiny_world.scene()
    scene.extend(people_scene(["man"]))
    with connect(address) as engine:
        engine.load_scene(scene)
        engine.spawn([BodySpec(1, "ground")])
        engine.spawn(
            [
                BodySpec(car, "car", "kinematic", Pose.from_xyz_yaw(7.0 * k, 0.0))
                for k, car in enumerate(CARS)
            ]
        )
        engine.spawn([BodySpec(PERSON, "man", "kinematic", Pose.from_xyz_yaw(45.0, 0.0))])
        kept, out, kinds = 0, [], set()
        for tick in range(TICKS):
            if tick == TICKS // 2:
                kept = engine.save()
            if tick == TICKS * 3 // 4:
                engine.restore(kept)
            bodies = one_tick(engine, tick).bodies
            kinds.add(bodies.kind[bodies.row(PERSON)])
            out.append(bodies.position.tobytes() + bodies.velocity.tobytes())
    return out, kinds


def test_a_thousand_ticks_are_the_same_in_every_player(player_folder):
    plays = []
    for _ in range(2):
        with served(player_folder) as address:
            plays.append(play(address))
    (first, kinds), (second, _) = plays
    assert kinds == {"kinematic", "ragdoll"}
    assert len(set(first)) > 0.99 * TICKS
    assert first == second
