"""What shows too few pixels is left out, by every exporter alike."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import street

from cityloop.dataset import Dataset, Frame
from cityloop.errors import ExportError
from cityloop.exporters import export

MIN_PIXELS = 60


def _coco(out: Path) -> dict[str, list[tuple[int, int]]]:
    said = json.loads((out / "annotations" / "instances.json").read_text())
    names = {i["id"]: f"{i['camera']}/{i['frame']}" for i in said["images"]}
    found: dict[str, list[tuple[int, int]]] = {name: [] for name in names.values()}
    for a in said["annotations"]:
        found[names[a["image_id"]]].append((a["track_id"], a["area"]))
    return found


def _frames(dataset: Path) -> list[Frame]:
    sequence = Dataset(dataset).sequence(street.NAME)
    return [sequence.frame(c, n) for c in ("front", "left") for n in range(street.FRAMES)]


def _lines(path: Path) -> list[list[str]]:
    return [line.replace(",", " ").split() for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def fewer(street_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    root = tmp_path_factory.mktemp("fewer")
    return lambda form: export(street_dataset, form, root / form, min_pixels=MIN_PIXELS)


def test_coco(fewer: Callable[[str], Path], exported: Callable[[str], Path]) -> None:
    out = fewer("coco")
    whole = _coco(exported("coco"))
    left = {k: [a for a in v if a[1] >= MIN_PIXELS] for k, v in whole.items()}
    assert _coco(out) == left != whole
    segments = json.loads((out / "annotations" / "panoptic.json").read_text())["annotations"]
    areas = [s["area"] for a in segments for s in a["segments_info"] if s["id"] >= 256]
    assert sorted(areas) == sorted(area for things in left.values() for _, area in things)


def test_yolo(fewer: Callable[[str], Path], exported: Callable[[str], Path]) -> None:
    whole = _coco(exported("coco"))
    out = fewer("yolo")
    for name, things in whole.items():
        camera, frame = name.split("/")
        path = out / "detect" / "labels" / f"{street.NAME}-{camera}-{int(frame):06d}.txt"
        assert len(_lines(path)) == sum(area >= MIN_PIXELS for _, area in things)


def test_kitti_and_mot(
    fewer: Callable[[str], Path], exported: Callable[[str], Path], street_dataset: Path
) -> None:
    kitti, mot = fewer("kitti"), fewer("mot")
    whole = exported("kitti"), exported("mot")
    shown = {
        (f.camera.name, f.number, int(i)): int(n)
        for f in _frames(street_dataset)
        for i, n in zip(f.objects.id, f.objects.visible_pixels, strict=True)
    }
    for video, camera in enumerate(("front", "left")):
        tracks = f"tracking/training/label_02/{video:04d}.txt"
        lines = f"train/{street.NAME}-{camera}/gt/gt.txt"
        for all_of, left, name, first in (
            (whole[0], kitti, tracks, 0),
            (whole[1], mot, lines, 1),
        ):
            expected = [
                row
                for row in _lines(all_of / name)
                if shown[camera, int(row[0]) - first, int(row[1])] >= MIN_PIXELS
            ]
            assert _lines(left / name) == expected != _lines(all_of / name)
    labels = [len(_lines(p)) for p in sorted((kitti / "object/training/label_2").iterdir())]
    tracked = [_lines(p) for p in sorted((kitti / "tracking/training/label_02").iterdir())]
    per_frame = [
        sum(int(row[0]) == n for row in rows) for rows in tracked for n in range(street.FRAMES)
    ]
    assert labels == per_frame


def test_nuscenes(
    fewer: Callable[[str], Path], exported: Callable[[str], Path], street_dataset: Path
) -> None:
    def rows(folder: Path, table: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(
            (folder / "v1.0-cityloop" / f"{table}.json").read_text()
        )
        return found

    out, whole = fewer("nuscenes"), exported("nuscenes")
    points = [int(str(a["num_lidar_pts"])) for a in rows(out, "sample_annotation")]
    assert min(n for n in points if n) >= MIN_PIXELS
    ids = {str(i["token"]) for i in rows(out, "instance")}
    assert ids < {str(i["token"]) for i in rows(whole, "instance")}
    # Two cameras together may show more than the least of either.
    most = Counter[str]()
    for a in rows(whole, "sample_annotation"):
        token = str(a["instance_token"])
        most[token] = max(most[token], int(str(a["num_lidar_pts"])))
    assert {token for token, n in most.items() if n >= 2 * MIN_PIXELS} <= ids
    assert ids <= {token for token, n in most.items() if n >= MIN_PIXELS}


def test_fewer_than_one_pixel_is_refused(street_dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="min_pixels is 0"):
        export(street_dataset, "mot", tmp_path / "out", min_pixels=0)
    assert not (tmp_path / "out").exists()
