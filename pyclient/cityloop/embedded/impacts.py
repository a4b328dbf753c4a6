"""Who is run into: people that go limp because a vehicle hits them.

A tick begins with the pairs that could meet in it, found over columns and then looked at one by
one; every substep looks at those few again. What counts are the boxes around the vehicle's shapes
and upright cylinders around the person's.
"""

import math
from dataclasses import dataclass

import numpy as np
import rapier3d
from numpy.typing import NDArray

from cityloop.embedded.history import Cast, Motions
from cityloop.embedded.nearby import pairs_within_reach, reach_in_tick, speed_in_tick
from cityloop.embedded.scene_store import CollisionShape, LoadedPrototype
from cityloop.spatial.rotation import Array

# A vehicle that moves towards somebody slower than this only touches.
IMPACT_MPS = 1.5
# But nobody stays on their feet whom a vehicle goes through faster than that, in any direction,
# so deep: half a body. (They may have walked against its side, and no force keeps them apart.)
_DEEP_M = 0.12
# Vehicles may gain this speed within a tick and are looked at nevertheless.
_SLACK_MPS = 1.0
_SLACK_M = 0.2


def can_fall(prototype: LoadedPrototype) -> bool:
    """Return whether bodies of a prototype go limp when they are hit."""
    return (
        prototype.limbs is not None
        and bool(prototype.shapes)
        and prototype.shapes[0].shape.as_capsule() is not None
    )


class ImpactWatch:
    """Finds the pairs that could meet; keeps what depends on the membership of the cast only."""

    def __init__(self) -> None:
        self._cast: Cast | None = None
        self._is_vehicle: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._can_fall: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)

    def suspects(
        self, cast: Cast, upright: NDArray[np.bool_], start: Motions, end: Array, dt_s: float
    ) -> list[tuple[int, int]]:
        """Return (vehicle id, person id) of the pairs that could meet within a tick.

        Args:
            cast: M bodies.
            upright: (M,) those that could go limp where their prototypes can.
            start: their motions at the start of the tick.
            end: (M, 3) positions at its end where they are known, those at the start elsewhere, m.
            dt_s: length of the tick.
        """
        self._keep(cast)
        speed = speed_in_tick(start, end, dt_s)
        vehicles = np.flatnonzero(self._is_vehicle & (speed > IMPACT_MPS - _SLACK_MPS))
        people = np.flatnonzero(self._can_fall & upright)
        one, other = pairs_within_reach(
            start.position, reach_in_tick(cast, start, end, dt_s), vehicles, people
        )
        return sorted(zip(cast.ids[one].tolist(), cast.ids[other].tolist(), strict=True))

    def _keep(self, cast: Cast) -> None:
        if cast is self._cast:
            return
        kinds = [info.prototype for info in cast.infos]
        self._is_vehicle = np.array([k.dynamics is not None for k in kinds], dtype=np.bool_)
        self._can_fall = np.array([can_fall(k) for k in kinds], dtype=np.bool_)
        self._cast = cast


@dataclass(frozen=True)
class Outline:
    """The box around a shape, body frame, m."""

    center: tuple[float, float, float]
    half: tuple[float, float, float]


def outline(shape: CollisionShape) -> Outline:
    """Return the box around a shape."""
    low, high = _bounds(shape)
    x, y, z = ((low + high) / 2).tolist()
    dx, dy, dz = ((high - low) / 2).tolist()
    return Outline((x, y, z), (dx, dy, dz))


def could_run_into(
    vehicle: rapier3d.RigidBody,
    boxes: tuple[Outline, ...],
    person: rapier3d.RigidBody,
    columns: tuple[Outline, ...],
    dt_s: float,
) -> bool:
    """Return whether a vehicle could come to touch a person within the next `dt_s`, at most."""
    into_vehicle, place = vehicle.position.inverse(), person.position
    v, w, p = vehicle.linvel, vehicle.angvel, person.linvel
    way = (math.hypot(v.x, v.y, v.z) + math.hypot(p.x, p.y, p.z) + 2 * _SLACK_MPS) * dt_s + _SLACK_M
    turn = 2 * math.hypot(w.x, w.y, w.z) * dt_s
    for column in columns:
        at = into_vehicle.transform_point(place.transform_point(rapier3d.Point3(*column.center)))
        reach = way + turn * math.hypot(at.x, at.y, at.z) + max(column.half[:2])
        for box in boxes:
            x = abs(at.x - box.center[0]) - box.half[0]
            y = abs(at.y - box.center[1]) - box.half[1]
            if math.hypot(max(x, 0.0), max(y, 0.0)) <= reach:
                return True
    return False


def runs_into(
    vehicle: rapier3d.RigidBody,
    boxes: tuple[Outline, ...],
    person: rapier3d.RigidBody,
    columns: tuple[Outline, ...],
    step_s: float,
) -> bool:
    """Return whether a vehicle hits a person within the next `step_s`."""
    into_vehicle, place = vehicle.position.inverse(), person.position
    v, p = vehicle.linvel, person.linvel
    for column in columns:
        at = place.transform_point(rapier3d.Point3(*column.center))
        ahead = rapier3d.Point3(
            at.x + (p.x - v.x) * step_s, at.y + (p.y - v.y) * step_s, at.z + (p.z - v.z) * step_s
        )
        seen = into_vehicle.transform_point(ahead)
        for box in boxes:
            touch = _touch(box, (seen.x, seen.y, seen.z), column)
            if touch is None:
                continue
            toward, depth = touch
            normal = vehicle.rotation.transform_vector(rapier3d.Vec3(*toward, 0.0))
            own = vehicle.velocity_at_point(at)
            approach = own.x * normal.x + own.y * normal.y + own.z * normal.z
            yielding = p.x * normal.x + p.y * normal.y + p.z * normal.z
            if approach - max(yielding, 0.0) > IMPACT_MPS:
                return True
            past = math.hypot(own.x - p.x, own.y - p.y)
            if depth > _DEEP_M and min(past, math.hypot(own.x, own.y)) > IMPACT_MPS:
                return True
    return False


def _touch(
    box: Outline, center: tuple[float, float, float], column: Outline
) -> tuple[tuple[float, float], float] | None:
    """Return in plan how a box touches an upright cylinder around `center`.

    Returns:
        The direction from the box to the cylinder, and how deep they are in each other, m; None if
        they do not touch.
    """
    if abs(center[2] - box.center[2]) > box.half[2] + column.half[2]:
        return None
    radius = max(column.half[:2])
    x, y = center[0] - box.center[0], center[1] - box.center[1]
    out_x, out_y = abs(x) - box.half[0], abs(y) - box.half[1]
    if max(out_x, out_y) > 0.0:
        dx, dy = max(out_x, 0.0), max(out_y, 0.0)
        distance = (dx * dx + dy * dy) ** 0.5
        if distance > radius:
            return None
        return (_sign(x) * dx / distance, _sign(y) * dy / distance), radius - distance
    # The axis is inside: out through the nearest side.
    depth = radius - max(out_x, out_y)
    return ((_sign(x), 0.0) if out_x > out_y else (0.0, _sign(y))), depth


def _sign(value: float) -> float:
    return -1.0 if value < 0.0 else 1.0


def _bounds(shape: CollisionShape) -> tuple[Array, Array]:
    box = shape.shape.compute_aabb(rapier3d.Isometry3.from_translation(*shape.center))
    return (
        np.array([box.mins.x, box.mins.y, box.mins.z]),
        np.array([box.maxs.x, box.maxs.y, box.maxs.z]),
    )
