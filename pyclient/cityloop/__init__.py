"""City traffic simulation that makes exactly labelled video for perception models.

    import cityloop as cl

    scenario = cl.Scenario.from_yaml("child_runs_out.yaml")
    with cl.launch() as engine:
        cl.record(scenario, engine, "out/child")       # dataset and video with velocity labels
        for frame in cl.run(scenario, engine):         # or live, closing the loop
            ...

docs/conventions.md defines every quantity; docs/architecture.md explains the parts.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cityloop.dataset import Dataset, verify
    from cityloop.engine import PASSES, Engine, connect, launch
    from cityloop.errors import CityloopError
    from cityloop.scenario import Scenario, demo_scenario, parse_condition, time
    from cityloop.simulation import CameraFrame, Frame, record, run
    from cityloop.world.city import City

__version__ = "0.1.0"

__all__ = [
    "PASSES",
    "CameraFrame",
    "City",
    "CityloopError",
    "Dataset",
    "Engine",
    "Frame",
    "Scenario",
    "__version__",
    "connect",
    "demo_scenario",
    "launch",
    "parse_condition",
    "record",
    "run",
    "time",
    "verify",
]

# Loaded when first used, so that an engine's process does not load what only its client needs.
_HOMES = {
    "PASSES": "cityloop.engine",
    "CameraFrame": "cityloop.simulation",
    "City": "cityloop.world.city",
    "CityloopError": "cityloop.errors",
    "Dataset": "cityloop.dataset",
    "Engine": "cityloop.engine",
    "Frame": "cityloop.simulation",
    "Scenario": "cityloop.scenario",
    "connect": "cityloop.engine",
    "demo_scenario": "cityloop.scenario",
    "launch": "cityloop.engine",
    "parse_condition": "cityloop.scenario",
    "record": "cityloop.simulation",
    "run": "cityloop.simulation",
    "time": "cityloop.scenario",
    "verify": "cityloop.dataset",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cityloop' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
