"""`cityloop export`: a dataset in another format."""

from pathlib import Path

import click

from cityloop.cli.progress import console, frames_bar
from cityloop.dataset import Dataset
from cityloop.exporters import FORMATS, pictures_to_export
from cityloop.exporters import export as export_dataset


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="Which format.")
@click.option(
    "--out",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of the export; an earlier export in it is replaced.",
)
@click.option(
    "--class-map",
    type=click.Path(path_type=Path),
    help="YAML file that says which class becomes which, instead of the format's own.",
)
@click.option(
    "--min-pixels",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Leave out what shows fewer pixels in a picture.",
)
def export(dataset: Path, form: str, out: Path, class_map: Path | None, min_pixels: int) -> None:
    """Write the pictures and labels of a DATASET in the format of other tools.

    The folder appears when the export is whole.
    """
    with frames_bar(f"exporting to {form}", pictures_to_export(Dataset(dataset))) as advance:
        folder = export_dataset(
            dataset, form, out, class_map=class_map, min_pixels=min_pixels, progress=advance
        )
    console.print(f"exported to {folder}", soft_wrap=True)
