"""What stands out of the fronts of town houses: sills, cornices, signs, awnings, balconies, pipes.

Body frame as in `cityloop.world.facades`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from cityloop.world.facade_textures import BAY_M, SHOP, Opening
from cityloop.world.house_kinds import GROUND_STOREY_M, STOREY_M, HouseKind
from cityloop.world.house_walls import Sheets, shops_of, storey_cells, upright
from cityloop.world.lettering import Color, write
from cityloop.world.materials import SHOP_SIGNS
from cityloop.world.meshing import MeshBuilder
from cityloop.world.props_street import RAILING_V
from cityloop.world.scene import TEXTURE_SIZE, Texture
from cityloop.world.shop_windows import SHOPS
from cityloop.world.streams import stream

Array = NDArray[np.float64]

_OUT = ("+x", "+z", "-z")
_ALL_OUT = ("+x", "+y", "-y", "+z", "-z")
_FASCIA = Opening(0.03, 0.97, SHOP.top + 0.02, 0.95)  # of a shop's bay: where its sign hangs
_SIGN_ROWS, _SIGN_COLUMNS = 10, 2
_SIGN_EDGE = 6 / TEXTURE_SIZE  # of a sign's picture: nothing but its ground, in texture coordinates
_BALCONY_M = (1.0, 2.5, 1.05)  # how far out, how wide, height of the railing
_RAILING_REPEAT_M = 2.0

_GROUNDS: tuple[Color, ...] = (
    (122, 28, 30), (24, 48, 92), (28, 70, 48), (38, 38, 40), (176, 132, 40), (226, 222, 210),
    (92, 44, 24), (18, 92, 104),
)  # fmt: skip


def shop_signs(seed: int) -> Texture:
    """Return the texture of the shops' signs, each with its name."""
    rng = stream(seed, "texture/shop_signs")
    rgba = np.full((TEXTURE_SIZE, TEXTURE_SIZE, 4), 255, dtype=np.uint8)
    wide = TEXTURE_SIZE // _SIGN_COLUMNS
    edges = [round(TEXTURE_SIZE * k / _SIGN_ROWS) for k in range(_SIGN_ROWS + 1)]
    for n, name in enumerate(SHOPS):
        row, column = divmod(n, _SIGN_COLUMNS)
        top, high, left = edges[row], edges[row + 1] - edges[row], column * wide
        ground = _GROUNDS[int(rng.integers(0, len(_GROUNDS)))]
        ink = (38, 34, 30) if sum(ground) > 380 else (240, 232, 212)
        rgba[top : top + high, left : left + wide, :3] = ground
        write(rgba, name, (left + 26, top + 13, wide - 52, high - 26), ink, capitals=True)
        if rng.random() < 0.5:
            for y in (top + 5, top + high - 6):
                cv2.line(rgba, (left + 8, y), (left + wide - 9, y), (*ink, 255), 1)
    return Texture(SHOP_SIGNS, rgba)


def add_signs(builder: MeshBuilder, kind: HouseKind, *, near: bool) -> None:
    """Hang a board with the shop's name in its middle over the windows of each shop."""
    sheets = Sheets()
    x = 0.12 if near else 0.02
    low, high = _FASCIA.bottom * GROUND_STOREY_M, _FASCIA.top * GROUND_STOREY_M
    for shop in shops_of(kind):
        row, column = divmod(shop.trade, _SIGN_COLUMNS)
        left = (shop.bay + _FASCIA.left) * BAY_M - kind.width_m / 2
        right = (shop.bay + shop.bays - 1 + _FASCIA.right) * BAY_M - kind.width_m / 2
        middle, half = (left + right) / 2, (_FASCIA.right - _FASCIA.left) * BAY_M / 2
        u0, u1 = column / _SIGN_COLUMNS, (column + 1) / _SIGN_COLUMNS
        v0, v1 = (row + 1) / _SIGN_ROWS, row / _SIGN_ROWS
        # Beside the name goes on what is at the picture's edge.
        plain = u0 + _SIGN_EDGE / 2, u0 + _SIGN_EDGE
        for y0, y1, (a, b) in (
            (left, middle - half, plain),
            (middle - half, middle + half, (u0, u1)),
            (middle + half, right, plain),
        ):
            if y1 > y0:
                uvs = np.array([[a, v0], [b, v0], [b, v1], [a, v1]])
                sheets["shop_sign"].add(upright(x, y0, y1, low, high), uvs)
        if near:
            builder.box(
                (x / 2, middle, (low + high) / 2),
                (x, right - left, high - low),
                "metal_trim",
                faces=("+y", "-y", "+z", "-z"),
            )
    sheets.into(builder)


def add_balconies(builder: MeshBuilder, kind: HouseKind, *, near: bool) -> None:
    """Add a slab and a railing before the balconies' bays; from afar what one sees from before."""
    out, wide, high = _BALCONY_M
    sheets = Sheets()
    v0, v1 = RAILING_V[1] - 0.001, RAILING_V[0] + 0.001
    for storey in range(kind.storeys):
        # Level with a foot below the opening of a tall window, or of the storey's floor.
        z = GROUND_STOREY_M + storey * STOREY_M + 0.04
        for bay in kind.balconies:
            y = (bay + 0.5) * BAY_M - kind.width_m / 2
            faces = _ALL_OUT if near else ("+x", "-z")
            builder.box((out / 2, y, z), (out, wide, 0.14), "trim", faces=faces)
            a, b = y - wide / 2 + 0.04, y + wide / 2 - 0.04
            x, low, top = out - 0.05, z + 0.08, z + high
            front = upright(x, a, b, low, top)
            u = (b - a) / _RAILING_REPEAT_M
            sheets["balcony_rail"].add(front, np.array([[0, v0], [u, v0], [u, v1], [0, v1]]))
            if near:
                u = x / _RAILING_REPEAT_M
                uv = np.array([[0, v0], [u, v0], [u, v1], [0, v1]])
                for edge in (a, b):
                    side = np.array(
                        [[0, edge, low], [x, edge, low], [x, edge, top], [0, edge, top]]
                    )
                    sheets["balcony_rail"].add(side, uv)
    sheets.into(builder)


def add_trim(builder: MeshBuilder, kind: HouseKind) -> None:
    """Add ledges, a cornice, a rain pipe, awnings, a canopy."""
    half = kind.width_m / 2
    add_ledges(builder, kind)
    if kind.roof != "gable":
        for out, low, high in ((0.16, 0.02, 0.14), (0.30, 0.14, 0.32)):
            cornice = (out / 2, 0.0, kind.eaves_m + (low + high) / 2)
            builder.box(cornice, (out, kind.width_m, high - low), "trim", faces=_ALL_OUT)
    pipe = (0.07, half - 0.12, kind.eaves_m / 2)
    size = (0.09, 0.09, kind.eaves_m)
    builder.box(pipe, size, "metal_trim", faces=("+x", "+y", "-y"))
    for bay in range(kind.bays):
        y = bay * BAY_M - half
        if bay in kind.awnings:
            _awning(builder, y)
        if bay in kind.doors:
            canopy = (0.35, y + 0.51 * BAY_M, 0.78 * GROUND_STOREY_M)
            builder.box(canopy, (0.7, 1.6, 0.07), "metal_trim", faces=_ALL_OUT)


def add_ledges(builder: MeshBuilder, kind: HouseKind) -> None:
    """Add what stands out under windows, and a band above the ground floor."""
    for storey in range(kind.storeys):
        z = GROUND_STOREY_M + storey * STOREY_M
        for bay in range(kind.bays):
            if bay not in kind.balconies:
                _sill(builder, kind, bay, storey, z)
    band = (0.05, 0.0, GROUND_STOREY_M + 0.06)
    builder.box(band, (0.1, kind.width_m, 0.16), "trim", faces=_OUT)


def _sill(builder: MeshBuilder, kind: HouseKind, bay: int, storey: int, z: float) -> None:
    hole = storey_cells(kind)[(bay % 2, storey % 2)]
    y = bay * BAY_M - kind.width_m / 2 + (hole.left + hole.right) / 2 * BAY_M
    wide = (hole.right - hole.left) * BAY_M + 0.16
    sill = z + hole.bottom * STOREY_M - 0.03
    builder.box((0.05, y, sill), (0.1, wide, 0.06), "trim", faces=_OUT)
    if kind.sheet == "french_plaster":
        for height, thick in ((0.95, 0.04), (0.5, 0.03)):
            rail = (0.06, y, sill + height)
            builder.box(rail, (thick, wide, thick), "metal_trim", faces=_OUT)
    elif kind.wall == "plaster" and storey < 2:
        lintel = (0.05, y, z + hole.top * STOREY_M + 0.09)
        builder.box(lintel, (0.1, wide + 0.1, 0.14), "trim", faces=_OUT)


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
