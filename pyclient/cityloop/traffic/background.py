"""Background traffic: vehicles and pedestrians that SUMO moves, in lockstep with the ticks.

SUMO (P. A. Lopez et al., "Microscopic traffic simulation using SUMO", 2018) runs in this process,
a step every tenth of a second, ahead of what is shown, because smoothing needs samples from both
sides (see `smoothing`). Outsiders are mirrored into it at where their velocity takes them in that
time, so that others brake for them and queue behind them; that a reaction shows only then is a
driver's reaction time. Lights are shown with the same delay, so that cars stop for what the lamps
show.

Vehicles: Intelligent Driver Model (M. Treiber et al., "Congested traffic states in empirical
observations and microscopic simulations", 2000) with SUMO's sublane lane changing. People: SUMO's
ways, along which a crowd model of our own moves them (`crowd`).
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

import libsumo
import numpy as np
import shapely
from numpy.typing import NDArray

from cityloop.errors import ScenarioError
from cityloop.traffic.chassis import Chassis
from cityloop.traffic.demand import Demand
from cityloop.traffic.junction_ways import ways_across
from cityloop.traffic.junctions import Junctions
from cityloop.traffic.lanes_ahead import LanesAhead
from cityloop.traffic.outsiders import OutsiderMirror
from cityloop.traffic.pedestrians import Pedestrians
from cityloop.traffic.person_motion import PersonTracks
from cityloop.traffic.person_plans import Obstacles
from cityloop.traffic.plans import Plans
from cityloop.traffic.road_graph import RoadGraph
from cityloop.traffic.smoothing import SplineKernel
from cityloop.traffic.state import Outsider, TrafficState
from cityloop.traffic.sumo import SumoSimulation, sumo_angle_to_yaw
from cityloop.traffic.turns import turning_speeds
from cityloop.traffic.vehicle_motion import VehicleSamples, VehicleTracks
from cityloop.traffic.vehicle_types import chassis_of, vehicle_classes, vehicle_types
from cityloop.traffic.walk_demand import WalkDemand
from cityloop.traffic.walk_graph import WalkGraph
from cityloop.traffic.walkable import Walkable
from cityloop.world.ground import Shape
from cityloop.world.network import RoadNetwork
from cityloop.world.streams import is_seed, stream
from cityloop.world.vehicles import VEHICLE_KINDS

__all__ = ["BackgroundTraffic", "Outsider", "TrafficState"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

WARM_UP_S = 30.0
JAM_SPACING_M = 7.5  # of lane that a standing car takes up: more cannot be in the network
PATIENCE_S = 2.0  # after which a vehicle that finds no room to enter tries somewhere else
CAR = "car."
CLEARING_MPS = 2.0  # off a crossing
# SUMO's speed modes: all that a driver minds, and the same without a limit to braking.
ALL_CHECKS, ANY_BRAKING = 31, 27
HOLD_WITHIN_MPS = 0.3  # of a limit: who is farther below it needs no holding


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
        rain: bool = False,
        obstacles: Iterable[Shape] = (),
    ) -> None:
        """Open SUMO, let traffic spread over the network and stand at tick 0.

        Args:
            network: where to drive and walk.
            vehicles: how many there are at any time; fewer where there is no room.
            pedestrians: likewise.
            seed: of all randomness.
            dt_s: length of a tick, 0.01 to 0.2 s.
            dark: head and tail lamps are on.
            rain: people have umbrellas.
            obstacles: footprints of what people walk around, world's plane, m.

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
        if not 0.01 <= dt_s <= 0.2:
            raise ScenarioError(
                f"dt_s is {dt_s:g} s, but background traffic needs a tick of 0.01 to 0.2 s."
            )
        self._network = network
        self._wanted_cars = vehicles
        sumo_seed = int(stream(seed, "traffic/sumo").integers(2**31))
        kernel = self._kernel = SplineKernel(dt_s)
        self._sumo = SumoSimulation(
            network.net_file, vehicle_types(), seed=sumo_seed, step_s=kernel.sample_s
        )
        try:
            self._start(seed, pedestrians, dark, rain, obstacles)
        except BaseException:
            self._sumo.close()
            raise

    def _start(
        self, seed: int, pedestrians: int, dark: bool, rain: bool, obstacles: Iterable[Shape]
    ) -> None:
        kernel = self._kernel
        ways = ways_across(self._network.lanes)
        for lane, speed_mps in turning_speeds(ways.values(), self._network.lanes).items():
            libsumo.lane.setMaxSpeed(lane, speed_mps)
        roads = RoadGraph()
        # Without a road at all one is wanted nevertheless, so that the lack of a way is told.
        room = max(1, int(roads.room_m / JAM_SPACING_M))
        self._wanted_cars = min(self._wanted_cars, room)
        self._demand = Demand(roads, seed, vehicle_classes())
        chassis: dict[str, Chassis] = {name: chassis_of(name) for name in VEHICLE_KINDS}
        ground = self._network.ground_height
        self._vehicles = VehicleTracks(kernel, chassis, ground, dark=dark)
        walkable = Walkable(self._network, obstacles)
        people = PersonTracks(kernel, ground, walkable)
        self._people = Pedestrians(
            WalkDemand(WalkGraph(self._network), seed, rain=rain), people, pedestrians, walkable
        )
        self._ahead_s = kernel.delay_ticks * kernel.dt_s
        self._outsiders = OutsiderMirror(self._network, self._ahead_s)
        self._signal_ids = sorted(libsumo.trafficlight.getIDList())
        kept = kernel.lookahead + 2
        self._signals: deque[dict[str, str]] = deque([{}] * kept, maxlen=kept)
        for i in self._signal_ids:
            _shift_signal(i, float(stream(seed, f"traffic/signal/{i}").random()))
        self._car_kinds: dict[int, str] = {}  # on the road, by rising number
        self._lanes = LanesAhead(self._network.lanes)
        self._junctions = Junctions(ways, self._network.lanes, kernel.sample_s)
        self._crossings = shapely.union_all(list(self._network.ground.crossings.values()))
        shapely.prepare(self._crossings)
        self._allowed_mps: dict[int, float] = {}  # of vehicles asked about since SUMO's step
        self._bodies_mps: dict[str, float] = {}  # of vehicles whose bodies lag behind
        self._held: set[str] = set()
        self._waiting: dict[int, float] = {}  # cars that have not entered yet: since when, s
        self._next_car = 0
        self._top_up(on_the_way=True)
        for _ in range(round(WARM_UP_S / kernel.sample_s)):
            self._simulate(on_the_way=True)
        # So that headings and wheels have followed for a while.
        self._tick = -(kernel.window + kernel.lookahead) * kernel.sample_ticks
        while self._tick < 0:
            self._go_on((), None)

    @property
    def state(self) -> TrafficState:
        """The current tick."""
        return self._state

    def step(
        self, outsiders: Sequence[Outsider] = (), standing: Obstacles | None = None
    ) -> TrafficState:
        """Go on to the next tick and return it.

        Args:
            outsiders: everybody else who is on the road at the current tick.
            standing: what stands on the road, for people to walk around.

        Raises:
            ScenarioError: if an outsider's kind is unknown.
            MapError: if SUMO gives up.
        """
        self._go_on(outsiders, standing)
        return self._state

    @property
    def ground_height(self) -> Callable[[Array], Array]:
        """Maps (N, 2) places, m, to (N,) heights of the ground, m."""
        return self._network.ground_height

    @property
    def looks(self) -> bool:
        """Whether the next step takes notice of outsiders and of what stands on the road."""
        return self._tick % self._kernel.sample_ticks == 0

    def _go_on(self, outsiders: Sequence[Outsider], standing: Obstacles | None) -> None:
        if self.looks:
            self._outsiders.place(outsiders)
            self._simulate(on_the_way=False)
            self._record(outsiders, standing)
        else:
            self._vehicles.go_on()
            self._people.go_on()
        self._tick += 1
        self._state = self._show()

    def fall(self, names: Sequence[str]) -> None:
        """Forget people whose bodies physics moves from now on.

        Args:
            names: of people in `state`. They are no longer in the states that follow; who lies
                there is an outsider from then on.
        """
        self._people.fall(names)

    def withdraw(self, numbers: Sequence[int]) -> None:
        """Take vehicles out that have no room where they are; others come instead.

        The newest state shows them for the last time; nothing may be asked about its vehicles until
        the next step.
        """
        for number in numbers:
            if self._car_kinds.pop(number, None) is not None:
                libsumo.vehicle.remove(f"{CAR}{number}")
        self._vehicles.drop(numbers)

    def plans(self, rows: Rows) -> Plans:
        """Return the plans of some of the current tick's vehicles, given by their rows."""
        return self._vehicles.plans(rows)

    def ways(self, rows: Rows, behind_m: Array, spacing_m: Array, points: int) -> Array:
        """Return (n, points, 2) the ways that front bumpers are going to take, world, m.

        Args:
            rows: (n,) of vehicles of the current tick.
            behind_m: (n,) how far behind its plan each begins.
            spacing_m: (n,) between the points.
            points: their number.
        """
        start = -(self._vehicles.lead_m(rows) + behind_m)
        beyond = start[:, None] + spacing_m[:, None] * np.arange(points)
        newest, under_way = self._vehicles.newest(rows)
        coming = self._lanes.ahead(
            [n if on else None for n, on in zip(self._names(rows), under_way, strict=True)],
            newest[:, :2],
            newest[:, 2],
            np.maximum(beyond, 0.0),
        )
        first = int(np.count_nonzero((beyond <= 0).any(axis=0)))  # points that may lie behind
        behind = beyond[:, :first]
        gone = self._vehicles.bumper_way(rows, np.maximum(-behind, 0.0))
        coming[:, :first] = np.where((behind > 0)[..., None], coming[:, :first], gone)
        return coming

    def allowed_mps(self, rows: Rows) -> Array:
        """Return (n,) the speeds that roads and habits allow vehicles of the current tick, m/s."""
        newest, under_way = self._vehicles.newest(rows)
        known = self._allowed_mps
        speeds = newest[:, 3].tolist()
        for i, number in enumerate(self._state.vehicles.number[rows].tolist()):
            if under_way[i]:
                if number not in known:
                    known[number] = libsumo.vehicle.getAllowedSpeed(f"{CAR}{number}")
                speeds[i] = known[number]
        return np.array(speeds)

    def hold(self, speeds_mps: Mapping[int, float]) -> None:
        """Let SUMO's vehicles of these numbers go no faster than this; let all others go.

        They brake as hard as that takes.
        """
        self._bodies_mps = {f"{CAR}{number}": speed for number, speed in speeds_mps.items()}

    def _hold(self) -> None:
        """Keep back those whose bodies lag behind or who wait for a way across a junction."""
        there = [f"{CAR}{n}" for n in self._car_kinds if n not in self._waiting]
        speeds = {
            n: max(self._bodies_mps[n], CLEARING_MPS if self._is_on_crossing(n) else 0.0)
            for n in there
            if n in self._bodies_mps
        }
        for name, speed in self._junctions.limits(there).items():
            # Who is slower gathers speed as drivers do.
            if speed < libsumo.vehicle.getSpeed(name) + HOLD_WITHIN_MPS:
                speeds[name] = min(speed, speeds.get(name, speed))
        for name in self._held.intersection(there).difference(speeds):
            libsumo.vehicle.setSpeed(name, -1)
            libsumo.vehicle.setSpeedMode(name, ALL_CHECKS)
        for name, speed in speeds.items():
            if name not in self._held:
                libsumo.vehicle.setSpeedMode(name, ANY_BRAKING)
            libsumo.vehicle.setSpeed(name, speed)
        self._held = set(speeds)

    def _is_on_crossing(self, name: str) -> bool:
        """Tell whether people wait for SUMO's vehicle of this name to clear their way.

        Its body may in turn wait for those people, so it must not be held there.
        """
        x, y = libsumo.vehicle.getPosition(name)
        yaw, length = (
            sumo_angle_to_yaw(libsumo.vehicle.getAngle(name)),
            libsumo.vehicle.getLength(name),
        )
        tail = x - length * math.cos(yaw), y - length * math.sin(yaw)
        return bool(self._crossings.intersects(shapely.LineString([(x, y), tail])))

    def _names(self, rows: Rows) -> list[str]:
        return [f"{CAR}{n}" for n in self._state.vehicles.number[rows].tolist()]

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
        self._hold()
        self._sumo.step()
        self._lanes.simulated()
        self._allowed_mps.clear()
        for name in libsumo.simulation.getDepartedIDList():
            if name.startswith(CAR):
                self._waiting.pop(int(name[len(CAR) :]), None)
        for name in libsumo.simulation.getArrivedIDList():
            if name.startswith(CAR):
                self._car_kinds.pop(int(name[len(CAR) :]), None)
        self._people.simulated(on_the_way=on_the_way)
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

    def _record(self, outsiders: Sequence[Outsider], standing: Obstacles | None) -> None:
        """Hand SUMO's newest step to the smoothing."""
        vehicle = libsumo.vehicle
        numbers, kinds, table = [], [], []
        position_of, angle_of = vehicle.getPosition, vehicle.getAngle
        speed_of, signals_of = vehicle.getSpeed, vehicle.getSignals
        for number, kind in self._car_kinds.items():
            if number in self._waiting:
                continue
            name = f"{CAR}{number}"
            x, y = position_of(name)
            numbers.append(number)
            kinds.append(kind)
            table.append((x, y, angle_of(name), speed_of(name), signals_of(name)))
        samples = np.array(table, dtype=np.float64).reshape(-1, 5)
        samples[:, 2] = np.radians(90.0 - samples[:, 2])
        self._vehicles.record(VehicleSamples(numbers, kinds, samples))
        self._people.record(outsiders, self._ahead_s, standing)
        states = {i: libsumo.trafficlight.getRedYellowGreenState(i) for i in self._signal_ids}
        self._signals.append(states)

    def _show(self) -> TrafficState:
        vehicles, people = self._vehicles.shown(self._tick), self._people.shown()
        # A light keeps what it shows until the next sample.
        newest = self._tick % self._kernel.sample_ticks == 0
        return TrafficState(self._tick, vehicles, people, self._signals[int(newest)])


def _shift_signal(tls_id: str, share: float) -> None:
    """Start a light `share` of its cycle later, so that not all lights change at once."""
    durations = [p.duration for p in libsumo.trafficlight.getAllProgramLogics(tls_id)[0].phases]
    ends = np.cumsum(durations)
    start = share * ends[-1]
    phase = min(int(np.searchsorted(ends, start, side="right")), len(durations) - 1)
    libsumo.trafficlight.setPhase(tls_id, phase)
    libsumo.trafficlight.setPhaseDuration(tls_id, float(ends[phase] - start))
