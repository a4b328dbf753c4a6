"""A jointed figure at rest: the bones of a person, and where the points lie that labels name."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# In COCO's order (T.-Y. Lin et al., "Microsoft COCO: common objects in context", 2014; the list is
# in the annotations' category "person").
KEYPOINTS = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)


@dataclass(frozen=True, eq=False)
class Figure:
    """Bones and keypoints of a kind of person at rest, body frame, m.

    At rest every bone's frame has the axes of the body frame (x forward, y left, z up) and its
    origin at the bone's joint: a skinning matrix is the motion from there.

    Attributes:
        names: of the B bones, in the order of the skinning matrices; parents before children.
        parents: (B,) index of the parent, -1 for the root.
        joints: (B, 3) where each bone starts.
        keypoint_bones: (17,) the bone that carries each of `KEYPOINTS`.
        keypoints: (17, 3) where each is at rest.
    """

    names: tuple[str, ...]
    parents: NDArray[np.int64]
    joints: NDArray[np.float64]
    keypoint_bones: NDArray[np.int64]
    keypoints: NDArray[np.float64]

    def bone(self, name: str) -> int | None:
        """Return the index of a bone, None if the figure has none of this name."""
        return self.names.index(name) if name in self.names else None

    def posed_keypoints(self, matrices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (17, 3) the keypoints under skinning matrices (B, 3, 4), body frame, m."""
        carrying = matrices[self.keypoint_bones]
        moved: NDArray[np.float64] = np.einsum("kij,kj->ki", carrying[..., :3], self.keypoints)
        return moved + carrying[..., 3]
