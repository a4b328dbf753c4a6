"""What a run of the conformance suite found."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal

from cityloop.engine import EngineInfo

Outcome = Literal["passed", "failed", "could not run"]
OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "could not run")


@dataclass(frozen=True)
class Case:
    """One case of the suite.

    Attributes:
        name: "group: what must hold", unique.
        outcome: how it went.
        why: what was found instead, or why it could not run; "" if it passed.
        duration_s: time that it took.
    """

    name: str
    outcome: Outcome
    why: str = ""
    duration_s: float = 0.0


@dataclass(frozen=True)
class Report:
    """All cases of a run, in order.

    Attributes:
        address: where the engine was, "host:port".
        engine: who answered there.
        cases: every case that was asked for.
    """

    address: str
    engine: EngineInfo
    cases: tuple[Case, ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many cases there are of each outcome."""
        found = Counter(case.outcome for case in self.cases)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    @property
    def conforms(self) -> bool:
        """Whether cases ran and none failed."""
        return self.counts["failed"] == 0 < self.counts["passed"]

    def as_json(self) -> dict[str, Any]:
        """Return what a file of the report holds."""
        return {
            "address": self.address,
            "engine": asdict(self.engine),
            "counts": self.counts,
            "cases": [asdict(case) for case in self.cases],
        }
