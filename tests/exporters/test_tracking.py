"""MOTChallenge and KITTI tracking, evaluated by TrackEval, the benchmarks' own tool."""

import configparser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import street

from cityloop.dataset import Dataset


@pytest.fixture(scope="module")
def said(exported: Callable[[str], Path], toolkit: Callable[..., Any]) -> Any:
    return toolkit("current", "check_tracking.py", exported("mot"), exported("kitti"))


@pytest.mark.parametrize(
    ("benchmark", "kind"), [("mot", "pedestrian"), ("kitti", "pedestrian"), ("kitti", "car")]
)
def test_the_truth_tracks_itself_perfectly(said: Any, benchmark: str, kind: str) -> None:
    of = said[benchmark]["unchanged"][kind]
    assert of["boxes"] >= 20
    assert (of["hota"], of["mota"], of["idf1"]) == pytest.approx((1.0, 1.0, 1.0))
    assert (of["switches"], of["false"]) == (0, 0)


@pytest.mark.parametrize("benchmark", ["mot", "kitti"])
def test_a_switched_track_is_counted(said: Any, benchmark: str) -> None:
    of = said[benchmark]["one_switch"]["pedestrian"]
    assert of["switches"] == 1
    assert of["idf1"] < 1.0


def test_mot_lines_are_the_labels(exported: Callable[[str], Path], street_dataset: Path) -> None:
    classes = Dataset(street_dataset).classes
    numbers = {"person": 1, "car": 3, "truck": 3, "bus": 3, "motorcycle": 2, "bicycle": 2}
    used, beyond = set(), 0
    for camera in ("front", "left"):
        video = exported("mot") / "train" / f"{street.NAME}-{camera}"
        rows = np.loadtxt(video / "gt" / "gt.txt", delimiter=",", ndmin=2)
        expected = []
        for frame in Dataset(street_dataset).sequence(street.NAME).each_frame():
            if frame.camera.name != camera:
                continue
            o = frame.objects
            for i in range(len(o)):
                number = numbers.get(classes[int(o.semantic[i])][0])
                if number is not None:
                    k = frame.camera.intrinsics
                    box = o.amodal_box[i]
                    beyond += int(np.any(box < (-k.width, -k.height) * 2))
                    # At most one picture to the left of the image, above, to the right and below.
                    box = np.maximum(box, [-k.width, -k.height] * 2)
                    box = np.minimum(box, [2 * k.width, 2 * k.height] * 2)
                    size = box[2:] - box[:2]
                    evaluated = int(number == 1)
                    expected.append(
                        [frame.number + 1, o.id[i], *(box[:2] + 1), *size, evaluated, number]
                        + [o.visible_pixels[i] / o.amodal_pixels[i] * (1 - o.truncation[i])]
                    )
                    used.add(number)
        np.testing.assert_allclose(rows, expected, atol=6e-4)
        assert np.any(rows[:, 8] < 0.5)
        assert np.any(rows[:, 2] < 1), "somebody is cut off by the image"
        info = configparser.ConfigParser()
        info.read(video / "seqinfo.ini")
        about = info["Sequence"]
        assert (about["frameRate"], about["seqLength"]) == ("20", str(street.FRAMES))
        pictures = sorted(p.name for p in (video / about["imDir"]).iterdir())
        assert pictures == [f"{n:06d}{about['imExt']}" for n in range(1, street.FRAMES + 1)]
    assert used == {1, 2, 3}
    assert beyond, "something stands beside a camera"
