"""What shops show in their windows: pictures of lit rooms with goods, four a texture.

A picture fills the glass of a shop's bay. Alpha is smoothness, as in `textures`: what is painted or
stands right behind the pane is rougher, and lets out less of the light behind it.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from cityloop.world.lettering import Color, Picture, write
from cityloop.world.scene import TEXTURE_SIZE, Texture
from cityloop.world.streams import stream

SHOPS = (
    "BAKERY", "CAFE LUNA", "BOOKS", "PHARMACY", "FLOWERS", "BARBER", "PIZZERIA", "OPTICIAN",
    "SHOES", "WINE & CO", "TAILOR", "BICYCLES", "MARKET", "NOODLE BAR", "HARDWARE", "TOYS",
    "GALLERY", "KEBAB", "LAUNDRY", "DELI 24",
)  # fmt: skip
SHOP_SHEETS = ("shops_0", "shops_1", "shops_2")

_SIZE = TEXTURE_SIZE  # of a picture while it is drawn; a sheet has four, half as wide
_AIR, _THING, _FRONT = 30, 80, 150  # alpha of the room, of things in it, of what is at the pane
_WOOD, _DARK, _PAPER = (116, 84, 56), (44, 42, 42), (226, 222, 210)
_BRIGHT: tuple[Color, ...] = (
    (196, 52, 48), (222, 158, 52), (70, 132, 78), (52, 96, 164), (150, 72, 138), (218, 208, 190),
    (64, 150, 158), (206, 112, 60),
)  # fmt: skip

_Rng = np.random.Generator


class _Window:
    """A picture in the making; places are texels, y down."""

    def __init__(self, rng: _Rng, wall: Color, floor: Color = (120, 104, 88)) -> None:
        self.rng = rng
        self.rgba: Picture = np.empty((_SIZE, _SIZE, 4), dtype=np.uint8)
        self.rgba[:] = (*wall, _AIR)
        # A room in one-point perspective: back wall, floor, side walls, ceiling with lamps.
        left, right, top, bottom = 80, _SIZE - 80, 90, 390
        end = _SIZE - 1
        shades = (
            (0.82, [(0, 0), (left, top), (left, bottom), (0, end)]),
            (0.88, [(end, 0), (right, top), (right, bottom), (end, end)]),
            (1.06, [(0, 0), (end, 0), (right, top), (left, top)]),
        )
        for share, corners in shades:
            self.area(corners, self.shade(wall, share), _AIR)
        self.area([(0, end), (end, end), (right, bottom), (left, bottom)], floor, _THING)
        for x in (150, 256, 362):
            self.disc((x, 52), (26, 8), (255, 244, 220), 0)

    def shade(self, color: Color, share: float) -> Color:
        r, g, b = (min(255, round(c * share)) for c in color)
        return r, g, b

    def pick(self) -> Color:
        return _BRIGHT[int(self.rng.integers(len(_BRIGHT)))]

    def box(self, x: float, y: float, w: float, h: float, color: Color, alpha: int) -> None:
        corner = (round(x + w) - 1, round(y + h) - 1)
        cv2.rectangle(self.rgba, (round(x), round(y)), corner, (*color, alpha), -1)

    def area(self, corners: Sequence[tuple[float, float]], color: Color, alpha: int) -> None:
        points = np.rint(np.array(corners)).astype(np.int32)
        cv2.fillPoly(self.rgba, [points], (*color, alpha))

    def disc(
        self, at: tuple[float, float], half: tuple[float, float], color: Color, alpha: int
    ) -> None:
        center, axes = (round(at[0]), round(at[1])), (round(half[0]), round(half[1]))
        cv2.ellipse(self.rgba, center, axes, 0.0, 0.0, 360.0, (*color, alpha), -1)

    def line(
        self, a: tuple[float, float], b: tuple[float, float], color: Color, thick: int, alpha: int
    ) -> None:
        ends = (round(a[0]), round(a[1])), (round(b[0]), round(b[1]))
        cv2.line(self.rgba, *ends, (*color, alpha), thick)

    def say(self, text: str, x: int, y: int, w: int, h: int, ground: Color, ink: Color) -> None:
        """Put up a notice with a line of text."""
        self.box(x, y, w, h, ground, _FRONT)
        write(self.rgba, text, (x + 8, y + h // 5, w - 16, h * 3 // 5), ink, capitals=True)

    def shelf(self, y: float, goods: Callable[[float, float], float], left: float = 90) -> None:
        """Add a board across the back wall; `goods` puts one thing there and returns its width."""
        self.box(left, y, _SIZE - 2 * left, 9, _WOOD, _THING)
        x = left + 8.0
        while x < _SIZE - left - 40:
            x += goods(x, y) + float(self.rng.uniform(2, 8))


def _boxes(w: _Window, wide: tuple[float, float], high: tuple[float, float]) -> None:
    def one(x: float, y: float) -> float:
        width, height = w.rng.uniform(*wide), w.rng.uniform(*high)
        color = w.shade(w.pick(), float(w.rng.uniform(0.7, 1.05)))
        w.box(x, y - height, width, height, color, _THING)
        w.box(x, y - 0.6 * height, width, 0.2 * height, w.shade(color, 1.3), _THING)
        return float(width)

    for y in (190, 262, 334):
        w.shelf(y, one)


def _books(w: _Window) -> None:
    _boxes(w, (9, 18), (36, 52))
    for x in (70, 190, 310):
        for i in range(4):
            w.box(x + 4 * i, 440 - 20 * i, 90, 18, w.shade(w.pick(), 0.9), _FRONT - 30)
    w.box(0, 458, _SIZE, 54, _WOOD, _FRONT)
    w.say("NEW BOOKS", 330, 150, 150, 46, _PAPER, (150, 40, 36))


def _bakery(w: _Window) -> None:
    def loaf(x: float, y: float) -> float:
        half = float(w.rng.uniform(16, 30))
        crust = w.shade((176, 112, 54), float(w.rng.uniform(0.8, 1.15)))
        w.disc((x + half, y - 13), (half, 14), crust, _THING)
        w.line((x + half - 8, y - 20), (x + half + 6, y - 12), (224, 178, 116), 3, _THING)
        return 2 * half

    for y in (200, 270):
        w.shelf(y, loaf)
    w.box(30, 320, _SIZE - 60, 140, (206, 200, 190), _FRONT)
    w.box(44, 332, _SIZE - 88, 66, (150, 140, 124), _THING)
    w.shelf(396, loaf, 50)
    w.say("BREAD 2.40", 150, 412, 212, 44, (70, 48, 32), _PAPER)


def _clothes(w: _Window) -> None:
    w.line((100, 170), (412, 170), _DARK, 5, _THING)
    for x in range(112, 400, 24):
        color = w.shade(w.pick(), 0.75)
        w.area([(x, 174), (x + 20, 184), (x + 22, 320), (x - 4, 320)], color, _THING)
    for x in (120, 256, 392):  # dress forms: figures with heads would pass for people
        coat, skirt = w.pick(), w.shade(w.pick(), 0.6)
        w.line((x, 190), (x, 206), _DARK, 6, _FRONT)
        w.area([(x - 46, 222), (x - 14, 204), (x + 14, 204), (x + 46, 222), (x + 34, 350),
                (x - 34, 350)], coat, _FRONT)  # fmt: skip
        w.area([(x - 32, 346), (x + 32, 346), (x + 44, 446), (x - 44, 446)], skirt, _FRONT)
        w.line((x, 446), (x, 480), _DARK, 5, _FRONT)
    w.box(0, 480, _SIZE, 32, (180, 172, 160), _FRONT)
    w.say("SALE -50%", 310, 60, 180, 62, (196, 36, 40), (250, 244, 236))


def _flowers(w: _Window) -> None:
    for row, y in enumerate((300, 380, 460)):
        for x in range(50 + 24 * (row % 2), 480, 76):
            bloom = w.pick()
            for _ in range(12):
                dx, dy = w.rng.uniform(-34, 34), w.rng.uniform(-74, -6)
                w.line((x, y), (x + 0.7 * dx, y + dy), (60, 104, 52), 4, _THING)
                w.disc((x + dx, y + dy), (10, 9), w.shade(bloom, w.rng.uniform(0.8, 1.15)), _FRONT)
            w.area([(x - 26, y - 8), (x + 26, y - 8), (x + 20, y + 44), (x - 20, y + 44)],
                   (104, 112, 112), _FRONT)  # fmt: skip
    w.say("FRESH FLOWERS", 40, 120, 210, 50, (44, 84, 56), _PAPER)


def _cafe(w: _Window) -> None:
    w.box(180, 130, 150, 110, (36, 44, 40), _THING)
    for i, item in enumerate(("COFFEE 2.80", "SOUP 5.50", "LUNCH 9.-")):
        write(w.rgba, item, (192, 142 + 32 * i, 126, 20), (232, 226, 210), capitals=True)
    for x in (110, 256, 402):
        w.line((x, 60), (x, 140), _DARK, 3, _THING)
        w.area([(x - 26, 168), (x - 12, 138), (x + 12, 138), (x + 26, 168)], (232, 176, 92), 0)
    for x in (120, 390):
        w.disc((x, 392), (78, 16), _WOOD, _FRONT)
        w.line((x, 396), (x, 478), _DARK, 8, _FRONT)
        w.box(x - 20, 366, 14, 20, _PAPER, _FRONT)
        for side in (-1, 1):
            seat = x + side * 92
            w.box(seat - 24, 410, 48, 9, _DARK, _FRONT)
            w.line((seat + side * 22, 330), (seat + side * 22, 486), _DARK, 7, _FRONT)
            w.line((seat - side * 20, 414), (seat - side * 20, 486), _DARK, 7, _FRONT)
    w.say("OPEN", 330, 262, 96, 42, (196, 36, 40), (255, 240, 220))


def _pharmacy(w: _Window) -> None:
    _boxes(w, (16, 30), (24, 40))
    for x, y, width, height in ((226, 96, 60, 150), (181, 141, 150, 60)):
        w.box(x, y, width, height, (36, 160, 84), 6)
    w.box(40, 420, _SIZE - 80, 92, (214, 218, 216), _FRONT)
    w.say("OPEN 8 - 20", 60, 300, 170, 48, _PAPER, (36, 120, 70))


def _market(w: _Window) -> None:
    _boxes(w, (20, 34), (30, 46))
    for i, x in enumerate(range(14, 480, 122)):
        fruit = ((214, 120, 40), (190, 44, 40), (120, 156, 60), (222, 190, 70))[i % 4]
        w.area([(x, 400), (x + 112, 400), (x + 104, 476), (x + 8, 476)], _WOOD, _FRONT)
        for _ in range(30):
            at = (x + w.rng.uniform(12, 100), 396 - w.rng.uniform(0, 24))
            w.disc(at, (11, 11), w.shade(fruit, float(w.rng.uniform(0.8, 1.15))), _FRONT)
    w.say("FRUIT 1.99", 20, 170, 190, 58, (226, 190, 40), (160, 30, 30))
    w.say("-30%", 350, 130, 120, 66, (196, 36, 40), (250, 244, 236))


def _tyres(w: _Window) -> None:
    """Show spare parts alone: whole bicycles would pass for labelled ones."""
    _boxes(w, (16, 30), (22, 40))
    for x in range(70, 480, 62):
        center = (x, 420 + (x // 62) % 2 * 18)
        cv2.circle(w.rgba, center, 56, (*_DARK, _FRONT), 9)
        cv2.circle(w.rgba, center, 47, (176, 178, 180, _FRONT), 3)
    w.say("SERVICE", 60, 130, 150, 50, (222, 158, 52), _DARK)


def _barber(w: _Window) -> None:
    for x in (130, 256, 382):
        w.box(x - 48, 130, 96, 150, (150, 166, 176), 60)
        w.box(x - 40, 138, 80, 134, (196, 210, 216), 20)
        w.box(x - 34, 352, 68, 30, (120, 40, 38), _FRONT)
        w.box(x - 30, 270, 60, 84, (134, 46, 42), _FRONT)
        w.line((x, 380), (x, 460), (150, 150, 152), 10, _FRONT)
        w.disc((x, 466), (38, 9), (150, 150, 152), _FRONT)
    w.say("CUT 18.-", 30, 60, 140, 48, _PAPER, (36, 40, 90))


def _wine(w: _Window) -> None:
    def bottle(x: float, y: float) -> float:
        glass = ((30, 52, 36), (52, 24, 24), (94, 104, 58))[int(w.rng.integers(3))]
        w.box(x, y - 40, 15, 40, glass, _THING)
        w.box(x + 5, y - 58, 6, 20, glass, _THING)
        w.box(x, y - 28, 15, 14, _PAPER, _THING)
        return 16.0

    for y in (180, 252, 324, 396):
        w.shelf(y, bottle)
    for x in (90, 330):
        w.box(x, 420, 100, 92, _WOOD, _FRONT)
        w.box(x + 10, 430, 80, 60, w.shade(_WOOD, 0.7), _FRONT)


def _gallery(w: _Window) -> None:
    for x, y, width, height in ((100, 150, 96, 130), (214, 130, 92, 170), (324, 156, 90, 120)):
        w.box(x, y, width, height, _DARK, _THING)
        w.box(x + 6, y + 6, width - 12, height - 12, _PAPER, _THING)
        for _ in range(7):
            part = w.rng.uniform(0.1, 0.5, 2) * (width - 16, height - 16)
            at = w.rng.uniform(0, 1, 2) * ((width - 16, height - 16) - part)
            w.box(x + 8 + at[0], y + 8 + at[1], part[0], part[1], w.pick(), _THING)
    w.area([(210, 420), (300, 420), (320, 512), (190, 512)], (214, 210, 204), _FRONT)
    w.disc((255, 360), (30, 60), (90, 92, 96), _FRONT)


def _laundry(w: _Window) -> None:
    for y in (190, 330):
        for x in range(92, 420, 112):
            w.box(x, y - 60, 104, 128, (206, 208, 208), _THING)
            w.disc((x + 52, y + 12), (38, 38), (110, 114, 118), _THING)
            w.disc((x + 52, y + 12), (30, 30), (52, 62, 76), _THING)
            w.box(x + 10, y - 52, 84, 16, (70, 100, 150), _THING)
    # A blind, let down by a third.
    for y in range(0, 150, 10):
        w.box(0, y, _SIZE, 8, (188, 184, 174), _FRONT)
    w.say("WASH 4.50", 40, 400, 170, 52, (40, 84, 150), _PAPER)


_TRADES: tuple[tuple[Callable[[_Window], None], Color, tuple[str, ...]], ...] = (
    (_books, (196, 182, 156), ("BOOKS", "TOYS")),
    (_bakery, (208, 186, 150), ("BAKERY",)),
    (_clothes, (210, 204, 196), ("TAILOR", "SHOES")),
    (_flowers, (176, 186, 164), ("FLOWERS",)),
    (_cafe, (186, 152, 116), ("CAFE LUNA", "PIZZERIA", "NOODLE BAR", "KEBAB")),
    (_pharmacy, (216, 222, 220), ("PHARMACY", "OPTICIAN", "HARDWARE")),
    (_market, (206, 204, 190), ("MARKET", "DELI 24")),
    (_tyres, (178, 184, 190), ("BICYCLES",)),
    (_barber, (182, 190, 196), ("BARBER",)),
    (_wine, (164, 134, 108), ("WINE & CO",)),
    (_gallery, (226, 224, 220), ("GALLERY",)),
    (_laundry, (190, 202, 208), ("LAUNDRY",)),
)
_TRADE_OF = {name: trade for trade, (_, _, names) in enumerate(_TRADES) for name in names}


def window_of(shop: int) -> tuple[str, tuple[int, int]]:
    """Return the sheet, and column and row (0 below) in it, of what a shop of `SHOPS` shows."""
    sheet, place = divmod(_TRADE_OF[SHOPS[shop]], 4)
    return SHOP_SHEETS[sheet], (place % 2, place // 2)


def _framed(window: _Window) -> None:
    """Add the dark, matt edge of a shop window."""
    for x, y, w, h in ((0, 0, _SIZE, 8), (0, _SIZE - 8, _SIZE, 8), (0, 0, 8, _SIZE),
                       (_SIZE - 8, 0, 8, _SIZE)):  # fmt: skip
        window.box(x, y, w, h, _DARK, 230)


def shop_textures(seed: int) -> list[Texture]:
    """Return the sheets of shop windows for `seed`."""
    sheets = [np.empty((TEXTURE_SIZE, TEXTURE_SIZE, 4), dtype=np.uint8) for _ in SHOP_SHEETS]
    half = TEXTURE_SIZE // 2
    for trade, (draw, wall, names) in enumerate(_TRADES):
        window = _Window(stream(seed, f"texture/shop/{names[0]}"), wall)
        draw(window)
        _framed(window)
        sheet, place = divmod(trade, 4)
        x, y = half * (place % 2), half * (1 - place // 2)
        small = cv2.resize(window.rgba, (half, half), interpolation=cv2.INTER_AREA)
        sheets[sheet][y : y + half, x : x + half] = small
    return [Texture(name, rgba) for name, rgba in zip(SHOP_SHEETS, sheets, strict=True)]
