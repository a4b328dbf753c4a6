"""Riders and their machines by themselves, against the passes and the object that they make up."""

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import Piece, PieceTable
from cityloop.annotation.masks import decode
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture, transform
from cityloop.dataset.verification.poses import PLACE_TOLERANCE_M, KeypointTallies
from cityloop.dataset.verification.report import Row, Tally
from cityloop.dataset.verification.vehicles import shows_mirrors
from cityloop.spatial import Pose, rotation

# Levels of detail differ a little, and a bar that steers turns out of it.
BOX_TOLERANCE_M = 0.05
FRAMES_TOLERANCE = 1e-6


class PieceCheck:
    """Every piece's mask, box, class and 3D box, and a rider's keypoints."""

    def __init__(self) -> None:
        self._pixels = Tally("pieces against the passes", "px", 0.0)
        self._rows = Tally("objects with all their pieces", "objects", 0.0)
        self._frames = Tally("pieces: world against camera", "m", FRAMES_TOLERANCE)
        self._places = Tally("riders' keypoints against skeletons", "m", PLACE_TOLERANCE_M)
        self._keypoints = KeypointTallies("riders' ", reaching=True)
        self._solids = Tally("3D boxes hold the surface: pieces", "m", BOX_TOLERANCE_M, 0.999)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the pieces of a picture."""
        objects, pieces = picture.objects, picture.frame.pieces
        said = list(zip(pieces.id.tolist(), pieces.piece, strict=True))
        expected = [
            (actor, piece.name)
            for actor, kind in zip(objects.id.tolist(), objects.kind, strict=True)
            if kind in picture.sequence.kinds
            for piece in picture.sequence.kinds[kind].pieces
        ]
        if said or expected:
            self._rows.add(len(set(said) ^ set(expected)), picture.here)
        instance, semantic = picture.read("instance"), picture.read("semantic")
        kinds = dict(zip(objects.id.tolist(), objects.kind, strict=True))
        for i, (actor, name) in enumerate(said):
            where = f"{picture.here}, {objects.name[list(objects.id).index(actor)]}, {name}"
            if (actor, name) not in expected:
                continue
            parts = picture.sequence.kinds[kinds[actor]].pieces
            others = [p.semantic for p in parts[:-1]]
            own = next(p for p in parts if p.name == name)
            mine = instance == actor
            if own is parts[-1]:
                mine &= ~np.isin(semantic, others)
            else:
                mine &= semantic == own.semantic
            try:
                wrong = float(np.count_nonzero(decode(pieces.mask[i], *instance.shape) != mine))
            except ValueError:
                wrong = float(mine.size)
            v, u = np.nonzero(mine)
            box = np.zeros(4)
            if len(u):
                box = np.array([u.min(), v.min(), u.max() + 1, v.max() + 1])
            wrong += abs(int(pieces.visible_pixels[i]) - len(u))
            wrong += float(np.abs(box - pieces.box_2d[i]).max())
            wrong += own.semantic != pieces.semantic[i]
            self._pixels.add(wrong, where)
            solid = Pose(pieces.center_world[i], pieces.quaternion_world[i])
            if not (pieces.dimension[i] > 0).all():
                self._solids.add(np.inf, where)
            pixels = np.flatnonzero(mine)
            in_camera = picture.frame.world_from_camera.inverse() @ solid
            local = transform(in_camera.inverse(), picture.surface[pixels])
            outside = (np.abs(local) - pieces.dimension[i] / 2).max(axis=-1)
            outside = np.maximum(outside, 0.0)
            far = np.flatnonzero(outside > BOX_TOLERANCE_M)
            counted = np.ones(len(pixels), np.bool_)
            counted[far] = ~shows_mirrors(picture, actor, pixels[far])
            self._solids.add(outside[counted], picture.places(pixels[counted]))
            turned = rotation.to_matrix(in_camera.quaternion)
            turned -= rotation.to_matrix(pieces.quaternion_camera[i])
            moved = np.abs(in_camera.position - pieces.center_camera[i])
            self._frames.add(max(moved.max(), np.abs(turned).max()), where)
            self._compare_keypoints(picture, pieces, i, own, mine, where)

    def _compare_keypoints(
        self,
        picture: Picture,
        pieces: PieceTable,
        i: int,
        own: Piece,
        mine: NDArray[np.bool_],
        where: str,
    ) -> None:
        """Pose the kind's rider, whom the pixels `mine` (H, W) show, on the recorded machine."""
        world, camera = pieces.keypoints_world[i], pieces.keypoints_camera[i]
        image, visibility = pieces.keypoints_image[i], pieces.keypoint_visibility[i]
        figure = own.figure
        count = 0 if figure is None else len(figure.keypoints)
        if any(len(said) != count for said in (world, camera, image, visibility)):
            self._places.add(np.inf, where)
            return
        if figure is None or picture.now is None:
            return
        actor = int(pieces.id[i])
        body = (picture.now.state.pose(actor) or Pose()).matrix
        seen = picture.frame.world_from_camera.inverse().matrix @ body
        rest = np.column_stack([figure.keypoints, np.ones(count)])
        seated = rest
        if (recorded := picture.now.state.bones.get(actor)) is not None:
            bones = np.tile(np.eye(4), (len(recorded), 1, 1))
            bones[:, :3] = recorded
            seated = np.einsum("kij,kj->ki", bones[figure.keypoint_bones], rest)
        error = np.abs((seated @ body.T)[:, :3] - world)
        error = np.maximum(error, np.abs((seated @ seen.T)[:, :3] - camera))
        self._places.add(error.max(axis=1), where)
        self._keypoints.compare(picture, mine, camera, image, visibility, where)

    def rows(self) -> list[Row]:
        """Return a row per quantity."""
        tallies = (self._rows, self._pixels, self._frames, self._solids, self._places)
        return [t.row() for t in (*tallies, *self._keypoints.tallies)]
