"""Datasets in the formats of other people's tools: COCO, KITTI, MOTChallenge, YOLO, nuScenes.

docs/exporters.md says for each what becomes what, what is lost, and how it is checked.
"""

from cityloop.exporters.run import FORMATS, export, pictures_to_export

__all__ = ["FORMATS", "export", "pictures_to_export"]
