"""The client of an engine: launch or connect, then load, spawn, advance and capture in lockstep."""

from cityloop.engine.client import Engine, EngineInfo
from cityloop.engine.commands import (
    BodyKind,
    BodySpec,
    Commands,
    DriveCommand,
    KinematicTarget,
    KinematicTargets,
    WalkCommand,
)
from cityloop.engine.decode import RayHits
from cityloop.engine.frames import PASSES, CameraImages, CameraSpec
from cityloop.engine.opening import connect, launch
from cityloop.engine.state import BodyStates, Contact, WorldState

__all__ = [
    "PASSES",
    "BodyKind",
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
    "KinematicTargets",
    "RayHits",
    "WalkCommand",
    "WorldState",
    "connect",
    "launch",
]
