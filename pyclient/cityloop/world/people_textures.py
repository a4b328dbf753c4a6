"""Textures of cloth, hair and faces: greys that the person's tints colour.

u goes from 0 in front to 1 behind, the same on both sides; v from 0 at the lower edge of a garment
to 1 at the upper one, of a face from below the chin to the hairline (tools/people_baking/charts.py
says where things lie). Lines and spots are in those units.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cityloop.world.scene import TEXTURE_SIZE, Texture
from cityloop.world.streams import stream
from cityloop.world.textures import encode, noise, tinted

Array = NDArray[np.float64]

_N = TEXTURE_SIZE
_V, _U = (np.mgrid[0:_N, 0:_N] + 0.5) / _N
_GREY = (1.0, 1.0, 1.0)
_EYES_V, _EYE_U = 0.55, 0.11
_STRETCH = 2.2  # by how much folds are wider than high


def _near(distance: Array, width: float) -> Array:
    """Return 1 at distance 0, falling like a Gaussian of deviation `width`."""
    return np.asarray(np.exp(-0.5 * (distance / width) ** 2))


def _line(distance: Array, half_width: float) -> Array:
    return np.asarray((np.abs(distance) < half_width).astype(np.float64))


def _spot(u: float, v: float, width: float, height: float) -> Array:
    return np.asarray(np.exp(-0.5 * (((_U - u) / width) ** 2 + ((_V - v) / height) ** 2)))


def _level_noise(rng: np.random.Generator, exponent: float, coarsest: float) -> Array:
    """Return (512, 512) noise of mean 0 and deviation 1, drawn out sideways, that tiles."""
    across, up = np.fft.rfftfreq(_N) * _N, np.fft.fftfreq(_N) * _N
    radius = np.hypot(up[:, None], _STRETCH * across[None, :])
    gain = np.where(radius >= coarsest, np.maximum(radius, 1.0) ** -exponent, 0.0)
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((_N, _N))) * gain, s=(_N, _N))
    return np.asarray((field - field.mean()) / field.std())


@cache
def _folds() -> Array:
    """Return the shade of cloth: soft folds, mostly level, at the waist above all, and a weave."""
    rng = stream(0, "people/cloth")
    wide, narrow = _level_noise(rng, 2.6, 4.0), _level_noise(rng, 2.0, 12.0)
    waist = 0.4 + 0.6 * _near(_V - 0.25, 0.22)
    # Both sides would mirror a fold at the middle.
    aside = np.clip((_U - 0.03) / 0.15, 0.0, 1.0)
    fine = noise(rng, 0.2, 90.0)
    return np.asarray(0.90 + aside * (0.075 * wide + 0.035 * narrow * waist) + 0.025 * fine)


def _seams(value: Array) -> Array:
    """Darken the hem, the upper edge and the seam at the side."""
    edge = _line(_V - 0.02, 0.003) + _line(_V - 0.985, 0.003) + 0.5 * _line(_U - 0.5, 0.002)
    return np.asarray(value * (1.0 - 0.3 * np.minimum(edge, 1.0)))


def _cloth() -> Array:
    return _seams(_folds())


def _stripes() -> Array:
    band = (np.mod(_V * 13.0, 1.0) < 0.42).astype(np.float64)
    return np.asarray(_cloth() * (1.0 - 0.72 * band))


def _checks() -> Array:
    across = np.mod(_U * 10.0, 1.0) < 0.45
    up = np.mod(_V * 14.0, 1.0) < 0.45
    thin = _line(np.mod(_U * 10.0, 1.0) - 0.72, 0.04) + _line(np.mod(_V * 14.0, 1.0) - 0.72, 0.04)
    return np.asarray(_cloth() * (1.0 - 0.38 * across) * (1.0 - 0.38 * up) * (1.0 - 0.3 * thin))


def _print() -> Array:
    """Dark shoulders over a pale band on the chest."""
    shoulders = (
        0.5 * (_V > 0.80) + 0.75 * ((_V > 0.66) & (_V < 0.67)) + 0.75 * _line(_V - 0.79, 0.005)
    )
    letters = (np.abs(_V - 0.725) < 0.03) & (_U < 0.16) & (np.mod(_U * 28.0 + _V * 6.0, 1.0) < 0.5)
    return np.asarray(_cloth() * (1.0 - np.minimum(shoulders, 0.75)) * (1.0 - 0.6 * letters))


def _shirt() -> Array:
    placket = 0.35 * _line(_U - 0.022, 0.003) + 0.5 * _line(_U - 0.004, 0.004)
    button = (_U / 0.010) ** 2 + ((np.mod(_V * 8.0, 1.0) - 0.5) / 0.055) ** 2 < 1.0
    collar = 0.35 * _line(_V - (0.94 - 0.25 * _U), 0.004) * (_U < 0.4)
    pocket = 0.3 * ((np.abs(_V - 0.76) < 0.004) & (np.abs(_U - 0.17) < 0.06))
    return np.asarray(
        _cloth() * (1.0 - placket) * (1.0 - 0.5 * button) * (1.0 - collar) * (1.0 - pocket)
    )


def _jacket() -> Array:
    """A jacket or a coat: the zip, pockets, yoke, and a darker collar and hem."""
    zip_line = 0.75 * _line(_U, 0.008) + 0.25 * _line(_U - 0.03, 0.004)
    pocket = 0.5 * ((np.abs(_V - 0.36 - 0.6 * (_U - 0.2)) < 0.006) & (np.abs(_U - 0.22) < 0.06))
    yoke = 0.3 * _line(_V - 0.83, 0.004)
    ends = 0.25 * ((_V > 0.945) | (_V < 0.03))
    quilt = 0.10 * _near(np.mod(_V * 9.0, 1.0) - 0.5, 0.06)
    return np.asarray(
        _cloth() * (1 - zip_line) * (1 - pocket) * (1 - yoke) * (1 - ends) * (1.0 - quilt)
    )


def _coat() -> Array:
    """A long coat: a row of buttons, lapels, a belt, pockets below it, and a dark hem."""
    front = 0.4 * _line(_U - 0.03, 0.004) + 0.3 * _line(_U - 0.004, 0.004)
    button = (_U / 0.014) ** 2 + ((np.mod(_V * 9.0, 1.0) - 0.5) / 0.08) ** 2 < 1.0
    lapel = 0.4 * _line(_V - (0.97 - 1.3 * _U), 0.005) * (_U < 0.16)
    pocket = 0.45 * ((np.abs(_V - 0.42) < 0.005) & (np.abs(_U - 0.24) < 0.07))
    belt = 0.18 * (np.abs(_V - 0.56) < 0.022) + 0.3 * _line(np.abs(_V - 0.56) - 0.022, 0.003)
    hem = 0.3 * _line(_V - 0.035, 0.003)
    dark = (1 - front) * (1 - 0.5 * (button & (_V > 0.2))) * (1 - lapel) * (1 - pocket)
    return np.asarray(_cloth() * dark * (1 - belt) * (1 - hem))


def _jeans() -> Array:
    """Trousers with a belt, pockets, seams, and thighs that are worn light."""
    worn = 0.45 * _spot(0.2, 0.62, 0.13, 0.16) + 0.25 * _spot(0.15, 0.40, 0.15, 0.05)
    knee = 0.14 * _near(np.mod(_V * 34.0, 1.0) - 0.5, 0.14) * _near(_V - 0.42, 0.06)
    fly = 0.35 * (_line(_U - 0.012, 0.004) * (_V > 0.80))
    pocket = 0.45 * ((np.abs(_V - 0.90 + 0.35 * (_U - 0.3)) < 0.005) & (np.abs(_U - 0.33) < 0.1))
    back = (np.abs(_U - 0.80) < 0.07) & (np.abs(_V - 0.83) < 0.055)
    inner = (np.abs(_U - 0.80) < 0.064) & (np.abs(_V - 0.83) < 0.050)
    belt = 0.65 * (_V > 0.968)
    dark = (1 - knee) * (1 - fly) * (1 - pocket) * (1 - 0.4 * (back & ~inner)) * (1 - belt)
    return np.asarray(0.85 * _cloth() * (1.0 + worn) * dark)


def _hair() -> Array:
    """Strands that run down, with lighter and darker locks."""
    rng = stream(0, "people/hair")
    fine, locks = noise(rng, 0.5, 30.0), noise(rng, 1.0, 6.0)
    strands = np.repeat(fine[:1], _N, axis=0)
    mixed = 0.7 * strands + 0.5 * np.repeat(locks[:1], _N, axis=0) + 0.2 * locks
    return np.asarray(0.75 + 0.20 * mixed + 0.25 * _near(_V - 0.78, 0.07))


def _face(beard: bool) -> Array:
    """Return (512, 512, 3): shade in hollows, redder cheeks and nose, and a beard."""
    rng = stream(0, "people/face")
    value = 0.97 + 0.02 * noise(rng, 0.8, 6.0)
    hollow = 0.30 * _spot(_EYE_U, _EYES_V + 0.035, 0.055, 0.045)
    hollow += 0.28 * _spot(0.0, 0.325, 0.030, 0.020)  # under the nose
    hollow += 0.16 * _spot(0.045, 0.44, 0.016, 0.09)  # beside the nose
    hollow += 0.22 * _spot(0.0, 0.175, 0.07, 0.018)  # under the lower lip
    hollow += 0.25 * _spot(0.55, 0.42, 0.07, 0.12)  # behind the ears
    hollow += 0.35 * (1 - np.clip(_V / 0.07, 0, 1)) * (_U < 0.6) * np.clip(_V / 0.02, 0, 1)
    value *= 1.0 - np.minimum(hollow, 0.6)
    red = 0.5 * _spot(0.15, 0.36, 0.06, 0.07) + 0.35 * _spot(0.0, 0.37, 0.03, 0.03)
    red += 0.5 * _spot(0.5, 0.46, 0.05, 0.08)  # ears
    rgb = value[..., None] * (1.0 - red[..., None] * [0.0, 0.22, 0.20])
    if beard:
        edge = np.clip((0.30 + 0.25 * np.clip(_U - 0.1, 0, 0.25) - _V) / 0.03, 0, 1)
        edge *= np.clip((0.36 - _U) / 0.04, 0, 1) * np.clip((_V - 0.02) / 0.03, 0, 1)
        moustache = _spot(0.0, 0.285, 0.055, 0.018)
        mouth = _spot(0.0, 0.225, 0.035, 0.016)
        covered = np.clip(np.maximum(edge, moustache) - mouth, 0, 1)
        covered *= 0.75 + 0.12 * noise(rng, 0.1, 80.0)
        rgb *= 1.0 - np.clip(covered, 0, 0.9)[..., None] * [0.72, 0.74, 0.76]
    return np.asarray(rgb)


@cache
def person_textures() -> tuple[Texture, ...]:
    """Return all textures of people."""
    grey = {
        "cloth": _cloth,
        "cloth_stripes": _stripes,
        "cloth_checks": _checks,
        "cloth_print": _print,
        "cloth_shirt": _shirt,
        "cloth_jacket": _jacket,
        "cloth_coat": _coat,
        "cloth_jeans": _jeans,
        "hair": _hair,
    }
    made = [encode(f"person/{name}", tinted(make(), _GREY)) for name, make in grey.items()]
    faces = {"face": False, "face_beard": True}
    return (*made, *(encode(f"person/{name}", _face(beard)) for name, beard in faces.items()))
