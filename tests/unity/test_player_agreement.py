"""The same scenario on the embedded engine and in the real player gives the same motions."""

import numpy as np
import tiny_world

from cityloop.engine import (
    BodySpec,
    Commands,
    DriveCommand,
    KinematicTarget,
    KinematicTargets,
    WalkCommand,
    connect,
    launch,
)
from cityloop.spatial import Pose

DT = 0.05
TICKS = 200
CARS, BUS, PERSON = (2, 3, 4), 5, 6


def commands(time_s):
    """Cars that start, swerve and brake; one that is led on a wave; a person who walks a bow."""
    drive = [
        DriveCommand(
            car,
            throttle=0.6 if time_s < 4 else 0.1,
            brake=0.5 if time_s >= 8 else 0.0,
            steering=0.15 * np.sin(0.8 * time_s + k),
        )
        for k, car in enumerate(CARS)
    ]
    end = time_s + DT
    yaw = 0.4 * np.sin(end)
    led = KinematicTarget(
        BUS,
        Pose.from_xyz_yaw(8.0 * end, 60.0 + 5.0 * np.sin(0.5 * end), 0.0, yaw),
        np.array([8.0, 2.5 * np.cos(0.5 * end), 0.0]),
        np.array([0.0, 0.0, 0.4 * np.cos(end)]),
    )
    way = np.array([1.3 * np.cos(0.4 * time_s), 1.3 * np.sin(0.4 * time_s), 0.0])
    walk = WalkCommand(PERSON, way, 0.4 * time_s)
    return Commands(KinematicTargets.of([led]), drive, [walk])


def play(engine):
    """Return (T, N, 3) positions of all bodies, m, and their ids."""
    engine.load_scene(tiny_world.scene())
    engine.spawn([BodySpec(1, "ground")])
    engine.spawn(
        [
            BodySpec(
                car,
                "car",
                "driven",
                Pose.from_xyz_yaw(0.0, -20.0 * k, 0.0, 0.3 * k),
                velocity=5.0 * k * np.array([np.cos(0.3 * k), np.sin(0.3 * k), 0.0]),
            )
            for k, car in enumerate(CARS)
        ]
    )
    engine.spawn([BodySpec(BUS, "car", "kinematic", Pose.from_xyz_yaw(0.0, 60.0))])
    engine.spawn([BodySpec(PERSON, "person", "walker", Pose.from_xyz_yaw(0.0, 90.0))])
    states = [engine.advance(DT, 5, commands(DT * tick)).bodies for tick in range(TICKS)]
    assert all(s.ids.tolist() == states[0].ids.tolist() for s in states)
    return np.array([s.position for s in states]), states[0].ids.tolist()


def test_a_scripted_drive_of_ten_seconds_is_the_same_in_both(player_address, capsys):
    with launch() as embedded:
        expected, ids = play(embedded)
    with connect(player_address) as unity:
        found, _ = play(unity)
    off = np.linalg.norm(found - expected, axis=2).max(axis=0)
    by_body = dict(zip(ids, off.tolist(), strict=True))
    with capsys.disabled():
        print(" ".join(f"{body}: {1000 * metres:.1f} mm" for body, metres in by_body.items()))
    # They have driven some 60 to 130 m by then.
    assert max(by_body[car] for car in CARS) < 0.5
    assert by_body[BUS] < 1e-3
    assert by_body[PERSON] < 1e-3
