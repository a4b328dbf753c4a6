"""A plugin of pytest that turns the suite's tests into cases."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from cityloop.conformance.report import Case, Outcome

if TYPE_CHECKING:
    import pytest

_LONGEST_WHY = 400
_NODE = re.compile(r"^(?:.*/)?test_(?P<group>\w+)\.py::test_(?P<case>\w+)(?P<which>\[.*\])?$", re.S)


def case_name(node: str) -> str:
    """Return "group: what must hold [which]" of a test's node id."""
    match = _NODE.match(node)
    if match is None:
        return node
    words = [match[name].replace("_", " ") for name in ("group", "case")]
    return f"{words[0]}: {words[1]}" + (f" {match['which']}" if match["which"] else "")


class Listener:
    """Collects the cases of a run.

    Args:
        wanted: parts of names; a case that has none of them is left out, unless there are none.
        alive: whether the engine still answers; asked after a failure.
        on_case: called with each case, and with how many there are in all.
    """

    def __init__(
        self,
        wanted: tuple[str, ...],
        alive: Callable[[], bool],
        on_case: Callable[[Case, int], None],
    ) -> None:
        self.cases: list[Case] = []
        self.broken: list[str] = []
        self._wanted = wanted
        self._alive = alive
        self._on_case = on_case
        self._names: list[str] = []
        self._session: pytest.Session | None = None

    @property
    def total(self) -> int:
        """How many cases were asked for."""
        return len(self._names)

    def pytest_collectreport(self, report: "pytest.CollectReport") -> None:
        """Note files that cannot be loaded."""
        if report.failed:
            self.broken.append(_last_line(str(report.longrepr)))

    def pytest_collection_modifyitems(
        self, session: "pytest.Session", items: "list[pytest.Item]"
    ) -> None:
        """Leave out what is not wanted."""
        self._session = session
        if self._wanted:
            items[:] = [
                item
                for item in items
                if any(part.lower() in case_name(item.nodeid).lower() for part in self._wanted)
            ]
        self._names = [case_name(item.nodeid) for item in items]

    def pytest_runtest_logreport(self, report: "pytest.TestReport") -> None:
        """Turn a phase of a test into a case: its call, or what kept it from being called."""
        if report.when != "call" and report.passed:
            return
        name = case_name(report.nodeid)
        if report.when == "teardown" and self.cases and self.cases[-1].name == name:
            return
        outcome: Outcome = "passed" if report.passed else "failed"
        why = ""
        if report.skipped:
            outcome, why = "could not run", _reason(report)
        elif report.failed:
            why = _failure(report)
        self._add(Case(name, outcome, why, report.duration))
        if report.failed and self._session is not None and not self._alive():
            self._session.shouldstop = "the engine is gone"
            done = {case.name for case in self.cases}
            for rest in [other for other in self._names if other not in done]:
                why = f"the engine has not answered since the case '{name}'"
                self._add(Case(rest, "could not run", why))

    def _add(self, case: Case) -> None:
        self.cases.append(case)
        self._on_case(case, self.total)


def _reason(report: "pytest.TestReport") -> str:
    """Return why a test was skipped."""
    told = report.longrepr
    text = told[2] if isinstance(told, tuple) else str(told)
    return text.removeprefix("Skipped: ")


def _failure(report: "pytest.TestReport") -> str:
    """Return what was found, in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = _last_line(str(report.longrepr)) if crash is None else str(crash.message)
    found = " ".join(text.split("\nassert", 1)[0].split())
    found = re.sub(r"^(?:[a-z_]+\.)*(?:AssertionError|[A-Z]\w*Error): ", "", found)
    return found if len(found) <= _LONGEST_WHY else f"{found[:_LONGEST_WHY]}..."


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""
