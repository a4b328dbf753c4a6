"""The tick: traffic, scenario, engine and frames in lockstep.

`record` writes a dataset; `run` yields frames live and lets the user's code steer.
"""

from cityloop.simulation.live import CameraFrame, Frame, run
from cityloop.simulation.recording import Recording, record

__all__ = ["CameraFrame", "Frame", "Recording", "record", "run"]
