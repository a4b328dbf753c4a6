"""Noise that repeats, for puddles and snow: the same texels on every machine."""

import moderngl
import numpy as np
from numpy.typing import NDArray

_SIZE = 256
_OCTAVES = ((4, 0.5), (8, 0.28), (16, 0.15), (32, 0.07))  # cells across, share


def make_patches(context: moderngl.Context) -> moderngl.Texture:
    """Return a texture that repeats; red, green and blue are noises of mean 0.5."""
    rng = np.random.Generator(np.random.PCG64(20260621))
    channels = [_noise(rng) for _ in range(3)]
    texels = np.stack([*channels, np.full((_SIZE, _SIZE), 255, dtype=np.uint8)], axis=2)
    texture = context.texture((_SIZE, _SIZE), 4, np.ascontiguousarray(texels).tobytes())
    texture.build_mipmaps()
    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    return texture


def _noise(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return (256, 256) smooth noise whose edges meet, stretched to 0 to 255 by its ranks."""
    total = np.zeros((_SIZE, _SIZE))
    for cells, share in _OCTAVES:
        values = rng.integers(0, 1 << 16, size=(cells, cells)) / (1 << 16)
        at = np.arange(_SIZE) * cells / _SIZE
        low = at.astype(int)
        f = at - low
        f = f * f * (3 - 2 * f)
        high = (low + 1) % cells
        rows = values[low] * (1 - f)[:, None] + values[high] * f[:, None]
        total += share * (rows[:, low] * (1 - f) + rows[:, high] * f)
    # Ranks: a threshold of 0.7 then covers 30 % of the ground.
    ranks = np.argsort(np.argsort(total, axis=None, kind="stable"), kind="stable")
    return (ranks * 256 // total.size).astype(np.uint8).reshape(total.shape)
