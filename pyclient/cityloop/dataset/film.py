"""Videos of recorded sequences: chosen layers over the pictures, or all passes side by side."""

from collections.abc import Callable, Collection
from pathlib import Path

from cityloop.dataset.layers import Layers
from cityloop.dataset.pictures import contact_sheet
from cityloop.dataset.reader import Sequence
from cityloop.dataset.video import VideoWriter

GRID = "grid"
_GRID_COLUMNS, _GRID_TILE = 3, 320  # pixels


def film(
    sequence: Sequence,
    camera: str,
    path: Path,
    layers: Collection[str],
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Write an H.264 video of one camera, a picture per frame at its exact time.

    Args:
        sequence: a complete sequence.
        camera: name of one of its cameras.
        path: the .mp4 file; it appears under its name once it is whole.
        layers: names of `layers.LAYERS`, or "grid" alone: the picture with labels and all passes
            side by side.
        progress: called with the number of frames done.

    Raises:
        DatasetError: if there is no such camera or layer, a pass is missing or damaged, or the disk
            is full.
    """
    grid = GRID in layers
    drawn = Layers([name for name in layers if name != GRID] or ["boxes", "velocity"])
    writer = None
    try:
        for number in range(sequence.frame_count):
            frame = sequence.frame(camera, number)
            picture = drawn.draw(frame)
            if grid:
                passes = {name: frame.read(name) for name in sequence.passes if name != "rgb"}
                picture = contact_sheet(
                    {"rgb": picture, **passes}, columns=_GRID_COLUMNS, width=_GRID_TILE
                )
            if writer is None:
                height, width = picture.shape[:2]
                writer = VideoWriter(path, (width, height), sequence.dt_s)
            writer.add(picture)
            progress(number + 1)
        if writer is not None:
            writer.finish()
    finally:
        if writer is not None:
            writer.close()
