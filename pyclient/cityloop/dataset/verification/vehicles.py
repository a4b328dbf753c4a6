"""Depth of vehicles against rays cast to the meshes that they are drawn from."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ActorTable
from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.people import trace
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.dataset.verification.report import Row, Tally
from cityloop.errors import ScenarioError
from cityloop.spatial import Intrinsics, Pose, rotation
from cityloop.world.scene import Part, Prototype
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import is_seed

Array = NDArray[np.float64]

TOLERANCE_M = 0.01
SAMPLES_PER_VEHICLE = 24
# Corners are drawn at whole 1/256 pixels: at the rim of a triangle a ray meets it so far beside the
# pixel's centre.
_CORNER_PX = np.array([[u, v] for u in (-1, 0, 1) for v in (-1, 0, 1) if u or v]) / 256
_CLASSES = (
    SemanticClass.CAR,
    SemanticClass.TRUCK,
    SemanticClass.BUS,
    SemanticClass.MOTORCYCLE,
    SemanticClass.BICYCLE,
)


@dataclass(frozen=True)
class VehicleShape:
    """A prototype and the triangles (T, 3, 3) of its kind's meshes by name, part frame, m."""

    prototype: Prototype
    triangles: dict[str, Array]

    def posed(self, wheels: Array | None, away_m: float) -> Array:
        """Return (T, 3, 3) corners in the body frame of what is drawn from `away_m`.

        `wheels` (W, 5) are as in `tables.WHEEL_COLUMNS`; None for wheels at rest.
        """
        found = [np.zeros((0, 3, 3))]
        for part in self.prototype.parts:
            # The first level that reaches so far; beyond the last, nothing is drawn.
            mesh = next((level.mesh for level in part.lods if away_m < level.max_distance_m), "")
            if mesh:
                corners = self.triangles[mesh].reshape(-1, 3)
                found.append(transform(_part_pose(part, wheels), corners).reshape(-1, 3, 3))
        return np.concatenate(found)


@lru_cache(maxsize=64)
def vehicle_shapes(kind: str) -> dict[str, VehicleShape]:
    """Return the shapes of a kind of the installed package by prototype, {} for an unknown kind.

    They are the plain kind and its individuals: with a driver, number plates and signs.
    """
    from cityloop.world import vehicles

    try:
        scene = vehicles.vehicle_scene([kind])
    except ScenarioError:
        return {}
    triangles = {m.name: m.positions[m.indices].astype(np.float64) for m in scene.meshes}
    return {p.name: VehicleShape(p, triangles) for p in scene.prototypes}


def _drawn(sequence: Sequence, actors: ActorTable, row: int) -> str:
    """Return the prototype that a vehicle is drawn from: its individual, where a seed says which.

    The individual is a matter of looks: labels tell only the kind.
    """
    from cityloop.world.vehicles import VEHICLE_KINDS, individual_named

    kind, seed = actors.kind[row], sequence.description.get("seed")
    if kind not in VEHICLE_KINDS or not isinstance(seed, int) or not is_seed(seed):
        return kind
    driven = actors.activity[row] != "parked"
    return individual_named(kind, actors.name[row], seed, driven=driven)


def _part_pose(part: Part, wheels: Array | None) -> Pose:
    """Return body-from-part: steered about z, and what rolls sprung along z and spun about y."""
    if part.wheel is None or wheels is None:
        return part.body_from_part
    steering, spin, _, travel, _ = wheels[part.wheel]
    position, turn = part.body_from_part.position, part.body_from_part.quaternion
    turn = rotation.multiply(rotation.from_yaw(steering), turn)
    if part.steers_only:
        return Pose(position, turn)
    rolled = rotation.from_axis_angle([0.0, 1.0, 0.0], spin)
    return Pose(position + [0.0, 0.0, travel], rotation.multiply(turn, rolled))


def _depth_errors(corners: Array, pixels: Array, depth: Array, intrinsics: Intrinsics) -> Array:
    """Return (n,) how far depth (n,) is from where rays meet triangles, m; see `trace`."""
    *_, found = trace(corners, pixels, depth, intrinsics)
    return np.abs(found - depth)


class VehicleCheck:
    """Sampled pixels of vehicles show their mesh where depth says."""

    def __init__(self) -> None:
        self._tally = Tally("vehicles: depth against their mesh", "m", TOLERANCE_M, 0.999)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Gather how far vehicles' depth is from their mesh."""
        now = picture.now
        if now is None:
            return
        depth = picture.flat("depth")
        camera = now.world_from_camera.inverse()
        for actor, shown in picture.pixels_of_actor.items():
            row = now.state.row(actor)
            seen = shown[~picture.silhouette[shown] & np.isfinite(depth[shown])]
            if row is None or not len(seen) or now.state.actors.semantic[row] not in _CLASSES:
                continue
            drawn = _drawn(picture.sequence, now.state.actors, row)
            shape = vehicle_shapes(now.state.actors.kind[row]).get(drawn)
            pose = now.state.pose(actor)
            if shape is None or pose is None:
                continue
            count = min(SAMPLES_PER_VEHICLE, len(seen))
            pixels = seen[np.linspace(0, len(seen) - 1, count).round().astype(np.intp)]
            away = float(np.linalg.norm(pose.position - now.world_from_camera.position))
            corners = shape.posed(now.state.wheels.get(actor), away)
            there = transform(camera @ pose, corners.reshape(-1, 3)).reshape(-1, 3, 3)
            said = depth[pixels].astype(np.float64)
            centers = picture.pixel_centers[pixels]
            error = _depth_errors(there, centers, said, picture.intrinsics)
            beside = np.flatnonzero(error > TOLERANCE_M)
            for way in _CORNER_PX if len(beside) else ():
                moved = _depth_errors(
                    there, centers[beside] + way, said[beside], picture.intrinsics
                )
                error[beside] = np.minimum(error[beside], moved)
            self._tally.add(error, picture.places(pixels))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._tally.row()]
