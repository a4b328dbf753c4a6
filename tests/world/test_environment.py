import math

import numpy as np
import pytest

from cityloop.world.environment import WEATHERS, daylight, sun_direction
from cityloop.world.streams import stream


def test_noon_sun_stands_south_at_its_known_height() -> None:
    # 21 June: declination 23.45 degrees, so 90 - 48 + 23.45 degrees above the southern horizon.
    east, north, up = sun_direction(12.0, 48.0, 172)
    assert math.degrees(math.asin(up)) == pytest.approx(65.45, abs=0.01)
    assert east == pytest.approx(0, abs=1e-12)
    assert north < 0


def test_sun_rises_in_the_east_and_sets_in_the_west() -> None:
    assert sun_direction(6.0, 48.0, 80)[0] > 0.9
    assert sun_direction(18.0, 48.0, 80)[0] < -0.9
    # At the equinox day and night are equal: the sun is on the horizon at six.
    assert sun_direction(6.0, 48.0, 81)[2] == pytest.approx(0.0, abs=0.01)


def test_sun_direction_is_a_unit_vector() -> None:
    for hour in range(24):
        assert math.hypot(*sun_direction(hour, 57.7, 100)) == pytest.approx(1)


def test_low_sun_is_weaker_and_redder() -> None:
    noon, evening = daylight(12.0).sun_irradiance, daylight(19.0).sun_irradiance
    assert evening[0] < noon[0]
    assert evening[2] / evening[0] < 0.8 * noon[2] / noon[0]


def test_night_is_dark_and_day_is_not() -> None:
    assert daylight(23.5).is_dark
    assert not daylight(12.0).is_dark
    assert max(daylight(0.0).sun_irradiance) == 0.0


@pytest.mark.parametrize("weather", WEATHERS)
def test_every_weather_gives_finite_light(weather: str) -> None:
    for hour in np.linspace(0, 24, 49):
        light = daylight(float(hour), weather)
        values = (*light.sun_irradiance, *light.zenith_radiance, *light.horizon_radiance)
        assert all(math.isfinite(v) and v >= 0 for v in values)
        assert 0 < light.exposure <= 6


def test_overcast_has_hardly_any_sun() -> None:
    assert daylight(12, "overcast").sun_irradiance[1] < 0.1 * daylight(12).sun_irradiance[1]


def test_streams_repeat_and_differ() -> None:
    a = stream(7, "city/trees").random(4)
    assert stream(7, "city/trees").random(4) == pytest.approx(a, abs=0)
    assert not np.array_equal(stream(7, "city/cars").random(4), a)
    assert not np.array_equal(stream(8, "city/trees").random(4), a)
    # Pinned: a change here would change every dataset ever made.
    assert stream(7, "city/trees").integers(1 << 30) == 638537253
