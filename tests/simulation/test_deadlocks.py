"""Vehicles that cannot get past each other: one leaves, but never where somebody sees it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_near import one_road

import cityloop as cl
from cityloop.annotation.actors import ActorTable
from cityloop.simulation import near_vehicles
from cityloop.simulation.near_vehicles import JAMMED_S, OUT_OF_SIGHT_M, NearVehicles
from cityloop.simulation.tick import Simulation
from cityloop.spatial import Pose, rotation
from cityloop.world.scene import Placement
from cityloop.world.semantics import SemanticClass
from cityloop.world.vehicles import vehicle_scene

EGO, DT_S = 1, 1.0
OLDER, NEWER = 4, 9  # numbers of two vehicles nose to nose


class Jam:
    """Two vehicles that block each other at x = 0 and 5 m, and an ego somewhere on the x axis."""

    def __init__(self) -> None:
        self.withdrawn: list[int] = []
        traffic: Any = SimpleNamespace(
            state=SimpleNamespace(vehicles=None), withdraw=self.withdrawn.extend
        )
        prototypes = {p.name: p for p in vehicle_scene(["sedan"]).prototypes}
        lines: Any = None
        self.vehicles = NearVehicles(traffic, prototypes, lines, DT_S, np.inf)
        self.vehicles.add({OLDER: 104, NEWER: 109}, [0, 0])
        self.vehicles._fleet.near[:] = self.vehicles._fleet.held[:] = True
        self.position = np.array([[0.0, 0.0], [5.0, 0.0]])

    def wait(self, seconds: float, ego_x: float, speed: float = 0.0) -> None:
        rows = np.arange(len(self.vehicles._fleet.number))
        for _ in range(round(seconds / DT_S)):
            self.vehicles._resolve(
                rows, self.position, np.full(len(rows), speed), ego_at(ego_x), [EGO]
            )


def ego_at(x: float) -> ActorTable:
    nothing = np.zeros((1, 3))
    return ActorTable(
        id=np.array([EGO], dtype=np.uint32),
        name=("ego",),
        kind=("sedan",),
        semantic=np.array([13], dtype=np.uint8),
        position=np.array([[x, 0.0, 0.0]]),
        quaternion=rotation.from_yaw(np.zeros(1)),
        velocity=nothing,
        acceleration=nothing,
        angular_velocity=nothing,
        dimension=np.array([[4.6, 1.8, 1.5]]),
        box_center=nothing,
        activity=("driving",),
        lamps=np.zeros(1, dtype=np.uint32),
        indicating=np.zeros(1, np.uint8),
        crossing=np.zeros(1, np.bool_),
    )


def test_of_two_who_block_each_other_the_newer_leaves() -> None:
    jam = Jam()
    far = -OUT_OF_SIGHT_M - 1.0
    jam.wait(JAMMED_S, far)
    assert jam.withdrawn == []
    jam.wait(1.0, far)
    assert jam.withdrawn == [NEWER]
    # The other one may have room now: it is given its time again.
    jam.wait(JAMMED_S, far)
    assert jam.withdrawn == [NEWER]


def test_nobody_leaves_before_the_eyes_of_the_ego() -> None:
    jam = Jam()
    jam.wait(10 * JAMMED_S, -OUT_OF_SIGHT_M + 6.0)
    assert jam.withdrawn == []
    # The older one is in sight still, the newer one is not any more.
    jam.wait(1.0, -OUT_OF_SIGHT_M + 1.0)
    assert jam.withdrawn == [NEWER]


def test_the_one_that_is_out_of_sight_leaves_be_it_the_older() -> None:
    jam = Jam()
    jam.wait(JAMMED_S + 1.0, 5.0 + OUT_OF_SIGHT_M - 1.0)
    assert jam.withdrawn == [OLDER]


@pytest.mark.parametrize("reason", ["moves", "free", "far"])
def test_who_is_not_stuck_stays(reason: str) -> None:
    jam = Jam()
    if reason != "moves":
        getattr(jam.vehicles._fleet, {"free": "held", "far": "near"}[reason])[:] = False
    jam.wait(3 * JAMMED_S, 500.0, speed=1.0 if reason == "moves" else 0.0)
    assert jam.withdrawn == []


@pytest.mark.parametrize("near", [True, False])
def test_a_queue_that_a_camera_sees_keeps_all_its_vehicles(
    near: bool, engine: cl.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_vehicles, "JAMMED_S", 2.0)
    city = one_road(tmp_path)
    across = Pose(np.array([200.0, -3.0, 0.0]), rotation.from_yaw(np.pi / 2))
    truck = Placement("parked/truck", "truck", across, SemanticClass.TRUCK, labelled=True)
    city.scene.placements.append(truck)
    scenario = cl.Scenario(city, duration_s=22.0, seed=7, dt_s=0.1)
    scenario.traffic(vehicles=10, physics_radius_m=np.inf)
    # It stands on the grass beside the road and watches.
    x = 190.0 if near else 350.0
    ego = scenario.vehicle("ego", kind="sedan", waypoints=[(x, 14.0), (x + 2, 14.0)], speed_mps=1)
    ego.camera("front", size=(64, 36))
    vanished: list[float] = []
    simulation = Simulation(scenario, engine)
    try:
        before = simulation.moment.actors
        for _ in range(scenario.model.frame_count):
            now = simulation.step().actors
            gone = [i for i, n in enumerate(before.name) if n not in now.name]
            vanished += before.position[gone, 0].tolist()
            before = now
    finally:
        simulation.close()
    in_the_queue = [v for v in vanished if 140.0 < v < 260.0]
    assert bool(in_the_queue) != near
    if near:
        at_rest = np.linalg.norm(now.velocity, axis=1) < 0.1
        assert ((np.abs(now.position[:, 0] - 200.0) < 30.0) & at_rest).sum() > 3
