"""Materials of streets and buildings; their textures come from `textures`, `facade_textures`."""

from cityloop.world.scene import Material
from cityloop.world.semantics import SemanticClass

WALL_TINT, AWNING_TINT = 1, 2

_WHITE = (1.0, 1.0, 1.0)
_BUILDING = SemanticClass.BUILDING

CITY_MATERIALS: tuple[Material, ...] = (
    Material("asphalt", _WHITE, roughness=0.88, texture="asphalt", semantic=SemanticClass.ROAD),
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
    *(
        Material(
            f"facade_{sheet}",
            _WHITE,
            roughness=0.95,
            texture=sheet,
            tint_slot=WALL_TINT,
            semantic=_BUILDING,
        )
        for sheet in (
            "storey_plaster",
            "storey_brick",
            "french_plaster",
            "ground_plaster",
            "ground_brick",
        )
    ),
    *(
        # The same sheets without the wall's colour, for what is set into the wall.
        Material(f"inset_{sheet}", _WHITE, roughness=0.95, texture=sheet, semantic=_BUILDING)
        for sheet in (
            "storey_plaster",
            "storey_brick",
            "french_plaster",
            "ground_plaster",
            "ground_brick",
        )
    ),
    Material("trim", (0.52, 0.50, 0.46), roughness=0.9, semantic=_BUILDING),
    Material("metal_trim", (0.13, 0.13, 0.14), roughness=0.5, semantic=_BUILDING),
    Material("roof_tiles", _WHITE, roughness=0.95, texture="roof_tiles", semantic=_BUILDING),
    Material("gravel", _WHITE, roughness=1.0, texture="gravel", semantic=_BUILDING),
    Material(
        "awning", _WHITE, roughness=0.95, tint_slot=AWNING_TINT, semantic=_BUILDING, two_sided=True
    ),
)
