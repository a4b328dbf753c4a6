from pathlib import Path

import numpy as np
import pytest
import synthetic
from corruptions import (
    HASHES,
    Corruptions,
    change_column,
    change_lists,
    failed,
    first,
    grown,
    moved,
    shifted,
)

from cityloop.dataset import Dataset, verify
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.vehicles import shows_mirrors
from cityloop.spatial import Pose

PIECES = "pieces against the passes"
SEATS = "riders' keypoints against skeletons"

OF_PIECES: Corruptions = {
    "pieces' masks": (
        lambda r: change_column(r, "pieces", "mask", lambda v: v[::-1]),
        {PIECES},
    ),
    "pieces' boxes": (lambda r: change_column(r, "pieces", "xmin", shifted), {PIECES}),
    "pieces' classes": (
        lambda r: change_column(r, "pieces", "class_id", lambda v: v + 1),
        {PIECES},
    ),
    "pieces' places": (
        lambda r: change_column(r, "pieces", "center_camera", grown),
        {"pieces: world against camera"},
    ),
    "pieces' sizes": (
        lambda r: change_column(r, "pieces", "dimension", lambda v: v * 0.8),
        {"3D boxes hold the surface: pieces"},
    ),
    "riders' keypoints in the world": (
        lambda r: change_lists(r, "keypoints_world", moved(0.01), "pieces"),
        {SEATS},
    ),
    "riders' keypoints in the camera's frame": (
        lambda r: change_lists(r, "keypoints_camera", moved(0.01), "pieces"),
        {SEATS, "riders' keypoints in the image"},
    ),
    "riders' keypoints in the image": (
        lambda r: change_lists(r, "keypoints_image", moved(0.01), "pieces"),
        {"riders' keypoints in the image"},
    ),
    "riders' keypoints that are seen": (
        lambda r: change_lists(
            r,
            "keypoint_visibility",
            lambda rows: [[3 - x if x else 0 for x in row] for row in rows],
            "pieces",
        ),
        {"riders' keypoint visibility against depth", "riders' seen keypoints against depth"},
    ),
    "riders without keypoints": (
        lambda r: change_lists(r, "keypoints_world", lambda rows: [[] for _ in rows], "pieces"),
        {SEATS},
    ),
    "pieces' names": (
        lambda r: change_column(r, "pieces", "piece", lambda v: first(v, "wheel")),
        {"objects with all their pieces"},
    ),
}


@pytest.mark.parametrize("name", OF_PIECES)
def test_each_corrupted_piece_fails_its_checks_and_no_other(brief: Path, name: str) -> None:
    corrupt, expected = OF_PIECES[name]
    corrupt(brief)
    assert failed(verify(brief)) == expected | {HASHES}


def test_mirrors_are_no_part_of_a_box(recorded_briefly: Path) -> None:
    picture = Picture(Dataset(recorded_briefly).sequence("boxes").frame("front", 0))
    shown = picture.pixels_of_actor[2]
    (car,) = np.flatnonzero(picture.objects.id == 2)
    box = Pose(picture.objects.center_world[car], picture.objects.quaternion_world[car])
    camera_from_box = picture.frame.world_from_camera.inverse() @ box
    local = camera_from_box.inverse().apply(picture.surface[shown])
    beyond = np.abs(local[:, 1]) > picture.objects.dimension[car, 1] / 2 + 0.01
    mirrors = shows_mirrors(picture, 2, shown)
    assert beyond.sum() > 2
    assert (mirrors >= beyond).all()
    assert mirrors.sum() < 0.1 * len(shown)


def test_riders_who_sit_beside_what_is_drawn_of_them_fail_the_depth_of_their_keypoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces, kinds = synthetic.seated(by_m=0.5)
    monkeypatch.setattr(synthetic, "WAGON_PIECES", pieces)
    monkeypatch.setattr(synthetic, "KINDS", kinds)
    with synthetic.writer(tmp_path / "dataset", frame_count=2) as writer:
        synthetic.record(writer, frame_count=2)
    assert failed(verify(tmp_path / "dataset")) == {"riders' seen keypoints against depth"}
