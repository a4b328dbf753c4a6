"""`cityloop run`: a scenario file becomes a dataset."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from cityloop.cli.assets import licence_option
from cityloop.cli.engines import Launch, connection_options, launch_options, read_certificates
from cityloop.cli.progress import console, frames_bar, spinner
from cityloop.dataset import check_free
from cityloop.engine import Engine, connect
from cityloop.scenario import maps
from cityloop.scenario.model import MapModel
from cityloop.scenario.script import Scenario
from cityloop.scenario.yaml_format import read_model
from cityloop.simulation import record
from cityloop.world.provenance import check_licences, kind_licences, map_asset


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
    roots = read_certificates(root_certificates)
    model = read_model(scenario)
    source = model.map if map_file is None else maps.from_file(map_file)
    # All that can be refused at once, before minutes go into a city that nobody can record.
    check_free(out, model.name, overwrite=overwrite)
    if require_license:
        check_licences(_known_assets(source), require_license)
    if not model.cameras():
        console.print(
            f"Scenario '{model.name}' has no camera, so states and events are recorded but no "
            "pictures: give a vehicle 'cameras' for those.",
            soft_wrap=True,
        )
    session = None
    if address is not None:
        session = connect(address, token=access_token, root_certificates=roots)
    with session or nullcontext():
        with spinner("building the city"):
            script = Scenario.from_yaml(scenario, map_file)
        if seed is not None:
            script = script.vary(seed=seed)
        play(script, out, session or choice.open(), overwrite=overwrite, licences=require_license)


def _known_assets(source: MapModel) -> list[dict[str, Any]]:
    """Return name and licence of what a recording on this map is made of."""
    file = maps.file_of(source)
    files = [] if file is None else [map_asset(file.path, is_osm=source.osm is not None)]
    return [*kind_licences(), *files]
