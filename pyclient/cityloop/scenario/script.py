"""The scripting language: a scenario put together in Python, with words that read aloud."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cityloop.errors import CityloopError, ScenarioError, shown
from cityloop.scenario import conditions, maps, places, starts, yaml_format
from cityloop.scenario.conditions import Condition, Measurement
from cityloop.scenario.model import (
    DEFAULT_PHYSICS_RADIUS_M,
    ActionModel,
    CameraModel,
    ColoursModel,
    EnvironmentModel,
    Fall,
    LookAt,
    PedestrianModel,
    RoadsideModel,
    RunAcross,
    ScenarioModel,
    SetSpeed,
    Sit,
    TrafficModel,
    TriggerModel,
    VehicleModel,
    Walk,
    Wave,
)
from cityloop.world.city import City, Roadside
from cityloop.world.environment import LATITUDE_DEG, LONGITUDE_DEG, MIDSUMMER


class Actor:
    """A scripted road user; compare what it measures to get conditions."""

    def __init__(self, scenario: "Scenario", name: str) -> None:
        self._scenario = scenario
        self.name = name

    def __repr__(self) -> str:
        model = self._scenario.model.actors[self.name]
        kind = model.vehicle if isinstance(model, VehicleModel) else model.pedestrian
        return f"<{type(self).__name__} '{self.name}', {kind}>"

    def distance_to(self, other: "Actor") -> Measurement:
        """Return the distance of the two actors' box centres over the ground, m."""
        return Measurement("distance", (self.name, self._other(other, "distance_to")))

    def speed(self) -> Measurement:
        """Return the speed over the ground, m/s."""
        return Measurement("speed", (self.name,))

    def collides_with(self, other: "Actor") -> Condition:
        """Return the condition that the two touch, or have touched."""
        return conditions.Collides(self.name, self._other(other, "collides_with"))

    def collides(self) -> Condition:
        """Return the condition that the actor has a collision with anybody or anything."""
        return conditions.Happens("collides", self.name)

    def _other(self, other: object, word: str) -> str:
        if not isinstance(other, Actor) or other.name == self.name:
            given = f"'{other.name}' itself" if isinstance(other, Actor) else shown(other)
            raise ScenarioError(
                f"The {word} of '{self.name}' needs another actor of the scenario, not {given}."
            )
        return other.name


class Vehicle(Actor):
    """A vehicle that a driver steers along its way."""

    def runs_red_light(self) -> Condition:
        """Return the condition that its front bumper passes a stop line at red."""
        return conditions.Happens("runs_red_light", self.name)

    def leaves_road(self) -> Condition:
        """Return the condition that a wheel leaves the carriageway."""
        return conditions.Happens("leaves_road", self.name)

    def drives_wrong_way(self) -> Condition:
        """Return the condition that it drives against the direction of its lane."""
        return conditions.Happens("drives_wrong_way", self.name)

    def camera(
        self,
        name: str,
        *,
        fov_deg: float = 90.0,
        size: tuple[int, int] = (640, 360),
        position: tuple[float, float, float] = (1.6, 0.0, 1.4),
        yaw_deg: float = 0.0,
        pitch_deg: float = 0.0,
    ) -> None:
        """Mount a camera that looks forward.

        Args:
            name: unique in the scenario; the dataset's folder is called so.
            fov_deg: horizontal angle of view.
            size: (width, height) in pixels.
            position: (x, y, z) in the vehicle frame (forward, left, up from the ground under the
                rear axle), m.
            yaw_deg: turn to the left.
            pitch_deg: turn downwards.

        Raises:
            ScenarioError: if a value is impossible.
        """
        name = _name(name, "camera", "front")
        model = self._scenario.model.actors[self.name]
        assert isinstance(model, VehicleModel)
        where = f"Camera '{name}' of '{self.name}'"
        camera = _build(
            CameraModel,
            where,
            fov_deg=fov_deg,
            size=size,
            position_m=position,
            yaw_deg=yaw_deg,
            pitch_deg=pitch_deg,
        )
        changes = {"cameras": {**model.cameras, name: camera}}
        self._scenario._put_actor(self.name, _build(VehicleModel, where, **(dict(model) | changes)))

    def set_speed(self, speed_mps: float) -> ActionModel:
        """Return the action: drive at up to `speed_mps` from now on, 0 to stop."""
        where = f"set_speed of '{self.name}'"
        action = _build(SetSpeed, where, actor=self.name, speed_mps=speed_mps)
        return ActionModel(set_speed=action)


class Pedestrian(Actor):
    """A person who stands where they are put until an action moves them."""

    def falls(self) -> Condition:
        """Return the condition that the person is knocked down."""
        return conditions.Happens("falls", self.name)

    def walk(self, speed_mps: float = 1.4) -> ActionModel:
        """Return the action: walk along one's waypoints at up to `speed_mps`."""
        action = _build(Walk, f"walk of '{self.name}'", actor=self.name, speed_mps=speed_mps)
        return ActionModel(walk=action)

    def run_across(self, speed_mps: float = 3.0) -> ActionModel:
        """Return the action: cross the road straight ahead at up to `speed_mps`."""
        where = f"run_across of '{self.name}'"
        action = _build(RunAcross, where, actor=self.name, speed_mps=speed_mps)
        return ActionModel(run_across=action)

    def wave(self, duration_s: float = 3.0) -> ActionModel:
        """Return the action: wave with the right hand for `duration_s`."""
        where = f"wave of '{self.name}'"
        return ActionModel(wave=_build(Wave, where, actor=self.name, duration_s=duration_s))

    def sit(self) -> ActionModel:
        """Return the action: sit down on a seat behind one's feet, as high as the knees.

        There they sit until they are told to walk or to run across.
        """
        return ActionModel(sit=_build(Sit, f"sit of '{self.name}'", actor=self.name))

    def look_at(self, other: Actor) -> ActionModel:
        """Return the action: look at another actor from now on, as far as head and eyes turn."""
        target = self._other(other, "look_at")
        where = f"look_at of '{self.name}'"
        return ActionModel(look_at=_build(LookAt, where, actor=self.name, target=target))

    def fall(self) -> ActionModel:
        """Return the action: go limp and fall, as somebody who faints."""
        return ActionModel(fall=_build(Fall, f"fall of '{self.name}'", actor=self.name))


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
        trigger = _build(TriggerModel, where, when=str(self.condition), do=action)
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
        name = _name(name, "scenario", "child_runs_out")
        self.model: ScenarioModel = _build(
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
            environment=_build(
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
        self._update(colours=_build(ColoursModel, "colours", seed=seed))

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
            traffic=_build(
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
        name = _name(name, "vehicle", "ego")
        model = _build(
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
        name = _name(name, "pedestrian", "child")
        if not (at is None or isinstance(at, Roadside)):
            raise ScenarioError(
                f"The spot of '{name}' is one that city.roadside(...) gives, not {shown(at)}."
            )
        spot = at and RoadsideModel(
            edge=at.edge_id, s_m=at.s_m, hidden_by="parked" if at.placements else None
        )
        model = _build(
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
        self.model = _build(ScenarioModel, f"Scenario '{self.model.name}'", **(fields | changes))


def _name(value: object, what: str, example: str) -> str:
    """Return a name as plain text; ScenarioError if it is none."""
    if not isinstance(value, str):
        raise ScenarioError(
            f'The name of a {what} is a text, not {shown(value)}: write "{example}", for example.'
        )
    return str(value)


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
    route = _plain(route)
    if not isinstance(route, list | tuple):
        return route
    return (route[0], route[-1]) if route else ("", "")


def _plain(value: Any) -> Any:
    """Return arrays and their numbers as lists and numbers of Python."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _build(model: type[Any], where: str, **values: Any) -> Any:
    try:
        return model(**{key: _plain(value) for key, value in values.items()})
    except ValidationError as error:
        raise ScenarioError(yaml_format.explain(error, where)) from None
