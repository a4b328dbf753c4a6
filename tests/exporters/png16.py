"""A PNG reader of our own, so that 16-bit files are not read back by the library that wrote them.

PNG: https://www.w3.org/TR/png (chunks, and the filters of section 9).
"""

import struct
import zlib
from pathlib import Path

import numpy as np

_CHANNELS = {0: 1, 2: 3}  # colour type -> samples per pixel


def read_png16(path: Path) -> np.ndarray:
    """Return (H, W) or (H, W, 3) uint16 of a 16-bit grey or RGB file without interlacing."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, packed, header = 8, b"", b""
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        header, packed = (body, packed) if kind == b"IHDR" else (header, packed)
        packed += body if kind == b"IDAT" else b""
        place += 12 + length
    width, height, depth, color, _, _, interlace = struct.unpack(">IIBBBBB", header)
    assert (depth, interlace) == (16, 0)
    pixel = 2 * _CHANNELS[color]
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * pixel)
    before = np.zeros(width * pixel, np.uint8)
    out = np.empty((height, width * pixel), np.uint8)
    for i, line in enumerate(lines):
        out[i] = before = _unfiltered(int(line[0]), line[1:], before, pixel)
    picture = out.view(">u2").astype(np.uint16).reshape(height, width, -1)
    return picture[..., 0] if color == 0 else picture


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray, pixel: int) -> np.ndarray:
    if kind == 0:
        return line.copy()
    if kind == 2:
        return line + above
    if kind == 1:
        samples = line.reshape(-1, pixel).astype(np.uint64)
        return np.cumsum(samples, axis=0).astype(np.uint8).ravel()
    raise AssertionError(f"filter {kind} is not written here")
