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


class Wave(Model):
    """Wave with the right hand for `duration_s`."""

    actor: Name
    duration_s: Annotated[float, Strict(), Field(gt=0, le=600, allow_inf_nan=False)] = 3.0


class Sit(Model):
    """Sit down on a seat as high as the knees, behind the feet, until told to walk."""

    actor: Name


class LookAt(Model):
    """Look at another actor from now on, as far as head and eyes turn."""

    actor: Name
    target: Name


class Fall(Model):
    """Go limp and fall, as somebody who faints."""

    actor: Name


class ActionModel(Model):
    """Exactly one action."""

    run_across: RunAcross | None = None
    walk: Walk | None = None
    wave: Wave | None = None
    sit: Sit | None = None
    look_at: LookAt | None = None
    fall: Fall | None = None
    set_speed: SetSpeed | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "ActionModel":
        if len(self._told()) != 1:
            *words, last = type(self).model_fields
            raise ValueError(f"name exactly one action: {', '.join(words)} or {last}")
        return self

    def _told(self) -> list[str]:
        return [word for word in type(self).model_fields if getattr(self, word) is not None]

    @property
    def actor(self) -> str:
        """Name of the actor who acts."""
        return str(getattr(self, self.word).actor)

    @property
    def word(self) -> str:
        """The word that the action is written with."""
        return self._told()[0]


class TriggerModel(Model):
    """`do` happens once, at the first tick at which `when` holds."""

    when: str
    do: ActionModel

    @field_validator("when")
    @classmethod
    def _is_condition(cls, value: str) -> str:
        return condition_text(value)
