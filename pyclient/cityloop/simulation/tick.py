"""One tick: traffic and scripted actors say what they want, the engine moves everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable
from cityloop.engine import (
    BodySpec,
    CameraImages,
    CameraSpec,
    Commands,
    Engine,
    KinematicTarget,
    WorldState,
)
from cityloop.errors import EngineError
from cityloop.scenario.conditions import parse_condition
from cityloop.scenario.model import CameraModel, PedestrianModel, VehicleModel
from cityloop.scenario.script import Scenario
from cityloop.simulation.ahead import Obstacle
from cityloop.simulation.roster import Roster
from cityloop.simulation.scripted import Control, ScriptedPerson, ScriptedVehicle, nearest
from cityloop.simulation.situation import TableSituation
from cityloop.simulation.stage import Stage
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose, rotation
from cityloop.traffic.background import BackgroundTraffic
from cityloop.traffic.gaits import gait_poses
from cityloop.traffic.state import TrafficActor
from cityloop.world.people import pick_clothes
from cityloop.world.scene import Rgb
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream
from cityloop.world.vehicles import VEHICLE_KINDS, pick_paint

# Ticks before frame 0, so that every frame has a state before it.
WARM_UP_TICKS = 2
PHYSICS_STEP_S = 0.01

Bones = NDArray[np.float32]
Articulation = dict[int, tuple[NDArray[np.float64] | None, Bones | None]]


@dataclass(frozen=True)
class Moment:
    """Everything that is true at one tick.

    Attributes:
        frame: number of the frame that shows it; negative while warming up.
        time_s: since frame 0.
        actors: all labelled objects.
        articulation: actor id -> ((W, 5) wheels or None, (B, 3, 4) bones or None).
        failure: the fail_when condition if it holds, else "".
        state: the engine's own words.
    """

    frame: int
    time_s: float
    actors: ActorTable
    articulation: Articulation
    failure: str
    state: WorldState

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
    """A scenario on an engine, tick by tick. `moment` is the newest tick."""

    def __init__(self, scenario: Scenario, engine: Engine) -> None:
        """Load the city into the engine, place everybody and run to the tick before frame 0.

        Raises:
            ScenarioError, MapError: if the scenario cannot be played.
            EngineError: if the engine refuses or dies.
        """
        self.scenario, self.engine = scenario, engine
        model = scenario.model
        self.dt_s = model.dt_s
        self.stage = Stage(scenario)
        self.roster = Roster()
        self._substeps = max(1, round(self.dt_s / PHYSICS_STEP_S))
        self._bones: dict[int, Bones] = {}
        self._touched: set[frozenset[str]] = set()
        self._pending = [(parse_condition(t.when), t.do) for t in model.triggers]
        self._fail_when = parse_condition(model.fail_when) if model.fail_when else None
        self._traffic = BackgroundTraffic(
            scenario.city.network,
            model.traffic.vehicles,
            model.traffic.pedestrians,
            model.seed,
            self.dt_s,
            dark=self.stage.environment.is_dark,
        )
        try:
            self._vehicles, self._people = self._scripted()
            self.moment = self._set_up()
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
        outsiders += [person.outsider() for person in self._people.values()]
        old = {a.name: a for a in self._traffic.state.actors}
        new = {a.name: a for a in self._traffic.step(outsiders).actors}
        bones = _bones(new.values())
        commands = self._commands(before, old, new, bones, controls or {})
        self.engine.advance(self.dt_s, self._substeps, commands)
        gone = [self.roster.remove(name) for name in old if name not in new]
        for body_id in gone:
            self._bones.pop(body_id, None)
        self.engine.despawn(gone)
        arrivals = [a for name, a in new.items() if name not in old]
        self.engine.spawn([self._traffic_body(a, bones) for a in arrivals])
        self.moment = self._look(before.frame + 1)
        return self.moment

    def _scripted(self) -> tuple[dict[str, ScriptedVehicle], dict[str, ScriptedPerson]]:
        vehicles, people = {}, {}
        scenario, seed = self.scenario, self.scenario.model.seed
        for name, actor in scenario.model.actors.items():
            if isinstance(actor, VehicleModel):
                dynamics = self.stage.prototypes[actor.vehicle].dynamics
                assert dynamics is not None  # every kind of vehicle can be driven
                vehicles[name] = ScriptedVehicle(
                    name,
                    actor,
                    scenario.city,
                    dynamics,
                    seed=seed,
                    dt_s=self.dt_s,
                    dark=self.stage.environment.is_dark,
                )
            elif isinstance(actor, PedestrianModel):
                people[name] = ScriptedPerson(
                    name, actor, scenario.city, self.stage.spots[name], seed, self.dt_s
                )
        return vehicles, people

    def _set_up(self) -> Moment:
        self.engine.load_scene(self.stage.scene)
        self.engine.set_environment(self.stage.environment)
        bodies = self.stage.bodies(self.roster, self._traffic.state.signals)
        for name, vehicle in self._vehicles.items():
            prototype = self.stage.prototypes[vehicle.kind.name]
            bodies.append(vehicle.body(self.roster.add(name, prototype, vehicle.kind.semantic).id))
        for name, person in self._people.items():
            prototype = self.stage.prototypes[person.kind]
            entry = self.roster.add(name, prototype, SemanticClass.PERSON)
            bodies.append(person.body(entry.id))
            self._bones[entry.id] = person.bones
        background = self._traffic.state.actors
        bones = _bones(background)
        bodies += [self._traffic_body(a, bones) for a in background]
        self.engine.spawn(bodies)
        return self._look(-WARM_UP_TICKS)

    def _traffic_body(self, actor: TrafficActor, bones: Mapping[str, Bones]) -> BodySpec:
        """Enter a background actor under a new id and return what to spawn."""
        seed = self.scenario.model.seed
        semantic = SemanticClass.PERSON if actor.is_person else VEHICLE_KINDS[actor.kind].semantic
        entry = self.roster.add(actor.name, self.stage.prototypes[actor.kind], semantic)
        tints: tuple[Rgb, ...]
        if actor.is_person:
            tints = pick_clothes(actor.kind, stream(seed, f"{actor.name}/clothes"))
            self._bones[entry.id] = bones[actor.name]
        else:
            tints = pick_paint(actor.kind, stream(seed, f"{actor.name}/paint"))
        return BodySpec(
            id=entry.id,
            prototype=actor.kind,
            kind="kinematic",
            pose=actor.pose,
            velocity=actor.velocity,
            angular_velocity=actor.angular_velocity,
            acceleration=actor.acceleration,
            instance_id=entry.id,
            semantic=semantic,
            tints=tints,
            lamps=actor.lamps,
            bones=bones.get(actor.name),
            wheels=actor.wheels,
        )

    def _commands(
        self,
        before: Moment,
        old: Mapping[str, TrafficActor],
        new: Mapping[str, TrafficActor],
        bones: Mapping[str, Bones],
        controls: Mapping[str, Control],
    ) -> Commands:
        kinematic, drive = [], []
        lamps = self.stage.changed_lamps(self.roster, self._traffic.state.signals)
        for name, actor in new.items():
            if name not in old:
                continue
            body_id = self._id(name)
            if actor.is_person:
                self._bones[body_id] = bones[name]
            elif actor.lamps != old[name].lamps:
                lamps[body_id] = actor.lamps
            kinematic.append(
                KinematicTarget(
                    id=body_id,
                    pose=actor.pose,
                    velocity=actor.velocity,
                    angular_velocity=actor.angular_velocity,
                    acceleration=actor.acceleration,
                    bones=bones.get(name),
                    wheels=actor.wheels,
                )
            )
        for name, person in self._people.items():
            body_id = self._id(name)
            kinematic.append(person.target(body_id, before.frame + WARM_UP_TICKS + 1))
            self._bones[body_id] = person.bones
        for name, vehicle in self._vehicles.items():
            body_id, shown = self._id(name), vehicle.lamps
            obstacle = self._obstacle(vehicle, before)
            drive.append(vehicle.drive(body_id, before.state.bodies, obstacle, controls.get(name)))
            if vehicle.lamps != shown:
                lamps[body_id] = vehicle.lamps
        return Commands(kinematic=kinematic, drive=drive, lamps=lamps)

    def _obstacle(self, vehicle: ScriptedVehicle, moment: Moment) -> Obstacle | None:
        """Return what the driver brakes for; scripted people are the user's model's to see."""
        row = moment.state.bodies.row(self._id(vehicle.name))
        position = moment.state.bodies.position[row]
        speed = float(np.linalg.norm(moment.state.bodies.velocity[row]))
        s, _ = vehicle.ahead.project(position[None, :2])
        front = float(s[0]) + vehicle.kind.wheelbase_m + vehicle.kind.front_overhang_m
        unseen = frozenset((vehicle.name, *self._people))
        return nearest(
            vehicle.ahead.obstacles(front, moment.actors, unseen)
            + vehicle.ahead.red_lights(front, speed, self._traffic.state.signals)
        )

    def _act(self, moment: Moment) -> None:
        """Evaluate the triggers that are still waiting and start their actions."""
        if moment.frame < 0:
            return
        situation = TableSituation(moment.time_s, moment.actors, self._touched)
        waiting = []
        for condition, action in self._pending:
            if not condition.holds(situation):
                waiting.append((condition, action))
            elif action.run_across is not None:
                self._people[action.actor].run_across(
                    action.run_across.speed_mps, moment.frame + WARM_UP_TICKS
                )
            elif action.set_speed is not None:
                self._vehicles[action.actor].set_speed(action.set_speed.speed_mps)
        self._pending = waiting

    def _look(self, frame: int) -> Moment:
        """Return the newest tick as a moment."""
        state = self.engine.state
        actors = self.roster.table(state.bodies)
        names = dict(zip(actors.id.tolist(), actors.name, strict=True))
        for contact in state.contacts:
            if contact.body_a in names and contact.body_b in names:
                self._touched.add(frozenset((names[contact.body_a], names[contact.body_b])))
        wheels = state.bodies.wheels
        articulation: Articulation = {
            i: (wheels.get(i), self._bones.get(i)) for i in names if i in wheels or i in self._bones
        }
        time_s = frame * self.dt_s
        failed = self._fail_when is not None and self._fail_when.holds(
            TableSituation(time_s, actors, self._touched)
        )
        return Moment(
            frame=frame,
            time_s=time_s,
            actors=actors,
            articulation=articulation,
            failure=str(self._fail_when) if failed else "",
            state=state,
        )

    def _id(self, name: str) -> int:
        return self.roster.entries[name].id


def _bones(actors: Iterable[TrafficActor]) -> dict[str, Bones]:
    """Return the skinning matrices of all people by name."""
    people = [a for a in actors if a.is_person]
    phases = np.array([p.gait_phase_rad for p in people])
    speeds = np.array([p.gait_speed_mps for p in people])
    poses = gait_poses([p.kind for p in people], phases, speeds)
    return {p.name: pose for p, pose in zip(people, poses, strict=True)}


def _mount(camera: CameraModel) -> Pose:
    turn = rotation.from_euler(np.radians(camera.yaw_deg), np.radians(camera.pitch_deg), 0.0)
    axes = rotation.from_matrix(BODY_FROM_CAMERA_AXES)
    return Pose(np.array(camera.position_m), rotation.multiply(turn, axes))
