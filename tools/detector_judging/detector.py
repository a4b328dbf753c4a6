"""An ONNX detector of any of the usual kinds, behind one call: picture in, detections out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.errors import CityloopError

Array = NDArray[np.float64]

# The three colour channels' means and deviations over ImageNet, as torchvision publishes them.
_MEAN = np.array([0.485, 0.456, 0.406])
_DEVIATION = np.array([0.229, 0.224, 0.225])

# Boxes none of which is larger are shares of the picture: some stand out of it, none is 3 pixels.
_LARGEST_SHARE = 2.0


@dataclass(frozen=True)
class Detections:
    """What was found.

    Attributes:
        boxes: (N, 4) xmin, ymin, xmax, ymax, pixels of the picture.
        scores: (N,) 0 to 1.
        classes: (N,) the detector's own class numbers.
    """

    boxes: Array
    scores: Array
    classes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, which: Any) -> "Detections":
        return Detections(self.boxes[which], self.scores[which], self.classes[which])


class Session(Protocol):
    """What is used of onnxruntime.InferenceSession."""

    def get_inputs(self) -> Sequence[Any]:
        """Return the inputs: name, type, shape."""
        ...

    def get_outputs(self) -> Sequence[Any]:
        """Return the outputs: name, type, shape."""
        ...

    def run(self, names: Sequence[str] | None, feed: dict[str, Any]) -> list[Any]:
        """Return the outputs asked for."""
        ...


Decoder = Callable[[dict[str, Array], int, int], Detections]


class OnnxDetector:
    """A detector that takes one RGB picture.

    The picture is resized to the input; pixels go in as they are where the input is uint8, as 0
    to 1 where it is a float, less ImageNet's mean over its deviation where `normalise` says so.

    Args:
        session: of onnxruntime.
        default_side: input height and width, pixels, where the model leaves them open.
        normalise: whether the model wants ImageNet's mean and deviation.

    Raises:
        CityloopError: if the model's input or outputs are of no kind known here.
    """

    def __init__(self, session: Session, default_side: int = 640, *, normalise: bool) -> None:
        self._session = session
        (entry, *others) = session.get_inputs()
        if others or len(entry.shape) != 4:
            raise CityloopError("The detector must have one input of four axes, a picture.")
        self._name, self._type = entry.name, entry.type
        self._channels_last = entry.shape[3] == 3
        sides = entry.shape[1:3] if self._channels_last else entry.shape[2:4]
        self._height, self._width = (s if isinstance(s, int) else default_side for s in sides)
        self._outputs = [output.name for output in session.get_outputs()]
        self._decode = _decoder(self._outputs, session.get_outputs())
        self._normalise = normalise

    def __call__(self, rgb: NDArray[np.uint8]) -> Detections:
        """Detect in a picture, (H, W, 3) RGB."""
        height, width = rgb.shape[:2]
        small = cv2.resize(rgb, (self._width, self._height), interpolation=cv2.INTER_LINEAR)
        values = self._session.run(self._outputs, {self._name: self._tensor(small)})
        outputs = dict(zip(self._outputs, (np.asarray(v, np.float64) for v in values), strict=True))
        found = self._decode(outputs, self._width, self._height)
        scale = np.array([width / self._width, height / self._height] * 2)
        return Detections(found.boxes * scale, found.scores, found.classes)

    def _tensor(self, rgb: NDArray[np.uint8]) -> NDArray[Any]:
        tensor: NDArray[Any] = rgb
        if "uint8" not in self._type:
            tensor = rgb / 255.0
            if self._normalise:
                tensor = (tensor - _MEAN) / _DEVIATION
            tensor = tensor.astype(np.float16 if "float16" in self._type else np.float32)
        if not self._channels_last:
            tensor = tensor.transpose(2, 0, 1)
        return np.ascontiguousarray(tensor[None])


def load(path: Path, *, normalise: bool = False) -> OnnxDetector:
    """Open a model file.

    Raises:
        CityloopError: if onnxruntime is missing, or the file is not a detector it can run.
    """
    try:
        import onnxruntime
    except ImportError:
        raise CityloopError(
            "Detectors run on onnxruntime, which is not installed: pip install onnxruntime."
        ) from None
    if not path.is_file():
        raise CityloopError(f"There is no model file {path}.")
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class of its own for each cause
        raise CityloopError(f"{path} cannot be loaded: {str(error).splitlines()[0]}.") from None
    return OnnxDetector(session, normalise=normalise)


def _decoder(names: Sequence[str], outputs: Sequence[Any]) -> Decoder:
    bare = {name.split(":")[0] for name in names}
    if {"detection_boxes", "detection_scores", "detection_classes"} <= bare:
        return _tensorflow
    if {"boxes", "labels", "scores"} <= bare:
        return _torchvision
    if {"pred_logits", "pred_boxes"} <= bare or {"logits", "pred_boxes"} <= bare:
        return _detr
    if len(names) == 1 and len(outputs[0].shape) == 3:
        return _yolo
    raise CityloopError(
        f"The detector's outputs {', '.join(names)} are of no kind known here: detection_boxes/"
        "scores/classes (TensorFlow), boxes/labels/scores (torchvision), pred_logits/pred_boxes "
        "(DETR), or one of three axes (YOLO)."
    )


def _tensorflow(outputs: dict[str, Array], width: int, height: int) -> Detections:
    """TensorFlow's object detection API: ymin, xmin, ymax, xmax from 0 to 1."""
    bare = {name.split(":")[0]: value[0] for name, value in outputs.items()}
    boxes = bare["detection_boxes"][:, [1, 0, 3, 2]] * [width, height, width, height]
    return Detections(boxes, bare["detection_scores"], bare["detection_classes"].astype(np.int64))


def _torchvision(outputs: dict[str, Array], width: int, height: int) -> Detections:
    """torchvision.models.detection: xmin, ymin, xmax, ymax in pixels of the input."""
    value = {
        name: np.reshape(out, (-1, 4) if name == "boxes" else (-1,))
        for name, out in outputs.items()
    }
    return Detections(value["boxes"], value["scores"], value["labels"].astype(np.int64))


def _detr(outputs: dict[str, Array], width: int, height: int) -> Detections:
    """DETR and its kin: logits per class, centre and size from 0 to 1."""
    logits = outputs.get("pred_logits", outputs.get("logits"))
    assert logits is not None  # by which this decoder was chosen
    odds = 1.0 / (1.0 + np.exp(-logits[0]))
    boxes = _corners(outputs["pred_boxes"][0] * [width, height, width, height])
    return Detections(boxes, odds.max(axis=1), odds.argmax(axis=1))


def _yolo(outputs: dict[str, Array], width: int, height: int) -> Detections:
    """Ultralytics' YOLO: version 8 on (4 + classes, N), versions 5 and 7 (N, 5 + classes), or the
    six columns of those that suppress doubles themselves. Exports through TensorFlow give centre
    and size from 0 to 1, others in pixels.
    """
    (rows,) = (value[0] for value in outputs.values())
    if rows.shape[1] == 6:
        return Detections(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int64))
    if rows.shape[0] < rows.shape[1]:
        rows = rows.T
        scores = rows[:, 4:]
    else:
        scores = rows[:, 5:] * rows[:, 4:5]
    boxes = rows[:, :4]
    if boxes.max(initial=0.0) <= _LARGEST_SHARE:
        boxes = boxes * [width, height, width, height]
    return Detections(_corners(boxes), scores.max(axis=1), scores.argmax(axis=1))


def _corners(boxes: Array) -> Array:
    """Return xmin, ymin, xmax, ymax of boxes given as centre and size."""
    half = boxes[:, 2:] / 2.0
    return np.hstack([boxes[:, :2] - half, boxes[:, :2] + half])
