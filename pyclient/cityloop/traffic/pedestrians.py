"""The people whom SUMO moves: parties that enter, walk, stand for a while and leave.

To SUMO a party is one pedestrian as wide as all of them; the others walk and stand around its
place. So nobody is left behind at a red light.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import libsumo
import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.person_motion import OTHERS_RADIUS_M, PersonTracks
from cityloop.traffic.person_plans import STANCES, Obstacles, PlanSamples
from cityloop.traffic.smoothing import Columns
from cityloop.traffic.state import Outsider, PersonColumns
from cityloop.traffic.sumo import sumo_angle_to_yaw
from cityloop.traffic.walk_demand import Party, WalkDemand
from cityloop.traffic.walkable import RELEASE_M, Walkable
from cityloop.world.people import PERSON_KINDS

Array = NDArray[np.float64]

PERSON = "person."
SHOWN = "traffic/person."
PARTY_TURN_RATE_RADPS = 1.2  # of the rows and pairs that a party walks in
TURNING_MPS = 0.4  # a slower party keeps its heading
ABREAST_M = 0.65  # of pavement that each of a pair or three takes up
WIDEST_M = 1.5  # as SUMO sees a party: others must get past
STAND_ASIDE_M = 0.35  # from the boundary of what is walkable, to leave the way free
# A party that SUMO takes across a corner goes around it instead, and farther inside by half its
# width; the more so if others come towards it along that kerb, who keep right.
ONCOMING_M = 0.9
GIVING_WAY_M = 0.5  # of corner that is cut, until the whole party is on the way around
FARTHEST_M = 1e7  # from the origin: beyond, nobody of the background takes note of outsiders
ROAMING_S = 0.5  # between looks at who is far off sidewalks and crossings
# How far behind their plan somebody of a party is, and at which share of its pace it then goes on.
HASTE: tuple[tuple[float, float], ...] = ((1.0, 0.5), (2.0, 0.05))


@dataclass
class _Parties(Columns):
    """A row for each party under way."""

    lead: NDArray[np.int64]
    place: Array  # (P, 2) where SUMO has them, m
    kept: Array  # (P, 2) the same without the corners that SUMO cuts, m
    heading: Array  # rad
    standing: NDArray[np.bool_]  # at their stop
    facing: Array  # rad, nan while they walk
    haste: Array  # of the plan: share of the wanted pace, less where it waits for them
    crossing: NDArray[np.bool_]  # on a crossing
    roaming: NDArray[np.bool_]  # far off sidewalks and crossings


@dataclass(frozen=True)
class _People:
    """Everybody under way, by rising number.

    Attributes:
        number: (N,).
        kinds: N keys of PERSON_KINDS.
        row: (N,) row of their party.
        walking_slot, standing_slot: (N, 2) ahead of the party's place and to its left, m.
        pace_mps, half_width_m: (P,) of the parties.
    """

    number: NDArray[np.int64]
    kinds: tuple[str, ...]
    row: NDArray[np.intp]
    walking_slot: Array
    standing_slot: Array
    pace_mps: Array
    half_width_m: Array


class Pedestrians:
    """Keeps the number of people in the streets and says where each is at the shown tick."""

    def __init__(
        self, demand: WalkDemand, tracks: PersonTracks, wanted: int, walkable: Walkable
    ) -> None:
        """Send out `wanted` people; they enter at SUMO's next step."""
        self._demand, self._tracks, self._walkable = demand, tracks, walkable
        self._sent: dict[int, Party] = {}  # by number of the first member
        self._members: dict[int, set[int]] = {}  # of the sent: who of them is under way
        self._next = 0
        none, flat, nowhere = np.zeros(0, dtype=bool), np.zeros(0), np.zeros((0, 2))
        self._parties = _Parties(
            lead=np.zeros(0, dtype=np.int64),
            place=nowhere,
            kept=nowhere,
            heading=flat,
            standing=none,
            facing=flat,
            haste=flat,
            crossing=none,
            roaming=none,
        )
        self._list_members()
        self._roaming_samples = max(1, round(ROAMING_S / tracks.sample_s))
        self._samples = 0
        drawn = 0
        while self._next < wanted:
            size = min(demand.size(drawn), wanted - self._next)
            drawn += 1
            self._send(size, on_the_way=True)

    def simulated(self, *, on_the_way: bool) -> None:
        """Replace who has arrived in SUMO's newest step by as many who set out."""
        for name in libsumo.simulation.getArrivedPersonIDList():
            if name.startswith(PERSON):
                lead = int(name[len(PERSON) :])
                size = len(self._sent.pop(lead).kinds)
                del self._members[lead]
                self._send(size, on_the_way=on_the_way)

    def record(
        self, outsiders: Sequence[Outsider], ahead_s: float, standing: Obstacles | None = None
    ) -> None:
        """Move everybody on to the next sample; `outsiders` are taken to be `ahead_s` further on.

        What is `standing` on the road is walked around.
        """
        self._follow()
        people = [o for o in outsiders if o.kind in PERSON_KINDS]
        velocity = np.array([o.velocity[:2] for o in people]).reshape(-1, 2)
        place = np.array([o.position[:2] for o in people]).reshape(-1, 2) + ahead_s * velocity
        # Not far off every map, where squares of distances overflow; nan is no place either.
        known = np.asarray((np.abs(place) < FARTHEST_M).all(axis=1))
        others = Obstacles(place, velocity, np.full(len(place), OTHERS_RADIUS_M)).rows(known)
        self._tracks.record(
            self._plan(), others if standing is None else others.followed_by(standing)
        )
        self._hold_up()

    def shown(self) -> PersonColumns:
        """Return everybody at the shown tick; once a tick, after `record` or `go_on`."""
        return self._tracks.shown()

    def go_on(self) -> None:
        """Go on to the next tick, for which SUMO's newest step is enough."""
        self._tracks.go_on()

    def fall(self, names: Sequence[str]) -> None:
        """Forget the people of these shown names, whose bodies physics moves from now on."""
        numbers = {int(name.removeprefix(SHOWN)) for name in names}
        self._tracks.forget(np.array(sorted(numbers), dtype=np.int64))
        for lead, members in list(self._members.items()):
            members -= {number - lead for number in numbers}
            if not members:
                del self._sent[lead], self._members[lead]
                libsumo.person.remove(f"{PERSON}{lead}")
        self._drop_parties()
        self._list_members()

    def _send(self, size: int, *, on_the_way: bool) -> None:
        """Add a party to SUMO."""
        lead = self._next
        self._next += size
        party = self._demand.party(lead, size, on_the_way=on_the_way)
        name, person = f"{PERSON}{lead}", libsumo.person
        person.add(name, party.start.edge, party.start.position_m, typeID=party.kinds[0])
        stop = party.stop
        if stop is None:
            person.appendWalkingStage(name, party.edges, party.arrival_position_m)
        else:
            if stop.edge > 0:
                person.appendWalkingStage(name, party.edges[: stop.edge + 1], stop.position_m)
            person.appendWaitingStage(name, stop.duration_s)
            person.appendWalkingStage(name, party.edges[stop.edge :], party.arrival_position_m)
        person.setSpeedFactor(name, _speed_factor(party))
        if size > 1:
            person.setWidth(name, min(WIDEST_M, ABREAST_M * min(size, 3)))
        self._sent[lead] = party
        self._members[lead] = set(range(size))

    def _follow(self) -> None:
        """Take in where SUMO has the parties."""
        person, p = libsumo.person, self._parties
        changed = self._drop_parties()
        known = set(p.lead.tolist())
        new = [n for n in self._sent if n not in known]
        if new:
            present = set(person.getIDList())
            new = [n for n in new if f"{PERSON}{n}" in present]
        if new:
            count = len(new)
            none = np.zeros(count, dtype=bool)
            places = np.array([person.getPosition(f"{PERSON}{n}") for n in new])
            angles = [sumo_angle_to_yaw(person.getAngle(f"{PERSON}{n}")) for n in new]
            p.append(
                _Parties(
                    np.array(new, dtype=np.int64),
                    places,
                    places.copy(),
                    np.array(angles),
                    none,
                    np.full(count, np.nan),
                    np.ones(count),
                    *(none, none),
                )
            )
            p.keep(np.argsort(p.lead))
        if new or changed:
            self._list_members()
        names = [f"{PERSON}{n}" for n in p.lead.tolist()]
        place = np.array([person.getPosition(n) for n in names]).reshape(-1, 2)
        roads = [person.getRoadID(n) for n in names]
        p.crossing = np.array([_is_crossing(road) for road in roads], dtype=bool)
        standing = np.zeros(len(names), dtype=bool)
        for row, lead in enumerate(p.lead.tolist()):
            stop = self._sent[lead].stop
            if stop is not None:
                standing[row] = person.getRemainingStages(names[row]) == 2
        for row in np.flatnonzero(standing & ~p.standing).tolist():
            beginning = int(p.lead[row]) in new
            here = place[row] if beginning else p.place[row]
            place[row], p.facing[row] = self._stand_aside(here, float(p.heading[row]))
            if beginning:
                p.heading[row] = p.facing[row]
        place[standing & p.standing] = p.place[standing & p.standing]
        p.facing[~standing] = np.nan
        step = (place - p.place) / self._tracks.sample_s
        speed = np.hypot(step[:, 0], step[:, 1])
        turn = np.arctan2(step[:, 1], step[:, 0]) - p.heading
        turn = (turn + np.pi) % (2 * np.pi) - np.pi
        limit = PARTY_TURN_RATE_RADPS * self._tracks.sample_s
        turning = (speed > TURNING_MPS) & (speed < 4.0) & ~standing
        p.heading = p.heading + np.where(turning, np.clip(turn, -limit, limit), 0.0)
        p.place, p.standing = place, standing
        self._samples += 1
        if new or self._samples % self._roaming_samples == 0:
            p.roaming = self._walkable.open.clearance(place)[0] < -RELEASE_M
        p.kept = self._around_corners()

    def _around_corners(self) -> Array:
        """Return (P, 2) where the parties are, those beyond a boundary moved inside of it, m."""
        p, walkable = self._parties, self._walkable
        kept = p.place.copy()
        for boundary, on_crossings in ((walkable.closed, False), (walkable.open, True)):
            rows = np.flatnonzero(~p.roaming & (p.crossing == on_crossings))
            distance, inwards = boundary.clearance(p.place[rows])
            over = np.maximum(-distance, 0.0)
            heading = p.heading[rows]
            kerb_left = np.cos(heading) * inwards[:, 1] < np.sin(heading) * inwards[:, 0]
            room = self._people.half_width_m[rows] + np.where(kerb_left, ONCOMING_M, 0.0)
            way = over + np.minimum(over / GIVING_WAY_M, 1.0) * room
            kept[rows] += way[:, None] * inwards
        return kept

    def _drop_parties(self) -> bool:
        """Take out the parties that are no longer under way; tell whether there are any."""
        stay = np.array([n in self._sent for n in self._parties.lead.tolist()], dtype=bool)
        self._parties.keep(stay)
        return not stay.all()

    def _stand_aside(self, place: Array, heading_rad: float) -> tuple[Array, float]:
        """Return where a party stands that stops at `place` (2,), and where it looks, rad."""
        distance, inwards = self._walkable.closed.clearance(place[None])
        if not np.isfinite(distance[0]) or abs(distance[0]) > 3.0:
            return place, heading_rad
        spot = place - (distance[0] - STAND_ASIDE_M) * inwards[0]
        beyond = spot - 0.8 * inwards[0]
        # At the kerb they look at the road, at a wall away from it.
        away = 1.0 if self._walkable.is_road(beyond[None])[0] else -1.0
        return spot, float(np.arctan2(-away * inwards[0, 1], -away * inwards[0, 0]))

    def _list_members(self) -> None:
        """Bring the table of everybody under way up to date."""
        p = self._parties
        row, number, kinds, walking, standing = [], [], [], [], []
        for k, lead in enumerate(p.lead.tolist()):
            party = self._sent[lead]
            slots = zip(party.walking_slots, party.standing_slots, strict=True)
            for member, (on_the_way, at_stop) in enumerate(slots):
                if member in self._members[lead]:
                    row.append(k)
                    number.append(lead + member)
                    kinds.append(party.kinds[member])
                    walking.append(on_the_way)
                    standing.append(at_stop)
        self._people = _People(
            np.array(number, dtype=np.int64),
            tuple(kinds),
            np.array(row, dtype=np.intp),
            np.array(walking).reshape(-1, 2),
            np.array(standing).reshape(-1, 2),
            np.array([self._sent[n].speed_mps for n in p.lead.tolist()]),
            np.array([np.abs(self._sent[n].walking_slots)[:, 1].max() for n in p.lead.tolist()]),
        )

    def _plan(self) -> PlanSamples:
        """Return where the plan has everybody, by rising number."""
        p, people = self._parties, self._people
        row = people.row
        heading, standing = p.heading[row], p.standing[row]
        slot = np.where(standing[:, None], people.standing_slot, people.walking_slot)
        cos, sin = np.cos(heading), np.sin(heading)
        offset = np.column_stack(
            [cos * slot[:, 0] - sin * slot[:, 1], sin * slot[:, 0] + cos * slot[:, 1]]
        )
        company = standing & (np.abs(slot).max(axis=1) > 0)
        facing = np.where(company, np.arctan2(-offset[:, 1], -offset[:, 0]), p.facing[row])
        return PlanSamples(
            number=people.number,
            kind=people.kinds,
            party=p.lead[row],
            place=p.kept[row] + offset,
            heading_rad=heading,
            pace_mps=people.pace_mps[row],
            held=~p.crossing[row],
            roaming=p.roaming[row],
            stance=np.where(company, STANCES.index("standing"), STANCES.index("waiting")),
            facing_rad=facing,
        )

    def _hold_up(self) -> None:
        """Let the plan of those wait who cannot keep up with it."""
        p, people = self._parties, self._people
        late = np.zeros(len(p.lead))
        np.maximum.at(late, people.row, self._tracks.behind_m(people.number))
        haste = np.ones(len(late))
        for distance, share in HASTE:
            haste[late > distance] = share
        haste[p.standing] = 1.0
        for row in np.flatnonzero(haste != p.haste).tolist():
            lead = int(p.lead[row])
            libsumo.person.setSpeedFactor(
                f"{PERSON}{lead}", float(haste[row]) * _speed_factor(self._sent[lead])
            )
        p.haste = haste


def _speed_factor(party: Party) -> float:
    """Return the party's pace over what SUMO takes for the first member's."""
    return party.speed_mps / PERSON_KINDS[party.kinds[0]].walk_speed_mps


def _is_crossing(edge: str) -> bool:
    """Tell SUMO's crossings (":junction_c0") from other edges."""
    return edge.startswith(":") and edge.rpartition("_")[2].startswith("c")
