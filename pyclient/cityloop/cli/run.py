"""`cityloop run`: a scenario file becomes a dataset."""

from pathlib import Path

import click

from cityloop.cli.assets import licence_option
from cityloop.cli.engines import Launch, connection_options, launch_options, read_certificates
from cityloop.cli.progress import console, frames_bar, spinner
from cityloop.dataset import check_free
from cityloop.engine import Engine, connect
from cityloop.scenario.script import Scenario
from cityloop.scenario.yaml_format import read_model
from cityloop.simulation import record


def play(
    scenario: Scenario, out: Path, engine: Engine, *, overwrite: bool, licences: tuple[str, ...]
) -> None:
    """Record a scenario into `out` with a progress bar, say what came of it, end the session."""
    model = scenario.model
    with engine as running:
        console.print(f"{running.info.name} engine {running.info.version}, {running.info.renderer}")
        with frames_bar(f"recording '{model.name}'", model.frame_count) as advance:
            recording = record(
                scenario, running, out, overwrite=overwrite, licences=licences, progress=advance
            )
    console.print(f"{recording.frames} frames in {recording.folder}")
    if recording.failure:
        console.print(f"the run ended early, because {recording.failure}")


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--out", "-o", required=True, type=click.Path(path_type=Path), help="Dataset folder.")
@click.option(
    "--map",
    "map_file",
    type=click.Path(path_type=Path),
    help="Use this .xodr, .osm[.xml] or .net.xml[.gz] instead of the scenario's map.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Use this seed instead of the scenario's.")
@launch_options
@click.option("--connect", "address", metavar="HOST:PORT", help="Use a running engine.")
@connection_options
@licence_option
@click.option("--overwrite", is_flag=True, help="Replace a sequence of this name.")
def run(
    scenario: Path,
    out: Path,
    map_file: Path | None,
    seed: int | None,
    engine: str,
    build: Path | None,
    deadline: float,
    address: str | None,
    access_token: str,
    root_certificates: Path | None,
    require_license: tuple[str, ...],
    overwrite: bool,
) -> None:
    """Record a SCENARIO (a YAML file) into a dataset.

    An interrupted run goes on where it stopped when it is started again.
    """
    if root_certificates is not None and address is None:
        raise click.UsageError("--root-certificates is for an engine to --connect to.")
    if address is not None and (engine != "embedded" or build is not None):
        raise click.UsageError(
            "--engine and --build start an engine, --connect uses a running one."
        )
    choice = Launch(engine, build, deadline)
    choice.check()
    if not overwrite:
        # Before minutes go into a city that nobody can record.
        check_free(out, read_model(scenario).name)
    with spinner("building the city"):
        script = Scenario.from_yaml(scenario, map_file)
    if seed is not None:
        script = script.vary(seed=seed)
    if address is None:
        session = choice.open()
    else:
        roots = read_certificates(root_certificates)
        session = connect(address, token=access_token, root_certificates=roots)
    play(script, out, session, overwrite=overwrite, licences=require_license)
