"""The book of the scene lint: how much was looked at, and every breach of every rule."""

from dataclasses import dataclass, field

from cityloop.dataset.verification.report import Finding, Row


@dataclass
class Ledger:
    """The book of one rule: how much was looked at, and every breach.

    Attributes:
        check, unit, tolerance: as in `Row`; amounts above the tolerance are breaches.
        count: how many values were looked at.
        mildest: the largest amount that was no breach.
        findings: all breaches, the excused ones too.
    """

    check: str
    unit: str
    tolerance: float
    count: int = 0
    mildest: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def looked_at(self, count: int, largest: float = 0.0) -> None:
        """Count values, of which the largest that is no breach was `largest`."""
        self.count += count
        self.mildest = max(self.mildest, min(largest, self.tolerance))

    def row(self) -> Row:
        """Return the worst breach that nothing excuses."""
        breaches = [f for f in self.findings if not f.excuse]
        worst = max(breaches, key=lambda f: f.amount, default=None)
        amount = self.mildest if worst is None else worst.amount
        return Row(
            check=self.check,
            unit=self.unit,
            count=max(self.count, len(self.findings)),
            worst=amount,
            p999=amount,
            judged="worst",
            value=amount,
            tolerance=self.tolerance,
            place="" if worst is None else str(worst),
        )


class Book:
    """The ledgers of all rules, in the order in which they were opened."""

    def __init__(self) -> None:
        self._ledgers: dict[str, Ledger] = {}

    def open(self, check: str, unit: str, tolerance: float) -> Ledger:
        """Return the ledger of a rule; several sequences share it."""
        return self._ledgers.setdefault(check, Ledger(check, unit, tolerance))

    def rows(self) -> list[Row]:
        """Return a row per rule."""
        return [ledger.row() for ledger in self._ledgers.values()]

    def findings(self) -> list[Finding]:
        """Return all breaches, rule by rule."""
        return [finding for ledger in self._ledgers.values() for finding in ledger.findings]
