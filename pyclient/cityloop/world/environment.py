"""Light and air, from what a person says: a date, a time of day, a place and a weather."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone

from cityloop.world.scene import Rgb
from cityloop.world.sun import sun_direction

MIDSUMMER = date(2026, 6, 21)
LATITUDE_DEG, LONGITUDE_DEG = 48.0, 15.0  # Central Europe, in the middle of its time zone

_DARK_BELOW = math.sin(math.radians(0.5))  # of the sun's height
_DIM_BELOW = math.sin(math.radians(5.0))
_POOR_SIGHT_M = 600.0  # below this visibility drivers turn their headlamps on
# Visibility times extinction: contrast has fallen to 2 % (H. Koschmieder, 1924).
_KOSCHMIEDER = 3.912


@dataclass(frozen=True)
class Environment:
    """What `SetEnvironment` carries, and what a person calls it.

    `Environment` in capture.proto defines each field but the last two.

    Attributes:
        time: the instant with its time zone, ISO 8601; "" where it is none in particular.
        weather: a key of `WEATHERS`, which the scenario may have varied; "" for none of them.
    """

    sun_direction: tuple[float, float, float]
    sun_irradiance: Rgb
    zenith_radiance: Rgb
    horizon_radiance: Rgb
    exposure: float = 1.0
    cloud_cover: float = 0.3
    fog_density_per_m: float = 0.0
    wetness: float = 0.0
    rain_mm_per_h: float = 0.0
    snowfall_mm_per_h: float = 0.0
    snow_cover: float = 0.0
    time: str = ""
    weather: str = ""

    @property
    def light(self) -> str:
        """Return "day", "night" or "twilight" (civil: the sun within 6 degrees of the horizon)."""
        if abs(self.sun_direction[2]) < math.sin(math.radians(6.0)):
            return "twilight"
        return "day" if self.sun_direction[2] > 0 else "night"

    @property
    def is_dark(self) -> bool:
        """Whether street lamps and windows are lit: the sun is less than half a degree up."""
        return self.sun_direction[2] < _DARK_BELOW

    @property
    def needs_headlamps(self) -> bool:
        """Whether drivers use them: a low sun, rain, falling snow or poor sight."""
        return (
            self.sun_direction[2] < _DIM_BELOW
            or self.rain_mm_per_h > 0.0
            or self.snowfall_mm_per_h > 0.0
            or self.fog_density_per_m > _KOSCHMIEDER / _POOR_SIGHT_M
        )


@dataclass(frozen=True)
class Weather:
    """How a weather changes a clear sky.

    Attributes:
        cloud_cover: share of the sky under cloud, 0 to 1.
        sun: share of the direct sunlight that comes through.
        visibility_m: how far one sees, m: where fog and haze leave 2 % of a contrast.
        wetness: of the ground, 0 to 1.
        rain_mm_per_h, snowfall_mm_per_h: what falls, as water, mm/h.
        snow_cover: share of the open ground under snow, 0 to 1.
    """

    cloud_cover: float
    sun: float
    visibility_m: float = 20_000.0
    wetness: float = 0.0
    rain_mm_per_h: float = 0.0
    snowfall_mm_per_h: float = 0.0
    snow_cover: float = 0.0


WEATHERS: Mapping[str, Weather] = {
    "clear": Weather(cloud_cover=0.25, sun=1.0),
    "cloudy": Weather(cloud_cover=0.6, sun=0.6, visibility_m=10_000.0),
    "overcast": Weather(cloud_cover=1.0, sun=0.0, visibility_m=6000.0),
    "wet": Weather(cloud_cover=0.95, sun=0.0, visibility_m=4000.0, wetness=0.7),
    "rain": Weather(1.0, 0.0, visibility_m=4200.0, wetness=0.85, rain_mm_per_h=5.0),
    "heavy_rain": Weather(1.0, 0.0, visibility_m=1500.0, wetness=1.0, rain_mm_per_h=25.0),
    "fog": Weather(cloud_cover=1.0, sun=0.0, visibility_m=200.0, wetness=0.2),
    "snow": Weather(0.6, 0.6, visibility_m=8000.0, wetness=0.3, snow_cover=0.9),
    "snowfall": Weather(
        1.0, 0.0, visibility_m=1500.0, wetness=0.4, snowfall_mm_per_h=2.0, snow_cover=0.8
    ),
}

# Optical depth of clean air at the zenith, red, green and blue: Rayleigh scattering at 610, 550 and
# 465 nm (A. Bucholtz, 1995) plus 0.06 of aerosol.
_OPTICAL_DEPTH = (0.065 + 0.06, 0.098 + 0.06, 0.195 + 0.06)
_SUN_ABOVE_AIR = 3.2  # linear radiance of a white surface, white of the tone curve = 1
_NIGHT_ZENITH: Rgb = (0.0022, 0.0026, 0.0042)
_NIGHT_HORIZON: Rgb = (0.0075, 0.0068, 0.0070)  # a city's lamps light the haze above it
_CLEAR_ZENITH: Rgb = (0.13, 0.32, 0.79)
_CLEAR_HORIZON: Rgb = (0.69, 0.84, 1.06)
_CLOUD_ZENITH: Rgb = (0.60, 0.63, 0.67)
_CLOUD_HORIZON: Rgb = (0.72, 0.74, 0.77)
_SKY_IN_METER = 0.35  # of the sky above the street, which a camera meters as well
_LAMP_LIGHT = 0.095  # on streets at night, in the same unit


def _air_mass(sine_of_elevation: float) -> float:
    """Return the path through the air relative to the zenith (F. Kasten and A. T. Young, 1989)."""
    degrees = math.degrees(math.asin(max(-1.0, min(1.0, sine_of_elevation))))
    if degrees < 0:
        return 38.0
    return 1.0 / (math.sin(math.radians(degrees)) + 0.50572 * (degrees + 6.07995) ** -1.6364)


def instant(
    day: date, clock: time, longitude_deg: float, utc_offset_h: float | None = None
) -> datetime:
    """Return the instant that a clock shows; without an offset, that of the 15-degree zone."""
    offset = round(longitude_deg / 15.0) if utc_offset_h is None else utc_offset_h
    return datetime.combine(day, clock, timezone(timedelta(hours=offset)))


def daylight(
    hour: float,
    weather: str = "clear",
    latitude_deg: float = LATITUDE_DEG,
    longitude_deg: float = LONGITUDE_DEG,
    day: date = MIDSUMMER,
) -> Environment:
    """Return light and air at an hour of the clock (0 to 24, time zone as `instant`) and day."""
    midnight = instant(day, time(), longitude_deg)
    when = midnight + timedelta(hours=hour)
    light = environment_at(when, latitude_deg, longitude_deg, WEATHERS[weather])
    return replace(light, weather=weather)


def environment_at(
    when: datetime, latitude_deg: float, longitude_deg: float, weather: Weather
) -> Environment:
    """Return light and air of an instant, a place and a weather.

    Sunlight is attenuated by the air it crosses (Beer and Lambert); the sky's colours are a simple
    fit of clear, overcast and twilight skies; exposure follows the light as a camera's does, which
    shows a night darker than a day.

    Args:
        when: the instant, with its time zone.
        latitude_deg: geographic latitude, degrees, north positive.
        longitude_deg: geographic longitude, degrees, east positive.
        weather: of `WEATHERS`, or another.
    """
    direction = sun_direction(when, latitude_deg, longitude_deg)
    height = direction[2]
    mass = _air_mass(height)
    # The disc fades while it sets: over 1.5 degrees around the horizon.
    risen = min(1.0, max(0.0, (height + 0.013) / 0.026))
    sun = tuple(_SUN_ABOVE_AIR * weather.sun * risen * math.exp(-t * mass) for t in _OPTICAL_DEPTH)
    # Twilight: the sky is lit until the sun stands 12 degrees below the horizon.
    day = min(1.0, max(0.0, (height + 0.21) / 0.33)) ** 2
    grey = weather.cloud_cover * 0.85
    # The lower the sun, the bluer the sky overhead; the horizon opposite turns mauve.
    low = math.exp(-((height / 0.16) ** 2)) if height > 0 else 1.0
    zenith = _sky(_CLEAR_ZENITH, _CLOUD_ZENITH, grey, (1 - 0.25 * low, 1 - 0.22 * low, 1.0))
    horizon = _sky(_CLEAR_HORIZON, _CLOUD_HORIZON, grey, (1 + 0.06 * low, 1 - 0.10 * low, 1.0))
    # Thick cloud takes most of the light away; exposure gives a part of it back.
    dim = 1.0 - 0.35 * max(0.0, weather.cloud_cover - 0.9) / 0.1
    zenith = _add(_NIGHT_ZENITH, zenith, day * dim)
    horizon = _add(_NIGHT_HORIZON, horizon, day * dim)
    falling = sun[1] * max(0.0, height) + 0.5 * (zenith[1] + horizon[1])
    falling += _LAMP_LIGHT if height < _DARK_BELOW else 0.0
    falling += _SKY_IN_METER * horizon[1]
    return Environment(
        sun_direction=direction,
        sun_irradiance=(sun[0], sun[1], sun[2]),
        zenith_radiance=zenith,
        horizon_radiance=horizon,
        exposure=exposure_of(falling, weather.snow_cover),
        cloud_cover=weather.cloud_cover,
        fog_density_per_m=_KOSCHMIEDER / weather.visibility_m,
        wetness=weather.wetness,
        rain_mm_per_h=weather.rain_mm_per_h,
        snowfall_mm_per_h=weather.snowfall_mm_per_h,
        snow_cover=weather.snow_cover,
        time=when.isoformat(),
    )


def exposure_of(falling: float, snow_cover: float = 0.0) -> float:
    """Return the exposure of a camera on automatic, a function of the scene's light alone.

    A meter that made every scene mid-grey would follow the light with the power -1; cameras, and
    the key of tone mapping after G. Krawczyk, K. Myszkowski and H.-P. Seidel, "Lightness perception
    in tone reproduction", 2005, keep dark scenes darker: the power here is -0.75.

    Args:
        falling: light on level ground, unit of `Environment.sun_irradiance`.
        snow_cover: share of the ground under snow, which throws back more of it.
    """
    return 1.4 / max(0.04, falling * (1.0 + 0.5 * snow_cover)) ** 0.75


def _sky(clear: Rgb, cloud: Rgb, grey: float, tint: Rgb) -> Rgb:
    r, g, b = (c * t * (1 - grey) + o * grey for c, o, t in zip(clear, cloud, tint, strict=True))
    return (r, g, b)


def _add(night: Rgb, day: Rgb, share: float) -> Rgb:
    r, g, b = (n + share * d for n, d in zip(night, day, strict=True))
    return (r, g, b)
