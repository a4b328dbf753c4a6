"""`cityloop video`: a recorded sequence with the layers that one wants to see."""

from pathlib import Path

import click

from cityloop.cli.progress import console, frames_bar
from cityloop.dataset import Dataset
from cityloop.dataset.film import GRID, check_film, film
from cityloop.dataset.layers import LAYERS
from cityloop.errors import DatasetError


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--show",
    default="boxes,velocity",
    show_default=True,
    metavar="NAMES",
    help=f"Layers: {', '.join(LAYERS)}; or {GRID} alone, all passes side by side.",
)
@click.option("--out", "-o", required=True, type=click.Path(path_type=Path), help="MP4 file.")
@click.option("--sequence", help="Which one, where the dataset has several.")
@click.option("--camera", help="Which one, where the sequence has several.")
def video(dataset: Path, show: str, out: Path, sequence: str | None, camera: str | None) -> None:
    """Make a video of a DATASET with chosen layers."""
    opened = Dataset(dataset)
    chosen = opened.sequence(sequence or _only(opened.names, "sequence"))
    by = camera or _only(list(chosen.cameras), "camera")
    layers = [name.strip() for name in show.split(",")]
    check_film(chosen, by, out, layers)
    with frames_bar(f"filming '{chosen.name}'", chosen.frame_count) as advance:
        film(chosen, by, out, layers, progress=advance)
    console.print(f"the video: {out}", soft_wrap=True)


def _only(names: list[str], what: str) -> str:
    if not names:
        raise DatasetError(f"the dataset has no {what} to film: record one with a camera")
    if len(names) > 1:
        raise click.UsageError(f"Name a --{what}: {', '.join(names)}.")
    return names[0]
