"""Feet that stay where they are planted, and the legs that reach them.

A foot's path is designed in the sagittal plane of the body frame: while it is on the ground it
goes back at exactly the walking speed, turning about the heel, then lying flat, then rolling over
the ball; in the air it follows a cubic from where it left to where it will land. Hip and knee
follow (`cityloop.world.people_limbs`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.gaits_style import GaitStyle, smoothstep

Array = NDArray[np.float64]

STRIKE_END = 0.17  # share of the stance after which the foot lies flat
HEEL_RISE = (0.42, 0.38)  # share of the stance after which the heel rises, walking and running
STANCE_BACKWARD = 0.14  # the stance reaches this much farther back than forward, half its length
LANDING_TANGENT = 0.35  # share of the ground's speed that the foot has just before it lands
TOES_STRAIGHT = 0.4  # share of the swing after which the toes are in line with the foot again


@dataclass(frozen=True)
class FootShape:
    """Feet of N people standing flat in the rest pose, sagittal plane, (N,) each, m.

    Attributes:
        ankle_x, ankle_z: the ankle joint in the body frame.
        heel: x of the sole's rear end from the ankle; the foot lands and turns there.
        toe: x of its front end from the ankle.
        ball: x of the ball joint from the ankle; the heel rises about it over flat toes.
        ball_z: height of the ball joint.
    """

    ankle_x: Array
    ankle_z: Array
    heel: Array
    toe: Array
    ball: Array
    ball_z: Array

    def take(self, rows: NDArray[np.intp]) -> "FootShape":
        """Return the feet of some people."""
        return FootShape(
            self.ankle_x[rows],
            self.ankle_z[rows],
            self.heel[rows],
            self.toe[rows],
            self.ball[rows],
            self.ball_z[rows],
        )


@dataclass(frozen=True)
class FootPath:
    """A foot at N instants in the sagittal plane of the body frame, (N,) each, m and rad.

    Attributes:
        x, z: ankle joint.
        pitch, toes: of the foot and of the toes, positive with the toes up.
        roll: how far the pitch takes the ankle ahead of where it is when the foot lies flat.
        clearance: height of the sole's lower end.
        planted: whether the foot is on the ground.
        swing: 0 when the toes leave the ground, 1 when the heel lands.
        landing: x of the ankle over the flat foot when it lands.
    """

    x: Array
    z: Array
    pitch: Array
    toes: Array
    roll: Array
    clearance: Array
    planted: NDArray[np.bool_]
    swing: Array
    landing: Array


@dataclass(frozen=True)
class PlacedFoot:
    """Where a foot of N people is, body frame, (N,) each, m and rad.

    Attributes:
        x, y, z: ankle joint.
        yaw: to the left.
        pitch, toes: of the foot and of the toes, positive with the toes up.
    """

    x: Array
    y: Array
    z: Array
    yaw: Array
    pitch: Array
    toes: Array


def _turned(foot: FootShape, pitch: Array) -> tuple[Array, Array, Array]:
    """Return the ankle under a pitch about heel (toes up) or ball (toes down).

    (N,) each: x and z from the pivot, and x of the pivot from the ankle of the flat foot.
    """
    cos, sin = np.cos(pitch), np.sin(pitch)
    pivot = np.where(pitch > 0, foot.heel, foot.ball)
    height = foot.ankle_z - np.where(pitch > 0, 0.0, foot.ball_z)
    return -pivot * cos - height * sin, -pivot * sin + height * cos, pivot


def _hermite(t: Array, start: Array, start_tangent: Array, end: Array, end_tangent: Array) -> Array:
    """Return the cubic Hermite curve at t in [0, 1]."""
    t2, t3 = t * t, t * t * t
    value: Array = (
        (2 * t3 - 3 * t2 + 1) * start
        + (t3 - 2 * t2 + t) * start_tangent
        + (3 * t2 - 2 * t3) * end
        + (t3 - t2) * end_tangent
    )
    return value


def foot_path(phase_rad: Array, style: GaitStyle, foot: FootShape) -> FootPath:
    """Return the path of a foot that lands at phase 0; `phase_rad` is (N,)."""
    cycle = np.mod(phase_rad / (2 * np.pi), 1.0)
    duty = style.duty
    planted = cycle < duty
    stance = np.clip(cycle / duty, 0.0, 1.0)
    swing = np.clip((cycle - duty) / (1.0 - duty), 0.0, 1.0)
    w = style.stepping
    half = 0.5 * duty * style.stride_m
    rise = HEEL_RISE[0] + (HEEL_RISE[1] - HEEL_RISE[0]) * style.running

    # Stance: how far the flat foot is ahead, and its pitch.
    ahead = half * (1.0 - STANCE_BACKWARD - 2.0 * stance) * w
    rolling = np.clip((stance - rise) / (1.0 - rise), 0.0, 1.0)
    stance_pitch = (
        style.strike * (1.0 - smoothstep(stance, 0.0, STRIKE_END)) - style.push * rolling**2
    )
    dx, dz, pivot = _turned(foot, stance_pitch)
    stance_x = foot.ankle_x + ahead + pivot + dx
    stance_z = dz + np.where(stance_pitch > 0, 0.0, foot.ball_z)

    # Swing: from the state at toe-off to that at landing.
    air = 1.0 - duty  # strides
    off_x, off_z, off_pivot = _turned(foot, -style.push)
    on_x, on_z, on_pivot = _turned(foot, style.strike)
    start_x = foot.ankle_x + half * (-1.0 - STANCE_BACKWARD) * w + off_pivot + off_x
    end_x = foot.ankle_x + half * (1.0 - STANCE_BACKWARD) * w + on_pivot + on_x
    start_z = off_z + foot.ball_z
    end_z = on_z + np.where(style.strike > 0, 0.0, foot.ball_z)
    ground = -style.stride_m * w * air  # way of the ground during the swing
    pitch_rate = -2.0 * style.push / ((1.0 - rise) * duty) * air
    # The ankle's place over the pivot changes by (-z, x) per rad of pitch.
    start_tangent_x = ground - off_z * pitch_rate
    start_tangent_z = off_x * pitch_rate
    swing_pitch = _hermite(swing, -style.push, pitch_rate, style.strike, np.zeros_like(duty))
    swing_x = _hermite(swing, start_x, start_tangent_x, end_x, LANDING_TANGENT * ground)
    swing_z = _hermite(swing, start_z, start_tangent_z, end_z, np.zeros_like(duty))
    # Peaks at a quarter of the swing in walking, at a third in running; flat at the landing.
    early = (256.0 / 27.0) * swing * (1.0 - swing) ** 3
    late = (27.0 / 4.0) * swing * (1.0 - swing) ** 2
    swing_z = swing_z + style.lift_m * (early + (late - early) * style.running)

    pitch = np.where(planted, stance_pitch, swing_pitch)
    roll, rolled_z, pitch_pivot = _turned(foot, pitch)
    z = np.where(planted, stance_z, swing_z)
    bend = np.where(
        planted,
        np.maximum(-stance_pitch, 0.0),
        style.push * (1.0 - smoothstep(swing, 0.0, TOES_STRAIGHT)),
    )
    return FootPath(
        x=np.where(planted, stance_x, swing_x),
        z=z,
        pitch=pitch,
        toes=pitch + bend,
        roll=pitch_pivot + roll,
        clearance=z - rolled_z - np.where(pitch > 0, 0.0, foot.ball_z),
        planted=planted,
        swing=swing,
        landing=foot.ankle_x + half * (1.0 - STANCE_BACKWARD) * w,
    )
