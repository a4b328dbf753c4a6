"""Feet that keep their place in the world for as long as they are on the ground.

The gait says where feet go as if people walked straight on at a steady speed. Here each foot that
lands stays where it landed until the gait lifts it again, however its owner turns, starts or stops;
what has come between the two fades during the swing, which leads to where the body will be. Who
stands and turns, or is moved, steps on the spot, one foot after the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cityloop.traffic.gaits import GaitFeet, gait_feet
from cityloop.traffic.gaits_legs import PlacedFoot
from cityloop.traffic.gaits_style import smoothstep

Array = NDArray[np.float64]

STEPPING = 0.4  # share of a full step below which people take single steps
TOUCHING_M = 0.006  # over the ground a foot that has swung lands
LANDED = 0.97  # share of the swing after which a foot is as good as down
DRAGGING_S = 0.065  # longer no foot moves on just above the ground
BLEND_S = 0.15  # in which a foot takes up the gait, or a single step
LATEST_LIFT = 0.5  # share of the gait's swing after which a foot that is down stays there
STEP_S = 0.32  # of a step on the spot
STEP_LIFT_M = 0.05
# Farther from where the gait has it, in heights of the hips, or turned more, somebody who stands,
# or walks, sets a foot anew.
FAR, TURNED_RAD = np.array([0.13, 0.38]), np.array([0.45, 1.2])
LEAD_S, LEAD_RAD = 0.4, 0.6  # at most, by which a foot lands ahead of its owner's turn
STEP_LEAD_S = 0.2  # the same of steps on the spot
HALF_SOLE_M = 0.055  # across, of a foot that points a little outwards
STEEPEST = 0.3  # slope on which a foot lies; on what is steeper, a kerb, its higher end stands
CLIMB = (0.0, 0.6), (0.4, 1.0)  # shares of the swing in which a foot goes up or down a kerb


@dataclass
class _Feet:
    """The feet of N people, (N, 2) each, or (N, 2, 2) in the plane of the world.

    Attributes:
        place: of the ankle over the flat foot where it stands or stood last, m.
        yaw: of the foot there.
        ground: height there, m.
        offset: that place less where the gait had the foot then, m.
        turned: that yaw less the body's then.
        air: is off the ground.
        early: takes a step that is not the gait's.
        walked: stands as the gait has it: the gait's swing begins where it stands.
        begun: swing of the gait when the foot left the ground.
        progress: 0 leaving the ground, 1 landing.
        share: that the gait has in the foot's motion, 0 in single steps.
        tilt: pitch of the ground there, rising ahead, rad.
    """

    place: Array
    yaw: Array
    ground: Array
    offset: Array
    turned: Array
    air: NDArray[np.bool_]
    early: NDArray[np.bool_]
    walked: NDArray[np.bool_]
    begun: Array
    progress: Array
    share: Array
    tilt: Array

    @staticmethod
    def of(count: int) -> "_Feet":
        """Return feet of which nothing is known yet."""
        zero, no = np.zeros((count, 2)), np.zeros((count, 2), dtype=bool)
        place = np.zeros((count, 2, 2))
        return _Feet(
            *(place, zero, zero.copy(), place.copy(), zero.copy()),
            *(no, no.copy(), no.copy(), *(zero.copy() for _ in range(4))),
        )

    def take(self, rows: NDArray[np.intp], known: NDArray[np.bool_]) -> "_Feet":
        """Return the feet of people of whom the `known` ones were in `rows`."""
        feet = _Feet.of(len(known))
        for field in fields(_Feet):
            getattr(feet, field.name)[known] = getattr(self, field.name)[rows]
        return feet


@dataclass(frozen=True)
class Walkers:
    """N people at a tick, as their feet need to know them.

    Attributes:
        keys: (N,) tell them apart from tick to tick.
        kinds: N keys of PERSON_KINDS.
        position: (N, 3) of the body, world, m.
        yaw_rad: (N,) of the body, from east.
        velocity: (N, 3) world, m/s.
        yaw_rate_radps: (N,).
        gait_phase_rad, gait_speed_mps: (N,) as `gait_poses` takes them.
        strides: (N,) likewise, or None.
    """

    keys: NDArray[np.int64]
    kinds: Sequence[str]
    position: Array
    yaw_rad: Array
    velocity: Array
    yaw_rate_radps: Array
    gait_phase_rad: Array
    gait_speed_mps: Array
    strides: Array | None = None


class Footing:
    """The feet of people from tick to tick."""

    def __init__(self, ground_height: Callable[[Array], Array], dt_s: float) -> None:
        """Begin with nobody; `ground_height` maps (N, 2) m to (N,) m."""
        self._ground_height = ground_height
        self._dt_s = dt_s
        self._keys = np.zeros(0, dtype=np.int64)
        self._feet = _Feet.of(0)

    def step(self, people: Walkers) -> tuple[PlacedFoot, PlacedFoot]:
        """Go on to the next tick and return where the left and the right foot are then.

        Who was not there at the tick before has their feet where the gait has them.
        """
        gait = gait_feet(people.kinds, people.gait_phase_rad, people.gait_speed_mps, people.strides)
        walks = np.broadcast_to((gait.stepping >= STEPPING)[:, None], gait.swing.shape)
        swings = ~gait.planted & walks
        feet, new = self._those(people.keys)
        feet.air[new], feet.share[new] = swings[new], walks[new]
        # Who stops puts a foot down flat; who sets out rolls over the one that stands.
        taking = np.where(walks, feet.air | gait.planted, -1.0 * feet.air)
        share = np.clip(feet.share + taking * self._dt_s / BLEND_S, 0.0, 1.0)
        yaw = np.broadcast_to(people.yaw_rad[:, None], gait.swing.shape)
        way = _along(people)
        ahead = _turned(yaw, gait.ahead[..., None] * way)
        feet.offset -= (share - feet.share)[..., None] * ahead
        feet.share = share
        place = people.position[:, None, :2] + _turned(yaw, gait.rest) + share[..., None] * ahead
        self._set_down(feet, new, place, yaw, gait)
        lands = self._time(feet, gait, swings, walks, place)
        self._step_early(feet, yaw, walks, place, gait.hip_height_m)
        lead, turn = self._lead(feet, people, gait, way)
        done = smoothstep(feet.progress, 0.0, 1.0)
        moving = place + (1.0 - done)[..., None] * feet.offset
        moving += done[..., None] * _turned(yaw, lead)
        feet.place = np.where(feet.air[..., None], moving, feet.place)
        turning = yaw + (1.0 - done) * feet.turned + done * turn
        feet.yaw = np.where(feet.air, turning, feet.yaw)
        lift = 4.0 * STEP_LIFT_M * feet.progress * (1.0 - feet.progress)
        lift *= np.where(feet.early, 1.0, 1.0 - gait.stepping[:, None])
        clear = lift + feet.share * gait.clearance > TOUCHING_M
        # Slow feet come down before where the gait would drag them to.
        slow = (1.0 - gait.swing) * gait.swing_s[:, None] > DRAGGING_S
        slow |= (gait.stepping < 1.0)[:, None] | (gait.swing > LANDED)
        lands |= feet.air & ~clear & slow & (feet.progress > LATEST_LIFT)
        height, tilt = self._below(feet, people, gait, lands)
        height += lift * ~lands
        height += gait.flat_z + feet.share * (gait.z - gait.flat_z) - people.position[:, 2:]
        feet.air &= ~lands
        feet.early &= feet.air
        feet.progress = np.where(feet.air, feet.progress, 0.0)
        feet.walked = ~feet.air & gait.planted & walks & (feet.share >= 1.0)
        feet.offset = np.where(feet.air[..., None], feet.offset, feet.place - place)
        turned = _wrapped(feet.yaw - yaw)
        feet.turned = np.where(feet.air, feet.turned, turned)
        seen = _turned(-yaw, feet.place - people.position[:, None, :2])
        roll = feet.share * gait.roll
        values = (
            seen[..., 0] + roll * np.cos(turned),
            seen[..., 1] + roll * np.sin(turned),
            height,
            turned,
            feet.share * gait.pitch + tilt,
            feet.share * gait.toes + tilt,
        )
        return PlacedFoot(*(v[:, 0] for v in values)), PlacedFoot(*(v[:, 1] for v in values))

    def _those(self, keys: NDArray[np.int64]) -> tuple[_Feet, NDArray[np.bool_]]:
        """Return the feet of those with some keys, and (N,) who of them is new."""
        new = np.zeros(len(keys), dtype=bool)
        if not np.array_equal(keys, self._keys):
            order = np.argsort(self._keys)
            at = np.searchsorted(self._keys, keys, sorter=order)
            new = at == len(order)
            row = order[np.where(new, 0, at)] if len(order) else at
            new[~new] = self._keys[row[~new]] != keys[~new]
            self._feet, self._keys = self._feet.take(row[~new], ~new), keys.copy()
        return self._feet, new

    def _set_down(
        self, feet: _Feet, new: NDArray[np.bool_], place: Array, yaw: Array, gait: GaitFeet
    ) -> None:
        """Put newcomers' feet where the gait has them."""
        if not new.any():
            return
        feet.place[new], feet.yaw[new] = place[new], yaw[new]
        for k in (0, 1):
            feet.ground[new, k], feet.tilt[new, k] = self._lies(
                place[new, k], yaw[new, k], gait.sole[new, k]
            )

    def _time(
        self,
        feet: _Feet,
        gait: GaitFeet,
        swings: NDArray[np.bool_],
        walks: NDArray[np.bool_],
        place: Array,
    ) -> NDArray[np.bool_]:
        """Let swings and single steps go on and swings begin; return (N, 2) which end."""
        # The gait takes over a foot that swings with it, and leaves one to itself when it stops.
        taken = feet.air & feet.early & swings
        begun = (gait.swing - feet.progress) / np.maximum(1.0 - feet.progress, 1e-3)
        feet.begun = np.where(taken, begun, feet.begun)
        feet.early = (feet.early & ~taken) | (feet.air & ~walks)
        since = np.where(gait.planted, 1.0, (gait.swing - feet.begun) / (1.0 - feet.begun))
        gone = np.where(feet.early, feet.progress + self._dt_s / STEP_S, since)
        feet.progress = np.clip(np.where(feet.air, gone, 0.0), 0.0, 1.0)
        lands = feet.air & (feet.progress >= 1.0)
        lifts = ~feet.air & swings & (gait.swing < LATEST_LIFT)
        joins = lifts & ~feet.walked
        feet.begun = np.where(lifts, np.where(joins, gait.swing, 0.0), feet.begun)
        feet.progress = np.where(lifts & ~joins, gait.swing, feet.progress)
        feet.offset = np.where(joins[..., None], feet.place - place, feet.offset)
        feet.air |= lifts
        return lands

    @staticmethod
    def _step_early(
        feet: _Feet, yaw: Array, walks: NDArray[np.bool_], place: Array, hips_m: Array
    ) -> None:
        """Lift the worse foot of those who have turned or moved too far over both of theirs."""
        mode = walks.astype(np.intp)
        off, turned = feet.place - place, _wrapped(feet.yaw - yaw)
        far = np.hypot(off[..., 0], off[..., 1]) / (FAR[mode] * hips_m[:, None])
        worse = np.maximum(far, np.abs(turned) / TURNED_RAD[mode])
        which = worse.argmax(axis=1)
        row = np.flatnonzero(~feet.air.any(axis=1) & (worse.max(axis=1) > 1.0))
        foot = which[row]
        feet.air[row, foot] = feet.early[row, foot] = True
        feet.progress[row, foot] = 0.0
        feet.offset[row, foot], feet.turned[row, foot] = off[row, foot], turned[row, foot]

    @staticmethod
    def _lead(feet: _Feet, people: Walkers, gait: GaitFeet, way: Array) -> tuple[Array, Array]:
        """Return by what feet land ahead of the gait's place, body frame, m, and of its yaw, rad.

        So the body turns as much before the middle of the stance as after it.
        """
        stance_s = np.minimum(gait.stance_s / 2, LEAD_S)[:, None]
        lead_s = np.where(feet.early, STEP_LEAD_S, stance_s)
        turn = np.clip(people.yaw_rate_radps[:, None] * lead_s, -LEAD_RAD, LEAD_RAD)
        landing = (feet.share * gait.landing)[..., None] * way
        ahead = _turned(turn, gait.rest) - gait.rest + _turned(turn / 2, landing) - landing
        speed = np.hypot(people.velocity[:, 0], people.velocity[:, 1])[:, None]
        ahead += np.where(feet.early, STEP_LEAD_S * speed, 0.0)[..., None] * way
        return ahead, turn

    def _below(
        self, feet: _Feet, people: Walkers, gait: GaitFeet, lands: NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        """Return (N, 2) heights, m, and pitches of what is below the feet.

        Of feet in the air: on the way from what they stood on to what they will.
        """
        row, foot = at = np.nonzero(feet.air)
        progress, place, sole = feet.progress[at], feet.place[at], gait.sole[at]
        left = np.where(
            feet.early[at],
            (1.0 - progress) * STEP_S,
            (1.0 - gait.swing[at]) * gait.swing_s[row],
        )
        goal = feet.place[at] + left[:, None] * people.velocity[row, :2]
        rest_ahead = (feet.share * (gait.landing - gait.ahead))[at]
        goal += rest_ahead[:, None] * _unit(people.yaw_rad[row])
        done = lands[at]
        goal[done] = place[done]
        both = np.concatenate([goal, place])
        heights, slopes = self._lies(both, np.tile(feet.yaw[at], 2), np.tile(sole, (2, 1)))
        ground, slope, under = heights[: len(row)], slopes[: len(row)], heights[len(row) :]
        before, tilted = feet.ground[at], feet.tilt[at]
        up, down = (smoothstep(progress, *part) for part in CLIMB)
        between = before + (ground - before) * np.where(ground > before, up, down)
        height, tilt = feet.ground.copy(), feet.tilt.copy()
        height[at] = np.where(done, ground, np.maximum(between, under))
        tilt[at] = tilted + (slope - tilted) * smoothstep(progress, 0.0, 1.0)
        feet.ground[row[done], foot[done]] = ground[done]
        feet.tilt[row[done], foot[done]] = slope[done]
        return height, tilt

    def _lies(self, place: Array, yaw: Array, sole: Array) -> tuple[Array, Array]:
        """Return (M,) the height, m, of the ground below ankles at (M, 2), and its pitch, rad."""
        along = _unit(yaw)
        across = HALF_SOLE_M * np.column_stack([-along[:, 1], along[:, 0]])
        ends = place[:, None] + sole[..., None] * along[:, None]
        corners = np.stack([ends - across[:, None], ends + across[:, None]], axis=1)
        heights = self._ground_height(corners.reshape(-1, 2)).reshape(-1, 2, 2)
        heel, toe = heights.max(axis=1).T
        slope = (toe - heel) / (sole[:, 1] - sole[:, 0])
        even = np.abs(slope) < STEEPEST
        height = np.where(even, heel - slope * sole[:, 0], np.maximum(heel, toe))
        return height, np.where(even, np.arctan(slope), 0.0)


def _along(people: Walkers) -> Array:
    """Return (N, 1, 2) the direction of motion in the body frame, ahead for who stands."""
    way = _turned(-people.yaw_rad, people.velocity[:, :2])
    speed = np.hypot(way[:, 0], way[:, 1])[:, None]
    return np.where(speed > 1e-3, way / np.maximum(speed, 1e-3), [1.0, 0.0])[:, None]


def _unit(angle: Array) -> Array:
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _turned(angle: Array, vectors: Array) -> Array:
    """Return (..., 2) vectors turned by (...) angles."""
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = vectors[..., 0], vectors[..., 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def _wrapped(angle: Array) -> Array:
    """Return angles in [-pi, pi)."""
    wrapped: Array = (angle + np.pi) % (2 * np.pi) - np.pi
    return wrapped
