"""The scripting language: a scenario put together in Python, with words that read aloud."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cityloop.errors import CityloopError, ScenarioError, shown
from cityloop.scenario import maps, places, starts, yaml_format
from cityloop.scenario.cast import Pedestrian, Vehicle
from cityloop.scenario.conditions import Condition
from cityloop.scenario.given import build, named, plain
from cityloop.scenario.model import (
    DEFAULT_PHYSICS_RADIUS_M,
    ActionModel,
    ColoursModel,
    EnvironmentModel,
    PedestrianModel,
    RoadsideModel,
    ScenarioModel,
    TrafficModel,
    TriggerModel,
    VehicleModel,
)
from cityloop.world.city import City, Roadside
from cityloop.world.environment import LATITUDE_DEG, LONGITUDE_DEG, MIDSUMMER


@dataclass(frozen=True)
class When:
    """The first half of a trigger, waiting for its action."""

    scenario: "Scenario"
    condition: Condition

    def do(self, action: ActionModel) -> None:
        """Add the trigger: the action happens once, when the condition first holds.

        Raises:
            ScenarioError: if it is no action, or the scenario cannot have the trigger.
        """
        if not isinstance(action, ActionModel):
            raise ScenarioError(
                f"What the trigger '{self.condition}' does is an action such as "
                f"child.run_across(speed_mps=3.0), not {shown(action)}."
            )
        model = self.scenario.model
        where = f"The trigger '{self.condition}'"
        trigger = build(TriggerModel, where, when=str(self.condition), do=action)
        self.scenario._update(triggers=(*model.triggers, trigger))


class Scenario:
    """A sequence of events in a city, as data.

    The same (scenario, seed, engine version) gives the same bytes every time.
    """

    def __init__(
        self,
        city: City,
        *,
        duration_s: float,
        seed: int = 0,
        dt_s: float = 0.05,
        name: str = "scenario",
    ) -> None:
        """Start a scenario without actors.

        Args:
            city: where it happens.
            duration_s: how long, s.
            seed: varies traffic, people and colours; the city has a seed of its own.
            dt_s: time between frames, s.
            name: names the sequence in the dataset.

        Raises:
            ScenarioError: if a value is impossible.
        """
        if not isinstance(city, City):
            raise ScenarioError(
                f"A scenario plays in a city, not in {shown(city)}: make one with City.grid() or "
                "City.from_opendrive(path)."
            )
        self.city = city
        name = named(name, "scenario", "child_runs_out")
        self.model: ScenarioModel = build(
            ScenarioModel,
            f"Scenario '{name}'",
            name=name,
            seed=seed,
            duration_s=duration_s,
            dt_s=dt_s,
            map=maps.describe(city),
        )

    def __repr__(self) -> str:
        model = self.model
        actors = ", ".join(model.actors) or "none"
        return f"<Scenario '{model.name}', {model.duration_s:g} s, actors: {actors}>"

    @staticmethod
    def from_yaml(path: str | Path, map_file: str | Path | None = None) -> "Scenario":
        """Read a scenario from a YAML file and build its city.

        Args:
            path: the file; a relative map path in it counts from its folder.
            map_file: an OpenDRIVE (.xodr), OpenStreetMap (.osm) or SUMO (.net.xml) file to use
                instead of the scenario's own map.

        Raises:
            ScenarioError: if the file is no scenario.
            MapError: if the map cannot be used.
        """
        if not isinstance(path, str | os.PathLike):
            raise ScenarioError(
                f"A scenario is read from the path of a YAML file, not from {shown(path)}."
            )
        path = Path(path)
        model = yaml_format.read_model(path)
        scenario = Scenario.__new__(Scenario)
        source = maps.from_file(map_file) if map_file is not None else model.map

        def place(*keys: str) -> str:
            return yaml_format.place_of(path, keys)

        if map_file is None:
            with places.told_where(place("map")):
                scenario.city = maps.build(source, path.parent)
        else:
            scenario.city = maps.build(source, Path())
        scenario.model = model.model_copy(update={"map": maps.describe(scenario.city)})
        places.check_places(scenario.city, scenario.model, place)
        starts.check_starts(scenario.city, scenario.model, place)
        return scenario

    def vary(self, *, seed: int | None = None, duration_s: float | None = None) -> "Scenario":
        """Return the same scenario in the same city with another seed or duration.

        Raises:
            ScenarioError: if a value is impossible.
        """
        varied = Scenario.__new__(Scenario)
        varied.city, varied.model = self.city, self.model
        changes = {"seed": seed, "duration_s": duration_s}
        varied._update(**{key: value for key, value in changes.items() if value is not None})
        return varied

    def to_yaml(self) -> str:
        """Return the scenario as YAML that `from_yaml` reads back."""
        return yaml_format.write_text(self.model)

    def environment(
        self,
        *,
        time: str = "12:00",
        date: str = MIDSUMMER.isoformat(),
        latitude_deg: float = LATITUDE_DEG,
        longitude_deg: float = LONGITUDE_DEG,
        utc_offset_h: float | None = None,
        weather: str = "clear",
        cloud_cover: float | None = None,
        visibility_m: float | None = None,
        wetness: float | None = None,
        rain_mm_per_h: float | None = None,
        snowfall_mm_per_h: float | None = None,
        snow_cover: float | None = None,
    ) -> None:
        """Set the sun by a time ("HH:MM"), a date and a place, and the weather.

        Args:
            time: what the clock shows.
            date: "YYYY-MM-DD", 1950 to 2049.
            latitude_deg: of the place, north positive.
            longitude_deg: likewise, east positive.
            utc_offset_h: of the clock; None: of the time zone of 15 degrees around the longitude.
            weather: a key of `cityloop.world.environment.WEATHERS`.
            cloud_cover: replaces that of the weather, 0 to 1.
            visibility_m: likewise; how far one sees, m.
            wetness: likewise; of the ground, 0 to 1.
            rain_mm_per_h: likewise; mm/h.
            snowfall_mm_per_h: likewise; as water, mm/h.
            snow_cover: likewise; share of the open ground, 0 to 1.
        """
        self._update(
            environment=build(
                EnvironmentModel,
                "environment",
                time=time,
                date=date,
                latitude_deg=latitude_deg,
                longitude_deg=longitude_deg,
                utc_offset_h=utc_offset_h,
                weather=weather,
                cloud_cover=cloud_cover,
                visibility_m=visibility_m,
                wetness=wetness,
                rain_mm_per_h=rain_mm_per_h,
                snowfall_mm_per_h=snowfall_mm_per_h,
                snow_cover=snow_cover,
            )
        )

    def colours(self, *, seed: int) -> None:
        """Draw the colours of clothes, skin, hair and vehicles anew; nothing else changes.

        Two scenarios that differ in this alone have the same motions, and pictures whose passes
        other than rgb are the same to the bit.
        """
        self._update(colours=build(ColoursModel, "colours", seed=seed))

    def traffic(
        self,
        *,
        vehicles: int = 0,
        pedestrians: int = 0,
        physics_radius_m: float = DEFAULT_PHYSICS_RADIUS_M,
    ) -> None:
        """Keep this many background vehicles and pedestrians moving.

        Within `physics_radius_m` of a scripted actor or a camera background vehicles are physical
        bodies, beyond it they follow SUMO exactly; `math.inf` means everywhere.
        """
        self._update(
            traffic=build(
                TrafficModel,
                "traffic",
                vehicles=vehicles,
                pedestrians=pedestrians,
                physics_radius_m=physics_radius_m,
            )
        )

    def vehicle(
        self,
        name: str,
        *,
        kind: str,
        route: Sequence[str] | None = None,
        waypoints: Sequence[tuple[float, float]] | None = None,
        start_m: float | None = None,
        speed_mps: float = 10.0,
        ignores: Collection[str] = (),
    ) -> Vehicle:
        """Add a vehicle with a driver, who goes along a route or through waypoints.

        Args:
            name: unique in the scenario.
            kind: one of `cityloop.world.vehicles.VEHICLE_KINDS`.
            route: the route's edges, as from `city.route(start, end)`.
            waypoints: instead of a route, points (x, y) in m that the rear axle goes through on a
                smooth line, from the first, where the vehicle starts, to the last, where it stops.
                They may leave lanes and go against them.
            start_m: where the rear axle stands at first, m along the route; 10 if left out.
            speed_mps: speed that the driver keeps where nothing hinders, m/s; no more than the
                speed limit unless that is ignored.
            ignores: what the driver takes no notice of: any of "people", "signals", "speed_limit",
                "vehicles".

        Raises:
            ScenarioError, MapError: if a value is impossible or nobody can drive this way.
        """
        name = named(name, "vehicle", "ego")
        model = build(
            VehicleModel,
            f"Vehicle '{name}'",
            vehicle=kind,
            route=_ends(route),
            waypoints=waypoints,
            start_m=start_m,
            speed_mps=speed_mps,
            ignores=ignores,
        )
        self._add_actor(name, model)
        return Vehicle(self, name)

    def pedestrian(
        self,
        name: str,
        *,
        kind: str,
        at: Roadside | None = None,
        waypoints: Sequence[tuple[float, float]] | None = None,
        speed_mps: float | None = None,
    ) -> Pedestrian:
        """Add a person, at a roadside spot or at the first of their waypoints.

        Args:
            name: unique in the scenario.
            kind: one of `cityloop.world.people.PERSON_KINDS`.
            at: a spot as from `city.roadside(...)`; the person faces the road until `run_across`.
            waypoints: instead of a spot, points (x, y) in m to walk through, anywhere.
            speed_mps: with waypoints, walk at once at up to this speed, m/s; if left out, the
                person waits for `walk`.

        Raises:
            ScenarioError, MapError: if a value is impossible.
        """
        name = named(name, "pedestrian", "child")
        if not (at is None or isinstance(at, Roadside)):
            raise ScenarioError(
                f"The spot of '{name}' is one that city.roadside(...) gives, not {shown(at)}."
            )
        spot = at and RoadsideModel(
            edge=at.edge_id, s_m=at.s_m, hidden_by="parked" if at.placements else None
        )
        model = build(
            PedestrianModel,
            f"Pedestrian '{name}'",
            pedestrian=kind,
            at=spot,
            waypoints=waypoints,
            speed_mps=speed_mps,
        )
        self._add_actor(name, model)
        return Pedestrian(self, name)

    def when(self, condition: Condition) -> When:
        """Start a trigger: `scenario.when(condition).do(action)`.

        Raises:
            ScenarioError: if it is no condition.
        """
        return When(self, _condition(condition, "when"))

    def fail_when(self, condition: Condition) -> None:
        """Call the run a failure, and end it, when the condition holds.

        Raises:
            ScenarioError: if it is no condition, or speaks of an actor who is not there.
        """
        self._update(fail_when=str(_condition(condition, "fail_when")))

    def _add_actor(self, name: str, model: VehicleModel | PedestrianModel) -> None:
        if name in self.model.actors:
            raise ScenarioError(f"There are two actors called '{name}': give each its own name.")
        before = self.model
        self._put_actor(name, model)
        try:
            places.check_places(self.city, self.model.model_copy(update={"actors": {name: model}}))
            starts.check_starts(self.city, self.model)
        except CityloopError:
            self.model = before
            raise

    def _put_actor(self, name: str, model: VehicleModel | PedestrianModel) -> None:
        self._update(actors={**self.model.actors, name: model})

    def _update(self, **changes: Any) -> None:
        fields = {key: getattr(self.model, key) for key in type(self.model).model_fields}
        self.model = build(ScenarioModel, f"Scenario '{self.model.name}'", **(fields | changes))


def _condition(value: object, word: str) -> Condition:
    """Return a condition that `word` is followed by; ScenarioError if it is none."""
    if not isinstance(value, Condition):
        raise ScenarioError(
            f"After {word} comes a condition such as ego.distance_to(child) < 20, "
            f"not {shown(value)}."
        )
    return value


def _ends(route: Any) -> Any:
    """Return the first and the last road of a route, which is how a scenario names it."""
    route = plain(route)
    if not isinstance(route, list | tuple):
        return route
    return (route[0], route[-1]) if route else ("", "")
