"""Depth and boxes of vehicles against the meshes that they are drawn from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import ActorTable
from cityloop.dataset.reader import Sequence
from cityloop.dataset.verification.coverage import SNAP_PX, box_error_px
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.people import trace_drawn
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.dataset.verification.report import Row, Tally
from cityloop.errors import ScenarioError
from cityloop.spatial import Intrinsics, Pose, rotation
from cityloop.spatial.camera import detail_scale
from cityloop.world.people import skin
from cityloop.world.scene import Mesh, Part, Prototype
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import is_seed

Array = NDArray[np.float64]

TOLERANCE_M = 0.01
BOX_TOLERANCE_PX = 0.5 + SNAP_PX  # a pixel belongs to what covers its centre
SOLID_TOLERANCE_M = 0.02  # number plates and lamps stand out
SAMPLES_PER_VEHICLE = 24
_MIRRORS = "mirrors"  # name of the part
_CLASSES = (
    SemanticClass.CAR,
    SemanticClass.TRUCK,
    SemanticClass.BUS,
    SemanticClass.MOTORCYCLE,
    SemanticClass.BICYCLE,
)


@dataclass(frozen=True)
class VehicleShape:
    """A prototype and the triangles (T, 3, 3) of its kind's meshes by name, part frame, m.

    Meshes with bones are there as `skins` as well.
    """

    prototype: Prototype
    triangles: dict[str, Array]
    skins: dict[str, Mesh]

    @cached_property
    def extent(self) -> Array:
        """(2, 3) lowest and highest x, y, z at rest in the body frame, without mirrors, m."""
        corners = self._of(lambda part: part.name != _MIRRORS).posed(None, 0.0).reshape(-1, 3)
        return np.stack([corners.min(axis=0), corners.max(axis=0)])

    @cached_property
    def mirrors(self) -> "VehicleShape":
        """The mirrors alone."""
        return self._of(lambda part: part.name == _MIRRORS)

    @cached_property
    def beyond_box(self) -> "VehicleShape":
        """What may stand out of a 3D box: mirrors, and what steers or springs with a wheel."""
        return self._of(lambda part: part.name == _MIRRORS or part.wheel is not None)

    def _of(self, chosen: Callable[[Part], bool]) -> "VehicleShape":
        parts = tuple(p for p in self.prototype.parts if chosen(p))
        return VehicleShape(replace(self.prototype, parts=parts), self.triangles, self.skins)

    def posed(
        self, wheels: Array | None, away_m: float, bones: NDArray[np.float32] | None = None
    ) -> Array:
        """Return (T, 3, 3) corners in the body frame of what is drawn from `away_m`.

        `wheels` (W, 5) are as in `tables.WHEEL_COLUMNS`; None for wheels at rest. `bones` (B, 3, 4)
        are a rider's skinning matrices; None for one at rest.
        """
        found = [np.zeros((0, 3, 3))]
        for part in self.prototype.parts:
            # The first level that reaches so far; beyond the last, nothing is drawn.
            mesh = next((level.mesh for level in part.lods if away_m < level.max_distance_m), "")
            if mesh:
                corners = self.triangles[mesh].reshape(-1, 3)
                if bones is not None and mesh in self.skins:
                    corners = skin(self.skins[mesh], bones)[self.skins[mesh].indices.ravel()]
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
    clear = {material.name for material in scene.materials if material.pane}
    triangles = {m.name: _solid(m, clear) for m in scene.meshes}
    skins = {m.name: m for m in scene.meshes if m.joints is not None}
    return {p.name: VehicleShape(p, triangles, skins) for p in scene.prototypes}


def _solid(mesh: Mesh, clear: set[str]) -> Array:
    """Return (T, 3, 3) corners of a mesh's triangles but its panes, materials of `clear`."""
    through = np.array([name in clear for name in mesh.material_names], dtype=np.bool_)
    solid = ~through[mesh.materials[mesh.indices[:, 0]]]
    return mesh.positions[mesh.indices[solid]].astype(np.float64)


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
    """Return (n,) how far depth (n,) is from where rays meet triangles, m; see `trace_drawn`."""
    found: Array = trace_drawn(corners, pixels, depth, intrinsics)[2]
    return np.abs(found - depth)


@dataclass(frozen=True)
class DrawnVehicle:
    """What a vehicle in a picture is drawn from, and how it stands before the camera.

    Attributes:
        shape: its individual.
        pose: world-from-body.
        camera_from_body: the same, seen from the camera.
        wheels: (W, 5) as in `tables.WHEEL_COLUMNS`, None without.
        bones: (B, 3, 4) a rider's skinning matrices, None without.
        away_m: from its origin to the camera, as levels of detail count it (`detail_scale`).
    """

    shape: VehicleShape
    pose: Pose
    camera_from_body: Pose
    wheels: Array | None
    bones: NDArray[np.float32] | None
    away_m: float

    def rider_extent(self) -> Array | None:
        """Return (2, 3) lowest and highest x, y, z of a posed rider, body frame, m."""
        if self.bones is None:
            return None
        for part in self.shape.prototype.parts:
            if (mesh := self.shape.skins.get(part.lods[0].mesh)) is not None:
                rides = np.array([name.startswith("rider/") for name in mesh.material_names])
                points = skin(mesh, self.bones)[rides[mesh.materials]]
                return np.stack([points.min(axis=0), points.max(axis=0)])
        return None

    def triangles(self, shape: VehicleShape) -> Array:
        """Return (T, 3, 3) corners of the shape, or a part of it, in the camera frame, m."""
        corners = shape.posed(self.wheels, self.away_m, self.bones).reshape(-1, 3)
        return transform(self.camera_from_body, corners).reshape(-1, 3, 3)


def drawn_vehicle(picture: Picture, actor: int) -> DrawnVehicle | None:
    """Return what an actor is drawn from, None for what is no vehicle of the installed package."""
    now = picture.now
    row, pose = (None, None) if now is None else (now.state.row(actor), now.state.pose(actor))
    if now is None or row is None or pose is None:
        return None
    if now.state.actors.semantic[row] not in _CLASSES:
        return None
    drawn = _drawn(picture.sequence, now.state.actors, row)
    shape = vehicle_shapes(now.state.actors.kind[row]).get(drawn)
    if shape is None:
        return None
    camera = now.world_from_camera
    scale = detail_scale(picture.intrinsics.fx, picture.intrinsics.fy)
    away = float(np.linalg.norm(pose.position - camera.position)) * scale
    wheels = now.state.wheels.get(actor)
    bones = now.state.bones.get(actor)
    return DrawnVehicle(shape, pose, camera.inverse() @ pose, wheels, bones, away)


def shows_mirrors(picture: Picture, actor: int, pixels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return (n,) which pixels of a vehicle show its mirrors, where depth says.

    By definition (docs/conventions.md) mirrors are no part of a 3D box.
    """
    return _shows(picture, actor, pixels, lambda shape: shape.mirrors)


def shows_what_stands_out(
    picture: Picture, actor: int, pixels: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return (n,) which pixels of a vehicle show its mirrors or its wheels, where depth says.

    A 3D box is that of the vehicle at rest: wheels that are steered reach out of it.
    """
    return _shows(picture, actor, pixels, lambda shape: shape.beyond_box)


def _shows(
    picture: Picture,
    actor: int,
    pixels: NDArray[np.intp],
    chosen: Callable[[VehicleShape], VehicleShape],
) -> NDArray[np.bool_]:
    vehicle = drawn_vehicle(picture, actor)
    if vehicle is None or not len(pixels):
        return np.zeros(len(pixels), np.bool_)
    corners = vehicle.triangles(chosen(vehicle.shape))
    depth = picture.flat("depth")[pixels].astype(np.float64)
    centers = picture.pixel_centers[pixels]
    error = _depth_errors(corners, centers, depth, picture.intrinsics)
    return np.asarray(error <= TOLERANCE_M, np.bool_)


class VehicleCheck:
    """Depth, amodal boxes and 3D boxes of vehicles are those of their meshes."""

    def __init__(self) -> None:
        self._depth = Tally("vehicles: depth against their mesh", "m", TOLERANCE_M, 0.999)
        self._boxes = Tally("vehicles: amodal boxes against their mesh", "px", BOX_TOLERANCE_PX)
        self._solids = Tally("vehicles: 3D boxes against their mesh", "m", SOLID_TOLERANCE_M)
        self._riders = Tally("riders: 3D boxes against their mesh", "m", SOLID_TOLERANCE_M)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Gather how far vehicles' labels are from their mesh."""
        labels = {int(actor): i for i, actor in enumerate(picture.objects.id)}
        for actor, shown in picture.pixels_of_actor.items():
            vehicle = drawn_vehicle(picture, actor)
            if vehicle is None:
                continue
            corners = vehicle.triangles(vehicle.shape)
            self._compare_depth(picture, shown, corners)
            if actor in labels:
                self._compare_boxes(picture, labels[actor], corners)
                self._compare_solid(picture, labels[actor], vehicle)
                self._compare_rider(picture, actor, vehicle)

    def _compare_depth(self, picture: Picture, shown: NDArray[np.intp], corners: Array) -> None:
        depth = picture.flat("depth")
        seen = shown[~picture.silhouette[shown] & np.isfinite(depth[shown])]
        if not len(seen):
            return
        count = min(SAMPLES_PER_VEHICLE, len(seen))
        pixels = seen[np.linspace(0, len(seen) - 1, count).round().astype(np.intp)]
        said = depth[pixels].astype(np.float64)
        centers = picture.pixel_centers[pixels]
        error = _depth_errors(corners, centers, said, picture.intrinsics)
        self._depth.add(error, picture.places(pixels))

    def _compare_boxes(self, picture: Picture, row: int, corners: Array) -> None:
        # The camera's near plane cuts off what reaches through it.
        if not len(corners) or corners[..., 2].min() < picture.frame.camera.near_m:
            return
        k = picture.intrinsics
        triangles = k.project(corners.reshape(-1, 3)).reshape(-1, 3, 2)
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        error = box_error_px(
            picture.objects.amodal_box[row],
            triangles,
            # Backs are not drawn.
            np.einsum("ij,ij->i", normals, corners[:, 0]) < 0,
            (k.width, k.height),
        )
        self._boxes.add(error, f"{picture.here}, {picture.objects.name[row]}")

    def _compare_solid(self, picture: Picture, row: int, vehicle: DrawnVehicle) -> None:
        objects = picture.objects
        box = Pose(objects.center_world[row], objects.quaternion_world[row])
        half = objects.dimension[row] / 2
        told = (vehicle.pose.inverse() @ box).apply(np.stack([-half, half]))
        where = f"{picture.here}, {objects.name[row]}"
        self._solids.add(np.abs(told - vehicle.shape.extent).max(), where)

    def _compare_rider(self, picture: Picture, actor: int, vehicle: DrawnVehicle) -> None:
        pieces, extent = picture.frame.pieces, vehicle.rider_extent()
        if extent is None:
            return
        for row in np.flatnonzero(pieces.id == actor).tolist():
            if pieces.piece[row] == "rider":
                box = Pose(pieces.center_world[row], pieces.quaternion_world[row])
                half = pieces.dimension[row] / 2
                told = (vehicle.pose.inverse() @ box).apply(np.stack([-half, half]))
                where = f"{picture.here}, rider of {actor}"
                self._riders.add(np.abs(told - extent).max(), where)

    def rows(self) -> list[Row]:
        """Return a row each for depth, amodal boxes and 3D boxes, and for riders' boxes."""
        tallies = (self._depth, self._boxes, self._solids, self._riders)
        return [tally.row() for tally in tallies]
