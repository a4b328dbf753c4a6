"""What a verification found: a row per check, gathered in bounded memory."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rich.table import Table
from rich.text import Text

from cityloop.spatial.compiled import compiled

# Errors are counted in bins, so that quantiles of any number of pixels take no memory: each octave
# from 2^-30 to 2^30 has 128 of equal width, which the first bits of a double are the numbers of. A
# quantile is the upper edge of its bin, at most 1 % too high.
_LOWEST, _HIGHEST = 2.0**-30, 2.0**30
_SHIFT = 52 - 7
_FIRST = int(np.float64(_LOWEST).view(np.int64)) >> _SHIFT
_BINS = (int(np.float64(_HIGHEST).view(np.int64)) >> _SHIFT) - _FIRST

WORST = 1.0
_EXCUSED_SHOWN = 12  # breaches that were asked for, below the table


@dataclass(frozen=True)
class Row:
    """One check's result.

    Attributes:
        check: what was compared.
        unit: of the errors.
        count: how many values were compared.
        worst: the largest error.
        p999: the 99.9th percentile of the errors.
        judged: which number is held against the tolerance ("worst", "p99.9", "p50").
        value: that number.
        tolerance: the largest value that passes.
        place: where the largest error is.
    """

    check: str
    unit: str
    count: int
    worst: float
    p999: float
    judged: str
    value: float
    tolerance: float
    place: str

    @property
    def passed(self) -> bool:
        """Whether the judged number is within the tolerance."""
        return self.value <= self.tolerance


@dataclass(frozen=True)
class Finding:
    """One breach of one rule.

    Attributes:
        sequence: where it was found.
        check: the rule's name, as in the report's rows.
        actors: names of those concerned, the culprit first.
        first_tick, last_tick: when it was seen.
        time_s: of the first tick.
        position: of the worst moment, world, m.
        amount: how bad, in the check's unit.
        unit: of the amount.
        excuse: why it does not count, "" if it does.
    """

    sequence: str
    check: str
    actors: tuple[str, ...]
    first_tick: int
    last_tick: int
    time_s: float
    position: tuple[float, float, float]
    amount: float
    unit: str
    excuse: str = ""

    def __str__(self) -> str:
        x, y, z = self.position
        # States are recorded from the tick before frame 0 on, which no picture shows.
        ticks = f"tick {self.first_tick}" if self.first_tick >= 0 else "the tick before frame 0"
        if self.last_tick > self.first_tick:
            ticks = f"{ticks} to {self.last_tick}"
        text = (
            f"{self.sequence}, {', '.join(self.actors) or 'nobody'}, {ticks} "
            f"({self.time_s:.2f} s), at ({x:.1f}, {y:.1f}, {z:.1f}): {self.amount:.3g} {self.unit}"
        )
        return f"{text}, asked for: {self.excuse}" if self.excuse else text


@dataclass
class Tally:
    """Errors of one check, added batch by batch.

    Attributes:
        check, unit, tolerance: as in `Row`.
        quantile: which share of the errors must be within the tolerance, 1 for all.
    """

    check: str
    unit: str
    tolerance: float
    quantile: float = WORST
    count: int = 0
    worst: float = 0.0
    place: str = ""
    _bins: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_BINS + 2, np.int64))

    def add(self, errors: ArrayLike, place: Callable[[int], str] | str) -> None:
        """Add errors (N,), none negative; what is not a number counts as an infinite error.

        `place` says in words where the errors are; `place(i)`, where error i is, is asked for the
        worst only.
        """
        values = np.ascontiguousarray(errors, dtype=np.float64).ravel()
        if not values.size:
            return
        i, worst = _count(values, values.view(np.int64), self._bins)
        self.count += values.size
        if worst > self.worst or not self.place:
            self.worst = worst
            self.place = place if isinstance(place, str) else place(i)

    def allow(self, tolerance: float) -> None:
        """Let errors be as large as this, if less was allowed so far."""
        self.tolerance = max(self.tolerance, tolerance)

    def at_quantile(self, share: float) -> float:
        """Return an error that `share` of all errors do not exceed, 0 if there are none."""
        if share >= WORST or not self.count:
            return self.worst
        needed = int(np.ceil(share * self.count))
        found = int(np.searchsorted(np.cumsum(self._bins), needed))
        edge = float(np.int64(_FIRST + found << _SHIFT).view(np.float64))
        return min(self.worst, edge if found <= _BINS else float("inf"))

    def row(self) -> Row:
        """Return the result so far."""
        judged = "worst" if self.quantile >= WORST else f"p{100 * self.quantile:g}"
        return Row(
            check=self.check,
            unit=self.unit,
            count=self.count,
            worst=self.worst,
            p999=self.at_quantile(0.999),
            judged=judged,
            value=self.at_quantile(self.quantile),
            tolerance=self.tolerance,
            place=self.place,
        )


@compiled
def _count(
    values: NDArray[np.float64], bits: NDArray[np.int64], bins: NDArray[np.int64]
) -> tuple[int, float]:
    """Count values (N,) with these bits in their bins; return where the largest is, and it."""
    at, worst = 0, -1.0
    for i in range(len(values)):
        value = values[i]
        if np.isnan(value):
            value, number = np.inf, _BINS
        else:
            number = min(max((bits[i] >> _SHIFT) - _FIRST, -1), _BINS)
        bins[number + 1] += 1
        if value > worst:
            at, worst = i, value
    return at, worst


@dataclass(frozen=True)
class Report:
    """All rows of a verification, and every breach that the scene lint found."""

    path: str
    frames: int
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(row.passed for row in self.rows)

    @property
    def verdict(self) -> str:
        """How many checks failed, in a sentence."""
        judged = [row for row in self.rows if row.count]
        failed = sum(not row.passed for row in judged)
        if not failed:
            return f"all {len(judged)} checks passed"
        return (
            f"{failed} of {len(judged)} checks failed: see the rows marked FAILED, the places of "
            "their worst errors below the table, and docs/verify.md for what they compare"
        )

    def to_table(self) -> Table:
        """Return a table; where it is too narrow, names of checks are broken, numbers never.

        Below it stands where failures are worst, and which breaches were asked for. "judged" is the
        number held against what is allowed: the worst, or the quantile named there. Without
        pictures, checks that had nothing to compare are left out.
        """
        failures = [f"{row.check}: worst at {row.place}" for row in self.rows if not row.passed]
        asked = [f"{f.check}: {f}" for f in self.findings if f.excuse]
        failures += asked[:_EXCUSED_SHOWN]
        if len(asked) > _EXCUSED_SHOWN:
            failures.append(f"and {len(asked) - _EXCUSED_SHOWN} more that were asked for")
        table = Table(
            title=Text(f"{self.path}: {self.frames} pictures"),
            title_justify="left",
            caption=Text("\n".join(failures)),
            caption_justify="left",
            box=None,
            padding=(0, 1, 0, 0),
        )
        table.add_column("check", overflow="fold")
        for title in ("count", "judged", "worst", "allowed"):
            table.add_column(title, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for row in self.rows:
            empty = row.count == 0
            if empty and not self.frames:
                continue  # a recording of states alone: nothing is said of pictures
            judged = "" if row.judged == "worst" else f"{row.judged} "
            verdict = Text("ok", "green") if row.passed else Text("FAILED", "bold red")
            table.add_row(
                row.check,
                _short(row.count),
                "" if empty else f"{row.value:.2g}",
                "" if empty else f"{row.worst:.2g}",
                f"{judged}{row.tolerance:g} {row.unit}",
                Text("none", "dim") if empty else verdict,
            )
        return table

    def to_json(self) -> str:
        """Return the report as JSON; an infinite error is written as null."""

        def finite(value: Any) -> Any:
            return None if isinstance(value, float) and not np.isfinite(value) else value

        rows = [
            {key: finite(value) for key, value in asdict(row).items()} | {"passed": row.passed}
            for row in self.rows
        ]
        findings = [{k: finite(v) for k, v in asdict(f).items()} for f in self.findings]
        said = {"path": self.path, "frames": self.frames, "passed": self.passed, "rows": rows}
        said["findings"] = findings
        return json.dumps(said, indent=1)


def _short(count: int) -> str:
    """Return a count in at most five characters."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= 10 * size:
            return f"{count / size:.0f}{unit}"
        if count >= size:
            return f"{count / size:.1f}{unit}"
    return str(count)
