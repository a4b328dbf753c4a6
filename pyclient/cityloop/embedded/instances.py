"""What the stage hands the renderer: every part that could be drawn, at three instants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


@dataclass
class Instances:
    """N parts of bodies, structure of arrays; "previous", "current", "next" are one tick apart.

    Attributes:
        part: (N,) int32, the renderer's handle of the part (see `Renderer.add_prototype`).
        body: (N,) uint32, the body's id (for `hide_host`; not what the instance pass shows).
        origin: (N, 3) the body's current origin, world, m; levels of detail go by its distance.
        previous, current, next: (N, 3, 4) world-from-part at t-dt, t, t+dt, m.
        velocity: (N, 3) velocity of the part's origin at t, world, m/s.
        angular_velocity: (N, 3) of the part at t, world, rad/s (a wheel's spin included).
        instance_id: (N,) uint32, what the instance pass shows.
        semantic: (N,) uint8, what the semantic pass shows unless the material says otherwise.
        lamps: (N,) uint32 bit set.
        tints: (N, 8, 3) float32 linear colours, 1 where a body has none.
        static: (N,) bool, True for parts of static bodies.
        bones: (N,) int32, first row in the bone arrays, -1 for a rigid part.
        bones_previous, bones_current, bones_next: (B, 3, 4) float32 body-from-bone skinning
            matrices of all skinned parts one after another (to be multiplied with the part's
            world matrix of the same instant).
        time_s: of t; what falls from the sky is where it is at that time.
    """

    part: NDArray[np.int32]
    body: NDArray[np.uint32]
    origin: F64
    previous: F64
    current: F64
    next: F64
    velocity: F64
    angular_velocity: F64
    instance_id: NDArray[np.uint32]
    semantic: NDArray[np.uint8]
    lamps: NDArray[np.uint32]
    tints: NDArray[np.float32]
    static: NDArray[np.bool_]
    bones: NDArray[np.int32]
    bones_previous: NDArray[np.float32]
    bones_current: NDArray[np.float32]
    bones_next: NDArray[np.float32]
    time_s: float = 0.0


@dataclass(frozen=True)
class CameraView:
    """A camera at three instants: `world_from_camera` poses as (3, 4) matrices, OpenCV axes."""

    name: str
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    near_m: float
    far_m: float
    previous: F64
    current: F64
    next: F64
    hidden_body: int
