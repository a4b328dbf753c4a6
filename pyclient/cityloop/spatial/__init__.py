"""Poses, rotations, frames of reference, cameras and what labels are measured by, in numpy alone.

Frames (docs/conventions.md): world ISO 8855 (x east, y north, z up), body (x forward, y left,
z up), camera OpenCV (x right, y down, z forward). Quaternions are (x, y, z, w).
"""

from cityloop.spatial.camera import Intrinsics
from cityloop.spatial.figure import KEYPOINTS, Figure
from cityloop.spatial.pose import BODY_FROM_CAMERA_AXES, Pose
from cityloop.spatial.silhouette import Silhouettes

__all__ = ["BODY_FROM_CAMERA_AXES", "KEYPOINTS", "Figure", "Intrinsics", "Pose", "Silhouettes"]
