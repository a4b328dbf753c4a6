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
SET_HAIR = HairStyle(
    thickness=0.115,
    fringe=0.78,
    sides=0.34,
    back=0.08,
    half_face_rad=1.0,
    behind_ears=False,
    brow=0.5,
)
THIN = HairStyle(thickness=0.022, fringe=0.93, sides=0.52, back=0.14, brow=1.0)
TOUSLED = HairStyle(thickness=0.10, fringe=0.72, sides=0.46, back=0.06, brow=0.8)
BOYISH = HairStyle(thickness=0.09, fringe=0.74, sides=0.50, back=0.12, brow=0.6)

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
    "teenager": PersonDesign(
        Phenotype(1.0, 0.255, (0.35, 0.25, 0.4), muscle=0.35, weight=0.36),
        1.63,
        Outfit(sleeve=1.92, top_ease_m=0.015, hem=-0.06, hair=TOUSLED),
    ),
    "woman_elder": PersonDesign(
        Phenotype(
            0.0,
            0.90,
            (0.15, 0.15, 0.7),
            muscle=0.4,
            weight=0.62,
            details={"head/head-age-incr": 0.8},
        ),
        1.56,
        Outfit(sleeve=1.93, hem=0.10, bottom="skirt", bottom_end=0.36, tucked=True, hair=SET_HAIR),
        stoop_rad=0.34,
    ),
    "man_elder": PersonDesign(
        Phenotype(
            1.0,
            0.92,
            (0.15, 0.25, 0.6),
            muscle=0.4,
            weight=0.55,
            details={"head/head-age-incr": 0.8},
        ),
        1.69,
        Outfit(sleeve=1.93, top_ease_m=0.022, hem=-0.12, leg_ease_m=0.014, hair=THIN),
        stoop_rad=0.30,
    ),
}
