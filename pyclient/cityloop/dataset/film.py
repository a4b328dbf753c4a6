"""Videos of recorded sequences: chosen layers over the pictures, or all passes side by side."""

from collections.abc import Callable, Collection
from pathlib import Path

from cityloop.dataset.contact_sheet import contact_sheet
from cityloop.dataset.layers import Layers, check_layers
from cityloop.dataset.layout import check_writable
from cityloop.dataset.reader import Sequence
from cityloop.dataset.video import VideoWriter
from cityloop.engine.frames import PASSES
from cityloop.errors import DatasetError

GRID = "grid"
_GRID_COLUMNS, _GRID_TILE = 3, 320  # pixels
_ENDING = ".mp4"


def check_film(sequence: Sequence, camera: str, path: Path, layers: Collection[str]) -> None:
    """Tell whether `film` can be asked for this; makes nothing.

    Raises:
        DatasetError: if there is no such camera or layer, a pass of the grid was not recorded, or
            no video can be at `path`.
    """
    if camera not in sequence.cameras:
        raise DatasetError(
            f"sequence {sequence.name!r} has no camera {camera!r} to film: choose among "
            f"{', '.join(sequence.cameras) or 'none'}"
        )
    if GRID not in layers:
        check_layers(layers)
    elif len(layers) > 1:
        raise DatasetError(f"{GRID!r} shows all passes and stands alone: leave the layers out")
    else:
        lacking = [name for name in PASSES if name not in sequence.passes]
        if lacking:
            raise DatasetError(
                f"{GRID!r} shows all passes, of which {sequence.folder} was recorded without "
                f"{', '.join(lacking)}; name layers instead"
            )
    if path.suffix.lower() != _ENDING:
        raise DatasetError(
            f"a video is H.264 in MP4, which {path} is no name for; choose one that ends in "
            f"{_ENDING}"
        )
    check_writable(path)


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
        DatasetError: if there is no such camera or layer, no video can be at `path`, a pass is
            missing or damaged, or the disk is full.
    """
    check_film(sequence, camera, path, layers)
    grid = GRID in layers
    drawn = Layers(["boxes", "velocity"] if grid else layers)
    writer = None
    try:
        for number in range(sequence.frame_count):
            frame = sequence.frame(camera, number)
            picture = drawn.draw(frame)
            if grid:
                passes = {name: frame.read(name) for name in sequence.passes}
                picture = contact_sheet(
                    passes, columns=_GRID_COLUMNS, width=_GRID_TILE, picture=picture
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
