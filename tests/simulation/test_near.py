"""Background vehicles on the real engine: on their plans, in each other's way, hit and held."""

import hashlib

import numpy as np
import pytest

import cityloop as cl
from cityloop.engine import BodySpec, Commands, DriveCommand
from cityloop.simulation.tick import Simulation
from cityloop.spatial import Pose, rotation
from cityloop.traffic.pilots import DrivenStates, Machines, drive, track
from cityloop.traffic.smoothing import SplineKernel
from cityloop.traffic.vehicle_motion import VehicleSamples, VehicleTracks
from cityloop.traffic.vehicle_types import chassis_of, vehicle_types
from cityloop.world.scene import (
    LevelOfDetail,
    Material,
    Mesh,
    MeshCollider,
    Part,
    Placement,
    Prototype,
    Scene,
)
from cityloop.world.semantics import SemanticClass
from cityloop.world.vehicles import VEHICLE_KINDS, VehicleLamp, vehicle_scene

DT_S = 0.05


def plain():
    """A flat ground of 4 km and all vehicles."""
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * 2000.0
    mesh = Mesh(
        "plain",
        corners.astype(np.float32),
        np.tile(np.float32([0, 0, 1]), (4, 1)),
        np.zeros((4, 2), np.float32),
        ("plain",),
        np.zeros(4, np.uint16),
        np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
    )
    part = Part("ground", (LevelOfDetail("plain", 5000.0),))
    scene = Scene(
        materials=[Material("plain", (0.5, 0.5, 0.5))],
        meshes=[mesh],
        prototypes=[Prototype("plain", (part,), (MeshCollider("plain"),))],
    )
    scene.extend(vehicle_scene(VEHICLE_KINDS))
    return scene


def known_drive(ticks, accel_mps2, top_mps):
    """Front bumpers that turn right and left on 12 m, speed up, stop and go on, as SUMO drives."""
    wanted = np.interp(
        np.arange(ticks),
        [0, 80, 81, 290, 291, 420, 421, 540, 541],
        [6] * 2 + [5, 5, top_mps, top_mps, 0, 0, top_mps],
    )
    speed, s, yaw, x, y = 6.0, 0.0, 0.0, 0.0, 0.0
    samples = []
    for target in wanted:
        speed += np.clip(target - speed, -2.2 * DT_S, accel_mps2 * DT_S)
        s += speed * DT_S
        curvature = np.interp(
            s, [30, 30.5, 48.5, 49, 50, 50.5, 68.5, 69], [0, -1, -1, 0, 0, 1, 1, 0]
        )
        yaw += curvature / 12 * speed * DT_S
        x, y = x + speed * DT_S * np.cos(yaw), y + speed * DT_S * np.sin(yaw)
        samples.append((x, y, yaw, speed, 0.0))
    return np.array(samples)


def follow(engine, kinds, ways, aside_m=0.0, turned_rad=0.0):
    """Drive bodies after plans along ways, (N, T, 5); start them off their plans' first pose.

    Returns:
        (T, N) lag and offset, m, steering share and lateral acceleration, m/s^2, of each tick.
    """
    scene = plain()
    prototypes = {p.name: p for p in scene.prototypes}
    engine.load_scene(scene)
    engine.spawn([BodySpec(1 << 24, "plain")])
    kernel = SplineKernel(DT_S)
    tracks = VehicleTracks(
        kernel, {k: chassis_of(k) for k in kinds}, lambda xy: np.zeros(len(xy)), dark=False
    )
    wheelbase = np.array([VEHICLE_KINDS[k].wheelbase_m for k in kinds])
    dynamics = [d for k in kinds if (d := prototypes[k].dynamics) is not None]
    machines = Machines.of(dynamics, wheelbase)
    apart = np.zeros((len(kinds), 5))
    apart[:, 1] = 100.0 * np.arange(len(kinds))
    everybody, far = np.arange(len(kinds)), np.full(len(kinds), np.inf)
    arc = None
    seen = []
    for tick, sample in enumerate(np.array(ways).swapaxes(0, 1)):
        if tick % kernel.sample_ticks == 0:
            tracks.record(VehicleSamples(range(len(kinds)), kinds, apart + sample))
        else:
            tracks.go_on()
        plan = tracks.shown(tick)
        if not len(plan):
            continue
        if arc is None:
            for i, kind in enumerate(kinds):
                left = rotation.rotate(plan.quaternion[i], np.array([0.0, aside_m, 0.0]))
                turn = rotation.from_yaw(turned_rad)
                pose = Pose(plan.position[i] + left, rotation.multiply(turn, plan.quaternion[i]))
                velocity = rotation.rotate(turn, plan.velocity[i])
                engine.spawn([BodySpec(i + 1, kind, "driven", pose, velocity)])
            arc = tracks.plans(everybody).arc_m[:, 0]
            continue
        bodies = engine.state.bodies
        forward = rotation.rotate(bodies.quaternion, np.array([1.0, 0.0, 0.0]))
        states = DrivenStates(
            bodies.position[:, :2],
            rotation.yaw_of(bodies.quaternion),
            -np.arcsin(forward[:, 2]),
            np.einsum("nk,nk->n", bodies.velocity, forward),
        )
        plans = tracks.plans(everybody)
        found = track(plans, states, arc + states.speed * DT_S)
        arc = found.arc_m
        pedals = drive(
            plans,
            states,
            found,
            machines,
            allowed_mps=np.full(len(kinds), 14.0),
            most_accel=far,
            crashed=far < 0,
        )
        columns = (everybody + 1, pedals.throttle, pedals.brake, pedals.steering)
        orders = [DriveCommand(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]
        engine.advance(DT_S, 4, Commands(drive=orders))
        swerve = states.speed * bodies.angular_velocity[:, 2]
        seen.append((found.lag_m, found.offset_m, pedals.steering, swerve))
    return np.array(seen).swapaxes(0, 1)


def test_every_kind_tracks_a_known_drive_without_swinging(engine):
    kinds = sorted(VEHICLE_KINDS)
    types = {t["id"]: t for t in vehicle_types()}
    ways = [
        known_drive(720, float(types[k]["accel"]), min(12.0, float(types[k]["maxSpeed"])))
        for k in kinds
    ]
    lags, offsets, steering, lateral = follow(engine, kinds, ways)
    error = np.sqrt(np.mean(np.square(lags) + np.square(offsets), axis=0))
    assert dict(zip(kinds, error, strict=True)) == {k: pytest.approx(0, abs=0.3) for k in kinds}
    assert np.abs(offsets).max() < 0.3
    # No swinging: what the steering does faster than 1 Hz is next to nothing.
    for signal, most in ((steering, 0.03), (lateral, 0.3)):
        spectrum = np.fft.rfft(signal * np.hanning(len(signal))[:, None], axis=0)
        spectrum[np.fft.rfftfreq(len(signal), DT_S) < 1.0] = 0
        swing = np.fft.irfft(spectrum, len(signal), axis=0)
        assert np.sqrt(np.mean(swing**2, axis=0)).max() < most


@pytest.mark.parametrize("turned_rad", [-0.3, 0.0, 0.3])
def test_who_has_come_off_the_plan_returns_without_running_off_the_other_side(engine, turned_rad):
    """As after a corner that was too tight: 1.5 m aside, beside a pavement with people on it."""
    kinds = sorted(VEHICLE_KINDS)
    x = 5.0 * DT_S * np.arange(320)
    way = np.column_stack([x, 0 * x, 0 * x, 0 * x + 5.0, 0 * x])
    _, offsets, _, _ = follow(engine, kinds, [way] * len(kinds), 1.5, turned_rad)
    assert offsets[0].min() > 1.4
    assert offsets.min(axis=0).min() > -0.15
    assert np.abs(offsets[-40:]).max() < 0.05


def play(engine, city, ticks, *, vehicles=25, radius_m=40.0, people=0, prepare=None, dt_s=DT_S):
    """Yield the simulation after each tick of traffic around an ego."""
    scenario = cl.Scenario(city, duration_s=ticks * dt_s, seed=7, dt_s=dt_s)
    scenario.traffic(vehicles=vehicles, pedestrians=people, physics_radius_m=radius_m)
    if prepare:
        prepare(scenario)
    simulation = Simulation(scenario, engine)
    try:
        for _ in range(ticks):
            simulation.step()
            yield simulation
    finally:
        simulation.close()


def with_ego(scenario):
    route = scenario.city.route("west_in", "east_out")
    scenario.vehicle("ego", kind="sedan", route=route, speed_mps=8.0)


def test_nothing_jumps_when_bodies_become_physical_and_when_they_cease_to(engine, small_city):
    tracks = {}
    for simulation in play(engine, small_city, 700, radius_m=15.0, prepare=with_ego):
        bodies = simulation.moment.state.bodies
        for row, body_id in enumerate(bodies.ids.tolist()):
            tracks.setdefault(body_id, []).append((bodies, row))
    switches = {"driven": 0, "kinematic": 0}
    for steps in tracks.values():
        kind = [b.kind[row] for b, row in steps]
        p, v, a = (
            np.array([getattr(b, name)[row] for b, row in steps])
            for name in ("position", "velocity", "acceleration")
        )
        turned = [k for k in range(1, len(kind)) if kind[k] != kind[k - 1]]
        for k in turned:
            switches[kind[k]] += 1
            step = p[k] - p[k - 1] - (v[k] + v[k - 1]) / 2 * DT_S
            assert np.linalg.norm(step) < 0.01
            assert np.linalg.norm(v[k] - v[k - 1] - (a[k] + a[k - 1]) / 2 * DT_S) < 0.1
        if turned:
            assert np.abs((p[2:] - p[:-2]) / (2 * DT_S) - v[1:-1]).max() < 0.05
    assert switches["driven"] > 5
    assert switches["kinematic"] > 3


def test_thirty_seconds_with_switches_are_the_same_twice(engine, small_city):
    def digest():
        sha, kinds = hashlib.sha256(), set()
        for simulation in play(
            engine,
            small_city,
            300,
            vehicles=12,
            people=6,
            radius_m=15.0,
            prepare=with_ego,
            dt_s=0.1,
        ):
            bodies = simulation.moment.state.bodies
            kinds.update(zip(bodies.ids.tolist(), bodies.kind, strict=True))
            for column in (bodies.position, bodies.quaternion, bodies.velocity):
                sha.update(column.tobytes())
        driven = {i for i, kind in kinds if kind == "driven"}
        return sha.hexdigest(), len(driven & {i for i, kind in kinds if kind == "kinematic"})

    first, changed = digest()
    assert changed > 3
    assert digest() == (first, changed)


def one_road(folder, length_m=400):
    """A road with a lane each way."""
    from pathlib import Path

    from cityloop.world.netconvert import convert

    (folder / "a.nod.xml").write_text(
        f'<nodes><node id="a" x="0" y="0"/><node id="b" x="{length_m}" y="0"/></nodes>'
    )
    (folder / "a.edg.xml").write_text(
        '<edges><edge id="ab" from="a" to="b" disallow="pedestrian"/>'
        '<edge id="ba" from="b" to="a" disallow="pedestrian"/></edges>'
    )
    options = [f"--node-files={folder / 'a.nod.xml'}", f"--edge-files={folder / 'a.edg.xml'}"]
    convert(options, folder / "a.net.xml", Path("road"))
    return cl.City.from_network(folder / "a.net.xml")


def test_a_truck_that_sumo_does_not_know_makes_a_queue_without_a_contact(engine, tmp_path):
    """It stands across the road; drivers see it, SUMO's vehicles are held, others queue behind."""
    city = one_road(tmp_path)
    pose = Pose(np.array([200.0, -3.0, 0.0]), rotation.from_yaw(np.pi / 2))
    city.scene.placements.append(
        Placement("parked/truck", "truck", pose, SemanticClass.TRUCK, labelled=True)
    )
    held, doomed = 0, None
    for simulation in play(engine, city, 600, vehicles=10, radius_m=np.inf):
        moment = simulation.moment
        if doomed is None:  # who is set down at full speed right before it cannot stop
            close = np.abs(moment.actors.position[:, 0] - 200.0) < 25.0
            doomed = set(moment.actors.id[close].tolist())
        cars = {e.id for n, e in simulation.roster.entries.items() if n.startswith("traffic/")}
        for contact in moment.state.contacts:
            assert not {contact.body_a, contact.body_b} & (cars - doomed)
        held = max(held, len(simulation._background.vehicles.held))
    table = moment.actors
    rows = [i for i, n in enumerate(table.name) if n.startswith("traffic/")]
    stopped = [i for i in rows if np.linalg.norm(table.velocity[i]) < 0.1]
    assert held >= 2
    assert len(stopped) >= 4
    east = sorted(table.position[i, 0] for i in stopped if table.position[i, 1] < 0)
    assert 185.0 < east[-1] < 198.0  # right behind it
    assert all(table.lamps[i] & VehicleLamp.BRAKE for i in stopped)


def test_a_car_brakes_for_a_child_its_plan_waits_and_both_go_on(engine, tmp_path):
    """SUMO's car is over a second ahead of what is shown; only its driver can see the child."""

    def with_child(scenario):
        scenario.pedestrian("child", kind="child", waypoints=[(200.0, -7.0), (200.0, 7.0)])

    city = one_road(tmp_path)
    car, held, slowest, released = None, False, np.inf, None
    for tick, simulation in enumerate(
        play(engine, city, 900, vehicles=12, radius_m=np.inf, prepare=with_child)
    ):
        table = simulation.moment.actors
        rows = {name: i for i, name in enumerate(table.name)}
        if car is None:  # somebody comes from the west, 32 m before the child
            for name, i in rows.items():
                x, speed = table.position[i, 0], table.velocity[i, 0]
                if name.startswith("traffic/") and 165.0 < x < 168.0 and speed > 8.5:
                    car = name
                    simulation._people["child"].go(2.5, tick + 2)
            continue
        for contact in simulation.moment.state.contacts:
            assert table.id[rows["child"]] not in (contact.body_a, contact.body_b)
        if car not in rows:
            break
        speed = float(np.linalg.norm(table.velocity[rows[car]]))
        waits = int(table.id[rows[car]]) in simulation._background.vehicles.held
        held |= waits
        slowest = min(slowest, speed)
        if held and not waits and speed > 8.0:
            released = tick
            break
    assert car is not None
    assert held
    assert slowest < 5.0
    assert released is not None
