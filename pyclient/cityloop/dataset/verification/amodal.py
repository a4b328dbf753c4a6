"""Masks, objects drawn alone, and who hides whom, against the passes and the 3D boxes."""

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.alone import HIDDEN_AT_MOST
from cityloop.annotation.masks import pixels as pixels_of_mask
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.dataset.verification.vehicles import vehicle_shapes
from cityloop.spatial import Pose

Array = NDArray[np.float64]

SHARE_TOLERANCE = 1e-9
# What hides an object is nearer than the far side of its box; mirrors and swinging limbs stick out.
BEHIND_TOLERANCE_M = 0.60
# A rounded body does not fill the corners of its box: how far a corner stands out, at its depth.
# Nearer than this, the perspective makes more of a corner than it is.
BOX_TOLERANCE_M = 0.50
_BOX_AHEAD_M = 3.0
_ROUNDING_PX = 1.5

_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])


class MaskCheck:
    """Run lengths of masks against the instance pass, and of both kinds against each other."""

    def __init__(self) -> None:
        self._visible = Tally("masks against the instance pass", "px", 0.0)
        self._holds = Tally("amodal masks hold the visible ones", "px", 0.0)
        self._pixels = Tally("amodal pixels against their masks", "px", 0.0)
        self._shares = Tally("visible fraction, occlusion level", "", SHARE_TOLERANCE)
        self._hiders = Tally("occluders against the masks", "px", 0.0)
        self._behind = Tally("what hides is nearer", "m", BEHIND_TOLERANCE_M, 0.999)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare every object's masks with what the passes show."""
        objects, instance = picture.objects, picture.flat("instance")
        for row, actor in enumerate(objects.id.tolist()):
            where = f"{picture.here}, {objects.name[row]}"
            mask = _decoded(objects.mask[row], picture)
            alone = _decoded(objects.amodal_mask[row], picture)
            if mask is None or alone is None:
                self._visible.add(np.inf, where)
                continue
            shown = len(picture.pixels_of_actor.get(actor, ()))
            own = int(np.count_nonzero(instance[mask] == actor))
            self._visible.add(len(mask) + shown - 2 * own, where)
            hides = instance[alone] != actor
            count = len(alone)
            self._holds.add(shown - (count - int(np.count_nonzero(hides))), where)
            self._pixels.add(abs(int(objects.amodal_pixels[row]) - count), where)
            fraction = shown / max(count, 1)
            level = int(sum(1 - fraction > limit for limit in HIDDEN_AT_MOST))
            wrong = level != int(objects.occlusion_level[row])
            self._shares.add(abs(fraction - objects.visible_fraction[row]) + wrong, where)
            hidden = alone[hides]
            self._hiders.add(self._miscounted(picture, row, instance[hidden]), where)
            self._compare_depth(picture, row, hidden)

    def _miscounted(self, picture: Picture, row: int, who: NDArray[np.uint32]) -> int:
        """Return on how many pixels somebody else is said to hide an object."""
        found = dict(zip(*(a.tolist() for a in np.unique(who, return_counts=True)), strict=True))
        ids, counts = picture.objects.occluder_ids[row], picture.objects.occluder_pixels[row]
        if len(ids) != len(counts):
            return len(who) + 1
        said = dict(zip(ids.tolist(), counts.tolist(), strict=True))
        return sum(abs(found.get(i, 0) - said.get(i, 0)) for i in found.keys() | said.keys())

    def _compare_depth(self, picture: Picture, row: int, hidden: NDArray[np.intp]) -> None:
        if not len(hidden):
            return
        far = box_in_camera(picture, row)[:, 2].max()
        depth = picture.flat("depth")[hidden].astype(np.float64)
        self._behind.add(np.maximum(depth - far, 0.0), picture.places(hidden))

    def rows(self) -> list[Row]:
        """Return a row per quantity."""
        return [
            t.row()
            for t in (
                self._visible,
                self._holds,
                self._pixels,
                self._shares,
                self._hiders,
                self._behind,
            )
        ]


class AmodalBoxCheck:
    """Boxes of objects drawn alone against their masks, their 3D boxes and the image."""

    def __init__(self) -> None:
        self._masks = Tally("amodal boxes against their masks", "px", 0.0)
        self._solids = Tally("amodal boxes against 3D boxes", "m", BOX_TOLERANCE_M)
        self._cut = Tally("truncation", "", 1e-6)
        self._clipped = Tally("clipped boxes against amodal masks", "px", 0.0)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare every object's amodal box."""
        objects, k = picture.objects, picture.intrinsics
        limits = np.array([k.width, k.height, k.width, k.height], dtype=np.float64)
        for row, name in enumerate(objects.name):
            where = f"{picture.here}, {name}"
            box = objects.amodal_box[row]
            cut = np.array([min(max(v, 0.0), s) for v, s in zip(box, limits, strict=True)])
            inside = np.prod(cut[2:] - cut[:2]) / np.prod(box[2:] - box[:2])
            self._cut.add(abs(1 - inside - objects.truncation[row]), where)

            alone = _decoded(objects.amodal_mask[row], picture)
            if alone is None or not len(alone):
                self._masks.add(np.inf, where)
                self._clipped.add(np.inf, where)
                continue
            v, u = np.divmod(alone, k.width)
            around = np.array([u.min(), v.min(), u.max() + 1, v.max() + 1], dtype=np.float64)
            self._clipped.add(np.abs(around - objects.clipped_box[row]).max(), where)
            error = np.concatenate([box[:2] - around[:2], around[2:] - box[2:]])
            # A box that reaches out of the image holds its mask and more.
            leaves = (box[:2] < 0).any() or (box[2:] > limits[2:]).any()
            self._masks.add((np.maximum(error, 0.0) if leaves else np.abs(error)).max(), where)
            self._compare_solid(picture, row, box, where)

    def _compare_solid(self, picture: Picture, row: int, box: Array, where: str) -> None:
        name = picture.objects.kind[row]
        kind = picture.sequence.kinds.get(name)
        corners = box_in_camera(picture, row)
        # Limbs reach out of a person's box.
        if kind is None or kind.skinned or corners[:, 2].min() < _BOX_AHEAD_M:
            return
        pixels = picture.intrinsics.project(corners)
        outermost = np.concatenate([pixels.argmin(axis=0), pixels.argmax(axis=0)])
        expected = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
        beyond = np.concatenate([expected[:2] - box[:2], box[2:] - expected[2:]])
        # From above, a bonnet leaves much of the box empty: `VehicleCheck` tells what is short.
        error = beyond if vehicle_shapes(name) else np.abs(beyond)
        error = np.maximum(error - _ROUNDING_PX, 0.0)
        meters = error * corners[outermost, 2] / picture.intrinsics.fx
        self._solids.add(meters.max(), where)

    def rows(self) -> list[Row]:
        """Return a row per quantity."""
        return [t.row() for t in (self._masks, self._solids, self._cut, self._clipped)]


def box_in_camera(picture: Picture, row: int) -> Array:
    """Return the (8, 3) corners of an object's 3D box in the camera frame, m."""
    objects = picture.objects
    box = Pose(objects.center_world[row], objects.quaternion_world[row])
    world = box.apply(_CORNERS * objects.dimension[row])
    return picture.frame.world_from_camera.inverse().apply(world)


def _decoded(counts: str, picture: Picture) -> NDArray[np.intp] | None:
    """Return (n,) flat indices of a mask's pixels, None for what is no mask of the picture."""
    try:
        return pixels_of_mask(counts, picture.intrinsics.height, picture.intrinsics.width)
    except ValueError:
        return None
