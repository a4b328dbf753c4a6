"""Events: what a scripted vehicle does wrong and who touches whom, each told once.

collision
    Two touch for the first time. What has no label, such as a building, is called "background" and
    counts where a scripted vehicle touches it. The scripted actor is named first. It is told when
    the blow is over, with the tick and the place of the first contact and the impulse of all its
    ticks; conditions hold from the first contact on.
red_light
    The front bumper of a scripted vehicle passes a stop line whose light was red.
off_road
    A wheel of a scripted vehicle is more than 0.1 m beside the carriageway; once per excursion.
wrong_way
    The middle of a scripted vehicle that drives is on lanes that all run against its way, outside
    junctions; once per excursion. Its way is the direction in which it moves, which backwards is
    not its heading; below 1 m/s it is the heading of who moves forwards.

An excursion is over when nothing of it was seen for a second. Who is off the road or on the wrong
side from the start has the event at frame 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cityloop.annotation.actors import ActorTable, Array
from cityloop.dataset.events import BACKGROUND, Event, EventKind
from cityloop.engine import Contact
from cityloop.simulation.stop_lines import StopLines
from cityloop.spatial import rotation
from cityloop.world.road_areas import RoadAreas
from cityloop.world.vehicles import VEHICLE_KINDS

OFF_ROAD_M = 0.1
DRIVING_MPS = 0.5  # slower than this nobody drives the wrong way
COURSE_MPS = 1.0  # from here on the direction of motion is plain
EXCURSION_OVER_S = 1.0
# A blow is over with the tick that adds less than this share of its hardest tick; whoever pushes on
# and on has struck no later than that.
BLOW_OVER_SHARE = 0.05
LONGEST_BLOW_S = 0.25

_Finding = tuple[EventKind, str, Array]  # kind, actor, place (3,)
_Pair = frozenset[str]


@dataclass
class _Blow:
    """A collision that goes on: its event as far as it is known, and its hardest tick, N s."""

    event: Event
    hardest_ns: float = 0.0

    def push(self, impulse_ns: float, time_s: float) -> bool:
        """Add the impulse of a tick at `time_s`; return whether it was the last."""
        self.event = replace(self.event, impulse_ns=self.event.impulse_ns + impulse_ns)
        self.hardest_ns = max(self.hardest_ns, impulse_ns)
        ended = impulse_ns < BLOW_OVER_SHARE * self.hardest_ns
        return ended or time_s - self.event.time_s > LONGEST_BLOW_S


class EventWatch:
    """Looks at every tick and says what happened in it.

    Attributes:
        touched: pairs of names that have been in contact so far.
        events: all that have been told so far.
    """

    def __init__(
        self, areas: RoadAreas, stop_lines: StopLines, links: Mapping[str, Mapping[str, int]]
    ) -> None:
        """Watch the vehicles that `links` names.

        Args:
            areas: what is carriageway, and which way its lanes run.
            stop_lines: all of the map.
            links: scripted vehicle -> lane id -> the traffic light's link that its way takes from
                this lane; elsewhere the light is red if it is so for all links.
        """
        self._areas, self._stop_lines, self._links = areas, stop_lines, links
        self.touched: set[_Pair] = set()
        self.events: list[Event] = []
        self._bumper: dict[str, Array] = {}
        self._signals: Mapping[str, str] = {}
        self._early: list[Contact] = []  # before frame 0, which tells of them
        self._blows: dict[_Pair, _Blow] = {}  # that are not over
        self._seen_s: dict[tuple[EventKind, str], float] = {}  # excursion -> when last seen

    def happened(self, kind: str, name: str) -> bool:
        """Return whether an event of a kind has happened to an actor so far."""
        if kind == "collision":
            return any(name in pair for pair in self.touched)
        return any(e.kind == kind and name in e.actors for e in self.events)

    def look(
        self,
        frame: int,
        time_s: float,
        actors: ActorTable,
        contacts: Sequence[Contact],
        signals: Mapping[str, str],
    ) -> tuple[Event, ...]:
        """Return what happened between the tick before and this one, and blows that are over.

        Args:
            frame: number of the frame that shows this tick; negative before the first, when nothing
                is told yet.
            time_s: since frame 0.
            actors: everybody at this tick.
            contacts: the engine's, of this tick.
            signals: traffic light id -> state at this tick.
        """
        if frame < 0:
            self._early += contacts
            self._signals = signals
            return ()
        contacts = (*self._early, *contacts)
        self._early = []
        told = self._collisions(frame, time_s, actors, contacts)
        told += [
            Event(frame, time_s, kind, (name,), 0.0, _plain(place))
            for kind, name, place in self._rules(actors, time_s)
        ]
        self._signals = signals
        self.events += told
        return tuple(told)

    def rest(self) -> tuple[Event, ...]:
        """Return the collisions whose blows are not over, with what they have had so far.

        For the end of a run: none of them is told again.
        """
        told = tuple(blow.event for blow in self._blows.values())
        self._blows.clear()
        self.events += told
        return told

    def _collisions(
        self, frame: int, time_s: float, actors: ActorTable, contacts: Sequence[Contact]
    ) -> list[Event]:
        """Note the collisions that begin; return those whose blows are over."""
        pushes = self._pushes(actors, contacts)
        for pair, (_, hardest) in pushes.items():
            if pair in self.touched:
                continue
            self.touched.add(pair)
            names = sorted(pair, key=lambda n: (n == BACKGROUND, n not in self._links, n))
            place = _plain(hardest.point)
            self._blows[pair] = _Blow(Event(frame, time_s, "collision", tuple(names), 0.0, place))
        over = [
            pair
            for pair, blow in self._blows.items()
            if blow.push(pushes[pair][0] if pair in pushes else 0.0, time_s)
        ]
        return [self._blows.pop(pair).event for pair in over]

    def _pushes(
        self, actors: ActorTable, contacts: Sequence[Contact]
    ) -> dict[_Pair, tuple[float, Contact]]:
        """Return who pushes whom: by pair of names the impulse, N s, and the hardest contact."""
        if not contacts:
            return {}
        names = dict(zip(actors.id.tolist(), actors.name, strict=True))
        pushes: dict[_Pair, tuple[float, Contact]] = {}
        for contact in contacts:
            pair = frozenset(names.get(i, BACKGROUND) for i in (contact.body_a, contact.body_b))
            # People who lie on the ground or lean on a wall collide with nobody.
            if BACKGROUND in pair and not any(name in self._links for name in pair):
                continue
            # Bodies that are led along their paths come close to others without a push.
            if contact.impulse_ns <= 0 or len(pair) < 2:
                continue
            impulse, hardest = pushes.get(pair, (0.0, contact))
            if contact.impulse_ns > hardest.impulse_ns:
                hardest = contact
            pushes[pair] = (impulse + contact.impulse_ns, hardest)
        return pushes

    def _rules(self, actors: ActorTable, time_s: float) -> list[_Finding]:
        found: list[_Finding] = []
        for name in self._links:
            row = actors.name.index(name)
            kind = VEHICLE_KINDS[actors.kind[row]]
            yaw = float(rotation.yaw_of(actors.quaternion[row]))
            points = np.array(
                [
                    (kind.wheelbase_m + kind.front_overhang_m, 0.0, 0.0),
                    (kind.box_center[0], 0.0, 0.0),
                    *((x, y, 0.0) for x, y, _ in kind.wheel_centers),
                ]
            )
            on_ground = actors.position[row] + rotation.rotate(actors.quaternion[row], points)
            bumper, middle, wheels = on_ground[0], on_ground[1], on_ground[2:]
            if name in self._bumper:
                passed = self._stop_lines.passed(self._bumper[name], bumper, yaw)
                if any(self._is_red(name, line) for line in passed):
                    found.append(("red_light", name, bumper))
            self._bumper[name] = bumper

            off = self._areas.off_road_m(wheels)
            if off.max() > OFF_ROAD_M and self._begins("off_road", name, time_s):
                found.append(("off_road", name, wheels[int(np.argmax(off))]))

            course = _course(actors.velocity[row], yaw)
            if course is not None:
                against = bool(self._areas.against_traffic(middle[None, :2], course)[0])
                if against and self._begins("wrong_way", name, time_s):
                    found.append(("wrong_way", name, middle))
        return found

    def _begins(self, kind: EventKind, name: str, time_s: float) -> bool:
        """Take note that an excursion is seen; return whether it is a new one."""
        last = self._seen_s.get((kind, name))
        self._seen_s[kind, name] = time_s
        return last is None or time_s - last > EXCURSION_OVER_S

    def _is_red(self, name: str, line: int) -> bool:
        """Return whether a light was red for a vehicle at the tick before."""
        stop = self._stop_lines.lines[line]
        own = self._links[name].get(stop.lane_id)
        links = stop.links if own is None else [own]
        state = self._signals.get(stop.tls_id, "")
        return all(link < len(state) and state[link] in "ru" for link in links)


def _plain(place: Array) -> tuple[float, float, float]:
    x, y, z = place.tolist()
    return x, y, z


def _course(velocity: Array, yaw_rad: float) -> float | None:
    """Return which way somebody drives, rad from east, None for who does not drive.

    Args:
        velocity: (3,) world, m/s.
        yaw_rad: the heading.
    """
    if np.hypot(velocity[0], velocity[1]) > COURSE_MPS:
        return float(np.arctan2(velocity[1], velocity[0]))
    forward = velocity[0] * np.cos(yaw_rad) + velocity[1] * np.sin(yaw_rad)
    return yaw_rad if forward > DRIVING_MPS else None
