"""Paints of vehicles and helmets, and how often each is seen."""

from cityloop.world.scene import Rgb

Palette = tuple[tuple[float, Rgb], ...]  # (weight, linear colour) of each paint

_WHITE: Rgb = (0.78, 0.78, 0.76)
_BLACK: Rgb = (0.012, 0.012, 0.014)
_DARK_GREY: Rgb = (0.055, 0.060, 0.066)
_GREY: Rgb = (0.16, 0.165, 0.17)
_SILVER: Rgb = (0.44, 0.45, 0.46)
_BLUE: Rgb = (0.018, 0.055, 0.19)
_LIGHT_BLUE: Rgb = (0.10, 0.22, 0.36)
_RED: Rgb = (0.36, 0.015, 0.015)
_GREEN: Rgb = (0.03, 0.09, 0.055)
_BEIGE: Rgb = (0.36, 0.30, 0.22)
_ORANGE: Rgb = (0.50, 0.13, 0.015)
_YELLOW: Rgb = (0.62, 0.40, 0.03)
_TAXI_IVORY: Rgb = (0.78, 0.62, 0.33)

# Shares close to those of new cars in Europe: greys, black and white are two thirds.
CAR_PAINTS: Palette = (
    (20.0, _WHITE),
    (21.0, _BLACK),
    (15.0, _DARK_GREY),
    (12.0, _GREY),
    (11.0, _SILVER),
    (9.0, _BLUE),
    (2.0, _LIGHT_BLUE),
    (6.0, _RED),
    (2.0, _GREEN),
    (1.0, _BEIGE),
    (1.0, _ORANGE),
)
VAN_PAINTS: Palette = (
    (60.0, _WHITE),
    (12.0, _SILVER),
    (10.0, _DARK_GREY),
    (8.0, _BLUE),
    (5.0, _RED),
    (5.0, _YELLOW),
)
TRUCK_PAINTS: Palette = (
    (50.0, _WHITE),
    (15.0, _BLUE),
    (15.0, _RED),
    (10.0, _YELLOW),
    (10.0, _GREEN),
)
BUS_PAINTS: Palette = ((3.0, _RED), (2.0, _YELLOW), (2.0, _WHITE), (2.0, _LIGHT_BLUE))
TAXI_PAINTS: Palette = ((1.0, _TAXI_IVORY),)
POLICE_PAINTS: Palette = ((1.0, _WHITE),)
AMBULANCE_PAINTS: Palette = ((3.0, _WHITE), (1.0, _YELLOW))
BICYCLE_PAINTS: Palette = (
    (30.0, _BLACK),
    (15.0, _DARK_GREY),
    (15.0, _BLUE),
    (12.0, _RED),
    (10.0, _GREEN),
    (8.0, _SILVER),
    (6.0, _WHITE),
    (4.0, _ORANGE),
)
MOTORCYCLE_PAINTS: Palette = (
    (35.0, _BLACK),
    (20.0, _RED),
    (15.0, _BLUE),
    (10.0, _DARK_GREY),
    (10.0, _SILVER),
    (5.0, _ORANGE),
    (5.0, _GREEN),
)
BICYCLE_HELMETS: Palette = (
    (35.0, _WHITE),
    (25.0, _BLACK),
    (15.0, _RED),
    (15.0, _LIGHT_BLUE),
    (10.0, _YELLOW),
)
MOTORCYCLE_HELMETS: Palette = ((50.0, _BLACK), (25.0, _WHITE), (15.0, _RED), (10.0, _SILVER))
