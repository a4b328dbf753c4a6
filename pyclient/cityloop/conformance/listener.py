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

    Attributes:
        cases: what has ended so far, in order.
        broken: why files of the suite cannot be loaded.
        fault: what broke pytest itself, "" if nothing did.

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
        self.fault = ""
        self._wanted = wanted
        self._alive = alive
        self._on_case = on_case
        self._names: list[str] = []
        self._found: Case | None = None
        self._session: pytest.Session | None = None

    @property
    def total(self) -> int:
        """How many cases were asked for."""
        return len(self._names)

    @property
    def is_complete(self) -> bool:
        """Whether pytest lived to the end, with each case that was asked for once."""
        return not self.fault and [case.name for case in self.cases] == self._names

    def pytest_internalerror(self, excinfo: "pytest.ExceptionInfo[BaseException]") -> bool:
        """Note an error of pytest or of a plugin, which ends the run; it prints nothing then."""
        self.fault = " ".join(excinfo.exconly(tryshort=True).split())
        return True

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
        """Turn the phases of a test into a case: its call, or what kept it from being called."""
        if report.when == "call" or not report.passed:
            self._found = self._worse(report)
        if report.when == "teardown" and self._found is not None:
            case, self._found = self._found, None
            self._add(case)
            if case.outcome == "failed" and self._session is not None and not self._alive():
                self._session.shouldstop = "the engine is gone"
                for rest in self._names[len(self.cases) :]:
                    why = f"the engine has not answered since the case '{case.name}'"
                    self._add(Case(rest, "could not run", why))

    def _worse(self, report: "pytest.TestReport") -> Case:
        """Return the case of a phase, unless an earlier phase has failed already."""
        if self._found is not None and self._found.outcome == "failed":
            return self._found
        outcome: Outcome = "passed" if report.passed else "failed"
        why = ""
        if report.skipped:
            outcome, why = "could not run", _reason(report)
        elif report.failed:
            why = _failure(report)
        return Case(case_name(report.nodeid), outcome, why, report.duration)

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
