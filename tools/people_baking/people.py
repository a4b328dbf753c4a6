"""The people that are baked: bodies of blended ancestry, everyday clothes."""

from people_baking.hair import HairStyle
from people_baking.makehuman import Phenotype
from people_baking.outfits import Outfit, PersonDesign

SHORT = HairStyle(brow=1.0)
CROPPED = HairStyle(thickness=0.035, fringe=0.82, sides=0.56, back=0.20, brow=1.0)
BOB = HairStyle(
    thickness=0.095,
    fringe=0.74,
    sides=0.02,
    back=-0.06,
    half_face_rad=0.92,
    behind_ears=False,
    brow=0.6,
)
LONG = HairStyle(
    thickness=0.08,
    fringe=0.80,
    sides=-0.22,
    back=-0.80,
    half_face_rad=0.95,
    behind_ears=False,
    brow=0.6,
)
SHOULDER = HairStyle(
    thickness=0.10,
    fringe=0.78,
    sides=-0.12,
    back=-0.35,
    half_face_rad=0.98,
    behind_ears=False,
    brow=0.6,
)
SET_HAIR = HairStyle(
    thickness=0.115,
    fringe=0.78,
    sides=0.34,
    back=0.08,
    half_face_rad=1.0,
    behind_ears=False,
    brow=0.5,
)
COMBED_BACK = HairStyle(thickness=0.05, fringe=0.84, sides=0.54, back=0.14, brow=0.6)
CURLY = HairStyle(
    thickness=0.19,
    fringe=0.74,
    sides=0.40,
    back=0.10,
    half_face_rad=0.98,
    behind_ears=False,
    brow=0.7,
)
THIN = HairStyle(thickness=0.022, fringe=0.93, sides=0.52, back=0.14, brow=1.0)
TOUSLED = HairStyle(thickness=0.10, fringe=0.72, sides=0.46, back=0.06, brow=0.8)
BOYISH = HairStyle(thickness=0.09, fringe=0.74, sides=0.50, back=0.12, brow=0.6)
# What is worn over hair has its shapes too.
BEANIE = HairStyle(
    thickness=0.13, fringe=0.76, sides=0.60, back=0.42, half_face_rad=1.3, behind_ears=False
)
HEADSCARF = HairStyle(
    thickness=0.10,
    fringe=0.86,
    sides=-0.30,
    back=-0.50,
    half_face_rad=0.80,
    behind_ears=False,
)

_LONG_SLEEVES = 1.92
_WRINKLES = {"head/head-age-incr": 0.8}

PEOPLE: dict[str, PersonDesign] = {
    "man": PersonDesign(
        Phenotype(1.0, 0.45, (0.2, 0.2, 0.6), muscle=0.55, weight=0.5),
        1.79,
        Outfit(hair=SHORT),
    ),
    "man_stout": PersonDesign(
        Phenotype(1.0, 0.62, (0.45, 0.25, 0.3), muscle=0.5, weight=0.72),
        1.73,
        Outfit(sleeve=1.93, top_ease_m=0.020, hem=-0.06, hair=CROPPED),
    ),
    "man_slim": PersonDesign(
        Phenotype(1.0, 0.40, (0.05, 0.85, 0.1), muscle=0.4, weight=0.36),
        1.74,
        Outfit(sleeve=1.9, hem=-0.05, hair=TOUSLED, cloth="top_stripes", legs="bottom_jeans"),
    ),
    "man_jacket": PersonDesign(
        Phenotype(1.0, 0.50, (0.9, 0.0, 0.1), muscle=0.65, weight=0.52),
        1.84,
        Outfit(
            sleeve=1.95,
            top_ease_m=0.024,
            hem=-0.10,
            collar=0.05,
            hair=CROPPED,
            cloth="top_jacket",
            legs="bottom_jeans",
            skin="skin_beard",
        ),
    ),
    "man_coat": PersonDesign(
        Phenotype(1.0, 0.66, (0.1, 0.1, 0.8), muscle=0.5, weight=0.56),
        1.81,
        Outfit(
            sleeve=1.95,
            top_ease_m=0.022,
            hem=0.02,
            tucked=True,
            collar=0.05,
            coat_end=0.50,
            hair=COMBED_BACK,
            cloth="top_coat",
        ),
    ),
    "man_shirt": PersonDesign(
        Phenotype(1.0, 0.48, (0.2, 0.7, 0.1), muscle=0.5, weight=0.5),
        1.70,
        Outfit(
            sleeve=1.94,
            hem=0.05,
            tucked=True,
            collar=0.028,
            hair=SHORT,
            cloth="top_shirt",
            bag="satchel",
        ),
    ),
    "man_backpack": PersonDesign(
        Phenotype(1.0, 0.38, (0.3, 0.1, 0.6), muscle=0.6, weight=0.46),
        1.88,
        Outfit(
            sleeve=0.7,
            hem=-0.06,
            bottom_end=0.44,
            cuff_fall=0.02,
            leg_ease_m=0.016,
            hair=TOUSLED,
            cloth="top_print",
            legs="bottom_jeans",
            skin="skin_beard",
            bag="backpack",
        ),
    ),
    "man_heavy": PersonDesign(
        Phenotype(1.0, 0.55, (0.15, 0.15, 0.7), muscle=0.5, weight=0.92),
        1.77,
        Outfit(
            sleeve=0.85,
            top_ease_m=0.016,
            hem=-0.04,
            collar=0.02,
            hair=THIN,
            cloth="top_checks",
            legs="bottom_jeans",
            skin="skin_beard",
        ),
    ),
    "woman": PersonDesign(
        Phenotype(0.0, 0.42, (0.25, 0.4, 0.35), muscle=0.5, weight=0.48),
        1.66,
        Outfit(sleeve=1.90, top_ease_m=0.012, hem=0.03, hair=LONG),
    ),
    "woman_skirt": PersonDesign(
        Phenotype(0.0, 0.55, (0.4, 0.1, 0.5), muscle=0.45, weight=0.55),
        1.70,
        Outfit(sleeve=0.75, hem=0.10, bottom="skirt", bottom_end=0.50, tucked=True, hair=BOB),
    ),
    "woman_slim": PersonDesign(
        Phenotype(0.0, 0.40, (0.0, 0.9, 0.1), muscle=0.4, weight=0.34),
        1.60,
        Outfit(
            sleeve=1.4,
            hem=0.02,
            leg_ease_m=0.004,
            hair=SHOULDER,
            cloth="top_stripes",
            legs="bottom_jeans",
            bag="satchel",
        ),
    ),
    "woman_jacket": PersonDesign(
        Phenotype(0.0, 0.46, (0.95, 0.0, 0.05), muscle=0.5, weight=0.5),
        1.71,
        Outfit(
            sleeve=1.94,
            top_ease_m=0.02,
            hem=-0.04,
            collar=0.04,
            leg_ease_m=0.005,
            hair=COMBED_BACK,
            tied="bun",
            cloth="top_jacket",
            legs="bottom_jeans",
        ),
    ),
    "woman_coat": PersonDesign(
        Phenotype(0.0, 0.60, (0.05, 0.15, 0.8), muscle=0.45, weight=0.52),
        1.67,
        Outfit(
            sleeve=1.94,
            top_ease_m=0.02,
            hem=0.04,
            tucked=True,
            collar=0.05,
            coat_end=0.42,
            hair=SHOULDER,
            cloth="top_coat",
            bag="handbag",
        ),
    ),
    "woman_dress": PersonDesign(
        Phenotype(0.0, 0.44, (0.5, 0.2, 0.3), muscle=0.5, weight=0.46),
        1.68,
        Outfit(
            sleeve=0.35,
            hem=0.10,
            bottom="dress",
            bottom_end=0.46,
            tucked=True,
            hair=CURLY,
            cloth="top_print",
        ),
    ),
    "woman_heavy": PersonDesign(
        Phenotype(0.0, 0.58, (0.55, 0.05, 0.4), muscle=0.45, weight=0.85),
        1.64,
        Outfit(
            sleeve=1.5,
            top_ease_m=0.018,
            hem=-0.08,
            hair=BOB,
            cloth="top_checks",
            bag="handbag",
        ),
    ),
    "woman_headscarf": PersonDesign(
        Phenotype(0.0, 0.50, (0.3, 0.2, 0.5), muscle=0.45, weight=0.56),
        1.63,
        Outfit(
            sleeve=1.96,
            top_ease_m=0.018,
            hem=0.04,
            tucked=True,
            collar=0.05,
            coat_end=0.20,
            hair=COMBED_BACK,
            hat=HEADSCARF,
            hides_hair=True,
        ),
    ),
    "woman_runner": PersonDesign(
        Phenotype(0.0, 0.41, (0.1, 0.2, 0.7), muscle=0.75, weight=0.4),
        1.73,
        Outfit(
            sleeve=0.3,
            top_ease_m=0.005,
            hem=0.0,
            leg_ease_m=0.002,
            cuff_fall=0.0,
            bottom_end=0.10,
            hair=COMBED_BACK,
            tied="ponytail",
            cloth="top_print",
        ),
    ),
    "child": PersonDesign(
        Phenotype(1.0, 0.165, (0.3, 0.2, 0.5), weight=0.45),
        1.30,
        Outfit(
            sleeve=0.62, hem=-0.04, bottom_end=0.46, cuff_fall=0.02, leg_ease_m=0.010, hair=BOYISH
        ),
    ),
    "girl": PersonDesign(
        Phenotype(0.0, 0.160, (0.2, 0.45, 0.35), weight=0.45),
        1.27,
        Outfit(sleeve=1.88, hem=-0.03, hair=LONG),
    ),
    "boy_small": PersonDesign(
        Phenotype(1.0, 0.10, (0.75, 0.05, 0.2), weight=0.5),
        1.10,
        Outfit(sleeve=1.9, hem=-0.03, hair=CROPPED, cloth="top_stripes", legs="bottom_jeans"),
    ),
    "girl_small": PersonDesign(
        Phenotype(0.0, 0.11, (0.1, 0.1, 0.8), weight=0.48),
        1.14,
        Outfit(
            sleeve=0.6,
            hem=0.10,
            bottom="dress",
            bottom_end=0.50,
            tucked=True,
            hair=COMBED_BACK,
            tied="ponytail",
            cloth="top_print",
        ),
    ),
    "child_winter": PersonDesign(
        Phenotype(0.3, 0.15, (0.15, 0.6, 0.25), weight=0.5),
        1.22,
        Outfit(
            sleeve=1.95,
            top_ease_m=0.026,
            hem=-0.12,
            collar=0.05,
            hair=BOYISH,
            hat=BEANIE,
            cloth="top_jacket",
            bag="backpack",
        ),
    ),
    "teenager": PersonDesign(
        Phenotype(1.0, 0.255, (0.35, 0.25, 0.4), muscle=0.35, weight=0.36),
        1.63,
        Outfit(sleeve=1.92, top_ease_m=0.015, hem=-0.06, hair=TOUSLED),
    ),
    "teenager_girl": PersonDesign(
        Phenotype(0.0, 0.27, (0.15, 0.25, 0.6), muscle=0.4, weight=0.42),
        1.62,
        Outfit(
            sleeve=_LONG_SLEEVES,
            top_ease_m=0.022,
            hem=-0.08,
            leg_ease_m=0.004,
            hair=LONG,
            cloth="top_print",
            legs="bottom_jeans",
        ),
    ),
    "teenager_backpack": PersonDesign(
        Phenotype(1.0, 0.28, (0.6, 0.3, 0.1), muscle=0.45, weight=0.45),
        1.72,
        Outfit(
            sleeve=_LONG_SLEEVES,
            top_ease_m=0.020,
            hem=-0.08,
            hair=CURLY,
            cloth="top_jacket",
            legs="bottom_jeans",
            bag="backpack",
        ),
    ),
    "woman_elder": PersonDesign(
        Phenotype(0.0, 0.90, (0.15, 0.15, 0.7), muscle=0.4, weight=0.62, details=_WRINKLES),
        1.56,
        Outfit(sleeve=1.93, hem=0.10, bottom="skirt", bottom_end=0.36, tucked=True, hair=SET_HAIR),
        stoop_rad=0.34,
    ),
    "woman_elder_coat": PersonDesign(
        Phenotype(0.0, 0.86, (0.1, 0.8, 0.1), muscle=0.4, weight=0.45, details=_WRINKLES),
        1.52,
        Outfit(
            sleeve=1.94,
            top_ease_m=0.02,
            hem=0.04,
            tucked=True,
            collar=0.04,
            coat_end=0.45,
            hair=SET_HAIR,
            cloth="top_coat",
            bag="handbag",
        ),
        stoop_rad=0.22,
    ),
    "man_elder": PersonDesign(
        Phenotype(1.0, 0.92, (0.15, 0.25, 0.6), muscle=0.4, weight=0.55, details=_WRINKLES),
        1.69,
        Outfit(sleeve=1.93, top_ease_m=0.022, hem=-0.12, leg_ease_m=0.014, hair=THIN),
        stoop_rad=0.30,
    ),
    "man_elder_hat": PersonDesign(
        Phenotype(1.0, 0.84, (0.7, 0.1, 0.2), muscle=0.4, weight=0.6, details=_WRINKLES),
        1.72,
        Outfit(
            sleeve=1.94,
            top_ease_m=0.024,
            hem=-0.10,
            collar=0.04,
            hair=CROPPED,
            hat=BEANIE,
            cloth="top_jacket",
            skin="skin_beard",
        ),
        stoop_rad=0.18,
    ),
    # Lies in prams.
    "infant": PersonDesign(
        Phenotype(0.5, 0.0, (0.34, 0.33, 0.33), weight=0.5),
        0.68,
        Outfit(sleeve=1.8, hem=-0.03, hair=THIN),
    ),
}
