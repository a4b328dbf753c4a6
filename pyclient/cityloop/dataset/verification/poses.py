"""People's keypoints, bones, heads and gazes against skeletons, camera poses and depth."""

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.people import FLESH_M
from cityloop.dataset.verification.motion import Group
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Row, Tally
from cityloop.spatial import Figure, Pose, rotation

Array = NDArray[np.float64]

PLACE_TOLERANCE_M = 1e-5  # bones are float32
PIXEL_TOLERANCE_PX = 1e-6
TURN_TOLERANCE = 1e-5
# From a joint to the skin before it, along the ray: across a torso at most.
SKIN_TOLERANCE_M = 0.35


class KeypointTallies:
    """Keypoints in the image and whether they are seen, found anew from K and depth."""

    def __init__(self, whose: str, *, reaching: bool = False) -> None:
        """Begin; `whose` comes before the names of the quantities.

        Of those who are `reaching`, as riders do for a handlebar, the trunk lies far behind a hand.
        Where a pixel is wider than such a limb, its centre may pass beside it and show the trunk,
        so that seen keypoints are judged where a pixel is narrower. Who walks is judged everywhere.
        """
        self._reaching = reaching
        self._pixels = Tally(f"{whose}keypoints in the image", "px", PIXEL_TOLERANCE_PX)
        self._seen = Tally(f"{whose}keypoint visibility against depth", "keypoints", 0.0)
        self._skin = Tally(f"{whose}seen keypoints against depth", "m", SKIN_TOLERANCE_M, 0.99)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """One per quantity."""
        return self._pixels, self._seen, self._skin

    def compare(
        self,
        picture: Picture,
        mine: NDArray[np.bool_],
        points: Array,
        pixels: Array,
        visibility: NDArray[np.uint8],
        where: str,
    ) -> None:
        """Compare somebody's keypoints: camera frame (17, 3) m, pixels (17, 2), what is said.

        `mine` (H, W) says which pixels show them.
        """
        k = picture.intrinsics
        depth = picture.read("depth")
        for point, pixel, said, flesh in zip(points, pixels, visibility, FLESH_M, strict=True):
            if point[2] <= 0:
                self._pixels.add(np.abs(pixel).max(), where)
                self._seen.add(float(said != 0), where)
                continue
            u, v, z = k.matrix @ point
            self._pixels.add(max(abs(u / z - pixel[0]), abs(v / z - pixel[1])), where)
            column, line = int(np.floor(pixel[0])), int(np.floor(pixel[1]))
            if not (0 <= column < k.width and 0 <= line < k.height):
                self._seen.add(float(said != 0), where)
                continue
            here = float(depth[line, column])
            # Flesh is one's own: what else is before a joint hides it, however near.
            before = flesh if mine[line, column] else 0.0
            self._seen.add(float(said != (2 if point[2] - here <= before else 1)), where)
            beside = self._reaching and point[2] > flesh * k.fx
            if said == 2 and mine[line, column] and not beside:
                self._skin.add(abs(here - point[2]), picture.at(line * k.width + column))


class PoseCheck:
    """Every person's pose found anew from states.parquet and the figure in sequence.json."""

    def __init__(self) -> None:
        self._places = Tally("keypoints against skeletons", "m", PLACE_TOLERANCE_M)
        self._keypoints = KeypointTallies("")
        self._bones = Tally("bones against skeletons", "m", PLACE_TOLERANCE_M)
        self._turns = Tally("head, body and gaze against skeletons", "", TURN_TOLERANCE)
        self._rows = Tally("people with a pose", "people", 0.0)

    def look(self, picture: Picture, groups: list[Group]) -> None:
        """Compare the poses of a picture."""
        objects, now = picture.objects, picture.now
        if now is None:
            return
        people = objects.people
        expected = []
        for row, actor in enumerate(objects.id.tolist()):
            kind = picture.sequence.kinds.get(objects.kind[row])
            if kind is not None and kind.figure is not None and actor in now.state.bones:
                expected.append(row)
        self._rows.add(len(set(expected) ^ set(people.row.tolist())), picture.here)
        for i, row in enumerate(people.row.tolist()):
            if row in expected:
                figure = picture.sequence.kinds[objects.kind[row]].figure
                assert figure is not None
                self._compare(picture, i, row, figure)

    def _compare(self, picture: Picture, i: int, row: int, figure: Figure) -> None:
        objects, people, now = picture.objects, picture.objects.people, picture.now
        assert now is not None
        actor = int(objects.id[row])
        where = f"{picture.here}, {objects.name[row]}"
        bones = np.tile(np.eye(4), (len(figure.names), 1, 1))
        bones[:, :3] = now.state.bones[actor]
        body = (now.state.pose(actor) or Pose()).matrix
        camera = picture.frame.world_from_camera.inverse().matrix

        rest = np.concatenate([figure.keypoints, np.ones((len(figure.keypoints), 1))], axis=1)
        local = np.einsum("kij,kj->ki", bones[figure.keypoint_bones], rest)
        world, seen = (local @ m.T for m in (body, camera @ body))
        error = np.abs(world[:, :3] - people.keypoints_world[i])
        error = np.maximum(error, np.abs(seen[:, :3] - people.keypoints_camera[i]))
        self._places.add(error.max(axis=1), where)
        points = people.keypoints_camera[i], people.keypoints_image[i]
        mine = picture.read("instance") == actor
        self._keypoints.compare(picture, mine, *points, people.keypoint_visibility[i], where)

        joints = np.concatenate([figure.joints, np.ones((len(figure.joints), 1))], axis=1)
        joints = np.einsum("bij,bj->bi", bones, joints)[:, :3]
        said = people.bones[i].astype(np.float64)
        if said.shape != (len(joints), 7):
            self._bones.add(np.inf, where)
            return
        turned = rotation.to_matrix(said[:, 3:]) - bones[:, :3, :3]
        error = np.maximum(np.abs(said[:, :3] - joints).max(1), np.abs(turned).max((1, 2)))
        self._bones.add(error, where)
        self._compare_turns(people_turns(figure, bones, body, camera), picture, i, where)

    def _compare_turns(self, turns: dict[str, Array], picture: Picture, i: int, where: str) -> None:
        people = picture.objects.people
        for name, expected in turns.items():
            said = getattr(people, name)[i]
            if not name.startswith("gaze"):
                said = rotation.to_matrix(said)
            self._turns.add(np.abs(said - expected).max(), f"{where}, {name}")

    def rows(self) -> list[Row]:
        """Return a row per quantity."""
        return [
            t.row()
            for t in (
                self._rows,
                self._places,
                *self._keypoints.tallies,
                self._bones,
                self._turns,
            )
        ]


def people_turns(figure: Figure, bones: Array, body: Array, camera: Array) -> dict[str, Array]:
    """Return matrices of head and body, and gaze vectors, by attribute of `PeopleTable`."""
    names = list(figure.names)
    head, pelvis = (names.index(n) if n in names else 0 for n in ("head", "pelvis"))
    eyes = [names.index(n) for n in ("eye_l", "eye_r") if n in names] or [head]
    ahead = sum(bones[eye][:3, 0] for eye in eyes)
    gaze = ahead / np.linalg.norm(ahead)
    turns = {}
    for frame, matrix in (("world", body), ("camera", camera @ body)):
        turns[f"head_{frame}"] = (matrix @ bones[head])[:3, :3]
        turns[f"body_{frame}"] = (matrix @ bones[pelvis])[:3, :3]
        turns[f"gaze_{frame}"] = matrix[:3, :3] @ gaze
    return turns
