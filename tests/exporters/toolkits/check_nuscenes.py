"""Opens a nuScenes export with nuscenes-devkit and walks through it by its links.

Prints JSON: per annotation its instance, sample, category, centre, size, rotation and the devkit's
velocity; per picture the boxes that the devkit finds in it.
"""

import json
import sys

import numpy as np
from nuscenes.nuscenes import NuScenes


def samples_of(nusc: NuScenes, scene: dict) -> list[dict]:
    samples, token = [], scene["first_sample_token"]
    while token:
        samples.append(nusc.get("sample", token))
        token = samples[-1]["next"]
    assert samples[-1]["token"] == scene["last_sample_token"]
    assert len(samples) == scene["nbr_samples"]
    return samples


def main(folder: str) -> dict:
    nusc = NuScenes(version="v1.0-cityloop", dataroot=folder, verbose=False)
    annotations, pictures = [], []
    for scene in nusc.scene:
        samples = samples_of(nusc, scene)
        numbers = {s["token"]: i for i, s in enumerate(samples)}
        for sample in samples:
            for token in sample["anns"]:
                one = nusc.get("sample_annotation", token)
                annotations.append(
                    {
                        "token": token,
                        "instance": one["instance_token"],
                        "frame": numbers[one["sample_token"]],
                        "category": one["category_name"],
                        "attributes": [
                            nusc.get("attribute", a)["name"] for a in one["attribute_tokens"]
                        ],
                        "visibility": nusc.get("visibility", one["visibility_token"])["level"],
                        "translation": one["translation"],
                        "size": one["size"],
                        "rotation": one["rotation"],
                        "points": one["num_lidar_pts"],
                        "velocity": nusc.box_velocity(token).tolist(),
                    }
                )
            for channel, token in sample["data"].items():
                path, boxes, intrinsic = nusc.get_sample_data(token)
                record = nusc.get("sample_data", token)
                pictures.append(
                    {
                        "frame": numbers[sample["token"]],
                        "channel": channel,
                        "file": path,
                        "time_us": record["timestamp"],
                        "boxes": {b.token: b.center.tolist() for b in boxes},
                        "intrinsic": np.asarray(intrinsic).tolist(),
                    }
                )
    chains = 0
    for instance in nusc.instance:
        token, count = instance["first_annotation_token"], 0
        while token:
            count, last = count + 1, token
            token = nusc.get("sample_annotation", token)["next"]
        chains += int(
            count == instance["nbr_annotations"] and last == instance["last_annotation_token"]
        )
    return {
        "annotations": annotations,
        "pictures": pictures,
        "instances": len(nusc.instance),
        "whole_chains": chains,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
