"""The scenario as data: what Python builds and YAML writes down, with every rule on its values."""

import math
from typing import Annotated, Any

from pydantic import Field, Strict, field_serializer, field_validator, model_validator

from cityloop.scenario.actions import (
    ActionModel,
    Fall,
    LookAt,
    RunAcross,
    SetSpeed,
    Sit,
    TriggerModel,
    Walk,
    Wave,
)
from cityloop.scenario.actors import (
    RULES,
    ActorModel,
    CameraModel,
    PedestrianModel,
    RoadsideModel,
    Rule,
    VehicleModel,
)
from cityloop.scenario.conditions import PERSON_WORDS, parse_condition
from cityloop.scenario.environment import EnvironmentModel
from cityloop.scenario.fields import ActorName, Model, Name, condition_text
from cityloop.world.people import PERSON_KINDS

__all__ = [
    "RULES",
    "ActionModel",
    "ActorModel",
    "CameraModel",
    "ColoursModel",
    "EnvironmentModel",
    "Fall",
    "FileMap",
    "GridMap",
    "LookAt",
    "MapModel",
    "PedestrianModel",
    "RoadsideModel",
    "Rule",
    "RunAcross",
    "ScenarioModel",
    "SetSpeed",
    "Sit",
    "TrafficModel",
    "TriggerModel",
    "VehicleModel",
    "Walk",
    "Wave",
]

DEFAULT_PHYSICS_RADIUS_M = 60.0
MAX_DURATION_S = 86_400.0  # a day


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
    osm: FileMap | None = None
    sumo: FileMap | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "MapModel":
        if sum(m is not None for m in (self.grid, self.opendrive, self.osm, self.sumo)) != 1:
            raise ValueError("name exactly one map: grid, opendrive, osm or sumo")
        return self


class ColoursModel(Model):
    """Which colours of clothes, skin, hair and paint; without a seed they follow the scenario's."""

    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] | None = None


class TrafficModel(Model):
    """How many background road users are kept moving.

    Within `physics_radius_m` of a scripted actor or a camera background vehicles are physical
    bodies; beyond it they follow SUMO exactly. `math.inf` ("inf" in YAML) means everywhere.
    """

    vehicles: Annotated[int, Strict(), Field(ge=0, le=2000)] = 0
    pedestrians: Annotated[int, Strict(), Field(ge=0, le=2000)] = 0
    physics_radius_m: Annotated[float, Strict(), Field(gt=0)] = DEFAULT_PHYSICS_RADIUS_M

    @field_validator("physics_radius_m", mode="before")
    @classmethod
    def _everywhere(cls, value: Any) -> Any:
        return math.inf if value == "inf" else value

    @field_serializer("physics_radius_m", when_used="json")
    def _in_text(self, value: float) -> float | str:
        # JSON has no infinity.
        return "inf" if math.isinf(value) else value


def _check_words(model: "ScenarioModel") -> None:
    """Raise ValueError for an action or a condition that its actor does not know."""
    movers: list[str] = []
    for trigger in model.triggers:
        actor, word = model.actors[trigger.do.actor], trigger.do.word
        person = actor if isinstance(actor, PedestrianModel) else None
        thing = PERSON_KINDS[person.pedestrian].thing if person else ""
        able = {
            "set_speed": person is None,
            "run_across": person is not None and person.at is not None,
            "walk": person is not None and person.waypoints is not None,
            "wave": person is not None and not thing,
            "sit": person is not None and thing != "pram",
            "look_at": person is not None,
            "fall": person is not None,
        }
        if not able[word]:
            raise ValueError(
                f"'{trigger.do.actor}' cannot do the action of trigger '{trigger.when}': "
                "run_across is for pedestrians at the roadside, walk for pedestrians with "
                "waypoints, wave for those whose hands are free, sit for those without a pram, "
                "look_at and fall for pedestrians, set_speed for vehicles"
            )
        if person is not None and word in ("run_across", "walk"):
            if trigger.do.actor in movers:
                raise ValueError(
                    f"'{trigger.do.actor}' is told to {word.replace('_', ' ')} by two triggers, "
                    "but can do so only once: join their conditions with 'or'"
                )
            if person.speed_mps is not None:
                raise ValueError(
                    f"'{trigger.do.actor}' walks at once, because speed_mps is given: leave out "
                    f"speed_mps or the trigger '{trigger.when}'"
                )
            movers.append(trigger.do.actor)
    for text in model.conditions():
        for word, name in parse_condition(text).words():
            is_person = isinstance(model.actors[name], PedestrianModel)
            if is_person != (word in PERSON_WORDS):
                fits = "a pedestrian" if word in PERSON_WORDS else "a vehicle"
                raise ValueError(f"the condition '{text}' needs {fits}, which '{name}' is not")


class ScenarioModel(Model):
    """A whole scenario."""

    cityloop: Annotated[int, Strict(), Field(ge=1, le=1)] = 1
    name: Name = "scenario"
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 0
    duration_s: Annotated[float, Strict(), Field(gt=0, le=MAX_DURATION_S, allow_inf_nan=False)]
    dt_s: Annotated[float, Strict(), Field(ge=0.01, le=0.2, allow_inf_nan=False)] = 0.05
    map: MapModel
    environment: EnvironmentModel = EnvironmentModel()
    colours: ColoursModel = ColoursModel()
    traffic: TrafficModel = TrafficModel()
    actors: dict[ActorName, ActorModel] = Field(default_factory=dict)
    triggers: tuple[TriggerModel, ...] = ()
    fail_when: str | None = None

    @field_validator("fail_when")
    @classmethod
    def _is_condition(cls, value: str | None) -> str | None:
        return None if value is None else condition_text(value)

    @model_validator(mode="after")
    def _names_exist(self) -> "ScenarioModel":
        if self.frame_count < 1:
            raise ValueError(
                f"duration_s {self.duration_s:g} is shorter than one step of dt_s {self.dt_s:g}"
            )
        used = [(t.do.actor, f"the action of trigger '{t.when}'") for t in self.triggers]
        used += [
            (t.do.look_at.target, f"the look_at of trigger '{t.when}'")
            for t in self.triggers
            if t.do.look_at is not None
        ]
        used += [
            (a, f"the condition '{text}'")
            for text in self.conditions()
            for a in parse_condition(text).actors()
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
        _check_words(self)
        return self

    @property
    def colours_seed(self) -> int:
        """The seed of everybody's colours."""
        return self.seed if self.colours.seed is None else self.colours.seed

    @property
    def frame_count(self) -> int:
        """Number of frames: one every `dt_s` for `duration_s`."""
        return round(self.duration_s / self.dt_s)

    def conditions(self) -> list[str]:
        """Return the text of every condition."""
        return [t.when for t in self.triggers] + ([self.fail_when] if self.fail_when else [])

    def cameras(self) -> list[tuple[str, str, CameraModel]]:
        """Return (actor, camera name, camera) of every camera, in order of appearance."""
        return [
            (actor_name, camera_name, camera)
            for actor_name, actor in self.actors.items()
            if isinstance(actor, VehicleModel)
            for camera_name, camera in actor.cameras.items()
        ]
