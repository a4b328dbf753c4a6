"""`cityloop info`: what is installed, what a dataset holds, which roads a map has."""

import platform
from importlib.metadata import version
from pathlib import Path

import click
from rich.table import Table

from cityloop import __version__
from cityloop.cli.progress import console, spinner
from cityloop.dataset import Dataset
from cityloop.engine import launch
from cityloop.errors import EngineError
from cityloop.scenario import maps
from cityloop.scenario.yaml_format import read_model
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

_LIBRARIES = ("moderngl", "rapier3d", "libsumo", "grpcio", "protobuf", "numpy", "pyarrow", "av")


@click.command()
@click.argument(
    "path", required=False, metavar="[DATASET | SCENARIO | MAP]", type=click.Path(path_type=Path)
)
def info(path: Path | None) -> None:
    """Say what is installed, what a dataset holds, or which roads a scenario or a map has."""
    if path is not None and path.is_file():
        console.print(_roads(path))
        return
    table = Table(show_header=False, box=None)
    rows = _installation() if path is None else _contents(path)
    for key, value in rows:
        table.add_row(key, value)
    console.print(table)


def _installation() -> list[tuple[str, str]]:
    try:
        with launch() as engine:
            renderer = "{} (protocol {}.{})".format(engine.info.renderer, *engine.info.protocol)
    except EngineError as error:
        renderer = f"not available: {error}"
    return [
        ("cityloop", __version__),
        ("python", f"{platform.python_version()} on {platform.platform()}"),
        ("renderer", renderer),
        ("libraries", ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)),
        ("vehicles", ", ".join(VEHICLE_KINDS)),
        ("people", ", ".join(PERSON_KINDS)),
    ]


def _roads(path: Path) -> Table:
    """Return the roads of the map of a scenario (a YAML file), or of a map file."""
    if path.suffix in (".yaml", ".yml"):
        source, folder = read_model(path).map, path.parent
    else:
        source, folder = maps.from_file(path), Path()
    with spinner("reading the map"):
        city = maps.build(source, folder)
    table = Table("road", "also called", "street", "length m", "lanes", "limit km/h")
    for road in city.roads:
        table.add_row(
            road.id,
            ", ".join(road.aliases),
            road.street,
            f"{road.length_m:.1f}",
            str(road.lanes),
            f"{road.speed_limit_mps * 3.6:.0f}",
        )
    return table


def _contents(path: Path) -> list[tuple[str, str]]:
    rows = [("dataset", str(path))]
    dataset = Dataset(path)
    dataset.check_filled()
    for sequence in dataset.sequences:
        cameras = ", ".join(
            f"{c.name} {c.intrinsics.width}x{c.intrinsics.height}"
            for c in sequence.cameras.values()
        )
        rows.append(
            (
                sequence.name,
                f"{sequence.frame_count} frames, {1 / sequence.dt_s:g} a second; {cameras}; "
                f"{sequence.objects.num_rows} labels",
            )
        )
    return rows
