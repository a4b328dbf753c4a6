"""Scripted actors as data: vehicles with their cameras, pedestrians, and where they go."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Discriminator, Field, Strict, Tag, field_validator, model_validator

from cityloop.scenario.fields import (
    Angle,
    DrivingSpeed,
    Length,
    Model,
    Name,
    OnVehicle,
    WalkingSpeed,
    Waypoints,
    distinct,
    in_order,
    one_of,
)
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

# What the driver of a scripted vehicle can be told to take no notice of.
Rule = Literal["people", "signals", "speed_limit", "vehicles"]
RULES: tuple[Rule, ...] = get_args(Rule)

DEFAULT_START_M = 10.0


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
    """A scripted vehicle that a driver steers along its way until the loop takes over.

    The way is a `route` over the map's roads, from `start_m` on, or the smooth line through
    `waypoints`, which may leave lanes and go against them. `ignores` names what the driver takes
    no notice of.
    """

    vehicle: str
    route: tuple[str, str] | None = None
    waypoints: Waypoints | None = None
    start_m: Length | None = None
    speed_mps: DrivingSpeed = 10.0
    ignores: tuple[Rule, ...] = ()
    cameras: dict[Name, CameraModel] = Field(default_factory=dict)

    @field_validator("vehicle")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        return one_of(value, VEHICLE_KINDS, "kind of vehicle")

    @field_validator("route", "waypoints", mode="before")
    @classmethod
    def _in_order(cls, value: Any) -> Any:
        return in_order(value)

    @field_validator("waypoints")
    @classmethod
    def _distinct(cls, value: Any) -> Any:
        return value if value is None else distinct(value)

    @field_validator("ignores", mode="before")
    @classmethod
    def _rules(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError(f"write a list, such as [{value}]")
        if isinstance(value, list | tuple | set | frozenset):
            return tuple(sorted({one_of(str(word), RULES, "rule") for word in value}))
        return value

    @model_validator(mode="before")
    @classmethod
    def _starts_on_its_route(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("route") and data.get("start_m") is None:
            return {**data, "start_m": DEFAULT_START_M}
        return data

    @model_validator(mode="after")
    def _one_way(self) -> "VehicleModel":
        if (self.route is None) == (self.waypoints is None):
            raise ValueError("a vehicle needs exactly one of route and waypoints")
        if self.waypoints is not None and self.start_m is not None:
            raise ValueError("start_m belongs to a route: waypoints start at the first of them")
        return self


class RoadsideModel(Model):
    """A spot at the kerb, `s_m` from the start of an edge (an id or an alias such as east_in)."""

    edge: str
    s_m: Length
    hidden_by: Literal["parked"] | None = None
    side: Literal["left", "right"] = "right"


class PedestrianModel(Model):
    """A scripted person.

    One stands `at` the roadside until run_across moves them. One with `waypoints` stands at the
    first and walks the line through them: at once where `speed_mps` is given, else when an action
    says walk.
    """

    pedestrian: str
    at: RoadsideModel | None = None
    waypoints: Waypoints | None = None
    speed_mps: WalkingSpeed | None = None

    @field_validator("pedestrian")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        return one_of(value, PERSON_KINDS, "kind of pedestrian")

    @field_validator("waypoints", mode="before")
    @classmethod
    def _in_order(cls, value: Any) -> Any:
        return in_order(value)

    @field_validator("waypoints")
    @classmethod
    def _distinct(cls, value: Any) -> Any:
        return value if value is None else distinct(value)

    @model_validator(mode="after")
    def _one_place(self) -> "PedestrianModel":
        if (self.at is None) == (self.waypoints is None):
            raise ValueError("a pedestrian needs exactly one of at and waypoints")
        if self.at is not None and self.speed_mps is not None:
            raise ValueError(
                "speed_mps belongs to waypoints: at the roadside a person stands until run_across"
            )
        return self


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
