"""Background traffic: vehicles and pedestrians that SUMO moves, in lockstep with the ticks.

SUMO (P. A. Lopez et al., "Microscopic traffic simulation using SUMO", 2018) runs in this process,
a fixed number of ticks ahead of what is shown, because smoothing needs samples from both sides (see
`smoothing`). Outsiders are mirrored into it at where their velocity takes them in that time, so
that others brake for them and queue behind them; that a reaction shows only then is a driver's
reaction time. Lights are shown with the same delay, so that cars stop for what the lamps show.

Vehicles: Intelligent Driver Model (M. Treiber et al., "Congested traffic states in empirical
observations and microscopic simulations", 2000) with SUMO's sublane lane changing. People: SUMO's
striping model.
"""

from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import libsumo
import numpy as np

from cityloop.errors import ScenarioError
from cityloop.traffic.demand import Demand
from cityloop.traffic.outsiders import OutsiderMirror
from cityloop.traffic.person_motion import PersonSample, PersonTracks
from cityloop.traffic.road_graph import RoadGraph
from cityloop.traffic.smoothing import SplineKernel
from cityloop.traffic.state import Outsider, TrafficActor, TrafficState
from cityloop.traffic.sumo import SumoSimulation, sumo_angle_to_yaw
from cityloop.traffic.vehicle_motion import Chassis, VehicleSample, VehicleTracks
from cityloop.traffic.vehicle_types import chassis_of, vehicle_types
from cityloop.traffic.walk_graph import WalkGraph
from cityloop.world.network import RoadNetwork
from cityloop.world.people import PERSON_KINDS
from cityloop.world.streams import is_seed, stream
from cityloop.world.vehicles import VEHICLE_KINDS

__all__ = ["BackgroundTraffic", "Outsider", "TrafficActor", "TrafficState"]

WARM_UP_S = 30.0
JAM_SPACING_M = 7.5  # of lane that a standing car takes up: more cannot be in the network
PATIENCE_S = 2.0  # after which a vehicle that finds no room to enter tries somewhere else
CAR, PERSON = "car.", "person."


class BackgroundTraffic:
    """A constant number of vehicles and people on their ways through a road network.

    Whoever arrives is replaced by somebody who enters at the fringe of the network. It is a context
    manager; `close` it before another is opened in the same process.
    """

    def __init__(
        self,
        network: RoadNetwork,
        vehicles: int,
        pedestrians: int,
        seed: int,
        dt_s: float,
        *,
        dark: bool = False,
    ) -> None:
        """Open SUMO, let traffic spread over the network and stand at tick 0.

        Args:
            network: where to drive and walk.
            vehicles: how many there are at any time; fewer where there is no room.
            pedestrians: likewise.
            seed: of all randomness.
            dt_s: length of a tick, 0.01 to 0.2 s.
            dark: head and tail lamps are on.

        Raises:
            ScenarioError: for negative numbers, a seed that is no whole number of 0 or more, a tick
                out of range, a simulation that is already open in this process, or a network
                without a way to drive or walk.
            MapError: if SUMO cannot use the network.
        """
        if vehicles < 0 or pedestrians < 0:
            raise ScenarioError(
                f"traffic of {vehicles} vehicles and {pedestrians} pedestrians is impossible: "
                "give numbers of 0 or more."
            )
        if not is_seed(seed):
            raise ScenarioError(f"seed={seed!r} is impossible: give a whole number of 0 or more.")
        self._network = network
        self._wanted_cars, self._wanted_people = vehicles, pedestrians
        self._dt_s = dt_s
        sumo_seed = int(stream(seed, "traffic/sumo").integers(2**31))
        self._sumo = SumoSimulation(network.net_file, vehicle_types(), seed=sumo_seed, dt_s=dt_s)
        try:
            self._start(seed, dark)
        except BaseException:
            self._sumo.close()
            raise

    def _start(self, seed: int, dark: bool) -> None:
        kernel = SplineKernel(self._dt_s)
        adults = sorted(name for name, kind in PERSON_KINDS.items() if not kind.child)
        children = sorted(name for name, kind in PERSON_KINDS.items() if kind.child)
        roads = RoadGraph()
        # Without a road at all one is wanted nevertheless, so that the lack of a way is told.
        room = max(1, int(roads.room_m / JAM_SPACING_M))
        self._wanted_cars = min(self._wanted_cars, room)
        self._demand = Demand(roads, WalkGraph(), seed, sorted(VEHICLE_KINDS), adults, children)
        chassis: dict[str, Chassis] = {name: chassis_of(name) for name in VEHICLE_KINDS}
        ground = self._network.ground_height
        self._vehicles = VehicleTracks(kernel, chassis, ground, dark=dark)
        self._people = PersonTracks(kernel, ground)
        self._outsiders = OutsiderMirror(self._network, (kernel.lookahead + 1) * self._dt_s)
        self._signal_ids = sorted(libsumo.trafficlight.getIDList())
        self._signals: deque[dict[str, str]] = deque(maxlen=kernel.lookahead + 1)
        for i in self._signal_ids:
            _shift_signal(i, float(stream(seed, f"traffic/signal/{i}").random()))
        self._car_kinds: dict[int, str] = {}  # on the road, by rising number
        self._person_kinds: dict[int, str] = {}
        self._waiting: dict[int, float] = {}  # cars that have not entered yet: since when, s
        self._next_car = self._next_person = 0
        self._top_up(on_the_way=True)
        for _ in range(round(WARM_UP_S / self._dt_s)):
            self._simulate(on_the_way=True)
        self._tick = -(kernel.window + kernel.lookahead)
        while self._tick < 0:  # so that headings and wheels have followed for a while
            self._simulate(on_the_way=False)
            self._record()
            self._tick += 1
            self._state = self._show()

    @property
    def state(self) -> TrafficState:
        """The current tick."""
        return self._state

    def step(self, outsiders: Sequence[Outsider] = ()) -> TrafficState:
        """Go on to the next tick and return it.

        Args:
            outsiders: everybody else who is on the road at the current tick.

        Raises:
            ScenarioError: if an outsider's kind is unknown.
            MapError: if SUMO gives up.
        """
        self._outsiders.place(outsiders)
        self._simulate(on_the_way=False)
        self._record()
        self._tick += 1
        self._state = self._show()
        return self._state

    def close(self) -> None:
        """End SUMO; the object is of no use afterwards. Harmless when repeated."""
        self._sumo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _simulate(self, *, on_the_way: bool) -> None:
        self._sumo.step()
        for name in libsumo.simulation.getDepartedIDList():
            if name.startswith(CAR):
                self._waiting.pop(int(name[len(CAR) :]), None)
        for name in libsumo.simulation.getArrivedIDList():
            if name.startswith(CAR):
                self._car_kinds.pop(int(name[len(CAR) :]), None)
        for name in libsumo.simulation.getArrivedPersonIDList():
            if name.startswith(PERSON):
                self._person_kinds.pop(int(name[len(PERSON) :]), None)
        now = libsumo.simulation.getTime()
        for number in [n for n, since in self._waiting.items() if now - since > PATIENCE_S]:
            libsumo.vehicle.remove(f"{CAR}{number}")
            del self._waiting[number], self._car_kinds[number]
        self._top_up(on_the_way=on_the_way)

    def _top_up(self, *, on_the_way: bool) -> None:
        """Send out as many as are missing; they enter at the next step."""
        for _ in range(self._wanted_cars - len(self._car_kinds)):
            self._send_car(self._next_car, on_the_way=on_the_way)
            self._next_car += 1
        for _ in range(self._wanted_people - len(self._person_kinds)):
            self._send_person(self._next_person, on_the_way=on_the_way)
            self._next_person += 1

    def _send_car(self, number: int, *, on_the_way: bool) -> None:
        trip = self._demand.trip(number, on_the_way=on_the_way)
        name = f"{CAR}{number}"
        libsumo.route.add(name, trip.edges)
        position = trip.depart_position_m
        libsumo.vehicle.add(
            name,
            name,
            typeID=trip.kind,
            departLane="best",
            departPos="base" if position is None else f"{position:.3f}",
            departSpeed="max",
        )
        libsumo.vehicle.setSpeedFactor(name, trip.speed_factor)
        self._car_kinds[number] = trip.kind
        self._waiting[number] = libsumo.simulation.getTime()

    def _send_person(self, number: int, *, on_the_way: bool) -> None:
        walk = self._demand.walk(number, on_the_way=on_the_way)
        name = f"{PERSON}{number}"
        libsumo.person.add(name, walk.start.edge, walk.start.position_m, typeID=walk.kind)
        libsumo.person.appendWalkingStage(name, walk.edges, walk.arrival_position_m)
        libsumo.person.setSpeedFactor(name, walk.speed_factor)
        self._person_kinds[number] = walk.kind

    def _record(self) -> None:
        """Hand SUMO's newest step to the smoothing."""
        vehicle, person = libsumo.vehicle, libsumo.person
        cars: dict[int, tuple[str, VehicleSample]] = {}
        for number, kind in self._car_kinds.items():
            if number in self._waiting:
                continue
            name = f"{CAR}{number}"
            x, y = vehicle.getPosition(name)
            yaw = sumo_angle_to_yaw(vehicle.getAngle(name))
            speed, signals = vehicle.getSpeed(name), vehicle.getSignals(name)
            cars[number] = kind, VehicleSample(x, y, yaw, speed, signals)
        self._vehicles.record(cars)
        walkers: dict[int, tuple[str, PersonSample]] = {}
        present = set(person.getIDList())
        for number, kind in self._person_kinds.items():
            name = f"{PERSON}{number}"
            if name not in present:
                continue
            x, y = person.getPosition(name)
            yaw = sumo_angle_to_yaw(person.getAngle(name))
            walkers[number] = kind, PersonSample(x, y, yaw, person.getSpeed(name))
        self._people.record(walkers)
        states = {i: libsumo.trafficlight.getRedYellowGreenState(i) for i in self._signal_ids}
        self._signals.append(states)

    def _show(self) -> TrafficState:
        actors = [*self._vehicles.shown(self._tick), *self._people.shown()]
        return TrafficState(self._tick, actors, self._signals[0])


def _shift_signal(tls_id: str, share: float) -> None:
    """Start a light `share` of its cycle later, so that not all lights change at once."""
    durations = [p.duration for p in libsumo.trafficlight.getAllProgramLogics(tls_id)[0].phases]
    ends = np.cumsum(durations)
    start = share * ends[-1]
    phase = min(int(np.searchsorted(ends, start, side="right")), len(durations) - 1)
    libsumo.trafficlight.setPhase(tls_id, phase)
    libsumo.trafficlight.setPhaseDuration(tls_id, float(ends[phase] - start))
