"""The scripting language: a scenario put together in Python, with words that read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from cityloop.errors import ScenarioError
from cityloop.scenario import conditions, maps, yaml_format
from cityloop.scenario.conditions import Condition, Measurement
from cityloop.scenario.model import (
    ActionModel,
    CameraModel,
    EnvironmentModel,
    PedestrianModel,
    RoadsideModel,
    RunAcross,
    ScenarioModel,
    SetSpeed,
    TrafficModel,
    TriggerModel,
    VehicleModel,
)
from cityloop.world.city import City, Roadside


class Actor:
    """A scripted road user; compare what it measures to get conditions."""

    def __init__(self, scenario: "Scenario", name: str) -> None:
        self._scenario = scenario
        self.name = name

    def distance_to(self, other: "Actor") -> Measurement:
        """Return the distance of the two actors' box centres over the ground, m."""
        return Measurement("distance", (self.name, other.name))

    def speed(self) -> Measurement:
        """Return the speed over the ground, m/s."""
        return Measurement("speed", (self.name,))

    def collides_with(self, other: "Actor") -> Condition:
        """Return the condition that the two touch."""
        return conditions.Collides(self.name, other.name)


class Vehicle(Actor):
    """A vehicle that a driver steers along its route."""

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
        """
        model = self._scenario.model.actors[self.name]
        assert isinstance(model, VehicleModel)
        camera = _build(
            CameraModel,
            f"Camera '{name}' of '{self.name}'",
            fov_deg=fov_deg,
            size=size,
            position_m=position,
            yaw_deg=yaw_deg,
            pitch_deg=pitch_deg,
        )
        cameras = {**model.cameras, name: camera}
        self._scenario._put_actor(self.name, model.model_copy(update={"cameras": cameras}))

    def set_speed(self, speed_mps: float) -> ActionModel:
        """Return the action: drive at up to `speed_mps` from now on, 0 to stop."""
        where = f"set_speed of '{self.name}'"
        action = _build(SetSpeed, where, actor=self.name, speed_mps=speed_mps)
        return ActionModel(set_speed=action)


class Pedestrian(Actor):
    """A person who stands at the roadside until an action moves them."""

    def run_across(self, speed_mps: float = 3.0) -> ActionModel:
        """Return the action: cross the road straight ahead at up to `speed_mps`."""
        where = f"run_across of '{self.name}'"
        action = _build(RunAcross, where, actor=self.name, speed_mps=speed_mps)
        return ActionModel(run_across=action)


@dataclass(frozen=True)
class When:
    """The first half of a trigger, waiting for its action."""

    scenario: "Scenario"
    condition: Condition

    def do(self, action: ActionModel) -> None:
        """Add the trigger: the action happens once, when the condition first holds."""
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
                f"A scenario plays in a city, not in {city!r}: make one with City.grid() or "
                "City.from_opendrive(path)."
            )
        self.city = city
        self.model: ScenarioModel = _build(
            ScenarioModel,
            f"Scenario '{name}'",
            name=name,
            seed=seed,
            duration_s=duration_s,
            dt_s=dt_s,
            map=maps.describe(city),
        )

    @staticmethod
    def from_yaml(path: str | Path, map_file: str | Path | None = None) -> "Scenario":
        """Read a scenario from a YAML file and build its city.

        Args:
            path: the file; a relative map path in it counts from its folder.
            map_file: an OpenDRIVE (.xodr) or SUMO (.net.xml) file to use instead of the
                scenario's own map.

        Raises:
            ScenarioError: if the file is no scenario.
            MapError: if the map cannot be used.
        """
        path = Path(path)
        model = yaml_format.read_model(path)
        scenario = Scenario.__new__(Scenario)
        source = maps.from_file(Path(map_file)) if map_file is not None else model.map
        scenario.city = maps.build(source, path.parent if map_file is None else Path())
        scenario.model = model.model_copy(update={"map": maps.describe(scenario.city)})
        scenario._check_places()
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
        weather: str = "clear",
        latitude_deg: float = 48.0,
        day_of_year: int = 172,
    ) -> None:
        """Set the time of day (true solar time, "HH:MM"), the weather and the place of the sun."""
        self._update(
            environment=_build(
                EnvironmentModel,
                "environment",
                time=time,
                weather=weather,
                latitude_deg=latitude_deg,
                day_of_year=day_of_year,
            )
        )

    def traffic(self, *, vehicles: int = 0, pedestrians: int = 0) -> None:
        """Keep this many background vehicles and pedestrians moving."""
        self._update(
            traffic=_build(TrafficModel, "traffic", vehicles=vehicles, pedestrians=pedestrians)
        )

    def vehicle(
        self,
        name: str,
        *,
        kind: str,
        route: Sequence[str],
        start_m: float = 10.0,
        speed_mps: float = 10.0,
    ) -> Vehicle:
        """Add a vehicle that is driven along a route.

        Args:
            name: unique in the scenario.
            kind: one of `cityloop.world.vehicles.VEHICLE_KINDS`.
            route: the route's edges, as from `city.route(start, end)`.
            start_m: where its rear axle stands at first, m along the route.
            speed_mps: speed that the driver keeps where nothing hinders, m/s.
        """
        ends = (route[0], route[-1]) if route else ("", "")
        where = f"Vehicle '{name}'"
        model = _build(
            VehicleModel, where, vehicle=kind, route=ends, start_m=start_m, speed_mps=speed_mps
        )
        self._add_actor(name, model)
        return Vehicle(self, name)

    def pedestrian(self, name: str, *, kind: str, at: Roadside) -> Pedestrian:
        """Add a person who stands at a roadside spot (`city.roadside(...)`), facing the road."""
        spot = RoadsideModel(
            edge=at.edge_id, s_m=at.s_m, hidden_by="parked" if at.placements else None
        )
        model = _build(PedestrianModel, f"Pedestrian '{name}'", pedestrian=kind, at=spot)
        self._add_actor(name, model)
        return Pedestrian(self, name)

    def when(self, condition: Condition) -> When:
        """Start a trigger: `scenario.when(condition).do(action)`."""
        return When(self, condition)

    def fail_when(self, condition: Condition) -> None:
        """Call the run a failure, and end it, when the condition holds."""
        self._update(fail_when=str(condition))

    def _add_actor(self, name: str, model: VehicleModel | PedestrianModel) -> None:
        if name in self.model.actors:
            raise ScenarioError(f"There are two actors called '{name}': give each its own name.")
        self._put_actor(name, model)
        self._check_places()

    def _put_actor(self, name: str, model: VehicleModel | PedestrianModel) -> None:
        self._update(actors={**self.model.actors, name: model})

    def _update(self, **changes: Any) -> None:
        fields = {key: getattr(self.model, key) for key in type(self.model).model_fields}
        self.model = _build(ScenarioModel, f"Scenario '{self.model.name}'", **(fields | changes))

    def _check_places(self) -> None:
        """Raise ScenarioError or MapError for an actor who is not on the map."""
        for name, actor in self.model.actors.items():
            if isinstance(actor, PedestrianModel):
                at = actor.at
                self.city.roadside(at.edge, at.s_m, hidden_by=at.hidden_by, side=at.side)
                continue
            path = self.city.network.path(self.city.route(*actor.route))
            length = float(np.sum(np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1)))
            if actor.start_m >= length:
                raise ScenarioError(
                    f"Vehicle '{name}' starts at start_m {actor.start_m:g}, but its route is only "
                    f"{length:.1f} m long: choose a smaller start_m."
                )


def _build(model: type[Any], where: str, **values: Any) -> Any:
    try:
        return model(**values)
    except ValidationError as error:
        raise ScenarioError(yaml_format.explain(error, where)) from None
