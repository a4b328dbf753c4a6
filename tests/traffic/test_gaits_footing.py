"""Feet that stand stay where they are: while people start, stop, turn, and step over kerbs."""

import math

import numpy as np
import pytest
from soles import slides, sole_points

from cityloop.spatial import rotation
from cityloop.traffic.background import BackgroundTraffic
from cityloop.traffic.gaits import gait_poses
from cityloop.traffic.gaits_footing import Footing, Walkers
from cityloop.traffic.walkers import ScriptedWalk
from cityloop.world.grid import build_grid
from cityloop.world.network import RoadNetwork
from cityloop.world.people import skeleton

DT_S = 0.05
SLIDE_M = 0.03  # how far a planted foot may move
KERB_M = 0.12


def flat(xy):
    return np.zeros(len(xy))


def kerb(xy):
    return np.where(np.asarray(xy)[:, 1] > 3.0, KERB_M, 0.0)


def played(kind, path, speed, heading, ground=flat):
    """Skinning matrices, positions and yaws of a scripted walk, tick by tick."""
    walk = ScriptedWalk(kind, path, heading, speed, ground)
    footing = Footing(ground, DT_S)
    bones, places, yaws = [], [], []
    for tick in range(-5, round(walk.duration_s / DT_S) + 20):
        step = walk.at(tick * DT_S)
        phase, pace = np.array([step.gait_phase_rad]), np.array([step.gait_speed_mps])
        strides = np.array([step.gait_stride])
        feet = footing.step(
            Walkers(
                keys=np.zeros(1, dtype=np.int64),
                kinds=[kind],
                position=step.pose.position[None],
                yaw_rad=np.array([step.pose.yaw_rad]),
                velocity=step.velocity[None],
                yaw_rate_radps=step.angular_velocity[2:],
                gait_phase_rad=phase,
                gait_speed_mps=pace,
                strides=strides,
            )
        )
        bones.append(gait_poses([kind], phase, pace, strides=strides, feet=feet)[0])
        places.append(step.pose.position)
        yaws.append(step.pose.yaw_rad)
    return np.stack(bones), np.array(places), np.array(yaws)


def judged(kind, bones, places, yaws, ground):
    """How far contacts slid, and (2, T) the least height of each sole over the ground."""
    slid, least = [], []
    for points in sole_points(kind, bones, places, yaws):
        below = ground(points[..., :2].reshape(-1, 2)).reshape(points.shape[:2])
        slid += slides(points, below)
        least.append((points[..., 2] - below).min(axis=1))
    return np.array(slid), np.array(least)


WALKS = {
    "straight": (((0, 0), (0, 8)), math.pi / 2),
    "corner": (((0, 0), (0, 4), (4, 4)), math.pi / 2),
    "sharp": (((0, 0), (0, 4), (3, 1)), math.pi / 2),
    "from the side": (((0, 0), (0, 5)), 0.0),
    "from behind": (((0, 0), (0, 5)), -math.pi / 2),
    "one step": (((0, 0), (0, 0.5)), math.pi / 2),
}


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize(
    ("kind", "speed"), [("man", 1.4), ("boy_small", 2.0), ("man_backpack", 3.2)]
)
def test_a_planted_foot_stays(walk, kind, speed):
    bones, places, yaws = played(kind, WALKS[walk][0], speed, WALKS[walk][1])
    slid, least = judged(kind, bones, places, yaws, flat)
    assert len(slid) > 12
    assert slid.max() < SLIDE_M
    assert least.min() > -0.01
    assert (np.abs(least[:, [0, -1]]) < 0.006).all()  # they stand on both feet
    hips = skeleton(kind).index("pelvis")
    rest = skeleton(kind).heads[hips]
    low = rest[2] - (bones[:, hips, 2, :3] @ rest + bones[:, hips, 2, 3])
    assert low.max() < 0.2 * rest[2], "nobody goes down on their knees to reach a foot"


def test_the_slide_of_a_gait_without_footing_is_found():
    kind, (path, heading) = "man", WALKS["corner"]
    walk = ScriptedWalk(kind, path, heading, 1.4, flat)
    steps = [walk.at(k * DT_S) for k in range(120)]
    bones = gait_poses(
        kind,
        [s.gait_phase_rad for s in steps],
        [s.gait_speed_mps for s in steps],
        strides=[s.gait_stride for s in steps],
    )
    places = np.array([s.pose.position for s in steps])
    yaws = np.array([s.pose.yaw_rad for s in steps])
    slid, _ = judged(kind, bones, places, yaws, flat)
    assert slid.max() > 0.08


def test_feet_stand_on_the_kerb_and_on_the_road():
    bones, places, yaws = played("woman", ((0, 0), (0, 6)), 1.3, math.pi / 2, kerb)
    slid, least = judged("woman", bones, places, yaws, kerb)
    assert slid.max() < SLIDE_M
    assert least.min() > -0.02
    assert np.abs(least.min(axis=0)).max() < 0.02, "a foot is always on the ground"


def test_who_turns_on_the_spot_steps_round():
    """Half a turn in two seconds, standing."""
    kind, footing = "woman", Footing(flat, DT_S)
    yaws = math.pi * np.clip(np.linspace(-0.25, 1.5, 70), 0.0, 1.0)
    rates = np.gradient(yaws, DT_S)
    bones = []
    for yaw, rate in zip(yaws, rates, strict=True):
        still = np.zeros(1)
        people = Walkers(
            keys=np.zeros(1, dtype=np.int64),
            kinds=[kind],
            position=np.zeros((1, 3)),
            yaw_rad=np.array([yaw]),
            velocity=np.zeros((1, 3)),
            yaw_rate_radps=np.array([rate]),
            gait_phase_rad=still,
            gait_speed_mps=still,
        )
        bones.append(gait_poses([kind], still, still, feet=footing.step(people))[0])
    slid, least = judged(kind, np.stack(bones), np.zeros((70, 3)), yaws, flat)
    assert slid.max() < SLIDE_M
    assert least.max() > 0.02, "feet are lifted"
    assert np.abs(least.min(axis=0)).max() < 0.006, "one foot stands"
    toes = bones[-1][[skeleton(kind).index(f"foot_{s}") for s in "lr"], :2, 0]
    assert (np.abs(np.arctan2(toes[:, 1], toes[:, 0])) < 0.5).all()


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A quarter of a minute of 40 people between signals, and the ground they walk on."""
    path = tmp_path_factory.mktemp("net") / "grid.net.xml"
    build_grid((2, 2), 7, path)
    network = RoadNetwork(path)
    with BackgroundTraffic(network, 6, 40, seed=3, dt_s=DT_S) as traffic:
        return network.ground_height, [traffic.step().people for _ in range(300)]


def test_nobody_of_the_background_slides(crowd):
    ground, states = crowd
    footing = Footing(ground, DT_S)
    tracks = {}
    for people in states:
        yaw = rotation.yaw_of(people.quaternion)
        feet = footing.step(
            Walkers(
                keys=np.array([int(name.rpartition(".")[2]) for name in people.names]),
                kinds=people.kinds,
                position=people.position,
                yaw_rad=yaw,
                velocity=people.velocity,
                yaw_rate_radps=people.angular_velocity[:, 2],
                gait_phase_rad=people.gait_phase_rad,
                gait_speed_mps=people.gait_speed_mps,
            )
        )
        bones = gait_poses(
            people.kinds, people.gait_phase_rad, people.gait_speed_mps, people.look_rad, feet=feet
        )
        for row, name in enumerate(people.names):
            track = tracks.setdefault((name, people.kinds[row]), [])
            track.append((bones[row], people.position[row], yaw[row]))
    slid = []
    for (_, kind), track in tracks.items():
        posed, places, yaws = (np.stack(part) for part in zip(*track, strict=True))
        slid.append(judged(kind, posed, places, yaws, ground)[0])
    slid = np.concatenate(slid)
    assert len(slid) > 2000
    assert slid.max() < SLIDE_M
    assert np.quantile(slid, 0.99) < 0.005


def test_feet_do_not_depend_on_the_company(crowd):
    ground, states = crowd
    together, alone = Footing(ground, DT_S), Footing(ground, DT_S)
    one = states[0].names[3]
    for people in states[:60]:
        keys = np.array([int(name.rpartition(".")[2]) for name in people.names])

        def those(rows, people=people, keys=keys):
            return Walkers(
                keys=keys[rows],
                kinds=[people.kinds[i] for i in rows],
                position=people.position[rows],
                yaw_rad=rotation.yaw_of(people.quaternion)[rows],
                velocity=people.velocity[rows],
                yaw_rate_radps=people.angular_velocity[rows, 2],
                gait_phase_rad=people.gait_phase_rad[rows],
                gait_speed_mps=people.gait_speed_mps[rows],
            )

        row = people.names.index(one)
        all_feet, own = together.step(those(list(range(len(keys))))), alone.step(those([row]))
        for of_all, of_one in zip(all_feet, own, strict=True):
            assert (of_all.x[row], of_all.y[row], of_all.z[row]) == (
                of_one.x[0],
                of_one.y[0],
                of_one.z[0],
            )
