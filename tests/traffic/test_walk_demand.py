"""Who walks: shares, company, stops; the draws of one say nothing about another's."""

from collections import Counter

import libsumo
import numpy as np
import pytest

from cityloop.traffic.sumo import SumoSimulation
from cityloop.traffic.vehicle_types import vehicle_types
from cityloop.traffic.walk_demand import SIZE_SHARES, STOP_S, WalkDemand, age_group
from cityloop.traffic.walk_graph import WalkGraph
from cityloop.world.grid import build_grid
from cityloop.world.network import RoadNetwork
from cityloop.world.people import PERSON_KINDS


@pytest.fixture(scope="module")
def walks(tmp_path_factory):
    path = tmp_path_factory.mktemp("net") / "grid.net.xml"
    build_grid((2, 2), 7, path)
    sumo = SumoSimulation(path, vehicle_types(), seed=1, step_s=0.1)
    yield WalkGraph(RoadNetwork(path))
    sumo.close()


@pytest.fixture(scope="module")
def parties(walks):
    demand = WalkDemand(walks, seed=5)
    found, lead = [], 0
    for n in range(400):
        size = demand.size(n)
        found.append(demand.party(lead, size, on_the_way=True))
        lead += size
    return found


def test_sizes_and_ages_come_in_their_shares(parties):
    sizes = np.bincount([len(p.kinds) for p in parties], minlength=5)[1:] / len(parties)
    np.testing.assert_allclose(sizes, SIZE_SHARES, atol=0.07)
    ages = Counter(age_group(PERSON_KINDS[k]) for p in parties for k in p.kinds)
    total = sum(ages.values())
    assert 0.08 < ages["child"] / total < 0.25
    assert 0.05 < ages["elder"] / total < 0.25
    assert 0.04 < ages["teenager"] / total < 0.2
    assert ages["pram"] >= 3


def test_children_are_mostly_with_an_adult(parties):
    alone = in_company = 0
    for party in parties:
        ages = [age_group(PERSON_KINDS[k]) for k in party.kinds]
        if "child" in ages:
            guarded = any(age in ("adult", "pram", "elder") for age in ages)
            in_company += ages.count("child") * guarded
            alone += ages.count("child") * (not guarded)
    assert in_company > 5 * alone


def test_a_party_goes_at_the_pace_of_its_slowest(parties):
    for party in parties:
        if len(party.kinds) > 1:
            slowest = min(PERSON_KINDS[k].walk_speed_mps for k in party.kinds)
            assert 0.75 * slowest <= party.speed_mps <= 1.25 * slowest


def test_slots_are_apart_and_near_each_other(parties):
    for party in parties:
        for slots in (party.walking_slots, party.standing_slots):
            assert len(slots) == len(party.kinds)
            away = np.linalg.norm(slots[:, None] - slots[None], axis=2)
            assert away.max() < 2.0
            assert (away[~np.eye(len(slots), dtype=bool)] > 0.6).all()


def test_some_stand_on_their_way_on_a_sidewalk(parties, walks):
    stops = [(p, p.stop) for p in parties if p.stop is not None]
    assert 0.15 < len(stops) / len(parties) < 0.5
    for party, stop in stops:
        assert STOP_S[0] <= stop.duration_s <= STOP_S[1]
        assert 0 < stop.position_m < walks.sidewalks[party.edges[stop.edge]]


def test_a_person_does_not_depend_on_who_else_is_asked_for(walks):
    alone = WalkDemand(walks, seed=5).party(40, 2, on_the_way=False)
    demand = WalkDemand(walks, seed=5)
    for lead in (3, 11, 39):
        demand.party(lead, 1, on_the_way=True)
    assert demand.party(40, 2, on_the_way=False) == alone
    assert WalkDemand(walks, seed=6).party(40, 2, on_the_way=False) != alone
    assert libsumo.simulation.getTime() == 0.0


def test_umbrellas_are_out_in_rain_alone(walks, parties):
    def holds(kinds):
        return [PERSON_KINDS[kind].thing == "umbrella" for kind in kinds]

    assert not any(any(holds(p.kinds)) for p in parties)
    wet = WalkDemand(walks, seed=5, rain=True)
    lead, with_one, grown = 0, 0, 0
    for party in parties[:150]:
        soaked = wet.party(lead, len(party.kinds), on_the_way=True)
        lead += len(party.kinds)
        assert soaked.edges == party.edges
        for dry, now in zip(party.kinds, soaked.kinds, strict=True):
            ages = [age_group(PERSON_KINDS[k]) for k in (dry, now)]
            assert ages[0] == ages[1]
            grown += ages[0] in ("adult", "elder", "teenager")
            with_one += holds([now])[0]
            assert holds([now])[0] or now == dry
    assert 0.5 < with_one / grown < 0.7
