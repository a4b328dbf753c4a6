"""Opens a KITTI object export with the reader of KITTI in nuscenes-devkit.

Prints JSON: per picture the boxes that it finds, in the velodyne frame and in the image.
"""

import json
import sys
from pathlib import Path

import numpy as np
from nuscenes.utils.kitti import KittiDB
from pyquaternion import Quaternion


def main(folder: str) -> dict:
    database = KittiDB(root=folder, splits=("training",))
    pictures = {}
    for token in database.tokens:
        calibration = database.get_transforms(token, root=folder)
        boxes = []
        with Path(database.get_filepath(token, "label_2", root=folder)).open() as file:
            for line in file:
                said = database.parse_label_line(line)
                boxes.append({k: v for k, v in said.items() if k != "score"})
        found = database.get_boxes(token)
        corners = [
            database.project_kitti_box_to_image(
                database.box_nuscenes_to_kitti(
                    box,
                    Quaternion(matrix=calibration["velo_to_cam"]["R"]),
                    calibration["velo_to_cam"]["T"],
                    Quaternion(matrix=calibration["r0_rect"]),
                ),
                calibration["p_left"],
                imsize=(10**6, 10**6),
            )
            for box in found
        ]
        # The devkit of nuScenes has its own lidar axes: undo them.
        turned = database.kitti_to_nu_lidar_inv
        pictures[token.split("_")[-1]] = {
            "types": [box["name"] for box in boxes],
            "labels": [box for box in boxes if box["name"] != "Misc"],  # which it finds no box for
            "centers": [turned.rotate(box.center).tolist() for box in found],
            "projected": [None if c is None else np.asarray(c).tolist() for c in corners],
            "headings": [
                turned.rotate(box.orientation.rotate(np.array([1.0, 0, 0]))).tolist()
                for box in found
            ],
        }
    return pictures


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
