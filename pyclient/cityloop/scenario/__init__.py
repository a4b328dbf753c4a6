"""The scripting language: actors, conditions, actions; in Python and in YAML."""

from importlib import resources

from cityloop.scenario.cast import Actor, Pedestrian, Vehicle
from cityloop.scenario.conditions import Condition, parse_condition, time
from cityloop.scenario.script import Scenario

__all__ = [
    "DEMO_NAME",
    "Actor",
    "Condition",
    "Pedestrian",
    "Scenario",
    "Vehicle",
    "demo_scenario",
    "parse_condition",
    "time",
]


DEMO_NAME = "child_runs_out"


def demo_scenario() -> Scenario:
    """Return the scenario of `cityloop demo`: a child runs out between parked cars."""
    with resources.as_file(resources.files(__package__) / "demo.yaml") as path:
        return Scenario.from_yaml(path)
