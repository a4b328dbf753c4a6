from pathlib import Path

import numpy as np
import pytest
from corruptions import (
    FRAMES,
    HASHES,
    LABELS,
    NOT_BEFORE,
    TOUCH,
    VEHICLE,
    Corruptions,
    change_column,
    change_pass,
    failed,
    label,
    lists,
    moved,
    shifted,
    shrunk,
    turned,
)

from cityloop.dataset import verify

SHARES = "visible fraction, occlusion level"

OF_LABELS: Corruptions = {
    "masks": (label("mask", lambda v: v[::-1]), {"masks against the instance pass"}),
    "masks that are none": (
        label("mask", lambda v: np.where(v == v[0], "\x20", v)),
        {"masks against the instance pass"},
    ),
    "amodal pixels": (
        label("amodal_pixels", lambda v: v + 1),
        {"amodal pixels against their masks"},
    ),
    "visible fractions": (label("visible_fraction", lambda v: v * 0.99), {SHARES}),
    "occlusion levels": (label("occlusion_level", lambda v: v + 1), {SHARES}),
    "truncation": (label("truncation", lambda v: v + 0.01), {"truncation"}),
    "clipped boxes": (
        label("clipped_xmax", lambda v: v - 1),
        {"clipped boxes against amodal masks"},
    ),
    "amodal boxes": (
        label("amodal_ymin", lambda v: v + 1),
        {"amodal boxes against their masks", "vehicles: amodal boxes against their mesh"},
    ),
    "who hides whom": (
        lists("occluder_ids", lambda rows: [[9] * len(r) for r in rows]),
        {"occluders against the masks"},
    ),
    "how much is hidden": (lists("occluder_pixels", moved(1)), {"occluders against the masks"}),
    "3D boxes in the vehicle's frame": (label("center_vehicle", shifted), {VEHICLE}),
    "orientations in the vehicle's frame": (label("quaternion_vehicle", turned), {VEHICLE}),
    "relative velocities": (label("relative_velocity_vehicle", shifted), {VEHICLE}),
    "collisions that come too late": (
        label("time_to_collision_s", lambda v: np.where(np.isfinite(v), v + 0.6, v)),
        {TOUCH, NOT_BEFORE},
    ),
    "collisions that come too soon": (
        label("time_to_collision_s", lambda v: np.where(np.isfinite(v), v * 0.5, v)),
        {TOUCH},
    ),
    "collisions that never come": (
        label("time_to_collision_s", lambda v: np.full_like(v, np.inf)),
        {NOT_BEFORE},
    ),
    "panoptic ids": (label("panoptic_id", lambda v: v + 1), {"panoptic ids"}),
    "the ego's acceleration": (
        lambda r: change_column(r, "frames", "ego_acceleration", shifted),
        {"ego against its state"},
    ),
}


@pytest.mark.parametrize("name", OF_LABELS)
def test_each_corrupted_label_fails_its_checks_and_no_other(brief: Path, name: str) -> None:
    corrupt, expected = OF_LABELS[name]
    corrupt(brief)
    assert failed(verify(brief)) == expected | {HASHES}


OF_FOUR_FRAMES: Corruptions = {
    "labels of another tick": (
        lambda r: change_column(r, "objects", "velocity_world", shifted),
        {LABELS, FRAMES, VEHICLE, TOUCH},
    ),
    "velocities in the camera's axes": (
        lambda r: change_column(r, "objects", "velocity_camera", lambda v: v[:, [0, 2, 1]] + 0.1),
        {FRAMES},
    ),
    "orientations": (
        lambda r: change_column(r, "objects", "quaternion_world", turned),
        {
            *(LABELS, FRAMES, VEHICLE),
            "vehicles: 3D boxes against their mesh",
            "3D boxes hold the surface: objects",
        },
    ),
    "turn rates": (
        lambda r: change_column(r, "objects", "yaw_rate_radps", shifted),
        {LABELS},
    ),
    "names": (
        lambda r: change_column(r, "objects", "name", lambda v: v[::-1]),
        {LABELS},
    ),
    "speed": (lambda r: change_column(r, "objects", "speed_mps", shifted), {LABELS}),
    "2D boxes": (
        lambda r: change_column(r, "objects", "xmax", lambda v: v - 1),
        {"2D boxes against the mask"},
    ),
    "pixel counts": (
        lambda r: change_column(r, "objects", "visible_pixels", lambda v: v + 1),
        {"pixel counts against the mask"},
    ),
    "distances": (
        lambda r: change_column(r, "objects", "distance_m", shifted),
        {"distance_m against depth"},
    ),
    "3D boxes in the camera frame": (
        lambda r: change_column(r, "objects", "center_camera", shifted),
        {FRAMES},
    ),
    "3D boxes a little too small": (
        lambda r: change_column(r, "objects", "dimension", lambda v: v * [0.985, 1, 1]),
        {
            "3D boxes hold the surface: objects",
            "vehicles: 3D boxes against their mesh",
            LABELS,
        },
    ),
    "3D boxes too small": (
        lambda r: change_column(r, "objects", "dimension", shrunk),
        {
            "3D boxes hold the surface: objects",
            "3D boxes hold the surface: people",
            "amodal boxes against 3D boxes",
            "vehicles: 3D boxes against their mesh",
            LABELS,
            TOUCH,
        },
    ),
    "classes": (
        lambda r: change_pass(r, "semantic", lambda p, i: np.where(i == 7, 11, p).astype(np.uint8)),
        {"classes against the semantic mask"},
    ),
}


@pytest.mark.parametrize("name", OF_FOUR_FRAMES)
def test_each_corruption_of_four_frames_fails_its_checks_and_no_other(
    copied: Path, name: str
) -> None:
    corrupt, expected = OF_FOUR_FRAMES[name]
    corrupt(copied)
    assert failed(verify(copied)) == expected | {HASHES}
