"""Distances and 3D boxes against the surface that depth gives; world against camera axes."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.coverage import SNAP_PX
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.dataset.verification.report import Row, Tally
from cityloop.dataset.verification.vehicles import SOLID_TOLERANCE_M, shows_what_stands_out
from cityloop.spatial import Pose, rotation
from cityloop.world.semantics import SemanticClass

# float32 depth and distance at 100 m are good to 0.02 mm; labels are made from the same depth.
DISTANCE_TOLERANCE_M = 0.001
# A swinging arm or leg stands out of a person's box, and a rider's elbow or foot out of that of the
# two-wheeler at rest; `PieceCheck` looks at riders' own boxes. The box of somebody who has fallen
# is that of the limbs as they lie.
PERSON_MARGIN_M = 0.60
FALLEN_MARGIN_M = 0.05
FRAMES_TOLERANCE = 1e-6
_EDGE_ON = 0.001


class SolidCheck:
    """Nearest distance, box, and both frames of reference, object by object."""

    def __init__(self) -> None:
        self._distance = Tally("distance_m against depth", "m", DISTANCE_TOLERANCE_M)
        self._frames = Tally("labels: world against camera", "m, m/s", FRAMES_TOLERANCE)
        self._rigid = Tally("3D boxes hold the surface: objects", "m", SOLID_TOLERANCE_M)
        self._people = Tally("3D boxes hold the surface: people", "m", PERSON_MARGIN_M)
        self._fallen = Tally("3D boxes hold the surface: fallen", "m", FALLEN_MARGIN_M)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare every row's distance and 3D box with the surface points of its pixels."""
        objects = picture.objects
        pose = picture.frame.world_from_camera
        for row, actor in enumerate(objects.id):
            pixels = picture.pixels_of_actor.get(int(actor))
            if pixels is None:
                continue  # IdentityCheck reports it.
            where = f"{picture.here}, {objects.name[row]}"
            points = picture.surface[pixels]
            nearest = float(np.linalg.norm(points, axis=-1).min())
            self._distance.add(abs(nearest - objects.distance_m[row]), where)

            box = Pose(objects.center_world[row], objects.quaternion_world[row])
            in_camera = pose.inverse() @ box
            turned = rotation.to_matrix(in_camera.quaternion) - rotation.to_matrix(
                objects.quaternion_camera[row]
            )
            velocity = pose.inverse().rotate(objects.velocity_world[row])
            frames = max(
                float(np.abs(in_camera.position - objects.center_camera[row]).max()),
                abs(float(np.linalg.norm(in_camera.position)) - objects.range_to_center_m[row]),
                float(np.abs(turned).max()),
                float(np.abs(velocity - objects.velocity_camera[row]).max()),
            )
            self._frames.add(frames, where)

            with np.errstate(invalid="ignore"):  # where depth says sky, nothing fits the box
                local = transform(in_camera.inverse(), points)
            outside = np.maximum(np.abs(local) - objects.dimension[row] / 2, 0.0).max(axis=-1)
            far = np.flatnonzero(outside > 0.0)
            outside[far] = np.maximum(outside[far] - _slant(picture, pixels[far]), 0.0)
            kind = picture.sequence.kinds.get(objects.kind[row])
            tally = self._people if kind is not None and kind.skinned else self._rigid
            if objects.activity[row] == "fallen":
                tally = self._fallen
            if tally is self._rigid:
                rides = picture.flat("semantic")[pixels] == SemanticClass.RIDER
                self._people.add(outside[rides], picture.places(pixels[rides]))
                pixels, outside = pixels[~rides], outside[~rides]
                far = np.flatnonzero(outside > SOLID_TOLERANCE_M)
                outside[far] *= ~shows_what_stands_out(picture, int(actor), pixels[far])
            tally.add(outside, picture.places(pixels))

    def rows(self) -> list[Row]:
        """Return a row each for distance, frames, and boxes of objects, people and the fallen."""
        boxes = (self._rigid, self._people, self._fallen)
        return [t.row() for t in (self._distance, self._frames, *boxes)]


def _slant(picture: Picture, pixels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how far along their rays points of surfaces may lie off, m, (N,).

    Corners of triangles are snapped to `SNAP_PX`; of a face seen edge-on that moves the depth at a
    pixel by the snap's width over the cosine between face and ray, at most by `_EDGE_ON` of the
    depth (docs/conventions.md). Nothing without normals.
    """
    if "normal" not in picture.sequence.passes:
        return np.zeros(len(pixels))
    points = picture.surface[pixels]
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = points / np.linalg.norm(points, axis=-1, keepdims=True)
        facing = np.abs(np.einsum("nk,nk->n", unit, picture.flat("normal")[pixels]))
        width = SNAP_PX * points[:, 2] / picture.frame.camera.intrinsics.fx
        return np.fmin(width / facing, _EDGE_ON * points[:, 2])
