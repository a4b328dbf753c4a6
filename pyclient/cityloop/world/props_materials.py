"""Materials of street furniture, signals and plants, and the bits of their lamps."""

from enum import IntFlag

from cityloop.world.scene import Material, Rgb
from cityloop.world.semantics import SemanticClass
from cityloop.world.sign_faces import SIGN_TEXTURES

STREET_LAMP_LIT = 1  # lamps of a street lamp that is on


class SignalLamp(IntFlag):
    """Bits of a traffic light's lamps; combine them with `|` (red and amber: about to go)."""

    RED = 1
    AMBER = 2
    GREEN = 4


POLE = "prop/pole"
LAMP_HEAD = "prop/lamp_head"
LAMP_LENS = "prop/lamp_lens"
SIGNAL_HOUSING = "prop/signal_housing"
SIGNAL_VISOR = "prop/signal_visor"
SIGNAL_BORDER = "prop/signal_border"
RED_LENS = "prop/signal_red"
AMBER_LENS = "prop/signal_amber"
GREEN_LENS = "prop/signal_green"
WOOD = "prop/wood"
CAST_IRON = "prop/cast_iron"
STEEL = "prop/steel"
CONCRETE = "prop/concrete"
BIN_GREEN = "prop/bin_green"
HYDRANT_RED = "prop/hydrant_red"
REFLECTOR = "prop/reflector"
SHELTER_GLASS = "prop/shelter_glass"
POSTER = "prop/poster"
SCREEN = "prop/screen"
SIGN_BACK = "prop/sign_back"
FENCE = "prop/fence"
FENCE_POST = "prop/fence_post"
CABINET = "prop/cabinet"
POST_BOX = "prop/post_box"
POSTER_SHEET = "prop/poster_sheet"
POSTERS_TEXTURE = "prop/posters"
BARS_TEXTURE = "prop/bars"
BARK = "prop/bark"
SOIL = "prop/soil"
LEAVES = "prop/leaves"
INNER_LEAVES = "prop/leaves_inside"
FOLIAGE = "prop/foliage"
INNER_FOLIAGE = "prop/foliage_inside"
LEAF_TEXTURE = "prop/leaf_clusters"
FOLIAGE_TEXTURE = "prop/foliage"

_LIGHT = SemanticClass.TRAFFIC_LIGHT
_PLANT = SemanticClass.VEGETATION
_FURNITURE = SemanticClass.STREET_FURNITURE


def _lens(name: str, color: Rgb, emissive: Rgb, bit: SignalLamp) -> Material:
    """Return a signal lens; a material's lamp number counts bits from 1."""
    return Material(
        name, color, roughness=0.25, emissive=emissive, lamp=int(bit).bit_length(), semantic=_LIGHT
    )


PROP_MATERIALS: tuple[Material, ...] = (
    Material(POLE, (0.20, 0.21, 0.21), roughness=0.5, metallic=0.6, semantic=SemanticClass.POLE),
    Material(LAMP_HEAD, (0.16, 0.165, 0.17), roughness=0.5, semantic=SemanticClass.POLE),
    Material(
        LAMP_LENS,
        (0.62, 0.60, 0.55),
        roughness=0.3,
        emissive=(9.0, 7.6, 5.2),
        lamp=1,
        semantic=SemanticClass.POLE,
    ),
    Material(SIGNAL_HOUSING, (0.018, 0.020, 0.019), roughness=0.6, semantic=_LIGHT),
    Material(SIGNAL_VISOR, (0.012, 0.012, 0.012), roughness=0.7, semantic=_LIGHT, two_sided=True),
    Material(SIGNAL_BORDER, (0.75, 0.75, 0.74), roughness=0.5, semantic=_LIGHT),
    _lens(RED_LENS, (0.10, 0.008, 0.006), (2.0, 0.05, 0.03), SignalLamp.RED),
    _lens(AMBER_LENS, (0.11, 0.05, 0.004), (2.0, 0.85, 0.05), SignalLamp.AMBER),
    _lens(GREEN_LENS, (0.006, 0.06, 0.035), (0.12, 1.6, 0.75), SignalLamp.GREEN),
    Material(WOOD, (0.22, 0.115, 0.05), roughness=0.75, semantic=_FURNITURE),
    Material(CAST_IRON, (0.03, 0.032, 0.034), roughness=0.55, semantic=_FURNITURE),
    Material(STEEL, (0.42, 0.43, 0.44), roughness=0.35, metallic=0.9, semantic=_FURNITURE),
    Material(CONCRETE, (0.36, 0.35, 0.33), roughness=0.95, semantic=_FURNITURE),
    Material(BIN_GREEN, (0.03, 0.075, 0.045), roughness=0.5, semantic=_FURNITURE),
    Material(HYDRANT_RED, (0.40, 0.025, 0.015), roughness=0.45, semantic=_FURNITURE),
    Material(REFLECTOR, (0.78, 0.78, 0.76), roughness=0.4, semantic=_FURNITURE),
    Material(SHELTER_GLASS, (0.05, 0.065, 0.065), roughness=0.06, semantic=_FURNITURE),
    Material(
        POSTER,
        (0.50, 0.36, 0.20),
        roughness=0.4,
        emissive=(0.012, 0.010, 0.007),
        semantic=_FURNITURE,
    ),
    Material(SCREEN, (0.02, 0.06, 0.08), roughness=0.1, semantic=_FURNITURE),
    Material(
        FENCE,
        (0.52, 0.42, 0.30),
        roughness=0.85,
        texture=BARS_TEXTURE,
        alpha_cutout=True,
        semantic=SemanticClass.FENCE,
        two_sided=True,
    ),
    Material(FENCE_POST, (0.24, 0.18, 0.12), roughness=0.85, semantic=SemanticClass.FENCE),
    Material(CABINET, (0.24, 0.28, 0.25), roughness=0.6, semantic=_FURNITURE),
    Material(POST_BOX, (0.72, 0.46, 0.02), roughness=0.45, semantic=_FURNITURE),
    Material(
        POSTER_SHEET,
        (0.9, 0.9, 0.9),
        roughness=0.5,
        emissive=(0.12, 0.12, 0.11),
        texture=POSTERS_TEXTURE,
        semantic=_FURNITURE,
    ),
    Material(
        SIGN_BACK,
        (0.36, 0.37, 0.38),
        roughness=0.5,
        metallic=0.6,
        semantic=SemanticClass.TRAFFIC_SIGN,
    ),
    *(
        Material(
            f"prop/{texture}",
            (1.0, 1.0, 1.0),
            roughness=0.45,
            texture=texture,
            semantic=SemanticClass.TRAFFIC_SIGN,
        )
        for texture in SIGN_TEXTURES
    ),
    Material(BARK, (0.115, 0.085, 0.06), roughness=0.95, semantic=_PLANT),
    Material(SOIL, (0.05, 0.035, 0.025), roughness=1.0, semantic=SemanticClass.TERRAIN),
    # Leaves inside a crown get less of the sky than the renderer's light knows of.
    *(
        Material(
            name,
            color,
            roughness=0.75,
            texture=LEAF_TEXTURE,
            alpha_cutout=True,
            tint_slot=1,
            semantic=_PLANT,
            two_sided=True,
        )
        for name, color in ((LEAVES, (1.0, 1.0, 1.0)), (INNER_LEAVES, (0.6, 0.62, 0.58)))
    ),
    *(
        Material(
            name,
            color,
            roughness=0.9,
            texture=FOLIAGE_TEXTURE,
            tint_slot=1,
            semantic=_PLANT,
        )
        for name, color in ((FOLIAGE, (0.9, 0.9, 0.9)), (INNER_FOLIAGE, (0.55, 0.58, 0.52)))
    ),
)
