"""`cityloop info`: what is installed, and what a dataset holds."""

import platform
from importlib.metadata import version
from pathlib import Path

import click
from rich.table import Table

from cityloop import __version__
from cityloop.cli.progress import console
from cityloop.dataset import Dataset
from cityloop.engine import launch
from cityloop.errors import EngineError
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

_LIBRARIES = ("moderngl", "rapier3d", "libsumo", "grpcio", "protobuf", "numpy", "pyarrow", "av")


@click.command()
@click.argument("dataset", required=False, type=click.Path(path_type=Path))
def info(dataset: Path | None) -> None:
    """Say what is installed or, given a DATASET, what it holds."""
    table = Table(show_header=False, box=None)
    rows = _installation() if dataset is None else _contents(dataset)
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


def _contents(path: Path) -> list[tuple[str, str]]:
    rows = [("dataset", str(path))]
    for sequence in Dataset(path).sequences:
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
