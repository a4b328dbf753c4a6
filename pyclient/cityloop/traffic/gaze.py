"""Where people look: along their way, at the traffic before they cross, at a phone.

A look is a yaw to the left and a pitch downwards from straight ahead in the body frame, rad. People
look somewhere for a second or two, then elsewhere; head and eyes follow smoothly. Who looks where
is a pure function of their number and the time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOOK_S = 2.1  # that somebody looks at one thing
CHECK_S = 1.2  # that they look for traffic on one side
FOLLOWING_RADPS = 9.0  # of head and eyes, critically damped
TRAFFIC_YAW_RAD = (0.85, 1.2)  # to where vehicles come from, seen from the kerb
PHONE_RAD = (-0.08, 0.97)  # yaw and pitch to a phone in the right hand
PHONE_SHARE = 0.8  # of the looks of somebody with a phone
WAY_SHARE = 0.6  # of the looks of somebody who walks, the rest goes to what is beside the way
BESIDE_YAW_RAD, AROUND_YAW_RAD = 0.7, 0.9  # at most, walking and standing
WAY_PITCH_RAD = (0.06, 0.2)


@dataclass(frozen=True)
class Attention:
    """What N people attend to, (N,) each.

    Attributes:
        number: of the person.
        moving: they walk or run.
        waiting: they stand before a crossing.
        crossing: they are on one.
        phone: they have one in their hand.
    """

    number: NDArray[np.int64]
    moving: NDArray[np.bool_]
    waiting: NDArray[np.bool_]
    crossing: NDArray[np.bool_]
    phone: NDArray[np.bool_]


def _chance(number: NDArray[np.int64], slot: NDArray[np.int64], salt: int) -> Array:
    """Return (N,) numbers in [0, 1) that look random: SplitMix64 (G. Steele et al., 2014)."""
    z = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = z ^ (slot.astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)) ^ np.uint64(salt)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def wanted_looks(people: Attention, time_s: float) -> Array:
    """Return (N, 2) where people want to look at a time: yaw and pitch, rad."""
    number = people.number
    checks = people.waiting | people.crossing
    # Not all of them turn their heads at the same moment.
    begun = time_s + _chance(number, np.zeros_like(number), 1) * LOOK_S
    slot = np.floor(begun / np.where(checks, CHECK_S, LOOK_S)).astype(np.int64)
    first, second = _chance(number, slot, 2), _chance(number, slot, 3)
    low, high = WAY_PITCH_RAD
    pitch = low + (high - low) * second
    beside = np.where(people.moving, BESIDE_YAW_RAD, AROUND_YAW_RAD) * (2 * second - 1)
    yaw = np.where(people.moving & (first < WAY_SHARE), 0.0, beside)
    # Left, ahead, right, ahead: at the traffic, and at the signal or the way over.
    side = np.array([1.0, 0.0, -1.0, 0.0])[slot % 4]
    near, far = TRAFFIC_YAW_RAD
    yaw = np.where(checks, side * (near + (far - near) * first), yaw)
    pitch = np.where(checks, 0.05, pitch)
    on_phone = people.phone & ~checks & (first < PHONE_SHARE)
    return np.where(on_phone[:, None], PHONE_RAD, np.column_stack([yaw, pitch]))


def follow(look: Array, rate: Array, wanted: Array, dt_s: float) -> tuple[Array, Array]:
    """Return looks and their rates, rad/s, a tick later: a critically damped spring, exactly.

    All are (N, 2).
    """
    k = FOLLOWING_RADPS
    off = look - wanted
    push = rate + k * off
    fade = np.exp(-k * dt_s)
    return wanted + (off + push * dt_s) * fade, (rate - k * push * dt_s) * fade
