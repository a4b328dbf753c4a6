"""Cameras to draw with, and the pictures that come back."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial import Intrinsics, Pose, Silhouettes

# Names of the passes; docs/conventions.md defines each quantity.
PASSES = (
    "rgb",
    "depth",
    "instance",
    "semantic",
    "flow_backward",
    "flow_forward",
    "normal",
    "velocity",
    "depth_change_backward",
    "depth_change_forward",
)


@dataclass(frozen=True)
class CameraSpec:
    """A camera to draw with.

    Attributes:
        name: unique in the rig.
        intrinsics: the pinhole model.
        mount: body-from-camera, OpenCV camera axes (world-from-camera where `body` is 0).
        body: id of the body it is mounted on, 0 for the world.
        near_m, far_m: visible range of depth.
        hide_host: the host casts its shadow but is not drawn.
    """

    name: str
    intrinsics: Intrinsics
    mount: Pose
    body: int = 0
    near_m: float = 0.1
    far_m: float = 1000.0
    hide_host: bool = True


@dataclass(frozen=True)
class CameraImages:
    """All passes of one camera at one instant.

    Attributes:
        camera: name of the camera.
        tick, time_s: the drawn instant.
        world_from_camera: where the camera was then.
        intrinsics: the pinhole model.
        passes: pass name -> array (H, W) or (H, W, C). With shared memory these are views that are
            valid until the same slot is captured to again; copy what you keep.
        triangles: sent to the rasteriser.
        silhouettes: every object in the instance pass drawn alone; none if they were not asked for.
    """

    camera: str
    tick: int
    time_s: float
    world_from_camera: Pose
    intrinsics: Intrinsics
    passes: dict[str, NDArray[np.generic]] = field(repr=False)
    triangles: int = 0
    silhouettes: Silhouettes = field(default_factory=Silhouettes.none, repr=False)
