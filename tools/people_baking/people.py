"""The people that are baked: bodies of blended ancestry, everyday clothes."""

from people_baking.hair import HairStyle
from people_baking.makehuman import Phenotype
from people_baking.outfits import Outfit, PersonDesign

SHORT = HairStyle()
CROPPED = HairStyle(thickness=0.035, fringe=0.84, sides=0.62, back=0.26)
BOB = HairStyle(thickness=0.09, fringe=0.76, sides=0.02, back=-0.06, half_face_rad=0.95)
LONG = HairStyle(thickness=0.08, fringe=0.80, sides=-0.25, back=-0.85, half_face_rad=0.95)

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
        Outfit(sleeve=0.75, hem=0.08, bottom="skirt", bottom_end=0.42, hair=BOB),
    ),
    "child": PersonDesign(
        Phenotype(1.0, 0.165, (0.3, 0.2, 0.5), weight=0.45),
        1.30,
        Outfit(sleeve=0.62, hem=-0.04, bottom_end=0.44, leg_ease_m=0.014, hair=SHORT),
    ),
    "girl": PersonDesign(
        Phenotype(0.0, 0.160, (0.2, 0.45, 0.35), weight=0.45),
        1.27,
        Outfit(sleeve=1.88, hem=-0.03, hair=LONG),
    ),
}
