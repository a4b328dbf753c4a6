"""`tools/unity conform`: the conformance suite against the engine in the real player."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from cityloop.conformance import Case, Report, run_suite
from cityloop.errors import CityloopError
from unity.assemblies import make, player_jobs
from unity.limits import limit_of
from unity.packages import ToolchainError, fetch, toolchain_folder
from unity.player import Player, install
from unity.proxy import Proxy


@click.command()
@click.option("--only", multiple=True, metavar="WORDS", help="Cases with these words in the name.")
def conform(only: tuple[str, ...]) -> None:
    """Build the engine, start it in the player of Unity 2017.2, and run the conformance suite."""
    try:
        fetch(toolchain_folder())
        with tempfile.TemporaryDirectory(prefix="cityloop-unity-") as scratch:
            report = conform_player(toolchain_folder(), Path(scratch), only, _tell)
    except ToolchainError as error:
        raise CityloopError(f"The engine cannot be checked in the player: {error}.") from None
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts.items())
    limited = [case for case in report.cases if case.outcome == "failed" and limit_of(case)]
    click.echo(f"{len(report.cases)} cases: {counts}; {len(limited)} of these are known limits")
    sys.exit(0 if not unexpected(report) and report.counts["passed"] else 1)


def conform_player(
    toolchain: Path,
    scratch: Path,
    only: tuple[str, ...] = (),
    on_case: Callable[[Case, int], None] = lambda case, total: None,
) -> Report:
    """Run the suite against the player with the engine as it is in the working tree.

    Raises:
        ToolchainError: if the engine does not compile or the player does not start.
    """
    jobs = player_jobs(toolchain, scratch / "assemblies")
    told = make(toolchain, jobs)
    if told:
        raise ToolchainError(told[0])
    install(toolchain, scratch / "player", jobs)
    with Player(scratch / "player") as player, Proxy(player.port) as proxy:
        return run_suite(proxy.address, only=only, on_case=on_case)


def unexpected(report: Report) -> list[Case]:
    """Return the failed cases that no limit of the player explains."""
    return [case for case in report.cases if case.outcome == "failed" and not limit_of(case)]


def _tell(case: Case, total: int) -> None:
    if case.outcome == "passed":
        return
    limit = limit_of(case) if case.outcome == "failed" else ""
    click.echo(f"{'known limit' if limit else case.outcome}: {case.name}\n    {limit or case.why}")
