"""YOLO, read by supervision and by the rules of Ultralytics' documentation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from cityloop.dataset import Dataset, Frame
from cityloop.exporters.class_map import ClassMap
from cityloop.exporters.things import Thing, class_names, cut_out, split_things
from cityloop.spatial import KEYPOINTS


@pytest.fixture(scope="module")
def masks_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("yolo") / "masks.npz"


@pytest.fixture(scope="module")
def said(exported: Callable[[str], Path], toolkit: Callable[..., Any], masks_file: Path) -> Any:
    return toolkit("current", "check_yolo.py", exported("yolo"), masks_file)


@pytest.fixture(scope="module")
def frames(street_dataset: Path) -> dict[str, Frame]:
    return {f"{f.sequence.name}-{f.camera.name}-{f.number:06d}": f for f in Dataset(street_dataset)}


def things_of(frame: Frame) -> list[Thing]:
    names = class_names(Dataset(frame.sequence.folder.parents[1]))
    return split_things(frame, frame.objects, ClassMap.read("yolo"), names, 1)


def rows_of(exported: Callable[[str], Path], task: str, name: str) -> list[list[float]]:
    """Parse a label file by the published rules: a class, then numbers from 0 to 1."""
    lines = (exported("yolo") / task / "labels" / f"{name}.txt").read_text().splitlines()
    return [[float(value) for value in line.split(" ")] for line in lines]


def test_supervision_reads_classes_and_boxes(said: Any, frames: dict[str, Frame]) -> None:
    assert set(said["detect"]) == set(frames)
    seen = set()
    for name, frame in frames.items():
        things = things_of(frame)
        found = said["detect"][name]
        assert found["classes"] == [t.category for t in things]
        np.testing.assert_allclose(found["boxes"], [t.box for t in things], atol=1e-3)
        seen |= set(found["classes"])
    assert seen >= {"person", "car", "bicycle", "motorcycle"}


def test_polygons_fill_the_masks(
    said: Any, masks_file: Path, exported: Callable[[str], Path], frames: dict[str, Frame]
) -> None:
    # Ultralytics fills polygons with OpenCV after cutting their coordinates down to whole pixels.
    one_part = several = 0
    for name, frame in list(frames.items())[::3]:
        instance, semantic = frame.read("instance"), frame.read("semantic")
        height, width = instance.shape
        rows = rows_of(exported, "segment", name)
        for thing, row in zip(things_of(frame), rows, strict=True):
            points = np.array(row[1:]).reshape(-1, 2) * [width, height]
            drawn = np.zeros((height, width), np.uint8)
            cv2.fillPoly(drawn, [points.astype(np.int32)], 1)
            part, mask = cut_out(frame, thing, instance, semantic)
            whole = np.zeros((height, width), np.uint8)
            whole[part] = mask
            parts, _ = cv2.findContours(whole, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
            if len(parts) == 1:
                np.testing.assert_array_equal(drawn, whole)
                one_part += 1
            else:  # lines between parts, and holes, are filled
                assert np.all(drawn[whole == 1])
                several += 1
    assert one_part > 20
    assert several > 3
    assert {len(m) for m in np.load(masks_file).values()} == {
        len(v["classes"]) for v in said["segment"].values()
    }


def test_poses_follow_the_published_rules(
    said: Any, exported: Callable[[str], Path], frames: dict[str, Frame]
) -> None:
    about = yaml.safe_load((exported("yolo") / "pose" / "data.yaml").read_text())
    assert about["kpt_shape"] == [17, 3]
    assert about["names"] == {0: "person"}
    mirrored = [KEYPOINTS[i] for i in about["flip_idx"]]
    assert mirrored[:3] == ["nose", "right_eye", "left_eye"]
    people = riders = 0
    for name, frame in frames.items():
        size = np.array([frame.camera.intrinsics.width, frame.camera.intrinsics.height])
        objects = frame.objects
        rows = rows_of(exported, "pose", name)
        pieces = frame.pieces
        # People first, then who rides and is seen.
        posed = [
            (objects.box_2d[i], objects.people.keypoints_image[k], visible)
            for k, (i, visible) in enumerate(
                zip(objects.people.row, objects.people.keypoint_visibility, strict=True)
            )
        ]
        riding = [
            (pieces.box_2d[i], pieces.keypoints_image[i], pieces.keypoint_visibility[i])
            for i in range(len(pieces))
            if pieces.piece[i] == "rider" and pieces.visible_pixels[i]
        ]
        riders += len(riding)
        posed += riding
        assert len(rows) == len(posed) == len(said["pose"][name]["boxes"])
        for (box, image, visibility), row in zip(posed, rows, strict=True):
            assert (row[0], len(row)) == (0, 5 + 17 * 3)
            center, extent = np.array(row[1:3]) * size, np.array(row[3:5]) * size
            np.testing.assert_allclose(
                np.concatenate([center - extent / 2, center + extent / 2]), box, atol=1e-3
            )
            points = np.array(row[5:]).reshape(17, 3)
            np.testing.assert_array_equal(points[:, 2], visibility)
            inside = visibility > 0
            np.testing.assert_allclose((points[:, :2] * size)[inside], image[inside], atol=1e-3)
            people += 1
    assert riders > 0
    assert people > 50


def test_every_number_is_a_share_of_the_image(exported: Callable[[str], Path]) -> None:
    for task in ("detect", "segment", "pose"):
        root = exported("yolo") / task
        images = sorted(p.stem for p in (root / "images").iterdir())
        assert images == sorted(p.stem for p in (root / "labels").iterdir())
        for name in images:
            for row in rows_of(exported, task, name):
                values = np.array(row[1:5] if task == "pose" else row[1:])
                assert values.min() >= 0
                assert values.max() <= 1
