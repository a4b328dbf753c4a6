"""What the scenario asked for: breaches that somebody was told to commit."""

from collections.abc import Mapping
from typing import Any

LANE, RED_LIGHT, SPEED, CARRIAGEWAY, STANDING = (
    "lane",
    "red light",
    "speed",
    "carriageway",
    "standing",
)


class Requests:
    """Reads the resolved scenario that sequence.json keeps; without one, nothing was asked for."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        scenario = _mapping(description.get("scenario"))
        actors = _mapping(scenario.get("actors"))
        self._said: dict[tuple[str, str], str] = {}
        for name, actor in actors.items():
            if isinstance(actor, Mapping):
                (self._vehicle if "vehicle" in actor else self._person)(name, actor)
        triggers = scenario.get("triggers")
        for trigger in triggers if isinstance(triggers, list) else []:
            for word, action in _mapping(_mapping(trigger).get("do")).items():
                if isinstance(action, Mapping) and isinstance(action.get("actor"), str):
                    self._action(word, action["actor"], action)
        self.scripted = frozenset(actors)

    def excuse(self, topic: str, actor: str) -> str:
        """Return why an actor may breach the rules of a topic, "" if it may not."""
        return self._said.get((topic, actor), "")

    def _vehicle(self, name: str, actor: Mapping[str, Any]) -> None:
        if actor.get("waypoints"):
            for topic in (LANE, RED_LIGHT, SPEED):
                self._said[topic, name] = f"{name} drives along waypoints"
        ignored = actor.get("ignores")
        for rule, topic in (("signals", RED_LIGHT), ("speed_limit", SPEED)):
            if isinstance(ignored, list) and rule in ignored:
                self._said[topic, name] = f"{name} ignores {rule.replace('_', ' ')}"
        self._said[STANDING, name] = f"{name} is scripted"

    def _person(self, name: str, actor: Mapping[str, Any]) -> None:
        does = "walks along waypoints" if actor.get("waypoints") else "stands where they are put"
        self._said[CARRIAGEWAY, name] = f"{name} {does}"
        self._said[STANDING, name] = f"{name} is scripted"

    def _action(self, word: str, name: str, action: Mapping[str, Any]) -> None:
        if word == "run_across":
            self._said[CARRIAGEWAY, name] = f"{name} runs across"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
