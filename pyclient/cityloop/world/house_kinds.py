"""The kinds of town houses: how wide and high, of what, with what roof, shops and balconies."""

from dataclasses import dataclass, replace

from cityloop.world.facade_textures import BAY_M
from cityloop.world.streams import stream

STOREY_M = 3.1
GROUND_STOREY_M = 3.6
DEPTH_M = 11.0
PARAPET_M = 0.7
RIDGE_M = 3.4
CHIMNEY_M = 1.2  # above a mansard
MANSARD_M = 2.5

ROOFS = ("gable", "flat", "mansard")
_ROOF_SHARES = (0.42, 0.30, 0.28)
_TILES = ("roof_tiles", "roof_brown", "roof_slate")
_TILE_SHARES = (0.5, 0.25, 0.25)


@dataclass(frozen=True)
class HouseKind:
    """A kind of house: `bays` wide, `storeys` above the ground floor, with a wall and a roof.

    `shops` says whether the ground floor has shop fronts; `doors` are the bays with a door,
    `balconies` those with one on each storey; `sheet` is the facade texture of the storeys;
    `roof` is one of `ROOFS`, `tiles` the material of its slopes; `corner` gives the sides windows
    as well.
    """

    name: str
    bays: int
    storeys: int
    wall: str
    sheet: str
    shops: bool
    doors: tuple[int, ...]
    awnings: tuple[int, ...]
    roof: str
    tiles: str = "roof_tiles"
    balconies: tuple[int, ...] = ()
    corner: bool = False

    @property
    def width_m(self) -> float:
        """Along the street."""
        return self.bays * BAY_M

    @property
    def eaves_m(self) -> float:
        """Ground to the top of the walls, without parapet and roof."""
        return GROUND_STOREY_M + self.storeys * STOREY_M

    @property
    def height_m(self) -> float:
        """Ground to the top of the roof, chimneys left out."""
        above = {"gable": RIDGE_M, "mansard": MANSARD_M, "flat": PARAPET_M}
        return self.eaves_m + above[self.roof]


def house_kinds(seed: int, count: int = 28) -> list[HouseKind]:
    """Return the kinds of houses of a town: 2 to 7 bays wide, 3 to 6 floors, for `seed`."""
    rng = stream(seed, "city/house_kinds")
    kinds = []
    for n in range(count):
        bays = 2 + n % 6
        wall = "brick" if rng.random() < 0.35 else "plaster"
        sheet = f"storey_{wall}"
        if wall == "plaster" and rng.random() < 0.35:
            sheet = "french_plaster"
        shops = bool(rng.random() < 0.6)
        door = int(rng.integers(0, bays))
        awnings = tuple(b for b in range(bays) if b != door and shops and rng.random() < 0.3)
        roof = str(rng.choice(ROOFS, p=_ROOF_SHARES))
        tiles = str(rng.choice(_TILES, p=_TILE_SHARES))
        balconies: tuple[int, ...] = ()
        if rng.random() < 0.45:
            first, every = int(rng.integers(0, 2)), 1 if bays < 3 else int(rng.integers(1, 4))
            balconies = tuple(range(first, bays, every + 1))
        kinds.append(
            HouseKind(
                name=f"house/{n}",
                bays=bays,
                storeys=int(rng.integers(2, 6)),
                wall=wall,
                sheet=sheet,
                shops=shops,
                doors=(door,),
                awnings=awnings,
                roof=roof,
                tiles="roof_slate" if roof == "mansard" else tiles,
                balconies=balconies,
            )
        )
    return kinds


def corner_house(kind: HouseKind) -> HouseKind:
    """Return the same kind with windows in its sides, for where no neighbour stands."""
    return replace(kind, name=f"{kind.name}/corner", corner=True)
