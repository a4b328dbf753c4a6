"""Where the sun stands, from a date, a time and a place."""

import math
from datetime import UTC, datetime

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


def sun_direction(
    when: datetime, latitude_deg: float, longitude_deg: float
) -> tuple[float, float, float]:
    """Return the unit vector to the sun's centre, world frame (x east, y north, z up).

    The Astronomical Almanac's low-precision algorithm as J. J. Michalsky gives it in "The
    Astronomical Almanac's algorithm for approximate solar position (1950-2050)", Solar Energy 40
    (1988) 227-235: within 0.01 degrees in those years. Refraction, which lifts a sun at the horizon
    by half a degree, is left out.

    Args:
        when: the instant, with its time zone.
        latitude_deg: geographic latitude, degrees, north positive.
        longitude_deg: geographic longitude, degrees, east positive.
    """
    days = (when - _J2000).total_seconds() / 86400.0
    utc = when.astimezone(UTC)
    hours = utc.hour + utc.minute / 60 + utc.second / 3600
    anomaly = math.radians(357.528 + 0.9856003 * days)
    longitude = math.radians(
        280.460 + 0.9856474 * days + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly)
    )
    obliquity = math.radians(23.439 - 0.0000004 * days)
    right_ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    sidereal_hours = 6.697375 + 0.0657098242 * days + hours + longitude_deg / 15.0
    hour_angle = math.radians(15.0 * sidereal_hours) - right_ascension
    latitude = math.radians(latitude_deg)
    level = math.cos(declination) * math.cos(hour_angle)  # towards the meridian
    return (
        -math.cos(declination) * math.sin(hour_angle),
        math.sin(declination) * math.cos(latitude) - level * math.sin(latitude),
        math.sin(declination) * math.sin(latitude) + level * math.cos(latitude),
    )
