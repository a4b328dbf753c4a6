"""Colours of skin, hair and clothes: everyday ones, mostly muted, some bright."""

from collections.abc import Mapping

import numpy as np

from cityloop.world.scene import Rgb

# sRGB, hexadecimal. Skin goes from light to dark in even steps of lightness.
SKIN = ("d2ab92", "c79b7f", "ba8a6b", "a67452", "8e5e42", "704832", "563625", "40291e")
# Of the tones in SKIN, by ancestry; a body of mixed ancestry mixes them.
SKIN_SHARES: Mapping[str, tuple[float, ...]] = {
    "african": (0.0, 0.0, 0.04, 0.10, 0.20, 0.26, 0.24, 0.16),
    "asian": (0.25, 0.33, 0.24, 0.13, 0.05, 0.0, 0.0, 0.0),
    "caucasian": (0.45, 0.33, 0.15, 0.05, 0.02, 0.0, 0.0, 0.0),
}
FAIR_HAIR_SHARE = {"african": 0.03, "asian": 0.06, "caucasian": 1.0}  # of what HAIR_SHARES says
HAIR = ("17120f", "2b1d14", "3f2a1b", "5a3d26", "7d5a36", "a67f4f", "8d8a86")
HAIR_SHARES = (0.27, 0.23, 0.19, 0.13, 0.09, 0.05, 0.04)
MIXED: Mapping[str, float] = {"african": 0.33, "asian": 0.33, "caucasian": 0.34}
GREY = 6  # the place of grey in HAIR, which children do not have
TOPS_MUTED = (
    "2d3440", "4a4f57", "7b8085", "b9b7b1", "d3d1cb", "39424f", "5c6b58", "6d5a4a",
    "8a7a64", "26303f", "44586e", "5f3438", "22252a", "9aa6ad", "737a5c",
)  # fmt: skip
TOPS_BRIGHT = ("b3262a", "d8852b", "cda63a", "2f6f49", "2c66b0", "3f9fb5", "7a3d86", "d9668a")
BOTTOMS = (
    "1f2a3d", "2b3a55", "3d4f6e", "566a87", "24262a", "3a3a3d", "5a5753", "7a6e5c",
    "a09379", "2e3430", "463c34",
)  # fmt: skip
SHOES = ("1c1b1c", "2e2824", "4b3527", "6e6e70", "c9c7c1", "27364d", "8a2c2c")
PRAMS = ("1d1f24", "2c3340", "5b5f66", "7a2b2e", "2f4a44", "8a7d69")
UMBRELLAS = ("16171a", "1e2a44", "7a2226", "2f5a44", "b08a2e", "5b3a6e", "2c66b0")
BAGS = ("1b1a1a", "3a2a20", "6e4a2c", "2a3550", "5c5f63", "7a2b2e", "3f5a46", "b59a72")
HATS = ("22252a", "5f3438", "2d3440", "8a7a64", "2f4a44", "b9b7b1", "b3262a", "44586e")
BRIGHT_TOP_SHARE = {False: 0.22, True: 0.6}  # by "is a child"
ELDER_GREY_SHARE = 0.85
ELDER_HAIR = ("8d8a86", "b4b1ac", "d0cdc8")


def _linear(code: str) -> Rgb:
    """Decode a hexadecimal sRGB colour to linear light (IEC 61966-2-1)."""

    def channel(at: int) -> float:
        encoded = int(code[at : at + 2], 16) / 255
        return encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4

    return channel(0), channel(2), channel(4)


def pick_thing_colors(thing: str, rng: np.random.Generator) -> tuple[Rgb, Rgb]:
    """Draw the linear colours of a bag, a pram or an umbrella and of a hat (tint slots 6 and 7)."""
    colors = {"pram": PRAMS, "umbrella": UMBRELLAS}.get(thing, BAGS)
    return _linear(colors[int(rng.integers(len(colors)))]), _linear(
        HATS[int(rng.integers(len(HATS)))]
    )


def pick_colors(
    child: bool,
    rng: np.random.Generator,
    *,
    elder: bool = False,
    ancestry: Mapping[str, float] = MIXED,
) -> tuple[Rgb, ...]:
    """Draw the linear colours of skin, hair, top, bottom and shoes (tint slots 1 to 5).

    `ancestry` has the shares of the keys of SKIN_SHARES.
    """
    tones = sum(share * np.array(SKIN_SHARES[name]) for name, share in ancestry.items())
    skin = int(rng.choice(len(SKIN), p=tones / np.sum(tones)))
    shares = np.array(HAIR_SHARES)
    fair = sum(share * FAIR_HAIR_SHARE[name] for name, share in ancestry.items())
    shares[3:GREY] *= fair if skin < 3 else 0.15 * fair
    if child:
        shares[GREY] = 0.0
    hair = HAIR[int(rng.choice(len(HAIR), p=shares / shares.sum()))]
    if elder and rng.random() < ELDER_GREY_SHARE:
        hair = ELDER_HAIR[int(rng.integers(len(ELDER_HAIR)))]
    bright = rng.random() < BRIGHT_TOP_SHARE[child] * (0.5 if elder else 1.0)
    tops = TOPS_BRIGHT if bright else TOPS_MUTED
    top = tops[int(rng.integers(len(tops)))]
    bottom = BOTTOMS[int(rng.integers(len(BOTTOMS)))]
    shoes = SHOES[int(rng.integers(len(SHOES)))]
    return tuple(_linear(code) for code in (SKIN[skin], hair, top, bottom, shoes))
