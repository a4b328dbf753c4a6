"""Judge our frames with a detector that has never seen them: recall, precision, the worst misses
and the surest finds of nothing.

    pip install onnxruntime
    python tools/judge_detector.py out/demo --model person.onnx --classes person=1

Takes any ONNX detector with one picture as input and the outputs of TensorFlow's detection API,
torchvision, DETR or YOLO. A frame is looked at whole and in square tiles, because most detectors
shrink what they are given. An object counts when it is at least --least-height pixels tall, wholly
inside the picture and hidden by nothing; others may be found or not. Doubles and detections of
nothing lower the precision.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

from detector_judging.detector import Detections, load
from detector_judging.matching import match
from detector_judging.tiling import detect_tiled

import cityloop as cl
from cityloop.dataset.frame import Frame
from cityloop.errors import CityloopError
from cityloop.world.semantics import SemanticClass

# What a detector's class may show besides: riders are people to most detectors, a two-wheeler's box
# may hold its rider, and where a van ends and a truck begins is a matter of taste.
_TOLERATED = {
    "person": {"rider", "motorcycle", "bicycle"},
    "bicycle": {"rider", "motorcycle"},
    "motorcycle": {"rider", "bicycle"},
    "car": {"truck", "bus"},
    "truck": {"car", "bus"},
    "bus": {"truck"},
}
_WHOLE = 0.95  # visible fraction from which an object is hidden by nothing
_RED, _GREEN = (220, 40, 40), (40, 200, 60)

Box = tuple[float, ...]
Colour = tuple[int, int, int]
_ENLARGED = 4


@dataclass(frozen=True)
class Rules:
    """What counts.

    Attributes:
        classes: our class name -> the detector's numbers.
        threshold: least score.
        least_iou: from which a detection is of an object.
        least_height: of an object that counts, pixels.
        sides: of the square tiles, pixels.
    """

    classes: dict[str, set[int]]
    threshold: float
    least_iou: float
    least_height: float
    sides: tuple[int, ...]


@dataclass(frozen=True)
class Miss:
    """An object that was not found: its box in a frame, and how well the best detection fits."""

    overlap: float
    name: str
    frame: Frame
    box: tuple[float, ...]
    found: NDArray[np.float64]


@dataclass(frozen=True)
class Stray:
    """A detection of what is not there."""

    score: float
    name: str
    frame: Frame
    box: tuple[float, ...]


@dataclass
class Score:
    """Counts of one class over all frames."""

    objects: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    misses: list[Miss] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)

    def __str__(self) -> str:
        shown = self.right + self.wrong
        return (
            f"recall {self.found / max(self.objects, 1):.3f} ({self.found} of {self.objects}), "
            f"precision {self.right / max(shown, 1):.3f} ({self.right} of {shown})"
        )


def judge(frame: Frame, found: Detections, name: str, rules: Rules, into: Score) -> None:
    """Match the detections of one class with the labels of one frame."""
    rows = frame.objects
    wanted = rows.semantic == SemanticClass[name.upper()]
    tolerated = [SemanticClass[other.upper()] for other in _TOLERATED.get(name, ())]
    near = wanted | np.isin(rows.semantic, tolerated)
    boxes = rows.box_2d[near]
    size = frame.camera.intrinsics
    inside = (boxes[:, :2] > 0.0).all(axis=1)
    inside &= (boxes[:, 2:] < [size.width, size.height]).all(axis=1)
    tall = boxes[:, 3] - boxes[:, 1] >= rules.least_height
    counts = wanted[near] & tall & inside & (rows.visible_fraction[near] >= _WHOLE)
    done = match(found, boxes, counts, rules.least_iou)
    into.objects += int(counts.sum())
    into.found += int(done.found.sum())
    into.right += int(done.right.sum())
    wrong = np.flatnonzero(~done.right & ~done.ignored)
    into.wrong += len(wrong)
    into.strays += [
        Stray(float(found.scores[i]), name, frame, tuple(found.boxes[i])) for i in wrong
    ]
    into.misses += [
        Miss(float(done.overlap[i]), name, frame, tuple(boxes[i]), found.boxes)
        for i in np.flatnonzero(counts & ~done.found)
    ]


def judge_all(
    frames: list[Frame], detect: Callable[[NDArray[np.uint8]], Detections], rules: Rules
) -> dict[str, Score]:
    """Return the score of each class over all frames."""
    scores = {name: Score() for name in rules.classes}
    for frame in frames:
        found = detect_tiled(detect, frame.read("rgb"), rules.sides, rules.threshold)
        for name, numbers in rules.classes.items():
            judge(frame, found[np.isin(found.classes, list(numbers))], name, rules, scores[name])
    return scores


def draw(frame: Frame, boxes: list[tuple[Box, Colour]], about: Box, path: Path) -> None:
    """Write the neighbourhood of a box, enlarged, with boxes in their colours."""
    rgb = frame.read("rgb")
    big = cv2.resize(rgb, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    for box, colour in boxes:
        x0, y0, x1, y1 = (round(_ENLARGED * side) for side in box)
        cv2.rectangle(big, (x0, y0), (x1, y1), colour, 2)
    x0, y0, x1, y1 = about
    reach = 1.2 * (y1 - y0)
    low = [max(round(_ENLARGED * (middle - reach)), 0) for middle in ((x0 + x1) / 2, (y0 + y1) / 2)]
    side = round(2 * _ENLARGED * reach)
    part = big[low[1] : low[1] + side, low[0] : low[0] + side]
    cv2.imwrite(str(path), cv2.cvtColor(part, cv2.COLOR_RGB2BGR))


def draw_worst(score: Score, count: int, out: Path) -> None:
    """Write a class's worst misses (red; green what was found) and surest strays (red)."""
    misses = sorted(score.misses, key=lambda m: m.overlap)[:count]
    for i, miss in enumerate(misses):
        boxes = [(tuple(box), _GREEN) for box in miss.found] + [(miss.box, _RED)]
        path = out / f"{miss.name}_missed_{i:02}_{miss.frame.number:06}.png"
        draw(miss.frame, boxes, miss.box, path)
    strays = sorted(score.strays, key=lambda s: -s.score)[:count]
    for i, stray in enumerate(strays):
        path = out / f"{stray.name}_stray_{i:02}_{stray.frame.number:06}.png"
        draw(stray.frame, [(stray.box, _RED)], stray.box, path)


def _classes(ctx: click.Context, option: click.Parameter, said: str) -> dict[str, set[int]]:
    wanted: dict[str, set[int]] = {}
    for part in said.split(","):
        name, _, number = part.partition("=")
        if name.upper() not in SemanticClass.__members__ or not number.strip().isdigit():
            raise click.BadParameter(f"{part!r} is not one of our classes, '=' and a number.")
        wanted.setdefault(name, set()).add(int(number))
    return wanted


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--model", required=True, type=click.Path(path_type=Path), help="ONNX file.")
@click.option(
    "--classes",
    default="person=1",
    show_default=True,
    callback=_classes,
    help="Our class names and the detector's numbers, as person=0,car=2.",
)
@click.option("--normalise", is_flag=True, help="Less ImageNet's mean, over its deviation.")
@click.option("--threshold", default=0.5, show_default=True, help="Least score.")
@click.option("--least-iou", default=0.5, show_default=True)
@click.option("--least-height", default=50.0, show_default=True, help="Pixels.")
@click.option(
    "--tile",
    "sides",
    multiple=True,
    type=click.IntRange(min=32),
    help="Side of square tiles, pixels; may be said more than once.",
)
@click.option(
    "--every",
    default=1,
    type=click.IntRange(min=1),
    show_default=True,
    help="Look at each Nth frame only.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for pictures of the worst misses and strays.",
)
@click.option("--worst", default=12, show_default=True, help="How many of each to draw, per class.")
def main(
    dataset: Path,
    model: Path,
    classes: dict[str, set[int]],
    normalise: bool,
    threshold: float,
    least_iou: float,
    least_height: float,
    sides: tuple[int, ...],
    every: int,
    out: Path | None,
    worst: int,
) -> None:
    """Judge the frames of DATASET with an ONNX detector."""
    try:
        detector = load(model, normalise=normalise)
        frames = list(cl.Dataset(dataset))[::every]
        rules = Rules(classes, threshold, least_iou, least_height, sides)
        scores = judge_all(frames, detector, rules)
    except CityloopError as error:
        raise click.ClickException(str(error)) from None
    for name, score in scores.items():
        click.echo(f"{name}: {score}, {len(frames)} frames")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for score in scores.values():
            draw_worst(score, worst, out)


if __name__ == "__main__":
    main()
