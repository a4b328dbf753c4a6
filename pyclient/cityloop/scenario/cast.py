"""The road users of a script: what they can be told to do, and what of them can be asked."""

from typing import TYPE_CHECKING

from cityloop.errors import ScenarioError, shown
from cityloop.scenario import conditions
from cityloop.scenario.conditions import Condition, Measurement
from cityloop.scenario.given import build, named
from cityloop.scenario.model import (
    ActionModel,
    CameraModel,
    Fall,
    LookAt,
    RunAcross,
    SetSpeed,
    Sit,
    VehicleModel,
    Walk,
    Wave,
)

if TYPE_CHECKING:
    from cityloop.scenario.script import Scenario


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
        name = named(name, "camera", "front")
        model = self._scenario.model.actors[self.name]
        assert isinstance(model, VehicleModel)
        where = f"Camera '{name}' of '{self.name}'"
        camera = build(
            CameraModel,
            where,
            fov_deg=fov_deg,
            size=size,
            position_m=position,
            yaw_deg=yaw_deg,
            pitch_deg=pitch_deg,
        )
        changes = {"cameras": {**model.cameras, name: camera}}
        self._scenario._put_actor(self.name, build(VehicleModel, where, **(dict(model) | changes)))

    def set_speed(self, speed_mps: float) -> ActionModel:
        """Return the action: drive at up to `speed_mps` from now on, 0 to stop."""
        where = f"set_speed of '{self.name}'"
        action = build(SetSpeed, where, actor=self.name, speed_mps=speed_mps)
        return ActionModel(set_speed=action)


class Pedestrian(Actor):
    """A person who stands where they are put until an action moves them."""

    def falls(self) -> Condition:
        """Return the condition that the person is knocked down."""
        return conditions.Happens("falls", self.name)

    def walk(self, speed_mps: float = 1.4) -> ActionModel:
        """Return the action: walk along one's waypoints at up to `speed_mps`."""
        action = build(Walk, f"walk of '{self.name}'", actor=self.name, speed_mps=speed_mps)
        return ActionModel(walk=action)

    def run_across(self, speed_mps: float = 3.0) -> ActionModel:
        """Return the action: cross the road straight ahead at up to `speed_mps`."""
        where = f"run_across of '{self.name}'"
        action = build(RunAcross, where, actor=self.name, speed_mps=speed_mps)
        return ActionModel(run_across=action)

    def wave(self, duration_s: float = 3.0) -> ActionModel:
        """Return the action: wave with the right hand for `duration_s`."""
        where = f"wave of '{self.name}'"
        return ActionModel(wave=build(Wave, where, actor=self.name, duration_s=duration_s))

    def sit(self) -> ActionModel:
        """Return the action: sit down on a seat behind one's feet, as high as the knees.

        There they sit until they are told to walk or to run across.
        """
        return ActionModel(sit=build(Sit, f"sit of '{self.name}'", actor=self.name))

    def look_at(self, other: Actor) -> ActionModel:
        """Return the action: look at another actor from now on, as far as head and eyes turn."""
        target = self._other(other, "look_at")
        where = f"look_at of '{self.name}'"
        return ActionModel(look_at=build(LookAt, where, actor=self.name, target=target))

    def fall(self) -> ActionModel:
        """Return the action: go limp and fall, as somebody who faints."""
        return ActionModel(fall=build(Fall, f"fall of '{self.name}'", actor=self.name))
