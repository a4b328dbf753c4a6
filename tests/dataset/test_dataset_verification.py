from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import synthetic
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cityloop.cli.main import cli
from cityloop.dataset import Dataset, Report, verify
from cityloop.dataset.road_marks import read_road_marks, write_road_marks
from cityloop.dataset.schema import PEOPLE_COLUMNS
from cityloop.dataset.stored_pass import StoredPass
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.report import Tally
from cityloop.dataset.verification.vehicles import shows_mirrors
from cityloop.errors import DatasetError
from cityloop.spatial import Pose, rotation
from cityloop.world.markings import Mark
from cityloop.world.semantics import SemanticClass

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
    "rgb warped by flow",
    "masks against the instance pass",
    "amodal masks hold the visible ones",
    "amodal pixels against their masks",
    "visible fraction, occlusion level",
    "occluders against the masks",
    "what hides is nearer",
    "amodal boxes against their masks",
    "amodal boxes against 3D boxes",
    "truncation, clipped boxes",
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
    "riders' keypoints against their seats",
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
HASHES = "SHA-256 of all files"


def failed(report: Report) -> set[str]:
    return {row.check for row in report.rows if not row.passed}


def test_a_true_dataset_passes_every_check(recorded: Path) -> None:
    calls: list[tuple[int, int]] = []
    report = verify(recorded, progress=lambda done, total: calls.append((done, total)))
    assert {row.check for row in report.rows} == CHECKS
    # The lint of what has no roads and its paint are tested in test_dataset_lint, falls in
    # test_fallen.
    elsewhere = (
        *("lint:", "3D boxes hold the surface: fallen", "crossing against the roads"),
        "road marks against the roads",
    )
    assert all(row.count > 0 for row in report.rows if not row.check.startswith(elsewhere))
    assert report.passed
    assert failed(report) == set()
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
    flow = next(r for r in report.rows if r.check == "flow_backward: wheels")
    assert flow.worst < 1e-5
    assert flow.tolerance == 0.05


Change = Callable[[np.ndarray, np.ndarray], np.ndarray]  # picture, instance -> picture


def change_pass(root: Path, name: str, change: Change) -> None:
    sequence = Dataset(root).sequence("boxes")
    group = sequence.layout.passes("front")
    store = StoredPass(group, name)
    for frame in range(sequence.frame_count):
        picture = StoredPass(group, name).read(frame)
        store.write(frame, change(picture, StoredPass(group, "instance").read(frame)))


def change_column(
    root: Path, table: str, column: str, change: Callable[[np.ndarray], np.ndarray]
) -> None:
    path = root / f"sequences/boxes/{table}.parquet"
    rows = pq.read_table(path)
    field = rows.schema.field(column)
    values = change(np.array(rows.column(column).to_pylist()))
    new = pa.array(values.tolist(), type=field.type)
    pq.write_table(rows.set_column(rows.schema.get_field_index(column), field, new), path)


def change_lists(
    root: Path,
    column: str,
    change: Callable[[list[list[float]]], list[list[float]]],
    table: str = "states",
) -> None:
    path = root / f"sequences/boxes/{table}.parquet"
    rows = pq.read_table(path)
    field = rows.schema.field(column)
    new = pa.array(change(rows.column(column).to_pylist()), type=field.type)
    pq.write_table(rows.set_column(rows.schema.get_field_index(column), field, new), path)


def on(actor: int, shift: object) -> Change:
    """Return what adds `shift` to an actor's pixels."""

    def change(picture: np.ndarray, instance: np.ndarray) -> np.ndarray:
        picture[instance == actor] += np.asarray(shift, picture.dtype)
        return picture

    return change


def one_frame_late(root: Path, name: str) -> None:
    sequence = Dataset(root).sequence("boxes")
    store = StoredPass(sequence.layout.passes("front"), name)
    pictures = [sequence.store("front", name).read(n) for n in range(sequence.frame_count)]
    for n in range(1, sequence.frame_count):
        store.write(n, pictures[n - 1])


def stale_bones(rows: list[list[float]]) -> list[list[float]]:
    """Give every actor the skeleton of the tick before; a tick has four rows."""
    return rows[:4] + rows[:-4]


def slower_wheels(rows: list[list[float]]) -> list[list[float]]:
    """Roll each wheel by less than it did."""
    return [[x * 0.8 if i % 5 == 1 else x for i, x in enumerate(row)] for row in rows]


def shifted(values: np.ndarray) -> np.ndarray:
    return values + 0.2


def grown(values: np.ndarray) -> np.ndarray:
    return values * 1.2


def turned(quaternions: np.ndarray) -> np.ndarray:
    return rotation.multiply(rotation.from_yaw(0.05), quaternions)


def shrunk(values: np.ndarray) -> np.ndarray:
    return values * 0.1


MATCH = "flow_forward against flow_backward"
LABELS = "labels against states of the tick"
FRAMES = "labels: world against camera"
EGO, VEHICLE = "ego against its state", "labels: world against vehicle"
TOUCH, NOT_BEFORE = "time to collision: boxes touch then", "time to collision: not before"

# What is spoilt -> how, and exactly which checks (besides the hashes) must fail on it.
CORRUPTIONS: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "background flow": (
        lambda r: change_pass(r, "flow_backward", on(0, 0.2)),
        {"flow_backward: background and sky", MATCH},
    ),
    "flow of an object": (
        lambda r: change_pass(r, "flow_forward", on(7, [0.2, 0])),
        {"flow_forward: objects", MATCH},
    ),
    "flow of a person": (
        lambda r: change_pass(r, "flow_forward", on(3, [0, 0.2])),
        {"flow_forward: people", MATCH},
    ),
    "flow that is no number": (
        lambda r: change_pass(r, "flow_backward", on(7, np.nan)),
        {"flow_backward: objects", MATCH},
    ),
    "flow of the wrong sign": (
        lambda r: change_pass(r, "flow_backward", lambda p, _: -p),
        {f"flow_backward: {k}" for k in ("background and sky", "objects", "wheels", "people")}
        | {MATCH},
    ),
    "velocity of an object": (
        lambda r: change_pass(r, "velocity", on(7, 0.1)),
        {"velocity: objects"},
    ),
    "velocity of the background": (
        lambda r: change_pass(r, "velocity", on(0, 0.1)),
        {"velocity: background and sky"},
    ),
    "velocity of a person": (
        lambda r: change_pass(r, "velocity", on(3, 0.1)),
        {"velocity: people"},
    ),
    "wheels that do not roll as recorded": (
        lambda r: change_lists(r, "wheels", slower_wheels),
        {
            f"{name}_{way}: wheels"
            for name in ("flow", "depth_change")
            for way in ("backward", "forward")
        }
        | {"vehicles: depth against their mesh"},  # they have twelve corners
    ),
    "velocity labels": (
        lambda r: change_column(r, "states", "velocity", grown),
        {"velocities against positions", "velocity: objects", "velocity: wheels", LABELS, EGO},
    ),
    "acceleration labels": (
        lambda r: change_column(r, "states", "acceleration", lambda v: v + 2),
        {"accelerations against positions", LABELS, EGO},
    ),
    "angular velocity": (
        lambda r: change_column(r, "states", "angular_velocity", shifted),
        {"turn rates against orientations", "velocity: objects", "velocity: wheels", LABELS, EGO},
    ),
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
        {LABELS, FRAMES, VEHICLE, "vehicles: 3D boxes against their mesh"},
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
    "a sky that is no sky": (
        lambda r: change_pass(r, "semantic", lambda p, i: np.where(p == 10, 2, p).astype(np.uint8)),
        {"sky in depth and masks"},
    ),
    "normals of another length": (
        lambda r: change_pass(r, "normal", lambda p, _: p * np.float16(1.01)),
        {"normals: unit length"},
    ),
    "normals turned away": (
        lambda r: change_pass(r, "normal", lambda p, _: -p),
        {"normals: away from the camera", "normals against the slope of depth"},
    ),
    "normals in another frame": (
        lambda r: change_pass(r, "normal", lambda p, _: p[..., [1, 0, 2]]),
        {"normals: away from the camera", "normals against the slope of depth"},
    ),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_fails_its_checks_and_no_other(copied: Path, name: str) -> None:
    corrupt, expected = CORRUPTIONS[name]
    corrupt(copied)
    assert failed(verify(copied)) == expected | {HASHES}


TURNS = "head, body and gaze against skeletons"
SHARES = "visible fraction, occlusion level"
CUT = "truncation, clipped boxes"
CONDITIONS = "conditions against states"
PIECES = "pieces against the passes"
SEATS = "riders' keypoints against their seats"
KEYPOINTS, PIXELS = "keypoints against skeletons", "keypoints in the image"
SEEN = "keypoint visibility against depth"


def moved(amount: float) -> Callable[[list[list[float]]], list[list[float]]]:
    """Return what adds to the first number of each list."""
    return lambda rows: [[row[0] + amount, *row[1:]] if row else row for row in rows]


def about(rows: list[list[float]]) -> list[list[float]]:
    """Return quaternions turned by 0.05 rad."""
    return [rotation.multiply(rotation.from_yaw(0.05), r).tolist() if r else r for r in rows]


def dimmed(root: Path) -> None:
    """Turn the colours of every other picture round."""
    path = root / "sequences/boxes/cameras/front/rgb/000001.png"
    cv2.imwrite(str(path), 255 - cv2.imread(str(path)))


def label(column: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], None]:
    return lambda root: change_column(root, "objects", column, change)


def lists(
    column: str, change: Callable[[list[list[float]]], list[list[float]]]
) -> Callable[[Path], None]:
    return lambda root: change_lists(root, column, change, "objects")


def first(values: np.ndarray, value: object) -> np.ndarray:
    """Return the values with another first one."""
    values = values.copy()
    values[0] = value
    return values


MARKS = "road marks against the semantic mask"


def change_marks(change: Callable[[tuple[Mark, ...]], list[Mark]]) -> Callable[[Path], None]:
    def spoil(root: Path) -> None:
        path = root / "sequences/boxes/road_marks.parquet"
        write_road_marks(path, change(read_road_marks(path)))

    return spoil


def aside(mark: Mark) -> Mark:
    return replace(mark, outline=mark.outline + [0.0, 0.1, 0.0])


def farther(actor: int, between_m: tuple[float, float], factor: float) -> Change:
    """Put what is seen of an actor between two depths farther off."""

    def change(depth: np.ndarray, instance: np.ndarray) -> np.ndarray:
        near_m, far_m = between_m
        spoilt = (instance == actor) & (depth > near_m) & (depth < far_m)
        return np.where(spoilt, depth * np.float32(factor), depth)

    return change


def standing_scaled(label: SemanticClass, factor: float) -> Callable[[Path], None]:
    """Put what is seen of a class farther off, or nearer."""

    def spoil(root: Path) -> None:
        sequence = Dataset(root).sequence("boxes")
        store = StoredPass(sequence.layout.passes("front"), "depth")
        for frame in range(sequence.frame_count):
            depth = sequence.store("front", "depth").read(frame)
            shown = sequence.store("front", "semantic").read(frame) == label
            store.write(frame, np.where(shown, depth * np.float32(factor), depth))

    return spoil


# As CORRUPTIONS, on two frames.
OF_LABELS: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "masks": (label("mask", lambda v: v[::-1]), {"masks against the instance pass"}),
    "road marks that lie elsewhere": (change_marks(lambda m: [aside(m[0])]), {MARKS}),
    "road marks that nobody painted": (
        change_marks(lambda m: [*m, replace(m[0], outline=m[0].outline + [1.0, 0.0, 0.0])]),
        {MARKS},
    ),
    "road marks that are left out": (change_marks(lambda _: []), {MARKS}),
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
    "truncation": (label("truncation", lambda v: v + 0.01), {CUT}),
    "clipped boxes": (label("clipped_xmax", lambda v: v - 1), {CUT}),
    "amodal boxes": (
        label("amodal_ymin", lambda v: v + 1),
        {CUT, "amodal boxes against their masks", "vehicles: amodal boxes against their mesh"},
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
    "panoptic ids": (label("panoptic_id", lambda v: v + 1), {"panoptic ids"}),
    "indicators without lamps": (
        lambda r: change_column(r, "states", "indicating", lambda v: v * 0 + 1),
        {CONDITIONS, "indicating against lamps"},
    ),
    "the ego's acceleration": (
        lambda r: change_column(r, "frames", "ego_acceleration", shifted),
        {"ego against its state"},
    ),
    "depth of the far road": (
        lambda r: change_pass(r, "depth", farther(0, (12.0, 40.0), 1.025)),
        {"ground: depth against the roads"},
    ),
    "depth of a house": (
        standing_scaled(SemanticClass.BUILDING, 1.07),
        {"buildings: depth against their outlines"},
    ),
    "depth of a bus shelter": (
        standing_scaled(SemanticClass.STREET_FURNITURE, 0.98),
        {"street furniture: depth against its outlines"},
    ),
    "depth of a vehicle": (
        lambda r: change_pass(r, "depth", farther(2, (7.0, 7.4), 1.004)),
        {"vehicles: depth against their mesh"},
    ),
    "changes of depth": (
        lambda r: change_pass(r, "depth_change_forward", on(7, 0.05)),
        {"depth_change_forward: objects"},
    ),
    "pictures": (dimmed, {"rgb warped by flow"}),
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


def test_two_true_frames_pass_every_check(recorded_briefly: Path) -> None:
    assert failed(verify(recorded_briefly)) == set()


@pytest.mark.parametrize("name", OF_LABELS)
def test_each_corrupted_label_fails_its_checks_and_no_other(brief: Path, name: str) -> None:
    corrupt, expected = OF_LABELS[name]
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


# Changes that many checks must notice, because much follows from what they spoil.
DEEP: dict[str, tuple[Callable[[Path], None], set[str]]] = {
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
        {"amodal masks hold the visible ones", "amodal boxes against their masks"},
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
