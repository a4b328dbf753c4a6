"""Videos: H.264 in MP4, one picture per tick, exact times."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.layout import writing

# At the same quality a preset that searches more saves a third of a file that is 1 % of a dataset,
# and takes three times as long. This one also leaves out the macroblock tree, which gives other
# bytes now and then for the same pictures (seen with 96x54 pixels, in 2 of 5 runs).
_X264 = {"preset": "ultrafast", "crf": "20", "threads": "1"}


class VideoWriter:
    """Encodes pictures; the file takes its name in `finish`.

    One thread encodes, so that the bytes depend on the pictures alone.
    """

    def __init__(self, path: Path, size: tuple[int, int], dt_s: float) -> None:
        """Start a video of pictures of `size` (width, height), `dt_s` seconds apart.

        Raises:
            DatasetError: if the file cannot be made.
        """
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        width, height = size
        self._frames = 0
        # H.264 with halved colour takes even sizes only; an odd edge is repeated.
        self._pad = (height % 2, width % 2)
        rate = 1 / Fraction(dt_s).limit_denominator(100_000)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container: av.container.OutputContainer | None = av.open(
                str(self._partial),
                "w",
                format="mp4",
                container_options={"fflags": "+bitexact", "movflags": "+faststart"},
            )
            self._stream = self._container.add_stream("libx264", rate=rate, options=_X264)
        self._stream.width = width + self._pad[1]
        self._stream.height = height + self._pad[0]
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = 1 / rate
        self._stream.codec_context.thread_count = 1

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Add a picture (H, W, 3) uint8, sRGB.

        Raises:
            DatasetError: if the disk is full or read-only.
        """
        if self._container is None:
            raise ValueError("the video is closed")
        if any(self._pad):
            picture = np.pad(picture, ((0, self._pad[0]), (0, self._pad[1]), (0, 0)), mode="edge")
        # BT.601, limited range: what players assume where a stream says nothing.
        planes = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).astype(np.uint8, copy=False)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = self._frames
        frame.time_base = self._stream.codec_context.time_base
        with writing(self._path):
            self._container.mux(self._stream.encode(frame))
        self._frames += 1

    def finish(self) -> None:
        """Put the video in place.

        Raises:
            DatasetError: if the disk is full or read-only.
        """
        if self._container is None:
            return
        with writing(self._path):
            self._container.mux(self._stream.encode())
            self._container.close()
            self._container = None
            self._partial.replace(self._path)

    def close(self) -> None:
        """Stop; a video that is not finished is removed."""
        if self._container is not None:
            # The disk may be full: then the end cannot be written, and need not be.
            with suppress(OSError, ValueError):
                self._container.close()
            self._container = None
        with suppress(OSError):
            self._partial.unlink(missing_ok=True)
