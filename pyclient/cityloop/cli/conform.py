"""`cityloop conform`: what an engine must do, case by case."""

import json
import sys
from pathlib import Path

import click

from cityloop.cli.engines import Launch, connection_options, launch_options, read_certificates
from cityloop.cli.progress import cases_bar, console
from cityloop.conformance import Report, run_suite
from cityloop.errors import CityloopError

_STYLES = {"passed": "green", "failed": "red", "could not run": "yellow"}


@click.command()
@click.argument("address", required=False, metavar="[HOST:PORT]")
@launch_options
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the report here.")
@click.option("--only", multiple=True, metavar="WORDS", help="Cases with these words in the name.")
@connection_options
def conform(
    address: str | None,
    engine: str,
    build: Path | None,
    deadline: float,
    json_file: Path | None,
    only: tuple[str, ...],
    access_token: str,
    root_certificates: Path | None,
) -> None:
    """Run the conformance suite against the engine at HOST:PORT, or against one that is started.

    It takes the engine over: a session that is open there ends. For each case it is said whether it
    passed, what was found instead, or why it could not run. Exit code 1 if a case failed.
    """
    choice = Launch(engine, build, deadline)
    if address is not None:
        if engine != "embedded" or build is not None:
            raise click.UsageError("Give HOST:PORT, or --engine and --build, not both.")
        report = _run(address, access_token, only, read_certificates(root_certificates))
    else:
        if root_certificates is not None:
            raise click.UsageError("--root-certificates is for an engine at HOST:PORT.")
        choice.check()
        running = choice.start(access_token)
        try:
            report = _run(running.address, running.token, only)
        finally:
            running.process.stop()
    if json_file is not None:
        _write(json_file, report)
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts.items())
    click.echo(f"{len(report.cases)} cases: {counts}")
    sys.exit(0 if report.conforms else 1)


def _run(
    address: str, token: str, only: tuple[str, ...], root_certificates: bytes | None = None
) -> Report:
    with cases_bar("conformance") as show:
        report = run_suite(
            address, token=token, root_certificates=root_certificates, only=only, on_case=show
        )
    info = report.engine
    click.echo(
        "{} engine {} at {}, protocol {}.{}, {}".format(
            info.name, info.version, address, *info.protocol, info.renderer
        )
    )
    click.echo(f"capabilities: {', '.join(info.capabilities) or 'none'}")
    for case in report.cases:
        line = f"{case.outcome:<13}  {case.name}" + (f": {case.why}" if case.why else "")
        click.secho(line, fg=_STYLES[case.outcome])
    return report


def _write(path: Path, report: Report) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise CityloopError(f"Cannot write the report {path}: {error.strerror}.") from None
    console.print(f"report: {path}", soft_wrap=True)
