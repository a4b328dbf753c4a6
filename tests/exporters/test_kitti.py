"""KITTI object, depth and flow; its tracks are in test_tracking.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import street
from png16 import read_png16

from cityloop.annotation import ObjectTable
from cityloop.annotation.flow_occlusion import SEEN
from cityloop.annotation.masks import decode
from cityloop.dataset import Dataset, Frame
from cityloop.exporters.kitti import encode_depth, encode_flow
from cityloop.spatial import rotation
from cityloop.world.semantics import SemanticClass

# What the reader finds boxes for: everything but type Misc, and what is left out.
_KEPT = (SemanticClass.PERSON, SemanticClass.CAR, SemanticClass.TRUCK, SemanticClass.BICYCLE)


@pytest.fixture(scope="module")
def training(exported: Callable[[str], Path]) -> Path:
    return exported("kitti") / "object" / "training"


@pytest.fixture(scope="module")
def said(training: Path, toolkit: Callable[..., Any]) -> Any:
    return toolkit("nuscenes", "check_kitti.py", training.parent)


@pytest.fixture(scope="module")
def frames(street_dataset: Path) -> list[Frame]:
    """Pictures in the order of their numbers: video by video."""
    sequence = Dataset(street_dataset).sequence(street.NAME)
    return [sequence.frame(c, n) for c in ("front", "left") for n in range(street.FRAMES)]


def kept(objects: ObjectTable) -> list[int]:
    return np.flatnonzero(np.isin(objects.semantic, _KEPT)).tolist()


def test_a_kitti_reader_finds_our_boxes_in_the_vehicle_frame(
    said: Any, frames: list[Frame]
) -> None:
    assert len(said) == len(frames)
    types, compared = set(), 0
    for number, frame in enumerate(frames):
        found, o = said[f"{number:06d}"], frame.objects
        rows = kept(o)
        assert len(found["labels"]) == len(rows)
        types |= set(found["types"])
        for i, center, heading, label in zip(
            rows, found["centers"], found["headings"], found["labels"], strict=True
        ):
            # KITTI's calibration is read in single precision.
            np.testing.assert_allclose(center, o.center_vehicle[i], atol=2e-4, rtol=2e-6)
            # A yaw about the camera's y axis tells all, but for the pitch of an accelerating car.
            ahead = rotation.rotate(o.quaternion_vehicle[i], [1.0, 0.0, 0.0])
            assert np.dot(heading, ahead) > 0.995
            np.testing.assert_allclose(label["wlh"], o.dimension[i][[1, 0, 2]], atol=1e-4)
            ends = [frame.camera.intrinsics.width - 1, frame.camera.intrinsics.height - 1]
            box = np.clip(o.clipped_box[i] - 0.5, 0, ends * 2)
            np.testing.assert_allclose(label["bbox_camera"], box, atol=1e-4)
            assert label["occlusion"] == o.occlusion_level[i]
            assert label["truncation"] == pytest.approx(o.truncation[i], abs=1e-4)
            compared += 1
    assert compared > 200
    assert types >= {"Car", "Van", "Pedestrian", "Cyclist", "Misc"}


def test_boxes_project_onto_what_is_seen(said: Any, frames: list[Frame]) -> None:
    compared = 0
    for number, frame in enumerate(frames):
        found, o = said[f"{number:06d}"], frame.objects
        for i, box in zip(kept(o), found["projected"], strict=True):
            # Limbs of people reach out of the box of their kind at rest.
            stiff = o.semantic[i] in (SemanticClass.CAR, SemanticClass.TRUCK)
            if not stiff or o.truncation[i] > 0 or box is None or o.visible_pixels[i] < 200:
                continue
            low, high = np.array(box[:2]) + 0.5, np.array(box[2:]) + 0.5
            visible = o.box_2d[i]
            # The 3D box holds the object, so its picture holds the picture.
            assert np.all(low < visible[:2] + 2)
            assert np.all(high > visible[2:] - 2)
            compared += 1
    assert compared > 20


def test_the_centre_of_a_pixel_projects_to_its_index(training: Path, frames: list[Frame]) -> None:
    frame = frames[0]
    text = (training / "calib" / "000000.txt").read_text()
    rows = dict(line.split(": ") for line in text.splitlines())
    projection = np.array(rows["P2"].split(), float).reshape(3, 4)
    rays = frame.camera.intrinsics.rays().reshape(*frame.read("depth").shape, 3)
    for u, v in ((0, 0), (40, 100), (319, 179)):
        x, y, z = projection @ [*(20 * rays[v, u]), 1.0]
        assert (x / z, y / z) == pytest.approx((u, v), abs=1e-6)


def test_numbers_of_all_benchmarks_go_video_by_video_and_are_told(
    exported: Callable[[str], Path], training: Path, frames: list[Frame]
) -> None:
    root = exported("kitti")

    def told(benchmark: str) -> list[list[str]]:
        text = (root / benchmark / "mapping" / "train_mapping.txt").read_text()
        return [line.split(" ") for line in text.splitlines()]

    expected = [[street.NAME, f.camera.name, f"{f.number:010d}"] for f in frames]
    assert told("object") == expected
    for number, frame in enumerate(frames):
        assert (training / "image_2" / f"{number:06d}.png").read_bytes() == frame.png()
    assert told("flow") == [e for e in expected if int(e[2]) < street.FRAMES - 1]
    assert told("tracking") == [e for e in expected if int(e[2]) == 0]
    for (_, camera, _), video in zip(told("tracking"), ("0000", "0001"), strict=True):
        first = root / "tracking" / "training" / "image_02" / video / "000000.png"
        assert first.read_bytes() == next(f for f in frames if f.camera.name == camera).png()


def test_2d_boxes_are_around_the_pixels_of_the_object_alone(
    training: Path, frames: list[Frame]
) -> None:
    nearer = 0
    for number, frame in enumerate(frames):
        lines = (training / "label_2" / f"{number:06d}.txt").read_text().splitlines()
        o, size = frame.objects, frame.camera.intrinsics
        rows = [i for i, c in enumerate(o.semantic) if c in (*_KEPT, SemanticClass.MOTORCYCLE)]
        assert len(lines) == len(rows)
        for i, line in zip(rows, lines, strict=True):
            v, u = np.nonzero(decode(o.amodal_mask[i], size.height, size.width))
            box = list(map(float, line.split()[4:8]))
            # Sides of pixels whose centres are whole numbers; the image ends at the outermost.
            sides = [u.min() - 0.5, v.min() - 0.5, u.max() + 0.5, v.max() + 0.5]
            assert box == [
                *(max(side, 0) for side in sides[:2]),
                min(sides[2], size.width - 1),
                min(sides[3], size.height - 1),
            ]
            cut = np.clip(o.amodal_box[i], 0, [size.width, size.height] * 2)
            nearer += int(np.abs(cut - box).max() > 5)
    assert nearer, "vertices of something beside the camera lie far from its pixels"


def test_alpha_is_the_angle_at_which_the_camera_sees_it(training: Path) -> None:
    rows = [
        list(map(float, line.split()[1:]))
        for file in sorted((training / "label_2").iterdir())
        for line in file.read_text().splitlines()
    ]
    table = np.array(rows)
    alpha, x, z, rotation_y = table[:, 2], table[:, 10], table[:, 12], table[:, 13]
    assert np.all(np.abs(alpha) <= np.pi + 1e-6)
    turn = rotation_y - np.arctan2(x, z) - alpha
    np.testing.assert_allclose(np.cos(turn), 1.0, atol=1e-6)


def test_depth_comes_back_to_half_a_step(
    exported: Callable[[str], Path], frames: list[Frame]
) -> None:
    root = exported("kitti") / "depth" / "train"
    far = 0
    for frame in frames[::5]:
        video = list(frame.sequence.cameras).index(frame.camera.name)
        name = f"{video:04d}_sync/proj_depth/groundtruth/image_02/{frame.number:010d}.png"
        steps = read_png16(root / name)
        depth = frame.read("depth")
        near = depth < 255.99
        np.testing.assert_allclose(steps[near] / 256.0, depth[near], atol=0.5 / 256 + 1e-5)
        assert not steps[~near].any()
        far += int((~near).sum())
    assert far > 1000


def test_flow_comes_back_to_a_64th_of_a_pixel(
    exported: Callable[[str], Path], frames: list[Frame]
) -> None:
    root = exported("kitti") / "flow" / "training"
    names = sorted(p.name for p in (root / "flow_occ").iterdir())
    assert names == [f"{n:06d}_10.png" for n in range(2 * (street.FRAMES - 1))]
    hidden = 0
    pair = 0
    for camera in ("front", "left"):
        for frame in (f for f in frames if f.camera.name == camera):
            if frame.number == street.FRAMES - 1:
                continue
            if frame.number % 4 == 0:
                flow = frame.read("flow_forward")
                occluded = frame.flow_occlusion("forward") != SEEN
                for folder, valid in (
                    ("flow_occ", ~np.zeros_like(occluded)),
                    ("flow_noc", ~occluded),
                ):
                    read = read_png16(root / folder / f"{pair:06d}_10.png")
                    u, v = ((read[..., i].astype(float) - 2**15) / 64 for i in (0, 1))
                    shown = read[..., 2] == 1
                    np.testing.assert_array_equal(shown, valid & (np.abs(flow).max(-1) < 511))
                    error = np.abs(np.stack([u, v], -1) - flow)[shown]
                    assert error.max() <= 0.5 / 64 + 1e-4
                hidden += int(occluded.sum())
                for suffix, shows in (("10", frame.number), ("11", frame.number + 1)):
                    picture = root / "image_2" / f"{pair:06d}_{suffix}.png"
                    there = frame.sequence.frame(camera, shows)
                    assert picture.read_bytes() == there.png()
            pair += 1
    assert hidden > 100


def test_what_the_formats_cannot_hold_is_marked_as_missing(tmp_path: Path) -> None:
    depth = np.array([[0.5, 255.99, 256.0, 900.0, np.inf]], np.float32)
    (tmp_path / "depth.png").write_bytes(encode_depth(depth))
    np.testing.assert_array_equal(read_png16(tmp_path / "depth.png"), [[128, 65533, 0, 0, 0]])
    flow = np.array([[[0.25, -1.0], [511.9, 0], [512.1, 0], [0, -600], [3, 4]]], np.float32)
    missing = np.array([[False, False, False, False, True]])
    (tmp_path / "flow.png").write_bytes(encode_flow(flow, missing))
    read = read_png16(tmp_path / "flow.png")
    np.testing.assert_array_equal(read[..., 2], [[1, 1, 0, 0, 0]])
    np.testing.assert_array_equal(read[0, 0], [32768 + 16, 32768 - 64, 1])
    assert not read[0, 2:].any()
