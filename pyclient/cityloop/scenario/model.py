"""The scenario as data: what Python builds and YAML writes down, with every rule on its values."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    field_validator,
    model_validator,
)

from cityloop.errors import ScenarioError
from cityloop.scenario.conditions import parse_condition
from cityloop.world.environment import WEATHERS
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=40)]
Angle = Annotated[float, Strict(), Field(ge=-360, le=360)]
OnVehicle = Annotated[float, Strict(), Field(ge=-100, le=100)]

MAX_SPEED_MPS = 40.0


class Model(BaseModel):
    """Base of all parts: unknown keys and wrong types are errors; text is never a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _one_of(value: str, known: Any, what: str) -> str:
    if value not in known:
        raise ValueError(f"there is no {what} '{value}': choose one of {', '.join(sorted(known))}")
    return value


def _condition_text(text: str) -> str:
    try:
        return str(parse_condition(text))
    except ScenarioError as error:
        raise ValueError(str(error)) from None


class GridMap(Model):
    """A procedural grid of `blocks` (east, north) city blocks."""

    blocks: tuple[
        Annotated[int, Strict(), Field(ge=2, le=12)], Annotated[int, Strict(), Field(ge=2, le=12)]
    ] = (4, 4)
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 0


class FileMap(Model):
    """A map file; relative paths count from the scenario's folder. `seed` varies the buildings."""

    path: str
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 0


class MapModel(Model):
    """Exactly one of the kinds of map."""

    grid: GridMap | None = None
    opendrive: FileMap | None = None
    sumo: FileMap | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "MapModel":
        if sum(m is not None for m in (self.grid, self.opendrive, self.sumo)) != 1:
            raise ValueError("name exactly one map: grid, opendrive or sumo")
        return self


class EnvironmentModel(Model):
    """Time of day (true solar time) and weather."""

    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "12:00"
    weather: str = "clear"
    latitude_deg: Annotated[float, Strict(), Field(ge=-90, le=90)] = 48.0
    day_of_year: Annotated[int, Strict(), Field(ge=1, le=366)] = 172

    @field_validator("time", mode="before")
    @classmethod
    def _no_number(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            # YAML reads 17:40 as 17 * 60 + 40.
            hours, minutes = divmod(value, 60)
            raise ValueError(f'write the time in quotes, such as "{hours:02d}:{minutes:02d}"')
        return value

    @field_validator("weather")
    @classmethod
    def _known_weather(cls, value: str) -> str:
        return _one_of(value, WEATHERS, "weather")

    @property
    def hour(self) -> float:
        """Hours after midnight."""
        hours, minutes = self.time.split(":")
        return int(hours) + int(minutes) / 60


class TrafficModel(Model):
    """How many background road users are kept moving."""

    vehicles: Annotated[int, Strict(), Field(ge=0, le=2000)] = 0
    pedestrians: Annotated[int, Strict(), Field(ge=0, le=2000)] = 0


class CameraModel(Model):
    """A camera on a vehicle; position in the vehicle frame, yaw to the left, pitch downwards."""

    fov_deg: Annotated[float, Strict(), Field(ge=1, le=179)] = 90.0
    size: tuple[
        Annotated[int, Strict(), Field(ge=1, le=8192)],
        Annotated[int, Strict(), Field(ge=1, le=8192)],
    ] = (
        640,
        360,
    )
    position_m: tuple[OnVehicle, OnVehicle, OnVehicle] = (1.6, 0.0, 1.4)
    yaw_deg: Angle = 0.0
    pitch_deg: Angle = 0.0


class VehicleModel(Model):
    """A scripted vehicle that a driver steers along a route until the loop takes over."""

    vehicle: str
    route: tuple[str, str]
    start_m: Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)] = 10.0
    speed_mps: Annotated[float, Strict(), Field(gt=0, le=MAX_SPEED_MPS)] = 10.0
    cameras: dict[Name, CameraModel] = {}

    @field_validator("vehicle")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        return _one_of(value, VEHICLE_KINDS, "kind of vehicle")


class RoadsideModel(Model):
    """A spot at the kerb, `s_m` from the start of an edge (an id or an alias such as east_in)."""

    edge: str
    s_m: Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
    hidden_by: Literal["parked"] | None = None
    side: Literal["left", "right"] = "right"


class PedestrianModel(Model):
    """A scripted person who stands at the roadside until an action moves them."""

    pedestrian: str
    at: RoadsideModel

    @field_validator("pedestrian")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        return _one_of(value, PERSON_KINDS, "kind of pedestrian")


def _actor_kind(value: Any) -> str | None:
    """Tell which model an actor is by its first key, so that an error speaks of one kind only."""
    if isinstance(value, VehicleModel | PedestrianModel):
        return "vehicle" if isinstance(value, VehicleModel) else "pedestrian"
    if not isinstance(value, dict) or ("vehicle" in value) == ("pedestrian" in value):
        return None
    return "vehicle" if "vehicle" in value else "pedestrian"


ActorModel = Annotated[
    Annotated[VehicleModel, Tag("vehicle")] | Annotated[PedestrianModel, Tag("pedestrian")],
    Discriminator(
        _actor_kind,
        custom_error_type="actor_kind",
        custom_error_message="an actor needs a 'vehicle' or a 'pedestrian' key with its kind",
    ),
]


class RunAcross(Model):
    """Cross the road straight ahead at up to `speed_mps`."""

    actor: Name
    speed_mps: Annotated[float, Strict(), Field(gt=0, le=8)] = 3.0


class SetSpeed(Model):
    """Drive at up to `speed_mps` from now on; 0 stops."""

    actor: Name
    speed_mps: Annotated[float, Strict(), Field(ge=0, le=MAX_SPEED_MPS)]


class ActionModel(Model):
    """Exactly one action."""

    run_across: RunAcross | None = None
    set_speed: SetSpeed | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "ActionModel":
        if (self.run_across is None) == (self.set_speed is None):
            raise ValueError("name exactly one action: run_across or set_speed")
        return self

    @property
    def actor(self) -> str:
        """Name of the actor who acts."""
        action = self.run_across or self.set_speed
        assert action is not None  # _exactly_one saw to it
        return action.actor


class TriggerModel(Model):
    """`do` happens once, at the first tick at which `when` holds."""

    when: str
    do: ActionModel

    @field_validator("when")
    @classmethod
    def _is_condition(cls, value: str) -> str:
        return _condition_text(value)


class ScenarioModel(Model):
    """A whole scenario."""

    cityloop: Annotated[int, Strict(), Field(ge=1, le=1)] = 1
    name: Name = "scenario"
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 0
    duration_s: Annotated[float, Strict(), Field(gt=0, le=86_400)]
    dt_s: Annotated[float, Strict(), Field(ge=0.01, le=0.2)] = 0.05
    map: MapModel
    environment: EnvironmentModel = EnvironmentModel()
    traffic: TrafficModel = TrafficModel()
    actors: dict[Name, ActorModel] = {}
    triggers: tuple[TriggerModel, ...] = ()
    fail_when: str | None = None

    @field_validator("fail_when")
    @classmethod
    def _is_condition(cls, value: str | None) -> str | None:
        return None if value is None else _condition_text(value)

    @model_validator(mode="after")
    def _names_exist(self) -> "ScenarioModel":
        if self.frame_count < 1:
            raise ValueError(
                f"duration_s {self.duration_s:g} is shorter than one step of dt_s {self.dt_s:g}"
            )
        used = [(t.do.actor, f"the action of trigger '{t.when}'") for t in self.triggers]
        texts = [t.when for t in self.triggers] + ([self.fail_when] if self.fail_when else [])
        used += [
            (a, f"the condition '{text}'") for text in texts for a in parse_condition(text).actors()
        ]
        for actor, where in used:
            if actor not in self.actors:
                raise ValueError(
                    f"{where} names '{actor}', "
                    f"but the actors are: {', '.join(self.actors) or 'none'}"
                )
        names = [camera for _, camera, _ in self.cameras()]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two cameras are called '{name}': give each a name of its own")
        for trigger in self.triggers:
            pedestrian = isinstance(self.actors[trigger.do.actor], PedestrianModel)
            if pedestrian != (trigger.do.run_across is not None):
                raise ValueError(
                    f"'{trigger.do.actor}' cannot do the action of trigger '{trigger.when}': "
                    "run_across is for pedestrians, set_speed for vehicles"
                )
        runners = [t.do.actor for t in self.triggers if t.do.run_across is not None]
        for name in runners:
            if runners.count(name) > 1:
                raise ValueError(
                    f"'{name}' is told to run across by two triggers, but can cross only once: "
                    "join their conditions with 'or'"
                )
        return self

    @property
    def frame_count(self) -> int:
        """Number of frames: one every `dt_s` for `duration_s`."""
        return round(self.duration_s / self.dt_s)

    def cameras(self) -> list[tuple[str, str, CameraModel]]:
        """Return (actor, camera name, camera) of every camera, in order of appearance."""
        return [
            (actor_name, camera_name, camera)
            for actor_name, actor in self.actors.items()
            if isinstance(actor, VehicleModel)
            for camera_name, camera in actor.cameras.items()
        ]
