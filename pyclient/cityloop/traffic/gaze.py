"""Where people look: along their way, at the traffic before they cross, at a phone.

A look is a yaw to the left and a pitch downwards from straight ahead in the body frame, rad. People
look somewhere for a second or two, then elsewhere; head and eyes follow smoothly. Who looks where
is a pure function of their number and the time.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

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

    number: Numbers
    moving: Flags
    waiting: Flags
    crossing: Flags
    phone: Flags


@compiled
def _chance(number: int, slot: int, salt: int) -> float:
    """Return a number in [0, 1) that looks random: SplitMix64 (G. Steele et al., 2014)."""
    z = np.uint64(number) * np.uint64(0x9E3779B97F4A7C15)
    z = z ^ (np.uint64(slot) * np.uint64(0xD1B54A32D192ED03)) ^ np.uint64(salt)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * 2.0**-53


def wanted_looks(people: Attention, time_s: float) -> Array:
    """Return (N, 2) where people want to look at a time: yaw and pitch, rad."""
    return _wanted(
        people.number, people.moving, people.waiting | people.crossing, people.phone, time_s
    )


@compiled
def _wanted(number: Numbers, moving: Flags, checks: Flags, phone: Flags, time_s: float) -> Array:
    """Return `wanted_looks`; `checks` says who looks for traffic."""
    looks = np.empty((len(number), 2))
    low, high = WAY_PITCH_RAD
    near, far = TRAFFIC_YAW_RAD
    for n in range(len(number)):
        # Not all of them turn their heads at the same moment.
        begun = time_s + _chance(number[n], 0, 1) * LOOK_S
        slot = math.floor(begun / (CHECK_S if checks[n] else LOOK_S))
        first, second = _chance(number[n], slot, 2), _chance(number[n], slot, 3)
        if checks[n]:
            # Left, ahead, right, ahead: at the traffic, and at the signal or the way over.
            side = (1.0, 0.0, -1.0, 0.0)[slot % 4]
            looks[n, 0], looks[n, 1] = side * (near + (far - near) * first), 0.05
        elif phone[n] and first < PHONE_SHARE:
            looks[n, 0], looks[n, 1] = PHONE_RAD
        else:
            beside = (BESIDE_YAW_RAD if moving[n] else AROUND_YAW_RAD) * (2 * second - 1)
            looks[n, 0] = 0.0 if moving[n] and first < WAY_SHARE else beside
            looks[n, 1] = low + (high - low) * second
    return looks


def follow(look: Array, rate: Array, wanted: Array, dt_s: float) -> tuple[Array, Array]:
    """Return looks and their rates, rad/s, a tick later: a critically damped spring, exactly.

    All are (N, 2).
    """
    k = FOLLOWING_RADPS
    off = look - wanted
    push = rate + k * off
    fade = np.exp(-k * dt_s)
    return wanted + (off + push * dt_s) * fade, (rate - k * push * dt_s) * fade
