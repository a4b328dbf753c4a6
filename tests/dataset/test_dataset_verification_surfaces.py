from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import synthetic
from corruptions import (
    HASHES,
    Change,
    Corruptions,
    change_pass,
    each,
    failed,
    on,
)

from cityloop.dataset import Dataset, verify
from cityloop.dataset.road_marks import read_road_marks, write_road_marks
from cityloop.dataset.static_geometry import read_static_geometry, write_static_geometry
from cityloop.dataset.stored_pass import StoredPass
from cityloop.world.markings import Mark
from cityloop.world.semantics import CLASSES, SemanticClass

NAMES = "rays: classes and ids"
SLOPE = "normals against the slope of depth"
MARKS = "road marks against the semantic mask"


def dimmed(root: Path) -> None:
    """Turn the colours of every other picture round."""
    path = root / "sequences/boxes/cameras/front/rgb/000001.png"
    cv2.imwrite(str(path), 255 - cv2.imread(str(path)))


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


def hanging() -> list[str]:
    return [CLASSES[c].name for c in synthetic.HANGING]


def shown_as(label: SemanticClass, other: SemanticClass) -> Callable[[Path], None]:
    """Give what is seen of a class another one."""
    return lambda root: change_pass(root, "semantic", lambda p, _: np.where(p == label, other, p))


def with_a_wall(root: Path) -> None:
    """Keep a wall before the wagon that was not drawn."""
    path = root / "sequences/boxes/static_geometry.parquet"
    meshes = read_static_geometry(path)
    across = np.array([[5, -3, 0], [5, 6, 0], [5, 6, 3], [5, -3, 3]], np.float32)
    write_static_geometry(path, [*meshes, replace(meshes[0], name="wall", positions=across)])


OF_SURFACES: Corruptions = {
    **{
        f"depth of a {CLASSES[c].name}": (
            standing_scaled(c, 1.002),
            {f"rays: depth of {CLASSES[c].name}"},
        )
        for c in synthetic.HANGING
    },
    "depth of a sidewalk": (
        standing_scaled(SemanticClass.SIDEWALK, 0.998),
        {"rays: depth of sidewalk"},
    ),
    "depth of paint": (
        standing_scaled(SemanticClass.ROAD_MARKING, 0.99),
        {"rays: depth of road marking"},
    ),
    "class of a fence": (shown_as(SemanticClass.FENCE, SemanticClass.POLE), {NAMES}),
    "class of leaves": (shown_as(SemanticClass.VEGETATION, SemanticClass.TERRAIN), {NAMES}),
    "road marks that lie elsewhere": (change_marks(lambda m: [aside(m[0])]), {MARKS}),
    "road marks that nobody painted": (
        change_marks(lambda m: [*m, replace(m[0], outline=m[0].outline + [1.0, 0.0, 0.0])]),
        {MARKS},
    ),
    "road marks that are left out": (change_marks(lambda _: []), {MARKS}),
    "depth of the far road": (
        lambda r: change_pass(r, "depth", farther(0, (12.0, 40.0), 1.025)),
        {
            "ground: depth against the roads",
            "rays: depth of road",
            *(f"rays: depth of {name}" for name in ("building", "sidewalk", *hanging())),
        },
    ),
    "depth of a house": (
        standing_scaled(SemanticClass.BUILDING, 1.07),
        {"buildings: depth against their outlines", "rays: depth of building"},
    ),
    "depth of a bus shelter": (
        standing_scaled(SemanticClass.STREET_FURNITURE, 0.98),
        {"street furniture: depth against its outlines", "rays: depth of street furniture"},
    ),
    "depth of a vehicle": (
        lambda r: change_pass(r, "depth", farther(2, (7.0, 7.4), 1.004)),
        {"vehicles: depth against their mesh"},
    ),
    "changes of depth": (
        lambda r: change_pass(r, "depth_change_forward", on(7, 0.05)),
        {"depth_change_forward: objects", each("depth_change_forward")},
    ),
    "pictures": (
        dimmed,
        {"rgb warped by flow", "rgb warped by flow: each picture's median"},
    ),
}


@pytest.mark.parametrize("name", OF_SURFACES)
def test_each_corrupted_surface_fails_its_checks_and_no_other(brief: Path, name: str) -> None:
    corrupt, expected = OF_SURFACES[name]
    corrupt(brief)
    assert failed(verify(brief)) == expected | {HASHES}


OF_FOUR_FRAMES: Corruptions = {
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
        {"normals: away from the camera", SLOPE, each(SLOPE)},
    ),
    "normals in another frame": (
        lambda r: change_pass(r, "normal", lambda p, _: p[..., [1, 0, 2]]),
        {"normals: away from the camera", SLOPE, each(SLOPE)},
    ),
}


@pytest.mark.parametrize("name", OF_FOUR_FRAMES)
def test_each_corruption_of_four_frames_fails_its_checks_and_no_other(
    copied: Path, name: str
) -> None:
    corrupt, expected = OF_FOUR_FRAMES[name]
    corrupt(copied)
    assert failed(verify(copied)) == expected | {HASHES}


def test_a_thing_that_was_not_drawn_is_found(brief: Path) -> None:
    with_a_wall(brief)
    assert {
        "rays: nothing before the sky",
        "rays: nothing fixed before what moves",
        "rays: depth of road",
        "rays: depth of building",
    } <= failed(verify(brief))


def test_sky_before_what_stands_still_is_found(brief: Path) -> None:
    change_pass(brief, "depth", lambda p, i: np.where((p > 39) & (i == 0), np.inf, p))
    assert "rays: nothing before the sky" in failed(verify(brief))


def test_a_sequence_without_meshes_has_no_rays(tmp_path: Path) -> None:
    with synthetic.writer(tmp_path / "dataset", frame_count=1, static_geometry=None) as writer:
        synthetic.record(writer, frame_count=1)
    report = verify(tmp_path / "dataset")
    assert report.passed
    assert not any(row.count for row in report.rows if row.check.startswith("rays:"))


def test_normals_of_one_car_that_are_mirrored_in_one_picture_are_named(brief: Path) -> None:
    def mirrored(picture: np.ndarray, instance: np.ndarray) -> np.ndarray:
        return np.where((instance == 2)[..., None], picture * [-1, 1, 1], picture)

    change_pass(brief, "normal", mirrored, only=1)
    row = next(r for r in verify(brief).rows if r.check == each(SLOPE))
    assert not row.passed
    assert row.place == "boxes, front, frame 1, car"
