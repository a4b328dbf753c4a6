"""The states of the traffic lights: what the roads' rules say, beside the lamps that show it."""

from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cityloop.dataset.layout import replacing
from cityloop.dataset.reading import read_table
from cityloop.dataset.schema import SIGNALS_SCHEMA
from cityloop.dataset.tables import PARQUET_OPTIONS


class SignalLog:
    """Every change of every traffic light.

    A state has a character per link of the light, as in SUMO: r red, y amber, u red and amber,
    g green that must yield, G green, o amber blinking, O off, s stop.
    """

    def __init__(self) -> None:
        self._ticks: dict[str, list[int]] = {}
        self._states: dict[str, list[str]] = {}

    @property
    def lights(self) -> tuple[str, ...]:
        """Ids of all lights, sorted."""
        return tuple(sorted(self._ticks))

    def add(self, tick: int, states: Mapping[str, str]) -> None:
        """Take note of the states (by light) at a tick, later than all before."""
        for light, state in states.items():
            known = self._states.setdefault(light, [])
            if not known or known[-1] != state:
                known.append(state)
                self._ticks.setdefault(light, []).append(tick)

    def at(self, light: str, tick: int) -> str | None:
        """Return the state of a light at a tick, None before the first that is known."""
        ticks = self._ticks.get(light, [])
        i = bisect_right(ticks, tick) - 1
        return None if i < 0 else self._states[light][i]

    def changes(self, light: str) -> list[tuple[int, str]]:
        """Return (tick, state from then on) of every change of a light, the first included."""
        return list(zip(self._ticks.get(light, ()), self._states.get(light, ()), strict=True))

    def write(self, path: Path) -> None:
        """Write signals.parquet, a row per change by tick and light.

        Raises:
            DatasetError: if the disk is full or read-only.
        """
        rows = sorted(
            (tick, light, state) for light in self._ticks for tick, state in self.changes(light)
        )
        columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
        table = pa.table(columns, schema=SIGNALS_SCHEMA)
        with replacing(path) as partial:
            pq.write_table(table, partial, **PARQUET_OPTIONS)

    @staticmethod
    def read(path: Path) -> "SignalLog":
        """Return what signals.parquet says.

        Raises:
            DatasetError: if the file is missing or damaged.
        """
        table = read_table(path, SIGNALS_SCHEMA)
        log = SignalLog()
        for row in table.sort_by("tick").to_pylist():
            log.add(row["tick"], {row["light"]: row["state"]})
        return log
