"""Light and air, from what a person says: a time of day, a place and a weather."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cityloop.world.scene import Rgb


@dataclass(frozen=True)
class Environment:
    """What `SetEnvironment` carries; `Environment` in capture.proto defines each field."""

    sun_direction: tuple[float, float, float]
    sun_irradiance: Rgb
    zenith_radiance: Rgb
    horizon_radiance: Rgb
    exposure: float = 1.0
    cloud_cover: float = 0.3
    fog_density_per_m: float = 0.0
    wetness: float = 0.0

    @property
    def is_dark(self) -> bool:
        """Whether street lamps and headlamps are on: the sun is less than 4 degrees up."""
        return self.sun_direction[2] < math.sin(math.radians(4.0))


@dataclass(frozen=True)
class Weather:
    """How a weather changes a clear sky.

    Attributes:
        cloud_cover: share of the sky under cloud, 0 to 1.
        sun: share of the direct sunlight that comes through.
        fog_density_per_m: extinction of the haze; 0.002 is a visibility of 2 km (Koschmieder).
        wetness: of the ground, 0 to 1.
    """

    cloud_cover: float
    sun: float
    fog_density_per_m: float = 0.0
    wetness: float = 0.0


WEATHERS: Mapping[str, Weather] = {
    "clear": Weather(cloud_cover=0.25, sun=1.0, fog_density_per_m=0.0002),
    "cloudy": Weather(cloud_cover=0.6, sun=0.6, fog_density_per_m=0.0004),
    "overcast": Weather(cloud_cover=1.0, sun=0.04, fog_density_per_m=0.0008),
    "wet": Weather(cloud_cover=0.95, sun=0.06, fog_density_per_m=0.0012, wetness=0.7),
    "fog": Weather(cloud_cover=1.0, sun=0.03, fog_density_per_m=0.02, wetness=0.2),
}

# Optical depth of clean air at the zenith, red, green and blue: Rayleigh scattering at 610, 550 and
# 465 nm (A. Bucholtz, 1995) plus 0.06 of aerosol.
_OPTICAL_DEPTH = (0.065 + 0.06, 0.098 + 0.06, 0.195 + 0.06)
_SUN_ABOVE_AIR = 3.2  # linear radiance of a white surface, white of the tone curve = 1
_NIGHT_SKY: Rgb = (0.006, 0.008, 0.014)


def sun_direction(hour: float, latitude_deg: float, day_of_year: int) -> tuple[float, float, float]:
    """Return the unit vector to the sun, world frame (x east, y north, z up).

    Solar declination after P. I. Cooper, "The absorption of radiation in solar stills", 1969.

    Args:
        hour: true solar time, hours after midnight.
        latitude_deg: geographic latitude, degrees, north positive.
        day_of_year: 1 to 366.
    """
    declination = math.radians(23.45) * math.sin(2 * math.pi * (284 + day_of_year) / 365)
    hour_angle = math.radians(15.0) * (hour - 12.0)
    latitude = math.radians(latitude_deg)
    east = -math.cos(declination) * math.sin(hour_angle)
    north = math.sin(declination) * math.cos(latitude) - math.cos(declination) * math.cos(
        hour_angle
    ) * math.sin(latitude)
    up = math.sin(declination) * math.sin(latitude) + math.cos(declination) * math.cos(
        hour_angle
    ) * math.cos(latitude)
    return (east, north, up)


def _air_mass(sine_of_elevation: float) -> float:
    """Return the path through the air relative to the zenith (F. Kasten and A. T. Young, 1989)."""
    degrees = math.degrees(math.asin(max(-1.0, min(1.0, sine_of_elevation))))
    if degrees < 0:
        return 38.0
    return 1.0 / (math.sin(math.radians(degrees)) + 0.50572 * (degrees + 6.07995) ** -1.6364)


def daylight(
    hour: float, weather: str = "clear", latitude_deg: float = 48.0, day_of_year: int = 172
) -> Environment:
    """Return light and air for a true solar time and a weather.

    Sunlight is attenuated by the air it crosses (Beer and Lambert); the sky's colours are a simple
    fit of clear and overcast skies; exposure follows the light as a camera's does.

    Args:
        hour: true solar time, hours after midnight, 0 to 24.
        weather: a key of `WEATHERS`.
        latitude_deg: geographic latitude, degrees, north positive.
        day_of_year: 1 to 366; 172 is 21 June.
    """
    sky = WEATHERS[weather]
    direction = sun_direction(hour, latitude_deg, day_of_year)
    height = direction[2]
    mass = _air_mass(height)
    # The disc fades while it sets: over 1.5 degrees around the horizon.
    risen = min(1.0, max(0.0, (height + 0.013) / 0.026))
    sun = tuple(_SUN_ABOVE_AIR * sky.sun * risen * math.exp(-t * mass) for t in _OPTICAL_DEPTH)
    # Twilight: the sky is lit until the sun stands 12 degrees below the horizon.
    day = min(1.0, max(0.0, (height + 0.21) / 0.33)) ** 2
    warm = math.exp(-max(0.0, height) * 6.0) * (1.0 - sky.cloud_cover * 0.8)
    grey = sky.cloud_cover * 0.85
    blue_zenith = (0.17, 0.33, 0.68)
    blue_horizon = (0.62 + 0.45 * warm, 0.72 + 0.05 * warm, 0.86 - 0.25 * warm)
    grey_zenith, grey_horizon = (0.60, 0.63, 0.67), (0.72, 0.74, 0.77)

    def blend(clear: Rgb, clouded: Rgb) -> Rgb:
        r, g, b = (
            night + day * (c * (1 - grey) + o * grey)
            for night, c, o in zip(_NIGHT_SKY, clear, clouded, strict=True)
        )
        return (r, g, b)

    zenith, horizon = blend(blue_zenith, grey_zenith), blend(blue_horizon, grey_horizon)
    ground_light = sun[1] * max(0.0, height) + 0.5 * (zenith[1] + horizon[1])
    exposure = min(6.0, 1.15 / max(0.12, ground_light) ** 0.75)
    return Environment(
        sun_direction=direction,
        sun_irradiance=(sun[0], sun[1], sun[2]),
        zenith_radiance=zenith,
        horizon_radiance=horizon,
        exposure=exposure,
        cloud_cover=sky.cloud_cover,
        fog_density_per_m=sky.fog_density_per_m,
        wetness=sky.wetness,
    )
