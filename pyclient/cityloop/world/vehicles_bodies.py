"""Bodies of the vehicle kinds: the skin, and what is mounted on it."""

from functools import cache, partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cityloop.world.meshing import MIRROR_Y, MeshBuilder, translation
from cityloop.world.vehicles_interior import interior
from cityloop.world.vehicles_kinds import VehicleKind
from cityloop.world.vehicles_lettering import lettering
from cityloop.world.vehicles_materials import (
    BEACON,
    BLACK,
    BRAKE_LAMP,
    CARGO,
    CHROME,
    FAR_HEADLAMP,
    GAP,
    GLASS,
    HEADLAMP,
    LEFT_LAMP,
    LIVERY_BLUE,
    LIVERY_GREEN,
    PAINT,
    PLATE,
    RIGHT_LAMP,
    TAIL_LAMP,
    TAXI_SIGN,
    UNDER,
)
from cityloop.world.vehicles_shapes import CABINS, SHAPES
from cityloop.world.vehicles_shell import GAP_WIDTH_M, Shell
from cityloop.world.vehicles_shell_shape import BELT

Range = tuple[float, float]

_CARS = ("sedan", "hatchback", "suv", "estate", "pickup", "taxi", "police")
_VANS = ("van", "ambulance")
_BLUNT = (*_VANS, "truck", "bus")  # their coarse fascias have no cells small enough for lamps
PLATE_SIZE_M = (0.52, 0.115)
_REAR_PANE_Z_M, _REAR_PANE_Y_M = (1.46, 1.96), (0.16, 0.60)
_LIGHT_BARS: dict[str, tuple[tuple[float, float], ...]] = {  # x and half width of each, m
    "police": ((0.86, 0.56),),
    "ambulance": ((2.22, 0.66), (-0.85, 0.66)),
}
# What is written on bonnet and sides, and in which colour.
_LIVERIES = {"police": ("POLICE", LIVERY_BLUE), "ambulance": ("AMBULANCE", LIVERY_GREEN)}


@cache
def shell(kind: VehicleKind) -> Shell:
    """Return the skin of a kind (of the cab, for a truck)."""
    return Shell(SHAPES[kind.name](kind))


def cabin_box(kind: VehicleKind) -> tuple[Range, float, Range]:
    """Return the box above the belt line for collisions: x range, half width, z range, m."""
    shape = shell(kind).shape
    if kind.name == "truck":
        return (-kind.rear_overhang_m, shape.front), kind.width_m / 2, (1.05, kind.height_m)
    full = [x for x, share in shape.cabin if share >= 1.0]
    belt = float(np.mean([z for _, z in shape.belt]))
    top = max(z for _, z in shape.roof)
    # Where glass slopes down to a lid, the box ends part of the way down.
    start = full[0] - 0.25 if shape.cabin[0][1] < 1.0 else shape.rear
    end = full[-1] + 0.25 if shape.cabin[-1][1] < 1.0 else shape.front
    return (start, end), shape.roof_half_width + 0.08, (belt, top)


def body(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return the body of a kind without wheels and mirrors at a level of detail (0 finest)."""
    skin = shell(kind)
    builder = skin.build(level, glazed=level > 1)
    if level < 2:
        builder.add(interior(skin, CABINS[kind.name], level))
    _inner_arches(builder, skin, level)
    if kind.name == "truck":
        _cargo_box(builder, kind, level)
    if kind.name == "taxi":
        _taxi_sign(builder, kind, level)
    if kind.name in _VANS:
        _rear_panes(builder, skin)
    for x, half in _LIGHT_BARS.get(kind.name, ()):
        _light_bar(builder, kind, level, x, half)
    if level == 0 and kind.name in _LIVERIES:
        _livery_words(builder, kind, skin)
    if level < 2:
        _plates(builder, kind)
    if level == 2 or (level == 1 and kind.name in _BLUNT) or kind.name in ("bus", "truck"):
        _flat_lamps(builder, kind, skin, level)
    if level == 0:
        _front(builder, kind, skin)
        _third_brake_lamp(builder, kind, skin)
        if kind.name not in ("truck", "bus"):
            _sides(builder, kind, skin)
    return builder


def mirrors(kind: VehicleKind, level: int) -> MeshBuilder:
    """Return the two outside mirrors, which do not count to a vehicle's dimension."""
    skin = shell(kind)
    left = MeshBuilder()
    if kind.name in ("truck", "bus"):
        x = skin.shape.front - 0.12
        y = kind.width_m / 2 + 0.13
        left.box((x, y, 2.05), (0.10, 0.20, 0.42), BLACK)
        if level == 0:
            left.cylinder((x - 0.05, y - 0.25, 2.35), (x, y, 2.2), 0.018, BLACK, segments=5)
    else:
        cowl = max(x for x, share in skin.shape.cabin)
        x = cowl - 0.38
        z = float(np.interp(x, *np.array(skin.shape.belt).T)) + 0.09
        y = skin.side_y(x, z - 0.08) + 0.11
        size = np.array((0.10, 0.17, 0.13)) * (1.45 if kind.name in _VANS else 1.0)
        if level == 0:
            angle = np.pi * np.linspace(0, 1, 6)[:, None]
            ring = np.linspace(0, 2 * np.pi, 9)[:-1]
            # A half ellipsoid: flat glass to the rear, a rounded paint shell to the front.
            points = np.stack(
                [
                    x + size[0] * np.sin(angle / 2) * np.ones(8),
                    y + size[1] / 2 * np.cos(angle / 2) * np.cos(ring),
                    z + size[2] / 2 * np.cos(angle / 2) * np.sin(ring),
                ],
                axis=-1,
            )
            left.loft(points, PAINT, start_cap=BLACK, smooth_deg=70)
            left.box((x + 0.03, y - 0.09, z - 0.05), (0.05, 0.12, 0.03), BLACK)
        else:
            left.box((x + 0.04, y, z), size, PAINT)
    builder = MeshBuilder()
    builder.add(left)
    builder.add(left, MIRROR_Y)
    return builder


def gaps(kind: VehicleKind) -> MeshBuilder:
    """Return the lines of doors, boot lid and rear doors, to be seen from near by only."""
    skin = shell(kind)
    builder, left = MeshBuilder(), skin.gap_lines()
    builder.add(left)
    builder.add(left, MIRROR_Y)
    if kind.name in _CARS:
        half = 0.74 * kind.width_m / 2
        _strip(builder, skin, False, _height(skin, False, 0.40), (-half, half), GAP_WIDTH_M, GAP)
    if kind.name in _VANS:
        steps = np.linspace(_height(skin, False, 0.34), kind.height_m - 0.16, 8)
        across = (-GAP_WIDTH_M / 2, GAP_WIDTH_M / 2)
        for a, b in pairwise(steps):
            _strip(builder, skin, False, (a + b) / 2, across, b - a, GAP)
    return builder


def _inner_arches(builder: MeshBuilder, skin: Shell, level: int) -> None:
    """Add the walls behind the wheels, so that no one looks through under the body."""
    if level == 2:
        return
    left = MeshBuilder()
    for arch in skin.shape.arches:
        low = float(np.interp(arch.x, *np.array(skin.shape.sill).T))
        high = arch.z + arch.radius_m
        y = skin.side_y(arch.x, high) - 0.315
        a, b = arch.x - arch.radius_m, arch.x + arch.radius_m
        left.quads([[(b, y, low), (a, y, low), (a, y, high), (b, y, high)]], UNDER)
    builder.add(left)
    builder.add(left, MIRROR_Y)


def _height(skin: Shell, front: bool, share: float) -> float:
    """Return the height at a share of the way from the sill to the belt line at an end, m."""
    end = skin.shape.front if front else skin.shape.rear
    sill, belt = (
        float(np.interp(end, *np.array(curve).T)) for curve in (skin.shape.sill, skin.shape.belt)
    )
    return sill + share * (belt - sill)


def plate_places(kind: VehicleKind) -> list[tuple[tuple[float, float, float], bool]]:
    """Return the middle of the outside of each number plate and whether it faces forward."""
    skin = shell(kind)
    places = []
    for front in (True, False):
        if kind.name == "truck" and not front:
            places.append(((-kind.rear_overhang_m + 0.09, 0.0, 0.70), False))
            continue
        z = _height(skin, front, 0.34 if front else (0.60 if kind.name in _CARS else 0.42))
        reach = [skin.fascia_x(0.0, z + dz, front) for dz in np.array([-0.5, 0.0, 0.5]) * 0.115]
        x = max(reach) + 0.008 if front else min(reach) - 0.008
        places.append(((x, 0.0, z), front))
    return places


def _plates(builder: MeshBuilder, kind: VehicleKind) -> None:
    """Add empty plates in dark frames."""
    width, height = PLATE_SIZE_M
    for (x, y, z), front in plate_places(kind):
        inward = -1.0 if front else 1.0
        builder.box((x + 0.006 * inward, y, z), (0.012, width, height), PLATE)
        builder.box((x + 0.011 * inward, y, z), (0.014, width + 0.03, height + 0.03), BLACK)


def _strip(
    builder: MeshBuilder, skin: Shell, front: bool, z: float, y: Range, height: float, name: str
) -> None:
    """Add a strip that lies on a fascia from y[0] to y[1] m, 6 mm before it."""
    sign = 1.0 if front else -1.0
    across = np.linspace(y[0], y[1], max(2, int(np.ceil((y[1] - y[0]) / 0.12)) + 1))
    top, bottom = (
        np.array([(skin.fascia_x(v, h, front) + sign * 0.006, v, h) for v in across])
        for h in (z + height / 2, z - height / 2)
    )
    quads = np.stack([bottom[:-1], bottom[1:], top[1:], top[:-1]], axis=1)
    builder.quads(quads if front else quads[:, ::-1], name)


def _lamp(builder: MeshBuilder, skin: Shell, y: float, z: float, radius: float) -> None:
    """Add a round head lamp on the front fascia, turned with its surface."""
    slope = skin.fascia_x(y + 0.02, z, True) - skin.fascia_x(y - 0.02, z, True)
    u = np.array([slope, 0.04, 0.0]) / np.hypot(slope, 0.04)
    normal = np.array([u[1], -u[0], 0.0])
    center = np.array([skin.fascia_x(y, z, True), y, z]) + 0.006 * normal
    placed = np.eye(4)
    placed[:3] = np.column_stack([u, [0.0, 0.0, 1.0], normal, center])
    lens = MeshBuilder()
    lens.lathe([(radius, -0.01), (radius, 0.0), (0.0, 0.008)], HEADLAMP, segments=10)
    builder.add(lens, placed)


def _front(builder: MeshBuilder, kind: VehicleKind, skin: Shell) -> None:
    """Add head lamps, a grille's bars and a badge."""
    if kind.name == "truck":
        half = 0.60 * kind.width_m / 2
        for share in (0.60, 0.68, 0.76, 0.84):
            z = _height(skin, True, share)
            _strip(builder, skin, True, z, (-half, half), 0.012, CHROME)
    if kind.name in ("truck", "bus"):
        return
    low, high = (0.52, 0.90) if kind.name in _VANS else (0.74, 0.90)
    z = _height(skin, True, (low + high) / 2)
    corner = 0.80 * kind.width_m / 2
    radius = 0.046 if kind.name in _VANS else 0.038
    for side in (1, -1):
        for share in (0.92, 0.77):
            _lamp(builder, skin, side * share * corner, z, radius)
    if kind.name in _VANS:
        return
    inner = 0.52 * corner
    low_z = _height(skin, True, 0.20)
    for side in (1, -1):  # fog lamps in the lower intake
        _lamp(builder, skin, side * 0.74 * corner, low_z, 0.034)
    for share in (0.57, 0.65, 0.73, 0.81):
        _strip(builder, skin, True, _height(skin, True, share), (-inner, inner), 0.010, CHROME)
    z = _height(skin, True, 0.69)
    badge = MeshBuilder()
    badge.cylinder((-0.01, 0, 0), (0.012, 0, 0), 0.05, CHROME, segments=10)
    placed = translation(skin.fascia_x(0.0, z, True) - 0.006, 0.0, z)
    builder.add(badge, placed)


# Lower and upper edge of head and tail lamps, shares of the way from the sill to the belt line.
_LAMP_SHARES: dict[str, tuple[Range, Range]] = {
    "van": ((0.52, 0.90), (0.55, 0.98)),
    "ambulance": ((0.52, 0.90), (0.55, 0.98)),
    "truck": ((0.30, 0.52), (0.0, 0.0)),
    "bus": ((0.30, 0.52), (0.55, 0.95)),
}
_CAR_LAMP_SHARES: tuple[Range, Range] = ((0.74, 0.90), (0.60, 0.90))


def _rear_panes(builder: MeshBuilder, skin: Shell) -> None:
    """Add the pane in each rear door of a van; one wide pane would read as the back of a bus."""
    (low, high), (inner, outer) = _REAR_PANE_Z_M, _REAR_PANE_Y_M
    for y in ((inner, outer), (-outer, -inner)):
        _strip(builder, skin, False, (low + high) / 2, y, high - low, GLASS)


def _flat_lamps(builder: MeshBuilder, kind: VehicleKind, skin: Shell, level: int) -> None:
    """Add flat lamps to both ends; the truck's rear has its own."""
    half = 0.44 * kind.width_m
    for front, (low, high) in zip(
        (True, False), _LAMP_SHARES.get(kind.name, _CAR_LAMP_SHARES), strict=True
    ):
        if not front and kind.name == "truck":
            continue
        bottom, top = _height(skin, front, low), _height(skin, front, high)
        for side, indicator in ((1, LEFT_LAMP), (-1, RIGHT_LAMP)):
            lamps = [(0.90, 0.98, indicator)]
            if front:
                lamps += [(0.62, 0.90, FAR_HEADLAMP if level else HEADLAMP)]
            else:
                lamps += [(0.78, 0.90, BRAKE_LAMP), (0.60, 0.78, TAIL_LAMP)]
            if level == 0:  # a dark housing around them
                lamps = [(0.56, 1.0, BLACK), *lamps]
            for a, b, name in lamps:
                y0, y1 = sorted((side * a * half, side * b * half))
                rim = 0.02 if name == BLACK else 0.0
                low_z, high_z = bottom - rim, top + rim
                corners = np.array([(y0, low_z), (y1, low_z), (y1, high_z), (y0, high_z)])
                shift = 0.004 if name == BLACK else 0.007
                shift *= 1 if front else -1
                quad = [(skin.fascia_x(y, z, front) + shift, y, z) for y, z in corners]
                builder.quads([quad if front else quad[::-1]], name)


def _third_brake_lamp(builder: MeshBuilder, kind: VehicleKind, skin: Shell) -> None:
    """Add the third brake lamp."""
    shape = skin.shape
    if kind.name in _CARS and kind.name not in ("sedan", "pickup"):
        x = min(x for x, share in shape.cabin if share >= 1.0)
        z = float(np.interp(x, *np.array(shape.roof).T))
        builder.box((x - 0.06, 0, z - 0.045), (0.14, 0.30, 0.03), BRAKE_LAMP)


def _sides(builder: MeshBuilder, kind: VehicleKind, skin: Shell) -> None:
    """Add door handles, and roof rails where a kind has them."""
    shape = skin.shape
    left = MeshBuilder()
    edges = sorted(gap.x for gap in shape.gaps)
    for x in edges[:2] if kind.name in _CARS else edges[1:2]:
        z = float(np.interp(x, *np.array(shape.belt).T)) - 0.115
        y = skin.side_y(x + 0.14, z)
        name = PAINT if kind.name in _CARS else BLACK
        left.box((x + 0.14, y - 0.002, z), (0.17, 0.022, 0.024), name)
    if kind.name in ("suv", "estate", "taxi", "police"):
        start, end = (x for x, share in shape.cabin if share >= 1.0)
        along = np.linspace(start + 0.08, end - 0.12, 6)
        rail = skin.half_sections(along)[:, 11]
        rail += np.array([0.0, -0.03, 0.022])
        for a, b in pairwise(rail):
            left.cylinder(a, b, 0.016, BLACK, segments=5, caps=False)
        for foot in (rail[0], rail[-1]):
            left.box(foot - (0, 0, 0.01), (0.08, 0.03, 0.03), BLACK)
    builder.add(left)
    builder.add(left, MIRROR_Y)


def _taxi_sign(builder: MeshBuilder, kind: VehicleKind, level: int) -> None:
    z = max(z for _, z in shell(kind).shape.roof)
    outline = np.array([(0.62, -0.24), (0.62, 0.24), (0.80, 0.22), (0.80, -0.22)])
    builder.extrude(outline, z - 0.02, kind.height_m, TAXI_SIGN, top_material=TAXI_SIGN)
    if level < 2:
        for x in (0.613, 0.807):
            builder.box((x, 0, z + 0.07), (0.006, 0.30, 0.07), BLACK)


def _light_bar(builder: MeshBuilder, kind: VehicleKind, level: int, x: float, half: float) -> None:
    """Add blue lamps across the roof at x, `half` to each side, and what carries them."""
    roof = max(z for _, z in shell(kind).shape.roof)
    top = kind.height_m
    if level == 0:
        for y in (0.14 - half, half - 0.14):
            builder.box((x, y, roof - 0.01), (0.14, 0.06, 0.06), BLACK)
        builder.box((x, 0, roof + 0.03), (0.24, 2 * half, 0.025), BLACK)
    builder.box((x, 0, (roof + top) / 2 + 0.015), (0.22, 0.26, top - roof - 0.05), CHROME)
    low = roof + 0.04
    for side in (1, -1):
        outline = np.array(
            [(x - 0.12, 0.13), (x + 0.12, 0.13), (x + 0.12, half - 0.08), (x + 0.06, half),
             (x - 0.06, half), (x - 0.12, half - 0.08)]
        )  # fmt: skip
        if level > 0:
            outline = outline[[0, 1, 3, 4]]
        builder.extrude(outline * [1, side], low, top, BEACON, top_material=BEACON)


def _livery_words(builder: MeshBuilder, kind: VehicleKind, skin: Shell) -> None:
    """Write on the bonnet and on both sides, 8 mm before the skin."""
    word, ink = _LIVERIES[kind.name]
    if kind.name == "police":
        bonnet_x, bonnet_m, side_m = skin.shape.front - 0.72, 0.16, 0.10
        side_x = kind.wheelbase_m / 2 + 0.09
        side_z = float(np.interp(side_x, *np.array(skin.shape.belt).T)) - 0.105
    else:
        # On ambulances the bonnet is written for mirrors.
        bonnet_x, bonnet_m, side_m = skin.shape.front - 0.36, 0.13, 0.26
        side_x, side_z = 0.42, 1.80

    @cache
    def lids(x: float) -> NDArray[np.float64]:
        # Letters are drawn with few heights.
        return skin.half_sections(np.linspace(x - 0.4, x + 0.2, 7))[:, BELT:]

    def bonnet(right: float, up: float) -> tuple[float, float, float]:
        # Read by who stands in front of the car.
        x, y = bonnet_x - up, right
        # Sections bow forward towards the middle: look where each meets y, then between them.
        met = np.array(
            [[np.interp(-abs(y), -lid[:, 1], lid[:, axis]) for axis in (0, 2)] for lid in lids(x)]
        )
        return (x, y, float(np.interp(x, *met.T)) + 0.008)

    def flank(side: int, right: float, up: float) -> tuple[float, float, float]:
        x, z = side_x - side * right, side_z + up
        return (x, side * (skin.side_y(x, z) + 0.008), z)

    lettering(builder, word, bonnet_m, bonnet, ink, mirrored=kind.name == "ambulance")
    for side in (1, -1):
        lettering(builder, word, side_m, partial(flank, side), ink)


def _cargo_box(builder: MeshBuilder, kind: VehicleKind, level: int) -> None:
    """Add a truck's frame, cargo box, rear lamps and guards."""
    rear, cab = -kind.rear_overhang_m, shell(kind).shape.rear
    front, low, top, width = cab - 0.12, 1.02, kind.height_m, kind.width_m
    middle, length = (rear + front) / 2, front - rear
    builder.box((middle, 0, (low + top) / 2), (length, width - 0.012, top - low), CARGO)
    builder.box(((rear + cab) / 2 + 0.3, 0, 0.80), (cab - rear - 0.3, 0.86, 0.42), UNDER)
    edge = 0.07
    for y in (-width / 2 + edge / 2, width / 2 - edge / 2):
        builder.box((middle, y, low + edge / 2), (length, edge, edge), CHROME)
        if level < 2:
            builder.box((middle, y, top - edge / 2), (length, edge, edge), CHROME)
            for x in (rear + edge / 2, front - edge / 2):
                builder.box((x, y, (low + top) / 2), (edge, edge, top - low), CHROME)
    sides = (1, -1)
    for side in sides:
        y = side * 0.93
        builder.box((rear + 0.10, y, 0.86), (0.10, 0.36, 0.12), BLACK)
        lamps = (TAIL_LAMP, BRAKE_LAMP, LEFT_LAMP if side > 0 else RIGHT_LAMP)
        for i, lamp in enumerate(lamps):
            builder.box((rear + 0.045, y + side * 0.11 * (i - 1), 0.86), (0.02, 0.10, 0.09), lamp)
        if level < 2:
            # Side guards between the axles, and mudguards over the rear wheels.
            for z in (0.52, 0.78):
                builder.box((2.0, side * 1.14, z), (1.9, 0.03, 0.11), CHROME)
            for x in (1.2, 2.8):
                builder.box((x, side * 1.12, 0.75), (0.06, 0.03, 0.60), BLACK)
            builder.box((-0.62, side * 1.03, 0.62), (0.02, 0.30, 0.70), BLACK)
    builder.box((rear + 0.16, 0, 0.50), (0.10, width - 0.2, 0.11), BLACK)  # underrun bar
    if level < 2:
        for side in sides:
            builder.box((rear + 0.02, side * 0.02, (low + top) / 2), (0.05, 0.02, 1.9), CHROME)
