"""`tools/unity conform`: the conformance suite against the engine in the real player."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from cityloop.conformance import Case, Report, run_suite
from cityloop.errors import CityloopError
from unity import made
from unity.limits import limit_of
from unity.packages import ToolchainError, fetch, toolchain_folder
from unity.proxy import served


@click.command()
@click.option("--only", multiple=True, metavar="WORDS", help="Cases with these words in the name.")
def conform(only: tuple[str, ...]) -> None:
    """Build the engine, start it in the player of Unity 2017.2, and run the conformance suite."""
    try:
        fetch(toolchain_folder())
        report = conform_player(made.player(toolchain_folder()), only, _tell)
    except ToolchainError as error:
        raise CityloopError(f"The engine cannot be checked in the player: {error}.") from None
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts.items())
    limited = [case for case in report.cases if case.outcome == "failed" and limit_of(case)]
    click.echo(f"{len(report.cases)} cases: {counts}; {len(limited)} of these are known limits")
    sys.exit(0 if not unexpected(report) and report.counts["passed"] else 1)


def conform_player(
    folder: Path,
    only: tuple[str, ...] = (),
    on_case: Callable[[Case, int], None] = lambda case, total: None,
) -> Report:
    """Run the suite against the player in a folder.

    Raises:
        ToolchainError: if the player does not start.
        CityloopError: if the suite cannot be run to its end.
    """
    with served(folder) as address:
        return run_suite(address, only=only, on_case=on_case)


def unexpected(report: Report) -> list[Case]:
    """Return the failed cases that no limit of the player explains."""
    return [case for case in report.cases if case.outcome == "failed" and not limit_of(case)]


def _tell(case: Case, total: int) -> None:
    if case.outcome == "passed":
        return
    limit = limit_of(case) if case.outcome == "failed" else ""
    click.echo(f"{'known limit' if limit else case.outcome}: {case.name}\n    {limit or case.why}")
