"""Light and weather in a scenario's words."""

import datetime
import re
from dataclasses import fields, replace
from typing import Annotated, Any

from pydantic import Field, Strict, field_validator

from cityloop.scenario.fields import Model, one_of
from cityloop.world.environment import (
    LATITUDE_DEG,
    LONGITUDE_DEG,
    MIDSUMMER,
    WEATHERS,
    Environment,
    Weather,
    environment_at,
    instant,
)

Share = Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False)]
Rainfall = Annotated[float, Strict(), Field(ge=0, le=200, allow_inf_nan=False)]


class EnvironmentModel(Model):
    """A time on the clock, a day, a place and a weather.

    The clock is `utc_offset_h` ahead of UTC; where that is not given, it is that of the time zone
    of 15 degrees around the longitude, without daylight saving time. What is given beside
    `weather` replaces that part of it.
    """

    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "12:00"
    date: str = MIDSUMMER.isoformat()
    latitude_deg: Annotated[float, Strict(), Field(ge=-90, le=90)] = LATITUDE_DEG
    longitude_deg: Annotated[float, Strict(), Field(ge=-180, le=180)] = LONGITUDE_DEG
    utc_offset_h: Annotated[float, Strict(), Field(ge=-12, le=14)] | None = None
    weather: str = "clear"
    cloud_cover: Share | None = None
    visibility_m: Annotated[float, Strict(), Field(ge=10, le=1e5)] | None = None
    wetness: Share | None = None
    rain_mm_per_h: Rainfall | None = None
    snowfall_mm_per_h: Rainfall | None = None
    snow_cover: Share | None = None

    @field_validator("time", mode="before")
    @classmethod
    def _no_number(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            # YAML reads 17:40 as 17 * 60 + 40.
            hours, minutes = divmod(value, 60)
            raise ValueError(f'write the time in quotes, such as "{hours:02d}:{minutes:02d}"')
        return value

    @field_validator("weather")
    @classmethod
    def _known_weather(cls, value: str) -> str:
        return one_of(value, WEATHERS, "weather")

    @field_validator("date", mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        # YAML reads 2026-06-21 as a date.
        is_day = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
        return value.isoformat() if is_day else value

    @field_validator("date")
    @classmethod
    def _known_day(cls, value: str) -> str:
        if not re.fullmatch(r"(19[5-9]\d|20[0-4]\d)-\d\d-\d\d", value):
            raise ValueError('write a day of 1950 to 2049 such as "2026-06-21"')
        try:
            datetime.date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"the calendar has no day {value}") from None
        return value

    def light(self) -> Environment:
        """Return light and air that these words mean."""
        day = datetime.date.fromisoformat(self.date)
        clock = datetime.time.fromisoformat(self.time)
        when = instant(day, clock, self.longitude_deg, self.utc_offset_h)
        given = self.model_dump(include={f.name for f in fields(Weather)}, exclude_none=True)
        weather = replace(WEATHERS[self.weather], **given)
        light = environment_at(when, self.latitude_deg, self.longitude_deg, weather)
        return replace(light, weather=self.weather)
