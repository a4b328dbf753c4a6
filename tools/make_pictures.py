"""Make the pictures of README.md from a demo dataset.

    make demo && .venv/bin/python tools/make_pictures.py out/demo

Writes docs/images/passes.png and docs/images/labels.png, each below 200 KB.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import cityloop as cl
from cityloop.dataset.contact_sheet import contact_sheet
from cityloop.dataset.overlay import draw_labels

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
LIMIT_BYTES = 200_000
TILE_WIDTH = 240  # pixels


def write(name: str, rgb: NDArray[np.uint8]) -> None:
    path = IMAGES / name
    # A photograph compresses badly as PNG: the lower three bits of each channel are left out.
    cv2.imwrite(str(path), rgb[..., ::-1] & 0xF8, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if path.stat().st_size > LIMIT_BYTES:
        sys.exit(f"{path} has {path.stat().st_size} bytes: make it smaller")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--frame", type=int, default=84)
    options = parser.parse_args()
    (sequence,) = cl.Dataset(options.dataset).sequences
    frame = sequence.frame(next(iter(sequence.cameras)), options.frame)
    IMAGES.mkdir(exist_ok=True)
    passes = {name: frame.read(name) for name in cl.PASSES}
    write("passes.png", contact_sheet(passes, width=TILE_WIDTH))
    intrinsics = frame.camera.intrinsics
    labels = draw_labels(passes["rgb"], frame.objects, intrinsics, frame.world_from_camera)
    write("labels.png", cv2.resize(labels, (576, 324), interpolation=cv2.INTER_AREA))


if __name__ == "__main__":
    main()
