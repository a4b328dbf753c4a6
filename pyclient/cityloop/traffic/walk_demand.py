"""Who walks where: parties of one to four people, each drawn from streams of its own.

What person n is like and where a party goes that n leads depends on the seed and on n, so that more
cars, other people or a fuller city change nothing about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.errors import ScenarioError
from cityloop.traffic.walk_graph import WalkEnd, WalkGraph
from cityloop.world.people import PERSON_KINDS, PersonKind
from cityloop.world.streams import stream

Array = NDArray[np.float64]

# Of parties with one to four people. Most people in towns walk in company: M. Moussaid et al.,
# "The walking behaviour of pedestrian social groups and its impact on crowd dynamics", 2010.
SIZE_SHARES = (0.58, 0.29, 0.09, 0.04)
# Of people who are no child in a family. Small children are not out alone.
AGE_SHARES: Mapping[str, float] = {"adult": 0.70, "elder": 0.16, "teenager": 0.12, "child": 0.02}
FAMILY_SHARE = 0.4  # of parties of two and more: an adult with children
PRAM_SHARE = 0.06  # of adults alone, and of families
UMBRELLA_SHARE = 0.6  # of adults, elders and teenagers in rain
JOGGER_SHARE = 0.03  # of adults alone
JOG_SHARE = 0.8  # of the speed of an easy run
STOP_SHARE = 0.25  # of parties who stand somewhere on their way
STANDING_SHARE = 0.15  # of parties on the way at the start who stand there
STOP_S = (20.0, 120.0)
STOP_MARGIN_M = 8.0  # from the ends of a sidewalk to a stop
ATTEMPTS = 50

# Where the members of a party walk: ahead and to the left of its middle, m. Pairs walk abreast,
# three in a V whose middle is behind (Moussaid 2010), four in two rows.
WALKING_SLOTS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0.0, 0.0),),
    ((0.0, 0.36), (0.0, -0.36)),
    ((0.12, 0.68), (-0.2, 0.0), (0.12, -0.68)),
    ((0.5, 0.36), (0.5, -0.36), (-0.5, 0.36), (-0.5, -0.36)),
)
STANDING_RADIUS_M = (0.0, 0.45, 0.55, 0.65)  # of the circle that a party stands in, by size


@dataclass(frozen=True)
class Stop:
    """Where a party stands for a while: on which edge of its way (a number), where, how long."""

    edge: int
    position_m: float
    duration_s: float


@dataclass(frozen=True)
class Party:
    """People who walk together.

    Attributes:
        kinds: of its members, keys of PERSON_KINDS.
        start: where it begins.
        edges: from the first to the last edge, crossings and walking areas included.
        arrival_position_m: where it ends on the last edge.
        speed_mps: that it wants to walk at.
        stop: where it stands for a while, if it does.
    """

    kinds: tuple[str, ...]
    start: WalkEnd
    edges: tuple[str, ...]
    arrival_position_m: float
    speed_mps: float
    stop: Stop | None

    @property
    def walking_slots(self) -> Array:
        """(size, 2) where members walk from its middle: ahead, to the left, m."""
        return np.array(WALKING_SLOTS[len(self.kinds) - 1])

    @property
    def standing_slots(self) -> Array:
        """(size, 2) where members stand around its middle, m."""
        size = len(self.kinds)
        turn = 2 * np.pi * (np.arange(size) + 0.25) / size
        circle: Array = STANDING_RADIUS_M[size - 1] * np.column_stack([np.cos(turn), np.sin(turn)])
        return circle


def age_group(kind: PersonKind) -> str:
    """Return "child", "teenager", "elder", "adult" or, for an adult with one, "pram"."""
    if kind.child:
        return "child"
    if kind.pram:
        return "pram"
    if kind.elder:
        return "elder"
    return "teenager" if "teenager" in kind.name else "adult"


class WalkDemand:
    """Draws parties for the network that SUMO has open."""

    def __init__(self, walks: WalkGraph, seed: int, *, rain: bool = False) -> None:
        """Draw for `walks`; in `rain` many have umbrellas."""
        self._walks, self._seed, self._rain = walks, seed, rain
        self._by_age: dict[str, list[str]] = {}
        self._umbrellas: dict[str, list[str]] = {}
        for name in sorted(PERSON_KINDS):
            kind = PERSON_KINDS[name]
            group = self._umbrellas if kind.thing == "umbrella" else self._by_age
            group.setdefault(age_group(kind), []).append(name)
        self._sidewalks = list(walks.sidewalks)
        self._sidewalk_shares = _normalised(np.array(list(walks.sidewalks.values())))

    def size(self, party: int) -> int:
        """Return how many walk together in the city's party number `party`."""
        rng = stream(self._seed, f"traffic/party/{party}")
        return 1 + int(rng.choice(len(SIZE_SHARES), p=SIZE_SHARES))

    def party(self, first: int, size: int, *, on_the_way: bool) -> Party:
        """Return the party of the people `first` to `first + size - 1`.

        `on_the_way` starts it on any sidewalk.

        Raises:
            ScenarioError: if the network has no sidewalks that lead anywhere.
        """
        if not self._walks.ends:
            raise ScenarioError(
                "the map has no sidewalks for background pedestrians: set pedestrians to 0 or use "
                "a map with sidewalks."
            )
        kinds = self._kinds(first, size)
        rng = stream(self._seed, f"traffic/person/{first}/walk")
        pace = float(np.clip(rng.normal(1.0, 0.1), 0.75, 1.25))
        speed = pace * min(PERSON_KINDS[kind].walk_speed_mps for kind in kinds)
        jogs = rng.random() < JOGGER_SHARE
        if jogs and size == 1 and age_group(PERSON_KINDS[kinds[0]]) == "adult":
            speed = JOG_SHARE * PERSON_KINDS[kinds[0]].run_speed_mps
        start, edges, end = self._way(rng, on_the_way=on_the_way)
        stop = self._stop(rng, start, edges, on_the_way=on_the_way)
        return Party(kinds, start, edges, end.position_m, speed, stop)

    def _kinds(self, first: int, size: int) -> tuple[str, ...]:
        """Return the kinds of the people from number `first` on who walk together."""
        rng = stream(self._seed, f"traffic/person/{first}/company")
        ages = list(AGE_SHARES)
        age = ages[rng.choice(len(ages), p=list(AGE_SHARES.values()))]
        family, pram = rng.random() < FAMILY_SHARE, rng.random() < PRAM_SHARE
        if size == 1:
            wanted = ["pram" if age == "adult" and pram else age]
        elif family:
            children = int(rng.integers(1, size))
            wanted = ["pram" if pram else "adult"] + ["adult"] * (size - 1 - children)
            wanted += ["child"] * children
        else:
            wanted = ["adult" if age == "child" else age] * size
        return tuple(self._kind(first + k, wanted[k]) for k in range(size))

    def _kind(self, number: int, age: str) -> str:
        """Return the kind of person `number`, of an age group that the world may lack."""
        kinds = self._by_age.get(age) or self._by_age["adult"]
        rng = stream(self._seed, f"traffic/person/{number}")
        kind = kinds[int(rng.integers(len(kinds)))]
        dry = self._umbrellas.get(age) if self._rain else None
        if dry and rng.random() < UMBRELLA_SHARE:
            return dry[int(rng.integers(len(dry)))]
        return kind

    def _way(
        self, rng: np.random.Generator, *, on_the_way: bool
    ) -> tuple[WalkEnd, tuple[str, ...], WalkEnd]:
        ends = self._walks.ends
        for _ in range(ATTEMPTS):
            start = ends[rng.integers(len(ends))]
            sidewalk = self._sidewalks[rng.choice(len(self._sidewalks), p=self._sidewalk_shares)]
            share = float(rng.uniform(0.05, 0.95))
            end = ends[rng.integers(len(ends))]
            if on_the_way:
                first, last = self._walks.free[sidewalk]
                start = WalkEnd(sidewalk, first + share * (last - first))
            if start.edge == end.edge:
                continue
            edges = self._walks.path(start, end.edge)
            if edges:
                return start, edges, end
        return self._any_way(rng)

    def _any_way(self, rng: np.random.Generator) -> tuple[WalkEnd, tuple[str, ...], WalkEnd]:
        """Return a walk from end to end, for somebody who had no luck with the draws.

        Raises:
            ScenarioError: if there is none.
        """
        ends = self._walks.ends
        for start in (ends[i] for i in rng.permutation(len(ends))):
            for end in (ends[i] for i in rng.permutation(len(ends))):
                if start.edge != end.edge and (edges := self._walks.path(start, end.edge)):
                    return start, edges, end
        raise ScenarioError(
            "no pedestrian finds a way along the sidewalks of the map: set pedestrians to 0 or use "
            "a map with connected sidewalks."
        )

    def _stop(
        self,
        rng: np.random.Generator,
        start: WalkEnd,
        edges: tuple[str, ...],
        *,
        on_the_way: bool,
    ) -> Stop | None:
        """Draw where a party stands: at once, or on a sidewalk between the first and the last."""
        stands, at_once = rng.random() < STOP_SHARE, rng.random() < STANDING_SHARE
        duration, share, which = float(rng.uniform(*STOP_S)), float(rng.random()), rng.random()
        if on_the_way and at_once:
            return Stop(0, start.position_m, duration)
        lengths = self._walks.sidewalks
        places = [
            k
            for k, edge in enumerate(edges[1:-1], start=1)
            if lengths.get(edge, 0.0) > 2 * STOP_MARGIN_M
        ]
        if not stands or not places:
            return None
        edge = places[int(which * len(places))]
        room = lengths[edges[edge]] - 2 * STOP_MARGIN_M
        return Stop(edge, STOP_MARGIN_M + share * room, duration)


def _normalised(weights: Array) -> Array:
    return weights / weights.sum() if len(weights) else weights
