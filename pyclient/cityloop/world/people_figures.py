"""Where COCO's keypoints lie on people: joints of the skeleton, and landmarks of the head."""

import numpy as np

from cityloop.spatial import KEYPOINTS, Figure
from cityloop.world.people_assets import Skeleton

_HEAD = "head"
# By keypoint: the bone whose joint it is, or the skeleton's landmark.
_JOINTS = {
    f"{side}_{keypoint}": f"{bone}_{side[0]}"
    for side in ("left", "right")
    for keypoint, bone in (
        ("eye", "eye"),
        ("shoulder", "upperarm"),
        ("elbow", "lowerarm"),
        ("wrist", "hand"),
        ("hip", "thigh"),
        ("knee", "calf"),
        ("ankle", "foot"),
    )
}
_LANDMARKS = {"nose": "nose", "left_ear": "ear_l", "right_ear": "ear_r"}


def person_figure(skeleton: Skeleton) -> Figure:
    """Return bones and keypoints of a person at rest."""
    bones, places = [], []
    for name in KEYPOINTS:
        bone = skeleton.index(_JOINTS.get(name, _HEAD))
        bones.append(bone)
        on_head = name in _LANDMARKS
        places.append(skeleton.landmarks[_LANDMARKS[name]] if on_head else skeleton.heads[bone])
    return Figure(
        skeleton.names, skeleton.parents, skeleton.heads, np.array(bones), np.array(places)
    )
