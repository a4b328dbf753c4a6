"""Fields over a standing body that tailors cut along: how far down an arm, a leg, the trunk."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from people_baking.makehuman import Rig

Array = NDArray[np.float64]

ARM_BONES = ("upperarm", "lowerarm", "hand", "thumb", "index", "middle", "ring", "pinky")
LEG_BONES = ("thigh", "calf", "foot", "ball")


@dataclass(frozen=True)
class Measures:
    """Measures of one standing body; fields are (V,) over the vertices given to `fields`."""

    rig: Rig

    def head_of(self, bone: str) -> Array:
        """Return the (3,) joint at the start of a bone."""
        return self.rig.heads[self.rig.names.index(bone)]

    def share(self, weights: Array, bones: tuple[str, ...], side: str = "") -> Array:
        """Return the (V,) weight on the bones whose names start with one of `bones`."""
        columns = [
            i
            for i, name in enumerate(self.rig.names)
            if name.startswith(bones) and name.endswith(side)
        ]
        return weights[:, columns].sum(axis=1)

    def down_the_arm(self, positions: Array, weights: Array) -> Array:
        """Return the way from the shoulder: 1 at the elbow, 2 at the wrist, -1 off the arm."""
        field = np.full(len(positions), -1.0)
        for side in ("_l", "_r"):
            shoulder, elbow, wrist = (
                self.head_of(b + side) for b in ("upperarm", "lowerarm", "hand")
            )
            upper, lower = elbow - shoulder, wrist - elbow
            first = (positions - shoulder) @ upper / (upper @ upper)
            second = (positions - elbow) @ lower / (lower @ lower)
            way = np.where(second > 0, 1 + second, np.minimum(first, 1))
            on_arm = self.share(weights, ARM_BONES, side) > 0.5
            field = np.where(on_arm, np.maximum(way, 0), field)
        return field

    def up_the_neck(self, positions: Array) -> Array:
        """Return the height above the plane through the root of the neck, square to it, m."""
        root, top = self.head_of("neck_01"), self.head_of("head")
        axis = (top - root) / np.linalg.norm(top - root)
        return (positions - root) @ axis

    @property
    def leg_length(self) -> float:
        """Length of thigh and shank, m."""
        hip, knee, ankle = (self.head_of(b) for b in ("thigh_l", "calf_l", "foot_l"))
        return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))

    def landmarks(self, positions: Array, weights: Array) -> dict[str, Array]:
        """Return the (3,) tip of the nose and the middles of the ears of a body's skin, m."""
        on_head = positions[weights[:, self.rig.names.index("head")] > 0.9]
        eyes = 0.5 * (self.head_of("eye_l") + self.head_of("eye_r"))
        tall = on_head[:, 2].max() - self.head_of("head")[2]
        low = eyes[2] - on_head[:, 2]
        nose = on_head[(np.abs(on_head[:, 1]) < 0.03 * tall) & (low > 0) & (low < 0.3 * tall)]
        found = {"nose": nose[nose[:, 0].argmax()]}
        for name, sign in (("ear_l", 1.0), ("ear_r", -1.0)):
            out = sign * on_head[:, 1]
            beside = on_head[out > out[np.abs(low) < 0.3 * tall].max() - 0.06 * tall]
            beside = beside[np.abs(eyes[2] - beside[:, 2]) < 0.3 * tall]
            found[name] = 0.5 * (beside.min(axis=0) + beside.max(axis=0))
        return found
