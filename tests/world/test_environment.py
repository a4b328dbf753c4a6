import math
from datetime import UTC, date, datetime, time

import numpy as np
import pytest

from cityloop.world.environment import WEATHERS, Environment, daylight, instant
from cityloop.world.streams import stream
from cityloop.world.sun import sun_direction

# Elevation and azimuth (from north over east) of the sun's centre without refraction, degrees. The
# first is the example of NREL's solar position algorithm (I. Reda and A. Andreas, 2003), less the
# refraction in it; the others were computed with PyEphem 4.2.1.
KNOWN_SUNS = [
    (39.742476, -105.1786, "2003-10-17T19:30:30", 39.872, 194.340),
    (48.2, 15.0, "2026-06-21T11:00", 65.234, 179.010),
    (48.2, 15.0, "2026-12-21T11:00", 18.360, 180.473),
    (52.52, 13.405, "2026-03-20T05:30", 2.325, 93.290),
    (-33.87, 151.21, "2026-01-15T07:00", 24.565, 260.210),
    (0.0, 0.0, "2026-09-23T12:00", 88.083, 264.215),
    (64.15, -21.94, "2026-06-21T23:30", 0.640, 332.763),
    (35.68, 139.69, "2030-04-10T08:00", 13.287, 270.380),
    (51.5, -0.12, "1999-08-11T10:00", 45.993, 133.619),
    (40.71, -74.0, "2045-11-02T20:30", 12.849, 236.763),
]


@pytest.mark.parametrize(("latitude", "longitude", "utc", "elevation", "azimuth"), KNOWN_SUNS)
def test_the_sun_stands_where_almanacs_say(
    latitude: float, longitude: float, utc: str, elevation: float, azimuth: float
) -> None:
    when = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    east, north, up = sun_direction(when, latitude, longitude)
    assert math.hypot(east, north, up) == pytest.approx(1)
    above, around = math.radians(elevation), math.radians(azimuth)
    known = np.array(
        [
            math.cos(above) * math.sin(around),
            math.cos(above) * math.cos(around),
            math.sin(above),
        ]
    )
    apart = math.degrees(math.acos(min(1.0, float(known @ (east, north, up)))))
    assert apart < 0.1


def test_a_clock_is_that_of_its_time_zone() -> None:
    day, noon = date(2026, 6, 21), time(12)
    assert instant(day, noon, 15.0) == datetime(2026, 6, 21, 11, tzinfo=UTC)
    assert instant(day, noon, -74.0) == datetime(2026, 6, 21, 17, tzinfo=UTC)
    assert instant(day, noon, 77.2, 5.5) == datetime(2026, 6, 21, 6, 30, tzinfo=UTC)
    # The same clock and the sun an hour earlier: daylight saving time.
    summer, winter = (sun_direction(instant(day, noon, 15.0, h), 48, 15) for h in (2.0, 1.0))
    assert summer[0] > 0.2 > 0.05 > winter[0]


def test_low_sun_is_weaker_and_redder() -> None:
    noon, evening = daylight(12.0).sun_irradiance, daylight(19.0).sun_irradiance
    assert evening[0] < noon[0]
    assert evening[2] / evening[0] < 0.8 * noon[2] / noon[0]


def test_night_is_dark_and_day_is_not() -> None:
    assert daylight(23.5).is_dark
    assert not daylight(12.0).is_dark
    assert not daylight(12.0).needs_headlamps
    assert max(daylight(0.0).sun_irradiance) == 0.0


@pytest.mark.parametrize("weather", WEATHERS)
def test_every_weather_gives_finite_light(weather: str) -> None:
    for hour in np.linspace(0, 24, 49):
        light = daylight(float(hour), weather)
        values = (*light.sun_irradiance, *light.zenith_radiance, *light.horizon_radiance)
        assert all(math.isfinite(v) and v >= 0 for v in values)
        assert 0.3 < light.exposure < 13


def test_exposure_follows_the_light_but_leaves_the_night_darker() -> None:
    noon, dusk, night = (daylight(h) for h in (12.0, 20.5, 0.0))
    assert noon.exposure < dusk.exposure < night.exposure

    def shown(light: Environment) -> float:
        return light.exposure * (light.zenith_radiance[1] + light.sun_irradiance[1])

    assert shown(noon) > 2 * shown(dusk) > 4 * shown(night)


def test_fog_is_as_thick_as_its_visibility_says() -> None:
    # At the visibility a black thing has 2 % of its contrast with the horizon left.
    fog = daylight(12, "fog").fog_density_per_m
    assert math.exp(-fog * WEATHERS["fog"].visibility_m) == pytest.approx(0.02, abs=1e-4)


@pytest.mark.parametrize("weather", ["rain", "heavy_rain", "fog", "snowfall"])
def test_headlamps_are_on_where_one_sees_badly(weather: str) -> None:
    light = daylight(12.0, weather)
    assert light.needs_headlamps
    assert not light.is_dark


@pytest.mark.parametrize("weather", ["overcast", "rain", "fog"])
def test_thick_cloud_lets_no_direct_sunlight_through(weather: str) -> None:
    assert max(daylight(12, weather).sun_irradiance) == 0.0


def test_streams_repeat_and_differ() -> None:
    a = stream(7, "city/trees").random(4)
    assert stream(7, "city/trees").random(4) == pytest.approx(a, abs=0)
    assert not np.array_equal(stream(7, "city/cars").random(4), a)
    assert not np.array_equal(stream(8, "city/trees").random(4), a)
    # Pinned: a change here would change every dataset ever made.
    assert stream(7, "city/trees").integers(1 << 30) == 638537253
