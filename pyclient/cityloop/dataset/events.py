"""The table of events: collisions, red lights run, and whatever else a scenario may wait for."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from cityloop.dataset.layout import replacing
from cityloop.dataset.reading import read_table
from cityloop.dataset.schema import EVENTS_SCHEMA
from cityloop.dataset.tables import PARQUET_OPTIONS

EventKind = Literal["collision", "off_road", "red_light", "wrong_way"]
BACKGROUND = "background"  # the other one of a collision with what has no label


@dataclass(frozen=True)
class Event:
    """Something that happened at a tick.

    Attributes:
        tick: number of the frame that shows it; negative while warming up.
        time_s: since frame 0.
        kind: see `cityloop.simulation.events`.
        actors: names of those whom it happened to.
        impulse_ns: of a collision the impulse of the whole blow, N s; else 0.
        position: (x, y, z) world, m: where two touch, the front bumper at the stop line, the wheel
            or the middle of the vehicle, on the ground.
    """

    tick: int
    time_s: float
    kind: EventKind
    actors: tuple[str, ...]
    impulse_ns: float
    position: tuple[float, float, float]


def write_events(path: Path, events: Iterable[Event]) -> None:
    """Write events.parquet, a row per event by rising tick.

    Raises:
        DatasetError: if the disk is full or read-only.
    """
    rows = [
        {
            "tick": e.tick,
            "time_s": e.time_s,
            "kind": e.kind,
            "actors": list(e.actors),
            "impulse_ns": e.impulse_ns,
            "position": list(e.position),
        }
        # Collisions are told when their blows are over.
        for e in sorted(events, key=lambda event: event.tick)
    ]
    table = pa.Table.from_pylist(rows, schema=EVENTS_SCHEMA)
    with replacing(path) as partial:
        pq.write_table(table, partial, **PARQUET_OPTIONS)


def read_events(path: Path) -> tuple[Event, ...]:
    """Return the events of events.parquet in their order.

    Raises:
        DatasetError: if the file is missing or damaged.
    """
    table = read_table(path, EVENTS_SCHEMA)
    return tuple(
        Event(
            tick=row["tick"],
            time_s=row["time_s"],
            kind=row["kind"],
            actors=tuple(row["actors"]),
            impulse_ns=row["impulse_ns"],
            position=tuple(row["position"]),
        )
        for row in table.to_pylist()
    )
