"""A minute in a small town: nobody touches anybody or anything, and nobody is on the road."""

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from cityloop.spatial import rotation
from cityloop.traffic.background import BackgroundTraffic
from cityloop.traffic.state import Outsider
from cityloop.traffic.walkable import footprints
from cityloop.world.city import City

DT_S = 0.05
PEOPLE = 50


@pytest.fixture(scope="module")
def city():
    return City.grid((2, 2), seed=7)


@pytest.fixture(scope="module")
def obstacles(city):
    found = footprints(city.scene.placements, {p.name: p for p in city.scene.prototypes})
    return list(found.values())


@pytest.fixture(scope="module")
def minute(city, obstacles):
    """People at each tick, and who is of which party."""
    parties = {}
    with BackgroundTraffic(city.network, 8, PEOPLE, 3, DT_S, obstacles=obstacles) as traffic:
        states = [traffic.state.people]
        for _ in range(1200):
            states.append(traffic.step().people)
            columns = traffic._people._tracks._columns
            parties.update(zip(columns.number.tolist(), columns.party.tolist(), strict=True))
    return states, parties


def test_footprints_are_what_stands_on_the_ground(city):
    prototypes = {p.name: p for p in city.scene.prototypes}
    found = footprints(city.scene.placements, prototypes)
    by_name = {p.name: p for p in city.scene.placements}
    lamp = next(n for n, p in by_name.items() if p.prototype == "street_lamp")
    assert found[lamp].area == pytest.approx(np.pi * 0.09**2, rel=0.15)  # the pole, not the arm
    signal = next(n for n, p in by_name.items() if p.prototype == "traffic_light_pedestrian")
    assert signal not in found  # hangs above the heads
    house = next(n for n, p in by_name.items() if p.prototype.startswith("house/"))
    length, width, _ = prototypes[by_name[house].prototype].dimension
    assert found[house].area == pytest.approx(length * width, rel=0.05)
    assert not any(name.startswith("ground/") for name in found)


def test_the_number_is_kept_and_names_are_never_used_again(minute):
    states, _ = minute
    assert {len(people) for people in states} <= set(range(PEOPLE - 4, PEOPLE + 5))
    lives = {}
    for tick, people in enumerate(states):
        for name in people.names:
            lives.setdefault(name, []).append(tick)
    for ticks in lives.values():
        assert ticks == list(range(ticks[0], ticks[-1] + 1))


def test_nobody_touches_another(minute):
    for people in minute[0]:
        xy = people.position[:, :2]
        distance, _ = cKDTree(xy).query(xy, k=2)
        assert distance[:, 1].min() > 0.35


def test_nobody_touches_anything_that_stands_there(minute, obstacles):
    tree = shapely.STRtree(obstacles)
    for people in minute[0][::2]:
        points = shapely.points(people.position[:, :2])
        assert not len(tree.query(points, predicate="dwithin", distance=0.25)[0])


def test_nobody_is_on_the_carriageway_beside_the_crossings(minute, city):
    ground = city.network.ground
    crossings = shapely.union_all([area.buffer(0.02) for area in ground.crossings.values()])
    beside = ground.road.difference(crossings)
    shapely.prepare(beside)
    on_crossings = 0
    for people in minute[0]:
        x, y = people.position[:, 0], people.position[:, 1]
        assert not shapely.contains_xy(beside, x, y).any()
        on_crossings += int(shapely.contains_xy(crossings, x, y).sum())
    assert on_crossings > 500


def test_feet_are_on_the_ground(minute, city):
    errors = []
    for people in minute[0]:
        ground = city.network.ground_height(people.position[:, :2])
        errors.append(np.abs(people.position[:, 2] - ground))
    worst = np.concatenate(errors)
    assert np.mean(worst < 0.02) > 0.995
    assert worst.max() < 0.06  # in the middle of a kerb, which feet step over


def test_motion_agrees_with_its_derivatives(minute):
    tracks = {}
    for people in minute[0]:
        yaw = rotation.yaw_of(people.quaternion)
        for i, name in enumerate(people.names):
            row = (
                *people.position[i],
                *people.velocity[i],
                *people.acceleration[i],
                yaw[i],
                people.angular_velocity[i, 2],
            )
            tracks.setdefault(name, []).append(row)
    for name, rows in tracks.items():
        if len(rows) < 3:
            continue
        table = np.array(rows)
        position, velocity, acceleration = table[:, :3], table[:, 3:6], table[:, 6:9]
        central = (position[2:] - position[:-2]) / (2 * DT_S)
        assert np.linalg.norm(central - velocity[1:-1], axis=1).max() < 0.05, name
        ahead = (velocity[2:] - velocity[1:-1]) / DT_S
        behind = (velocity[1:-1] - velocity[:-2]) / DT_S
        low, high = np.minimum(ahead, behind), np.maximum(ahead, behind)
        said = acceleration[1:-1]
        assert np.maximum(low - said, said - high).max() < 0.2, name
        turned = np.unwrap(table[:, 9])
        rate = (turned[2:] - turned[:-2]) / (2 * DT_S)
        assert np.abs(rate - table[1:-1, 10]).max() < 0.1, name
        assert np.linalg.norm(velocity[:, :2], axis=1).max() < 3.6, name
        assert np.linalg.norm(acceleration, axis=1).max() < 6.0, name


def test_parties_stay_together(minute):
    states, parties = minute
    companies = 0
    for people in states[::10]:
        together = {}
        for i, name in enumerate(people.names):
            lead = parties[int(name.rpartition(".")[2])]
            together.setdefault(lead, []).append(people.position[i, :2])
        for places in together.values():
            if len(places) > 1:
                companies += 1
                away = np.linalg.norm(np.array(places)[:, None] - np.array(places), axis=2)
                assert away.max() < 2.8
    assert companies > 200


def test_there_are_people_who_walk_wait_and_stand(minute):
    said = [word for people in minute[0] for word in people.activity]
    assert set(said) <= {"walking", "running", "waiting", "standing"}
    assert 0.5 < said.count("walking") / len(said) < 0.95
    assert said.count("waiting") / len(said) > 0.05
    for people in minute[0]:
        still = np.array([word in ("waiting", "standing") for word in people.activity])
        assert (people.gait_speed_mps[still] == 0).all()
        assert (people.gait_speed_mps[~still] > 0).all()


def test_who_has_fallen_is_gone_from_the_traffic_and_the_others_walk_on(city, obstacles):
    with BackgroundTraffic(city.network, 0, 12, 3, DT_S, obstacles=obstacles) as traffic:
        before = traffic.state.people
        fallen = before.names[:3]
        lying = [
            Outsider(f"fallen.{i}", before.kinds[i], before.position[i], 0.0, np.zeros(3))
            for i in range(3)
        ]
        traffic.fall(fallen)
        for _ in range(100):
            people = traffic.step(lying).people
            assert not set(fallen) & set(people.names)
        assert set(before.names[3:]) <= set(people.names)
        assert np.linalg.norm(people.velocity, axis=1).max() > 0.5


def test_nobody_waits_on_a_crossing(minute, city):
    """Also not a member of a party that waits at the kerb."""
    crossings = shapely.union_all(list(city.network.ground.crossings.values())).buffer(-0.3)
    shapely.prepare(crossings)
    waits = {}
    longest = 0
    for people in minute[0]:
        on = shapely.contains_xy(crossings, people.position[:, 0], people.position[:, 1])
        still = np.linalg.norm(people.velocity, axis=1) < 0.1
        for name, stands in zip(people.names, on & still, strict=True):
            waits[name] = waits.get(name, 0) + 1 if stands else 0
            longest = max(longest, waits[name])
    assert longest * DT_S < 2.0
