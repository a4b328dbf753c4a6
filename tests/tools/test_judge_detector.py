"""tools/judge_detector.py: detections are decoded, joined over tiles and matched as said."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from detector_judging.detector import Detections, OnnxDetector, load
from detector_judging.matching import intersection_over_union, match
from detector_judging.tiling import detect_tiled, tiles

from cityloop.errors import CityloopError

MODEL = Path(__file__).resolve().parents[3] / "shared" / "models" / "person_ssdlite.onnx"


def found(*rows):
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    return Detections(table[:, :4], table[:, 4], np.ones(len(table), dtype=np.int64))


class FakeSession:
    def __init__(self, outputs, shape=(1, 3, 100, 100), kind="tensor(float)"):
        self.outputs = outputs
        self.entry = SimpleNamespace(name="images", type=kind, shape=shape)

    def get_inputs(self):
        return [self.entry]

    def get_outputs(self):
        return [SimpleNamespace(name=n, shape=v.shape) for n, v in self.outputs.items()]

    def run(self, names, feed):
        self.fed = feed["images"]
        return [self.outputs[name] for name in names]


TENSORFLOW = {
    "detection_boxes:0": np.array([[[0.1, 0.2, 0.5, 0.6]]]),
    "detection_scores:0": np.array([[0.9]]),
    "detection_classes:0": np.array([[3.0]]),
}
TORCHVISION = {
    "boxes": np.array([[20.0, 10.0, 60.0, 50.0]]),
    "labels": np.array([3]),
    "scores": np.array([0.9]),
}
DETR = {
    "pred_logits": np.log([[[1e-9, 1e-9, 1e-9, 9.0]]]),
    "pred_boxes": np.array([[[0.4, 0.3, 0.4, 0.4]]]),
}
YOLO_8 = {"output0": np.tile([[40.0], [30.0], [40.0], [40.0], [0], [0], [0], [0.9]], (1, 1, 20))}
YOLO_5 = {"output0": np.tile([40.0, 30.0, 40.0, 40.0, 0.9, 0, 0, 0, 1.0], (1, 20, 1))}
YOLO_SHARES = {"Identity": np.tile([0.4, 0.3, 0.4, 0.4, 0.9, 0, 0, 0, 1.0], (1, 20, 1))}
YOLO_10 = {"output0": np.array([[[20.0, 10.0, 60.0, 50.0, 0.9, 3.0]]])}


@pytest.mark.parametrize(
    "outputs", [TENSORFLOW, TORCHVISION, DETR, YOLO_8, YOLO_5, YOLO_SHARES, YOLO_10]
)
def test_the_usual_outputs_give_the_same_box_in_pixels_of_the_picture(outputs):
    got = OnnxDetector(FakeSession(outputs), normalise=False)(np.zeros((200, 300, 3), np.uint8))
    np.testing.assert_allclose(got.boxes[0], [60.0, 20.0, 180.0, 100.0])
    np.testing.assert_allclose(got.scores[0], 0.9)
    assert got.classes[0] == 3


def test_pixels_go_in_as_the_input_wants_them():
    grey = np.full((10, 10, 3), 51, np.uint8)
    session = FakeSession(TORCHVISION)
    OnnxDetector(session, normalise=False)(grey)
    assert session.fed.shape == (1, 3, 100, 100)
    assert session.fed.dtype == np.float32
    np.testing.assert_allclose(session.fed, 0.2, rtol=1e-6)
    session = FakeSession(TORCHVISION, (1, 100, 100, 3), "tensor(uint8)")
    OnnxDetector(session, normalise=False)(grey)
    assert session.fed.dtype == np.uint8
    assert (session.fed == 51).all()


def test_an_unknown_model_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(CityloopError, match="of no kind known here"):
        OnnxDetector(FakeSession({"heat": np.zeros((1, 80, 10, 10))}), normalise=False)
    with pytest.raises(CityloopError, match="There is no model file"):
        load(tmp_path / "none.onnx")


def test_tiles_cover_the_picture_and_overlap():
    covered = np.zeros((90, 160), dtype=int)
    for x, y, w, h in list(tiles(160, 90, (40,)))[1:]:
        assert (w, h) == (40, 40)
        covered[y : y + h, x : x + w] += 1
    assert covered.min() >= 1
    assert covered.mean() > 2.0
    assert list(tiles(30, 20, (40,)))[1:] == [(0, 0, 30, 20)]


def test_an_object_seen_in_several_tiles_is_found_once():
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[40:60, 90:100] = 255

    def detect(tile):
        rows, columns = np.nonzero(tile[..., 0])
        if not len(rows):
            return found()
        return found((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 0.8))

    got = detect_tiled(detect, picture, (50, 80), 0.5)
    np.testing.assert_allclose(got.boxes, [[90, 40, 100, 60]])


def test_overlap_of_known_boxes():
    a = np.array([[0.0, 0.0, 2.0, 2.0]])
    b = np.array([[1.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0]])
    np.testing.assert_allclose(intersection_over_union(a, b), [[1.0 / 3.0, 0.0]])


def test_doubles_and_nothing_are_wrong_but_hidden_objects_are_let_be():
    boxes = np.array([[0.0, 0.0, 10.0, 20.0], [50.0, 0.0, 60.0, 20.0], [90.0, 0.0, 99.0, 20.0]])
    counts = np.array([True, False, True])
    seen = found(
        (0, 0, 10, 19, 0.7),
        (0, 0, 10, 20, 0.9),
        (50, 0, 60, 12, 0.8),
        (30, 30, 40, 40, 0.6),
    )
    done = match(seen, boxes, counts, 0.5)
    assert done.found.tolist() == [True, False, False]
    assert done.right.tolist() == [False, True, False, False]
    assert done.ignored.tolist() == [False, False, True, False]
    np.testing.assert_allclose(done.overlap, [1.0, 0.6, 0.0])


def test_no_objects_and_no_detections_match():
    done = match(found(), np.zeros((0, 4)), np.zeros(0, dtype=bool), 0.5)
    assert len(done.found) == len(done.right) == 0


@pytest.mark.skipif(not MODEL.is_file(), reason="../shared/models is missing")
def test_a_real_model_runs():
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    got = load(MODEL)(np.zeros((360, 640, 3), np.uint8))
    assert got.boxes.shape == (len(got), 4)
    assert (got.scores < 0.5).all()
