"""`cityloop report`: one page that shows a dataset."""

from pathlib import Path

import click

from cityloop.cli.progress import console, frames_bar
from cityloop.dataset import Dataset
from cityloop.dataset.report import write_report
from cityloop.dataset.report.page import chosen_frames

_NAME = "report.html"


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--out", "-o", type=click.Path(path_type=Path), help=f"[default: {_NAME} inside]")
@click.option(
    "--frames",
    default=40,
    show_default=True,
    type=click.IntRange(min=1),
    help="Most frames of a camera in the browser.",
)
def report(dataset: Path, out: Path | None, frames: int) -> None:
    """Write a page about a DATASET: video, frames with layers to switch, plots.

    The page is one file that needs no network.
    """
    opened = Dataset(dataset)
    opened.check_filled()
    path = out or dataset / _NAME
    total = sum(len(chosen_frames(s, frames)) * len(s.cameras) for s in opened.sequences)
    with frames_bar("writing the report", total) as advance:
        write_report(opened, path, most_frames=frames, progress=advance)
    console.print(f"the report: {path}", soft_wrap=True)
