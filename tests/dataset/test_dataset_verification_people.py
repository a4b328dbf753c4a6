from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from corruptions import (
    HASHES,
    Corruptions,
    about,
    change_column,
    change_lists,
    failed,
    first,
    label,
    lists,
    moved,
)

from cityloop.annotation.people import FLESH_M
from cityloop.dataset import verify
from cityloop.dataset.schema import PEOPLE_COLUMNS
from cityloop.dataset.verification.poses import KeypointTallies
from cityloop.spatial import Intrinsics

TURNS = "head, body and gaze against skeletons"
CONDITIONS = "conditions against states"
KEYPOINTS, PIXELS = "keypoints against skeletons", "keypoints in the image"
SEEN = "keypoint visibility against depth"

OF_ACTORS: Corruptions = {
    "keypoints in the world": (lists("keypoints_world", moved(0.01)), {KEYPOINTS}),
    "keypoints in the camera's frame": (
        lists("keypoints_camera", moved(0.01)),
        {KEYPOINTS, PIXELS},
    ),
    "keypoints in the image": (lists("keypoints_image", moved(0.01)), {PIXELS}),
    "keypoints that are seen": (
        lists("keypoint_visibility", lambda rows: [[3 - x if x else 0 for x in r] for r in rows]),
        {SEEN, "seen keypoints against depth"},
    ),
    "bones": (lists("bones", moved(0.01)), {"bones against skeletons"}),
    "heads": (lists("head_quaternion_world", about), {TURNS}),
    "bodies": (lists("body_quaternion_camera", about), {TURNS}),
    "gaze": (lists("gaze_world", moved(0.01)), {TURNS}),
    "gaze in the camera's frame": (lists("gaze_camera", moved(0.01)), {TURNS}),
    "people without a pose": (
        lambda r: [
            change_lists(r, c, lambda rows: [[] for _ in rows], "objects") for c in PEOPLE_COLUMNS
        ],
        {"people with a pose"},
    ),
    "who crosses": (label("crossing", lambda v: ~v), {CONDITIONS}),
    "who brakes": (label("braking", lambda v: ~v), {CONDITIONS}),
    "who indicates": (label("indicating", lambda v: first(v, "left")), {CONDITIONS}),
    "what signals show": (label("signal_aspect", lambda v: first(v, "red")), {CONDITIONS}),
    "lamps": (label("lamps", lambda v: v ^ 4), {CONDITIONS}),
    "what somebody does": (label("activity", lambda v: first(v, "waiting")), {CONDITIONS}),
    "indicators without lamps": (
        lambda r: change_column(r, "states", "indicating", lambda v: v * 0 + 1),
        {CONDITIONS, "indicating against lamps"},
    ),
}


@pytest.mark.parametrize("name", OF_ACTORS)
def test_each_corrupted_pose_and_condition_fails_its_checks_and_no_other(
    brief: Path, name: str
) -> None:
    corrupt, expected = OF_ACTORS[name]
    corrupt(brief)
    assert failed(verify(brief)) == expected | {HASHES}


@pytest.mark.parametrize(("own", "said"), [(True, 2), (False, 1)])
def test_keypoints_close_behind_somebody_else_must_be_hidden(own: bool, said: int) -> None:
    lens = Intrinsics(8, 6, 10.0, 10.0, 4.0, 3.0)
    surface = np.full((6, 8), 4.98, np.float32)
    picture = SimpleNamespace(intrinsics=lens, read=lambda _name: surface, at=lambda _pixel: "here")
    joints, pixels = (np.tile(x, (len(FLESH_M), 1)) for x in ([0.0, 0.0, 5.0], [4.0, 3.0]))
    for claimed in (1, 2):
        tallies = KeypointTallies("")
        visibility = np.full(len(FLESH_M), claimed, np.uint8)
        shows = np.full(surface.shape, own)
        tallies.compare(picture, shows, joints, pixels, visibility, "frame 0, child")
        row = next(t.row() for t in tallies.tallies if t.check == SEEN)
        assert row.passed == (claimed == said)
        assert row.place == "frame 0, child"


def test_a_kind_of_person_whose_boxes_are_too_low_is_named(brief: Path) -> None:
    def lower(values: np.ndarray) -> np.ndarray:
        child = np.arange(len(values)) % 4 == 2
        return np.where(child[:, None], values * [1.0, 1.0, 0.9], values)

    for column in ("dimension", "box_center"):
        change_column(brief, "states", column, lower)
    row = next(r for r in verify(brief).rows if r.check == "people: heights against their mesh")
    assert row.worst == pytest.approx(0.17)
    assert row.place == "boxes, tick 0, child"
