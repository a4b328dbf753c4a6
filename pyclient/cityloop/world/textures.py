"""Textures of the ground and of plain walls, made of filtered noise; all of them tile.

Colours are linear albedo while they are made and sRGB-encoded at the end. Alpha is a smoothness
map: 255 is as rough as the material, 0 polished glass.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cityloop.world.scene import TEXTURE_SIZE, Texture
from cityloop.world.streams import stream

Array = NDArray[np.float64]

ASPHALT = (0.098, 0.099, 0.104)  # linear albedo

_N = TEXTURE_SIZE


def noise(rng: np.random.Generator, exponent: float, coarsest: float = 1.0) -> Array:
    """Return (512, 512) noise of mean 0 and deviation 1 that tiles.

    Its spectrum falls with frequency**-exponent and is empty below `coarsest` waves a texture.
    """
    fx, fy = np.fft.rfftfreq(_N) * _N, np.fft.fftfreq(_N) * _N
    radius = np.hypot(fy[:, None], fx[None, :])
    gain = np.where(radius >= coarsest, np.maximum(radius, 1.0) ** -exponent, 0.0)
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((_N, _N))) * gain, s=(_N, _N))
    return np.asarray((field - field.mean()) / field.std())


def _srgb_table() -> NDArray[np.uint8]:
    """Return (65536,) the sRGB bytes of linear values from 0 to 1."""
    c = np.linspace(0.0, 1.0, 1 << 16)
    srgb = np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)
    return np.rint(srgb * 255).astype(np.uint8)


_SRGB = _srgb_table()


def encode(name: str, linear: Array, smoothness: ArrayLike = 255.0) -> Texture:
    """Return the texture of (512, 512, 3) linear albedo and (512, 512) alpha, 0 to 255.

    The transfer function is sRGB's (IEC 61966-2-1).
    """
    rgba = np.empty((_N, _N, 4), dtype=np.uint8)
    rgba[..., :3] = _SRGB[np.rint(np.clip(linear, 0.0, 1.0) * (len(_SRGB) - 1)).astype(np.uint16)]
    rgba[..., 3] = np.rint(np.broadcast_to(np.asarray(smoothness, dtype=np.float64), (_N, _N)))
    return Texture(name, rgba)


def tinted(value: Array, color: tuple[float, float, float]) -> Array:
    """Return (512, 512, 3): `color` scaled with `value` (512, 512), which varies about 1."""
    return np.asarray(np.clip(value, 0.0, None)[..., None] * np.array(color))


def _asphalt(rng: np.random.Generator) -> Texture:
    grain = noise(rng, 0.35, 40.0)
    stones = np.clip(noise(rng, 0.6, 60.0) - 1.6, 0.0, 1.5)
    value = 1.0 + 0.13 * grain + 0.35 * stones + 0.06 * noise(rng, 1.6, 2.0)
    value *= 1.0 - 0.35 * _cracks(rng, 5)
    return encode("asphalt", tinted(value, ASPHALT))


def _cracks(rng: np.random.Generator, count: int) -> Array:
    """Return (512, 512) darkness, 0 to 1, of thin lines that wander over the tile's edges."""
    mask = np.zeros((_N, _N))
    for _ in range(count):
        steps = int(rng.integers(90, 240))
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.22, steps))
        x = rng.uniform(0, _N) + np.cumsum(np.cos(heading))
        y = rng.uniform(0, _N) + np.cumsum(np.sin(heading))
        strength = np.sin(np.linspace(0, np.pi, steps)) * rng.uniform(0.5, 1.0)
        cell = (y.astype(int) % _N, x.astype(int) % _N)
        np.maximum.at(mask, cell, strength)
    return mask


def _blocks(
    rng: np.random.Generator, columns: int, rows: int, joint_px: float, spread: float
) -> tuple[Array, Array]:
    """Return (value, joint): a running bond of blocks, each with a shade, and 1 in the joints."""
    v, u = (np.mgrid[0:_N, 0:_N] + 0.5) / _N
    row = np.floor(v * rows).astype(int)
    shifted = u * columns + 0.5 * (row % 2)
    column = np.floor(shifted).astype(int) % columns
    shade = 1.0 + spread * np.clip(rng.standard_normal((rows, columns)), -2, 2)
    along = np.abs(shifted - np.floor(shifted) - 0.5) * _N / columns
    across = np.abs(v * rows - row - 0.5) * _N / rows
    edge = np.minimum(0.5 * _N / columns - along, 0.5 * _N / rows - across)
    joint = np.clip(1.0 - edge / joint_px, 0.0, 1.0)
    return shade[row, column], joint


def _paving(rng: np.random.Generator) -> Texture:
    slab, joint = _blocks(rng, 8, 12, 1.6, 0.045)
    value = slab * (1.0 + 0.035 * noise(rng, 0.5, 20.0) + 0.05 * noise(rng, 1.5, 1.0))
    return encode("paving", tinted(value * (1.0 - 0.5 * joint), (0.30, 0.285, 0.265)))


def _kerb(rng: np.random.Generator) -> Texture:
    stone, joint = _blocks(rng, 2, 1, 1.8, 0.05)
    value = stone * (1.0 + 0.09 * noise(rng, 0.4, 30.0) + 0.04 * noise(rng, 1.4, 2.0))
    return encode("kerb", tinted(value * (1.0 - 0.5 * joint), (0.36, 0.355, 0.35)))


def _grass(rng: np.random.Generator) -> Texture:
    blades = noise(rng, 0.45, 30.0)
    clumps = noise(rng, 1.3, 3.0)
    value = 1.0 + 0.22 * blades + 0.16 * clumps
    dry = np.clip(0.35 + 0.25 * noise(rng, 1.5, 2.0), 0.0, 1.0)[..., None]
    color = (1 - dry) * np.array([0.045, 0.085, 0.020]) + dry * np.array([0.095, 0.105, 0.040])
    return encode("grass", np.clip(value, 0.2, None)[..., None] * color)


def _marking(rng: np.random.Generator) -> Texture:
    # Tyres wear paint off where the road's stones stand out; dirt greys the rest.
    chipped = np.clip(2.2 * (noise(rng, 0.9, 6.0) - 1.0), 0.0, 1.0)[..., None]
    value = 1.0 + 0.04 * noise(rng, 0.5, 20.0) - 0.10 * np.clip(noise(rng, 1.5, 2.0), 0.0, 2.0)
    paint = tinted(value, (0.60, 0.60, 0.57))
    return encode("marking", (1 - 0.8 * chipped) * paint + 0.8 * chipped * np.array(ASPHALT))


def _plaster(rng: np.random.Generator) -> Texture:
    return encode("plaster", plaster_albedo(rng))


def _brick(rng: np.random.Generator) -> Texture:
    return encode("brick", brick_albedo(rng, 10, 30))


def plaster_albedo(rng: np.random.Generator) -> Array:
    """Return (512, 512, 3) rendered wall, nearly white: the building's tint colours it."""
    streaks = noise(rng, 1.2, 2.0)
    value = 0.9 * (1.0 + 0.025 * noise(rng, 0.4, 40.0) + 0.03 * streaks)
    return tinted(value, (1.0, 0.99, 0.97))


def brick_albedo(rng: np.random.Generator, columns: int, rows: int) -> Array:
    """Return (512, 512, 3) bricks in running bond with light joints."""
    shade, joint = _blocks(rng, columns, rows, 0.055 * _N / rows + 0.6, 0.16)
    value = shade * (1.0 + 0.10 * noise(rng, 0.5, 20.0))
    hue = 0.5 + 0.25 * np.clip(noise(rng, 1.4, 2.0), -2, 2)
    red = np.clip(hue, 0, 1)[..., None]
    brick = (1 - red) * np.array([0.34, 0.18, 0.122]) + red * np.array([0.25, 0.12, 0.086])
    mortar = np.array([0.36, 0.33, 0.29])
    return np.asarray(brick * value[..., None] * (1 - joint[..., None]) + mortar * joint[..., None])


def _roof_tiles(rng: np.random.Generator) -> Texture:
    shade, joint = _blocks(rng, 16, 12, 3.0, 0.10)
    v = (np.arange(_N) + 0.5) / _N * 12
    slope = 0.75 + 0.4 * (v - np.floor(v))[:, None]  # each row dips under the one above
    value = shade * slope * (1.0 - 0.4 * joint) * (1.0 + 0.06 * noise(rng, 0.5, 20.0))
    return encode("roof_tiles", tinted(value, (0.8, 0.8, 0.8)))


def _gravel(rng: np.random.Generator) -> Texture:
    value = 1.0 + 0.25 * noise(rng, 0.4, 30.0) + 0.06 * noise(rng, 1.5, 2.0)
    return encode("gravel", tinted(value, (0.20, 0.195, 0.185)))


_MAKERS = (
    _asphalt,
    _paving,
    _kerb,
    _grass,
    _marking,
    _plaster,
    _brick,
    _roof_tiles,
    _gravel,
)


def ground_textures(seed: int) -> list[Texture]:
    """Return the textures of ground, plain walls and roofs for `seed`."""
    return [maker(stream(seed, f"texture/{maker.__name__}")) for maker in _MAKERS]
