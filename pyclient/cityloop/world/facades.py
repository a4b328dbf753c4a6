"""Town houses as an engine loads them: walls with windows and doors set back, roofs, trim.

Body frame: origin on the ground in the middle of the front, +x towards the street, y along it,
z up. Seen from the street +y is right.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cityloop.world.facade_textures import (
    BAY_M,
    DOOR,
    FRENCH_CELLS,
    GROUND_CELLS,
    SHOP,
    STOREY_CELLS,
    Opening,
)
from cityloop.world.meshing import MeshBuilder, translation, turn_z
from cityloop.world.scene import BoxCollider, LevelOfDetail, Mesh, Part, Prototype
from cityloop.world.streams import stream

Array = NDArray[np.float64]
Cell = tuple[int, int]

STOREY_M = 3.1
GROUND_STOREY_M = 3.6
DEPTH_M = 11.0
NEAR_M, FAR_M = 75.0, 2500.0  # levels of detail: set-back windows, flat sheets

_FOUNDATION_M = 1.0  # below the ground, for sloping streets
_RECESS_M = 0.16
_SHOP_RECESS_M = 0.3
_PARAPET_M = 0.7
_RIDGE_M = 3.4
_EAVE_M = 0.35
_PLASTER_M, _BRICK_M, _TILES_M, _GRAVEL_M = 4.0, 2.4, 2.4, 3.0  # one repeat of each texture


@dataclass(frozen=True)
class HouseKind:
    """A kind of house: `bays` wide, `storeys` above the ground floor, with a wall and a roof.

    `shops` says whether the ground floor has shop fronts; `doors` are the bays with a door;
    `sheet` is the facade texture of the storeys; `corner` gives the sides windows as well.
    """

    name: str
    bays: int
    storeys: int
    wall: str
    sheet: str
    shops: bool
    doors: tuple[int, ...]
    awnings: tuple[int, ...]
    gable: bool
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
        """Ground to the highest point."""
        return self.eaves_m + (_RIDGE_M if self.gable else _PARAPET_M)


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
        shops = bool(rng.random() < 0.55)
        door = int(rng.integers(0, bays))
        awnings = tuple(b for b in range(bays) if b != door and shops and rng.random() < 0.3)
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
                gable=bool(rng.random() < 0.45),
            )
        )
    return kinds


def corner_house(kind: HouseKind) -> HouseKind:
    """Return the same kind with windows in its sides, for where no neighbour stands."""
    return replace(kind, name=f"{kind.name}/corner", corner=True)


def house(kind: HouseKind) -> tuple[Prototype, list[Mesh]]:
    """Return the prototype of a kind of house and its meshes, nearest first."""
    meshes = [
        _build(kind, near=True).build(f"{kind.name}/near"),
        _build(kind, near=False).build(f"{kind.name}/far"),
    ]
    levels = tuple(
        LevelOfDetail(mesh.name, distance)
        for mesh, distance in zip(meshes, (NEAR_M, FAR_M), strict=True)
    )
    size = (DEPTH_M, kind.width_m, kind.height_m)
    center = (-DEPTH_M / 2, 0.0, kind.height_m / 2)
    prototype = Prototype(
        name=kind.name,
        parts=(Part("house", levels),),
        colliders=(BoxCollider(center, (size[0] / 2, size[1] / 2, size[2] / 2)),),
        dimension=size,
        box_center=center,
    )
    return prototype, meshes


def _build(kind: HouseKind, *, near: bool) -> MeshBuilder:
    builder = MeshBuilder()
    if near:
        _near_front(builder, kind)
    else:
        _flat_front(builder, kind, ground=True)
    back = MeshBuilder()
    _flat_front(back, kind, ground=False)
    builder.add(back, translation(-DEPTH_M, 0.0, 0.0) @ turn_z(np.pi))
    _side_walls(builder, kind)
    if kind.gable:
        _gable_roof(builder, kind)
    else:
        _flat_roof(builder, kind)
    if near:
        _trim(builder, kind)
    return builder


def _ground_cell(kind: HouseKind, bay: int) -> Cell:
    if bay in kind.doors:
        return (0, 1)
    return (bay % 2, 0) if kind.shops else (1, 1)


def cell_uv(cell: Cell, part: Opening) -> Array:
    """Return (4, 2) coordinates of a part of a cell, from its lower left counter-clockwise."""
    u0, u1 = (cell[0] + part.left) / 2, (cell[0] + part.right) / 2
    v0, v1 = 1.0 - (cell[1] + part.bottom) / 2, 1.0 - (cell[1] + part.top) / 2
    return np.array([[u0, v0], [u1, v0], [u1, v1], [u0, v1]])


def upright(x: float, y0: float, y1: float, z0: float, z1: float) -> Array:
    """Return (4, 3) a rectangle that faces +x."""
    return np.array([[x, y0, z0], [x, y1, z0], [x, y1, z1], [x, y0, z1]])


class Quads:
    """Textured rectangles of one material, added in one go."""

    def __init__(self) -> None:
        self.corners: list[Array] = []
        self.uvs: list[Array] = []

    def add(self, corners: Array, uvs: Array) -> None:
        """Add a rectangle: (4, 3) corners, metres, and (4, 2) texture coordinates."""
        self.corners.append(corners)
        self.uvs.append(uvs)

    def into(self, builder: MeshBuilder, material: str) -> None:
        """Add all rectangles to a mesh."""
        if self.corners:
            builder.quads(np.stack(self.corners), material, uvs=np.stack(self.uvs))


_WHOLE = Opening(0.0, 1.0, 0.0, 1.0)


def _flat_front(builder: MeshBuilder, kind: HouseKind, *, ground: bool) -> None:
    """Add a front of flat sheets; without `ground` its ground floor is a plain wall."""
    half = kind.width_m / 2
    wall = np.stack([upright(0.0, -half, half, GROUND_STOREY_M, kind.eaves_m)])
    u, v = kind.bays / 2, -kind.storeys / 2
    uvs = np.array([[[0.0, 0.0], [u, 0.0], [u, v], [0.0, v]]])
    builder.quads(wall, f"facade_{kind.sheet}", uvs=uvs)
    if not ground:
        _plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, GROUND_STOREY_M)])
        return
    quads = Quads()
    for bay in range(kind.bays):
        y = bay * BAY_M - half
        corners = upright(0.0, y, y + BAY_M, 0.0, GROUND_STOREY_M)
        quads.add(corners, cell_uv(_ground_cell(kind, bay), _WHOLE))
    quads.into(builder, f"facade_ground_{kind.wall}")
    _plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, 0.0)])


def _plain(builder: MeshBuilder, kind: HouseKind, corners: list[Array]) -> None:
    repeat = _BRICK_M if kind.wall == "brick" else _PLASTER_M
    builder.quads(np.stack(corners), f"wall_{kind.wall}", texture_m=repeat)


def _near_front(builder: MeshBuilder, kind: HouseKind) -> None:
    half = kind.width_m / 2
    storey_cells = FRENCH_CELLS if kind.sheet == "french_plaster" else STOREY_CELLS
    wall, inset = Quads(), Quads()
    for storey in range(kind.storeys):
        z = GROUND_STOREY_M + storey * STOREY_M
        for bay in range(kind.bays):
            cell = (bay % 2, storey % 2)
            place = (bay * BAY_M - half, z, STOREY_M)
            add_bay(wall, inset, cell, storey_cells[cell], place, _RECESS_M)
    wall.into(builder, f"facade_{kind.sheet}")
    inset.into(builder, f"inset_{kind.sheet}")
    wall, inset = Quads(), Quads()
    for bay in range(kind.bays):
        cell = _ground_cell(kind, bay)
        place = (bay * BAY_M - half, 0.0, GROUND_STOREY_M)
        recess = _SHOP_RECESS_M if GROUND_CELLS[cell] in (SHOP, DOOR) else _RECESS_M
        add_bay(wall, inset, cell, GROUND_CELLS[cell], place, recess)
    wall.into(builder, f"facade_ground_{kind.wall}")
    inset.into(builder, f"inset_ground_{kind.wall}")
    _plain(builder, kind, [upright(0.0, -half, half, -_FOUNDATION_M, 0.0)])


def add_bay(
    wall: Quads,
    inset: Quads,
    cell: Cell,
    hole: Opening,
    place: tuple[float, float, float],
    recess: float,
    wide_m: float = BAY_M,
) -> None:
    """Add a cell of wall around a hole, the reveals of the hole and what fills it, set back.

    `place` is (y, z) of the cell's lower left corner and its height, metres.
    """
    y, z, height = place

    def at(part: Opening, x: float) -> Array:
        return upright(
            x,
            y + part.left * wide_m,
            y + part.right * wide_m,
            z + part.bottom * height,
            z + part.top * height,
        )

    for part in (
        Opening(0.0, hole.left, 0.0, 1.0),
        Opening(hole.right, 1.0, 0.0, 1.0),
        Opening(hole.left, hole.right, 0.0, hole.bottom),
        Opening(hole.left, hole.right, hole.top, 1.0),
    ):
        if part.top > part.bottom:
            wall.add(at(part, 0.0), cell_uv(cell, part))
    inset.add(at(hole, -recess), cell_uv(cell, hole))
    front, back = at(hole, 0.0), at(hole, -recess)
    # Each reveal repeats the strip of wall beside the hole.
    beside = cell_uv(cell, Opening(hole.left - 0.06, hole.left - 0.01, hole.bottom, hole.top))
    wall.add(np.stack([front[0], back[0], back[3], front[3]]), beside)
    wall.add(np.stack([back[1], front[1], front[2], back[2]]), beside)
    wall.add(np.stack([front[0], front[1], back[1], back[0]]), beside)
    wall.add(np.stack([back[3], back[2], front[2], front[3]]), beside)


def _side_walls(builder: MeshBuilder, kind: HouseKind) -> None:
    half, top, low, d = kind.width_m / 2, kind.eaves_m, -_FOUNDATION_M, -DEPTH_M
    if not kind.corner:
        right = np.array([[0, half, low], [d, half, low], [d, half, top], [0, half, top]])
        left = np.array([[d, -half, low], [0, -half, low], [0, -half, top], [d, -half, top]])
        _plain(builder, kind, [right, left])
        return
    # The side as a front of its own, as many bays wide as fit, with plain wall on both flanks.
    bays = int(DEPTH_M / BAY_M)
    flank = (DEPTH_M - bays * BAY_M) / 2
    side = MeshBuilder()
    shape = replace(kind, bays=bays, shops=False, doors=())
    _flat_front(side, shape, ground=True)
    inner, outer = DEPTH_M / 2 - flank, DEPTH_M / 2
    flanks = [upright(0.0, -outer, -inner, low, top), upright(0.0, inner, outer, low, top)]
    _plain(side, kind, flanks)
    for sign in (1.0, -1.0):
        move = translation(-DEPTH_M / 2, sign * half, 0.0) @ turn_z(sign * np.pi / 2)
        builder.add(side, move)


def _flat_roof(builder: MeshBuilder, kind: HouseKind) -> None:
    half, z, top = kind.width_m / 2, kind.eaves_m, kind.height_m
    roof = np.array([[[-DEPTH_M, -half, z], [0, -half, z], [0, half, z], [-DEPTH_M, half, z]]])
    builder.quads(roof, "gravel", texture_m=_GRAVEL_M)
    thick = 0.25
    repeat = _BRICK_M if kind.wall == "brick" else _PLASTER_M
    wall = f"wall_{kind.wall}"
    sides = ("+x", "-x", "+y", "-y", "+z")
    middle = (z + top) / 2
    for x in (-thick / 2, thick / 2 - DEPTH_M):
        size = (thick, kind.width_m, top - z)
        builder.box((x, 0.0, middle), size, wall, faces=sides, texture_m=repeat)
    for y in (half - thick / 2, thick / 2 - half):
        size = (DEPTH_M - 2 * thick, thick, top - z)
        builder.box((-DEPTH_M / 2, y, middle), size, wall, faces=sides, texture_m=repeat)
    vent = (-0.65 * DEPTH_M, 0.2 * half, z + 0.8)
    builder.box(vent, (1.6, 2.2, 1.6), "trim", faces=sides)


def _gable_roof(builder: MeshBuilder, kind: HouseKind) -> None:
    half, z, top = kind.width_m / 2, kind.eaves_m, kind.height_m
    middle = -DEPTH_M / 2
    drop = _EAVE_M * _RIDGE_M / (DEPTH_M / 2)  # the slope goes on over the eaves
    front, back = _EAVE_M, -DEPTH_M - _EAVE_M
    slopes = np.array(
        [
            [
                [front, -half, z - drop],
                [front, half, z - drop],
                [middle, half, top],
                [middle, -half, top],
            ],
            [
                [back, half, z - drop],
                [back, -half, z - drop],
                [middle, -half, top],
                [middle, half, top],
            ],
        ]
    )
    run = np.hypot(DEPTH_M / 2 + _EAVE_M, _RIDGE_M + drop)
    uv = np.array([[0.0, run], [kind.width_m, run], [kind.width_m, 0.0], [0.0, 0.0]]) / _TILES_M
    builder.quads(slopes, "roof_tiles", uvs=np.stack([uv, uv]))
    builder.quads(slopes[:, ::-1] - [0.0, 0.0, 0.06], "trim")  # underside, seen from the street
    repeat = _BRICK_M if kind.wall == "brick" else _PLASTER_M
    gables = np.array(
        [
            [[0, half, z], [-DEPTH_M, half, z], [middle, half, top]],
            [[-DEPTH_M, -half, z], [0, -half, z], [middle, -half, top]],
        ]
    )
    index = [[0, 1, 2], [3, 4, 5]]
    builder.triangles(gables.reshape(-1, 3), index, f"wall_{kind.wall}", texture_m=repeat)
    sides = ("+x", "-x", "+y", "-y", "+z")
    chimney = (middle - 1.2, 0.55 * half, top - 0.1)
    builder.box(chimney, (0.7, 0.7, 2.0), "wall_brick", faces=sides, texture_m=_BRICK_M)


def _trim(builder: MeshBuilder, kind: HouseKind) -> None:
    """Add sills, a band above the ground floor, a cornice, shop signs and awnings."""
    half = kind.width_m / 2
    open_faces = ("+x", "+y", "-y", "+z", "-z")
    cells = FRENCH_CELLS if kind.sheet == "french_plaster" else STOREY_CELLS
    for storey in range(kind.storeys):
        z = GROUND_STOREY_M + storey * STOREY_M
        for bay in range(kind.bays):
            hole = cells[(bay % 2, storey % 2)]
            y = bay * BAY_M - half + (hole.left + hole.right) / 2 * BAY_M
            wide = (hole.right - hole.left) * BAY_M + 0.16
            sill = z + hole.bottom * STOREY_M - 0.03
            builder.box((0.05, y, sill), (0.1, wide, 0.06), "trim", faces=("+x", "+z", "-z"))
            if kind.sheet == "french_plaster":
                rail = (0.06, y, sill + 0.95)
                builder.box(rail, (0.04, wide, 0.04), "metal_trim", faces=("+x", "+z", "-z"))
                low = (0.06, y, sill + 0.5)
                builder.box(low, (0.03, wide, 0.03), "metal_trim", faces=("+x", "+z", "-z"))
    band = (0.05, 0.0, GROUND_STOREY_M + 0.06)
    builder.box(band, (0.1, kind.width_m, 0.16), "trim", faces=("+x", "+z", "-z"))
    if not kind.gable:
        cornice = (0.14, 0.0, kind.eaves_m + 0.2)
        builder.box(cornice, (0.28, kind.width_m, 0.22), "trim", faces=open_faces)
    for bay in range(kind.bays):
        cell = _ground_cell(kind, bay)
        if GROUND_CELLS[cell] is SHOP:
            _shop_sign(builder, kind, bay, cell)
        if bay in kind.awnings:
            _awning(builder, bay * BAY_M - half)


def _shop_sign(builder: MeshBuilder, kind: HouseKind, bay: int, cell: Cell) -> None:
    """Stand the painted sign out from the wall."""
    part = Opening(0.03, 0.97, SHOP.top + 0.02, 0.95)
    y = bay * BAY_M - kind.width_m / 2
    front = upright(
        0.12,
        y + part.left * BAY_M,
        y + part.right * BAY_M,
        part.bottom * GROUND_STOREY_M,
        part.top * GROUND_STOREY_M,
    )
    builder.quads(front[None], f"inset_ground_{kind.wall}", uvs=cell_uv(cell, part)[None])
    middle = (front[0] + front[2]) / 2 - [0.06, 0.0, 0.0]
    size = (0.12, front[1, 1] - front[0, 1], front[2, 2] - front[0, 2])
    builder.box(middle, size, "metal_trim", faces=("+y", "-y", "+z", "-z"))


def _awning(builder: MeshBuilder, y: float) -> None:
    """Spread cloth over a shop window, 1.1 m out."""
    y0, y1 = y + 0.1, y + BAY_M - 0.1
    high, low, out = SHOP.top * GROUND_STOREY_M, SHOP.top * GROUND_STOREY_M - 0.45, 1.1
    cloth = np.array(
        [
            [[out, y0, low], [out, y1, low], [0.13, y1, high], [0.13, y0, high]],
            [[out, y0, low - 0.22], [out, y1, low - 0.22], [out, y1, low], [out, y0, low]],
        ]
    )
    builder.quads(cloth, "awning")
