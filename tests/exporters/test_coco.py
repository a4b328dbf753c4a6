from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cityloop.dataset import Dataset, Frame
from cityloop.spatial import KEYPOINTS
from cityloop.world.semantics import SemanticClass

# What the format's own class map leaves out of things.
_LEFT_OUT = {"traffic sign"}


@pytest.fixture(scope="module")
def masks_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("coco") / "masks.npz"


@pytest.fixture(scope="module")
def said(exported: Callable[[str], Path], toolkit: Callable[..., Any], masks_file: Path) -> Any:
    return toolkit("current", "check_coco.py", exported("coco"), masks_file)


def frames_by_name(folder: Path) -> dict[str, Frame]:
    return {f"{f.sequence.name}/{f.camera.name}/{f.number:06d}.png": f for f in Dataset(folder)}


def test_pycocotools_reads_every_picture_and_finds_it_perfect(said: Any) -> None:
    instances = said["instances"]
    assert instances["images"] == 20
    assert instances["annotations"] > 100
    assert {"person", "car", "bicycle", "motorcycle"} <= set(instances["categories"])
    assert instances["wrong_areas"] == instances["wrong_boxes"] == 0
    assert instances["ap_box"] == instances["ap_segm"] == pytest.approx(1.0)
    assert instances["ap_box_shifted"] < 0.3


def test_decoded_masks_are_the_instance_pass(
    said: Any, masks_file: Path, street_dataset: Path
) -> None:
    painted = np.load(masks_file)
    riders = 0
    for name, frame in frames_by_name(street_dataset).items():
        instance, semantic = frame.read("instance"), frame.read("semantic")
        expected = np.zeros_like(instance)
        split = set(frame.pieces.id.tolist())
        classes = Dataset(street_dataset).classes
        for number, class_id in zip(frame.objects.id, frame.objects.semantic, strict=True):
            if classes[int(class_id)][0] in _LEFT_OUT:
                continue
            mine = instance == number
            rider = mine & (semantic == SemanticClass.RIDER) & (int(number) in split)
            expected[mine] = 2 * number + 1
            expected[rider] += 1
            riders += int(rider.any())
        np.testing.assert_array_equal(painted[name], expected)
    assert riders >= 10


def test_keypoints_are_those_of_the_dataset(said: Any, street_dataset: Path) -> None:
    keypoints = said["keypoints"]
    assert tuple(keypoints["names"]) == KEYPOINTS
    assert keypoints["bones"] == 19
    assert keypoints["ap"] == pytest.approx(1.0)
    assert keypoints["ap_moved"] < 0.1
    frames = frames_by_name(street_dataset)
    riders = sum(
        name == "rider" and bool(pixels)
        for f in frames.values()
        for name, pixels in zip(f.pieces.piece, f.pieces.visible_pixels, strict=True)
    )
    assert riders > 0
    assert keypoints["people"] == riders + sum(len(f.objects.people) for f in frames.values())
    levels = set()
    for name, track, flat in keypoints["annotations"]:
        objects, pieces = frames[name].objects, frames[name].pieces
        points = np.array(flat).reshape(17, 3)
        if track in pieces.id:
            rider = list(zip(pieces.id.tolist(), pieces.piece, strict=True)).index((track, "rider"))
            visibility = pieces.keypoint_visibility[rider]
            image = pieces.keypoints_image[rider]
        else:
            person = objects.people.row.tolist().index(objects.id.tolist().index(track))
            visibility = objects.people.keypoint_visibility[person]
            image = objects.people.keypoints_image[person]
        np.testing.assert_array_equal(points[:, 2], visibility)
        inside = visibility > 0
        np.testing.assert_allclose(points[inside, :2], image[inside] - 0.5, atol=1e-3)
        assert not points[~inside].any()
        levels |= set(visibility.tolist())
    assert levels >= {1, 2}


def test_panoptic_pictures_and_their_segments_agree(said: Any) -> None:
    panoptic = said["panoptic"]
    assert panoptic["problems"] == []
    assert {"road", "sky-other-merged", "building-other-merged"} <= set(panoptic["stuff"])
    assert panoptic["segments"] > said["instances"]["annotations"]


def test_panoptic_ids_are_the_passes(exported: Callable[[str], Path], street_dataset: Path) -> None:
    folder = exported("coco")
    for name, frame in list(frames_by_name(street_dataset).items())[::7]:
        bgr = cv2.imread(str(folder / "panoptic" / name)).astype(np.uint32)
        ids = bgr[..., 2] + 256 * bgr[..., 1] + 65536 * bgr[..., 0]
        instance = frame.read("instance")
        things = ids >= 256
        np.testing.assert_array_equal((ids[things] - 256) % (1 << 23), instance[things])
        road = np.isin(frame.read("semantic"), [SemanticClass.ROAD, SemanticClass.ROAD_MARKING])
        np.testing.assert_array_equal(ids == 1 + SemanticClass.ROAD, road & (instance == 0))


def test_pictures_are_copied_byte_by_byte(
    exported: Callable[[str], Path], street_dataset: Path
) -> None:
    folder = exported("coco")
    for name, frame in frames_by_name(street_dataset).items():
        assert (folder / "images" / name).read_bytes() == frame.png()
