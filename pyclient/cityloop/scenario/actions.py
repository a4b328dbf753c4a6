"""Actions and triggers as data: who does what, and when."""

from typing import Annotated

from pydantic import Field, Strict, field_validator, model_validator

from cityloop.scenario.fields import (
    MAX_SPEED_MPS,
    Model,
    Name,
    WalkingSpeed,
    condition_text,
)


class RunAcross(Model):
    """Cross the road straight ahead at up to `speed_mps`."""

    actor: Name
    speed_mps: WalkingSpeed = 3.0


class Walk(Model):
    """Walk along one's waypoints at up to `speed_mps`."""

    actor: Name
    speed_mps: WalkingSpeed = 1.4


class SetSpeed(Model):
    """Drive at up to `speed_mps` from now on; 0 stops."""

    actor: Name
    speed_mps: Annotated[float, Strict(), Field(ge=0, le=MAX_SPEED_MPS, allow_inf_nan=False)]


class ActionModel(Model):
    """Exactly one action."""

    run_across: RunAcross | None = None
    walk: Walk | None = None
    set_speed: SetSpeed | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "ActionModel":
        if sum(a is not None for a in (self.run_across, self.walk, self.set_speed)) != 1:
            raise ValueError("name exactly one action: run_across, walk or set_speed")
        return self

    @property
    def actor(self) -> str:
        """Name of the actor who acts."""
        action = self.run_across or self.walk or self.set_speed
        assert action is not None  # _exactly_one saw to it
        return action.actor

    @property
    def word(self) -> str:
        """The word that the action is written with."""
        return next(iter(self.model_dump(exclude_none=True)))


class TriggerModel(Model):
    """`do` happens once, at the first tick at which `when` holds."""

    when: str
    do: ActionModel

    @field_validator("when")
    @classmethod
    def _is_condition(cls, value: str) -> str:
        return condition_text(value)
