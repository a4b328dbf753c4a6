"""How people's gait changes with speed: stride length, duty factor, swings, lean; all arrays (N,).

Angles in rad, lengths in m. Sources of the figures: D. A. Winter, "Biomechanics and Motor Control
of Human Movement" (4th ed., 2009): stance share, foot, knee and hip angles of natural walking;
R. McN. Alexander, "Estimates of speeds of dinosaurs" (Nature 261, 1976): stride length from the
Froude number; R. McN. Alexander, "Optimization and gaits in the locomotion of vertebrates"
(Physiol. Rev. 69, 1989): people change from walking to running at a Froude number near 0.5;
M. P. Murray et al., "Patterns of sagittal rotation of the upper limbs in walking" (Phys. Ther. 47,
1967): swing of the arms; T. F. Novacheck, "The biomechanics of running" (Gait & Posture 7, 1998).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GRAVITY_MPS2 = 9.81
STRIDE_FACTOR, STRIDE_EXPONENT = 2.3, 0.3  # Alexander's fit over mammals, people among them
SLOWEST_MPS = 0.3  # below, strides get no shorter: the feet lift less instead
STEPPING_MPS = 0.45  # from standing to full steps
RUN_FROUDE = (0.45, 0.75)  # from pure walk to pure run


def smoothstep(x: Array, low: float, high: float) -> Array:
    """Return 0 below `low`, 1 above `high`, and a smooth cubic between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    smooth: Array = t * t * (3.0 - 2.0 * t)
    return smooth


def stride_length(speed_mps: Array, hip_height_m: Array) -> Array:
    """Return the length of a stride (two steps), m; Alexander 1976."""
    squared = speed_mps**2 + SLOWEST_MPS**2
    froude = squared / (GRAVITY_MPS2 * hip_height_m)
    length: Array = STRIDE_FACTOR * hip_height_m * froude**STRIDE_EXPONENT
    return length


@dataclass(frozen=True)
class GaitStyle:
    """The shape of a gait at given speeds, (N,) each.

    Attributes:
        stepping: 0 standing, 1 stepping fully.
        running: 0 walking, 1 running.
        stride_m: length of a stride.
        duty: share of the stride that a foot is on the ground; below 0.5 in running.
        strike: pitch of the foot when the heel lands, toes up.
        push: pitch of the foot when the toes leave, toes down (positive).
        lift_m: how much higher than straight the ankle swings through.
        bob_m: rise of the hips over mid-stance, negative in running where they sink.
        crouch_m: how much lower the hips are than the legs would allow.
        hip_yaw, hip_list: turn and tilt of the pelvis to either side.
        sway_m: shift of the hips over the standing foot.
        chest_yaw: turn of the chest against the pelvis.
        lean: of the trunk, forward.
        arm_swing, arm_back: swing of the upper arm to either side, and where its middle is.
        elbow, elbow_swing: bend beyond the hanging arm's, and how it follows the swing.
        arm_inward: turn of the forearms towards the middle.
    """

    stepping: Array
    running: Array
    stride_m: Array
    duty: Array
    strike: Array
    push: Array
    lift_m: Array
    bob_m: Array
    crouch_m: Array
    hip_yaw: Array
    hip_list: Array
    sway_m: Array
    chest_yaw: Array
    lean: Array
    arm_swing: Array
    arm_back: Array
    elbow: Array
    elbow_swing: Array
    arm_inward: Array


def gait_style(speed_mps: Array, hip_height_m: Array) -> GaitStyle:
    """Return the gait of somebody whose hip joints stand `hip_height_m` over the ground."""
    froude = speed_mps**2 / (GRAVITY_MPS2 * hip_height_m)
    pace = np.sqrt(froude)  # speed in units of sqrt(g h): 0.45 in natural walking
    w = smoothstep(speed_mps, 0.0, STEPPING_MPS)
    r = smoothstep(froude, *RUN_FROUDE)
    brisk = np.clip(pace / 0.45, 0.0, 1.5)

    def mix(walk: Array | float, run: Array | float) -> Array:
        value: Array = w * ((1.0 - r) * walk + r * run)
        return value

    return GaitStyle(
        stepping=w,
        running=r,
        stride_m=stride_length(speed_mps, hip_height_m),
        duty=(1 - r) * (0.66 - 0.09 * np.minimum(pace, 0.8))
        + r * (0.5 - 0.12 * np.minimum(pace, 1.6)),
        strike=mix(np.radians(8.0 + 10.0 * brisk), np.radians(7.0)),
        push=mix(np.radians(24.0 + 20.0 * brisk), np.radians(52.0)),
        lift_m=mix(0.062 + 0.030 * brisk, 0.16 + 0.12 * np.minimum(pace, 1.6)) * hip_height_m,
        bob_m=mix(0.022 * brisk, -0.034) * hip_height_m,
        crouch_m=mix(0.0, 0.012) * hip_height_m,
        hip_yaw=mix(np.radians(4.5) * brisk, np.radians(8.0)),
        hip_list=mix(np.radians(3.0) * brisk, np.radians(4.0)),
        sway_m=mix(0.020, 0.008) * hip_height_m,
        chest_yaw=mix(np.radians(4.0) * brisk, np.radians(11.0)),
        lean=mix(np.radians(2.0) * brisk, np.radians(10.0)),
        arm_swing=mix(np.radians(17.0) * brisk, np.radians(34.0)),
        arm_back=mix(np.radians(3.0), np.radians(14.0)),
        elbow=mix(np.radians(6.0) * brisk, np.radians(66.0)),
        elbow_swing=mix(np.radians(8.0) * brisk, np.radians(14.0)),
        arm_inward=mix(np.radians(4.0), np.radians(26.0)),
    )
