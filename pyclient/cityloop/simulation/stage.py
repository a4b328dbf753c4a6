"""Everything that stands before the first tick: the scene, the light, the city's fixed things."""

from collections.abc import Mapping
from dataclasses import replace

from cityloop.engine import BodySpec
from cityloop.scenario.model import PedestrianModel
from cityloop.scenario.script import Scenario
from cityloop.simulation.crossing import in_the_way, way_across
from cityloop.simulation.roster import Roster
from cityloop.world.city import Roadside
from cityloop.world.people import PERSON_KINDS, people_scene
from cityloop.world.scene import Placement, Prototype, Scene
from cityloop.world.semantics import SemanticClass
from cityloop.world.signs import with_plates
from cityloop.world.streams import stream
from cityloop.world.vehicles import VEHICLE_KINDS, individual_named, pick_paint, vehicle_scene


def _painted(placement: Placement, seed: int) -> Placement:
    """Return a parked vehicle with other colours, anything else as it is."""
    if placement.prototype not in VEHICLE_KINDS:
        return placement
    rng = stream(seed, f"{placement.name}/paint")
    return replace(placement, tints=pick_paint(placement.prototype, rng))


class Stage:
    """A scenario's scene and placements, ready for an engine.

    Attributes:
        scene: what to load.
        environment: light and air.
        prototypes: name -> prototype of the scene.
        spots: scripted person -> where they wait.
    """

    def __init__(self, scenario: Scenario) -> None:
        city, light = scenario.city, scenario.model.environment
        self._city, self._seed = city, scenario.model.seed
        self.environment = light.light()
        self.scene = Scene()
        self.scene.extend(city.scene)
        self.scene.extend(vehicle_scene(VEHICLE_KINDS))
        self.scene.extend(people_scene(PERSON_KINDS))
        self.prototypes: dict[str, Prototype] = {p.name: p for p in self.scene.prototypes}
        self.spots: dict[str, Roadside] = {}
        for name, actor in scenario.model.actors.items():
            if isinstance(actor, PedestrianModel) and actor.at is not None:
                at = actor.at
                spot = city.roadside(at.edge, at.s_m, hidden_by=at.hidden_by, side=at.side)
                self.spots[name] = spot
        removed = {name for spot in self.spots.values() for name in spot.replaced}
        for spot in self.spots.values():
            way = way_across(city.network, spot)
            removed |= in_the_way(way, self.scene.placements, self.prototypes)
        removed = with_plates(removed, self.scene.placements)
        self._placements: list[Placement] = [
            p for p in self.scene.placements if p.name not in removed
        ]
        # By name: people who wait at the same spot are hidden by the same cars.
        hiding = {p.name: p for spot in self.spots.values() for p in spot.placements}
        self._placements += hiding.values()
        if scenario.model.colours.seed is not None:
            colours = scenario.model.colours.seed
            self._placements = [_painted(p, colours) for p in self._placements]
        self._signals: dict[str, str] = {}
        self._signal_lamps: dict[str, int] = {}

    @property
    def placements(self) -> tuple[Placement, ...]:
        """Everything that stands still in this scenario."""
        return tuple(self._placements)

    def bodies(self, roster: Roster, signals: Mapping[str, str]) -> list[BodySpec]:
        """Enter all fixed things into the roster and return what to spawn."""
        self._signals = dict(signals)
        self._signal_lamps = self._city.signal_lamps(signals)
        specs = []
        for placement in self._placements:
            prototype = self.prototypes[placement.prototype]
            lamps = self._signal_lamps.get(placement.name, placement.lamps)
            if self.environment.is_dark:
                lamps |= placement.night_lamps
            if placement.labelled:
                signal = placement.semantic == SemanticClass.TRAFFIC_LIGHT
                body_id = roster.add(
                    placement.name,
                    prototype,
                    placement.semantic,
                    placement.pose,
                    activity="signal" if signal else "parked" if prototype.dynamics else "",
                    lamps=lamps,
                ).id
            else:
                body_id = roster.unlabelled_id()
            specs.append(
                BodySpec(
                    id=body_id,
                    prototype=self._individual(placement),
                    kind="static",
                    pose=placement.pose,
                    instance_id=body_id if placement.labelled else 0,
                    semantic=placement.semantic,
                    tints=placement.tints,
                    lamps=lamps,
                )
            )
        return specs

    def driven(self, kind: str, name: str) -> str:
        """Return the prototype of the vehicle `name` of a kind, with its driver and its plates."""
        return individual_named(kind, name, self._seed, driven=True)

    def _individual(self, placement: Placement) -> str:
        """Return the prototype to spawn: parked vehicles have number plates, and nobody inside."""
        kind = placement.prototype
        if kind not in VEHICLE_KINDS:
            return kind
        return individual_named(kind, placement.name, self._seed, driven=False)

    def changed_lamps(self, roster: Roster, signals: Mapping[str, str]) -> dict[int, int]:
        """Return body id -> lamps of the traffic lights that changed since the last call."""
        if signals == self._signals:
            return {}
        others = {i: state for i, state in signals.items() if state != self._signals.get(i)}
        self._signals = dict(signals)
        now = self._city.signal_lamps(others)
        changed = {
            roster.entries[name].id: lamps
            for name, lamps in now.items()
            if lamps != self._signal_lamps[name]
        }
        self._signal_lamps |= now
        return changed
