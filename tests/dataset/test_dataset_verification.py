from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from corruptions import (
    FRAMES,
    HASHES,
    LABELS,
    VEHICLE,
    Corruptions,
    change_column,
    change_lists,
    change_pass,
    failed,
    shifted,
)
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cli.main import cli
from cityloop.dataset import Dataset, verify
from cityloop.dataset.stored_pass import StoredPass
from cityloop.dataset.verification.report import Tally
from cityloop.errors import DatasetError

DEPTHS = {
    f"rays: depth of {name}"
    for name in (
        "road",
        "sidewalk",
        "kerb",
        "road marking",
        "terrain",
        "building",
        "wall",
        "fence",
        "pole",
        "traffic light",
        "traffic sign",
        "street furniture",
        "vegetation",
    )
}
RAYS = {
    *DEPTHS,
    "rays: nothing before the sky",
    "rays: nothing fixed before what moves",
    "rays: classes and ids",
    "rays: flow_backward of what stands still",
    "rays: flow_forward of what stands still",
}
CHECKS = {
    "flow_backward: background and sky",
    "flow_backward: objects",
    "flow_backward: wheels",
    "flow_backward: people",
    "flow_forward: background and sky",
    "flow_forward: objects",
    "flow_forward: wheels",
    "flow_forward: people",
    "flow_forward against flow_backward",
    *(
        f"depth_change_{way}: {what}"
        for way in ("backward", "forward")
        for what in ("background and sky", "objects", "wheels", "people")
    ),
    *(
        f"{name}: each object's median"
        for name in (
            "velocity",
            "flow_backward",
            "flow_forward",
            "depth_change_backward",
            "depth_change_forward",
            "normals against the slope of depth",
        )
    ),
    "rgb warped by flow",
    "rgb warped by flow: each picture's median",
    "rgb warped by flow against rgb left in place",
    "masks against the instance pass",
    "amodal masks hold the visible ones",
    "amodal pixels against their masks",
    "visible fraction, occlusion level",
    "occluders against the masks",
    "what hides is nearer",
    "amodal boxes against their masks",
    "amodal boxes against 3D boxes",
    "truncation",
    "clipped boxes against amodal masks",
    "people with a pose",
    "keypoints against skeletons",
    "keypoints in the image",
    "keypoint visibility against depth",
    "seen keypoints against depth",
    "bones against skeletons",
    "head, body and gaze against skeletons",
    "objects with all their pieces",
    "pieces against the passes",
    "pieces: world against camera",
    "3D boxes hold the surface: pieces",
    "riders: 3D boxes against their mesh",
    "riders' keypoints against skeletons",
    "riders' keypoints in the image",
    "riders' keypoint visibility against depth",
    "riders' seen keypoints against depth",
    "ego against its state",
    "labels: world against vehicle",
    "time to collision: boxes touch then",
    "time to collision: not before",
    "conditions against states",
    "panoptic ids",
    "indicating against lamps",
    "crossing against the roads",
    "velocity: background and sky",
    "velocity: objects",
    "velocity: wheels",
    "velocity: people",
    "people: depth against their mesh",
    "vehicles: depth against their mesh",
    "vehicles: amodal boxes against their mesh",
    "vehicles: 3D boxes against their mesh",
    "ground: depth against the roads",
    "buildings: depth against their outlines",
    "street furniture: depth against its outlines",
    *RAYS,
    "2D boxes against the mask",
    "pixel counts against the mask",
    "ids in mask and labels",
    "classes against the semantic mask",
    "sky in depth and masks",
    "distance_m against depth",
    "labels: world against camera",
    "3D boxes hold the surface: objects",
    "3D boxes hold the surface: people",
    "3D boxes hold the surface: fallen",
    "normals: unit length",
    "normals: away from the camera",
    "normals against the slope of depth",
    "camera pose against its host",
    "activity against motion",
    "people: heights against their mesh",
    "times against ticks",
    "environment against the scenario",
    "light against the sun",
    "road marks against the semantic mask",
    "road marks against the roads",
    "velocities against positions",
    "accelerations against positions",
    "turn rates against orientations",
    "labels against states of the tick",
    "provenance, kinds, names",
    "SHA-256 of all files",
    "lint: numbers that are none",
    "lint: states that cannot be",
    "lint: events against states",
    "lint: signals of known lights",
    "lint: signals against each other",
    "lint: lamps against light states",
    "lint: red lights run",
    "lint: deadlocks",
    "lint: driving against the lane",
    "lint: speeding",
    "lint: people on the carriageway",
    "lint: vehicles inside vehicles",
    "lint: vehicles inside people",
    "lint: people inside people",
    "lint: vehicles inside fixed things",
    "lint: people inside fixed things",
    "lint: feet off or in the ground",
    "lint: wheels off or in the ground",
    "lint: bodies below the road",
}


def test_a_true_dataset_passes_every_check(recorded: Path) -> None:
    calls: list[tuple[int, int]] = []
    report = verify(recorded, progress=lambda done, total: calls.append((done, total)))
    assert {row.check for row in report.rows} == CHECKS
    # The lint of what has no roads and its paint are tested in test_dataset_lint, falls in
    # test_fallen, riders in test_dataset_verification_riders, pictures that move in
    # test_dataset_verification_warping.
    elsewhere = (
        *(
            "lint:",
            "riders: 3D boxes against their mesh",
            "rgb warped by flow against rgb left in place",
            "3D boxes hold the surface: fallen",
            "crossing against the roads",
        ),
        "road marks against the roads",
    )
    assert all(row.count > 0 for row in report.rows if not row.check.startswith(elsewhere))
    assert report.passed
    assert failed(report) == set()
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
    flow = next(r for r in report.rows if r.check == "flow_backward: wheels")
    assert flow.worst < 1e-5
    assert flow.tolerance == 0.05


def test_two_true_frames_pass_every_check(recorded_briefly: Path) -> None:
    assert failed(verify(recorded_briefly)) == set()


def one_frame_late(root: Path, name: str) -> None:
    sequence = Dataset(root).sequence("boxes")
    store = StoredPass(sequence.layout.passes("front"), name)
    pictures = [sequence.store("front", name).read(n) for n in range(sequence.frame_count)]
    for n in range(1, sequence.frame_count):
        store.write(n, pictures[n - 1])


def stale_bones(rows: list[list[float]]) -> list[list[float]]:
    """Give every actor the skeleton of the tick before; a tick has four rows."""
    return rows[:4] + rows[:-4]


# Changes that many checks must notice, because much follows from what they spoil.
DEEP: Corruptions = {
    "depth": (
        lambda r: change_pass(r, "depth", lambda p, _: p * np.float32(1.05)),
        {"flow_backward: background and sky", "flow_forward: objects", "distance_m against depth"},
    ),
    "depth one frame late": (
        lambda r: one_frame_late(r, "depth"),
        {"distance_m against depth", "people: depth against their mesh"},
    ),
    "instance mask one frame late": (
        lambda r: one_frame_late(r, "instance"),
        {"2D boxes against the mask", "pixel counts against the mask"},
    ),
    "an id without a label": (
        lambda r: change_pass(r, "instance", lambda p, _: np.where(p == 7, 8, p).astype(np.uint32)),
        {"ids in mask and labels"},
    ),
    "skeletons of another tick": (
        lambda r: change_lists(r, "bones", stale_bones),
        {"flow_backward: people", "velocity: people"},
    ),
    "amodal masks": (
        lambda r: change_column(r, "objects", "amodal_mask", lambda v: v[::-1]),
        {
            "amodal masks hold the visible ones",
            "amodal boxes against their masks",
            "clipped boxes against amodal masks",
        },
    ),
    "the ego's velocity": (
        lambda r: change_column(r, "frames", "ego_velocity", shifted),
        {"ego against its state", VEHICLE},
    ),
    "camera poses": (
        lambda r: change_column(r, "frames", "camera_position", shifted),
        {"camera pose against its host", FRAMES},
    ),
    "positions": (
        lambda r: change_column(
            r, "states", "position", lambda v: v + np.linspace(0, 1, len(v))[:, None]
        ),
        {"velocities against positions", LABELS, "camera pose against its host"},
    ),
}


@pytest.mark.parametrize("name", DEEP)
def test_what_much_follows_from_fails_much(copied: Path, name: str) -> None:
    corrupt, expected = DEEP[name]
    corrupt(copied)
    assert expected | {HASHES} <= failed(verify(copied))


def test_the_place_of_the_worst_error_is_named(copied: Path) -> None:
    def spoil(picture: np.ndarray, instance: np.ndarray) -> np.ndarray:
        picture[3, 5] += 9
        return picture

    change_pass(copied, "flow_forward", spoil)
    row = next(r for r in verify(copied).rows if r.check == "flow_forward: background and sky")
    assert row.worst == pytest.approx(9 * np.sqrt(2), rel=1e-3)
    assert row.place == "boxes, front, frame 0, pixel (5, 3)"


@pytest.mark.parametrize(
    "part",
    ["states.parquet", "cameras/front/labels.mp4", "cameras/front/rgb/000002.png"],
)
def test_a_changed_byte_is_found_and_named(copied: Path, part: str) -> None:
    path = copied / "sequences/boxes" / part
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if part.endswith(("png", "mp4")) else 40] ^= 1
    path.write_bytes(content)
    try:
        report = verify(copied)
    except DatasetError as error:
        assert part in str(error)  # noqa: PT017
    else:
        assert HASHES in failed(report)
        row = next(r for r in report.rows if r.check == HASHES)
        assert part in row.place


def test_a_lost_video_is_found(copied: Path) -> None:
    (copied / "sequences/boxes/cameras/front/labels.mp4").unlink()
    assert failed(verify(copied)) == {HASHES}


def test_a_lost_pass_stops_with_its_name(copied: Path) -> None:
    (copied / "sequences/boxes/cameras/front/passes.zarr/depth/c/2/0/0").unlink()
    with pytest.raises(DatasetError, match="depth/c/2/0/0 is missing"):
        verify(copied)


def test_lost_rows_stop_with_their_table(copied: Path) -> None:
    path = copied / "sequences/boxes/frames.parquet"
    pq.write_table(pq.read_table(path).slice(0, 3), path)
    with pytest.raises(DatasetError, match=r"frames\.parquet has 3 rows, not 4"):
        verify(copied)


def test_reports_are_tables_and_json(recorded_briefly: Path) -> None:
    report = verify(recorded_briefly)
    assert report.to_table().row_count == len(CHECKS)
    assert '"passed": true' in report.to_json()


def test_the_command_prints_a_whole_table_and_says_how_many_checks_failed(brief: Path) -> None:
    change_column(brief, "objects", "visible_pixels", lambda v: v + 1)
    result = CliRunner().invoke(cli, ["verify", str(brief)])
    assert result.exit_code == 1
    *table, verdict = result.stderr.splitlines()
    assert "…" not in result.stderr
    assert all(any(check in line for line in table) for check in CHECKS)
    assert verdict.startswith("2 of ")
    assert "checks failed: see the rows marked FAILED" in verdict


@given(st.lists(st.floats(1e-8, 1e8), min_size=1, max_size=300), st.floats(0.01, 0.999))
def test_a_tally_bounds_its_quantiles_from_above(errors: list[float], share: float) -> None:
    tally = Tally("x", "px", 1.0, share)
    for half in np.array_split(np.array(errors), 2):
        tally.add(half, "here")
    ranked = np.sort(errors)
    exact = ranked[int(np.ceil(share * len(errors))) - 1]
    assert exact * (1 - 1e-9) <= tally.at_quantile(share) <= exact * 1.01
    assert tally.row().worst == max(errors)


def test_what_is_no_number_counts_as_an_infinite_error() -> None:
    tally = Tally("x", "px", 1.0, 0.5)
    tally.add([0.0, np.nan], lambda i: f"value {i}")
    assert tally.row().worst == np.inf
    assert tally.row().place == "value 1"
    assert tally.at_quantile(0.5) < 1e-8
    assert tally.at_quantile(0.9) == np.inf
