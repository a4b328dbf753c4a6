"""Every error that Cityloop raises for a cause outside its own code.

A message is one sentence or two that name the offending value, where it came from and the way out.
The command line prints it and exits with code 2.
"""


class CityloopError(Exception):
    """Base of all errors below; catch it to catch whatever Cityloop reports."""


class ScenarioError(CityloopError):
    """A scenario, from Python or YAML, asks for something unknown or impossible."""


class MapError(CityloopError):
    """A road network cannot be read, converted or used as asked."""


class LicenceError(CityloopError):
    """An asset's licence is not among those that were asked for."""


class EngineError(CityloopError):
    """An engine cannot be started, reached or understood, or it died."""


class GraphicsError(EngineError):
    """No OpenGL context can be had, or it lacks what the renderer needs."""


class RequestError(EngineError):
    """An engine refused a call because of what it was asked."""


class DatasetError(CityloopError):
    """A dataset cannot be written, or what is on disk is not a whole, readable dataset."""


class ExportError(CityloopError):
    """A dataset cannot be exported as asked, or the export cannot be written."""


_LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """Return a wrong value as a message shows it: on one line, cut off where it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
