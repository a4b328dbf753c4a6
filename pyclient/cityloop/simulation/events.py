"""Events: what a scripted vehicle does wrong and who touches whom, each told once.

collision
    Two touch for the first time. What has no label, such as a building, is called "background" and
    counts where a scripted vehicle touches it. The scripted actor is named first.
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


# Kind, actors, impulse in N s, place (3,).
_Finding = tuple[EventKind, tuple[str, ...], float, Array]


class EventWatch:
    """Looks at every tick and says what happened in it.

    Attributes:
        touched: pairs of names that have been in contact so far.
        events: all events so far, in the order of ticks.
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
        self.touched: set[frozenset[str]] = set()
        self.events: list[Event] = []
        self._bumper: dict[str, Array] = {}
        self._signals: Mapping[str, str] = {}
        self._early: list[Contact] = []  # before frame 0, which tells of them
        self._seen_s: dict[tuple[EventKind, str], float] = {}  # excursion -> when last seen

    def happened(self, kind: str, name: str) -> bool:
        """Return whether an event of a kind has happened to an actor so far."""
        return any(e.kind == kind and name in e.actors for e in self.events)

    def look(
        self,
        frame: int,
        time_s: float,
        actors: ActorTable,
        contacts: Sequence[Contact],
        signals: Mapping[str, str],
    ) -> tuple[Event, ...]:
        """Return what happened between the tick before and this one.

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
        found = [
            Event(frame, time_s, kind, names, impulse, (float(p[0]), float(p[1]), float(p[2])))
            for kind, names, impulse, p in (
                *self._collisions(actors, contacts),
                *self._rules(actors, time_s),
            )
        ]
        self._signals = signals
        self.events += found
        return tuple(found)

    def _collisions(self, actors: ActorTable, contacts: Sequence[Contact]) -> list[_Finding]:
        if not contacts:
            return []
        names = dict(zip(actors.id.tolist(), actors.name, strict=True))
        found: list[_Finding] = []
        for contact in contacts:
            pair = [names.get(i, BACKGROUND) for i in (contact.body_a, contact.body_b)]
            # People who lie on the ground or lean on a wall collide with nobody.
            if BACKGROUND in pair and not any(name in self._links for name in pair):
                continue
            # Bodies that are led along their paths come close to others without a push.
            if contact.impulse_ns <= 0:
                continue
            key = frozenset(pair)
            if len(key) < 2 or key in self.touched:
                continue
            self.touched.add(key)
            pair.sort(key=lambda name: (name == BACKGROUND, name not in self._links, name))
            found.append(("collision", tuple(pair), contact.impulse_ns, np.asarray(contact.point)))
        return found

    def _rules(self, actors: ActorTable, time_s: float) -> list[_Finding]:
        found: list[_Finding] = []
        for name in self._links:
            row = actors.name.index(name)
            kind = VEHICLE_KINDS[actors.kind[row]]
            yaw = float(rotation.yaw_of(actors.quaternion[row]))

            def on_ground(x: float, y: float, row: int = row) -> Array:
                place: Array = actors.position[row] + rotation.rotate(
                    actors.quaternion[row], np.array([x, y, 0.0])
                )
                return place

            bumper = on_ground(kind.wheelbase_m + kind.front_overhang_m, 0.0)
            if name in self._bumper:
                passed = self._stop_lines.passed(self._bumper[name], bumper, yaw)
                if any(self._is_red(name, line) for line in passed):
                    found.append(("red_light", (name,), 0.0, bumper))
            self._bumper[name] = bumper

            wheels = np.array([on_ground(x, y) for x, y, _ in kind.wheel_centers])
            off = self._areas.off_road_m(wheels)
            if off.max() > OFF_ROAD_M and self._begins("off_road", name, time_s):
                found.append(("off_road", (name,), 0.0, wheels[int(np.argmax(off))]))

            course = _course(actors.velocity[row], yaw)
            if course is not None:
                middle = on_ground(kind.box_center[0], 0.0)
                against = bool(self._areas.against_traffic(middle[None, :2], course)[0])
                if against and self._begins("wrong_way", name, time_s):
                    found.append(("wrong_way", (name,), 0.0, middle))
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
