"""Materials of streets and buildings; their textures come from `textures`, `road_textures`,
`facade_textures`.
"""

from dataclasses import replace

from cityloop.world.lit_rooms import ROOMS
from cityloop.world.props_materials import BARS_TEXTURE
from cityloop.world.scene import Material, Rgb
from cityloop.world.semantics import SemanticClass
from cityloop.world.shop_windows import SHOP_SHEETS

WALL_TINT, AWNING_TINT = 1, 2

# Lamps of a house: rooms with one of three lights, and its shops.
WINDOW_LIGHTS, SHOP_LIGHT = (1, 2, 3), 4
_LIGHT_COLORS: dict[int, Rgb] = {
    1: (0.72, 0.46, 0.22),  # incandescent
    2: (0.70, 0.55, 0.34),
    3: (0.56, 0.56, 0.55),  # neutral white
    4: (0.78, 0.70, 0.56),
}
# By day one sees so much of what is in a room or a shop.
_ROOM_BY_DAY: Rgb = (0.27, 0.29, 0.32)
_SHOP_BY_DAY: Rgb = (0.50, 0.50, 0.50)
SHOP_SIGNS = "shop_signs"

_SHEETS = ("storey_plaster", "storey_brick", "french_plaster", "ground_plaster", "ground_brick")
_WHITE = (1.0, 1.0, 1.0)
_BUILDING = SemanticClass.BUILDING


def lit(picture: str, light: int) -> str:
    """Return the material of panes that show a picture and a light: a lamp of their house."""
    return f"panes_{picture}/{light}"


def _sheet(part: str, sheet: str, tint: int) -> Material:
    return Material(
        f"{part}_{sheet}",
        _WHITE,
        roughness=0.95,
        texture=sheet,
        tint_slot=tint,
        semantic=_BUILDING,
    )


def _lit_panes(picture: str, light: int, by_day: Rgb) -> Material:
    return replace(
        _sheet("inset", picture, 0),
        name=lit(picture, light),
        base_color=by_day,
        lamp=light,
        emissive=_LIGHT_COLORS[light],
    )


CITY_MATERIALS: tuple[Material, ...] = (
    Material("asphalt", _WHITE, roughness=0.88, texture="asphalt", semantic=SemanticClass.ROAD),
    *(
        Material(surface, _WHITE, roughness=0.88, texture=surface, semantic=SemanticClass.ROAD)
        for surface in ("lane", "lane_worn", "road_details")
    ),
    Material("kerb", _WHITE, roughness=0.85, texture="kerb", semantic=SemanticClass.KERB),
    Material("paving", _WHITE, roughness=0.9, texture="paving", semantic=SemanticClass.SIDEWALK),
    Material("grass", _WHITE, roughness=1.0, texture="grass", semantic=SemanticClass.TERRAIN),
    Material(
        "marking", _WHITE, roughness=0.7, texture="marking", semantic=SemanticClass.ROAD_MARKING
    ),
    Material(
        "marking_yellow",
        (1.0, 0.62, 0.10),
        roughness=0.7,
        texture="marking",
        semantic=SemanticClass.ROAD_MARKING,
    ),
    Material("rail_steel", (0.46, 0.47, 0.48), 0.45, 0.8, semantic=SemanticClass.FENCE),
    Material("wall_concrete", (0.40, 0.39, 0.37), roughness=0.95, semantic=SemanticClass.WALL),
    Material("pole_steel", (0.40, 0.41, 0.42), 0.45, 0.8, semantic=SemanticClass.POLE),
    Material("guide_white", (0.78, 0.78, 0.76), roughness=0.6, semantic=SemanticClass.POLE),
    Material("guide_black", (0.03, 0.03, 0.03), roughness=0.6, semantic=SemanticClass.POLE),
    *(
        Material(
            f"wall_{wall}",
            _WHITE,
            roughness=0.95,
            texture=wall,
            tint_slot=WALL_TINT,
            semantic=_BUILDING,
        )
        for wall in ("plaster", "brick")
    ),
    # Wall and all with the wall's colour; what is set into the wall without it.
    *(_sheet("facade", sheet, WALL_TINT) for sheet in _SHEETS),
    *(_sheet("inset", sheet, 0) for sheet in _SHEETS),
    *(_lit_panes(ROOMS, light, _ROOM_BY_DAY) for light in WINDOW_LIGHTS),
    *(_lit_panes(sheet, SHOP_LIGHT, _SHOP_BY_DAY) for sheet in SHOP_SHEETS),
    Material("trim", (0.52, 0.50, 0.46), roughness=0.9, semantic=_BUILDING),
    Material("metal_trim", (0.13, 0.13, 0.14), roughness=0.5, semantic=_BUILDING),
    *(
        Material(name, color, roughness=rough, texture="roof_tiles", semantic=_BUILDING)
        for name, color, rough in (
            ("roof_tiles", (0.275, 0.106, 0.063), 0.95),
            ("roof_brown", (0.160, 0.095, 0.066), 0.95),
            ("roof_slate", (0.088, 0.092, 0.102), 0.7),
        )
    ),
    Material("wall_chimney", (0.85, 0.8, 0.78), 0.95, texture="brick", semantic=_BUILDING),
    Material("clay", (0.30, 0.12, 0.07), roughness=0.9, semantic=_BUILDING),
    Material("shop_sign", _WHITE, roughness=0.5, texture=SHOP_SIGNS, semantic=_BUILDING),
    Material(
        "balcony_rail",
        (0.55, 0.56, 0.58),
        roughness=0.6,
        texture=BARS_TEXTURE,
        alpha_cutout=True,
        semantic=_BUILDING,
        two_sided=True,
    ),
    Material("gravel", _WHITE, roughness=1.0, texture="gravel", semantic=_BUILDING),
    Material(
        "awning", _WHITE, roughness=0.95, tint_slot=AWNING_TINT, semantic=_BUILDING, two_sided=True
    ),
)
