"""One tick: traffic and scripted actors say what they want, the engine moves everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable
from cityloop.dataset.events import Event
from cityloop.engine import (
    BodyKind,
    BodySpec,
    CameraImages,
    CameraSpec,
    Commands,
    Engine,
    KinematicTargets,
    WorldState,
)
from cityloop.errors import EngineError, ScenarioError
from cityloop.scenario.conditions import parse_condition, time
from cityloop.scenario.model import (
    ActionModel,
    CameraModel,
    PedestrianModel,
    VehicleModel,
    Walk,
)
from cityloop.scenario.script import Scenario
from cityloop.simulation.events import EventWatch
from cityloop.simulation.fallen import Fallen
from cityloop.simulation.indicators import Indicators
from cityloop.simulation.labelling import Labeller
from cityloop.simulation.near import BackgroundBodies
from cityloop.simulation.riders import Riders
from cityloop.simulation.roster import Roster
from cityloop.simulation.scripted import ScriptedPerson
from cityloop.simulation.scripted_vehicle import Control, ScriptedVehicle, Surroundings
from cityloop.simulation.situation import TableSituation
from cityloop.simulation.stage import Stage
from cityloop.simulation.stop_lines import StopLines
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, rotation
from cityloop.traffic.background import BackgroundTraffic
from cityloop.traffic.walkable import footprints
from cityloop.world.road_areas import RoadAreas
from cityloop.world.semantics import SemanticClass

# Ticks before frame 0, so that every frame has a state before it.
WARM_UP_TICKS = 2
FACE_SHARE = 0.43  # of a person's height from the box's middle to the face
PHYSICS_STEP_S = 0.0125

Bones = NDArray[np.float32]


@dataclass(frozen=True)
class Moment:
    """Everything that is true at one tick.

    Attributes:
        frame: number of the frame that shows it; negative while warming up.
        time_s: since frame 0.
        actors: all labelled objects.
        bones: actor id -> (B, 3, 4) skinning matrices, by rising id.
        failure: the fail_when condition if it holds, else "".
        state: the engine's own words.
        signals: state of each traffic light, a character per link.
        events: what is told at this tick; see `cityloop.simulation.events`.
    """

    frame: int
    time_s: float
    actors: ActorTable
    bones: Mapping[int, Bones]
    failure: str
    state: WorldState
    signals: Mapping[str, str]
    events: tuple[Event, ...] = ()

    def settled(self, after: WorldState) -> "Moment":
        """Return this moment with the rates that the engine put right at the tick after it."""
        right = after.settled
        if right is None or not len(right.ids):
            return self
        a = self.actors
        velocity, turn, acceleration = (
            v.copy() for v in (a.velocity, a.angular_velocity, a.acceleration)
        )
        # Both by rising id.
        rows = np.minimum(np.searchsorted(a.id, right.ids), len(a.id) - 1)
        known = a.id[rows] == right.ids if len(a.id) else np.zeros(len(rows), dtype=np.bool_)
        rows = rows[known]
        velocity[rows] = right.velocity[known]
        turn[rows] = right.angular_velocity[known]
        acceleration[rows] = right.acceleration[known]
        actors = replace(a, velocity=velocity, angular_velocity=turn, acceleration=acceleration)
        return replace(self, actors=actors)

    def pictures(self, images: Sequence[CameraImages]) -> list[CameraImages]:
        """Return pictures of this tick, counted as the scenario counts frames and time.

        Raises:
            EngineError: if the engine drew another tick.
        """
        for picture in images:
            if picture.tick != self.state.tick:
                raise EngineError(
                    f"The engine drew tick {picture.tick} for camera '{picture.camera}', where "
                    f"tick {self.state.tick} was due."
                )
        return [replace(picture, tick=self.frame, time_s=self.time_s) for picture in images]


class Simulation:
    """A scenario on an engine, tick by tick.

    Attributes:
        moment: the newest tick.
        settled: the tick before it, which is final now: velocities that a push changed are right.
        labeller: makes labels of its pictures.
    """

    def __init__(self, scenario: Scenario, engine: Engine) -> None:
        """Load the city into the engine, place everybody and run to the tick before frame 0.

        Raises:
            ScenarioError, MapError: if the scenario cannot be played.
            EngineError: if the engine refuses or dies.
        """
        if not isinstance(scenario, Scenario):
            raise ScenarioError(
                f"What is played is a Scenario, not {scenario!r}: make one with "
                "Scenario(city, duration_s=...) or Scenario.from_yaml(path)."
            )
        if not isinstance(engine, Engine):
            raise EngineError(
                f"A scenario is played on an engine, not on {engine!r}: start one with "
                "launch() or reach one with connect(address)."
            )
        self.scenario, self.engine = scenario, engine
        model = scenario.model
        self.dt_s = model.dt_s
        self.stage = Stage(scenario)
        self.roster = Roster()
        hosts = {camera: actor for actor, camera, _ in model.cameras()}
        self.labeller = Labeller(self.stage.prototypes, hosts)
        self._substeps = max(1, round(self.dt_s / PHYSICS_STEP_S))
        self._bones: dict[int, Bones] = {}
        self._pending = [(parse_condition(t.when), t.do) for t in model.triggers]
        self._pending += [
            (time() >= 0.0, ActionModel(walk=Walk(actor=name, speed_mps=actor.speed_mps)))
            for name, actor in model.actors.items()
            if isinstance(actor, PedestrianModel) and actor.speed_mps is not None
        ]
        self._fail_when = parse_condition(model.fail_when) if model.fail_when else None
        self._traffic = BackgroundTraffic(
            scenario.city.network,
            model.traffic.vehicles,
            model.traffic.pedestrians,
            model.seed,
            self.dt_s,
            dark=self.stage.environment.needs_headlamps,
            rain=self.stage.environment.rain_mm_per_h > 0,
            obstacles=footprints(self.stage.placements, self.stage.prototypes).values(),
        )
        self._fallen = Fallen(self.roster)
        self._fainting: set[str] = set()  # who was told to fall
        posed = next(iter(model.cameras()), None) is not None
        self._riders = Riders(self.dt_s) if posed else None
        lines = StopLines(scenario.city.network)
        self._background = BackgroundBodies(
            self._traffic,
            self.roster,
            self.stage,
            model.colours_seed,
            self.dt_s,
            radius_m=model.traffic.physics_radius_m,
            lines=lines,
            posed=posed,
        )
        try:
            areas = self._areas = RoadAreas(scenario.city.network)
            self._indicators = Indicators(self.dt_s)
            self._vehicles, self._people = self._scripted(areas)
            links = {name: vehicle.links for name, vehicle in self._vehicles.items()}
            self._watch = EventWatch(areas, lines, links)
            self.settled = self.moment = self._set_up()
            for _ in range(WARM_UP_TICKS - 1):
                self.step()
        except BaseException:
            self._traffic.close()
            raise

    def close(self) -> None:
        """Release the background traffic, so that another scenario can be played."""
        self._traffic.close()

    def cameras(self) -> list[CameraSpec]:
        """Return the scenario's cameras, mounted on their bodies."""
        return [
            CameraSpec(
                name=name,
                intrinsics=Intrinsics.from_fov(*camera.size, camera.fov_deg),
                mount=_mount(camera),
                body=self.roster.entries[actor].id,
            )
            for actor, name, camera in self.scenario.model.cameras()
        ]

    def step(self, controls: Mapping[str, Control] | None = None) -> Moment:
        """Advance by one tick and return the new moment; `controls` counts for this tick only."""
        before = self.moment
        self._act(before)
        outsiders = [
            vehicle.outsider(self._id(name), before.state.bodies)
            for name, vehicle in self._vehicles.items()
        ]
        upright = {n: p for n, p in self._people.items() if n not in self._fallen}
        outsiders += [person.outsider() for person in upright.values()]
        outsiders += self._fallen.outsiders(before.state.bodies)
        watched = [self._id(name) for name in (*self._vehicles, *self._people)]
        background = self._background.step(
            outsiders, before.state.bodies, before.actors, watched, self._fallen.bodies
        )
        commands = self._commands(before, background, controls or {})
        self.roster.light(commands.lamps)
        if self._riders is not None:
            commands = self._riders.ride(before.state.bodies, commands)
        self.settled = before.settled(self.engine.advance(self.dt_s, self._substeps, commands))
        gone = self._background.departures()
        self.engine.despawn(gone)
        if self._riders is not None:
            self._riders.forget(gone)
        self._spawn(self._background.arrivals(self.engine.state.bodies))
        self.moment = self._look(before.frame + 1)
        if self.settled.failure or self.settled.frame + 1 == self.scenario.model.frame_count:
            self._tell_the_rest()
        return self.moment

    def _tell_the_rest(self) -> None:
        """Tell of blows that go on in the last frame, with the tick after it: nobody sees more."""
        told = (*self.moment.events, *self._watch.rest())
        now, later = (
            tuple(e for e in told if (e.tick > self.settled.frame) == after)
            for after in (False, True)
        )
        self.settled = replace(self.settled, events=self.settled.events + now)
        self.moment = replace(self.moment, events=later)

    def _scripted(
        self, areas: RoadAreas
    ) -> tuple[dict[str, ScriptedVehicle], dict[str, ScriptedPerson]]:
        vehicles, people = {}, {}
        scenario, seed = self.scenario, self.scenario.model.colours_seed
        for name, actor in scenario.model.actors.items():
            if isinstance(actor, VehicleModel):
                dynamics = self.stage.prototypes[actor.vehicle].dynamics
                assert dynamics is not None  # every kind of vehicle can be driven
                vehicles[name] = ScriptedVehicle(
                    name,
                    actor,
                    scenario.city,
                    areas,
                    dynamics,
                    seed=seed,
                    dt_s=self.dt_s,
                    dark=self.stage.environment.needs_headlamps,
                )
            elif isinstance(actor, PedestrianModel):
                people[name] = ScriptedPerson(
                    name, actor, scenario.city, self.stage.spots.get(name), seed, self.dt_s
                )
        return vehicles, people

    def _set_up(self) -> Moment:
        self.engine.load_scene(self.stage.scene)
        self.engine.set_environment(self.stage.environment)
        bodies = self.stage.bodies(self.roster, self._traffic.state.signals)
        for name, vehicle in self._vehicles.items():
            prototype = self.stage.prototypes[vehicle.kind.name]
            entry = self.roster.add(
                name,
                prototype,
                vehicle.kind.semantic,
                activity="driving",
                lamps=vehicle.lamps,
            )
            prototype_name = self.stage.driven(vehicle.kind.name, name)
            bodies.append(vehicle.body(entry.id, prototype_name))
        for name, person in self._people.items():
            prototype = self.stage.prototypes[person.kind]
            entry = self.roster.add(name, prototype, SemanticClass.PERSON, activity=person.activity)
            bodies.append(person.body(entry.id))
            self._bones[entry.id] = person.bones
        self._spawn(bodies)
        self._spawn(self._background.arrivals(self.engine.state.bodies))
        return self._look(-WARM_UP_TICKS)

    def _spawn(self, bodies: Sequence[BodySpec]) -> None:
        self.engine.spawn(bodies if self._riders is None else self._riders.mounted(bodies))

    def _commands(
        self,
        before: Moment,
        background: Commands,
        controls: Mapping[str, Control],
    ) -> Commands:
        """Return the background's commands together with those of everybody else."""
        kinematic, drive = [], [*background.drive]
        lamps = {**background.lamps} | self.stage.changed_lamps(
            self.roster, self._traffic.state.signals
        )
        limp: dict[int, BodyKind] = {}

        def sight(name: str) -> NDArray[np.float64] | None:
            return _face_of(before.actors, name)

        for name, person in self._people.items():
            if name in self._fallen:
                continue
            body_id = self._id(name)
            if name in self._fainting:
                limp[body_id] = "ragdoll"
                continue
            kinematic.append(person.target(body_id, before.frame + WARM_UP_TICKS + 1, sight))
            self._bones[body_id] = person.bones
            self.roster.activity[body_id] = person.activity
        around = Surroundings(
            before.time_s, before.state.bodies, before.actors, self._traffic.state.signals
        )
        for name, vehicle in self._vehicles.items():
            body_id, shown = self._id(name), vehicle.lamps
            drive.append(vehicle.drive(body_id, around, controls.get(name)))
            if vehicle.lamps != shown:
                lamps[body_id] = vehicle.lamps
        targets = KinematicTargets.joined([background.kinematic, KinematicTargets.of(kinematic)])
        kinds = {**background.kinds, **limp}
        return Commands(kinematic=targets, drive=drive, lamps=lamps, kinds=kinds)

    def _act(self, moment: Moment) -> None:
        """Evaluate the triggers that are still waiting and start their actions."""
        if moment.frame < 0:
            return
        situation = TableSituation(moment.time_s, moment.actors, self._watch)
        waiting = []
        for condition, action in self._pending:
            if not condition.holds(situation):
                waiting.append((condition, action))
            elif action.set_speed is not None:
                self._vehicles[action.actor].set_speed(action.set_speed.speed_mps)
            else:
                self._tell(action, moment.frame + WARM_UP_TICKS)
        self._pending = waiting

    def _tell(self, action: ActionModel, tick: int) -> None:
        """Let a person act from `tick`, counted from the spawn, on."""
        person = self._people[action.actor]
        if (way := action.run_across or action.walk) is not None:
            person.go(way.speed_mps, tick)
        elif action.wave is not None:
            person.wave(action.wave.duration_s, tick)
        elif action.sit is not None:
            person.sit(tick)
        elif action.look_at is not None:
            person.look_at(action.look_at.target)
        elif action.fall is not None:
            self._fainting.add(action.actor)

    def _look(self, frame: int) -> Moment:
        """Return the newest tick as a moment."""
        state = self.engine.state
        self._background.fall(self._fallen.look(state.bodies))
        self._background.vehicles.touched(state.contacts)
        time_s = frame * self.dt_s
        actors = self.roster.table(state.bodies)
        # Traffic lights have lamps of other meanings.
        vehicle_lamps = np.where(actors.semantic == SemanticClass.TRAFFIC_LIGHT, 0, actors.lamps)
        actors = replace(
            actors,
            indicating=self._indicators.look(time_s, actors.id, vehicle_lamps),
            crossing=self._crossing(actors),
        )
        events = self._watch.look(
            frame, time_s, actors, state.contacts, self._traffic.state.signals
        )
        for name, vehicle in self._vehicles.items():
            vehicle.collided = self._watch.happened("collision", name)
        bones = self._bones | self._background.bones | state.bodies.bones
        if self._riders is not None:
            bones |= self._riders.bones
        failed = self._fail_when is not None and self._fail_when.holds(
            TableSituation(time_s, actors, self._watch)
        )
        return Moment(
            frame=frame,
            time_s=time_s,
            actors=actors,
            bones={i: bones[i] for i in actors.id.tolist() if i in bones} if bones else {},
            failure=str(self._fail_when) if failed else "",
            state=state,
            signals=self._traffic.state.signals,
            events=events,
        )

    def _crossing(self, actors: ActorTable) -> NDArray[np.bool_]:
        crossing = np.zeros(len(actors.id), dtype=np.bool_)
        people = np.flatnonzero(actors.semantic == SemanticClass.PERSON)
        if len(people):
            crossing[people] = self._areas.on_carriageway(actors.position[people])
        return crossing

    def _id(self, name: str) -> int:
        return self.roster.entries[name].id


def _face_of(actors: ActorTable, name: str) -> NDArray[np.float64] | None:
    """Return (3,) where somebody looks at who looks at an actor: a face, or the box's middle; m."""
    if name not in actors.name:
        return None
    row = actors.name.index(name)
    place = actors.box_center[row].copy()
    if actors.semantic[row] == SemanticClass.PERSON:
        place[2] += FACE_SHARE * actors.dimension[row, 2]
    found: NDArray[np.float64] = actors.position[row] + rotation.rotate(
        actors.quaternion[row], place
    )
    return found


def _mount(camera: CameraModel) -> Pose:
    turn = rotation.from_euler(np.radians(camera.yaw_deg), np.radians(camera.pitch_deg), 0.0)
    axes = rotation.from_matrix(BODY_FROM_CAMERA_AXES)
    return Pose(np.array(camera.position_m), rotation.multiply(turn, axes))
