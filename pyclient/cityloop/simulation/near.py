"""The background traffic as bodies of the engine."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import ActorTable
from cityloop.engine import BodySpec, BodyStates, Commands, KinematicTargets
from cityloop.simulation.near_surroundings import boxes_of, lying_people, standing_vehicles
from cityloop.simulation.near_vehicles import NearVehicles
from cityloop.simulation.roster import Roster
from cityloop.simulation.stage import Stage
from cityloop.simulation.stop_lines import StopLines
from cityloop.spatial import Pose, rotation
from cityloop.traffic.background import BackgroundTraffic
from cityloop.traffic.gaits import gait_poses
from cityloop.traffic.gaits_footing import Footing, Walkers
from cityloop.traffic.reactions import (
    POINTS,
    Boxes,
    Ways,
    most_acceleration,
    overlapping,
    way_length,
)
from cityloop.traffic.state import ActorColumns, Outsider, PersonColumns, VehicleColumns
from cityloop.world.people import pick_clothes
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream
from cityloop.world.vehicles import VEHICLE_KINDS, pick_paint

Array = NDArray[np.float64]
Bones = NDArray[np.float32]
CAR = "traffic/car."
SPAWN_DECEL_MPS2 = 5.0  # who would have to brake harder at once does not come


class BackgroundBodies:
    """Enters background actors into the roster and says where their bodies go.

    Attributes:
        bones: body id of a background person -> (B, 3, 4) skinning matrices at the newest tick.
        vehicles: the bodies of vehicles.
    """

    def __init__(
        self,
        traffic: BackgroundTraffic,
        roster: Roster,
        stage: Stage,
        colours_seed: int,
        dt_s: float,
        *,
        radius_m: float,
        posed: bool,
        lines: StopLines,
    ) -> None:
        """Take over the traffic of a scenario.

        Args:
            traffic: at the tick at which its bodies are spawned.
            roster: to enter them into.
            stage: their prototypes.
            colours_seed: of paints and clothes.
            dt_s: length of a tick.
            radius_m: within which of the watched actors vehicles are physical; inf: all of them.
            lines: where traffic lights stop vehicles.
            posed: people move their limbs; without pictures nobody sees it.
        """
        self._traffic, self._roster, self._stage = traffic, roster, stage
        self._colours_seed = colours_seed
        self._posed = posed
        self._footing = Footing(traffic.ground_height, dt_s)
        self.bones: dict[int, Bones] = {}
        self.vehicles = NearVehicles(traffic, stage.prototypes, lines, dt_s, radius_m)
        self._here: set[str] = set()
        # Names are the same tuples until somebody comes or goes: those looked through last.
        self._seen: tuple[tuple[str, ...], ...] = ()
        self._walking: tuple[list[int], list[int]] | None = None  # rows and ids of people's bodies

    def arrivals(self, bodies: BodyStates) -> list[BodySpec]:
        """Return the bodies of those who came at the newest tick, at first of everybody.

        A vehicle that would stand inside of somebody else, whom SUMO knows nothing of or elsewhere,
        or could not stop for them, does not come at all.

        Args:
            bodies: the engine's states at that tick.
        """
        cars, people = self._traffic.state.vehicles, self._traffic.state.people
        if self._is_seen():
            return []
        self._seen, self._walking = (cars.names, people.names), None
        coming = [i for i, name in enumerate(cars.names) if name not in self._here]
        if coming:
            others = boxes_of(self._roster.table(bodies))
            no_room = overlapping(self._boxes(cars, coming), others)
            no_room |= self._room(cars, coming, others) < -SPAWN_DECEL_MPS2
            taken = no_room.tolist()
            self._traffic.withdraw(
                [int(cars.number[i]) for i, no in zip(coming, taken, strict=True) if no]
            )
            coming = [i for i, no in zip(coming, taken, strict=True) if not no]
        specs = [self._body(cars, i, None) for i in coming]
        numbers, lamps = cars.number[coming].tolist(), cars.lamps[coming].tolist()
        self.vehicles.add({n: s.id for n, s in zip(numbers, specs, strict=True)}, lamps)
        self._here.update(cars.names[i] for i in coming)
        new = [i for i, name in enumerate(people.names) if name not in self._here]
        bones = self._bones(people, new)
        specs += [self._body(people, i, bones[k] if bones else None) for k, i in enumerate(new)]
        self._here.update(people.names)
        return specs

    def _boxes(self, cars: VehicleColumns, rows: Sequence[int]) -> Boxes:
        """Return the ground boxes of vehicles that are to come."""
        some = [self._stage.prototypes[cars.kinds[i]] for i in rows]
        center = np.array([p.box_center for p in some])
        quaternion = cars.quaternion[rows]
        return Boxes(
            center=cars.position[rows] + rotation.rotate(quaternion, center),
            yaw=rotation.yaw_of(quaternion),
            half=np.array([p.dimension[:2] for p in some]) / 2,
            velocity=cars.velocity[rows, :2],
            foreseen=np.zeros(len(some), dtype=bool),
        )

    def _room(self, cars: VehicleColumns, rows: Sequence[int], others: Boxes) -> Array:
        """Return (n,) the acceleration, m/s^2, that others leave to vehicles that are to come."""
        which = np.array(rows, dtype=np.intp)
        speed = np.hypot(*cars.velocity[which, :2].T)
        spacing = way_length(speed) / (POINTS - 1)
        ways = Ways(
            points=self._traffic.ways(which, np.zeros(len(which)), spacing, POINTS),
            spacing=spacing,
            height=cars.position[which, 2],
            half_width=np.array([VEHICLE_KINDS[cars.kinds[i]].width_m / 2 for i in rows]),
            speed=speed,
            own=np.full(len(which), -1),
        )
        return most_acceleration(ways, others)

    def step(
        self,
        outsiders: Sequence[Outsider],
        bodies: BodyStates,
        actors: ActorTable,
        watched: Collection[int],
        fallen: Collection[int] = (),
    ) -> Commands:
        """Let the traffic go on by a tick; return what leads its bodies there.

        Args:
            outsiders: everybody else who is on the road.
            bodies: the engine's states at the tick before.
            actors: everybody who is labelled, at that tick.
            watched: ids of the actors around whom vehicles are physical.
            fallen: ids of the people whom nobody is to drive over.
        """
        standing = None
        if self._traffic.looks:
            standing = standing_vehicles(actors).followed_by(lying_people(actors, fallen))
        people = self._traffic.step(outsiders, standing).people
        orders = self.vehicles.step(bodies, actors, watched, fallen)
        if self._walking is None or not self._is_seen():
            entries = self._roster.entries
            rows = [i for i, name in enumerate(people.names) if name in self._here]
            self._walking = rows, [entries[people.names[i]].id for i in rows]
        rows, ids = self._walking
        bones = self._bones(people, rows, ids)
        self.bones.update(zip(ids, bones, strict=False))
        self._roster.activity.update(zip(ids, [people.activity[i] for i in rows], strict=True))
        walking = KinematicTargets(
            ids=np.array(ids, dtype=np.uint32),
            position=people.position[rows],
            quaternion=people.quaternion[rows],
            velocity=people.velocity[rows],
            angular_velocity=people.angular_velocity[rows],
            acceleration=people.acceleration[rows],
            bones=bones,
        )
        return Commands(
            kinematic=KinematicTargets.joined([orders.kinematic, walking]),
            drive=orders.drive,
            lamps=orders.lamps,
            kinds=orders.kinds,
        )

    def departures(self) -> list[int]:
        """Return the ids of the bodies that go at the newest tick."""
        state = self._traffic.state
        if self._is_seen():
            return []
        now = {*state.vehicles.names, *state.people.names}
        names = sorted(self._here - now)
        numbers = [int(n.removeprefix(CAR)) for n in names if n.startswith(CAR)]
        self.vehicles.forget(numbers)
        gone = [self._roster.remove(name) for name in names]
        for body_id in gone:
            self.bones.pop(body_id, None)
        self._here &= now
        return gone

    def _is_seen(self) -> bool:
        """Tell whether the newest state has the same actors as when arrivals were looked for."""
        state = self._traffic.state
        now = state.vehicles.names, state.people.names
        return all(a is b for a, b in zip(self._seen, now, strict=False)) and bool(self._seen)

    def fall(self, names: Sequence[str]) -> None:
        """Leave those of `names` who are people of the background to physics from now on."""
        mine = [n for n in names if n in self._here]
        if not mine:
            return
        self._traffic.fall(mine)
        self._here.difference_update(mine)
        for name in mine:
            self.bones.pop(self._roster.entries[name].id, None)

    def _body(self, columns: ActorColumns, i: int, bones: Bones | None) -> BodySpec:
        name, kind = columns.names[i], columns.kinds[i]
        vehicle = isinstance(columns, VehicleColumns)
        semantic = VEHICLE_KINDS[kind].semantic if vehicle else SemanticClass.PERSON
        entry = self._roster.add(
            name,
            self._stage.prototypes[kind],
            semantic,
            activity=columns.activity[i] if isinstance(columns, PersonColumns) else "driving",
            lamps=int(columns.lamps[i]) if isinstance(columns, VehicleColumns) else 0,
        )
        prototype = kind
        if vehicle:
            prototype = self._stage.driven(kind, name)
            tints = pick_paint(kind, stream(self._colours_seed, f"{name}/paint"))
        else:
            tints = pick_clothes(kind, stream(self._colours_seed, f"{name}/clothes"))
        if bones is not None:
            self.bones[entry.id] = bones
        return BodySpec(
            id=entry.id,
            prototype=prototype,
            kind="kinematic",
            pose=Pose(columns.position[i], columns.quaternion[i]),
            velocity=columns.velocity[i],
            angular_velocity=columns.angular_velocity[i],
            acceleration=columns.acceleration[i],
            instance_id=entry.id,
            semantic=semantic,
            tints=tints,
            lamps=int(columns.lamps[i]) if isinstance(columns, VehicleColumns) else 0,
            bones=bones,
            wheels=columns.wheels[i] if isinstance(columns, VehicleColumns) else None,
        )

    def _bones(
        self, people: PersonColumns, rows: Sequence[int], ids: Sequence[int] | None = None
    ) -> list[Bones]:
        """Return the skinning matrices of the people in `rows`; [] if nobody is posed.

        Those whose bodies have `ids` already stand on the ground.
        """
        if not self._posed or not rows:
            return []
        kinds = [people.kinds[i] for i in rows]
        phase, speed = people.gait_phase_rad[rows], people.gait_speed_mps[rows]
        look, sway = people.look_rad[rows], people.sway_rad[rows]
        feet = None
        if ids is not None:
            walkers = Walkers(
                keys=np.array(ids, dtype=np.int64),
                kinds=kinds,
                position=people.position[rows],
                yaw_rad=rotation.yaw_of(people.quaternion[rows]),
                velocity=people.velocity[rows],
                yaw_rate_radps=people.angular_velocity[rows, 2],
                gait_phase_rad=phase,
                gait_speed_mps=speed,
            )
            feet = self._footing.step(walkers)
        return list(gait_poses(kinds, phase, speed, look, sways_rad=sway, feet=feet))
