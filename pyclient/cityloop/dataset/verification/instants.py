"""When pictures, labels and states were made, and light and air of the scenario then."""

import datetime
import math
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np

from cityloop.dataset.reader import Sequence
from cityloop.dataset.recorded_states import StateBlock
from cityloop.dataset.verification.report import Row, Tally
from cityloop.world.environment import WEATHERS, Environment, Weather, environment_at, instant

TIME_TOLERANCE_S = 1e-9
ENVIRONMENT_TOLERANCE = 1e-9
_TWILIGHT_DEG = 6.0  # of the sun above or below the horizon


class InstantCheck:
    """Every row of frames, objects and states has the time of its tick, from frame to frame one."""

    def __init__(self) -> None:
        self._times = Tally("times against ticks", "s", TIME_TOLERANCE_S)

    def look(self, sequence: Sequence) -> None:
        """Compare every row's time with its tick, and its frame's tick with frame 0's."""
        dt = sequence.dt_s
        first: int | None = None
        for number in range(sequence.frame_count):
            for name, rows in (
                ("frames", sequence.rows_of_frame(number)),
                ("objects", sequence.objects_of_frame(number)),
            ):
                tick, time_s = (rows.column(c).to_numpy() for c in ("tick", "time_s"))
                if not len(tick):
                    continue
                first = int(tick[0]) if first is None else first
                error = np.abs(time_s - tick * dt)
                error = np.maximum(error, np.abs(tick - number - first) * dt)
                self._times.add(error, f"{sequence.name}, {name}.parquet, frame {number}")
        for block in sequence.states.blocks():
            error = np.abs(block.time_s - block.tick * dt)
            self._times.add(error, partial(_state_place, sequence, block))

    def rows(self) -> list[Row]:
        """Return one row."""
        return [self._times.row()]


class EnvironmentCheck:
    """Light and air of every frame, against the scenario's words in sequence.json."""

    def __init__(self) -> None:
        self._light = Tally("environment against the scenario", "", ENVIRONMENT_TOLERANCE)
        self._words = Tally("light against the sun", "frames", 0.0)

    def look(self, sequence: Sequence) -> None:
        """Compare every frame's columns with what date, clock, place and weather give."""
        scenario = sequence.description.get("scenario")
        words = scenario.get("environment") if isinstance(scenario, Mapping) else None
        expected = _said_by(words) if isinstance(words, Mapping) else None
        if words is not None and expected is None:
            self._light.add(np.inf, f"{sequence.name}, sequence.json: environment")
        table = sequence.frames
        for row in table.select(
            ["frame", "camera", *(n for n in table.column_names if n.startswith("environment_"))]
        ).to_pylist():
            place = f"{sequence.name}, {row['camera']}, frame {row['frame']}"
            self._words.add(float(row["environment_light"] != _light(row)), place)
            if expected is None:
                continue
            for field in fields(Environment):
                said, true = row[f"environment_{field.name}"], getattr(expected, field.name)
                if isinstance(true, str):
                    error = 0.0 if said == true else np.inf
                else:
                    error = float(np.abs(np.subtract(said, true)).max())
                self._light.add(error, f"{place}, {field.name}")

    def rows(self) -> list[Row]:
        """Return a row for all columns and one for the word for the light."""
        return [self._light.row(), self._words.row()]


def _state_place(sequence: Sequence, block: StateBlock, i: int) -> str:
    return f"{sequence.name}, states.parquet, tick {block.tick[i]}"


def _light(row: Mapping[str, Any]) -> str:
    """Return the word for the light when the sun is where a row says."""
    x, y, z = row["environment_sun_direction"]
    height_deg = math.degrees(math.atan2(z, math.hypot(x, y)))
    if abs(height_deg) < _TWILIGHT_DEG:
        return "twilight"
    return "day" if height_deg > 0 else "night"


def _said_by(words: Mapping[str, Any]) -> Environment | None:
    """Return light and air of a recorded scenario, None if its words cannot be understood."""
    try:
        day = datetime.date.fromisoformat(words["date"])
        clock = datetime.time.fromisoformat(words["time"])
        place = float(words["latitude_deg"]), float(words["longitude_deg"])
        when = instant(day, clock, place[1], words["utc_offset_h"])
        given = {f.name: words[f.name] for f in fields(Weather) if words.get(f.name) is not None}
        weather = replace(WEATHERS[words["weather"]], **given)
    except (KeyError, TypeError, ValueError):
        return None
    return replace(environment_at(when, *place, weather), weather=words["weather"])
