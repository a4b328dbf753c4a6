"""Objects relative to the ego: frames, relative velocities, and when boxes would meet."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial import Pose, rotation
from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]

FRAME_TOLERANCE = 1e-6
GAP_TOLERANCE_M = 0.02
_LOOK_AHEAD_S = 8.0
_STEPS = 17
# Of a point to and fro between two boxes, which leads to their nearest points: slowly, where edges
# meet at a flat angle; quickly into boxes that overlap.
_PROJECTIONS, _FEW_PROJECTIONS = 600, 60


def gap(center: Array, quaternion: Array, dimension: Array, projections: int) -> Array:
    """Return (N,) m between pairs of boxes: centres (N, 2, 3) and so on.

    Projections onto two convex sets in turn lead to their nearest points (W. Cheney and A. A.
    Goldstein, "Proximity maps for convex sets", 1959).
    """
    return _gaps(center, rotation.to_matrix(quaternion), dimension / 2, projections)


@compiled
def _gaps(center: Array, axes: Array, half: Array, projections: int) -> Array:
    gaps = np.empty(len(center))
    here, there, before = np.empty(3), np.empty(3), np.empty(3)
    for i in range(len(center)):
        there[:] = center[i, 1]
        for _ in range(projections + 1):
            before[:] = there
            _project(axes[i, 0], center[i, 0], half[i, 0], there, here)
            _project(axes[i, 1], center[i, 1], half[i, 1], here, there)
            if (there == before).all():
                break  # and so they would stay
        gaps[i] = np.sqrt(((here - there) ** 2).sum())
    return gaps


@compiled
def _project(axes: Array, center: Array, half: Array, point: Array, nearest: Array) -> None:
    """Put the point of a box that is nearest to `point` (3,) into `nearest` (3,)."""
    nearest[:] = center
    for k in range(3):
        along = 0.0
        for j in range(3):
            along += axes[j, k] * (point[j] - center[j])
        kept = min(max(along, -half[k]), half[k])
        for j in range(3):
            nearest[j] += axes[j, k] * kept


class EgoCheck:
    """The ego against its state, and what objects do relative to it."""

    def __init__(self) -> None:
        self._ego = Tally("ego against its state", "m, m/s", FRAME_TOLERANCE)
        self._frames = Tally("labels: world against vehicle", "m, m/s", FRAME_TOLERANCE)
        self._meets = Tally("time to collision: boxes touch then", "m", GAP_TOLERANCE_M)
        self._before = Tally("time to collision: not before", "objects", 0.0)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare a picture's labels with those that the ego's state gives."""
        host, now, ego = picture.frame.camera.host, picture.now, picture.frame.ego
        row = [
            ego.pose.position,
            ego.pose.quaternion,
            ego.velocity,
            ego.acceleration,
            ego.angular_velocity,
        ]
        if not host:
            expected = [np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]), *[np.zeros(3)] * 3]
            self._ego.add(_apart(row, expected), picture.here)
        elif now is not None and host in now.state.actors.name:
            i = now.state.actors.name.index(host)
            actors = now.state.actors
            expected = [
                actors.position[i],
                actors.quaternion[i],
                actors.velocity[i],
                actors.acceleration[i],
                actors.angular_velocity[i],
            ]
            self._ego.add(_apart(row, expected), picture.here)
        else:
            self._ego.add(np.inf, picture.here)
            return
        self._compare_frames(picture, ego.pose, ego.velocity)
        if host and now is not None and len(picture.objects):
            i = now.state.actors.name.index(host)
            box = now.state.actors.box_center[i], now.state.actors.dimension[i]
            self._compare_meetings(picture, ego.pose, ego.velocity, *box)

    def _compare_frames(self, picture: Picture, ego: Pose, velocity: Array) -> None:
        objects = picture.objects
        vehicle = np.linalg.inv(ego.matrix)
        for i, name in enumerate(objects.name):
            center = vehicle @ np.append(objects.center_world[i], 1.0)
            turned = vehicle[:3, :3] @ rotation.to_matrix(objects.quaternion_world[i])
            relative = vehicle[:3, :3] @ (objects.velocity_world[i] - velocity)
            error = max(
                np.abs(center[:3] - objects.center_vehicle[i]).max(),
                np.abs(turned - rotation.to_matrix(objects.quaternion_vehicle[i])).max(),
                np.abs(relative - objects.relative_velocity_vehicle[i]).max(),
            )
            self._frames.add(error, f"{picture.here}, {name}")

    def _compare_meetings(
        self, picture: Picture, ego: Pose, velocity: Array, box_center: Array, dimension: Array
    ) -> None:
        objects = picture.objects
        count = len(objects)
        start = np.stack([np.tile(ego.apply(box_center), (count, 1)), objects.center_world], axis=1)
        turned = np.stack([np.tile(ego.quaternion, (count, 1)), objects.quaternion_world], axis=1)
        size = np.stack([np.tile(dimension, (count, 1)), objects.dimension], axis=1)
        rate = np.stack([np.tile(velocity, (count, 1)), objects.velocity_world], axis=1)
        said = objects.time_to_collision_s
        will = np.flatnonzero(np.isfinite(said) & (said >= 0) & (said < 1e6))
        names = [f"{picture.here}, {name}" for name in objects.name]
        if len(will):
            then = start[will] + rate[will] * said[will, None, None]
            apart = gap(then, turned[will], size[will], _PROJECTIONS)
            self._meets.add(apart, lambda i: names[will[i]])
        # Until then the boxes are apart; of those that never meet, for as long as is looked ahead.
        last = np.where(said == np.inf, _LOOK_AHEAD_S, np.minimum(said, _LOOK_AHEAD_S) * 0.98)
        early = np.zeros(count, dtype=np.bool_)
        for share in np.linspace(0.0, 1.0, _STEPS):
            then = start + rate * (share * last)[:, None, None]
            early |= (gap(then, turned, size, _FEW_PROJECTIONS) <= 1e-9) & (said > 0)
        wrong = early | np.isnan(said) | (said < 0)
        self._before.add(wrong.astype(np.float64), lambda i: names[i])

    def rows(self) -> list[Row]:
        """Return a row per quantity."""
        return [t.row() for t in (self._ego, self._frames, self._meets, self._before)]


def _apart(said: list[Array], expected: list[Array]) -> float:
    return float(max(np.abs(a - b).max() for a, b in zip(said, expected, strict=True)))
