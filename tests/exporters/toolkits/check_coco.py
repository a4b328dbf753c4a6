"""Opens a COCO export with pycocotools and evaluates it against itself, whole and spoiled.

Prints JSON; writes the masks that the toolkit decodes to the file that it is given.
"""

import contextlib
import copy
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from pycocotools import mask as rle
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def evaluated(truth: COCO, found: list[dict], kind: str) -> float:
    """COCO's average precision."""
    run = COCOeval(truth, truth.loadRes(found), kind)
    run.evaluate()
    run.accumulate()
    run.summarize()
    return float(run.stats[0])


def detections(truth: COCO) -> list[dict]:
    return [{**copy.deepcopy(a), "score": 1.0} for a in truth.anns.values()]


def shifted(found: list[dict]) -> list[dict]:
    for one in found:
        x, y, w, h = one["bbox"]
        one["bbox"] = [x + 0.4 * w, y, w, h]
        one.pop("segmentation", None)
    return found


def instances(folder: Path, masks_file: Path) -> dict:
    truth = COCO(folder / "annotations" / "instances.json")
    painted, wrong_boxes, wrong_areas = {}, 0, 0
    for image in truth.imgs.values():
        picture = np.zeros((image["height"], image["width"]), np.uint32)
        for one in truth.loadAnns(truth.getAnnIds(image["id"])):
            mask = truth.annToMask(one).astype(bool)
            assert not picture[mask].any(), "two visible masks overlap"
            picture[mask] = 2 * one["track_id"] + (one["piece"] == "rider") + 1
            wrong_areas += int(mask.sum() != one["area"])
            wrong_boxes += int(rle.toBbox(truth.annToRLE(one)).tolist() != one["bbox"])
        painted[image["file_name"]] = picture
    np.savez(masks_file, **painted)
    return {
        "images": len(truth.imgs),
        "annotations": len(truth.anns),
        "categories": sorted({truth.cats[a["category_id"]]["name"] for a in truth.anns.values()}),
        "wrong_areas": wrong_areas,
        "wrong_boxes": wrong_boxes,
        "ap_box": evaluated(truth, detections(truth), "bbox"),
        "ap_box_shifted": evaluated(truth, shifted(detections(truth)), "bbox"),
        "ap_segm": evaluated(truth, detections(truth), "segm"),
    }


def keypoints(folder: Path) -> dict:
    truth = COCO(folder / "annotations" / "person_keypoints.json")
    moved = detections(truth)
    for one in moved:
        points = np.array(one["keypoints"], float).reshape(-1, 3)
        points[:, 0] += one["bbox"][2]
        one["keypoints"] = points.ravel().tolist()
    (category,) = truth.cats.values()
    return {
        "people": len(truth.anns),
        "names": category["keypoints"],
        "bones": len(category["skeleton"]),
        "annotations": [
            [truth.imgs[a["image_id"]]["file_name"], a["track_id"], a["keypoints"]]
            for a in truth.anns.values()
        ],
        "ap": evaluated(truth, detections(truth), "keypoints"),
        "ap_moved": evaluated(truth, moved, "keypoints"),
    }


def panoptic(folder: Path) -> dict:
    """The checks that COCO's panopticapi makes before it evaluates; it is not on PyPI."""
    said = json.loads((folder / "annotations" / "panoptic.json").read_text())
    categories = {c["id"]: c for c in said["categories"]}
    problems, segments, stuff = [], 0, set()
    for one in said["annotations"]:
        rgb = np.asarray(Image.open(folder / "panoptic" / one["file_name"]), np.uint32)
        ids = rgb[..., 0] + 256 * rgb[..., 1] + 256 * 256 * rgb[..., 2]
        drawn = dict(zip(*np.unique(ids, return_counts=True), strict=True))
        drawn.pop(0, None)
        told = {s["id"]: s for s in one["segments_info"]}
        if len(told) != len(one["segments_info"]) or set(told) != set(drawn):
            problems.append(f"{one['file_name']}: ids {set(told) ^ set(drawn)}")
        for number, segment in told.items():
            rows, columns = np.nonzero(ids == number)
            box = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
            if segment["area"] != len(rows) or segment["bbox"] != box:
                problems.append(f"{one['file_name']}: segment {segment}")
            if not categories[segment["category_id"]]["isthing"]:
                stuff.add(categories[segment["category_id"]]["name"])
            segments += 1
    return {"problems": problems, "segments": segments, "stuff": sorted(stuff)}


if __name__ == "__main__":
    folder, masks_file = map(Path, sys.argv[1:])
    with contextlib.redirect_stdout(io.StringIO()):
        result = {
            "instances": instances(folder, masks_file),
            "keypoints": keypoints(folder),
            "panoptic": panoptic(folder),
        }
    print(json.dumps(result))
