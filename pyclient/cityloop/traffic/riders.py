"""What riders do on their machines: they pedal or coast, put a foot down, and look where they go.

A bicycle's cranks turn with the rear wheel, by its gear, while the rider drives; its freewheel lets
them stand when the machine rolls, downhill or braked, by itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.smoothing import Columns
from cityloop.world.riding import Crank, Riding

Array = NDArray[np.float64]

GRAVITY_MPS2 = 9.81
# What slows a cyclist down who does not pedal: rolling resistance, and the air's for 0.6 m^2 and
# 90 kg (D. G. Wilson, "Bicycling Science", 3rd ed. 2004), per square of the speed.
_ROLLING_MPS2, _AIR_PER_M = 0.05, 0.004
_PEDALS_ABOVE_MPS2, _COASTS_BELOW_MPS2 = 0.05, -0.10  # of what the rider has to add
_FELT_S = 0.3  # riders answer to the acceleration of so long
_LEVELLING_RADPS = 4.0  # how fast cranks are brought to where they rest, at most
_CADENCE_TAIL_PER_S = 5.0  # and how they slow down at the end
# The foot goes down for who will stand soon, and comes up with the first push.
_STANDING_MPS, _STOPPING_MPS = 0.1, 1.2
_STARTING_MPS2, _STOPPING_MPS2 = 0.3, -0.3
_DOWN_PER_S, _UP_PER_S = 1.5, 2.2
_AHEAD_S, _NEAREST_M, _FARTHEST_M = 1.6, 4.0, 14.0  # where riders look, on the way of the bar
_MOST_LOOK_RAD, _LOOKING_S = 0.75, 0.25
_UPRIGHT_SHARE, _MOST_TILT_RAD = 0.8, 0.5  # of the machine's lean that the head makes up for


@dataclass(frozen=True)
class Rides:
    """How the machines of N riders move, (N,) each.

    Attributes:
        speed_mps: forward.
        pace_mps: over the ground, whichever way: who is hit rolls back, or skids aside.
        grade: sine of the climb.
        roll_rad: lean to the right.
        steering_rad: angle of the bar at the end of the tick, positive to the left.
        spin_rad: how far the rear wheel has rolled at the end of the tick.
    """

    speed_mps: Array
    pace_mps: Array
    grade: Array
    roll_rad: Array
    steering_rad: Array
    spin_rad: Array


@dataclass
class RiderColumns(Columns):
    """What N riders remember.

    Attributes:
        crank_rad: how far their cranks have turned.
        spin_rad: of the rear wheel, for that.
        speed_mps: a tick ago.
        accel_mps2: as they feel it.
        pedals: whether they pedal.
        foot: 0 up, 1 down on the ground.
        look_rad: where the head is turned.
    """

    crank_rad: Array
    spin_rad: Array
    speed_mps: Array
    accel_mps2: Array
    pedals: NDArray[np.bool_]
    foot: Array
    look_rad: Array

    @staticmethod
    def of(crank_rad: Array, speed_mps: Array) -> "RiderColumns":
        """Return riders who come with cranks and at speeds (N,); who stands has a foot down."""
        zero = np.zeros(len(crank_rad))
        stands = np.where(np.abs(speed_mps) < _STANDING_MPS, 1.0, 0.0)
        return RiderColumns(crank_rad, zero, speed_mps, zero, zero > 0, stands, zero)

    def riding(self, steering_rad: Array, roll_rad: Array) -> Riding:
        """Return what they do with bars turned and machines leaning (N,) so."""
        eased = self.foot**2 * (3.0 - 2.0 * self.foot)
        tilt = np.clip(-_UPRIGHT_SHARE * roll_rad, -_MOST_TILT_RAD, _MOST_TILT_RAD)
        return Riding(
            self.crank_rad % (2 * np.pi), steering_rad, eased, self.look_rad, tilt, roll_rad
        )

    def step(self, rides: Rides, wheelbase_m: float, crank: Crank | None, dt_s: float) -> Riding:
        """Go on by a tick with machines of one kind; return what the riders do at its end."""
        speed = rides.speed_mps
        change = (speed - self.speed_mps) / dt_s
        self.accel_mps2 = self.accel_mps2 + (change - self.accel_mps2) * min(1.0, dt_s / _FELT_S)
        self.speed_mps = speed
        self._put_foot(rides.pace_mps, dt_s)
        if crank is not None:
            self._pedal(rides, crank, dt_s)
        self.spin_rad = rides.spin_rad
        ahead = np.clip(_AHEAD_S * speed, _NEAREST_M, _FARTHEST_M)
        # A circle's chord leaves its tangent by half the angle between its ends.
        way = np.arctan(np.tan(rides.steering_rad) / wheelbase_m * ahead / 2.0)
        way = np.clip(way, -_MOST_LOOK_RAD, _MOST_LOOK_RAD)
        self.look_rad = self.look_rad + (way - self.look_rad) * min(1.0, dt_s / _LOOKING_S)
        return self.riding(rides.steering_rad, rides.roll_rad)

    def _put_foot(self, pace_mps: Array, dt_s: float) -> None:
        quickens = self.accel_mps2 * np.sign(self.speed_mps)
        starts = (quickens > _STARTING_MPS2) & (pace_mps > _STANDING_MPS / 4)
        stops = (quickens < _STOPPING_MPS2) & (pace_mps < _STOPPING_MPS)
        down = ((pace_mps < _STANDING_MPS) | stops) & ~starts
        # Who still rolls holds the foot above the ground, the lower the slower.
        rolls = (pace_mps - _STANDING_MPS) / (_STOPPING_MPS - _STANDING_MPS)
        lowest = np.clip(1.0 - rolls, 0.0, 1.0)
        lower = np.minimum(self.foot + _DOWN_PER_S * dt_s, np.maximum(lowest, self.foot))
        self.foot = np.where(down, lower, np.maximum(self.foot - _UP_PER_S * dt_s, 0.0))

    def _pedal(self, rides: Rides, crank: Crank, dt_s: float) -> None:
        resistance = _ROLLING_MPS2 + _AIR_PER_M * rides.speed_mps**2
        added = self.accel_mps2 + GRAVITY_MPS2 * rides.grade + resistance
        threshold = np.where(self.pedals, _COASTS_BELOW_MPS2, _PEDALS_ABOVE_MPS2)
        self.pedals = (added > threshold) & (rides.speed_mps > _STANDING_MPS / 4)
        driven = crank.gear * (rides.spin_rad - self.spin_rad)
        # Who coasts brings the cranks to where they rest, forward no faster than the wheel allows.
        back = (self.crank_rad - (crank.angle_rad - crank.coasting_rad)) % (2 * np.pi)
        ahead = 2 * np.pi - back
        slow = np.minimum(_CADENCE_TAIL_PER_S * np.minimum(back, ahead) + 0.1, _LEVELLING_RADPS)
        forward = np.minimum(np.minimum(ahead, np.maximum(driven, 0.0)), slow * dt_s)
        coasting = np.where(back <= np.pi, -np.minimum(back, slow * dt_s), forward)
        self.crank_rad = self.crank_rad + np.where(self.pedals, driven, coasting)
