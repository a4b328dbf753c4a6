"""The client of an engine: launch or connect, then load, spawn, advance and capture in lockstep."""

from cityloop.engine.client import Engine, EngineInfo, connect, launch
from cityloop.engine.commands import (
    BodySpec,
    Commands,
    DriveCommand,
    KinematicTarget,
    WalkCommand,
)
from cityloop.engine.decode import RayHits
from cityloop.engine.frames import PASSES, CameraImages, CameraSpec
from cityloop.engine.state import BodyStates, Contact, WorldState

__all__ = [
    "PASSES",
    "BodySpec",
    "BodyStates",
    "CameraImages",
    "CameraSpec",
    "Commands",
    "Contact",
    "DriveCommand",
    "Engine",
    "EngineInfo",
    "KinematicTarget",
    "RayHits",
    "WalkCommand",
    "WorldState",
    "connect",
    "launch",
]
